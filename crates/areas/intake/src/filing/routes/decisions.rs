//! What persons decided.

use super::super::decide::{self, Choice, DecisionRequest};
use super::super::error::FilingError;
use super::super::repository::FilingRepository;
use super::bodies::{DecisionBody, DocumentBody};
use super::{FilingState, problem};
use axum::Json;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use lantai_http::{Asker, Cursor, Page, Problem, ProblemBody};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// A document with what a person chose for it.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = FilingChoiceBody)]
pub struct ChoiceBody {
    /// The document.
    pub document: DocumentBody,
    /// Number of the row; none: as proposed.
    #[serde(default)]
    pub item_no: Option<String>,
    /// Why, where it is not what the table proposes.
    #[serde(default)]
    pub reason: Option<String>,
}

/// Decisions to be taken together.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = FilingChoicesBody)]
pub struct ChoicesBody {
    /// Up to a thousand.
    pub choices: Vec<ChoiceBody>,
}

/// Confirms what the table proposes, or decides otherwise with a reason; all or none.
#[utoipa::path(post, path = "/api/v1/filing/decisions", tag = "filing",
    request_body = ChoicesBody,
    responses(
        (status = 201, description = "Decided", body = Vec<DecisionBody>),
        (status = 400, description = "A reason is missing, or the table has no such row", body = ProblemBody),
        (status = 401, description = "For the staff", body = ProblemBody),
        (status = 409, description = "No table holds for a document", body = ProblemBody),
    ))]
pub async fn decide_filing(
    State(state): State<FilingState>,
    Asker(viewer): Asker,
    Json(body): Json<ChoicesBody>,
) -> Result<(StatusCode, Json<Vec<DecisionBody>>), Problem> {
    let choices = body.choices.into_iter().map(|choice| {
        let given = |text: Option<String>| text.filter(|text| !text.trim().is_empty());
        Ok(Choice {
            document: choice.document.read()?,
            item_no: given(choice.item_no),
            reason: given(choice.reason),
        })
    });
    let choices = choices
        .collect::<Result<Vec<_>, FilingError>>()
        .map_err(|error| problem(&error))?;
    let request = DecisionRequest {
        choices,
        by: viewer.name().to_owned(),
    };
    let decided = decide::decide(&state.holdings, &state.tables.now(), &request).await;
    let decided = decided.map_err(|error| problem(&error))?;
    Ok((
        StatusCode::CREATED,
        Json(decided.iter().map(DecisionBody::from).collect()),
    ))
}

/// Which decisions.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct DecisionsQuery {
    /// Where the page begins.
    cursor: Option<String>,
    /// Decisions of a page, 50 if not said, 200 at most.
    limit: Option<u32>,
    /// Only those that differ from the proposal.
    overridden: Option<bool>,
}

/// Lists decisions, newest first.
#[utoipa::path(get, path = "/api/v1/filing/decisions", tag = "filing",
    params(DecisionsQuery),
    responses(
        (status = 200, description = "A page of decisions", body = Page<DecisionBody>),
        (status = 401, description = "For the staff", body = ProblemBody),
    ))]
pub async fn list_filing_decisions(
    State(state): State<FilingState>,
    Query(query): Query<DecisionsQuery>,
) -> Result<Json<Page<DecisionBody>>, Problem> {
    let limit = query.limit.unwrap_or(50).clamp(1, 200);
    let cursor = query.cursor.as_deref().map(Cursor::from_text).transpose()?;
    let before = cursor.and_then(|cursor| cursor.key().parse::<Uuid>().ok());
    let only_overridden = query.overridden.unwrap_or(false);
    let read = async {
        let mut reader = state.holdings.database.read().await?;
        FilingRepository(reader.conn())
            .page(only_overridden, before, limit + 1)
            .await
    };
    let decisions = read.await.map_err(|error| problem(&error.into()))?;
    let page = Page::cut(decisions, limit as usize, |decision| decision.id.to_string());
    Ok(Json(page.map(|decision| DecisionBody::from(&decision))))
}
