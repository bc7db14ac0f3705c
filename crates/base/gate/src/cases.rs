//! With which records somebody may do something, worked out once for all actions.
//!
//! Policies compare fonds and categories only with values that they or the hats name (patterns are refused when they
//! are read). So values that stand in the same hats and in no policy are one and the same to them: it is enough to ask
//! once for each such class and once for another value, with every cell.

use crate::policy::{Policies, PolicyError};
use crate::table::Table;
use crate::world::{About, Asker, action_uid, record_uid};
use cedar_policy::{Authorizer, Decision, Effect, Entities};
use lantai_domain::access::{AccessCell, Action, Asking, CellSet, Filter, Span};
use std::collections::{BTreeMap, BTreeSet};

/// A fonds and a category that no policy names.
const ANOTHER: &str = "\u{0}another";

/// Values that are one and the same to the policies; `None` stands for every value that is not named.
struct Class {
    example: String,
    values: Vec<Option<String>>,
}

/// What tells a value from others: itself where a policy names it, and in which spans of the hats it stands.
type Signature<'a> = (Option<&'a str>, Vec<bool>);

fn classes(named: &BTreeSet<String>, by_policies: &BTreeSet<String>, spans: &[&Span]) -> Vec<Class> {
    let mut found: BTreeMap<Signature<'_>, Vec<Option<String>>> = BTreeMap::new();
    for value in named {
        let by_policy = by_policies.contains(value).then_some(value.as_str());
        let stands_in = spans.iter().map(|span| span.values().any(|one| one == value));
        let signature = (by_policy, stands_in.collect());
        found.entry(signature).or_default().push(Some(value.clone()));
    }
    let named = found.into_values().filter_map(|values| {
        let example = values.first()?.clone()?;
        Some(Class { example, values })
    });
    let another = Class {
        example: ANOTHER.to_owned(),
        values: vec![None],
    };
    named.chain([another]).collect()
}

/// One cell of records, as each hat is asked about it.
struct Case {
    cell: AccessCell,
    worlds: Vec<Entities>,
}

/// Fonds and categories that are one and the same to the policies, with every cell.
struct Place {
    fonds: Vec<Option<String>>,
    categories: Vec<Option<String>>,
    cases: Vec<Case>,
}

/// Everything that the policies can tell apart in records, for somebody who asks.
pub(crate) struct Cases<'g> {
    policies: &'g Policies,
    askers: Vec<Asker>,
    fonds: BTreeSet<String>,
    categories: BTreeSet<String>,
    places: Vec<Place>,
}

impl<'g> Cases<'g> {
    pub fn new(policies: &'g Policies, asking: &Asking) -> Result<Self, PolicyError> {
        let hats = asking.hats();
        let spans: Vec<&Span> = hats
            .iter()
            .flat_map(|hat| [&hat.fonds, &hat.categories])
            .collect();
        let by_policies: BTreeSet<String> = policies.fonds.union(&policies.categories).cloned().collect();
        let named = |by_hats: Vec<&Span>, also: &BTreeSet<String>| -> BTreeSet<String> {
            let by_hats = by_hats.into_iter().flat_map(Span::values);
            by_hats.chain(also).cloned().collect()
        };
        let fonds = named(hats.iter().map(|hat| &hat.fonds).collect(), &policies.fonds);
        let categories = named(
            hats.iter().map(|hat| &hat.categories).collect(),
            &policies.categories,
        );
        let askers = hats.iter().map(|hat| Asker::new(asking, hat));
        let askers = askers.collect::<Result<Vec<_>, _>>()?;
        let mut places = Vec::new();
        let categories_apart = classes(&categories, &by_policies, &spans);
        for one in classes(&fonds, &by_policies, &spans) {
            for other in &categories_apart {
                places.push(Place {
                    fonds: one.values.clone(),
                    categories: other.values.clone(),
                    cases: cases(&askers, &one.example, &other.example)?,
                });
            }
        }
        Ok(Self {
            policies,
            askers,
            fonds,
            categories,
            places,
        })
    }

    /// The records with which the action may be done.
    pub fn filter(&self, action: Action) -> Result<Filter, PolicyError> {
        let policies = self.policies.of(action);
        if policies
            .policies()
            .all(|policy| policy.effect() == Effect::Forbid)
        {
            return Ok(Filter::nothing());
        }
        let (action, record) = (action_uid(action)?, record_uid()?);
        let ask = |asker: &Asker| asker.request(self.policies, &action, &record);
        let requests = self.askers.iter().map(ask).collect::<Result<Vec<_>, _>>()?;
        let authorizer = Authorizer::new();
        let mut table = Table::new(&self.fonds, &self.categories);
        for place in &self.places {
            let mut set = CellSet::default();
            for case in &place.cases {
                let may = requests.iter().zip(&case.worlds).any(|(request, world)| {
                    let response = authorizer.is_authorized(request, policies, world);
                    let failed = response.diagnostics().errors().next().is_some();
                    response.decision() == Decision::Allow && !failed
                });
                if may {
                    set.insert(case.cell);
                }
            }
            for one in &place.fonds {
                for other in &place.categories {
                    table.put(one.clone(), other.clone(), set);
                }
            }
        }
        Ok(table.into_filter())
    }
}

fn cases(askers: &[Asker], fonds: &str, category: &str) -> Result<Vec<Case>, PolicyError> {
    let case = |cell| {
        let about = About::Record {
            fonds,
            category,
            facts: cell,
        };
        let resource = about.entity()?;
        let worlds = askers.iter().map(|asker| asker.world(resource.clone()));
        let worlds = worlds.collect::<Result<Vec<_>, _>>()?;
        Ok(Case { cell, worlds })
    };
    AccessCell::all().map(case).collect()
}
