//! Why a table of filing scope cannot be used, or a decision was refused.

use jiff::civil::Date;
use lantai_cataloguing::CataloguingError;
use lantai_database::StoreError;
use lantai_formats::catalogue::{CatalogueError, RowError};
use lantai_vault::VaultError;
use std::path::{Path, PathBuf};

/// What is wrong with a table, a decision, or our stores.
#[derive(Debug, thiserror::Error)]
pub enum FilingError {
    /// The file is not what the form asks for.
    #[error("the table of filing scope cannot be read")]
    Form(#[from] toml::de::Error),
    /// The table cannot be written as a file.
    #[error("the table of filing scope cannot be written")]
    Write(#[from] toml::ser::Error),
    /// The file is of a form that this version does not know.
    #[error("{0:?} is no form of a table that this version reads: lantai-filing-scope/1")]
    Format(String),
    /// A row or class contradicts itself or the others.
    #[error("{place}: {reason}")]
    Row {
        /// Which row, class or field.
        place: String,
        /// What is wrong.
        reason: String,
    },
    /// Two tables hold for the same fonds at the same time.
    #[error(
        "{one} and {other} are both valid for the same fonds from {from}: end one before the other begins"
    )]
    Overlap {
        /// One table.
        one: String,
        /// The other.
        other: String,
        /// From when both hold.
        from: Date,
    },
    /// Two tables have the same identifier and version.
    #[error("the table {0} is there twice")]
    Twice(String),
    /// The sheet cannot be read.
    #[error("the sheet cannot be read")]
    Sheet(#[from] CatalogueError),
    /// A line of the sheet cannot be read.
    #[error("line {line} of the sheet cannot be read")]
    SheetLine {
        /// Its number, from 1.
        line: u64,
        /// Why.
        #[source]
        source: RowError,
    },
    /// A table's file cannot be read or written.
    #[error("cannot keep the table in {path}")]
    Disk {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The tables changed between the preview and the import.
    #[error("the tables have changed meanwhile: look at the preview again")]
    Changed,
    /// No table holds for the document.
    #[error("no table holds for fonds {fonds:?} on {on}")]
    NoTable {
        /// The document's fonds.
        fonds: String,
        /// Its day.
        on: Date,
    },
    /// There is no such table.
    #[error("there is no such table")]
    NotFound,
    /// The table has no such row.
    #[error("the table has no row {0:?}")]
    RowUnknown(String),
    /// Deciding against the proposal needs a reason.
    #[error("give a reason for deciding otherwise than the table proposes")]
    ReasonMissing,
    /// Nothing was sent, or too much at once.
    #[error("send between 1 and {most} documents")]
    Count {
        /// Most at once.
        most: usize,
    },
    /// A document cannot be read or written.
    #[error("a decision cannot be read or written")]
    Document(#[from] serde_json::Error),
    /// The catalogue, vault or journal failed.
    #[error("the holdings cannot be changed")]
    Cataloguing(#[from] CataloguingError),
}

impl FilingError {
    /// Stable name for programs and translations.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Form(_) => "filing.form",
            Self::Write(_) => "filing.write",
            Self::Format(_) => "filing.format",
            Self::Row { .. } => "filing.row",
            Self::Overlap { .. } => "filing.overlap",
            Self::Twice(_) => "filing.twice",
            Self::Sheet(error) => error.code(),
            Self::SheetLine { source, .. } => source.code(),
            Self::Disk { .. } => "filing.disk",
            Self::Changed => "filing.changed",
            Self::NoTable { .. } => "filing.no_table",
            Self::NotFound => "filing.not_found",
            Self::RowUnknown(_) => "filing.row_unknown",
            Self::ReasonMissing => "filing.reason_missing",
            Self::Count { .. } => "filing.count",
            Self::Document(_) => "filing.document",
            Self::Cataloguing(error) => error.code(),
        }
    }

    pub(super) fn disk(path: &Path, source: std::io::Error) -> Self {
        Self::Disk {
            path: path.to_path_buf(),
            source,
        }
    }

    pub(super) fn row(place: impl Into<String>, reason: impl Into<String>) -> Self {
        Self::Row {
            place: place.into(),
            reason: reason.into(),
        }
    }
}

impl From<StoreError> for FilingError {
    fn from(error: StoreError) -> Self {
        Self::Cataloguing(error.into())
    }
}

impl From<VaultError> for FilingError {
    fn from(error: VaultError) -> Self {
        Self::Cataloguing(error.into())
    }
}

impl From<tokio::task::JoinError> for FilingError {
    fn from(error: tokio::task::JoinError) -> Self {
        Self::Cataloguing(error.into())
    }
}
