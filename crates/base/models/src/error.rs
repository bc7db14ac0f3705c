//! What can go wrong with models.

use std::path::PathBuf;

/// Why a model cannot be had or does not answer.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    /// The list of models is not as it should be.
    #[error("the list of models cannot be used: {reason}")]
    Manifest {
        /// What is wrong, with the place.
        reason: String,
    },
    /// There is no such model in the list.
    #[error("there is no model called {name}; there are {known}")]
    Unknown {
        /// The name that was asked for.
        name: String,
        /// The names that there are.
        known: String,
    },
    /// The model is not installed.
    #[error("the model {name} is not installed: {} is missing", path.display())]
    Missing {
        /// Its name in the list.
        name: String,
        /// The first file that is not there.
        path: PathBuf,
    },
    /// The model does not exist for this kind of machine.
    #[error("the model {name} does not exist for {platform}")]
    NoPlatform {
        /// Its name in the list.
        name: String,
        /// The kind of machine.
        platform: String,
    },
    /// A file is not the one that the list names.
    #[error("{} of the model {name} is not the file of the list: its {what} is {found}, not {expected}", path.display())]
    DigestMismatch {
        /// Name of the model.
        name: String,
        /// The file.
        path: PathBuf,
        /// Size or SHA-256.
        what: &'static str,
        /// As the list has it.
        expected: String,
        /// As found.
        found: String,
    },
    /// A file or folder of the store cannot be read or written.
    #[error("{}: cannot {what}", path.display())]
    Io {
        /// What was tried.
        what: &'static str,
        /// Where.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// No source had the model.
    #[error("the model {name} could not be fetched from any source: {}", reasons.join("; "))]
    Fetch {
        /// Its name in the list.
        name: String,
        /// What each source said.
        reasons: Vec<String>,
    },
    /// A client for fetching could not be made.
    #[error("cannot fetch: {reason}")]
    Client {
        /// Why not.
        reason: String,
    },
    /// The library that runs models cannot be used.
    #[error("{} cannot run models: {reason}", path.display())]
    Runtime {
        /// The library.
        path: PathBuf,
        /// What it said.
        reason: String,
    },
    /// The library does not accept a model.
    #[error("the model {name} cannot be opened: {reason}")]
    Session {
        /// Its file or name.
        name: String,
        /// What the library said.
        reason: String,
    },
    /// A model gave no answer, or one of another shape than it should.
    #[error("the model {name} gave no answer: {reason}")]
    Answer {
        /// Its name.
        name: String,
        /// What went wrong.
        reason: String,
    },
    /// The content of a model's file is not in the form that is read.
    #[error("the file of the model {name} is not in the form that is read: {reason}")]
    Format {
        /// Its name.
        name: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A service that answers in place of a model does not.
    #[error("the service {url} gave no answer: {reason}")]
    Service {
        /// Its address.
        url: String,
        /// What happened.
        reason: String,
    },
}

impl ModelError {
    /// Stable code of the error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Manifest { .. } => "models.manifest",
            Self::Unknown { .. } => "models.unknown",
            Self::Missing { .. } => "models.missing",
            Self::NoPlatform { .. } => "models.no_platform",
            Self::DigestMismatch { .. } => "models.digest_mismatch",
            Self::Io { .. } => "models.io",
            Self::Fetch { .. } => "models.fetch_failed",
            Self::Client { .. } => "models.client",
            Self::Runtime { .. } => "models.runtime",
            Self::Session { .. } => "models.not_accepted",
            Self::Answer { .. } => "models.no_answer",
            Self::Format { .. } => "models.format",
            Self::Service { .. } => "models.service",
        }
    }

    /// Whether the step that needs the model is to be left out and said so: the model is not there. Everything else
    /// is an error of an installed model.
    pub fn is_missing(&self) -> bool {
        matches!(self, Self::Missing { .. } | Self::NoPlatform { .. })
    }

    /// An answer of another shape than it should be.
    pub fn answer(name: &str, reason: impl ToString) -> Self {
        Self::Answer {
            name: name.to_owned(),
            reason: reason.to_string(),
        }
    }

    /// A file of a model that cannot be understood.
    pub fn format(name: &str, reason: impl ToString) -> Self {
        Self::Format {
            name: name.to_owned(),
            reason: reason.to_string(),
        }
    }
}
