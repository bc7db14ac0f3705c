//! A storage root that is only read, such as a copy of the vault on another disk.

use std::path::{Path, PathBuf};

use crate::error::VaultError;
use crate::identifier::{ObjectId, VersionNumber};
use crate::inventory::Inventory;
use crate::layout::{OBJECTS, ROOT_FILES, object_folder, object_key};
use crate::object::ObjectIds;
use crate::verify::{Digests, Progress, Verification, verify_root};

/// An OCFL storage root laid out as ours, opened for reading: nothing is written, so that it may lie on a carrier that
/// is write-protected.
#[derive(Debug, Clone)]
pub struct StorageRoot {
    objects: PathBuf,
}

impl StorageRoot {
    /// Opens a storage root: the root itself, or a folder of a vault with the root in it.
    ///
    /// # Errors
    /// [`VaultError::NotAVault`] where neither is there, or it is laid out otherwise.
    pub fn open(folder: &Path) -> Result<Self, VaultError> {
        let inside = folder.join(OBJECTS);
        let objects = match inside.is_dir() {
            true => inside,
            false => folder.to_path_buf(),
        };
        for (name, text) in ROOT_FILES {
            let reason = match std::fs::read_to_string(objects.join(name)) {
                Ok(found) if found == text => continue,
                Ok(_) => format!("{name} is not what this program writes"),
                Err(_) => format!("{name} cannot be read"),
            };
            return Err(VaultError::NotAVault {
                path: folder.to_path_buf(),
                reason,
            });
        }
        Ok(Self { objects })
    }

    /// Where it lies.
    pub fn folder(&self) -> &Path {
        &self.objects
    }

    /// The identifiers of all objects, in the order of their folders; reads as it goes.
    pub fn object_ids(&self) -> ObjectIds {
        ObjectIds::new(&self.objects)
    }

    /// Whether there is an object of this name; it is not looked into.
    pub fn has(&self, id: &ObjectId) -> bool {
        object_folder(&self.objects, &object_key(id)).is_dir()
    }

    /// The newest version of an object and the SHA-512 of its inventory, which fixes every byte of it; `None` means
    /// that there is no such object.
    ///
    /// # Errors
    /// [`VaultError::InventoryDamaged`], [`VaultError::DigestMismatch`], [`VaultError::Disk`].
    pub fn head(&self, id: &ObjectId) -> Result<Option<(VersionNumber, String)>, VaultError> {
        let folder = object_folder(&self.objects, &object_key(id));
        let Some((inventory, digest)) = Inventory::read(&folder)? else {
            return Ok(None);
        };
        if inventory.id != *id {
            let reason = format!("it belongs to {}", inventory.id);
            return Err(VaultError::InventoryDamaged { path: folder, reason });
        }
        Ok(Some((inventory.head, digest)))
    }

    /// Reads every file; see [`Vault::verify`](crate::Vault::verify).
    ///
    /// # Errors
    /// [`VaultError::Disk`] where the work cannot start; damage is reported, not an error.
    pub fn verify(
        &self,
        digests: Digests,
        threads: usize,
        progress: &dyn Progress,
    ) -> Result<Verification, VaultError> {
        verify_root(&self.objects, None, digests, threads, progress)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{NoProgress, Vault, VersionInfo};

    fn vault_with_one_object(folder: &Path) -> (Vault, ObjectId) {
        let vault = Vault::create(folder).unwrap();
        let id = ObjectId::new("urn:example:1").unwrap();
        let batch = vault.begin("one").unwrap();
        let mut writer = batch.new_object(&id).unwrap();
        writer
            .put_bytes(&crate::LogicalPath::new("a.txt").unwrap(), b"text")
            .unwrap();
        let info = VersionInfo {
            created: "2026-01-01T00:00:00Z".parse().unwrap(),
            message: "received".to_owned(),
            user_name: "admin".to_owned(),
            user_address: None,
        };
        writer.finish(info).unwrap();
        batch.seal().unwrap().place().unwrap();
        (vault, id)
    }

    #[test]
    fn a_copy_is_read_where_nothing_may_be_written() {
        let folder = tempfile::tempdir().unwrap();
        let (vault, id) = vault_with_one_object(folder.path());
        let whole = StorageRoot::open(folder.path()).unwrap();
        let alone = StorageRoot::open(vault.storage_root()).unwrap();
        for root in [&whole, &alone] {
            let (head, digest) = root.head(&id).unwrap().unwrap();
            let inventory = std::fs::read(vault.object_dir(&id).join("inventory.json")).unwrap();
            assert_eq!(head.number(), 1);
            assert_eq!(digest, crate::Algorithm::Sha512.of(&inventory));
            assert_eq!(
                root.object_ids().map(Result::unwrap).collect::<Vec<_>>(),
                std::slice::from_ref(&id)
            );
            assert!(root.has(&id) && !root.has(&ObjectId::new("urn:example:2").unwrap()));
            assert!(
                root.verify(Digests::Content, 1, &NoProgress)
                    .unwrap()
                    .problems
                    .is_empty()
            );
        }
    }

    #[test]
    fn what_is_no_storage_root_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let error = StorageRoot::open(folder.path()).unwrap_err();
        assert!(matches!(error, VaultError::NotAVault { .. }));
        assert!(std::fs::read_dir(folder.path()).unwrap().next().is_none());
    }
}
