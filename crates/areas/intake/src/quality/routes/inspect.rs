//! Looking at the pieces of a lot: seats, marks, and what the two inspectors differ on.

use super::super::actions::{self, Mark};
use super::super::error::QualityError;
use super::super::lot::{Lot, LotItem, LotState};
use super::super::people::Person;
use super::super::repository::QualityRepository;
use super::bodies::{DefectBody, ItemBody, LotBody, MarkBody, SEATS};
use super::{QualityState, body_of, find, person, problem};
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use lantai_http::{Asker, Cursor, Page, Problem, ProblemBody};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// Takes a free seat of a lot.
#[utoipa::path(post, path = "/api/v1/quality/lots/{id}/seat", tag = "quality",
    params(("id" = Uuid, Path, description = "The lot")),
    responses(
        (status = 200, description = "The lot, with a seat for whoever asks", body = LotBody),
        (status = 401, description = "For the staff", body = ProblemBody),
        (status = 403, description = "It must be another person", body = ProblemBody),
        (status = 404, description = "There is none", body = ProblemBody),
        (status = 409, description = "No seat is free", body = ProblemBody),
    ))]
pub async fn take_quality_seat(
    State(state): State<QualityState>,
    Asker(viewer): Asker,
    Path(id): Path<Uuid>,
) -> Result<Json<LotBody>, Problem> {
    let me = person(&viewer);
    let lot = actions::take_seat(&state.holdings, id, &me).await;
    let lot = lot.map_err(|error| problem(&error))?;
    Ok(Json(body_of(&state, &lot, &me).await?))
}

/// Which pieces.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ItemsQuery {
    /// Where the page begins.
    cursor: Option<String>,
    /// Pieces of a page, 100 if not said, 500 at most.
    limit: Option<u32>,
}

/// Puts the marks that a person may see to pieces.
async fn with_marks(
    state: &QualityState,
    lot: &Lot,
    me: &Person,
    items: Vec<LotItem>,
) -> Result<Vec<ItemBody>, Problem> {
    let (Some(first), Some(last)) = (items.first(), items.last()) else {
        return Ok(Vec::new());
    };
    let (from, to) = (first.number, last.number);
    let read = async {
        let mut reader = state.holdings.database.read().await?;
        let mut marks = Vec::new();
        // the only place where marks leave: a seat that the person must not see is not even read
        for seat in SEATS.into_iter().filter(|seat| lot.sees(me, *seat)) {
            marks.extend(
                QualityRepository(reader.conn())
                    .marks_of_seat(lot.id, seat, from, to)
                    .await?,
            );
        }
        Ok::<_, QualityError>(marks)
    };
    let marks = read.await.map_err(|error| problem(&error))?;
    let body = |item: LotItem| {
        let mine = marks.iter().filter(|mark| mark.item == item.number);
        let mine = mine.map(MarkBody::from).collect();
        ItemBody::of(item, mine)
    };
    Ok(items.into_iter().map(body).collect())
}

async fn items(state: &QualityState, id: Uuid, after: u32, limit: u32) -> Result<Vec<LotItem>, Problem> {
    let read = async {
        let mut reader = state.holdings.database.read().await?;
        QualityRepository(reader.conn()).items(id, after, limit).await
    };
    read.await.map_err(|error| problem(&error.into()))
}

/// Lists the pieces of the sample with the marks that whoever asks may see.
#[utoipa::path(get, path = "/api/v1/quality/lots/{id}/items", tag = "quality",
    params(("id" = Uuid, Path, description = "The lot"), ItemsQuery),
    responses(
        (status = 200, description = "A page of pieces", body = Page<ItemBody>),
        (status = 401, description = "For the staff", body = ProblemBody),
        (status = 404, description = "There is no such lot", body = ProblemBody),
    ))]
pub async fn list_quality_items(
    State(state): State<QualityState>,
    Asker(viewer): Asker,
    Path(id): Path<Uuid>,
    Query(query): Query<ItemsQuery>,
) -> Result<Json<Page<ItemBody>>, Problem> {
    let lot = find(&state, id).await?;
    let limit = query.limit.unwrap_or(100).clamp(1, 500);
    let cursor = query.cursor.as_deref().map(Cursor::from_text).transpose()?;
    let after = cursor
        .map_or(Ok(0), |cursor| cursor.key().parse::<u32>())
        .map_err(|_| {
            Problem::new(
                StatusCode::BAD_REQUEST,
                "http.cursor",
                "this cursor is not one that was given out",
            )
        })?;
    let found = items(&state, id, after, limit + 1).await?;
    let page = Page::cut(found, limit as usize, |item| item.number.to_string());
    Ok(Json(Page {
        items: with_marks(&state, &lot, &person(&viewer), page.items).await?,
        next_cursor: page.next_cursor,
    }))
}

/// The next piece for whoever asks.
#[utoipa::path(get, path = "/api/v1/quality/lots/{id}/next", tag = "quality",
    params(("id" = Uuid, Path, description = "The lot")),
    responses(
        (status = 200, description = "The piece; `null`: nothing is left", body = Option<ItemBody>),
        (status = 401, description = "For the staff", body = ProblemBody),
        (status = 404, description = "There is no such lot", body = ProblemBody),
    ))]
pub async fn next_quality_item(
    State(state): State<QualityState>,
    Asker(viewer): Asker,
    Path(id): Path<Uuid>,
) -> Result<Json<Option<ItemBody>>, Problem> {
    let lot = find(&state, id).await?;
    let me = person(&viewer);
    let next = actions::next_item(&state.holdings, &lot, &me).await;
    let Some(number) = next.map_err(|error| problem(&error))? else {
        return Ok(Json(None));
    };
    let found = items(&state, id, number.saturating_sub(1), 1).await?;
    Ok(Json(with_marks(&state, &lot, &me, found).await?.pop()))
}

