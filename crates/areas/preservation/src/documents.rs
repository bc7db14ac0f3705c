//! What an object of the vault says, and records compared with their rows.

use crate::repository::{HeldColumns, HeldObject};
use crate::verify::Problem;
use lantai_domain::Record;
use lantai_domain::record::kept_form;
use lantai_vault::{LogicalPath, Object, VaultError};
use serde_json::Value;
use std::collections::HashMap;
use std::io::Read;

/// What an object is.
pub(crate) enum Kind {
    /// A record with content.
    Record,
    /// Entries without content.
    Segment,
    /// A fonds, by its number.
    Fonds(String),
    /// An accession, by its identifier.
    Accession(String),
    /// Filing decisions taken together, by the identifier of their object.
    Filing(String),
    /// What was read in a record, by its identifier.
    Reading(String),
    /// None of these.
    Unknown,
}

/// Why the documents of an object cannot be read.
pub(crate) enum Unread {
    /// This one is not there, or cannot be understood.
    Missing(&'static str),
    /// They are encrypted, and cannot be decrypted.
    Locked(VaultError),
}

impl From<&'static str> for Unread {
    fn from(name: &'static str) -> Self {
        Self::Missing(name)
    }
}

/// The documents of an object's head.
pub(crate) struct Documents {
    pub object: String,
    pub head: u32,
    pub kind: Kind,
    /// The record, the entries, the fonds, or the accession and its findings.
    pub values: Vec<Value>,
}

impl Documents {
    /// Reads the documents; the error names the one that is not there or cannot be read.
    pub fn read(object: &Object) -> Result<Self, Unread> {
        let id = object.id().as_str();
        let (kind, values) = if id.starts_with("urn:lantai:segment:") {
            (
                Kind::Segment,
                lines(object, "entries.jsonl")?.ok_or("entries.jsonl")?,
            )
        } else if let Some(number) = id.strip_prefix("urn:lantai:fonds:") {
            (
                Kind::Fonds(number.to_owned()),
                vec![whole(object, "fonds.json")?.ok_or("fonds.json")?],
            )
        } else if let Some(record) = id.strip_prefix("urn:lantai:reading:") {
            (
                Kind::Reading(record.to_owned()),
                vec![whole(object, "reading.json")?.ok_or("reading.json")?],
            )
        } else if let Some(record) = whole(object, "record.json")? {
            (Kind::Record, vec![record])
        } else if let Some(accession) = whole(object, "accession.json")? {
            let mut values = vec![accession];
            values.extend(lines(object, "findings.jsonl")?.unwrap_or_default());
            (
                Kind::Accession(id.trim_start_matches("urn:uuid:").to_owned()),
                values,
            )
        } else if let Some(decisions) = lines(object, "filing-decisions.jsonl")? {
            (
                Kind::Filing(id.trim_start_matches("urn:uuid:").to_owned()),
                decisions,
            )
        } else {
            (Kind::Unknown, Vec::new())
        };
        Ok(Self {
            object: id.to_owned(),
            head: object.head().number(),
            kind,
            values,
        })
    }
}

fn bytes(object: &Object, name: &'static str) -> Result<Option<Vec<u8>>, Unread> {
    let path = LogicalPath::new(name).map_err(|_| name)?;
    if object
        .state(object.head())
        .map_err(|_| name)?
        .iter()
        .all(|file| *file.path != path)
    {
        return Ok(None);
    }
    let mut bytes = Vec::new();
    let mut file = object.open(object.head(), &path).map_err(|error| match error {
        VaultError::Key { .. } | VaultError::KeyDamaged { .. } | VaultError::ContentRefused { .. } => {
            Unread::Locked(error)
        }
        _ => Unread::Missing(name),
    })?;
    file.read_to_end(&mut bytes).map_err(|_| name)?;
    Ok(Some(bytes))
}

fn whole(object: &Object, name: &'static str) -> Result<Option<Value>, Unread> {
    let Some(bytes) = bytes(object, name)? else {
        return Ok(None);
    };
    Ok(serde_json::from_slice(&bytes).map(Some).map_err(|_| name)?)
}

fn lines(object: &Object, name: &'static str) -> Result<Option<Vec<Value>>, Unread> {
    let Some(bytes) = bytes(object, name)? else {
        return Ok(None);
    };
    let lines = bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    lines
        .map(|line| serde_json::from_slice(line).map_err(|_| Unread::Missing(name)))
        .collect::<Result<_, _>>()
        .map(Some)
}

/// The records of an object and the rows that say they lie in it must be the same.
pub(crate) fn compare_records(documents: &Documents, rows: Vec<HeldObject>, problems: &mut Vec<Problem>) {
    let mut rows: HashMap<String, HeldObject> = rows.into_iter().map(|row| (row.id.clone(), row)).collect();
    for kept in &documents.values {
        let id = kept.get("id").and_then(Value::as_str).unwrap_or_default();
        let Some(row) = rows.remove(id) else {
            let problem = Problem::new("catalogue.record_missing", id);
            problems.push(
                problem
                    .expected("a row of the record")
                    .found("none in the catalogue"),
            );
            continue;
        };
        if row.object_version != i64::from(documents.head) {
            let problem = Problem::new("catalogue.object_version", &documents.object);
            let (expected, found) = (format!("v{}", documents.head), format!("v{}", row.object_version));
            problems.push(problem.expected(expected).found(found));
        }
        let mut document: Option<Value> = serde_json::from_str(&row.document).ok();
        // the vault keeps a record without what says nothing; older objects have it
        let mut kept_document = kept.clone();
        kept_form(&mut kept_document);
        document.iter_mut().for_each(kept_form);
        if document.as_ref() != Some(&kept_document) {
            differs(
                id,
                "the record as the vault holds it",
                "another record in the catalogue",
                problems,
            );
        } else if let Some(column) = differing_column(kept, &row.columns) {
            differs(id, "columns as the record says", column, problems);
        }
    }
    for id in rows.into_keys() {
        differs(
            &id,
            "a record of its object",
            "a row of a record that the object has not",
            problems,
        );
    }
}

fn differs(id: &str, expected: &str, found: &str, problems: &mut Vec<Problem>) {
    problems.push(
        Problem::new("catalogue.record_differs", id)
            .expected(expected)
            .found(found),
    );
}

/// The first column that says something else than the record.
fn differing_column(kept: &Value, row: &HeldColumns) -> Option<&'static str> {
    let Ok(record) = serde_json::from_value::<Record>(kept.clone()) else {
        return Some("document");
    };
    let (description, status) = (&record.description, record.open_status.kind());
    let code = description.code.to_string();
    let number = |value: usize| i64::try_from(value).unwrap_or(i64::MAX);
    let same = [
        ("code", row.code == code),
        (
            "sort_code",
            row.sort_code == format!("{} {code}", description.code.sort_key()),
        ),
        ("fonds", row.fonds == record.fonds()),
        ("category", row.category == description.category),
        ("year", row.year == description.year.map(i64::from)),
        ("open_status", row.open_status == status.name()),
        (
            "access_cell",
            row.access_cell == i64::from(record.access_facts().cell.number()),
        ),
        ("title", row.title == description.title),
        ("accession", row.accession == record.accession.to_string()),
        ("files", row.files == number(record.files.len())),
        (
            "bytes",
            row.bytes == i64::try_from(record.bytes()).unwrap_or(i64::MAX),
        ),
    ];
    same.into_iter().find(|(_, same)| !same).map(|(column, _)| column)
}
