//! What the tables of signing in promise.

use crate::world::{World, home};
use lantai_database::StoreError;
use lantai_identity::{OutsideIdentity, SignInRepository, Step};
use lantai_testkit::on_every_engine;

const NOW: i64 = 1_000_000;

fn step(name: &str, until_ms: i64) -> Step {
    Step {
        step: name.to_owned(),
        kind: "provider".to_owned(),
        account: None,
        content: "sealed".to_owned(),
        until_ms,
    }
}

#[tokio::test]
async fn a_step_is_taken_once_by_its_kind_and_in_time() {
    on_every_engine(async |database| {
        let mut work = database.begin_upkeep().await.unwrap();
        for (name, until_ms) in [("one", NOW + 10), ("late", NOW + 1)] {
            assert!(
                SignInRepository(work.conn())
                    .insert_step(&step(name, until_ms), NOW)
                    .await
                    .unwrap()
            );
        }
        let mut take = async |name: &str, kind: &str, now_ms: i64| {
            SignInRepository(work.conn())
                .take_step(name, kind, now_ms)
                .await
                .unwrap()
        };
        assert_eq!(take("one", "totp", NOW).await, None);
        assert_eq!(take("one", "provider", NOW).await, Some(step("one", NOW + 10)));
        assert_eq!(take("one", "provider", NOW).await, None);
        assert_eq!(take("late", "provider", NOW + 1).await, None);
    })
    .await;
}

#[tokio::test]
async fn so_many_steps_wait_and_no_more_until_some_are_over() {
    on_every_engine(async |database| {
        let mut work = database.begin_upkeep().await.unwrap();
        for count in 0..10_000 {
            let kept = SignInRepository(work.conn())
                .insert_step(&step(&format!("step{count}"), NOW + 10), NOW)
                .await
                .unwrap();
            assert!(kept);
        }
        assert!(
            !SignInRepository(work.conn())
                .insert_step(&step("more", NOW + 10), NOW)
                .await
                .unwrap()
        );
        assert!(
            SignInRepository(work.conn())
                .insert_step(&step("more", NOW + 20), NOW + 10)
                .await
                .unwrap()
        );
    })
    .await;
}

#[tokio::test]
async fn ten_addresses_are_remembered_and_the_oldest_is_forgotten() {
    on_every_engine(async |database| {
        let world = World::new(database).await;
        let mut work = world.database.begin_upkeep().await.unwrap();
        for count in 0..11_i64 {
            SignInRepository(work.conn())
                .put_address("王芳", &format!("address{count}"), NOW + count)
                .await
                .unwrap();
        }
        let mut knows = async |address: &str| {
            SignInRepository(work.conn())
                .knows_address("王芳", address)
                .await
                .unwrap()
        };
        assert!(!knows("address0").await);
        assert!(knows("address1").await && knows("address10").await);
    })
    .await;
}

#[tokio::test]
async fn an_identity_leads_to_one_account_and_an_account_to_one_identity_of_a_provider() {
    on_every_engine(async |database| {
        let world = World::new(database).await;
        let link = async |issuer: &str, subject: &str, account: &str| {
            let identity = OutsideIdentity {
                issuer: issuer.to_owned(),
                subject: subject.to_owned(),
                account: account.to_owned(),
                linked_at_ms: NOW,
            };
            let mut work = world.database.begin_upkeep().await.unwrap();
            SignInRepository(work.conn())
                .insert_outside_identity(&identity)
                .await?;
            work.commit().await
        };
        link("https://id", "1", "王芳").await.unwrap();
        for (subject, account) in [("1", "李敏"), ("2", "王芳")] {
            assert!(matches!(
                link("https://id", subject, account).await,
                Err(StoreError::Conflict(_))
            ));
        }
        link("https://other", "1", "王芳").await.unwrap();
        let mut reader = world.database.read().await.unwrap();
        let linked = SignInRepository(reader.conn())
            .linked_account("https://id", "1")
            .await
            .unwrap();
        assert_eq!(linked.as_deref(), Some("王芳"));
    })
    .await;
}

#[tokio::test]
async fn what_no_account_has_is_named() {
    on_every_engine(async |database| {
        let world = World::new(database).await;
        let entered = world.enter(&home(), "王芳").await;
        world.enrol(&entered).await;
        let missing = {
            let mut work = world.database.begin_upkeep().await.unwrap();
            SignInRepository(work.conn())
                .demand_new_password("没有此人")
                .await
        };
        assert!(matches!(missing, Err(StoreError::Missing(_))));
    })
    .await;
}
