//! What a reading is given besides the file.

use crate::identify::Identifier;
use std::ops::Range;
use std::path::PathBuf;

/// What a reading is given besides the file. The default reads all that needs no other program.
#[derive(Debug, Clone, Default)]
pub struct ExtractOptions {
    /// The library of PDFium (`libpdfium.so`); without it PDF is refused with
    /// [`ReadError::ProgramMissing`](super::ReadError::ProgramMissing).
    pub pdfium: Option<PathBuf>,
    /// The program of LibreOffice (`soffice`), for what nothing else reads.
    pub libreoffice: Option<PathBuf>,
    /// A private folder for files that other programs are given; without it nothing is written.
    pub scratch: Option<PathBuf>,
    /// Only these pages of the file, counted from 1; what is no page (told, parts) comes with the range that holds
    /// page 1.
    pub pages: Option<Range<u32>>,
    /// Names the format of files inside the file; without it they are told and not read.
    pub identifier: Option<Identifier>,
    /// Name and version of this program, for the steps, such as `lantai 0.1.0`.
    pub program: String,
}

impl ExtractOptions {
    /// Whether a page of the file is wanted.
    pub(crate) fn wants(&self, page: u32) -> bool {
        self.pages.as_ref().is_none_or(|pages| pages.contains(&page))
    }

    /// Whether what belongs to no page is wanted.
    pub(crate) fn wants_rest(&self) -> bool {
        self.wants(1)
    }
}
