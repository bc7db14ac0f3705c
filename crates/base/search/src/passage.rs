//! The best passage of a text, and what of it matched, in the text's own characters.

use std::collections::BTreeSet;
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::ops::Range;

use crate::query::{Clause, Query};
use crate::units::{UnitKind, units};

/// A text is searched for its best passage in blocks of this many characters…
const BLOCK_CHARS: usize = 200_000;
/// …and not further than this.
const MAX_BLOCKS: usize = 12;
/// Marks in one passage.
const MAX_MARKS: usize = 64;
/// Rows of units that are marked.
const MAX_NEEDLES: usize = 40;
/// Share of a passage that stands before its first mark.
const LEAD: usize = 4;

/// One unit as a number: an ideograph or digit is its code point, a word its hash with the top bit set.
type Sign = u32;

fn sign(unit: &UnitKind) -> Sign {
    match unit {
        UnitKind::Single(character) => *character as u32,
        UnitKind::Word(word) => {
            let mut hasher = DefaultHasher::new();
            word.hash(&mut hasher);
            (hasher.finish() as u32) | 0x8000_0000
        }
    }
}

/// What is marked: rows of units, longest first.
#[derive(Debug, Default)]
pub struct Needles(Vec<Vec<Sign>>);

/// A place in a text where something matched, in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Match {
    start: usize,
    end: usize,
    needle: usize,
    weight: usize,
}

/// A passage: its place in the text, and the marks within it, all in characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passage {
    /// Characters of the text.
    pub range: Range<usize>,
    /// From, to (exclusive), counted from the beginning of the passage.
    pub marks: Vec<(usize, usize)>,
}

impl Needles {
    /// All rows of a query that a text may hold.
    pub fn of(query: &Query) -> Self {
        let mut rows: Vec<&[UnitKind]> = vec![&query.plain];
        if query.is_passage {
            rows.extend(query.plain.chunks(10));
        }
        for item in query.items.iter().filter(|item| !item.excluded) {
            match &item.clause {
                Clause::Text(text) => {
                    rows.push(&text.row);
                    rows.extend(text.parts.iter().map(Vec::as_slice));
                }
                Clause::Date { row, .. } | Clause::Number { row, .. } | Clause::Code { row, .. } => {
                    rows.push(row)
                }
                Clause::Year { .. } | Clause::Value { .. } => {}
            }
        }
        Self::from_rows(rows)
    }

    /// The pairs of characters too, for hits of a relaxed search.
    pub fn relaxed(query: &Query) -> Self {
        let mut rows: Vec<&[UnitKind]> = vec![&query.plain];
        rows.extend(query.plain.windows(2));
        Self::from_rows(rows)
    }

    fn from_rows(rows: Vec<&[UnitKind]>) -> Self {
        let mut needles: Vec<Vec<Sign>> = rows
            .into_iter()
            .filter(|row| !row.is_empty())
            .map(|row| row.iter().map(sign).collect())
            .collect();
        needles.sort_by(|left, right| right.len().cmp(&left.len()).then_with(|| left.cmp(right)));
        needles.dedup();
        needles.truncate(MAX_NEEDLES);
        Self(needles)
    }

    /// Everything that matches in a short text, as marks.
    pub fn marks(&self, text: &str) -> Vec<(usize, usize)> {
        joined(&self.largest(self.matches(text, 0)), 0..usize::MAX)
    }

    /// Leaves out the parts of a row that matches as a whole here.
    fn largest(&self, found: Vec<Match>) -> Vec<Match> {
        let here: BTreeSet<usize> = found.iter().map(|one| one.needle).collect();
        let is_part = |needle: usize| {
            let row = &self.0[needle];
            here.iter().any(|other| {
                self.0[*other].len() > row.len() && self.0[*other].windows(row.len()).any(|part| part == row)
            })
        };
        let dropped: BTreeSet<usize> = here.iter().copied().filter(|needle| is_part(*needle)).collect();
        found
            .into_iter()
            .filter(|one| !dropped.contains(&one.needle))
            .collect()
    }

