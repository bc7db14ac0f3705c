//! What can go wrong in cataloguing.

use lantai_database::StoreError;
use lantai_domain::OpeningRefused;
use lantai_journal::JournalError;
use lantai_vault::VaultError;

/// Why a change of the catalogue did not happen, or a question could not be answered.
#[derive(Debug, thiserror::Error)]
pub enum CataloguingError {
    /// There is none, or none that the viewer may see: the two look the same.
    #[error("no such record")]
    NotFound,
    /// The rules of opening refuse the decision.
    #[error("the opening decision is refused")]
    Opening(#[source] OpeningRefused),
    /// Somebody else changed the record meanwhile.
    #[error("the record was changed by somebody else")]
    ChangedMeanwhile,
    /// The database failed.
    #[error("the catalogue cannot be read or written")]
    Store(#[from] StoreError),
    /// The vault failed.
    #[error("the vault cannot be read or written")]
    Vault(#[from] VaultError),
    /// The journal failed.
    #[error("the journal cannot be read or written")]
    Journal(#[from] JournalError),
    /// A stored document cannot be read or written.
    #[error("a document kept in the vault cannot be read: {what}")]
    Document {
        /// Which one.
        what: String,
        /// Why.
        #[source]
        source: serde_json::Error,
    },
    /// A file could not be read.
    #[error("cannot read {what}")]
    Read {
        /// Which one.
        what: String,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The change is accepted and durable; the next start brings it into its place.
    #[error("the change is accepted, but its content is in place only after the next start")]
    Unfinished {
        /// The batch that waits.
        batch: String,
        /// What kept it from being placed.
        #[source]
        source: Box<CataloguingError>,
    },
    /// Work in the background was cut off.
    #[error("the work was interrupted")]
    Interrupted,
}

impl CataloguingError {
    /// Stable name for programs and translations.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "cataloguing.not_found",
            Self::Opening(refused) => refused.code(),
            Self::ChangedMeanwhile => "cataloguing.changed_meanwhile",
            Self::Store(error) => error.code(),
            Self::Vault(error) => error.code(),
            Self::Journal(error) => error.code(),
            Self::Document { .. } => "cataloguing.document_damaged",
            Self::Read { .. } => "cataloguing.read",
            Self::Unfinished { .. } => "cataloguing.unfinished",
            Self::Interrupted => "cataloguing.interrupted",
        }
    }
}

impl From<OpeningRefused> for CataloguingError {
    fn from(refused: OpeningRefused) -> Self {
        Self::Opening(refused)
    }
}

impl From<tokio::task::JoinError> for CataloguingError {
    fn from(_: tokio::task::JoinError) -> Self {
        Self::Interrupted
    }
}
