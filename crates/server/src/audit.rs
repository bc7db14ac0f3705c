//! The audit trail of an archive: its key, its anchors in the journal, its alerts, what commands tell it.

use crate::archive::{Archive, Places};
use crate::error::ArchiveError;
use crate::initialise::write_private;
use async_trait::async_trait;
use aws_lc_rs::rand;
use lantai_database::Database;
use lantai_identity::audit::{self, AddressForm, AuditError, AuditProblem, Pseudonyms};
use lantai_preservation::{AuditProof, AuditStream, PreservationError, Problem};
use std::fmt::Write;
use std::path::Path;
use std::time::Duration;

/// How often alerts are looked for, and whether the journal is to be told.
const PAUSE: Duration = Duration::from_secs(5);

/// Keyed hashes with the key in a file; it is made where there is none yet.
pub(crate) fn pseudonyms(path: &Path, addresses: AddressForm) -> Result<Pseudonyms, ArchiveError> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let mut key = [0_u8; 32];
            rand::fill(&mut key).map_err(|_| ArchiveError::Random)?;
            let mut text = String::with_capacity(65);
            for byte in key {
                // writing into a text does not fail
                let _ = write!(text, "{byte:02x}");
            }
            text.push('\n');
            write_private(path, &text)?;
            text
        }
        Err(source) => return Err(ArchiveError::disk("read", path, source)),
    };
    Ok(Pseudonyms::from_text(&text, addresses)?)
}

/// Something wrong with the trail, as verifications tell it.
fn problem(problem: AuditProblem) -> Problem {
    Problem {
        kind: problem.kind.to_owned(),
        place: format!("audit event {}", problem.seq),
        expected: Some(problem.expected),
        found: Some(problem.found),
    }
}

/// Events of the trail, and what is wrong with it in the database or in its files beside the journal.
pub(crate) async fn proof(database: &Database, places: &Places) -> Result<AuditProof, AuditError> {
    let report = audit::verify(database).await?;
    let files = audit::verify_files(database, &places.audit()).await?;
    let problems = report.problems.into_iter().chain(files);
    Ok(AuditProof {
        events: report.events,
        problems: problems.map(problem).collect(),
    })
}

/// The trail, as whoever tests an archive has it proved (check S-4.4).
pub(crate) struct TrailOf<'a> {
    pub database: &'a Database,
    pub places: &'a Places,
}

#[async_trait]
impl AuditStream for TrailOf<'_> {
    async fn prove(&self) -> Result<AuditProof, PreservationError> {
        let proof = proof(self.database, self.places).await;
        proof.map_err(|error| PreservationError::Audit(Box::new(error)))
    }
}

impl Archive {
    /// Looks for alerts and tells the journal where the audit trail stands, if that is due.
    pub async fn look_after_audit(&self) -> Result<(), ArchiveError> {
        let holdings = &self.holdings;
        audit::look_for_alerts(&holdings.database, &self.alerts, &*holdings.ids).await?;
        if audit::anchor_if_due(&self.audit).await? {
            holdings.publish().await?;
        }
        Ok(())
    }

    /// Looks after the audit trail again and again until `stop` resolves.
    pub async fn keep_audit(&self, stop: impl Future<Output = ()>) {
        tokio::pin!(stop);
        loop {
            if let Err(error) = self.look_after_audit().await {
                tracing::error!(error = %error, "the audit trail could not be looked after");
            }
            tokio::select! {
                () = &mut stop => return,
                () = tokio::time::sleep(PAUSE) => {}
            }
        }
    }

    /// At a clean stop: everything told is durable, and the journal knows where the trail stands.
    pub async fn rest(&self) -> Result<(), ArchiveError> {
        self.audit.settle().await?;
        if audit::anchor(&self.audit).await? {
            self.holdings.publish().await?;
        }
        Ok(())
    }
}
