//! Counting what the checks tested and found; memory stays flat however many faults a package has.

use crate::accession::MajorFaults;
use crate::rules::{CheckRules, Family};
use crate::tasks::{ReviewTask, TaskList};
use lantai_domain::{Finding, Outcome, Severity, Stage, Verdict};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A remark in a report, in both languages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// In Chinese.
    pub zh: String,
    /// In English.
    pub en: String,
}

impl Note {
    /// A remark.
    pub fn new(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self {
            zh: zh.into(),
            en: en.into(),
        }
    }
}

/// What one check came to over a whole package.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckResult {
    /// Our id.
    pub check: String,
    /// Its name in the standard.
    pub title: String,
    /// Its number at this stage.
    pub std: String,
    /// Which of the four properties.
    pub family: Family,
    /// The worst outcome.
    pub outcome: Outcome,
    /// How many things were tested.
    pub tested: u64,
    /// How many findings there were.
    pub failed: u64,
    /// Why it is not applicable, where there is a reason to tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Note>,
}

#[derive(Debug, Clone, Default)]
struct Count {
    tested: u64,
    found: u64,
    fail: u64,
    error: u64,
    manual: u64,
}

/// Findings and counts of one package.
#[derive(Debug, Clone)]
pub struct Tally {
    rules: CheckRules,
    stage: Stage,
    counts: BTreeMap<String, Count>,
    findings: Vec<Finding>,
    returns: bool,
    majors: MajorFaults,
    tasks: TaskList,
    blockers: u64,
    warnings: u64,
    notes: BTreeMap<String, Note>,
}

impl Tally {
    /// Nothing tested yet.
    pub fn new(rules: CheckRules, stage: Stage) -> Self {
        Self {
            rules,
            stage,
            counts: BTreeMap::new(),
            findings: Vec::new(),
            returns: false,
            majors: MajorFaults::Return,
            tasks: TaskList::default(),
            blockers: 0,
            warnings: 0,
            notes: BTreeMap::new(),
        }
    }

    /// Says what becomes of major faults.
    pub fn with_majors(self, majors: MajorFaults) -> Self {
        Self { majors, ..self }
    }

    /// The metadata schemes of the rules.
    pub fn schemes(&self) -> &crate::elements::Schemes {
        &self.rules.schemes
    }

    /// The stage.
    pub fn stage(&self) -> Stage {
        self.stage
    }

    /// Says that a check looked at something.
    pub fn tested(&mut self, check: &str, things: u64) {
        if things == 0 {
            return;
        }
        // a million records ask this dozens of times each: no text is made for a check that is known
        match self.counts.get_mut(check) {
            Some(count) => count.tested += things,
            None => self.counts.entry(check.to_owned()).or_default().tested = things,
        }
    }

    /// Says why a check has nothing to look at; a check that was tested after all has an outcome of its own.
    pub fn not_applicable(&mut self, check: &str, reason: Note) {
        self.notes.insert(check.to_owned(), reason);
    }

    /// A finding of a check with the weight that the rules give it at this stage. A check that the stage does not
    /// run gives none.
    pub fn finding(&self, check: &str, code: &str) -> Option<Finding> {
        self.rules.finding(check, code, self.stage)
    }

    /// Adds a finding.
    pub fn add(&mut self, finding: Finding) {
        let count = self.counts.entry(finding.check.clone()).or_default();
        count.found += 1;
        match finding.outcome {
            Outcome::Fail => count.fail += 1,
            Outcome::Error => count.error += 1,
            Outcome::Manual => count.manual += 1,
            _ => {}
        }
        let asks = finding.outcome == Outcome::Manual
            || self.majors == MajorFaults::Ask
                && finding.severity == Severity::Major
                && finding.outcome == Outcome::Fail;
        if asks {
            self.tasks.add(&finding);
        }
        let returns = finding.returns_package() && !asks;
        self.returns |= returns;
        if returns {
            self.blockers += 1;
        } else {
            self.warnings += 1;
        }
        if count.found <= self.rules.findings_kept_per_check {
            self.findings.push(finding);
        }
    }

