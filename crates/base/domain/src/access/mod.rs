//! The words of access: who asks under which hats, what may be done, and with which records.
//!
//! The one gate answers in these words; routes, catalogue and index apply its answers without knowing its policies.

mod action;
mod answer;
mod cell;
mod filter;
mod hat;
mod record;
mod rights;

pub use action::{ACTIONS, Action, NoAction, Reach};
pub use answer::{Answer, Ground};
pub use cell::{AccessCell, CellSet, rank};
pub use filter::{Filter, FilterRule, OneOf};
pub use hat::{Asking, Hat, Purpose, Span};
pub use record::RecordFacts;
pub use rights::Rights;
