//! Text as a row of units, and the pairs of units that the recall field holds.
//!
//! A unit is one ideograph, kana, syllable or digit, or one word of letters. Everything else, punctuation
//! and spaces, is dropped: text with it and without it is the same row. Digits are units of their own,
//! so that a fragment cut out of the middle of a number is found.

use tantivy::tokenizer::{Token, TokenStream, Tokenizer};

use crate::fold::fold_char;

/// Longest word that is kept whole; the engine refuses terms beyond 65 530 bytes.
const MAX_WORD_CHARS: usize = 64;

/// One unit of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unit {
    /// What it is, folded.
    pub kind: UnitKind,
    /// Place of its first character, counted in characters.
    pub start: usize,
    /// Place behind its last character, counted in characters.
    pub end: usize,
}

/// The two kinds of unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UnitKind {
    /// One ideograph, kana, syllable or digit.
    Single(char),
    /// A word of letters.
    Word(String),
}

enum Class {
    Single,
    Letter,
    Dropped,
}

fn classify(folded: char) -> Class {
    match folded {
        '0'..='9' | '〇' => Class::Single,
        'a'..='z' => Class::Letter,
        '\u{3400}'..='\u{9FFF}' | '\u{20000}'..='\u{323AF}' | '\u{F900}'..='\u{FAFF}' => Class::Single,
        // Kana, bopomofo, Hangul: written without spaces, or with few.
        '\u{3041}'..='\u{30FF}' | '\u{3105}'..='\u{312F}' | '\u{AC00}'..='\u{D7A3}' => Class::Single,
        '々' => Class::Single,
        '\0'..='\x7f' => Class::Dropped,
        _ if folded.is_numeric() => Class::Single,
        _ if folded.is_alphabetic() => Class::Letter,
        _ => Class::Dropped,
    }
}

/// Walks through the units of a text without holding them.
pub struct Units<'a> {
    characters: std::iter::Enumerate<std::str::Chars<'a>>,
    /// A character read too far, at the end of a word.
    ahead: Option<(usize, char)>,
}

/// The units of a text.
pub fn units(text: &str) -> Units<'_> {
    Units {
        characters: text.chars().enumerate(),
        ahead: None,
    }
}

impl Iterator for Units<'_> {
    type Item = Unit;

    fn next(&mut self) -> Option<Unit> {
        loop {
            let (place, folded) = match self.ahead.take() {
                Some(read) => read,
                None => self.characters.next().map(|(place, c)| (place, fold_char(c)))?,
            };
            match classify(folded) {
                Class::Dropped => {}
                Class::Single => {
                    return Some(Unit {
                        kind: UnitKind::Single(folded),
                        start: place,
                        end: place + 1,
                    });
                }
                Class::Letter => return Some(self.word(place, folded)),
            }
        }
    }
}

impl Units<'_> {
    fn word(&mut self, start: usize, first: char) -> Unit {
        let mut word = String::from(first);
        let mut end = start + 1;
        for (place, character) in self.characters.by_ref() {
            let folded = fold_char(character);
            if !matches!(classify(folded), Class::Letter) || end - start == MAX_WORD_CHARS {
                self.ahead = Some((place, folded));
                break;
            }
            word.push(folded);
            end = place + 1;
        }
        Unit {
            kind: UnitKind::Word(word),
            start,
            end,
        }
    }
}

/// One term of the recall field and its distance from the beginning of the phrase.
pub type Gram = (usize, String);

/// The terms that stand, at these distances, wherever this row of units stands in a text.
///
/// A row of one single character has none: it is looked for by prefix, see [`lone_character`].
pub fn grams(row: &[UnitKind]) -> Vec<Gram> {
    let mut found = Vec::with_capacity(row.len());
    for (place, unit) in row.iter().enumerate() {
        match (unit, row.get(place + 1)) {
            (UnitKind::Word(word), _) => found.push((place, word.clone())),
            (UnitKind::Single(left), Some(UnitKind::Single(right))) => {
                found.push((place, String::from_iter([*left, *right])));
            }
            (UnitKind::Single(last), Some(UnitKind::Word(_))) => found.push((place, last.to_string())),
            // The pair before it holds it, unless a word stands before it.
            (UnitKind::Single(last), None) => {
                if place > 0 && matches!(row[place - 1], UnitKind::Word(_)) {
                    found.push((place, last.to_string()));
                }
            }
        }
    }
    found
}

/// The character of a row that has only one: terms that begin with it are looked for.
pub fn lone_character(row: &[UnitKind]) -> Option<char> {
    match row {
        [UnitKind::Single(character)] => Some(*character),
        _ => None,
    }
}

/// Cuts text into pairs of units with positions.
///
/// At the place of a single unit stands the pair with its successor; where a row of singles begins behind
/// a word, or ends, the unit alone stands there too, so that each phrase has exact terms (see [`grams`]).
#[derive(Clone, Default)]
pub struct GramTokenizer {
    token: Token,
}

