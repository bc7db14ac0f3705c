//! Compares what a bag lists with what lies in it, without reading the payload.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use super::digest::{Algorithm, Hasher};
use super::fault::{BagError, BagFault, FaultKind};
use super::manifest::Expected;
use super::path::{composed, folded, is_system_file};
use super::read::Bag;
use super::validate::hash_file;

const PAYLOAD_FOLDER: &str = "data";

/// A file of the payload, with the digests that the manifests state for it.
#[derive(Debug, Clone)]
pub struct PayloadFile {
    /// Its path in the bag as it is spelt on the disk, such as `data/照片/0001.jpg`.
    pub path: String,
    /// Where it lies.
    pub location: PathBuf,
    /// Its size in bytes when it was seen.
    pub bytes: u64,
    /// The digests stated for it, one for each algorithm; none if it is listed nowhere.
    pub expected: Vec<Expected>,
}

impl PayloadFile {
    /// The algorithms that it takes to check this file.
    pub fn algorithms(&self) -> impl Iterator<Item = Algorithm> {
        self.expected.iter().map(|expected| expected.algorithm)
    }

    /// Compares digests that were measured, in hexadecimal digits of any case, with the stated ones. Algorithms that
    /// only one side has are left aside.
    pub fn compare(&self, measured: &[(Algorithm, String)]) -> Vec<BagFault> {
        compare(&self.path, &self.expected, measured)
    }
}

/// What an inspection found.
#[derive(Debug)]
pub struct Inspection {
    /// Everything that is wrong or remarkable, in the order of files.
    pub faults: Vec<BagFault>,
    /// The files of the payload, by path.
    pub files: Vec<PayloadFile>,
}

impl Inspection {
    /// Whether nothing but warnings was found.
    pub fn is_acceptable(&self) -> bool {
        self.faults.iter().all(BagFault::is_warning)
    }
}

impl Bag {
    /// Lists the payload, compares it with the manifests and `Payload-Oxum`, and checks the digests of the tag files.
    ///
    /// # Errors
    /// Only if the bag's folder itself cannot be read.
    pub fn inspect(&self) -> Result<Inspection, BagError> {
        let mut faults = self.faults.clone();
        if self.payload.algorithms.is_empty() {
            faults.push(BagFault::new(FaultKind::ManifestMissing, "manifest-sha512.txt"));
        }
        let mut files = self.walk(&mut faults)?;
        let tolerated = self.match_entries(&mut files, &mut faults);
        self.check_listing(&files, &mut faults);
        self.check_oxum(&files, tolerated, &mut faults);
        self.check_tag_files(&mut faults);
        Ok(Inspection { faults, files })
    }

    /// Lists the payload folder in the order of paths; links and devices are faults and not followed.
    fn walk(&self, faults: &mut Vec<BagFault>) -> Result<Vec<PayloadFile>, BagError> {
        let root = self.dir.join(PAYLOAD_FOLDER);
        match fs::symlink_metadata(&root) {
            Ok(metadata) if metadata.is_dir() => {}
            Ok(_) => {
                faults.push(BagFault::new(FaultKind::NotAFile, PAYLOAD_FOLDER));
                return Ok(Vec::new());
            }
            Err(_) => {
                faults.push(BagFault::new(FaultKind::PayloadFolderMissing, PAYLOAD_FOLDER));
                return Ok(Vec::new());
            }
        }
        let mut files = Vec::new();
        let mut folders = vec![(root, PAYLOAD_FOLDER.to_owned())];
        while let Some((folder, prefix)) = folders.pop() {
            let listing = match fs::read_dir(&folder) {
                Ok(listing) => listing,
                Err(error) => {
                    faults.push(BagFault::new(FaultKind::Unreadable, prefix).found(error.to_string()));
                    continue;
                }
            };
            for entry in listing {
                let entry = entry.map_err(|source| BagError::io("read", &folder, source))?;
                let name = self.name(&entry.file_name(), &prefix, faults);
                let path = format!("{prefix}/{name}");
                match entry.metadata() {
                    Ok(metadata) if metadata.is_dir() => folders.push((entry.path(), path)),
                    Ok(metadata) if metadata.is_file() => {
                        let (location, bytes) = (entry.path(), metadata.len());
                        files.push(PayloadFile {
                            path,
                            location,
                            bytes,
                            expected: Vec::new(),
                        });
                    }
                    Ok(_) => faults.push(BagFault::new(FaultKind::NotAFile, path)),
                    Err(error) => {
                        faults.push(BagFault::new(FaultKind::Unreadable, path).found(error.to_string()));
                    }
                }
            }
        }
        files.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(files)
    }

