//! What the routes of the double check send and read.

use super::super::judgement::Judgement;
use super::super::lot::{Conclusion, Lot, LotItem, LotState, Seat, SeatNumber};
use super::super::people::Person;
use super::super::rules::{DefectSeverity, Stratify, Unit};
use super::super::sampling::SamplePlan;
use super::super::switching::Inspection;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use lantai_domain::Media;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

pub(super) const SEATS: [SeatNumber; 3] = [SeatNumber::One, SeatNumber::Two, SeatNumber::Arbiter];

/// An enumeration of the area and the one that is sent: the same names, and a way from one to the other.
macro_rules! sent {
    ($(#[$doc:meta])* $body:ident as $schema:ident from $domain:ident { $($(#[$variant_doc:meta])* $variant:ident),+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
        #[serde(rename_all = "snake_case")]
        #[schema(as = $schema)]
        pub enum $body { $($(#[$variant_doc])* $variant),+ }

        impl From<$domain> for $body {
            fn from(value: $domain) -> Self {
                match value { $($domain::$variant => Self::$variant),+ }
            }
        }
    };
}

sent!(
    /// How much a defect weighs.
    SeverityBody as QualitySeverity from DefectSeverity {
        /// The record cannot be used as it is.
        Critical,
        /// It must be done again.
        Major,
        /// A blemish.
        Minor
    }
);
sent!(
    /// What one piece is.
    UnitBody as QualityUnit from Unit {
        /// A content file.
        File,
        /// A record with all its files.
        Record
    }
);
sent!(
    /// Over what a sample is spread.
    StratifyBody as QualityStratify from Stratify {
        /// Over nothing.
        None,
        /// Over fonds.
        Fonds,
        /// Over files (案卷).
        File
    }
);
sent!(
    /// How strictly a lot is inspected.
    InspectionBody as QualityInspection from Inspection {
        /// 正常.
        Normal,
        /// 加严.
        Tightened,
        /// 放宽.
        Reduced,
        /// 暂停.
        Stopped
    }
);
sent!(
    /// Whose mark or seat it is.
    SeatBody as QualitySeat from SeatNumber {
        /// The first inspector's.
        One,
        /// The second inspector's.
        Two,
        /// The third person's.
        Arbiter
    }
);

/// Kind of the files that a lot takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = QualityMedia)]
pub enum MediaBody {
    /// Pictures and scans.
    Image,
    /// Paged documents.
    Document,
    /// Sound.
    Sound,
    /// Moving pictures.
    Video,
}

impl From<MediaBody> for Media {
    fn from(media: MediaBody) -> Self {
        match media {
            MediaBody::Image => Self::Image,
            MediaBody::Document => Self::Document,
            MediaBody::Sound => Self::Sound,
            MediaBody::Video => Self::Video,
        }
    }
}

/// Where a lot stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = QualityState)]
pub enum StateBody {
    /// The sample is drawn.
    Drawn,
    /// Being looked at.
    Inspecting,
    /// Both are done.
    Arbitrating,
    /// It passed.
    Passed,
    /// It goes back.
    Returned,
    /// It was withdrawn.
    Withdrawn,
}

impl From<&LotState> for StateBody {
    fn from(state: &LotState) -> Self {
        match state {
            LotState::Drawn => Self::Drawn,
            LotState::Inspecting { .. } => Self::Inspecting,
            LotState::Arbitrating { .. } => Self::Arbitrating,
            LotState::Passed { .. } => Self::Passed,
            LotState::Returned { .. } => Self::Returned,
            LotState::Withdrawn { .. } => Self::Withdrawn,
        }
    }
}

/// What a severity is allowed.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = QualityLimitBody)]
pub struct LimitBody {
    /// The severity.
    pub severity: SeverityBody,
    /// Pieces that count for it.
    pub size: u64,
    /// Ac: most defective pieces with which the lot passes.
    pub accept: u64,
    /// Quality limit of the standard.
    pub aql: Option<f64>,
}

/// How a lot is sampled and judged.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = QualitySamplePlanBody)]
pub struct SamplePlanBody {
    /// Name of the plan in the rules.
    pub plan: String,
    /// What one piece is.
    pub unit: UnitBody,
    /// Over what the sample is spread.
    pub stratify: StratifyBody,
    /// How strictly it is inspected.
    pub inspection: InspectionBody,
    /// Code letter.
    pub letter: Option<String>,
    /// Pieces of the lot.
    pub lot_size: u64,
    /// Pieces of the sample.
    pub sample_size: u64,
    /// What each severity is allowed.
    pub limits: Vec<LimitBody>,
}

impl From<&SamplePlan> for SamplePlanBody {
    fn from(plan: &SamplePlan) -> Self {
        let limit = |limit: &super::super::sampling::Limit| LimitBody {
            severity: limit.severity.into(),
            size: limit.size,
            accept: limit.accept,
            aql: limit.aql,
        };
        Self {
            plan: plan.plan.clone(),
            unit: plan.unit.into(),
            stratify: plan.stratify.into(),
            inspection: plan.inspection.into(),
            letter: plan.letter.clone(),
            lot_size: plan.lot_size,
            sample_size: plan.sample_size,
            limits: plan.limits.iter().map(limit).collect(),
        }
    }
}

/// A seat of a lot. How many pieces are marked is told, never which or how.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = QualitySeatStateBody)]
pub struct SeatStateBody {
    /// Whose.
    pub seat: SeatBody,
    /// Who sits there.
    pub person: String,
    /// Pieces marked.
    pub marked: u64,
    /// When everything was handed in.
    pub submitted_at: Option<String>,
}

/// What a severity came to.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = QualityTallyBody)]
pub struct TallyBody {
    /// The severity.
    pub severity: SeverityBody,
    /// Pieces that counted.
    pub size: u64,
    /// Defective pieces among them.
    pub defective: u64,
    /// Ac.
    pub accept: u64,
    /// Whether the lot passes by it.
    pub passes: bool,
}

/// The end of an inspection.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = QualityConclusionBody)]
pub struct ConclusionBody {
    /// When.
    pub at: String,
    /// Who concluded.
    pub by: String,
    /// What each severity came to.
    pub tally: Vec<TallyBody>,
    /// Pieces that are fine.
    pub fine: u64,
    /// Pieces on which the inspectors differed.
    pub disputed: u64,
}

impl From<&Conclusion> for ConclusionBody {
    fn from(conclusion: &Conclusion) -> Self {
        let tally = conclusion.tally.iter().map(|one| TallyBody {
            severity: one.severity.into(),
            size: one.size,
            defective: one.defective,
            accept: one.accept,
            passes: one.passes,
        });
        Self {
            at: conclusion.at.to_string(),
            by: conclusion.by.name().to_owned(),
            tally: tally.collect(),
            fine: conclusion.fine,
            disputed: u64::try_from(conclusion.disputed.len()).unwrap_or(u64::MAX),
        }
    }
}

/// A lot as the person who asks sees it.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = QualityLotBody)]
pub struct LotBody {
    /// Its identifier.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// The accession it belongs to.
    pub accession: Uuid,
    /// Who received that.
    pub received_by: String,
    /// Only records whose code begins so.
    pub code_prefix: Option<String>,
    /// The run of lots it belongs to.
    pub series: String,
    /// The lot that comes again with this one.
    pub again: Option<Uuid>,
    /// Version of the rules.
    pub rules: String,
    /// How it is sampled and judged.
    pub plan: SamplePlanBody,
    /// The seed of the sample.
    pub seed: String,
    /// The two who were named to inspect it.
    pub assigned: Vec<String>,
    /// Who drew it.
    pub created_by: String,
    /// When.
    pub created_at: String,
    /// The day by which it is to be done.
    pub deadline: String,
    /// Whether that day has passed without an end.
    pub overdue: bool,
    /// Where it stands.
    pub state: StateBody,
    /// Who sits where.
    pub seats: Vec<SeatStateBody>,
    /// The seat of whoever asks.
    pub my_seat: Option<SeatBody>,
    /// The next piece for whoever asks.
    pub next_item: Option<u32>,
    /// Pieces on which the inspectors differ, once both are done.
    pub disputed: Option<u64>,
    /// How it ended.
    pub conclusion: Option<ConclusionBody>,
    /// Why it was withdrawn.
    pub withdrawn_reason: Option<String>,
}

impl LotBody {
    pub(super) fn of(
        lot: &Lot,
        person: &Person,
        marked: [u64; 3],
        next: Option<u32>,
        now: Timestamp,
    ) -> Self {
        let names = lot.assigned.iter().flat_map(|pair| [pair.one(), pair.two()]);
        let (disputed, conclusion, withdrawn_reason) = match &lot.state {
            LotState::Arbitrating { disputed, .. } => (Some(disputed.len()), None, None),
            LotState::Passed { conclusion } | LotState::Returned { conclusion } => {
                (Some(conclusion.disputed.len()), Some(conclusion.into()), None)
            }
            LotState::Withdrawn { reason, .. } => (None, None, Some(reason.clone())),
            LotState::Drawn | LotState::Inspecting { .. } => (None, None, None),
        };
        Self {
            id: lot.id,
            name: lot.name.clone(),
            accession: lot.accession.uuid(),
            received_by: lot.received_by.name().to_owned(),
            code_prefix: lot.choice.code_prefix.clone(),
            series: lot.series.clone(),
            again: lot.again,
            rules: lot.rules.clone(),
            plan: (&lot.plan).into(),
            seed: lot.seed.clone(),
            assigned: names.map(|person| person.name().to_owned()).collect(),
            created_by: lot.created_by.name().to_owned(),
            created_at: lot.created_at.to_string(),
            deadline: lot.deadline.to_string(),
            overdue: !lot.state.is_over() && now.to_zoned(TimeZone::UTC).date() > lot.deadline,
            state: (&lot.state).into(),
            seats: seats(lot, marked),
            my_seat: lot.seat_of(person).map(SeatBody::from),
            next_item: next,
            disputed: disputed.map(|count| u64::try_from(count).unwrap_or(u64::MAX)),
            conclusion,
            withdrawn_reason,
        }
    }
}

fn seats(lot: &Lot, [one, two, arbiter]: [u64; 3]) -> Vec<SeatStateBody> {
    let at_work = |number: SeatNumber, seat: &Seat, marked| SeatStateBody {
        seat: number.into(),
        person: seat.person.name().to_owned(),
        marked,
        submitted_at: seat.submitted_at.map(|at| at.to_string()),
    };
    let done = |number: SeatNumber, person: &Person, marked| SeatStateBody {
        seat: number.into(),
        person: person.name().to_owned(),
        marked,
        submitted_at: None,
    };
    let all = |pair: &super::super::people::Pair, third: Option<&Person>| {
        let mut seats = vec![
            done(SeatNumber::One, pair.one(), one),
            done(SeatNumber::Two, pair.two(), two),
        ];
        seats.extend(third.map(|person| done(SeatNumber::Arbiter, person, arbiter)));
        seats
    };
    match &lot.state {
        LotState::Drawn | LotState::Withdrawn { .. } => Vec::new(),
        LotState::Inspecting {
            one: first,
            two: second,
        } => {
            let mut seats = vec![at_work(SeatNumber::One, first, one)];
            seats.extend(second.as_ref().map(|seat| at_work(SeatNumber::Two, seat, two)));
            seats
        }
        LotState::Arbitrating {
            inspectors, arbiter, ..
        } => all(inspectors, arbiter.as_ref()),
        LotState::Passed { conclusion } | LotState::Returned { conclusion } => {
            all(&conclusion.inspectors, conclusion.arbiter.as_ref())
        }
    }
}

/// A defect that is marked.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = QualityDefectBody)]
pub struct DefectBody {
    /// Name of its class.
    pub class: String,
    /// On which page of a file with many.
    #[serde(default)]
    pub page: Option<u32>,
}

/// What a person said of a piece.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = QualityMarkBody)]
pub struct MarkBody {
    /// On whose seat.
    pub seat: SeatBody,
    /// Who.
    pub by: String,
    /// When.
    pub at: String,
    /// The defects; none: fine.
    pub defects: Vec<DefectBody>,
    /// A note.
    pub note: Option<String>,
}

impl From<&Judgement> for MarkBody {
    fn from(judgement: &Judgement) -> Self {
        let defects = judgement.defects.iter().map(|defect| DefectBody {
            class: defect.class.clone(),
            page: defect.page,
        });
        Self {
            seat: judgement.seat.into(),
            by: judgement.by.name().to_owned(),
            at: judgement.at.to_string(),
            defects: defects.collect(),
            note: judgement.note.clone(),
        }
    }
}

/// A piece of the sample with the marks that whoever asks may see.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = QualityItemBody)]
pub struct ItemBody {
    /// Its number in the sample.
    pub number: u32,
    /// The record.
    pub record: Uuid,
    /// Its code.
    pub code: String,
    /// Place of the file among the record's files; none: all of them.
    pub file: Option<u32>,
    /// Files to look at.
    pub files: u32,
    /// Name of the file.
    pub name: Option<String>,
    /// Bytes to look at.
    pub size: u64,
    /// What a machine points out; it decides nothing.
    pub hints: Vec<String>,
    /// The marks that whoever asks may see.
    pub marks: Vec<MarkBody>,
}

impl ItemBody {
    pub(super) fn of(item: LotItem, marks: Vec<MarkBody>) -> Self {
        Self {
            number: item.number,
            record: item.record.uuid(),
            code: item.code,
            file: item.file,
            files: item.files,
            name: item.name,
            size: item.size,
            hints: item.hints,
            marks,
        }
    }
}
