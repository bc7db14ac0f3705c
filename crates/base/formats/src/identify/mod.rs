//! What format a file is in: PRONOM identifiers by content, then by text, and only then by name.
//!
//! ```text
//! signatures at both ends ─▶ members of a ZIP or OLE2 container ─▶ the most special one
//!        nothing matched  ─▶ readable text: the extension says which ─▶ extension alone ─▶ unknown
//! ```
//!
//! Only the two ends of a file are read, the directory of a container, the beginnings of a few members, and of a
//! long PDF what is needed to find its metadata packet. Never more than some megabytes, whatever the file says.

mod automaton;
mod format_lists;
mod identifier;
mod ole_directory;
mod pattern;
mod pattern_language;
mod pdf_packet;
mod publication;
mod registry;
mod rule_file;
mod rule_lines;
mod window;
mod zip_directory;

pub use format_lists::FormatList;
pub use identifier::{Identifier, ReadSeek};
pub(crate) use ole_directory::OleDirectory;
pub use pattern_language::PatternError;
pub use publication::{Publication, PublicationError, PublicationFault};
pub use registry::{Format, FormatKind, LongTerm, Registry, RegistryError};
use serde::Serialize;
pub use window::{HEAD_BYTES, HeadTail, TAIL_BYTES};
pub(crate) use zip_directory::ZipDirectory;

/// What the identification rests on, from strong to weak.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Basis {
    /// Members of a ZIP or OLE2 container.
    Container,
    /// Bytes at the beginning or the end.
    Signature,
    /// The content is readable text; the extension says of what kind.
    Text,
    /// The name only: the content neither proves nor disproves it.
    Extension,
    /// Unknown.
    None,
}

/// Something about the file that a person should know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum Warning {
    /// The file has no bytes.
    #[error("the file is empty")]
    Empty,
    /// The name claims a format that the content is not.
    #[error("the extension .{extension} is not of this format, whose are .{}", .expected.join(", ."))]
    ExtensionMismatch {
        /// Extension in the name, lower case.
        extension: String,
        /// Usual extensions of the format found.
        expected: Vec<String>,
    },
    /// Only the extension speaks for the format.
    #[error("only the extension says so")]
    ExtensionOnly,
    /// Only the extension speaks for the format, though the format has marks that should be in the content.
    #[error("only the extension says so, and the content lacks the marks of the format")]
    SignatureMissing,
    /// Several formats fit equally; the one named was chosen by extension or order.
    #[error("it may as well be {}", .puids.join(" or "))]
    Ambiguous {
        /// All that fit.
        puids: Vec<String>,
    },
    /// The container needs a password, so that its members cannot be read.
    #[error("a password is needed to see what is inside")]
    Encrypted,
    /// The container's directory cannot be read.
    #[error("what is inside cannot be read")]
    ContainerDamaged,
}

/// The format of one file, as `lantai identify` prints it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Identification {
    /// Identifier in PRONOM such as `fmt/18`, one of ours such as `local/ofd`, or `None` for unknown.
    pub puid: Option<String>,
    /// Name of the format.
    pub name: Option<String>,
    /// Version of the format, where it has one.
    pub version: Option<String>,
    /// MIME type, where one is known.
    pub mime: Option<String>,
    /// Encoding of a text.
    pub charset: Option<&'static str>,
    /// What the answer rests on.
    pub basis: Basis,
    /// What a person should know.
    pub warnings: Vec<Warning>,
    /// What the format holds; [`FormatKind::Other`] where it is unknown.
    #[serde(skip)]
    pub kind: FormatKind,
    /// Whether the format may be filed and transferred; unknown formats may not.
    #[serde(skip)]
    pub filing: bool,
    /// Whether the format is fit for keeping as it is.
    #[serde(skip)]
    pub long_term: LongTerm,
}

impl Identification {
    fn unknown() -> Self {
        Self {
            puid: None,
            name: None,
            version: None,
            mime: None,
            charset: None,
            basis: Basis::None,
            warnings: Vec::new(),
            kind: FormatKind::Other,
            filing: false,
            long_term: LongTerm::No,
        }
    }
}

/// Whether the file is something that runs: a program, a library, a script, an installer (check S of the
/// four-property checks).
pub fn is_executable(identification: &Identification) -> bool {
    identification.kind == FormatKind::Executable
}

#[cfg(test)]
pub(crate) fn unknown() -> Identification {
    Identification::unknown()
}
