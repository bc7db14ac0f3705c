//! The text of a record.

use super::{CataloguingState, find_record, hidden, problem, told};
use crate::text::record_text;
use axum::Json;
use axum::extract::{Path, State};
use lantai_domain::access::Action;
use lantai_http::{Asker, Problem, ProblemBody, Told};
use serde::Serialize;
use utoipa::ToSchema;

/// A text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct TextBody {
    /// The text, with its line breaks.
    pub text: String,
}

/// Gives the text of a record.
#[utoipa::path(get, path = "/api/v1/records/{code}/text", tag = "records",
    params(("code" = String, Path, description = "档号, or the record's identifier")),
    responses(
        (status = 200, description = "The text", body = TextBody),
        (status = 404, description = "No record or no text that you may see", body = ProblemBody),
    ))]
pub async fn get_record_text(
    State(state): State<CataloguingState>,
    Asker(viewer): Asker,
    Path(code): Path<String>,
) -> Result<(Told, Json<TextBody>), Problem> {
    let stored = find_record(&state.holdings, &viewer, &code).await?;
    if !viewer.may_with(Action::ViewContent, &stored.record.access_facts()) {
        return Err(hidden(&stored));
    }
    let told = told(&stored);
    let vault = state.holdings.vault.clone();
    let read = tokio::task::spawn_blocking(move || record_text(&vault, &stored)).await;
    let text = read
        .map_err(|error| problem(&error.into()))?
        .map_err(|error| problem(&error))?;
    let text = text.ok_or_else(Problem::not_found)?;
    Ok((told, Json(TextBody { text })))
}
