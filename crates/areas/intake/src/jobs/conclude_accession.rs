//! Ending accessions whose questions are all decided.

use crate::intake_rules::IntakeRules;
use crate::review::ConcludeAccession;
use crate::reviewed::conclude_reviewed;
use crate::watch::move_away;
use async_trait::async_trait;
use lantai_cataloguing::Holdings;
use lantai_database::{Job, JobFailure, JobHandler};
use std::path::PathBuf;

/// Does [`ConcludeAccession`].
pub struct ConcludeAccessionHandler {
    /// The holdings.
    pub holdings: Holdings,
    /// The rules.
    pub rules: IntakeRules,
    /// Folder for what does not fit into memory.
    pub workspace: PathBuf,
}

#[async_trait]
impl JobHandler for ConcludeAccessionHandler {
    fn name(&self) -> &'static str {
        ConcludeAccession::NAME
    }

    async fn run(&self, payload: &str) -> Result<(), JobFailure> {
        let job: ConcludeAccession =
            serde_json::from_str(payload).map_err(|error| JobFailure::GiveUp(error.into()))?;
        let concluded = conclude_reviewed(&self.holdings, &self.rules, &self.workspace, job.accession).await;
        // the accession waits on until it has ended, whatever fails here
        let concluded = concluded.map_err(|error| JobFailure::Retry(error.into()))?;
        if let Some(received) = concluded {
            let moved = move_away(&self.holdings, &received.accession).await;
            moved.map_err(|error| JobFailure::Retry(error.into()))?;
        }
        Ok(())
    }
}