/// The stream of a [`GramTokenizer`].
pub struct GramStream<'a> {
    units: Units<'a>,
    next: Option<UnitKind>,
    after_word: bool,
    /// A pair that stands at the same place as the unit just given.
    pending: Option<[char; 2]>,
    token: &'a mut Token,
}

impl Tokenizer for GramTokenizer {
    type TokenStream<'a> = GramStream<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> GramStream<'a> {
        self.token.reset();
        let mut units = units(text);
        let next = units.next().map(|unit| unit.kind);
        GramStream {
            units,
            next,
            after_word: false,
            pending: None,
            token: &mut self.token,
        }
    }
}

impl TokenStream for GramStream<'_> {
    fn advance(&mut self) -> bool {
        self.token.text.clear();
        if let Some(pair) = self.pending.take() {
            self.token.text.extend(pair);
            return true;
        }
        let Some(current) = self.next.take() else {
            return false;
        };
        self.next = self.units.next().map(|unit| unit.kind);
        self.token.position = self.token.position.wrapping_add(1);
        match (current, &self.next) {
            (UnitKind::Word(word), _) => {
                self.token.text.push_str(&word);
                self.after_word = true;
            }
            (UnitKind::Single(left), Some(UnitKind::Single(right))) => {
                if self.after_word {
                    self.token.text.push(left);
                    self.pending = Some([left, *right]);
                } else {
                    self.token.text.extend([left, *right]);
                }
                self.after_word = false;
            }
            (UnitKind::Single(last), _) => {
                self.token.text.push(last);
                self.after_word = false;
            }
        }
        true
    }

    fn token(&self) -> &Token {
        self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        self.token
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn kinds(text: &str) -> Vec<UnitKind> {
        units(text).map(|unit| unit.kind).collect()
    }

    fn tokens(text: &str) -> Vec<(usize, String)> {
        let mut tokenizer = GramTokenizer::default();
        let mut stream = tokenizer.token_stream(text);
        let mut found = Vec::new();
        while stream.advance() {
            found.push((stream.token().position, stream.token().text.clone()));
        }
        found
    }

    #[test]
    fn punctuation_makes_no_difference() {
        assert_eq!(kinds("国发〔1981〕88号"), kinds("國發[１９８１]88號"));
        assert_eq!(kinds("家中已收，倒在家"), kinds("家中已收倒在家"));
    }

    #[test]
    fn words_and_places_are_kept() {
        let found: Vec<_> = units("A座，第3层 Hall-b").collect();
        assert_eq!(
            found[0],
            Unit {
                kind: UnitKind::Word("a".into()),
                start: 0,
                end: 1
            }
        );
        assert_eq!(
            found[3],
            Unit {
                kind: UnitKind::Single('3'),
                start: 4,
                end: 5
            }
        );
        assert_eq!(
            found[5],
            Unit {
                kind: UnitKind::Word("hall".into()),
                start: 7,
                end: 11
            }
        );
        assert_eq!(
            found[6],
            Unit {
                kind: UnitKind::Word("b".into()),
                start: 12,
                end: 13
            }
        );
    }

    #[test]
    fn a_long_word_is_cut_and_nothing_is_lost() {
        let found: Vec<_> = units(&"x".repeat(150))
            .map(|unit| unit.end - unit.start)
            .collect();
        assert_eq!(found, [64, 64, 22]);
    }

    #[test]
    fn the_stream_has_the_terms_of_every_phrase() {
        assert_eq!(
            tokens("国发88号"),
            [
                (0, "国发".into()),
                (1, "发8".into()),
                (2, "88".into()),
                (3, "8号".into()),
                (4, "号".into())
            ]
        );
        let mixed = tokens("甲ab乙丙");
        assert_eq!(
            mixed,
            [
                (0, "甲".into()),
                (1, "ab".into()),
                (2, "乙".into()),
                (2, "乙丙".into()),
                (3, "丙".into())
            ]
        );
    }

    proptest! {
        #[test]
        fn every_part_of_a_text_is_found_where_it_stands(
            text in "[国院发号abc 一二，89]{1,30}", from in 0usize..30, length in 1usize..12
        ) {
            let row = kinds(&text);
            prop_assume!(from < row.len());
            let part = &row[from..(from + length).min(row.len())];
            let held = tokens(&text);
            for (distance, term) in grams(part) {
                prop_assert!(held.contains(&(from + distance, term)));
            }
            if let Some(character) = lone_character(part) {
                let here = held.iter().any(|(place, term)| *place == from && term.starts_with(character));
                prop_assert!(here);
            }
        }

        #[test]
        fn units_lie_in_order_inside_the_text(text in "\\PC{0,60}") {
            let length = text.chars().count();
            let mut last = 0;
            for unit in units(&text) {
                prop_assert!(unit.start >= last && unit.end > unit.start && unit.end <= length);
                last = unit.end;
            }
        }
    }
}