    /// A name from the disk: UTF-8, or bytes in the bag's encoding, as old systems here leave them in GB 18030.
    fn name(&self, name: &OsStr, prefix: &str, faults: &mut Vec<BagFault>) -> String {
        if let Some(name) = name.to_str() {
            return name.to_owned();
        }
        let decoded = self
            .encoding
            .decode_without_bom_handling_and_without_replacement(name.as_bytes());
        if let Some(name) = decoded {
            return name.into_owned();
        }
        let name = name.to_string_lossy().into_owned();
        faults.push(BagFault::new(FaultKind::NameEncoding, format!("{prefix}/{name}")));
        name
    }

    /// Gives each file the digests stated for it and names the entries that have no file. Returns how many missing
    /// files are tolerated.
    fn match_entries(&self, files: &mut [PayloadFile], faults: &mut Vec<BagFault>) -> u64 {
        let by_path: HashMap<String, usize> = files
            .iter()
            .enumerate()
            .map(|(at, file)| (file.path.clone(), at))
            .collect();
        let index = |key: fn(&str) -> String| -> HashMap<String, usize> {
            files
                .iter()
                .enumerate()
                .map(|(at, file)| (key(&file.path), at))
                .collect()
        };
        let has_other_spellings = self
            .payload
            .entries
            .keys()
            .any(|path| !by_path.contains_key(path));
        let (by_composed, by_folded) = if has_other_spellings {
            (index(composed), index(folded))
        } else {
            Default::default()
        };
        let awaited: BTreeSet<&str> = self.fetch.iter().map(|fetch| fetch.path.as_str()).collect();
        let mut not_fetched: BTreeSet<&str> = awaited
            .iter()
            .copied()
            .filter(|path| !by_path.contains_key(*path))
            .collect();

        let mut tolerated = 0;
        let mut matched: Vec<(usize, &str, &[Expected], Option<FaultKind>)> = Vec::new();
        for (path, expected) in &self.payload.entries {
            let literal = || {
                self.payload
                    .literals
                    .get(path)
                    .and_then(|literal| by_path.get(literal))
            };
            let found = if let Some(at) = by_path.get(path) {
                Some((
                    *at,
                    (self.version.is_final() && self.is_bare_percent(path)).then_some(FaultKind::PercentSign),
                ))
            } else if let Some(at) = by_composed.get(&composed(path)) {
                Some((*at, Some(FaultKind::NameNormalization)))
            } else if let Some(at) = literal() {
                Some((*at, Some(FaultKind::PercentSign)))
            } else {
                by_folded
                    .get(&folded(path))
                    .filter(|at| self.states_alike(&files[**at].path, expected))
                    .map(|at| (*at, Some(FaultKind::NameCase)))
            };
            if let Some((at, remark)) = found {
                not_fetched.remove(path.as_str());
                matched.push((at, path, expected, remark));
            } else if awaited.contains(path.as_str()) {
                // reported below, for all that is awaited
            } else if is_system_file(path) {
                tolerated += 1;
                faults.push(BagFault::new(FaultKind::SystemFileMissing, path));
            } else {
                faults.push(BagFault::new(FaultKind::Missing, path));
            }
        }
        for (at, path, expected, remark) in matched {
            if let Some(kind) = remark {
                faults.push(BagFault::new(kind, path).found(files[at].path.clone()));
            }
            for stated in expected {
                let known = files[at]
                    .expected
                    .iter()
                    .find(|known| known.algorithm == stated.algorithm);
                match known {
                    None => files[at].expected.push(stated.clone()),
                    Some(known) if known == stated => {}
                    Some(known) => {
                        let fault = BagFault::new(FaultKind::ListedTwice, path).algorithm(stated.algorithm);
                        faults.push(fault.expected(known.digest()).found(stated.digest()));
                    }
                }
            }
        }
        for path in &not_fetched {
            faults.push(BagFault::new(FaultKind::NotFetched, *path));
        }
        if !awaited.is_empty() && not_fetched.is_empty() {
            faults.push(BagFault::new(FaultKind::FetchListed, "fetch.txt"));
        }
        tolerated
    }

    /// Whether a path was written with a percent sign that version 1.0 would have encoded.
    fn is_bare_percent(&self, path: &str) -> bool {
        let encoded_signs = self
            .payload
            .literals
            .get(path)
            .map_or(0, |literal| literal.matches("%25").count());
        path.matches('%').count() > encoded_signs
    }

