//! What the tables of identity promise, kept on SQLite and on PostgreSQL.

use lantai_identity::IdentityRepository;
use lantai_testkit::on_every_engine;

const AT: &str = "2026-01-01T12:00:00Z";

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
