//! Receiving packages from watched folders.

use super::{ProgressBoard, fail_lost, parts_sealed, tell_unregistered};
use crate::accession::Accession;
use crate::error::IntakeError;
use crate::intake_rules::IntakeRules;
use crate::receive::{ReceiveRequest, fail, receive};
use crate::repository::AccessionRepository;
use crate::watch::{ReceiveWatched, move_away};
use async_trait::async_trait;
use lantai_cataloguing::Holdings;
use lantai_database::{Job, JobFailure, JobHandler};
use lantai_domain::AccessionId;
use std::path::PathBuf;

/// Does [`ReceiveWatched`].
pub struct ReceiveWatchedHandler {
    /// The holdings.
    pub holdings: Holdings,
    /// The rules.
    pub rules: IntakeRules,
    /// Folder for what does not fit into memory.
    pub workspace: PathBuf,
    /// Where progress is told.
    pub board: ProgressBoard,
}

impl ReceiveWatchedHandler {
    async fn receive(&self, id: AccessionId) -> Result<(), IntakeError> {
        let mut reader = self.holdings.database.read().await?;
        let found = AccessionRepository(reader.conn()).find(id).await?;
        let source = AccessionRepository(reader.conn()).source_of(id).await?;
        drop(reader);
        let (Some(accession), Some(source)) = (found, source) else {
            return Ok(());
        };
        if !accession.state.can_go_on() {
            // done before a crash: it only was not moved, or waits for a person
            return move_away(&self.holdings, &accession).await;
        }
        let path = PathBuf::from(source);
        if !path.exists() {
            let error = IntakeError::NothingThere { path };
            fail(&self.holdings, accession, &error).await;
            return Err(error);
        }
        let request = self.request(&accession, path)?;
        let progress = self.board.begin(id);
        let received = receive(&self.holdings, &self.rules, accession, &request, &progress).await;
        self.board.end(id);
        match received {
            Ok(received) => move_away(&self.holdings, &received.accession).await,
            // it stays where it lies: the next attempt goes on with it
            Err(error) if error.is_unfinished() || error.may_pass() => Err(error),
            Err(error) => {
                self.move_failed(id).await?;
                Err(error)
            }
        }
    }

    async fn move_failed(&self, id: AccessionId) -> Result<(), IntakeError> {
        let mut reader = self.holdings.database.read().await?;
        let found = AccessionRepository(reader.conn()).find(id).await?;
        drop(reader);
        match found {
            Some(accession) => move_away(&self.holdings, &accession).await,
            None => Ok(()),
        }
    }

    fn request(&self, accession: &Accession, path: PathBuf) -> Result<ReceiveRequest, IntakeError> {
        let fonds = accession.fonds.as_deref().map(str::parse).transpose();
        Ok(ReceiveRequest {
            path,
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
impl JobHandler for ReceiveWatchedHandler {
    fn name(&self) -> &'static str {
        ReceiveWatched::NAME
    }

    async fn run(&self, payload: &str) -> Result<(), JobFailure> {
        let job: ReceiveWatched =
            serde_json::from_str(payload).map_err(|error| JobFailure::GiveUp(error.into()))?;
        self.receive(job.accession)
            .await
            .map_err(|error| match error.is_unfinished() || error.may_pass() {
                true => JobFailure::Retry(error.into()),
                // the accession is registered as failed, and the package lies where a person finds it
                false => JobFailure::GiveUp(error.into()),
            })
    }

    async fn progress(&self, payload: &str) -> Result<i64, JobFailure> {
        let job: ReceiveWatched =
            serde_json::from_str(payload).map_err(|error| JobFailure::GiveUp(error.into()))?;
        parts_sealed(&self.holdings, job.accession).await
    }

    async fn workers_lost(&self, payload: &str, failure: &JobFailure) {
        let Ok(job) = serde_json::from_str::<ReceiveWatched>(payload) else {
            return;
        };
        let failed = fail_lost(&self.holdings, job.accession, failure).await;
        tell_unregistered(job.accession, failed);
        tell_unregistered(job.accession, self.move_failed(job.accession).await);
    }
}
