//! What keeps a verification from being made. What it finds are problems, not errors.

use lantai_database::StoreError;
use lantai_journal::JournalError;
use lantai_vault::VaultError;
use std::path::PathBuf;

/// Why the holdings could not be looked at.
#[derive(Debug, thiserror::Error)]
pub enum PreservationError {
    /// The vault cannot be read.
    #[error("the vault cannot be read")]
    Vault(#[from] VaultError),
    /// The journal cannot be read.
    #[error("the journal cannot be read")]
    Journal(#[from] JournalError),
    /// The catalogue cannot be read.
    #[error("the catalogue cannot be read")]
    Store(#[from] StoreError),
    /// A folder with series of sensors cannot be read.
    #[error("the series of sensors in {path} cannot be read")]
    Series {
        /// The folder.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The audit stream cannot be read.
    #[error("the audit stream cannot be read")]
    Audit(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// Work in the background was cut off.
    #[error("the work was interrupted")]
    Interrupted,
}

impl PreservationError {
    /// Stable name for programs and translations.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Vault(error) => error.code(),
            Self::Journal(error) => error.code(),
            Self::Store(error) => error.code(),
            Self::Series { .. } => "preservation.series",
            Self::Audit(_) => "preservation.audit",
            Self::Interrupted => "preservation.interrupted",
        }
    }
}

impl From<tokio::task::JoinError> for PreservationError {
    fn from(_: tokio::task::JoinError) -> Self {
        Self::Interrupted
    }
}
