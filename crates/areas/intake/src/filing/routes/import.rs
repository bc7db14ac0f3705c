//! A sheet becomes a table of the archive: first what it would change, then the change.

use super::super::changes::{FieldChange, RowChange};
use super::super::error::FilingError;
use super::super::in_force::{Addition, TablesInForce};
use super::super::sheet::from_sheet;
use super::super::table::{FilingTable, Row, Scheme};
use super::bodies::TableSummaryBody;
use super::{FilingState, problem};
use axum::Json;
use axum::extract::multipart::{Field, MultipartError};
use axum::extract::{Multipart, Query, State};
use axum::http::StatusCode;
use jiff::civil::Date;
use lantai_http::{Problem, ProblemBody};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Most bytes of a sheet with what is said of it; a table of five thousand rows has one.
pub(super) const MOST_BYTES: usize = 8 * 1024 * 1024;

/// What is said of a table that comes as a sheet.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = FilingSchemeBody)]
pub struct SchemeBody {
    /// Identifier of the scheme: letters, digits, points and hyphens.
    pub id: String,
    /// Its version, likewise.
    pub version: String,
    /// Its title.
    pub title: String,
    /// The fonds it is for; empty: every fonds without a table of its own.
    #[serde(default)]
    pub fonds: Vec<String>,
    /// First day of the documents it is for, such as `2026-01-01`.
    pub valid_from: String,
    /// Last day of the documents it is for.
    #[serde(default)]
    pub valid_to: Option<String>,
    /// The authority that approved it.
    #[serde(default)]
    pub approved_by: String,
    /// Number of the approval.
    #[serde(default)]
    pub approval_number: String,
}

impl SchemeBody {
    fn scheme(self) -> Result<Scheme, FilingError> {
        let day = |text: &str| {
            text.trim()
                .parse::<Date>()
                .map_err(|_| FilingError::row("scheme", format!("{text:?} is no day such as 2026-01-01")))
        };
        let until = self.valid_to.filter(|text| !text.trim().is_empty());
        Ok(Scheme {
            valid_from: day(&self.valid_from)?,
            valid_to: until.as_deref().map(day).transpose()?,
            id: self.id.trim().to_owned(),
            version: self.version.trim().to_owned(),
            title: self.title.trim().to_owned(),
            english: String::new(),
            fonds: self
                .fonds
                .into_iter()
                .filter(|fonds| !fonds.trim().is_empty())
                .collect(),
            approved_by: self.approved_by.trim().to_owned(),
            approval_number: self.approval_number.trim().to_owned(),
            approved_at: None,
        })
    }
}

/// A sheet with what is said of it.
#[derive(Debug, ToSchema)]
#[schema(as = FilingSheetBody)]
#[expect(
    dead_code,
    reason = "it only describes the form; the parts are read one by one"
)]
pub struct SheetBody {
    /// Of which scheme and version, for whom and when, as JSON; the first part.
    pub scheme: SchemeBody,
    /// The sheet: CSV in any encoding, or Excel.
    #[schema(value_type = String, format = Binary)]
    pub sheet: Vec<u8>,
}

/// A row that is added or gone.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = FilingRowBrief)]
pub struct RowBriefBody {
    /// Its number.
    pub item_no: String,
    /// What it is about.
    pub item_text: String,
    /// Whether it is filed.
    pub filed: bool,
    /// Class path.
    pub class_path: Option<String>,
    /// Chinese name of the retention.
    pub retention_label: Option<String>,
}

impl RowBriefBody {
    fn of(table: &FilingTable, row: &Row) -> Self {
        Self {
            item_no: row.item_no.clone(),
            item_text: row.item_text.clone(),
            filed: row.filed,
            class_path: row.class.clone(),
            retention_label: row.retention.as_deref().map(|id| table.retention_label(id)),
        }
    }
}

/// A cell that differs.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = FilingFieldChange)]
pub struct FieldChangeBody {
    /// The element, as `rules/filing-columns.toml` names it.
    pub element: String,
    /// What stood there.
    pub before: String,
    /// What stands there now.
    pub after: String,
}

impl From<FieldChange> for FieldChangeBody {
    fn from(change: FieldChange) -> Self {
        Self {
            element: change.element.to_owned(),
            before: change.before,
            after: change.after,
        }
    }
}

/// A row that differs.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = FilingRowChange)]
pub struct RowChangeBody {
    /// Its number.
    pub item_no: String,
    /// What it is about now.
    pub item_text: String,
    /// The cells that differ.
    pub fields: Vec<FieldChangeBody>,
}

impl From<RowChange> for RowChangeBody {
    fn from(change: RowChange) -> Self {
        Self {
            item_no: change.item_no,
            item_text: change.item_text,
            fields: change.fields.into_iter().map(FieldChangeBody::from).collect(),
        }
    }
}

