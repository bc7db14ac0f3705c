//! Staging one object or one new version of it.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs::File;
use std::io::Read;
use std::ops::Bound;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;

use crate::batch::{BatchInner, NEW_OBJECTS, NEW_VERSIONS, SealedEntry};
use crate::digest::Algorithm;
use crate::encrypted::Summary;
use crate::encrypted::encryptor::FileLock;
use crate::encrypted::sink::{Kept, Sink};
use crate::encrypting::Encryption;
use crate::error::VaultError;
use crate::identifier::{LogicalPath, ObjectId, VersionNumber};
use crate::inventory::{ContentPath, Inventory, User, Version, sidecar_text};
use crate::layout::{INVENTORY, OBJECT_DECLARATION, OBJECT_DECLARATION_TEXT, SIDECAR};
use crate::probe::Disk;
use crate::stream::{ByteObserver, NoObserver, StreamError, copy_measured};

/// The file being received; never part of a finished object.
const INCOMING: &str = "incoming";

/// Stages one object, or one new version. Belongs to one thread at a time.
///
/// Dropped without [`ObjectWriter::finish`], the object is not part of the batch.
pub struct ObjectWriter {
    batch: Arc<BatchInner>,
    key: String,
    /// The staged object, or the folder of the staged version.
    folder: PathBuf,
    /// The head for a new version; an empty inventory for a new object.
    inventory: Inventory,
    base: Option<VersionNumber>,
    version: VersionNumber,
    state: BTreeMap<LogicalPath, StateEntry>,
    /// SM3 of the content this writer brought.
    sm3: Vec<(String, ContentPath)>,
    /// How content is encrypted; `None`: it is not.
    encryption: Option<Encryption>,
    /// What was taken out of the state carried over, should it be kept after all.
    removed: HashMap<LogicalPath, String>,
    folders_made: HashSet<PathBuf>,
    done: bool,
}

struct StateEntry {
    sha512: String,
    /// Whether this writer gave the path its content.
    put_here: bool,
}

/// What one pass over a file found of its content, and where it went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredFile {
    /// SHA-512, lower-case hexadecimal.
    pub sha512: String,
    /// SM3, lower-case hexadecimal.
    pub sm3: String,
    /// Bytes.
    pub size: u64,
    /// Whether the object held these bytes already, so that they were not stored again.
    pub deduplicated: bool,
}

/// What is recorded of a version besides its files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionInfo {
    /// When; from the caller's clock.
    pub created: Timestamp,
    /// Why, in free text.
    pub message: String,
    /// Who.
    pub user_name: String,
    /// A URI for who, such as `mailto:` or `urn:`.
    pub user_address: Option<String>,
}

impl From<Summary> for StoredFile {
    fn from(found: Summary) -> Self {
        Self {
            sha512: found.sha512,
            sm3: found.sm3,
            size: found.size,
            deduplicated: false,
        }
    }
}

impl ObjectWriter {
    pub(crate) fn new_object(
        batch: Arc<BatchInner>,
        id: ObjectId,
        key: &str,
        encrypts: bool,
    ) -> Result<Self, VaultError> {
        let folder = batch.folder.join(NEW_OBJECTS).join(key);
        let encryption = match encrypts {
            true => Some(Encryption::new_key(&batch.shared, &id)?),
            false => None,
        };
        Self::start(batch, key, folder, Inventory::empty(id), (None, encryption))
    }

    pub(crate) fn new_version(
        batch: Arc<BatchInner>,
        head: Inventory,
        key: &str,
        encrypts: bool,
    ) -> Result<Self, VaultError> {
        let folder = batch.folder.join(NEW_VERSIONS).join(key);
        let base = Some(head.head);
        let encryption = Encryption::of_version(&batch.shared, &head, key, encrypts)?;
        Self::start(batch, key, folder, head, (base, encryption))
    }

    fn start(
        batch: Arc<BatchInner>,
        key: &str,
        folder: PathBuf,
        inventory: Inventory,
        (base, encryption): (Option<VersionNumber>, Option<Encryption>),
    ) -> Result<Self, VaultError> {
        let disk = &batch.shared.disk;
        let version = base.map_or(VersionNumber::FIRST, VersionNumber::next);
        disk.create_folder("stage.folder", &folder)?;
        disk.create_folder("stage.folder", &folder.join(version.to_string()))?;
        let mut writer = Self {
            key: key.to_owned(),
            version,
            base,
            state: BTreeMap::new(),
            sm3: Vec::new(),
            encryption,
            removed: HashMap::new(),
            folders_made: HashSet::new(),
            done: false,
            batch,
            folder,
            inventory,
        };
        writer.carry_over_head();
        Ok(writer)
    }

