//! Numbers as intervals: a series without gaps is one entry, however long it is.

use std::collections::BTreeMap;

/// A set of numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Intervals {
    /// Last number by first number; no two intervals touch.
    by_first: BTreeMap<u32, u32>,
}

impl Intervals {
    /// Adds a number. `false`: it was there already.
    pub fn insert(&mut self, number: u32) -> bool {
        let before = self
            .by_first
            .range(..=number)
            .next_back()
            .map(|(first, last)| (*first, *last));
        if before.is_some_and(|(_, last)| last >= number) {
            return false;
        }
        let mut first = number;
        let mut last = number;
        if let Some((known, end)) = before
            && end.checked_add(1) == Some(number)
        {
            first = known;
        }
        if let Some(next) = number.checked_add(1)
            && let Some(end) = self.by_first.remove(&next)
        {
            last = end;
        }
        self.by_first.insert(first, last);
        true
    }

    /// The gaps from a first number to the greatest one, each as first and last missing number.
    pub fn gaps(&self, start: u32) -> Vec<(u32, u32)> {
        let mut gaps = Vec::new();
        let mut next = start;
        for (first, last) in &self.by_first {
            if *first > next {
                gaps.push((next, first - 1));
            }
            next = next.max(last.saturating_add(1));
        }
        gaps
    }

    /// The least number.
    pub fn first(&self) -> Option<u32> {
        self.by_first.keys().next().copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn a_series_is_one_interval_in_any_order() {
        for order in [[1, 2, 3, 4, 5], [5, 3, 1, 2, 4], [2, 4, 3, 5, 1]] {
            let mut numbers = Intervals::default();
            assert!(order.into_iter().all(|number| numbers.insert(number)));
            assert_eq!(numbers.by_first.len(), 1);
            assert!(numbers.gaps(1).is_empty());
        }
    }

    #[test]
    fn gaps_are_told_from_the_start() {
        let mut numbers = Intervals::default();
        for number in [2, 5, 6] {
            numbers.insert(number);
        }
        assert!(!numbers.insert(5));
        assert_eq!(numbers.gaps(1), [(1, 1), (3, 4)]);
        assert_eq!(numbers.first(), Some(2));
        assert!(numbers.insert(u32::MAX));
    }

    proptest::proptest! {
        #[test]
        fn it_is_a_set(given in proptest::collection::vec(1..60_u32, 0..80)) {
            let mut numbers = Intervals::default();
            let mut plain = BTreeSet::new();
            for number in given {
                proptest::prop_assert_eq!(numbers.insert(number), plain.insert(number));
            }
            let missing: Vec<u32> = (1..=plain.last().copied().unwrap_or(0)).filter(|n| !plain.contains(n)).collect();
            let told: Vec<u32> = numbers.gaps(1).into_iter().flat_map(|(first, last)| first..=last).collect();
            proptest::prop_assert_eq!(told, missing);
        }
    }
}
