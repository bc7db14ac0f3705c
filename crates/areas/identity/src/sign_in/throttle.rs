//! Slowing down whoever tries passwords, without locking out anybody else.
//!
//! What is counted is counted per account. From addresses where nobody signed in to it before, five wrong passwords
//! lock the account for fifteen minutes. Each address where its owner signed in before has a count of its own, which
//! slows and never locks: a stranger cannot keep the owner out. Names that no account has are treated alike, so that
//! nothing tells them apart. An address from which much came that was wrong is served after everybody else.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Wrong passwords that are free.
const FREE: u32 = 5;
/// How long an account stays locked for addresses it does not know.
const LOCK_MS: i64 = 15 * 60 * 1_000;
/// After this long nothing is remembered.
const FORGET_MS: i64 = 15 * 60 * 1_000;
/// The longest pause of a known address.
const LONGEST_PAUSE_MS: i64 = 5 * 60 * 1_000;
/// Wrong passwords after which an address is served last.
const SUSPICIOUS: u32 = 20;
/// What is remembered at most, of each kind; the oldest is dropped.
const REMEMBERED: usize = 10_000;

/// One try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attempt<'a> {
    /// The name that was given.
    pub name: &'a str,
    /// Whether there is such an account.
    pub exists: bool,
    /// Where it comes from.
    pub address: &'a str,
    /// Whether somebody signed in to this account from there before.
    pub familiar: bool,
}

/// Why a try is not made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// The account is locked for addresses it does not know.
    Locked {
        /// For how long.
        seconds: u64,
    },
    /// Not yet.
    Paused {
        /// For how long.
        seconds: u64,
    },
}

/// Who is served first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lane {
    /// Nothing speaks against the address.
    First,
    /// Much that was wrong came from the address.
    Last,
}

#[derive(Debug, Clone, Copy, Default)]
struct Tries {
    wrong: u32,
    last_ms: i64,
}

/// Counts that forget and never grow beyond a limit.
#[derive(Debug)]
struct Counts<K>(HashMap<K, Tries>);

impl<K> Default for Counts<K> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

impl<K: Eq + Hash + Clone> Counts<K> {
    fn get(&self, key: &K, now_ms: i64) -> Tries {
        let tries = self.0.get(key).copied().unwrap_or_default();
        match now_ms - tries.last_ms < FORGET_MS {
            true => tries,
            false => Tries::default(),
        }
    }

    fn add(&mut self, key: K, now_ms: i64) {
        if !self.0.contains_key(&key) && self.0.len() >= REMEMBERED {
            self.0.retain(|_, tries| now_ms - tries.last_ms < FORGET_MS);
            let oldest = self.0.iter().min_by_key(|(_, tries)| tries.last_ms);
            if self.0.len() >= REMEMBERED
                && let Some(oldest) = oldest.map(|(key, _)| key.clone())
            {
                self.0.remove(&oldest);
            }
        }
        let before = self.get(&key, now_ms);
        let after = Tries {
            wrong: before.wrong.saturating_add(1),
            last_ms: now_ms,
        };
        self.0.insert(key, after);
    }

    fn take_back(&mut self, key: &K) {
        if let Some(tries) = self.0.get_mut(key) {
            tries.wrong = tries.wrong.saturating_sub(1);
        }
    }
}

#[derive(Debug, Default)]
struct Memory {
    /// Accounts, from addresses they do not know. There are as many as accounts, so that nobody can push one out.
    accounts: Counts<String>,
    /// Names that no account has.
    nobody: Counts<String>,
    /// Accounts from addresses they know.
    familiar: Counts<(String, String)>,
    /// Addresses.
    addresses: Counts<String>,
}

impl Memory {
    fn strangers(&mut self, exists: bool) -> &mut Counts<String> {
        if exists {
            &mut self.accounts
        } else {
            &mut self.nobody
        }
    }
}

/// Wrong tries that were made lately.
#[derive(Debug, Default)]
pub struct Throttle(Mutex<Memory>);

