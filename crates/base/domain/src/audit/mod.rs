//! The audit trail (审计): who did what to what, when, from where, and how it ended.
//!
//! One shape for all events, whoever writes them. Personal data stand in it as references or keyed hashes only, so that
//! a lawful erasure of a reader's data does not break the chain. Events are numbered and chained: each one's hash takes
//! the hash before it along.

mod event;
mod words;

pub use event::{AuditAnchor, AuditEvent, AuditNote, GENESIS};
pub use words::{ActorKind, AuditActor, AuditObject, AuditOutcome, EventClass};

/// The object that journal entries about the audit trail name.
pub const AUDIT_OBJECT: &str = "urn:lantai:audit";
