//! The journal's tiles against the rows of the catalogue: the same entries, byte by byte.

use crate::error::PreservationError;
use crate::repository::HeldRepository;
use crate::verify::Problem;
use lantai_database::{Database, JournalRows};
use lantai_journal::{Journal, VerifyingKey};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

/// Rows compared at once.
const AT_ONCE: u64 = 1_000;
/// Differing entries that are named one by one; more tell nothing new.
const MOST_NAMED: usize = 1_000;

pub(crate) async fn journal_with_rows(
    database: &Database,
    folder: &Path,
    key: &VerifyingKey,
) -> Result<Vec<Problem>, PreservationError> {
    let (folder, key) = (folder.to_path_buf(), key.clone());
    let opened = tokio::task::spawn_blocking(move || Journal::open(&folder, &key)).await?;
    let journal = match opened {
        Ok(journal) => Arc::new(journal),
        Err(error) => {
            return Ok(vec![
                Problem::new(error.code(), "journal").found(error.to_string()),
            ]);
        }
    };
    let mut problems = Vec::new();
    let mut reader = database.read().await?;
    let rows = JournalRows(reader.conn()).size().await?;
    if rows != journal.size() {
        let problem = Problem::new("catalogue.journal_size", "journal");
        problems.push(
            problem
                .expected(format!("{} entries", journal.size()))
                .found(format!("{rows} entries")),
        );
    }
    let mut first = 0;
    while first < journal.size() && problems.len() < MOST_NAMED {
        let end = journal.size().min(first + AT_ONCE);
        let limit = u32::try_from(AT_ONCE).unwrap_or(u32::MAX);
        let page = HeldRepository(reader.conn()).journal_rows(first, limit).await?;
        let mut rows: BTreeMap<u64, String> = page
            .into_iter()
            .filter_map(|(number, body)| Some((u64::try_from(number).ok()?, body)))
            .collect();
        let tiles = Arc::clone(&journal);
        let entries: Vec<Option<Vec<u8>>> =
            tokio::task::spawn_blocking(move || (first..end).map(|index| tiles.entry(index).ok()).collect())
                .await?;
        for (index, entry) in (first..end).zip(entries) {
            let row = rows.remove(&index);
            let found = match (&entry, &row) {
                (Some(entry), Some(row)) if entry == row.as_bytes() => continue,
                (_, Some(_)) => "another entry in the catalogue",
                (_, None) => "no entry in the catalogue",
            };
            let problem = Problem::new("catalogue.journal_entry", format!("entry {index}"));
            problems.push(problem.expected("the entry of the journal's tiles").found(found));
        }
        first = end;
    }
    let beyond = HeldRepository(reader.conn())
        .journal_rows(journal.size(), 1)
        .await?;
    if let Some((number, _)) = beyond.first() {
        let problem = Problem::new("catalogue.journal_entry", format!("entry {number}"));
        problems.push(
            problem
                .expected("no such entry")
                .found("an entry in the catalogue only"),
        );
    }
    Ok(problems)
}
