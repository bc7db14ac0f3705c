//! A record (档案) as it is described, and kept beside its content in the vault.

use crate::access::{AccessCell, RecordFacts};
use crate::classification::SecurityClassification;
use crate::code::ArchivalCode;
use crate::date::ArchivalDate;
use crate::event::PreservationEvent;
use crate::ids::{AccessionId, RecordId};
use crate::open_status::OpenStatus;
use crate::retention::Retention;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// Version of the stored form of a record; never reused once released.
pub const RECORD_FORMAT: &str = "lantai-record/1";

/// Aggregation level (聚合层次, M1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AggregationLevel {
    /// 案卷.
    File,
    /// 件.
    #[default]
    Item,
}

/// What a content file is to its record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileRole {
    /// 原文: the record itself.
    Content,
    /// 全文: its text, delivered with it.
    Text,
}

/// The rough kind of a file, which decides how it is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Media {
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

impl Media {
    /// Identifier used in interfaces.
    pub fn name(self) -> &'static str {
        match self {
            Self::Image => "image",
            Self::Sound => "sound",
            Self::Video => "video",
            Self::Document => "document",
            Self::Text => "text",
            Self::Other => "other",
        }
    }
}

/// A format as identified at intake (PRONOM).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct FileFormat {
    /// PRONOM identifier, such as `fmt/18`; `None` when unknown.
    pub puid: Option<String>,
    /// Name of the format.
    pub name: Option<String>,
    /// Version of the format.
    pub version: Option<String>,
    /// MIME type.
    pub mime: Option<String>,
    /// Charset, for text.
    pub charset: Option<String>,
    /// How it was identified: container, signature, text, extension, none.
    pub basis: String,
}

/// What was found inside a content file when it came in. `None` is "does not apply or was not found", never zero.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ContentProperties {
    /// Pages of a document, pictures of an image file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pages: Option<u64>,
    /// Width in pixels.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub width: Option<u32>,
    /// Height in pixels.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub height: Option<u32>,
    /// Resolution in dots per inch, the lower of both directions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resolution_dpi: Option<u32>,
    /// Duration in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration_ms: Option<u64>,
    /// Samples of sound a second.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sample_rate: Option<u32>,
    /// Channels of sound.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channels: Option<u16>,
    /// Codecs as the container names them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub codecs: Vec<String>,
    /// Whether the content is encrypted.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub encrypted: bool,
    /// Whether there are macros.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub macros: bool,
    /// Part and level of PDF/A that it claims, such as `2B`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pdfa: Option<String>,
    /// Whether every font that draws something lies in the document.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fonts_embedded: Option<bool>,
    /// Files inside it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attachments: Option<u64>,
    /// Electronic signatures and seals inside it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signatures: Option<u64>,
    /// Stable names of the faults it came with.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub faults: Vec<String>,
}

/// A content file (电子文件) of a record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContentFile {
    /// Path in the record's vault object.
    pub path: String,
    /// Path in the package it came in, as a person reads it.
    pub name: String,
    /// The name's bytes in hex, where they were not UTF-8.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name_bytes: Option<String>,
    /// What it is to the record.
    pub role: FileRole,
    /// How it is shown.
    pub media: Media,
    /// Length in bytes.
    pub size: u64,
    /// SHA-512, lower-case hex.
    pub sha512: String,
    /// SM3, lower-case hex.
    pub sm3: String,
    /// Its format.
    pub format: FileFormat,
    /// What was found inside it, where anybody looked and found something.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub properties: Option<ContentProperties>,
}

