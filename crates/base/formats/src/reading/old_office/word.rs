//! Word documents (MS-DOC for Word 97 to 2003; Word 6 and 95 before it).
//!
//! The text lies in pieces anywhere in the stream `WordDocument`; a table says in which order they belong together, and
//! which of them are in one byte a character.

mod pieces;
mod story;

use crate::reading::compound::{Compound, index, tell_summary, u16_at, u32_at};
use crate::reading::flow::Flow;
use crate::reading::msg::code_page_of_locale;
use crate::reading::{Context, Input, ReadError};
use crate::text::decode_text;
use encoding_rs::Encoding;
use lantai_domain::reading::LineRole;
use pieces::{Piece, pieces};
use std::io::{Read, Seek};
use story::Story;

/// Marks of Word 97 and later, of Word 6 and 95.
const WORD_97: u16 = 0xa5ec;
const WORD_6: u16 = 0xa5dc;
/// Word 6 and 95 of East Asia, with two bytes a character.
const WORD_6_EAST: std::ops::RangeInclusive<u16> = 0xa697..=0xa699;
/// The first version whose characters are in UTF-16.
const UNICODE_VERSION: u16 = 0xc1;

/// Parts of the text, in their order: where their length is told, and what they are.
const STORIES: &[(usize, Part)] = &[
    (0x4c, Part::Main),
    (0x50, Part::Notes),
    (0x54, Part::Margins),
    (0x58, Part::Unused),
    (0x5c, Part::Notes),
    (0x60, Part::Notes),
    (0x64, Part::Notes),
    (0x68, Part::Margins),
];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Main,
    /// Footnotes, comments, endnotes, text boxes.
    Notes,
    /// Headers and footers.
    Margins,
    Unused,
}

/// Reads a document.
pub(in crate::reading) fn read(input: &Input<'_>, context: &mut Context<'_>) -> Result<(), ReadError> {
    let head = input.head(8)?;
    if !head.starts_with(&[0xd0, 0xcf, 0x11, 0xe0]) {
        // many things were called `.doc`
        return Err(ReadError::NoReader);
    }
    let limit = context.limits().document_bytes;
    let mut file = Compound::open(input.reader()?, limit)?;
    let document = file
        .stream("WordDocument")?
        .ok_or_else(|| ReadError::damaged("there is no stream WordDocument"))?;
    let text = Text::of(&document, &mut file)?;
    tell_summary(&mut file, context);
    context.text_step("", serde_json::Map::new());
    if !text.is_whole {
        context.omit("reading.damaged", "pieces of the text lie outside the file");
    }
    text.tell(context)
}

/// The text of a document, in characters as they count in its tables.
struct Text {
    units: Vec<u16>,
    lengths: Vec<(usize, Part)>,
    is_whole: bool,
}

impl Text {
    fn of<R: Read + Seek>(document: &[u8], file: &mut Compound<R>) -> Result<Self, ReadError> {
        let short = || ReadError::damaged("the header of the document is cut off");
        let mark = u16_at(document, 0).ok_or_else(short)?;
        let version = u16_at(document, 2).ok_or_else(short)?;
        let locale = u16_at(document, 6).ok_or_else(short)?;
        let flags = u16_at(document, 10).ok_or_else(short)?;
        if flags & 0x0100 != 0 {
            return Err(ReadError::Encrypted);
        }
        let is_eastern = WORD_6_EAST.contains(&mark);
        if !matches!(mark, WORD_97 | WORD_6) && !is_eastern {
            return Err(ReadError::damaged(format!(
                "the mark of the document is {mark:#06x}"
            )));
        }
        if version < UNICODE_VERSION {
            return Self::of_word_6(document, flags, locale, is_eastern);
        }
        let name = if flags & 0x0200 == 0 { "0Table" } else { "1Table" };
        let table = file.stream(name)?;
        let at = u32_at(document, 0x1a2).map_or(0, index);
        let length = u32_at(document, 0x1a6).map_or(0, index);
        let clx = table
            .as_deref()
            .and_then(|table| table.get(at..at.checked_add(length)?));
        let pieces = clx.and_then(pieces);
        let pieces = pieces.ok_or_else(|| ReadError::damaged("the table of pieces is missing"))?;
        let (units, is_whole) = join(document, &pieces);
        Ok(Self {
            units,
            lengths: lengths(document),
            is_whole,
        })
    }

    /// One byte or two a character, in the code page of the language.
    fn of_word_6(document: &[u8], flags: u16, locale: u16, is_eastern: bool) -> Result<Self, ReadError> {
        let begin = u32_at(document, 0x18).map_or(0, index);
        let end = u32_at(document, 0x1c).map_or(0, index);
        let length = u32_at(document, 0x34).map_or(0, index);
        let width = if is_eastern { 2 } else { 1 };
        let mut bytes = Vec::new();
        let mut is_whole = true;
        if flags & 0x0004 != 0 {
            let at = u32_at(document, 0x160).map_or(0, index);
            let size = u32_at(document, 0x164).map_or(0, index);
            let clx = document.get(at..at.saturating_add(size).min(document.len()));
            let pieces = clx
                .and_then(pieces)
                .ok_or_else(|| ReadError::damaged("the table of pieces is missing"))?;
            for piece in pieces {
                let content =
                    document.get(piece.raw..piece.raw.saturating_add(piece.characters.saturating_mul(width)));
                is_whole &= content.is_some();
                bytes.extend_from_slice(content.unwrap_or_default());
                if bytes.len() > document.len() {
                    return Err(ReadError::damaged("pieces of the text overlap"));
                }
            }
        } else {
            let end = end.min(document.len());
            bytes.extend_from_slice(
                document
                    .get(begin..end)
                    .ok_or_else(|| ReadError::damaged("the text lies outside the file"))?,
            );
        }
        let length = length.saturating_mul(width).min(bytes.len());
        let main = bytes.get(..length).unwrap_or_default();
        let units: Vec<u16> = if is_eastern {
            main.chunks_exact(2)
                .map(|pair| u16::from_le_bytes([pair[0], pair[1]]))
                .collect()
        } else {
            decode(main, locale).encode_utf16().collect()
        };
        Ok(Self {
            lengths: vec![(units.len(), Part::Main)],
            units,
            is_whole,
        })
    }

