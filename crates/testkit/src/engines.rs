//! Both database engines, each with an empty, migrated database for one test.

use lantai_database::{Database, Engine};
use lantai_domain::{IdSource, RandomIds};
use sqlx::{AssertSqlSafe, Connection, Executor};
use tempfile::TempDir;

/// Names a PostgreSQL server whose user may create databases; `scripts/with-postgres` starts one and sets it.
const SERVER: &str = "LANTAI_TEST_POSTGRES";

/// An empty, migrated database that belongs to one test.
#[derive(Debug)]
pub struct TestDatabase {
    /// The engine's name, for messages.
    pub engine: &'static str,
    /// The database.
    pub database: Database,
    /// Its address, for a second connection or a second process.
    pub address: String,
    place: Place,
}

#[derive(Debug)]
enum Place {
    Folder(TempDir),
    Server { server: String, name: String },
}

impl TestDatabase {
    /// A database on each engine. Without PostgreSQL: a failure in CI, elsewhere a word that it is left out.
    #[expect(clippy::print_stderr, reason = "a skipped engine says why")]
    #[expect(clippy::panic, reason = "in CI a missing engine fails the test")]
    pub async fn all() -> Vec<Self> {
        let mut all = vec![Self::sqlite().await];
        match std::env::var_os(SERVER).and_then(|server| server.into_string().ok()) {
            Some(server) => all.push(Self::postgres(server).await),
            None if std::env::var_os("CI").is_some() => {
                panic!("{SERVER} is not set: run the tests through scripts/with-postgres")
            }
            None => eprintln!("skipped on PostgreSQL: {SERVER} is not set (see scripts/with-postgres)"),
        }
        all
    }

    /// A database of SQLite in a folder of its own.
    #[expect(clippy::expect_used, reason = "a test without its database cannot go on")]
    pub async fn sqlite() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let address = format!("sqlite:{}", folder.path().join("catalogue.sqlite").display());
        Self::migrated("SQLite", address, Place::Folder(folder)).await
    }

    #[expect(clippy::expect_used, reason = "a test without its database cannot go on")]
    async fn postgres(server: String) -> Self {
        let name = format!("lantai_{}", RandomIds.next().simple());
        let mut admin = sqlx::PgConnection::connect(&server)
            .await
            .expect("the test server answers");
        let sql = AssertSqlSafe(format!(
            "CREATE DATABASE {name} ENCODING 'UTF8' TEMPLATE template0"
        ));
        admin
            .execute(sql)
            .await
            .expect("the test server lets us create databases");
        admin.close().await.expect("the test server lets us go");
        let joint = if server.contains('?') { '&' } else { '?' };
        let address = format!("{server}{joint}dbname={name}");
        Self::migrated("PostgreSQL", address, Place::Server { server, name }).await
    }

    #[expect(clippy::expect_used, reason = "a test without its database cannot go on")]
    async fn migrated(engine: &'static str, address: String, place: Place) -> Self {
        let database = Database::connect(&address).await.expect("the engine answers");
        database.migrate().await.expect("the schema can be made");
        Self {
            engine,
            database,
            address,
            place,
        }
    }

    /// Closes and removes it. A test that failed leaves it behind for a look, until its server ends.
    #[expect(clippy::expect_used, reason = "what a test made must go again")]
    pub async fn remove(self) {
        self.database.close().await;
        match self.place {
            Place::Folder(folder) => folder.close().expect("the temporary folder can be removed"),
            Place::Server { server, name } => {
                let mut admin = sqlx::PgConnection::connect(&server)
                    .await
                    .expect("the test server answers");
                let sql = AssertSqlSafe(format!("DROP DATABASE {name} WITH (FORCE)"));
                admin.execute(sql).await.expect("the database can be dropped");
                admin.close().await.expect("the test server lets us go");
            }
        }
    }
}

/// Keeps a promise on every engine: `promise` is called once for each, with an empty, migrated database.
#[expect(clippy::print_stderr, reason = "a failure names its engine")]
pub async fn on_every_engine(promise: impl AsyncFn(Database)) {
    for test in TestDatabase::all().await {
        eprintln!("on {}:", test.engine);
        promise(test.database.clone()).await;
        test.remove().await;
    }
}

/// Takes the table of the audit trail away, so that nothing more can be told to it.
#[expect(
    clippy::expect_used,
    reason = "a test whose fault cannot be made tests nothing"
)]
pub async fn break_audit_trail(database: &Database) {
    let mut work = database.begin_upkeep().await.expect("a transaction");
    lantai_database::on_engine!(work.conn(), |c| sqlx::query(
        "ALTER TABLE audit_events RENAME TO elsewhere"
    )
    .execute(&mut *c)
    .await
    .map(|_| ()))
    .expect("the table is there");
    work.commit().await.expect("a commit");
}

/// Changes the bytes of an event of the audit trail behind its back, past the triggers that keep honest programs out.
#[expect(
    clippy::expect_used,
    reason = "a test whose fault cannot be made tests nothing"
)]
pub async fn alter_audit_event(database: &Database, seq: i64, from: &str, to: &str) {
    let guards: &[&'static str] = match database.engine() {
        Engine::Sqlite => &[
            "DROP TRIGGER IF EXISTS audit_events_stay",
            "DROP TRIGGER IF EXISTS audit_events_are_kept",
        ],
        Engine::Postgres => &["DROP TRIGGER IF EXISTS audit_events_are_kept ON audit_events"],
    };
    let mut work = database.begin_upkeep().await.expect("a transaction");
    for guard in guards {
        lantai_database::on_engine!(work.conn(), |c| sqlx::query(*guard)
            .execute(&mut *c)
            .await
            .map(|_| ()))
        .expect("guards can be taken away");
    }
    let sql = "UPDATE audit_events SET body = replace(body, $2, $3) WHERE seq = $1 AND replace(body, $2, $3) <> body";
    let changed = lantai_database::on_engine!(work.conn(), |c| sqlx::query(sql)
        .bind(seq)
        .bind(from)
        .bind(to)
        .execute(&mut *c)
        .await
        .map(|done| done.rows_affected()))
    .expect("the event can be changed");
    assert_eq!(changed, 1, "event {seq} does not hold {from}");
    work.commit().await.expect("a commit");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn databases_of_two_tests_do_not_meet() {
        for (one, two) in TestDatabase::all()
            .await
            .into_iter()
            .zip(TestDatabase::all().await)
        {
            assert_eq!(one.engine, two.engine);
            assert_ne!(one.address, two.address);
            one.remove().await;
            two.remove().await;
        }
    }
}
