//! Why a publication of PRONOM cannot be used.

use std::path::PathBuf;

/// A publication that is left alone; the rules that ship with the program are used in its place.
#[derive(Debug, thiserror::Error)]
#[error("the publication {} cannot be used", .file.display())]
pub struct PublicationError {
    /// The file, or the folder where even that could not be listed.
    pub file: PathBuf,
    /// What is wrong with it.
    #[source]
    pub fault: PublicationFault,
}

impl PublicationError {
    /// Stable name for programs, manuals and translations.
    pub fn code(&self) -> &'static str {
        self.fault.code()
    }
}

/// What is wrong with a publication.
#[derive(Debug, thiserror::Error)]
pub enum PublicationFault {
    /// The disk failed.
    #[error("the file cannot be read")]
    Read(#[source] std::io::Error),
    /// Larger than any publication there will be.
    #[error("the file has more than {limit} bytes")]
    TooLarge {
        /// Bytes that are read.
        limit: u64,
    },
    /// Not XML, or XML with a document type, entities of its own, or elements nested without end.
    #[error("the file is not plain XML: {0}")]
    Xml(String),
    /// XML, but no signature file of DROID.
    #[error("the file is not a signature file: {0}")]
    SignatureFile(String),
    /// XML, but no container signature file.
    #[error("the file is not a container signature file: {0}")]
    ContainerFile(String),
    /// A byte sequence that cannot be read.
    #[error("the signature {signature} has a byte sequence that cannot be read: {sequence}")]
    Sequence {
        /// Number of the signature in the publication.
        signature: String,
        /// The sequence, cut short.
        sequence: String,
    },
    /// The rules that came of it contradict themselves.
    #[error("the rules of the publication cannot be used")]
    Rules(#[source] Box<super::super::RegistryError>),
}

impl PublicationFault {
    /// Stable name for programs, manuals and translations.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Read(_) => "formats.publication_unreadable",
            Self::TooLarge { .. } => "formats.publication_too_large",
            Self::Xml(_) => "formats.publication_xml",
            Self::SignatureFile(_) => "formats.signature_file",
            Self::ContainerFile(_) => "formats.container_file",
            Self::Sequence { .. } => "formats.publication_sequence",
            Self::Rules(_) => "formats.publication_rules",
        }
    }
}
