//! Reading objects.

use std::collections::{BTreeMap, HashMap};
use std::fs::{self, File};
use std::hash::Hash;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use serde::Deserialize;

use crate::encrypted::decryptor::Decryptor;
use crate::encrypted::{Content, KeySource, file_context};
use crate::error::VaultError;
use crate::identifier::{LogicalPath, ObjectId, VersionNumber};
use crate::inventory::{ContentPath, Inventory, Version};
use crate::layout::INVENTORY;

/// An object in the vault. Its inventory was read once and matched its digest.
#[derive(Debug, Clone)]
pub struct Object {
    folder: PathBuf,
    inventory: Inventory,
    keys: KeySource,
    /// Path to SHA-512 for each version, made when first asked for.
    digest_by_path: BTreeMap<VersionNumber, OnceLock<HashMap<LogicalPath, String>>>,
    /// Content path to digest for each further algorithm, made when first asked for.
    fixity_by_content: BTreeMap<String, OnceLock<HashMap<ContentPath, String>>>,
}

/// A file of one version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StateFile<'a> {
    /// Its name in this version.
    pub path: &'a LogicalPath,
    /// SHA-512 of its bytes as they are stored, lower-case hexadecimal.
    pub sha512: &'a str,
}

impl Object {
    pub(crate) fn new(folder: PathBuf, inventory: Inventory, keys: KeySource) -> Self {
        let digest_by_path = inventory
            .versions
            .keys()
            .map(|version| (*version, OnceLock::new()))
            .collect();
        let fixity_by_content = inventory
            .fixity
            .keys()
            .map(|name| (name.clone(), OnceLock::new()))
            .collect();
        Self {
            folder,
            inventory,
            keys,
            digest_by_path,
            fixity_by_content,
        }
    }

    /// The identifier.
    pub fn id(&self) -> &ObjectId {
        &self.inventory.id
    }

    /// The object's folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The whole inventory.
    pub fn inventory(&self) -> &Inventory {
        &self.inventory
    }

    /// The newest version.
    pub fn head(&self) -> VersionNumber {
        self.inventory.head
    }

    /// What is recorded of a version; `None` where there is none.
    pub fn version(&self, version: VersionNumber) -> Option<&Version> {
        self.inventory.versions.get(&version)
    }

    /// The files of a version, in the order of their names.
    ///
    /// # Errors
    /// [`VaultError::VersionMissing`].
    pub fn state(&self, version: VersionNumber) -> Result<Vec<StateFile<'_>>, VaultError> {
        let state = &self.recorded(version)?.state;
        let mut files: Vec<StateFile<'_>> = state
            .iter()
            .flat_map(|(sha512, paths)| paths.iter().map(move |path| StateFile { path, sha512 }))
            .collect();
        files.sort_by_key(|file| file.path);
        Ok(files)
    }

    /// Opens a file of a version for reading. What lies in clear is not checked against its digest; what lies encrypted
    /// is proved while it is read.
    ///
    /// # Errors
    /// [`VaultError::VersionMissing`], [`VaultError::FileMissing`], [`VaultError::Disk`]; of encrypted content also
    /// [`VaultError::Key`], [`VaultError::KeyDamaged`], [`VaultError::ContentRefused`].
    pub fn open(&self, version: VersionNumber, path: &LogicalPath) -> Result<Content, VaultError> {
        let content = self.content_path(version, path)?;
        if content.is_encrypted() {
            let decryptor = self.open_encrypted(content)?;
            return Ok(Content::Encrypted(Box::new(decryptor)));
        }
        let place = self.folder.join(content.as_str());
        let file = File::open(&place).map_err(|source| VaultError::disk("open", &place, source))?;
        Ok(Content::Clear(file))
    }

    /// Opens an encrypted file by its place.
    pub(crate) fn open_encrypted(&self, content: &ContentPath) -> Result<Decryptor<File>, VaultError> {
        let key = self.keys.key(self.id(), &self.folder)?;
        let place = self.folder.join(content.as_str());
        let file = File::open(&place).map_err(|source| VaultError::disk("open", &place, source))?;
        Decryptor::open(file, &*key, file_context(self.id(), content)).map_err(|source| match source.kind() {
            std::io::ErrorKind::InvalidData => VaultError::ContentRefused { path: place, source },
            _ => VaultError::disk("read", &place, source),
        })
    }

    /// Where the bytes of a file of a version lie, if they lie as they came; `None`: they are encrypted, and
    /// [`Object::open`] reads them.
    ///
    /// # Errors
    /// [`VaultError::VersionMissing`], [`VaultError::FileMissing`].
    pub fn clear_file(
        &self,
        version: VersionNumber,
        path: &LogicalPath,
    ) -> Result<Option<PathBuf>, VaultError> {
        let content = self.content_path(version, path)?;
        Ok((!content.is_encrypted()).then(|| self.folder.join(content.as_str())))
    }

    fn content_path(&self, version: VersionNumber, path: &LogicalPath) -> Result<&ContentPath, VaultError> {
        let content = self
            .digest(version, path)?
            .and_then(|digest| self.inventory.manifest.get(digest))
            .and_then(|paths| paths.first());
        match content {
            Some(content) => Ok(content),
            None => Err(VaultError::FileMissing {
                id: self.id().clone(),
                version,
                path: path.clone(),
            }),
        }
    }

    /// A further digest of a file, such as `sm3`, by its SHA-512; lower-case hexadecimal.
    pub fn fixity(&self, algorithm: &str, sha512: &str) -> Option<&str> {
        let contents = self.inventory.manifest.get(sha512)?;
        let block = self.inventory.fixity.get(algorithm)?;
        let by_content = self
            .fixity_by_content
            .get(algorithm)?
            .get_or_init(|| inverted(block));
        contents
            .iter()
            .find_map(|content| by_content.get(content))
            .map(String::as_str)
    }

    /// SHA-512 of a file of a version as it is stored; `None` where the version has no such file.
    ///
    /// # Errors
    /// [`VaultError::VersionMissing`].
    pub fn digest(&self, version: VersionNumber, path: &LogicalPath) -> Result<Option<&str>, VaultError> {
        let state = &self.recorded(version)?.state;
        let by_path = self
            .digest_by_path
            .get(&version)
            .map(|index| index.get_or_init(|| inverted(state)));
        Ok(by_path.and_then(|by_path| by_path.get(path)).map(String::as_str))
    }

    fn recorded(&self, version: VersionNumber) -> Result<&Version, VaultError> {
        self.version(version).ok_or_else(|| VaultError::VersionMissing {
            id: self.id().clone(),
            version,
        })
    }
}

