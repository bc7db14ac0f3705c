//! Receiving uploads in the background.

use crate::accession::Accession;
use crate::error::IntakeError;
use crate::progress::Progress;
use crate::receive::{IntakeRules, ReceiveRequest, fail, receive};
use crate::repository::AccessionRepository;
use crate::upload::{ReceiveUpload, Uploads};
use async_trait::async_trait;
use lantai_cataloguing::Holdings;
use lantai_database::{Job, JobFailure, JobHandler};
use lantai_domain::AccessionId;
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

/// Progress of the accessions under way in this process.
#[derive(Debug, Clone, Default)]
pub struct ProgressBoard(Arc<Mutex<HashMap<AccessionId, Arc<Progress>>>>);

impl ProgressBoard {
    /// The progress of an accession under way here.
    pub fn find(&self, id: AccessionId) -> Option<Arc<Progress>> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&id)
            .cloned()
    }

    fn begin(&self, id: AccessionId) -> Arc<Progress> {
        let progress = Arc::new(Progress::default());
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(id, Arc::clone(&progress));
        progress
    }

    fn end(&self, id: AccessionId) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&id);
    }
}

/// Does [`ReceiveUpload`].
pub struct ReceiveUploadHandler {
    /// The holdings.
    pub holdings: Holdings,
    /// The rules.
    pub rules: IntakeRules,
    /// The uploads.
    pub uploads: Uploads,
    /// Folder for what does not fit into memory.
    pub workspace: PathBuf,
    /// Where progress is told.
    pub board: ProgressBoard,
}

impl ReceiveUploadHandler {
    async fn receive(&self, id: AccessionId) -> Result<(), IntakeError> {
        let mut reader = self.holdings.database.read().await?;
        let found = AccessionRepository(reader.conn()).find(id).await?;
        drop(reader);
        let Some(accession) = found else { return Ok(()) };
        if accession.state.ended_at().is_some() {
            // done before a crash, the job only was not struck off
            return self.uploads.clear(id);
        }
        let request = match self.request(&accession) {
            Ok(request) => request,
            Err(error) => {
                fail(&self.holdings, accession, &error).await;
                return Err(error);
            }
        };
        let progress = self.board.begin(id);
        let received = receive(&self.holdings, &self.rules, accession, &request, &progress).await;
        self.board.end(id);
        received?;
        self.uploads.clear(id)
    }

    fn request(&self, accession: &Accession) -> Result<ReceiveRequest, IntakeError> {
        let fonds = accession.fonds.as_deref().map(str::parse).transpose();
        Ok(ReceiveRequest {
            path: self.uploads.package_root(accession.id)?,
            name: accession.name.clone(),
            kind: accession.kind,
            catalogue: None,
            root: None,
            fonds: fonds.map_err(|_| IntakeError::FondsMissing)?,
            stage: accession.stage,
            by: accession.received_by.clone(),
            workspace: self.workspace.clone(),
        })
    }
}

#[async_trait]
impl JobHandler for ReceiveUploadHandler {
    fn name(&self) -> &'static str {
        ReceiveUpload::NAME
    }

    async fn run(&self, payload: &str) -> Result<(), JobFailure> {
        let job: ReceiveUpload =
            serde_json::from_str(payload).map_err(|error| JobFailure::GiveUp(error.into()))?;
        self.receive(job.accession)
            .await
            .map_err(|error| match error.is_unfinished() {
                true => JobFailure::Retry(error.into()),
                // the accession is registered as failed and can be handed in again; the job itself is done with
                false => JobFailure::GiveUp(error.into()),
            })
    }
}

/// Puts accessions in order that a crash interrupted: an upload that was handed in is examined again by its job; what
/// the command line was receiving is forgotten, because nothing of it was accepted. Uploads of no accession go.
pub async fn recover(holdings: &Holdings, uploads: &Uploads) -> Result<(), IntakeError> {
    let mut reader = holdings.database.read().await?;
    let checking = AccessionRepository(reader.conn()).in_state("checking").await?;
    drop(reader);
    for accession in checking {
        if !uploads.package(accession.id).exists() {
            let mut work = holdings.database.begin_upkeep().await?;
            AccessionRepository(work.conn()).delete(accession.id).await?;
            work.commit().await?;
        }
    }
    for id in uploads.all()? {
        let mut reader = holdings.database.read().await?;
        let found = AccessionRepository(reader.conn()).find(id).await?;
        drop(reader);
        if found.is_none_or(|accession| accession.state.ended_at().is_some()) {
            uploads.clear(id)?;
        }
    }
    Ok(())
}
