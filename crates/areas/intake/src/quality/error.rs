//! Why a step of the double check was refused.

use super::people::SamePerson;
use super::rules::QualityRulesError;
use lantai_cataloguing::CataloguingError;
use lantai_database::StoreError;
use lantai_vault::VaultError;

/// Why a step of the double check did not happen.
#[derive(Debug, thiserror::Error)]
pub enum QualityError {
    /// No such lot or accession.
    #[error("no such lot")]
    NotFound,
    /// The rules have no such plan.
    #[error("there is no sampling plan {0:?}")]
    PlanUnknown(String),
    /// The rules have no such defect class.
    #[error("there is no defect class {0:?}")]
    DefectUnknown(String),
    /// The accession is not in the holdings.
    #[error("the accession is {0}, not accepted: there is nothing to look at")]
    AccessionNotAccepted(&'static str),
    /// The choice has no piece.
    #[error("no file of the accession is chosen")]
    LotEmpty,
    /// The sample is greater than the rules allow.
    #[error("the sample would have {size} pieces, more than {most}: divide the lot")]
    SampleTooBig {
        /// Pieces of the sample.
        size: u64,
        /// Most pieces.
        most: u64,
    },
    /// Inspection of the series is stopped (ISO 2859-1, 9.4).
    #[error(
        "five lots of the series {0:?} were returned under tightened inspection: first its process is mended"
    )]
    InspectionStopped(String),
    /// The same person twice.
    #[error("this must be another person than the ones before")]
    SamePerson,
    /// Whoever received the lot does not inspect it.
    #[error("whoever received the accession does not inspect it")]
    ReceivedIt,
    /// Other persons were named as inspectors.
    #[error("other persons were named to inspect this lot")]
    NotAssigned,
    /// All seats are taken.
    #[error("all seats of this lot are taken")]
    SeatsTaken,
    /// There is nothing for a third person to decide.
    #[error("the two inspectors agree on every piece")]
    NothingDisputed,
    /// The person has no seat in this lot.
    #[error("take a seat in this lot first")]
    NotYours,
    /// The sample, or what is disputed of it, has no such piece.
    #[error("there is no piece {0} to be marked here")]
    ItemUnknown(u32),
    /// Pieces are not marked yet.
    #[error("{left} pieces are not marked yet")]
    Incomplete {
        /// How many.
        left: u64,
    },
    /// A withdrawal needs a reason.
    #[error("give a reason")]
    ReasonMissing,
    /// The lot is not in a state for this.
    #[error("the lot is {state} and cannot be {wanted}")]
    WrongState {
        /// Its state.
        state: &'static str,
        /// What was wanted.
        wanted: &'static str,
    },
    /// Somebody else changed the lot meanwhile.
    #[error("the lot was changed by somebody else: read it again")]
    ChangedMeanwhile,
    /// The rules cannot be used.
    #[error("the rules of the quality check cannot be used")]
    Rules(#[from] QualityRulesError),
    /// A document of the lot cannot be read or written.
    #[error("a document of the lot cannot be read or written")]
    Document(#[from] serde_json::Error),
    /// The catalogue, vault or journal failed.
    #[error("the holdings cannot be changed")]
    Cataloguing(#[from] CataloguingError),
}

impl QualityError {
    /// Stable name for programs and translations.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "quality.not_found",
            Self::PlanUnknown(_) => "quality.plan_unknown",
            Self::DefectUnknown(_) => "quality.defect_unknown",
            Self::AccessionNotAccepted(_) => "quality.accession_not_accepted",
            Self::LotEmpty => "quality.lot_empty",
            Self::SampleTooBig { .. } => "quality.sample_too_big",
            Self::InspectionStopped(_) => "quality.inspection_stopped",
            Self::SamePerson => "quality.same_person",
            Self::ReceivedIt => "quality.received_it",
            Self::NotAssigned => "quality.not_assigned",
            Self::SeatsTaken => "quality.seats_taken",
            Self::NothingDisputed => "quality.nothing_disputed",
            Self::NotYours => "quality.no_seat",
            Self::ItemUnknown(_) => "quality.item_unknown",
            Self::Incomplete { .. } => "quality.incomplete",
            Self::ReasonMissing => "quality.reason_missing",
            Self::WrongState { .. } => "quality.wrong_state",
            Self::ChangedMeanwhile => "quality.changed_meanwhile",
            Self::Rules(error) => error.code(),
            Self::Document(_) => "quality.document",
            Self::Cataloguing(error) => error.code(),
        }
    }
}

impl From<StoreError> for QualityError {
    fn from(error: StoreError) -> Self {
        Self::Cataloguing(error.into())
    }
}

impl From<VaultError> for QualityError {
    fn from(error: VaultError) -> Self {
        Self::Cataloguing(error.into())
    }
}

impl From<tokio::task::JoinError> for QualityError {
    fn from(error: tokio::task::JoinError) -> Self {
        Self::Cataloguing(error.into())
    }
}

impl From<SamePerson> for QualityError {
    fn from(_: SamePerson) -> Self {
        Self::SamePerson
    }
}
