//! What can be wrong with a document.

use std::io;

/// Why a document was refused.
#[derive(Debug, thiserror::Error)]
pub enum XmlFault {
    /// The bytes could not be read.
    #[error("the document cannot be read")]
    Io(#[source] io::Error),
    /// It has a document type definition, which could make the reader fetch or expand things.
    #[error("line {line}: document type definitions are not accepted")]
    Doctype {
        /// Where.
        line: u64,
    },
    /// It asks for another document to be included.
    #[error("line {line}: XInclude is not accepted")]
    Include {
        /// Where.
        line: u64,
    },
    /// A reference to an entity that XML itself does not have.
    #[error("line {line}: the entity {name} is not known")]
    Entity {
        /// Where.
        line: u64,
        /// Its name.
        name: String,
    },
    /// The bytes are not what the document says they are.
    #[error("line {line}: the document says {declared}, but {found}")]
    Encoding {
        /// Where.
        line: u64,
        /// The encoding that was declared, or `UTF-8` where none was.
        declared: String,
        /// What was found instead.
        found: String,
    },
    /// It is not well-formed XML with namespaces.
    #[error("line {line}: {reason}")]
    NotWellFormed {
        /// Where.
        line: u64,
        /// What is wrong.
        reason: String,
    },
    /// Elements lie too deep inside one another.
    #[error("line {line}: elements lie more than {limit} deep")]
    TooDeep {
        /// Where.
        line: u64,
        /// The limit.
        limit: usize,
    },
    /// Something is larger than the limit.
    #[error("line {line}: {what} beyond the limit of {limit}")]
    TooLarge {
        /// Where.
        line: u64,
        /// What: `the document`, `a name` …
        what: &'static str,
        /// The limit, in bytes or in number.
        limit: u64,
    },
}

impl XmlFault {
    /// Stable name for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Io(_) => "xml.io",
            Self::Doctype { .. } => "xml.doctype",
            Self::Include { .. } => "xml.include",
            Self::Entity { .. } => "xml.entity",
            Self::Encoding { .. } => "xml.encoding",
            Self::NotWellFormed { .. } => "xml.not_well_formed",
            Self::TooDeep { .. } => "xml.too_deep",
            Self::TooLarge { .. } => "xml.too_large",
        }
    }

    /// The line, from 1; `None` where the bytes could not be read.
    pub fn line(&self) -> Option<u64> {
        match self {
            Self::Io(_) => None,
            Self::Doctype { line }
            | Self::Include { line }
            | Self::Entity { line, .. }
            | Self::Encoding { line, .. }
            | Self::NotWellFormed { line, .. }
            | Self::TooDeep { line, .. }
            | Self::TooLarge { line, .. } => Some(*line),
        }
    }

    /// How to mend it.
    pub fn mend(&self) -> &'static str {
        match self {
            Self::Io(_) => "see that the file can be read, then try again",
            Self::Doctype { .. } => "write the document without <!DOCTYPE …>",
            Self::Include { .. } => "write the document whole, without xi:include",
            Self::Entity { .. } => "write the character itself, or &lt; &gt; &amp; &quot; &apos;",
            Self::Encoding { .. } => {
                "declare the encoding that the bytes are in, or save the document in UTF-8"
            }
            Self::NotWellFormed { .. } => "correct the XML at that line",
            Self::TooDeep { .. } => "nest the elements as the form asks for",
            Self::TooLarge { .. } => "split what is too large",
        }
    }
}
