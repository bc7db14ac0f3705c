//! Lots: what one would be, drawing it, listing, ending.

use super::super::actions::{self, NewLot};
use super::super::conclude;
use super::super::error::QualityError;
use super::super::judgement::Marks;
use super::super::lot::Choice;
use super::super::people::{Pair, Person};
use super::super::repository::QualityRepository;
use super::bodies::{ItemBody, LotBody, MarkBody, MediaBody, SamplePlanBody};
use super::{QualityState, body_of, find, person, problem};
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use jiff::civil::Date;
use lantai_domain::AccessionId;
use lantai_http::{Asker, Cursor, Page, Problem, ProblemBody};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// A lot to be drawn.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = NewQualityLotBody)]
pub struct NewLotBody {
    /// Of which accession.
    pub accession: Uuid,
    /// Name of the plan.
    pub plan: String,
    /// Its name; the accession's where it is empty.
    #[serde(default)]
    pub name: String,
    /// Only records whose code begins so.
    #[serde(default)]
    pub code_prefix: Option<String>,
    /// Only files of this kind.
    #[serde(default)]
    pub media: Option<MediaBody>,
    /// The run of lots it belongs to; the accession's fonds where none is named.
    #[serde(default)]
    pub series: Option<String>,
    /// The returned lot that comes again with this one.
    #[serde(default)]
    pub again: Option<Uuid>,
    /// The two accounts that are to inspect it; none: whoever takes the seats.
    #[serde(default)]
    pub inspectors: Vec<String>,
    /// The day by which it is to be done, such as `2026-03-31`.
    #[serde(default)]
    pub deadline: Option<String>,
}

impl NewLotBody {
    fn read(self) -> Result<NewLot, Problem> {
        let bad = |code, detail: &str| Problem::new(StatusCode::BAD_REQUEST, code, detail);
        let assigned = match self.inspectors.as_slice() {
            [] => None,
            [one, two] => Some(
                Pair::new(Person::new(one.trim()), Person::new(two.trim()))
                    .map_err(|same| problem(&QualityError::from(same)))?,
            ),
            _ => return Err(bad("quality.two_inspectors", "name two inspectors or none")),
        };
        let deadline = self.deadline.filter(|day| !day.is_empty());
        let deadline = deadline.map(|day| day.parse::<Date>()).transpose();
        let code_prefix = self.code_prefix.map(|prefix| prefix.trim().to_owned());
        Ok(NewLot {
            accession: AccessionId::new(self.accession),
            choice: Choice {
                code_prefix: code_prefix.filter(|prefix| !prefix.is_empty()),
                media: self.media.map(Into::into),
            },
            plan: self.plan,
            name: self.name,
            series: self.series,
            again: self.again,
            assigned,
            deadline: deadline.map_err(|_| {
                bad(
                    "quality.deadline",
                    "write the day as year-month-day, such as 2026-03-31",
                )
            })?,
        })
    }
}

/// Pieces of one stratum.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = QualityStratumBody)]
pub struct StratumBody {
    /// Its name: a fonds, or a file.
    pub name: String,
    /// Pieces of it.
    pub pieces: u64,
}

/// What drawing would come to.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = QualityPreviewBody)]
pub struct PreviewBody {
    /// Sample size and limits.
    pub plan: SamplePlanBody,
    /// The run of lots it belongs to.
    pub series: String,
    /// Strata of the lot; the first hundred.
    pub strata: Vec<StratumBody>,
    /// How many strata there are.
    pub strata_total: u64,
}

/// Strata that are told.
const STRATA_SHOWN: usize = 100;

/// Says what a lot would be, without drawing it.
#[utoipa::path(post, path = "/api/v1/quality/previews", tag = "quality",
    request_body = NewLotBody,
    responses(
        (status = 200, description = "Lot size, sample size and limits", body = PreviewBody),
        (status = 400, description = "The plan is unknown, or nothing is chosen", body = ProblemBody),
        (status = 401, description = "For the staff", body = ProblemBody),
        (status = 404, description = "There is no such accession", body = ProblemBody),
        (status = 409, description = "The accession is not in the holdings, or its series is stopped", body = ProblemBody),
    ))]
