//! A policy file, read and checked.

use crate::world::action_uid;
use cedar_policy::{ActionConstraint, Policy, PolicySet, Schema, ValidationMode, Validator};
use lantai_domain::access::{ACTIONS, Action, Reach};
use sha2::{Digest, Sha256};
use std::collections::{BTreeSet, HashMap};

const ENTITIES: &str = include_str!("schema.cedarschema");

/// Why a policy file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PolicyError {
    /// It is not in the language of policies.
    #[error("the policies cannot be read: {0}")]
    Syntax(String),
    /// It speaks of something that there is not.
    #[error("policy {policy} does not fit what can be asked: {reason}")]
    Misfit {
        /// Which.
        policy: String,
        /// Why.
        reason: String,
    },
    /// A policy has no name or does not say what it means.
    #[error("policy {policy} lacks @{annotation}")]
    Unexplained {
        /// Which.
        policy: String,
        /// What is missing: `id`, `zh` or `en`.
        annotation: &'static str,
    },
    /// Two policies have the same name.
    #[error("two policies are named {0}")]
    NamedTwice(String),
    /// A policy compares by pattern, which no index can follow.
    #[error("policy {0} uses `like`, which cannot be applied to lists of records")]
    Pattern(String),
    /// The program's own schema or question is wrong.
    #[error("the gate cannot ask: {0}")]
    Question(String),
}

impl PolicyError {
    /// Stable name for programs and translations.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Syntax(_) => "gate.policy_syntax",
            Self::Misfit { .. } => "gate.policy_misfit",
            Self::Unexplained { .. } => "gate.policy_unexplained",
            Self::NamedTwice(_) => "gate.policy_named_twice",
            Self::Pattern(_) => "gate.policy_pattern",
            Self::Question(_) => "gate.question",
        }
    }
}

/// Policies that were checked against everything that can be asked.
#[derive(Debug, Clone)]
pub(crate) struct Policies {
    pub set: PolicySet,
    pub schema: Schema,
    /// Their names in the order of the file.
    pub order: Vec<String>,
    /// SHA-256 of the text, hexadecimal.
    pub version: String,
    /// Texts with which policies compare the fonds of a record.
    pub fonds: BTreeSet<String>,
    /// Texts with which policies compare the category of a record.
    pub categories: BTreeSet<String>,
    /// Whether any of them looks at the hour or the weekday.
    pub knows_time: bool,
    /// Those that speak of an action: the others cannot change an answer, and asking all of them takes ten times as
    /// long.
    by_action: HashMap<Action, PolicySet>,
}

/// The schema with an action for each of ours.
fn schema() -> Result<Schema, PolicyError> {
    let mut text = ENTITIES.to_owned();
    for action in ACTIONS {
        let resource = match action.reach() {
            Reach::Record => "Record",
            Reach::Archive => "Archive",
        };
        text.push_str(&format!(
            "\naction \"{}\" appliesTo {{ principal: [Hat], resource: [{resource}], \
             context: {{ \"purpose\": String, \"hour\": Long, \"weekday\": Long }} }};",
            Action::id(*action)
        ));
    }
    let (schema, _) =
        Schema::from_cedarschema_str(&text).map_err(|error| PolicyError::Question(error.to_string()))?;
    Ok(schema)
}

impl Policies {
    pub fn read(text: &str) -> Result<Self, PolicyError> {
        let schema = schema()?;
        let read: PolicySet = text
            .parse()
            .map_err(|error: cedar_policy::ParseErrors| PolicyError::Syntax(error.to_string()))?;
        let (mut set, mut order) = (PolicySet::new(), Vec::new());
        let (mut fonds, mut categories) = (BTreeSet::new(), BTreeSet::new());
        let mut knows_time = false;
        for policy in read.policies() {
            let number = policy.id().to_string();
            let explained = |annotation: &'static str| match policy.annotation(annotation) {
                Some(value) if !value.trim().is_empty() => Ok(value.to_owned()),
                _ => Err(PolicyError::Unexplained {
                    policy: policy.annotation("id").unwrap_or(&number).to_owned(),
                    annotation,
                }),
            };
            let name = explained("id")?;
            explained("zh")?;
            explained("en")?;
            let json = policy
                .to_json()
                .map_err(|error| PolicyError::Syntax(error.to_string()))?;
            let form = json.to_string();
            if form.contains("\"like\":") {
                return Err(PolicyError::Pattern(name));
            }
            compared_with("fonds", &json, &mut fonds);
            compared_with("category", &json, &mut categories);
            knows_time |= mentions("hour", &json) || mentions("weekday", &json);
            order.push((number_of(&number), name.clone()));
            let named = policy.new_id(cedar_policy::PolicyId::new(&name));
            set.add(named).map_err(|_| PolicyError::NamedTwice(name))?;
        }
        order.sort();
        let validator = Validator::new(schema.clone());
        let result = validator.validate(&set, ValidationMode::Strict);
        if let Some(error) = result.validation_errors().next() {
            return Err(PolicyError::Misfit {
                policy: error.policy_id().to_string(),
                reason: error.to_string(),
            });
        }
        Ok(Self {
            by_action: by_action(&set)?,
            knows_time,
            set,
            order: order.into_iter().map(|(_, name)| name).collect(),
            schema,
            version: hex::encode(Sha256::digest(text.as_bytes())),
            fonds,
            categories,
        })
    }
}

