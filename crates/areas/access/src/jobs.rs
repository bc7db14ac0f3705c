//! Follow-up work on the index.

use crate::catalogue_index::CatalogueIndex;
use async_trait::async_trait;
use lantai_cataloguing::{IndexAccession, IndexRecords};
use lantai_database::{Job, JobFailure, JobHandler};

/// Does [`IndexRecords`].
pub struct IndexRecordsHandler(pub CatalogueIndex);

#[async_trait]
impl JobHandler for IndexRecordsHandler {
    fn name(&self) -> &'static str {
        IndexRecords::NAME
    }

    async fn run(&self, payload: &str) -> Result<(), JobFailure> {
        let job: IndexRecords =
            serde_json::from_str(payload).map_err(|error| JobFailure::GiveUp(error.into()))?;
        self.0
            .update(&job.records)
            .await
            .map_err(|error| JobFailure::Retry(error.into()))
    }
}

/// Does [`IndexAccession`].
pub struct IndexAccessionHandler(pub CatalogueIndex);

#[async_trait]
impl JobHandler for IndexAccessionHandler {
    fn name(&self) -> &'static str {
        IndexAccession::NAME
    }

    async fn run(&self, payload: &str) -> Result<(), JobFailure> {
        let job: IndexAccession =
            serde_json::from_str(payload).map_err(|error| JobFailure::GiveUp(error.into()))?;
        let count = self
            .0
            .add_accession(job.accession)
            .await
            .map_err(|error| JobFailure::Retry(error.into()))?;
        tracing::info!(accession.id = %job.accession, record_count = count, "accession {} is in the index", job.accession);
        Ok(())
    }
}
