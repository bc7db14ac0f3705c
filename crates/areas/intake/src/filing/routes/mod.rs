//! Routes of the table of filing scope: reading tables, proposing, deciding.

mod bodies;
mod decisions;
mod proposals;
mod tables;

use super::error::FilingError;
use super::tables::FilingTables;
use axum::http::StatusCode;
use lantai_cataloguing::Holdings;
use lantai_http::Problem;
use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes as operations;

/// What the routes of filing work on.
#[derive(Clone)]
pub struct FilingState {
    /// The holdings.
    pub holdings: Holdings,
    /// The tables in force.
    pub tables: Arc<FilingTables>,
}

/// The routes of filing.
pub fn routes(state: FilingState) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(operations!(tables::list_filing_tables))
        .routes(operations!(tables::get_filing_table))
        .routes(operations!(tables::get_filing_sheet))
        .routes(operations!(proposals::propose_filing))
        .routes(operations!(
            decisions::list_filing_decisions,
            decisions::decide_filing
        ))
        .with_state(state)
}

/// A problem out of an error of filing.
fn problem(error: &FilingError) -> Problem {
    let status = match error {
        FilingError::NotFound => return Problem::not_found(),
        FilingError::RowUnknown(_)
        | FilingError::ReasonMissing
        | FilingError::Count { .. }
        | FilingError::Row { .. } => StatusCode::BAD_REQUEST,
        FilingError::NoTable { .. } => StatusCode::CONFLICT,
        other => return Problem::internal(other, other.code()),
    };
    Problem::new(status, error.code(), error.to_string())
}
