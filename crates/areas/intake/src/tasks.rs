//! What a person must decide before a package is accepted: checks that no machine can answer, and faults of weight
//! *major* that may be accepted with a written reason.

use crate::error::IntakeError;
use jiff::Timestamp;
use lantai_domain::{Finding, Outcome, Severity};
use serde::{Deserialize, Serialize};

/// Findings shown with a task.
const FINDINGS_SHOWN: usize = 5;

/// Why a person is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaskKind {
    /// No machine can answer the check.
    Manual,
    /// A fault that must be corrected, or accepted with a written reason.
    Fault,
    /// Files that no rule attaches to a record: each is decided on the list of exceptions (挂接异常清单), and then all
    /// of them here.
    Attachment,
}

/// Stable name of the finding that a file is attached to no record.
pub(crate) const FILE_UNATTACHED: &str = "intake.file_unattached";

/// What a person decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskDecision {
    /// Whether the check is passed, or the fault accepted.
    pub passed: bool,
    /// The reason, or what was looked at.
    pub note: String,
    /// Account of who decided.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

/// One question to a person: all findings of one check with one code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReviewTask {
    /// Number within its accession, from 1.
    pub number: u32,
    /// Our id of the check.
    pub check: String,
    /// Stable name of what was found.
    pub code: String,
    /// How much it weighs.
    pub severity: Severity,
    /// Why a person is asked.
    pub kind: TaskKind,
    /// How many findings it stands for.
    pub findings: u64,
    /// The first of them.
    pub examples: Vec<Finding>,
    /// What was decided; `None` while it is open.
    pub decision: Option<TaskDecision>,
}

impl ReviewTask {
    /// Identifier of its state: `open` or `decided`.
    pub fn state(&self) -> &'static str {
        if self.decision.is_some() {
            "decided"
        } else {
            "open"
        }
    }

    /// Takes a decision. It is final; accepting a fault needs a reason.
    pub fn decide(&mut self, decision: TaskDecision) -> Result<(), IntakeError> {
        if self.decision.is_some() {
            return Err(IntakeError::TaskDecided);
        }
        if decision.passed && self.kind == TaskKind::Fault && decision.note.trim().is_empty() {
            return Err(IntakeError::ReasonNeeded);
        }
        self.decision = Some(decision);
        Ok(())
    }
}

/// Gathers the questions as findings go by; memory stays flat however many findings there are.
#[derive(Debug, Clone, Default)]
pub(crate) struct TaskList(Vec<ReviewTask>);

impl TaskList {
    /// Takes a finding into account that only a person can settle.
    pub fn add(&mut self, finding: &Finding) {
        let kind = match finding.outcome {
            Outcome::Manual if finding.code == FILE_UNATTACHED => TaskKind::Attachment,
            Outcome::Manual => TaskKind::Manual,
            _ => TaskKind::Fault,
        };
        let same = |task: &&mut ReviewTask| {
            task.kind == kind && task.check == finding.check && task.code == finding.code
        };
        if let Some(task) = self.0.iter_mut().find(same) {
            task.findings += 1;
            if task.examples.len() < FINDINGS_SHOWN {
                task.examples.push(finding.clone());
            }
            return;
        }
        self.0.push(ReviewTask {
            number: u32::try_from(self.0.len()).unwrap_or(u32::MAX - 1) + 1,
            check: finding.check.clone(),
            code: finding.code.clone(),
            severity: finding.severity,
            kind,
            findings: 1,
            examples: vec![finding.clone()],
            decision: None,
        });
    }

    /// The questions, in the order in which they came up.
    pub fn tasks(&self) -> &[ReviewTask] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decision(passed: bool, note: &str) -> TaskDecision {
        TaskDecision {
            passed,
            note: note.to_owned(),
            by: "li.wei".to_owned(),
            at: "2026-01-01T12:00:00Z".parse().unwrap(),
        }
    }

    fn task(outcome: Outcome) -> ReviewTask {
        let mut list = TaskList::default();
        for line in 0..20 {
            let finding = Finding::new("S-2.1", Severity::Major, outcome, "intake.extra_file");
            list.add(&finding.record(format!("line {line}")));
        }
        list.add(&Finding::new(
            "S-2.3",
            Severity::Major,
            Outcome::Manual,
            "intake.by_eye",
        ));
        assert_eq!(list.tasks().len(), 2);
        list.tasks()[0].clone()
    }

    #[test]
    fn many_findings_are_one_question() {
        let task = task(Outcome::Fail);
        assert_eq!(
            (task.findings, task.examples.len(), task.kind),
            (20, 5, TaskKind::Fault)
        );
    }

    #[test]
    fn a_fault_is_accepted_only_with_a_reason_and_only_once() {
        let mut fault = task(Outcome::Fail);
        assert_eq!(
            fault.decide(decision(true, " ")).unwrap_err().code(),
            "intake.reason_needed"
        );
        assert_eq!(fault.state(), "open");
        fault
            .decide(decision(true, "the folder is part of the record"))
            .unwrap();
        assert_eq!(
            fault.decide(decision(false, "no")).unwrap_err().code(),
            "intake.task_decided"
        );
        let mut manual = task(Outcome::Manual);
        manual.decide(decision(true, "")).unwrap();
        assert_eq!(manual.state(), "decided");
    }
}
