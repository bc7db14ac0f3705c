//! The rules of the checks: data, not code (`rules/checks.toml`), and profiles laid over them.

use crate::elements::{ElementsError, Schemes};
use crate::filing::TablesInForce;
use crate::rule_file::lay_over;
use lantai_domain::{Finding, Outcome, Severity, Stage};
use lantai_formats::container::{Limits, LimitsError};
use lantai_preservation::{COPY_POLICY, CopyPolicy, ROOM_RULES, RoomRules};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

pub use check_rule::{CheckRule, Family, Mode, Scope, Weight};

mod check_rule;
mod own;

const BUILTIN: &str = include_str!("../../../../rules/checks.toml");
/// Profiles that come with the program, by name.
const PROFILES: [(&str, &str); 1] = [("strict", include_str!("../../../../rules/profiles/strict.toml"))];

/// Why a rule file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum RulesError {
    /// It is not what the form asks for.
    #[error("the rules of the checks cannot be read")]
    Form(#[from] toml::de::Error),
    /// The elements cannot be used.
    #[error("the rules of the metadata elements cannot be used")]
    Elements(#[from] ElementsError),
    /// The limits of unpacking cannot be used.
    #[error("the limits of unpacking cannot be used")]
    Limits(#[from] LimitsError),
    /// A room is of a kind that there is not.
    #[error("the rules of rooms name a kind {0:?} that there is not")]
    UnknownRoomKind(String),
    /// A file cannot be read.
    #[error("the rule file {path} cannot be read")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// There is no such profile.
    #[error("there is no profile and no file {0:?}")]
    UnknownProfile(String),
    /// It names a check that there is not.
    #[error("the rules name a check {0} that there is not")]
    UnknownCheck(String),
    /// A check stands there twice.
    #[error("the rules name the check {0} twice")]
    CheckTwice(String),
}

impl RulesError {
    /// Stable name for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Elements(error) => error.code(),
            Self::Limits(error) => error.code(),
            _ => "intake.rules",
        }
    }
}

/// Files laid over the rules of the program; each gives only what differs.
#[derive(Debug, Clone, Copy, Default)]
pub struct RuleFiles<'a> {
    /// The archive's own rules of the checks (`rules/checks.toml` in its folder).
    pub checks: Option<&'a str>,
    /// The archive's own metadata elements (`rules/elements.toml` in its folder).
    pub elements: Option<&'a str>,
    /// The archive's own limits of unpacking (`rules/limits.toml` in its folder).
    pub limits: Option<&'a str>,
    /// The archive's own rooms and their limits (`rules/environment.toml` in its folder).
    pub environment: Option<&'a str>,
    /// The archive's own policy of copies (`rules/copies.toml` in its folder).
    pub copies: Option<&'a str>,
    /// A profile; lines of `scheme` in it change elements.
    pub profile: Option<&'a str>,
}

/// A category of records (档案门类).
#[derive(Debug, Clone, Deserialize)]
pub struct Category {
    /// Its code, such as `WS`.
    pub code: String,
    /// Its Chinese name.
    pub label: String,
    /// Its English name.
    pub english: String,
}

/// Which profile the rules are of; every report names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Its name in Chinese.
    #[serde(default)]
    pub title: String,
}

/// What every record must have (check I-2.2).
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mandatory {
    /// Elements without which no record is accepted.
    pub elements: Vec<String>,
    /// Values that stand for an empty element.
    pub empty_values: Vec<String>,
}

/// Characters (check ).
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Characters {
    /// Control characters that may stand in a text.
    pub allowed_controls: String,
    /// Further forbidden characters.
    pub forbidden: String,
    /// Symbols in two bytes of GB 18030 that are punctuation.
    pub allowed_symbols: String,
}

/// Elements that no two records share (check ).
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Duplicates {
    /// Groups of elements, compared together.
    pub groups: Vec<Vec<String>>,
}

/// Numbers of items (check I-2.4).
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Numbering {
    /// First number of a group.
    pub start: u32,
    /// Gaps of a group that are told one by one.
    pub listed: usize,
}

/// Secrecy periods (check ).
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Secrecy {
    /// Longest period in years, by classification.
    pub most_years: BTreeMap<String, u32>,
}

/// The scanner for malware (check S-1.1).
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScannerRule {
    /// Age in days from which its signatures are stale.
    pub max_age_days: u32,
}

/// What a person looks at by eye.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sampling {
    /// Share of the records.
    pub share: f64,
    /// At least so many.
    pub least: u64,
}

