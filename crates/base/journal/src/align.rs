//! Compares two sequences of entries and says what became of each entry that differs.

use std::collections::{HashMap, VecDeque};

use crate::hash::Hash;

/// How far apart the two sequences may slip before they are taken as different for good.
const WINDOW: usize = 512;

/// An entry's hash and where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    pub index: u64,
    pub hash: Hash,
}

/// What became of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Difference {
    /// Another entry, unknown elsewhere, stands in its place.
    Altered { expected: Place, found: Place },
    /// It is gone.
    Dropped { expected: Place },
    /// It was never expected.
    Added { found: Place },
    /// It stands elsewhere.
    Moved { expected: Place, found: Place },
}

impl Difference {
    fn position(&self) -> u64 {
        match self {
            Self::Altered { expected, .. } | Self::Dropped { expected } | Self::Moved { expected, .. } => {
                expected.index
            }
            Self::Added { found } => found.index,
        }
    }
}

/// One side of the comparison: a window on a sequence that may be longer than memory.
struct Side<I> {
    source: I,
    window: VecDeque<Place>,
    is_over: bool,
}

impl<I: Iterator<Item = Result<Place, E>>, E> Side<I> {
    fn new(source: I) -> Self {
        Self {
            source,
            window: VecDeque::new(),
            is_over: false,
        }
    }

    fn fill(&mut self) -> Result<(), E> {
        while !self.is_over && self.window.len() < WINDOW {
            match self.source.next() {
                Some(place) => self.window.push_back(place?),
                None => self.is_over = true,
            }
        }
        Ok(())
    }
}

/// The differences in order of position, at most `limit` of them, and how many more there are.
///
/// Memory is bounded by `limit`; entries that changed places are recognised among the differences kept.
pub(crate) fn differences<E>(
    expected: impl Iterator<Item = Result<Place, E>>,
    found: impl Iterator<Item = Result<Place, E>>,
    limit: usize,
) -> Result<(Vec<Difference>, u64), E> {
    let (mut left, mut right) = (Side::new(expected), Side::new(found));
    let mut gaps = Gaps {
        limit,
        kept: Vec::new(),
        omitted: 0,
    };
    loop {
        left.fill()?;
        right.fill()?;
        let same = left
            .window
            .iter()
            .zip(&right.window)
            .take_while(|(a, b)| a.hash == b.hash)
            .count();
        if same > 0 {
            left.window.drain(..same);
            right.window.drain(..same);
            continue;
        }
        if left.window.is_empty() && right.window.is_empty() {
            return Ok((resolve(gaps.kept), gaps.omitted));
        }
        let (ours, theirs) = (left.window.make_contiguous(), right.window.make_contiguous());
        let pairs = matching(ours, theirs);
        let is_end = left.is_over && right.is_over;
        // What follows the last pair may find its partner in what is still to be read.
        let (ours_done, theirs_done) = match pairs.last() {
            Some((a, b)) if !is_end => (a + 1, b + 1),
            _ => (ours.len(), theirs.len()),
        };
        let (mut a, mut b) = (0, 0);
        let end = (ours_done, theirs_done);
        let inner = pairs
            .iter()
            .copied()
            .filter(|(i, j)| *i < ours_done && *j < theirs_done);
        for (i, j) in inner.chain([end]) {
            gaps.add(&ours[a.min(i)..i], &theirs[b.min(j)..j]);
            (a, b) = (i + 1, j + 1);
        }
        left.window.drain(..ours_done);
        right.window.drain(..theirs_done);
    }
}

/// What stands between two entries that agree.
struct Gaps {
    limit: usize,
    kept: Vec<Difference>,
    omitted: u64,
}

impl Gaps {
    fn add(&mut self, expected: &[Place], found: &[Place]) {
        let both = expected.len().min(found.len());
        let altered = expected.iter().zip(found);
        let altered = altered.map(|(e, f)| Difference::Altered {
            expected: *e,
            found: *f,
        });
        let dropped = expected[both..]
            .iter()
            .map(|e| Difference::Dropped { expected: *e });
        let added = found[both..].iter().map(|f| Difference::Added { found: *f });
        for difference in altered.chain(dropped).chain(added) {
            if self.kept.len() < self.limit {
                self.kept.push(difference);
            } else {
                self.omitted += 1;
            }
        }
    }
}

/// Pairs of places that agree, rising on both sides.
///
/// Entries that keep their number are preferred, so that a swap is seen as two entries in each other's place; only
/// if the sequences slipped against each other is the longest common subsequence taken.
fn matching(ours: &[Place], theirs: &[Place]) -> Vec<(usize, usize)> {
    let both = ours.len().min(theirs.len());
    let in_place: Vec<(usize, usize)> = (0..both)
        .filter(|i| ours[*i].hash == theirs[*i].hash)
        .map(|i| (i, i))
        .collect();
    let common = longest_common_subsequence(ours, theirs);
    let longer = ours.len().max(theirs.len());
    let is_mostly_in_place = 2 * in_place.len() >= longer;
    let loses_little = longer - in_place.len() <= 2 * (longer - common.len());
    let are_few = longer - in_place.len() <= 8;
    if loses_little && (is_mostly_in_place || are_few) {
        in_place
    } else {
        common
    }
}

