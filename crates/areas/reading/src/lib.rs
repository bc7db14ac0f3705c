//! Reading (智能识别): what is in a file. Text, scanned pages, speech, names, and what to write into the description.
//!
//! Readers run in child processes ([`Reader`]). What they find is a derivative beside the record, with its provenance:
//! an object of its own in the vault, a row, and a fact ([`keep()`]). A person takes suggestions over, corrects them, or
//! leaves them. Whatever came in is read by a [`ReadingWorker`], soonest what takes least.

mod error;
mod export;
mod jobs;
mod keep;
mod reader;
pub mod repository;
mod restore;
mod state;
pub mod understanding;
mod worker;

pub use error::ReadingError;
pub use export::{alto, hocr};
pub use jobs::{ReadAccessionHandler, plan};
pub use keep::{Finished, NEWER_FILE, keep, may_lie_open, suggestions_of};
pub use lantai_sandbox::ChildLimits;
pub use reader::{
    Progress, READ_COMMAND, Reader, ReaderOptions, Spool, ToolPaths, child_limits, run_read_child,
};
pub use restore::{holds_a_reading, restore};
pub use state::{ReadingState, Reason};
pub use worker::ReadingWorker;
