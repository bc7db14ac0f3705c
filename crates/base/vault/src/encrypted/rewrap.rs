//! Wrapping data keys anew: the file of a key is replaced, content is not touched.

use super::key_file::{coming_path, key_path, read, staged_key_path, to_bytes};
use crate::batch::{NEW_OBJECTS, NEW_VERSIONS};
use crate::error::VaultError;
use crate::object::{ObjectFolders, read_id};
use crate::vault::Vault;
use lantai_domain::KeyError;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

/// Keys that are made durable together.
const AT_ONCE: usize = 256;

/// What wrapping anew came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Rewrapped {
    /// Objects with a data key.
    pub objects: u64,
    /// Of these, how many keys were wrapped anew; the others were wrapped under the active key already.
    pub rewrapped: u64,
}

/// The wrapped key of one object, or of one that is staged.
struct Found {
    key: PathBuf,
    /// The folder that has its inventory.
    folder: PathBuf,
}

impl Vault {
    /// Wraps the data keys of all objects, and of those in unfinished batches, under the active master key. Each key's
    /// file is the old or the new one after any crash; done again, it goes on where it was. Nobody may write meanwhile.
    /// Durable on return.
    ///
    /// `progress` is told after each group of objects how many were looked at.
    ///
    /// # Errors
    /// [`VaultError::Key`], [`VaultError::KeyDamaged`], [`VaultError::InventoryDamaged`], [`VaultError::DiskFull`],
    /// [`VaultError::Disk`].
    pub fn rewrap_keys(&self, progress: &dyn Fn(u64)) -> Result<Rewrapped, VaultError> {
        let mut done = Rewrapped::default();
        let mut group = Vec::with_capacity(AT_ONCE);
        for found in self.wrapped_keys()? {
            let found = found?;
            done.objects += 1;
            group.extend(self.prepare(found)?);
            if group.len() >= AT_ONCE {
                done.rewrapped += self.replace(&mut group)?;
                progress(done.objects);
            }
        }
        done.rewrapped += self.replace(&mut group)?;
        progress(done.objects);
        Ok(done)
    }

    /// How many data keys are wrapped under each master key, by its identifier.
    ///
    /// # Errors
    /// [`VaultError::KeyDamaged`], [`VaultError::Disk`].
    pub fn keys_in_use(&self) -> Result<BTreeMap<String, u64>, VaultError> {
        let mut in_use = BTreeMap::new();
        for found in self.wrapped_keys()? {
            if let Some(wrapped) = read(&found?.key)? {
                *in_use.entry(wrapped.master).or_default() += 1;
            }
        }
        Ok(in_use)
    }

    /// Whether every master key that a data key is wrapped under is at hand: tries one data key of each.
    ///
    /// # Errors
    /// [`VaultError::Key`] for the first that is not; [`VaultError::KeyDamaged`], [`VaultError::InventoryDamaged`],
    /// [`VaultError::Disk`].
    pub fn check_keys(&self) -> Result<(), VaultError> {
        let mut tried = BTreeSet::new();
        for found in self.wrapped_keys()? {
            let found = found?;
            let Some(wrapped) = read(&found.key)? else {
                continue;
            };
            if !tried.insert(wrapped.master.clone()) {
                continue;
            }
            let id = read_id(&found.folder)?;
            let keeper = self.shared.keeper.as_deref();
            keeper
                .ok_or(KeyError::None)
                .and_then(|keeper| keeper.object_key(id.as_str(), &wrapped).map(drop))
                .map_err(|source| VaultError::Key { id, source })?;
        }
        Ok(())
    }

    /// Every wrapped key: of objects, of objects in unfinished batches, and of versions there.
    fn wrapped_keys(&self) -> Result<impl Iterator<Item = Result<Found, VaultError>> + use<>, VaultError> {
        let placed = ObjectFolders::new(&self.shared.objects).map(|folder| {
            folder.map(|folder| Found {
                key: key_path(&folder),
                folder,
            })
        });
        let mut staged = Vec::new();
        for batch in folders_in(&self.shared.staging)? {
            for folder in folders_in(&batch.join(NEW_OBJECTS))? {
                staged.push(Found {
                    key: key_path(&folder),
                    folder,
                });
            }
            for folder in folders_in(&batch.join(NEW_VERSIONS))? {
                staged.push(Found {
                    key: staged_key_path(&folder),
                    folder,
                });
            }
        }
        let all = placed.chain(staged.into_iter().map(Ok));
        Ok(all.filter(|found| !matches!(found, Ok(found) if !found.key.exists())))
    }

    /// Writes the key as it shall be beside the one that is; `None`: it is as it shall be.
    fn prepare(&self, found: Found) -> Result<Option<PathBuf>, VaultError> {
        let Some(wrapped) = read(&found.key)? else {
            return Ok(None);
        };
        let id = read_id(&found.folder)?;
        let of_key = |source| VaultError::Key {
            id: id.clone(),
            source,
        };
        let keeper = self
            .shared
            .keeper
            .as_deref()
            .ok_or_else(|| of_key(KeyError::None))?;
        let Some(anew) = keeper.rewrap(id.as_str(), &wrapped).map_err(of_key)? else {
            return Ok(None);
        };
        let coming = coming_path(&found.key);
        let bytes = to_bytes(&anew, &coming)?;
        self.shared.disk.step("rewrap.write", &coming, || {
            // one that a crash left is written over
            File::create(&coming)?.write_all(&bytes)
        })?;
        Ok(Some(found.key))
    }

    /// Puts prepared keys in their places: first all of them are durable, then each is renamed, then that is durable.
    fn replace(&self, group: &mut Vec<PathBuf>) -> Result<u64, VaultError> {
        if group.is_empty() {
            return Ok(0);
        }
        let disk = &self.shared.disk;
        let handle = File::open(&self.shared.objects)
            .map_err(|source| VaultError::disk("open", &self.shared.objects, source))?;
        let folders: Vec<&Path> = group.iter().filter_map(|key| key.parent()).collect();
        disk.sync_tree("rewrap.sync_new", &handle, &folders)?;
        for key in group.iter() {
            disk.rename("rewrap.rename", &coming_path(key), key)?;
        }
        disk.sync_tree("rewrap.sync_renamed", &handle, &folders)?;
        let count = group.len() as u64;
        group.clear();
        Ok(count)
    }
}

/// The folders in a folder, in order; none where it is not there.
fn folders_in(folder: &Path) -> Result<Vec<PathBuf>, VaultError> {
    let failed = |source| VaultError::disk("list", folder, source);
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(source) => return Err(failed(source)),
    };
    let mut folders = Vec::new();
    for entry in entries {
        let entry = entry.map_err(failed)?;
        if entry.file_type().map_err(failed)?.is_dir() {
            folders.push(entry.path());
        }
    }
    folders.sort();
    Ok(folders)
}
