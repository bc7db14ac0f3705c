//! Resumable uploads by the tus protocol, version 1.0.0, with creation, expiration, checksum and termination.

use super::reach::{must_reach, must_receive_for};
use super::{IntakeState, problem};
use crate::error::IntakeError;
use crate::repository::uploads::ResumableUpload;
use crate::submission::SubmissionKind;
use crate::upload::{Announcement, Checksum, Patch, WantedUpload};
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use futures::{StreamExt, TryStreamExt};
use jiff::Timestamp;
use lantai_domain::Stage;
use lantai_http::{Asker, Problem, ProblemBody};
use lantai_vault::Algorithm;
use std::collections::BTreeMap;
use uuid::Uuid;

const VERSION: &str = "1.0.0";
const EXTENSIONS: &str = "creation,expiration,checksum,termination";
const ALGORITHMS: &str = "sha1,sha256,sha512,md5,sm3";
const PIECE: &str = "application/offset+octet-stream";

fn bad(code: &'static str, detail: impl Into<String>) -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, code, detail)
}

/// The status of an answer, and what every answer of the protocol says.
fn answer(status: StatusCode, upload: Option<&ResumableUpload>) -> Response {
    let mut response = status.into_response();
    let headers = response.headers_mut();
    headers.insert("tus-resumable", HeaderValue::from_static(VERSION));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    let Some(upload) = upload else {
        return response;
    };
    let mut put = |name: &'static str, value: String| {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(HeaderName::from_static(name), value);
        }
    };
    put("upload-offset", upload.received.to_string());
    put("upload-length", upload.length.to_string());
    put("lantai-accession", upload.accession.to_string());
    if upload.received < upload.length
        && let Ok(at) = Timestamp::from_millisecond(upload.expires_at_ms)
        && let Ok(text) = jiff::fmt::rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&at)
    {
        put("upload-expires", text);
    }
    response
}

fn refusal(error: &IntakeError) -> Response {
    let status = match error {
        IntakeError::ChecksumDiffers => StatusCode::from_u16(460).unwrap_or(StatusCode::BAD_REQUEST),
        IntakeError::UploadBusy => StatusCode::LOCKED,
        IntakeError::UploadExpired => StatusCode::GONE,
        other => return with_version(problem(other).into_response()),
    };
    with_version(Problem::new(status, error.code(), error.to_string()).into_response())
}

fn with_version(mut response: Response) -> Response {
    let version = HeaderValue::from_static(VERSION);
    response.headers_mut().insert("tus-resumable", version);
    response
}

fn text<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

fn check_version(headers: &HeaderMap) -> Result<(), Problem> {
    if text(headers, "tus-resumable") == Some(VERSION) {
        return Ok(());
    }
    Err(Problem::new(
        StatusCode::PRECONDITION_FAILED,
        "intake.tus_version",
        "the header Tus-Resumable must be 1.0.0",
    ))
}

fn number(headers: &HeaderMap, name: &str) -> Result<u64, Problem> {
    let value = text(headers, name).and_then(|value| value.parse().ok());
    value.ok_or_else(|| bad("intake.tus_header", format!("the header {name} must be a number")))
}

/// `key base64,key base64,key`.
fn metadata(headers: &HeaderMap) -> Result<BTreeMap<String, String>, Problem> {
    let unreadable = || bad("intake.tus_header", "the header Upload-Metadata cannot be read");
    let mut found = BTreeMap::new();
    let pairs = text(headers, "upload-metadata").unwrap_or_default();
    for pair in pairs.split(',').map(str::trim).filter(|pair| !pair.is_empty()) {
        let (key, value) = pair.split_once(' ').unwrap_or((pair, ""));
        let value = BASE64_STANDARD.decode(value.trim()).map_err(|_| unreadable())?;
        let value = String::from_utf8(value).map_err(|_| unreadable())?;
        found.insert(key.to_owned(), value);
    }
    Ok(found)
}

fn parsed<T: std::str::FromStr>(
    metadata: &BTreeMap<String, String>,
    key: &'static str,
) -> Result<Option<T>, Problem> {
    let value = metadata.get(key).map(|value| value.trim());
    let value = value.filter(|value| !value.is_empty());
    value
        .map(|value| {
            let refused = || {
                bad(
                    "intake.tus_header",
                    format!("{key} in Upload-Metadata is not understood"),
                )
            };
            value.parse().map_err(|_| refused())
        })
        .transpose()
}

fn kind_of(name: &str) -> Option<SubmissionKind> {
    serde_json::from_value(serde_json::Value::String(name.to_owned())).ok()
}

