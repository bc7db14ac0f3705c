//! Findings of the four-property checks (四性检测) and the verdict they lead to.

use serde::{Deserialize, Serialize};

/// How much a failed check weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Returns the package.
    Blocker,
    /// Must be corrected, or accepted with a written reason.
    Major,
    /// Recorded.
    Minor,
    /// Recorded.
    Warn,
}

/// What one check said. `manual` and `error` are never a pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Tested and sound.
    Pass,
    /// Tested and wrong.
    Fail,
    /// Tested and doubtful.
    Warn,
    /// Needs a person or evidence from outside.
    Manual,
    /// There was nothing to test.
    NotApplicable,
    /// The check could not run; counts as not passed.
    Error,
}

impl Severity {
    /// Identifier used in interfaces.
    pub fn name(self) -> &'static str {
        match self {
            Self::Blocker => "blocker",
            Self::Major => "major",
            Self::Minor => "minor",
            Self::Warn => "warn",
        }
    }
}

impl Outcome {
    /// Identifier used in interfaces.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Warn => "warn",
            Self::Manual => "manual",
            Self::NotApplicable => "not_applicable",
            Self::Error => "error",
        }
    }
}

/// When the package is tested (DA/T 70: GD, YJ, CQ).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// 归档.
    Filing,
    /// 移交与接收.
    Transfer,
    /// 长期保存.
    Preservation,
}

impl Stage {
    /// Identifier used in interfaces.
    pub fn name(self) -> &'static str {
        match self {
            Self::Filing => "filing",
            Self::Transfer => "transfer",
            Self::Preservation => "preservation",
        }
    }
}

/// One fault: which check, where, what was expected and found, how to mend it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// Our id of the check, such as `A-2.6`.
    pub check: String,
    /// Weight of the fault.
    pub severity: Severity,
    /// Outcome; never `pass`.
    pub outcome: Outcome,
    /// Stable name of the fault, such as `intake.path_escape`.
    pub code: String,
    /// 档号 of the record, or the line of the catalogue where there is no code.
    pub record: Option<String>,
    /// Path inside the package.
    pub file: Option<String>,
    /// Element of the metadata scheme.
    pub element: Option<String>,
    /// What the rule asks for.
    pub expected: Option<String>,
    /// What was there.
    pub found: Option<String>,
    /// How to mend it.
    pub mend: Option<String>,
}

impl Finding {
    /// A fault of a check, to be filled with where and what.
    pub fn new(check: &str, severity: Severity, outcome: Outcome, code: &str) -> Self {
        Self {
            check: check.to_owned(),
            severity,
            outcome,
            code: code.to_owned(),
            record: None,
            file: None,
            element: None,
            expected: None,
            found: None,
            mend: None,
        }
    }

    /// Names the record.
    pub fn record(mut self, record: impl Into<String>) -> Self {
        self.record = Some(record.into());
        self
    }

    /// Names the file.
    pub fn file(mut self, file: impl Into<String>) -> Self {
        self.file = Some(file.into());
        self
    }

    /// Names the element.
    pub fn element(mut self, element: impl Into<String>) -> Self {
        self.element = Some(element.into());
        self
    }

    /// Says what was expected.
    pub fn expected(mut self, expected: impl Into<String>) -> Self {
        self.expected = Some(expected.into());
        self
    }

    /// Says what was found.
    pub fn found(mut self, found: impl Into<String>) -> Self {
        self.found = Some(found.into());
        self
    }

    /// Says how to mend it.
    pub fn mend(mut self, mend: impl Into<String>) -> Self {
        self.mend = Some(mend.into());
        self
    }

    /// Whether this finding alone returns the package: a failed or broken check of weight blocker or major.
    pub fn returns_package(&self) -> bool {
        matches!(self.outcome, Outcome::Fail | Outcome::Error)
            && matches!(self.severity, Severity::Blocker | Severity::Major)
    }
}

/// Verdict over a package (four-property-checks: "Package verdict").
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Nothing stands against it.
    Passed,
    /// A blocker or major fault, or a check that could not run.
    Failed,
    /// A person must decide first.
    Manual,
}

impl Verdict {
    /// The verdict that follows from the findings.
    pub fn of<'a>(findings: impl IntoIterator<Item = &'a Finding>) -> Self {
        let mut verdict = Self::Passed;
        for finding in findings {
            if finding.returns_package() {
                return Self::Failed;
            }
            if finding.outcome == Outcome::Manual {
                verdict = Self::Manual;
            }
        }
        verdict
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_warning_alone_lets_a_package_pass() {
        let warn = Finding::new("A-2.7", Severity::Warn, Outcome::Warn, "intake.duplicate_title");
        let manual = Finding::new("S-2.3", Severity::Major, Outcome::Manual, "intake.by_eye");
        let fail = Finding::new("A-2.6", Severity::Blocker, Outcome::Fail, "intake.code_invalid");
        assert_eq!(Verdict::of([&warn]), Verdict::Passed);
        assert_eq!(Verdict::of([&warn, &manual]), Verdict::Manual);
        assert_eq!(Verdict::of([&manual, &fail, &warn]), Verdict::Failed);
        assert_eq!(Verdict::of([]), Verdict::Passed);
    }
}
