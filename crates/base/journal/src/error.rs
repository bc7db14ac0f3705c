//! Why the journal refuses or fails.

use std::path::PathBuf;

use crate::note::NoteError;

/// Why a journal cannot be made, read or written.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// There is a journal already; creating another would hide its history.
    #[error("there is a journal at {path} already")]
    Exists {
        /// The folder.
        path: PathBuf,
    },
    /// The folder holds no checkpoint, so there is no journal.
    #[error("there is no journal at {path}")]
    NotFound {
        /// The folder.
        path: PathBuf,
    },
    /// The key that should sign is not the one whose signatures this journal carries.
    #[error("this journal is signed by {expected}, not by {found}")]
    WrongKey {
        /// Key of the journal, in the form for verifiers.
        expected: String,
        /// Key that was offered, in the same form.
        found: String,
    },
    /// The checkpoint is malformed or its signature is not the key's.
    #[error("the checkpoint {path} is not to be trusted")]
    Checkpoint {
        /// The checkpoint's file.
        path: PathBuf,
        /// What is wrong with it.
        #[source]
        source: NoteError,
    },
    /// An entry that is already in the journal was offered with other bytes: two histories exist.
    #[error("entry {index} is already in the journal with other content")]
    Fork {
        /// The first entry that differs.
        index: u64,
    },
    /// Entries before the first one offered are missing.
    #[error("entry {first_index} cannot follow a journal of {size} entries")]
    Gap {
        /// Number of the first entry offered.
        first_index: u64,
        /// Entries the journal has.
        size: u64,
    },
    /// An entry is longer than [`crate::MAX_ENTRY_BYTES`].
    #[error("entry {index} has {bytes} bytes; at most 65535 are possible")]
    EntryTooLarge {
        /// Number it would get.
        index: u64,
        /// Its length.
        bytes: usize,
    },
    /// An entry or a tree size beyond the journal was asked for.
    #[error("{index} lies beyond a journal of {size} entries")]
    OutOfRange {
        /// What was asked for.
        index: u64,
        /// Entries the journal has.
        size: u64,
    },
    /// A file of the journal is missing or does not fit the rest; run [`crate::verify`] to learn more.
    #[error("{path} is damaged: {what}")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        what: &'static str,
    },
    /// The journal on disk is no continuation of the one that was opened.
    #[error("the journal at {path} was replaced by another while it was open")]
    Replaced {
        /// The folder.
        path: PathBuf,
    },
    /// The disk failed, which says nothing about the journal.
    #[error("cannot {action} {path}")]
    Io {
        /// What was tried, such as "read".
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// The system's reason.
        #[source]
        source: std::io::Error,
    },
}

impl JournalError {
    /// Stable name for programs, manuals and translations.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Exists { .. } => "journal.exists",
            Self::NotFound { .. } => "journal.not_found",
            Self::WrongKey { .. } => "journal.wrong_key",
            Self::Checkpoint { .. } => "journal.checkpoint",
            Self::Fork { .. } => "journal.fork",
            Self::Gap { .. } => "journal.gap",
            Self::EntryTooLarge { .. } => "journal.entry_too_large",
            Self::OutOfRange { .. } => "journal.out_of_range",
            Self::Damaged { .. } => "journal.damaged",
            Self::Replaced { .. } => "journal.replaced",
            Self::Io { .. } => "journal.io",
        }
    }
}
