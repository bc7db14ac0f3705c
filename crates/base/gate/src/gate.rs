//! Asking the gate.

use crate::policy::{Policies, PolicyError};
use crate::table::Table;
use crate::world::{About, Asker};
use cedar_policy::{Authorizer, Decision, Effect, PolicyId};
use lantai_domain::access::{
    ACTIONS, AccessCell, Action, Answer, Asking, CellSet, Filter, Ground, Hat, Reach, RecordFacts, Rights,
    Span,
};
use std::collections::BTreeSet;

/// The policies that ship with the program.
const SHIPPED: &str = include_str!("../../../../rules/access.cedar");
/// A fonds and a category that no policy names.
const ANOTHER: &str = "\u{0}another";

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
        let (request, entities) = asker.request(&self.policies, action, about)?;
        let response = Authorizer::new().is_authorized(&request, &self.policies.set, &entities);
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
    ///
    /// Policies compare fonds and categories only with values that they or the hats name (patterns are refused when
    /// they are read), so all other values are one and the same to them: it is enough to ask once for each named value
    /// and once for another, with every cell.
    pub fn filter(&self, asking: &Asking, action: Action) -> Result<Filter, PolicyError> {
        if action.reach() != Reach::Record {
            return Ok(Filter::nothing());
        }
        let fonds = named(asking.hats().iter().map(|hat| &hat.fonds), &self.policies.fonds);
        let categories = named(
            asking.hats().iter().map(|hat| &hat.categories),
            &self.policies.categories,
        );
        let askers = asking.hats().iter().map(|hat| Asker::new(asking, hat));
        let askers = askers.collect::<Result<Vec<_>, _>>()?;
        let authorizer = Authorizer::new();
        let cells = |fonds: &str, category: &str| -> Result<CellSet, PolicyError> {
            let mut set = CellSet::default();
            for facts in AccessCell::all() {
                let about = About::Record {
                    fonds,
                    category,
                    facts,
                };
                for asker in &askers {
                    let (request, entities) = asker.request(&self.policies, action, &about)?;
                    let response = authorizer.is_authorized(&request, &self.policies.set, &entities);
                    let failed = response.diagnostics().errors().next().is_some();
                    if response.decision() == Decision::Allow && !failed {
                        set.insert(facts);
                        break;
                    }
                }
            }
            Ok(set)
        };
        let mut table = Table::new(&fonds, &categories);
        for one in fonds.iter().map(String::as_str).chain([ANOTHER]) {
            for other in categories.iter().map(String::as_str).chain([ANOTHER]) {
                let named = |value: &str| (value != ANOTHER).then(|| value.to_owned());
                table.put(named(one), named(other), cells(one, other)?);
            }
        }
        Ok(table.into_filter())
    }

    /// Everything somebody may do: with which records, and with the archive as a whole.
    pub fn rights(&self, asking: &Asking) -> Result<Rights, PolicyError> {
        let mut rights = Rights::none();
        for action in ACTIONS {
            match action.reach() {
                Reach::Record => rights.allow_with(*action, self.filter(asking, *action)?),
                Reach::Archive if self.decide_here(asking, *action).is_allowed() => rights.allow(*action),
                Reach::Archive => {}
            }
        }
        Ok(rights)
    }
}

/// Values that hats or policies name.
fn named<'a>(by_hats: impl Iterator<Item = &'a Span>, by_policies: &'a BTreeSet<String>) -> BTreeSet<String> {
    by_hats
        .flat_map(Span::values)
        .chain(by_policies)
        .cloned()
        .collect()
}
