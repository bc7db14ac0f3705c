//! A batch: many objects staged side by side, made durable with one sync, placed after acceptance.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

use crate::error::VaultError;
use crate::identifier::{ObjectId, VersionNumber};
use crate::inventory::Inventory;
use crate::layout::{object_folder, object_key};
use crate::placement;
use crate::vault::Shared;
use crate::writer::ObjectWriter;

/// Staged whole objects, by key.
pub(crate) const NEW_OBJECTS: &str = "objects";
/// Staged versions of objects in the vault, by key.
pub(crate) const NEW_VERSIONS: &str = "versions";
const SEALED: &str = "sealed.json";
const SEALED_FORMAT: &str = "lantai-vault-batch/1";

/// A batch being filled. Many threads may stage different objects of one batch at the same time.
///
/// Dropped without [`Batch::seal`], it is removed with all that was staged.
pub struct Batch {
    inner: Arc<BatchInner>,
    sealed: bool,
}

/// What a batch shares with its writers.
pub(crate) struct BatchInner {
    pub(crate) shared: Arc<Shared>,
    pub(crate) name: String,
    pub(crate) folder: PathBuf,
    /// Open since the beginning, so that a sync reports every write error since then.
    handle: File,
    writers: AtomicUsize,
    progress: Mutex<BatchProgress>,
}

#[derive(Default)]
struct BatchProgress {
    /// Keys of the objects this batch writes.
    claimed: Vec<String>,
    finished: Vec<SealedEntry>,
}

impl Batch {
    pub(crate) fn begin(shared: Arc<Shared>, name: &str) -> Result<Self, VaultError> {
        shared.hold_batch(name)?;
        let folder = shared.staging.join(name);
        let begun = if folder.exists() {
            Err(VaultError::BatchExists {
                batch: name.to_owned(),
            })
        } else {
            Self::make_folders(&shared, name, folder).inspect_err(|_| {
                // The first error is the one to tell; a leftover is found at the next start.
                let _ = shared.remove_batch(name);
            })
        };
        begun.inspect_err(|_| shared.release::<&str>(Some(name), &[]))
    }

    fn make_folders(shared: &Arc<Shared>, name: &str, folder: PathBuf) -> Result<Self, VaultError> {
        shared.disk.create_folder("begin.folder", &folder)?;
        shared
            .disk
            .create_folder("begin.folder", &folder.join(NEW_OBJECTS))?;
        shared
            .disk
            .create_folder("begin.folder", &folder.join(NEW_VERSIONS))?;
        let handle = File::open(&folder).map_err(|source| VaultError::disk("open", &folder, source))?;
        let inner = BatchInner {
            shared: Arc::clone(shared),
            name: name.to_owned(),
            folder,
            handle,
            writers: AtomicUsize::new(0),
            progress: Mutex::default(),
        };
        Ok(Self {
            inner: Arc::new(inner),
            sealed: false,
        })
    }

    /// The batch's name.
    pub fn name(&self) -> &str {
        &self.inner.name
    }

    /// Starts a new object. Nothing is durable before [`Batch::seal`].
    ///
    /// # Errors
    /// [`VaultError::ObjectExists`], [`VaultError::ObjectBusy`], [`VaultError::Key`] where the vault encrypts,
    /// [`VaultError::DiskFull`], [`VaultError::Disk`].
    pub fn new_object(&self, id: &ObjectId) -> Result<ObjectWriter, VaultError> {
        self.start_object(id, self.inner.shared.encrypts)
    }

    /// Starts a new object that may lie in clear, such as that of an open record, whatever the vault does with others.
    ///
    /// # Errors
    /// As [`Batch::new_object`].
    pub fn new_clear_object(&self, id: &ObjectId) -> Result<ObjectWriter, VaultError> {
        self.start_object(id, false)
    }

    fn start_object(&self, id: &ObjectId, encrypts: bool) -> Result<ObjectWriter, VaultError> {
        let key = self.inner.claim(id)?;
        let start = || {
            if object_folder(&self.inner.shared.objects, &key).exists() {
                return Err(VaultError::ObjectExists { id: id.clone() });
            }
            ObjectWriter::new_object(Arc::clone(&self.inner), id.clone(), &key, encrypts)
        };
        start().inspect_err(|_| self.inner.unclaim(&key))
    }

    /// Starts a new version of an object in the vault; it begins with the state of its head, content is not
    /// copied. Nothing is durable before [`Batch::seal`].
    ///
    /// # Errors
    /// [`VaultError::ObjectMissing`], [`VaultError::ObjectBusy`], those of reading the inventory,
    /// [`VaultError::Key`] where it is encrypted, and those of the disk.
    pub fn new_version(&self, id: &ObjectId) -> Result<ObjectWriter, VaultError> {
        self.start_version(id, self.inner.shared.encrypts)
    }

