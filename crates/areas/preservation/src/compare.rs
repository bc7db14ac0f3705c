//! Comparing the stores with one another: each may be sound in itself and still tell another story.

use crate::error::PreservationError;
use crate::repository::{HeldObject, HeldRepository};
use crate::verify::Problem;
use lantai_database::{Database, JournalRows};
use lantai_domain::JournalEntry;
use lantai_journal::{Journal, VerifyingKey};
use lantai_vault::{LogicalPath, Object, ObjectId, Vault};
use std::collections::HashMap;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

/// Rows compared at once.
const AT_ONCE: u32 = 1_000;

/// The journal's tiles against the rows of the catalogue: the same entries, byte by byte.
pub(crate) async fn journal_with_rows(
    database: &Database,
    folder: &Path,
    key: &VerifyingKey,
) -> Result<Vec<Problem>, PreservationError> {
    let (folder, key) = (folder.to_path_buf(), key.clone());
    let opened = tokio::task::spawn_blocking(move || Journal::open(&folder, &key)).await?;
    // what keeps it from opening is told by the verification of the journal itself
    let Ok(journal) = opened else { return Ok(Vec::new()) };
    let journal = Arc::new(journal);
    let mut problems = Vec::new();
    let mut reader = database.read().await?;
    let rows = JournalRows(reader.conn()).size().await?;
    if rows != journal.size() {
        let problem = Problem::new("catalogue.journal_size", "journal");
        problems.push(problem.expected(format!("{rows} entries")).found(format!("{} entries", journal.size())));
    }
    let end = rows.min(journal.size());
    let mut first = 0;
    while first < end {
        let bodies = JournalRows(reader.conn()).bodies(first, AT_ONCE).await?;
        if bodies.is_empty() {
            break;
        }
        let last = end.min(first + bodies.len() as u64);
        let tiles = Arc::clone(&journal);
        let entries: Vec<Option<Vec<u8>>> =
            tokio::task::spawn_blocking(move || (first..last).map(|index| tiles.entry(index).ok()).collect())
                .await?;
        for ((index, entry), body) in (first..).zip(entries).zip(&bodies) {
            if entry.as_ref() != Some(body) {
                let problem = Problem::new("catalogue.journal_entry", format!("entry {index}"));
                problems.push(
                    problem.expected("the entry that was accepted").found("another entry in the journal's tiles"),
                );
            }
        }
        first = last;
    }
    Ok(problems)
}

/// The catalogue's records against the objects that hold them, and these against the journal.
pub(crate) async fn catalogue_with_vault(
    database: &Database,
    vault: &Arc<Vault>,
) -> Result<Vec<Problem>, PreservationError> {
    let mut problems = Vec::new();
    let (mut object, mut id) = (String::new(), String::new());
    loop {
        let mut reader = database.read().await?;
        let page = HeldRepository(reader.conn()).page(&object, &id, AT_ONCE).await?;
        let Some(last) = page.last() else { return Ok(problems) };
        (object, id) = (last.object.clone(), last.id.clone());
        let mut journaled: HashMap<String, Option<JournalEntry>> = HashMap::new();
        for held in &page {
            if !journaled.contains_key(&held.object) {
                let facts = JournalRows(reader.conn()).of_object(&held.object).await?;
                let newest = facts.into_iter().rev().find(|(_, entry)| entry.inventory.is_some());
                journaled.insert(held.object.clone(), newest.map(|(_, entry)| entry));
            }
        }
        drop(reader);
        let vault = Arc::clone(vault);
        let found = tokio::task::spawn_blocking(move || compare_page(&vault, &page, &journaled)).await?;
        problems.extend(found);
    }
}

fn compare_page(
    vault: &Vault,
    page: &[HeldObject],
    journaled: &HashMap<String, Option<JournalEntry>>,
) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut opened: Option<(String, Option<(Object, Vec<u8>)>)> = None;
    for held in page {
        if opened.as_ref().is_none_or(|(object, _)| *object != held.object) {
            let read = open(vault, held, journaled.get(&held.object).and_then(Option::as_ref), &mut problems);
            opened = Some((held.object.clone(), read));
        }
        if let Some((_, Some((_, bytes)))) = &opened {
            compare_record(held, bytes, &mut problems);
        }
    }
    problems
}

/// Opens an object and compares its head with catalogue and journal; reads what describes its records.
fn open(
    vault: &Vault,
    held: &HeldObject,
    journaled: Option<&JournalEntry>,
    problems: &mut Vec<Problem>,
) -> Option<(Object, Vec<u8>)> {
    let id = ObjectId::new(held.object.clone()).ok()?;
    let object = match vault.object(&id) {
        Ok(Some(object)) => object,
        Ok(None) => {
            problems.push(Problem::new("catalogue.object_missing", &held.object).expected("an object in the vault"));
            return None;
        }
        Err(error) => {
            problems.push(Problem::new(error.code(), &held.object).found(error.to_string()));
            return None;
        }
    };
    let head = object.head().number();
    if i64::from(head) != held.object_version {
        let problem = Problem::new("catalogue.object_version", &held.object);
        problems.push(problem.expected(format!("v{}", held.object_version)).found(format!("v{head}")));
    }
    match journaled {
        None => problems.push(Problem::new("catalogue.not_journaled", &held.object).expected("a journal entry")),
        Some(entry) => compare_inventory(vault, &id, head, entry, problems),
    }
    let name = if held.object.starts_with("urn:uuid:") { "record.json" } else { "entries.jsonl" };
    let mut bytes = Vec::new();
    let path = LogicalPath::new(name).ok()?;
    let read = object.open(object.head(), &path).map(|mut file| file.read_to_end(&mut bytes));
    if !matches!(read, Ok(Ok(_))) {
        problems.push(Problem::new("catalogue.description_missing", &held.object).expected(name));
        return None;
    }
    Some((object, bytes))
}

/// The inventory's digest must be the one that the journal fixed: it fixes every byte of the object.
fn compare_inventory(
    vault: &Vault,
    id: &ObjectId,
    head: u32,
    entry: &JournalEntry,
    problems: &mut Vec<Problem>,
) {
    let expected = entry.inventory.clone().unwrap_or_default();
    let found = match std::fs::read(vault.object_dir(id).join("inventory.json")) {
        Ok(bytes) => lantai_vault::Algorithm::Sha512.of(&bytes),
        Err(error) => error.to_string(),
    };
    if entry.version != Some(head) || expected != found {
        let problem = Problem::new("catalogue.inventory_not_as_journaled", id.as_str());
        problems.push(problem.expected(expected).found(found));
    }
}

/// The record as catalogued must be the record as kept.
fn compare_record(held: &HeldObject, bytes: &[u8], problems: &mut Vec<Problem>) {
    let catalogued: Option<serde_json::Value> = serde_json::from_str(&held.document).ok();
    let kept = if held.object.starts_with("urn:uuid:") {
        serde_json::from_slice(bytes).ok()
    } else {
        let lines = bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        let mut entries = lines.filter_map(|line| serde_json::from_slice::<serde_json::Value>(line).ok());
        entries.find(|entry| entry.get("id").and_then(serde_json::Value::as_str) == Some(held.id.as_str()))
    };
    if catalogued.is_none() || catalogued != kept {
        let problem = Problem::new("catalogue.record_differs", &held.id);
        problems.push(problem.expected("the record as the vault holds it").found("another record in the catalogue"));
    }
}
