//! Byte patterns: the small language of `rules/formats.toml` and its matcher.
//!
//! A pattern is a row of chunks, each a gap and then a choice of fixed byte sequences. Matching keeps the set of
//! all places where the row so far can end, so that hostile input costs time in proportion to the window, never
//! exponentially.

use std::fmt;

use memchr::memmem;

/// Why a pattern of the rule file cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PatternError {
    /// The line does not begin with `bof N:`, `bof N-M:`, `eof …:` or `any:`.
    #[error("the line does not say where the pattern lies: {0}")]
    Place(String),
    /// Something that is neither text, byte, range, choice nor gap.
    #[error("cannot read the pattern from here: {0}")]
    Token(String),
    /// The pattern holds no byte to look for.
    #[error("the pattern is empty")]
    Empty,
}

impl PatternError {
    /// Stable name for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Place(_) => "formats.pattern_place",
            Self::Token(_) => "formats.pattern_token",
            Self::Empty => "formats.pattern_empty",
        }
    }
}

/// What one byte may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ByteSpec {
    Exact(u8),
    Any,
    Range(u8, u8),
    NotRange(u8, u8),
    AllBits(u8),
    NotAllBits(u8),
}

impl ByteSpec {
    fn matches(self, byte: u8) -> bool {
        match self {
            Self::Exact(wanted) => byte == wanted,
            Self::Any => true,
            Self::Range(low, high) => (low..=high).contains(&byte),
            Self::NotRange(low, high) => !(low..=high).contains(&byte),
            Self::AllBits(mask) => byte & mask == mask,
            Self::NotAllBits(mask) => byte & mask != mask,
        }
    }
}

/// How many bytes of any kind may lie before a chunk; `max` of `None` means any number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Gap {
    min: usize,
    max: Option<usize>,
}

impl Gap {
    const NONE: Self = Self { min: 0, max: Some(0) };

    fn plus(self, other: Self) -> Self {
        let max = match (self.max, other.max) {
            (Some(left), Some(right)) => Some(left.saturating_add(right)),
            _ => None,
        };
        Self {
            min: self.min.saturating_add(other.min),
            max,
        }
    }
}

#[derive(Clone)]
struct Chunk {
    gap: Gap,
    alternatives: Vec<Vec<ByteSpec>>,
    /// The literal bytes that the only alternative begins with: the way to find it quickly.
    finder: Option<memmem::Finder<'static>>,
}

impl fmt::Debug for Chunk {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Chunk")
            .field("gap", &self.gap)
            .field("alternatives", &self.alternatives)
            .finish()
    }
}

/// Where a pattern lies in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// Begins so many bytes after the beginning.
    Head,
    /// Ends so many bytes before the end.
    Tail,
    /// Anywhere in what was read.
    Anywhere,
}

/// One line of a signature.
#[derive(Debug, Clone)]
pub(crate) struct Pattern {
    place: Place,
    chunks: Vec<Chunk>,
    /// Of a pattern at the end: bytes between its end and the end of the file.
    end_gap: Gap,
}

impl Pattern {
    /// Reads a line such as `bof 0-1024: '%PDF-' [31-32] '.'`.
    pub(crate) fn parse(line: &str) -> Result<Self, PatternError> {
        let (place_text, body) = line
            .split_once(':')
            .ok_or_else(|| PatternError::Place(line.to_owned()))?;
        let (place, offset) = parse_place(place_text).ok_or_else(|| PatternError::Place(line.to_owned()))?;
        let mut chunks = parse_body(body)?;
        if chunks.is_empty() {
            return Err(PatternError::Empty);
        }
        let mut end_gap = Gap::NONE;
        match place {
            Place::Head | Place::Anywhere => {
                if let Some(first) = chunks.first_mut() {
                    first.gap = first.gap.plus(offset);
                }
            }
            Place::Tail => end_gap = offset,
        }
        Ok(Self {
            place,
            chunks,
            end_gap,
        })
    }

    pub(crate) fn place(&self) -> Place {
        self.place
    }

    /// How many bytes the pattern fixes: the more, the more special.
    pub(crate) fn weight(&self) -> usize {
        self.chunks
            .iter()
            .filter_map(|chunk| chunk.alternatives.iter().map(Vec::len).min())
            .sum()
    }

