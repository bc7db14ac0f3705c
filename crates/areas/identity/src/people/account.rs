//! Accounts: the key with which a person signs in.

use jiff::Timestamp;
use lantai_domain::PersonId;

/// Whose account it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AccountKind {
    /// A member of the staff.
    Person,
    /// A reader.
    Reader,
    /// A program: never signs in, shows tokens.
    Service,
}

impl AccountKind {
    /// Identifier in interfaces and in the catalogue.
    pub fn id(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Reader => "reader",
            Self::Service => "service",
        }
    }

    /// Reads an identifier.
    pub fn from_id(id: &str) -> Option<Self> {
        [Self::Person, Self::Reader, Self::Service]
            .into_iter()
            .find(|kind| kind.id() == id)
    }
}

/// Where an account stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AccountState {
    /// Made, or to be used again; waits for somebody else.
    Inactive,
    /// In use.
    Active,
    /// Out of use.
    Disabled,
}

impl AccountState {
    /// Identifier in interfaces and in the catalogue.
    pub fn id(self) -> &'static str {
        match self {
            Self::Inactive => "inactive",
            Self::Active => "active",
            Self::Disabled => "disabled",
        }
    }

    /// Reads an identifier.
    pub fn from_id(id: &str) -> Option<Self> {
        [Self::Inactive, Self::Active, Self::Disabled]
            .into_iter()
            .find(|state| state.id() == id)
    }
}

/// An account, without anything secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Its name, by which it is known.
    pub name: String,
    /// Whose it is; `None`: of an earlier version, not yet adopted.
    pub person: Option<PersonId>,
    /// What kind of account.
    pub kind: AccountKind,
    /// Where it stands.
    pub state: AccountState,
    /// From when on it can be used no more.
    pub expires_at: Option<Timestamp>,
    /// Who asked for it, when.
    pub proposed: Option<(PersonId, Timestamp)>,
    /// Who brought it to life or took it out of use, when.
    pub settled: Option<(PersonId, Timestamp)>,
    /// Why it is out of use.
    pub reason: Option<String>,
}

impl Account {
    /// Whether it can be used at a moment, and by whom.
    pub fn standing(&self, now: Timestamp) -> Standing {
        match (self.state, self.person) {
            (AccountState::Inactive, _) => Standing::Inactive,
            (AccountState::Disabled, _) => Standing::Disabled,
            (AccountState::Active, _) if self.expires_at.is_some_and(|end| end <= now) => Standing::Expired,
            (AccountState::Active, Some(person)) => Standing::Able {
                person,
                kind: self.kind,
            },
            (AccountState::Active, None) => Standing::Inactive,
        }
    }
}

/// Whether an account can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// There is no such account.
    Unknown,
    /// It waits for somebody to bring it to life.
    Inactive,
    /// It is out of use.
    Disabled,
    /// Its time is over.
    Expired,
    /// It can be used. Only persons and readers sign in; a service shows a token.
    Able {
        /// Whose it is.
        person: PersonId,
        /// What kind of account it is.
        kind: AccountKind,
    },
}

impl Standing {
    /// Who signs in with it; `None`: nobody may.
    pub fn signs_in(self) -> Option<PersonId> {
        self.who_signs_in().map(|(person, _)| person)
    }

    /// Who signs in with it, and with what kind of account; `None`: nobody may.
    pub fn who_signs_in(self) -> Option<(PersonId, AccountKind)> {
        match self {
            Self::Able { person, kind } => (kind != AccountKind::Service).then_some((person, kind)),
            _ => None,
        }
    }
}