    fn carry_over_head(&mut self) {
        let Some(head) = self.base.and_then(|base| self.inventory.versions.get(&base)) else {
            return;
        };
        for (digest, paths) in &head.state {
            for path in paths {
                self.state.insert(
                    path.clone(),
                    StateEntry {
                        sha512: digest.clone(),
                        put_here: false,
                    },
                );
            }
        }
    }

    /// The object.
    pub fn id(&self) -> &ObjectId {
        &self.inventory.id
    }

    /// The version being made.
    pub fn version(&self) -> VersionNumber {
        self.version
    }

    /// The names in the new version so far.
    pub fn paths(&self) -> impl Iterator<Item = &LogicalPath> {
        self.state.keys()
    }

    /// Stages a file in one pass over its bytes: SHA-512, SM3, the copy on disk and `observer`, in bounded
    /// memory; where the object is encrypted, nothing reaches the disk in clear. A name carried over from the head gets the new content. Bytes that the object holds already are
    /// not stored again. `announced` is the size the source should have. Nothing is durable before the batch is
    /// sealed; after an error the writer is as it was before.
    ///
    /// # Errors
    /// [`VaultError::FileChanged`] where the size differs from `announced`, [`VaultError::PathTwice`],
    /// [`VaultError::PathConflict`], [`VaultError::Source`], [`VaultError::Refused`], [`VaultError::DiskFull`],
    /// [`VaultError::Disk`].
    pub fn put(
        &mut self,
        path: &LogicalPath,
        mut source: impl Read,
        announced: Option<u64>,
        observer: &mut dyn ByteObserver,
    ) -> Result<StoredFile, VaultError> {
        self.check_free(path)?;
        let incoming = self.folder.join(INCOMING);
        let received = self.receive(path, &incoming, &mut source, announced, observer);
        let (stored, kept) = match received {
            Ok(received) => received,
            Err(error) => {
                // The first error is the one to tell; a leftover goes with the batch at the latest.
                let _ = std::fs::remove_file(&incoming);
                return Err(error);
            }
        };
        self.settle(path, &incoming, stored, kept)
    }

    /// Stages bytes in memory; as [`ObjectWriter::put`].
    ///
    /// # Errors
    /// As [`ObjectWriter::put`].
    pub fn put_bytes(&mut self, path: &LogicalPath, bytes: &[u8]) -> Result<StoredFile, VaultError> {
        self.put(path, bytes, Some(bytes.len() as u64), &mut NoObserver)
    }

    /// Takes a name that the head has out of the new version. Its content stays in the older ones.
    ///
    /// # Errors
    /// [`VaultError::FileMissing`] where there is no such name, [`VaultError::PathTwice`] where this writer put it.
    pub fn remove(&mut self, path: &LogicalPath) -> Result<(), VaultError> {
        match self.state.get(path) {
            None => Err(self.missing(path)),
            Some(entry) if entry.put_here => Err(VaultError::PathTwice { path: path.clone() }),
            Some(_) => {
                self.removed
                    .extend(self.state.remove(path).map(|entry| (path.clone(), entry.sha512)));
                Ok(())
            }
        }
    }

    /// Takes all names carried over from the head out of the new version; [`ObjectWriter::keep`] brings single
    /// ones back.
    pub fn remove_all(&mut self) {
        let (put_here, carried_over) = std::mem::take(&mut self.state)
            .into_iter()
            .partition(|(_, entry)| entry.put_here);
        self.state = put_here;
        let carried_over: BTreeMap<LogicalPath, StateEntry> = carried_over;
        self.removed
            .extend(carried_over.into_iter().map(|(path, entry)| (path, entry.sha512)));
    }

