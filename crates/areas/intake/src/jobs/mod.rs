//! Work of intake in the background, and putting in order what a crash interrupted.

mod conclude_accession;
mod receive_upload;
mod receive_watched;
mod recover;

pub use conclude_accession::ConcludeAccessionHandler;
pub use receive_upload::ReceiveUploadHandler;
pub use receive_watched::ReceiveWatchedHandler;
pub use recover::recover;

use crate::accession::AccessionState;
use crate::conclude::held_parts;
use crate::error::IntakeError;
use crate::progress::Progress;
use crate::repository::AccessionRepository;
use lantai_cataloguing::Holdings;
use lantai_database::JobFailure;
use lantai_domain::AccessionId;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Progress of the accessions under way in this process.
#[derive(Debug, Clone, Default)]
pub struct ProgressBoard(Arc<Mutex<HashMap<AccessionId, Arc<Progress>>>>);

impl ProgressBoard {
    /// The progress of an accession under way here.
    pub fn find(&self, id: AccessionId) -> Option<Arc<Progress>> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&id)
            .cloned()
    }

    pub(crate) fn begin(&self, id: AccessionId) -> Arc<Progress> {
        let progress = Arc::new(Progress::default());
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(id, Arc::clone(&progress));
        progress
    }

    pub(crate) fn end(&self, id: AccessionId) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&id);
    }
}

/// How far receiving a package has durably got: its sealed parts.
async fn parts_sealed(holdings: &Holdings, id: AccessionId) -> Result<i64, JobFailure> {
    let parts = held_parts(holdings, id).await;
    let parts = parts.map_err(|error| JobFailure::Retry(error.into()))?;
    Ok(i64::try_from(parts.len()).unwrap_or(i64::MAX))
}

/// Registers an accession as failed whose workers vanished. Its durable parts are kept: handed in again, it goes on
/// after them.
async fn fail_lost(holdings: &Holdings, id: AccessionId, failure: &JobFailure) -> Result<(), IntakeError> {
    let mut work = holdings.database.begin_upkeep().await?;
    let found = AccessionRepository(work.conn()).find_locked(id).await?;
    let Some(mut accession) = found.filter(|accession| matches!(accession.state, AccessionState::Checking))
    else {
        return Ok(());
    };
    accession.state = AccessionState::Failed {
        at: holdings.clock.now(),
        code: failure.code().to_owned(),
        detail: failure.to_string(),
    };
    AccessionRepository(work.conn()).put(&accession).await?;
    work.commit().await?;
    Ok(())
}

/// A failure to register a failure: the log is told, and the job itself says the rest.
fn tell_unregistered(id: AccessionId, result: Result<(), IntakeError>) {
    if let Err(error) = result {
        tracing::warn!(accession.id = %id, error = %error, "the failure of accession {id} could not be registered");
    }
}
