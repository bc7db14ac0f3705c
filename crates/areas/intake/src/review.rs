//! Deciding what no machine can: a named person answers each question, and with the last answer the accession ends.

use crate::accession::AccessionState;
use crate::attach::UnattachedState;
use crate::error::IntakeError;
use crate::repository::AccessionRepository;
use crate::repository::tasks::TaskRepository;
use crate::repository::unattached::UnattachedRepository;
use crate::tasks::{ReviewTask, TaskDecision, TaskKind};
use lantai_cataloguing::Holdings;
use lantai_database::{Job, NewJob};
use lantai_domain::{AccessionId, JobId};
use serde::{Deserialize, Serialize};

/// Work that ends an accession whose questions are all decided.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ConcludeAccession {
    /// Which.
    pub accession: AccessionId,
}

impl Job for ConcludeAccession {
    const NAME: &'static str = "intake.conclude_accession";
}

/// An answer to one question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Number of the question.
    pub number: u32,
    /// Whether the check is passed, or the fault accepted.
    pub passed: bool,
    /// The reason, or what was looked at.
    pub note: String,
}

/// Takes a person's answer. With the last one the accession is ended in the background: accepted where every answer
/// is yes, returned otherwise. Answer and job are one transaction.
pub async fn decide(
    holdings: &Holdings,
    id: AccessionId,
    answer: &Answer,
    by: &str,
) -> Result<ReviewTask, IntakeError> {
    let mut work = holdings.database.begin_upkeep().await?;
    let found = AccessionRepository(work.conn()).find_locked(id).await?;
    let accession = found.ok_or(IntakeError::NotFound)?;
    if !matches!(accession.state, AccessionState::PendingReview { .. }) {
        return Err(IntakeError::WrongState {
            state: accession.state.name(),
            wanted: "decided on",
        });
    }
    let mut tasks = TaskRepository(work.conn()).of(id).await?;
    let task = tasks.iter_mut().find(|task| task.number == answer.number);
    let task = task.ok_or(IntakeError::NotFound)?;
    if task.kind == TaskKind::Attachment && answer.passed {
        let counts = UnattachedRepository(work.conn()).counts(id).await?;
        let open = counts
            .iter()
            .find(|(state, _)| state == UnattachedState::Open.name());
        if let Some((_, count)) = open {
            return Err(IntakeError::ExceptionsOpen { count: *count });
        }
    }
    task.decide(TaskDecision {
        passed: answer.passed,
        note: answer.note.clone(),
        by: by.to_owned(),
        at: holdings.clock.now(),
    })?;
    let decided = task.clone();
    if !TaskRepository(work.conn()).decide(id, &decided).await? {
        return Err(IntakeError::TaskDecided);
    }
    if tasks.iter().all(|task| task.decision.is_some()) {
        let job = NewJob::new(
            JobId::new(holdings.ids.next()),
            &ConcludeAccession { accession: id },
        )?;
        work.enqueue(job.once(&id.to_string())).await?;
    }
    work.commit().await?;
    Ok(decided)
}
