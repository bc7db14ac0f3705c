//! In whose name changes are made: everything committed inside a scope tells the audit trail so.
//!
//! A request, a command and a job each open one around all of their work. So no change can forget its event: the unit of
//! work writes it, in the transaction of the change.

use crate::work::Purpose;
use lantai_domain::Clock;
use lantai_domain::audit::{AuditActor, AuditNote, EventClass};
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

tokio::task_local! {
    static SCOPE: AuditScope;
}

/// Which units of work inside a scope leave an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Covers {
    /// Every one: requests of people.
    Everything,
    /// Those that change archival state: commands and jobs, whose queue would drown the rest.
    Archival,
}

/// In whose name something is done, and what it is.
#[derive(Clone)]
pub struct AuditScope {
    note: Arc<AuditNote>,
    covers: Covers,
    clock: Arc<dyn Clock>,
    told: Arc<AtomicU64>,
}

impl fmt::Debug for AuditScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuditScope")
            .field("action", &self.note.action)
            .finish_non_exhaustive()
    }
}

impl AuditScope {
    /// A scope whose events are like `note`, each with the time of its own commit.
    pub fn new(note: AuditNote, covers: Covers, clock: Arc<dyn Clock>) -> Self {
        Self {
            note: Arc::new(note),
            covers,
            clock,
            told: Arc::default(),
        }
    }

    /// The scope of a job, done by the archive itself.
    pub fn of_job(name: &str, clock: Arc<dyn Clock>) -> Self {
        let note = AuditNote::new(EventClass::Change, name, clock.now()).by(AuditActor::system());
        Self::new(note, Covers::Archival, clock)
    }

    /// Does `work` inside this scope.
    pub async fn cover<T>(&self, work: impl Future<Output = T>) -> T {
        SCOPE.scope(self.clone(), work).await
    }

    /// How many events were written inside.
    pub fn events(&self) -> u64 {
        self.told.load(Ordering::SeqCst)
    }

    pub(crate) fn current() -> Option<Self> {
        SCOPE.try_with(Clone::clone).ok()
    }

    pub(crate) fn covers(&self, purpose: Purpose) -> bool {
        self.covers == Covers::Everything || purpose == Purpose::Archival
    }

    /// The event of this scope, as of now.
    pub(crate) fn note(&self) -> AuditNote {
        AuditNote {
            at: self.clock.now(),
            ..self.note.as_ref().clone()
        }
    }

    /// A note with what it left open: who, in which session, from where.
    pub(crate) fn complete(&self, note: AuditNote) -> AuditNote {
        AuditNote {
            actor: note.actor.or_else(|| self.note.actor.clone()),
            session: note.session.or_else(|| self.note.session.clone()),
            source_address: note.source_address.or_else(|| self.note.source_address.clone()),
            ..note
        }
    }

    pub(crate) fn told(&self, events: usize) {
        self.told
            .fetch_add(u64::try_from(events).unwrap_or(u64::MAX), Ordering::SeqCst);
    }
}
