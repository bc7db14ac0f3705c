//! What a handler tells the audit trail of its answer, beside what the route itself tells.
//!
//! A handler that shows records says which, and whether they are open: `Ok((Told::record(object, is_open), Json(body)))`.
//! The layer that keeps the trail takes it out of the answer again. An answer to somebody signed in that says nothing is
//! taken for one that shows something closed: to forget it writes an event too many, never one too few.

use axum::response::{IntoResponseParts, ResponseParts};
use lantai_domain::audit::AuditObject;
use std::convert::Infallible;

/// What an answer shows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Told {
    /// The object that is shown, where it is one.
    pub object: Option<AuditObject>,
    /// How many things are shown that are not open.
    pub closed: u64,
    /// Whether content is taken away as a file.
    pub is_download: bool,
    /// Of whom an unsuccessful attempt to sign in speaks, or who signed in: the name of an account.
    pub account: Option<String>,
}

impl Told {
    /// Shows nothing that is not open.
    pub fn nothing_closed() -> Self {
        Self::default()
    }

    /// Shows one record, or something of it.
    pub fn record(object: AuditObject, is_open: bool) -> Self {
        Self {
            object: Some(object),
            closed: u64::from(!is_open),
            ..Self::default()
        }
    }

    /// Gives a file of a record away.
    pub fn file(object: AuditObject, is_open: bool) -> Self {
        Self {
            is_download: true,
            ..Self::record(object, is_open)
        }
    }

    /// Shows a list in which so many entries are not open.
    pub fn list(closed: usize) -> Self {
        Self {
            closed: u64::try_from(closed).unwrap_or(u64::MAX),
            ..Self::default()
        }
    }

    /// An attempt to sign in to an account.
    pub fn account(name: impl Into<String>) -> Self {
        Self {
            account: Some(name.into()),
            ..Self::default()
        }
    }
}

impl IntoResponseParts for Told {
    type Error = Infallible;

    fn into_response_parts(self, mut parts: ResponseParts) -> Result<ResponseParts, Infallible> {
        parts.extensions_mut().insert(self);
        Ok(parts)
    }
}

/// The stable code of the problem that an answer is; for the layers around.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProblemCode(pub &'static str);

/// Something is there and was refused, though the answer says that nothing is: the audit trail knows the difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hidden(pub AuditObject);
