//! Names of persons, places and bodies: what the model finds, joined, cut and corrected by rules.
//!
//! The rules follow how names are written, not any one text; `rules/names.toml` holds their lists.

mod organisations;
mod persons;
mod piece;
mod places;
mod rules;

pub use piece::Basis;
pub use rules::NameRules;

use lantai_domain::reading::EntityKind;
use lantai_models::words::{Tag, Word};
use piece::{Piece, Row};

/// A name in the text.
#[derive(Debug, Clone, PartialEq)]
pub struct FoundName {
    /// What it is.
    pub kind: EntityKind,
    /// First character.
    pub start: usize,
    /// The character after the last.
    pub end: usize,
    /// What says so.
    pub basis: Basis,
}

impl FoundName {
    /// How sure the name is, from 0 to 1: the share of such names that was right in news texts, in one half of the
    /// sentences that were looked at; in classical texts what is left of it there.
    pub fn confidence(&self, classical: bool) -> f32 {
        let share = match (self.kind, self.basis) {
            (EntityKind::Person, Basis::Office) => return 0.85,
            (EntityKind::Person, Basis::ModelAndForm | Basis::Cut) => 0.9,
            (EntityKind::Person, Basis::Joined) => 0.65,
            (EntityKind::Person, _) => 0.4,
            (EntityKind::Place, Basis::Letter | Basis::List | Basis::Cut | Basis::Model) => 0.9,
            (EntityKind::Place, _) => 0.75,
            (EntityKind::Organisation, Basis::List) => 0.97,
            (EntityKind::Organisation, Basis::Joined) => 0.7,
            _ => 0.8,
        };
        if classical { share * 0.5 } else { share }
    }

    /// Whether it is worth telling in a classical text, where the model knows fewer words.
    fn stands_in_classical(&self) -> bool {
        self.kind != EntityKind::Person || matches!(self.basis, Basis::ModelAndForm | Basis::Cut)
    }
}

/// Finds the names in a text of which these are the words, in order and none inside another.
pub fn find_names(chars: &[char], words: &[Word], rules: &NameRules, classical: bool) -> Vec<FoundName> {
    let mut row = Row {
        chars,
        pieces: words.iter().filter_map(|word| piece_of(chars, word)).collect(),
    };
    persons::cut_titles(&mut row, &rules.persons);
    places::split_letters(&mut row, &rules.places);
    organisations::split_states(&mut row, rules);
    places::split_divisions(&mut row, &rules.places);
    places::correct(&mut row, &rules.places);
    organisations::correct(&mut row, &rules.organisations);
    persons::join_parts(&mut row, &rules.persons);
    persons::correct(&mut row, &rules.persons);
    places::join_tails(&mut row, &rules.places);
    organisations::join_congresses(&mut row, &rules.organisations);
    organisations::join(&mut row, rules);
    persons::find_known(&mut row, &rules.persons);
    places::find_known(&mut row, &rules.places);
    let found = row.pieces.iter().filter_map(name_of);
    if !classical {
        return found.collect();
    }
    let officers = persons::behind_offices(chars, &rules.persons);
    let apart = |name: &FoundName| {
        officers
            .iter()
            .all(|(start, end)| name.end <= *start || *end <= name.start)
    };
    let mut all: Vec<FoundName> = found
        .filter_map(|name| persons::without_verb(chars, name, &rules.persons))
        .filter(|name| name.stands_in_classical() && apart(name))
        .collect();
    all.extend(officers.iter().map(|(start, end)| FoundName {
        kind: EntityKind::Person,
        start: *start,
        end: *end,
        basis: Basis::Office,
    }));
    all.sort_by_key(|name| name.start);
    all
}

fn name_of(piece: &Piece) -> Option<FoundName> {
    let kind = match piece.tag {
        Tag::Person => EntityKind::Person,
        Tag::Place => EntityKind::Place,
        Tag::Organisation => EntityKind::Organisation,
        _ => return None,
    };
    Some(FoundName {
        kind,
        start: piece.start,
        end: piece.end,
        basis: piece.basis,
    })
}

/// A word without blanks around it.
fn piece_of(chars: &[char], word: &Word) -> Option<Piece> {
    let text = chars.get(word.start..word.end)?;
    let before = text.iter().take_while(|c| c.is_whitespace()).count();
    let after = text.iter().rev().take_while(|c| c.is_whitespace()).count();
    let (start, end) = match before == text.len() {
        // A blank stays, so that what stands around it is not joined.
        true => (word.start, word.end),
        false => (word.start + before, word.end - after),
    };
    (start < end).then_some(Piece {
        start,
        end,
        tag: if before == text.len() {
            Tag::Punctuation
        } else {
            word.tag
        },
        basis: Basis::Model,
    })
}

/// Cuts the known names out of a piece; `None` where none stands in it.
fn cut_out(row: &Row<'_>, piece: &Piece, known: &[String], tag: Tag) -> Option<Vec<Piece>> {
    let chars = row.chars.get(piece.start..piece.end)?;
    let mut pieces = Vec::new();
    let mut from = 0;
    let mut at = 0;
    while at < chars.len() {
        let length = known
            .iter()
            .find(|name| {
                name.chars()
                    .enumerate()
                    .all(|(n, c)| chars.get(at + n) == Some(&c))
            })
            .map(|name| name.chars().count());
        let Some(length) = length else {
            at += 1;
            continue;
        };
        let part = |from: usize, to: usize| Piece {
            start: piece.start + from,
            end: piece.start + to,
            ..*piece
        };
        pieces.push(part(from, at));
        pieces.push(part(at, at + length).named(tag, Basis::Cut));
        at += length;
        from = at;
    }
    if pieces.is_empty() {
        return None;
    }
    pieces.push(Piece {
        start: piece.start + from,
        ..*piece
    });
    Some(pieces)
}

#[cfg(test)]
mod tests;
