//! First passwords, new passwords, old passwords.

use crate::world::{PASSWORD, World, code_of, home};
use lantai_identity::sign_in::{SignInSettings, Stage};
use lantai_testkit::on_every_engine;

const NEW: &str = "荻川县的旧城墙塌了一半";

#[tokio::test]
async fn a_first_password_must_be_changed_before_anything_else() {
    on_every_engine(async |database| {
        let world = World::new(database).await;
        world.demand_new_password("王芳").await;
        let entered = world.enter(&home(), "王芳").await;
        assert_eq!(entered.session.stage, Stage::NewPassword);
        assert_eq!(
            code_of(world.sign_in.begin_totp(&entered.session).await),
            "identity.sign_in_needed"
        );
        let changed = world
            .sign_in
            .change_password(&home(), &entered.session, None, NEW)
            .await
            .unwrap();
        assert_eq!(changed.session.stage, Stage::Whole);
        assert_ne!(changed.token, entered.token);
        assert_eq!(world.sign_in.session(&entered.token).await.unwrap(), None);
        let old = world.sign_in.enter(&home(), "王芳", PASSWORD).await;
        assert_eq!(code_of(old), "identity.wrong_credentials");
        let again = world.sign_in.enter(&home(), "王芳", NEW).await.unwrap();
        assert_eq!(again.session.stage, Stage::Whole);
    })
    .await;
}

#[tokio::test]
async fn whoever_is_signed_in_gives_the_old_password_and_ends_all_other_sessions() {
    on_every_engine(async |database| {
        let world = World::new(database).await;
        let desk = world.enter(&home(), "王芳").await;
        let phone = world.enter(&home(), "王芳").await;
        for old in [None, Some("不是这个口令")] {
            let refused = world
                .sign_in
                .change_password(&home(), &desk.session, old, NEW)
                .await;
            assert_eq!(code_of(refused), "identity.wrong_credentials");
        }
        let changed = world
            .sign_in
            .change_password(&home(), &desk.session, Some(PASSWORD), NEW)
            .await
            .unwrap();
        assert_eq!(world.sign_in.session(&phone.token).await.unwrap(), None);
        assert!(world.sign_in.session(&changed.token).await.unwrap().is_some());
    })
    .await;
}

#[tokio::test]
async fn weak_passwords_and_the_last_five_are_refused() {
    on_every_engine(async |database| {
        let world = World::new(database).await;
        let mut entered = world.enter(&home(), "王芳").await;
        for (weak, code) in [
            ("kz7-Lkx9w", "identity.password_short"),
            ("P@ssw0rd2026!", "identity.password_common"),
            ("王芳的口令就是这一个", "identity.password_name"),
            (PASSWORD, "identity.password_former"),
        ] {
            let refused = world
                .sign_in
                .change_password(&home(), &entered.session, Some(PASSWORD), weak)
                .await;
            assert_eq!(code_of(refused), code, "{weak}");
        }
        let mut before = PASSWORD.to_owned();
        for count in 0..5 {
            let next = format!("{NEW}之{count}");
            world.advance(1);
            entered = world
                .sign_in
                .change_password(&home(), &entered.session, Some(&before), &next)
                .await
                .unwrap();
            before = next;
        }
        // the first of all is the fifth before the one in use
        let refused = world
            .sign_in
            .change_password(&home(), &entered.session, Some(&before), PASSWORD)
            .await;
        assert_eq!(code_of(refused), "identity.password_former");
        world.advance(1);
        let sixth = format!("{NEW}之六");
        entered = world
            .sign_in
            .change_password(&home(), &entered.session, Some(&before), &sixth)
            .await
            .unwrap();
        world
            .sign_in
            .change_password(&home(), &entered.session, Some(&sixth), PASSWORD)
            .await
            .unwrap();
    })
    .await;
}

#[tokio::test]
async fn an_old_password_must_be_changed_where_the_archive_wants_it() {
    on_every_engine(async |database| {
        let settings = SignInSettings {
            password_days: 30,
            ..SignInSettings::default()
        };
        let world = World::with(database, settings).await;
        let first = world.enter(&home(), "王芳").await;
        let changed = world
            .sign_in
            .change_password(&home(), &first.session, Some(PASSWORD), NEW)
            .await
            .unwrap();
        assert_eq!(changed.session.stage, Stage::Whole);
        world.advance(30 * 86_400);
        let late = world.sign_in.enter(&home(), "王芳", NEW).await.unwrap();
        assert_eq!(late.session.stage, Stage::NewPassword);
        let newer = format!("{NEW}之二");
        let changed = world
            .sign_in
            .change_password(&home(), &late.session, None, &newer)
            .await
            .unwrap();
        assert_eq!(changed.session.stage, Stage::Whole);
    })
    .await;
}
