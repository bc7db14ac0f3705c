//! From metadata by their Chinese names to elements by their identifiers (`rules/elements.toml`).

use super::{BusinessAction, DeclaredDigest, RecordedAttributes, SubmittedItem};
use crate::elements::{Scheme, Schemes};
use lantai_domain::{Fonds, OpenStatus, SecurityClassification};
use lantai_formats::transfer::{FileAttributes, RecordMetadata};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The schemes, and which one a record follows.
pub(super) struct Labels {
    schemes: Schemes,
    shared: Vec<Arc<Scheme>>,
}

/// Values of a record.
pub(super) struct Elements {
    /// By identifier; empty ones included.
    pub known: BTreeMap<String, String>,
    /// By Chinese name, where no scheme has it.
    pub other: BTreeMap<String, String>,
}

impl Labels {
    /// The schemes of the rules.
    pub fn new(schemes: &Schemes) -> Self {
        Self {
            shared: schemes.all().iter().cloned().map(Arc::new).collect(),
            schemes: schemes.clone(),
        }
    }

    /// The scheme that the metadata name, else that of the category in the code.
    pub fn scheme(&self, named: Option<&str>, code: &str) -> Option<Arc<Scheme>> {
        let named = named.and_then(|name| self.schemes.named(name));
        let category = code.split('-').nth(1).unwrap_or_default();
        let category = category.split('·').next().unwrap_or_default();
        let scheme = named.or_else(|| self.schemes.of_category(category))?;
        self.shared.iter().find(|shared| shared.id == scheme.id).cloned()
    }
}

/// The values of the metadata. Several of one element are joined by `;`.
pub(super) fn elements_of(scheme: &Scheme, metadata: &RecordMetadata) -> Elements {
    let mut elements = Elements {
        known: BTreeMap::new(),
        other: BTreeMap::new(),
    };
    for value in &metadata.values {
        let (map, key) = match scheme.by_label(&value.label) {
            Some(rule) => (&mut elements.known, rule.id.clone()),
            None if value.value.is_empty() => continue,
            None => (&mut elements.other, value.label.clone()),
        };
        let known = map.entry(key).or_default();
        if !known.is_empty() && !value.value.is_empty() {
            known.push(';');
        }
        known.push_str(&value.value);
    }
    // the state of opening travels as 控制标识; what is no state stays what it is
    if let Some(control) = elements.known.get("control_identifier") {
        let is_state = OpenStatus::from_received(control, "", SecurityClassification::Public).is_ok();
        if is_state && !control.is_empty() {
            elements.known.insert("open_status".to_owned(), control.clone());
        }
    }
    elements
}

/// Identifiers of the elements that are there, filled or empty.
pub(super) fn fields_of(scheme: &Scheme, metadata: &RecordMetadata) -> BTreeSet<String> {
    let known = metadata.fields.iter().filter_map(|label| scheme.by_label(label));
    known.map(|rule| rule.id.clone()).collect()
}

/// What was recorded of a file.
pub(super) fn recorded(attributes: &FileAttributes) -> RecordedAttributes {
    RecordedAttributes {
        name: attributes.name.clone(),
        size: attributes.size(),
        format: attributes.format.clone(),
        created: attributes.created.clone(),
    }
}

/// The digests that the metadata give for a file.
pub(super) fn declared_digests(attributes: &FileAttributes) -> Vec<DeclaredDigest> {
    let digests = attributes.digests.iter().map(|digest| DeclaredDigest {
        algorithm: plain_algorithm(&digest.algorithm),
        value: digest.value.to_ascii_lowercase(),
    });
    digests.collect()
}

/// `SHA-256` becomes `sha256`.
fn plain_algorithm(name: &str) -> String {
    let letters = name.chars().filter(char::is_ascii_alphanumeric);
    letters.map(|letter| letter.to_ascii_lowercase()).collect()
}

/// The process that the record went through.
pub(super) fn actions(metadata: &RecordMetadata) -> Vec<BusinessAction> {
    let actions = metadata.actions.iter().map(|action| BusinessAction {
        status: action.status.clone(),
        activity: action.activity.clone(),
        time: action.time.clone(),
        agent: action.agent.clone(),
        mandate: action.mandate.clone(),
        description: action.description.clone(),
    });
    actions.collect()
}

/// A fonds is known by the name its records give it.
pub(super) fn note_fonds(known: &mut Vec<Fonds>, item: &SubmittedItem) {
    let filled = |element: &str| item.get(element).map(str::trim).filter(|value| !value.is_empty());
    let in_code = || filled("archival_code").and_then(|code| code.split('-').next());
    let number = filled("fonds_identifier")
        .or_else(in_code)
        .and_then(|number| number.parse().ok());
    let (Some(name), Some(number)) = (filled("fonds_name"), number) else {
        return;
    };
    if known.iter().all(|fonds| fonds.number != number) {
        known.push(Fonds {
            title: name.to_owned(),
            ..Fonds::unnamed(number)
        });
    }
}
