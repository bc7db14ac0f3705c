//! Holding a post (任职): asked for by one, agreed to by another, for a time.

use super::error::PeopleError;
use jiff::Timestamp;
use lantai_domain::{HoldingId, PersonId, PostId};

/// From when until when something holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Validity {
    from: Timestamp,
    until: Option<Timestamp>,
}

impl Validity {
    /// From a moment until before another; `None`: without an end.
    pub fn new(from: Timestamp, until: Option<Timestamp>) -> Result<Self, PeopleError> {
        match until {
            Some(until) if until <= from => Err(PeopleError::Validity),
            _ => Ok(Self { from, until }),
        }
    }

    /// From a moment, without an end.
    pub fn since(from: Timestamp) -> Self {
        Self { from, until: None }
    }

    /// Its first moment.
    pub fn from(&self) -> Timestamp {
        self.from
    }

    /// The moment from which on it holds no more.
    pub fn until(&self) -> Option<Timestamp> {
        self.until
    }

    /// Whether it holds at a moment.
    pub fn holds_at(&self, at: Timestamp) -> bool {
        self.from <= at && self.until.is_none_or(|until| at < until)
    }

    /// Whether it is over.
    pub fn is_over(&self, at: Timestamp) -> bool {
        self.until.is_some_and(|until| until <= at)
    }
}

/// What is asked for: that a person hold a post for a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// Who is to hold it.
    pub person: PersonId,
    /// Which post.
    pub post: PostId,
    /// For how long.
    pub validity: Validity,
    /// The holding that ends with it: the post is handed over (交接).
    pub replaces: Option<HoldingId>,
}

/// Where a holding came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// Somebody asked for it.
    Proposal {
        /// Who.
        by: PersonId,
    },
    /// The archive made it at its beginning; nobody agreed to it.
    Bootstrap,
    /// An account of an earlier version that went on working; nobody agreed to it.
    Adopted,
}

impl Origin {
    /// Identifier in interfaces and in the catalogue.
    pub fn id(self) -> &'static str {
        match self {
            Self::Proposal { .. } => "proposal",
            Self::Bootstrap => "bootstrap",
            Self::Adopted => "adopted",
        }
    }
}

/// Who settled or ended something, when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    /// Who; `None`: the archive itself.
    pub by: Option<PersonId>,
    /// When.
    pub at: Timestamp,
}

/// Where a holding stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HoldingState {
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
    /// Withdrawn, or taken away.
    Ended {
        /// Who had agreed to it; `None`: it was withdrawn before.
        agreed: Option<Mark>,
        /// Who and when.
        mark: Mark,
        /// Why.
        reason: String,
    },
}

impl HoldingState {
    /// Identifier in interfaces and in the catalogue.
    pub fn id(&self) -> &'static str {
        match self {
            Self::Proposed => "proposed",
            Self::Agreed(_) => "agreed",
            Self::Refused { .. } => "refused",
            Self::Ended { .. } => "ended",
        }
    }
}

/// A person holds a post, held it, or is to hold it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holding {
    /// Identifies it.
    pub id: HoldingId,
    /// Who, what, how long.
    pub grant: Grant,
    /// Where it came from.
    pub origin: Origin,
    /// When it was asked for or made.
    pub proposed_at: Timestamp,
    /// Where it stands.
    pub state: HoldingState,
}

impl Holding {
    /// Whether it gives rights at a moment.
    pub fn is_effective(&self, at: Timestamp) -> bool {
        matches!(self.state, HoldingState::Agreed(_)) && self.grant.validity.holds_at(at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_ends_after_it_begins() {
        let at = |second| Timestamp::from_second(second).unwrap();
        let week = Validity::new(at(10), Some(at(20))).unwrap();
        assert!(
            !week.holds_at(at(9)) && week.holds_at(at(10)) && week.holds_at(at(19)) && !week.holds_at(at(20))
        );
        assert!(week.is_over(at(20)) && !week.is_over(at(19)));
        assert!(matches!(
            Validity::new(at(10), Some(at(10))),
            Err(PeopleError::Validity)
        ));
        assert!(Validity::since(at(10)).holds_at(at(1_000_000)));
    }
}
