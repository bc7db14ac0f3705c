//! Accepting a change: staged content, rows, facts and jobs become true together.

use crate::error::CataloguingError;
use crate::holdings::Holdings;
use crate::repository::batches::BatchRepository;
use lantai_database::UnitOfWork;
use lantai_vault::SealedBatch;
use std::sync::Arc;

/// A version of an object staged in the vault, as the journal will name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StagedObject {
    /// The object.
    pub object: String,
    /// Its new version.
    pub version: u32,
    /// SHA-512 of the new version's inventory.
    pub inventory: String,
}

/// A change about to be accepted: a unit of work and the staged content it speaks of.
pub struct Acceptance {
    work: UnitOfWork,
    sealed: SealedBatch,
    /// Batches sealed before, which become true with this one.
    parts: Vec<String>,
}

impl Acceptance {
    /// Opens the transaction for content that is staged and sealed.
    pub async fn begin(holdings: &Holdings, sealed: SealedBatch) -> Result<Self, CataloguingError> {
        match open(holdings, sealed.name()).await {
            Ok(work) => Ok(Self {
                work,
                sealed,
                parts: Vec::new(),
            }),
            Err(error) => {
                discard(sealed).await?;
                Err(error)
            }
        }
    }

    /// Takes batches along that were sealed before. They are in nobody's hands; whatever refuses the change leaves
    /// them where they are.
    pub async fn take_along(&mut self, parts: Vec<String>) -> Result<(), CataloguingError> {
        for batch in &parts {
            BatchRepository(self.work.conn()).add(batch).await?;
        }
        self.parts = parts;
        Ok(())
    }

    /// The unit of work, for rows, facts and jobs.
    pub fn work(&mut self) -> &mut UnitOfWork {
        &mut self.work
    }

    /// Undoes everything: the transaction is rolled back and the staged content removed, except what was only taken
    /// along.
    pub async fn refuse(self) -> Result<(), CataloguingError> {
        drop(self.work);
        discard(self.sealed).await
    }

    /// Commits, places the content and publishes the facts. On return the change is durable in every store.
    ///
    /// A crash in between leaves the old state (before the commit) or is finished by [`Holdings::recover`] (after it).
    ///
    /// [`CataloguingError::Unfinished`]: the change is accepted and durable, but not in place before the next start.
    /// After any other error nothing has happened.
    pub async fn commit(self, holdings: &Holdings) -> Result<(), CataloguingError> {
        let holdings = holdings.clone();
        // on a task of its own: whoever stops waiting does not stop the change half-way
        tokio::spawn(async move { self.finish(&holdings).await }).await?
    }

    async fn finish(self, holdings: &Holdings) -> Result<(), CataloguingError> {
        let Self { work, sealed, parts } = self;
        let batch = sealed.name().to_owned();
        let unfinished = |source: CataloguingError| {
            let source = Box::new(source);
            CataloguingError::Unfinished {
                batch: batch.clone(),
                source,
            }
        };
        if let Err(error) = work.commit().await {
            // an engine may fail after it has committed: what it holds now decides
            match is_committed(holdings, &batch).await {
                Ok(true) => {}
                Ok(false) => {
                    discard(sealed).await?;
                    return Err(error.into());
                }
                Err(_) => return Err(unfinished(error.into())),
            }
        }
        let vault = Arc::clone(&holdings.vault);
        let placed = tokio::task::spawn_blocking(move || {
            for part in parts {
                vault.resume(&part)?.place()?;
            }
            sealed.place()
        });
        placed
            .await
            .map_err(CataloguingError::from)
            .and_then(|placed| Ok(placed?))
            .map_err(unfinished)?;
        holdings.publish().await.map_err(unfinished)
    }
}

async fn open(holdings: &Holdings, batch: &str) -> Result<UnitOfWork, CataloguingError> {
    let mut work = holdings.database.begin().await?;
    BatchRepository(work.conn()).add(batch).await?;
    Ok(work)
}

async fn is_committed(holdings: &Holdings, batch: &str) -> Result<bool, CataloguingError> {
    let mut reader = holdings.database.read().await?;
    let committed = BatchRepository(reader.conn()).all().await?;
    Ok(committed.iter().any(|name| name == batch))
}

async fn discard(sealed: SealedBatch) -> Result<(), CataloguingError> {
    tokio::task::spawn_blocking(move || sealed.discard()).await??;
    Ok(())
}