    fn matches(&self, text: &str, first_place: usize) -> Vec<Match> {
        let mut signs = Vec::new();
        let mut places = Vec::new();
        for unit in units(text) {
            signs.push(sign(&unit.kind));
            places.push((first_place + unit.start, first_place + unit.end));
        }
        let mut found = Vec::new();
        for (needle, row) in self.0.iter().enumerate() {
            let Some(first) = row.first() else { continue };
            for at in 0..signs.len().saturating_sub(row.len() - 1) {
                if signs[at] == *first && signs[at..at + row.len()] == row[..] {
                    let (start, end) = (places[at].0, places[at + row.len() - 1].1);
                    found.push(Match {
                        start,
                        end,
                        needle,
                        weight: row.len() * row.len(),
                    });
                }
            }
        }
        found.sort_by_key(|one| (one.start, std::cmp::Reverse(one.end)));
        found
    }

    /// The passage of at most `length` characters that holds the weightiest matches; `None` when nothing
    /// matches.
    pub fn best_passage(&self, text: &str, length: usize) -> Option<Passage> {
        if self.0.is_empty() || length == 0 {
            return None;
        }
        let longest = self.0[0].len();
        let mut best: Option<(usize, Vec<Match>)> = None;
        let (mut rest, mut first_place) = (text, 0);
        for _ in 0..MAX_BLOCKS {
            if rest.is_empty() {
                break;
            }
            let (block, after) = cut(rest, BLOCK_CHARS);
            let found = self.matches(block, first_place);
            if let Some((weight, chosen)) = heaviest(&found, length)
                && best.as_ref().is_none_or(|(known, _)| weight > *known)
            {
                best = Some((weight, chosen));
            }
            if best
                .as_ref()
                .is_some_and(|(weight, _)| *weight >= longest * longest)
            {
                break; // the longest row is found: nothing better can follow
            }
            first_place += block.chars().count();
            rest = after;
        }
        let (_, chosen) = best?;
        Some(frame(text, &self.largest(chosen), length))
    }
}

/// The beginning of a text with at most `length` characters.
pub fn beginning(text: &str, length: usize) -> Passage {
    Passage {
        range: 0..text.chars().take(length).count(),
        marks: Vec::new(),
    }
}

/// The characters of a passage; line breaks become spaces, so that one character stays one.
pub fn characters(text: &str, range: &Range<usize>) -> String {
    text.chars()
        .skip(range.start)
        .take(range.len())
        .map(|character| if character.is_control() { ' ' } else { character })
        .collect()
}

fn cut(text: &str, length: usize) -> (&str, &str) {
    match text.char_indices().nth(length) {
        Some((byte, _)) => text.split_at(byte),
        None => (text, ""),
    }
}

/// The matches within the best window; each row counts once.
fn heaviest(found: &[Match], length: usize) -> Option<(usize, Vec<Match>)> {
    let mut best: Option<(usize, Range<usize>)> = None;
    let mut counted = [0_u32; MAX_NEEDLES];
    let (mut first, mut weight) = (0, 0);
    for (place, one) in found.iter().enumerate() {
        if counted[one.needle] == 0 {
            weight += one.weight;
        }
        counted[one.needle] += 1;
        while first < place && one.end.saturating_sub(found[first].start) > length {
            let gone = &found[first];
            counted[gone.needle] -= 1;
            if counted[gone.needle] == 0 {
                weight -= gone.weight;
            }
            first += 1;
        }
        if best.as_ref().is_none_or(|(known, _)| weight > *known) {
            best = Some((weight, first..place + 1));
        }
    }
    let (weight, chosen) = best?;
    Some((weight, found[chosen].to_vec()))
}

