//! Work of intake in the background, and putting in order what a crash interrupted.

mod conclude_accession;
mod receive_upload;
mod receive_watched;
mod recover;

pub use conclude_accession::ConcludeAccessionHandler;
pub use receive_upload::ReceiveUploadHandler;
pub use receive_watched::ReceiveWatchedHandler;
pub use recover::recover;

use crate::progress::Progress;
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
