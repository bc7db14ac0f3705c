//! Passkeys: set up, used alone, used as a second factor, refused.

use crate::authenticator::Authenticator;
use crate::world::{World, code_of, home};
use lantai_identity::sign_in::{Entered, SecondFactorFor, SignInSettings, Stage};
use lantai_testkit::on_every_engine;

async fn set_up(world: &World, entered: &Entered, authenticator: &mut Authenticator) -> Option<Entered> {
    let options = world.sign_in.begin_new_passkey(&entered.session).await.unwrap();
    let answer = authenticator.create(&options);
    let (codes, entered) = world
        .sign_in
        .confirm_passkey(&home(), &entered.session, " 办公室电脑 ", &answer)
        .await
        .unwrap();
    assert!(codes.is_empty() || codes.len() == 10);
    entered
}

#[tokio::test]
async fn a_passkey_is_enough_to_sign_in() {
    on_every_engine(async |database| {
        let world = World::new(database).await;
        let entered = world.enter(&home(), "王芳").await;
        let mut authenticator = Authenticator::new(1);
        set_up(&world, &entered, &mut authenticator).await;
        let factors = world.sign_in.factors(&entered.session).await.unwrap();
        assert_eq!(factors.passkeys[0].label, "办公室电脑");
        let options = world.sign_in.begin_passkey().await.unwrap();
        let answer = authenticator.get(&options);
        let alone = world.sign_in.enter_passkey(&home(), None, &answer).await.unwrap();
        assert_eq!(
            (alone.session.account.as_str(), alone.session.stage),
            ("王芳", Stage::Whole)
        );
        // the same answer again is nothing
        let again = world.sign_in.enter_passkey(&home(), None, &answer).await;
        assert_eq!(code_of(again), "identity.step_gone");
        let factors = world.sign_in.factors(&entered.session).await.unwrap();
        assert!(factors.passkeys[0].last_used_at_ms.is_some());
    })
    .await;
}

#[tokio::test]
async fn a_passkey_is_a_second_factor_of_its_own_account_only() {
    on_every_engine(async |database| {
        let world = World::new(database).await;
        let (one, other) = (
            world.enter(&home(), "王芳").await,
            world.enter(&home(), "李敏").await,
        );
        let (mut mine, mut theirs) = (Authenticator::new(1), Authenticator::new(2));
        set_up(&world, &one, &mut mine).await;
        set_up(&world, &other, &mut theirs).await;
        let half = world.enter(&home(), "王芳").await;
        assert_eq!(half.session.stage, Stage::SecondFactor);
        let options = world.sign_in.begin_passkey().await.unwrap();
        let foreign = world
            .sign_in
            .enter_passkey(&home(), Some(&half.session), &theirs.get(&options))
            .await;
        assert_eq!(code_of(foreign), "identity.passkey_unknown");
        let options = world.sign_in.begin_passkey().await.unwrap();
        let whole = world
            .sign_in
            .enter_passkey(&home(), Some(&half.session), &mine.get(&options))
            .await
            .unwrap();
        assert_eq!(whole.session.stage, Stage::Whole);
        assert_eq!(whole.session.proofs.to_string(), "password+passkey");
    })
    .await;
}

#[tokio::test]
async fn answers_that_are_not_sound_are_refused() {
    on_every_engine(async |database| {
        let world = World::new(database).await;
        let entered = world.enter(&home(), "王芳").await;
        let mut authenticator = Authenticator::new(1);
        set_up(&world, &entered, &mut authenticator).await;
        let attempt = async |change: &dyn Fn(&mut Authenticator), authenticator: &mut Authenticator| {
            let options = world.sign_in.begin_passkey().await.unwrap();
            change(authenticator);
            let answer = authenticator.get(&options);
            world.sign_in.enter_passkey(&home(), None, &answer).await
        };
        let phished = attempt(&|it| it.origin = "https://dangan.example.net", &mut authenticator).await;
        assert_eq!(code_of(phished), "identity.passkey");
        authenticator.origin = "http://localhost:8700";
        let other_site = attempt(&|it| it.site = "example.net", &mut authenticator).await;
        assert_eq!(code_of(other_site), "identity.passkey");
        authenticator.site = "localhost";
        let locked = attempt(&|it| it.unlocked = false, &mut authenticator).await;
        assert_eq!(code_of(locked), "identity.passkey");
        authenticator.unlocked = true;
        // a copy of the authenticator counts less than the one that was used
        assert!(attempt(&|it| it.count = 50, &mut authenticator).await.is_ok());
        let copied = attempt(&|it| it.count = 2, &mut authenticator).await;
        assert_eq!(code_of(copied), "identity.passkey");
        let nonsense = world.sign_in.enter_passkey(&home(), None, b"{}").await;
        assert_eq!(code_of(nonsense), "identity.passkey");
        let mut unknown = Authenticator::new(9);
        let options = world.sign_in.begin_new_passkey(&entered.session).await.unwrap();
        let _never_sent = unknown.create(&options);
        let options = world.sign_in.begin_passkey().await.unwrap();
        let stranger = world
            .sign_in
            .enter_passkey(&home(), None, &unknown.get(&options))
            .await;
        assert_eq!(code_of(stranger), "identity.passkey_unknown");
    })
    .await;
}

#[tokio::test]
async fn a_passkey_is_set_up_where_a_second_factor_is_demanded_and_bound_to_the_address() {
    on_every_engine(async |database| {
        let settings = SignInSettings {
            second_factor: SecondFactorFor::Staff,
            origin: "https://dag.example.cn".to_owned(),
            ..SignInSettings::default()
        };
        let world = World::with(database, settings).await;
        let entered = world.enter(&home(), "王芳").await;
        assert_eq!(entered.session.stage, Stage::Enrolment);
        let mut authenticator = Authenticator::new(1);
        authenticator.site = "dag.example.cn";
        let options = world.sign_in.begin_new_passkey(&entered.session).await.unwrap();
        let elsewhere = authenticator.create(&options);
        let refused = world
            .sign_in
            .confirm_passkey(&home(), &entered.session, "", &elsewhere)
            .await;
        assert_eq!(code_of(refused), "identity.passkey");
        authenticator.origin = "https://dag.example.cn";
        let whole = set_up(&world, &entered, &mut authenticator).await.unwrap();
        assert_eq!(whole.session.stage, Stage::Whole);
        let factors = world.sign_in.factors(&whole.session).await.unwrap();
        let last = world
            .sign_in
            .remove_passkey(&whole.session, &factors.passkeys[0].credential)
            .await;
        assert_eq!(code_of(last), "identity.factor_needed");
    })
    .await;
}

#[tokio::test]
async fn a_passkey_is_taken_away_by_its_owner_only() {
    on_every_engine(async |database| {
        let world = World::new(database).await;
        let (one, other) = (
            world.enter(&home(), "王芳").await,
            world.enter(&home(), "李敏").await,
        );
        let mut authenticator = Authenticator::new(1);
        set_up(&world, &one, &mut authenticator).await;
        let credential = world.sign_in.factors(&one.session).await.unwrap().passkeys[0]
            .credential
            .clone();
        let foreign = world.sign_in.remove_passkey(&other.session, &credential).await;
        assert_eq!(code_of(foreign), "identity.not_in_account");
        world
            .sign_in
            .remove_passkey(&one.session, &credential)
            .await
            .unwrap();
        let options = world.sign_in.begin_passkey().await.unwrap();
        let gone = world
            .sign_in
            .enter_passkey(&home(), None, &authenticator.get(&options))
            .await;
        assert_eq!(code_of(gone), "identity.passkey_unknown");
    })
    .await;
}
