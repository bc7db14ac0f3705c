//! A content file of a record.

use super::{CataloguingState, decrypted, encode, find_record, hidden, problem, told};
use crate::error::CataloguingError;
use crate::repository::records::StoredRecord;
use axum::body::Body;
use axum::extract::{Path, Query, Request, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use lantai_domain::ContentFile;
use lantai_domain::access::Action;
use lantai_http::{Asker, Problem, ProblemBody};
use lantai_vault::{Content, LogicalPath, ObjectId, Vault, VersionNumber};
use serde::Deserialize;
use std::path::PathBuf;
use tower::ServiceExt;
use tower_http::services::ServeFile;
use utoipa::IntoParams;

/// Types that a browser shows without running anything of the file's.
const SHOWN: [&str; 16] = [
    "image/jpeg",
    "image/png",
    "image/gif",
    "image/webp",
    "image/bmp",
    "application/pdf",
    "text/plain",
    "audio/mpeg",
    "audio/ogg",
    "audio/wav",
    "audio/x-wav",
    "audio/flac",
    "audio/mp4",
    "video/mp4",
    "video/webm",
    "video/ogg",
];

/// How the file is wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct FileQuery {
    /// `true` or `1`: to be saved, not shown.
    download: Option<String>,
}

/// Gives a content file, byte for byte as it was received. Ranges are served.
#[utoipa::path(get, path = "/api/v1/records/{code}/files/{n}", tag = "records",
    params(
        ("code" = String, Path, description = "档号, or the record's identifier"),
        ("n" = usize, Path, description = "Place among the record's files, from 1"),
        FileQuery,
    ),
    responses(
        (status = 200, description = "The file", content_type = "application/octet-stream", body = Vec<u8>),
        (status = 206, description = "A range of the file"),
        (status = 404, description = "None that you may see", body = ProblemBody),
        (status = 416, description = "The range is not in the file"),
    ))]
pub async fn get_record_file(
    State(state): State<CataloguingState>,
    Asker(viewer): Asker,
    Path((code, n)): Path<(String, usize)>,
    Query(query): Query<FileQuery>,
    request: Request,
) -> Result<Response, Problem> {
    let stored = find_record(&state.holdings, &viewer, &code).await?;
    if !viewer.may_with(Action::ViewContent, &stored.record.access_facts()) {
        return Err(hidden(&stored));
    }
    let place = n.checked_sub(1).ok_or_else(Problem::not_found)?;
    let file = stored
        .record
        .files
        .get(place)
        .cloned()
        .ok_or_else(Problem::not_found)?;
    let mut told = told(&stored);
    let vault = state.holdings.vault.clone();
    let path = file.path.clone();
    let located = tokio::task::spawn_blocking(move || locate(&vault, &stored, &path)).await;
    let located = located
        .map_err(|error| problem(&error.into()))?
        .map_err(|error| problem(&error))?;
    let mut response = match located {
        Located::Clear(place) => match ServeFile::new(place).oneshot(request).await {
            Ok(response) => response.map(Body::new).into_response(),
            Err(never) => match never {},
        },
        Located::Encrypted(content) => decrypted::give_out(content, request.headers(), &file.path)
            .await
            .map_err(|error| problem(&error))?,
    };
    let download = query
        .download
        .is_some_and(|wanted| wanted == "1" || wanted == "true");
    dress(&mut response, &file, download).map_err(|error| Problem::internal(&error, "cataloguing.header"))?;
    told.is_download = download;
    response.extensions_mut().insert(told);
    Ok(response)
}

/// How a file can be given out.
enum Located {
    Clear(PathBuf),
    Encrypted(Content),
}

fn locate(vault: &Vault, stored: &StoredRecord, path: &str) -> Result<Located, CataloguingError> {
    let id = ObjectId::new(stored.object.clone())?;
    let object = vault.object(&id)?.ok_or(CataloguingError::NotFound)?;
    let version = VersionNumber::new(stored.object_version).unwrap_or(object.head());
    let path = LogicalPath::new(path)?;
    Ok(match object.clear_file(version, &path)? {
        Some(place) => Located::Clear(place),
        None => Located::Encrypted(object.open(version, &path)?),
    })
}

/// Says what the file is and that nothing in it may run.
fn dress(
    response: &mut Response,
    file: &ContentFile,
    download: bool,
) -> Result<(), axum::http::header::InvalidHeaderValue> {
    let mime = file.format.mime.as_deref().unwrap_or("application/octet-stream");
    let shown = SHOWN.contains(&mime) && !download;
    let kind = match (shown, mime) {
        (true, "text/plain") => {
            format!(
                "text/plain; charset={}",
                file.format.charset.as_deref().unwrap_or("utf-8")
            )
        }
        (true, mime) => mime.to_owned(),
        (false, _) => "application/octet-stream".to_owned(),
    };
    let disposition = if shown { "inline" } else { "attachment" };
    let name = file.name.rsplit('/').next().unwrap_or(&file.name);
    let disposition = format!("{disposition}; filename*=UTF-8''{}", encode(name));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_str(&kind)?);
    headers.insert(header::CONTENT_DISPOSITION, HeaderValue::from_str(&disposition)?);
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    headers.insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static("private, no-cache"),
    );
    // a browser's own viewer of PDF does not work inside a sandbox, and styles itself in its own page
    let policy = if mime == "application/pdf" {
        "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'self'"
    } else {
        "default-src 'none'; img-src 'self'; media-src 'self'; sandbox"
    };
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
    Ok(())
}
