//! Comparing the stores with one another: each may be sound in itself and still tell another story.
//!
//! The journal says which objects there are and fixes every byte of each by the digest of its inventory; the vault
//! holds the documents; the catalogue is made from these and must say the same, row by row.

use crate::documents::{Documents, Kind, Unread, compare_records};
use crate::error::PreservationError;
use crate::repository::{HeldCell, HeldObject, HeldRepository};
use crate::verify::Problem;
use lantai_database::Database;
use lantai_domain::JournalEntry;
use lantai_domain::audit::AUDIT_OBJECT;
use lantai_vault::{Algorithm, ObjectId, ObjectIds, Vault, VaultError};
use serde_json::Value;
use std::collections::HashMap;
use std::sync::Arc;

/// Objects compared at once.
const AT_ONCE: u32 = 200;
/// The archive itself is the subject of its first fact, and no object.
const ARCHIVE: &str = "urn:lantai:archive";
/// Kind of the problem that no key is at hand.
const LOCKED: &str = "vault.key_missing";

/// Every object of the vault against journal and catalogue, then what these name and the vault has not.
pub(crate) async fn catalogue_with_vault(
    database: &Database,
    vault: &Arc<Vault>,
) -> Result<Vec<Problem>, PreservationError> {
    let mut problems = Vec::new();
    let mut groups = ObjectGroups::new(vault);
    while let Some(ids) = groups.next(&mut problems).await? {
        compare_group(database, vault, ids, &mut problems).await?;
    }
    missing_objects(database, vault, &mut problems).await?;
    fonds_counts(database, &mut problems).await?;
    Ok(problems)
}

/// The objects of a vault, some at a time.
pub(crate) struct ObjectGroups {
    ids: Option<ObjectIds>,
}

impl ObjectGroups {
    pub fn new(vault: &Vault) -> Self {
        Self {
            ids: Some(vault.object_ids()),
        }
    }

    /// The next objects; those that cannot be named are problems. `None`: that was all.
    pub async fn next(
        &mut self,
        problems: &mut Vec<Problem>,
    ) -> Result<Option<Vec<ObjectId>>, PreservationError> {
        let Some(mut ids) = self.ids.take() else {
            return Ok(None);
        };
        let next = move || {
            let group: Vec<Result<ObjectId, VaultError>> = ids.by_ref().take(AT_ONCE as usize).collect();
            (group, ids)
        };
        let (group, rest) = tokio::task::spawn_blocking(next).await?;
        if group.is_empty() {
            return Ok(None);
        }
        self.ids = Some(rest);
        let mut sound = Vec::new();
        for id in group {
            match id {
                Ok(id) => sound.push(id),
                Err(error) => problems.push(of_error(&error, "objects")),
            }
        }
        Ok(Some(sound))
    }
}

pub(crate) fn of_error(error: &VaultError, place: &str) -> Problem {
    Problem::new(error.code(), place).found(error.to_string())
}

/// The newest fact that fixes each object.
pub(crate) async fn newest_facts(
    database: &Database,
    objects: &[String],
) -> Result<HashMap<String, JournalEntry>, PreservationError> {
    let mut reader = database.read().await?;
    let facts = HeldRepository(reader.conn()).facts_of(objects).await?;
    let mut newest = HashMap::new();
    for (object, body) in facts {
        // a row that cannot be read is told by the comparison of the journal itself
        let Ok(entry) = serde_json::from_str::<JournalEntry>(&body) else {
            continue;
        };
        if entry.inventory.is_some() {
            newest.insert(object, entry);
        }
    }
    Ok(newest)
}

