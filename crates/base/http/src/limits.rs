//! Limits by token bucket: who asks more often than agreed waits, and nobody else does.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hash, RandomState};
use std::sync::{Mutex, PoisonError};

/// Buckets are kept in so many parts, each behind a lock of its own.
const PARTS: usize = 16;

/// How often something may be done.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rate {
    /// How many at once.
    pub burst: f64,
    /// How many a second in the long run.
    pub per_second: f64,
}

impl Rate {
    /// So many a second, and so many at once.
    pub fn new(per_second: f64, burst: f64) -> Self {
        Self {
            burst: burst.max(1.0),
            per_second: per_second.max(f64::MIN_POSITIVE),
        }
    }

    /// So many a day, which may all be used at once.
    pub fn a_day(count: f64) -> Self {
        Self::new(count / (24.0 * 60.0 * 60.0), count)
    }
}

#[derive(Debug, Clone, Copy)]
struct Bucket {
    left: f64,
    at_ms: i64,
}

impl Bucket {
    fn filled(self, rate: Rate, now_ms: i64) -> Self {
        let seconds = (now_ms - self.at_ms).max(0) as f64 / 1_000.0;
        Self {
            left: (self.left + seconds * rate.per_second).min(rate.burst),
            at_ms: now_ms.max(self.at_ms),
        }
    }
}

/// A bucket for each key, in bounded memory: a bucket that is full again is forgotten first; where all are in use, the one
/// that was used longest ago.
#[derive(Debug)]
pub struct Buckets<K> {
    rate: Rate,
    most: usize,
    hasher: RandomState,
    parts: Vec<Mutex<HashMap<K, Bucket>>>,
}

impl<K: Hash + Eq + Clone> Buckets<K> {
    /// Buckets that fill at `rate`, at most `most` of them.
    pub fn new(rate: Rate, most: usize) -> Self {
        Self {
            rate,
            most: most.div_ceil(PARTS).max(1),
            hasher: RandomState::new(),
            parts: (0..PARTS).map(|_| Mutex::default()).collect(),
        }
    }

    /// Takes one. `Err`: the seconds to wait until there is one again.
    pub fn take(&self, key: &K, now_ms: i64) -> Result<(), u64> {
        let place = usize::try_from(self.hasher.hash_one(key)).unwrap_or(usize::MAX) % PARTS;
        let Some(part) = self.parts.get(place) else {
            return Ok(());
        };
        let mut buckets = part.lock().unwrap_or_else(PoisonError::into_inner);
        if !buckets.contains_key(key) && buckets.len() >= self.most {
            self.make_room(&mut buckets, now_ms);
        }
        let fresh = Bucket {
            left: self.rate.burst,
            at_ms: now_ms,
        };
        let bucket = buckets.entry(key.clone()).or_insert(fresh);
        *bucket = bucket.filled(self.rate, now_ms);
        if bucket.left >= 1.0 {
            bucket.left -= 1.0;
            return Ok(());
        }
        let seconds = ((1.0 - bucket.left) / self.rate.per_second).ceil();
        Err((seconds as u64).max(1))
    }

    fn make_room(&self, buckets: &mut HashMap<K, Bucket>, now_ms: i64) {
        buckets.retain(|_, bucket| bucket.filled(self.rate, now_ms).left < self.rate.burst);
        if buckets.len() >= self.most
            && let Some(oldest) = buckets
                .iter()
                .min_by_key(|(_, bucket)| bucket.at_ms)
                .map(|(key, _)| key.clone())
        {
            buckets.remove(&oldest);
        }
    }

    /// How many buckets there are.
    pub fn len(&self) -> usize {
        let sizes = self
            .parts
            .iter()
            .map(|part| part.lock().unwrap_or_else(PoisonError::into_inner).len());
        sizes.sum()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_is_free_then_the_rate_holds() {
        let buckets = Buckets::new(Rate::new(2.0, 5.0), 100);
        for _ in 0..5 {
            assert_eq!(buckets.take(&"li", 0), Ok(()));
        }
        assert_eq!(buckets.take(&"li", 0), Err(1));
        assert_eq!(buckets.take(&"wang", 0), Ok(()), "nobody else waits");
        assert_eq!(buckets.take(&"li", 500), Ok(()));
        assert_eq!(buckets.take(&"li", 500), Err(1));
        assert_eq!(
            buckets.take(&"li", 0),
            Err(1),
            "a clock that goes back gives nothing"
        );
    }

    #[test]
    fn a_quota_of_a_day_says_how_long_to_wait() {
        let buckets = Buckets::new(Rate::a_day(2.0), 100);
        assert_eq!(buckets.take(&1, 0), Ok(()));
        assert_eq!(buckets.take(&1, 0), Ok(()));
        assert_eq!(buckets.take(&1, 0), Err(43_200));
        assert_eq!(buckets.take(&1, 43_200_000), Ok(()));
    }

    #[test]
    fn memory_is_bounded_and_who_is_limited_stays_so() {
        let buckets = Buckets::new(Rate::new(0.001, 2.0), 160);
        for _ in 0..3 {
            let _ = buckets.take(&u64::MAX, 0);
        }
        for key in 0..10_000_u64 {
            let _ = buckets.take(&key, i64::try_from(key).unwrap());
        }
        assert!(buckets.len() <= 160 + PARTS, "{}", buckets.len());
    }
}
