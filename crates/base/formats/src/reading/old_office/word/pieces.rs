//! The table of pieces (MS-DOC 2.8.35, 2.9.38).

use crate::reading::compound::{index, u16_at, u32_at};

/// Pieces of one document.
const MAX_PIECES: usize = 4_000_000;

/// A stretch of text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Piece {
    /// Where it begins in the stream `WordDocument`.
    pub offset: usize,
    /// How many characters it has.
    pub characters: usize,
    /// Whether a character is one byte (Windows-1252) and not two (UTF-16).
    pub is_narrow: bool,
    /// Where it begins in a document of Word 6, which knows no width.
    pub raw: usize,
}

/// The pieces of a document, in the order of its text; `None` where there is no table.
pub(super) fn pieces(clx: &[u8]) -> Option<Vec<Piece>> {
    let mut at = 0;
    loop {
        match clx.get(at)? {
            // formatting of pieces
            1 => at += 3 + usize::from(u16_at(clx, at + 1)?),
            2 => break,
            _ => return None,
        }
    }
    let length = index(u32_at(clx, at + 1)?);
    let begin = at + 5;
    let end = begin.checked_add(length)?.min(clx.len());
    let table = clx.get(begin..end)?;
    // n + 1 positions of four bytes, n pieces of eight
    let count = table.len().checked_sub(4)? / 12;
    if count > MAX_PIECES {
        return None;
    }
    let mut pieces = Vec::with_capacity(count);
    for number in 0..count {
        let from = u32_at(table, number * 4)?;
        let to = u32_at(table, number * 4 + 4)?;
        let place = u32_at(table, (count + 1) * 4 + number * 8 + 2)?;
        let Some(characters) = to.checked_sub(from) else {
            // positions must rise; what follows cannot be told apart
            break;
        };
        let is_narrow = place & 0x4000_0000 != 0;
        let offset = index(place & 0x3fff_ffff);
        pieces.push(Piece {
            offset: if is_narrow { offset / 2 } else { offset },
            characters: index(characters),
            is_narrow,
            raw: index(place),
        });
    }
    Some(pieces)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn table(pieces: &[(u32, u32)]) -> Vec<u8> {
        let mut clx = vec![1, 3, 0, 9, 9, 9, 2];
        clx.extend(u32::try_from(pieces.len() * 12 + 4).unwrap().to_le_bytes());
        let mut position = 0_u32;
        clx.extend(position.to_le_bytes());
        for (characters, _) in pieces {
            position += characters;
            clx.extend(position.to_le_bytes());
        }
        for (_, place) in pieces {
            clx.extend([0, 0]);
            clx.extend(place.to_le_bytes());
            clx.extend([0, 0]);
        }
        clx
    }

    proptest! {
        #[test]
        fn what_was_written_is_read(written in proptest::collection::vec((0_u32..1_000, 0_u32..0x1000_0000, any::<bool>()), 0..20)) {
            let places: Vec<(u32, u32)> = written
                .iter()
                .map(|(characters, offset, is_narrow)| (*characters, if *is_narrow { (offset * 2) | 0x4000_0000 } else { *offset }))
                .collect();
            let read = pieces(&table(&places)).unwrap();
            prop_assert_eq!(read.len(), written.len());
            for (piece, (characters, offset, is_narrow)) in read.iter().zip(&written) {
                prop_assert_eq!((piece.characters, piece.offset, piece.is_narrow), (index(*characters), index(*offset), *is_narrow));
            }
        }

        #[test]
        fn nothing_makes_it_fall(bytes in proptest::collection::vec(prop_oneof![Just(1_u8), Just(2), any::<u8>()], 0..100)) {
            let _pieces = pieces(&bytes);
        }
    }
}