/// Says what the server can do.
#[utoipa::path(options, path = "/api/v1/uploads", tag = "uploads",
    responses((status = 204, description = "Tus-Version, Tus-Extension, Tus-Checksum-Algorithm")))]
pub async fn describe_uploads() -> Response {
    let mut response = answer(StatusCode::NO_CONTENT, None);
    let headers = response.headers_mut();
    headers.insert("tus-version", HeaderValue::from_static(VERSION));
    headers.insert("tus-extension", HeaderValue::from_static(EXTENSIONS));
    headers.insert("tus-checksum-algorithm", HeaderValue::from_static(ALGORITHMS));
    response
}

/// Begins a resumable upload. `Upload-Metadata` says where the file belongs: `accession` and `path` make it a file of
/// an announced accession; without `accession` the file is a whole package (`filename`, and `fonds`, `kind`, `stage`,
/// `corrects`, where wanted), which is handed in as soon as it is there.
#[utoipa::path(post, path = "/api/v1/uploads", tag = "uploads",
    params(
        ("Tus-Resumable" = String, Header, description = "1.0.0"),
        ("Upload-Length" = u64, Header, description = "Bytes in all"),
        ("Upload-Metadata" = Option<String>, Header, description = "Pairs of a key and a value in Base64"),
        ("Idempotency-Key" = Option<String>, Header, description = "The same key twice makes one accession"),
    ),
    responses(
        (status = 201, description = "Begun; `Location` is its address, `Lantai-Accession` its accession"),
        (status = 400, description = "A header is missing or not understood", body = ProblemBody),
        (status = 401, description = "For the staff", body = ProblemBody),
        (status = 404, description = "There is no such accession", body = ProblemBody),
        (status = 409, description = "The accession was handed in, or the one to be corrected was not returned", body = ProblemBody),
        (status = 412, description = "Another version of the protocol", body = ProblemBody),
        (status = 413, description = "More than announced", body = ProblemBody),
    ))]
pub async fn create_upload(
    State(state): State<IntakeState>,
    Asker(viewer): Asker,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    check_version(&headers)?;
    let length = number(&headers, "upload-length")?;
    let metadata = metadata(&headers)?;
    let stated = |key: &str| {
        metadata
            .get(key)
            .map(String::as_str)
            .filter(|value| !value.is_empty())
    };
    let name = stated("path").or(stated("filename")).or(stated("name"));
    let name = name.ok_or_else(|| bad("intake.tus_header", "Upload-Metadata must name path or filename"))?;
    let stage = match stated("stage") {
        None | Some("filing") => Stage::Filing,
        Some("transfer") => Stage::Transfer,
        Some("preservation") => Stage::Preservation,
        Some(_) => {
            return Err(bad(
                "intake.tus_header",
                "stage in Upload-Metadata is not understood",
            ));
        }
    };
    let kind = match stated("kind") {
        None | Some("auto") => None,
        Some(kind) => Some(
            kind_of(kind)
                .ok_or_else(|| bad("intake.tus_header", "kind in Upload-Metadata is not understood"))?,
        ),
    };
    let key = text(&headers, "idempotency-key");
    let wanted = WantedUpload {
        length,
        path: name.to_owned(),
        accession: parsed(&metadata, "accession")?,
        announcement: Announcement {
            name: name.rsplit('/').next().unwrap_or(name).to_owned(),
            fonds: parsed(&metadata, "fonds")?,
            kind,
            files: 1,
            bytes: length,
            stage,
            majors: crate::accession::MajorFaults::Return,
            corrects: parsed(&metadata, "corrects")?,
            idempotency_key: key.map(|key| format!("{}:{key}", viewer.name())),
        },
    };
    match wanted.accession {
        Some(accession) => must_reach(&state, &viewer, accession.uuid()).await?,
        None => {
            let fonds = wanted.announcement.fonds.as_ref();
            must_receive_for(&viewer, fonds.map(lantai_domain::FondsNumber::as_str))?;
        }
    }
    let begun = state
        .resumable
        .create(&state.holdings, &wanted, viewer.name())
        .await;
    let upload = match begun {
        Ok(upload) => upload,
        Err(error) => return Ok(refusal(&error)),
    };
    let mut response = answer(StatusCode::CREATED, Some(&upload));
    let location = format!("/api/v1/uploads/{}", upload.id);
    if let Ok(location) = HeaderValue::from_str(&location) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    Ok(response)
}

