//! Builders of domain values that only have to be told what a test is about.

use crate::fixed::noon;
use lantai_domain::record::{AggregationLevel, RECORD_FORMAT};
use lantai_domain::{
    AccessionId, ArchivalCode, ArchivalDate, ContentFile, Description, Fact, FileFormat, FileRole, IdSource,
    JournalEntry, Media, OpenStatus, OpenStatusKind, OpeningDecision, Record, RecordId, Retention,
    SecurityClassification,
};
use std::collections::BTreeMap;

/// Builds a record; every field has a usable value from the start.
#[derive(Debug, Clone)]
pub struct RecordBuilder {
    record: Record,
}

impl RecordBuilder {
    /// An unreviewed, public record without content. Category, year and retention follow from the code.
    #[expect(clippy::expect_used, reason = "a test names a sound archival code")]
    pub fn new(ids: &dyn IdSource, code: &str) -> Self {
        let code: ArchivalCode = code.parse().expect("a sound archival code");
        let description = Description {
            category: code.category().unwrap_or("WS").to_owned(),
            year: code.year().map(i32::from),
            retention: code.retention().unwrap_or(Retention::Permanent),
            title: format!("关于{code}的通知"),
            code,
            former_codes: Vec::new(),
            level: AggregationLevel::Item,
            document_number: None,
            author: None,
            date: ArchivalDate::default(),
            date_text: None,
            classification: SecurityClassification::Public,
            organisation_or_subject: None,
            page_count: None,
            carrier: None,
            keywords: Vec::new(),
            people: Vec::new(),
            places: Vec::new(),
            document_type: None,
            language: None,
            script: None,
            summary: None,
            text: None,
            location: None,
            source: None,
            other: BTreeMap::new(),
        };
        let record = Record {
            format: RECORD_FORMAT.to_owned(),
            id: RecordId::new(ids.next()),
            description,
            open_status: OpenStatus::Unreviewed,
            personal_data: false,
            files: Vec::new(),
            accession: AccessionId::new(ids.next()),
            received_at: noon(),
            events: Vec::new(),
        };
        Self { record }
    }

    /// Gives it a title (题名).
    pub fn title(mut self, title: &str) -> Self {
        title.clone_into(&mut self.record.description.title);
        self
    }

    /// Gives it a year (年度).
    pub fn year(mut self, year: i32) -> Self {
        self.record.description.year = Some(year);
        self
    }

    /// Adds a code it had before.
    pub fn former_code(mut self, code: &str) -> Self {
        self.record.description.former_codes.push(code.to_owned());
        self
    }

    /// Gives it a classification (密级).
    pub fn classification(mut self, classification: SecurityClassification) -> Self {
        self.record.description.classification = classification;
        self
    }

    /// Gives it an opening status, decided by nobody in particular.
    pub fn open_status(mut self, kind: OpenStatusKind) -> Self {
        let decision = OpeningDecision {
            ground: "期满".to_owned(),
            decided_by: None,
            decided_at: None,
        };
        self.record.open_status = OpenStatus::of(kind, decision);
        self
    }

    /// Says with which accession it came.
    pub fn accession(mut self, accession: AccessionId) -> Self {
        self.record.accession = accession;
        self
    }

    /// Adds a content file.
    pub fn file(mut self, file: FileBuilder) -> Self {
        self.record.files.push(file.build());
        self
    }

    /// The record.
    pub fn build(self) -> Record {
        self.record
    }
}

/// Builds a content file (电子文件); its digests are well-formed and of nothing.
#[derive(Debug, Clone)]
pub struct FileBuilder {
    file: ContentFile,
}

impl FileBuilder {
    /// A text of a size in bytes, under its name in the package.
    pub fn new(name: &str, size: u64) -> Self {
        Self {
            file: ContentFile {
                path: format!("content/{name}"),
                name: name.to_owned(),
                name_bytes: None,
                role: FileRole::Content,
                media: Media::Text,
                size,
                sha512: "0".repeat(128),
                sm3: "0".repeat(64),
                format: FileFormat::default(),
                properties: None,
            },
        }
    }

    /// Says how it is shown.
    pub fn media(mut self, media: Media) -> Self {
        self.file.media = media;
        self
    }

    /// The file.
    pub fn build(self) -> ContentFile {
        self.file
    }
}

/// A fact about an object, for tests that need one and do not mind which.
pub fn a_fact(object: &str) -> JournalEntry {
    JournalEntry::new(Fact::RecordReceived, noon(), "archivist", object)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixed::CountingIds;

    #[test]
    fn a_built_record_is_stored_and_read_back() {
        let ids = CountingIds::default();
        let record = RecordBuilder::new(&ids, "J001-WS·2019-D30-BGS-0001")
            .open_status(OpenStatusKind::Open)
            .file(FileBuilder::new("正文.txt", 12))
            .build();
        assert_eq!(record.description.year, Some(2019));
        assert_eq!(record.bytes(), 12);
        let stored = serde_json::to_string(&record).unwrap();
        assert_eq!(serde_json::from_str::<Record>(&stored).unwrap(), record);
    }
}
