//! The text of a record: what was read in its files, what was delivered as text, what the catalogue brought.

use crate::error::CataloguingError;
use crate::layout::{self, read_failed};
use crate::repository::records::StoredRecord;
use lantai_domain::reading::{KeptReading, PlaceKind, Reading, TextPlace};
use lantai_domain::{ContentFile, FileRole, Media};
use lantai_formats::text::decode_text;
use lantai_vault::{LogicalPath, Object, ObjectId, Vault, VersionNumber};
use std::io::Read;

/// Bytes of text taken from one record; what is longer is cut, the file itself stays whole.
const TEXT_LIMIT: usize = 8 * 1024 * 1024;

/// The text of a record, and where of the record it stands.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RecordText {
    /// The text.
    pub text: String,
    /// Its places, in the order of the text; empty where none are known.
    pub places: Vec<TextPlace>,
    /// Characters of `text`.
    length: usize,
}

impl RecordText {
    fn plain(text: String) -> Self {
        Self {
            length: text.chars().count(),
            text,
            places: Vec::new(),
        }
    }

    /// Room that is left, in bytes.
    fn room(&self) -> usize {
        TEXT_LIMIT.saturating_sub(self.text.len())
    }

    fn push(&mut self, text: &str) {
        let text = &text[..text.floor_char_boundary(self.room())];
        self.text.push_str(text);
        self.length += text.chars().count();
        if !text.ends_with('\n') && self.room() > 0 {
            self.text.push('\n');
            self.length += 1;
        }
    }

    fn push_reading(&mut self, file: u32, reading: &Reading) {
        if self.room() == 0 {
            return;
        }
        let before = self.length;
        let pages = reading
            .pages
            .iter()
            .map(|page| (page.start, PlaceKind::Page(page.n)));
        let segments = reading
            .segments
            .iter()
            .filter(|segment| !segment.text.is_empty())
            .map(|segment| (segment.at, PlaceKind::Second(segment.start)));
        let places = pages.chain(segments).map(|(start, at)| TextPlace {
            start: before + start,
            file,
            at,
        });
        self.places.extend(places);
        self.push(&reading.text);
        let end = self.length;
        self.places.retain(|place| place.start < end);
    }
}

/// The text of a record. What was read in its files comes first, with its places; then the text files (全文) that were
/// not read; without either the text that the catalogue brought. Reads from the vault.
pub fn record_text(vault: &Vault, stored: &StoredRecord) -> Result<Option<RecordText>, CataloguingError> {
    let files = &stored.record.files;
    let delivered = || stored.record.description.text.clone().map(RecordText::plain);
    if files.is_empty() {
        return Ok(delivered());
    }
    let kept = layout::kept_reading(vault, stored.record.id)?;
    let mut whole = RecordText::default();
    let mut unread: Vec<&ContentFile> = Vec::new();
    for (number, file) in files.iter().enumerate() {
        match kept.as_ref().and_then(|kept| reading_of(kept, file)) {
            Some(reading) => whole.push_reading(u32::try_from(number).unwrap_or(u32::MAX), reading),
            None => unread.push(file),
        }
    }
    let mut texts: Vec<_> = unread.iter().filter(|file| file.role == FileRole::Text).collect();
    if texts.is_empty() && whole.text.is_empty() {
        texts = unread.iter().filter(|file| file.media == Media::Text).collect();
    }
    if texts.is_empty() && whole.text.is_empty() {
        return Ok(delivered());
    }
    if !texts.is_empty() {
        let id = ObjectId::new(stored.object.clone())?;
        let object = vault.object(&id)?.ok_or(CataloguingError::NotFound)?;
        let version = VersionNumber::new(stored.object_version).unwrap_or(object.head());
        for file in texts {
            whole.push(&text_of(&object, version, file, whole.room())?);
        }
    }
    Ok(Some(whole))
}

/// What was read of a file; nothing where it has not the words that were looked for in it.
fn reading_of<'k>(kept: &'k KeptReading, file: &ContentFile) -> Option<&'k Reading> {
    let reading = &kept.files.iter().find(|read| read.path == file.path)?.reading;
    (!reading.text.trim().is_empty()).then_some(reading)
}

fn text_of(
    object: &Object,
    version: VersionNumber,
    file: &ContentFile,
    room: usize,
) -> Result<String, CataloguingError> {
    let path = LogicalPath::new(file.path.clone())?;
    let mut bytes = Vec::new();
    object
        .open(version, &path)?
        .take(room as u64)
        .read_to_end(&mut bytes)
        .map_err(|source| read_failed(&file.path, source))?;
    Ok(decode_text(&bytes).text)
}
