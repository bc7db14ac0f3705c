//! The private folder in which a package is unpacked; nothing of it outlives the accession.

use crate::receive::ReceiveRequest;
use lantai_domain::AccessionId;
use std::path::{Path, PathBuf};

/// Where a package is unpacked while it is examined. Whoever unpacks makes the folder; it goes when this value does,
/// and what a crash left goes at the next start with the whole workspace.
pub(crate) struct Quarantine {
    folder: PathBuf,
}

impl Quarantine {
    /// The quarantine of an accession.
    pub fn of(request: &ReceiveRequest, id: AccessionId) -> Self {
        Self {
            folder: request.workspace.join(format!("{id}.quarantine")),
        }
    }

    /// The folder; there may be none yet.
    pub fn folder(&self) -> &Path {
        &self.folder
    }
}

impl Drop for Quarantine {
    fn drop(&mut self) {
        match std::fs::remove_dir_all(&self.folder) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                tracing::warn!(error = %error, "a quarantine could not be removed, the next start will");
            }
            _ => {}
        }
    }
}
