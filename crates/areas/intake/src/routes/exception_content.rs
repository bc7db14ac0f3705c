//! The content of a file that waits to be attached, for whoever decides.

use super::{IntakeState, find, problem};
use crate::exceptions::file_path;
use crate::parts::HeldFolder;
use crate::repository::unattached::UnattachedRepository;
use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use lantai_http::{Problem, ProblemBody};
use tower::ServiceExt;
use tower_http::services::ServeFile;
use uuid::Uuid;

/// Types that a browser shows without running anything of the file's.
const SHOWN: [&str; 6] = [
    "image/jpeg",
    "image/png",
    "image/gif",
    "image/webp",
    "image/bmp",
    "application/pdf",
];

/// Gives a file of the list of exceptions while its accession waits. Ranges are served.
#[utoipa::path(get, path = "/api/v1/accessions/{id}/exceptions/{number}/content", tag = "accessions",
    params(
        ("id" = Uuid, Path, description = "The accession"),
        ("number" = u32, Path, description = "Number of the file"),
    ),
    responses(
        (status = 200, description = "The file", content_type = "application/octet-stream", body = Vec<u8>),
        (status = 206, description = "A range of the file"),
        (status = 401, description = "For the staff", body = ProblemBody),
        (status = 404, description = "There is none that waits", body = ProblemBody),
    ))]
pub async fn get_exception_content(
    State(state): State<IntakeState>,
    Path((id, number)): Path<(Uuid, u32)>,
    request: Request,
) -> Result<Response, Problem> {
    let accession = find(&state, id).await?;
    let read = async {
        let mut reader = state.holdings.database.read().await?;
        UnattachedRepository(reader.conn())
            .find(accession.id, number)
            .await
    };
    let found = read.await.map_err(|error| problem(&error.into()))?;
    let file = found.ok_or_else(Problem::not_found)?;
    let path = file_path(&HeldFolder::of(&state.workspace, accession.id), &file);
    if !path.is_file() {
        return Err(Problem::not_found());
    }
    let mut response = match ServeFile::new(path).oneshot(request).await {
        Ok(response) => response.map(Body::new).into_response(),
        Err(never) => match never {},
    };
    let mime = file.format.mime.as_deref();
    dress(
        response.headers_mut(),
        SHOWN.into_iter().find(|shown| mime == Some(*shown)),
    );
    Ok(response)
}

/// Says that nothing in the file may run; what a browser cannot show is saved.
fn dress(headers: &mut HeaderMap, shown: Option<&'static str>) {
    let disposition = if shown.is_some() { "inline" } else { "attachment" };
    let policy = if shown == Some("application/pdf") {
        "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'self'"
    } else {
        "default-src 'none'; img-src 'self'; sandbox"
    };
    let fixed = [
        (header::CONTENT_TYPE, shown.unwrap_or("application/octet-stream")),
        (header::CONTENT_DISPOSITION, disposition),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CACHE_CONTROL, "private, no-cache"),
        (header::CONTENT_SECURITY_POLICY, policy),
    ];
    for (name, value) in fixed {
        headers.insert(name, HeaderValue::from_static(value));
    }
}
