//! The metadata schemes (元数据方案): which elements each has, and what a value may be. Data, not code
//! (`rules/elements.toml`, after DA/T 46, DA/T 54 and DA/T 63); an archive lays its own file over it.

use crate::rule_file::lay_over;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeSet, HashMap};

const BUILTIN: &str = include_str!("../../../../rules/elements.toml");

/// Entities of their own beside the record: their elements are looked for in actions and agents, not in the record.
const ENTITIES: [&str; 4] = ["agent", "business", "relation", "mandate"];

/// Why a file of elements cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ElementsError {
    /// It is not what the form asks for.
    #[error("the rules of the metadata elements cannot be read")]
    Form(#[from] toml::de::Error),
    /// It contradicts itself.
    #[error("element {element} of scheme {scheme}: {reason}")]
    Contradiction {
        /// Scheme.
        scheme: String,
        /// Element.
        element: String,
        /// What is wrong with it.
        reason: &'static str,
    },
}

impl ElementsError {
    /// Stable name for programs.
    pub fn code(&self) -> &'static str {
        "intake.element_rules"
    }
}

/// What an element holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ElementForm {
    /// Other elements only.
    Container,
    /// A value.
    Simple,
    /// A value, and others inside.
    Composite,
}

/// What kind of value an element has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ElementType {
    /// Any text.
    Text,
    /// A code without spaces.
    Code,
    /// One of a list.
    Enum,
    /// Digits only; leading zeros count.
    Digits,
    /// A whole number.
    Integer,
    /// A whole number above zero.
    PositiveInteger,
    /// A number with or without decimals.
    Decimal,
    /// Four digits.
    Year,
    /// A day, a month or a year.
    Date,
    /// A moment.
    DateTime,
    /// `hh:mm:ss`.
    Duration,
    /// An absolute address.
    Uri,
    /// Base64 (RFC 2045).
    Base64,
}

impl ElementType {
    /// How the rules write it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Code => "code",
            Self::Enum => "enum",
            Self::Digits => "digits",
            Self::Integer => "integer",
            Self::PositiveInteger => "positive integer",
            Self::Decimal => "decimal",
            Self::Year => "year",
            Self::Date => "date",
            Self::DateTime => "date and time",
            Self::Duration => "hh:mm:ss",
            Self::Uri => "address",
            Self::Base64 => "base64",
        }
    }
}

/// Whether an element must be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Obligation {
    /// 必选.
    #[serde(rename = "M")]
    Mandatory,
    /// 条件选: when its condition holds.
    #[serde(rename = "C")]
    Conditional,
    /// 可选.
    #[serde(rename = "O")]
    Optional,
    /// Mandatory where the container around it is there.
    #[serde(rename = "M*")]
    WithContainer,
}

/// When a conditional element must be there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Condition {
    /// The element looked at.
    pub element: String,
    /// It has one of these values.
    pub is: Vec<String>,
    /// And this other one is empty.
    #[serde(default)]
    pub without: Option<String>,
}

impl Condition {
    /// Whether it holds for the values of a record.
    pub fn holds<'a>(&self, value: impl Fn(&str) -> Option<&'a str>) -> bool {
        let there = value(&self.element).map(str::trim).unwrap_or_default();
        let instead = self.without.as_deref().and_then(&value).map(str::trim);
        self.is.iter().any(|wanted| wanted == there) && instead.unwrap_or_default().is_empty()
    }
}

/// Where the absence of an element is a fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// In the description of the record (check I-2.1).
    #[default]
    Record,
    /// In the package: it ties a record to its files (check I-4.1).
    Package,
}

/// One element of a scheme.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ElementRule {
    /// Number in the standard, such as `M22`.
    pub number: String,
    /// Identifier, such as `title`.
    pub id: String,
    /// Chinese name, and name of the XML element.
    pub label: String,
    /// What it holds.
    pub form: ElementForm,
    /// Kind of its value; `None` for a container.
    #[serde(default, rename = "type")]
    pub kind: Option<ElementType>,
    /// Whether it must be there.
    pub obligation: Obligation,
    /// Number of the container around it, or name of its group.
    #[serde(default)]
    pub inside: Option<String>,
    /// Whether it may have several values.
    #[serde(default)]
    pub repeatable: bool,
    /// Fewest characters of a value.
    #[serde(default)]
    pub min_length: Option<usize>,
    /// Most characters of a value.
    #[serde(default)]
    pub max_length: Option<usize>,
    /// Least number.
    #[serde(default)]
    pub min: Option<f64>,
    /// Greatest number.
    #[serde(default)]
    pub max: Option<f64>,
    /// Values it may have; empty: no list.
    #[serde(default)]
    pub values: Vec<String>,
    /// Whether the list is only what is usual.
    #[serde(default)]
    pub open: bool,
    /// Values that are an answer here though they stand for "none" elsewhere.
    #[serde(default)]
    pub may_be: Vec<String>,
    /// Condition of a conditional element.
    #[serde(default)]
    pub when: Option<Condition>,
    /// The check that asks for it, where that is not I-2.2.
    #[serde(default)]
    pub by: Option<String>,
    /// Where its absence is a fault.
    #[serde(default)]
    pub part: Part,
    /// Kept by the archives' own system, never demanded of what comes in.
    #[serde(default)]
    pub system: bool,
}

