//! Who looks: the subject of every question about access, with what the gate answered for them.

use crate::access::{Action, Filter, Hat, RecordFacts, Rights};
use crate::ids::PersonId;
use std::sync::Arc;

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Who {
    /// Nobody known: a reader who has not signed in.
    Public,
    /// Whoever holds the data folder, on the command line; by the name they act under.
    Local(String),
    /// Somebody who signed in.
    Account {
        /// Name of the account.
        name: String,
        /// Whose it is.
        person: PersonId,
    },
    /// Another program, by a token of its own.
    Service {
        /// Name of the service account.
        name: String,
    },
}

/// Who asks, and what they may do. Rights come from the gate and nowhere else.
#[derive(Debug, Clone)]
pub struct Viewer {
    who: Who,
    hats: Vec<Hat>,
    rights: Arc<Rights>,
}

impl Viewer {
    /// Somebody, with their hats and what the gate allows them.
    pub fn new(who: Who, hats: Vec<Hat>, rights: Arc<Rights>) -> Self {
        Self { who, hats, rights }
    }

    /// The public, with what the gate allows everybody.
    pub fn public(rights: Arc<Rights>) -> Self {
        Self::new(Who::Public, Vec::new(), rights)
    }

    /// The public where the gate could not be asked: may do nothing.
    pub fn nobody() -> Self {
        Self::public(Arc::new(Rights::none()))
    }

    /// The built-in archivist: whoever holds the data folder on the local command line.
    pub fn local_archivist() -> Self {
        Self::local("local")
    }

    /// Whoever holds the data folder, acting under a name.
    pub fn local(name: &str) -> Self {
        Self::new(Who::Local(name.to_owned()), Vec::new(), Arc::new(Rights::all()))
    }

    /// Who it is.
    pub fn who(&self) -> &Who {
        &self.who
    }

    /// Name for the journal and events.
    pub fn name(&self) -> &str {
        match &self.who {
            Who::Public => "public",
            Who::Local(name) | Who::Account { name, .. } | Who::Service { name } => name,
        }
    }

    /// The person who signed in; `None`: the public, a program, or the command line.
    pub fn person(&self) -> Option<PersonId> {
        match self.who {
            Who::Account { person, .. } => Some(person),
            _ => None,
        }
    }

    /// Whether it is known who asks.
    pub fn is_known(&self) -> bool {
        self.who != Who::Public
    }

    /// The hats under which they ask; the public's is not among them.
    pub fn hats(&self) -> &[Hat] {
        &self.hats
    }

    /// Everything they may do.
    pub fn rights(&self) -> &Rights {
        &self.rights
    }

    /// Whether an action may be done: on the archive, or with some record.
    pub fn may(&self, action: Action) -> bool {
        self.rights.may(action)
    }

    /// Whether an action may be done with a record.
    pub fn may_with(&self, action: Action, record: &RecordFacts) -> bool {
        self.rights.may_with(action, record)
    }

    /// With which records an action may be done.
    pub fn filter(&self, action: Action) -> &Filter {
        self.rights.filter(action)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::ACTIONS;

    #[test]
    fn nobody_may_nothing_and_the_holder_of_the_data_everything() {
        for action in ACTIONS {
            assert!(!Viewer::nobody().may(*action));
            assert!(Viewer::local_archivist().may(*action));
        }
        assert!(
            Viewer::local_archivist()
                .filter(Action::ViewEntry)
                .is_everything()
        );
        assert!(!Viewer::nobody().is_known());
    }
}
