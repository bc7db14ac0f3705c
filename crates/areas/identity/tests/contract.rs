//! What the tables of identity promise, kept on SQLite and on PostgreSQL.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use lantai_database::{Database, StoreError};
use lantai_identity::IdentityRepository;
use lantai_testkit::on_every_engine;

const NOW: i64 = 1_000_000;
const AT: &str = "2026-01-01T12:00:00Z";

async fn add_account(database: &Database, name: &str) -> Result<(), StoreError> {
    let mut work = database.begin_upkeep().await?;
    IdentityRepository(work.conn())
        .insert_account(name, &format!("hash of {name}"), AT)
        .await?;
    work.commit().await
}

async fn begin_session(database: &Database, digest: &str, account: &str, now_ms: i64, until_ms: i64) {
    let mut work = database.begin_upkeep().await.unwrap();
    IdentityRepository(work.conn())
        .insert_session(digest, account, now_ms, until_ms)
        .await
        .unwrap();
    work.commit().await.unwrap();
}

async fn account_of(database: &Database, digest: &str, now_ms: i64) -> Option<String> {
    let mut reader = database.read().await.unwrap();
    IdentityRepository(reader.conn())
        .session_account(digest, now_ms)
        .await
        .unwrap()
}

#[tokio::test]
async fn an_archive_that_is_not_initialised_has_no_institution() {
    on_every_engine(async |database| {
        let mut reader = database.read().await.unwrap();
        assert_eq!(
            IdentityRepository(reader.conn()).institution().await.unwrap(),
            None
        );
    })
    .await;
}

#[tokio::test]
async fn there_is_one_institution_and_it_can_be_renamed() {
    on_every_engine(async |database| {
        for name in ["长乐县档案馆", "长乐市档案馆"] {
            let mut work = database.begin_upkeep().await.unwrap();
            IdentityRepository(work.conn())
                .put_institution(name, AT)
                .await
                .unwrap();
            work.commit().await.unwrap();
        }
        let mut reader = database.read().await.unwrap();
        let name = IdentityRepository(reader.conn()).institution().await.unwrap();
        assert_eq!(name.as_deref(), Some("长乐市档案馆"));
    })
    .await;
}

#[tokio::test]
async fn a_name_belongs_to_one_account() {
    on_every_engine(async |database| {
        add_account(&database, "王芳").await.unwrap();
        assert!(matches!(
            add_account(&database, "王芳").await,
            Err(StoreError::Conflict(_))
        ));
        add_account(&database, "wang.fang").await.unwrap();

        let mut reader = database.read().await.unwrap();
        assert_eq!(
            IdentityRepository(reader.conn()).count_accounts().await.unwrap(),
            2
        );
        let hash = IdentityRepository(reader.conn())
            .password_hash("王芳")
            .await
            .unwrap();
        assert_eq!(hash.as_deref(), Some("hash of 王芳"));
        assert_eq!(
            IdentityRepository(reader.conn())
                .password_hash("nobody")
                .await
                .unwrap(),
            None
        );
    })
    .await;
}

#[tokio::test]
async fn a_session_ends_at_its_time() {
    on_every_engine(async |database| {
        add_account(&database, "admin").await.unwrap();
        begin_session(&database, "digest", "admin", NOW, NOW + 100).await;
        assert_eq!(
            account_of(&database, "digest", NOW).await.as_deref(),
            Some("admin")
        );
        assert_eq!(
            account_of(&database, "digest", NOW + 99).await.as_deref(),
            Some("admin")
        );
        assert_eq!(account_of(&database, "digest", NOW + 100).await, None);
        assert_eq!(account_of(&database, "another digest", NOW).await, None);
    })
    .await;
}

#[tokio::test]
async fn a_new_session_sweeps_out_those_that_ended() {
    on_every_engine(async |database| {
        add_account(&database, "admin").await.unwrap();
        begin_session(&database, "old", "admin", NOW, NOW + 100).await;
        begin_session(&database, "lasting", "admin", NOW, NOW + 9_000).await;
        begin_session(&database, "new", "admin", NOW + 200, NOW + 300).await;
        // asked as of a time at which all three would have been valid
        assert_eq!(account_of(&database, "old", NOW).await, None);
        assert_eq!(
            account_of(&database, "lasting", NOW).await.as_deref(),
            Some("admin")
        );
        assert_eq!(account_of(&database, "new", NOW).await.as_deref(), Some("admin"));
    })
    .await;
}

#[tokio::test]
async fn signing_out_ends_one_session_and_no_other() {
    on_every_engine(async |database| {
        add_account(&database, "admin").await.unwrap();
        begin_session(&database, "desk", "admin", NOW, NOW + 100).await;
        begin_session(&database, "phone", "admin", NOW, NOW + 100).await;
        let mut work = database.begin_upkeep().await.unwrap();
        IdentityRepository(work.conn())
            .delete_session("desk")
            .await
            .unwrap();
        work.commit().await.unwrap();
        assert_eq!(account_of(&database, "desk", NOW).await, None);
        assert_eq!(
            account_of(&database, "phone", NOW).await.as_deref(),
            Some("admin")
        );
    })
    .await;
}

#[tokio::test]
async fn a_session_of_no_account_is_refused() {
    on_every_engine(async |database| {
        let mut work = database.begin_upkeep().await.unwrap();
        assert!(
            IdentityRepository(work.conn())
                .insert_session("digest", "nobody", NOW, NOW + 100)
                .await
                .is_err()
        );
    })
    .await;
}
