//! Why a file could not be examined.

use lantai_sandbox::ChildError;

/// Why a file could not be examined. It says nothing good of the file: the check that asked could not run.
#[derive(Debug, thiserror::Error)]
pub enum ExamineError {
    /// The process that examines gave no answer.
    #[error(transparent)]
    Child(#[from] ChildError),
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
            Self::Child(ChildError::Timeout { .. }) => "intake.examiner_timeout",
            Self::Child(ChildError::Crashed { .. } | ChildError::Gone { .. } | ChildError::Stopped)
            | Self::Answer(_) => "intake.examiner_crashed",
            Self::Child(ChildError::Memory) => "intake.examiner_memory",
            Self::Child(ChildError::NotStarted { .. }) => "intake.examiner_missing",
            Self::Unreadable(_) => "intake.file_unreadable",
        }
    }

    /// Whether the file is to be suspected: it brought the examination down. Otherwise the fault is ours.
    pub fn is_of_the_file(&self) -> bool {
        matches!(
            self,
            Self::Child(ChildError::Timeout { .. } | ChildError::Crashed { .. } | ChildError::Memory)
        )
    }

    pub(super) fn crashed(detail: impl Into<String>) -> Self {
        Self::Child(ChildError::crashed(detail))
    }
}