    /// Keeps a file of the head, without copying it. Needed only after [`ObjectWriter::remove_all`] or
    /// [`ObjectWriter::remove`]: a new version begins with everything the head has.
    ///
    /// # Errors
    /// [`VaultError::FileMissing`] where the head has no such name, [`VaultError::PathTwice`],
    /// [`VaultError::PathConflict`].
    pub fn keep(&mut self, path: &LogicalPath) -> Result<(), VaultError> {
        if self.state.get(path).is_some_and(|entry| !entry.put_here) {
            return Ok(()); // never taken out
        }
        self.check_free(path)?;
        let Some(sha512) = self.removed.remove(path) else {
            return Err(self.missing(path));
        };
        self.state.insert(
            path.clone(),
            StateEntry {
                sha512,
                put_here: false,
            },
        );
        Ok(())
    }

    /// Writes inventory and digest of the version and hands it to the batch. Nothing is durable before the batch
    /// is sealed.
    ///
    /// # Errors
    /// [`VaultError::DiskFull`], [`VaultError::Disk`].
    pub fn finish(mut self, info: VersionInfo) -> Result<String, VaultError> {
        self.record_version(info);
        let bytes = self.inventory.to_bytes()?;
        let digest = Algorithm::Sha512.of(&bytes);
        let sidecar = sidecar_text(&digest);
        let disk = &self.batch.shared.disk;
        for folder in [self.folder.join(self.version.to_string()), self.folder.clone()] {
            disk.write_new("stage.write_inventory", &folder.join(INVENTORY), &bytes)?;
            disk.write_new("stage.write_sidecar", &folder.join(SIDECAR), sidecar.as_bytes())?;
        }
        if self.base.is_none() {
            let path = self.folder.join(OBJECT_DECLARATION);
            disk.write_new(
                "stage.write_declaration",
                &path,
                OBJECT_DECLARATION_TEXT.as_bytes(),
            )?;
        }
        if let Some(encryption) = &self.encryption {
            encryption.write_key(disk, &self.folder, self.base.is_none())?;
        }
        self.done = true;
        self.batch.finished(SealedEntry {
            id: self.inventory.id.clone(),
            head: self.version,
            base: self.base,
            inventory_sha512: digest.clone(),
        });
        Ok(digest)
    }

    pub(crate) fn disk(&self) -> &Disk {
        &self.batch.shared.disk
    }

    /// Where one of several files is received; never part of a finished object.
    pub(crate) fn incoming(&self, number: usize) -> PathBuf {
        self.folder.join(format!("{INCOMING}-{number}"))
    }

    fn receive(
        &self,
        path: &LogicalPath,
        incoming: &Path,
        source: &mut dyn Read,
        announced: Option<u64>,
        observer: &mut dyn ByteObserver,
    ) -> Result<(StoredFile, Kept), VaultError> {
        let disk = &self.batch.shared.disk;
        let lock = self.file_lock(path)?;
        let file = disk.step("stage.create_file", incoming, || File::create_new(incoming))?;
        let mut sink = Sink::new(file, lock);
        let mut outcome = None;
        let kept = disk.step("stage.write_file", incoming, || {
            outcome = Some(copy_measured(source, &mut sink, observer, announced));
            match outcome.take_if(|outcome| matches!(outcome, Err(StreamError::Write(_)))) {
                Some(Err(StreamError::Write(error))) => Err(error),
                _ => match &outcome {
                    Some(Ok(found)) => sink.finish(found).map(Some),
                    _ => sink.abandon().map(|()| None),
                },
            }
        })?;
        let path = path.clone();
        let changed = |expected, found| VaultError::FileChanged {
            path: path.clone(),
            expected,
            found,
        };
        match outcome {
            Some(Ok(measured)) => match announced {
                Some(expected) if expected != measured.size => Err(changed(expected, measured.size)),
                _ => {
                    let kept = kept.unwrap_or_else(|| Kept::of(&measured));
                    Ok((measured.into(), kept))
                }
            },
            Some(Err(StreamError::Longer(found))) => Err(changed(announced.unwrap_or_default(), found)),
            Some(Err(StreamError::Observer(source))) => Err(VaultError::Refused { path, source }),
            Some(Err(StreamError::Read(source) | StreamError::Write(source))) => {
                Err(VaultError::Source { path, source })
            }
            None => Err(VaultError::Source {
                path,
                source: std::io::Error::other("nothing was read"),
            }),
        }
    }

    /// Where a file that this version brings lies.
    fn content_path(&self, path: &LogicalPath) -> Result<ContentPath, VaultError> {
        match &self.encryption {
            Some(_) => ContentPath::for_encrypted(self.version, path),
            None => ContentPath::for_file(self.version, path),
        }
    }

