//! The text of a record.

use super::{CataloguingState, find_record, hidden, problem, told};
use crate::text::{RecordText, record_text};
use axum::Json;
use axum::extract::{Path, State};
use lantai_domain::access::Action;
use lantai_domain::reading::TextPlace;
use lantai_http::{Asker, Problem, ProblemBody, Told};
use serde::Serialize;
use utoipa::ToSchema;

/// A text.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct TextBody {
    /// The text, with its line breaks.
    pub text: String,
    /// Where of the record it stands, in the order of the text; empty where that is unknown.
    pub places: Vec<TextPlaceBody>,
}

/// From a character on, the text stands on this page, or is heard from this second.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct TextPlaceBody {
    /// The first character.
    pub start: usize,
    /// Number of the file among the record's files, from 0.
    pub file: u32,
    /// The page, from 1, where the file has pages.
    pub page: Option<u32>,
    /// The second, where the file is a recording.
    pub second: Option<f64>,
}

impl From<RecordText> for TextBody {
    fn from(read: RecordText) -> Self {
        let place = |place: TextPlace| TextPlaceBody {
            start: place.start,
            file: place.file,
            page: place.page(),
            second: place.second(),
        };
        Self {
            places: read.places.into_iter().map(place).collect(),
            text: read.text,
        }
    }
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
    Ok((told, Json(TextBody::from(text))))
}
