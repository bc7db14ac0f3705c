//! The workers of an archive.

use crate::archive::Archive;
use lantai_access::{IndexAccessionHandler, IndexRecordsHandler};
use lantai_database::{JobHandler, Worker};
use lantai_intake::{ConcludeAccessionHandler, ReceiveUploadHandler};
use std::sync::Arc;

impl Archive {
    /// A worker that does every kind of job.
    pub fn worker(&self) -> Worker {
        let handlers: Vec<Arc<dyn JobHandler>> = vec![
            Arc::new(IndexRecordsHandler(self.index.clone())),
            Arc::new(IndexAccessionHandler(self.index.clone())),
            Arc::new(ReceiveUploadHandler {
                holdings: self.holdings.clone(),
                rules: self.rules.clone(),
                uploads: self.uploads.clone(),
                workspace: self.places.workspace.clone(),
                board: self.board.clone(),
            }),
            Arc::new(ConcludeAccessionHandler {
                holdings: self.holdings.clone(),
                workspace: self.places.workspace.clone(),
            }),
        ];
        Worker::new(
            self.holdings.database.clone(),
            Arc::clone(&self.holdings.clock),
            &*self.holdings.ids,
            handlers,
        )
    }
}
