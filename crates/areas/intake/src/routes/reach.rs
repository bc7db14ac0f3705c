//! Which accessions somebody may hand in and follow: those for the fonds that their posts receive for.

use super::{IntakeState, find};
use axum::extract::{RawPathParams, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use lantai_domain::Viewer;
use lantai_domain::access::{Action, OneOf};
use lantai_http::{Asker, Problem};
use uuid::Uuid;

/// Whether the viewer receives for a fonds; `None`: the package names it, which needs a post that reaches every one.
pub(super) fn receives_for(viewer: &Viewer, fonds: Option<&str>) -> bool {
    let filter = viewer.filter(Action::Receive);
    match fonds {
        Some(fonds) => filter.reaches_fonds(fonds),
        None => filter.fonds().any(OneOf::is_every),
    }
}

/// Refuses what is for a fonds that the viewer does not receive for: to them there is no such fonds.
pub(super) fn must_receive_for(viewer: &Viewer, fonds: Option<&str>) -> Result<(), Problem> {
    match receives_for(viewer, fonds) {
        true => Ok(()),
        false => Err(Problem::not_found()),
    }
}

/// Refuses an accession that is for a fonds that the viewer does not receive for: to them there is none.
pub(super) async fn must_reach(state: &IntakeState, viewer: &Viewer, id: Uuid) -> Result<(), Problem> {
    let accession = find(state, id).await?;
    must_receive_for(viewer, accession.fonds.as_deref())
}

/// Stands before every route of one accession.
pub(super) async fn within_reach(
    State(state): State<IntakeState>,
    Asker(viewer): Asker,
    params: RawPathParams,
    request: Request,
    next: Next,
) -> Response {
    let id = params.iter().find(|(name, _)| *name == "id");
    let Some(id) = id.and_then(|(_, value)| value.parse().ok()) else {
        return Problem::not_found().into_response();
    };
    if let Err(refused) = must_reach(&state, &viewer, id).await {
        return refused.into_response();
    }
    next.run(request).await
}
