//! Finds the few signatures that a file can match among thousands, in one look at each window.
//!
//! Of every signature one key is chosen: fixed bytes without which it cannot match. Keys at a fixed place are
//! looked up in a table; keys that float near the ends are searched for all at once (Aho-Corasick); for what may
//! lie anywhere a second key is searched for by itself, and only if the first was there. Whoever's keys are there
//! is a candidate and is matched byte by byte; the rest, nearly all, cost nothing.

use std::collections::HashMap;

use aho_corasick::{AhoCorasick, AhoCorasickBuilder, AhoCorasickKind, BuildError, MatchKind};
use memchr::memmem::Finder;

use super::pattern::{Key, KeyPlace, Pattern};

/// Bytes of a key at a fixed place that are looked up.
const FIXED_BYTES: usize = 4;
/// Bytes of a floating key that are searched for.
const FLOATING_BYTES: usize = 16;
/// A key that so many signatures share is a bad key.
const SHARED_BY_MANY: usize = 6;
/// How far from an end a key lies that is searched for with all others.
const NEAR: usize = 8 * 1024;

/// The keys of all signatures, ready for searching.
#[derive(Debug, Clone, Default)]
pub(super) struct Automaton {
    fixed: Vec<FixedTable>,
    near_head: Search,
    near_tail: Search,
    /// Signatures whose first key says nothing.
    always: Vec<Owner>,
    gates: Vec<Gate>,
}

/// A signature, and what must be there besides its first key.
#[derive(Debug, Clone, Copy)]
struct Owner {
    signature: u32,
    gate: Option<u32>,
}

/// Bytes that are searched for in whole windows.
#[derive(Debug, Clone)]
struct Gate {
    finder: Finder<'static>,
    place: KeyPlace,
}

/// Keys of one length at one place.
#[derive(Debug, Clone)]
struct FixedTable {
    offset: usize,
    length: usize,
    owners: HashMap<u32, Vec<Owner>>,
}

/// Floating keys and whose they are.
#[derive(Debug, Clone, Default)]
struct Search {
    automaton: Option<AhoCorasick>,
    owners: Vec<Vec<Owner>>,
}

type Keys = HashMap<Vec<u8>, Vec<Owner>>;

/// What was read of a file.
#[derive(Clone, Copy)]
pub(crate) struct Windows<'a> {
    pub(crate) head: &'a [u8],
    pub(crate) middle: &'a [u8],
    pub(crate) tail: &'a [u8],
}

