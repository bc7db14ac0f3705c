//! Uploading one file of a package.

use super::{IntakeState, problem};
use crate::error::IntakeError;
use axum::body::Body;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use futures::StreamExt;
use lantai_domain::AccessionId;
use lantai_http::{Problem, ProblemBody};
use serde::Deserialize;
use std::path::PathBuf;
use tokio::io::AsyncWriteExt;
use utoipa::IntoParams;
use uuid::Uuid;

/// Which file.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct UploadQuery {
    /// Path inside the package.
    path: String,
}

/// Uploads one file of a package; the same path again replaces it.
#[utoipa::path(put, path = "/api/v1/accessions/{id}/files", tag = "accessions",
    params(("id" = Uuid, Path, description = "The accession"), UploadQuery),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses(
        (status = 204, description = "Uploaded"),
        (status = 400, description = "The path leaves the package, or the upload broke off", body = ProblemBody),
        (status = 401, description = "For the staff", body = ProblemBody),
        (status = 404, description = "There is no such accession", body = ProblemBody),
        (status = 409, description = "It was handed in", body = ProblemBody),
        (status = 413, description = "More than announced", body = ProblemBody),
        (status = 507, description = "The disk is full", body = ProblemBody),
    ))]
pub async fn put_accession_file(
    State(state): State<IntakeState>,
    Path(id): Path<Uuid>,
    Query(query): Query<UploadQuery>,
    body: Body,
) -> Result<StatusCode, Problem> {
    let id = AccessionId::new(id);
    let accession = state.uploads.receiving(&state.holdings, id).await;
    let accession = accession.map_err(|error| problem(&error))?;
    let place = state.uploads.place(&state.holdings, id, &query.path).await;
    let place = place.map_err(|error| problem(&error))?;
    let replaced = tokio::fs::metadata(&place).await.map_or(0, |found| found.len());
    // a file that broke off is never taken for a whole one
    let partial = state.uploads.partial(id, state.holdings.ids.next());
    let mut taken = 0;
    let room = |bytes: u64| {
        state
            .uploads
            .take_room(&accession, bytes)
            .inspect(|()| taken += bytes)
    };
    let written = write(&partial, body, room).await;
    if let Err(failure) = written {
        state.uploads.give_room_back(id, taken);
        if let Err(error) = tokio::fs::remove_file(&partial).await {
            tracing::warn!(accession.id = %id, error = %error, "a broken upload could not be removed");
        }
        return Err(failure);
    }
    let moved = tokio::fs::rename(&partial, &place).await;
    moved.map_err(|source| problem(&IntakeError::disk("place", place, source)))?;
    state.uploads.give_room_back(id, replaced);
    Ok(StatusCode::NO_CONTENT)
}

async fn write(
    partial: &PathBuf,
    body: Body,
    mut room: impl FnMut(u64) -> Result<(), IntakeError>,
) -> Result<(), Problem> {
    let disk = |source| problem(&IntakeError::disk("write", partial, source));
    let mut file = tokio::fs::File::create(partial).await.map_err(disk)?;
    let mut stream = body.into_data_stream();
    while let Some(chunk) = stream.next().await {
        let chunk = chunk.map_err(|_| problem(&IntakeError::UploadBrokeOff))?;
        room(chunk.len() as u64).map_err(|error| problem(&error))?;
        file.write_all(&chunk).await.map_err(disk)?;
    }
    file.flush().await.map_err(disk)
}
