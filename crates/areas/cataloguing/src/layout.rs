//! How records, fonds and entries without content lie in vault objects, so that each explains itself.
//!
//! | object | identifier | files |
//! | --- | --- | --- |
//! | record with content | `urn:uuid:<record>` | `record.json`, `content/<name in the package>` |
//! | entries without content | `urn:lantai:segment:<fonds>:<number>` | `entries.jsonl`, a record a line |
//! | fonds | `urn:lantai:fonds:<number>` | `fonds.json` |
//! | what was read in a record | `urn:lantai:reading:<record>` | `reading.json` and what was made of it |

use crate::error::CataloguingError;
use lantai_domain::reading::{KeptReading, reading_object};
use lantai_domain::record::kept_form;
use lantai_domain::{Fonds, FondsNumber, Record, RecordId};
use lantai_vault::{LogicalPath, Object, ObjectId, ObjectWriter, Vault, VaultError};
use std::io::Read;

/// The record's description in its object.
pub const RECORD_FILE: &str = "record.json";
/// The entries of a segment.
pub const ENTRIES_FILE: &str = "entries.jsonl";
/// The description of a fonds.
pub const FONDS_FILE: &str = "fonds.json";
/// What machines understood of a record, in the object of its reading.
pub const READING_FILE: &str = "reading.json";
/// Folder of the content files.
pub const CONTENT_FOLDER: &str = "content";
/// The archive itself, as the subject of its first fact.
pub const ARCHIVE_OBJECT: &str = "urn:lantai:archive";
/// Most entries of a segment.
pub const SEGMENT_ENTRIES: u64 = 10_000;

const SEGMENT_PREFIX: &str = "urn:lantai:segment:";
const FONDS_PREFIX: &str = "urn:lantai:fonds:";

/// The object of a record with content.
pub fn record_object(id: RecordId) -> ObjectId {
    ObjectId::from_uuid(id.uuid())
}

/// The object of a fonds.
pub fn fonds_object(number: &FondsNumber) -> Result<ObjectId, VaultError> {
    ObjectId::new(format!("{FONDS_PREFIX}{number}"))
}

/// The object of a segment.
pub fn segment_object(fonds: &str, number: u64) -> Result<ObjectId, VaultError> {
    ObjectId::new(format!("{SEGMENT_PREFIX}{fonds}:{number}"))
}

/// Whether an object is a segment, and then its fonds and number.
pub fn segment_of(object: &str) -> Option<(&str, u64)> {
    let (fonds, number) = object.strip_prefix(SEGMENT_PREFIX)?.split_once(':')?;
    Some((fonds, number.parse().ok()?))
}

/// Whether an object is a fonds.
pub fn is_fonds_object(object: &str) -> bool {
    object.starts_with(FONDS_PREFIX)
}

/// Path of a content file in its object, from its name in the package.
pub fn content_path(name: &str) -> Result<LogicalPath, VaultError> {
    LogicalPath::new(format!("{CONTENT_FOLDER}/{name}"))
}