impl Automaton {
    /// Chooses the keys of signatures, which are numbered in their order.
    pub(super) fn new<'a>(signatures: impl Iterator<Item = &'a [Pattern]>) -> Result<Self, BuildError> {
        let keys: Vec<Vec<Key>> = signatures
            .map(|patterns| patterns.iter().flat_map(Pattern::keys).map(Key::cut).collect())
            .collect();
        let mut shared: HashMap<&Key, usize> = HashMap::new();
        for key in keys.iter().flatten() {
            *shared.entry(key).or_default() += 1;
        }
        let mut built = Self::default();
        let (mut near_head, mut near_tail) = (Keys::new(), Keys::new());
        let mut gates: HashMap<&Key, u32> = HashMap::new();
        for (number, candidates) in keys.iter().enumerate() {
            let merit = |key: &&Key| key.merit(shared.get(*key).copied().unwrap_or(1));
            let first = candidates
                .iter()
                .max_by_key(merit)
                .filter(|key| merit(key).0 > Rank::Far);
            let says_much = first.is_some_and(|key| merit(&key).0 >= Rank::NearAndOwn);
            let second = candidates
                .iter()
                .filter(|key| !says_much && key.is_far())
                .max_by_key(|key| (variety(&key.bytes), key.bytes.len()));
            let gate = second.map(|key| {
                *gates.entry(key).or_insert_with(|| {
                    built.gates.push(Gate {
                        finder: Finder::new(&key.bytes).into_owned(),
                        place: key.place,
                    });
                    u32::try_from(built.gates.len() - 1).unwrap_or(u32::MAX)
                })
            });
            let owner = Owner {
                signature: u32::try_from(number).unwrap_or(u32::MAX),
                gate,
            };
            match first.map(|key| (key.place, &key.bytes)) {
                Some((KeyPlace::At(offset), bytes)) => built.add_fixed(offset, bytes, owner),
                Some((KeyPlace::Head(_), bytes)) => near_head.entry(bytes.clone()).or_default().push(owner),
                Some((KeyPlace::Tail(_), bytes)) => near_tail.entry(bytes.clone()).or_default().push(owner),
                Some((KeyPlace::Anywhere, _)) | None => built.always.push(owner),
            }
        }
        built.near_head = Search::new(near_head)?;
        built.near_tail = Search::new(near_tail)?;
        Ok(built)
    }

    fn add_fixed(&mut self, offset: usize, bytes: &[u8], owner: Owner) {
        let length = bytes.len();
        let known = self
            .fixed
            .iter()
            .position(|table| table.offset == offset && table.length == length);
        let at = known.unwrap_or_else(|| {
            self.fixed.push(FixedTable {
                offset,
                length,
                owners: HashMap::new(),
            });
            self.fixed.len() - 1
        });
        if let Some(table) = self.fixed.get_mut(at) {
            table.owners.entry(word(bytes)).or_default().push(owner);
        }
    }

    /// The numbers of the signatures whose keys lie in the windows, in their order.
    pub(super) fn candidates(&self, windows: Windows<'_>) -> Vec<usize> {
        let Windows { head, tail, .. } = windows;
        let mut found: Vec<Owner> = self.always.clone();
        for table in &self.fixed {
            let Some(bytes) = head.get(table.offset..table.offset + table.length) else {
                continue;
            };
            if let Some(owners) = table.owners.get(&word(bytes)) {
                found.extend(owners);
            }
        }
        self.near_head.find(head.get(..NEAR).unwrap_or(head), &mut found);
        let near_tail = tail.len().saturating_sub(NEAR);
        self.near_tail
            .find(tail.get(near_tail..).unwrap_or(tail), &mut found);
        let mut opened: Vec<Option<bool>> = vec![None; self.gates.len()];
        let mut numbers: Vec<usize> = found
            .into_iter()
            .filter(|owner| self.is_open(owner.gate, windows, &mut opened))
            .map(|owner| owner.signature as usize)
            .collect();
        numbers.sort_unstable();
        numbers.dedup();
        numbers
    }

    /// Whether the bytes of a gate are there; each gate is looked for once.
    fn is_open(&self, gate: Option<u32>, windows: Windows<'_>, opened: &mut [Option<bool>]) -> bool {
        let Some(number) = gate else { return true };
        let number = number as usize;
        let (Some(gate), Some(known)) = (self.gates.get(number), opened.get_mut(number)) else {
            return true;
        };
        *known.get_or_insert_with(|| gate.is_in(windows))
    }
}

impl Gate {
    fn is_in(&self, windows: Windows<'_>) -> bool {
        let Windows { head, middle, tail } = windows;
        let has = |window: &[u8]| self.finder.find(window).is_some();
        match self.place {
            KeyPlace::At(_) | KeyPlace::Head(None) => has(head),
            KeyPlace::Head(Some(end)) => has(head.get(..end).unwrap_or(head)),
            KeyPlace::Tail(None) => has(tail),
            KeyPlace::Tail(Some(start)) => has(tail.get(tail.len().saturating_sub(start)..).unwrap_or(tail)),
            KeyPlace::Anywhere => has(head) || has(middle) || has(tail),
        }
    }
}

impl Search {
    fn new(keys: Keys) -> Result<Self, BuildError> {
        if keys.is_empty() {
            return Ok(Self::default());
        }
        let (bytes, owners): (Vec<_>, Vec<_>) = keys.into_iter().unzip();
        // Every key that is there must be told, also one within another.
        let automaton = AhoCorasickBuilder::new()
            .match_kind(MatchKind::Standard)
            .kind(Some(AhoCorasickKind::ContiguousNFA))
            .build(bytes)?;
        Ok(Self {
            automaton: Some(automaton),
            owners,
        })
    }

    fn find(&self, window: &[u8], found: &mut Vec<Owner>) {
        let Some(automaton) = &self.automaton else { return };
        let mut seen = vec![false; self.owners.len()];
        for hit in automaton.find_overlapping_iter(window) {
            let key = hit.pattern().as_usize();
            if let (Some(seen), Some(owners)) = (seen.get_mut(key), self.owners.get(key))
                && !std::mem::replace(seen, true)
            {
                found.extend(owners);
            }
        }
    }
}

