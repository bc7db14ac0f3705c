//! The rules of the checks: data, not code (`rules/checks.toml`).

use lantai_domain::{Finding, Outcome, Severity, Stage};
use serde::{Deserialize, Serialize};

const BUILTIN: &str = include_str!("../../../../rules/checks.toml");

/// Why a rule file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum RulesError {
    /// It is not what the form asks for.
    #[error("the rules of the checks cannot be read")]
    Form(#[from] toml::de::Error),
}

impl RulesError {
    /// Stable name for programs.
    pub fn code(&self) -> &'static str {
        "intake.rules"
    }
}

/// The four properties.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Family {
    /// 真实性.
    Authenticity,
    /// 完整性.
    Integrity,
    /// 可用性.
    Usability,
    /// 安全性.
    Security,
}

/// One check as the rules describe it.
#[derive(Debug, Clone, Deserialize)]
pub struct CheckRule {
    /// Our id, such as `A-2.6`.
    pub id: String,
    /// Its name in the standard.
    pub title: String,
    /// Its name in English.
    pub english: String,
    /// Its number in DA/T 70, without the stage.
    pub std: String,
    /// Which of the four properties it tests.
    pub family: Family,
    filing: Option<Severity>,
    transfer: Option<Severity>,
    preservation: Option<Severity>,
}

impl CheckRule {
    /// Its weight at a stage; `None`: it is not run there.
    pub fn severity(&self, stage: Stage) -> Option<Severity> {
        match stage {
            Stage::Filing => self.filing,
            Stage::Transfer => self.transfer,
            Stage::Preservation => self.preservation,
        }
    }

    /// Its number at a stage as the standard writes it, such as `YJ-1-7`.
    pub fn standard_number(&self, stage: Stage) -> String {
        let prefix = match stage {
            Stage::Filing => "GD",
            Stage::Transfer => "YJ",
            Stage::Preservation => "CQ",
        };
        format!("{prefix}-{}", self.std)
    }
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

/// A version of the rules.
#[derive(Debug, Clone, Deserialize)]
pub struct CheckRules {
    /// Which version it is; decisions name it.
    pub version: String,
    /// How many findings of a check are kept; all are counted.
    pub findings_kept_per_check: u64,
    /// Elements without which no record is accepted.
    pub mandatory: Vec<String>,
    /// Values that stand for an empty element.
    pub empty_values: Vec<String>,
    /// Known categories.
    #[serde(rename = "category")]
    pub categories: Vec<Category>,
    /// The checks, in the order of the report.
    #[serde(rename = "check")]
    pub checks: Vec<CheckRule>,
}

impl CheckRules {
    /// The rules that come with the program.
    pub fn builtin() -> Result<Self, RulesError> {
        Self::from_toml(BUILTIN)
    }

    /// Rules from a file's text.
    pub fn from_toml(text: &str) -> Result<Self, RulesError> {
        Ok(toml::from_str(text)?)
    }

    /// The rule of a check.
    pub fn check(&self, id: &str) -> Option<&CheckRule> {
        self.checks.iter().find(|rule| rule.id == id)
    }

    /// A finding that returns the package even where the rules do not run the check: what cannot be read or
    /// described cannot be accepted.
    pub(crate) fn refusal(&self, check: &str, stage: Stage, code: &str) -> Finding {
        let weight = self.check(check).and_then(|rule| rule.severity(stage));
        let weight = weight.filter(|weight| matches!(weight, Severity::Blocker | Severity::Major));
        Finding::new(check, weight.unwrap_or(Severity::Blocker), Outcome::Fail, code)
    }

    /// Whether a value says nothing.
    pub fn is_empty_value(&self, value: &str) -> bool {
        let value = value.trim();
        value.is_empty() || self.empty_values.iter().any(|empty| empty == value)
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
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_rules_name_each_check_once() {
        let rules = CheckRules::builtin().unwrap();
        let mut ids: Vec<&str> = rules.checks.iter().map(|rule| rule.id.as_str()).collect();
        let count = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), count);
        for id in [
            "A-2.6", "A-2.7", "A-3.1", "A-4.1", "I-1.1", "I-1.2", "I-2.2", "U-2.1", "U-2.2", "S-2.1",
        ] {
            assert!(rules.check(id).is_some(), "{id}");
        }
    }

    #[test]
    fn a_check_weighs_what_the_stage_says() {
        let rules = CheckRules::builtin().unwrap();
        let code = rules.check("A-2.6").unwrap();
        assert_eq!(code.severity(Stage::Filing), Some(Severity::Major));
        assert_eq!(code.severity(Stage::Transfer), Some(Severity::Blocker));
        assert_eq!(code.standard_number(Stage::Transfer), "YJ-1-7");
        assert_eq!(rules.check("I-1.1").unwrap().severity(Stage::Preservation), None);
    }

    #[test]
    fn a_category_is_known_by_name_and_by_code() {
        let rules = CheckRules::builtin().unwrap();
        assert_eq!(rules.category_code("文书"), Some("WS"));
        assert_eq!(rules.category_code("ZP"), Some("ZP"));
        assert_eq!(rules.category_code("？"), None);
    }
}