    /// Starts a new version whose files may lie in clear, whatever the vault does with others; in an object that has
    /// encrypted files they are encrypted too.
    ///
    /// # Errors
    /// As [`Batch::new_version`].
    pub fn new_clear_version(&self, id: &ObjectId) -> Result<ObjectWriter, VaultError> {
        self.start_version(id, false)
    }

    fn start_version(&self, id: &ObjectId, encrypts: bool) -> Result<ObjectWriter, VaultError> {
        let key = self.inner.claim(id)?;
        let start = || {
            let object = object_folder(&self.inner.shared.objects, &key);
            let Some((head, _)) = Inventory::read(&object)? else {
                return Err(VaultError::ObjectMissing { id: id.clone() });
            };
            if head.id != *id || head.digest_algorithm != "sha512" || head.content_directory.is_some() {
                let reason = "it was not written by this vault".to_owned();
                return Err(VaultError::InventoryDamaged { path: object, reason });
            }
            ObjectWriter::new_version(Arc::clone(&self.inner), head, &key, encrypts)
        };
        start().inspect_err(|_| self.inner.unclaim(&key))
    }

    /// Makes everything staged durable: on return, and only then, the batch survives a crash and can be placed,
    /// now or by [`Vault::resume`](crate::Vault::resume) later. One sync for the whole batch.
    ///
    /// On an error the batch is removed.
    ///
    /// # Errors
    /// [`VaultError::BatchBusy`] where a writer is still open, [`VaultError::DiskFull`], [`VaultError::Disk`].
    pub fn seal(mut self) -> Result<SealedBatch, VaultError> {
        let inner = &self.inner;
        if inner.writers.load(Ordering::Acquire) > 0 {
            return Err(VaultError::BatchBusy {
                batch: inner.name.clone(),
            });
        }
        let entries = inner.progress().finished.clone();
        let list = SealedList {
            format: SEALED_FORMAT.to_owned(),
            batch: inner.name.clone(),
            entries,
        };
        inner.shared.disk.sync_tree(
            "seal.sync_batch",
            &inner.handle,
            &[&inner.folder, &inner.shared.staging],
        )?;
        list.write(&inner.shared, &inner.folder)?;
        self.sealed = true;
        Ok(SealedBatch {
            shared: Arc::clone(&self.inner.shared),
            folder: self.inner.folder.clone(),
            list,
        })
    }

    /// Removes the batch; on return nothing of it is left.
    ///
    /// # Errors
    /// [`VaultError::Disk`]; what could not be removed is found by [`Vault::unfinished`](crate::Vault::unfinished).
    pub fn discard(mut self) -> Result<(), VaultError> {
        self.sealed = true; // nothing left to do when dropped
        self.inner.abandon()
    }
}

impl Drop for Batch {
    fn drop(&mut self) {
        if self.sealed {
            return;
        }
        if let Err(error) = self.inner.abandon() {
            tracing::warn!(batch.id = %self.inner.name, error = &error as &dyn std::error::Error,
                "batch {} could not be removed, the next start will", self.inner.name);
        }
    }
}

impl BatchInner {
    fn progress(&self) -> MutexGuard<'_, BatchProgress> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn claim(&self, id: &ObjectId) -> Result<String, VaultError> {
        let key = object_key(id);
        self.shared.claim(id, &key)?;
        self.progress().claimed.push(key.clone());
        self.writers.fetch_add(1, Ordering::AcqRel);
        Ok(key)
    }

    /// A writer went away without finishing: the object is free again.
    pub(crate) fn unclaim(&self, key: &str) {
        self.progress().claimed.retain(|claimed| claimed != key);
        self.shared.release(None, &[key]);
        self.writers.fetch_sub(1, Ordering::AcqRel);
    }

    pub(crate) fn finished(&self, entry: SealedEntry) {
        self.progress().finished.push(entry);
        self.writers.fetch_sub(1, Ordering::AcqRel);
    }

    fn abandon(&self) -> Result<(), VaultError> {
        let claimed = std::mem::take(&mut self.progress().claimed);
        let removed = self.shared.remove_batch(&self.name);
        self.shared.release(Some(&self.name), &claimed);
        removed
    }
}

/// A batch that survives a crash but is not in the vault yet. Dropped, it stays, to be resumed or discarded.
pub struct SealedBatch {
    pub(crate) shared: Arc<Shared>,
    pub(crate) folder: PathBuf,
    pub(crate) list: SealedList,
}

/// An object that is now in the vault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlacedObject {
    /// The object.
    pub id: ObjectId,
    /// Its head.
    pub head: VersionNumber,
    /// Its folder.
    pub folder: PathBuf,
}

