//! Why a child gave no answer.

use std::path::PathBuf;

/// Why a child gave no answer. Each room gives these its own stable names.
#[derive(Debug, thiserror::Error)]
pub enum ChildError {
    /// It was silent for too long, and was ended.
    #[error("nothing was answered for {seconds} seconds")]
    Timeout {
        /// The limit.
        seconds: u64,
    },
    /// It died.
    #[error("the process broke down: {detail}")]
    Crashed {
        /// What is known.
        detail: String,
    },
    /// It wanted more memory than it may have.
    #[error("the process wanted more memory than it may have")]
    Memory,
    /// Whoever asked wants no answer any more; it was ended.
    #[error("the process was told to stop")]
    Stopped,
    /// It had ended before it was asked.
    #[error("the process has ended: {detail}")]
    Gone {
        /// What is known.
        detail: String,
    },
    /// No process could be started.
    #[error("the program {executable} cannot be started")]
    NotStarted {
        /// The program.
        executable: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
}

impl ChildError {
    /// A child that broke down, in these words.
    pub fn crashed(detail: impl Into<String>) -> Self {
        Self::Crashed {
            detail: detail.into(),
        }
    }

    /// Whether the child may have died of what it was asked before, so that a fresh one should be asked once more.
    pub fn may_be_of_the_past(&self) -> bool {
        matches!(self, Self::Gone { .. } | Self::Crashed { .. } | Self::Memory)
    }
}
