//! Routes of the table of filing scope: reading tables, proposing, deciding.

mod bodies;
mod decisions;
mod import;
mod proposals;
mod tables;

use super::error::FilingError;
use super::in_force::TablesInForce;
use axum::http::StatusCode;
use lantai_cataloguing::Holdings;
use lantai_domain::access::Action;
use lantai_http::{Api, Door, Problem};
use utoipa_axum::routes as operations;

const FILE: Door = Door::May(Action::File);

/// What the routes of filing work on.
#[derive(Clone)]
pub struct FilingState {
    /// The holdings.
    pub holdings: Holdings,
    /// The tables in force.
    pub tables: TablesInForce,
}

/// The routes of filing.
pub fn routes(state: FilingState) -> Api {
    Api::new()
        .route(FILE, operations!(tables::get_filing_table))
        .route(FILE, operations!(tables::get_filing_sheet))
        .route(FILE, operations!(proposals::propose_filing))
        .route(
            FILE,
            operations!(decisions::list_filing_decisions, decisions::decide_filing),
        )
        .merge(
            Api::new()
                .route(
                    FILE,
                    operations!(tables::list_filing_tables, import::import_filing_table),
                )
                .with_bodies_up_to(import::MOST_BYTES),
        )
        .with_state(state)
}

/// A problem out of an error of filing.
fn problem(error: &FilingError) -> Problem {
    let status = match error {
        FilingError::NotFound => return Problem::not_found(),
        FilingError::RowUnknown(_)
        | FilingError::ReasonMissing
        | FilingError::Count { .. }
        | FilingError::Row { .. }
        | FilingError::Sheet(_)
        | FilingError::SheetLine { .. } => StatusCode::BAD_REQUEST,
        FilingError::NoTable { .. }
        | FilingError::Overlap { .. }
        | FilingError::Twice(_)
        | FilingError::Changed => StatusCode::CONFLICT,
        other => return Problem::internal(other, other.code()),
    };
    let mut detail = error.to_string();
    if let FilingError::Sheet(_) | FilingError::SheetLine { .. } = error {
        // which line is told by the error itself, what is wrong with it by its source
        let sources = std::iter::successors(std::error::Error::source(error), |one| one.source());
        sources.for_each(|source| detail.push_str(&format!(": {source}")));
    }
    Problem::new(status, error.code(), detail)
}
