//! The report of an accession, out of what the catalogue keeps of it.

use super::{ReportData, Test, TestedPackage, Tool};
use crate::accession::{Accession, AccessionState};
use crate::error::IntakeError;
use crate::repository::AccessionRepository;
use crate::repository::tasks::TaskRepository;
use crate::rules::CheckRules;
use lantai_cataloguing::Holdings;
use lantai_domain::Verdict;

/// The report of an accession whose package was tested, with what persons decided so far. `heading` is the name of the
/// archives.
///
/// # Errors
/// [`IntakeError::NotEnded`] where the package was not tested yet.
pub async fn of_accession(
    holdings: &Holdings,
    accession: &Accession,
    rules: &CheckRules,
    heading: &str,
) -> Result<ReportData, IntakeError> {
    let (verdict, finished) = match accession.state {
        AccessionState::Accepted { at } => (Verdict::Passed, at),
        AccessionState::Returned { at } => (Verdict::Failed, at),
        AccessionState::PendingReview { since } => (Verdict::Manual, since),
        ref other => return Err(IntakeError::NotEnded { state: other.name() }),
    };
    let mut reader = holdings.database.read().await?;
    let findings = AccessionRepository(reader.conn())
        .findings(accession.id, None, 0, u32::MAX)
        .await?;
    let decisions = TaskRepository(reader.conn()).of(accession.id).await?;
    drop(reader);
    let findings: Vec<_> = findings.into_iter().map(|(_, finding)| finding).collect();
    let report = ReportData::new(&Test {
        report_id: accession.id.to_string(),
        heading,
        stage: accession.stage,
        package: TestedPackage {
            name: accession.name.clone(),
            kind: accession.kind,
            items: accession.items,
            files: accession.files,
            bytes: accession.bytes,
        },
        rules,
        time: (accession.received_at, finished),
        tool: Tool::this(),
        operator: &accession.received_by,
        verdict,
        checks: &accession.checks,
        findings: &findings,
        decisions: &decisions,
    });
    Ok(match &accession.rules {
        // the rules may have changed since
        Some(version) => ReportData {
            rules_version: version.clone(),
            ..report
        },
        None => report,
    })
}
