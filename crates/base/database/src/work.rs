//! The one door for change: rows, journal entries and follow-up jobs in one transaction.

use crate::engine::{Conn, Database};
use crate::error::StoreError;
use crate::jobs::{Jobs, NewJob};
use crate::journal_rows::JournalRows;
use lantai_domain::JournalEntry;
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
        self.waiting.push(entry);
        self.facts += 1;
        if self.waiting.len() >= FACTS_AT_ONCE {
            self.flush().await?;
        }
        Ok(())
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

    /// Makes the change durable. An archival change without a fact is refused and undone.
    pub async fn commit(mut self) -> Result<(), StoreError> {
        if self.purpose == Purpose::Archival && self.facts == 0 {
            return Err(StoreError::NoFact);
        }
        self.flush().await?;
        match self.tx {
            Tx::Sqlite(tx) => tx.commit().await?,
            Tx::Postgres(tx) => tx.commit().await?,
        }
        Ok(())
    }
}
