//! The vault on a folder: created, opened, looked into, and left in order after a crash.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use lantai_domain::{KeyKeeper, NoProbe, Probe};

use crate::batch::{Batch, NEW_OBJECTS, SealedBatch, SealedEntry, SealedList};
use crate::encrypted::KeySource;
use crate::error::VaultError;
use crate::identifier::ObjectId;
use crate::inventory::Inventory;
use crate::layout::{OBJECTS, ROOT_FILES, RUBBISH_PREFIX, STAGING, object_folder, object_key};
use crate::object::{Object, ObjectIds};
use crate::probe::Disk;

/// The vault (库): content as OCFL 1.1 objects on a folder.
///
/// `root/objects` is an OCFL storage root that any OCFL tool reads; `root/staging` holds unfinished batches.
/// A clone is another handle on the same vault. Only one process may write at a time; keeping others out is
/// the caller's.
#[derive(Clone)]
pub struct Vault {
    pub(crate) shared: Arc<Shared>,
}

pub(crate) struct Shared {
    pub(crate) objects: PathBuf,
    pub(crate) staging: PathBuf,
    pub(crate) disk: Disk,
    pub(crate) keeper: Option<Arc<dyn KeyKeeper>>,
    /// Whether what is new is encrypted.
    pub(crate) encrypts: bool,
    in_use: Mutex<InUse>,
}

/// What unfinished batches hold.
#[derive(Default)]
struct InUse {
    /// Batches with a handle in this process.
    batches: HashSet<String>,
    /// Objects (by key) that an unfinished batch writes.
    objects: HashSet<String>,
}

/// How a vault is created or opened.
pub struct VaultOptions {
    probe: Arc<dyn Probe>,
    keeper: Option<Arc<dyn KeyKeeper>>,
    encrypts: bool,
}

impl Default for VaultOptions {
    fn default() -> Self {
        Self {
            probe: Arc::new(NoProbe),
            keeper: None,
            encrypts: false,
        }
    }
}

impl VaultOptions {
    /// Lets `probe` see, and stop, every step that changes the disk.
    #[must_use]
    pub fn with_probe(mut self, probe: Arc<dyn Probe>) -> Self {
        self.probe = probe;
        self
    }

    /// Reads what is encrypted with the keys of `keeper`. With `encrypts`, what is new is encrypted, except where its
    /// writer says that it may lie in clear ([`Batch::new_clear_object`], [`Batch::new_clear_version`]).
    #[must_use]
    pub fn with_keys(mut self, keeper: Arc<dyn KeyKeeper>, encrypts: bool) -> Self {
        self.keeper = Some(keeper);
        self.encrypts = encrypts;
        self
    }

    /// See [`Vault::create`].
    ///
    /// # Errors
    /// As [`Vault::create`].
    pub fn create(self, root: impl AsRef<Path>) -> Result<Vault, VaultError> {
        let shared = Shared::new(root.as_ref(), self);
        let disk = &shared.disk;
        disk.create_folders("create.folder", root.as_ref())?;
        for folder in [&shared.objects, &shared.staging] {
            refuse_filled(folder)?;
            disk.create_folders("create.folder", folder)?;
        }
        // The declaration comes last: with it, the root is whole.
        for (name, text) in ROOT_FILES.iter().rev() {
            let path = shared.objects.join(name);
            let folder = path.parent().unwrap_or(&shared.objects);
            disk.create_folders("create.folder", folder)?;
            disk.write_new("create.write", &path, text.as_bytes())?;
        }
        let handle = File::open(&shared.objects).map_err(|e| VaultError::disk("open", &shared.objects, e))?;
        disk.sync_tree("create.sync", &handle, &[root.as_ref()])?;
        Ok(Vault {
            shared: Arc::new(shared),
        })
    }

