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

    /// The same rights as far as they are among some actions: what a token allows of what its role allows.
    pub fn limited_to(&self, actions: &BTreeSet<Action>) -> Self {
        let with = self.with.iter().filter(|(action, _)| actions.contains(action));
        Self {
            here: self.here.intersection(actions).copied().collect(),
            with: with.map(|(action, filter)| (*action, filter.clone())).collect(),
            nothing: Filter::nothing(),
        }
    }

    /// The actions that may be done at all, in the order of their list.
    pub fn actions(&self) -> impl Iterator<Item = Action> {
        ACTIONS.iter().copied().filter(|action| self.may(*action))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_takes_away_and_never_adds() {
        let wanted = BTreeSet::from([Action::ViewEntry, Action::Configure, Action::ReadAudit]);
        let mut rights = Rights::none();
        rights.allow(Action::Configure);
        rights.allow(Action::ManageAccounts);
        rights.allow_with(Action::ViewEntry, Filter::everything());
        rights.allow_with(Action::Download, Filter::everything());
        let limited = rights.limited_to(&wanted);
        let left: Vec<Action> = limited.actions().collect();
        assert_eq!(left, [Action::ViewEntry, Action::Configure]);
        assert!(
            Rights::all()
                .limited_to(&BTreeSet::new())
                .actions()
                .next()
                .is_none()
        );
    }
}
