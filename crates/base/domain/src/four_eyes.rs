//! Four eyes (双人复核): what one person asks for becomes effective only when another one agrees.
//!
//! It is a type and not a check somewhere: whoever wants to carry something out takes an [`Agreed`], and the only way
//! to hold one is [`Proposal::agree`], which refuses the proposer.

use crate::ids::PersonId;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Something that one person asked for and nobody has agreed to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposal<T> {
    /// What is asked for.
    pub what: T,
    /// By whom.
    pub by: PersonId,
    /// When.
    pub at: Timestamp,
}

/// Something that one person asked for and another one agreed to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agreed<T> {
    what: T,
    proposed_by: PersonId,
    agreed_by: PersonId,
    at: Timestamp,
}

/// Somebody tried to agree to what they asked for themselves.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("nobody agrees to what they asked for themselves")]
pub struct OwnProposal;

impl<T> Proposal<T> {
    /// Asks for something.
    pub fn new(what: T, by: PersonId, at: Timestamp) -> Self {
        Self { what, by, at }
    }

    /// Agrees to it, as somebody else.
    pub fn agree(self, by: PersonId, at: Timestamp) -> Result<Agreed<T>, OwnProposal> {
        if by == self.by {
            return Err(OwnProposal);
        }
        Ok(Agreed {
            what: self.what,
            proposed_by: self.by,
            agreed_by: by,
            at,
        })
    }
}

impl<T> Agreed<T> {
    /// What was agreed to.
    pub fn what(&self) -> &T {
        &self.what
    }

    /// Who asked for it.
    pub fn proposed_by(&self) -> PersonId {
        self.proposed_by
    }

    /// Who agreed.
    pub fn agreed_by(&self) -> PersonId {
        self.agreed_by
    }

    /// When it was agreed to.
    pub fn at(&self) -> Timestamp {
        self.at
    }

    /// What was agreed to, to be carried out.
    pub fn into_what(self) -> T {
        self.what
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::{IdSource, RandomIds};

    #[test]
    fn only_somebody_else_can_agree() {
        let (one, other) = (PersonId::new(RandomIds.next()), PersonId::new(RandomIds.next()));
        let at = Timestamp::UNIX_EPOCH;
        let proposal = Proposal::new("a grant", one, at);
        assert_eq!(proposal.clone().agree(one, at), Err(OwnProposal));
        let agreed = proposal.agree(other, at).unwrap();
        assert_eq!((agreed.proposed_by(), agreed.agreed_by()), (one, other));
        assert_eq!(agreed.into_what(), "a grant");
    }
}
