//! Coming in with a password, staying, and going out.

use crate::world::{PASSWORD, World, code_of, from, home};
use lantai_identity::sign_in::{SignInSettings, Stage};
use lantai_testkit::on_every_engine;

#[tokio::test]
async fn the_right_password_opens_a_session_with_a_token_of_its_own() {
    on_every_engine(async |database| {
        let world = World::new(database).await;
        let one = world.enter(&home(), "王芳").await;
        let other = world.enter(&home(), "王芳").await;
        assert_ne!(one.token, other.token);
        assert_eq!(one.session.stage, Stage::Whole);
        let found = world.sign_in.session(&one.token).await.unwrap().unwrap();
        assert_eq!(
            (found.account.as_str(), found.device.as_str()),
            ("王芳", "Firefox, Linux")
        );
        assert_eq!(found.address, "10.0.0.*");
        assert_eq!(world.sign_in.session("invented").await.unwrap(), None);
        world.sign_in.leave(&one.session).await.unwrap();
        assert_eq!(world.sign_in.session(&one.token).await.unwrap(), None);
        assert!(world.sign_in.session(&other.token).await.unwrap().is_some());
    })
    .await;
}

#[tokio::test]
async fn a_session_ends_when_nothing_happens_in_it_and_in_any_case_after_a_day_of_work() {
    on_every_engine(async |database| {
        let world = World::new(database).await;
        let idle = world.enter(&home(), "王芳").await;
        world.advance(2 * 3_600);
        assert_eq!(world.sign_in.session(&idle.token).await.unwrap(), None);
        let used = world.enter(&home(), "王芳").await;
        for _ in 0..11 {
            world.advance(3_600);
            assert!(world.sign_in.session(&used.token).await.unwrap().is_some());
        }
        world.advance(3_600);
        assert_eq!(world.sign_in.session(&used.token).await.unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn five_wrong_passwords_lock_the_account_for_strangers_and_nobody_else() {
    on_every_engine(async |database| {
        let world = World::new(database).await;
        world.enter(&home(), "王芳").await;
        let stranger = from("203.0.113.9");
        for _ in 0..5 {
            assert_eq!(
                world.wrong(&stranger, "王芳").await.code(),
                "identity.wrong_credentials"
            );
        }
        assert_eq!(
            world.wrong(&from("198.51.100.7"), "王芳").await.code(),
            "identity.locked"
        );
        // not even the right password helps from there, so that guessing tells nothing
        let right = world.sign_in.enter(&stranger, "王芳", PASSWORD).await;
        assert_eq!(code_of(right), "identity.locked");
        // the owner, from where they were before, and everybody else
        world.enter(&home(), "王芳").await;
        world.enter(&stranger, "李敏").await;
        world.advance(15 * 60);
        world.enter(&stranger, "王芳").await;
    })
    .await;
}

#[tokio::test]
async fn a_name_that_nobody_has_is_treated_like_any_other() {
    on_every_engine(async |database| {
        let world = World::new(database).await;
        let stranger = from("203.0.113.9");
        let mut codes = Vec::new();
        for name in ["王芳", "没有此人"] {
            let mut of_name = Vec::new();
            for _ in 0..7 {
                of_name.push(world.wrong(&stranger, name).await.code());
            }
            codes.push(of_name);
        }
        assert_eq!(codes[0], codes[1]);
        assert_eq!(codes[0][5], "identity.locked");
    })
    .await;
}

#[tokio::test]
async fn many_wrong_passwords_for_many_names_lock_out_nobody_else() {
    on_every_engine(async |database| {
        let world = World::new(database).await;
        let attacker = from("203.0.113.9");
        let mut tries = Vec::new();
        for count in 0..60 {
            let (sign_in, attacker) = (world.sign_in.clone(), attacker.clone());
            tries.push(tokio::spawn(async move {
                sign_in
                    .enter(&attacker, &format!("name{}", count % 20), "x")
                    .await
                    .unwrap_err()
                    .code()
            }));
        }
        // while they are being worked on, from the same address and from elsewhere
        world.enter(&attacker, "李敏").await;
        world.enter(&home(), "王芳").await;
        for one in tries {
            assert!(matches!(
                one.await.unwrap(),
                "identity.wrong_credentials" | "identity.locked" | "identity.busy"
            ));
        }
    })
    .await;
}

#[tokio::test]
async fn only_a_fresh_proof_lets_somebody_do_what_is_dangerous() {
    on_every_engine(async |database| {
        let world = World::new(database).await;
        let entered = world.enter(&home(), "王芳").await;
        world.advance(5 * 60);
        let old = world.sign_in.session(&entered.token).await.unwrap().unwrap();
        assert_eq!(
            code_of(world.sign_in.begin_totp(&old).await),
            "identity.proof_needed"
        );
        let wrong = world.sign_in.prove(&home(), &old, "不是这个口令").await;
        assert_eq!(code_of(wrong), "identity.wrong_credentials");
        world.sign_in.prove(&home(), &old, PASSWORD).await.unwrap();
        let fresh = world.sign_in.session(&entered.token).await.unwrap().unwrap();
        assert!(fresh.is_fresh(world.sign_in.now_ms()));
        world.sign_in.begin_totp(&fresh).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn sessions_are_listed_and_ended_by_their_owner_only() {
    on_every_engine(async |database| {
        let world = World::new(database).await;
        let desk = world.enter(&home(), "王芳").await;
        world.advance(1);
        let phone = world.enter(&from("192.0.2.44"), "王芳").await;
        let stranger = world.enter(&home(), "李敏").await;
        let ids = |sessions: Vec<lantai_identity::sign_in::Session>| {
            sessions.into_iter().map(|session| session.id).collect::<Vec<_>>()
        };
        assert_eq!(
            ids(world.sign_in.sessions(&desk.session).await.unwrap()),
            [phone.session.id.clone(), desk.session.id.clone()]
        );
        let foreign = world
            .sign_in
            .end_session(&stranger.session, &desk.session.id)
            .await;
        assert_eq!(code_of(foreign), "identity.not_in_account");
        world
            .sign_in
            .end_session(&desk.session, &phone.session.id)
            .await
            .unwrap();
        assert_eq!(world.sign_in.session(&phone.token).await.unwrap(), None);
        let third = world.enter(&home(), "王芳").await;
        assert_eq!(world.sign_in.end_other_sessions(&desk.session).await.unwrap(), 1);
        assert_eq!(world.sign_in.session(&third.token).await.unwrap(), None);
        assert!(world.sign_in.session(&desk.token).await.unwrap().is_some());
        assert!(world.sign_in.session(&stranger.token).await.unwrap().is_some());
    })
    .await;
}

#[tokio::test]
async fn settings_that_cannot_be_used_are_refused_at_the_start() {
    let settings = SignInSettings {
        origin: "http://dag.example.cn".to_owned(),
        ..SignInSettings::default()
    };
    assert!(settings.check().is_err());
}
