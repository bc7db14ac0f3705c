//! Who asks. The sign-in layer puts the viewer into the request; without it everybody is nobody and may do nothing.

use crate::problem::Problem;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use lantai_domain::Viewer;
use std::convert::Infallible;

/// Whoever asks, with what the gate allows them.
#[derive(Debug, Clone)]
pub struct Asker(pub Viewer);

impl<S: Send + Sync> FromRequestParts<S> for Asker {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Self::Rejection> {
        let viewer = parts.extensions.get::<Viewer>().cloned();
        Ok(Self(viewer.unwrap_or_else(Viewer::nobody)))
    }
}

/// What somebody proved of who they are; the sign-in layer puts it into the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Proved {
    /// Nothing.
    #[default]
    Nothing,
    /// Something, and something is missing.
    Partly,
    /// All that signing in demands.
    Whole,
    /// All, and within the last minutes.
    Lately,
}

impl<S: Send + Sync> FromRequestParts<S> for Proved {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Self::Rejection> {
        Ok(parts.extensions.get::<Self>().copied().unwrap_or_default())
    }
}

/// Whether a page of ours sent a request: it carries a header that a form of another site cannot set.
pub(crate) fn proof_in(headers: &HeaderMap) -> Result<(), Problem> {
    if headers.contains_key("x-lantai-csrf") {
        return Ok(());
    }
    Err(Problem::new(
        StatusCode::FORBIDDEN,
        "identity.csrf_proof_missing",
        "the header x-lantai-csrf is missing",
    ))
}
