//! Why an index cannot be opened, filled or asked.

use std::path::{Path, PathBuf};

use tantivy::TantivyError;
use tantivy::directory::error::{LockError, OpenReadError};

/// What goes wrong with an index. A strange query is never an error: it is read as text.
#[derive(Debug, thiserror::Error)]
pub enum SearchError {
    /// Nothing was built at this place yet: build it from catalogue and vault.
    #[error("there is no search index in {}", path.display())]
    Missing {
        /// The folder looked into.
        path: PathBuf,
    },
    /// An index stands there already; creating one would throw it away.
    #[error("a search index exists already in {}", path.display())]
    Exists {
        /// The folder looked into.
        path: PathBuf,
    },
    /// Written by another version of the program: throw it away and rebuild.
    #[error(
        "the search index has version {found}, this program reads version {expected}: run `lantai rebuild`"
    )]
    Outdated {
        /// The version on the disk.
        found: u32,
        /// The version this program writes and reads.
        expected: u32,
    },
    /// Files of the index are damaged or gone: throw it away and rebuild.
    #[error("the search index in {} is damaged: run `lantai rebuild`", path.display())]
    Corrupt {
        /// The folder of the index.
        path: PathBuf,
        /// What the engine says.
        #[source]
        source: TantivyError,
    },
    /// Another writer, in this process or another, holds the index.
    #[error("another process is writing to the search index")]
    InUse,
    /// The disk failed or is full; nothing since the last commit is kept.
    #[error("cannot read or write the search index in {}", path.display())]
    Storage {
        /// The folder of the index.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: std::io::Error,
    },
    /// The engine refused; a fault of the program.
    #[error("the search engine failed")]
    Engine(#[source] TantivyError),
}

impl SearchError {
    /// Stable name for programs, manuals and translations.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Missing { .. } => "search.index_missing",
            Self::Exists { .. } => "search.index_exists",
            Self::Outdated { .. } => "search.index_outdated",
            Self::Corrupt { .. } => "search.index_corrupt",
            Self::InUse => "search.index_in_use",
            Self::Storage { .. } => "search.storage",
            Self::Engine(_) => "search.engine",
        }
    }

    /// Whether the index must be thrown away and made anew from catalogue and vault.
    pub fn needs_rebuild(&self) -> bool {
        matches!(
            self,
            Self::Missing { .. } | Self::Outdated { .. } | Self::Corrupt { .. }
        )
    }

    /// Sorts what the engine reports into the reactions above.
    pub(crate) fn from_engine(path: &Path, error: TantivyError) -> Self {
        let path = path.to_path_buf();
        match error {
            TantivyError::LockFailure(LockError::LockBusy, _) => Self::InUse,
            TantivyError::IoError(source) => Self::Storage {
                path,
                source: std::io::Error::new(source.kind(), source.to_string()),
            },
            TantivyError::DataCorruption(_)
            | TantivyError::IncompatibleIndex(_)
            | TantivyError::OpenReadError(OpenReadError::FileDoesNotExist(_))
            | TantivyError::OpenReadError(OpenReadError::IncompatibleIndex(_)) => {
                Self::Corrupt { path, source: error }
            }
            other => Self::Engine(other),
        }
    }

    pub(crate) fn storage(path: &Path, source: std::io::Error) -> Self {
        Self::Storage {
            path: path.to_path_buf(),
            source,
        }
    }
}
