//! What can be wrong with a bag.

use std::fmt;
use std::path::{Path, PathBuf};

use super::digest::Algorithm;

/// Why a folder cannot be read or written as a bag at all.
#[derive(Debug, thiserror::Error)]
pub enum BagError {
    /// There is no `bagit.txt`, so it is no bag (RFC 8493 §2.1.1).
    #[error("{path} is not a bag: it has no bagit.txt")]
    NotABag {
        /// The folder.
        path: PathBuf,
    },
    /// `bagit.txt` is not as the standard wants it, to the letter (§2.1.1).
    #[error("bagit.txt is malformed: {what}")]
    Declaration {
        /// What is wrong.
        what: &'static str,
    },
    /// The bag is of a version that is not known.
    #[error("BagIt version {version} is not known")]
    Version {
        /// As the declaration has it.
        version: String,
    },
    /// The tag files are in an encoding that is not known.
    #[error("the character encoding {label} is not known")]
    Encoding {
        /// As the declaration has it.
        label: String,
    },
    /// A folder or file stands where the new bag should be.
    #[error("{path} exists already")]
    Exists {
        /// The place.
        path: PathBuf,
    },
    /// A name that a new bag must not have: it leaves the bag or cannot be written everywhere.
    #[error("{path} cannot be the name of a file in a bag")]
    Name {
        /// The name.
        path: String,
    },
    /// A new bag has that file already, or one that differs only in case or in Unicode's normal form.
    #[error("the bag has a file like {path} already")]
    NameTaken {
        /// The name.
        path: String,
    },
    /// A label or value that `bag-info.txt` cannot hold.
    #[error("bag-info.txt cannot hold the label {label}")]
    Label {
        /// The label.
        label: String,
    },
    /// The disk failed, which says nothing about the bag.
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

impl BagError {
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
            Self::NotABag { .. } => "bagit.not_a_bag",
            Self::Declaration { .. } => "bagit.declaration",
            Self::Version { .. } => "bagit.version",
            Self::Encoding { .. } => "bagit.encoding",
            Self::Exists { .. } => "bagit.exists",
            Self::Name { .. } => "bagit.name",
            Self::NameTaken { .. } => "bagit.name_taken",
            Self::Label { .. } => "bagit.label",
            Self::Io { .. } => "bagit.io",
        }
    }
}

/// The kinds of faults and of warnings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultKind {
    /// There is no folder `data` (§2.1.2).
    PayloadFolderMissing,
    /// There is no payload manifest, or none whose algorithm is known (§2.1.3).
    ManifestMissing,
    /// A file that a manifest lists is not there.
    Missing,
    /// A file of the payload is in no manifest.
    Extra,
    /// Since version 1.0 each payload manifest lists each file (§3); this one does not.
    NotInEveryManifest,
    /// A file's bytes do not have the digest that a manifest states.
    DigestMismatch,
    /// A manifest states something that is no digest of its algorithm.
    DigestForm,
    /// A manifest lists a file twice, with different digests.
    ListedTwice,
    /// A path leads out of the bag, or out of the payload where it must be in it.
    PathEscape,
    /// A line of a manifest or of `fetch.txt` is not of the standard's form.
    LineForm,
    /// A line of `bag-info.txt` is not of the standard's form.
    InfoForm,
    /// A tag file is not in the encoding that the bag declares.
    Encoding,
    /// A name on the disk is neither UTF-8 nor in the bag's encoding.
    NameEncoding,
    /// Something in the bag is neither file nor folder: a link, a device.
    NotAFile,
    /// A file is there but the disk does not give it.
    Unreadable,
    /// A file has still to be fetched from elsewhere; we do not fetch (§2.2.3).
    NotFetched,
    /// The payload has not the size or number of files that `Payload-Oxum` states (§2.2.2).
    OxumMismatch,
    /// `Payload-Oxum` is not two numbers with a point between.
    OxumForm,

    /// Warning: a manifest's algorithm is not known; it is left aside, others are used.
    AlgorithmUnknown,
    /// Warning: a manifest lists a file twice with the same digest.
    ListedTwiceAlike,
    /// Warning: manifest and disk spell a name in different Unicode normal forms.
    NameNormalization,
    /// Warning: a listed file is missing, but one whose name differs only in case has its digest.
    NameCase,
    /// Warning: a file that some system makes by itself, such as `.DS_Store`, is listed and missing.
    SystemFileMissing,
    /// Warning: a path begins with `./`.
    DotSlash,
    /// Warning: a path has the asterisk with which `md5sum` marks binary reading.
    BinaryMark,
    /// Warning: a percent sign in a path is not encoded as version 1.0 wants it.
    PercentSign,
    /// Warning: there is a `fetch.txt`, but every file that it lists is there.
    FetchListed,
}

impl FaultKind {
    /// Whether the bag is accepted nevertheless.
    pub fn is_warning(self) -> bool {
        matches!(
            self,
            Self::AlgorithmUnknown
                | Self::ListedTwiceAlike
                | Self::NameNormalization
                | Self::NameCase
                | Self::SystemFileMissing
                | Self::DotSlash
                | Self::BinaryMark
                | Self::PercentSign
                | Self::FetchListed
        )
    }

