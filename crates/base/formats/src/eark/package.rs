//! An E-ARK package on the disk: its METS files, and its files with what METS says of them.

mod disk;
mod file_list;

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use super::fault::{EarkError, EarkFault, FaultKind, Level, Report};
use super::mets::{Common, FileFormat, Link, Mets};
use super::rules;
use crate::bagit::{Algorithm, Hasher};
use crate::package::{FileClass, LogicalName, walk};
use disk::{folders_below, has_exact_name, hash, read_mets_file};
pub(super) use file_list::FileList;
use file_list::Stated;

/// Name of the file that describes a package or a representation.
pub(super) const METS: &str = "METS.xml";
/// Folder of the representations.
pub(super) const REPRESENTATIONS: &str = "representations";

/// A package whose METS files were read; its files are not looked into yet.
#[derive(Debug)]
pub struct Package {
    root: PathBuf,
    name: String,
    mets: Mets,
    representations: Vec<Representation>,
    unread: Vec<EarkFault>,
}

/// A representation: one rendering of the content.
#[derive(Debug)]
pub struct Representation {
    /// Name of its folder.
    pub name: String,
    /// Its METS; `None` where it has none that can be read.
    pub mets: Option<Mets>,
}

impl Representation {
    /// Its folder, relative to the package.
    pub fn folder(&self) -> String {
        format!("{REPRESENTATIONS}/{}", self.name)
    }
}

/// Which part of a package a file belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// Content, of the representation with this name; empty where there are no representations.
    Content(String),
    /// Everything else: metadata, documentation, schemas, METS files, and what a sender adds.
    Paper,
}

/// A checksum that METS states for a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatedDigest {
    /// The algorithm; `None` where it is one that we cannot compute.
    pub algorithm: Option<Algorithm>,
    /// As stated.
    pub value: Box<str>,
    /// The requirement that it fulfils.
    pub requirement: &'static str,
    /// The METS file that states it.
    pub stated_in: Common,
}

/// A file of a package.
#[derive(Debug, Clone)]
pub struct PackageFile {
    /// Its name inside the package.
    pub name: String,
    /// The name's bytes, where they are not UTF-8.
    pub name_bytes: Option<Vec<u8>>,
    /// Where it lies.
    pub path: PathBuf,
    /// Its size in bytes when it was seen.
    pub bytes: u64,
    /// Which part it belongs to.
    pub part: Part,
    /// Whether it is content of the sender, or something that a system left behind.
    pub class: FileClass,
    /// Checksums that METS states; none if no METS names it.
    pub digests: Vec<StatedDigest>,
    /// `@SIZE`, the first that is stated.
    pub stated_size: Option<u64>,
    /// `@MIMETYPE`, the first that is stated.
    pub media_type: Common,
    /// `@CREATED`, the first that is stated.
    pub created: Common,
    /// `@MDTYPE`, where it is metadata.
    pub metadata_type: Common,
    /// Format by the SIP extension.
    pub format: Option<Box<FileFormat>>,
    /// Identifiers of METS that name the file or its description.
    pub ids: Vec<Box<str>>,
    /// Whether a METS names it.
    pub is_listed: bool,
}

/// What an inspection found.
#[derive(Debug)]
pub struct Inspection {
    /// Everything that is wrong or remarkable.
    pub report: Report,
    /// The files of the package, by name.
    pub files: Vec<PackageFile>,
}

/// Whether a folder is an E-ARK package: it has a file of exactly the name `METS.xml` (CSIPSTR4).
pub fn is_package(root: &Path) -> bool {
    has_exact_name(root, METS)
}

/// Reads the METS files of a package.
///
/// # Errors
/// [`EarkError::NoMets`] where the folder has none; the others where its root METS cannot be read. A representation
/// whose METS cannot be read is a fault of the package, told by [`Package::inspect`].
pub fn read(root: &Path) -> Result<Package, EarkError> {
    if !is_package(root) {
        return Err(EarkError::NoMets {
            path: root.to_owned(),
        });
    }
    let mets = read_mets_file(root, METS)?;
    let mut unread = Vec::new();
    let mut representations = Vec::new();
    for name in folders_below(&root.join(REPRESENTATIONS))? {
        let file = format!("{REPRESENTATIONS}/{name}/{METS}");
        let mets = if root.join(&file).is_file() {
            match read_mets_file(root, &file) {
                Ok(mets) => Some(mets),
                Err(error @ EarkError::Io { .. }) => return Err(error),
                Err(error) => {
                    unread.push(
                        EarkFault::new("CSIPSTR12", Level::Must, FaultKind::Xml, error.to_string())
                            .at(file, ""),
                    );
                    None
                }
            }
        } else {
            None
        };
        representations.push(Representation { name, mets });
    }
    let name = root
        .canonicalize()
        .unwrap_or_else(|_| root.to_owned())
        .file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default();
    Ok(Package {
        root: root.to_owned(),
        name,
        mets,
        representations,
        unread,
    })
}