impl SealedBatch {
    pub(crate) fn resume(shared: Arc<Shared>, batch: &str) -> Result<Self, VaultError> {
        shared.hold_batch(batch)?;
        let folder = shared.staging.join(batch);
        let read = || match SealedList::read(&folder, batch)? {
            Some(list) => Ok(list),
            None if folder.is_dir() => Err(VaultError::BatchUnsealed {
                batch: batch.to_owned(),
            }),
            None => Err(VaultError::BatchMissing {
                batch: batch.to_owned(),
            }),
        };
        let list = read().inspect_err(|_| shared.release::<&str>(Some(batch), &[]))?;
        Ok(Self { shared, folder, list })
    }

    /// The batch's name.
    pub fn name(&self) -> &str {
        &self.list.batch
    }

    /// The objects and versions to be placed.
    pub fn objects(&self) -> impl Iterator<Item = (&ObjectId, VersionNumber)> {
        self.list.entries.iter().map(|entry| (&entry.id, entry.head))
    }

    /// Moves everything into the vault. On return all of it is there, durably, and the batch is gone. After an
    /// error or a crash, [`Vault::resume`](crate::Vault::resume) and place again: what is done stays done.
    ///
    /// # Errors
    /// [`VaultError::HeadMoved`] and [`VaultError::ObjectExists`] where somebody else changed the vault,
    /// [`VaultError::BatchDamaged`], [`VaultError::DiskFull`], [`VaultError::Disk`].
    pub fn place(self) -> Result<Vec<PlacedObject>, VaultError> {
        placement::place(&self)
    }

    /// Removes the batch, which was not accepted; on return nothing of it is left.
    ///
    /// # Errors
    /// [`VaultError::BatchPlaced`] where placing had begun, [`VaultError::Disk`].
    pub fn discard(self) -> Result<(), VaultError> {
        if self
            .list
            .entries
            .iter()
            .any(|entry| !entry.is_staged(&self.folder))
        {
            return Err(VaultError::BatchPlaced {
                batch: self.list.batch.clone(),
            });
        }
        self.shared.remove_batch(&self.list.batch)?;
        self.release_objects();
        Ok(())
    }

    pub(crate) fn release_objects(&self) {
        let keys: Vec<String> = self
            .list
            .entries
            .iter()
            .map(|entry| object_key(&entry.id))
            .collect();
        self.shared.release(None, &keys);
    }
}

impl Drop for SealedBatch {
    fn drop(&mut self) {
        self.shared.release::<&str>(Some(&self.list.batch), &[]);
    }
}

/// The list that makes a batch a sealed one, stored as `sealed.json`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct SealedList {
    format: String,
    pub(crate) batch: String,
    pub(crate) entries: Vec<SealedEntry>,
}

/// One object of a sealed batch.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct SealedEntry {
    pub(crate) id: ObjectId,
    /// The version that this batch brings.
    pub(crate) head: VersionNumber,
    /// The head it was made from; none for a new object.
    pub(crate) base: Option<VersionNumber>,
    /// SHA-512 of the inventory that the object will have.
    pub(crate) inventory_sha512: String,
}

impl SealedEntry {
    /// Where the object or version lies while it is staged.
    pub(crate) fn staged(&self, folder: &Path) -> PathBuf {
        let kind = if self.base.is_none() {
            NEW_OBJECTS
        } else {
            NEW_VERSIONS
        };
        folder.join(kind).join(object_key(&self.id))
    }

    /// Whether no part of it was placed yet.
    pub(crate) fn is_staged(&self, folder: &Path) -> bool {
        let staged = self.staged(folder);
        match self.base {
            None => staged.exists(),
            Some(_) => staged.join(self.head.to_string()).exists(),
        }
    }
}

impl SealedList {
    pub(crate) fn path(folder: &Path) -> PathBuf {
        folder.join(SEALED)
    }

    pub(crate) fn write(&self, shared: &Shared, folder: &Path) -> Result<(), VaultError> {
        let damaged = |error: serde_json::Error| self.damaged(error.to_string());
        let bytes = serde_json::to_vec(self).map_err(damaged)?;
        shared.disk.write_durably(&Self::path(folder), &bytes)
    }

    /// `None` means that the batch was not sealed.
    pub(crate) fn read(folder: &Path, batch: &str) -> Result<Option<Self>, VaultError> {
        let path = Self::path(folder);
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(VaultError::disk("read", &path, source)),
        };
        let damaged = |reason: String| VaultError::BatchDamaged {
            batch: batch.to_owned(),
            reason,
        };
        let list: Self = serde_json::from_slice(&bytes).map_err(|error| damaged(error.to_string()))?;
        if list.format != SEALED_FORMAT || list.batch != batch {
            return Err(damaged(
                "its list is of another format or another batch".to_owned(),
            ));
        }
        Ok(Some(list))
    }

    pub(crate) fn damaged(&self, reason: String) -> VaultError {
        VaultError::BatchDamaged {
            batch: self.batch.clone(),
            reason,
        }
    }
}
