//! The checks of a whole archive at preservation, on patrol (巡检): its stores and what surrounds them.

use super::judge::{judge, of_problem};
use super::{Looked, Surroundings};
use crate::checks::package;
use crate::intake_rules::IntakeRules;
use crate::look_at::Checked;
use crate::tally::{Note, Tally};
use jiff::Timestamp;
use lantai_domain::Stage;
use lantai_preservation::{Problem, TrailReport};
use std::collections::HashSet;

/// What was seen of an archive's stores.
#[derive(Debug, Clone)]
pub struct ArchiveSeen {
    /// Records in the catalogue.
    pub records: u64,
    /// Files of the vault that were read; zero where none were.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// The bytes of the vault against their digests.
    pub content: Looked<Vec<Problem>>,
    /// The catalogue against vault and journal.
    pub catalogue: Looked<Vec<Problem>>,
}

/// Judges an archive at preservation. What is a matter of single packages was tested when they came in, and is told as
/// not applicable.
pub fn check_archive(
    rules: &IntakeRules,
    seen: &ArchiveSeen,
    surroundings: &Surroundings,
    now: Timestamp,
) -> Checked {
    let mut tally = Tally::new(rules.checks().clone(), Stage::Preservation);
    for rule in &rules.checks().checks {
        tally.not_applicable(
            &rule.id,
            Note::new(
                "在接收信息包时检测；对整个档案馆不适用",
                "tested when packages come in, not of a whole archive",
            ),
        );
    }
    stores(&mut tally, &["A-3.1", "A-5.3"], &seen.content, seen.files);
    let catalogue = without_trail(&seen.catalogue, &surroundings.trail);
    stores(&mut tally, &["U-1.2"], &catalogue, seen.records);
    package::scanner(&package::ScannerSeen::of(rules, now), &mut tally);
    package::process(&mut tally);
    judge(surroundings, &mut tally);
    Checked {
        kind: None,
        items: seen.records,
        files: seen.files,
        bytes: seen.bytes,
        verdict: tally.verdict(),
        checks: tally.results(),
        findings: tally.into_findings(),
    }
}

/// What the catalogue does not answer for: an object that nobody had the authority to write, change or remove has no
/// row that fits, and is told by the trail.
fn without_trail(catalogue: &Looked<Vec<Problem>>, trail: &Looked<TrailReport>) -> Looked<Vec<Problem>> {
    let (Looked::Seen(problems), Looked::Seen(trail)) = (catalogue, trail) else {
        return catalogue.clone();
    };
    let told: HashSet<&str> = trail
        .problems
        .iter()
        .map(|problem| problem.place.as_str())
        .collect();
    let left = problems
        .iter()
        .filter(|problem| !told.contains(problem.place.as_str()));
    Looked::Seen(left.cloned().collect())
}

/// The same problems answer each of these checks; they are told with the first.
fn stores(tally: &mut Tally, checks: &[&str], looked: &Looked<Vec<Problem>>, things: u64) {
    for (place, check) in checks.iter().enumerate() {
        match looked {
            Looked::NotThere(reason) => tally.not_applicable(check, reason.clone()),
            Looked::Seen(problems) => {
                tally.tested(check, things.max(1));
                for problem in problems.iter().take(if place == 0 { usize::MAX } else { 1 }) {
                    tally.fault(check, &problem.kind, |finding| of_problem(finding, problem));
                }
            }
        }
    }
}
