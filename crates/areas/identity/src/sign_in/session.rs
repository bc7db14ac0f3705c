//! A session: who proved what, when, from where, and how far they have come.

use super::account::{Duty, SignInAccount};
use super::settings::SignInSettings;
use std::fmt;
use std::str::FromStr;

/// For how long a proof is fresh enough for what is dangerous.
pub const FRESH_MS: i64 = 5 * 60 * 1_000;
/// How long a session that is not yet whole may last.
pub(crate) const UNFINISHED_MS: i64 = 15 * 60 * 1_000;
/// A request is noted when the last one noted is older than this: not every request writes.
pub(crate) const NOTED_EVERY_MS: i64 = 60 * 1_000;

/// How far somebody has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// The password was right; the second factor is missing.
    SecondFactor,
    /// The password must be changed first.
    NewPassword,
    /// A second factor is demanded and must be set up first.
    Enrolment,
    /// Signed in.
    Whole,
}

/// What somebody proved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Proof {
    /// The password.
    Password,
    /// A code of the authenticator.
    Totp,
    /// A recovery code.
    RecoveryCode,
    /// A passkey, which the owner unlocked.
    Passkey,
    /// The word of another provider.
    Provider,
    /// The word of another provider that counts as a second factor as well.
    StrongProvider,
}

const STAGES: [(Stage, &str); 4] = [
    (Stage::SecondFactor, "second_factor"),
    (Stage::NewPassword, "new_password"),
    (Stage::Enrolment, "enrolment"),
    (Stage::Whole, "whole"),
];
const PROOFS: [(Proof, &str); 6] = [
    (Proof::Password, "password"),
    (Proof::Totp, "totp"),
    (Proof::RecoveryCode, "recovery_code"),
    (Proof::Passkey, "passkey"),
    (Proof::Provider, "provider"),
    (Proof::StrongProvider, "strong_provider"),
];

/// A word that is neither stage nor proof.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no stage and no proof of a session")]
pub struct NoSuchWord(pub String);

impl Stage {
    /// Its word in the database and in interfaces.
    pub fn id(self) -> &'static str {
        STAGES
            .iter()
            .find(|(stage, _)| *stage == self)
            .map_or("", |(_, id)| id)
    }
}

impl FromStr for Stage {
    type Err = NoSuchWord;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let found = STAGES.iter().find(|(_, id)| *id == text).map(|(stage, _)| *stage);
        found.ok_or_else(|| NoSuchWord(text.to_owned()))
    }
}

impl Proof {
    /// Its word in the database and in interfaces.
    pub fn id(self) -> &'static str {
        PROOFS
            .iter()
            .find(|(proof, _)| *proof == self)
            .map_or("", |(_, id)| id)
    }

    /// Whether it is more than a password, or comes on top of one.
    fn is_second(self) -> bool {
        !matches!(self, Self::Password | Self::Provider)
    }
}

/// All that was proved in a session.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Proofs(Vec<Proof>);

impl Proofs {
    /// One proof.
    pub fn of(proof: Proof) -> Self {
        Self(vec![proof])
    }

    /// With one more.
    pub fn and(mut self, proof: Proof) -> Self {
        if !self.0.contains(&proof) {
            self.0.push(proof);
        }
        self
    }

    /// Whether a second factor is among them.
    pub fn has_second(&self) -> bool {
        self.0.iter().any(|proof| proof.is_second())
    }

    /// Whether this is among them.
    pub fn has(&self, proof: Proof) -> bool {
        self.0.contains(&proof)
    }

    /// How far they lead in an account.
    pub fn stage(
        &self,
        account: &SignInAccount,
        duty: Duty,
        settings: &SignInSettings,
        now_ms: i64,
    ) -> Stage {
        let needs_second = account.has_second_factor() || duty.needs_second_factor(settings);
        if account.has_second_factor() && !self.has_second() {
            return Stage::SecondFactor;
        }
        if self.has(Proof::Password) && account.needs_new_password(duty, settings, now_ms) {
            return Stage::NewPassword;
        }
        if needs_second && !self.has_second() {
            return Stage::Enrolment;
        }
        Stage::Whole
    }
}

