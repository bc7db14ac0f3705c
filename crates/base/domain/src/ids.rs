//! Typed identifiers, so that a record is never mistaken for an accession.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use uuid::Uuid;

macro_rules! uuid_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// Takes a UUID as this kind of identifier.
            pub fn new(id: Uuid) -> Self {
                Self(id)
            }

            /// The UUID itself.
            pub fn uuid(&self) -> Uuid {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::parse_str(text).map(Self)
            }
        }
    };
}

uuid_id!(
    /// Identifies a record (档案) for ever, whatever becomes of its archival code.
    RecordId
);
uuid_id!(
    /// Identifies one accession (接收批次): one package handed over once.
    AccessionId
);
uuid_id!(
    /// Identifies one unit of background work.
    JobId
);

uuid_id!(
    /// Identifies a person: staff, reader, or a program with an account of its own.
    PersonId
);
uuid_id!(
    /// Identifies an institution, a unit under one, or a department.
    InstitutionId
);
uuid_id!(
    /// Identifies a post (岗位).
    PostId
);
uuid_id!(
    /// Identifies the holding of a post by a person for a time (任职).
    HoldingId
);

/// Where new identifiers come from; a parameter, so that tests can fix them.
pub trait IdSource: Send + Sync {
    /// A fresh UUID, ordered by time of making (version 7).
    fn next(&self) -> Uuid;
}

/// Identifiers from the machine's clock and random source.
#[derive(Debug, Clone, Copy, Default)]
pub struct RandomIds;

impl IdSource for RandomIds {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one place where identifiers are made"
    )]
    fn next(&self) -> Uuid {
        Uuid::now_v7()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identifier_reads_back_what_it_prints() {
        let id = RecordId::new(RandomIds.next());
        assert_eq!(id.to_string().parse::<RecordId>().unwrap(), id);
    }

    #[test]
    fn later_identifiers_sort_later() {
        let source = RandomIds;
        let (first, second) = (source.next(), source.next());
        assert!(first < second);
    }
}