/// Reads, inspects, and compares every checksum. `latest` is the last day (`YYYY-MM-DD`) that dates of the package
/// may have; `None` does not compare them with today.
///
/// # Errors
/// Only if the disk fails at the package's own folder or at METS.
pub fn validate(root: &Path, latest: Option<&str>) -> Result<Report, EarkError> {
    let package = match read(root) {
        Ok(package) => package,
        Err(error @ EarkError::Io { .. }) => return Err(error),
        Err(error) => {
            let mut report = Report::default();
            report.add(fault_of(&error));
            return Ok(report);
        }
    };
    let Inspection { mut report, files } = package.inspect(latest)?;
    for file in &files {
        for fault in file.measure() {
            report.add(fault);
        }
    }
    Ok(report)
}

/// The fault that an unreadable package comes to.
pub fn fault_of(error: &EarkError) -> EarkFault {
    let kind = match error {
        EarkError::NoMets { .. } => FaultKind::Structure,
        _ => FaultKind::Xml,
    };
    EarkFault::new("CSIPSTR4", Level::Must, kind, error.to_string()).at(METS, "")
}

impl Package {
    /// The folder's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The METS of the package.
    pub fn mets(&self) -> &Mets {
        &self.mets
    }

    /// Its representations, by name.
    pub fn representations(&self) -> &[Representation] {
        &self.representations
    }

    /// Judges structure and METS, lists the files and gives each what METS says of it; no content is read.
    ///
    /// # Errors
    /// Only if the package's folder cannot be read.
    pub fn inspect(&self, latest: Option<&str>) -> Result<Inspection, EarkError> {
        let mut report = Report::default();
        for fault in &self.unread {
            report.add(fault.clone());
        }
        let mut files = self.list(&mut report);
        rules::folders(self, &files, &mut report);
        let root = rules::Scope::root(self, &files, latest);
        rules::mets(&root, &mut report);
        for representation in &self.representations {
            if let Some(mets) = &representation.mets {
                let scope = rules::Scope::representation(self, representation, mets, &files, latest);
                rules::mets(&scope, &mut report);
            }
        }
        let mut stated = Vec::new();
        self.gather("", METS, &self.mets, &mut stated);
        for representation in &self.representations {
            if let Some(mets) = &representation.mets {
                let folder = representation.folder();
                let file = format!("{folder}/{METS}");
                self.gather(&folder, &file, mets, &mut stated);
            }
        }
        files.attach(stated, &mut report);
        let mut files = files.files;
        for file in &files {
            let is_content = matches!(file.part, Part::Content(_)) && file.class == FileClass::Content;
            if is_content && !file.is_listed {
                report.add(
                    EarkFault::new(
                        "CSIP58",
                        Level::Should,
                        FaultKind::Unlisted,
                        "a file of the content that no METS names",
                    )
                    .at(file.name.clone(), ""),
                );
            }
        }
        files.shrink_to_fit();
        Ok(Inspection { report, files })
    }

    fn list(&self, report: &mut Report) -> FileList {
        let mut files = Vec::new();
        for found in walk(&self.root) {
            match found {
                Ok(file) => {
                    let name = file.relative.into_string();
                    files.push(PackageFile {
                        part: part_of(&name),
                        name,
                        name_bytes: file.original_name_bytes,
                        path: file.path,
                        bytes: file.size,
                        class: file.class,
                        digests: Vec::new(),
                        stated_size: None,
                        media_type: None,
                        created: None,
                        metadata_type: None,
                        format: None,
                        ids: Vec::new(),
                        is_listed: false,
                    });
                }
                Err(error) => report.add(EarkFault::new(
                    "CSIPSTR1",
                    Level::Must,
                    FaultKind::Structure,
                    error.to_string(),
                )),
            }
        }
        files.sort_by(|a, b| a.name.cmp(&b.name));
        FileList::new(files)
    }

