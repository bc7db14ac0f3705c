//! Receiving uploads in the background.

use super::{ProgressBoard, fail_lost, parts_sealed, tell_unregistered};
use crate::accession::Accession;
use crate::error::IntakeError;
use crate::intake_rules::IntakeRules;
use crate::receive::{ReceiveRequest, fail, receive};
use crate::repository::AccessionRepository;
use crate::upload::{ReceiveUpload, Uploads};
use async_trait::async_trait;
use lantai_cataloguing::Holdings;
use lantai_database::{Job, JobFailure, JobHandler};
use lantai_domain::AccessionId;
use std::path::PathBuf;

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
        if !accession.state.can_go_on() {
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
        // what waits for a person is staged: the upload itself is not needed any more
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
            majors: accession.majors,
            by: accession.received_by.clone(),
            environment: None,
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
            .map_err(|error| match error.is_unfinished() || error.may_pass() {
                true => JobFailure::Retry(error.into()),
                // the accession is registered as failed and can be handed in again; the job itself is done with
                false => JobFailure::GiveUp(error.into()),
            })
    }

    async fn progress(&self, payload: &str) -> Result<i64, JobFailure> {
        let job: ReceiveUpload =
            serde_json::from_str(payload).map_err(|error| JobFailure::GiveUp(error.into()))?;
        parts_sealed(&self.holdings, job.accession).await
    }

    async fn workers_lost(&self, payload: &str, failure: &JobFailure) {
        let Ok(job) = serde_json::from_str::<ReceiveUpload>(payload) else {
            return;
        };
        let failed = fail_lost(&self.holdings, job.accession, failure).await;
        tell_unregistered(job.accession, failed);
    }
}
