//! Corrections: what a corrected package mended of the faults for which the one before was returned.

use crate::accession::Accession;
use crate::error::IntakeError;
use crate::repository::AccessionRepository;
use lantai_cataloguing::Holdings;
use lantai_domain::{AccessionId, Finding};
use std::collections::BTreeMap;

/// Most attempts of a chain; a longer one is shown from its newest end.
const LONGEST_CHAIN: usize = 100;

/// What became of a fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Change {
    /// It is there no more.
    Mended,
    /// It is there still.
    StillThere,
    /// It was not there before.
    New,
}

/// The faults of two attempts, compared.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Comparison {
    /// Every fault of either attempt: those that are mended first, then those still there, then new ones.
    pub faults: Vec<(Change, Finding)>,
}

impl Comparison {
    /// How many faults changed so.
    pub fn count(&self, change: Change) -> u64 {
        self.faults.iter().filter(|(kind, _)| *kind == change).count() as u64
    }
}

/// What makes a fault the same one: check, code, record, file and element; not what was found there.
fn key(finding: &Finding) -> [Option<&str>; 5] {
    [
        Some(finding.check.as_str()),
        Some(finding.code.as_str()),
        finding.record.as_deref(),
        finding.file.as_deref(),
        finding.element.as_deref(),
    ]
}

/// Compares the faults of an attempt with those of the one before it.
pub fn compare(before: &[Finding], after: &[Finding]) -> Comparison {
    let mut left: BTreeMap<_, Vec<&Finding>> = BTreeMap::new();
    for finding in before {
        left.entry(key(finding)).or_default().push(finding);
    }
    let mut faults = Vec::new();
    for finding in after {
        let known = left.get_mut(&key(finding)).and_then(Vec::pop);
        let change = if known.is_some() {
            Change::StillThere
        } else {
            Change::New
        };
        faults.push((change, finding.clone()));
    }
    let mended = left.into_values().flatten();
    faults.extend(mended.map(|finding| (Change::Mended, finding.clone())));
    faults.sort_by_key(|(change, _)| *change);
    Comparison { faults }
}

/// All attempts that belong together, oldest first, this one among them: those that it corrects, one after another,
/// and those that correct it.
pub async fn attempts(holdings: &Holdings, accession: &Accession) -> Result<Vec<Accession>, IntakeError> {
    let mut reader = holdings.database.read().await?;
    let mut chain = vec![accession.clone()];
    while let Some(corrected) = chain[0].corrects
        && chain.len() < LONGEST_CHAIN
    {
        let Some(before) = AccessionRepository(reader.conn()).find(corrected).await? else {
            break;
        };
        chain.insert(0, before);
    }
    let mut open = vec![accession.id];
    while let Some(id) = open.pop()
        && chain.len() < LONGEST_CHAIN
    {
        for later in AccessionRepository(reader.conn()).corrections_of(id).await? {
            open.push(later.id);
            chain.push(later);
        }
    }
    chain.sort_by_key(|attempt| attempt.id);
    Ok(chain)
}

/// What this attempt changed against the one that it corrects. `None`: it corrects none.
pub async fn changes(
    holdings: &Holdings,
    accession: &Accession,
) -> Result<Option<(AccessionId, Comparison)>, IntakeError> {
    let Some(before) = accession.corrects else {
        return Ok(None);
    };
    let mut reader = holdings.database.read().await?;
    let all = |findings: Vec<(i64, Finding)>| -> Vec<Finding> {
        findings.into_iter().map(|(_, finding)| finding).collect()
    };
    let earlier = AccessionRepository(reader.conn())
        .findings(before, None, 0, u32::MAX)
        .await?;
    let later = AccessionRepository(reader.conn())
        .findings(accession.id, None, 0, u32::MAX)
        .await?;
    Ok(Some((before, compare(&all(earlier), &all(later)))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use lantai_domain::{Outcome, Severity};

    fn fault(code: &str, record: &str, found: &str) -> Finding {
        Finding::new("A-4.1", Severity::Blocker, Outcome::Fail, code)
            .record(record)
            .found(found)
    }

    #[test]
    fn faults_are_mended_stay_or_come() {
        let before = [
            fault("intake.file_missing", "1", "nothing"),
            fault("intake.file_missing", "2", "nothing"),
            fault("intake.file_unreadable", "3", "empty"),
        ];
        let after = [
            fault("intake.file_unreadable", "3", "encrypted"),
            fault("intake.extra_file", "4", "x"),
        ];
        let compared = compare(&before, &after);
        let counts = [Change::Mended, Change::StillThere, Change::New].map(|change| compared.count(change));
        assert_eq!(counts, [2, 1, 1]);
        assert_eq!(compared.faults[2].1.found.as_deref(), Some("encrypted"));
        assert_eq!(compare(&before, &[]).count(Change::Mended), 3);
    }

    #[test]
    fn the_same_fault_twice_is_two_faults() {
        let twice = [
            fault("intake.extra_file", "1", "a"),
            fault("intake.extra_file", "1", "b"),
        ];
        let compared = compare(&twice, &twice[..1]);
        assert_eq!(
            (compared.count(Change::StillThere), compared.count(Change::Mended)),
            (1, 1)
        );
    }
}
