//! Tokens of programs: a secret that is shown once, what it allows, and until when.

use super::error::PeopleError;
use super::holding::{Mark, Validity};
use super::post::Scope;
use super::words::check_name;
use crate::password::random_bytes;
use aws_lc_rs::digest;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use lantai_domain::access::Action;
use lantai_domain::{Duty, PersonId, Role};
use std::collections::BTreeSet;
use uuid::Uuid;

/// How every token begins, so that one that leaked can be recognised.
pub(crate) const PREFIX: &str = "lt_";
/// A token lives this long at most.
const LONGEST: SignedDuration = SignedDuration::from_hours(24 * 366);

/// A token's secret: 256 random bits. Shown once, kept nowhere.
#[derive(Clone)]
pub struct TokenSecret(String);

impl std::fmt::Debug for TokenSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TokenSecret(…)")
    }
}

impl TokenSecret {
    /// A new one.
    pub(crate) fn random() -> Result<Self, PeopleError> {
        let bytes = random_bytes::<32>()?;
        Ok(Self(format!("{PREFIX}{}", BASE64_URL_SAFE_NO_PAD.encode(bytes))))
    }

    /// The secret itself, for the one answer that shows it.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// The form in which it is kept.
    pub(crate) fn digest(&self) -> String {
        digest_of(&self.0)
    }
}

/// The form in which a token is kept. It has 256 random bits: nothing slower is needed.
pub(crate) fn digest_of(token: &str) -> String {
    hex::encode(digest::digest(&digest::SHA256, token.as_bytes()))
}

/// A token to be asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewToken {
    /// What it is for.
    pub label: String,
    /// The role under which the program acts, and what it reaches.
    pub scope: Scope,
    /// What of the role it may do.
    pub actions: BTreeSet<Action>,
    /// From when on it can be used no more.
    pub expires_at: Timestamp,
}

impl NewToken {
    /// With a name, at least one action, an end within a year, and a role that a program may have: none of those that
    /// watch over each other.
    pub fn checked(self, now: Timestamp) -> Result<Self, PeopleError> {
        let role = self.scope.role();
        if role.duty() == Duty::Administration && role != Role::NetworkAdmin {
            return Err(PeopleError::RoleOfNoProgram(role));
        }
        if self.actions.is_empty() {
            return Err(PeopleError::Scope);
        }
        let validity = Validity::new(now, Some(self.expires_at))?;
        if self.expires_at.duration_since(validity.from()) > LONGEST {
            return Err(PeopleError::Validity);
        }
        Ok(Self {
            label: check_name(&self.label)?,
            ..self
        })
    }
}

/// Where a token stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TokenState {
    /// Asked for.
    Proposed,
    /// Somebody else agreed.
    Agreed(Mark),
    /// Somebody else refused.
    Refused {
        /// Who and when.
        mark: Mark,
        /// Why.
        reason: String,
    },
    /// Revoked.
    Revoked {
        /// Who and when.
        mark: Mark,
        /// Why.
        reason: String,
    },
}

impl TokenState {
    /// Identifier in interfaces and in the catalogue.
    pub fn id(&self) -> &'static str {
        match self {
            Self::Proposed => "proposed",
            Self::Agreed(_) => "agreed",
            Self::Refused { .. } => "refused",
            Self::Revoked { .. } => "ended",
        }
    }
}

/// A token, without its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// Identifies it.
    pub id: Uuid,
    /// The service account it belongs to.
    pub account: String,
    /// What it is for.
    pub label: String,
    /// The role under which the program acts, and what it reaches.
    pub scope: Scope,
    /// What of the role it may do.
    pub actions: BTreeSet<Action>,
    /// From when on it can be used no more.
    pub expires_at: Timestamp,
    /// Who asked for it, when.
    pub proposed: (PersonId, Timestamp),
    /// Where it stands.
    pub state: TokenState,
    /// When it was last used, to the minute.
    pub last_used: Option<Timestamp>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_long_and_never_printed_by_accident() {
        let (one, other) = (TokenSecret::random().unwrap(), TokenSecret::random().unwrap());
        assert_eq!(one.reveal().len(), PREFIX.len() + 43);
        assert_ne!(one.digest(), other.digest());
        assert!(!format!("{one:?}").contains(&one.reveal()[PREFIX.len()..]));
        assert_eq!(one.digest(), digest_of(one.reveal()));
    }

    #[test]
    fn a_token_ends_within_a_year_and_does_something() {
        let now = Timestamp::UNIX_EPOCH;
        let new = |role, days: i64, actions: &[Action]| NewToken {
            label: "收件".to_owned(),
            scope: Scope::everything(role),
            actions: actions.iter().copied().collect(),
            expires_at: now + SignedDuration::from_hours(24 * days),
        };
        assert!(new(Role::Receiver, 90, &[Action::Receive]).checked(now).is_ok());
        assert!(new(Role::Receiver, 400, &[Action::Receive]).checked(now).is_err());
        assert!(new(Role::Receiver, 0, &[Action::Receive]).checked(now).is_err());
        assert!(new(Role::Receiver, 90, &[]).checked(now).is_err());
        for role in [Role::SystemAdmin, Role::SecurityAdmin, Role::AuditAdmin] {
            let refused = new(role, 90, &[Action::ReadAudit]).checked(now);
            assert!(matches!(refused, Err(PeopleError::RoleOfNoProgram(_))), "{role}");
        }
    }
}
