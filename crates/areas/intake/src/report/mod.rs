//! The report of a test (检测报告): as JSON for programs, as HTML and PDF for people.
//!
//! It is Chinese first with English beside it, carries the heading of the archive, and says for each of the four
//! properties what was tested, what passed and what did not, which faults there are and how to mend them, and who signs.

mod fonts;
mod html;
mod of_accession;
mod pdf;
mod sheet;
mod texts;

pub use fonts::FontError;
pub use html::html;
pub(crate) use html::style_digest;
pub use of_accession::of_accession;
pub use pdf::{PdfError, pdf};

use crate::rules::{CheckRules, Family, Mode, Profile};
use crate::submission::SubmissionKind;
use crate::tally::CheckResult;
use crate::tasks::ReviewTask;
use jiff::Timestamp;
use lantai_domain::{Finding, Outcome, Severity, Stage, Verdict};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The package that was tested.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestedPackage {
    /// Its name.
    pub name: String,
    /// Its kind; `None` where it could not be told.
    pub kind: Option<SubmissionKind>,
    /// Records in it.
    pub items: u64,
    /// Content files in it.
    pub files: u64,
    /// Bytes of content.
    pub bytes: u64,
}

/// The program that tested.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tool {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
}

impl Tool {
    /// This program.
    pub fn this() -> Self {
        Self {
            name: "Lantai".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
        }
    }
}

/// What one check came to, with what a reader needs to know of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportedCheck {
    /// What it came to.
    #[serde(flatten)]
    pub result: CheckResult,
    /// Its name in English.
    pub english: String,
    /// Who answers it.
    pub mode: Mode,
    /// Its weight at this stage; `None`: it was not run.
    pub severity: Option<Severity>,
}

/// Everything that a report says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReportData {
    /// Number of the report.
    pub report_id: String,
    /// Name of the archives, for the heading; empty: none was named.
    pub heading: String,
    /// The stage of the test.
    pub stage: Stage,
    /// The package.
    pub package: TestedPackage,
    /// Version of the rules.
    pub rules_version: String,
    /// The profile.
    pub profile: Profile,
    /// When the test began.
    pub started: Timestamp,
    /// When it ended.
    pub finished: Timestamp,
    /// The program.
    pub tool: Tool,
    /// Who had the package tested.
    pub operator: String,
    /// The verdict.
    pub verdict: Verdict,
    /// The checks of the stage, in the order of the standard.
    pub results: Vec<ReportedCheck>,
    /// The faults, as far as they were kept.
    pub findings: Vec<Finding>,
    /// What a person was asked, with the answers given so far.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub decisions: Vec<ReviewTask>,
    /// How many checks came to each outcome.
    pub counts: BTreeMap<String, u64>,
    /// How many records a person looks at by eye when the package is received.
    pub sample: u64,
}

/// What is told of a test, to make a report of it.
#[derive(Debug, Clone)]
pub struct Test<'a> {
    /// Number of the report.
    pub report_id: String,
    /// Name of the archives.
    pub heading: &'a str,
    /// The stage.
    pub stage: Stage,
    /// The package.
    pub package: TestedPackage,
    /// The rules.
    pub rules: &'a CheckRules,
    /// When it began and ended.
    pub time: (Timestamp, Timestamp),
    /// The program.
    pub tool: Tool,
    /// Who had it tested.
    pub operator: &'a str,
    /// The verdict.
    pub verdict: Verdict,
    /// What each check came to.
    pub checks: &'a [CheckResult],
    /// The faults.
    pub findings: &'a [Finding],
    /// What a person was asked.
    pub decisions: &'a [ReviewTask],
}

impl ReportData {
    /// The report of a test.
    pub fn new(test: &Test<'_>) -> Self {
        let mut counts: BTreeMap<String, u64> = BTreeMap::new();
        for result in test.checks {
            *counts.entry(result.outcome.name().to_owned()).or_default() += 1;
        }
        let results = test.checks.iter().map(|result| {
            let rule = test.rules.check(&result.check);
            ReportedCheck {
                result: result.clone(),
                english: rule.map(|rule| rule.english.clone()).unwrap_or_default(),
                mode: rule.map_or(Mode::Auto, |rule| rule.mode),
                severity: rule.and_then(|rule| rule.severity(test.stage)),
            }
        });
        Self {
            report_id: test.report_id.clone(),
            heading: test.heading.to_owned(),
            stage: test.stage,
            rules_version: test.rules.version.clone(),
            profile: test.rules.profile.clone(),
            started: test.time.0,
            finished: test.time.1,
            tool: test.tool.clone(),
            operator: test.operator.to_owned(),
            verdict: test.verdict,
            results: results.collect(),
            findings: test.findings.to_vec(),
            decisions: test.decisions.to_vec(),
            counts,
            sample: test.rules.sampling.of(test.package.items),
            package: test.package.clone(),
        }
    }

    /// The whole report as JSON, for programs.
    pub fn json(&self) -> Result<String, serde_json::Error> {
        Ok(serde_json::to_string_pretty(self)? + "\n")
    }

    /// The checks of one property.
    fn of(&self, family: Family) -> impl Iterator<Item = &ReportedCheck> {
        self.results
            .iter()
            .filter(move |check| check.result.family == family)
    }

    /// Tested, passed and failed checks of one property, and those that wait for a person.
    fn summary(&self, family: Family) -> Summary {
        let mut summary = Summary::default();
        for check in self.of(family) {
            match check.result.outcome {
                Outcome::NotApplicable => continue,
                Outcome::Pass => summary.passed += 1,
                Outcome::Warn => summary.warned += 1,
                Outcome::Fail | Outcome::Error => summary.failed += 1,
                Outcome::Manual => summary.open += 1,
            }
            summary.tested += 1;
        }
        summary
    }
}

/// How the checks of one property came out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Summary {
    tested: u64,
    passed: u64,
    warned: u64,
    failed: u64,
    open: u64,
}

#[cfg(test)]
mod tests;
