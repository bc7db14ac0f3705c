//! Accepting a change: staged content, rows, facts and jobs become true together.

use crate::error::CataloguingError;
use crate::holdings::Holdings;
use crate::repository::batches::BatchRepository;
use lantai_database::UnitOfWork;
use lantai_vault::SealedBatch;

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
}

impl Acceptance {
    /// Opens the transaction for content that is staged and sealed.
    pub async fn begin(holdings: &Holdings, sealed: SealedBatch) -> Result<Self, CataloguingError> {
        let mut work = holdings.database.begin().await?;
        BatchRepository(work.conn()).add(sealed.name()).await?;
        Ok(Self { work, sealed })
    }

    /// The unit of work, for rows, facts and jobs.
    pub fn work(&mut self) -> &mut UnitOfWork {
        &mut self.work
    }

    /// Undoes everything: the transaction is rolled back and the staged content removed.
    pub async fn refuse(self) -> Result<(), CataloguingError> {
        drop(self.work);
        let sealed = self.sealed;
        tokio::task::spawn_blocking(move || sealed.discard()).await??;
        Ok(())
    }

    /// Commits, places the content and publishes the facts. On return the change is durable in every store.
    ///
    /// A crash in between leaves the old state (before the commit) or is finished by [`Holdings::recover`] (after it).
    pub async fn commit(self, holdings: &Holdings) -> Result<(), CataloguingError> {
        self.work.commit().await?;
        let sealed = self.sealed;
        tokio::task::spawn_blocking(move || sealed.place()).await??;
        holdings.publish().await
    }
}
