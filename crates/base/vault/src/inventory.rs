//! The inventory of an object (OCFL 1.1, 3.5), as we write it and read it back.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::digest::Algorithm;
use crate::error::VaultError;
use crate::identifier::{LogicalPath, ObjectId, VersionNumber};
use crate::layout::{CONTENT, ENCRYPTED, INVENTORY, SIDECAR};

/// The `type` of the inventories we write.
pub(crate) const INVENTORY_TYPE: &str = "https://ocfl.io/1.1/spec/#inventory";

/// What an object holds, version by version. Digests are lower-case hexadecimal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Inventory {
    /// The object.
    pub id: ObjectId,
    #[serde(rename = "type")]
    pub(crate) inventory_type: String,
    pub(crate) digest_algorithm: String,
    /// The newest version.
    pub head: VersionNumber,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) content_directory: Option<String>,
    /// Digest to the files that hold these bytes, relative to the object's folder.
    pub manifest: BTreeMap<String, Vec<ContentPath>>,
    /// Every version, with its state.
    pub versions: BTreeMap<VersionNumber, Version>,
    /// Further digests: algorithm to digest to content paths. We write SM3 under `sm3`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fixity: BTreeMap<String, BTreeMap<String, Vec<ContentPath>>>,
}

/// One version of an object.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Version {
    /// When it was made.
    pub created: Timestamp,
    /// Why, in free text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// Who made it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<User>,
    /// Digest to the names that have these bytes in this version.
    pub state: BTreeMap<String, Vec<LogicalPath>>,
}

/// Who made a version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    /// The name.
    pub name: String,
    /// A URI, such as `mailto:` or a person's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
}

/// Where content lies below the object's folder; the rules of [`LogicalPath`] hold.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ContentPath(LogicalPath);

/// Longest part of a content path before it is cut, in bytes; file systems take 255.
const PART_LIMIT: usize = 200;
/// How much of a cut part is kept.
const PART_KEPT: usize = 120;

impl ContentPath {
    /// The place of a file that `version` brings: ASCII only, what is not `A-Z a-z 0-9 . _ -` is percent-encoded
    /// as UTF-8. Parts too long for a file system keep their beginning and get a digest (after a `~`, which
    /// never occurs otherwise, so two names never meet).
    pub(crate) fn for_file(version: VersionNumber, path: &LogicalPath) -> Result<Self, VaultError> {
        Self::below(format!("{version}/{CONTENT}"), path)
    }

    /// The place of a file that `version` brings and that lies encrypted.
    pub(crate) fn for_encrypted(version: VersionNumber, path: &LogicalPath) -> Result<Self, VaultError> {
        Self::below(format!("{version}/{CONTENT}/{ENCRYPTED}"), path)
    }

    fn below(mut text: String, path: &LogicalPath) -> Result<Self, VaultError> {
        for part in path.parts() {
            text.push('/');
            push_ascii_part(&mut text, part);
        }
        LogicalPath::new(text).map(Self)
    }

    /// Whether the file lies encrypted.
    pub fn is_encrypted(&self) -> bool {
        let mut parts = self.as_str().split('/').skip(1);
        parts.next() == Some(CONTENT) && parts.next() == Some(ENCRYPTED)
    }

    /// The path as text, parts joined by `/`, such as `v1/content/a.txt`.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

fn push_ascii_part(text: &mut String, part: &str) {
    let start = text.len();
    for byte in part.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-') {
            text.push(char::from(byte));
        } else {
            text.push_str(&format!("%{byte:02X}"));
        }
    }
    if text.len() - start > PART_LIMIT {
        text.truncate(start + PART_KEPT);
        text.push('~');
        text.push_str(&Algorithm::Sha256.of(part.as_bytes())[..32]);
    }
}

impl Inventory {
    /// An inventory without versions; `head` is set by the first one.
    pub(crate) fn empty(id: ObjectId) -> Self {
        Self {
            id,
            inventory_type: INVENTORY_TYPE.to_owned(),
            digest_algorithm: Algorithm::Sha512.name().to_owned(),
            head: VersionNumber::FIRST,
            content_directory: None,
            manifest: BTreeMap::new(),
            versions: BTreeMap::new(),
            fixity: BTreeMap::new(),
        }
    }

    /// Reads the root inventory of an object and checks it against its sidecar. `Ok(None)`: there is none.
    ///
    /// # Errors
    /// [`VaultError::DigestMismatch`] where the sidecar says otherwise, [`VaultError::InventoryDamaged`] where
    /// it is no inventory of ours, [`VaultError::Disk`].
    pub(crate) fn read(folder: &Path) -> Result<Option<(Self, String)>, VaultError> {
        let path = folder.join(INVENTORY);
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(source) if source.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(VaultError::disk("read", &path, source)),
        };
        let damaged = |reason: String| VaultError::InventoryDamaged {
            path: path.clone(),
            reason,
        };
        let inventory: Self = serde_json::from_slice(&bytes).map_err(|error| damaged(error.to_string()))?;
        let algorithm = inventory
            .algorithm()
            .ok_or_else(|| damaged("its digest algorithm is unknown".into()))?;
        let sidecar = folder.join(format!("{INVENTORY}.{}", algorithm.name()));
        let recorded =
            fs::read_to_string(&sidecar).map_err(|source| VaultError::disk("read", &sidecar, source))?;
        let expected = recorded
            .split_ascii_whitespace()
            .next()
            .unwrap_or_default()
            .to_ascii_lowercase();
        let found = algorithm.of(&bytes);
        // Inventory and sidecar are replaced one after the other. Whoever looks in between, or after a crash there,
        // finds the right digest beside the version's own copy.
        if expected != found && !version_vouches(folder, &inventory, &sidecar_text(&found)) {
            return Err(VaultError::DigestMismatch {
                path,
                expected,
                found,
            });
        }
        if !inventory.versions.contains_key(&inventory.head) {
            return Err(damaged("its head is not among its versions".into()));
        }
        Ok(Some((inventory, found)))
    }

    /// Whether any file lies encrypted.
    pub fn has_encrypted(&self) -> bool {
        self.manifest.values().flatten().any(ContentPath::is_encrypted)
    }

    /// The algorithm of manifest and states.
    pub(crate) fn algorithm(&self) -> Option<Algorithm> {
        [Algorithm::Sha512, Algorithm::Sha256]
            .into_iter()
            .find(|known| known.name() == self.digest_algorithm)
    }

    /// The JSON as it is stored, without blanks: each object has two of them for each version. Those of the first
    /// release are indented; both are read.
    pub(crate) fn to_bytes(&self) -> Result<Vec<u8>, VaultError> {
        let mut bytes = serde_json::to_vec(self).map_err(|error| VaultError::InventoryDamaged {
            path: INVENTORY.into(),
            reason: error.to_string(),
        })?;
        bytes.push(b'\n');
        Ok(bytes)
    }
}

/// Whether the head version's own inventory has the digest in `text`.
fn version_vouches(folder: &Path, inventory: &Inventory, text: &str) -> bool {
    let sidecar = folder.join(inventory.head.to_string()).join(SIDECAR);
    fs::read_to_string(sidecar).is_ok_and(|recorded| recorded == text)
}

/// The text of a sidecar (OCFL 1.1, 3.5.5).
pub(crate) fn sidecar_text(digest: &str) -> String {
    format!("{digest} {INVENTORY}\n")
}