    /// Adds a finding with the weight of the rules, after `fill` has said where and what.
    pub fn fault(&mut self, check: &str, code: &str, fill: impl FnOnce(Finding) -> Finding) {
        if let Some(finding) = self.finding(check, code) {
            self.add(fill(finding));
        }
    }

    /// Adds a question that only a person can answer, or a warning where the rules say so.
    pub fn question(&mut self, check: &str, code: &str, fill: impl FnOnce(Finding) -> Finding) {
        if let Some(finding) = self.rules.question(check, code, self.stage) {
            self.add(fill(finding));
        }
    }

    /// Whether the rules leave this to a person at this stage.
    pub fn asks_person(&self, check: &str, code: &str) -> bool {
        let question = self.rules.question(check, code, self.stage);
        question.is_some_and(|finding| finding.outcome == Outcome::Manual)
    }

    /// Adds a fault that leaves nothing to accept: it returns the package whatever the rules say.
    pub fn refuse(&mut self, check: &str, code: &str, fill: impl FnOnce(Finding) -> Finding) {
        let mut refusal = self.rules.refusal(check, self.stage, code);
        if self.majors == MajorFaults::Ask {
            // there is nothing that a person could accept
            refusal.severity = Severity::Blocker;
        }
        self.add(fill(refusal));
    }

    /// Whether the package goes back already.
    pub fn returns_package(&self) -> bool {
        self.returns
    }

    /// The verdict so far.
    pub fn verdict(&self) -> Verdict {
        match (self.returns, self.tasks.tasks().is_empty()) {
            (true, _) => Verdict::Failed,
            (false, false) => Verdict::Manual,
            (false, true) => Verdict::Passed,
        }
    }

    /// What a person must decide.
    pub fn tasks(&self) -> &[ReviewTask] {
        self.tasks.tasks()
    }

    /// Findings that return the package.
    pub fn blockers(&self) -> u64 {
        self.blockers
    }

    /// Findings that do not.
    pub fn warnings(&self) -> u64 {
        self.warnings
    }

    /// The findings kept, in the order of severity, then as they were found.
    pub fn into_findings(mut self) -> Vec<Finding> {
        self.findings
            .sort_by_key(|finding| (!finding.returns_package(), finding.severity));
        self.findings
    }

    /// What each check of this stage came to.
    pub fn results(&self) -> Vec<CheckResult> {
        let run = self
            .rules
            .checks
            .iter()
            .filter(|rule| rule.severity(self.stage).is_some());
        run.map(|rule| {
            let count = self.counts.get(&rule.id).cloned().unwrap_or_default();
            let outcome = if count.error > 0 {
                Outcome::Error
            } else if count.fail > 0 {
                Outcome::Fail
            } else if count.manual > 0 {
                Outcome::Manual
            } else if count.found > 0 {
                Outcome::Warn
            } else if count.tested > 0 {
                Outcome::Pass
            } else {
                Outcome::NotApplicable
            };
            CheckResult {
                check: rule.id.clone(),
                title: rule.title.clone(),
                std: rule.standard_number(self.stage),
                family: rule.family,
                outcome,
                tested: count.tested,
                failed: count.found,
                note: self
                    .notes
                    .get(&rule.id)
                    .filter(|_| outcome == Outcome::NotApplicable)
                    .cloned(),
            }
        })
        .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally() -> Tally {
        Tally::new(CheckRules::builtin().unwrap(), Stage::Filing)
    }

    #[test]
    fn what_was_not_tested_is_not_passed() {
        let mut tally = tally();
        tally.tested("A-2.6", 3);
        let results = tally.results();
        let outcome = |id: &str| results.iter().find(|result| result.check == id).unwrap().outcome;
        assert_eq!(outcome("A-2.6"), Outcome::Pass);
        assert_eq!(outcome("A-3.1"), Outcome::NotApplicable);
    }

    #[test]
    fn many_faults_are_all_counted_and_few_are_kept() {
        let mut tally = tally();
        for line in 0..5_000 {
            tally.fault("A-2.6", "intake.code_invalid", |finding| {
                finding.record(format!("line {line}"))
            });
        }
        assert_eq!(tally.blockers(), 5_000);
        assert_eq!(tally.verdict(), Verdict::Failed);
        assert_eq!(tally.into_findings().len(), 1_000);
    }
}
