//! Signatures, seals and timestamps of what comes in (check A-1.1), judged by whom the archive trusts at the moment of
//! the test.
//!
//! ```text
//! PDF, OFD ─ child process finds ─▶ SignedParts ─┐
//! EEP ─ canonical form of the signed part ───────┴▶ Verification ─▶ Judged ─▶ findings
//! ```

mod document;
mod package;
mod trust;

pub use trust::load_trust;

use jiff::Timestamp;
use lantai_domain::Finding;
use lantai_signatures::{Gravity, Judge, Problem, ProblemKind, Report, TrustStore};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Whom the archive trusts, and the moment of the test.
#[derive(Debug, Clone, Default)]
pub struct Verification {
    /// Whom it trusts.
    pub trust: Arc<TrustStore>,
    /// The moment.
    pub now: Timestamp,
}

/// A signature that was judged.
#[derive(Debug, Clone)]
pub(crate) struct JudgedSignature {
    /// Where it is: a field, a member, a line; empty where there is only one place.
    pub place: String,
    /// What was found.
    pub report: Report,
}

impl Verification {
    fn judge(&self) -> Judge<'_> {
        Judge {
            trust: &self.trust,
            now: self.now,
        }
    }
}

impl JudgedSignature {
    /// What is said of it, one kind of problem after the other: which, whether it is certain, and what was found.
    pub fn problems(&self) -> Vec<(ProblemKind, Gravity, String)> {
        let mut kinds: BTreeMap<ProblemKind, Vec<&Problem>> = BTreeMap::new();
        for problem in self.report.deciding() {
            kinds.entry(problem.kind).or_default().push(problem);
        }
        let told = kinds.into_iter().map(|(kind, problems)| {
            let details: Vec<&str> = problems.iter().map(|problem| problem.detail.as_str()).collect();
            let details = details.join("; ");
            let found = if self.place.is_empty() {
                details
            } else {
                format!("{}: {details}", self.place)
            };
            (kind, kind.gravity(), found)
        });
        told.collect()
    }
}

/// Fills a finding about a problem.
pub(crate) fn filled(finding: Finding, kind: ProblemKind, found: &str) -> Finding {
    finding
        .element("electronic_signature")
        .expected(kind.expected())
        .found(found)
        .mend(kind.mend())
}

#[cfg(test)]
mod tests;
