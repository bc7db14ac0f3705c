//! Why a file could not be examined.

use std::path::PathBuf;

/// Why a file could not be examined. It says nothing good of the file: the check that asked could not run.
#[derive(Debug, thiserror::Error)]
pub enum ExamineError {
    /// It took longer than one file may take.
    #[error("the examination took longer than {seconds} seconds and was ended")]
    Timeout {
        /// The limit.
        seconds: u64,
    },
    /// The process that examined it died.
    #[error("the examination broke down: {detail}")]
    Crashed {
        /// What is known.
        detail: String,
    },
    /// It wanted more memory than one examination may take.
    #[error("the examination wanted more memory than it may have")]
    Memory,
    /// The child had ended before it was asked; it is asked again.
    #[error("the process for examinations has ended: {detail}")]
    Gone {
        /// What is known.
        detail: String,
    },
    /// No process could be started.
    #[error("the program for examinations {executable} cannot be started")]
    NotStarted {
        /// The program.
        executable: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The file could not be read.
    #[error("the file cannot be read")]
    Unreadable(#[from] std::io::Error),
    /// What travels between the processes cannot be written or read.
    #[error("the examination gave an answer that is not understood")]
    Answer(#[from] serde_json::Error),
}

impl ExamineError {
    /// Stable name for programs and translations.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Timeout { .. } => "intake.examiner_timeout",
            Self::Crashed { .. } | Self::Gone { .. } | Self::Answer(_) => "intake.examiner_crashed",
            Self::Memory => "intake.examiner_memory",
            Self::NotStarted { .. } => "intake.examiner_missing",
            Self::Unreadable(_) => "intake.file_unreadable",
        }
    }

    /// Whether the file is to be suspected: it brought the examination down. Otherwise the fault is ours.
    pub fn is_of_the_file(&self) -> bool {
        matches!(self, Self::Timeout { .. } | Self::Crashed { .. } | Self::Memory)
    }

    pub(super) fn crashed(detail: impl Into<String>) -> Self {
        Self::Crashed {
            detail: detail.into(),
        }
    }

    /// Whether the child cannot be asked again.
    pub(super) fn spoils_the_child(&self) -> bool {
        !matches!(self, Self::Unreadable(_))
    }
}