/// Places the passage around its matches, beginning after a stop where one is near.
fn frame(text: &str, chosen: &[Match], length: usize) -> Passage {
    let first = chosen.iter().map(|one| one.start).min().unwrap_or(0);
    let last = chosen.iter().map(|one| one.end).max().unwrap_or(first);
    let spare = length.saturating_sub(last - first);
    let earliest = first.saturating_sub(spare.min(length / LEAD));
    let before: Vec<char> = text.chars().skip(earliest).take(first - earliest).collect();
    let stop = before
        .iter()
        .rposition(|character| matches!(character, '。' | '！' | '？' | '；' | '\n'));
    let start = if earliest == 0 {
        0
    } else {
        stop.map_or(earliest, |place| earliest + place + 1)
    };
    let count = text.chars().skip(start).take(length).count();
    let range = start..start + count;
    Passage {
        marks: joined(chosen, range.clone()),
        range,
    }
}

/// Marks within a range, overlapping and touching ones joined, counted from its beginning.
fn joined(found: &[Match], range: Range<usize>) -> Vec<(usize, usize)> {
    let mut marks: Vec<(usize, usize)> = Vec::new();
    for one in found {
        let (start, end) = (one.start.max(range.start), one.end.min(range.end));
        if start >= end {
            continue;
        }
        let (start, end) = (start - range.start, end - range.start);
        match marks.last_mut() {
            Some(last) if start <= last.1 => last.1 = last.1.max(end),
            _ => marks.push((start, end)),
        }
    }
    marks.truncate(MAX_MARKS);
    marks
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::parse;
    use proptest::prelude::*;

    fn shown(text: &str, query: &str, length: usize) -> Option<(String, Vec<String>)> {
        let passage = Needles::of(&parse(query)).best_passage(text, length)?;
        let shown: Vec<char> = characters(text, &passage.range).chars().collect();
        let marks = passage
            .marks
            .iter()
            .map(|(from, to)| shown[*from..*to].iter().collect())
            .collect();
        Some((shown.into_iter().collect(), marks))
    }

    #[test]
    fn marks_are_in_the_characters_of_the_text() {
        let text = "前文很长。".repeat(40) + "奉上諭，著各省督撫查辦。" + &"後文。".repeat(40);
        let (passage, marks) = shown(&text, "着各省督抚", 30).unwrap();
        assert_eq!(marks, ["著各省督撫"]);
        assert!(
            passage.starts_with("奉上諭") && passage.chars().count() == 30,
            "{passage}"
        );
    }

    #[test]
    fn marks_span_punctuation_that_the_query_does_not_have() {
        let (_, marks) = shown("家中已收，倒在家借银。", "家中已收倒在家", 50).unwrap();
        assert_eq!(marks, ["家中已收，倒在家"]);
    }

    #[test]
    fn the_passage_with_most_of_the_query_wins() {
        let text = "粮食。".to_owned() + &"别的话。".repeat(100) + "粮食收购的价格" + &"别的话。".repeat(100);
        let (passage, marks) = shown(&text, "粮食 价格", 20).unwrap();
        assert!(passage.contains("粮食收购的价格"), "{passage}");
        assert_eq!(marks, ["粮食", "价格"]);
    }

    #[test]
    fn a_match_behind_the_first_block_is_found() {
        let text = "前".repeat(BLOCK_CHARS + 50) + "奉旨查办" + &"后".repeat(50);
        assert_eq!(shown(&text, "奉旨查办", 40).unwrap().1, ["奉旨查办"]);
    }

    #[test]
    fn nothing_matches_nothing() {
        assert_eq!(shown("别的话", "粮食", 20), None);
        assert_eq!(shown("", "粮食", 20), None);
        assert_eq!(beginning("一二三四", 2).range, 0..2);
    }

    proptest! {
        #[test]
        fn marks_lie_inside_and_hold_what_was_looked_for(
            text in "[粮食收购，。a 1\n]{0,80}", query in "[粮食收购a1]{1,6}", length in 1usize..40
        ) {
            let found = Needles::of(&parse(&query)).best_passage(&text, length);
            if let Some(passage) = found {
                let count = text.chars().count();
                prop_assert!(passage.range.end <= count && passage.range.len() <= length);
                let mut last = 0;
                for (from, to) in passage.marks {
                    prop_assert!(from >= last && to > from && to <= passage.range.len());
                    last = to;
                }
            }
        }
    }
}
