//! What signing in knows of an account.

use super::settings::{SecondFactorFor, SignInSettings};

/// What kind of work an account is for, as far as signing in is stricter for some.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Duty {
    /// One of the administrators.
    Administrator,
    /// Works with records, or watches over those who do.
    Staff,
    /// Uses the holdings.
    Reader,
}

/// An account, as its owner signs in to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignInAccount {
    /// Its name.
    pub name: String,
    /// The kept form of its password.
    pub password_hash: String,
    /// Whether the password must be changed before anything else.
    pub password_must_change: bool,
    /// Since when it has its password; 0: not known.
    pub password_changed_at_ms: i64,
    /// The random name under which authenticators keep its passkeys.
    pub handle: Option<String>,
    /// Whether it has an authenticator that was confirmed.
    pub has_totp: bool,
    /// How many passkeys it has.
    pub passkeys: i64,
    /// How many recovery codes are left.
    pub recovery_codes: i64,
}

impl SignInAccount {
    /// Whether there is a factor besides the password.
    pub fn has_second_factor(&self) -> bool {
        self.has_totp || self.passkeys > 0
    }

    /// Until when its password is good; `None`: for ever.
    pub fn password_until_ms(&self, duty: Duty, settings: &SignInSettings) -> Option<i64> {
        let days = match duty {
            Duty::Administrator | Duty::Staff => settings.password_days,
            Duty::Reader => settings.reader_password_days,
        };
        let known = days > 0 && self.password_changed_at_ms > 0;
        known.then(|| self.password_changed_at_ms + i64::from(days) * 86_400_000)
    }

    /// Whether its password must be changed before anything else.
    pub fn needs_new_password(&self, duty: Duty, settings: &SignInSettings, now_ms: i64) -> bool {
        self.password_must_change
            || self
                .password_until_ms(duty, settings)
                .is_some_and(|until_ms| until_ms <= now_ms)
    }
}

impl Duty {
    /// Whether a second factor is demanded.
    pub fn needs_second_factor(self, settings: &SignInSettings) -> bool {
        match settings.second_factor {
            SecondFactorFor::Nobody => false,
            SecondFactorFor::Administrators => self == Self::Administrator,
            SecondFactorFor::Staff => self != Self::Reader,
        }
    }

    /// After how many milliseconds without a request a session ends.
    pub fn idle_ms(self, settings: &SignInSettings) -> i64 {
        let minutes = match self {
            Self::Administrator => settings.administrator_idle_minutes,
            Self::Staff | Self::Reader => settings.idle_minutes,
        };
        i64::from(minutes) * 60_000
    }
}
