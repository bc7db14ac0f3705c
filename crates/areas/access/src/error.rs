//! What can go wrong while finding records or keeping the index.

use lantai_cataloguing::CataloguingError;
use lantai_database::StoreError;
use lantai_search::SearchError;
use std::path::{Path, PathBuf};

/// Why a search failed, or the index could not be brought up to date.
#[derive(Debug, thiserror::Error)]
pub enum AccessError {
    /// The index failed.
    #[error("the index cannot be read or written")]
    Search(#[from] SearchError),
    /// The catalogue failed.
    #[error("the catalogue cannot be read")]
    Store(#[from] StoreError),
    /// The vault failed.
    #[error("the holdings cannot be read")]
    Cataloguing(#[from] CataloguingError),
    /// A file of an export cannot be written.
    #[error("cannot write {path}")]
    Write {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A record cannot be written as JSON.
    #[error("a record cannot be written")]
    Document(#[from] serde_json::Error),
    /// A bag cannot be written.
    #[error("a bag cannot be written")]
    Bag(#[from] lantai_formats::bagit::BagError),
    /// An E-ARK package cannot be written.
    #[error("an E-ARK package cannot be written")]
    Eark(#[from] lantai_formats::eark::EarkError),
    /// A transfer package cannot be written.
    #[error("a transfer package cannot be written")]
    Transfer(#[from] lantai_formats::transfer::TransferWriteError),
    /// Work in the background was cut off.
    #[error("the work was interrupted")]
    Interrupted,
}

impl AccessError {
    /// Stable name for programs and translations.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Search(error) => error.code(),
            Self::Store(error) => error.code(),
            Self::Cataloguing(error) => error.code(),
            Self::Write { source, .. } if source.kind() == std::io::ErrorKind::AlreadyExists => {
                "access.export_exists"
            }
            Self::Write { .. } => "access.export_write",
            Self::Document(_) => "access.document",
            Self::Bag(error) => error.code(),
            Self::Eark(error) => error.code(),
            Self::Transfer(error) => error.code(),
            Self::Interrupted => "access.interrupted",
        }
    }
}

impl AccessError {
    /// A file of an export that cannot be written.
    pub(crate) fn write(path: &Path, source: std::io::Error) -> Self {
        Self::Write {
            path: path.to_path_buf(),
            source,
        }
    }
}

impl From<tokio::task::JoinError> for AccessError {
    fn from(_: tokio::task::JoinError) -> Self {
        Self::Interrupted
    }
}
