//! What can be wrong with an E-ARK package, each fault under the requirement it breaks.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

/// Findings kept of one requirement; more are only counted, so that a package of a million files cannot fill memory.
const KEPT_PER_REQUIREMENT: u64 = 1_000;

/// Why a folder cannot be read or written as an E-ARK package at all.
#[derive(Debug, thiserror::Error)]
pub enum EarkError {
    /// There is no `METS.xml` (CSIPSTR4).
    #[error("CSIPSTR4: {path} has no METS.xml")]
    NoMets {
        /// The folder.
        path: PathBuf,
    },
    /// A METS file is no well-formed XML, or XML of a kind that is not accepted.
    #[error("{path} cannot be read as XML: {reason}")]
    Xml {
        /// The file, relative to the package.
        path: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The root element of a METS file is another one.
    #[error("{path} is not METS: its root element is {found}")]
    NotMets {
        /// The file, relative to the package.
        path: String,
        /// The element found.
        found: String,
    },
    /// A folder or file stands where the new package should be.
    #[error("{path} exists already")]
    Exists {
        /// The place.
        path: PathBuf,
    },
    /// A name that a file of a new package must not have.
    #[error("{path} cannot be the name of a file in a package")]
    Name {
        /// The name.
        path: String,
    },
    /// The disk failed, which says nothing about the package.
    #[error("cannot {action} {path}")]
    Io {
        /// What was tried, such as "read".
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// The system's reason.
        #[source]
        source: std::io::Error,
    },
}

impl EarkError {
    pub(super) fn io(action: &'static str, path: &Path, source: std::io::Error) -> Self {
        Self::Io {
            action,
            path: path.to_owned(),
            source,
        }
    }

    /// Stable name for programs, manuals and translations.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoMets { .. } => "eark.no_mets",
            Self::Xml { .. } => "eark.xml",
            Self::NotMets { .. } => "eark.not_mets",
            Self::Exists { .. } => "eark.exists",
            Self::Name { .. } => "eark.name",
            Self::Io { .. } => "eark.io",
        }
    }
}

/// How binding a requirement is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// The package is refused.
    Must,
    /// A warning.
    Should,
    /// A remark.
    May,
}

impl Level {
    /// The word of the specification.
    pub fn name(self) -> &'static str {
        match self {
            Self::Must => "must",
            Self::Should => "should",
            Self::May => "may",
        }
    }
}

/// The kinds of faults, by what has to be done about them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultKind {
    /// A folder is missing or stands in the wrong place.
    Structure,
    /// Something that METS has to say is missing.
    Missing,
    /// METS says something that is not allowed there.
    Value,
    /// A reference inside METS leads nowhere, or to the wrong thing.
    Reference,
    /// An XML file cannot be read.
    Xml,
    /// A file that METS names is not there.
    FileMissing,
    /// A file's name is written in other cases than METS has it.
    FileCase,
    /// A reference leads out of the package.
    Escape,
    /// A file is in no METS.
    Unlisted,
    /// A file has not the size that METS states.
    Size,
    /// A file has not the checksum that METS states.
    Checksum,
    /// A file is there but the disk does not give it.
    Unreadable,
}

impl FaultKind {
    /// Stable name for programs, manuals and translations.
    pub fn code(self) -> &'static str {
        match self {
            Self::Structure => "eark.structure",
            Self::Missing => "eark.missing",
            Self::Value => "eark.value",
            Self::Reference => "eark.reference",
            Self::Xml => "eark.xml",
            Self::FileMissing => "eark.file_missing",
            Self::FileCase => "eark.file_case",
            Self::Escape => "eark.path_escape",
            Self::Unlisted => "eark.unlisted",
            Self::Size => "eark.size",
            Self::Checksum => "eark.checksum",
            Self::Unreadable => "eark.unreadable",
        }
    }

    /// How to mend it.
    pub fn mend(self) -> &'static str {
        match self {
            Self::Structure => "lay the folders out as CSIP 2.2 says",
            Self::Missing => "add it to METS",
            Self::Value => "write a value that the specification allows",
            Self::Reference => "correct the identifier, or add what it names",
            Self::Xml => "write the file anew as well-formed XML without document type",
            Self::FileMissing => "add the file, or correct the reference in METS",
            Self::FileCase => "write the name in METS as the file has it",
            Self::Escape => "put the file into the package, and name it there",
            Self::Unlisted => "name the file in METS, or take it out of the package",
            Self::Size | Self::Checksum => {
                "the file is not the one that was packed: send it again, or correct METS"
            }
            Self::Unreadable => "check the file's permissions and the medium",
        }
    }
}

/// One thing that is wrong with a package, or only remarkable.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct EarkFault {
    /// The requirement, such as `CSIP12`.
    pub requirement: &'static str,
    /// How binding what was broken is; a requirement may have parts of several levels.
    pub level: Level,
    /// What kind of thing.
    pub kind: FaultKind,
    /// The file of the package concerned, relative to it.
    pub file: String,
    /// Where in that file, as a path of elements; empty where the file itself is meant.
    pub location: String,
    /// What is wrong, in one sentence.
    pub message: String,
    /// What should be there.
    pub expected: Option<String>,
    /// What is there.
    pub found: Option<String>,
}

impl EarkFault {
    pub(super) fn new(
        requirement: &'static str,
        level: Level,
        kind: FaultKind,
        message: impl Into<String>,
    ) -> Self {
        Self {
            requirement,
            level,
            kind,
            file: String::new(),
            location: String::new(),
            message: message.into(),
            expected: None,
            found: None,
        }
    }

    pub(super) fn at(mut self, file: impl Into<String>, location: impl Into<String>) -> Self {
        self.file = file.into();
        self.location = location.into();
        self
    }

    pub(super) fn expected(mut self, expected: impl Into<String>) -> Self {
        self.expected = Some(expected.into());
        self
    }

    pub(super) fn found(mut self, found: impl Into<String>) -> Self {
        self.found = Some(found.into());
        self
    }
}

/// For reports, logs and terminals: requirement, level, place, and what is wrong.
impl fmt::Display for EarkFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}) {}", self.requirement, self.level.name(), self.file)?;
        if !self.location.is_empty() {
            write!(f, " {}", self.location)?;
        }
        write!(f, ": {}", self.message)
    }
}

/// What a validation found.
#[derive(Debug, Clone, Default, serde::Serialize)]
pub struct Report {
    faults: Vec<EarkFault>,
    counts: BTreeMap<&'static str, u64>,
    refused: bool,
}

impl Report {
    pub(super) fn add(&mut self, fault: EarkFault) {
        self.refused |= fault.level == Level::Must;
        let count = self.counts.entry(fault.requirement).or_default();
        *count += 1;
        if *count <= KEPT_PER_REQUIREMENT {
            self.faults.push(fault);
        }
    }

    /// What was found, in the order it was found; of each requirement at most a thousand.
    pub fn faults(&self) -> &[EarkFault] {
        &self.faults
    }

    /// How often each requirement was broken.
    pub fn counts(&self) -> &BTreeMap<&'static str, u64> {
        &self.counts
    }

    /// Whether nothing that must be so is otherwise.
    pub fn is_acceptable(&self) -> bool {
        !self.refused
    }

    /// What was found of one requirement.
    pub fn of<'a>(&'a self, requirement: &'a str) -> impl Iterator<Item = &'a EarkFault> {
        self.faults
            .iter()
            .filter(move |fault| fault.requirement == requirement)
    }
}