impl fmt::Display for Proofs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words: Vec<&str> = self.0.iter().map(|proof| proof.id()).collect();
        f.write_str(&words.join("+"))
    }
}

impl FromStr for Proofs {
    type Err = NoSuchWord;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let proof = |word: &str| {
            let found = PROOFS.iter().find(|(_, id)| *id == word).map(|(proof, _)| *proof);
            found.ok_or_else(|| NoSuchWord(word.to_owned()))
        };
        text.split('+')
            .map(proof)
            .collect::<Result<Vec<_>, _>>()
            .map(Self)
    }
}

/// A session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Its public name.
    pub id: String,
    /// Whose it is.
    pub account: String,
    /// How far it has come.
    pub stage: Stage,
    /// What was proved.
    pub proofs: Proofs,
    /// On what it runs, as far as it says.
    pub device: String,
    /// The network it comes from.
    pub address: String,
    /// When it began.
    pub created_at_ms: i64,
    /// When its owner last proved who they are.
    pub proved_at_ms: i64,
    /// When it was last used, give or take a minute.
    pub last_seen_ms: i64,
    /// How long it may be idle.
    pub idle_ms: i64,
    /// When it ends in any case.
    pub expires_at_ms: i64,
}

impl Session {
    /// Whether the owner is signed in: nothing is missing.
    pub fn is_whole(&self) -> bool {
        self.stage == Stage::Whole
    }

    /// Whether the owner proved who they are so lately that they may do what is dangerous.
    pub fn is_fresh(&self, now_ms: i64) -> bool {
        self.is_whole() && now_ms - self.proved_at_ms < FRESH_MS
    }

    /// Whether it goes on.
    pub fn goes_on(&self, now_ms: i64) -> bool {
        now_ms < self.expires_at_ms && now_ms < self.last_seen_ms + self.idle_ms
    }
}

/// From where a request comes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Caller {
    /// The address; empty: not known.
    pub address: String,
    /// What the browser says of itself.
    pub agent: String,
}

impl Caller {
    /// The network of the address: enough for the owner to know it again, too little to find a person.
    pub fn network(&self) -> String {
        use std::net::IpAddr;
        match self.address.parse::<IpAddr>() {
            Ok(IpAddr::V4(address)) => {
                let [one, two, three, _] = address.octets();
                format!("{one}.{two}.{three}.*")
            }
            Ok(IpAddr::V6(address)) => match address.to_ipv4_mapped() {
                Some(mapped) => Self {
                    address: mapped.to_string(),
                    agent: String::new(),
                }
                .network(),
                None => {
                    let [one, two, three, ..] = address.segments();
                    format!("{one:x}:{two:x}:{three:x}::*")
                }
            },
            Err(_) => String::new(),
        }
    }

