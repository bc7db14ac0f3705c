//! Catalogues of entries (著录): CSV in any encoding, Excel, JSON Lines.
//!
//! A catalogue comes from whoever made it, in their form: headings in their words, encodings of their machine,
//! rows with faults. Reading maps headings to elements ([`ColumnRules`]), goes on after a broken row and names it,
//! and keeps columns nobody knows as they came. CSV and JSON Lines stream: a million rows need the memory of one.

mod columns;
mod csv;
mod error;
mod fonds;
mod lines;
mod reader;
pub(crate) mod workbook;

use std::collections::BTreeMap;

pub use columns::{ARCHIVAL_CODE, ColumnRules, ColumnRulesError, ElementRule};
pub use csv::{csv_cell, csv_row};
pub use error::{CatalogueError, RowError};
pub use fonds::{FondsRow, read_fonds};
pub use reader::{CatalogueKind, CatalogueReader, Column};

/// One entry as the catalogue describes it: text, not yet judged.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CatalogueRow {
    /// Line (row of a sheet) where the entry begins, from 1.
    pub line: u64,
    /// Values by element identifier (`archival_code`, `title` …), trimmed; empty cells are left out.
    pub elements: BTreeMap<String, String>,
    /// Values under headings that mean no element we know, by heading, as they came; empty cells are left out.
    pub other: BTreeMap<String, String>,
}

impl CatalogueRow {
    /// The value of an element, if the entry has one.
    pub fn get(&self, element: &str) -> Option<&str> {
        self.elements.get(element).map(String::as_str)
    }

    /// The archival code (档号), if the entry has one.
    pub fn archival_code(&self) -> Option<&str> {
        self.get(ARCHIVAL_CODE)
    }

    /// File references of an element such as `content_file`: one, or several parted by `;`, `；`, `|` or line ends.
    pub fn files(&self, element: &str) -> impl Iterator<Item = &str> {
        self.get(element)
            .unwrap_or_default()
            .split([';', '；', '|', '\n', '\r'])
            .map(str::trim)
            .filter(|reference| !reference.is_empty())
    }

    /// The declared digest of the content file by algorithm (`sha256`, `sha512`, `sm3`, `md5`), lower-case
    /// hexadecimal. A column 摘要值 without an algorithm counts by the length of its value.
    pub fn digest(&self, algorithm: &str) -> Option<String> {
        if let Some(value) = self.get(&format!("digest_{algorithm}")) {
            return Some(value.to_lowercase());
        }
        let value = self.get("digest")?.to_lowercase();
        let (prefix, digits) = match value.split_once([':', '：', '=']) {
            Some((prefix, digits)) => (Some(prefix.trim().replace('-', "")), digits.trim()),
            None => (None, value.as_str()),
        };
        let by_length = match digits.len() {
            32 => "md5",
            64 => "sha256",
            128 => "sha512",
            _ => return None,
        };
        (prefix.as_deref().unwrap_or(by_length) == algorithm).then(|| digits.to_owned())
    }
}
