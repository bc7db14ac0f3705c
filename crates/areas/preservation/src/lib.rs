//! Preservation (长期保存): whether what is kept is still what was received.
//!
//! [`verify()`] reads every byte of the vault, proves the journal, and compares catalogue, journal and vault.

mod compare;
mod documents;
mod error;
mod journal_rows;
mod repository;
mod verify;

pub use error::PreservationError;
pub use lantai_vault::Digests;
pub use repository::{HeldColumns, HeldObject};
pub use verify::{Problem, Report, Scope, VerifyProgress, verify};
