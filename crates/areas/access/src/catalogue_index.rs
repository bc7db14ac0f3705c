//! Keeping the index true to the catalogue.

use crate::document::document;
use crate::error::AccessError;
use async_trait::async_trait;
use lantai_cataloguing::{Holdings, RecordRepository, RecordsChanged, StoredRecord, record_text, sort_code};
use lantai_domain::{AccessionId, RecordId};
use lantai_search::{Index, IndexWriter, SearchDocument};
use std::sync::Arc;

/// Records read from the catalogue at once.
const RECORDS_AT_ONCE: u32 = 500;
/// Memory of a writer for a few records, and for many.
const SMALL_BUDGET: usize = 20 * 1024 * 1024;
const LARGE_BUDGET: usize = 100 * 1024 * 1024;

/// The index of an archive with the holdings it is made from. Cheap to clone.
#[derive(Clone)]
pub struct CatalogueIndex {
    holdings: Holdings,
    index: Arc<Index>,
    /// The index has one writer at a time.
    writing: Arc<tokio::sync::Mutex<()>>,
}

impl CatalogueIndex {
    /// Joins an index with the holdings.
    pub fn new(holdings: Holdings, index: Index) -> Self {
        Self {
            holdings,
            index: Arc::new(index),
            writing: Arc::default(),
        }
    }

    /// The holdings.
    pub fn holdings(&self) -> &Holdings {
        &self.holdings
    }

    /// The index.
    pub fn index(&self) -> &Arc<Index> {
        &self.index
    }

    /// Brings some records up to date; those that are gone leave the index. On return the change is durable and seen.
    pub async fn update(&self, records: &[RecordId]) -> Result<(), AccessError> {
        let _turn = self.writing.lock().await;
        let mut reader = self.holdings.database.read().await?;
        let found = RecordRepository(reader.conn()).find_many(records).await?;
        drop(reader);
        let gone: Vec<String> = records
            .iter()
            .filter(|id| found.iter().all(|stored| stored.record.id != **id))
            .map(ToString::to_string)
            .collect();
        let documents = self.documents(found).await?;
        self.with_writer(SMALL_BUDGET, move |writer| {
            for id in &gone {
                writer.delete(id);
            }
            documents.iter().try_for_each(|document| writer.upsert(document))
        })
        .await
    }

    /// Brings all records of an accession into the index.
    pub async fn add_accession(&self, accession: AccessionId) -> Result<u64, AccessError> {
        let _turn = self.writing.lock().await;
        let mut writer = Some(self.open_writer(LARGE_BUDGET).await?);
        let mut after = String::new();
        let mut count = 0;
        loop {
            let mut reader = self.holdings.database.read().await?;
            let page = RecordRepository(reader.conn())
                .page_of_accession(accession, &after, RECORDS_AT_ONCE)
                .await?;
            drop(reader);
            let Some(last) = page.last() else { break };
            after = sort_code(&last.record);
            count += page.len() as u64;
            writer = self.add(writer, page).await?;
        }
        self.finish(writer).await?;
        Ok(count)
    }

    /// Fills an empty index from the catalogue; progress is told after each group.
    pub async fn fill(&self, progress: &(dyn Fn(u64) + Send + Sync)) -> Result<u64, AccessError> {
        let _turn = self.writing.lock().await;
        let mut writer = Some(self.open_writer(LARGE_BUDGET).await?);
        let mut after = None;
        let mut count = 0;
        loop {
            let mut reader = self.holdings.database.read().await?;
            let page = RecordRepository(reader.conn())
                .page_of_all(after, RECORDS_AT_ONCE)
                .await?;
            drop(reader);
            let Some(last) = page.last() else { break };
            after = Some(last.record.id);
            count += page.len() as u64;
            writer = self.add(writer, page).await?;
            progress(count);
        }
        self.finish(writer).await?;
        Ok(count)
    }

    async fn documents(&self, records: Vec<StoredRecord>) -> Result<Vec<SearchDocument>, AccessError> {
        let vault = Arc::clone(&self.holdings.vault);
        let made = tokio::task::spawn_blocking(move || {
            records
                .iter()
                .map(|stored| Ok(document(stored, record_text(&vault, stored)?.unwrap_or_default())))
                .collect::<Result<Vec<_>, AccessError>>()
        });
        made.await?
    }

    async fn open_writer(&self, budget: usize) -> Result<IndexWriter, AccessError> {
        let index = Arc::clone(&self.index);
        Ok(tokio::task::spawn_blocking(move || index.writer(budget)).await??)
    }

    async fn add(
        &self,
        writer: Option<IndexWriter>,
        page: Vec<StoredRecord>,
    ) -> Result<Option<IndexWriter>, AccessError> {
        let documents = self.documents(page).await?;
        let added = tokio::task::spawn_blocking(move || {
            let mut writer = writer;
            if let Some(writer) = &mut writer {
                documents
                    .iter()
                    .try_for_each(|document| writer.upsert(document))?;
            }
            Ok::<_, AccessError>(writer)
        });
        added.await?
    }

    async fn finish(&self, writer: Option<IndexWriter>) -> Result<(), AccessError> {
        let index = Arc::clone(&self.index);
        let finished = tokio::task::spawn_blocking(move || {
            if let Some(writer) = writer {
                writer.finish()?;
            }
            index.reload()
        });
        Ok(finished.await??)
    }

    async fn with_writer(
        &self,
        budget: usize,
        change: impl FnOnce(&mut IndexWriter) -> Result<(), lantai_search::SearchError> + Send + 'static,
    ) -> Result<(), AccessError> {
        let index = Arc::clone(&self.index);
        let changed = tokio::task::spawn_blocking(move || {
            let mut writer = index.writer(budget)?;
            change(&mut writer)?;
            writer.finish()?;
            index.reload()
        });
        Ok(changed.await??)
    }
}

#[async_trait]
impl RecordsChanged for CatalogueIndex {
    async fn records_changed(&self, records: &[RecordId]) {
        if let Err(error) = self.update(records).await {
            // the follow-up job in the queue does it again
            tracing::error!(error = %error, "the index could not follow a change at once");
        }
    }
}
