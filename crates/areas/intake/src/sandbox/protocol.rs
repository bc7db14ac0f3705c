//! What goes between the processes: one line of JSON for a question, one for an answer.

use lantai_formats::properties::{Claim, ExamineLimits, FileProperties};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// A file to be examined.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Request {
    /// The path's bytes in hexadecimal: names need not be Unicode.
    path: String,
    /// What is known of it.
    pub(super) claim: Claim,
    /// How much is read.
    pub(super) limits: ExamineLimits,
}

/// What came of it.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Answer {
    /// It was examined.
    Properties(Box<FileProperties>),
    /// It could not be read.
    Unreadable(String),
    /// The memory that it may have is too little for it.
    OutOfMemory,
    /// The examiner broke down, and ends.
    Panicked(String),
}

impl Request {
    pub(super) fn new(claim: Claim, path: &Path, limits: ExamineLimits) -> Self {
        Self {
            path: hex::encode(path.as_os_str().as_encoded_bytes()),
            claim,
            limits,
        }
    }

    pub(super) fn to_line(&self) -> Result<String, serde_json::Error> {
        Ok(serde_json::to_string(self)? + "\n")
    }

    /// The path; `None` where it is none.
    #[cfg(unix)]
    pub(super) fn path(&self) -> Option<PathBuf> {
        use std::os::unix::ffi::OsStringExt;
        let bytes = hex::decode(&self.path).ok()?;
        Some(PathBuf::from(std::ffi::OsString::from_vec(bytes)))
    }

    /// The path; `None` where it is none.
    #[cfg(not(unix))]
    pub(super) fn path(&self) -> Option<PathBuf> {
        let bytes = hex::decode(&self.path).ok()?;
        String::from_utf8(bytes).ok().map(PathBuf::from)
    }
}
