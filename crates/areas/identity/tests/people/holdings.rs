//! Posts: who holds them, and who agreed.

use crate::office::{DAY, Office, code, person_of};
use lantai_domain::Role;
use lantai_identity::HoldingRepository;
use lantai_identity::people::{Grant, HoldingState, NewAccount, Validity};
use lantai_testkit::on_every_engine;

#[tokio::test]
async fn a_post_is_asked_for_by_one_and_agreed_to_by_another() {
    on_every_engine(async |database| {
        let office = Office::new(database).await;
        let li = office.member("李敏").await;
        let post = office.post(Role::Cataloguer).await;
        let id = office
            .people
            .propose(office.system, office.grant(li.person, post))
            .await
            .unwrap();
        assert!(office.roles(li.person).await.is_empty(), "nobody agreed yet");
        assert_eq!(
            code(office.people.agree(office.system, id).await),
            "people.own_proposal"
        );
        assert_eq!(code(office.people.agree(li, id).await), "people.own_matter");
        assert_eq!(
            code(office.people.propose(li, office.grant(li.person, post)).await),
            "people.own_matter"
        );
        assert_eq!(
            code(
                office
                    .people
                    .propose(office.system, office.grant(li.person, post))
                    .await
            ),
            "people.held_already"
        );
        office.people.agree(office.security, id).await.unwrap();
        assert_eq!(office.roles(li.person).await, [Role::Cataloguer]);
        assert_eq!(
            code(office.people.agree(office.security, id).await),
            "people.wrong_state"
        );

        assert_eq!(
            code(office.people.end(li, id, "不想干了").await),
            "people.own_matter"
        );
        assert_eq!(
            code(office.people.end(office.system, id, " ").await),
            "people.reason_missing"
        );
        office.people.end(office.system, id, "调离").await.unwrap();
        assert!(office.roles(li.person).await.is_empty(), "taken away at once");
    })
    .await;
}

#[tokio::test]
async fn a_refused_or_withdrawn_grant_never_holds() {
    on_every_engine(async |database| {
        let office = Office::new(database).await;
        let li = office.person("李敏").await;
        let post = office.post(Role::Receiver).await;
        let refused = office
            .people
            .propose(office.system, office.grant(li, post))
            .await
            .unwrap();
        office
            .people
            .refuse(office.security, refused, "未经培训")
            .await
            .unwrap();
        assert_eq!(
            code(office.people.agree(office.security, refused).await),
            "people.wrong_state"
        );
        let withdrawn = office
            .people
            .propose(office.system, office.grant(li, post))
            .await
            .unwrap();
        office
            .people
            .end(office.system, withdrawn, "写错人")
            .await
            .unwrap();
        assert_eq!(
            code(office.people.agree(office.security, withdrawn).await),
            "people.wrong_state"
        );
        assert!(office.roles(li).await.is_empty());
        let mut reader = office.database.read().await.unwrap();
        let held = HoldingRepository(reader.conn()).of_person(li).await.unwrap();
        assert!(matches!(&held[0].state, HoldingState::Refused { reason, .. } if reason == "未经培训"));
        assert!(matches!(&held[1].state, HoldingState::Ended { agreed: None, .. }));
    })
    .await;
}

#[tokio::test]
async fn excluded_roles_are_refused_when_asked_for_and_when_agreed_to() {
    on_every_engine(async |database| {
        let office = Office::new(database).await;
        let li = office.person("李敏").await;
        let (system, archivist) = (
            office.post(Role::SystemAdmin).await,
            office.post(Role::Archivist).await,
        );
        let later = Grant {
            validity: Validity::since(office.now() + 30 * DAY),
            ..office.grant(li, system)
        };
        let future = office.people.propose(office.system, later).await.unwrap();
        // one that is only proposed, and for next month, counts
        assert_eq!(
            code(
                office
                    .people
                    .propose(office.system, office.grant(li, archivist))
                    .await
            ),
            "people.duty_conflict"
        );
        office.people.end(office.security, future, "不设").await.unwrap();
        let now = office
            .people
            .propose(office.system, office.grant(li, archivist))
            .await
            .unwrap();
        office.people.agree(office.security, now).await.unwrap();
        // a time that is over counts no more
        let admin = person_of(&office.database, "auditadmin").await;
        assert_eq!(
            code(
                office
                    .people
                    .propose(office.system, office.grant(admin, archivist))
                    .await
            ),
            "people.duty_conflict"
        );
        let supervisor = office.post(Role::Supervisor).await;
        assert_eq!(
            code(
                office
                    .people
                    .propose(office.system, office.grant(li, supervisor))
                    .await
            ),
            "people.duty_conflict"
        );
    })
    .await;
}

