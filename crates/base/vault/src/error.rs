//! Why the vault refuses or fails.

use std::io;
use std::path::{Path, PathBuf};

use crate::identifier::{LogicalPath, ObjectId, VersionNumber};
use lantai_domain::KeyError;

/// Why the vault refuses or fails; every variant asks for a different reaction.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// An object identifier is empty, too long or holds control characters.
    #[error("{value:?} cannot name an object: {reason}")]
    Identifier {
        /// What was given.
        value: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// A logical path breaks the rules of OCFL 1.1, 3.5.3.1 (E051 to E053), or ours.
    #[error("{value:?} cannot name a file in an object: {reason}")]
    LogicalPath {
        /// What was given.
        value: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// A batch identifier cannot be the name of a folder.
    #[error("{value:?} cannot name a batch: use 1 to 128 of A-Z a-z 0-9 . _ - and no dot in front")]
    BatchName {
        /// What was given.
        value: String,
    },
    /// The folder holds no vault, or one of a layout we do not know.
    #[error("{path} is not a vault: {reason}")]
    NotAVault {
        /// The folder.
        path: PathBuf,
        /// What is missing or different.
        reason: String,
    },
    /// A vault cannot be created here, because something is there already.
    #[error("{path} is not empty, no vault can be created there")]
    FolderInUse {
        /// The folder.
        path: PathBuf,
    },
    /// There is no such object.
    #[error("there is no object {id}")]
    ObjectMissing {
        /// The object asked for.
        id: ObjectId,
    },
    /// An object with this identifier is in the vault already.
    #[error("there is an object {id} already")]
    ObjectExists {
        /// The object to be created.
        id: ObjectId,
    },
    /// Another unfinished batch writes this object; try again when it is placed or discarded.
    #[error("object {id} is being written by another batch")]
    ObjectBusy {
        /// The object.
        id: ObjectId,
    },
    /// The object's head is not the one that the new version was made from.
    #[error("object {id} has changed under batch {batch}: head is not {expected}")]
    HeadMoved {
        /// The object.
        id: ObjectId,
        /// The batch that cannot be placed.
        batch: String,
        /// The head that the batch was made from.
        expected: VersionNumber,
    },
    /// The object has no such version.
    #[error("object {id} has no version {version}")]
    VersionMissing {
        /// The object.
        id: ObjectId,
        /// The version asked for.
        version: VersionNumber,
    },
    /// The version has no such file.
    #[error("object {id} has no file {path} in {version}")]
    FileMissing {
        /// The object.
        id: ObjectId,
        /// The version asked for.
        version: VersionNumber,
        /// The file asked for.
        path: LogicalPath,
    },
    /// The same logical path was given twice for one version.
    #[error("{path} was given twice for one version")]
    PathTwice {
        /// The path.
        path: LogicalPath,
    },
    /// A path would be a file and a folder at once (OCFL 1.1, E095).
    #[error("{path} cannot be a file: {other} makes one of them a folder")]
    PathConflict {
        /// The path given.
        path: LogicalPath,
        /// The path it collides with.
        other: LogicalPath,
    },
    /// The source did not have the size that was announced: it grew or shrank while it was read.
    #[error("{path} changed while it was read: expected {expected} bytes, found {found}")]
    FileChanged {
        /// The logical path it was to have.
        path: LogicalPath,
        /// Bytes announced.
        expected: u64,
        /// Bytes seen until we stopped; when it grew, at least one more than `expected`.
        found: u64,
    },
    /// The source could not be read, which says nothing about the vault.
    #[error("cannot read the source of {path}")]
    Source {
        /// The logical path it was to have.
        path: LogicalPath,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The observer stopped the stream, such as for a safety limit.
    #[error("{path} was refused while it was read")]
    Refused {
        /// The logical path it was to have.
        path: LogicalPath,
        /// What the observer said.
        #[source]
        source: io::Error,
    },
    /// A batch of this name exists already.
    #[error("there is a batch {batch} already")]
    BatchExists {
        /// The batch.
        batch: String,
    },
    /// There is no batch of this name.
    #[error("there is no batch {batch}")]
    BatchMissing {
        /// The batch.
        batch: String,
    },
    /// The batch is in use in this process, or one of its writers is.
    #[error("batch {batch} is in use")]
    BatchBusy {
        /// The batch.
        batch: String,
    },
    /// An unsealed batch cannot be placed; discard it.
    #[error("batch {batch} was never sealed")]
    BatchUnsealed {
        /// The batch.
        batch: String,
    },
    /// A batch that is placed in part cannot be discarded any more; resume it.
    #[error("batch {batch} is placed in part and can only be resumed")]
    BatchPlaced {
        /// The batch.
        batch: String,
    },
    /// The list of a sealed batch cannot be read, or what it lists is nowhere.
    #[error("batch {batch} is damaged: {reason}")]
    BatchDamaged {
        /// The batch.
        batch: String,
        /// What is wrong.
        reason: String,
    },
    /// An inventory or its sidecar is there but cannot be understood.
    #[error("{path} is damaged: {reason}")]
    InventoryDamaged {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// A file in the vault does not have its recorded digest.
    #[error("{path} does not have its recorded digest")]
    DigestMismatch {
        /// The file.
        path: PathBuf,
        /// The digest recorded, lower-case hexadecimal.
        expected: String,
        /// The digest measured, lower-case hexadecimal.
        found: String,
    },
    /// An object is encrypted, and its key cannot be had.
    #[error("the key of object {id} cannot be used")]
    Key {
        /// The object.
        id: ObjectId,
        /// Why.
        #[source]
        source: KeyError,
    },
    /// The wrapped key of an object is missing or altered.
    #[error("the key {path} of an encrypted object is damaged: {reason}")]
    KeyDamaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// An encrypted file is not what was encrypted there: it was altered, cut, or taken from elsewhere.
    #[error("the encrypted file {path} was altered")]
    ContentRefused {
        /// The file.
        path: PathBuf,
        /// What was found.
        #[source]
        source: io::Error,
    },
    /// No space is left, or a quota is used up; what was in the vault is untouched.
    #[error("no space is left to write {path}")]
    DiskFull {
        /// What was being written.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The disk failed.
    #[error("cannot {action} {path}")]
    Disk {
        /// What we wanted, such as "write" or "sync".
        action: &'static str,
        /// Where.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
}

impl VaultError {
    /// Stable name for programs, manuals and translations, such as "vault.digest_mismatch".
    pub fn code(&self) -> &'static str {
        match self {
            Self::Identifier { .. } => "vault.identifier",
            Self::LogicalPath { .. } => "vault.logical_path",
            Self::BatchName { .. } => "vault.batch_name",
            Self::NotAVault { .. } => "vault.not_a_vault",
            Self::FolderInUse { .. } => "vault.folder_in_use",
            Self::ObjectMissing { .. } => "vault.object_missing",
            Self::ObjectExists { .. } => "vault.object_exists",
            Self::ObjectBusy { .. } => "vault.object_busy",
            Self::HeadMoved { .. } => "vault.head_moved",
            Self::VersionMissing { .. } => "vault.version_missing",
            Self::FileMissing { .. } => "vault.file_missing",
            Self::PathTwice { .. } => "vault.path_twice",
            Self::PathConflict { .. } => "vault.path_conflict",
            Self::FileChanged { .. } => "vault.file_changed",
            Self::Source { .. } => "vault.source_unreadable",
            Self::Refused { .. } => "vault.refused",
            Self::BatchExists { .. } => "vault.batch_exists",
            Self::BatchMissing { .. } => "vault.batch_missing",
            Self::BatchBusy { .. } => "vault.batch_busy",
            Self::BatchUnsealed { .. } => "vault.batch_unsealed",
            Self::BatchPlaced { .. } => "vault.batch_placed",
            Self::BatchDamaged { .. } => "vault.batch_damaged",
            Self::InventoryDamaged { .. } => "vault.inventory_damaged",
            Self::DigestMismatch { .. } => "vault.digest_mismatch",
            Self::Key {
                source: KeyError::Refused | KeyError::Algorithm(_),
                ..
            } => "vault.key_refused",
            Self::Key {
                source: KeyError::Random,
                ..
            } => "vault.random",
            Self::Key { .. } => "vault.key_missing",
            Self::KeyDamaged { .. } => "vault.key_damaged",
            Self::ContentRefused { .. } => "vault.content_refused",
            Self::DiskFull { .. } => "vault.disk_full",
            Self::Disk { .. } => "vault.disk",
        }
    }

    /// Names a failure of the disk: a full one is a different reaction from a broken one.
    pub(crate) fn disk(action: &'static str, path: &Path, source: io::Error) -> Self {
        let path = path.to_path_buf();
        match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::DiskFull { path, source },
            _ => Self::Disk { action, path, source },
        }
    }
}
