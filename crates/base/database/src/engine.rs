//! Connecting to either engine.

use crate::error::StoreError;
use crate::work::{Purpose, UnitOfWork};
use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{
    SqliteAutoVacuum, SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{PgConnection, PgPool, Postgres, Sqlite, SqliteConnection, SqlitePool};
use std::str::FromStr;
use std::time::Duration;

static SQLITE_MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("./migrations/sqlite");
static POSTGRES_MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("./migrations/postgres");

/// Which engine is behind a [`Database`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// Embedded, one writer.
    Sqlite,
    /// A server.
    Postgres,
}

/// The catalogue's database. Cheap to clone; all clones share their connections.
#[derive(Debug, Clone)]
pub enum Database {
    /// SQLite has one writer: a pool of one connection keeps writers in line, readers have their own.
    #[doc(hidden)]
    Sqlite { write: SqlitePool, read: SqlitePool },
    /// PostgreSQL.
    #[doc(hidden)]
    Postgres(PgPool),
}

/// A connection of either engine, borrowed for one statement or more.
#[derive(Debug)]
pub enum Conn<'c> {
    /// SQLite.
    Sqlite(&'c mut SqliteConnection),
    /// PostgreSQL.
    Postgres(&'c mut PgConnection),
}

impl Conn<'_> {
    /// The same connection, borrowed for a shorter while.
    pub fn reborrow(&mut self) -> Conn<'_> {
        match self {
            Self::Sqlite(conn) => Conn::Sqlite(conn),
            Self::Postgres(conn) => Conn::Postgres(conn),
        }
    }

    /// Which engine it is.
    pub fn engine(&self) -> Engine {
        match self {
            Self::Sqlite(_) => Engine::Sqlite,
            Self::Postgres(_) => Engine::Postgres,
        }
    }
}

/// Runs one body of SQL on whichever engine a [`Conn`] belongs to.
///
/// ```ignore
/// on_engine!(conn, |c| sqlx::query_as::<_, Row>("SELECT … WHERE code = $1").bind(code).fetch_optional(&mut *c).await)
/// ```
#[macro_export]
macro_rules! on_engine {
    ($conn:expr, |$c:ident| $body:expr) => {
        match $conn {
            $crate::Conn::Sqlite($c) => $body,
            $crate::Conn::Postgres($c) => $body,
        }
    };
}

/// A connection for reading only, outside any transaction of a writer.
#[derive(Debug)]
pub enum Reader {
    #[doc(hidden)]
    Sqlite(PoolConnection<Sqlite>),
    #[doc(hidden)]
    Postgres(PoolConnection<Postgres>),
}

impl Reader {
    /// The connection, to be handed to a repository.
    pub fn conn(&mut self) -> Conn<'_> {
        match self {
            Self::Sqlite(conn) => Conn::Sqlite(conn),
            Self::Postgres(conn) => Conn::Postgres(conn),
        }
    }
}

impl Database {
    /// Connects to `sqlite:PATH` (made when absent) or `postgres://…`. Says nothing about the schema.
    pub async fn connect(address: &str) -> Result<Self, StoreError> {
        if let Some(path) = address.strip_prefix("sqlite:") {
            return Self::connect_sqlite(path).await;
        }
        if address.starts_with("postgres://") || address.starts_with("postgresql://") {
            let options = PgConnectOptions::from_str(address)?;
            let pool = PgPoolOptions::new()
                .max_connections(16)
                .connect_with(options)
                .await?;
            return Ok(Self::Postgres(pool));
        }
        Err(StoreError::Address(address.to_owned()))
    }

    async fn connect_sqlite(path: &str) -> Result<Self, StoreError> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            // a commit that was acknowledged must survive a power cut
            .synchronous(SqliteSynchronous::Full)
            .auto_vacuum(SqliteAutoVacuum::Incremental)
            .foreign_keys(true)
            .busy_timeout(Duration::from_secs(30))
            .statement_cache_capacity(200);
        let write = SqlitePoolOptions::new()
            .max_connections(1)
            .connect_with(options.clone())
            .await?;
        let read = SqlitePoolOptions::new()
            .max_connections(4)
            .min_connections(0)
            .connect_with(options.pragma("query_only", "1"))
            .await?;
        Ok(Self::Sqlite { write, read })
    }

    /// Brings the schema up to date. A released migration that was altered is refused.
    pub async fn migrate(&self) -> Result<(), StoreError> {
        match self {
            Self::Sqlite { write, .. } => SQLITE_MIGRATIONS.run(write).await,
            Self::Postgres(pool) => POSTGRES_MIGRATIONS.run(pool).await,
        }
        .map_err(StoreError::Migration)
    }

    /// Which engine it is.
    pub fn engine(&self) -> Engine {
        match self {
            Self::Sqlite { .. } => Engine::Sqlite,
            Self::Postgres(_) => Engine::Postgres,
        }
    }

    /// Starts an archival change: rows, facts and jobs in one transaction. Dropped without commit, nothing happened.
    pub async fn begin(&self) -> Result<UnitOfWork, StoreError> {
        UnitOfWork::begin(self, Purpose::Archival).await
    }

    /// Starts upkeep that changes no archival state: accounts, sessions, jobs, progress.
    pub async fn begin_upkeep(&self) -> Result<UnitOfWork, StoreError> {
        UnitOfWork::begin(self, Purpose::Upkeep).await
    }

    /// A connection for reading.
    pub async fn read(&self) -> Result<Reader, StoreError> {
        Ok(match self {
            Self::Sqlite { read, .. } => Reader::Sqlite(read.acquire().await?),
            Self::Postgres(pool) => Reader::Postgres(pool.acquire().await?),
        })
    }

    /// Closes all connections and waits for them.
    pub async fn close(&self) {
        match self {
            Self::Sqlite { write, read } => {
                read.close().await;
                write.close().await;
            }
            Self::Postgres(pool) => pool.close().await,
        }
    }
}
