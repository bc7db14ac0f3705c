//! What goes between the processes: one line of JSON for a question, one for an answer.

use lantai_formats::identify::FormatKind;
use lantai_formats::page_code::{PageCode, PageCodeLimits};
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
    /// Where codes on its page are asked for, and nothing else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) page_codes: Option<PageCodeLimits>,
}

/// What came of it.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Answer {
    /// It was examined.
    Properties(Box<FileProperties>),
    /// It was searched for codes.
    PageCodes(Vec<PageCode>),
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
            page_codes: None,
        }
    }

    /// A page that is to be searched for codes.
    pub(super) fn for_page_codes(path: &Path, codes: PageCodeLimits, limits: ExamineLimits) -> Self {
        let claim = Claim {
            puid: None,
            mime: None,
            kind: FormatKind::Image,
            is_text: false,
            lacks_marks: false,
        };
        Self {
            page_codes: Some(codes),
            ..Self::new(claim, path, limits)
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