    /// The first byte of the file, where the pattern fixes it.
    pub(crate) fn first_byte(&self) -> Option<u8> {
        let first = self.chunks.first()?;
        if self.place != Place::Head || first.gap != Gap::NONE || first.alternatives.len() != 1 {
            return None;
        }
        match first.alternatives.first()?.first()? {
            ByteSpec::Exact(byte) => Some(*byte),
            _ => None,
        }
    }

    /// Whether the pattern is found in `window`, which is the head, the tail or any part of the file.
    pub(crate) fn matches(&self, window: &[u8]) -> bool {
        match self.place {
            Place::Head | Place::Anywhere => self.matches_forward(window),
            Place::Tail => self.matches_backward(window),
        }
    }

    fn matches_forward(&self, window: &[u8]) -> bool {
        let mut ends = vec![0_usize];
        let last = self.chunks.len() - 1;
        for (number, chunk) in self.chunks.iter().enumerate() {
            let mut next = Vec::new();
            // Only whether a place exists matters after the last chunk and before an open gap.
            let one_is_enough = number == last
                || self
                    .chunks
                    .get(number + 1)
                    .is_some_and(|following| following.gap.max.is_none());
            'starts: for (low, high) in forward_starts(&ends, chunk.gap, window.len()) {
                let mut position = low;
                while position <= high {
                    if let Some(finder) = &chunk.finder {
                        let stop = window.len().min(high.saturating_add(finder.needle().len()));
                        let Some(found) = window.get(position..stop).and_then(|part| finder.find(part))
                        else {
                            break;
                        };
                        position += found;
                    }
                    for alternative in &chunk.alternatives {
                        if fits(alternative, window, position) {
                            next.push(position + alternative.len());
                            if one_is_enough && chunk.alternatives.len() == 1 {
                                break 'starts;
                            }
                        }
                    }
                    if one_is_enough && !next.is_empty() {
                        break 'starts;
                    }
                    position += 1;
                }
            }
            if next.is_empty() {
                return false;
            }
            next.sort_unstable();
            next.dedup();
            ends = next;
        }
        true
    }

    fn matches_backward(&self, window: &[u8]) -> bool {
        let mut starts = vec![window.len()];
        let mut gap = self.end_gap;
        for chunk in self.chunks.iter().rev() {
            let mut next = Vec::new();
            for (low, high) in backward_ends(&starts, gap) {
                for alternative in &chunk.alternatives {
                    for end in (low..=high).rev() {
                        let Some(start) = end.checked_sub(alternative.len()) else {
                            break;
                        };
                        if fits(alternative, window, start) {
                            next.push(start);
                        }
                    }
                }
            }
            if next.is_empty() {
                return false;
            }
            next.sort_unstable_by(|left, right| right.cmp(left));
            next.dedup();
            starts = next;
            gap = chunk.gap;
        }
        true
    }
}

fn fits(alternative: &[ByteSpec], window: &[u8], position: usize) -> bool {
    let Some(part) = window.get(position..position + alternative.len()) else {
        return false;
    };
    alternative
        .iter()
        .zip(part)
        .all(|(spec, byte)| spec.matches(*byte))
}

/// Where the next chunk may begin, as joined ranges in rising order; `ends` rises.
fn forward_starts(ends: &[usize], gap: Gap, length: usize) -> Vec<(usize, usize)> {
    let mut ranges: Vec<(usize, usize)> = Vec::new();
    for end in ends {
        let low = end.saturating_add(gap.min);
        let high = gap.max.map_or(length, |max| end.saturating_add(max).min(length));
        if low > high {
            continue;
        }
        match ranges.last_mut() {
            Some(range) if low <= range.1.saturating_add(1) => range.1 = range.1.max(high),
            _ => ranges.push((low, high)),
        }
        if gap.max.is_none() {
            break;
        }
    }
    ranges
}

/// Where the chunk before may end, as joined ranges in falling order; `starts` falls.
fn backward_ends(starts: &[usize], gap: Gap) -> Vec<(usize, usize)> {
    let mut ranges: Vec<(usize, usize)> = Vec::new();
    for start in starts {
        let Some(high) = start.checked_sub(gap.min) else {
            continue;
        };
        let low = gap.max.map_or(0, |max| start.saturating_sub(max));
        match ranges.last_mut() {
            Some(range) if high.saturating_add(1) >= range.0 => range.0 = range.0.min(low),
            _ => ranges.push((low, high)),
        }
        if gap.max.is_none() {
            break;
        }
    }
    ranges
}

