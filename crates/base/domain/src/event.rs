//! What happens to records: preservation events in the record's own object, and facts for the journal.

use crate::audit::AuditAnchor;
use crate::ids::AccessionId;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Type of a preservation event, in the words of the PREMIS event vocabulary.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PreservationEventType {
    /// The record entered the holdings.
    Ingestion,
    /// Digests were computed.
    MessageDigestCalculation,
    /// Formats were identified.
    FormatIdentification,
    /// The four-property checks were run.
    Validation,
    /// A description or decision was changed.
    MetadataModification,
}

impl PreservationEventType {
    /// The term of the vocabulary.
    pub fn term(self) -> &'static str {
        match self {
            Self::Ingestion => "ingestion",
            Self::MessageDigestCalculation => "message digest calculation",
            Self::FormatIdentification => "format identification",
            Self::Validation => "validation",
            Self::MetadataModification => "metadata modification",
        }
    }
}

/// A PREMIS event, kept with the record it happened to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PreservationEvent {
    /// What happened.
    pub event: PreservationEventType,
    /// When.
    pub at: Timestamp,
    /// Who or what did it.
    pub agent: String,
    /// `success` or `failure`.
    pub outcome: String,
    /// More about it; never content.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

/// Names of the facts that the journal knows. A released name is never changed or reused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Fact {
    /// The archive was created.
    #[serde(rename = "archive.created")]
    ArchiveCreated,
    /// A fonds was registered or described anew.
    #[serde(rename = "fonds.described")]
    FondsDescribed,
    /// A record entered the holdings.
    #[serde(rename = "record.received")]
    RecordReceived,
    /// Entries without content were written into a segment.
    #[serde(rename = "segment.written")]
    SegmentWritten,
    /// A decision on opening was taken.
    #[serde(rename = "record.opening_decided")]
    OpeningDecided,
    /// A person decided what a check of an accession could not.
    #[serde(rename = "accession.task_decided")]
    TaskDecided,
    /// An accession was accepted.
    #[serde(rename = "accession.accepted")]
    AccessionAccepted,
    /// An accession was returned to its sender.
    #[serde(rename = "accession.returned")]
    AccessionReturned,
    /// A sample was drawn from an accession for the double quality check.
    #[serde(rename = "quality.lot_drawn")]
    QualityLotDrawn,
    /// A lot of the double quality check passed or was returned.
    #[serde(rename = "quality.concluded")]
    QualityConcluded,
    /// A lot of the double quality check was withdrawn.
    #[serde(rename = "quality.withdrawn")]
    QualityWithdrawn,
    /// It was decided what becomes of documents by the table of filing scope and retention.
    #[serde(rename = "filing.decided")]
    FilingDecided,
    /// What machines understood of a record was kept beside it, or kept anew.
    #[serde(rename = "reading.kept")]
    ReadingKept,
    /// The audit trail stood at an event: whatever lies before it can no longer be changed unnoticed.
    #[serde(rename = "audit.anchored")]
    AuditAnchored,
    /// The oldest part of the audit trail, up to an event, was removed by its retention rule.
    #[serde(rename = "audit.retired")]
    AuditRetired,
    /// The first key for encrypting content was made.
    #[serde(rename = "keys.created")]
    KeysCreated,
    /// Another key became the active one; the data keys of all objects are wrapped under it.
    #[serde(rename = "keys.rotated")]
    KeysRotated,
}

/// One entry of the journal: a fact with its actor, time, rule and digests; never content, titles or personal data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JournalEntry {
    /// Version of this form.
    pub v: u32,
    /// When.
    pub at: Timestamp,
    /// What.
    pub fact: Fact,
    /// Who, by account name.
    pub actor: String,
    /// The vault object it concerns.
    pub object: String,
    /// The object's version which it made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<u32>,
    /// SHA-512 of that version's inventory, which fixes every byte of the object.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inventory: Option<String>,
    /// The accession it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accession: Option<AccessionId>,
    /// Version of the rules that were applied.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rules: Option<String>,
    /// Where the audit trail stood.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audit: Option<AuditAnchor>,
    /// Identifier of the key that became the active one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
}

impl JournalEntry {
    /// A fact about an object.
    pub fn new(fact: Fact, at: Timestamp, actor: &str, object: &str) -> Self {
        Self {
            v: 1,
            at,
            fact,
            actor: actor.to_owned(),
            object: object.to_owned(),
            version: None,
            inventory: None,
            accession: None,
            rules: None,
            audit: None,
            key: None,
        }
    }

    /// Fixes the object's bytes by the digest of its inventory.
    pub fn fixing(mut self, version: u32, inventory_sha512: &str) -> Self {
        self.version = Some(version);
        self.inventory = Some(inventory_sha512.to_owned());
        self
    }

    /// Names the accession.
    pub fn accession(mut self, accession: AccessionId) -> Self {
        self.accession = Some(accession);
        self
    }

    /// Names the version of the rules.
    pub fn rules(mut self, rules: &str) -> Self {
        self.rules = Some(rules.to_owned());
        self
    }

    /// Says where the audit trail stood.
    pub fn anchoring(mut self, anchor: AuditAnchor) -> Self {
        self.audit = Some(anchor);
        self
    }

    /// Names the key that became the active one, by its identifier.
    pub fn naming_key(mut self, key: &str) -> Self {
        self.key = Some(key.to_owned());
        self
    }

    /// The bytes that are hashed and kept: JSON with keys in the order of this type.
    pub fn to_bytes(&self) -> Result<Vec<u8>, serde_json::Error> {
        serde_json::to_vec(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_has_one_spelling() {
        let entry = JournalEntry::new(
            Fact::RecordReceived,
            "2026-01-01T12:00:00Z".parse().unwrap(),
            "admin",
            "urn:uuid:0190b0c0-0000-7000-8000-000000000001",
        )
        .fixing(1, "ab");
        let bytes = entry.to_bytes().unwrap();
        assert_eq!(
            String::from_utf8(bytes.clone()).unwrap(),
            r#"{"v":1,"at":"2026-01-01T12:00:00Z","fact":"record.received","actor":"admin","object":"urn:uuid:0190b0c0-0000-7000-8000-000000000001","version":1,"inventory":"ab"}"#
        );
        assert_eq!(serde_json::from_slice::<JournalEntry>(&bytes).unwrap(), entry);
    }
}
