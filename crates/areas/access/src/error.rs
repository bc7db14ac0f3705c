//! What can go wrong while finding records or keeping the index.

use lantai_cataloguing::CataloguingError;
use lantai_database::StoreError;
use lantai_search::SearchError;

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
            Self::Interrupted => "access.interrupted",
        }
    }
}

impl From<tokio::task::JoinError> for AccessError {
    fn from(_: tokio::task::JoinError) -> Self {
        Self::Interrupted
    }
}