impl Sampling {
    /// How many of so many records a person looks at.
    pub fn of(&self, records: u64) -> u64 {
        let share = (records as f64 * self.share).ceil().max(0.0) as u64;
        share.max(self.least).min(records)
    }
}

/// Words by which a file's name says what it is (check I-3.1).
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ComponentWords {
    /// Of attachments.
    pub attachment: Vec<String>,
    /// Of handling forms.
    pub handling_form: Vec<String>,
    /// Of manuscripts.
    pub manuscript: Vec<String>,
}

/// A component that some records must have (check I-3.1).
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ComponentRule {
    /// Name of the rule.
    pub id: String,
    /// Document types it is for; empty: all.
    #[serde(default)]
    pub document_types: Vec<String>,
    /// Categories it is for; empty: all.
    #[serde(default)]
    pub categories: Vec<String>,
    /// Retention periods it is for; empty: all.
    #[serde(default)]
    pub retention: Vec<String>,
    /// What must be there: `attachment`, `handling_form`, `manuscript`.
    pub demands: Vec<String>,
}

/// A chain of actions (check I-2.3).
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProcessRule {
    /// Name of the rule.
    pub id: String,
    /// Categories it is for; empty: all.
    #[serde(default)]
    pub categories: Vec<String>,
    /// For records whose actions include one of these; empty: for all.
    #[serde(default)]
    pub when_any: Vec<String>,
    /// Actions that must be there, in the order of time.
    pub demands: Vec<String>,
    /// Actions that may follow.
    #[serde(default)]
    pub may: Vec<String>,
}

/// A version of the rules, under a profile.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CheckRules {
    /// Which version it is; decisions name it.
    pub version: String,
    /// How many findings of a check are kept; all are counted.
    pub findings_kept_per_check: u64,
    /// The profile.
    pub profile: Profile,
    /// Mandatory elements.
    pub mandatory: Mandatory,
    /// Forbidden characters.
    pub characters: Characters,
    /// Elements that no two records share.
    pub duplicates: Duplicates,
    /// Numbers of items.
    pub numbering: Numbering,
    /// Secrecy periods.
    pub secrecy: Secrecy,
    /// The scanner.
    pub scanner: ScannerRule,
    /// The sample by eye.
    pub sampling: Sampling,
    /// Words for components.
    pub components: ComponentWords,
    /// Components that some records must have.
    #[serde(default, rename = "component")]
    pub component_rules: Vec<ComponentRule>,
    /// Chains of actions.
    #[serde(default, rename = "process")]
    pub processes: Vec<ProcessRule>,
    /// Other names of actions.
    #[serde(default)]
    pub activities: BTreeMap<String, String>,
    /// Known categories.
    #[serde(rename = "category")]
    pub categories: Vec<Category>,
    /// The checks, in the order of the report.
    #[serde(rename = "check")]
    pub checks: Vec<CheckRule>,
    /// How much may be unpacked.
    #[serde(skip)]
    pub limits: Arc<Limits>,
    /// The rooms and their limits (check S-4.2).
    #[serde(skip)]
    pub rooms: Arc<RoomRules>,
    /// How many copies there must be (check S-4.3).
    #[serde(skip)]
    pub copies: Arc<CopyPolicy>,
    /// The metadata schemes.
    #[serde(skip)]
    pub schemes: Arc<Schemes>,
    /// The archive's own tables of filing scope (check I-3.3).
    #[serde(skip)]
    pub filing: Option<TablesInForce>,
}

impl CheckRules {
    /// The rules that come with the program.
    pub fn builtin() -> Result<Self, RulesError> {
        Self::load(&RuleFiles::default())
    }

