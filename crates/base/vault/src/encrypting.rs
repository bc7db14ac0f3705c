//! How one writer encrypts: the data key of its object, and what it has encrypted so far.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use lantai_domain::{KeyError, ObjectKey, WrappedKey};

use crate::encrypted::encryptor::FileLock;
use crate::encrypted::key_file::{key_path, staged_key_path, to_bytes};
use crate::encrypted::sink::Kept;
use crate::encrypted::{KeySource, file_context};
use crate::error::VaultError;
use crate::identifier::ObjectId;
use crate::inventory::{ContentPath, Inventory};
use crate::layout::object_folder;
use crate::probe::Disk;
use crate::vault::Shared;
use crate::writer::StoredFile;

/// The encryption of one object's new content.
pub(crate) struct Encryption {
    key: Arc<dyn ObjectKey>,
    /// The wrapped key, where this writer brings it.
    brings: Option<WrappedKey>,
    /// SHA-512 of content to the digests of its encrypted bytes.
    known: HashMap<String, Kept>,
}

impl Encryption {
    /// A new data key.
    pub(crate) fn new_key(shared: &Shared, id: &ObjectId) -> Result<Self, VaultError> {
        let of_key = |source| VaultError::Key {
            id: id.clone(),
            source,
        };
        let keeper = shared.keeper.as_deref().ok_or_else(|| of_key(KeyError::None))?;
        let (wrapped, key) = keeper.new_object_key(id.as_str()).map_err(of_key)?;
        Ok(Self {
            key,
            brings: Some(wrapped),
            known: HashMap::new(),
        })
    }

    /// That of a new version: the key of the object where it has encrypted content, else a new one where `encrypts`.
    pub(crate) fn of_version(
        shared: &Shared,
        head: &Inventory,
        object_key: &str,
        encrypts: bool,
    ) -> Result<Option<Self>, VaultError> {
        if !head.has_encrypted() {
            return match encrypts {
                true => Self::new_key(shared, &head.id).map(Some),
                false => Ok(None),
            };
        }
        let folder = object_folder(&shared.objects, object_key);
        let key = KeySource::new(shared.keeper.clone()).key(&head.id, &folder)?;
        Ok(Some(Self {
            key,
            brings: None,
            known: HashMap::new(),
        }))
    }

    /// The key of a file at its place.
    pub(crate) fn file_lock(&self, id: &ObjectId, content: &ContentPath) -> Result<FileLock, VaultError> {
        FileLock::new(&*self.key, file_context(id, content)).map_err(|source| VaultError::Key {
            id: id.clone(),
            source,
        })
    }

    /// The digests of the bytes that this content was stored as first.
    pub(crate) fn first_of(&mut self, stored: &StoredFile, kept: Kept) -> Kept {
        self.known.entry(stored.sha512.clone()).or_insert(kept).clone()
    }

    /// Writes the wrapped key where this writer brings it: into the new object, or beside the new version.
    pub(crate) fn write_key(&self, disk: &Disk, folder: &Path, is_new: bool) -> Result<(), VaultError> {
        let Some(wrapped) = &self.brings else {
            return Ok(());
        };
        let path = match is_new {
            true => key_path(folder),
            false => staged_key_path(folder),
        };
        if let Some(parent) = path.parent() {
            disk.create_folders("stage.key_folder", parent)?;
        }
        disk.write_new("stage.write_key", &path, &to_bytes(wrapped, &path)?)
    }
}
