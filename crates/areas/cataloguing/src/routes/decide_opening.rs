//! Deciding on the opening of a record.

use super::bodies::OpenStatusBody;
use super::record::{RecordBody, body_of};
use super::{CataloguingState, find_record, problem};
use crate::actions::open_record::{self, OpeningRequest};
use axum::Json;
use axum::extract::{Path, State};
use lantai_http::{Asker, Problem, ProblemBody};
use serde::Deserialize;
use utoipa::ToSchema;

/// A decision on opening.
#[derive(Debug, Deserialize, ToSchema)]
pub struct OpeningBody {
    /// What the record becomes.
    pub status: OpenStatusBody,
    /// On which ground.
    pub ground: String,
}

/// Decides on the opening of a record.
#[utoipa::path(post, path = "/api/v1/records/{code}/opening", tag = "records",
    params(("code" = String, Path, description = "档号, or the record's identifier")),
    request_body = OpeningBody,
    responses(
        (status = 200, description = "The record as it is now", body = RecordBody),
        (status = 401, description = "For the staff", body = ProblemBody),
        (status = 404, description = "None that you may see", body = ProblemBody),
        (status = 409, description = "The rules refuse the decision", body = ProblemBody),
    ))]
pub async fn decide_opening(
    State(state): State<CataloguingState>,
    Asker(viewer): Asker,
    Path(code): Path<String>,
    Json(body): Json<OpeningBody>,
) -> Result<Json<RecordBody>, Problem> {
    let stored = find_record(&state.holdings, &viewer, &code).await?;
    let code = stored.record.description.code.to_string();
    let request = OpeningRequest {
        status: body.status.into(),
        ground: body.ground,
    };
    let changed = open_record::decide_opening(&state.holdings, &viewer, &code, &request)
        .await
        .map_err(|error| problem(&error))?;
    // what is closed must not be counted a moment longer
    state.watcher.records_changed(&[changed.record.id]).await;
    Ok(Json(body_of(&state, &viewer, changed).await?))
}
