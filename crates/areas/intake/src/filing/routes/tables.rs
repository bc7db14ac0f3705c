//! The tables in force.

use super::super::error::FilingError;
use super::super::sheet::to_sheet;
use super::bodies::{ClassBody, RowBody, TableBody, TableSummaryBody};
use super::{FilingState, problem};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use lantai_cataloguing::routes::encode;
use lantai_http::{Problem, ProblemBody};

/// Lists the tables of classification, filing scope and retention.
#[utoipa::path(get, path = "/api/v1/filing/tables", tag = "filing",
    responses(
        (status = 200, description = "The tables, by scheme, the newest first", body = Vec<TableSummaryBody>),
        (status = 401, description = "For the staff", body = ProblemBody),
    ))]
pub async fn list_filing_tables(State(state): State<FilingState>) -> Json<Vec<TableSummaryBody>> {
    Json(
        state
            .tables
            .now()
            .all()
            .iter()
            .map(TableSummaryBody::from)
            .collect(),
    )
}

/// Shows a table with its rows.
#[utoipa::path(get, path = "/api/v1/filing/tables/{id}", tag = "filing",
    params(("id" = String, Path, description = "Its name, such as `XZ-GENERAL@2026.1`")),
    responses(
        (status = 200, description = "The table", body = TableBody),
        (status = 401, description = "For the staff", body = ProblemBody),
        (status = 404, description = "There is none", body = ProblemBody),
    ))]
pub async fn get_filing_table(
    State(state): State<FilingState>,
    Path(id): Path<String>,
) -> Result<Json<TableBody>, Problem> {
    let tables = state.tables.now();
    let table = tables.find(&id).ok_or_else(Problem::not_found)?;
    let classes = table.classes().iter().map(|class| ClassBody {
        path: class.path.clone(),
        name: class.name.clone(),
        english: class.english.clone(),
    });
    Ok(Json(TableBody {
        table: table.into(),
        classes: classes.collect(),
        rows: table.rows().iter().map(|row| RowBody::of(table, row)).collect(),
    }))
}

/// Gives a table as a sheet (CSV) for a spreadsheet.
#[utoipa::path(get, path = "/api/v1/filing/tables/{id}/sheet", tag = "filing",
    params(("id" = String, Path, description = "Its name, such as `XZ-GENERAL@2026.1`")),
    responses(
        (status = 200, description = "The rows", content_type = "text/csv", body = String),
        (status = 401, description = "For the staff", body = ProblemBody),
        (status = 404, description = "There is none", body = ProblemBody),
    ))]
pub async fn get_filing_sheet(
    State(state): State<FilingState>,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let tables = state.tables.now();
    let table = tables.find(&id).ok_or_else(|| problem(&FilingError::NotFound))?;
    let sheet = to_sheet(table).map_err(|error| problem(&error))?;
    let disposition = format!("attachment; filename*=UTF-8''{}.csv", encode(&id));
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, disposition),
    ];
    Ok((headers, sheet).into_response())
}
