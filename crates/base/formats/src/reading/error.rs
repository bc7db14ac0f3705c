//! Why a document could not be read.

use std::io;

/// Bytes of what is quoted from a file or a program in an error.
const MAX_DETAIL: usize = 400;

/// Why a document, or a part of it, could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// Reading from the disk failed; this says nothing about the file.
    #[error("the file cannot be read from the disk")]
    Io(#[from] io::Error),
    /// It has no bytes.
    #[error("the file is empty")]
    Empty,
    /// A password or a licence is needed to open it.
    #[error("a password is needed to open the file")]
    Encrypted,
    /// It is not what its format says.
    #[error("the file is damaged: {detail}")]
    Damaged {
        /// What is wrong.
        detail: String,
    },
    /// It is beyond a limit.
    #[error("{what} of the file are more than {limit}")]
    TooLarge {
        /// What: `bytes`, `members` ….
        what: &'static str,
        /// The limit.
        limit: u64,
    },
    /// No reader knows the format, or it holds no text by its nature.
    #[error("no reader knows this format")]
    NoReader,
    /// A program or library that reads it is not installed.
    #[error("{program} is needed to read this format, and is not installed")]
    ProgramMissing {
        /// Which: `pdfium`, `libreoffice`.
        program: &'static str,
    },
    /// A program that reads it failed or took too long.
    #[error("{program} failed: {detail}")]
    ProgramFailed {
        /// Which.
        program: &'static str,
        /// What it said.
        detail: String,
    },
    /// A limit of text, pages or parts was reached. The omission was told; the reader ends its work.
    #[error("as much as may be read was read")]
    Enough,
    /// The sink asked to stop.
    #[error("reading was stopped")]
    Stopped,
}

impl ReadError {
    /// A damaged file, with what is wrong.
    pub fn damaged(detail: impl ToString) -> Self {
        Self::Damaged {
            detail: shortened(detail.to_string()),
        }
    }

    /// Another program that failed, with what it said.
    pub fn program_failed(program: &'static str, detail: impl ToString) -> Self {
        Self::ProgramFailed {
            program,
            detail: shortened(detail.to_string()),
        }
    }

    /// Stable name for programs, manuals and translations.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Io(_) => "reading.io",
            Self::Empty => "reading.empty",
            Self::Encrypted => "reading.encrypted",
            Self::Damaged { .. } => "reading.damaged",
            Self::TooLarge { .. } => "reading.too_large",
            Self::NoReader => "reading.no_reader",
            Self::ProgramMissing { .. } => "reading.program_missing",
            Self::ProgramFailed { .. } => "reading.program_failed",
            Self::Enough => "reading.enough",
            Self::Stopped => "reading.stopped",
        }
    }

    /// Whether the rest of the file must not be read either: the disk failed, all is full, or somebody said stop.
    pub(crate) fn ends_all(&self) -> bool {
        matches!(self, Self::Io(_) | Self::Enough | Self::Stopped)
    }
}

/// Details come from the file: their length is not its to choose.
fn shortened(mut detail: String) -> String {
    detail.truncate(detail.floor_char_boundary(MAX_DETAIL));
    detail.retain(|character| !character.is_control());
    detail
}