    /// How to mend it.
    pub fn mend(self) -> &'static str {
        match self {
            Self::PayloadFolderMissing => "put the content into a folder data inside the bag",
            Self::ManifestMissing => "add manifest-sha512.txt with a line for each file below data",
            Self::Missing => "add the file, or make the manifests again without it",
            Self::Extra => "take the file out, or make the manifests again with it",
            Self::NotInEveryManifest => "make the manifests again so that each lists every file",
            Self::DigestMismatch => "the file changed after it was packed: send it again",
            Self::DigestForm => "write the digest in hexadecimal digits, whole",
            Self::ListedTwice | Self::ListedTwiceAlike => "keep one line for the file",
            Self::PathEscape => "put the file into the bag, and list it by its path there",
            Self::LineForm => "write the line as the standard has it: digest or size, spaces, path",
            Self::InfoForm => "write the line as label, colon, value",
            Self::Encoding => "save the tag file in the encoding that bagit.txt states",
            Self::NameEncoding => "give the file a name in UTF-8",
            Self::NotAFile => "put the file itself there instead of a link or device",
            Self::Unreadable => "check the file's permissions and the medium",
            Self::NotFetched => "fetch the file into the bag; nothing is fetched here",
            Self::OxumMismatch => "correct Payload-Oxum if the content is whole, else send what is missing",
            Self::OxumForm => "write Payload-Oxum as bytes, point, number of files",
            Self::AlgorithmUnknown => "add a manifest of SHA-256 or SHA-512",
            Self::NameNormalization | Self::NameCase => "write the name in the manifest as the file has it",
            Self::SystemFileMissing => "take the line of the system's file out of the manifest",
            Self::DotSlash => "write the path without ./",
            Self::BinaryMark => "write the path without the asterisk",
            Self::PercentSign => "write the percent sign as %25",
            Self::FetchListed => "leave fetch.txt out: every file is there",
        }
    }

    /// Stable name for programs, manuals and translations.
    pub fn code(self) -> &'static str {
        match self {
            Self::PayloadFolderMissing => "bagit.payload_folder_missing",
            Self::ManifestMissing => "bagit.manifest_missing",
            Self::Missing => "bagit.missing",
            Self::Extra => "bagit.extra",
            Self::NotInEveryManifest => "bagit.not_in_every_manifest",
            Self::DigestMismatch => "bagit.digest_mismatch",
            Self::DigestForm => "bagit.digest_form",
            Self::ListedTwice => "bagit.listed_twice",
            Self::PathEscape => "bagit.path_escape",
            Self::LineForm => "bagit.line_form",
            Self::InfoForm => "bagit.info_form",
            Self::Encoding => "bagit.tag_encoding",
            Self::NameEncoding => "bagit.name_encoding",
            Self::NotAFile => "bagit.not_a_file",
            Self::Unreadable => "bagit.unreadable",
            Self::NotFetched => "bagit.not_fetched",
            Self::OxumMismatch => "bagit.oxum_mismatch",
            Self::OxumForm => "bagit.oxum_form",
            Self::AlgorithmUnknown => "bagit.algorithm_unknown",
            Self::ListedTwiceAlike => "bagit.listed_twice_alike",
            Self::NameNormalization => "bagit.name_normalization",
            Self::NameCase => "bagit.name_case",
            Self::SystemFileMissing => "bagit.system_file_missing",
            Self::DotSlash => "bagit.dot_slash",
            Self::BinaryMark => "bagit.binary_mark",
            Self::PercentSign => "bagit.percent_sign",
            Self::FetchListed => "bagit.fetch_listed",
        }
    }
}

/// One thing that is wrong with a bag, or only remarkable.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct BagFault {
    /// What kind of thing.
    pub kind: FaultKind,
    /// The file concerned, relative to the bag, with `/` between its parts.
    pub path: String,
    /// The digest's algorithm, where one is concerned.
    pub algorithm: Option<Algorithm>,
    /// The line of `path`, from 1, where a line is concerned.
    pub line: Option<u64>,
    /// What should be there.
    pub expected: Option<String>,
    /// What is there.
    pub found: Option<String>,
}

impl BagFault {
    pub(super) fn new(kind: FaultKind, path: impl Into<String>) -> Self {
        Self {
            kind,
            path: path.into(),
            algorithm: None,
            line: None,
            expected: None,
            found: None,
        }
    }

    pub(super) fn line(mut self, line: u64) -> Self {
        self.line = Some(line);
        self
    }

    pub(super) fn algorithm(mut self, algorithm: Algorithm) -> Self {
        self.algorithm = Some(algorithm);
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

    /// Whether the bag is accepted nevertheless.
    pub fn is_warning(&self) -> bool {
        self.kind.is_warning()
    }
}

/// For logs and terminals: `path: code`, with what was expected and found.
impl fmt::Display for BagFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path, self.kind.code())?;
        if let Some(line) = self.line {
            write!(f, ", line {line}")?;
        }
        if let Some(expected) = &self.expected {
            write!(f, ", expected {expected}")?;
        }
        if let Some(found) = &self.found {
            write!(f, ", found {found}")?;
        }
        Ok(())
    }
}
