//! Authenticators and recovery codes.

use crate::world::{World, code_of, home};
use lantai_identity::SignInRepository;
use lantai_identity::sign_in::{SecondFactorFor, SignInSettings, Stage};
use lantai_testkit::on_every_engine;

#[tokio::test]
async fn an_authenticator_is_asked_for_once_it_works_and_no_code_counts_twice() {
    on_every_engine(async |database| {
        let world = World::new(database).await;
        let entered = world.enter(&home(), "王芳").await;
        let begun = world.sign_in.begin_totp(&entered.session).await.unwrap();
        // begun is not set up
        assert_eq!(world.enter(&home(), "王芳").await.session.stage, Stage::Whole);
        let wrong = world
            .sign_in
            .confirm_totp(&home(), &entered.session, &begun.step, "000000")
            .await;
        assert_eq!(code_of(wrong), "identity.wrong_code");
        let code = world.code(&begun.secret);
        let (codes, _) = world
            .sign_in
            .confirm_totp(&home(), &entered.session, &begun.step, &code)
            .await
            .unwrap();
        assert_eq!(codes.len(), 10);

        let half = world.enter(&home(), "王芳").await;
        assert_eq!(half.session.stage, Stage::SecondFactor);
        let replayed = world.sign_in.enter_code(&home(), &half.session, &code).await;
        assert_eq!(code_of(replayed), "identity.wrong_code");
        world.advance(30);
        let next = world.code(&begun.secret);
        let whole = world
            .sign_in
            .enter_code(&home(), &half.session, &next)
            .await
            .unwrap();
        assert_eq!(whole.session.stage, Stage::Whole);
        assert_eq!(world.sign_in.session(&half.token).await.unwrap(), None);
        let again = world.enter(&home(), "王芳").await;
        let replayed = world.sign_in.enter_code(&home(), &again.session, &next).await;
        assert_eq!(code_of(replayed), "identity.wrong_code");
    })
    .await;
}

#[tokio::test]
async fn the_database_alone_gives_no_secret_away() {
    on_every_engine(async |database| {
        let world = World::new(database).await;
        let entered = world.enter(&home(), "王芳").await;
        let (secret, codes) = world.enrol(&entered).await;
        let mut reader = world.database.read().await.unwrap();
        let kept = SignInRepository(reader.conn())
            .totp("王芳")
            .await
            .unwrap()
            .unwrap();
        assert!(kept.sealed_secret.starts_with("a1."));
        assert!(!kept.sealed_secret.contains(&secret));
        let used = {
            let mut work = world.database.begin_upkeep().await.unwrap();
            SignInRepository(work.conn())
                .use_recovery_code("王芳", &codes[0])
                .await
                .unwrap()
        };
        assert!(!used, "codes are kept as digests");
    })
    .await;
}

#[tokio::test]
async fn a_recovery_code_helps_once() {
    on_every_engine(async |database| {
        let world = World::new(database).await;
        let entered = world.enter(&home(), "王芳").await;
        let (_, codes) = world.enrol(&entered).await;
        let half = world.enter(&home(), "王芳").await;
        let typed = codes[3].to_uppercase();
        world
            .sign_in
            .enter_code(&home(), &half.session, &typed)
            .await
            .unwrap();
        let half = world.enter(&home(), "王芳").await;
        let again = world.sign_in.enter_code(&home(), &half.session, &codes[3]).await;
        assert_eq!(code_of(again), "identity.wrong_code");
        world
            .sign_in
            .enter_code(&home(), &half.session, &codes[4])
            .await
            .unwrap();
        // of another account they are nothing
        let other = world.enter(&home(), "李敏").await;
        world.enrol(&other).await;
        let half = world.enter(&home(), "李敏").await;
        let foreign = world.sign_in.enter_code(&home(), &half.session, &codes[5]).await;
        assert_eq!(code_of(foreign), "identity.wrong_code");
        // new ones replace the old ones
        let fresh = world.sign_in.new_recovery_codes(&entered.session).await.unwrap();
        let half = world.enter(&home(), "王芳").await;
        let old = world.sign_in.enter_code(&home(), &half.session, &codes[6]).await;
        assert_eq!(code_of(old), "identity.wrong_code");
        world
            .sign_in
            .enter_code(&home(), &half.session, &fresh[0])
            .await
            .unwrap();
    })
    .await;
}

