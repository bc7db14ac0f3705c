//! The question in the language of the policies.

use crate::policy::{Policies, PolicyError};
use cedar_policy::{
    Context, Entities, Entity, EntityId, EntityTypeName, EntityUid, Request, RestrictedExpression,
};
use lantai_domain::access::{AccessCell, Action, Asking, Hat, RecordFacts, Span, rank};
use std::collections::{HashMap, HashSet};

fn wrong(error: impl std::fmt::Display) -> PolicyError {
    PolicyError::Question(error.to_string())
}

fn uid(kind: &str, id: &str) -> Result<EntityUid, PolicyError> {
    let kind: EntityTypeName = kind.parse().map_err(wrong)?;
    Ok(EntityUid::from_type_name_and_id(kind, EntityId::new(id)))
}

/// Names an action.
pub(crate) fn action_uid(action: Action) -> Result<EntityUid, PolicyError> {
    uid("Action", action.id())
}

/// Names the record that is asked about.
pub(crate) fn record_uid() -> Result<EntityUid, PolicyError> {
    uid("Record", "asked")
}

fn text(value: &str) -> RestrictedExpression {
    RestrictedExpression::new_string(value.to_owned())
}

fn texts<'a>(values: impl IntoIterator<Item = &'a String>) -> RestrictedExpression {
    RestrictedExpression::new_set(values.into_iter().map(|value| text(value)))
}

/// What is asked about.
pub(crate) enum About<'a> {
    Archive,
    Record {
        fonds: &'a str,
        category: &'a str,
        facts: AccessCell,
    },
}

impl<'a> About<'a> {
    pub fn record(record: &'a RecordFacts) -> Self {
        Self::Record {
            fonds: &record.fonds,
            category: &record.category,
            facts: record.cell,
        }
    }

    /// Names it.
    pub fn uid(&self) -> Result<EntityUid, PolicyError> {
        match self {
            Self::Archive => uid("Archive", "here"),
            Self::Record { .. } => record_uid(),
        }
    }

    /// It, with what policies may look at.
    pub fn entity(&self) -> Result<Entity, PolicyError> {
        match self {
            Self::Archive => Entity::new(self.uid()?, HashMap::new(), HashSet::new()).map_err(wrong),
            Self::Record {
                fonds,
                category,
                facts,
            } => {
                let attributes = HashMap::from([
                    ("fonds".to_owned(), text(fonds)),
                    ("category".to_owned(), text(category)),
                    ("opening".to_owned(), text(facts.opening.name())),
                    (
                        "classification".to_owned(),
                        RestrictedExpression::new_long(rank(facts.classification).into()),
                    ),
                    (
                        "personalData".to_owned(),
                        RestrictedExpression::new_bool(facts.personal_data),
                    ),
                ]);
                Entity::new(self.uid()?, attributes, HashSet::new()).map_err(wrong)
            }
        }
    }
}

/// One hat, ready to ask with.
pub(crate) struct Asker {
    entity: Entity,
    uid: EntityUid,
    context: Context,
}

impl Asker {
    pub fn new(asking: &Asking, hat: &Hat) -> Result<Self, PolicyError> {
        let role = hat.role.map_or("public", |role| role.id());
        let roles: Vec<String> = asking.roles().iter().map(|role| role.id().to_owned()).collect();
        let all = |span: &Span| RestrictedExpression::new_bool(matches!(span, Span::All));
        let attributes = HashMap::from([
            ("role".to_owned(), text(role)),
            ("roles".to_owned(), texts(&roles)),
            ("allFonds".to_owned(), all(&hat.fonds)),
            ("fonds".to_owned(), texts(hat.fonds.values())),
            ("allCategories".to_owned(), all(&hat.categories)),
            ("categories".to_owned(), texts(hat.categories.values())),
            (
                "clearance".to_owned(),
                RestrictedExpression::new_long(rank(hat.clearance).into()),
            ),
        ]);
        let uid = uid("Hat", "asking")?;
        // archives keep the time of China wherever they run
        let local = asking.at.to_zoned(jiff::tz::TimeZone::fixed(jiff::tz::offset(8)));
        let context = Context::from_pairs([
            ("purpose".to_owned(), text(asking.purpose.id())),
            (
                "hour".to_owned(),
                RestrictedExpression::new_long(local.hour().into()),
            ),
            (
                "weekday".to_owned(),
                RestrictedExpression::new_long(local.weekday().to_monday_one_offset().into()),
            ),
        ]);
        Ok(Self {
            entity: Entity::new(uid.clone(), attributes, HashSet::new()).map_err(wrong)?,
            uid,
            context: context.map_err(wrong)?,
        })
    }

    /// The request.
    pub fn request(
        &self,
        policies: &Policies,
        action: &EntityUid,
        about: &EntityUid,
    ) -> Result<Request, PolicyError> {
        let request = Request::new(
            self.uid.clone(),
            action.clone(),
            about.clone(),
            self.context.clone(),
            Some(&policies.schema),
        );
        request.map_err(wrong)
    }

    /// What a request speaks of: the hat, and what is asked about.
    pub fn world(&self, about: Entity) -> Result<Entities, PolicyError> {
        Entities::from_entities([self.entity.clone(), about], None).map_err(wrong)
    }
}
