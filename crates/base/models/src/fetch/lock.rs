//! One fetcher at a time in one store.

use crate::error::ModelError;
use crate::store::failed;
use std::fs::{File, TryLockError};
use std::path::Path;
use std::time::Duration;

/// How often a waiting fetcher looks.
const LOOK: Duration = Duration::from_millis(200);

/// Held while fetching; the system lets go of it when the process ends, however it ends.
#[derive(Debug)]
pub(super) struct StoreLock {
    _file: Option<File>,
}

impl StoreLock {
    /// Waits until nobody else fetches into this store.
    pub(super) async fn wait(folder: &Path) -> Result<Self, ModelError> {
        let path = folder.join("lock");
        let file = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .map_err(|source| failed("open", &path, source))?;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Self { _file: Some(file) }),
                Err(TryLockError::WouldBlock) => tokio::time::sleep(LOOK).await,
                // a file system without locks: two fetchers do the work twice, and digests keep them from harm
                Err(TryLockError::Error(_)) => return Ok(Self { _file: None }),
            }
        }
    }
}
