//! The words of archives as types: codes, dates, retention, states, decisions, events.
//!
//! No input or output, no async; every other room of Lantai speaks in these types.

pub mod access;
pub mod audit;
pub mod classification;
pub mod clock;
pub mod code;
pub mod content_key;
pub mod date;
pub mod document_number;
pub mod event;
pub mod finding;
pub mod fonds;
pub mod four_eyes;
pub mod ids;
pub mod open_status;
pub mod probe;
pub mod reading;
pub mod record;
pub mod retention;
pub mod role;
pub mod viewer;

pub use classification::SecurityClassification;
pub use clock::{Clock, FixedClock, SystemClock};
pub use code::ArchivalCode;
pub use content_key::{FileKey, KeyError, KeyKeeper, ObjectKey, WrappedKey};
pub use date::ArchivalDate;
pub use event::{Fact, JournalEntry, PreservationEvent, PreservationEventType};
pub use finding::{Finding, Outcome, Severity, Stage, Verdict};
pub use fonds::{Fonds, FondsNumber};
pub use four_eyes::{Agreed, OwnProposal, Proposal};
pub use ids::{
    AccessionId, HoldingId, IdSource, InstitutionId, JobId, PersonId, PostId, RandomIds, RecordId,
};
pub use open_status::{OpenStatus, OpenStatusKind, OpeningDecision, OpeningRefused};
pub use probe::{Moment, NoProbe, Probe};
pub use record::{ContentFile, ContentProperties, Description, FileFormat, FileRole, Media, Record};
pub use retention::Retention;
pub use role::{Duty, DutyConflict, ROLES, Role};
pub use viewer::{Viewer, Who};