impl ElementRule {
    /// The values of an element as it was written: several are parted by `;` where the scheme allows several.
    pub fn values_of<'v>(&self, written: &'v str) -> Vec<&'v str> {
        let parts: Vec<&str> = if self.repeatable {
            written.split([';', '；', '\n']).map(str::trim).collect()
        } else {
            vec![written.trim()]
        };
        parts.into_iter().filter(|part| !part.is_empty()).collect()
    }

    /// Whether it belongs to an entity of its own (agent, business, relation) and not to the record.
    pub fn of_entity(&self) -> bool {
        self.inside
            .as_deref()
            .is_some_and(|inside| ENTITIES.contains(&inside))
    }
}

/// A metadata scheme.
#[derive(Debug, Clone, Deserialize)]
pub struct Scheme {
    /// Identifier: `documents`, `photographs`, `sound_video`.
    pub id: String,
    /// The standard it is after.
    pub standard: String,
    /// Chinese name.
    pub title: String,
    /// English name.
    pub english: String,
    /// Categories of records it is for; empty: all that no other scheme names.
    pub categories: Vec<String>,
    /// Its elements, in the order of the standard.
    pub elements: Vec<ElementRule>,
    #[serde(skip)]
    by_id: HashMap<String, usize>,
    #[serde(skip)]
    by_label: HashMap<String, usize>,
}

impl Scheme {
    /// An element by its identifier.
    pub fn element(&self, id: &str) -> Option<&ElementRule> {
        self.elements.get(*self.by_id.get(id)?)
    }

    /// An element by its Chinese name, which is the name of its XML element.
    pub fn by_label(&self, label: &str) -> Option<&ElementRule> {
        self.elements.get(*self.by_label.get(label)?)
    }

    /// Whether the fields of a record have an element: as a field of its own, or, for a container, by any element
    /// inside it.
    pub fn has_field(&self, fields: &BTreeSet<String>, rule: &ElementRule) -> bool {
        fields.contains(&rule.id)
            || (rule.form == ElementForm::Container
                && self
                    .elements
                    .iter()
                    .any(|inner| inner.inside.as_deref() == Some(&rule.number) && fields.contains(&inner.id)))
    }

    /// The container around an element, where that is an element of the scheme.
    pub fn container_of(&self, rule: &ElementRule) -> Option<&ElementRule> {
        let inside = rule.inside.as_deref()?;
        self.elements.iter().find(|other| other.number == inside)
    }
}

/// A version of all schemes.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Schemes {
    /// Which version it is.
    pub version: String,
    #[serde(rename = "scheme")]
    schemes: Vec<Scheme>,
}

impl Schemes {
    /// The schemes that come with the program.
    pub fn builtin() -> Result<Self, ElementsError> {
        Self::with_overrides(&[])
    }

    /// The schemes of the program with an archive's own files laid over them, in order.
    pub fn with_overrides(files: &[&str]) -> Result<Self, ElementsError> {
        let mut base: toml::Value = toml::from_str(BUILTIN)?;
        for file in files {
            let _: Overrides = toml::from_str(file)?;
            lay_over(&mut base, toml::from_str(file)?);
        }
        let mut schemes: Self = base.try_into()?;
        for scheme in &mut schemes.schemes {
            scheme.by_id = index(&scheme.elements, |rule| rule.id.clone());
            scheme.by_label = index(&scheme.elements, |rule| rule.label.clone());
            check(scheme)?;
        }
        Ok(schemes)
    }

    /// All schemes.
    pub fn all(&self) -> &[Scheme] {
        &self.schemes
    }

    /// The scheme of a category of records; unknown ones are documents.
    pub fn of_category(&self, category: &str) -> Option<&Scheme> {
        let named = self
            .schemes
            .iter()
            .find(|scheme| scheme.categories.iter().any(|code| code == category));
        named.or_else(|| self.schemes.iter().find(|scheme| scheme.categories.is_empty()))
    }

    /// A scheme by its identifier or by the standard it is after, such as `DA/T 46-2009`.
    pub fn named(&self, name: &str) -> Option<&Scheme> {
        let name = name.trim();
        self.schemes
            .iter()
            .find(|scheme| scheme.id == name || scheme.standard == name || scheme.standard.starts_with(name))
            .filter(|_| !name.is_empty())
    }
}

