//! The catalogue's engines: SQLite for one machine, PostgreSQL for many.
//!
//! One body of SQL serves both (each reads `$1`); [`on_engine!`] runs it on whichever is connected. Every change of
//! archival state goes through a [`UnitOfWork`], which writes rows, journal entries and follow-up jobs in one
//! transaction and refuses to commit an archival change that names no fact.

mod audit_rows;
mod audit_scope;
mod engine;
mod error;
mod jobs;
mod journal_rows;
mod work;

pub use audit_rows::{AuditHead, AuditRows, chain_hash};
pub use audit_scope::{AuditScope, Covers};
pub use engine::{Conn, Database, Engine, Reader};
pub use error::StoreError;
pub use jobs::{ClaimedJob, Job, JobCounts, JobFailure, JobHandler, Jobs, NewJob, Worker};
pub use journal_rows::JournalRows;
pub use work::{Purpose, UnitOfWork};
