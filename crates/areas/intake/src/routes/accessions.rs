//! The register of accessions.

use super::bodies::{AccessionBody, AccessionSummaryBody, KindBody, ProgressBody};
use super::{IntakeState, find, problem};
use crate::accession::Accession;
use crate::repository::AccessionRepository;
use crate::upload::Announcement;
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use lantai_cataloguing::RecordRepository;
use lantai_domain::AccessionId;
use lantai_http::{Cursor, Page, Problem, ProblemBody, Staff};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// Records shown with an accession.
const RECORDS_SHOWN: u32 = 100;

/// Which page.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// Where the page begins.
    cursor: Option<String>,
    /// Entries of a page, 50 if not said, 200 at most.
    limit: Option<u32>,
}

/// Lists accessions, newest first.
#[utoipa::path(get, path = "/api/v1/accessions", tag = "accessions",
    params(PageQuery),
    responses(
        (status = 200, description = "A page of accessions", body = Page<AccessionSummaryBody>),
        (status = 401, description = "For the staff", body = ProblemBody),
    ))]
pub async fn list_accessions(
    State(state): State<IntakeState>,
    _staff: Staff,
    Query(query): Query<PageQuery>,
) -> Result<Json<Page<AccessionSummaryBody>>, Problem> {
    let limit = query.limit.unwrap_or(50).clamp(1, 200);
    let cursor = query.cursor.as_deref().map(Cursor::from_text).transpose()?;
    let before = cursor.and_then(|cursor| cursor.key().parse::<AccessionId>().ok());
    let read = async {
        let mut reader = state.holdings.database.read().await?;
        AccessionRepository(reader.conn()).page(before, limit + 1).await
    };
    let accessions = read.await.map_err(|error| problem(&error.into()))?;
    let page = Page::cut(accessions, limit as usize, |accession| accession.id.to_string());
    Ok(Json(page.map(|accession| AccessionSummaryBody::from(&accession))))
}

/// What a sender announces.
#[derive(Debug, Deserialize, ToSchema)]
pub struct NewAccessionBody {
    /// Name of the package.
    pub name: String,
    /// 全宗号 of what names none; may be empty where the package names it.
    pub fonds: String,
    /// Kind of the package.
    pub kind: KindBody,
    /// Files to come.
    pub files: u64,
    /// Bytes to come.
    pub bytes: u64,
}

/// Announces a package; its files are uploaded next.
#[utoipa::path(post, path = "/api/v1/accessions", tag = "accessions",
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key twice makes one accession")),
    request_body = NewAccessionBody,
    responses(
        (status = 201, description = "Announced", body = AccessionBody),
        (status = 400, description = "The fonds number is none", body = ProblemBody),
        (status = 401, description = "For the staff", body = ProblemBody),
    ))]
pub async fn create_accession(
    State(state): State<IntakeState>,
    Staff(viewer): Staff,
    headers: HeaderMap,
    Json(body): Json<NewAccessionBody>,
) -> Result<(StatusCode, Json<AccessionBody>), Problem> {
    let fonds = Some(body.fonds.trim())
        .filter(|fonds| !fonds.is_empty())
        .map(str::parse)
        .transpose();
    let fonds = fonds.map_err(|error: lantai_domain::fonds::FondsNumberError| {
        Problem::new(StatusCode::BAD_REQUEST, error.code(), error.to_string())
    })?;
    let key = headers
        .get("idempotency-key")
        .and_then(|value| value.to_str().ok());
    let announcement = Announcement {
        name: body.name,
        fonds,
        kind: body.kind.kind(),
        files: body.files,
        bytes: body.bytes,
        idempotency_key: key.map(|key| format!("{}:{key}", viewer.name())),
    };
    let accession = state
        .uploads
        .announce(&state.holdings, &announcement, viewer.name())
        .await
        .map_err(|error| problem(&error))?;
    Ok((StatusCode::CREATED, Json(whole(&state, &accession).await?)))
}

/// Shows an accession.
#[utoipa::path(get, path = "/api/v1/accessions/{id}", tag = "accessions",
    params(("id" = Uuid, Path, description = "The accession")),
    responses(
        (status = 200, description = "The accession", body = AccessionBody),
        (status = 401, description = "For the staff", body = ProblemBody),
        (status = 404, description = "There is none", body = ProblemBody),
    ))]
pub async fn get_accession(
    State(state): State<IntakeState>,
    _staff: Staff,
    Path(id): Path<Uuid>,
) -> Result<Json<AccessionBody>, Problem> {
    let accession = find(&state, id).await?;
    Ok(Json(whole(&state, &accession).await?))
}

/// Hands an uploaded package in.
#[utoipa::path(post, path = "/api/v1/accessions/{id}/submit", tag = "accessions",
    params(("id" = Uuid, Path, description = "The accession")),
    responses(
        (status = 202, description = "Handed in", body = AccessionBody),
        (status = 401, description = "For the staff", body = ProblemBody),
        (status = 404, description = "There is none", body = ProblemBody),
        (status = 409, description = "It was handed in before", body = ProblemBody),
    ))]
pub async fn submit_accession(
    State(state): State<IntakeState>,
    _staff: Staff,
    Path(id): Path<Uuid>,
) -> Result<(StatusCode, Json<AccessionBody>), Problem> {
    let submitted = state.uploads.submit(&state.holdings, AccessionId::new(id)).await;
    let accession = submitted.map_err(|error| problem(&error))?;
    Ok((StatusCode::ACCEPTED, Json(whole(&state, &accession).await?)))
}

/// Drops a package that was not handed in.
#[utoipa::path(delete, path = "/api/v1/accessions/{id}", tag = "accessions",
    params(("id" = Uuid, Path, description = "The accession")),
    responses(
        (status = 204, description = "Dropped"),
        (status = 401, description = "For the staff", body = ProblemBody),
        (status = 404, description = "There is none", body = ProblemBody),
        (status = 409, description = "It was handed in", body = ProblemBody),
    ))]
pub async fn discard_accession(
    State(state): State<IntakeState>,
    _staff: Staff,
    Path(id): Path<Uuid>,
) -> Result<StatusCode, Problem> {
    let withdrawn = state
        .uploads
        .withdraw(&state.holdings, AccessionId::new(id))
        .await;
    withdrawn.map_err(|error| problem(&error))?;
    Ok(StatusCode::NO_CONTENT)
}

async fn whole(state: &IntakeState, accession: &Accession) -> Result<AccessionBody, Problem> {
    let read = async {
        let mut reader = state.holdings.database.read().await?;
        RecordRepository(reader.conn())
            .page_of_accession(accession.id, "", RECORDS_SHOWN)
            .await
    };
    let records = read.await.map_err(|error| problem(&error.into()))?;
    let under_way = state.board.find(accession.id);
    let progress = under_way.map_or_else(
        || ProgressBody::at_rest(accession),
        |progress| progress.now().into(),
    );
    Ok(AccessionBody::of(accession, progress, &records))
}