fn parse_place(text: &str) -> Option<(Place, Gap)> {
    let text = text.trim();
    if text == "any" {
        return Some((Place::Anywhere, Gap { min: 0, max: None }));
    }
    let (name, offset) = text.split_once(' ')?;
    let place = match name {
        "bof" => Place::Head,
        "eof" => Place::Tail,
        _ => return None,
    };
    Some((place, parse_gap(offset.trim())?))
}

/// `4`, `2-8`, `2-*`, `*`.
fn parse_gap(text: &str) -> Option<Gap> {
    if text == "*" {
        return Some(Gap { min: 0, max: None });
    }
    let Some((low, high)) = text.split_once('-') else {
        let exact = text.parse().ok()?;
        return Some(Gap {
            min: exact,
            max: Some(exact),
        });
    };
    let min = low.parse().ok()?;
    let max = if high == "*" {
        None
    } else {
        Some(high.parse().ok()?)
    };
    if max.is_some_and(|max| max < min) {
        return None;
    }
    Some(Gap { min, max })
}

fn parse_body(body: &str) -> Result<Vec<Chunk>, PatternError> {
    let mut chunks: Vec<Chunk> = Vec::new();
    let mut gap = Gap::NONE;
    let mut rest = body.trim_start();
    while !rest.is_empty() {
        let broken = || PatternError::Token(rest.chars().take(40).collect());
        if let Some(after) = rest.strip_prefix('*') {
            gap = gap.plus(Gap { min: 0, max: None });
            rest = after.trim_start();
            continue;
        }
        if let Some(after) = rest.strip_prefix('{') {
            let (inside, after) = after.split_once('}').ok_or_else(broken)?;
            gap = gap.plus(parse_gap(inside).ok_or_else(broken)?);
            rest = after.trim_start();
            continue;
        }
        if let Some(after) = rest.strip_prefix('(') {
            let (alternatives, after) = parse_choice(after).ok_or_else(broken)?;
            chunks.push(Chunk {
                gap,
                alternatives,
                finder: None,
            });
            gap = Gap::NONE;
            rest = after.trim_start();
            continue;
        }
        let (specs, after) = parse_bytes(rest).ok_or_else(broken)?;
        match chunks.last_mut() {
            // Bytes that follow bytes belong to one sequence, however the line is spaced.
            Some(chunk) if gap == Gap::NONE && chunk.alternatives.len() == 1 => {
                if let Some(sequence) = chunk.alternatives.first_mut() {
                    sequence.extend(specs);
                }
            }
            _ => {
                chunks.push(Chunk {
                    gap,
                    alternatives: vec![specs],
                    finder: None,
                });
                gap = Gap::NONE;
            }
        }
        rest = after.trim_start();
    }
    for chunk in &mut chunks {
        if let [only] = chunk.alternatives.as_slice() {
            let literal: Vec<u8> = only
                .iter()
                .map_while(|spec| match spec {
                    ByteSpec::Exact(byte) => Some(*byte),
                    _ => None,
                })
                .collect();
            if !literal.is_empty() {
                chunk.finder = Some(memmem::Finder::new(&literal).into_owned());
            }
        }
    }
    Ok(chunks)
}

/// The inside of `(A | B)`; returns what follows the bracket.
fn parse_choice(text: &str) -> Option<(Vec<Vec<ByteSpec>>, &str)> {
    let mut alternatives = Vec::new();
    let mut current = Vec::new();
    let mut rest = text.trim_start();
    loop {
        if let Some(after) = rest.strip_prefix(['|', ')']) {
            if current.is_empty() {
                return None;
            }
            alternatives.push(std::mem::take(&mut current));
            if rest.starts_with(')') {
                return Some((alternatives, after));
            }
            rest = after.trim_start();
            continue;
        }
        let (specs, after) = parse_bytes(rest)?;
        current.extend(specs);
        rest = after.trim_start();
    }
}

