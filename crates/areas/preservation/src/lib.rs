//! Preservation (长期保存): whether what is kept is still what was received.
//!
//! [`verify()`] reads every byte of the vault, proves the journal, and compares catalogue, journal and vault. What surrounds
//! the holdings is looked at by [`look_at_storerooms`] (sensors), [`compare_copies`] (backups) and [`verify_trail`]
//! (nothing without authority).

mod compare;
mod copies;
mod documents;
mod error;
mod journal_rows;
mod repository;
mod storeroom;
mod trail;
mod verify;

pub use copies::{
    COPY_POLICY, CopiesReport, CopyFault, CopyFaultKind, CopyKind, CopyPlace, CopyPolicy, compare_copies,
};
pub use error::PreservationError;
pub use lantai_vault::Digests;
pub use repository::{HeldColumns, HeldObject};
pub use storeroom::{
    Limits, Quantity, ROOM_RULES, Room, RoomFault, RoomFaultKind, RoomKind, RoomRules, StoreroomReport,
    look_at_storerooms,
};
pub use trail::{AuditProof, AuditStream, TrailReport, verify_trail};
pub use verify::{Problem, Report, Scope, VerifyProgress, verify};