    /// Browser and system, as far as the browser says.
    pub fn device(&self) -> String {
        let first = |names: &[(&str, &'static str)]| {
            let found = names.iter().find(|(sign, _)| self.agent.contains(sign));
            found.map_or("", |(_, name)| *name)
        };
        let browser = first(&[
            ("Edg/", "Edge"),
            ("OPR/", "Opera"),
            ("Firefox/", "Firefox"),
            ("MicroMessenger/", "WeChat"),
            ("QQBrowser/", "QQ Browser"),
            ("Chrome/", "Chrome"),
            ("Safari/", "Safari"),
            ("curl/", "curl"),
        ]);
        let system = first(&[
            ("HarmonyOS", "HarmonyOS"),
            ("Android", "Android"),
            ("iPhone", "iPhone"),
            ("iPad", "iPad"),
            ("Windows", "Windows"),
            ("Mac OS X", "macOS"),
            ("Linux", "Linux"),
        ]);
        match (browser, system) {
            ("", "") => String::new(),
            (one, "") | ("", one) => one.to_owned(),
            (browser, system) => format!("{browser}, {system}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::settings::SecondFactorFor;
    use super::*;

    const DAY_MS: i64 = 86_400_000;

    fn account() -> SignInAccount {
        SignInAccount {
            name: "王芳".to_owned(),
            password_hash: String::new(),
            password_must_change: false,
            password_changed_at_ms: DAY_MS,
            handle: None,
            has_totp: false,
            passkeys: 0,
            recovery_codes: 0,
        }
    }

    fn stage(
        proofs: &Proofs,
        account: &SignInAccount,
        duty: Duty,
        factor: SecondFactorFor,
        now_ms: i64,
    ) -> Stage {
        let settings = SignInSettings {
            second_factor: factor,
            ..SignInSettings::default()
        };
        proofs.stage(account, duty, &settings, now_ms)
    }

    #[test]
    fn a_password_leads_as_far_as_nothing_more_is_demanded() {
        use SecondFactorFor::{Administrators, Nobody, Staff};
        let password = Proofs::of(Proof::Password);
        let at = |factor, duty| stage(&password, &account(), duty, factor, 2 * DAY_MS);
        assert_eq!(at(Nobody, Duty::Administrator), Stage::Whole);
        assert_eq!(at(Administrators, Duty::Administrator), Stage::Enrolment);
        assert_eq!(at(Administrators, Duty::Staff), Stage::Whole);
        assert_eq!(at(Staff, Duty::Staff), Stage::Enrolment);
        assert_eq!(at(Staff, Duty::Reader), Stage::Whole);
    }

    #[test]
    fn a_factor_that_was_set_up_is_asked_for_before_the_new_password() {
        let with_totp = SignInAccount {
            has_totp: true,
            password_must_change: true,
            ..account()
        };
        let at = |proofs: Proofs| {
            stage(
                &proofs,
                &with_totp,
                Duty::Staff,
                SecondFactorFor::Nobody,
                2 * DAY_MS,
            )
        };
        let password = Proofs::of(Proof::Password);
        assert_eq!(at(password.clone()), Stage::SecondFactor);
        assert_eq!(at(password.and(Proof::Totp)), Stage::NewPassword);
        assert_eq!(at(Proofs::of(Proof::Provider)), Stage::SecondFactor);
        assert_eq!(at(Proofs::of(Proof::StrongProvider)), Stage::Whole);
        assert_eq!(at(Proofs::of(Proof::Passkey)), Stage::Whole);
    }

    #[test]
    fn an_old_password_of_the_staff_must_be_changed() {
        let at = |duty, days: i64| {
            stage(
                &Proofs::of(Proof::Password),
                &account(),
                duty,
                SecondFactorFor::Nobody,
                DAY_MS * (1 + days),
            )
        };
        assert_eq!(at(Duty::Staff, 179), Stage::Whole);
        assert_eq!(at(Duty::Staff, 180), Stage::NewPassword);
        assert_eq!(at(Duty::Reader, 10_000), Stage::Whole);
    }

    #[test]
    fn words_read_back() {
        for (stage, id) in STAGES {
            assert_eq!(id.parse::<Stage>().unwrap(), stage);
        }
        let proofs = Proofs::of(Proof::Password).and(Proof::Totp).and(Proof::Totp);
        assert_eq!(proofs.to_string(), "password+totp");
        assert_eq!("password+totp".parse::<Proofs>().unwrap(), proofs);
        assert!("magic".parse::<Proofs>().is_err());
    }

    #[test]
    fn of_an_address_only_the_network_is_kept() {
        let network = |address: &str| {
            Caller {
                address: address.to_owned(),
                agent: String::new(),
            }
            .network()
        };
        assert_eq!(network("192.168.7.42"), "192.168.7.*");
        assert_eq!(network("::ffff:192.168.7.42"), "192.168.7.*");
        assert_eq!(network("2001:db8:1:2::42"), "2001:db8:1::*");
        assert_eq!(network("nonsense"), "");
    }

    #[test]
    fn a_device_is_named_by_browser_and_system() {
        let device = |agent: &str| {
            Caller {
                address: String::new(),
                agent: agent.to_owned(),
            }
            .device()
        };
        assert_eq!(
            device(
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0"
            ),
            "Edge, Windows"
        );
        assert_eq!(
            device("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Firefox/140.0"),
            "Firefox, Linux"
        );
        assert_eq!(device("curl/8.0"), "curl");
        assert_eq!(device("<script>"), "");
    }
}
