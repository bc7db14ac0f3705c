//! Looking at a package without taking it in: its checks, or the digest that a receipt names. Needs no archive.

use crate::error::IntakeError;
use crate::intake_rules::IntakeRules;
use crate::listing::PackageDigest;
use crate::progress::{Progress, ProgressStage};
use crate::quarantine::Quarantine;
use crate::receive::{Kit, Outcome, ReceiveRequest, year_of};
use crate::submission::{Opening, SubmissionKind};
use crate::tally::CheckResult;
use jiff::Timestamp;
use lantai_domain::{AccessionId, Finding, Verdict};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What checking a package without taking it in came to.
#[derive(Debug, Clone)]
pub struct Checked {
    /// Kind of the package; `None` where it could not be told.
    pub kind: Option<SubmissionKind>,
    /// Records in it.
    pub items: u64,
    /// Content files in it.
    pub files: u64,
    /// Bytes of content.
    pub bytes: u64,
    /// The verdict.
    pub verdict: Verdict,
    /// The findings, as far as they are kept.
    pub findings: Vec<Finding>,
    /// What each check came to.
    pub checks: Vec<CheckResult>,
}

/// Checks a package without taking it in; needs no archive. Codes are compared inside the package only.
pub fn check(
    rules: &IntakeRules,
    request: &ReceiveRequest,
    id: AccessionId,
    now: Timestamp,
    ids: &dyn lantai_domain::IdSource,
    progress: &Progress,
) -> Result<Checked, IntakeError> {
    let outcome = look_at(rules, request, id, now, ids, progress, false)?;
    progress.enter(ProgressStage::Done);
    let (items, files, bytes) = outcome.examined.as_ref().map_or((0, 0, 0), |examined| {
        (examined.items, examined.files, examined.bytes)
    });
    Ok(Checked {
        kind: outcome.kind,
        items,
        files,
        bytes,
        verdict: outcome.tally.verdict(),
        checks: outcome.tally.results(),
        findings: outcome.tally.into_findings(),
    })
}

/// The digest of a package as its receipt names it; needs no archive. `None`: nothing of it can be read.
pub fn package_digest(
    rules: &IntakeRules,
    request: &ReceiveRequest,
    id: AccessionId,
    now: Timestamp,
    ids: &dyn lantai_domain::IdSource,
) -> Result<Option<PackageDigest>, IntakeError> {
    let outcome = look_at(rules, request, id, now, ids, &Progress::default(), true)?;
    Ok(outcome.package)
}

fn look_at(
    rules: &IntakeRules,
    request: &ReceiveRequest,
    id: AccessionId,
    now: Timestamp,
    ids: &dyn lantai_domain::IdSource,
    progress: &Progress,
    lists: bool,
) -> Result<Outcome, IntakeError> {
    let quarantine = Quarantine::of(request, id);
    let opening = Opening {
        path: request.path.clone(),
        kind: request.kind,
        catalogue: request.catalogue.clone(),
        root: request.root.clone(),
        fonds: request.fonds.clone(),
        year: i32::from(year_of(now)),
        next_numbers: BTreeMap::new(),
        bag_profiles: rules.bag_profiles.clone(),
        limits: Arc::clone(&rules.checks().limits),
        attach: Some(rules.attach_kit()),
        quarantine: quarantine.folder().to_path_buf(),
        verification: rules.verification(now),
    };
    let kit = Kit {
        rules,
        request,
        now,
        progress,
        taken: &|_| Ok(Vec::new()),
        decision_on: None,
        lists,
    };
    kit.examine(id, &opening, None, ids)
}
