//! The fonds of the archive, and the records of one.

use super::bodies::RecordSummaryBody;
use super::{CataloguingState, problem};
use crate::repository::fonds::{FondsRepository, StoredFonds};
use crate::repository::records::{Page as RecordPage, RecordRepository, StoredRecord, sort_code};
use axum::Json;
use axum::extract::{Path, Query, State};
use lantai_domain::Viewer;
use lantai_domain::access::Action;
use lantai_http::{Asker, Cursor, Page, Problem, ProblemBody, Told};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Most records of a page.
const MOST: u32 = 200;

/// A fonds as a viewer sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FondsBody {
    /// 全宗号.
    pub number: String,
    /// 全宗名称.
    pub title: String,
    /// 档案门类代码.
    pub category_codes: Vec<String>,
    /// First year.
    pub year_from: Option<i32>,
    /// Last year.
    pub year_to: Option<i32>,
    /// Records whose entry the viewer may see.
    pub records: i64,
    /// 全宗介绍.
    pub history: Option<String>,
}

impl FondsBody {
    fn of(stored: StoredFonds, viewer: &Viewer) -> Self {
        let fonds = stored.fonds;
        let seen = viewer.filter(Action::ViewEntry);
        let records = stored.count.visible(fonds.number.as_str(), seen);
        Self {
            number: fonds.number.to_string(),
            title: fonds.title,
            category_codes: fonds.category_codes,
            year_from: fonds.year_from,
            year_to: fonds.year_to,
            records,
            history: fonds.history,
        }
    }
}

/// Whether the viewer may know of a fonds: of which they may see a record, or would see an unreviewed one.
fn visible(stored: &StoredFonds, viewer: &Viewer) -> bool {
    let (number, seen) = (stored.fonds.number.as_str(), viewer.filter(Action::ViewEntry));
    seen.reaches_fonds(number) || stored.count.visible(number, seen) > 0
}

/// Lists the fonds, by number.
#[utoipa::path(get, path = "/api/v1/fonds", tag = "fonds",
    responses((status = 200, description = "The fonds", body = Page<FondsBody>)))]
pub async fn list_fonds(
    State(state): State<CataloguingState>,
    Asker(viewer): Asker,
) -> Result<Json<Page<FondsBody>>, Problem> {
    let read = async {
        let mut reader = state.holdings.database.read().await?;
        FondsRepository(reader.conn()).all().await
    };
    let all = read.await.map_err(|error| problem(&error.into()))?;
    let shown = all.into_iter().filter(|stored| visible(stored, &viewer));
    let items = shown.map(|stored| FondsBody::of(stored, &viewer)).collect();
    Ok(Json(Page {
        items,
        next_cursor: None,
    }))
}

async fn find(state: &CataloguingState, viewer: &Viewer, number: &str) -> Result<StoredFonds, Problem> {
    let read = async {
        let mut reader = state.holdings.database.read().await?;
        FondsRepository(reader.conn()).find(number).await
    };
    let found = read.await.map_err(|error| problem(&error.into()))?;
    found
        .filter(|stored| visible(stored, viewer))
        .ok_or_else(Problem::not_found)
}

/// Shows one fonds.
#[utoipa::path(get, path = "/api/v1/fonds/{number}", tag = "fonds",
    params(("number" = String, Path, description = "全宗号")),
    responses(
        (status = 200, description = "The fonds", body = FondsBody),
        (status = 404, description = "None that you may see", body = ProblemBody),
    ))]
pub async fn get_fonds(
    State(state): State<CataloguingState>,
    Asker(viewer): Asker,
    Path(number): Path<String>,
) -> Result<Json<FondsBody>, Problem> {
    Ok(Json(FondsBody::of(
        find(&state, &viewer, &number).await?,
        &viewer,
    )))
}

/// Which records of a fonds.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct FondsRecordsQuery {
    /// Where the page begins.
    cursor: Option<String>,
    /// Records of a page, 50 if not said, 200 at most.
    limit: Option<u32>,
    /// Only this 年度.
    year: Option<i32>,
    /// Only this category.
    category: Option<String>,
}

/// Lists the records of a fonds in the order of their codes.
#[utoipa::path(get, path = "/api/v1/fonds/{number}/records", tag = "fonds",
    params(("number" = String, Path, description = "全宗号"), FondsRecordsQuery),
    responses(
        (status = 200, description = "A page of records", body = Page<RecordSummaryBody>),
        (status = 400, description = "A cursor that was not given out", body = ProblemBody),
        (status = 404, description = "None that you may see", body = ProblemBody),
    ))]
pub async fn list_fonds_records(
    State(state): State<CataloguingState>,
    Asker(viewer): Asker,
    Path(number): Path<String>,
    Query(query): Query<FondsRecordsQuery>,
) -> Result<(Told, Json<Page<RecordSummaryBody>>), Problem> {
    find(&state, &viewer, &number).await?;
    let limit = query.limit.unwrap_or(50).clamp(1, MOST);
    let after = query.cursor.as_deref().map(Cursor::from_text).transpose()?;
    let page = RecordPage {
        visible: viewer.filter(Action::ViewEntry).clone(),
        year: query.year,
        category: query.category,
        after: after.map(|cursor| cursor.key().to_owned()),
        limit: limit + 1,
    };
    let read = async {
        let mut reader = state.holdings.database.read().await?;
        RecordRepository(reader.conn())
            .page_of_fonds(&number, &page)
            .await
    };
    let records = read.await.map_err(|error| problem(&error.into()))?;
    let page = Page::cut(records, limit as usize, |stored| sort_code(&stored.record));
    let is_closed = |stored: &&StoredRecord| !stored.record.open_status.kind().entry_is_public();
    let told = Told::list(page.items.iter().filter(is_closed).count());
    Ok((
        told,
        Json(page.map(|stored| RecordSummaryBody::of(&stored, &viewer))),
    ))
}
