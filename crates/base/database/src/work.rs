//! The one door for change: rows, journal entries and follow-up jobs in one transaction.

use crate::audit_rows::AuditRows;
use crate::audit_scope::AuditScope;
use crate::engine::{Conn, Database};
use crate::error::StoreError;
use crate::jobs::{Jobs, NewJob};
use crate::journal_rows::JournalRows;
use lantai_domain::JournalEntry;
use lantai_domain::audit::{AUDIT_OBJECT, AuditNote, AuditObject};
use sqlx::{Postgres, Sqlite, Transaction};

/// What a unit of work is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Changes archival state: at least one fact must be named.
    Archival,
    /// Accounts, sessions, jobs, progress: nothing the journal keeps.
    Upkeep,
}

/// Facts are handed to the engine in groups, so that memory stays flat however many a change has.
const FACTS_AT_ONCE: usize = 500;

#[derive(Debug)]
enum Tx {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

/// One transaction. Dropped without [`UnitOfWork::commit`], nothing happened.
#[derive(Debug)]
pub struct UnitOfWork {
    tx: Tx,
    purpose: Purpose,
    waiting: Vec<JournalEntry>,
    facts: u64,
    /// The first fact: what the event of the audit trail names.
    first: Option<JournalEntry>,
    notes: Vec<AuditNote>,
    is_audited: bool,
    /// In whose name it was begun; whoever commits it may be another task.
    scope: Option<AuditScope>,
}

impl UnitOfWork {
    pub(crate) async fn begin(database: &Database, purpose: Purpose) -> Result<Self, StoreError> {
        let tx = match database {
            // IMMEDIATE takes the writer's lock at once: no deadlock between two that first read, then write
            Database::Sqlite { write, .. } => Tx::Sqlite(write.begin_with("BEGIN IMMEDIATE").await?),
            Database::Postgres(pool) => Tx::Postgres(pool.begin().await?),
        };
        Ok(Self {
            tx,
            purpose,
            waiting: Vec::new(),
            facts: 0,
            first: None,
            notes: Vec::new(),
            is_audited: true,
            scope: AuditScope::current(),
        })
    }

    /// The connection inside the transaction, to be handed to a repository.
    pub fn conn(&mut self) -> Conn<'_> {
        match &mut self.tx {
            Tx::Sqlite(tx) => Conn::Sqlite(tx),
            Tx::Postgres(tx) => Conn::Postgres(tx),
        }
    }

    /// Names a fact of this change for the journal. Facts keep their order.
    pub async fn record(&mut self, entry: JournalEntry) -> Result<(), StoreError> {
        if self.first.is_none() {
            self.first = Some(entry.clone());
        }
        self.waiting.push(entry);
        self.facts += 1;
        if self.waiting.len() >= FACTS_AT_ONCE {
            self.flush().await?;
        }
        Ok(())
    }

    /// Tells the audit trail of something that this change is or does; written with it, or neither is. It takes the
    /// place of the event that the surrounding request would write by itself.
    pub fn note(&mut self, note: AuditNote) {
        self.notes.push(note);
    }

    /// This unit is the audit trail's own upkeep, or a heartbeat: it leaves no event of its own.
    pub fn unaudited(mut self) -> Self {
        self.is_audited = false;
        self
    }

    /// Adds follow-up work that starts only if this change commits.
    pub async fn enqueue(&mut self, job: NewJob) -> Result<(), StoreError> {
        Jobs(self.conn()).enqueue(&job).await
    }

    async fn flush(&mut self) -> Result<(), StoreError> {
        let entries = std::mem::take(&mut self.waiting);
        if entries.is_empty() {
            return Ok(());
        }
        JournalRows(self.conn()).append(&entries).await
    }

    /// What this unit tells the audit trail: what it noted, or else what the surrounding request says of it.
    async fn events(&mut self, scope: Option<&AuditScope>) -> Result<Vec<AuditNote>, StoreError> {
        let noted = std::mem::take(&mut self.notes);
        if !noted.is_empty() {
            return Ok(match scope {
                Some(scope) => noted.into_iter().map(|note| scope.complete(note)).collect(),
                None => noted,
            });
        }
        let Some(scope) = scope.filter(|scope| self.is_audited && scope.covers(self.purpose)) else {
            return Ok(Vec::new());
        };
        let mut note = scope.note();
        if let Some(fact) = self.first.take().filter(|fact| fact.object != AUDIT_OBJECT) {
            if self.facts == 1 && fact.inventory.is_some() {
                note.before_digest = JournalRows(self.conn()).inventory_of(&fact.object).await?;
            }
            note.object = note.object.or(Some(AuditObject::new("object", fact.object)));
            note.after_digest = fact.inventory;
            note.basis = note.basis.or(fact.rules);
            note.count = (self.facts > 1).then_some(self.facts);
        }
        Ok(vec![note])
    }

    /// Makes the change durable, and with it what the audit trail is told of it. An archival change without a fact is
    /// refused and undone; so is a change of which the audit trail cannot be told.
    pub async fn commit(mut self) -> Result<(), StoreError> {
        if self.purpose == Purpose::Archival && self.facts == 0 {
            return Err(StoreError::NoFact);
        }
        let scope = self.scope.clone();
        let events = self.events(scope.as_ref()).await?;
        self.flush().await?;
        // after the journal's head, always in this order: two writers cannot wait for each other
        let written = events.len();
        if written > 0 {
            let appended = AuditRows(self.conn()).append(events).await;
            appended.map_err(StoreError::unaudited)?;
        }
        match self.tx {
            Tx::Sqlite(tx) => tx.commit().await?,
            Tx::Postgres(tx) => tx.commit().await?,
        }
        if let Some(scope) = scope {
            scope.told(written);
        }
        Ok(())
    }
}