fn inverted<P: Clone + Eq + Hash>(block: &BTreeMap<String, Vec<P>>) -> HashMap<P, String> {
    block
        .iter()
        .flat_map(|(digest, paths)| paths.iter().map(move |path| (path.clone(), digest.clone())))
        .collect()
}

/// The folders of all objects below a storage root, found while walking; memory does not grow with their number.
pub(crate) struct ObjectFolders {
    walk: walkdir::IntoIter,
    /// Folders that are not part of the hierarchy.
    skipped: PathBuf,
}

impl ObjectFolders {
    pub(crate) fn new(objects: &Path) -> Self {
        let walk = walkdir::WalkDir::new(objects)
            .min_depth(1)
            .sort_by_file_name()
            .into_iter();
        Self {
            walk,
            skipped: objects.join("extensions"),
        }
    }
}

impl Iterator for ObjectFolders {
    type Item = Result<PathBuf, VaultError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let entry = match self.walk.next()? {
                Ok(entry) => entry,
                Err(error) => return Some(Err(walk_error(error))),
            };
            if !entry.file_type().is_dir() {
                continue;
            }
            if entry.path() == self.skipped {
                self.walk.skip_current_dir();
            } else if entry.depth() == 4 {
                self.walk.skip_current_dir();
                return Some(Ok(entry.into_path()));
            }
        }
    }
}

fn walk_error(error: walkdir::Error) -> VaultError {
    let path = error.path().map(Path::to_path_buf).unwrap_or_default();
    VaultError::disk("list", &path, error.into())
}

/// The identifiers of all objects; see [`Vault::object_ids`](crate::Vault::object_ids).
pub struct ObjectIds {
    folders: ObjectFolders,
}

impl ObjectIds {
    pub(crate) fn new(objects: &Path) -> Self {
        Self {
            folders: ObjectFolders::new(objects),
        }
    }
}

/// The one field that is needed; the rest is skipped.
#[derive(Deserialize)]
struct OnlyId {
    id: ObjectId,
}

impl Iterator for ObjectIds {
    type Item = Result<ObjectId, VaultError>;

    fn next(&mut self) -> Option<Self::Item> {
        let folder = match self.folders.next()? {
            Ok(folder) => folder,
            Err(error) => return Some(Err(error)),
        };
        Some(read_id(&folder))
    }
}

/// The identifier of the object in a folder; its inventory is not proved.
pub(crate) fn read_id(folder: &Path) -> Result<ObjectId, VaultError> {
    let path = folder.join(INVENTORY);
    let bytes = fs::read(&path).map_err(|source| VaultError::disk("read", &path, source))?;
    let parsed: Result<OnlyId, _> = serde_json::from_slice(&bytes);
    parsed
        .map(|only| only.id)
        .map_err(|error| VaultError::InventoryDamaged {
            path,
            reason: error.to_string(),
        })
}
