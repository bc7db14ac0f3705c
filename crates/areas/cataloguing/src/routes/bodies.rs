//! Shapes that several routes share.

use crate::repository::records::StoredRecord;
use lantai_domain::access::Action;
use lantai_domain::{Media, OpenStatusKind, Record, Viewer};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// 开放状态.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = OpenStatus)]
pub enum OpenStatusBody {
    /// 待审核.
    Unreviewed,
    /// 未到期.
    NotDue,
    /// 开放.
    Open,
    /// 提前开放.
    OpenEarly,
    /// 遮盖开放.
    OpenMasked,
    /// 目录公开.
    OpenCatalogueOnly,
    /// 延期开放.
    Delayed,
    /// 控制.
    Controlled,
}

impl From<OpenStatusKind> for OpenStatusBody {
    fn from(kind: OpenStatusKind) -> Self {
        match kind {
            OpenStatusKind::Unreviewed => Self::Unreviewed,
            OpenStatusKind::NotDue => Self::NotDue,
            OpenStatusKind::Open => Self::Open,
            OpenStatusKind::OpenEarly => Self::OpenEarly,
            OpenStatusKind::OpenMasked => Self::OpenMasked,
            OpenStatusKind::OpenCatalogueOnly => Self::OpenCatalogueOnly,
            OpenStatusKind::Delayed => Self::Delayed,
            OpenStatusKind::Controlled => Self::Controlled,
        }
    }
}

impl From<OpenStatusBody> for OpenStatusKind {
    fn from(body: OpenStatusBody) -> Self {
        match body {
            OpenStatusBody::Unreviewed => Self::Unreviewed,
            OpenStatusBody::NotDue => Self::NotDue,
            OpenStatusBody::Open => Self::Open,
            OpenStatusBody::OpenEarly => Self::OpenEarly,
            OpenStatusBody::OpenMasked => Self::OpenMasked,
            OpenStatusBody::OpenCatalogueOnly => Self::OpenCatalogueOnly,
            OpenStatusBody::Delayed => Self::Delayed,
            OpenStatusBody::Controlled => Self::Controlled,
        }
    }
}

/// The rough kind of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MediaKind {
    /// Pictures and scans.
    Image,
    /// Sound.
    Sound,
    /// Moving pictures.
    Video,
    /// Paged documents.
    Document,
    /// Plain text.
    Text,
    /// Everything else.
    Other,
}

impl From<Media> for MediaKind {
    fn from(media: Media) -> Self {
        match media {
            Media::Image => Self::Image,
            Media::Sound => Self::Sound,
            Media::Video => Self::Video,
            Media::Document => Self::Document,
            Media::Text => Self::Text,
            Media::Other => Self::Other,
        }
    }
}

/// A record in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct RecordSummaryBody {
    /// Its identifier.
    pub record: Uuid,
    /// 档号.
    pub code: String,
    /// 题名.
    pub title: String,
    /// 日期, as in EDTF; empty when unknown.
    pub date: String,
    /// 日期原文.
    pub date_text: Option<String>,
    /// 档案门类代码.
    pub category: String,
    /// 开放状态.
    pub open_status: OpenStatusBody,
    /// Kinds of its files that the viewer may see.
    pub media: Vec<MediaKind>,
    /// Address of a picture that stands for it.
    pub thumbnail: Option<String>,
}

impl RecordSummaryBody {
    /// The record as this viewer sees it in a list.
    pub fn of(stored: &StoredRecord, viewer: &Viewer) -> Self {
        let record = &stored.record;
        let kind = record.open_status.kind();
        let content = viewer.may_with(Action::ViewContent, &record.access_facts());
        Self {
            record: record.id.uuid(),
            code: record.description.code.to_string(),
            title: record.description.title.clone(),
            date: record.description.date.to_string(),
            date_text: record.description.date_text.clone(),
            category: record.description.category.clone(),
            open_status: kind.into(),
            media: if content {
                record.media().into_iter().map(MediaKind::from).collect()
            } else {
                Vec::new()
            },
            thumbnail: content.then(|| thumbnail(record)).flatten(),
        }
    }
}

/// Address of the first picture of a record that a browser shows.
pub fn thumbnail(record: &Record) -> Option<String> {
    let shown = ["image/jpeg", "image/png", "image/gif", "image/webp"];
    let is_shown = |mime: &Option<String>| mime.as_deref().is_some_and(|mime| shown.contains(&mime));
    let place = record
        .files
        .iter()
        .position(|file| file.media == Media::Image && is_shown(&file.format.mime))?;
    Some(file_url(record, place))
}

/// Address of a content file, by its place among the record's files.
pub fn file_url(record: &Record, place: usize) -> String {
    format!(
        "/api/v1/records/{}/files/{}",
        encode(&record.description.code.to_string()),
        place + 1
    )
}

/// A code as part of an address: everything but unreserved characters is percent-encoded (RFC 3986).
pub fn encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_safe_in_an_address() {
        assert_eq!(encode("J001-WS·1981"), "J001-WS%C2%B71981");
        assert_eq!(encode("a/b?c"), "a%2Fb%3Fc");
    }
}
