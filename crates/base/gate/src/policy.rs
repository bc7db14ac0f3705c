//! A policy file, read and checked.

use cedar_policy::{PolicySet, Schema, ValidationMode, Validator};
use lantai_domain::access::{ACTIONS, Action, Reach};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;

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
            set,
            order: order.into_iter().map(|(_, name)| name).collect(),
            schema,
            version: hex::encode(Sha256::digest(text.as_bytes())),
            fonds,
            categories,
        })
    }
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
