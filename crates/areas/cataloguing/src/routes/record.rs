//! One record.

use super::bodies::{MediaKind, OpenStatusBody, encode, file_url};
use super::{CataloguingState, find_record, problem, told};
use crate::repository::fonds::FondsRepository;
use crate::repository::records::{RecordRepository, StoredRecord};
use axum::Json;
use axum::extract::{Path, State};
use lantai_domain::access::Action;
use lantai_domain::date::written_forms;
use lantai_domain::record::AggregationLevel;
use lantai_domain::{ArchivalDate, ContentFile, FileRole, Media, Record, SecurityClassification, Viewer};
use lantai_http::{Asker, Problem, ProblemBody, Told};
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;
use uuid::Uuid;

/// A record as a viewer sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct RecordBody {
    /// Its identifier for ever.
    pub record: Uuid,
    /// 档号 in force.
    pub code: String,
    /// Former codes.
    pub former_codes: Vec<String>,
    /// 题名.
    pub title: String,
    /// 文件编号.
    pub document_number: Option<String>,
    /// 责任者.
    pub author: Option<String>,
    /// 日期, as in EDTF; empty when unknown.
    pub date: String,
    /// 日期原文.
    pub date_text: Option<String>,
    /// How that day is written in other calendars.
    pub date_forms: Vec<String>,
    /// Its fonds.
    pub fonds: FondsRefBody,
    /// 档案门类代码.
    pub category: String,
    /// 门类 in words.
    pub category_label: String,
    /// 聚合层次.
    pub level: LevelBody,
    /// 年度.
    pub year: Option<i32>,
    /// 保管期限 as in codes: `Y`, `D30`.
    pub retention: Option<String>,
    /// 密级.
    pub classification: ClassificationBody,
    /// 开放状态.
    pub open_status: OpenStatusBody,
    /// 开放说明.
    pub open_ground: Option<String>,
    /// 机构或问题.
    pub organisation_or_subject: Option<String>,
    /// 页数.
    pub page_count: Option<u32>,
    /// 载体.
    pub carrier: Option<String>,
    /// 主题词.
    pub keywords: Vec<String>,
    /// 人名.
    pub people: Vec<String>,
    /// 地名.
    pub places: Vec<String>,
    /// 文种.
    pub document_type: Option<String>,
    /// 语种.
    pub language: Option<String>,
    /// 字形.
    pub script: Option<String>,
    /// 摘要.
    pub summary: Option<String>,
    /// 存放位置; the staff only.
    pub location: Option<String>,
    /// 来源.
    pub source: Option<String>,
    /// Other columns of the received catalogue; the staff only.
    pub other: BTreeMap<String, String>,
    /// Content files that the viewer may see.
    pub files: Vec<FileBody>,
    /// Whether there is a text that the viewer may read.
    pub has_text: bool,
    /// Where the record will always be found.
    pub permanent_address: String,
    /// The accession it came with; the staff only.
    pub accession: Option<Uuid>,
    /// When it was received; the staff only.
    #[schema(format = DateTime)]
    pub received_at: Option<String>,
    /// Code of the record before it in its fonds.
    pub previous: Option<String>,
    /// Code of the record after it in its fonds.
    pub next: Option<String>,
}

/// A fonds by number and title.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FondsRefBody {
    /// 全宗号.
    pub number: String,
    /// 全宗名称.
    pub title: String,
}

/// 聚合层次.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = RecordLevel)]
pub enum LevelBody {
    /// 案卷.
    File,
    /// 件.
    Item,
}

/// 密级.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = Classification)]
pub enum ClassificationBody {
    /// 公开.
    Public,
    /// 内部.
    Internal,
    /// 秘密.
    Confidential,
    /// 机密.
    Secret,
    /// 绝密.
    TopSecret,
}

impl From<SecurityClassification> for ClassificationBody {
    fn from(classification: SecurityClassification) -> Self {
        match classification {
            SecurityClassification::Public => Self::Public,
            SecurityClassification::Internal => Self::Internal,
            SecurityClassification::Confidential => Self::Confidential,
            SecurityClassification::Secret => Self::Secret,
            SecurityClassification::TopSecret => Self::TopSecret,
        }
    }
}

/// A content file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FileBody {
    /// Its place among the record's files, from 1.
    pub n: usize,
    /// Its name in the package it came in.
    pub name: String,
    /// Bytes.
    pub size: u64,
    /// MIME type.
    pub mime: Option<String>,
    /// PRONOM identifier.
    pub puid: Option<String>,
    /// Name of the format.
    pub format: Option<String>,
    /// How it is shown.
    pub media: MediaKind,
    /// What it is to the record.
    pub role: FileRoleBody,
    /// SHA-512.
    pub sha512: String,
    /// SM3.
    pub sm3: String,
    /// Where it is fetched.
    pub url: String,
    /// Pages, where known.
    pub pages: Option<u32>,
}