/// Says where an upload stands.
#[utoipa::path(head, path = "/api/v1/uploads/{id}", tag = "uploads",
    params(("id" = Uuid, Path, description = "The upload")),
    responses(
        (status = 200, description = "`Upload-Offset`, `Upload-Length`, `Upload-Expires`"),
        (status = 401, description = "For the staff"),
        (status = 404, description = "There is none"),
        (status = 410, description = "Its time is over"),
    ))]
pub async fn head_upload(
    State(state): State<IntakeState>,
    Asker(viewer): Asker,
    Path(id): Path<Uuid>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    check_version(&headers)?;
    Ok(
        match state.resumable.find(&state.holdings, id, viewer.name()).await {
            Ok(upload) => answer(StatusCode::OK, Some(&upload)),
            Err(error) => refusal(&error),
        },
    )
}

/// Takes a piece of a file.
#[utoipa::path(patch, path = "/api/v1/uploads/{id}", tag = "uploads",
    params(
        ("id" = Uuid, Path, description = "The upload"),
        ("Tus-Resumable" = String, Header, description = "1.0.0"),
        ("Upload-Offset" = u64, Header, description = "Where the piece begins"),
        ("Upload-Checksum" = Option<String>, Header, description = "Algorithm and digest in Base64"),
    ),
    request_body(content = Vec<u8>, content_type = "application/offset+octet-stream"),
    responses(
        (status = 204, description = "Taken; `Upload-Offset` says where the upload stands"),
        (status = 400, description = "A header is not understood, or the connection broke off", body = ProblemBody),
        (status = 401, description = "For the staff", body = ProblemBody),
        (status = 404, description = "There is none", body = ProblemBody),
        (status = 409, description = "The upload stands elsewhere", body = ProblemBody),
        (status = 410, description = "Its time is over", body = ProblemBody),
        (status = 413, description = "More than announced", body = ProblemBody),
        (status = 415, description = "Another content type", body = ProblemBody),
        (status = 423, description = "Another request writes to it", body = ProblemBody),
        (status = 460, description = "The checksum differs", body = ProblemBody),
        (status = 507, description = "The disk is full", body = ProblemBody),
    ))]
pub async fn patch_upload(
    State(state): State<IntakeState>,
    Asker(viewer): Asker,
    Path(id): Path<Uuid>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    check_version(&headers)?;
    if text(&headers, "content-type") != Some(PIECE) {
        let detail = format!("a piece comes as {PIECE}");
        let code = "intake.tus_content_type";
        return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, code, detail));
    }
    let patch = Patch {
        offset: number(&headers, "upload-offset")?,
        checksum: checksum(&headers)?,
        body: body.into_data_stream().map_err(std::io::Error::other).boxed(),
    };
    let taken = state
        .resumable
        .append(&state.holdings, id, patch, viewer.name())
        .await;
    Ok(match taken {
        Ok(upload) => answer(StatusCode::NO_CONTENT, Some(&upload)),
        Err(error) => refusal(&error),
    })
}

fn checksum(headers: &HeaderMap) -> Result<Option<Checksum>, Problem> {
    let Some(stated) = text(headers, "upload-checksum") else {
        return Ok(None);
    };
    let unknown = || {
        bad(
            "intake.tus_header",
            "the header Upload-Checksum is not understood",
        )
    };
    let (algorithm, value) = stated.split_once(' ').ok_or_else(unknown)?;
    if !ALGORITHMS.split(',').any(|known| known == algorithm) {
        return Err(unknown());
    }
    let algorithm = Algorithm::named(algorithm).ok_or_else(unknown)?;
    let value = BASE64_STANDARD.decode(value.trim()).map_err(|_| unknown())?;
    Ok(Some(Checksum {
        algorithm,
        value: hex::encode(value),
    }))
}

/// Drops an upload before its end.
#[utoipa::path(delete, path = "/api/v1/uploads/{id}", tag = "uploads",
    params(("id" = Uuid, Path, description = "The upload")),
    responses(
        (status = 204, description = "Dropped"),
        (status = 401, description = "For the staff", body = ProblemBody),
        (status = 404, description = "There is none", body = ProblemBody),
        (status = 423, description = "A request writes to it", body = ProblemBody),
    ))]
pub async fn delete_upload(
    State(state): State<IntakeState>,
    Asker(viewer): Asker,
    Path(id): Path<Uuid>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    check_version(&headers)?;
    let dropped = state
        .resumable
        .terminate(&state.holdings, id, viewer.name())
        .await;
    Ok(match dropped {
        Ok(()) => answer(StatusCode::NO_CONTENT, None),
        Err(error) => refusal(&error),
    })
}