    /// See [`Vault::open`].
    ///
    /// # Errors
    /// As [`Vault::open`].
    pub fn open(self, root: impl AsRef<Path>) -> Result<Vault, VaultError> {
        let shared = Shared::new(root.as_ref(), self);
        for (name, text) in ROOT_FILES {
            let reason = match fs::read_to_string(shared.objects.join(name)) {
                Ok(found) if found == text => continue,
                Ok(_) => format!("{OBJECTS}/{name} is not what this program writes"),
                Err(_) => format!("{OBJECTS}/{name} cannot be read"),
            };
            return Err(VaultError::NotAVault {
                path: root.as_ref().to_path_buf(),
                reason,
            });
        }
        shared.disk.create_folders("open.folder", &shared.staging)?;
        shared.remove_rubbish()?;
        let vault = Vault {
            shared: Arc::new(shared),
        };
        vault.claim_sealed()?;
        Ok(vault)
    }
}

impl Vault {
    /// Creates an empty vault in `root`; the folder may exist but not hold a vault. Durable on return.
    ///
    /// # Errors
    /// [`VaultError::FolderInUse`], [`VaultError::DiskFull`], [`VaultError::Disk`].
    pub fn create(root: impl AsRef<Path>) -> Result<Self, VaultError> {
        VaultOptions::default().create(root)
    }

    /// Opens the vault in `root`. Leftovers of batches that were being removed are removed; unfinished batches
    /// stay as they are, see [`Vault::unfinished`].
    ///
    /// # Errors
    /// [`VaultError::NotAVault`] where a file of the storage root is missing or altered; [`VaultError::Disk`].
    pub fn open(root: impl AsRef<Path>) -> Result<Self, VaultError> {
        VaultOptions::default().open(root)
    }

    /// The OCFL storage root.
    pub fn storage_root(&self) -> &Path {
        &self.shared.objects
    }

    /// Begins a batch. Nothing of it is in the vault before it is placed; dropped unsealed, it is removed.
    /// Nothing is durable on return.
    ///
    /// # Errors
    /// [`VaultError::BatchName`], [`VaultError::BatchExists`], [`VaultError::DiskFull`], [`VaultError::Disk`].
    pub fn begin(&self, batch: &str) -> Result<Batch, VaultError> {
        Batch::begin(Arc::clone(&self.shared), batch)
    }

    /// The batches that earlier runs left behind, by name, with whether they were sealed. Those in use in this
    /// process are not among them.
    ///
    /// # Errors
    /// [`VaultError::Disk`].
    pub fn unfinished(&self) -> Result<Vec<(String, bool)>, VaultError> {
        let mut found = Vec::new();
        for name in self.shared.staged_names()? {
            if !name.starts_with('.') && !self.shared.in_use().batches.contains(&name) {
                let sealed = SealedList::path(&self.shared.staging.join(&name)).exists();
                found.push((name, sealed));
            }
        }
        found.sort();
        Ok(found)
    }

    /// Takes a sealed batch of an earlier run up again, to be placed. Placing what is placed already, wholly or
    /// in part, does no harm.
    ///
    /// # Errors
    /// [`VaultError::BatchMissing`], [`VaultError::BatchUnsealed`], [`VaultError::BatchBusy`],
    /// [`VaultError::BatchDamaged`].
    pub fn resume(&self, batch: &str) -> Result<SealedBatch, VaultError> {
        SealedBatch::resume(Arc::clone(&self.shared), batch)
    }

    /// Removes a batch of an earlier run that was not accepted. On return nothing of it is in the vault.
    ///
    /// # Errors
    /// [`VaultError::BatchMissing`], [`VaultError::BatchBusy`], and [`VaultError::BatchPlaced`] where placing had
    /// begun, so that it had been accepted.
    pub fn discard(&self, batch: &str) -> Result<(), VaultError> {
        self.shared.check_batch_free(batch)?;
        let folder = self.shared.staging.join(batch);
        let mut keys = Vec::new();
        if let Some(list) = SealedList::read(&folder, batch)? {
            if list.entries.iter().any(|entry| !entry.is_staged(&folder)) {
                return Err(VaultError::BatchPlaced {
                    batch: batch.to_owned(),
                });
            }
            keys = list.entries.iter().map(|entry| object_key(&entry.id)).collect();
        }
        self.shared.remove_batch(batch)?;
        self.shared.release(None, &keys);
        Ok(())
    }

