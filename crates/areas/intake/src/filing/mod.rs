//! Classification, filing scope and retention in one table (三合一制度).
//!
//! A [`FilingTable`] is data (`rules/filing-scope.toml`, or an archives' own): its rows say what is filed, under which
//! class and for how long, and by which words and circumstances a document is told. [`propose`] applies it and says
//! which row fired on what; a person confirms or overrides with a reason. [`coverage`] tells what a year's documents
//! lack by the table.

mod changes;
mod coverage;
mod decide;
mod document;
mod error;
mod in_force;
mod propose;
mod repository;
mod restore;
mod routes;
mod sheet;
mod table;
mod tables;

pub use changes::{FieldChange, RowChange, TableChanges};
pub use coverage::{CoverageItem, Gap, coverage};
pub use decide::{Choice, Decision, DecisionRequest, decide};
pub use document::{Direction, Document, read_documents};
pub use error::FilingError;
pub use in_force::{Addition, TablesInForce};
pub use propose::{Criterion, Proposal, Proposed, Reason, Verdict, propose};
pub use repository::FilingRepository;
pub(crate) use restore::restore;
pub use routes::{FilingState, routes};
pub use sheet::{from_sheet, to_sheet};
pub use table::{Class, Completeness, FilingTable, Match, RetentionRule, Row, Scheme};
pub use tables::FilingTables;
