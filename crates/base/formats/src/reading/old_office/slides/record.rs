//! Records of PowerPoint: a header of eight bytes, then content or further records.

use crate::reading::compound::{index, u16_at, u32_at, utf16};

/// Kinds of records that are read.
pub(super) mod kind {
    pub(in crate::reading::old_office::slides) const DOCUMENT: u16 = 1000;
    pub(in crate::reading::old_office::slides) const SLIDE: u16 = 1006;
    pub(in crate::reading::old_office::slides) const SLIDE_ATOM: u16 = 1007;
    pub(in crate::reading::old_office::slides) const NOTES: u16 = 1008;
    pub(in crate::reading::old_office::slides) const SLIDE_PERSIST: u16 = 1011;
    pub(in crate::reading::old_office::slides) const MASTER: u16 = 1016;
    pub(in crate::reading::old_office::slides) const PLACEHOLDER: u16 = 3011;
    pub(in crate::reading::old_office::slides) const SHAPE: u16 = 0xf004;
    pub(in crate::reading::old_office::slides) const OUTLINE_REFERENCE: u16 = 3998;
    pub(in crate::reading::old_office::slides) const TEXT_HEADER: u16 = 3999;
    pub(in crate::reading::old_office::slides) const TEXT_CHARS: u16 = 4000;
    pub(in crate::reading::old_office::slides) const TEXT_BYTES: u16 = 4008;
    pub(in crate::reading::old_office::slides) const STRING: u16 = 4026;
    pub(in crate::reading::old_office::slides) const MARGINS: u16 = 4057;
    pub(in crate::reading::old_office::slides) const SLIDE_LIST: u16 = 4080;
    pub(in crate::reading::old_office::slides) const USER_EDIT: u16 = 4085;
    pub(in crate::reading::old_office::slides) const ADDED: u16 = 5003;
    pub(in crate::reading::old_office::slides) const PERSIST_DIRECTORY: u16 = 6002;
    pub(in crate::reading::old_office::slides) const COMMENT: u16 = 12000;
}

/// Records in one another.
const MAX_DEPTH: usize = 64;

/// A record.
#[derive(Debug, Clone, Copy)]
pub(super) struct Record<'a> {
    /// What it is.
    pub kind: u16,
    /// Which of its kind.
    pub instance: u16,
    /// Whether further records lie in it.
    pub is_container: bool,
    /// What lies in it.
    pub content: &'a [u8],
}

impl<'a> Record<'a> {
    /// The record at a place; one that is cut off has what is left of it.
    pub(super) fn at(bytes: &'a [u8], at: usize) -> Option<Self> {
        let head = u16_at(bytes, at)?;
        let kind = u16_at(bytes, at.checked_add(2)?)?;
        let length = index(u32_at(bytes, at.checked_add(4)?)?);
        let begin = at.checked_add(8)?;
        let end = begin.saturating_add(length).min(bytes.len());
        Some(Self {
            kind,
            instance: head >> 4,
            is_container: head & 0xf == 0xf,
            content: bytes.get(begin..end)?,
        })
    }

    /// The records in it.
    pub(super) fn children(self) -> impl Iterator<Item = Record<'a>> {
        // what newer versions added (comments) lies in records that do not say that they hold others
        let is_container = self.is_container || self.kind == kind::ADDED;
        let content = if is_container { self.content } else { &[] };
        records(content)
    }

    /// All records in it, in their order; with each the kind of the record that it lies in directly.
    pub(super) fn walk(self, visit: &mut dyn FnMut(Record<'a>, u16)) {
        self.walk_at(0, visit);
    }

    fn walk_at(self, depth: usize, visit: &mut dyn FnMut(Record<'a>, u16)) {
        if depth >= MAX_DEPTH {
            return;
        }
        for child in self.children() {
            visit(child, self.kind);
            child.walk_at(depth + 1, visit);
        }
    }

    /// The text of the record, if it is one of text.
    pub(super) fn text(self) -> Option<String> {
        match self.kind {
            kind::TEXT_CHARS | kind::STRING => Some(utf16(self.content)),
            // the lower bytes of UTF-16
            kind::TEXT_BYTES => Some(self.content.iter().map(|byte| char::from(*byte)).collect()),
            _ => None,
        }
    }
}

/// Records one after the other.
pub(super) fn records(bytes: &[u8]) -> impl Iterator<Item = Record<'_>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let record = Record::at(bytes, at)?;
        at += 8 + record.content.len();
        Some(record)
    })
}
