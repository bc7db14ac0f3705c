//! Opens a bag: its declaration, its description and its manifests.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use encoding_rs::Encoding;

use super::declaration::{Declaration, Version};
use super::digest::Algorithm;
use super::fault::{BagError, BagFault, FaultKind};
use super::info::BagInfo;
use super::lines::Lines;
use super::manifest::{Expected, Lists, Manifests};
use super::path::{PAYLOAD, composed, decode, stays_inside};

const DECLARATION: &str = "bagit.txt";
const FETCH: &str = "fetch.txt";

/// A declaration has two short lines; more is not read.
const MAX_DECLARATION_BYTES: u64 = 64 * 1024;

/// A file that a bag leaves to be fetched (§2.2.3). We never fetch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetch {
    /// Where it would be fetched from.
    pub url: String,
    /// Its path in the bag.
    pub path: String,
}

/// A bag whose tag files were read. Nothing is known yet about its payload.
#[derive(Debug)]
pub struct Bag {
    pub(super) dir: PathBuf,
    pub(super) version: Version,
    pub(super) encoding: &'static Encoding,
    pub(super) info: BagInfo,
    pub(super) payload: Manifests,
    pub(super) tag_files: Manifests,
    pub(super) fetch: Vec<Fetch>,
    /// What was found while the tag files were read.
    pub(super) faults: Vec<BagFault>,
}

/// Opens the bag in `dir` and reads its tag files. Links are not followed.
///
/// # Errors
/// If it is no bag at all, by its `bagit.txt`; everything else that is wrong is among [`Bag::inspect`]'s faults.
pub fn read(dir: &Path) -> Result<Bag, BagError> {
    let path = dir.join(DECLARATION);
    let metadata = match fs::symlink_metadata(&path) {
        Ok(metadata) if metadata.is_file() => metadata,
        Ok(_) => {
            return Err(BagError::Declaration {
                what: "it is no file",
            });
        }
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
            ) =>
        {
            return Err(BagError::NotABag { path: dir.to_owned() });
        }
        Err(source) => return Err(BagError::io("read", &path, source)),
    };
    if metadata.len() > MAX_DECLARATION_BYTES {
        return Err(BagError::Declaration {
            what: "it is too long",
        });
    }
    let bytes = fs::read(&path).map_err(|source| BagError::io("read", &path, source))?;
    let Declaration { version, encoding } = Declaration::parse(&bytes)?;
    let mut bag = Bag {
        dir: dir.to_owned(),
        version,
        encoding,
        info: BagInfo::default(),
        payload: Manifests::default(),
        tag_files: Manifests::default(),
        fetch: Vec::new(),
        faults: Vec::new(),
    };
    bag.read_info();
    bag.read_manifests()?;
    bag.read_fetch();
    Ok(bag)
}

impl Bag {
    /// The bag's folder.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// The version of the standard that it follows.
    pub fn version(&self) -> Version {
        self.version
    }