/// The description (著录) of a record: what its catalogue entry says (DA/T 18, DA/T 46).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Description {
    /// 档号, in force.
    pub code: ArchivalCode,
    /// Former codes, still found.
    #[serde(default)]
    pub former_codes: Vec<String>,
    /// Aggregation level.
    #[serde(default)]
    pub level: AggregationLevel,
    /// 档案门类代码.
    pub category: String,
    /// 题名.
    pub title: String,
    /// 文件编号.
    #[serde(default)]
    pub document_number: Option<String>,
    /// 责任者.
    #[serde(default)]
    pub author: Option<String>,
    /// 日期, normalised.
    #[serde(default)]
    pub date: ArchivalDate,
    /// 日期原文: as written on the record.
    #[serde(default)]
    pub date_text: Option<String>,
    /// 年度.
    #[serde(default)]
    pub year: Option<i32>,
    /// 保管期限.
    pub retention: Retention,
    /// 密级.
    #[serde(default)]
    pub classification: SecurityClassification,
    /// 机构或问题.
    #[serde(default)]
    pub organisation_or_subject: Option<String>,
    /// 页数.
    #[serde(default)]
    pub page_count: Option<u32>,
    /// 载体.
    #[serde(default)]
    pub carrier: Option<String>,
    /// 主题词.
    #[serde(default)]
    pub keywords: Vec<String>,
    /// 人名.
    #[serde(default)]
    pub people: Vec<String>,
    /// 地名.
    #[serde(default)]
    pub places: Vec<String>,
    /// 文种.
    #[serde(default)]
    pub document_type: Option<String>,
    /// 语种.
    #[serde(default)]
    pub language: Option<String>,
    /// 字形.
    #[serde(default)]
    pub script: Option<String>,
    /// 摘要.
    #[serde(default)]
    pub summary: Option<String>,
    /// 正文, where the catalogue itself brought the text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// 存放位置.
    #[serde(default)]
    pub location: Option<String>,
    /// 来源.
    #[serde(default)]
    pub source: Option<String>,
    /// Every other column of the received catalogue, word for word.
    #[serde(default)]
    pub other: BTreeMap<String, String>,
}

/// A record with all that is known of it. This is the form kept in the vault; the catalogue is made from it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// Version of this form: [`RECORD_FORMAT`].
    pub format: String,
    /// Its identifier for ever.
    pub id: RecordId,
    /// What it is.
    pub description: Description,
    /// 开放状态.
    pub open_status: OpenStatus,
    /// Whether personal data are known to be in it (个人信息标记).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub personal_data: bool,
    /// Its content files, in order.
    #[serde(default)]
    pub files: Vec<ContentFile>,
    /// The accession it came with.
    pub accession: AccessionId,
    /// When it was received.
    pub received_at: Timestamp,
    /// What has happened to it (PREMIS events), oldest first.
    #[serde(default)]
    pub events: Vec<PreservationEvent>,
}

/// Lists of a record that are left out where they are empty.
const LEFT_OUT_EMPTY: [&str; 6] = ["former_codes", "keywords", "people", "places", "other", "events"];

/// Takes out of a record's document what says nothing: nulls, and lists without entries. A document with them and one
/// without mean the same record.
pub fn kept_form(document: &mut Value) {
    match document {
        Value::Object(fields) => {
            fields.retain(|name, value| {
                let is_empty = value.as_array().is_some_and(Vec::is_empty)
                    || value.as_object().is_some_and(serde_json::Map::is_empty);
                !(value.is_null() || is_empty && LEFT_OUT_EMPTY.contains(&name.as_str()))
            });
            fields.values_mut().for_each(kept_form);
        }
        Value::Array(values) => values.iter_mut().for_each(kept_form),
        _ => {}
    }
}

impl Record {
    /// The fonds number, the first part of the code.
    pub fn fonds(&self) -> &str {
        self.description.code.fonds()
    }

    /// What decides who may know of it.
    pub fn access_facts(&self) -> RecordFacts {
        RecordFacts {
            fonds: self.fonds().to_owned(),
            category: self.description.category.clone(),
            cell: AccessCell {
                opening: self.open_status.kind(),
                classification: self.description.classification,
                personal_data: self.personal_data,
            },
        }
    }

    /// Bytes of all content files.
    pub fn bytes(&self) -> u64 {
        self.files.iter().map(|file| file.size).sum()
    }

    /// The kinds of its content files, each once; what a list shows as small signs.
    pub fn media(&self) -> Vec<Media> {
        let mut media: Vec<Media> = self.files.iter().map(|file| file.media).collect();
        media.sort();
        media.dedup();
        media
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file of a record as the first release kept it, before properties were known.
    const FIRST: &str = r#"{"path":"content/1.txt","name":"content/1.txt","role":"content","media":"text","size":12,
        "sha512":"00","sm3":"11","format":{"puid":"x-fmt/111","name":"Plain Text File","version":null,
        "mime":"text/plain","charset":"UTF-8","basis":"text"}}"#;

    #[test]
    fn a_file_kept_by_the_first_release_is_read() {
        let file: ContentFile = serde_json::from_str(FIRST).unwrap();
        assert_eq!((file.size, file.properties.clone()), (12, None));
        let again = serde_json::to_string(&file).unwrap();
        assert!(!again.contains("properties"), "{again}");
    }

    #[test]
    fn properties_are_kept_without_what_is_not_known() {
        let properties = ContentProperties {
            pages: Some(3),
            ..ContentProperties::default()
        };
        assert_eq!(serde_json::to_string(&properties).unwrap(), r#"{"pages":3}"#);
    }
}