    /// Whether the manifests state the same digests for `path` as for an entry with a similar name.
    fn states_alike(&self, path: &str, expected: &[Expected]) -> bool {
        self.payload
            .entries
            .get(path)
            .is_some_and(|stated| stated == expected)
    }

    /// Names files that are in no manifest, or, since version 1.0, not in every one.
    fn check_listing(&self, files: &[PayloadFile], faults: &mut Vec<BagFault>) {
        for file in files {
            if file.expected.is_empty() {
                faults.push(BagFault::new(FaultKind::Extra, file.path.clone()));
                continue;
            }
            for algorithm in &self.payload.algorithms {
                if self.version.is_final() && !file.algorithms().any(|listed| listed == *algorithm) {
                    let fault = BagFault::new(FaultKind::NotInEveryManifest, file.path.clone());
                    faults.push(fault.algorithm(*algorithm));
                }
            }
        }
    }

    fn check_oxum(&self, files: &[PayloadFile], tolerated: u64, faults: &mut Vec<BagFault>) {
        let name = self.version.info_file();
        let (bytes, count) = match self.info.oxum() {
            None => return,
            Some(Ok(numbers)) => numbers,
            Some(Err(text)) => {
                faults.push(BagFault::new(FaultKind::OxumForm, name).found(text));
                return;
            }
        };
        let (found_bytes, found_count) = files.iter().fold((0u64, 0u64), |(bytes, count), file| {
            (bytes.saturating_add(file.bytes), count + 1)
        });
        // System files that are missing were counted when the bag was made, whatever they had in them.
        let is_right = if tolerated == 0 {
            (bytes, count) == (found_bytes, found_count)
        } else {
            bytes >= found_bytes && (found_count..=found_count + tolerated).contains(&count)
        };
        if !is_right {
            let fault = BagFault::new(FaultKind::OxumMismatch, name).expected(format!("{bytes}.{count}"));
            faults.push(fault.found(format!("{found_bytes}.{found_count}")));
        }
    }

    fn check_tag_files(&self, faults: &mut Vec<BagFault>) {
        let mut folders: BTreeMap<PathBuf, bool> = BTreeMap::new();
        for (path, expected) in &self.tag_files.entries {
            let location = match self.locate(path, &mut folders) {
                Ok(location) => location,
                Err(kind) => {
                    faults.push(BagFault::new(kind, path));
                    continue;
                }
            };
            let hashers = expected
                .iter()
                .map(|expected| (expected.algorithm, Hasher::new(expected.algorithm)));
            match hash_file(&location, hashers.collect(), &|_| {}) {
                Ok(measured) => faults.extend(compare(path, expected, &measured)),
                Err(error) => {
                    faults.push(BagFault::new(FaultKind::Unreadable, path).found(error.to_string()));
                }
            }
        }
    }

    /// The place of a tag file, if it is a file and no part of its path is a link.
    fn locate(&self, path: &str, folders: &mut BTreeMap<PathBuf, bool>) -> Result<PathBuf, FaultKind> {
        let mut location = self.dir.clone();
        let (parents, name) = path.rsplit_once('/').unwrap_or(("", path));
        for part in parents.split('/').filter(|part| !part.is_empty()) {
            location.push(part);
            let is_folder = folders
                .entry(location.clone())
                .or_insert_with(|| fs::symlink_metadata(&location).is_ok_and(|metadata| metadata.is_dir()));
            if !*is_folder {
                return Err(if location.exists() {
                    FaultKind::NotAFile
                } else {
                    FaultKind::Missing
                });
            }
        }
        location.push(name);
        file_at(&location).map(|()| location)
    }
}

fn file_at(path: &Path) -> Result<(), FaultKind> {
    match fs::symlink_metadata(path) {
        Ok(metadata) if metadata.is_file() => Ok(()),
        Ok(_) => Err(FaultKind::NotAFile),
        Err(_) => Err(FaultKind::Missing),
    }
}

fn compare(path: &str, expected: &[Expected], measured: &[(Algorithm, String)]) -> Vec<BagFault> {
    let mut faults = Vec::new();
    for stated in expected {
        let found = measured
            .iter()
            .find(|(algorithm, _)| *algorithm == stated.algorithm);
        if let Some((_, digest)) = found
            && !digest.eq_ignore_ascii_case(&stated.digest())
        {
            let fault = BagFault::new(FaultKind::DigestMismatch, path).algorithm(stated.algorithm);
            faults.push(fault.expected(stated.digest()).found(digest.clone()));
        }
    }
    faults
}
