//! Where the reading of a record stands.

/// Why something is as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// Stable code, listed in docs/errors.md.
    pub code: String,
    /// What happened, for a person; never content.
    pub detail: String,
}

/// Where the reading of a record stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReadingState {
    /// It waits; after a failure that may pass, with its reason.
    Waiting(Option<Reason>),
    /// A worker reads it.
    Reading,
    /// It was read.
    Done,
    /// It was given up; a person must look.
    Failed(Reason),
}

impl ReadingState {
    /// From the word in the catalogue.
    pub(crate) fn of(word: &str, reason: Option<Reason>) -> Self {
        match word {
            "waiting" => Self::Waiting(reason),
            "reading" => Self::Reading,
            "done" => Self::Done,
            _ => Self::Failed(reason.unwrap_or(Reason {
                code: "reading.failed".to_owned(),
                detail: String::new(),
            })),
        }
    }

    /// The word in catalogue and interface.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Waiting(_) => "waiting",
            Self::Reading => "reading",
            Self::Done => "done",
            Self::Failed(_) => "failed",
        }
    }

    /// The reason, where there is one.
    pub fn reason(&self) -> Option<&Reason> {
        match self {
            Self::Waiting(reason) => reason.as_ref(),
            Self::Failed(reason) => Some(reason),
            Self::Reading | Self::Done => None,
        }
    }
}