async fn compare_group(
    database: &Database,
    vault: &Arc<Vault>,
    ids: Vec<ObjectId>,
    problems: &mut Vec<Problem>,
) -> Result<(), PreservationError> {
    let names: Vec<String> = ids.iter().map(|id| id.as_str().to_owned()).collect();
    let journaled = newest_facts(database, &names).await?;
    let reading = Arc::clone(vault);
    let read = move || {
        let mut problems = Vec::new();
        let mut documents = Vec::new();
        for id in ids {
            documents.extend(open(&reading, &id, journaled.get(id.as_str()), &mut problems));
        }
        (documents, problems)
    };
    let (documents, found) = tokio::task::spawn_blocking(read).await?;
    for problem in found {
        // without keys one line is enough for all encrypted objects
        if problem.kind != LOCKED || !problems.contains(&problem) {
            problems.push(problem);
        }
    }
    let single: Vec<String> = documents
        .iter()
        .filter(|documents| matches!(documents.kind, Kind::Record))
        .map(|documents| documents.object.clone())
        .collect();
    let mut reader = database.read().await?;
    let rows = HeldRepository(reader.conn()).of_objects(&single).await?;
    let mut rows_of: HashMap<String, Vec<HeldObject>> = HashMap::new();
    for row in rows {
        rows_of.entry(row.object.clone()).or_default().push(row);
    }
    for documents in documents {
        match &documents.kind {
            Kind::Record => {
                compare_records(
                    &documents,
                    rows_of.remove(&documents.object).unwrap_or_default(),
                    problems,
                );
            }
            Kind::Segment => {
                // a segment has thousands of entries: one at a time
                let object = [documents.object.clone()];
                let rows = HeldRepository(reader.conn()).of_objects(&object).await?;
                compare_records(&documents, rows, problems);
            }
            Kind::Fonds(number) => {
                let row = HeldRepository(reader.conn()).fonds_document(number).await?;
                compare_row(
                    &documents,
                    row.into_iter().collect(),
                    "catalogue.fonds_differs",
                    problems,
                );
            }
            Kind::Accession(id) => {
                let row = HeldRepository(reader.conn()).accession_document(id).await?;
                let mut rows: Vec<String> = row.into_iter().collect();
                rows.extend(HeldRepository(reader.conn()).findings(id).await?);
                compare_row(&documents, rows, "catalogue.accession_differs", problems);
            }
            Kind::Filing(id) => {
                let rows = HeldRepository(reader.conn()).filing_decisions(id).await?;
                compare_row(&documents, rows, "catalogue.filing_differs", problems);
            }
            Kind::Reading(record) => {
                let version = HeldRepository(reader.conn()).reading_version(record).await?;
                let names_it = documents
                    .values
                    .first()
                    .is_some_and(|reading| reading["record"] == record.as_str());
                if version != Some(i64::from(documents.head)) || !names_it {
                    let problem = Problem::new("catalogue.reading_differs", &documents.object);
                    problems.push(
                        problem
                            .expected(format!("version {} of the reading of {record}", documents.head))
                            .found(version.map_or_else(
                                || "no reading".to_owned(),
                                |version| format!("version {version}"),
                            )),
                    );
                }
            }
            Kind::Unknown => {
                let problem = Problem::new("catalogue.object_unknown", &documents.object);
                problems.push(
                    problem.expected(
                        "a record, a fonds, a segment, a reading, an accession or filing decisions",
                    ),
                );
            }
        }
    }
    Ok(())
}

/// Opens an object, compares its head with the journal, and reads what it says.
fn open(
    vault: &Vault,
    id: &ObjectId,
    journaled: Option<&JournalEntry>,
    problems: &mut Vec<Problem>,
) -> Option<Documents> {
    let object = match vault.object(id) {
        Ok(Some(object)) => object,
        Ok(None) => {
            problems.push(
                Problem::new("catalogue.object_missing", id.as_str()).expected("an object in the vault"),
            );
            return None;
        }
        Err(error) => {
            problems.push(of_error(&error, id.as_str()));
            return None;
        }
    };
    let head = object.head().number();
    compare_inventory(vault, id, head, journaled, problems);
    match Documents::read(&object) {
        Ok(documents) => Some(documents),
        Err(Unread::Locked(error)) if error.code() == LOCKED => {
            let problem = Problem::new(LOCKED, "encrypted objects");
            problems.push(problem.expected("the keys, to compare what the objects say with the catalogue"));
            None
        }
        Err(Unread::Locked(error)) => {
            problems.push(of_error(&error, id.as_str()));
            None
        }
        Err(Unread::Missing(expected)) => {
            let problem = Problem::new("catalogue.description_missing", id.as_str());
            problems.push(problem.expected(expected));
            None
        }
    }
}

