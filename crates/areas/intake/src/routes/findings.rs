//! The findings of an accession.

use super::bodies::{FindingBody, SeverityBody};
use super::{IntakeState, find, problem};
use crate::repository::AccessionRepository;
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use lantai_domain::{AccessionId, Severity};
use lantai_http::{Cursor, Page, Problem, ProblemBody};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

/// Which findings.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct FindingsQuery {
    /// Where the page begins.
    cursor: Option<String>,
    /// Findings of a page, 100 if not said, 500 at most.
    limit: Option<u32>,
    /// Only of this weight.
    severity: Option<SeverityBody>,
}

/// Lists the findings of an accession in the order of their weight.
#[utoipa::path(get, path = "/api/v1/accessions/{id}/findings", tag = "accessions",
    params(("id" = Uuid, Path, description = "The accession"), FindingsQuery),
    responses(
        (status = 200, description = "A page of findings", body = Page<FindingBody>),
        (status = 401, description = "For the staff", body = ProblemBody),
        (status = 404, description = "There is none", body = ProblemBody),
    ))]
pub async fn list_accession_findings(
    State(state): State<IntakeState>,
    Path(id): Path<Uuid>,
    Query(query): Query<FindingsQuery>,
) -> Result<Json<Page<FindingBody>>, Problem> {
    let accession = find(&state, id).await?;
    let limit = query.limit.unwrap_or(100).clamp(1, 500);
    let after = match query.cursor.as_deref() {
        Some(cursor) => Cursor::from_text(cursor)?.key().parse::<i64>().map_err(|_| {
            Problem::new(
                StatusCode::BAD_REQUEST,
                "http.cursor",
                "this cursor is not one that was given out",
            )
        })?,
        None => 0,
    };
    let severity = query.severity.map(|severity| Severity::from(severity).name());
    let read = async {
        let mut reader = state.holdings.database.read().await?;
        let id = AccessionId::new(accession.id.uuid());
        AccessionRepository(reader.conn())
            .findings(id, severity, after, limit + 1)
            .await
    };
    let findings = read.await.map_err(|error| problem(&error.into()))?;
    let page = Page::cut(findings, limit as usize, |(number, _)| number.to_string());
    Ok(Json(page.map(|(_, finding)| FindingBody::from(finding))))
}
