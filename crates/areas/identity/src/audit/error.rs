//! What can go wrong around the audit trail.

use lantai_database::StoreError;

/// Why the audit trail could not be written, read, or acted upon.
#[derive(Debug, thiserror::Error)]
pub enum AuditError {
    /// The event could not be made durable: what it tells of must not go on.
    #[error("the audit trail cannot be written; nothing was changed or given out")]
    Unwritable(#[source] Option<StoreError>),
    /// More events wait than may: the database does not keep up.
    #[error("the audit trail does not keep up; try again in a moment")]
    Overrun,
    /// The trail cannot be read.
    #[error("the audit trail cannot be read")]
    Store(#[from] StoreError),
    /// The files beside the journal cannot be read or written.
    #[error("the files of the audit trail cannot be read or written")]
    Segments(#[source] std::io::Error),
    /// Work in the background was cut off.
    #[error("the work was interrupted")]
    Interrupted,
    /// A file of rules cannot be used.
    #[error("the rules {name} cannot be used: {reason}")]
    Rules {
        /// Which.
        name: &'static str,
        /// Why.
        reason: String,
    },
    /// The key of keyed hashes cannot be used.
    #[error("the key of the audit trail cannot be used")]
    Key,
    /// A reason is demanded.
    #[error("please give a reason, of at most 500 characters")]
    ReasonMissing,
    /// There is no such alert, proposal or event.
    #[error("there is no such entry")]
    NotFound,
    /// It was decided already.
    #[error("this was decided already")]
    Decided,
    /// The retention rule does not let these events go.
    #[error("events after number {last} are kept by the retention rule")]
    Kept {
        /// The last event that may go; 0: none may.
        last: u64,
    },
    /// Nobody agrees to what they proposed themselves.
    #[error("another person must agree to what you proposed")]
    OwnProposal,
    /// Whoever asks has no account of a person.
    #[error("only a person with an account of their own may do this")]
    NoPerson,
}

impl AuditError {
    /// Stable name for programs and translations.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unwritable(_) => "audit.unwritable",
            Self::Overrun => "audit.overrun",
            Self::Store(error) => error.code(),
            Self::Segments(_) => "audit.segments",
            Self::Interrupted => "audit.interrupted",
            Self::Rules { .. } => "audit.rules",
            Self::Key => "audit.key",
            Self::ReasonMissing => "audit.reason_missing",
            Self::NotFound => "audit.not_found",
            Self::Decided => "audit.decided",
            Self::Kept { .. } => "audit.kept",
            Self::OwnProposal => "audit.own_proposal",
            Self::NoPerson => "audit.no_person",
        }
    }
}

impl From<tokio::task::JoinError> for AuditError {
    fn from(_: tokio::task::JoinError) -> Self {
        Self::Interrupted
    }
}