/// The inventory's digest must be the one that the journal fixed: it fixes every byte of the object.
pub(crate) fn compare_inventory(
    vault: &Vault,
    id: &ObjectId,
    head: u32,
    journaled: Option<&JournalEntry>,
    problems: &mut Vec<Problem>,
) {
    let Some(entry) = journaled else {
        let problem = Problem::new("catalogue.not_journaled", id.as_str());
        problems.push(
            problem
                .expected("a journal entry")
                .found("an object that none tells of"),
        );
        return;
    };
    let expected = entry.inventory.clone().unwrap_or_default();
    let found = match std::fs::read(vault.object_dir(id).join("inventory.json")) {
        Ok(bytes) => Algorithm::Sha512.of(&bytes),
        Err(error) => error.to_string(),
    };
    if entry.version != Some(head) || expected != found {
        let problem = Problem::new("catalogue.inventory_not_as_journaled", id.as_str());
        problems.push(problem.expected(expected).found(found));
    }
}

/// Rows that are whole documents must be those of the object, in their order.
fn compare_row(documents: &Documents, rows: Vec<String>, kind: &str, problems: &mut Vec<Problem>) {
    let rows: Vec<Option<Value>> = rows.iter().map(|row| serde_json::from_str(row).ok()).collect();
    let kept: Vec<Option<Value>> = documents.values.iter().cloned().map(Some).collect();
    if rows != kept {
        let problem = Problem::new(kind, &documents.object);
        problems.push(
            problem
                .expected("what the vault holds")
                .found("something else in the catalogue"),
        );
    }
}

/// Objects that journal or catalogue name and the vault has not.
pub(crate) async fn missing_objects(
    database: &Database,
    vault: &Arc<Vault>,
    problems: &mut Vec<Problem>,
) -> Result<(), PreservationError> {
    for of_records in [false, true] {
        let mut after = String::new();
        loop {
            let mut reader = database.read().await?;
            let held = HeldRepository(reader.conn());
            let page = match of_records {
                true => held.objects_of_records(&after, AT_ONCE * 10).await?,
                false => held.objects_of_facts(&after, AT_ONCE * 10).await?,
            };
            drop(reader);
            let Some(last) = page.last() else { break };
            after.clone_from(last);
            let vault = Arc::clone(vault);
            let gone = move || {
                let there = |object: &String| {
                    let id = ObjectId::new(object.clone());
                    id.is_ok_and(|id| vault.object_dir(&id).exists())
                };
                page.into_iter()
                    .filter(|object| object != ARCHIVE && object != AUDIT_OBJECT && !there(object))
                    .collect::<Vec<_>>()
            };
            for object in tokio::task::spawn_blocking(gone).await? {
                let problem =
                    Problem::new("catalogue.object_missing", object).expected("an object in the vault");
                if !problems.contains(&problem) {
                    problems.push(problem);
                }
            }
        }
    }
    Ok(())
}

/// The counters beside a fonds must be what its records add up to.
async fn fonds_counts(database: &Database, problems: &mut Vec<Problem>) -> Result<(), PreservationError> {
    let mut reader = database.read().await?;
    for fonds in HeldRepository(reader.conn()).fonds_counts().await? {
        let told = [fonds.records, fonds.files, fonds.bytes];
        let counted = [fonds.counted_records, fonds.counted_files, fonds.counted_bytes];
        if told != counted {
            let text = |[records, files, bytes]: [i64; 3]| {
                format!("{records} records, {files} files, {bytes} bytes")
            };
            let problem = Problem::new("catalogue.fonds_count", &fonds.number);
            problems.push(problem.expected(text(counted)).found(text(told)));
        }
    }
    let (told, counted) = HeldRepository(reader.conn()).fonds_cells().await?;
    let text = |cell: &HeldCell| {
        let HeldCell {
            category,
            cell,
            records,
            ..
        } = cell;
        format!("{records} records of {category} in cell {cell}")
    };
    for cell in counted.iter().filter(|cell| !told.contains(cell)) {
        problems.push(Problem::new("catalogue.fonds_count", &cell.fonds).expected(text(cell)));
    }
    for cell in told.iter().filter(|cell| !counted.contains(cell)) {
        problems.push(Problem::new("catalogue.fonds_count", &cell.fonds).found(text(cell)));
    }
    Ok(())
}