/// What a sheet changes, or has changed.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = FilingImportBody)]
pub struct ImportBody {
    /// The new table.
    pub table: TableSummaryBody,
    /// Name of the table that it is compared with, which it takes the place of.
    pub replaces: Option<String>,
    /// Name of the version that ends.
    pub ends: Option<String>,
    /// Its last day.
    pub ends_on: Option<String>,
    /// Rows that are new.
    pub added: Vec<RowBriefBody>,
    /// Rows that are gone.
    pub removed: Vec<RowBriefBody>,
    /// Rows that differ.
    pub changed: Vec<RowChangeBody>,
    /// How many rows are the same.
    pub unchanged: u64,
}

impl From<Addition> for ImportBody {
    fn from(addition: Addition) -> Self {
        let changes = addition.changes;
        let table = &addition.table;
        let old = addition.replaces.as_ref().unwrap_or(table);
        let ends = addition.ends.as_ref();
        Self {
            table: table.into(),
            replaces: addition.replaces.as_ref().map(FilingTable::name),
            ends: ends.map(|(table, _)| table.name()),
            ends_on: ends.map(|(_, day)| day.to_string()),
            added: changes
                .added
                .iter()
                .map(|row| RowBriefBody::of(table, row))
                .collect(),
            removed: changes
                .removed
                .iter()
                .map(|row| RowBriefBody::of(old, row))
                .collect(),
            changed: changes.changed.into_iter().map(RowChangeBody::from).collect(),
            unchanged: u64::try_from(changes.unchanged).unwrap_or(u64::MAX),
        }
    }
}

/// Whether it is done or only shown.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ImportQuery {
    /// Only say what would change.
    preview: Option<bool>,
}

/// Takes a sheet as a table of the archive, in force at once. An open version of the same scheme ends the day before.
/// With `preview` nothing is changed.
#[utoipa::path(post, path = "/api/v1/filing/tables", tag = "filing",
    params(ImportQuery),
    request_body(content = SheetBody, content_type = "multipart/form-data"),
    responses(
        (status = 200, description = "What would change", body = ImportBody),
        (status = 201, description = "The table is in force", body = ImportBody),
        (status = 400, description = "The sheet cannot be read, or a row contradicts itself", body = ProblemBody),
        (status = 401, description = "For the staff", body = ProblemBody),
        (status = 409, description = "It is there already, or holds at the same time as another", body = ProblemBody),
        (status = 413, description = "The sheet is too large", body = ProblemBody),
    ))]
pub async fn import_filing_table(
    State(state): State<FilingState>,
    Query(query): Query<ImportQuery>,
    multipart: Multipart,
) -> Result<(StatusCode, Json<ImportBody>), Problem> {
    let sent = read(multipart).await?;
    let tables = state.tables;
    let is_preview = query.preview.unwrap_or(false);
    // reading a workbook and writing the file take a while
    let done = tokio::task::spawn_blocking(move || import(&tables, sent, is_preview)).await;
    let done = done.map_err(|error| problem(&error.into()))?;
    let addition = done.map_err(|error| problem(&error))?;
    let status = if is_preview {
        StatusCode::OK
    } else {
        StatusCode::CREATED
    };
    Ok((status, Json(addition.into())))
}

struct Sent {
    scheme: Scheme,
    name: String,
    bytes: Vec<u8>,
}

fn import(tables: &TablesInForce, sent: Sent, is_preview: bool) -> Result<Addition, FilingError> {
    let now = tables.now();
    let same = now.all().iter().find(|one| one.scheme().id == sent.scheme.id);
    let retentions = match same {
        Some(table) => table.retentions().to_vec(),
        None => FilingTable::builtin()?.retentions().to_vec(),
    };
    let table = from_sheet(&sent.name, sent.bytes, sent.scheme, retentions)?;
    let addition = tables.plan(table)?;
    if !is_preview {
        let path = tables.add(addition.clone())?;
        tracing::info!(table = %addition.table.name(), path = %path.display(), "a table of filing scope is in force");
    }
    Ok(addition)
}

async fn read(mut multipart: Multipart) -> Result<Sent, Problem> {
    let (mut scheme, mut sheet) = (None, None);
    while let Some(field) = multipart.next_field().await.map_err(|error| broken(&error))? {
        match field.name() {
            Some("scheme") => scheme = Some(bytes(field).await?),
            Some("sheet") => {
                let name = field.file_name().unwrap_or("sheet.csv").to_owned();
                sheet = Some((name, bytes(field).await?));
            }
            _ => {}
        }
    }
    let missing = |part: &str| bad(format!("the part {part} is missing"));
    let scheme = scheme.ok_or_else(|| missing("scheme"))?;
    let (name, bytes) = sheet.ok_or_else(|| missing("sheet"))?;
    let scheme: SchemeBody = serde_json::from_slice(&scheme)
        .map_err(|error| bad(format!("the part scheme cannot be read: {error}")))?;
    let scheme = scheme.scheme().map_err(|error| problem(&error))?;
    Ok(Sent { scheme, name, bytes })
}

async fn bytes(field: Field<'_>) -> Result<Vec<u8>, Problem> {
    let read = field.bytes().await.map_err(|error| broken(&error))?;
    Ok(read.to_vec())
}

fn bad(detail: String) -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, "filing.import", detail)
}

fn broken(error: &MultipartError) -> Problem {
    Problem::new(error.status(), "filing.import", error.body_text())
}
