//! What an accession brought: its records with their files, page by page.

use super::{IntakeState, find, problem};
use axum::Json;
use axum::extract::{Path, Query, State};
use lantai_cataloguing::routes::OpenStatusBody;
use lantai_cataloguing::{RecordRepository, StoredRecord, sort_code};
use lantai_domain::ContentFile;
use lantai_http::{Cursor, Page, Problem, ProblemBody};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// Which page.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct RecordsQuery {
    /// Where the page begins.
    cursor: Option<String>,
    /// Entries of a page, 200 if not said, 1000 at most.
    limit: Option<u32>,
}

/// A file of a record that an accession brought.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = BroughtFile)]
pub struct BroughtFileBody {
    /// Path in the package.
    pub name: String,
    /// Bytes.
    pub size: u64,
    /// PRONOM identifier, or ours.
    pub puid: Option<String>,
    /// Name of the format.
    pub format: Option<String>,
    /// SM3, lower-case hexadecimal.
    pub sm3: String,
}

impl From<ContentFile> for BroughtFileBody {
    fn from(file: ContentFile) -> Self {
        Self {
            name: file.name,
            size: file.size,
            puid: file.format.puid,
            format: file.format.name,
            sm3: file.sm3,
        }
    }
}

/// A record that an accession brought, as the handing-over register (移交清单) lists it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = BroughtRecord)]
pub struct BroughtRecordBody {
    /// 档号.
    pub code: String,
    /// 题名.
    pub title: String,
    /// 责任者.
    pub author: Option<String>,
    /// 文件编号.
    pub document_number: Option<String>,
    /// 日期 as it was written.
    pub date: Option<String>,
    /// 保管期限.
    pub retention: String,
    /// 密级.
    pub classification: String,
    /// 开放状态.
    pub open_status: OpenStatusBody,
    /// 页数.
    pub page_count: Option<u32>,
    /// Its files.
    pub files: Vec<BroughtFileBody>,
}

impl From<StoredRecord> for BroughtRecordBody {
    fn from(stored: StoredRecord) -> Self {
        let record = stored.record;
        let described = record.description;
        Self {
            code: described.code.to_string(),
            title: described.title,
            author: described.author,
            document_number: described.document_number,
            date: described
                .date_text
                .or_else(|| Some(described.date.to_string()).filter(|date| !date.is_empty())),
            retention: described.retention.label_zh(),
            classification: described.classification.label().to_owned(),
            open_status: record.open_status.kind().into(),
            page_count: described.page_count,
            files: record.files.into_iter().map(BroughtFileBody::from).collect(),
        }
    }
}

/// Lists the records that an accession brought, with their files, in the order of their codes.
#[utoipa::path(get, path = "/api/v1/accessions/{id}/records", tag = "accessions",
    params(("id" = Uuid, Path, description = "The accession"), RecordsQuery),
    responses(
        (status = 200, description = "A page of records; none while the accession is not accepted",
         body = Page<BroughtRecordBody>),
        (status = 401, description = "For the staff", body = ProblemBody),
        (status = 404, description = "There is none", body = ProblemBody),
    ))]
pub async fn list_brought_records(
    State(state): State<IntakeState>,
    Path(id): Path<Uuid>,
    Query(query): Query<RecordsQuery>,
) -> Result<Json<Page<BroughtRecordBody>>, Problem> {
    let accession = find(&state, id).await?;
    let limit = query.limit.unwrap_or(200).clamp(1, 1000);
    let cursor = query.cursor.as_deref().map(Cursor::from_text).transpose()?;
    let after = cursor.as_ref().map_or("", Cursor::key);
    let read = async {
        let mut reader = state.holdings.database.read().await?;
        RecordRepository(reader.conn())
            .page_of_accession(accession.id, after, limit + 1)
            .await
    };
    let records = read.await.map_err(|error| problem(&error.into()))?;
    let page = Page::cut(records, limit as usize, |stored| sort_code(&stored.record));
    Ok(Json(page.map(BroughtRecordBody::from)))
}
