//! Telling the audit trail: many at once share one commit.

use super::error::AuditError;
use super::pseudonym::Pseudonyms;
use lantai_database::{Database, StoreError};
use lantai_domain::Clock;
use lantai_domain::audit::AuditNote;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::oneshot;

/// Events that may wait for the database at most; whoever comes then is sent away.
const MOST_WAITING: usize = 20_000;
/// Events of one commit.
const AT_ONCE: usize = 1_000;
/// How long an event may take until it is durable.
const PATIENCE: Duration = Duration::from_secs(15);

type Told = oneshot::Sender<Result<(), AuditError>>;

/// An event that waits to be written, and whoever waits for it.
type Waiting = (AuditNote, Option<Told>);

/// The audit trail of an archive. Cheap to clone; all clones share one queue.
#[derive(Clone)]
pub struct AuditTrail {
    /// Where it is kept.
    pub database: Database,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// How persons and addresses are written.
    pub pseudonyms: Arc<Pseudonyms>,
    /// Folder of the files beside the journal.
    pub folder: PathBuf,
    waiting: Arc<Mutex<Vec<Waiting>>>,
    committing: Arc<tokio::sync::Mutex<()>>,
    patience: Duration,
}

impl AuditTrail {
    /// The trail in a database.
    pub fn new(database: Database, clock: Arc<dyn Clock>, pseudonyms: Pseudonyms, folder: PathBuf) -> Self {
        Self {
            database,
            clock,
            pseudonyms: Arc::new(pseudonyms),
            folder,
            waiting: Arc::default(),
            committing: Arc::default(),
            patience: PATIENCE,
        }
    }

    /// Waits at most this long until an event is durable.
    pub fn with_patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// Tells of something; on return it is durable. Whoever tells at the same time shares the commit.
    pub async fn tell(&self, note: AuditNote) -> Result<(), AuditError> {
        let (told, durable) = oneshot::channel();
        self.queue(note, Some(told))?;
        self.start();
        match tokio::time::timeout(self.patience, durable).await {
            Ok(Ok(result)) => result,
            Ok(Err(_)) | Err(_) => Err(AuditError::Unwritable(None)),
        }
    }

    /// Tells of something that need not be durable before the answer: refusals, and what was open to be seen anyway.
    /// It becomes durable with the next commit.
    pub fn tell_soon(&self, note: AuditNote) {
        if let Err(error) = self.queue(note, None) {
            tracing::error!(error.code = error.code(), "an event of the audit trail was lost");
            return;
        }
        self.start();
    }

    /// Waits until everything that was told before is durable.
    pub async fn settle(&self) -> Result<(), AuditError> {
        commit_all(self.clone()).await
    }

    fn queue(&self, note: AuditNote, told: Option<Told>) -> Result<(), AuditError> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.len() >= MOST_WAITING {
            return Err(AuditError::Overrun);
        }
        waiting.push((note, told));
        Ok(())
    }

    /// The commit goes on even when whoever asked for it has gone: others share it.
    fn start(&self) {
        let trail = self.clone();
        tokio::spawn(async move {
            if let Err(error) = commit_all(trail).await {
                tracing::error!(error.code = error.code(), error = ?error, "the audit trail cannot be written");
            }
        });
    }

    fn take(&self) -> Vec<(AuditNote, Option<Told>)> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let count = waiting.len().min(AT_ONCE);
        waiting.drain(..count).collect()
    }

    async fn write(&self, notes: Vec<AuditNote>) -> Result<(), StoreError> {
        let mut work = self.database.begin_upkeep().await?;
        for note in notes {
            work.note(note);
        }
        work.commit().await
    }
}

/// While one commit is under way, others queue; the next one takes all of them along.
async fn commit_all(trail: AuditTrail) -> Result<(), AuditError> {
    let _turn = trail.committing.lock().await;
    let mut first_failure = Ok(());
    loop {
        let batch = trail.take();
        if batch.is_empty() {
            return first_failure;
        }
        let (notes, waiting): (Vec<_>, Vec<_>) = batch.into_iter().unzip();
        let written = trail.write(notes).await;
        for told in waiting.into_iter().flatten() {
            // whoever waited may have gone
            let _ = told.send(match &written {
                Ok(()) => Ok(()),
                Err(_) => Err(AuditError::Unwritable(None)),
            });
        }
        if let Err(error) = written {
            first_failure = Err(AuditError::Unwritable(Some(error)));
        }
    }
}