/// What is marked on a piece.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = NewQualityMarkBody)]
pub struct NewMarkBody {
    /// The defects; none: fine.
    pub defects: Vec<DefectBody>,
    /// A note.
    #[serde(default)]
    pub note: Option<String>,
}

/// Marks a piece; marking it again replaces the mark.
#[utoipa::path(put, path = "/api/v1/quality/lots/{id}/items/{n}/mark", tag = "quality",
    params(("id" = Uuid, Path, description = "The lot"), ("n" = u32, Path, description = "Number of the piece")),
    request_body = NewMarkBody,
    responses(
        (status = 200, description = "Marked", body = MarkBody),
        (status = 400, description = "There is no such piece or defect class", body = ProblemBody),
        (status = 401, description = "For the staff", body = ProblemBody),
        (status = 403, description = "Whoever asks has no seat", body = ProblemBody),
        (status = 404, description = "There is no such lot", body = ProblemBody),
        (status = 409, description = "The marks were handed in", body = ProblemBody),
    ))]
pub async fn put_quality_mark(
    State(state): State<QualityState>,
    Asker(viewer): Asker,
    Path((id, n)): Path<(Uuid, u32)>,
    Json(body): Json<NewMarkBody>,
) -> Result<Json<MarkBody>, Problem> {
    let mark = Mark {
        defects: body
            .defects
            .into_iter()
            .map(|defect| (defect.class, defect.page))
            .collect(),
        note: body.note,
    };
    let judged = actions::judge(&state.holdings, &state.rules, id, n, &person(&viewer), &mark).await;
    judged
        .map(|judgement| Json(MarkBody::from(&judgement)))
        .map_err(|error| problem(&error))
}

/// Takes a mark back.
#[utoipa::path(delete, path = "/api/v1/quality/lots/{id}/items/{n}/mark", tag = "quality",
    params(("id" = Uuid, Path, description = "The lot"), ("n" = u32, Path, description = "Number of the piece")),
    responses(
        (status = 204, description = "Taken back"),
        (status = 400, description = "There is no such piece", body = ProblemBody),
        (status = 401, description = "For the staff", body = ProblemBody),
        (status = 403, description = "Whoever asks has no seat", body = ProblemBody),
        (status = 404, description = "There is no such lot", body = ProblemBody),
        (status = 409, description = "The marks were handed in", body = ProblemBody),
    ))]
pub async fn undo_quality_mark(
    State(state): State<QualityState>,
    Asker(viewer): Asker,
    Path((id, n)): Path<(Uuid, u32)>,
) -> Result<StatusCode, Problem> {
    let undone = actions::undo(&state.holdings, id, n, &person(&viewer)).await;
    undone
        .map(|()| StatusCode::NO_CONTENT)
        .map_err(|error| problem(&error))
}

/// Hands the marks of whoever asks in; from then on they stay.
#[utoipa::path(post, path = "/api/v1/quality/lots/{id}/submission", tag = "quality",
    params(("id" = Uuid, Path, description = "The lot")),
    responses(
        (status = 200, description = "Handed in", body = LotBody),
        (status = 401, description = "For the staff", body = ProblemBody),
        (status = 403, description = "Whoever asks has no seat", body = ProblemBody),
        (status = 404, description = "There is no such lot", body = ProblemBody),
        (status = 409, description = "Pieces are not marked yet", body = ProblemBody),
    ))]
pub async fn submit_quality_marks(
    State(state): State<QualityState>,
    Asker(viewer): Asker,
    Path(id): Path<Uuid>,
) -> Result<Json<LotBody>, Problem> {
    let me = person(&viewer);
    let lot = actions::submit(&state.holdings, id, &me).await;
    let lot = lot.map_err(|error| problem(&error))?;
    Ok(Json(body_of(&state, &lot, &me).await?))
}

/// Lists the pieces on which the two inspectors differ, once both have handed in.
#[utoipa::path(get, path = "/api/v1/quality/lots/{id}/disputed", tag = "quality",
    params(("id" = Uuid, Path, description = "The lot")),
    responses(
        (status = 200, description = "The pieces with everybody's marks", body = Vec<ItemBody>),
        (status = 401, description = "For the staff", body = ProblemBody),
        (status = 404, description = "There is no such lot", body = ProblemBody),
        (status = 409, description = "The inspectors are still at work", body = ProblemBody),
    ))]
pub async fn list_disputed_quality_items(
    State(state): State<QualityState>,
    Asker(viewer): Asker,
    Path(id): Path<Uuid>,
) -> Result<Json<Vec<ItemBody>>, Problem> {
    let lot = find(&state, id).await?;
    let disputed = match &lot.state {
        LotState::Arbitrating { disputed, .. } => disputed.clone(),
        LotState::Passed { conclusion } | LotState::Returned { conclusion } => conclusion.disputed.clone(),
        LotState::Drawn | LotState::Inspecting { .. } | LotState::Withdrawn { .. } => {
            return Err(problem(&QualityError::WrongState {
                state: lot.state.name(),
                wanted: "arbitrated",
            }));
        }
    };
    let all = items(&state, id, 0, u32::MAX).await?;
    let found = all
        .into_iter()
        .filter(|item| disputed.contains(&item.number))
        .collect();
    Ok(Json(with_marks(&state, &lot, &person(&viewer), found).await?))
}
