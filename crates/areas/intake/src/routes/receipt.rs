//! The receipt that a sender keeps.

use super::{IntakeState, find, problem};
use crate::receipt::{issue, split};
use axum::extract::{Path, Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use lantai_http::{Problem, ProblemBody};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// In which form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReceiptForm {
    /// The JSON document and its signature in one file, a signed note.
    #[default]
    Note,
    /// The JSON document alone.
    Document,
    /// The signature alone: document, an empty line and this are the note again.
    Signature,
}

/// In which form.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ReceiptQuery {
    /// The whole note if not said.
    #[param(inline)]
    form: Option<ReceiptForm>,
}

/// Gives the signed receipt of an accession that was accepted or returned.
#[utoipa::path(get, path = "/api/v1/accessions/{id}/receipt", tag = "accessions",
    params(("id" = Uuid, Path, description = "The accession"), ReceiptQuery),
    responses(
        (status = 200, description = "The receipt", content_type = "text/plain", body = String),
        (status = 401, description = "For the staff", body = ProblemBody),
        (status = 404, description = "There is none", body = ProblemBody),
        (status = 409, description = "The accession has not ended", body = ProblemBody),
    ))]
pub async fn get_receipt(
    State(state): State<IntakeState>,
    Path(id): Path<Uuid>,
    Query(query): Query<ReceiptQuery>,
) -> Result<Response, Problem> {
    let accession = find(&state, id).await?;
    let note = issue(&state.holdings, &accession).await;
    let note = note.map_err(|error| problem(&error))?;
    let (document, signature) = split(&note);
    let (kind, text, ending) = match query.form.unwrap_or_default() {
        ReceiptForm::Note => ("text/plain; charset=utf-8", note.clone(), "note"),
        ReceiptForm::Document => ("application/json", document.to_owned(), "json"),
        ReceiptForm::Signature => ("text/plain; charset=utf-8", signature.to_owned(), "sig"),
    };
    let name = format!("attachment; filename=\"receipt-{id}.{ending}\"");
    Ok((
        [
            (header::CONTENT_TYPE, kind.to_owned()),
            (header::CONTENT_DISPOSITION, name),
        ],
        text,
    )
        .into_response())
}
