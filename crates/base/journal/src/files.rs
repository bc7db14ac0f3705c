//! Durable writing: every effect on the disk goes through here, and past the [`Probe`].

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use lantai_domain::{Moment, Probe};

use crate::error::JournalError;

/// The file that holds the signed checkpoint.
pub(crate) const CHECKPOINT: &str = "checkpoint";

/// The folder in which files are made before they are moved to their place; empty between appends.
pub(crate) const STAGING: &str = ".staging";

/// Files that a batch keeps open before it syncs them; systems commonly allow 1024 a process.
const MOST_OPEN_FILES: usize = 256;

/// Gathers the files of one append and makes them durable together.
pub(crate) struct Batch<'a> {
    dir: &'a Path,
    probe: &'a dyn Probe,
    staged: Vec<(PathBuf, File, PathBuf)>,
    folders: BTreeSet<PathBuf>,
}

impl<'a> Batch<'a> {
    /// Starts a batch for the journal in `dir`; what an interrupted one left in the staging folder is removed.
    pub(crate) fn start(dir: &'a Path, probe: &'a dyn Probe) -> Result<Self, JournalError> {
        clear_staging(dir)?;
        let staging = dir.join(STAGING);
        fs::create_dir_all(&staging).map_err(|source| io_error("create", &staging, source))?;
        Ok(Self {
            dir,
            probe,
            staged: Vec::new(),
            folders: BTreeSet::new(),
        })
    }

    /// Writes a file's bytes beside the log; `place` is relative to the journal's folder.
    pub(crate) fn stage(&mut self, place: &Path, bytes: &[u8]) -> Result<(), JournalError> {
        let staged = self.dir.join(STAGING).join(self.staged.len().to_string());
        let file = self.step("journal.stage", &staged, || {
            let mut file = File::create_new(&staged)?;
            file.write_all(bytes)?;
            Ok(file)
        })?;
        self.staged.push((staged, file, self.dir.join(place)));
        // Files beyond the checkpoint are invisible, so a long append may bring them to their place early.
        if self.staged.len() >= MOST_OPEN_FILES {
            self.publish()
        } else {
            Ok(())
        }
    }

    /// Brings everything staged to its place. On return it survives a loss of power.
    pub(crate) fn publish(&mut self) -> Result<(), JournalError> {
        let staged = std::mem::take(&mut self.staged);
        for (path, file, _) in &staged {
            self.step("journal.sync_file", path, || file.sync_all())?;
        }
        for (path, file, place) in staged {
            drop(file);
            if let Some(folder) = place.parent() {
                self.make_folder(folder)?;
            }
            self.step("journal.rename", &place, || fs::rename(&path, &place))?;
        }
        for folder in std::mem::take(&mut self.folders) {
            self.step("journal.sync_folder", &folder, || sync_folder(&folder))?;
        }
        Ok(())
    }

    /// Removes a file that the durable checkpoint no longer needs; it is no fault if it is gone.
    pub(crate) fn remove(&self, path: &Path) -> Result<(), JournalError> {
        self.step("journal.remove", path, || remove_if_there(path))
    }

    /// Makes a folder and remembers which ones must be synced for the names in them to last.
    fn make_folder(&mut self, folder: &Path) -> Result<(), JournalError> {
        if !self.folders.contains(folder) && !folder.exists() {
            if let Some(parent) = folder.parent() {
                self.make_folder(parent)?;
            }
            self.step("journal.make_folder", folder, || match fs::create_dir(folder) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
                other => other,
            })?;
        }
        self.folders.insert(folder.to_owned());
        Ok(())
    }

    fn step<T>(
        &self,
        name: &'static str,
        path: &Path,
        effect: impl FnOnce() -> io::Result<T>,
    ) -> Result<T, JournalError> {
        let run = || {
            self.probe.step(name, Moment::Before)?;
            let value = effect()?;
            self.probe.step(name, Moment::After)?;
            Ok(value)
        };
        run().map_err(|source| io_error(name.trim_start_matches("journal."), path, source))
    }
}

/// Empties the staging folder, which is there only if an append was interrupted or is under way.
pub(crate) fn clear_staging(dir: &Path) -> Result<(), JournalError> {
    let staging = dir.join(STAGING);
    match fs::remove_dir_all(&staging) {
        Err(source) if source.kind() != io::ErrorKind::NotFound => Err(io_error("remove", &staging, source)),
        _ => Ok(()),
    }
}

/// Makes the names in a folder durable.
pub(crate) fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// Removes a file; `Ok` as well if there is none.
pub(crate) fn remove_if_there(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// The file's bytes; `None` if there is no such file.
pub(crate) fn read_if_there(path: &Path) -> Result<Option<Vec<u8>>, JournalError> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(io_error("read", path, source)),
    }
}

pub(crate) fn io_error(action: &'static str, path: &Path, source: io::Error) -> JournalError {
    JournalError::Io {
        action,
        path: path.to_owned(),
        source,
    }
}
