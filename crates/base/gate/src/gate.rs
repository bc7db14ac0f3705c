//! Asking the gate.

use crate::cases::Cases;
use crate::policy::{Policies, PolicyError};
use crate::world::{About, Asker, action_uid};
use cedar_policy::{Authorizer, Decision, Effect, PolicyId};
use lantai_domain::access::{
    ACTIONS, Action, Answer, Asking, Filter, Ground, Hat, Reach, RecordFacts, Rights,
};
use std::collections::BTreeSet;

/// The policies that ship with the program.
const SHIPPED: &str = include_str!("../../../../rules/access.cedar");

/// One policy, for people to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyText {
    /// Its name.
    pub name: String,
    /// Its meaning in Chinese.
    pub zh: String,
    /// Its meaning in English.
    pub en: String,
    /// Whether it forbids; otherwise it allows.
    pub forbids: bool,
    /// As it is written, without the comments.
    pub text: String,
}

/// Policies, ready to be asked.
#[derive(Debug, Clone)]
pub struct Gate {
    policies: Policies,
    text: String,
}

impl Gate {
    /// The gate with the policies that ship with the program.
    pub fn builtin() -> Result<Self, PolicyError> {
        Self::read(SHIPPED)
    }

    /// The gate with the policies of a text.
    pub fn read(text: &str) -> Result<Self, PolicyError> {
        Ok(Self {
            policies: Policies::read(text)?,
            text: text.to_owned(),
        })
    }

    /// The policies as they are written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Each policy, in the order of the file.
    pub fn policies(&self) -> impl Iterator<Item = PolicyText> {
        self.policies.order.iter().filter_map(|name| {
            let id = PolicyId::new(name);
            let policy = self.policies.set.policy(&id)?;
            let Ground { policy: name, zh, en } = self.ground(&id);
            Some(PolicyText {
                name,
                zh,
                en,
                forbids: policy.effect() == Effect::Forbid,
                text: policy.to_cedar().unwrap_or_default(),
            })
        })
    }

    /// Whether an answer may change with the hour or the weekday.
    pub fn knows_time(&self) -> bool {
        self.policies.knows_time
    }

    /// SHA-256 of the policies' text: what a decision names as its rules.
    pub fn version(&self) -> &str {
        &self.policies.version
    }

    /// Whether somebody may do something with a record. One hat that may is enough; an error of the question refuses.
    pub fn decide(&self, asking: &Asking, action: Action, record: &RecordFacts) -> Answer {
        self.ask(asking, action, &About::record(record))
    }

    /// Whether somebody may do something that concerns no record.
    pub fn decide_here(&self, asking: &Asking, action: Action) -> Answer {
        self.ask(asking, action, &About::Archive)
    }

    fn ask(&self, asking: &Asking, action: Action, about: &About<'_>) -> Answer {
        let fits = matches!(
            (action.reach(), about),
            (Reach::Archive, About::Archive) | (Reach::Record, About::Record { .. })
        );
        if !fits {
            return Answer::Refused(Vec::new());
        }
        let mut refused = BTreeSet::new();
        for hat in asking.hats() {
            match self.ask_under(asking, hat, action, about) {
                Ok((true, grounds)) => return Answer::Allowed(grounds),
                Ok((false, grounds)) => refused.extend(grounds),
                Err(error) => refused.extend([Ground {
                    policy: error.code().to_owned(),
                    zh: "无法判定".to_owned(),
                    en: error.to_string(),
                }]),
            }
        }
        Answer::Refused(refused.into_iter().collect())
    }

    fn ask_under(
        &self,
        asking: &Asking,
        hat: &Hat,
        action: Action,
        about: &About<'_>,
    ) -> Result<(bool, Vec<Ground>), PolicyError> {
        let asker = Asker::new(asking, hat)?;
        let request = asker.request(&self.policies, &action_uid(action)?, &about.uid()?)?;
        let world = asker.world(about.entity()?)?;
        let response = Authorizer::new().is_authorized(&request, self.policies.of(action), &world);
        if let Some(error) = response.diagnostics().errors().next() {
            return Err(PolicyError::Question(error.to_string()));
        }
        let grounds = response
            .diagnostics()
            .reason()
            .map(|id| self.ground(id))
            .collect();
        Ok((response.decision() == Decision::Allow, grounds))
    }

    fn ground(&self, id: &PolicyId) -> Ground {
        let meaning = |name| {
            self.policies
                .set
                .annotation(id, name)
                .unwrap_or_default()
                .to_owned()
        };
        Ground {
            policy: id.to_string(),
            zh: meaning("zh"),
            en: meaning("en"),
        }
    }

    /// With which records somebody may do something: the same answer as [`Gate::decide`] gives for each of them.
    pub fn filter(&self, asking: &Asking, action: Action) -> Result<Filter, PolicyError> {
        match action.reach() {
            Reach::Record => Cases::new(&self.policies, asking)?.filter(action),
            Reach::Archive => Ok(Filter::nothing()),
        }
    }

    /// Everything somebody may do: with which records, and with the archive as a whole.
    pub fn rights(&self, asking: &Asking) -> Result<Rights, PolicyError> {
        let cases = Cases::new(&self.policies, asking)?;
        let mut rights = Rights::none();
        for action in ACTIONS {
            match action.reach() {
                Reach::Record => rights.allow_with(*action, cases.filter(*action)?),
                Reach::Archive if self.decide_here(asking, *action).is_allowed() => rights.allow(*action),
                Reach::Archive => {}
            }
        }
        Ok(rights)
    }
}
