//! Moving a sealed batch into the storage root; every step may be repeated.

use std::fs::File;
use std::path::Path;

use crate::batch::{PlacedObject, SealedBatch, SealedEntry};
use crate::encrypted::key_file::{key_path, staged_key_path};
use crate::error::VaultError;
use crate::inventory::Inventory;
use crate::layout::{INVENTORY, SIDECAR, object_folder, object_key};
use crate::vault::Shared;

/// Places what is not placed yet, makes it durable, removes the batch.
pub(crate) fn place(batch: &SealedBatch) -> Result<Vec<PlacedObject>, VaultError> {
    let shared = &batch.shared;
    let handle =
        File::open(&shared.objects).map_err(|source| VaultError::disk("open", &shared.objects, source))?;
    let mut placed = Vec::with_capacity(batch.list.entries.len());
    for entry in &batch.list.entries {
        let folder = object_folder(&shared.objects, &object_key(&entry.id));
        let staged = entry.staged(&batch.folder);
        match entry.base {
            None => place_object(batch, entry, &staged, &folder)?,
            Some(base) => {
                if staged.join(entry.head.to_string()).exists() {
                    check_head(batch, entry, base, &folder)?;
                }
                place_version(batch, entry, &staged, &folder)?;
            }
        }
        placed.push(PlacedObject {
            id: entry.id.clone(),
            head: entry.head,
            folder,
        });
    }
    // Objects, their new parents and the emptied staging folders become durable together.
    shared
        .disk
        .sync_tree("place.sync_objects", &handle, &[&shared.objects, &shared.staging])?;
    shared.remove_batch(&batch.list.batch)?;
    batch.release_objects();
    Ok(placed)
}

fn place_object(
    batch: &SealedBatch,
    entry: &SealedEntry,
    staged: &Path,
    folder: &Path,
) -> Result<(), VaultError> {
    if !staged.exists() {
        return check_placed(batch, entry, folder);
    }
    if folder.exists() {
        return Err(VaultError::ObjectExists { id: entry.id.clone() });
    }
    if let Some(parent) = folder.parent() {
        batch.shared.disk.create_folders("place.parents", parent)?;
    }
    batch.shared.disk.rename("place.rename_object", staged, folder)
}

/// The new version comes first, then the key that opens it where it brings one, then the inventory that speaks of it,
/// then the inventory's digest.
fn place_version(
    batch: &SealedBatch,
    entry: &SealedEntry,
    staged: &Path,
    folder: &Path,
) -> Result<(), VaultError> {
    let version = entry.head.to_string();
    move_if_there(
        &batch.shared,
        "place.rename_version",
        &staged.join(&version),
        &folder.join(&version),
    )?;
    place_key(&batch.shared, staged, folder)?;
    move_if_there(
        &batch.shared,
        "place.rename_inventory",
        &staged.join(INVENTORY),
        &folder.join(INVENTORY),
    )?;
    move_if_there(
        &batch.shared,
        "place.rename_sidecar",
        &staged.join(SIDECAR),
        &folder.join(SIDECAR),
    )?;
    check_placed(batch, entry, folder)
}

/// The object's first encrypted version brings its key.
fn place_key(shared: &Shared, staged: &Path, folder: &Path) -> Result<(), VaultError> {
    let (from, to) = (staged_key_path(staged), key_path(folder));
    if from.exists()
        && let Some(parent) = to.parent()
    {
        shared.disk.create_folders("place.key_folder", parent)?;
        shared.disk.rename("place.rename_key", &from, &to)?;
    }
    Ok(())
}

fn move_if_there(shared: &Shared, name: &'static str, from: &Path, to: &Path) -> Result<(), VaultError> {
    if from.exists() {
        shared.disk.rename(name, from, to)
    } else {
        Ok(())
    }
}

fn check_head(
    batch: &SealedBatch,
    entry: &SealedEntry,
    base: crate::VersionNumber,
    folder: &Path,
) -> Result<(), VaultError> {
    match Inventory::read(folder)? {
        Some((inventory, _)) if inventory.head == base && !folder.join(entry.head.to_string()).exists() => {
            Ok(())
        }
        _ => Err(VaultError::HeadMoved {
            id: entry.id.clone(),
            batch: batch.list.batch.clone(),
            expected: base,
        }),
    }
}

/// What is not staged any more must be in the vault, as it was sealed or newer.
fn check_placed(batch: &SealedBatch, entry: &SealedEntry, folder: &Path) -> Result<(), VaultError> {
    let missing = || {
        batch
            .list
            .damaged(format!("object {} {} is nowhere", entry.id, entry.head))
    };
    let (inventory, digest) = Inventory::read(folder)?.ok_or_else(missing)?;
    if digest == entry.inventory_sha512 || inventory.versions.contains_key(&entry.head) {
        return Ok(());
    }
    Err(missing())
}
