//! The stores that must agree, and what starts them.

use crate::error::CataloguingError;
use crate::repository::batches::BatchRepository;
use lantai_database::{Database, JournalRows};
use lantai_domain::{Clock, IdSource};
use lantai_journal::{Checkpoint, Hash, Journal, SigningKey, VerifyingKey};
use lantai_vault::Vault;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

/// How many entries are written into the journal's tiles at once.
const PUBLISH_AT_ONCE: u32 = 10_000;

/// Catalogue, vault and journal of one archive. Cheap to clone.
#[derive(Clone)]
pub struct Holdings {
    /// The catalogue.
    pub database: Database,
    /// The vault.
    pub vault: Arc<Vault>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Where identifiers come from.
    pub ids: Arc<dyn IdSource>,
    journal: Arc<Mutex<Journal>>,
    key: Arc<SigningKey>,
    /// One publisher at a time; the others find their entries published.
    publishing: Arc<tokio::sync::Mutex<()>>,
    /// One change at a time that goes on from what others may change: segments, fonds, numbers.
    changing: Arc<tokio::sync::Mutex<()>>,
}

/// What [`Holdings::recover`] found and did.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Recovery {
    /// Batches that were committed and are now in place.
    pub finished: Vec<String>,
    /// Batches that were not committed and are gone.
    pub removed: Vec<String>,
}

impl Holdings {
    /// Joins the stores.
    pub fn new(
        database: Database,
        vault: Vault,
        journal: Journal,
        key: SigningKey,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn IdSource>,
    ) -> Self {
        Self {
            database,
            vault: Arc::new(vault),
            clock,
            ids,
            journal: Arc::new(Mutex::new(journal)),
            key: Arc::new(key),
            publishing: Arc::default(),
            changing: Arc::default(),
        }
    }

    /// Waits for its turn to change what others change too, such as the last segment of a fonds; held from reading
    /// it until the change is committed.
    pub async fn turn(&self) -> tokio::sync::OwnedMutexGuard<()> {
        Arc::clone(&self.changing).lock_owned().await
    }

    /// A note with `text`, which ends with a line end, signed with the archive's key.
    pub fn sign(&self, text: &str) -> String {
        self.key.sign(text)
    }

    /// The public half of the archive's key.
    pub fn verifying_key(&self) -> &VerifyingKey {
        self.key.verifying_key()
    }

    /// The newest signed checkpoint of the journal, with the proof that entry `index` is in it. `None`: it is not in
    /// the tiles yet.
    pub async fn proof_of(&self, index: u64) -> Result<Option<(Checkpoint, Vec<Hash>)>, CataloguingError> {
        let journal = Arc::clone(&self.journal);
        let proved = tokio::task::spawn_blocking(move || {
            let journal = journal.lock().unwrap_or_else(PoisonError::into_inner);
            let checkpoint = journal.checkpoint().clone();
            if index >= checkpoint.size() {
                return Ok(None);
            }
            let proof = journal.inclusion_proof(index, checkpoint.size())?;
            Ok::<_, CataloguingError>(Some((checkpoint, proof)))
        });
        proved.await?
    }

    /// The newest signed checkpoint of the journal.
    pub fn checkpoint(&self) -> Checkpoint {
        self.journal
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .checkpoint()
            .clone()
    }

    /// How many entries the journal's tiles hold.
    pub fn journal_size(&self) -> u64 {
        self.journal.lock().unwrap_or_else(PoisonError::into_inner).size()
    }

    /// Entries of the journal's tiles, in order.
    pub async fn journal_entries(&self, range: Range<u64>) -> Result<Vec<Vec<u8>>, CataloguingError> {
        let journal = Arc::clone(&self.journal);
        let entries = tokio::task::spawn_blocking(move || {
            let journal = journal.lock().unwrap_or_else(PoisonError::into_inner);
            journal.entries(range).collect::<Result<Vec<_>, _>>()
        })
        .await??;
        Ok(entries)
    }

    /// Writes every accepted entry into the journal's tiles; on return all that was committed before is durable there.
    pub async fn publish(&self) -> Result<(), CataloguingError> {
        let _turn = self.publishing.lock().await;
        loop {
            let size = self.journal.lock().unwrap_or_else(PoisonError::into_inner).size();
            let mut reader = self.database.read().await?;
            let bodies = JournalRows(reader.conn()).bodies(size, PUBLISH_AT_ONCE).await?;
            drop(reader);
            if bodies.is_empty() {
                return Ok(());
            }
            let (journal, key) = (Arc::clone(&self.journal), Arc::clone(&self.key));
            tokio::task::spawn_blocking(move || {
                let mut journal = journal.lock().unwrap_or_else(PoisonError::into_inner);
                journal.append(size, &bodies, &key).map(|_| ())
            })
            .await??;
        }
    }

    /// Finishes or undoes what a crash interrupted: committed batches are placed, the others removed unless they wait
    /// for an accession, and accepted entries get into the tiles. To be called once at start, before anything else changes.
    pub async fn recover(&self) -> Result<Recovery, CataloguingError> {
        let mut recovery = Recovery::default();
        let vault = Arc::clone(&self.vault);
        let unfinished = tokio::task::spawn_blocking(move || vault.unfinished()).await??;
        let mut reader = self.database.read().await?;
        let committed = BatchRepository(reader.conn()).all().await?;
        let held = BatchRepository(reader.conn()).held().await?;
        drop(reader);
        for (batch, sealed) in unfinished {
            let waits = sealed && held.iter().any(|(name, _)| *name == batch);
            let vault = Arc::clone(&self.vault);
            let name = batch.clone();
            if committed.contains(&batch) {
                tokio::task::spawn_blocking(move || vault.resume(&name)?.place()).await??;
                recovery.finished.push(batch);
            } else if !waits {
                tokio::task::spawn_blocking(move || vault.discard(&name)).await??;
                recovery.removed.push(batch);
            }
        }
        let mut work = self.database.begin_upkeep().await?;
        BatchRepository(work.conn()).clear().await?;
        work.commit().await?;
        self.publish().await?;
        Ok(recovery)
    }
}