    /// The encoding of its tag files.
    pub fn encoding(&self) -> &'static str {
        self.encoding.name()
    }

    /// What it says about itself.
    pub fn info(&self) -> &BagInfo {
        &self.info
    }

    /// The algorithms of its payload manifests.
    pub fn algorithms(&self) -> &[Algorithm] {
        &self.payload.algorithms
    }

    /// The files that it leaves to be fetched.
    pub fn fetch(&self) -> &[Fetch] {
        &self.fetch
    }

    /// The digests that the payload manifests state for `path`, such as `data/a.txt`; none if it is not listed.
    ///
    /// A name that the manifests spell in another Unicode normal form is found too.
    pub fn expected_digests(&self, path: &str) -> &[Expected] {
        let entries = &self.payload.entries;
        if let Some(expected) = entries.get(path) {
            return expected;
        }
        if path.is_ascii() {
            return &[];
        }
        let wanted = composed(path);
        let found = entries.get(&wanted).or_else(|| {
            entries
                .iter()
                .find(|(listed, _)| composed(listed) == wanted)
                .map(|(_, expected)| expected)
        });
        found.map_or(&[], Vec::as_slice)
    }

    fn read_info(&mut self) {
        let name = self.version.info_file();
        let Some(mut lines) = self.open(name) else { return };
        match BagInfo::read(&mut lines, name, &mut self.faults) {
            Ok(info) => self.info = info,
            Err(error) => self.unreadable(name, &error),
        }
    }

    fn read_manifests(&mut self) -> Result<(), BagError> {
        let failed = |source| BagError::io("read", &self.dir, source);
        let mut names = BTreeSet::new();
        for entry in fs::read_dir(&self.dir).map_err(failed)? {
            names.extend(entry.map_err(failed)?.file_name().into_string());
        }
        for name in names {
            let Some(stem) = name.strip_suffix(".txt") else {
                continue;
            };
            let (lists, algorithm) = if let Some(algorithm) = stem.strip_prefix("manifest-") {
                (Lists::Payload, algorithm)
            } else if let Some(algorithm) = stem.strip_prefix("tagmanifest-") {
                (Lists::TagFiles, algorithm)
            } else {
                continue;
            };
            let Some(algorithm) = Algorithm::from_name(algorithm) else {
                self.faults.push(BagFault::new(FaultKind::AlgorithmUnknown, name));
                continue;
            };
            let Some(mut lines) = self.open(&name) else {
                continue;
            };
            let manifests = match lists {
                Lists::Payload => &mut self.payload,
                Lists::TagFiles => &mut self.tag_files,
            };
            let done = manifests.read(
                &mut lines,
                &name,
                lists,
                algorithm,
                self.version,
                &mut self.faults,
            );
            if let Err(error) = done {
                self.unreadable(&name, &error);
            }
        }
        Ok(())
    }

    fn read_fetch(&mut self) {
        let Some(mut lines) = self.open(FETCH) else { return };
        loop {
            let line = match lines.next_line() {
                Ok(Some(line)) => line,
                Ok(None) => return,
                Err(error) => return self.unreadable(FETCH, &error),
            };
            let fault = |kind| BagFault::new(kind, FETCH).line(line.number);
            if !line.is_sound {
                self.faults.push(fault(FaultKind::Encoding));
                continue;
            }
            if line.text.trim().is_empty() {
                continue;
            }
            let mut parts = line.text.splitn(3, [' ', '\t']);
            let (Some(url), Some(length), Some(path)) = (parts.next(), parts.next(), parts.next()) else {
                self.faults
                    .push(fault(FaultKind::LineForm).found(line.text.clone()));
                continue;
            };
            let is_length = length == "-" || length.bytes().all(|digit| digit.is_ascii_digit());
            let path = decode(path.trim_start_matches([' ', '\t']), self.version);
            let path = path.strip_prefix("./").unwrap_or(&path);
            if !stays_inside(path) || !path.starts_with(PAYLOAD) {
                self.faults.push(fault(FaultKind::PathEscape).found(path));
            } else if !is_length || length.is_empty() {
                self.faults
                    .push(fault(FaultKind::LineForm).found(line.text.clone()));
            } else {
                self.fetch.push(Fetch {
                    url: url.to_owned(),
                    path: path.to_owned(),
                });
            }
        }
    }

    /// Opens a tag file of the bag's folder; one that is not there is no fault, a link is.
    fn open(&mut self, name: &str) -> Option<Lines<File>> {
        let path = self.dir.join(name);
        match fs::symlink_metadata(&path) {
            Ok(metadata) if metadata.is_file() => {}
            Ok(_) => {
                self.faults.push(BagFault::new(FaultKind::NotAFile, name));
                return None;
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => return None,
            Err(error) => {
                self.unreadable(name, &error);
                return None;
            }
        }
        match File::open(&path) {
            Ok(file) => Some(Lines::new(file, self.encoding)),
            Err(error) => {
                self.unreadable(name, &error);
                None
            }
        }
    }

    fn unreadable(&mut self, name: &str, error: &io::Error) {
        self.faults
            .push(BagFault::new(FaultKind::Unreadable, name).found(error.to_string()));
    }
}