pub async fn preview_quality_lot(
    State(state): State<QualityState>,
    Json(body): Json<NewLotBody>,
) -> Result<Json<PreviewBody>, Problem> {
    let new = body.read()?;
    let preview = actions::preview(&state.holdings, &state.rules, &new).await;
    let preview = preview.map_err(|error| problem(&error))?;
    let strata = preview
        .strata
        .iter()
        .take(STRATA_SHOWN)
        .map(|(name, pieces)| StratumBody {
            name: name.clone(),
            pieces: *pieces,
        });
    Ok(Json(PreviewBody {
        plan: (&preview.plan).into(),
        series: preview.series,
        strata: strata.collect(),
        strata_total: u64::try_from(preview.strata.len()).unwrap_or(u64::MAX),
    }))
}

/// Draws a lot.
#[utoipa::path(post, path = "/api/v1/quality/lots", tag = "quality",
    request_body = NewLotBody,
    responses(
        (status = 201, description = "Drawn", body = LotBody),
        (status = 400, description = "The plan is unknown, or nothing is chosen", body = ProblemBody),
        (status = 401, description = "For the staff", body = ProblemBody),
        (status = 403, description = "An inspector must not be whoever received it, nor twice the same", body = ProblemBody),
        (status = 404, description = "There is no such accession", body = ProblemBody),
        (status = 409, description = "The accession is not in the holdings, or its series is stopped", body = ProblemBody),
    ))]
pub async fn create_quality_lot(
    State(state): State<QualityState>,
    Asker(viewer): Asker,
    Json(body): Json<NewLotBody>,
) -> Result<(StatusCode, Json<LotBody>), Problem> {
    let new = body.read()?;
    let me = person(&viewer);
    let lot = actions::create(&state.holdings, &state.rules, &new, &me).await;
    let lot = lot.map_err(|error| problem(&error))?;
    Ok((StatusCode::CREATED, Json(body_of(&state, &lot, &me).await?)))
}

/// Which lots.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct LotsQuery {
    /// Where the page begins.
    cursor: Option<String>,
    /// Lots of a page, 50 if not said, 200 at most.
    limit: Option<u32>,
    /// Only of this accession.
    accession: Option<Uuid>,
}

/// Lists lots, newest first.
#[utoipa::path(get, path = "/api/v1/quality/lots", tag = "quality",
    params(LotsQuery),
    responses(
        (status = 200, description = "A page of lots", body = Page<LotBody>),
        (status = 401, description = "For the staff", body = ProblemBody),
    ))]
pub async fn list_quality_lots(
    State(state): State<QualityState>,
    Asker(viewer): Asker,
    Query(query): Query<LotsQuery>,
) -> Result<Json<Page<LotBody>>, Problem> {
    let limit = query.limit.unwrap_or(50).clamp(1, 200);
    let cursor = query.cursor.as_deref().map(Cursor::from_text).transpose()?;
    let before = cursor.and_then(|cursor| cursor.key().parse::<Uuid>().ok());
    let accession = query.accession.map(AccessionId::new);
    let read = async {
        let mut reader = state.holdings.database.read().await?;
        QualityRepository(reader.conn())
            .page(accession, before, limit + 1)
            .await
    };
    let lots = read.await.map_err(|error| problem(&error.into()))?;
    let page = Page::cut(lots, limit as usize, |lot| lot.id.to_string());
    let me = person(&viewer);
    let mut bodies = Vec::with_capacity(page.items.len());
    for lot in &page.items {
        bodies.push(body_of(&state, lot, &me).await?);
    }
    Ok(Json(Page {
        items: bodies,
        next_cursor: page.next_cursor,
    }))
}

/// Shows a lot.
#[utoipa::path(get, path = "/api/v1/quality/lots/{id}", tag = "quality",
    params(("id" = Uuid, Path, description = "The lot")),
    responses(
        (status = 200, description = "The lot", body = LotBody),
        (status = 401, description = "For the staff", body = ProblemBody),
        (status = 404, description = "There is none", body = ProblemBody),
    ))]
pub async fn get_quality_lot(
    State(state): State<QualityState>,
    Asker(viewer): Asker,
    Path(id): Path<Uuid>,
) -> Result<Json<LotBody>, Problem> {
    let lot = find(&state, id).await?;
    Ok(Json(body_of(&state, &lot, &person(&viewer)).await?))
}