    /// What a METS file says of files, with the rules that each statement stands under.
    fn gather<'a>(&self, folder: &str, file: &str, mets: &'a Mets, stated: &mut Vec<Stated<'a>>) {
        let source: Common = Some(file.into());
        let mut put = |link: &'a Link, id, format, rules| {
            stated.push(Stated {
                folder: folder.to_owned(),
                source: source.clone(),
                link,
                id,
                format,
                rules,
            });
        };
        let sections = mets
            .descriptive
            .iter()
            .map(|section| (section, &rules::DESCRIPTIVE));
        let provenance = mets
            .administrative
            .iter()
            .flat_map(|all| &all.provenance)
            .map(|section| (section, &rules::PROVENANCE));
        let rights = mets
            .administrative
            .iter()
            .flat_map(|all| all.rights.iter().chain(&all.other))
            .map(|section| (section, &rules::RIGHTS));
        for (section, rules) in sections.chain(provenance).chain(rights) {
            if let Some(link) = &section.reference {
                put(link, section.id.as_deref(), None, rules);
            }
        }
        for group in mets.groups() {
            for file in &group.files {
                put(
                    &file.link,
                    file.id.as_deref(),
                    file.format.as_deref(),
                    &rules::FILE,
                );
            }
        }
    }
}

impl PackageFile {
    /// Reads the file once and compares every checksum that can be computed.
    pub fn measure(&self) -> Vec<EarkFault> {
        let mut wanted: BTreeMap<Algorithm, Hasher> = BTreeMap::new();
        for digest in &self.digests {
            if let Some(algorithm) = digest.algorithm {
                wanted.entry(algorithm).or_insert_with(|| Hasher::new(algorithm));
            }
        }
        if wanted.is_empty() {
            return Vec::new();
        }
        match hash(&self.path, wanted) {
            Ok(measured) => self.compare(&measured),
            Err(error) => vec![
                EarkFault::new("CSIP71", Level::Must, FaultKind::Unreadable, error.to_string())
                    .at(self.name.clone(), ""),
            ],
        }
    }

    /// Compares digests that were measured, in hexadecimal digits of any case, with the stated ones.
    pub fn compare(&self, measured: &[(Algorithm, String)]) -> Vec<EarkFault> {
        let mut faults = Vec::new();
        for stated in &self.digests {
            let found = measured
                .iter()
                .find(|(algorithm, _)| Some(*algorithm) == stated.algorithm);
            if let Some((algorithm, digest)) = found
                && !digest.eq_ignore_ascii_case(stated.value.trim())
            {
                faults.push(
                    EarkFault::new(
                        stated.requirement,
                        Level::Must,
                        FaultKind::Checksum,
                        format!(
                            "@CHECKSUM in {} is not the file's {algorithm}",
                            stated.stated_in.as_deref().unwrap_or_default()
                        ),
                    )
                    .expected(stated.value.to_string())
                    .found(digest.clone())
                    .at(self.name.clone(), ""),
                );
            }
        }
        faults
    }
}

/// The algorithm that a `@CHECKSUMTYPE` names; `None` for those that nobody should use for this.
pub(super) fn algorithm(name: &str) -> Option<Algorithm> {
    Algorithm::from_name(name)
}

/// Content lies in `data` of a representation, or anywhere in it apart from the folders that CSIP names.
fn part_of(name: &str) -> Part {
    let mut parts = name.split('/');
    let first = parts.next().unwrap_or_default();
    if first != REPRESENTATIONS {
        return Part::Paper;
    }
    let (Some(representation), Some(folder)) = (parts.next(), parts.next()) else {
        return Part::Paper;
    };
    let has_more = parts.next().is_some();
    let is_paper = if has_more {
        ["metadata", "schemas", "documentation"].contains(&folder)
    } else {
        folder == METS
    };
    if is_paper {
        Part::Paper
    } else {
        Part::Content(representation.to_owned())
    }
}

/// `%41` becomes `A`; what is no pair of digits, or comes to no UTF-8, stays.
pub(super) fn percent_decoded(text: &str) -> String {
    let digit = |byte: Option<&u8>| byte.and_then(|byte| char::from(*byte).to_digit(16));
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        match (byte, digit(bytes.get(at + 1)), digit(bytes.get(at + 2))) {
            (b'%', Some(high), Some(low)) => {
                decoded.push(u8::try_from(high * 16 + low).unwrap_or_default());
                at += 3;
            }
            _ => {
                decoded.push(*byte);
                at += 1;
            }
        }
    }
    String::from_utf8(decoded).unwrap_or_else(|_| text.to_owned())
}