#[tokio::test]
async fn rights_begin_and_end_with_the_time_of_a_post() {
    on_every_engine(async |database| {
        let office = Office::new(database).await;
        let li = office.person("李敏").await;
        let post = office.post(Role::Cataloguer).await;
        let grant = Grant {
            validity: Validity::new(office.now() + DAY, Some(office.now() + 3 * DAY)).unwrap(),
            ..office.grant(li, post)
        };
        let id = office.people.propose(office.system, grant).await.unwrap();
        office.people.agree(office.security, id).await.unwrap();
        assert!(office.roles(li).await.is_empty());
        office.clock.advance(2 * DAY);
        assert_eq!(office.roles(li).await, [Role::Cataloguer]);
        office.clock.advance(DAY);
        assert!(office.roles(li).await.is_empty());
        // what is over excludes nothing
        let system = office.post(Role::SystemAdmin).await;
        office
            .people
            .propose(office.system, office.grant(li, system))
            .await
            .unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_post_that_is_handed_over_moves_its_rights() {
    on_every_engine(async |database| {
        let office = Office::new(database).await;
        let (li, zhou) = (office.person("李敏").await, office.person("周洁").await);
        let held = office.appoint(li, Role::PreservationOfficer).await;
        let since = Validity::since(office.now());
        let over = office
            .people
            .hand_over(office.system, held, zhou, since)
            .await
            .unwrap();
        assert_eq!(
            office.roles(li).await,
            [Role::PreservationOfficer],
            "until somebody agrees"
        );
        office.people.agree(office.security, over).await.unwrap();
        assert!(office.roles(li).await.is_empty());
        assert_eq!(office.roles(zhou).await, [Role::PreservationOfficer]);

        // later: both keep what they have until the day comes
        let later = Validity::since(office.now() + DAY);
        let back = office
            .people
            .hand_over(office.system, over, li, later)
            .await
            .unwrap();
        office.people.agree(office.security, back).await.unwrap();
        assert_eq!(office.roles(zhou).await, [Role::PreservationOfficer]);
        office.clock.advance(DAY);
        assert!(office.roles(zhou).await.is_empty());
        assert_eq!(office.roles(li).await, [Role::PreservationOfficer]);
        assert_eq!(
            code(office.people.hand_over(office.system, over, li, since).await),
            "people.wrong_state"
        );
    })
    .await;
}

#[tokio::test]
async fn nobody_agrees_to_the_end_of_their_own_post() {
    on_every_engine(async |database| {
        let office = Office::new(database).await;
        let other = office.member("郑安").await;
        let own = {
            let mut reader = office.database.read().await.unwrap();
            let held = HoldingRepository(reader.conn())
                .of_person(office.security.person)
                .await
                .unwrap();
            held[0].id
        };
        let since = Validity::since(office.now());
        let over = office
            .people
            .hand_over(office.system, own, other.person, since)
            .await
            .unwrap();
        assert_eq!(
            code(office.people.agree(office.security, over).await),
            "people.own_matter"
        );
        // the way out: a second one, who then sees to it
        office.people.end(office.system, over, "改为增设").await.unwrap();
        office.appoint(other.person, Role::SecurityAdmin).await;
        let over = office.people.end(other, own, "到龄").await;
        over.unwrap();
        assert!(office.roles(office.security.person).await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn the_last_administrators_stay() {
    on_every_engine(async |database| {
        let office = Office::new(database).await;
        let audit = person_of(&office.database, "auditadmin").await;
        let held = {
            let mut reader = office.database.read().await.unwrap();
            HoldingRepository(reader.conn()).of_person(audit).await.unwrap()[0].id
        };
        for account in ["auditadmin", "secadmin"] {
            assert_eq!(
                code(office.people.disable(office.system, account, "离职").await),
                "people.last_administrator"
            );
        }
        assert_eq!(
            code(office.people.disable(office.security, "sysadmin", "离职").await),
            "people.last_administrator"
        );
        assert_eq!(
            code(office.people.end(office.system, held, "离职").await),
            "people.last_administrator"
        );
        assert_eq!(
            code(office.people.reinstate(office.system, "auditadmin", None).await),
            "people.last_administrator"
        );
        // one whose time ends, or who has no account in use, is no substitute
        let second = office.person("郑安").await;
        office.appoint(second, Role::AuditAdmin).await;
        assert_eq!(
            code(office.people.end(office.system, held, "离职").await),
            "people.last_administrator"
        );
        let new = NewAccount {
            name: "郑安".to_owned(),
            person: second,
            expires_at: None,
        };
        office.people.create_account(office.system, new).await.unwrap();
        assert_eq!(
            code(office.people.end(office.system, held, "离职").await),
            "people.last_administrator"
        );
        office.people.activate(office.security, "郑安").await.unwrap();
        office.people.end(office.system, held, "离职").await.unwrap();
        assert_eq!(
            code(office.people.disable(office.system, "郑安", "离职").await),
            "people.last_administrator"
        );
    })
    .await;
}