    /// A new object that lies in a sealed batch, to be read before it is placed; `None` means that the batch has none
    /// of this name.
    ///
    /// # Errors
    /// [`VaultError::BatchName`], [`VaultError::InventoryDamaged`], [`VaultError::DigestMismatch`],
    /// [`VaultError::Disk`].
    pub fn staged(&self, batch: &str, id: &ObjectId) -> Result<Option<Object>, VaultError> {
        check_batch_name(batch)?;
        let folder = self
            .shared
            .staging
            .join(batch)
            .join(NEW_OBJECTS)
            .join(object_key(id));
        let Some((inventory, _)) = Inventory::read(&folder)? else {
            return Ok(None);
        };
        if inventory.id != *id {
            let reason = format!("it belongs to {}", inventory.id);
            return Err(VaultError::InventoryDamaged { path: folder, reason });
        }
        Ok(Some(Object::new(folder, inventory, self.key_source())))
    }

    /// Takes new objects out of a sealed batch of an earlier run, so that they are never placed. What the batch does
    /// not have is left alone, so that it does no harm when it is done again after a crash. Durable on return.
    ///
    /// # Errors
    /// [`VaultError::BatchMissing`], [`VaultError::BatchUnsealed`], [`VaultError::BatchBusy`], and
    /// [`VaultError::BatchPlaced`] where placing had begun.
    pub fn withdraw(&self, batch: &str, ids: &[ObjectId]) -> Result<(), VaultError> {
        self.shared.check_batch_free(batch)?;
        let folder = self.shared.staging.join(batch);
        let Some(mut list) = SealedList::read(&folder, batch)? else {
            return Err(VaultError::BatchUnsealed {
                batch: batch.to_owned(),
            });
        };
        if list.entries.iter().any(|entry| !entry.is_staged(&folder)) {
            return Err(VaultError::BatchPlaced {
                batch: batch.to_owned(),
            });
        }
        let goes: HashSet<&ObjectId> = ids.iter().collect();
        let (gone, kept): (Vec<SealedEntry>, Vec<SealedEntry>) = std::mem::take(&mut list.entries)
            .into_iter()
            .partition(|entry| entry.base.is_none() && goes.contains(&entry.id));
        list.entries = kept;
        // the list decides what is placed: it comes first, and what it does not name goes with the batch at the latest
        list.write(&self.shared, &folder)?;
        for entry in &gone {
            self.shared
                .disk
                .remove_tree("withdraw.object", &entry.staged(&folder))?;
        }
        let keys: Vec<String> = gone.iter().map(|entry| object_key(&entry.id)).collect();
        self.shared.release(None, &keys);
        Ok(())
    }

    /// The object, its inventory checked against its digest; `None` means there is none.
    ///
    /// # Errors
    /// [`VaultError::InventoryDamaged`], [`VaultError::DigestMismatch`], [`VaultError::Disk`].
    pub fn object(&self, id: &ObjectId) -> Result<Option<Object>, VaultError> {
        let folder = self.object_dir(id);
        let Some((inventory, _)) = Inventory::read(&folder)? else {
            return Ok(None);
        };
        if inventory.id != *id {
            let reason = format!("it belongs to {}", inventory.id);
            return Err(VaultError::InventoryDamaged { path: folder, reason });
        }
        Ok(Some(Object::new(folder, inventory, self.key_source())))
    }

    /// The identifiers of all objects, in the order of their folders; reads as it goes.
    pub fn object_ids(&self) -> ObjectIds {
        ObjectIds::new(&self.shared.objects)
    }

    /// Where the object is, or would be.
    pub fn object_dir(&self, id: &ObjectId) -> PathBuf {
        object_folder(&self.shared.objects, &object_key(id))
    }

    fn key_source(&self) -> KeySource {
        KeySource::new(self.shared.keeper.clone())
    }

