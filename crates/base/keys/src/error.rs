//! Why keys cannot be had.

use lantai_domain::KeyError;
use std::io;
use std::path::{Path, PathBuf};

/// Why keys cannot be had, made or kept. Never says anything of a key or a passphrase.
#[derive(Debug, thiserror::Error)]
pub enum KeyStoreError {
    /// There is no key store.
    #[error("there is no key store {0}; make one with `lantai keys new`")]
    NoStore(PathBuf),
    /// There is a key store already.
    #[error("there is a key store {0} already; `lantai keys rotate` makes another key in it")]
    StoreExists(PathBuf),
    /// The key store cannot be understood.
    #[error("the key store {path} is damaged: {reason}")]
    StoreDamaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// No file with the passphrase is named.
    #[error("the passphrase of the key store is not said: name its file in encryption.passphrase_file")]
    PassphraseMissing,
    /// The passphrase does not open the store, or the store was altered.
    #[error("the passphrase does not open the key store {0}, or the store was altered")]
    PassphraseWrong(PathBuf),
    /// Others may read the file with the passphrase.
    #[error("everybody may read the passphrase in {0}; take that right away (chmod o-rwx)")]
    PassphraseExposed(PathBuf),
    /// The passphrase is too short for a new store, or no text.
    #[error("the passphrase in {path} cannot be used: {reason}")]
    PassphraseUnusable {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: &'static str,
    },
    /// The command that prints keys failed.
    #[error("the command {program} that prints the keys {reason}")]
    Command {
        /// The program.
        program: PathBuf,
        /// What happened; never what it printed.
        reason: String,
    },
    /// The command took too long.
    #[error("the command {program} did not print the keys within {seconds} seconds")]
    CommandTimeout {
        /// The program.
        program: PathBuf,
        /// How long it had.
        seconds: u64,
    },
    /// A line of the command is no key.
    #[error("line {line} of what the command {program} prints is no key: {reason}")]
    CommandOutput {
        /// The program.
        program: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong; never what stands there.
        reason: &'static str,
    },
    /// Keys of a command are made where it takes them from.
    #[error("the keys come from the command {0}: make or change them where it takes them from")]
    ReadOnly(PathBuf),
    /// A file failed.
    #[error("cannot {action} {path}")]
    Disk {
        /// What was tried.
        action: &'static str,
        /// On what.
        path: PathBuf,
        /// Why it failed.
        #[source]
        source: io::Error,
    },
    /// A key cannot be used.
    #[error("a key cannot be used")]
    Key(#[from] KeyError),
}

impl KeyStoreError {
    /// Stable name for programs and manuals.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoStore(_) => "keys.no_store",
            Self::StoreExists(_) => "keys.store_exists",
            Self::StoreDamaged { .. } => "keys.store_damaged",
            Self::PassphraseMissing => "keys.passphrase_missing",
            Self::PassphraseWrong(_) => "keys.passphrase_wrong",
            Self::PassphraseExposed(_) => "keys.passphrase_exposed",
            Self::PassphraseUnusable { .. } => "keys.passphrase_unusable",
            Self::Command { .. } => "keys.command",
            Self::CommandTimeout { .. } => "keys.command_timeout",
            Self::CommandOutput { .. } => "keys.command_output",
            Self::ReadOnly(_) => "keys.read_only",
            Self::Disk { .. } => "keys.disk",
            Self::Key(_) => "keys.unusable",
        }
    }

    pub(crate) fn disk(action: &'static str, path: &Path, source: io::Error) -> Self {
        Self::Disk {
            action,
            path: path.to_path_buf(),
            source,
        }
    }
}