/// One token: `'text'`, `??`, `[..]` or hexadecimal pairs.
fn parse_bytes(text: &str) -> Option<(Vec<ByteSpec>, &str)> {
    if let Some(after) = text.strip_prefix('\'') {
        let (inside, after) = after.split_once('\'')?;
        if inside.is_empty() {
            return None;
        }
        return Some((inside.bytes().map(ByteSpec::Exact).collect(), after));
    }
    if let Some(after) = text.strip_prefix("??") {
        return Some((vec![ByteSpec::Any], after));
    }
    if let Some(after) = text.strip_prefix('[') {
        let (inside, after) = after.split_once(']')?;
        return Some((vec![parse_class(inside)?], after));
    }
    let digits = text.bytes().take_while(u8::is_ascii_hexdigit).count();
    if digits == 0 || digits % 2 == 1 {
        return None;
    }
    let (hexadecimal, after) = text.split_at(digits);
    let bytes = hex::decode(hexadecimal).ok()?;
    Some((bytes.into_iter().map(ByteSpec::Exact).collect(), after))
}

fn parse_class(inside: &str) -> Option<ByteSpec> {
    let byte = |text: &str| u8::from_str_radix(text, 16).ok();
    if let Some(mask) = inside.strip_prefix("!&") {
        return Some(ByteSpec::NotAllBits(byte(mask)?));
    }
    if let Some(mask) = inside.strip_prefix('&') {
        return Some(ByteSpec::AllBits(byte(mask)?));
    }
    let (negated, inside) = inside
        .strip_prefix('!')
        .map_or((false, inside), |rest| (true, rest));
    let (low, high) = match inside.split_once('-') {
        Some((low, high)) => (byte(low)?, byte(high)?),
        None => (byte(inside)?, byte(inside)?),
    };
    if low > high {
        return None;
    }
    Some(if negated {
        ByteSpec::NotRange(low, high)
    } else {
        ByteSpec::Range(low, high)
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn found(line: &str, window: &[u8]) -> bool {
        Pattern::parse(line).unwrap().matches(window)
    }

    #[test]
    fn each_part_of_the_language_matches_what_it_says() {
        assert!(found("bof 0: '%PDF-1.' [30-37]", b"%PDF-1.4 rest"));
        assert!(!found("bof 0: '%PDF-1.' [30-37]", b"%PDF-1.9 rest"));
        assert!(found("bof 2-4: 'abc'", b"xxxabc"));
        assert!(!found("bof 2-4: 'abc'", b"xxxxxabc"));
        assert!(found(
            "bof 0: 'RIFF' {4} 'WAVE' * 'bext'",
            b"RIFF1234WAVEfmt bext"
        ));
        assert!(found("any: (22 | 27) 'x' ?? [!00] [&01]", b"...\"xA\x01\x03"));
        assert!(!found("any: (22 | 27) 'x' ?? [!00] [&01]", b"...\"xA\x00\x03"));
        assert!(found("eof 0-4: '%%EOF'", b"...%%EOF\r\n"));
        assert!(!found("eof 0-4: '%%EOF'", b"...%%EOF......"));
        assert!(found("eof 1: 'ab' {1-3} ('cd' | 'e')", b"..ab..cd!"));
    }

    #[test]
    fn a_later_gap_may_reject_the_nearest_place_and_take_another() {
        // The first 'b' within reach is a dead end; the second leads on.
        assert!(found("bof 0: 'a' {0-3} 'b' 'c'", b"abxbc"));
        assert!(found("bof 0: 'a' {0-3} ('b' | 'x') {0-1} 'c'", b"abx.c"));
    }

    #[test]
    fn broken_lines_are_named() {
        assert_eq!(
            Pattern::parse("'abc'").unwrap_err().code(),
            "formats.pattern_place"
        );
        assert_eq!(
            Pattern::parse("bof 0: 'abc").unwrap_err().code(),
            "formats.pattern_token"
        );
        assert_eq!(
            Pattern::parse("bof 0: ABC").unwrap_err().code(),
            "formats.pattern_token"
        );
        assert_eq!(
            Pattern::parse("bof 0: {4}").unwrap_err().code(),
            "formats.pattern_empty"
        );
    }

    proptest! {
        #[test]
        fn no_line_makes_the_parser_panic(line in "\\PC{0,40}") { let _ = Pattern::parse(&line); }

        #[test]
        fn no_line_of_ours_makes_the_matcher_panic(
            body in "('a'|41|\\?\\?|\\[00-7F\\]|\\{0-3\\}|\\*|\\('a' \\| 42\\)| ){1,8}",
            place in "(bof 0|bof 0-9|eof 0-3|eof 0-\\*|any)",
            window in proptest::collection::vec(any::<u8>(), 0..64),
        ) {
            if let Ok(pattern) = Pattern::parse(&format!("{place}: {body}")) { let _ = pattern.matches(&window); }
        }
    }
}
