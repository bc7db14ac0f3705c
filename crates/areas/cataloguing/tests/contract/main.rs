//! What the catalogue's repositories promise, kept on SQLite and on PostgreSQL.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod fonds;
mod pages;
mod records;
mod segments;

use lantai_cataloguing::{FondsRepository, Page, RecordRepository, StoredRecord, sort_code};
use lantai_database::Database;
use lantai_domain::{Fonds, IdSource, OpenStatusKind, Record};
use lantai_testkit::RecordBuilder;

pub(crate) fn stored(record: Record) -> StoredRecord {
    StoredRecord {
        object: format!("urn:uuid:{}", record.id),
        object_version: 1,
        record,
    }
}

pub(crate) async fn register(database: &Database, number: &str) {
    let mut work = database.begin_upkeep().await.unwrap();
    FondsRepository(work.conn())
        .put(&Fonds::unnamed(number.parse().unwrap()), 1)
        .await
        .unwrap();
    work.commit().await.unwrap();
}

/// Enters records; their fonds must be registered.
pub(crate) async fn enter(database: &Database, records: &[StoredRecord]) {
    let mut work = database.begin_upkeep().await.unwrap();
    for record in records {
        RecordRepository(work.conn()).insert(record).await.unwrap();
    }
    work.commit().await.unwrap();
}

pub(crate) async fn find(database: &Database, code: &str) -> Option<StoredRecord> {
    let mut reader = database.read().await.unwrap();
    RecordRepository(reader.conn()).find_by_code(code).await.unwrap()
}

/// One hundred and twenty records of fonds J001, entered in no order of their codes; every third one is open.
pub(crate) async fn a_filled_fonds(database: &Database, ids: &dyn IdSource) -> Vec<StoredRecord> {
    register(database, "J001").await;
    let mut codes: Vec<String> = Vec::new();
    for item in [1, 2, 9, 10, 11, 100, 1_000] {
        for (category, year) in [("WS", 1954), ("WS", 2019), ("ZP", 2019)] {
            for retention in ["Y", "D30", "D10"] {
                codes.push(format!("J001-{category}·{year}-{retention}-{item:04}"));
            }
        }
    }
    codes.extend((1..=57).map(|item| format!("J001-WS·1988-Y-BGS-{item:04}")));
    assert_eq!(codes.len(), 120);
    codes.reverse();
    let records: Vec<StoredRecord> = codes
        .iter()
        .enumerate()
        .map(|(place, code)| {
            let kind = if place % 3 == 0 {
                OpenStatusKind::Open
            } else {
                OpenStatusKind::NotDue
            };
            stored(RecordBuilder::new(ids, code).open_status(kind).build())
        })
        .collect();
    enter(database, &records).await;
    records
}

/// All pages of a fonds, one after the other.
pub(crate) async fn pages(database: &Database, page: Page) -> Vec<StoredRecord> {
    let mut reader = database.read().await.unwrap();
    let mut all = Vec::new();
    let mut page = page;
    loop {
        let found = RecordRepository(reader.conn())
            .page_of_fonds("J001", &page)
            .await
            .unwrap();
        assert!(found.len() <= usize::try_from(page.limit).unwrap());
        let Some(last) = found.last() else { return all };
        page.after = Some(sort_code(&last.record));
        all.extend(found);
    }
}

pub(crate) fn codes<'a>(records: impl IntoIterator<Item = &'a StoredRecord>) -> Vec<String> {
    records
        .into_iter()
        .map(|stored| stored.record.description.code.to_string())
        .collect()
}
