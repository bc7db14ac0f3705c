//! Making the catalogue again from vault and journal.

use crate::error::CataloguingError;
use crate::holdings::Holdings;
use crate::layout;
use crate::repository::fonds::{FondsCount, FondsRepository};
use crate::repository::records::{RecordRepository, StoredRecord};
use crate::repository::segments::{Segment, SegmentRepository};
use async_trait::async_trait;
use lantai_database::{JournalRows, UnitOfWork};
use lantai_domain::{Fonds, Record};
use lantai_vault::Object;
use std::collections::{BTreeMap, BTreeSet};

/// Objects restored in one transaction.
const OBJECTS_AT_ONCE: usize = 1_000;
/// Journal entries restored in one transaction.
const ENTRIES_AT_ONCE: u64 = 10_000;

/// Why the catalogue could not be made again.
pub type RebuildError = CataloguingError;

/// What was made again.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RebuiltObject {
    /// Records.
    pub records: u64,
    /// Journal entries.
    pub entries: u64,
}

/// Restores objects that belong to another area, such as accessions.
#[async_trait]
pub trait RestoreOther: Send + Sync {
    /// Restores the object if it is of its kind; `false`: it is not.
    async fn restore(&self, work: &mut UnitOfWork, object: &Object) -> Result<bool, CataloguingError>;
}

/// What an object of the vault turned out to be.
enum Kept {
    Fonds(Box<Fonds>),
    Record(Box<Record>),
    Segment(Vec<Record>),
    Other,
}

/// Fills an empty catalogue from vault and journal. Progress is told after each group of objects.
pub async fn rebuild(
    holdings: &Holdings,
    other: &dyn RestoreOther,
    progress: &(dyn Fn(u64) + Send + Sync),
) -> Result<RebuiltObject, CataloguingError> {
    let entries = restore_journal(holdings).await?;
    let mut rebuilt = RebuiltObject { records: 0, entries };
    let mut known_fonds = BTreeSet::new();
    let mut ids = holdings.vault.object_ids();
    loop {
        let vault = holdings.vault.clone();
        let (group, rest) = tokio::task::spawn_blocking(move || {
            let mut group = Vec::new();
            for id in ids.by_ref().take(OBJECTS_AT_ONCE) {
                let id = id?;
                if let Some(object) = vault.object(&id)? {
                    let kept = read_object(&vault, &object)?;
                    group.push((object, kept));
                }
            }
            Ok::<_, CataloguingError>((group, ids))
        })
        .await??;
        ids = rest;
        if group.is_empty() {
            return Ok(rebuilt);
        }
        let mut work = holdings.database.begin_upkeep().await?;
        let mut counts: BTreeMap<String, FondsCount> = BTreeMap::new();
        for (object, kept) in group {
            rebuilt.records +=
                restore_object(&mut work, other, &object, kept, &mut known_fonds, &mut counts).await?;
        }
        for (fonds, count) in counts {
            FondsRepository(work.conn()).add(&fonds, &count).await?;
        }
        work.commit().await?;
        progress(rebuilt.records);
    }
}

async fn restore_journal(holdings: &Holdings) -> Result<u64, CataloguingError> {
    let size = holdings.journal_size();
    let mut first = 0;
    while first < size {
        let end = size.min(first + ENTRIES_AT_ONCE);
        let bodies = holdings.journal_entries(first..end).await?;
        let mut work = holdings.database.begin_upkeep().await?;
        JournalRows(work.conn()).restore(first, &bodies).await?;
        work.commit().await?;
        first = end;
    }
    Ok(size)
}

fn read_object(vault: &lantai_vault::Vault, object: &Object) -> Result<Kept, CataloguingError> {
    let id = object.id().as_str();
    if layout::segment_of(id).is_some() {
        return Ok(Kept::Segment(layout::read_segment(vault, object.id())?));
    }
    if layout::is_fonds_object(id) {
        let bytes = layout::read_file(object, layout::FONDS_FILE)?.unwrap_or_default();
        let fonds = serde_json::from_slice(&bytes).map_err(|source| CataloguingError::Document {
            what: id.to_owned(),
            source,
        })?;
        return Ok(Kept::Fonds(Box::new(fonds)));
    }
    match layout::read_file(object, layout::RECORD_FILE)? {
        Some(bytes) => Ok(Kept::Record(Box::new(layout::read_record(&bytes, id)?))),
        None => Ok(Kept::Other),
    }
}

async fn restore_object(
    work: &mut UnitOfWork,
    other: &dyn RestoreOther,
    object: &Object,
    kept: Kept,
    known_fonds: &mut BTreeSet<String>,
    counts: &mut BTreeMap<String, FondsCount>,
) -> Result<u64, CataloguingError> {
    let version = object.head().number();
    let records = match kept {
        Kept::Other => {
            if !other.restore(work, object).await? {
                tracing::warn!(
                    object.id = object.id().as_str(),
                    "object {} is of no known kind",
                    object.id().as_str()
                );
            }
            return Ok(0);
        }
        Kept::Fonds(fonds) => {
            FondsRepository(work.conn()).put(&fonds, version).await?;
            known_fonds.insert(fonds.number.to_string());
            return Ok(0);
        }
        Kept::Record(record) => vec![*record],
        Kept::Segment(records) => records,
    };
    let mut count = 0;
    for record in records {
        let fonds = record.fonds().to_owned();
        if known_fonds.insert(fonds.clone()) {
            // the fonds' own object comes later in the walk and then says what it is called
            let number = fonds
                .parse()
                .map_err(|error: lantai_domain::fonds::FondsNumberError| {
                    lantai_database::StoreError::corrupt(format!("record {}", record.id), error)
                })?;
            FondsRepository(work.conn())
                .put(&Fonds::unnamed(number), 0)
                .await?;
        }
        counts.entry(fonds).or_default().add_record(&record);
        let stored = StoredRecord {
            record,
            object: object.id().as_str().to_owned(),
            object_version: version,
        };
        RecordRepository(work.conn()).insert(&stored).await?;
        count += 1;
    }
    if let Some((fonds, number)) = layout::segment_of(object.id().as_str()) {
        let segment = Segment {
            object: object.id().as_str().to_owned(),
            number: i64::try_from(number).unwrap_or(i64::MAX),
            entries: i64::try_from(count).unwrap_or(i64::MAX),
        };
        SegmentRepository(work.conn()).put(fonds, &segment).await?;
    }
    Ok(count)
}
