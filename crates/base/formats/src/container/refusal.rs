//! Why a container is refused: which entry, what was expected, what was found, how to mend it.

use std::fmt;
use std::path::PathBuf;

use crate::package::PathEscape;

/// What is wrong with a container or with one of its entries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// No container of a kind that is agreed.
    NotAContainer,
    /// It ends too early.
    Truncated,
    /// Its structure is broken.
    Damaged,
    /// The content of an entry is not the one that was packed.
    WrongCrc,
    /// An entry is longer or shorter than the directory says.
    SizeContradicts,
    /// Two places that describe an entry say different things.
    HeadersContradict,
    /// Two entries share bytes.
    Overlap,
    /// Bytes before, behind or between the entries that belong to none.
    TrailingBytes,
    /// One part of a container in several volumes.
    Split,
    /// Locked with a password.
    Encrypted,
    /// A compression method that is not agreed.
    Method,
    /// A file with holes, which is stored in a form that few programs read.
    Sparse,
    /// A symbolic or hard link.
    Link,
    /// A device, pipe or socket.
    NotAFile,
    /// A name that could lead out of the package, or deceive.
    Name(PathEscape),
    /// A name that Windows keeps for itself, or ends with a dot or space.
    ReservedName,
    /// A name or path that file systems cannot hold.
    NameTooLong,
    /// Too many folders in one another.
    TooDeep,
    /// Two entries of one name.
    DuplicateName,
    /// Two names that differ in case only.
    CaseClash,
    /// Two names that differ in the composition of their characters only.
    NormalisationClash,
    /// One name for a file and a folder.
    FileAndFolder,
    /// More entries than the limit.
    TooManyEntries,
    /// More bytes than the limit.
    TooLarge,
    /// So many bytes out of so few that it can only be meant to do harm.
    BombRatio,
    /// A decompressor would need more memory than the limit.
    MemoryDemand,
    /// Containers in one another, deeper than the limit.
    NestedTooDeep,
}

impl Fault {
    /// Stable name for programs, manuals and translations.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotAContainer => "package.not_a_container",
            Self::Truncated => "package.truncated",
            Self::Damaged => "package.damaged",
            Self::WrongCrc => "package.wrong_crc",
            Self::SizeContradicts => "package.size_contradicts",
            Self::HeadersContradict => "package.headers_contradict",
            Self::Overlap => "package.overlap",
            Self::TrailingBytes => "package.trailing_bytes",
            Self::Split => "package.split",
            Self::Encrypted => "package.encrypted",
            Self::Method => "package.method",
            Self::Sparse => "package.sparse",
            Self::Link => "package.link",
            Self::NotAFile => "package.not_a_file",
            Self::Name(escape) => escape.code(),
            Self::ReservedName => "package.reserved_name",
            Self::NameTooLong => "package.name_too_long",
            Self::TooDeep => "package.too_deep",
            Self::DuplicateName => "package.duplicate_name",
            Self::CaseClash => "package.case_clash",
            Self::NormalisationClash => "package.normalisation_clash",
            Self::FileAndFolder => "package.file_and_folder",
            Self::TooManyEntries => "package.too_many_entries",
            Self::TooLarge => "package.too_large",
            Self::BombRatio => "package.bomb_ratio",
            Self::MemoryDemand => "package.memory_demand",
            Self::NestedTooDeep => "package.nested_too_deep",
        }
    }

    /// How the sender mends it.
    pub fn mend(&self) -> &'static str {
        match self {
            Self::NotAContainer => "send a folder, or pack it as ZIP, TAR or 7z",
            Self::Truncated => "send it again: the transfer broke off",
            Self::Damaged | Self::WrongCrc | Self::SizeContradicts | Self::HeadersContradict => {
                "pack the files again and send the new container"
            }
            Self::Overlap | Self::TrailingBytes => "pack the files anew with a usual program",
            Self::Split => "pack everything into one container, or send several packages",
            Self::Encrypted => "pack the files without a password",
            Self::Method => "pack the files with the method deflate, or without compression",
            Self::Sparse => "pack the file without the option for sparse files",
            Self::Link => "put the file itself into the package",
            Self::NotAFile => "leave it out",
            Self::Name(_) => "give it a plain name inside the package",
            Self::ReservedName | Self::NameTooLong => "rename the file",
            Self::TooDeep => "put fewer folders into one another",
            Self::DuplicateName | Self::CaseClash | Self::NormalisationClash | Self::FileAndFolder => {
                "rename one of the two"
            }
            Self::TooManyEntries | Self::TooLarge => {
                "send several packages, or have the limit raised in rules/limits.toml"
            }
            Self::BombRatio => "send the file unpacked, or leave it out",
            Self::MemoryDemand => "pack the files with a smaller dictionary",
            Self::NestedTooDeep => "unpack the inner containers and send their files",
        }
    }
}

/// One reason why a container is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// What is wrong.
    pub fault: Fault,
    /// The entry, as people read its name; `None`: the container as a whole. An entry of a container inside it
    /// is named `outer.zip!/inner.txt`.
    pub entry: Option<String>,
    /// What was expected.
    pub expected: String,
    /// What was there.
    pub found: String,
}

impl Refusal {
    /// A refusal of the whole container.
    pub(super) fn whole(fault: Fault, expected: impl Into<String>, found: impl Into<String>) -> Self {
        Self {
            fault,
            entry: None,
            expected: expected.into(),
            found: found.into(),
        }
    }

    /// The same, said of an entry.
    pub(super) fn of(mut self, entry: impl Into<String>) -> Self {
        self.entry = Some(entry.into());
        self
    }

    /// The same, said of an entry inside a container that is itself the entry `outer`.
    pub(super) fn inside(mut self, outer: &str) -> Self {
        self.entry = Some(match self.entry {
            Some(inner) => format!("{outer}!/{inner}"),
            None => outer.to_owned(),
        });
        self
    }

    /// Stable name for programs, manuals and translations.
    pub fn code(&self) -> &'static str {
        self.fault.code()
    }

    /// How the sender mends it.
    pub fn mend(&self) -> &'static str {
        self.fault.mend()
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(entry) = &self.entry {
            write!(formatter, "{}: ", entry.escape_debug())?;
        }
        write!(formatter, "expected {}, found {}", self.expected, self.found)
    }
}

/// Why nothing was unpacked. Whatever had been written is removed again.
#[derive(Debug, thiserror::Error)]
pub enum UnpackError {
    /// The container is at fault. There is at least one refusal.
    #[error("the container is refused for {} reasons", .0.len())]
    Refused(Vec<Refusal>),
    /// The container cannot be read; says nothing about its content.
    #[error("the container {} cannot be read", path.display())]
    Read {
        /// Where it lies.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The quarantine cannot be written.
    #[error("the quarantine {} cannot be written", path.display())]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The quarantine is not empty; unpacking into it could mix two packages.
    #[error("the quarantine {} is not empty", .0.display())]
    QuarantineInUse(PathBuf),
}

impl UnpackError {
    /// Stable name for programs, manuals and translations; for a refusal that of its first reason.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Refused(refusals) => refusals.first().map_or("package.damaged", Refusal::code),
            Self::Read { .. } => "package.read",
            Self::Write { .. } => "package.quarantine",
            Self::QuarantineInUse(_) => "package.quarantine_in_use",
        }
    }

    /// The reasons of a refusal; none for our own failures.
    pub fn refusals(&self) -> &[Refusal] {
        match self {
            Self::Refused(refusals) => refusals,
            _ => &[],
        }
    }
}

impl From<Refusal> for UnpackError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(vec![refusal])
    }
}