#[tokio::test]
async fn guessing_codes_is_stopped() {
    on_every_engine(async |database| {
        let world = World::new(database).await;
        let entered = world.enter(&home(), "王芳").await;
        let (secret, _) = world.enrol(&entered).await;
        world.advance(60);
        let stranger = crate::world::from("203.0.113.9");
        let half = world.enter(&stranger, "王芳").await;
        for _ in 0..5 {
            let wrong = world.sign_in.enter_code(&stranger, &half.session, "000000").await;
            assert_eq!(code_of(wrong), "identity.wrong_code");
        }
        // a new sign-in with the password, which is known, gives no new tries
        let half = world.enter(&stranger, "王芳").await;
        let right = world.code(&secret);
        let refused = world.sign_in.enter_code(&stranger, &half.session, &right).await;
        assert_eq!(code_of(refused), "identity.locked");
        let own = world.enter(&home(), "王芳").await;
        world
            .sign_in
            .enter_code(&home(), &own.session, &right)
            .await
            .unwrap();
    })
    .await;
}

#[tokio::test]
async fn where_a_second_factor_is_demanded_it_is_set_up_before_anything_else() {
    on_every_engine(async |database| {
        let settings = SignInSettings {
            second_factor: SecondFactorFor::Staff,
            ..SignInSettings::default()
        };
        let world = World::with(database, settings).await;
        let entered = world.enter(&home(), "王芳").await;
        assert_eq!(entered.session.stage, Stage::Enrolment);
        let begun = world.sign_in.begin_totp(&entered.session).await.unwrap();
        let (_, whole) = world
            .sign_in
            .confirm_totp(&home(), &entered.session, &begun.step, &world.code(&begun.secret))
            .await
            .unwrap();
        let whole = whole.unwrap();
        assert_eq!(whole.session.stage, Stage::Whole);
        let refused = world.sign_in.remove_totp(&whole.session).await;
        assert_eq!(code_of(refused), "identity.factor_needed");
    })
    .await;
}

#[tokio::test]
async fn an_authenticator_that_is_taken_away_takes_its_recovery_codes_along() {
    on_every_engine(async |database| {
        let world = World::new(database).await;
        let entered = world.enter(&home(), "王芳").await;
        world.enrol(&entered).await;
        world.sign_in.remove_totp(&entered.session).await.unwrap();
        let factors = world.sign_in.factors(&entered.session).await.unwrap();
        assert_eq!(
            (factors.account.has_totp, factors.account.recovery_codes),
            (false, 0)
        );
        assert_eq!(world.enter(&home(), "王芳").await.session.stage, Stage::Whole);
        let nothing = world.sign_in.remove_totp(&entered.session).await;
        assert_eq!(code_of(nothing), "identity.not_in_account");
        let none = world.sign_in.new_recovery_codes(&entered.session).await;
        assert_eq!(code_of(none), "identity.not_in_account");
    })
    .await;
}

#[tokio::test]
async fn what_somebody_else_began_cannot_be_finished() {
    on_every_engine(async |database| {
        let world = World::new(database).await;
        let one = world.enter(&home(), "王芳").await;
        let other = world.enter(&home(), "李敏").await;
        let begun = world.sign_in.begin_totp(&one.session).await.unwrap();
        let code = world.code(&begun.secret);
        let foreign = world
            .sign_in
            .confirm_totp(&home(), &other.session, &begun.step, &code)
            .await;
        assert_eq!(code_of(foreign), "identity.step_gone");
        world.advance(15 * 60);
        let one = world.enter(&home(), "王芳").await;
        let late = world
            .sign_in
            .confirm_totp(&home(), &one.session, &begun.step, &world.code(&begun.secret))
            .await;
        assert_eq!(code_of(late), "identity.step_gone");
    })
    .await;
}
