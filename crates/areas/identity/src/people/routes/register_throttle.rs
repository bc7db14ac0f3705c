//! Slowing down registrations from one place, without keeping anybody else from registering.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

/// Registrations that one place is given at once, and again after each [`WINDOW_MS`].
const MOST: u32 = 5;
const WINDOW_MS: i64 = 10 * 60 * 1000;
/// Places remembered at most; beyond that those whose time is over are forgotten, and then all.
const PLACES: usize = 10_000;

#[derive(Debug, Clone, Copy)]
struct Tries {
    count: u32,
    since_ms: i64,
}

/// Registrations by the place they came from.
#[derive(Debug, Default)]
pub(super) struct RegisterThrottle(Mutex<HashMap<Option<IpAddr>, Tries>>);

impl RegisterThrottle {
    /// Counts a registration, or says for how many seconds there may be none.
    pub fn admit(&self, place: Option<IpAddr>, now_ms: i64) -> Result<(), u64> {
        let mut places = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if places.len() >= PLACES {
            places.retain(|_, tries| now_ms - tries.since_ms < WINDOW_MS);
        }
        if places.len() >= PLACES {
            places.clear();
        }
        let tries = places.entry(place).or_insert(Tries {
            count: 0,
            since_ms: now_ms,
        });
        if now_ms - tries.since_ms >= WINDOW_MS {
            *tries = Tries {
                count: 0,
                since_ms: now_ms,
            };
        }
        if tries.count >= MOST {
            let left_ms = tries.since_ms + WINDOW_MS - now_ms;
            return Err(left_ms.unsigned_abs().div_ceil(1_000));
        }
        tries.count += 1;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_place_is_slowed_and_no_other() {
        let throttle = RegisterThrottle::default();
        let place = |last| Some(IpAddr::from([192, 0, 2, last]));
        for _ in 0..MOST {
            assert_eq!(throttle.admit(place(1), 0), Ok(()));
        }
        assert_eq!(throttle.admit(place(1), 60_000), Err(540));
        assert_eq!(throttle.admit(place(2), 60_000), Ok(()));
        assert_eq!(throttle.admit(place(1), WINDOW_MS), Ok(()));
    }
}
