//! Finds the few signatures that a file can match among thousands, in one look at each window.
//!
//! Of every signature one key is chosen: fixed bytes without which it cannot match. A key at a fixed place is
//! looked up in a table; the keys that float are searched for all at once (Aho-Corasick). Whoever's key is there is
//! a candidate and is matched byte by byte; the rest, nearly all, cost nothing.

use std::collections::HashMap;

use aho_corasick::{AhoCorasick, AhoCorasickBuilder, AhoCorasickKind, BuildError, MatchKind};

use super::pattern::{Key, KeyPlace, Pattern};

/// Bytes of a key at a fixed place that are looked up.
const FIXED_BYTES: usize = 4;
/// Bytes of a floating key that are searched for.
const FLOATING_BYTES: usize = 16;
/// A key that so many signatures share is a bad key.
const SHARED_BY_MANY: usize = 6;
/// How far from the beginning most floating keys lie; only those that reach farther are searched for beyond.
const NEAR: usize = 8 * 1024;

/// The keys of all signatures, ready for searching.
#[derive(Debug, Clone, Default)]
pub(super) struct Automaton {
    fixed: Vec<FixedTable>,
    near: Search,
    head: Search,
    tail: Search,
    middle: Search,
    /// Signatures without a key.
    always: Vec<u32>,
}

/// Keys of one length at one place.
#[derive(Debug, Clone)]
struct FixedTable {
    offset: usize,
    length: usize,
    owners: HashMap<u32, Vec<u32>>,
}

/// Floating keys and whose they are.
#[derive(Debug, Clone, Default)]
struct Search {
    automaton: Option<AhoCorasick>,
    owners: Vec<Vec<u32>>,
}

impl Automaton {
    /// Chooses the keys of signatures, which are numbered in their order.
    pub(super) fn new<'a>(signatures: impl Iterator<Item = &'a [Pattern]>) -> Result<Self, BuildError> {
        let keys: Vec<Vec<Key>> = signatures
            .map(|patterns| patterns.iter().flat_map(Pattern::keys).map(Key::cut).collect())
            .collect();
        let mut shared: HashMap<Key, usize> = HashMap::new();
        for key in keys.iter().flatten() {
            *shared.entry(key.clone()).or_default() += 1;
        }
        let mut built = Self::default();
        let (mut near, mut head, mut tail, mut middle) = (Keys::new(), Keys::new(), Keys::new(), Keys::new());
        for (number, candidates) in keys.iter().enumerate() {
            let number = u32::try_from(number).unwrap_or(u32::MAX);
            let best = candidates
                .iter()
                .max_by_key(|key| key.merit(shared.get(*key).copied().unwrap_or(1)));
            let Some(key) = best else {
                built.always.push(number);
                continue;
            };
            let bytes = key.bytes.clone();
            match key.place {
                KeyPlace::At(offset) => built.add_fixed(offset, &bytes, number),
                KeyPlace::Head(Some(end)) if end <= NEAR => near.entry(bytes).or_default().push(number),
                KeyPlace::Head(_) => head.entry(bytes).or_default().push(number),
                KeyPlace::Tail(_) => tail.entry(bytes).or_default().push(number),
                KeyPlace::Anywhere => {
                    head.entry(bytes.clone()).or_default().push(number);
                    tail.entry(bytes.clone()).or_default().push(number);
                    middle.entry(bytes).or_default().push(number);
                }
            }
        }
        built.near = Search::new(near)?;
        built.head = Search::new(head)?;
        built.tail = Search::new(tail)?;
        built.middle = Search::new(middle)?;
        Ok(built)
    }

    fn add_fixed(&mut self, offset: usize, bytes: &[u8], number: u32) {
        let length = bytes.len();
        let known = self
            .fixed
            .iter_mut()
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
            table.owners.entry(word(bytes)).or_default().push(number);
        }
    }

    /// The numbers of the signatures whose key lies in the windows, in their order.
    pub(super) fn candidates(&self, head: &[u8], middle: &[u8], tail: &[u8]) -> Vec<usize> {
        let mut found: Vec<u32> = self.always.clone();
        for table in &self.fixed {
            let Some(bytes) = head.get(table.offset..table.offset + table.length) else {
                continue;
            };
            if let Some(owners) = table.owners.get(&word(bytes)) {
                found.extend(owners);
            }
        }
        let near = head.get(..NEAR).unwrap_or(head);
        self.near.find(near, &mut found);
        self.head.find(head, &mut found);
        self.tail.find(tail, &mut found);
        self.middle.find(middle, &mut found);
        found.sort_unstable();
        found.dedup();
        found.into_iter().map(|number| number as usize).collect()
    }
}

type Keys = HashMap<Vec<u8>, Vec<u32>>;

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

    fn find(&self, window: &[u8], found: &mut Vec<u32>) {
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

    /// How good a key it is: said by the fewest files, then the cheapest to look for.
    fn merit(&self, shared_by: usize) -> (usize, usize, usize) {
        let variety = variety(&self.bytes);
        let is_shared = shared_by > SHARED_BY_MANY;
        let rank = match self.place {
            KeyPlace::At(_) if variety >= 3 && !is_shared => 6,
            KeyPlace::Head(Some(end)) if end <= NEAR && variety >= 5 && !is_shared => 5,
            _ if variety >= 6 => 4,
            KeyPlace::At(_) if variety >= 2 => 3,
            _ if variety >= 3 => 2,
            KeyPlace::At(_) => 1,
            _ => 0,
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
