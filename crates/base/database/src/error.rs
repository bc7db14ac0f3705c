//! What can go wrong with the catalogue's engine.

/// Why the engine did not do what it was asked. "None found" is not an error.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A unique value is taken; names the constraint as the engine calls it.
    #[error("a value that must be unique is taken: {0}")]
    Conflict(String),
    /// A stored row breaks the domain's rules: a person must look.
    #[error("a stored row cannot be read: {what}")]
    Corrupt {
        /// Table and key.
        what: String,
        /// What the domain said.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A write should have touched one row and did not.
    #[error("the row to change is not there: {0}")]
    Missing(&'static str),
    /// An archival change was to be committed without a fact for the journal.
    #[error("an archival change names no fact for the journal")]
    NoFact,
    /// The address names no known engine.
    #[error("{0:?} is no database address: sqlite:PATH or postgres://…")]
    Address(String),
    /// The schema could not be brought up to date.
    #[error("cannot bring the database up to date")]
    Migration(#[source] sqlx::migrate::MigrateError),
    /// The audit trail could not be told of a change, so it was not made.
    #[error("the audit trail cannot be written, so nothing was changed")]
    Unaudited(#[source] Box<StoreError>),
    /// The engine failed, which says nothing about the data.
    #[error("the database failed")]
    Engine(#[source] sqlx::Error),
}

impl StoreError {
    /// Stable name for programs and translations.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Conflict(_) => "database.conflict",
            Self::Corrupt { .. } => "database.corrupt",
            Self::Missing(_) => "database.missing",
            Self::NoFact => "database.no_fact",
            Self::Address(_) => "database.address",
            Self::Migration(_) => "database.migration",
            Self::Unaudited(_) => "audit.unwritable",
            Self::Engine(_) => "database.engine",
        }
    }

    /// The audit trail could not be told.
    pub fn unaudited(error: Self) -> Self {
        Self::Unaudited(Box::new(error))
    }

    /// A stored value that the domain refuses.
    pub fn corrupt(
        what: impl Into<String>,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        Self::Corrupt {
            what: what.into(),
            source: source.into(),
        }
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::Database(inner) if inner.is_unique_violation() => {
                Self::Conflict(inner.constraint().unwrap_or_else(|| inner.message()).to_owned())
            }
            _ => Self::Engine(error),
        }
    }
}