    fn tell(&self, context: &mut Context<'_>) -> Result<(), ReadError> {
        let mut flow = Flow::new(context);
        let mut begin = 0_usize;
        let mut shown = std::collections::HashSet::new();
        for (length, part) in &self.lengths {
            let end = begin.saturating_add(*length).min(self.units.len());
            let units = self.units.get(begin..end).unwrap_or_default();
            begin = end;
            if *part == Part::Unused {
                continue;
            }
            for (at, page) in Story::of(units).pages.iter().enumerate() {
                if at > 0 {
                    flow.end_page_even_if_empty()?;
                }
                for (line, role) in page {
                    // headers are kept once a section, and mostly say the same
                    let is_repeated = *part == Part::Margins && !shown.insert(line.clone());
                    if is_repeated || (line.is_empty() && *part != Part::Main) {
                        continue;
                    }
                    let role = if *part == Part::Margins {
                        LineRole::Margin
                    } else {
                        *role
                    };
                    flow.line(line, role)?;
                }
            }
        }
        flow.end_page()
    }
}

fn decode(bytes: &[u8], locale: u16) -> String {
    let stated: Option<&'static Encoding> = code_page_of_locale(u32::from(locale));
    let (text, had_errors) = stated
        .unwrap_or(encoding_rs::WINDOWS_1252)
        .decode_without_bom_handling(bytes);
    if had_errors || (stated.is_none() && !bytes.is_ascii()) {
        return decode_text(bytes).text;
    }
    text.into_owned()
}

fn lengths(document: &[u8]) -> Vec<(usize, Part)> {
    STORIES
        .iter()
        .map(|(at, part)| (u32_at(document, *at).map_or(0, index), *part))
        .collect()
}

/// The characters of all pieces one after the other, and whether all of them lie in the file.
fn join(document: &[u8], pieces: &[Piece]) -> (Vec<u16>, bool) {
    let mut units = Vec::new();
    let mut is_whole = true;
    // pieces may overlap; their sum cannot be much more than the file
    let mut left = document.len().saturating_mul(2);
    for piece in pieces {
        let width = if piece.is_narrow { 1 } else { 2 };
        let wanted = piece.characters.saturating_mul(width);
        let end = piece.offset.saturating_add(wanted).min(document.len());
        let bytes = document.get(piece.offset..end).unwrap_or_default();
        is_whole &= bytes.len() == wanted && bytes.len() <= left;
        let bytes = bytes.get(..bytes.len().min(left)).unwrap_or_default();
        left -= bytes.len();
        if piece.is_narrow {
            let (text, _) = encoding_rs::WINDOWS_1252.decode_without_bom_handling(bytes);
            units.extend(text.encode_utf16());
        } else {
            units.extend(
                bytes
                    .chunks_exact(2)
                    .map(|pair| u16::from_le_bytes([pair[0], pair[1]])),
            );
        }
    }
    (units, is_whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_joined_whatever_their_width() {
        let mut document = b"caf\xe9\x80".to_vec();
        document.push(0);
        document.extend("大坝".encode_utf16().flat_map(u16::to_le_bytes));
        let piece = |offset, characters, is_narrow| Piece {
            offset,
            characters,
            is_narrow,
            raw: offset,
        };
        let (units, is_whole) = join(&document, &[piece(6, 2, false), piece(0, 5, true)]);
        assert_eq!(String::from_utf16(&units).unwrap(), "大坝café€");
        assert!(is_whole);
        let (units, is_whole) = join(&document, &vec![piece(0, 1_000_000_000, true); 1_000]);
        assert!(!is_whole);
        assert!(units.len() <= document.len() * 2);
    }

    #[test]
    fn word_6_is_read_in_the_code_page_of_its_language() {
        let mut document = vec![0; 0x200];
        document[..2].copy_from_slice(&WORD_6.to_le_bytes());
        document[0x18..0x1c].copy_from_slice(&0x200_u32.to_le_bytes());
        document.extend_from_slice(&encoding_rs::GB18030.encode("大坝验收\r").0);
        let end = u32::try_from(document.len()).unwrap();
        document[0x1c..0x20].copy_from_slice(&end.to_le_bytes());
        document[0x34..0x38].copy_from_slice(&9_u32.to_le_bytes());
        let text = Text::of_word_6(&document, 0, 0x0804, false).unwrap();
        assert_eq!(String::from_utf16(&text.units).unwrap(), "大坝验收\r");
    }
}
