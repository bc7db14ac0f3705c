//! Who, what, and how it ended.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

macro_rules! words {
    ($(#[$doc:meta])* $name:ident: $($(#[$each:meta])* $variant:ident = $word:literal),+ $(,)?) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $name {
            $($(#[$each])* $variant),+
        }

        impl $name {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// Its word in events, rules and interfaces.
            pub fn id(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.id())
            }
        }

        impl FromStr for $name {
            type Err = NoWord;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::ALL.iter().copied().find(|word| word.id() == text).ok_or_else(|| NoWord(text.to_owned()))
            }
        }
    };
}

/// A word that the audit trail does not know.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no word of the audit trail")]
pub struct NoWord(pub String);

words! {
    /// What acted.
    ActorKind:
    /// Somebody: staff, a reader, or nobody known.
    Person = "person",
    /// A program with an account of its own.
    Program = "program",
    /// The archive itself: its workers, or whoever holds the data folder on the command line.
    System = "system",
}

words! {
    /// How it ended.
    AuditOutcome:
    /// Done.
    Success = "success",
    /// Tried, and it failed.
    Failure = "failure",
    /// Refused.
    Denied = "denied",
}

words! {
    /// The kind of an event: what logs are sorted by (GB/T 39784-2021 F11.5-2), and what rules of alerts speak of.
    EventClass:
    /// Something that is not open was shown.
    Read = "read",
    /// Something was taken away.
    Download = "download",
    /// Something was changed.
    Change = "change",
    /// Somebody signed in, or tried to.
    SignIn = "sign_in",
    /// Somebody signed out.
    SignOut = "sign_out",
    /// A request was refused.
    Refusal = "refusal",
    /// The audit trail was looked at, or acted upon.
    Audit = "audit",
    /// The program was started, stopped, or worked by command.
    System = "system",
}

/// Who acted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditActor {
    /// What it is.
    pub kind: ActorKind,
    /// Name of the staff's account, reference of a reader, name of a program; `public`: nobody known.
    pub id: String,
    /// The roles under which was acted, joined by commas.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// The department, by reference.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub department: Option<String>,
}

impl AuditActor {
    /// Somebody with an account.
    pub fn person(id: impl Into<String>) -> Self {
        Self::new(ActorKind::Person, id)
    }

    /// Nobody known.
    pub fn public() -> Self {
        Self::person("public")
    }

    /// The archive itself.
    pub fn system() -> Self {
        Self::new(ActorKind::System, "system")
    }

    /// An actor without roles.
    pub fn new(kind: ActorKind, id: impl Into<String>) -> Self {
        Self {
            kind,
            id: id.into(),
            role: None,
            department: None,
        }
    }

    /// With roles.
    pub fn with_role(mut self, role: Option<String>) -> Self {
        self.role = role;
        self
    }
}

/// What was acted upon.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditObject {
    /// What it is: `record`, `accession`, `account`, `list`, …
    pub kind: String,
    /// Its identifier.
    pub id: String,
    /// 档号.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub archival_code: Option<String>,
    /// 全宗号.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fonds: Option<String>,
}

impl AuditObject {
    /// An object by kind and identifier.
    pub fn new(kind: impl Into<String>, id: impl Into<String>) -> Self {
        Self {
            kind: kind.into(),
            id: id.into(),
            archival_code: None,
            fonds: None,
        }
    }

    /// A record.
    pub fn record(id: impl Into<String>, code: impl Into<String>, fonds: impl Into<String>) -> Self {
        Self {
            kind: "record".to_owned(),
            id: id.into(),
            archival_code: Some(code.into()),
            fonds: Some(fonds.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_reads_back_as_it_is_stored() {
        for class in EventClass::ALL {
            assert_eq!(class.id().parse::<EventClass>().unwrap(), *class);
            assert_eq!(serde_json::to_string(class).unwrap(), format!("\"{class}\""));
        }
        for outcome in AuditOutcome::ALL {
            assert_eq!(outcome.id().parse::<AuditOutcome>().unwrap(), *outcome);
            assert_eq!(serde_json::to_string(outcome).unwrap(), format!("\"{outcome}\""));
        }
        for kind in ActorKind::ALL {
            assert_eq!(serde_json::to_string(kind).unwrap(), format!("\"{kind}\""));
        }
        assert!("perhaps".parse::<AuditOutcome>().is_err());
    }
}
