//! Walking the storage root and comparing what is there.

use super::side_by_side::{Recorded, SIDE_BY_SIDE, sm3_by_path};
use super::{Digests, Problem, ProblemKind, Progress};
use crate::digest::Algorithm;
use crate::identifier::ObjectId;
use crate::layout::{INVENTORY, OBJECT_DECLARATION, OBJECT_DECLARATION_TEXT, ROOT_FILES, SIDECAR};
use crate::layout::{object_folder, object_key};
use crate::twins::{InventoryFiles, newest_version_inventory};
use lantai_domain::KeyKeeper;
use std::collections::{HashMap, HashSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// One walk through a storage root, and what it found.
pub(super) struct Check<'a> {
    pub(super) root: &'a Path,
    pub(super) keeper: Option<&'a Arc<dyn KeyKeeper>>,
    pub(super) digests: Digests,
    pub(super) progress: &'a dyn Progress,
    pub(super) files: AtomicU64,
    pub(super) bytes: AtomicU64,
    pub(super) problems: Mutex<Vec<Problem>>,
}

impl Check<'_> {
    pub(super) fn storage_root(&self) {
        for (name, text) in ROOT_FILES {
            self.fixed_file(&self.root.join(name), text, None);
        }
        let expected: HashSet<PathBuf> = ROOT_FILES.iter().map(|(name, _)| self.root.join(name)).collect();
        let mut walk = walkdir::WalkDir::new(self.root).min_depth(1).into_iter();
        // An object's folder is handed on whole; anything else outside the hierarchy is additional.
        let objects = std::iter::from_fn(|| {
            loop {
                let entry = match walk.next()? {
                    Ok(entry) => entry,
                    Err(error) => {
                        let path = error.path().unwrap_or(self.root).to_path_buf();
                        self.report(
                            ProblemKind::Unreadable,
                            &path,
                            None,
                            None,
                            Some(error.to_string()),
                        );
                        continue;
                    }
                };
                let in_extensions = entry.path().starts_with(self.root.join("extensions"));
                if entry.file_type().is_dir() && entry.depth() == 4 && !in_extensions {
                    walk.skip_current_dir();
                    return Some(entry.into_path());
                }
                if !entry.file_type().is_dir() && !expected.contains(entry.path()) {
                    self.extra(entry.path(), None);
                }
            }
        });
        // Each thread takes the next folder when it is free, so folders never pile up.
        let objects = Mutex::new(objects);
        rayon::scope(|scope| {
            for _ in 0..rayon::current_num_threads() {
                scope.spawn(|_| {
                    let mut waiting = Vec::new();
                    loop {
                        let next = objects.lock().unwrap_or_else(PoisonError::into_inner).next();
                        let Some(folder) = next else { break };
                        self.object(&folder, &mut waiting);
                        // few objects have eight files: those of several are read side by side
                        if waiting.len() >= SIDE_BY_SIDE {
                            self.read_waiting(&mut waiting);
                        }
                    }
                    self.read_waiting(&mut waiting);
                });
            }
        });
    }

    fn object(&self, folder: &Path, waiting: &mut Vec<Recorded>) {
        let root = InventoryFiles::read(folder);
        let sound_root = root.parsed();
        // A damaged root inventory has a twin in the head version; with it the content can still be checked.
        let (inventory, id) = match sound_root.or_else(|| newest_version_inventory(folder)) {
            Some(inventory) => {
                let id = inventory.id.to_string();
                (inventory, id)
            }
            None => {
                self.inventory(&root, None, None);
                self.unverifiable(folder);
                return;
            }
        };
        let id = Some(id.as_str());
        self.object_place(folder, &inventory.id);
        self.fixed_file(&folder.join(OBJECT_DECLARATION), OBJECT_DECLARATION_TEXT, id);
        let head_folder = folder.join(inventory.head.to_string());
        let head = InventoryFiles::read(&head_folder);
        self.inventory(&root, Some(&head), id);
        self.inventory(&head, Some(&root), id);
        let mut known: HashSet<PathBuf> = [OBJECT_DECLARATION, INVENTORY, SIDECAR]
            .iter()
            .map(|name| folder.join(name))
            .collect();
        for version in inventory.versions.keys() {
            let version_folder = folder.join(version.to_string());
            known.extend([version_folder.join(INVENTORY), version_folder.join(SIDECAR)]);
            if *version != inventory.head {
                self.inventory(&InventoryFiles::read(&version_folder), None, id);
            }
        }
        let algorithm = inventory.algorithm().unwrap_or(Algorithm::Sha512);
        let manifest = inventory
            .manifest
            .iter()
            .flat_map(|(digest, paths)| paths.iter().map(move |path| (digest, path)));
        known.extend(manifest.clone().map(|(_, path)| folder.join(path.as_str())));
        if inventory.has_encrypted() {
            known.extend(self.encrypted(folder, &inventory));
        }
        let sm3 = match self.digests {
            Digests::Content => HashMap::new(),
            Digests::ContentAndSm3 => sm3_by_path(&inventory),
        };
        waiting.extend(manifest.map(|(digest, path)| Recorded {
            algorithm,
            digest: digest.clone(),
            sm3: sm3.get(path).map(|digest| (*digest).clone()),
            path: folder.join(path.as_str()),
            object: inventory.id.clone(),
        }));
        for entry in walkdir::WalkDir::new(folder).into_iter().filter_map(Result::ok) {
            let is_folder = entry.file_type().is_dir();
            if !is_folder && !known.contains(entry.path()) {
                self.extra(entry.path(), id);
            } else if is_folder
                && is_empty(entry.path())
                && !known.iter().any(|file| file.starts_with(entry.path()))
            {
                self.report(
                    ProblemKind::Extra,
                    entry.path(),
                    id,
                    None,
                    Some("an empty folder".to_owned()),
                );
            }
        }
    }

    fn object_place(&self, folder: &Path, id: &ObjectId) {
        let place = object_folder(self.root, &object_key(id));
        if place != folder {
            let expected = Some(self.relative(&place));
            self.report(
                ProblemKind::Misplaced,
                folder,
                Some(id.as_str()),
                expected,
                Some(self.relative(folder)),
            );
        }
    }

    /// Without an inventory nothing can be compared, but which files are there can still be said.
    fn unverifiable(&self, folder: &Path) {
        for entry in walkdir::WalkDir::new(folder).into_iter().filter_map(Result::ok) {
            if !entry.file_type().is_dir() {
                self.count(entry.metadata().map_or(0, |metadata| metadata.len()));
            }
        }
    }

    /// An inventory against its sidecar. Where they differ, `twin` (the same inventory in another place) or the
    /// look of the sidecar tells which of the two has changed.
    fn inventory(&self, files: &InventoryFiles, twin: Option<&InventoryFiles>, id: Option<&str>) {
        let (inventory, sidecar) = (files.folder.join(INVENTORY), files.folder.join(SIDECAR));
        for (there, path) in [
            (files.bytes.is_some(), &inventory),
            (files.sidecar.is_some(), &sidecar),
        ] {
            if !there {
                self.report(ProblemKind::Missing, path, id, None, None);
            }
        }
        let (Some(bytes), Some(text)) = (&files.bytes, &files.sidecar) else {
            return;
        };
        self.count(bytes.len() as u64);
        self.count(text.len() as u64);
        let right = crate::inventory::sidecar_text(&files.found);
        if *text != right {
            let twin_agrees = twin.is_some_and(|twin| twin.sidecar.as_deref() == Some(right.as_str()));
            if twin_agrees || files.sidecar_has_suffered() {
                self.report(
                    ProblemKind::Altered,
                    &sidecar,
                    id,
                    Some(right),
                    Some(text.clone()),
                );
            } else {
                let expected = text.split_whitespace().next().map(str::to_owned);
                self.report(
                    ProblemKind::Altered,
                    &inventory,
                    id,
                    expected,
                    Some(files.found.clone()),
                );
            }
        } else if twin.is_some_and(|twin| twin.is_sound() && twin.found != files.found) {
            // Both hold together in themselves but they are not one: the root is to be the head's.
            let expected = twin.map(|twin| twin.found.clone());
            self.report(
                ProblemKind::Altered,
                &inventory,
                id,
                expected,
                Some(files.found.clone()),
            );
        }
    }

    pub(super) fn compare(
        &self,
        expected: &str,
        path: &Path,
        measured: io::Result<(String, u64)>,
        id: Option<&str>,
    ) {
        let is_file = fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_file());
        match measured {
            Ok((found, size)) => {
                self.count(size);
                if !is_file || !found.eq_ignore_ascii_case(expected) {
                    let expected = Some(expected.to_owned());
                    self.report(ProblemKind::Altered, path, id, expected, Some(found));
                }
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                self.report(ProblemKind::Missing, path, id, Some(expected.to_owned()), None);
            }
            Err(error) => {
                let expected = Some(expected.to_owned());
                self.report(
                    ProblemKind::Unreadable,
                    path,
                    id,
                    expected,
                    Some(error.to_string()),
                );
            }
        }
    }

    fn fixed_file(&self, path: &Path, text: &str, id: Option<&str>) {
        match fs::read(path) {
            Ok(found) => {
                self.count(found.len() as u64);
                if found != text.as_bytes() {
                    let found = String::from_utf8_lossy(&found).into_owned();
                    self.report(ProblemKind::Altered, path, id, Some(text.to_owned()), Some(found));
                }
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                self.report(ProblemKind::Missing, path, id, Some(text.to_owned()), None);
            }
            Err(error) => self.report(ProblemKind::Unreadable, path, id, None, Some(error.to_string())),
        }
    }

    fn extra(&self, path: &Path, id: Option<&str>) {
        self.count(fs::symlink_metadata(path).map_or(0, |metadata| metadata.len()));
        self.report(ProblemKind::Extra, path, id, None, None);
    }

    pub(super) fn count(&self, bytes: u64) {
        self.files.fetch_add(1, Ordering::Relaxed);
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
        self.progress.step(bytes);
    }

    fn relative(&self, path: &Path) -> String {
        path.strip_prefix(self.root)
            .unwrap_or(path)
            .to_string_lossy()
            .into_owned()
    }

    pub(super) fn report(
        &self,
        kind: ProblemKind,
        path: &Path,
        id: Option<&str>,
        expected: Option<String>,
        found: Option<String>,
    ) {
        let problem = Problem {
            kind,
            path: self.relative(path),
            object: id.map(str::to_owned),
            expected,
            found,
        };
        self.problems
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(problem);
    }
}

/// No folder of ours is empty: a version that brings no content still has its inventory.
fn is_empty(folder: &Path) -> bool {
    fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_none())
}
