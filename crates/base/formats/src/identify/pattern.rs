//! Byte patterns and how they are matched; their language is read in `pattern_language`.
//!
//! A pattern is a row of chunks, each a gap and then a choice of fixed byte sequences. Matching keeps the set of
//! all places where the row so far can end, so that hostile input costs time in proportion to the window, never
//! exponentially.

use std::fmt;

use memchr::memmem;

/// What one byte may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ByteSpec {
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
pub(super) struct Gap {
    pub(super) min: usize,
    pub(super) max: Option<usize>,
}

impl Gap {
    pub(super) const NONE: Self = Self { min: 0, max: Some(0) };

    pub(super) fn plus(self, other: Self) -> Self {
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
pub(super) struct Chunk {
    pub(super) gap: Gap,
    pub(super) alternatives: Vec<Vec<ByteSpec>>,
    /// The literal bytes that the only alternative begins with: the way to find it quickly.
    pub(super) finder: Option<memmem::Finder<'static>>,
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

/// Bytes without which a pattern cannot match.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Key {
    pub(super) place: KeyPlace,
    pub(super) bytes: Vec<u8>,
}

/// Where the bytes of a key lie. `None` means as far as is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum KeyPlace {
    /// They begin so many bytes after the beginning of the file.
    At(usize),
    /// They end at most so many bytes after the beginning.
    Head(Option<usize>),
    /// They begin at most so many bytes before the end.
    Tail(Option<usize>),
    /// In any of the windows.
    Anywhere,
}

/// One line of a signature.
#[derive(Debug, Clone)]
pub(crate) struct Pattern {
    pub(super) place: Place,
    pub(super) chunks: Vec<Chunk>,
    /// Of a pattern at the end: bytes between its end and the end of the file.
    pub(super) end_gap: Gap,
}

impl Pattern {
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

    /// Bytes that must be there if the pattern matches, each with where: what a search can look for first.
    pub(super) fn keys(&self) -> Vec<Key> {
        match self.place {
            Place::Tail => self.keys_from_end(),
            Place::Head | Place::Anywhere => self.keys_from_beginning(),
        }
    }

    fn keys_from_beginning(&self) -> Vec<Key> {
        let mut keys = Vec::new();
        // Where the next chunk begins: at least, and at most.
        let (mut least, mut most) = (0_usize, Some(0_usize));
        for chunk in &self.chunks {
            least = least.saturating_add(chunk.gap.min);
            most = sum(most, chunk.gap.max);
            if let [only] = chunk.alternatives.as_slice() {
                for (start, bytes) in literal_runs(only) {
                    let at = if self.place == Place::Head && most == Some(least) {
                        KeyPlace::At(least + start)
                    } else if self.place == Place::Head {
                        KeyPlace::Head(sum(most, Some(start + bytes.len())))
                    } else {
                        KeyPlace::Anywhere
                    };
                    keys.push(Key { place: at, bytes });
                }
            }
            let lengths = chunk.alternatives.iter().map(Vec::len);
            least += lengths.clone().min().unwrap_or(0);
            most = sum(most, lengths.max());
        }
        keys
    }

    fn keys_from_end(&self) -> Vec<Key> {
        let mut keys = Vec::new();
        let mut most = self.end_gap.max;
        for chunk in self.chunks.iter().rev() {
            most = sum(most, chunk.alternatives.iter().map(Vec::len).max());
            if let [only] = chunk.alternatives.as_slice() {
                for (_, bytes) in literal_runs(only) {
                    keys.push(Key {
                        place: KeyPlace::Tail(most),
                        bytes,
                    });
                }
            }
            most = sum(most, chunk.gap.max);
        }
        keys
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

fn sum(left: Option<usize>, right: Option<usize>) -> Option<usize> {
    Some(left?.saturating_add(right?))
}

/// Runs of fixed bytes, with where they begin.
fn literal_runs(sequence: &[ByteSpec]) -> Vec<(usize, Vec<u8>)> {
    let mut runs: Vec<(usize, Vec<u8>)> = Vec::new();
    for (at, spec) in sequence.iter().enumerate() {
        let ByteSpec::Exact(byte) = spec else { continue };
        match runs.last_mut() {
            Some((start, bytes)) if *start + bytes.len() == at => bytes.push(*byte),
            _ => runs.push((at, vec![*byte])),
        }
    }
    runs
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
