//! What the tables propose.

use super::super::decide::MOST;
use super::super::error::FilingError;
use super::super::propose::propose;
use super::bodies::{DocumentBody, ProposalBody};
use super::{FilingState, problem};
use axum::Json;
use axum::extract::State;
use jiff::tz::TimeZone;
use lantai_http::{Problem, ProblemBody};
use serde::Deserialize;
use utoipa::ToSchema;

/// Documents to be looked at.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = FilingDocumentsBody)]
pub struct DocumentsBody {
    /// Up to a thousand.
    pub documents: Vec<DocumentBody>,
}

/// Proposes for each document whether, where and how long it is filed. Nothing is changed.
#[utoipa::path(post, path = "/api/v1/filing/proposals", tag = "filing",
    request_body = DocumentsBody,
    responses(
        (status = 200, description = "A proposal for each document, in their order", body = Vec<ProposalBody>),
        (status = 400, description = "None or too many documents, or a day that is none", body = ProblemBody),
        (status = 401, description = "For the staff", body = ProblemBody),
        (status = 409, description = "No table holds for a document", body = ProblemBody),
    ))]
pub async fn propose_filing(
    State(state): State<FilingState>,
    Json(body): Json<DocumentsBody>,
) -> Result<Json<Vec<ProposalBody>>, Problem> {
    if body.documents.is_empty() || body.documents.len() > MOST {
        return Err(problem(&FilingError::Count { most: MOST }));
    }
    let today = state.holdings.clock.now().to_zoned(TimeZone::UTC).date();
    let tables = state.tables.now();
    let proposals = body.documents.into_iter().map(|document| {
        let document = document.read()?;
        let table = tables.of(&document, today)?;
        Ok(ProposalBody::from(&propose(table, &document)))
    });
    let proposals = proposals.collect::<Result<Vec<_>, FilingError>>();
    proposals.map(Json).map_err(|error| problem(&error))
}