/// What a content file is to its record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = FileRole)]
pub enum FileRoleBody {
    /// 原文.
    Content,
    /// 全文.
    Text,
}

impl FileBody {
    fn of(record: &Record, place: usize, file: &ContentFile) -> Self {
        let format = match (&file.format.name, &file.format.version) {
            (Some(name), Some(version)) => Some(format!("{name} {version}")),
            (name, _) => name.clone(),
        };
        Self {
            n: place + 1,
            name: file.name.clone(),
            size: file.size,
            mime: file.format.mime.clone(),
            puid: file.format.puid.clone(),
            format,
            media: file.media.into(),
            role: match file.role {
                FileRole::Content => FileRoleBody::Content,
                FileRole::Text => FileRoleBody::Text,
            },
            sha512: file.sha512.clone(),
            sm3: file.sm3.clone(),
            url: file_url(record, place),
            pages: None,
        }
    }
}

/// Makes the body of a record as a viewer sees it.
pub(super) async fn body_of(
    state: &CataloguingState,
    viewer: &Viewer,
    stored: StoredRecord,
) -> Result<RecordBody, Problem> {
    let read = async {
        let mut reader = state.holdings.database.read().await?;
        let around = RecordRepository(reader.conn())
            .neighbours(&stored.record, viewer.filter(Action::ViewEntry))
            .await?;
        let fonds = FondsRepository(reader.conn()).find(stored.record.fonds()).await?;
        Ok::<_, lantai_database::StoreError>((around, fonds))
    };
    let ((previous, next), fonds) = read.await.map_err(|error| problem(&error.into()))?;
    let record = stored.record;
    let facts = record.access_facts();
    let staff = viewer.may_with(Action::ViewHistory, &facts);
    let content = viewer.may_with(Action::ViewContent, &facts);
    let numbered = record.files.iter().enumerate().filter(|_| content);
    let files: Vec<FileBody> = numbered
        .map(|(place, file)| FileBody::of(&record, place, file))
        .collect();
    let is_text = |file: &ContentFile| file.role == FileRole::Text || file.media == Media::Text;
    let has_text = content && (record.description.text.is_some() || record.files.iter().any(is_text));
    let number = record.fonds().to_owned();
    let title = fonds.map_or_else(|| number.clone(), |stored| stored.fonds.title);
    let description = record.description;
    let date_forms = match &description.date {
        ArchivalDate::Day(day) => written_forms(*day),
        _ => Vec::new(),
    };
    let category_label = state.categories.get(&description.category).cloned();
    Ok(RecordBody {
        record: record.id.uuid(),
        permanent_address: format!("/records/{}", encode(&description.code.to_string())),
        code: description.code.to_string(),
        former_codes: description.former_codes,
        title: description.title,
        document_number: description.document_number,
        author: description.author,
        date: description.date.to_string(),
        date_text: description.date_text,
        date_forms,
        fonds: FondsRefBody { number, title },
        category_label: category_label.unwrap_or_else(|| description.category.clone()),
        category: description.category,
        level: match description.level {
            AggregationLevel::File => LevelBody::File,
            AggregationLevel::Item => LevelBody::Item,
        },
        year: description.year,
        retention: Some(description.retention.to_string()),
        classification: description.classification.into(),
        open_ground: record
            .open_status
            .decision()
            .map(|decision| decision.ground.clone()),
        open_status: record.open_status.kind().into(),
        organisation_or_subject: description.organisation_or_subject,
        page_count: description.page_count,
        carrier: description.carrier,
        keywords: description.keywords,
        // names in the content belong to the content
        people: if content { description.people } else { Vec::new() },
        places: if content { description.places } else { Vec::new() },
        document_type: description.document_type,
        language: description.language,
        script: description.script,
        summary: description.summary.filter(|_| content),
        location: description.location.filter(|_| staff),
        source: description.source,
        other: if staff { description.other } else { BTreeMap::new() },
        files,
        has_text,
        accession: staff.then(|| record.accession.uuid()),
        received_at: staff.then(|| record.received_at.to_string()),
        previous,
        next,
    })
}

/// Shows a record by its 档号 or its identifier.
#[utoipa::path(get, path = "/api/v1/records/{code}", tag = "records",
    params(("code" = String, Path, description = "档号, or the record's identifier")),
    responses(
        (status = 200, description = "The record", body = RecordBody),
        (status = 404, description = "None that you may see", body = ProblemBody),
    ))]
pub async fn get_record(
    State(state): State<CataloguingState>,
    Asker(viewer): Asker,
    Path(code): Path<String>,
) -> Result<(Told, Json<RecordBody>), Problem> {
    let stored = find_record(&state.holdings, &viewer, &code).await?;
    Ok((told(&stored), Json(body_of(&state, &viewer, stored).await?)))
}
