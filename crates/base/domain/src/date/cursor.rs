//! A text folded for reading dates, and the small steps over it.

use super::eras::fold_character;
use super::{lunar, numerals};

/// Characters folded one for one, with the byte offset of each in the text they came from.
pub(super) struct Folded {
    pub chars: Vec<char>,
    /// One more than there are characters: the last is the length of the text.
    pub offsets: Vec<usize>,
}

impl Folded {
    pub fn new(text: &str) -> Self {
        let chars = text.chars().map(fold_character).collect();
        let offsets = text
            .char_indices()
            .map(|(at, _)| at)
            .chain([text.len()])
            .collect();
        Self { chars, offsets }
    }
}

/// Reads dates in folded characters.
#[derive(Clone, Copy)]
pub(super) struct Expression<'a> {
    pub chars: &'a [char],
    /// The text is nothing but a date, so that forms which could be something else are taken.
    pub alone: bool,
    /// Where the second half of a range begins, right behind its joiner.
    pub joined_at: Option<usize>,
}

impl Expression<'_> {
    pub(super) fn get(&self, at: usize) -> Option<char> {
        self.chars.get(at).copied()
    }

    /// The place behind `word`, when it stands at `at`.
    pub(super) fn skip(&self, at: usize, word: &str) -> Option<usize> {
        let mut end = at;
        for c in word.chars() {
            if self.get(end) != Some(c) {
                return None;
            }
            end += 1;
        }
        Some(end)
    }

    pub(super) fn blanks(&self, mut at: usize) -> usize {
        while self.get(at) == Some(' ') {
            at += 1;
        }
        at
    }

    /// The end of the numerals at `at`, of which at most `most` are taken.
    pub(super) fn numeral_run(&self, at: usize, most: usize) -> usize {
        let rest = self.chars.get(at..).unwrap_or_default();
        at + rest
            .iter()
            .take(most)
            .take_while(|c| numerals::is_numeral(**c))
            .count()
    }

    pub(super) fn number(&self, at: usize, end: usize) -> Option<u32> {
        let digits: String = self.chars.get(at..end)?.iter().collect();
        numerals::number(&digits)
    }

    pub(super) fn four_digits(&self, at: usize) -> Option<i16> {
        let digits = self.chars.get(at..at + 4)?;
        digits.iter().try_fold(0i16, |sum, c| {
            Some(sum * 10 + i16::try_from(c.to_digit(10)?).ok()?)
        })
    }

    pub(super) fn pillar_at(&self, at: usize) -> Option<u32> {
        lunar::pillar(self.get(at)?, self.get(at + 1)?)
    }

    /// Whether figures may begin here: not inside a longer number, a code or an address.
    pub(super) fn free_before(&self, at: usize) -> bool {
        if self.joined_at == Some(at) {
            return true;
        }
        let Some(before) = at.checked_sub(1).and_then(|at| self.get(at)) else {
            return true;
        };
        let joined = at >= 2 && self.get(at - 2).is_some_and(|c| c.is_ascii_alphanumeric());
        !(before.is_ascii_alphanumeric()
            || matches!(before, '_' | '·' | '+' | '@' | '#')
            || (matches!(before, '-' | '.' | '/' | ',' | ':') && joined))
    }

    /// Whether figures may end here.
    pub(super) fn free_after(&self, at: usize) -> bool {
        let Some(next) = self.get(at) else {
            return true;
        };
        let goes_on = self.get(at + 1).is_some_and(|c| c.is_ascii_alphanumeric());
        !(next.is_ascii_alphanumeric()
            || matches!(next, '_' | '·' | '@' | '%')
            || (matches!(next, '-' | '.' | '/' | ',' | ':') && goes_on))
    }
}
