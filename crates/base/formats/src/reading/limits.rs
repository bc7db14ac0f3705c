//! How much of a document is read.

use serde::{Deserialize, Serialize};

/// Limits of reading one file with everything inside it. What lies beyond is told as an omission, or as
/// [`ReadError::TooLarge`](super::ReadError::TooLarge) where nothing can be read without it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ReadLimits {
    /// Bytes of a document that its reader must hold in memory as a whole.
    pub document_bytes: u64,
    /// Bytes of the members of a container that are expanded, all together.
    pub expanded_bytes: u64,
    /// Characters of text, all pages and parts together.
    pub characters: u64,
    /// Characters of one page; what is more goes to further pages or is left out.
    pub page_characters: usize,
    /// Pages, those of parts included.
    pub pages: u32,
    /// Lines with places of one page; a page with more keeps its text without places.
    pub page_lines: usize,
    /// Files inside, at all depths.
    pub parts: u32,
    /// Bytes of one file inside.
    pub part_bytes: u64,
    /// Bytes of all files inside together.
    pub parts_bytes: u64,
    /// Files inside files inside files: 0 reads none of them.
    pub depth: u8,
    /// Depth of XML.
    pub xml_depth: usize,
    /// Elements, objects or records walked over where they are kept in memory.
    pub objects: usize,
    /// Pixels of the picture of one page.
    pub picture_pixels: u64,
    /// Things that a file may say of itself.
    pub told: u32,
    /// Seconds of waiting for another program.
    pub bridge_seconds: u64,
}

impl Default for ReadLimits {
    fn default() -> Self {
        Self {
            document_bytes: 512 << 20,
            expanded_bytes: 512 << 20,
            characters: 200_000_000,
            page_characters: 2_000_000,
            pages: 200_000,
            page_lines: 20_000,
            parts: 100_000,
            part_bytes: 128 << 20,
            parts_bytes: 1 << 30,
            depth: 6,
            xml_depth: 256,
            objects: 1_000_000,
            picture_pixels: 100_000_000,
            told: 256,
            bridge_seconds: 50,
        }
    }
}
