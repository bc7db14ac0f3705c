//! Errors as `application/problem+json` (RFC 9457), each with a stable code.

use crate::told::{Hidden, ProblemCode, Told};
use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use lantai_domain::audit::AuditObject;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// An error as it is sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = Problem)]
pub struct ProblemBody {
    /// Always `about:blank`: the code tells the kind.
    #[serde(rename = "type")]
    pub kind: String,
    /// The status in words.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// Stable name of the error, such as `access.not_found`.
    pub code: String,
    /// What happened, for people.
    pub detail: String,
}

/// An error on its way out. The cause of a failure of ours is logged and never sent.
#[derive(Debug)]
pub struct Problem {
    status: StatusCode,
    code: &'static str,
    detail: String,
    hidden: Option<Box<AuditObject>>,
    told: Option<Box<Told>>,
    wait_seconds: Option<u64>,
}

impl Problem {
    /// An error of the caller, or a refusal.
    pub fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
        Self {
            status,
            code,
            detail: detail.into(),
            hidden: None,
            told: None,
            wait_seconds: None,
        }
    }

    /// The same problem; the audit trail is told what is there and was refused.
    pub fn hiding(mut self, object: AuditObject) -> Self {
        self.hidden = Some(Box::new(object));
        self
    }

    /// The same problem; the audit trail is told more of it.
    pub fn telling(mut self, told: Told) -> Self {
        self.told = Some(Box::new(told));
        self
    }

    /// The same problem; the caller is told after how many seconds to try again.
    pub fn retry_after(mut self, seconds: u64) -> Self {
        self.wait_seconds = Some(seconds);
        self
    }

    /// Not there, or not for this viewer: the two look the same.
    pub fn not_found() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "access.not_found",
            "there is nothing here that you may see",
        )
    }

    /// A failure of ours: logged with all its causes, sent without them.
    pub fn internal(error: &dyn std::error::Error, code: &'static str) -> Self {
        let mut chain = error.to_string();
        let mut source = error.source();
        while let Some(cause) = source {
            chain.push_str(": ");
            chain.push_str(&cause.to_string());
            source = cause.source();
        }
        tracing::error!(error.code = code, error = %chain, "a request failed");
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            code,
            "something went wrong here; it has been noted",
        )
    }

    /// The HTTP status.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The stable code.
    pub fn code(&self) -> &'static str {
        self.code
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let body = ProblemBody {
            kind: "about:blank".to_owned(),
            title: self.status.canonical_reason().unwrap_or("Error").to_owned(),
            status: self.status.as_u16(),
            code: self.code.to_owned(),
            detail: self.detail,
        };
        let mut response = (self.status, Json(body)).into_response();
        let kind = HeaderValue::from_static("application/problem+json");
        response.headers_mut().insert(header::CONTENT_TYPE, kind);
        if let Some(seconds) = self.wait_seconds {
            response
                .headers_mut()
                .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        let extensions = response.extensions_mut();
        extensions.insert(ProblemCode(self.code));
        if let Some(object) = self.hidden {
            extensions.insert(Hidden(*object));
        }
        if let Some(told) = self.told {
            extensions.insert(*told);
        }
        response
    }
}
