//! The steps that make something durable, in one place, so that tests can stop at each of them.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;

use lantai_domain::{Moment, Probe};

use crate::error::VaultError;

/// The disk seen through a probe. All writing goes through here.
#[derive(Clone)]
pub(crate) struct Disk {
    probe: Arc<dyn Probe>,
}

impl Disk {
    pub(crate) fn new(probe: Arc<dyn Probe>) -> Self {
        Self { probe }
    }

    /// Does `effect` with the probe before and after it.
    pub(crate) fn step<T>(
        &self,
        name: &'static str,
        path: &Path,
        effect: impl FnOnce() -> io::Result<T>,
    ) -> Result<T, VaultError> {
        let around = || {
            self.probe.step(name, Moment::Before)?;
            let result = effect()?;
            self.probe.step(name, Moment::After)?;
            Ok(result)
        };
        around().map_err(|source| VaultError::disk(action_of(name), path, source))
    }

    pub(crate) fn create_folder(&self, name: &'static str, path: &Path) -> Result<(), VaultError> {
        self.step(name, path, || fs::create_dir(path))
    }

    pub(crate) fn create_folders(&self, name: &'static str, path: &Path) -> Result<(), VaultError> {
        self.step(name, path, || fs::create_dir_all(path))
    }

    /// Writes a small file that must not exist yet; it is not durable until it is synced.
    pub(crate) fn write_new(&self, name: &'static str, path: &Path, bytes: &[u8]) -> Result<(), VaultError> {
        self.step(name, path, || File::create_new(path)?.write_all(bytes))
    }

    /// Writes a file so that after a crash it is either not there or whole; durable on return.
    pub(crate) fn write_durably(&self, path: &Path, bytes: &[u8]) -> Result<(), VaultError> {
        let temporary = path.with_extension("tmp");
        let folder = path.parent().unwrap_or(Path::new("."));
        let mut file = self.step("durable.write", &temporary, || {
            let mut file = File::create(&temporary)?;
            file.write_all(bytes)?;
            Ok(file)
        })?;
        self.step("durable.sync", &temporary, || {
            file.flush()?;
            file.sync_all()
        })?;
        self.rename("durable.rename", &temporary, path)?;
        self.sync_folder("durable.sync_folder", folder)
    }

    pub(crate) fn rename(&self, name: &'static str, from: &Path, to: &Path) -> Result<(), VaultError> {
        self.step(name, to, || fs::rename(from, to))
    }

    pub(crate) fn remove_file(&self, name: &'static str, path: &Path) -> Result<(), VaultError> {
        self.step(name, path, || fs::remove_file(path))
    }

    pub(crate) fn remove_tree(&self, name: &'static str, path: &Path) -> Result<(), VaultError> {
        self.step(name, path, || fs::remove_dir_all(path))
    }

    pub(crate) fn sync_folder(&self, name: &'static str, path: &Path) -> Result<(), VaultError> {
        self.step(name, path, || File::open(path)?.sync_all())
    }

    /// Makes everything on the file system of `handle` durable with one call. Where the file system does not
    /// know that call, every file and folder of `tree` is synced by itself.
    pub(crate) fn sync_tree(
        &self,
        name: &'static str,
        handle: &File,
        tree: &[&Path],
    ) -> Result<(), VaultError> {
        let path = tree.first().copied().unwrap_or(Path::new("."));
        self.step(name, path, || match rustix::fs::syncfs(handle) {
            Ok(()) => Ok(()),
            Err(rustix::io::Errno::NOSYS | rustix::io::Errno::INVAL | rustix::io::Errno::OPNOTSUPP) => {
                tree.iter().try_for_each(|folder| sync_one_by_one(folder))
            }
            Err(errno) => Err(errno.into()),
        })
    }
}

fn sync_one_by_one(folder: &Path) -> io::Result<()> {
    for entry in walkdir::WalkDir::new(folder).contents_first(true) {
        let entry = entry?;
        if entry.file_type().is_file() || entry.file_type().is_dir() {
            File::open(entry.path())?.sync_all()?;
        }
    }
    Ok(())
}

/// "seal.sync_batch" is a "sync": the verb for the error text.
fn action_of(name: &'static str) -> &'static str {
    let verb = name.rsplit('.').next().unwrap_or(name);
    verb.split('_').next().unwrap_or(verb)
}