/// What a key is good for, from worse to better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    /// Too far to be searched for in every file.
    Far,
    /// So short that nearly every file has it.
    Short,
    /// At a fixed place, but one byte.
    FixedByte,
    /// Near an end.
    Near,
    /// At a fixed place.
    Fixed,
    /// Near an end, and of few signatures.
    NearAndOwn,
    /// At a fixed place, and of few signatures.
    FixedAndOwn,
}

impl Key {
    /// As many bytes as are looked for, and of those the ones that say most.
    fn cut(mut self) -> Self {
        let limit = match self.place {
            KeyPlace::At(_) => FIXED_BYTES,
            _ => FLOATING_BYTES,
        };
        let best = self
            .bytes
            .windows(limit.min(self.bytes.len()).max(1))
            .enumerate()
            .max_by_key(|(at, bytes)| (variety(bytes), std::cmp::Reverse(*at)));
        if let Some((at, bytes)) = best {
            let bytes = bytes.to_vec();
            if let KeyPlace::At(offset) = &mut self.place {
                *offset += at;
            }
            self.bytes = bytes;
        }
        self
    }

    fn is_near(&self) -> bool {
        matches!(self.place, KeyPlace::Head(Some(reach)) | KeyPlace::Tail(Some(reach)) if reach <= NEAR)
    }

    fn is_far(&self) -> bool {
        !matches!(self.place, KeyPlace::At(_)) && !self.is_near()
    }

    /// How good a key it is: said by the fewest files, then the cheapest to look for.
    fn merit(&self, shared_by: usize) -> (Rank, usize, usize) {
        let variety = variety(&self.bytes);
        let is_own = shared_by <= SHARED_BY_MANY;
        let rank = match self.place {
            KeyPlace::At(_) if variety >= 3 && is_own => Rank::FixedAndOwn,
            KeyPlace::At(_) if variety >= 2 => Rank::Fixed,
            KeyPlace::At(_) => Rank::FixedByte,
            _ if !self.is_near() => Rank::Far,
            _ if variety >= 5 && is_own => Rank::NearAndOwn,
            _ if variety >= 3 => Rank::Near,
            _ => Rank::Short,
        };
        (rank, variety, self.bytes.len())
    }
}

/// How many different bytes there are; zeros and ones filled say little.
fn variety(bytes: &[u8]) -> usize {
    let mut seen = [false; 256];
    let mut count = 0;
    for byte in bytes {
        if let Some(seen) = seen.get_mut(usize::from(*byte))
            && !std::mem::replace(seen, true)
            && !matches!(byte, 0 | 0xFF)
        {
            count += 1;
        }
    }
    count
}

/// Up to four bytes as one number.
fn word(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0, |word, byte| word << 8 | u32::from(*byte))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const LINES: [&str; 8] = [
        "bof 0: 'ABCD'",
        "bof 4-60: 'header'",
        "bof 0-*: 'far away'",
        "eof 0-9: 'the end'",
        "eof 0-*: 'last'",
        "any: 'anywhere'",
        "bof 0: (41 | 42) 'x'",
        "bof 0: [30-39]",
    ];

    proptest! {
        #[test]
        fn no_signature_that_matches_is_missing(
            parts in prop::collection::vec(prop::sample::select(vec![
                "ABCD", "header", "far away", "the end", "last", "anywhere", "Ax", "7", "....",
            ]), 0..6),
            both in prop::sample::subsequence((0..LINES.len()).collect::<Vec<_>>(), 1..3),
        ) {
            let bytes = parts.concat().into_bytes();
            let mut signatures: Vec<Vec<Pattern>> =
                LINES.iter().map(|line| vec![Pattern::parse(line).unwrap()]).collect();
            signatures.push(both.iter().map(|number| Pattern::parse(LINES[*number]).unwrap()).collect());
            let automaton = Automaton::new(signatures.iter().map(Vec::as_slice)).unwrap();
            let found = automaton.candidates(Windows { head: &bytes, middle: &[], tail: &bytes });
            for (number, patterns) in signatures.iter().enumerate() {
                if patterns.iter().all(|pattern| pattern.matches(&bytes)) {
                    prop_assert!(found.contains(&number), "{number} in {parts:?}");
                }
            }
        }
    }
}