/// A lot with every piece that was not found fine, and everybody's marks.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = QualityReportBody)]
pub struct ReportBody {
    /// The lot.
    pub lot: LotBody,
    /// Pieces with a defect by anybody's mark.
    pub defective: Vec<ItemBody>,
}

/// Reports on a lot that is over.
#[utoipa::path(get, path = "/api/v1/quality/lots/{id}/report", tag = "quality",
    params(("id" = Uuid, Path, description = "The lot")),
    responses(
        (status = 200, description = "The report", body = ReportBody),
        (status = 401, description = "For the staff", body = ProblemBody),
        (status = 404, description = "There is none", body = ProblemBody),
        (status = 409, description = "The lot is not over", body = ProblemBody),
    ))]
pub async fn get_quality_report(
    State(state): State<QualityState>,
    Asker(viewer): Asker,
    Path(id): Path<Uuid>,
) -> Result<Json<ReportBody>, Problem> {
    let lot = find(&state, id).await?;
    if !lot.state.is_over() {
        return Err(problem(&QualityError::WrongState {
            state: lot.state.name(),
            wanted: "reported on",
        }));
    }
    let read = async {
        let mut reader = state.holdings.database.read().await?;
        let marks: Marks = QualityRepository(reader.conn()).marks(id).await?;
        let items = QualityRepository(reader.conn()).items(id, 0, u32::MAX).await?;
        Ok::<_, QualityError>((marks, items))
    };
    let (marks, items) = read.await.map_err(|error| problem(&error))?;
    let defective = items.into_iter().filter_map(|item| {
        let seats = marks.get(&item.number)?;
        let bad = seats.values().any(|judgement| !judgement.defects.is_empty());
        bad.then(|| ItemBody::of(item, seats.values().map(MarkBody::from).collect()))
    });
    Ok(Json(ReportBody {
        defective: defective.collect(),
        lot: body_of(&state, &lot, &person(&viewer)).await?,
    }))
}

/// Concludes a lot by rule: it passes or is returned.
#[utoipa::path(post, path = "/api/v1/quality/lots/{id}/conclusion", tag = "quality",
    params(("id" = Uuid, Path, description = "The lot")),
    responses(
        (status = 200, description = "Passed or returned", body = LotBody),
        (status = 401, description = "For the staff", body = ProblemBody),
        (status = 404, description = "There is none", body = ProblemBody),
        (status = 409, description = "Pieces are not decided yet", body = ProblemBody),
    ))]
pub async fn conclude_quality_lot(
    State(state): State<QualityState>,
    Asker(viewer): Asker,
    Path(id): Path<Uuid>,
) -> Result<Json<LotBody>, Problem> {
    let me = person(&viewer);
    let lot = conclude::conclude(&state.holdings, id, &me).await;
    let lot = lot.map_err(|error| problem(&error))?;
    Ok(Json(body_of(&state, &lot, &me).await?))
}

/// Why a lot is withdrawn.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = QualityWithdrawalBody)]
pub struct WithdrawalBody {
    /// The reason.
    pub reason: String,
}

/// Withdraws a lot that is not over.
#[utoipa::path(post, path = "/api/v1/quality/lots/{id}/withdrawal", tag = "quality",
    params(("id" = Uuid, Path, description = "The lot")),
    request_body = WithdrawalBody,
    responses(
        (status = 200, description = "Withdrawn", body = LotBody),
        (status = 400, description = "A reason is missing", body = ProblemBody),
        (status = 401, description = "For the staff", body = ProblemBody),
        (status = 404, description = "There is none", body = ProblemBody),
        (status = 409, description = "The lot is over", body = ProblemBody),
    ))]
pub async fn withdraw_quality_lot(
    State(state): State<QualityState>,
    Asker(viewer): Asker,
    Path(id): Path<Uuid>,
    Json(body): Json<WithdrawalBody>,
) -> Result<Json<LotBody>, Problem> {
    let me = person(&viewer);
    let lot = conclude::withdraw(&state.holdings, id, &me, &body.reason).await;
    let lot = lot.map_err(|error| problem(&error))?;
    Ok(Json(body_of(&state, &lot, &me).await?))
}
