//! The register of accessions.

use super::bodies::{AccessionBody, AccessionSummaryBody, KindBody, ProgressBody};
use super::bodies_of_packages::{MajorFaultsBody, StageBody};
use super::reach::must_receive_for;
use super::{IntakeState, find, problem, push};
use crate::accession::Accession;
use crate::repository::AccessionRepository;
use crate::repository::tasks::TaskRepository;
use crate::upload::Announcement;
use axum::Json;
use axum::extract::{FromRequest, Multipart, Path, Query, Request, State};
use axum::http::{HeaderMap, StatusCode};
use lantai_cataloguing::RecordRepository;
use lantai_domain::access::Action;
use lantai_domain::{AccessionId, Viewer};
use lantai_http::{Asker, Cursor, Page, Problem, ProblemBody};
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
    Asker(viewer): Asker,
    Query(query): Query<PageQuery>,
) -> Result<Json<Page<AccessionSummaryBody>>, Problem> {
    let limit = query.limit.unwrap_or(50).clamp(1, 200);
    let cursor = query.cursor.as_deref().map(Cursor::from_text).transpose()?;
    let before = cursor.and_then(|cursor| cursor.key().parse::<AccessionId>().ok());
    let read = async {
        let mut reader = state.holdings.database.read().await?;
        AccessionRepository(reader.conn())
            .page(before, limit + 1, viewer.filter(Action::Receive))
            .await
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
    /// Bytes to come; 0: not known.
    pub bytes: u64,
    /// At which stage it is tested; filing if not said.
    #[serde(default)]
    pub stage: Option<StageBody>,
    /// What becomes of major faults; the package goes back if not said.
    #[serde(default)]
    pub majors: Option<MajorFaultsBody>,
    /// The returned accession that it corrects.
    #[serde(default)]
    pub corrects: Option<Uuid>,
}

impl NewAccessionBody {
    pub(super) fn announcement(self, viewer: &Viewer, key: Option<&str>) -> Result<Announcement, Problem> {
        let fonds = Some(self.fonds.trim())
            .filter(|fonds| !fonds.is_empty())
            .map(str::parse)
            .transpose();
        let fonds = fonds.map_err(|error: lantai_domain::fonds::FondsNumberError| {
            Problem::new(StatusCode::BAD_REQUEST, error.code(), error.to_string())
        })?;
        must_receive_for(viewer, fonds.as_ref().map(lantai_domain::FondsNumber::as_str))?;
        Ok(Announcement {
            name: self.name,
            fonds,
            kind: self.kind.kind(),
            files: self.files,
            bytes: self.bytes,
            stage: self.stage.unwrap_or_default().into(),
            majors: self.majors.unwrap_or_default().into(),
            corrects: self.corrects.map(AccessionId::new),
            idempotency_key: key.map(|key| format!("{}:{key}", viewer.name())),
        })
    }
}

/// A whole package in one request.
#[derive(Debug, ToSchema)]
#[schema(as = PushedPackage)]
#[expect(
    dead_code,
    reason = "it only describes the form; the parts are read one by one"
)]
pub struct PushedPackageBody {
    /// What is announced, as JSON; the first part.
    pub metadata: NewAccessionBody,
    /// The files, each with its path in the package as its file name.
    #[schema(value_type = Vec<String>, format = Binary)]
    pub file: Vec<u8>,
}

/// Most bytes of an announcement.
const MOST_ANNOUNCED: usize = 64 * 1024;

/// Announces a package; its files are uploaded next. As `multipart/form-data` the package comes with the announcement
/// and is handed in at once.
#[utoipa::path(post, path = "/api/v1/accessions", tag = "accessions",
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key twice makes one accession")),
    request_body(content(
        (NewAccessionBody = "application/json"),
        (PushedPackageBody = "multipart/form-data"),
    )),
    responses(
        (status = 201, description = "Announced", body = AccessionBody),
        (status = 202, description = "Received whole and handed in", body = AccessionBody),
        (status = 400, description = "The announcement is not understood, or the request broke off", body = ProblemBody),
        (status = 401, description = "For the staff", body = ProblemBody),
        (status = 404, description = "There is no such accession to be corrected", body = ProblemBody),
        (status = 409, description = "The accession to be corrected was not returned", body = ProblemBody),
        (status = 413, description = "More than announced", body = ProblemBody),
    ))]
pub async fn create_accession(
    State(state): State<IntakeState>,
    Asker(viewer): Asker,
    headers: HeaderMap,
    request: Request,
) -> Result<(StatusCode, Json<AccessionBody>), Problem> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let key = text("idempotency-key");
    let unreadable = |detail: String| Problem::new(StatusCode::BAD_REQUEST, "intake.announcement", detail);
    if text("content-type").is_some_and(|kind| kind.starts_with("multipart/form-data")) {
        let multipart = Multipart::from_request(request, &()).await;
        let multipart = multipart.map_err(|error| unreadable(error.to_string()))?;
        let accession = push::receive(&state, &viewer, key, multipart).await?;
        return Ok((StatusCode::ACCEPTED, Json(whole(&state, &accession).await?)));
    }
    let body = axum::body::to_bytes(request.into_body(), MOST_ANNOUNCED).await;
    let body = body.map_err(|error| unreadable(error.to_string()))?;
    let body: NewAccessionBody =
        serde_json::from_slice(&body).map_err(|error| unreadable(error.to_string()))?;
    let announcement = body.announcement(&viewer, key)?;
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
    Path(id): Path<Uuid>,
) -> Result<Json<AccessionBody>, Problem> {
    let accession = find(&state, id).await?;
    Ok(Json(whole(&state, &accession).await?))
}

/// Hands an uploaded package in; one whose accession failed is taken up again where it was.
#[utoipa::path(post, path = "/api/v1/accessions/{id}/submit", tag = "accessions",
    params(("id" = Uuid, Path, description = "The accession")),
    responses(
        (status = 202, description = "Handed in", body = AccessionBody),
        (status = 401, description = "For the staff", body = ProblemBody),
        (status = 404, description = "There is none", body = ProblemBody),
        (status = 409, description = "It was handed in before, or by a command", body = ProblemBody),
    ))]
pub async fn submit_accession(
    State(state): State<IntakeState>,
    Path(id): Path<Uuid>,
) -> Result<(StatusCode, Json<AccessionBody>), Problem> {
    let submitted = state.uploads.submit(&state.holdings, AccessionId::new(id)).await;
    let accession = submitted.map_err(|error| problem(&error))?;
    Ok((StatusCode::ACCEPTED, Json(whole(&state, &accession).await?)))
}

/// Drops a package that was not handed in, or whose accession failed.
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
            .map(|records| (records, reader))
    };
    let (records, mut reader) = read.await.map_err(|error| problem(&error.into()))?;
    let around = async {
        let corrections = AccessionRepository(reader.conn())
            .corrections_of(accession.id)
            .await?;
        let tasks = TaskRepository(reader.conn()).of(accession.id).await?;
        Ok::<_, lantai_database::StoreError>((corrections, tasks))
    };
    let (corrections, tasks) = around.await.map_err(|error| problem(&error.into()))?;
    let corrected_by = corrections.iter().map(|later| later.id.uuid()).collect();
    let open = tasks.iter().filter(|task| task.decision.is_none()).count() as u64;
    let under_way = state.board.find(accession.id);
    let progress = under_way.map_or_else(
        || ProgressBody::at_rest(accession),
        |progress| progress.now().into(),
    );
    Ok(AccessionBody::of(
        accession,
        progress,
        &records,
        corrected_by,
        open,
    ))
}
