//! The workers of an archive.

use crate::archive::Archive;
use lantai_access::{IndexAccessionHandler, IndexRecordsHandler};
use lantai_database::{JobHandler, Worker};
use lantai_intake::{ConcludeAccessionHandler, ReceiveUploadHandler, ReceiveWatchedHandler, Watcher};
use lantai_reading::{ReadAccessionHandler, ReadingWorker};
use std::sync::Arc;
use std::time::Duration;

/// How often watched folders are looked into.
const PAUSE: Duration = Duration::from_secs(5);

impl Archive {
    /// A worker that does every kind of job.
    pub fn worker(&self) -> Worker {
        let handlers: Vec<Arc<dyn JobHandler>> = vec![
            Arc::new(IndexRecordsHandler(self.index.clone())),
            Arc::new(IndexAccessionHandler(self.index.clone())),
            Arc::new(ReadAccessionHandler(self.holdings.clone())),
            Arc::new(ReceiveUploadHandler {
                holdings: self.holdings.clone(),
                rules: self.rules.clone(),
                uploads: self.uploads.clone(),
                workspace: self.places.workspace.clone(),
                board: self.board.clone(),
            }),
            Arc::new(ReceiveWatchedHandler {
                holdings: self.holdings.clone(),
                rules: self.rules.clone(),
                workspace: self.places.workspace.clone(),
                board: self.board.clone(),
            }),
            Arc::new(ConcludeAccessionHandler {
                holdings: self.holdings.clone(),
                rules: self.rules.clone(),
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

    /// A worker that reads what waits; `None`: nobody said who reads.
    pub fn reading_worker(&self) -> Option<ReadingWorker> {
        let reader = self.reader.clone()?;
        let workspace = self.places.workspace.join("reading");
        Some(ReadingWorker::new(self.holdings.clone(), reader, workspace))
    }

    /// Reads what waits until `stop` resolves.
    pub async fn read_what_waits(&self, stop: impl Future<Output = ()>) {
        match self.reading_worker() {
            Some(worker) => worker.run(stop).await,
            None => stop.await,
        }
    }

    /// Looks into the watched folders.
    pub fn watcher(&self) -> Watcher {
        Watcher::new(self.holdings.clone(), self.config.watch.clone())
    }

    /// Looks into the watched folders again and again, and removes uploads whose time is over, until `stop` resolves.
    pub async fn watch(&self, stop: impl Future<Output = ()>) {
        let watcher = self.watcher();
        tokio::pin!(stop);
        loop {
            if let Err(error) = watcher.look().await {
                tracing::warn!(error = %error, "the watched folders could not be looked into");
            }
            if let Err(error) = self.resumable.tidy(&self.holdings).await {
                tracing::warn!(error = %error, "uploads whose time is over could not be removed");
            }
            tokio::select! {
                () = &mut stop => return,
                () = tokio::time::sleep(PAUSE) => {}
            }
        }
    }
}