fn left(until_ms: i64, now_ms: i64) -> Option<u64> {
    let left_ms = until_ms - now_ms;
    (left_ms > 0).then(|| left_ms.unsigned_abs().div_ceil(1_000))
}

impl Throttle {
    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets a try happen, or says why not. Until [`Throttle::right`] or [`Throttle::undecided`] says otherwise it
    /// counts as wrong, so that many at the same time are no way around.
    pub fn admit(&self, attempt: &Attempt<'_>, now_ms: i64) -> Result<Lane, Refused> {
        let mut memory = self.memory();
        let address = attempt.address.to_owned();
        if attempt.familiar {
            let key = (attempt.name.to_owned(), address.clone());
            let tries = memory.familiar.get(&key, now_ms);
            if let Some(over) = tries.wrong.checked_sub(FREE) {
                let pause_ms = (1_000_i64 << over.min(20)).min(LONGEST_PAUSE_MS);
                if let Some(seconds) = left(tries.last_ms + pause_ms, now_ms) {
                    return Err(Refused::Paused { seconds });
                }
            }
            memory.familiar.add(key, now_ms);
        } else {
            let name = attempt.name.to_owned();
            let names = memory.strangers(attempt.exists);
            let tries = names.get(&name, now_ms);
            if tries.wrong >= FREE
                && let Some(seconds) = left(tries.last_ms + LOCK_MS, now_ms)
            {
                return Err(Refused::Locked { seconds });
            }
            names.add(name, now_ms);
        }
        let lane = match memory.addresses.get(&address, now_ms).wrong >= SUSPICIOUS {
            true => Lane::Last,
            false => Lane::First,
        };
        memory.addresses.add(address, now_ms);
        Ok(lane)
    }

    /// The right password was given: what was counted against this way into the account is forgotten.
    pub fn right(&self, attempt: &Attempt<'_>) {
        let mut memory = self.memory();
        memory.addresses.take_back(&attempt.address.to_owned());
        if attempt.familiar {
            let key = (attempt.name.to_owned(), attempt.address.to_owned());
            memory.familiar.0.remove(&key);
        } else {
            memory.strangers(attempt.exists).0.remove(attempt.name);
        }
    }

    /// A try that was let in was never decided: the machine was too busy, or failed.
    pub fn undecided(&self, attempt: &Attempt<'_>) {
        let mut memory = self.memory();
        memory.addresses.take_back(&attempt.address.to_owned());
        if attempt.familiar {
            let key = (attempt.name.to_owned(), attempt.address.to_owned());
            memory.familiar.take_back(&key);
        } else {
            memory
                .strangers(attempt.exists)
                .take_back(&attempt.name.to_owned());
        }
    }