fn longest_common_subsequence(ours: &[Place], theirs: &[Place]) -> Vec<(usize, usize)> {
    let columns = theirs.len() + 1;
    let mut table = vec![0u16; (ours.len() + 1) * columns]; // of the rests, so that the walk goes forward
    for i in (0..ours.len()).rev() {
        for j in (0..theirs.len()).rev() {
            table[i * columns + j] = if ours[i].hash == theirs[j].hash {
                table[(i + 1) * columns + j + 1] + 1
            } else {
                table[(i + 1) * columns + j].max(table[i * columns + j + 1])
            };
        }
    }
    let (mut i, mut j, mut pairs) = (0, 0, Vec::new());
    while i < ours.len() && j < theirs.len() {
        if ours[i].hash == theirs[j].hash {
            pairs.push((i, j));
            (i, j) = (i + 1, j + 1);
        } else if table[(i + 1) * columns + j] >= table[i * columns + j + 1] {
            i += 1;
        } else {
            j += 1;
        }
    }
    pairs
}

/// Finds the entries among the differences that are not lost but stand elsewhere.
fn resolve(differences: Vec<Difference>) -> Vec<Difference> {
    let mut lying: HashMap<Hash, VecDeque<Place>> = HashMap::new();
    for difference in &differences {
        if let Difference::Altered { found, .. } | Difference::Added { found } = difference {
            lying.entry(found.hash).or_default().push_back(*found);
        }
    }
    let mut resolved = Vec::with_capacity(differences.len());
    let mut used: HashMap<(u64, Hash), u32> = HashMap::new();
    let mut homeless = Vec::new(); // expected places whose entry was not found, with what stands there
    let mut foreign = Vec::new();
    for difference in differences {
        let (expected, found) = match difference {
            Difference::Altered { expected, found } => (Some(expected), Some(found)),
            Difference::Dropped { expected } => (Some(expected), None),
            Difference::Added { found } => (None, Some(found)),
            Difference::Moved { .. } => continue,
        };
        let elsewhere = expected.and_then(|e| lying.get_mut(&e.hash).and_then(VecDeque::pop_front));
        match (expected, elsewhere) {
            (Some(expected), Some(place)) => {
                *used.entry((place.index, place.hash)).or_default() += 1;
                resolved.push(Difference::Moved {
                    expected,
                    found: place,
                });
                foreign.extend(found);
            }
            (Some(expected), None) => homeless.push((expected, found)),
            (None, _) => foreign.extend(found),
        }
    }
    let mut is_accounted = |place: &Place| match used.get_mut(&(place.index, place.hash)) {
        Some(count) if *count > 0 => {
            *count -= 1;
            true
        }
        _ => false,
    };
    for (expected, found) in homeless {
        resolved.push(match found {
            Some(found) if !is_accounted(&found) => Difference::Altered { expected, found },
            _ => Difference::Dropped { expected },
        });
    }
    for found in foreign {
        if !is_accounted(&found) {
            resolved.push(Difference::Added { found });
        }
    }
    resolved.sort_by_key(Difference::position);
    resolved
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::hash::leaf_hash;

    fn places(numbers: &[u64]) -> Vec<Place> {
        let place = |(index, number): (u64, &u64)| Place {
            index,
            hash: leaf_hash(&number.to_be_bytes()),
        };
        (0..).zip(numbers).map(place).collect()
    }

    fn compare(expected: &[u64], found: &[u64]) -> Vec<String> {
        let source = |numbers| places(numbers).into_iter().map(Ok::<_, ()>);
        let (differences, omitted) = differences(source(expected), source(found), 5000).unwrap();
        assert_eq!(omitted, 0);
        let tell = |difference: Difference| match difference {
            Difference::Altered { expected, .. } => format!("altered {}", expected.index),
            Difference::Dropped { expected } => format!("dropped {}", expected.index),
            Difference::Added { found } => format!("added {}", found.index),
            Difference::Moved { expected, found } => format!("moved {} to {}", expected.index, found.index),
        };
        differences.into_iter().map(tell).collect()
    }

    fn numbers(count: u64) -> Vec<u64> {
        (0..count).collect()
    }

    #[test]
    fn each_kind_of_damage_is_named() {
        let whole = numbers(2000);
        let mut swapped = whole.clone();
        swapped.swap(10, 1800);
        assert_eq!(
            compare(&whole, &swapped),
            ["moved 10 to 1800", "moved 1800 to 10"]
        );
        let mut neighbours = whole.clone();
        neighbours.swap(700, 701);
        assert_eq!(
            compare(&whole, &neighbours),
            ["moved 700 to 701", "moved 701 to 700"]
        );
        let mut dropped = whole.clone();
        dropped.remove(600);
        assert_eq!(compare(&whole, &dropped), ["dropped 600"]);
        let mut moved = whole.clone();
        let taken = moved.remove(100);
        moved.insert(300, taken);
        assert_eq!(compare(&whole, &moved), ["moved 100 to 300"]);
        let mut altered = whole.clone();
        altered[1999] = 9999;
        assert_eq!(compare(&whole, &altered), ["altered 1999"]);
        let mut added = whole.clone();
        added.insert(5, 9999);
        assert_eq!(compare(&whole, &added), ["added 5"]);
        assert_eq!(compare(&whole, &whole[..1998]), ["dropped 1998", "dropped 1999"]);
        let mut doubled = whole.clone();
        doubled[3] = 4;
        assert_eq!(compare(&whole, &doubled), ["altered 3"]);
    }

    #[test]
    fn equal_sequences_and_empty_ones_have_no_differences() {
        assert!(compare(&[], &[]).is_empty());
        assert!(compare(&numbers(1500), &numbers(1500)).is_empty());
        assert_eq!(compare(&[], &[1]), ["added 0"]);
    }

    proptest! {
        #[test]
        fn sequences_that_differ_have_differences(a in prop::collection::vec(0u64..6, 0..40), b in prop::collection::vec(0u64..6, 0..40)) {
            prop_assert_eq!(a == b, compare(&a, &b).is_empty());
        }
    }
}
