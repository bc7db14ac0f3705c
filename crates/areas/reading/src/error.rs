//! Why reading could not go on. What is wrong with a file is no error: it is an omission of its reading.

use lantai_cataloguing::CataloguingError;
use lantai_database::StoreError;
use lantai_sandbox::ChildError;
use lantai_vault::VaultError;
use std::path::PathBuf;

/// Something that says nothing of the file: our fault, or the caller's.
#[derive(Debug, thiserror::Error)]
pub enum ReadingError {
    /// A file cannot be opened or written.
    #[error("{path} cannot be read or written")]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The rules of reading are wrong.
    #[error("the rules of reading are wrong")]
    Rules(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// What machines understood cannot be written down.
    #[error("the reading of {what} cannot be written")]
    Document {
        /// Of what.
        what: String,
        /// Why.
        #[source]
        source: serde_json::Error,
    },
    /// No child process could be started.
    #[error("no process for reading could be started")]
    NoChild(#[source] ChildError),
    /// The holdings refused.
    #[error("the holdings refused")]
    Holdings(#[from] CataloguingError),
    /// The catalogue refused.
    #[error("the catalogue refused")]
    Store(#[from] StoreError),
    /// The vault refused.
    #[error("the vault refused")]
    Vault(#[from] VaultError),
    /// The record, its reading, or the suggestion is not there.
    #[error("no such record, reading or suggestion")]
    NotFound,
    /// Somebody decided before.
    #[error("this was decided before")]
    Decided,
    /// Whoever read it ended in the middle, again and again.
    #[error("its worker vanished {times} times while it read this record")]
    WorkersLost {
        /// How often.
        times: i64,
    },
    /// The worker was ended in the middle.
    #[error("the work was interrupted")]
    Interrupted,
}

impl ReadingError {
    /// Stable name for programs and translations.
    pub fn code(&self) -> &'static str {
        match self {
            Self::File { .. } => "reading.file",
            Self::Rules(_) => "reading.rules",
            Self::Document { .. } => "reading.document",
            Self::NoChild(_) => "reading.no_child",
            Self::Holdings(error) => error.code(),
            Self::Store(error) => error.code(),
            Self::Vault(error) => error.code(),
            Self::NotFound => "reading.not_found",
            Self::Decided => "reading.decided",
            Self::WorkersLost { .. } => "reading.workers_lost",
            Self::Interrupted => "reading.interrupted",
        }
    }
}

impl From<tokio::task::JoinError> for ReadingError {
    fn from(_: tokio::task::JoinError) -> Self {
        Self::Interrupted
    }
}
