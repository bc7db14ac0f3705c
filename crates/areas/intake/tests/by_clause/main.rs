//! Fixtures by clause (DA/T 70-2018): a good transfer package passes every automatic check; for each automatic check a
//! package is changed in one place so that exactly this check fails, and with the check switched off it passes.

mod clauses;
mod examples;
mod package;
mod test_cases;

use lantai_domain::{AccessionId, IdSource, Outcome, RandomIds, Stage, Verdict};
use lantai_intake::rules::{CheckRules, RuleFiles};
use lantai_intake::{Checked, IntakeRules, MajorFaults, Progress, ReceiveRequest, check};
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::OnceLock;

/// The day on which all packages are tested.
const TODAY: &str = "2026-03-01T00:00:00Z";

/// The rules of the program; reading the signatures of all formats takes a while, so it is done once.
pub fn builtin() -> IntakeRules {
    static RULES: OnceLock<IntakeRules> = OnceLock::new();
    RULES.get_or_init(|| IntakeRules::builtin().unwrap()).clone()
}

/// The rules under a profile.
pub fn under(profile: &str) -> IntakeRules {
    let files = RuleFiles {
        profile: Some(profile),
        ..RuleFiles::default()
    };
    builtin().with_checks(CheckRules::load(&files).unwrap())
}

/// Tests a package.
pub fn tested(rules: &IntakeRules, stage: Stage, path: &Path) -> Checked {
    let workspace = tempfile::tempdir().unwrap();
    let request = ReceiveRequest {
        path: path.to_path_buf(),
        name: "package".to_owned(),
        kind: None,
        catalogue: None,
        root: None,
        fonds: None,
        stage,
        majors: MajorFaults::Return,
        by: "admin".to_owned(),
        workspace: workspace.path().to_path_buf(),
    };
    let id = AccessionId::new(RandomIds.next());
    let now = TODAY.parse().unwrap();
    check(rules, &request, id, now, &RandomIds, &Progress::default()).unwrap()
}

/// Checks that failed or could not run.
pub fn failed(checked: &Checked) -> BTreeSet<String> {
    let failed = checked
        .checks
        .iter()
        .filter(|result| matches!(result.outcome, Outcome::Fail | Outcome::Error));
    failed.map(|result| result.check.clone()).collect()
}

/// Asserts that exactly these checks fail, that each fault says what was found and how to mend it, and that the
/// package passes as far as machines go once the checks are switched off.
pub fn assert_fails_exactly(what: &str, stage: Stage, path: &Path, expected: &[&str]) {
    assert_fails_exactly_under(what, "", stage, path, expected);
}

/// The same under a profile.
pub fn assert_fails_exactly_under(what: &str, profile: &str, stage: Stage, path: &Path, expected: &[&str]) {
    let checked = tested(&under(profile), stage, path);
    let expected: BTreeSet<String> = expected.iter().map(|&id| id.to_owned()).collect();
    assert_eq!(failed(&checked), expected, "{what}: {:#?}", checked.findings);
    for finding in checked.findings.iter().filter(|finding| expected.contains(&finding.check)) {
        assert!(finding.found.is_some(), "{what}: {finding:?} does not say what was found");
        assert!(finding.mend.is_some(), "{what}: {finding:?} does not say how to mend it");
    }
    let returns = checked.findings.iter().any(lantai_domain::Finding::returns_package);
    if returns {
        assert_eq!(checked.verdict, Verdict::Failed, "{what}");
    }
    let off: String = expected.iter().map(|id| format!("[[check]]\nid = '{id}'\nrun = false\n")).collect();
    let mut merged = profile.to_owned();
    for id in &expected {
        // a check of the profile's own is switched off in its place
        merged = merged.replace(&format!("id = '{id}'\n"), &format!("id = '{id}'\nrun = false\n"));
    }
    let profile = if merged == profile { format!("{profile}{off}") } else { merged };
    let without = tested(&under(&profile), stage, path);
    assert_eq!(failed(&without), BTreeSet::new(), "{what}, switched off: {:#?}", without.findings);
    assert_ne!(without.verdict, Verdict::Failed, "{what}, switched off");
}