/// The form that a file laid over the schemes must have.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Overrides {
    #[serde(rename = "version")]
    _version: Option<String>,
    #[serde(default, rename = "scheme")]
    _schemes: Vec<toml::Table>,
}

fn index(elements: &[ElementRule], key: impl Fn(&ElementRule) -> String) -> HashMap<String, usize> {
    let pairs = elements
        .iter()
        .enumerate()
        .map(|(place, rule)| (key(rule), place));
    // of two elements with one name the first is meant: agents and relations come last
    pairs.rev().collect()
}

fn check(scheme: &Scheme) -> Result<(), ElementsError> {
    let wrong = |rule: &ElementRule, reason| ElementsError::Contradiction {
        scheme: scheme.id.clone(),
        element: rule.id.clone(),
        reason,
    };
    let mut seen = BTreeSet::new();
    for rule in &scheme.elements {
        if !seen.insert(&rule.id) {
            return Err(wrong(rule, "it stands there twice"));
        }
        if rule.form != ElementForm::Container && rule.kind.is_none() {
            return Err(wrong(rule, "it has a value and no type"));
        }
        if rule.min_length > rule.max_length && rule.max_length.is_some() {
            return Err(wrong(rule, "its least length is above its greatest"));
        }
        if let (Some(min), Some(max)) = (rule.min, rule.max)
            && min > max
        {
            return Err(wrong(rule, "its least value is above its greatest"));
        }
        if rule.when.is_some() && rule.obligation != Obligation::Conditional {
            return Err(wrong(rule, "it has a condition and is not conditional"));
        }
        let unknown = |id: &String| scheme.element(id).is_none();
        if let Some(condition) = &rule.when
            && (unknown(&condition.element) || condition.without.as_ref().is_some_and(unknown))
        {
            return Err(wrong(rule, "its condition names an element that is not there"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_schemes_have_the_elements_of_the_standards() {
        let schemes = Schemes::builtin().unwrap();
        let documents = schemes.named("documents").unwrap();
        for number in 1..=88 {
            let number = format!("M{number}");
            assert!(
                documents.elements.iter().any(|rule| rule.number == number),
                "{number}"
            );
        }
        let title = documents.by_label("题名").unwrap();
        assert_eq!(
            (title.id.as_str(), title.obligation),
            ("title", Obligation::Mandatory)
        );
        assert_eq!(documents.container_of(title).unwrap().id, "content_description");
        assert_eq!(schemes.of_category("ZP").unwrap().id, "photographs");
        assert_eq!(schemes.of_category("LX").unwrap().id, "sound_video");
        assert_eq!(schemes.of_category("KJ").unwrap().id, "documents");
        assert_eq!(schemes.named("DA/T 54-2014").unwrap().id, "photographs");
        assert!(schemes.named("").is_none());
    }

    #[test]
    fn an_archive_changes_one_line() {
        let mine = "[[scheme]]\nid = 'documents'\nelements = [{ id = 'title', max_length = 60 }]";
        let schemes = Schemes::with_overrides(&[mine]).unwrap();
        let title = schemes.named("documents").unwrap().element("title").unwrap();
        assert_eq!(title.max_length, Some(60));
        assert_eq!(title.label, "题名");
    }

    #[test]
    fn a_file_that_contradicts_itself_is_named() {
        let refused = |file: &str| Schemes::with_overrides(&[file]).unwrap_err().to_string();
        let wrong = refused("[[scheme]]\nid = 'documents'\nelements = [{ id = 'title', min_length = 600 }]");
        assert!(wrong.contains("title"), "{wrong}");
        let wrong = refused("[[scheme]]\nid = 'documents'\nelements = [{ id = 'title', longest = 6 }]");
        assert!(wrong.contains("cannot be read"), "{wrong}");
        refused("[[check]]\nid = 'A-2.1'");
        refused("version = ");
    }

    #[test]
    fn a_container_is_there_with_any_of_its_elements() {
        let schemes = Schemes::builtin().unwrap();
        let documents = schemes.named("documents").unwrap();
        let fields = BTreeSet::from(["fonds_constituting_unit_name".to_owned()]);
        let has = |id: &str| documents.has_field(&fields, documents.element(id).unwrap());
        assert!(has("provenance"));
        assert!(!has("formal_characteristics"));
        assert!(!has("fonds_name"));
    }

    #[test]
    fn a_condition_looks_at_both_of_its_elements() {
        let schemes = Schemes::builtin().unwrap();
        let number = schemes
            .named("documents")
            .unwrap()
            .element("agency_item_number")
            .unwrap();
        let condition = number.when.as_ref().unwrap();
        let of = |level: &'static str, archives: &'static str| {
            condition.holds(|element| match element {
                "aggregation_level" => Some(level),
                _ => Some(archives),
            })
        };
        assert!(of("文件", ""));
        assert!(!of("文件", "12"));
        assert!(!of("案卷", ""));
    }
}