    #[cfg(test)]
    fn remembered(&self) -> usize {
        let memory = self.memory();
        memory.accounts.0.len() + memory.nobody.0.len() + memory.familiar.0.len() + memory.addresses.0.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn stranger<'a>(name: &'a str, address: &'a str) -> Attempt<'a> {
        Attempt {
            name,
            exists: true,
            address,
            familiar: false,
        }
    }

    fn owner<'a>(name: &'a str, address: &'a str) -> Attempt<'a> {
        Attempt {
            familiar: true,
            ..stranger(name, address)
        }
    }

    #[test]
    fn five_wrong_passwords_lock_for_a_quarter_of_an_hour() {
        let throttle = Throttle::default();
        for address in ["10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4", "10.0.0.5"] {
            assert_eq!(throttle.admit(&stranger("admin", address), 0), Ok(Lane::First));
        }
        let next = stranger("admin", "10.0.0.6");
        assert_eq!(throttle.admit(&next, 0), Err(Refused::Locked { seconds: 900 }));
        // what is refused does not make the lock longer
        assert_eq!(
            throttle.admit(&next, 899_001),
            Err(Refused::Locked { seconds: 1 })
        );
        assert_eq!(throttle.admit(&next, 900_000), Ok(Lane::First));
    }

    #[test]
    fn the_owner_comes_in_from_where_they_came_before_and_is_only_slowed() {
        let throttle = Throttle::default();
        for _ in 0..100 {
            let _ = throttle.admit(&stranger("admin", "6.6.6.6"), 0);
        }
        let own = owner("admin", "10.0.0.1");
        for _ in 0..5 {
            assert_eq!(throttle.admit(&own, 0), Ok(Lane::First));
        }
        assert_eq!(throttle.admit(&own, 0), Err(Refused::Paused { seconds: 1 }));
        assert_eq!(throttle.admit(&own, 1_000), Ok(Lane::First));
        assert_eq!(throttle.admit(&own, 1_000), Err(Refused::Paused { seconds: 2 }));
        assert_eq!(throttle.admit(&own, 3_000), Ok(Lane::First));
        throttle.right(&own);
        assert_eq!(throttle.admit(&own, 3_000), Ok(Lane::First));
    }

    #[test]
    fn the_right_password_and_an_undecided_try_count_for_nothing() {
        let throttle = Throttle::default();
        let try_it = stranger("admin", "10.0.0.1");
        for _ in 0..20 {
            throttle.admit(&try_it, 0).unwrap();
            throttle.undecided(&try_it);
        }
        for _ in 0..4 {
            throttle.admit(&try_it, 0).unwrap();
        }
        throttle.admit(&try_it, 0).unwrap();
        throttle.right(&try_it);
        assert_eq!(throttle.admit(&try_it, 0), Ok(Lane::First));
    }

    #[test]
    fn an_address_that_tries_many_names_is_served_last_and_still_served() {
        let throttle = Throttle::default();
        for count in 0..40 {
            let name = format!("name{count}");
            let expected = if count < 20 { Lane::First } else { Lane::Last };
            assert_eq!(throttle.admit(&stranger(&name, "6.6.6.6"), 0), Ok(expected));
        }
        assert_eq!(
            throttle.admit(&stranger("somebody", "10.0.0.1"), 0),
            Ok(Lane::First)
        );
    }

    #[test]
    fn invented_names_fill_no_memory_and_push_no_account_out() {
        let throttle = Throttle::default();
        for _ in 0..5 {
            throttle.admit(&stranger("admin", "6.6.6.6"), 0).unwrap();
        }
        for count in 0..30_000_i64 {
            let (name, address) = (format!("nobody{count}"), format!("address{count}"));
            let invented = Attempt {
                exists: false,
                ..stranger(&name, &address)
            };
            throttle.admit(&invented, 1 + count / 1_000).unwrap();
        }
        assert!(throttle.remembered() <= 3 * REMEMBERED);
        assert!(matches!(
            throttle.admit(&stranger("admin", "6.6.6.6"), 100),
            Err(Refused::Locked { .. })
        ));
    }

    proptest! {
        #[test]
        fn other_accounts_are_never_affected(
            tries in proptest::collection::vec((0_u8..6, 0_u8..4, any::<bool>(), any::<bool>(), 0_i64..2_000), 0..400)
        ) {
            let throttle = Throttle::default();
            let mut now_ms = 0;
            for (name, address, exists, familiar, later) in tries {
                now_ms += later;
                let (name, address) = (format!("other{name}"), format!("address{address}"));
                let _ = throttle.admit(&Attempt { name: &name, exists, address: &address, familiar: exists && familiar }, now_ms);
            }
            for address in ["address0", "elsewhere"] {
                prop_assert!(throttle.admit(&stranger("mine", address), now_ms).is_ok());
                prop_assert!(throttle.admit(&owner("mine", address), now_ms).is_ok());
            }
        }

        #[test]
        fn a_stranger_never_locks_the_owner_out(strangers in 0_usize..300, at in 0_i64..10_000_000) {
            let throttle = Throttle::default();
            for _ in 0..strangers {
                let _ = throttle.admit(&stranger("mine", "6.6.6.6"), at);
            }
            prop_assert!(throttle.admit(&owner("mine", "10.0.0.1"), at).is_ok());
        }
    }
}
