//! Packages of others. Read in place; where they are not there the test says so and ends.

use crate::{builtin, failed, tested};
use lantai_domain::{Outcome, Stage, Verdict};
use std::path::PathBuf;

/// The worked example of a transfer package, which lies beside the corpus.
fn example() -> Option<PathBuf> {
    let corpus = lantai_testkit::corpus("")?;
    let examples = corpus.parent()?.join("domain/examples");
    let path = examples.join("transfer-min/Z001-20260115-0001");
    if path.is_dir() {
        return Some(path);
    }
    eprintln!("skipped: there are no worked examples at {}", examples.display());
    None
}

#[test]
fn the_worked_example_passes_all_that_a_machine_can_test() {
    let Some(path) = example() else { return };
    let checked = tested(&builtin(), Stage::Transfer, &path);
    assert!(failed(&checked).is_empty(), "{:#?}", checked.findings);
    assert_eq!(checked.verdict, Verdict::Manual);
    let open: Vec<&str> = checked
        .checks
        .iter()
        .filter(|result| !matches!(result.outcome, Outcome::Pass | Outcome::NotApplicable))
        .map(|result| result.check.as_str())
        .collect();
    assert_eq!(open, ["S-1.1", "S-3.1"], "{:#?}", checked.findings);
}

#[test]
fn the_demonstration_archive_is_filed_without_a_fault_that_returns_it() {
    let Some(path) = lantai_testkit::corpus("demo-archive") else {
        return;
    };
    let checked = tested(&builtin(), Stage::Filing, &path);
    let returns: Vec<_> = checked
        .findings
        .iter()
        .filter(|finding| finding.returns_package())
        .collect();
    assert!(returns.is_empty(), "{returns:#?}");
    assert_eq!((checked.verdict, checked.items), (Verdict::Passed, 298));
}