    /// A profile that comes with the program, by its name.
    pub fn builtin_profile(name: &str) -> Option<&'static str> {
        let found = PROFILES.iter().find(|(known, _)| *known == name);
        found.map(|(_, text)| *text)
    }

    /// The rules of the program with files laid over them: the archive's own, then a profile.
    pub fn load(files: &RuleFiles<'_>) -> Result<Self, RulesError> {
        let mut base: toml::Value = toml::from_str(BUILTIN)?;
        let mut elements: Vec<String> = files.elements.iter().map(|&text| text.to_owned()).collect();
        for file in [files.checks, files.profile].into_iter().flatten() {
            let mut over: toml::Table = toml::from_str(file)?;
            if let Some(schemes) = over.remove("scheme") {
                elements.push(toml::Table::from_iter([("scheme".to_owned(), schemes)]).to_string());
            }
            let over = toml::Value::Table(over);
            known_checks(&base, &over)?;
            lay_over(&mut base, over);
        }
        let mut rules: Self = base.try_into()?;
        for (place, rule) in rules.checks.iter().enumerate() {
            if rules.checks.iter().take(place).any(|other| other.id == rule.id) {
                return Err(RulesError::CheckTwice(rule.id.clone()));
            }
        }
        rules.limits = Arc::new(match files.limits {
            Some(text) => Limits::with_overrides(text)?,
            None => Limits::builtin()?,
        });
        rules.rooms = Arc::new(laid_over(ROOM_RULES, files.environment)?);
        if let Some(kind) = rules.rooms.unknown_kind() {
            return Err(RulesError::UnknownRoomKind(kind.to_owned()));
        }
        rules.copies = Arc::new(laid_over(COPY_POLICY, files.copies)?);
        let elements: Vec<&str> = elements.iter().map(String::as_str).collect();
        rules.schemes = Arc::new(Schemes::with_overrides(&elements)?);
        Ok(rules)
    }

    /// What a report calls these rules: version of the rules and of the elements, name and version of the profile.
    pub fn version_line(&self) -> String {
        let Profile { name, version, .. } = &self.profile;
        format!("{} ({name} {version})", self.version)
    }

    /// The rule of a check.
    pub fn check(&self, id: &str) -> Option<&CheckRule> {
        self.checks.iter().find(|rule| rule.id == id)
    }

    /// Weight of a fault of a check at a stage; `None`: the check is not run there, or the fault is not looked for.
    pub fn weight(&self, check: &str, code: &str, stage: Stage) -> Option<Severity> {
        self.check(check)?.weight_of(code, stage)
    }

    /// A finding of a check with the weight that the rules give it; `None` where the stage does not run the check.
    pub fn finding(&self, check: &str, code: &str, stage: Stage) -> Option<Finding> {
        let severity = self.weight(check, code, stage)?;
        let outcome = match severity {
            Severity::Warn => Outcome::Warn,
            _ => Outcome::Fail,
        };
        Some(Finding::new(check, severity, outcome, code))
    }

    /// A question that only a person can answer; a warning where the rules say so.
    pub fn question(&self, check: &str, code: &str, stage: Stage) -> Option<Finding> {
        let rule = self.check(check)?;
        let severity = rule.weight_of(code, stage)?;
        Some(if rule.only_warns_when_undecided(stage) {
            Finding::new(check, Severity::Warn, Outcome::Warn, code)
        } else {
            Finding::new(check, severity, Outcome::Manual, code)
        })
    }

    /// A finding that returns the package even where the rules do not run the check: what cannot be read or
    /// described cannot be accepted.
    pub(crate) fn refusal(&self, check: &str, stage: Stage, code: &str) -> Finding {
        let weight = self.weight(check, code, stage);
        let weight = weight.filter(|weight| matches!(weight, Severity::Blocker | Severity::Major));
        Finding::new(check, weight.unwrap_or(Severity::Blocker), Outcome::Fail, code)
    }

    /// Whether a value says nothing.
    pub fn is_empty_value(&self, value: &str) -> bool {
        let value = value.trim();
        value.is_empty() || self.mandatory.empty_values.iter().any(|empty| empty == value)
    }

    /// The code of a category by its Chinese name or its code.
    pub fn category_code(&self, name: &str) -> Option<&str> {
        let name = name.trim();
        let found = self
            .categories
            .iter()
            .find(|category| category.code == name || category.label == name);
        found.map(|category| category.code.as_str())
    }

    /// An action by the name the rules know it by.
    pub fn activity<'a>(&'a self, written: &'a str) -> &'a str {
        let written = written.trim();
        self.activities.get(written).map_or(written, String::as_str)
    }
}

/// Rules of the program with those of the archive laid over them.
fn laid_over<T: DeserializeOwned>(builtin: &str, own: Option<&str>) -> Result<T, RulesError> {
    let mut base: toml::Value = toml::from_str(builtin)?;
    if let Some(own) = own {
        lay_over(&mut base, toml::from_str(own)?);
    }
    Ok(base.try_into()?)
}

/// A check that the program does not have would be switched off or weighed by nobody.
fn known_checks(base: &toml::Value, over: &toml::Value) -> Result<(), RulesError> {
    let ids = |value: &toml::Value| -> Vec<String> {
        let checks = value.get("check").and_then(toml::Value::as_array);
        let ids = checks
            .into_iter()
            .flatten()
            .filter_map(|check| check.get("id")?.as_str());
        ids.map(str::to_owned).collect()
    };
    let known = ids(base);
    match ids(over).into_iter().find(|id| !known.contains(id)) {
        Some(unknown) => Err(RulesError::UnknownCheck(unknown)),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests;