/// A record as it is kept: JSON in one line, without what says nothing ([`kept_form`]), ending with a line feed. The
/// first release kept it indented and with its nulls; both are read.
pub fn record_bytes(record: &Record) -> Result<Vec<u8>, CataloguingError> {
    let unwritten = |source| CataloguingError::Document {
        what: format!("record {}", record.id),
        source,
    };
    let mut document = serde_json::to_value(record).map_err(unwritten)?;
    kept_form(&mut document);
    let mut bytes = serde_json::to_vec(&document).map_err(unwritten)?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// A record as it is given away: indented JSON with every key, ending with a line feed.
pub fn readable_record_bytes(record: &Record) -> Result<Vec<u8>, CataloguingError> {
    pretty(record, || format!("record {}", record.id))
}

/// A fonds as it is kept.
pub fn fonds_bytes(fonds: &Fonds) -> Result<Vec<u8>, CataloguingError> {
    pretty(fonds, || format!("fonds {}", fonds.number))
}

fn pretty<T: serde::Serialize>(value: &T, what: impl Fn() -> String) -> Result<Vec<u8>, CataloguingError> {
    let mut bytes = serde_json::to_vec_pretty(value)
        .map_err(|source| CataloguingError::Document { what: what(), source })?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// Entries of a segment as they are kept: one record a line.
pub fn segment_bytes(records: &[Record]) -> Result<Vec<u8>, CataloguingError> {
    let mut bytes = Vec::new();
    for record in records {
        bytes.extend(record_bytes(record)?);
    }
    Ok(bytes)
}

/// Reads a record as it is kept.
pub fn read_record(bytes: &[u8], what: &str) -> Result<Record, CataloguingError> {
    serde_json::from_slice(bytes).map_err(|source| CataloguingError::Document {
        what: what.to_owned(),
        source,
    })
}

/// Replaces a file of a new version: what was carried over goes, the new bytes come.
pub fn put_anew(writer: &mut ObjectWriter, path: &str, bytes: &[u8]) -> Result<(), CataloguingError> {
    let path = LogicalPath::new(path)?;
    if writer.paths().any(|there| *there == path) {
        writer.remove(&path)?;
    }
    writer.put_bytes(&path, bytes)?;
    Ok(())
}

/// The bytes of a file of an object's newest version; `None`: it has no such file. For small files only.
pub fn read_file(object: &Object, path: &str) -> Result<Option<Vec<u8>>, CataloguingError> {
    let path = LogicalPath::new(path)?;
    let mut file = match object.open(object.head(), &path) {
        Ok(file) => file,
        Err(VaultError::FileMissing { .. }) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let mut bytes = Vec::new();
    let what = || format!("{} of {}", path.as_str(), object.id().as_str());
    file.read_to_end(&mut bytes)
        .map_err(|source| read_failed(&what(), source))?;
    Ok(Some(bytes))
}

/// Why a file of an object cannot be read on: an encrypted one may turn out to be altered in its middle.
pub(crate) fn read_failed(what: &str, source: std::io::Error) -> CataloguingError {
    match source.kind() {
        std::io::ErrorKind::InvalidData => CataloguingError::Vault(VaultError::ContentRefused {
            path: what.into(),
            source,
        }),
        _ => CataloguingError::Read {
            what: what.to_owned(),
            source,
        },
    }
}

/// What was read in a record's files; `None`: nothing yet.
pub fn kept_reading(vault: &Vault, record: RecordId) -> Result<Option<KeptReading>, CataloguingError> {
    let id = ObjectId::new(reading_object(record))?;
    let Some(object) = vault.object(&id)? else {
        return Ok(None);
    };
    let Some(bytes) = read_file(&object, READING_FILE)? else {
        return Ok(None);
    };
    let read = serde_json::from_slice(&bytes).map_err(|source| CataloguingError::Document {
        what: id.as_str().to_owned(),
        source,
    })?;
    Ok(Some(read))
}

/// All entries of a segment's newest version.
pub fn read_segment(vault: &Vault, object: &ObjectId) -> Result<Vec<Record>, CataloguingError> {
    let found = vault.object(object)?.ok_or(CataloguingError::NotFound)?;
    let bytes = read_file(&found, ENTRIES_FILE)?.unwrap_or_default();
    let lines = bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    lines.map(|line| read_record(line, object.as_str())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_segment_is_told_by_its_identifier() {
        let id = segment_object("J001", 12).unwrap();
        assert_eq!(segment_of(id.as_str()), Some(("J001", 12)));
        assert_eq!(segment_of("urn:uuid:0190b0c0-0000-7000-8000-000000000001"), None);
    }

    /// A record as the first release kept it, word for word.
    const FIRST_RELEASE: &str = include_str!("../tests/samples/record-1-first-release.json");
    /// The same as it has been kept since: in one line, without nulls.
    const SECOND_RELEASE: &str = include_str!("../tests/samples/record-1-one-line.json");

    #[test]
    fn every_form_that_was_ever_kept_is_read_and_says_the_same() {
        let first = read_record(FIRST_RELEASE.as_bytes(), "sample").unwrap();
        let second = read_record(SECOND_RELEASE.as_bytes(), "sample").unwrap();
        assert_eq!(first, second);
        assert_eq!(first.files.len(), 1);
        assert_eq!(readable_record_bytes(&first).unwrap(), FIRST_RELEASE.as_bytes());
        let kept = record_bytes(&first).unwrap();
        // the order of keys says nothing
        let value = |bytes: &[u8]| serde_json::from_slice::<serde_json::Value>(bytes).unwrap();
        assert_eq!(value(&kept), value(SECOND_RELEASE.as_bytes()));
        assert_eq!(kept.len(), SECOND_RELEASE.len());
        assert!(kept.len() * 10 < FIRST_RELEASE.len() * 7);
    }

    #[test]
    fn a_content_file_keeps_its_name_below_content() {
        assert_eq!(
            content_path("fulltext/永久.txt").unwrap().as_str(),
            "content/fulltext/永久.txt"
        );
        assert!(content_path("../escape").is_err());
    }
}
