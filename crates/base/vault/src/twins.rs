//! Inventories and their sidecars as they lie on disk, sound or not: which of the two has suffered?

use std::fs;
use std::path::{Path, PathBuf};

use crate::digest::Algorithm;
use crate::identifier::VersionNumber;
use crate::inventory::{Inventory, sidecar_text};
use crate::layout::{INVENTORY, SIDECAR};

/// An inventory file and its sidecar, as read.
pub(crate) struct InventoryFiles {
    pub(crate) folder: PathBuf,
    pub(crate) bytes: Option<Vec<u8>>,
    /// SHA-512 of the bytes.
    pub(crate) found: String,
    pub(crate) sidecar: Option<String>,
}

impl InventoryFiles {
    /// Reads both; what is not there stays empty.
    pub(crate) fn read(folder: &Path) -> Self {
        let bytes = fs::read(folder.join(INVENTORY)).ok();
        let found = bytes
            .as_deref()
            .map(|bytes| Algorithm::Sha512.of(bytes))
            .unwrap_or_default();
        let sidecar = fs::read(folder.join(SIDECAR))
            .ok()
            .map(|text| String::from_utf8_lossy(&text).into_owned());
        Self {
            folder: folder.to_path_buf(),
            bytes,
            found,
            sidecar,
        }
    }

    /// Whether the sidecar looks changed rather than the inventory.
    pub(crate) fn sidecar_has_suffered(&self) -> bool {
        let text = self.sidecar.as_deref().unwrap_or_default();
        !is_well_formed(text) || mostly_equal(text, &sidecar_text(&self.found))
    }

    pub(crate) fn is_sound(&self) -> bool {
        self.sidecar
            .as_deref()
            .is_some_and(|text| text == sidecar_text(&self.found))
    }

    /// The inventory, where its digest is right, or where only the sidecar has suffered.
    pub(crate) fn parsed(&self) -> Option<Inventory> {
        let right = sidecar_text(&self.found);
        let text = self.sidecar.as_deref()?;
        let trusted = text == right || mostly_equal(text, &right);
        serde_json::from_slice(self.bytes.as_deref()?)
            .ok()
            .filter(|_| trusted)
    }
}

/// The inventory of the newest version that has a sound one.
pub(crate) fn newest_version_inventory(folder: &Path) -> Option<Inventory> {
    let names = fs::read_dir(folder)
        .ok()?
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let mut versions: Vec<VersionNumber> = names.filter_map(|name| name.parse().ok()).collect();
    versions.sort();
    versions.into_iter().rev().find_map(|version| {
        let found = Inventory::read(&folder.join(version.to_string()));
        found.ok().flatten().map(|(inventory, _)| inventory)
    })
}

fn is_well_formed(sidecar: &str) -> bool {
    let digest = sidecar.strip_suffix(&format!(" {INVENTORY}\n"));
    digest.is_some_and(|digest| digest.len() == 128 && digest.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// A changed inventory has a wholly different digest; a sidecar with a flipped bit differs in a character or two.
fn mostly_equal(one: &str, other: &str) -> bool {
    let equal = one
        .bytes()
        .zip(other.bytes())
        .take(128)
        .filter(|(one, other)| one == other)
        .count();
    equal > 64
}