    /// Objects of sealed batches stay taken until these are placed or discarded.
    fn claim_sealed(&self) -> Result<(), VaultError> {
        for (batch, sealed) in self.unfinished()? {
            if sealed && let Some(list) = SealedList::read(&self.shared.staging.join(&batch), &batch)? {
                let mut in_use = self.shared.in_use();
                in_use
                    .objects
                    .extend(list.entries.iter().map(|entry| object_key(&entry.id)));
            }
        }
        Ok(())
    }
}

impl Shared {
    fn new(root: &Path, options: VaultOptions) -> Self {
        Self {
            objects: root.join(OBJECTS),
            staging: root.join(STAGING),
            disk: Disk::new(options.probe),
            keeper: options.keeper,
            encrypts: options.encrypts,
            in_use: Mutex::default(),
        }
    }

    fn in_use(&self) -> MutexGuard<'_, InUse> {
        self.in_use.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Marks a batch as in use here.
    pub(crate) fn hold_batch(&self, batch: &str) -> Result<(), VaultError> {
        check_batch_name(batch)?;
        if self.in_use().batches.insert(batch.to_owned()) {
            return Ok(());
        }
        Err(VaultError::BatchBusy {
            batch: batch.to_owned(),
        })
    }

    fn check_batch_free(&self, batch: &str) -> Result<(), VaultError> {
        check_batch_name(batch)?;
        if self.in_use().batches.contains(batch) {
            return Err(VaultError::BatchBusy {
                batch: batch.to_owned(),
            });
        }
        if !self.staging.join(batch).is_dir() {
            return Err(VaultError::BatchMissing {
                batch: batch.to_owned(),
            });
        }
        Ok(())
    }

    /// Takes an object for one batch.
    pub(crate) fn claim(&self, id: &ObjectId, key: &str) -> Result<(), VaultError> {
        if self.in_use().objects.insert(key.to_owned()) {
            return Ok(());
        }
        Err(VaultError::ObjectBusy { id: id.clone() })
    }

    /// Gives objects, and the batch where named, free again.
    pub(crate) fn release<K: AsRef<str>>(&self, batch: Option<&str>, keys: &[K]) {
        let mut in_use = self.in_use();
        for key in keys {
            in_use.objects.remove(key.as_ref());
        }
        if let Some(batch) = batch {
            in_use.batches.remove(batch);
        }
    }

    /// Removes a batch's folder: it first loses its name, so that a crash leaves no half batch.
    pub(crate) fn remove_batch(&self, batch: &str) -> Result<(), VaultError> {
        let rubbish = self.staging.join(format!("{RUBBISH_PREFIX}{batch}"));
        if rubbish.exists() {
            self.disk.remove_tree("remove.tree", &rubbish)?;
        }
        self.disk
            .rename("remove.rename_batch", &self.staging.join(batch), &rubbish)?;
        self.disk.sync_folder("remove.sync_folder", &self.staging)?;
        self.disk.remove_tree("remove.tree", &rubbish)
    }

    fn remove_rubbish(&self) -> Result<(), VaultError> {
        for name in self.staged_names()? {
            if name.starts_with(RUBBISH_PREFIX) {
                self.disk.remove_tree("remove.tree", &self.staging.join(name))?;
            }
        }
        Ok(())
    }

    fn staged_names(&self) -> Result<Vec<String>, VaultError> {
        let list = || -> io::Result<Vec<String>> {
            fs::read_dir(&self.staging)?
                .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()))
                .collect()
        };
        list().map_err(|source| VaultError::disk("list", &self.staging, source))
    }
}

fn check_batch_name(batch: &str) -> Result<(), VaultError> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    if (1..=128).contains(&batch.len()) && !batch.starts_with('.') && batch.bytes().all(allowed) {
        return Ok(());
    }
    Err(VaultError::BatchName {
        value: batch.to_owned(),
    })
}

fn refuse_filled(folder: &Path) -> Result<(), VaultError> {
    match fs::read_dir(folder).map(|mut entries| entries.next().is_some()) {
        Ok(true) => Err(VaultError::FolderInUse {
            path: folder.to_path_buf(),
        }),
        Ok(false) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(VaultError::disk("list", folder, error)),
    }
}
