//! A whole package in one request.

use super::accessions::NewAccessionBody;
use super::{IntakeState, problem};
use crate::accession::{Accession, AccessionState};
use crate::error::IntakeError;
use axum::body::Bytes;
use axum::extract::Multipart;
use axum::extract::multipart::Field;
use axum::http::StatusCode;
use lantai_domain::{AccessionId, Viewer};
use lantai_http::Problem;
use std::path::Path;
use tokio::io::AsyncWriteExt;

/// The part that describes the package.
const METADATA: &str = "metadata";
/// Most bytes of that part.
const MOST_METADATA: usize = 64 * 1024;

fn bad(detail: impl Into<String>) -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, "intake.multipart", detail)
}

/// Receives a package that comes as one request: first the part `metadata`, then every file, each with its path in the
/// package as its file name. It is handed in when the last part is there; a request that breaks off leaves nothing.
pub(super) async fn receive(
    state: &IntakeState,
    viewer: &Viewer,
    key: Option<&str>,
    mut multipart: Multipart,
) -> Result<Accession, Problem> {
    let first = next(&mut multipart).await?;
    let first = first.filter(|field| field.name() == Some(METADATA));
    let first = first.ok_or_else(|| bad("the first part must be metadata"))?;
    let body: NewAccessionBody = serde_json::from_slice(&all(first).await?)
        .map_err(|error| bad(format!("the part metadata cannot be read: {error}")))?;
    let announcement = body.announcement(viewer, key)?;
    let accession = state
        .uploads
        .announce(&state.holdings, &announcement, viewer.name())
        .await
        .map_err(|error| problem(&error))?;
    if !matches!(accession.state, AccessionState::Receiving { .. }) {
        // the same request once more: it was handed in by the first
        return Ok(accession);
    }
    match files(state, &accession, multipart).await {
        Ok(()) => {
            let submitted = state.uploads.submit(&state.holdings, accession.id).await;
            match submitted {
                // two of the same request at once: the other one handed it in
                Err(IntakeError::WrongState { .. }) => super::find(state, accession.id.uuid()).await,
                other => other.map_err(|error| problem(&error)),
            }
        }
        Err(failure) => {
            if let Err(error) = state.uploads.withdraw(&state.holdings, accession.id).await {
                tracing::warn!(accession.id = %accession.id, error = %error, "a broken upload could not be removed");
            }
            Err(failure)
        }
    }
}

async fn next(multipart: &mut Multipart) -> Result<Option<Field<'_>>, Problem> {
    multipart.next_field().await.map_err(|_| broke_off())
}

fn broke_off() -> Problem {
    problem(&IntakeError::UploadBrokeOff)
}

async fn all(mut field: Field<'_>) -> Result<Vec<u8>, Problem> {
    let mut bytes = Vec::new();
    while let Some(chunk) = field.chunk().await.map_err(|_| broke_off())? {
        if bytes.len() + chunk.len() > MOST_METADATA {
            return Err(bad("the part metadata is too large"));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

async fn files(state: &IntakeState, accession: &Accession, mut multipart: Multipart) -> Result<(), Problem> {
    let mut count = 0_u64;
    while let Some(field) = next(&mut multipart).await? {
        let name = field.file_name().map(str::to_owned);
        let name = name.ok_or_else(|| bad("every part after metadata must have a file name"))?;
        one(state, accession, &name, field).await?;
        count += 1;
    }
    if count == 0 {
        return Err(bad("there is no file in the request"));
    }
    Ok(())
}

async fn one(
    state: &IntakeState,
    accession: &Accession,
    name: &str,
    field: Field<'_>,
) -> Result<(), Problem> {
    let id: AccessionId = accession.id;
    let place = state.uploads.place(&state.holdings, id, name).await;
    let place = place.map_err(|error| problem(&error))?;
    if place.exists() {
        return Err(bad(format!("the file name {name:?} occurs twice")));
    }
    let partial = state.uploads.partial(id, state.holdings.ids.next());
    write(state, accession, &partial, field).await?;
    let moved = tokio::fs::rename(&partial, &place).await;
    moved.map_err(|source| problem(&IntakeError::disk("place", place, source)))
}

async fn write(
    state: &IntakeState,
    accession: &Accession,
    partial: &Path,
    mut field: Field<'_>,
) -> Result<(), Problem> {
    let disk = |source| problem(&IntakeError::disk("write", partial, source));
    let mut file = tokio::fs::File::create(partial).await.map_err(disk)?;
    while let Some(chunk) = field.chunk().await.map_err(|_| broke_off())? {
        let chunk: Bytes = chunk;
        let room = state.uploads.take_room(accession, chunk.len() as u64);
        room.map_err(|error| problem(&error))?;
        file.write_all(&chunk).await.map_err(disk)?;
    }
    file.flush().await.map_err(disk)
}
