//! Where the folders of the records lie.

use super::digest_list::fingerprint;
use super::{TransferFault, TransferFaultKind};
use crate::package::{LogicalName, is_junk_name};
use crate::text::decode_file_name;
use std::collections::HashMap;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Folders in one another that a package may have.
const MOST_DEPTH: usize = 12;

/// A folder of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordFolder {
    /// Where it lies.
    pub path: PathBuf,
    /// Name inside the package.
    pub name: String,
}

#[derive(Debug, Clone, Copy)]
struct Place {
    parent: u32,
    is_seen: bool,
}

/// Folders of records by their names. Names are kept as fingerprints: a million of them need some ten megabytes.
#[derive(Debug, Clone, Default)]
pub struct FolderIndex {
    parents: Vec<(PathBuf, String)>,
    places: HashMap<u128, Place>,
    /// Folders whose name on disk is another spelling of their name.
    odd: HashMap<u128, PathBuf>,
    files: u64,
    bytes: u64,
}

struct Entry {
    name: String,
    os_name: OsString,
    path: PathBuf,
    is_folder: bool,
}

impl FolderIndex {
    /// Looks through the folder of a fonds, or through 电子档案; `fonds` is the number that codes begin with. Where the
    /// catalogue is one of files (案卷), `is_by_file`, folders in the folder of a code belong to it.
    pub fn add(
        &mut self,
        folder: &Path,
        name: &str,
        fonds: Option<&str>,
        is_by_file: bool,
        faults: &mut Vec<TransferFault>,
    ) {
        let mut waiting = vec![(folder.to_path_buf(), name.to_owned(), 1)];
        while let Some((path, name, depth)) = waiting.pop() {
            if depth > MOST_DEPTH {
                faults.push(TransferFault::new(TransferFaultKind::FolderTooDeep).file(name));
                continue;
            }
            let entries = match list(&path, &name, faults) {
                Ok(entries) => entries,
                Err(error) => {
                    faults.push(
                        TransferFault::new(TransferFaultKind::NameRefused)
                            .file(name)
                            .found(error.to_string()),
                    );
                    continue;
                }
            };
            let parent = self.parents.len();
            let mut parent_noted = false;
            let mut folders = Vec::new();
            for entry in entries {
                let below = format!("{name}/{}", entry.name);
                if !entry.is_folder {
                    faults.push(TransferFault::new(TransferFaultKind::ExtraFile).file(below));
                    continue;
                }
                if !is_record(&entry, fonds, is_by_file) {
                    folders.push((entry.path, below, depth + 1));
                    continue;
                }
                if !parent_noted {
                    self.parents.push((path.clone(), name.clone()));
                    parent_noted = true;
                }
                self.count(&entry.path);
                let key = fingerprint(&entry.name);
                let place = Place {
                    parent: u32::try_from(parent).unwrap_or(u32::MAX),
                    is_seen: false,
                };
                if self.places.contains_key(&key) {
                    faults.push(
                        TransferFault::new(TransferFaultKind::FolderTwice)
                            .file(below)
                            .record(entry.name),
                    );
                    continue;
                }
                self.places.insert(key, place);
                if entry.os_name.to_str() != Some(&entry.name) {
                    self.odd.insert(key, entry.path);
                }
            }
            // the last in comes out first: in order of their names
            waiting.extend(folders.into_iter().rev());
        }
    }

    /// The folder of a code; it counts as seen.
    pub fn take(&mut self, code: &str) -> Option<RecordFolder> {
        let key = fingerprint(code);
        let place = self.places.get_mut(&key)?;
        place.is_seen = true;
        let (parent, name) = self.parents.get(place.parent as usize)?;
        let path = self.odd.get(&key).cloned().unwrap_or_else(|| parent.join(code));
        Some(RecordFolder {
            path,
            name: format!("{name}/{code}"),
        })
    }

    /// How many folders there are.
    pub fn len(&self) -> u64 {
        self.places.len() as u64
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// Files and bytes in them, for showing progress.
    pub fn expected(&self) -> (u64, u64) {
        (self.files, self.bytes)
    }

    /// Names of the folders that nobody asked for, at most as many as wanted.
    pub fn unseen(&self, most: usize) -> Vec<String> {
        let mut unseen = Vec::new();
        if self.places.values().all(|place| place.is_seen) {
            return unseen;
        }
        for (path, name) in &self.parents {
            let mut ignored = Vec::new();
            for entry in list(path, name, &mut ignored).unwrap_or_default() {
                if unseen.len() >= most {
                    return unseen;
                }
                let place = self.places.get(&fingerprint(&entry.name));
                if entry.is_folder && place.is_some_and(|place| !place.is_seen) {
                    unseen.push(format!("{name}/{}", entry.name));
                }
            }
        }
        unseen
    }

    fn count(&mut self, folder: &Path) {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            self.files += 1;
            self.bytes += entry.metadata().map_or(0, |metadata| metadata.len());
        }
    }
}

/// Whether a folder is that of a record: it is named like a code of the fonds, or holds the metadata of its name.
fn is_record(entry: &Entry, fonds: Option<&str>, is_by_file: bool) -> bool {
    let holds = |ending: &str| entry.path.join(format!("{}.{ending}", entry.name)).exists();
    let is_code = fonds.is_some_and(|fonds| {
        let after = entry.name.strip_prefix(fonds);
        after.is_some_and(|after| after.starts_with('-'))
    });
    let holds_metadata = || ["xml", "XML", "eep", "EEP"].into_iter().any(holds);
    holds_metadata() || (is_code && (is_by_file || !holds_folders_only(&entry.path)))
}

fn holds_folders_only(folder: &Path) -> bool {
    let mut any = false;
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        any = true;
        if !entry.path().is_dir() {
            return false;
        }
    }
    any
}

/// What lies in a folder, in order; what is refused becomes a fault, and what systems leave behind too.
fn list(folder: &Path, name: &str, faults: &mut Vec<TransferFault>) -> io::Result<Vec<Entry>> {
    let mut entries = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let os_name = entry.file_name();
        let decoded = decode_file_name(os_name.as_encoded_bytes());
        let below = format!("{name}/{decoded}");
        let kind = entry.file_type()?;
        let refused = |found: String| {
            TransferFault::new(TransferFaultKind::NameRefused)
                .file(&below)
                .found(found)
        };
        if !kind.is_dir() && !kind.is_file() {
            faults.push(refused("a link or a device".to_owned()));
            continue;
        }
        if let Err(error) = LogicalName::new(&decoded) {
            faults.push(refused(error.to_string()));
            continue;
        }
        if kind.is_file() && is_junk_name(&decoded) {
            faults.push(TransferFault::new(TransferFaultKind::ExtraFile).file(below));
            continue;
        }
        entries.push(Entry {
            name: decoded,
            os_name,
            path: entry.path(),
            is_folder: kind.is_dir(),
        });
    }
    entries.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(entries)
}
