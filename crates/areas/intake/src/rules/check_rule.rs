//! One check as the rules describe it.

use lantai_domain::{Severity, Stage};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The four properties.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
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

impl Family {
    /// All of them, in the order of the standard.
    pub const ALL: [Self; 4] = [
        Self::Authenticity,
        Self::Integrity,
        Self::Usability,
        Self::Security,
    ];

    /// Chinese name.
    pub fn label_zh(self) -> &'static str {
        match self {
            Self::Authenticity => "真实性",
            Self::Integrity => "完整性",
            Self::Usability => "可用性",
            Self::Security => "安全性",
        }
    }

    /// English name.
    pub fn label_en(self) -> &'static str {
        match self {
            Self::Authenticity => "Authenticity",
            Self::Integrity => "Integrity",
            Self::Usability => "Usability",
            Self::Security => "Security",
        }
    }
}

/// Who answers a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// The machine.
    Auto,
    /// The machine as far as it can, then a person.
    Assisted,
    /// A person.
    Manual,
}

/// What a check looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Each record.
    Record,
    /// Each file.
    File,
    /// The package.
    Package,
}

/// A weight as a rule file writes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Weight {
    /// Not run.
    #[default]
    Off,
    /// Recorded.
    Warn,
    /// Recorded.
    Minor,
    /// Returns the package, or is accepted with a reason.
    Major,
    /// Returns the package.
    Blocker,
}

impl Weight {
    fn severity(self) -> Option<Severity> {
        match self {
            Self::Off => None,
            Self::Warn => Some(Severity::Warn),
            Self::Minor => Some(Severity::Minor),
            Self::Major => Some(Severity::Major),
            Self::Blocker => Some(Severity::Blocker),
        }
    }
}

/// Weights stage by stage; a stage that is not named keeps the weight of the check.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ByStage<T> {
    filing: Option<T>,
    transfer: Option<T>,
    preservation: Option<T>,
}

impl<T: Copy> ByStage<T> {
    fn at(&self, stage: Stage) -> Option<T> {
        match stage {
            Stage::Filing => self.filing,
            Stage::Transfer => self.transfer,
            Stage::Preservation => self.preservation,
        }
    }
}

/// Weight of one fault: the same at all stages, or stage by stage.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(untagged)]
enum FaultWeight {
    Everywhere(Weight),
    Staged(ByStage<Weight>),
}

/// What becomes of a question that nobody has answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Undecided {
    #[default]
    Manual,
    Warn,
}

/// One check as the rules describe it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
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
    /// Who answers it.
    pub mode: Mode,
    /// What it looks at.
    pub scope: Scope,
    /// Whether it is run at all.
    #[serde(default = "yes")]
    pub run: bool,
    #[serde(default)]
    filing: Weight,
    #[serde(default)]
    transfer: Weight,
    #[serde(default)]
    preservation: Weight,
    #[serde(default)]
    faults: BTreeMap<String, FaultWeight>,
    #[serde(default)]
    undecided: ByStage<Undecided>,
}

fn yes() -> bool {
    true
}

impl CheckRule {
    /// Its weight at a stage; `None`: it is not run there.
    pub fn severity(&self, stage: Stage) -> Option<Severity> {
        let weight = match stage {
            Stage::Filing => self.filing,
            Stage::Transfer => self.transfer,
            Stage::Preservation => self.preservation,
        };
        weight.severity().filter(|_| self.run)
    }

    /// Weight of one fault at a stage; `None`: it is not looked for.
    pub fn weight_of(&self, code: &str, stage: Stage) -> Option<Severity> {
        let whole = self.severity(stage)?;
        let own = self.faults.get(code).and_then(|fault| match fault {
            FaultWeight::Everywhere(weight) => Some(*weight),
            FaultWeight::Staged(by_stage) => by_stage.at(stage),
        });
        own.map_or(Some(whole), Weight::severity)
    }

    /// Whether a question that only a person can answer is no more than a warning.
    pub(super) fn only_warns_when_undecided(&self, stage: Stage) -> bool {
        self.undecided.at(stage) == Some(Undecided::Warn)
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