    /// The key of a file that is about to be received; `None`: it lies in clear.
    pub(crate) fn file_lock(&self, path: &LogicalPath) -> Result<Option<FileLock>, VaultError> {
        let Some(encryption) = &self.encryption else {
            return Ok(None);
        };
        let content = self.content_path(path)?;
        encryption.file_lock(self.id(), &content).map(Some)
    }

    /// Gives a received file its place, or drops it where the object has its content already.
    pub(crate) fn settle(
        &mut self,
        path: &LogicalPath,
        incoming: &Path,
        mut stored: StoredFile,
        mut kept: Kept,
    ) -> Result<StoredFile, VaultError> {
        let disk = self.batch.shared.disk.clone();
        if let Some(encryption) = &mut self.encryption {
            // the same content never encrypts to the same bytes
            kept = encryption.first_of(&stored, kept);
        }
        if self.inventory.manifest.contains_key(&kept.sha512) {
            stored.deduplicated = true;
            disk.remove_file("stage.drop_duplicate", incoming)?;
        } else {
            let content = self.content_path(path)?;
            let place = self.folder.join(content.as_str());
            if let Some(parent) = place.parent()
                && !self.folders_made.contains(parent)
            {
                disk.create_folders("stage.content_folder", parent)?;
                self.folders_made.insert(parent.to_path_buf());
            }
            disk.rename("stage.rename_file", incoming, &place)?;
            self.inventory
                .manifest
                .insert(kept.sha512.clone(), vec![content.clone()]);
            self.sm3.push((kept.sm3, content));
        }
        let entry = StateEntry {
            sha512: kept.sha512,
            put_here: true,
        };
        self.state.insert(path.clone(), entry);
        Ok(stored)
    }

    /// A path may replace one of the head's, but not another of this writer's, and not be file and folder at once.
    pub(crate) fn check_free(&self, path: &LogicalPath) -> Result<(), VaultError> {
        if self.state.get(path).is_some_and(|entry| entry.put_here) {
            return Err(VaultError::PathTwice { path: path.clone() });
        }
        let conflict = |other: &LogicalPath| VaultError::PathConflict {
            path: path.clone(),
            other: other.clone(),
        };
        for folder in path.folders() {
            if let Some((other, _)) = self.state.get_key_value(&LogicalPath::new(folder)?) {
                return Err(conflict(other));
            }
        }
        let below = LogicalPath::new(format!("{path}/\u{1}"))?;
        let next = self
            .state
            .range((Bound::Included(below), Bound::Unbounded))
            .next();
        match next {
            Some((other, _)) if other.as_str().starts_with(&format!("{path}/")) => Err(conflict(other)),
            _ => Ok(()),
        }
    }

    fn missing(&self, path: &LogicalPath) -> VaultError {
        VaultError::FileMissing {
            id: self.inventory.id.clone(),
            version: self.base.unwrap_or(self.version),
            path: path.clone(),
        }
    }

    fn record_version(&mut self, info: VersionInfo) {
        let mut state: BTreeMap<String, Vec<LogicalPath>> = BTreeMap::new();
        for (path, entry) in std::mem::take(&mut self.state) {
            state.entry(entry.sha512).or_default().push(path);
        }
        let version = Version {
            created: info.created,
            message: Some(info.message),
            user: Some(User {
                name: info.user_name,
                address: info.user_address,
            }),
            state,
        };
        self.inventory.head = self.version;
        self.inventory.versions.insert(self.version, version);
        let sm3 = self
            .inventory
            .fixity
            .entry(Algorithm::Sm3.name().to_owned())
            .or_default();
        for (digest, content) in std::mem::take(&mut self.sm3) {
            sm3.entry(digest).or_default().push(content);
        }
        if sm3.is_empty() {
            self.inventory.fixity.remove(Algorithm::Sm3.name());
        }
    }
}

impl Drop for ObjectWriter {
    fn drop(&mut self) {
        if self.done {
            return;
        }
        // A leftover goes with the batch at the latest, and no list speaks of it.
        let _ = self
            .batch
            .shared
            .disk
            .remove_tree("stage.drop_object", &self.folder);
        self.batch.unclaim(&self.key);
    }
}