impl Policies {
    /// The policies that speak of an action.
    pub fn of(&self, action: Action) -> &PolicySet {
        self.by_action.get(&action).unwrap_or(&self.set)
    }
}

fn by_action(set: &PolicySet) -> Result<HashMap<Action, PolicySet>, PolicyError> {
    let apart = ACTIONS.iter().map(|action| {
        let uid = action_uid(*action)?;
        let speaks_of_it = |policy: &&Policy| match policy.action_constraint() {
            ActionConstraint::Any => true,
            ActionConstraint::Eq(one) => one == uid,
            // no action stands for others
            ActionConstraint::In(some) => some.contains(&uid),
        };
        let policies = set.policies().filter(speaks_of_it).cloned();
        let of_it =
            PolicySet::from_policies(policies).map_err(|error| PolicyError::Question(error.to_string()))?;
        Ok((*action, of_it))
    });
    apart.collect()
}

/// The place of a policy in its file, out of the identifier that reading gave it.
fn number_of(id: &str) -> u64 {
    let digits = id.trim_start_matches(|letter: char| !letter.is_ascii_digit());
    digits.parse().unwrap_or(u64::MAX)
}

/// Operators that can tell one text from another.
const COMPARISONS: [&str; 5] = ["==", "!=", "contains", "containsAll", "containsAny"];

/// Collects the texts with which an attribute is compared anywhere in an expression.
fn compared_with(attribute: &str, value: &serde_json::Value, found: &mut BTreeSet<String>) {
    match value {
        serde_json::Value::Array(values) => {
            values
                .iter()
                .for_each(|value| compared_with(attribute, value, found));
        }
        serde_json::Value::Object(fields) => {
            for (operator, operands) in fields {
                if COMPARISONS.contains(&operator.as_str()) && mentions(attribute, operands) {
                    texts_in(operands, found);
                }
                compared_with(attribute, operands, found);
            }
        }
        _ => {}
    }
}

fn mentions(attribute: &str, value: &serde_json::Value) -> bool {
    match value {
        serde_json::Value::Array(values) => values.iter().any(|value| mentions(attribute, value)),
        serde_json::Value::Object(fields) => {
            fields.get("attr").and_then(serde_json::Value::as_str) == Some(attribute)
                || fields.values().any(|value| mentions(attribute, value))
        }
        _ => false,
    }
}

/// All texts of an expression, operators' words among them: one too many costs a question, one too few an answer.
fn texts_in(value: &serde_json::Value, found: &mut BTreeSet<String>) {
    match value {
        serde_json::Value::String(text) => {
            found.insert(text.clone());
        }
        serde_json::Value::Array(values) => values.iter().for_each(|value| texts_in(value, found)),
        serde_json::Value::Object(fields) => fields.values().for_each(|value| texts_in(value, found)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::{About, Asker};
    use cedar_policy::Authorizer;
    use jiff::Timestamp;
    use lantai_domain::access::{AccessCell, Asking, Hat, Purpose, Span};
    use lantai_domain::{ROLES, SecurityClassification};

    #[test]
    fn the_policies_of_an_action_answer_as_all_of_them_do() {
        let policies = Policies::read(include_str!("../../../../rules/access.cedar")).unwrap();
        let authorizer = Authorizer::new();
        let mut allowed = 0;
        for role in ROLES {
            let hat = Hat {
                post: None,
                role: Some(role),
                fonds: Span::All,
                categories: Span::All,
                clearance: SecurityClassification::Internal,
            };
            let asking = Asking::new([hat.clone()], Purpose::Unsaid, Timestamp::UNIX_EPOCH);
            let asker = Asker::new(&asking, &hat).unwrap();
            for action in ACTIONS {
                for cell in AccessCell::all().step_by(7) {
                    let about = match action.reach() {
                        Reach::Archive => About::Archive,
                        Reach::Record => About::Record {
                            fonds: "J001",
                            category: "WS",
                            facts: cell,
                        },
                    };
                    let uid = action_uid(*action).unwrap();
                    let request = asker.request(&policies, &uid, &about.uid().unwrap()).unwrap();
                    let world = asker.world(about.entity().unwrap()).unwrap();
                    let of_it = authorizer.is_authorized(&request, policies.of(*action), &world);
                    let of_all = authorizer.is_authorized(&request, &policies.set, &world);
                    assert_eq!(
                        of_it.decision(),
                        of_all.decision(),
                        "{role:?} {action:?} {cell:?}"
                    );
                    let grounds = |response: &cedar_policy::Response| {
                        response.diagnostics().reason().cloned().collect::<BTreeSet<_>>()
                    };
                    assert_eq!(grounds(&of_it), grounds(&of_all));
                    allowed += usize::from(of_it.decision() == cedar_policy::Decision::Allow);
                }
            }
        }
        assert!(allowed > 100, "{allowed}");
    }
}
