//! The double quality check (双重质检) of digitised holdings.
//!
//! A lot ([`Lot`]) is an accession or a choice of its records. A sample is drawn from it by rule, two persons look at
//! every piece of it without seeing each other's marks, a third decides where they differ, and the lot passes or is
//! returned by rule. What was concluded is kept in the vault beside the accession, as `quality/<lot>.json` and
//! `quality/<lot>.items.jsonl`, and comes back with a rebuild.

mod actions;
mod conclude;
mod draw;
mod error;
mod judgement;
mod keep;
mod lot;
mod people;
mod repository;
mod routes;
mod rules;
mod sampling;
mod switching;
mod tables;

pub use actions::{Mark, NewLot, Preview, create, judge, next_item, preview, submit, take_seat, undo};
pub use conclude::{conclude, withdraw};
pub use error::QualityError;
pub use judgement::{Defect, Judgement, Marks, disputed};
pub(crate) use keep::restore;
pub use lot::{Choice, Conclusion, Lot, LotItem, LotState, SeatNumber, SeverityTally};
pub use people::{Pair, Person, SamePerson};
pub use repository::{QualityRepository, StoredLot};
pub use routes::{QualityState, routes};
pub use rules::{DefectClass, DefectSeverity, Plan, QualityRules, QualityRulesError, Stratify, Unit};
pub use sampling::{Candidate, Limit, SamplePlan, Sampler, spread};
pub use switching::{Inspection, PastLot, inspection_after};
