//! The audit trail (审计): written with every change, before every showing of what is not open, of every sign-in and
//! refusal; chained, anchored in the journal, searched, exported, watched for patterns, and retired by rule.
//!
//! Nothing here can be switched off: there is no key for it in the configuration. Where the trail cannot be written,
//! changes fail and what is not open is not given out, both under the name `audit.unwritable`.

pub(crate) mod alerts;
mod anchor;
mod error;
mod export;
mod loss;
mod pseudonym;
mod retention;
pub mod routes;
mod segments;
mod trail;
mod verify;
mod verify_files;

pub use alerts::{Alert, AlertRule, AlertRules, Per, look_for_alerts};
pub use anchor::{ANCHOR_AFTER_EVENTS, ANCHOR_AFTER_MS, anchor, anchor_if_due};
pub use error::AuditError;
pub use export::{Export, ExportForm, ExportProof};
pub use loss::{Restored, restore};
pub use pseudonym::{AddressForm, Pseudonyms};
pub use retention::{Decider, RetentionRules, Retirable, RetirementState, decide, propose, retirable};
pub use trail::AuditTrail;
pub use verify::{AuditProblem, AuditReport, verify};
pub use verify_files::verify_files;

pub use crate::repository::audit::AuditQuery;

use lantai_database::UnitOfWork;
use lantai_domain::audit::AuditNote;

/// Tells the audit trail of something inside a change: both are written, or neither. Who acted, in which session and
/// from where is added from the request around it, where the note leaves that open.
pub fn note(work: &mut UnitOfWork, event: AuditNote) {
    work.note(event);
}
