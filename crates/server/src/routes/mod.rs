//! Routes that concern the archive as a whole.

mod overview;

use crate::archive::Archive;
use axum::Json;
use lantai_cataloguing::Holdings;
use lantai_domain::access::Action;
use lantai_http::{Api, Door};
use serde::Serialize;
use std::path::PathBuf;
use utoipa::ToSchema;
use utoipa_axum::routes as operations;

/// What these routes work on.
#[derive(Clone)]
pub(crate) struct ArchiveState {
    pub holdings: Holdings,
    /// Its data folder.
    pub data: PathBuf,
}

/// The routes of this room.
pub(crate) fn routes(archive: &Archive) -> Api {
    let state = ArchiveState {
        holdings: archive.holdings.clone(),
        data: archive.data.clone(),
    };
    Api::new()
        .route(Door::Anybody, operations!(get_health))
        .route(
            Door::May(Action::ViewFigures),
            operations!(overview::get_overview),
        )
        .with_state(state)
}

/// Whether the service runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct HealthBody {
    /// Always `true`: whoever is ill does not answer.
    pub ok: bool,
}

/// Says that the service runs.
#[utoipa::path(get, path = "/api/v1/health", tag = "archive",
    responses((status = 200, description = "It runs", body = HealthBody)))]
pub(crate) async fn get_health() -> Json<HealthBody> {
    Json(HealthBody { ok: true })
}
