//! Everything that somebody may do, as the gate answered it.

use super::action::{ACTIONS, Action, Reach};
use super::filter::Filter;
use super::record::RecordFacts;
use std::collections::{BTreeMap, BTreeSet};

/// What somebody may do with the archive as a whole, and with which records.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rights {
    here: BTreeSet<Action>,
    with: BTreeMap<Action, Filter>,
    nothing: Filter,
}

impl Rights {
    /// Nothing at all.
    pub fn none() -> Self {
        Self::default()
    }

    /// Everything: what whoever holds the data folder may do.
    pub fn all() -> Self {
        let mut rights = Self::none();
        for action in ACTIONS {
            match action.reach() {
                Reach::Record => rights.allow_with(*action, Filter::everything()),
                Reach::Archive => rights.allow(*action),
            }
        }
        rights
    }

    /// Allows an action on the archive as a whole.
    pub fn allow(&mut self, action: Action) {
        self.here.insert(action);
    }

    /// Allows an action with the records that fit a filter.
    pub fn allow_with(&mut self, action: Action, filter: Filter) {
        self.with.insert(action, filter);
    }

    /// Whether an action may be done: on the archive, or with some record.
    pub fn may(&self, action: Action) -> bool {
        match action.reach() {
            Reach::Archive => self.here.contains(&action),
            Reach::Record => !self.filter(action).is_nothing(),
        }
    }

    /// With which records an action may be done.
    pub fn filter(&self, action: Action) -> &Filter {
        self.with.get(&action).unwrap_or(&self.nothing)
    }

    /// Whether an action may be done with a record.
    pub fn may_with(&self, action: Action, record: &RecordFacts) -> bool {
        self.filter(action).has(record)
    }

    /// The actions that may be done at all, in the order of their list.
    pub fn actions(&self) -> impl Iterator<Item = Action> {
        ACTIONS.iter().copied().filter(|action| self.may(*action))
    }
}
