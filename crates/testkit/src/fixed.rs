//! Time and identifiers as a test sets them.

use jiff::{SignedDuration, Timestamp};
use lantai_domain::{Clock, IdSource};
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use uuid::Uuid;

/// Milliseconds of [`noon`] since 1970.
const NOON_MS: i64 = 1_767_268_800_000;

/// 2026-01-01T12:00:00Z, the moment at which tests happen.
pub fn noon() -> Timestamp {
    Timestamp::from_millisecond(NOON_MS).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// A clock that starts at [`noon`] and moves only when it is told to.
#[derive(Debug)]
pub struct MovableClock {
    milliseconds: AtomicI64,
}

impl Default for MovableClock {
    fn default() -> Self {
        Self {
            milliseconds: AtomicI64::new(NOON_MS),
        }
    }
}

impl MovableClock {
    /// Lets time pass.
    pub fn advance(&self, by: SignedDuration) {
        let milliseconds = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
        self.milliseconds.fetch_add(milliseconds, Ordering::SeqCst);
    }
}

impl Clock for MovableClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millisecond(self.milliseconds.load(Ordering::SeqCst)).unwrap_or(Timestamp::MAX)
    }
}

/// Identifiers that count from one: well-formed version 7, ordered by making, the same in every run.
#[derive(Debug, Default)]
pub struct CountingIds {
    last: AtomicU64,
}

impl IdSource for CountingIds {
    fn next(&self) -> Uuid {
        let count = self.last.fetch_add(1, Ordering::SeqCst) + 1;
        let made_at = u64::try_from(NOON_MS).unwrap_or(0);
        // the time of noon, then the count where real identifiers are random
        let mut bytes = [0_u8; 10];
        bytes[2..].copy_from_slice(&count.to_be_bytes());
        uuid::Builder::from_unix_timestamp_millis(made_at, &bytes).into_uuid()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn noon_is_noon() {
        assert_eq!(noon().to_string(), "2026-01-01T12:00:00Z");
    }

    #[test]
    fn the_clock_moves_only_when_told() {
        let clock = MovableClock::default();
        assert_eq!(clock.now(), noon());
        clock.advance(SignedDuration::from_secs(90));
        assert_eq!(clock.now().to_string(), "2026-01-01T12:01:30Z");
    }

    #[test]
    fn counted_identifiers_are_sound_and_ordered() {
        let ids = CountingIds::default();
        let made: Vec<Uuid> = (0..1_000).map(|_| ids.next()).collect();
        assert!(made.iter().all(|id| id.get_version_num() == 7));
        assert!(made.windows(2).all(|pair| pair[0] < pair[1]));
        assert_eq!(made[0], CountingIds::default().next());
    }
}
