//! A released migration is never changed: `migrations/released.txt` lists each with the digest it was released with.

use lantai_database::StoreError;
use lantai_testkit::TestDatabase;
use sqlx::migrate::Migrator;

static SQLITE: Migrator = sqlx::migrate!("./migrations/sqlite");
static POSTGRES: Migrator = sqlx::migrate!("./migrations/postgres");
const RELEASED: &str = include_str!("../migrations/released.txt");

fn lines(engine: &str, migrations: &Migrator) -> Vec<String> {
    migrations
        .iter()
        .map(|migration| {
            let digest: String = migration
                .checksum
                .iter()
                .map(|byte| format!("{byte:02x}"))
                .collect();
            format!("{engine} {:04} {digest}", migration.version)
        })
        .collect()
}

#[test]
fn released_migrations_are_as_they_were_released() {
    let present: Vec<String> = [lines("postgres", &POSTGRES), lines("sqlite", &SQLITE)].concat();
    let listed: Vec<&str> = RELEASED.lines().filter(|line| !line.starts_with('#')).collect();
    assert_eq!(
        present,
        listed,
        "a released migration was changed, or a new one is not in migrations/released.txt:\n{}",
        present.join("\n")
    );
}

#[test]
fn both_engines_have_the_same_migrations() {
    let names = |migrations: &Migrator| -> Vec<(i64, String)> {
        migrations
            .iter()
            .map(|migration| (migration.version, migration.description.to_string()))
            .collect()
    };
    assert_eq!(names(&SQLITE), names(&POSTGRES));
}

#[tokio::test]
async fn a_database_made_by_an_altered_migration_is_refused() {
    for test in TestDatabase::all().await {
        let mut work = test.database.begin_upkeep().await.unwrap();
        let sql = "UPDATE _sqlx_migrations SET checksum = $1";
        lantai_database::on_engine!(work.conn(), |c| sqlx::query(sql)
            .bind(vec![0_u8; 48])
            .execute(&mut *c)
            .await
            .map(|_| ()))
        .unwrap();
        work.commit().await.unwrap();
        assert!(matches!(
            test.database.migrate().await,
            Err(StoreError::Migration(_))
        ));
        test.remove().await;
    }
}
