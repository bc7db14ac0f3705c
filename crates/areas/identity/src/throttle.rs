//! Slowing down whoever tries passwords, without locking out anybody else.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// Wrong passwords that are free.
const FREE: u32 = 5;
/// After this long nothing is remembered.
const FORGET_MS: i64 = 15 * 60 * 1000;
/// Names remembered at most; the oldest are dropped.
const NAMES: usize = 10_000;

#[derive(Debug, Clone, Copy)]
struct Tries {
    wrong: u32,
    last_ms: i64,
}

/// Wrong passwords by the name they were tried for.
#[derive(Debug, Default)]
pub(crate) struct Throttle(Mutex<HashMap<String, Tries>>);

impl Throttle {
    /// Seconds to wait before this name may be tried again; `None`: now.
    pub fn wait_seconds(&self, name: &str, now_ms: i64) -> Option<u64> {
        let tries = *self.0.lock().unwrap_or_else(PoisonError::into_inner).get(name)?;
        let over = tries.wrong.checked_sub(FREE)?;
        let pause_ms = 1_000_i64 << over.min(8);
        let left_ms = tries.last_ms + pause_ms - now_ms;
        (left_ms > 0).then(|| left_ms.unsigned_abs().div_ceil(1_000))
    }

    /// A wrong password was tried.
    pub fn wrong(&self, name: &str, now_ms: i64) {
        let mut names = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        names.retain(|_, tries| now_ms - tries.last_ms < FORGET_MS);
        if names.len() >= NAMES
            && let Some(oldest) = names
                .iter()
                .min_by_key(|(_, tries)| tries.last_ms)
                .map(|(name, _)| name.clone())
        {
            names.remove(&oldest);
        }
        let tries = names.entry(name.to_owned()).or_insert(Tries {
            wrong: 0,
            last_ms: now_ms,
        });
        tries.wrong += 1;
        tries.last_ms = now_ms;
    }

    /// The right password was given.
    pub fn right(&self, name: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_few_mistakes_are_free_then_the_pauses_grow() {
        let throttle = Throttle::default();
        for _ in 0..4 {
            throttle.wrong("admin", 0);
            assert_eq!(throttle.wait_seconds("admin", 0), None);
        }
        throttle.wrong("admin", 0);
        assert_eq!(throttle.wait_seconds("admin", 0), Some(1));
        throttle.wrong("admin", 0);
        assert_eq!(throttle.wait_seconds("admin", 0), Some(2));
        assert_eq!(throttle.wait_seconds("somebody else", 0), None);
        assert_eq!(throttle.wait_seconds("admin", 2_000), None);
        throttle.right("admin");
        assert_eq!(throttle.wait_seconds("admin", 0), None);
    }
}
