//! The first people; accounts of the staff, of readers and of programs.

use crate::office::{DAY, Office, code, person_of};
use lantai_domain::access::{Action, Span};
use lantai_domain::{Clock, RandomIds, Role, SecurityClassification};
use lantai_identity::people::{
    Actor, FirstAccounts, IdentityDocument, NewAccount, NewReader, NewToken, Origin, PeopleError, Scope,
    Standing, begin, hats_of, service_of, standing,
};
use lantai_identity::sign_in::{Duty, PasswordRules, PasswordWork, choose_password};
use lantai_identity::{HoldingRepository, InstitutionRepository};
use lantai_testkit::{MovableClock, on_every_engine};
use std::sync::Arc;

#[tokio::test]
async fn an_archive_begins_with_one_of_each_administrator_and_an_archivist() {
    on_every_engine(async |database| {
        let office = Office::new(database).await;
        for (account, role) in [
            ("sysadmin", Role::SystemAdmin),
            ("secadmin", Role::SecurityAdmin),
            ("auditadmin", Role::AuditAdmin),
        ] {
            let person = person_of(&office.database, account).await;
            assert_eq!(office.roles(person).await, [role], "{account}");
            assert_eq!(office.standing(account).await.signs_in(), Some(person));
            let mut reader = office.database.read().await.unwrap();
            let held = HoldingRepository(reader.conn()).of_person(person).await.unwrap();
            assert_eq!(held[0].origin, Origin::Bootstrap);
        }
        let archivist = person_of(&office.database, "王芳").await;
        let roles = office.roles(archivist).await;
        assert!(roles.contains(&Role::Archivist) && roles.contains(&Role::Director) && roles.len() == 5);
        // what has begun does not begin again
        let first = FirstAccounts {
            institution: "",
            archivist: None,
        };
        let again = begin(&office.database, &*office.clock, &RandomIds, first, |_| {
            Ok::<_, PeopleError>(())
        });
        assert!(again.await.unwrap().is_empty());
    })
    .await;
}

#[tokio::test]
async fn accounts_of_an_earlier_version_go_on_working() {
    on_every_engine(async |database| {
        let clock = MovableClock::default();
        for sql in [
            "INSERT INTO institution (only_row, name, created_at) VALUES (1, '长乐县档案馆', '2026-01-01T00:00:00Z')",
            "INSERT INTO accounts (name, password_hash, created_at, state) VALUES ('sysadmin', 'h', '2026-01-01T00:00:00Z', 'active')",
        ] {
            let mut work = database.begin_upkeep().await.unwrap();
            lantai_database::on_engine!(work.conn(), |c| sqlx::query(sql).execute(&mut *c).await.map(|_| ())).unwrap();
            work.commit().await.unwrap();
        }
        let first = FirstAccounts { institution: "not this", archivist: None };
        let failed = begin(&database, &clock, &RandomIds, first, |_| Err(PeopleError::Name)).await;
        assert!(failed.is_err(), "passwords that are not kept are not given out");
        let made = begin(&database, &clock, &RandomIds, first, |_| Ok::<_, PeopleError>(())).await.unwrap();
        let names: Vec<&str> = made.iter().map(|account| account.name.as_str()).collect();
        assert_eq!(names, ["sysadmin2", "secadmin", "auditadmin"], "the old account keeps its name");
        let mut reader = database.read().await.unwrap();
        let person = standing(reader.conn(), "sysadmin", clock.now()).await.unwrap().signs_in().unwrap();
        let hats = hats_of(reader.conn(), person, clock.now()).await.unwrap();
        assert_eq!((hats.len(), hats[0].role, &hats[0].fonds), (5, Some(Role::Archivist), &Span::All));
        let root = InstitutionRepository(reader.conn()).root().await.unwrap().unwrap();
        assert_eq!(root.name, "长乐县档案馆");
    })
    .await;
}

#[tokio::test]
async fn an_account_is_made_by_one_and_brought_to_life_by_another() {
    on_every_engine(async |database| {
        let office = Office::new(database).await;
        let li = office.person("李敏").await;
        let new = |person, name: &str| NewAccount {
            name: name.to_owned(),
            person,
            expires_at: None,
        };
        assert_eq!(
            code(
                office
                    .people
                    .create_account(Actor { person: li }, new(li, "li"))
                    .await
            ),
            "people.own_matter"
        );
        assert_eq!(
            code(office.people.create_account(office.system, new(li, "王芳")).await),
            "people.name_taken"
        );
        office
            .people
            .create_account(office.system, new(li, "li"))
            .await
            .unwrap();
        assert_eq!(office.standing("li").await, Standing::Inactive);
        assert_eq!(
            code(office.people.create_account(office.system, new(li, "li2")).await),
            "people.has_account"
        );
        assert_eq!(
            code(office.people.activate(office.system, "li").await),
            "people.own_proposal"
        );
        assert_eq!(
            code(office.people.activate(Actor { person: li }, "li").await),
            "people.own_matter"
        );
        office.people.activate(office.security, "li").await.unwrap();
        assert_eq!(office.standing("li").await.signs_in(), Some(li));

        // out of use at once; back only with another person
        office
            .people
            .disable(office.security, "li", "离岗")
            .await
            .unwrap();
        assert_eq!(office.standing("li").await, Standing::Disabled);
        assert_eq!(
            code(office.people.activate(office.security, "li").await),
            "people.wrong_state"
        );
        let password = office
            .people
            .reinstate(office.security, "li", None)
            .await
            .unwrap();
        assert!(password.is_some_and(|password| password.len() >= 20));
        assert_eq!(
            code(office.people.activate(office.security, "li").await),
            "people.own_proposal"
        );
        office
            .people
            .reinstate(office.system, "li", Some(office.now() + DAY))
            .await
            .unwrap();
        office.people.activate(office.security, "li").await.unwrap();
        assert_eq!(office.standing("li").await.signs_in(), Some(li));
        office.clock.advance(DAY);
        assert_eq!(office.standing("li").await, Standing::Expired);
        assert_eq!(office.standing("nobody").await, Standing::Unknown);
    })
    .await;
}

#[tokio::test]
async fn readers_register_themselves_and_are_verified_by_others() {
    on_every_engine(async |database| {
        let office = Office::new(database).await;
        let rules = Arc::new(PasswordRules::new(None));
        let work = PasswordWork::new(1);
        let chosen = choose_password(&rules, &work, "chen", "荻川旧城墙塌了一大半截子", Duty::Reader);
        let chosen = chosen.await.unwrap();
        let new = |account: &str| NewReader {
            account: account.to_owned(),
            password: chosen.clone(),
            name: "陈读者".to_owned(),
        };
        let reader = office.people.register(new("chen")).await.unwrap();
        assert_eq!(
            code(office.people.register(new("chen")).await),
            "people.name_taken"
        );
        assert_eq!(office.standing("chen").await.signs_in(), Some(reader));
        assert_eq!(office.roles(reader).await, [Role::Reader]);
        let archivist = Actor {
            person: person_of(&office.database, "王芳").await,
        };
        let own = office
            .people
            .verify(Actor { person: reader }, reader, IdentityDocument::Passport)
            .await;
        assert_eq!(code(own), "people.own_matter");
        let staff = office
            .people
            .verify(office.system, archivist.person, IdentityDocument::Passport)
            .await;
        assert_eq!(code(staff), "people.not_reader");
        office
            .people
            .verify(archivist, reader, IdentityDocument::IdentityCard)
            .await
            .unwrap();
        assert_eq!(office.roles(reader).await, [Role::VerifiedReader]);
        let post = office.post(Role::Archivist).await;
        assert_eq!(
            code(
                office
                    .people
                    .propose(office.system, office.grant(reader, post))
                    .await
            ),
            "people.not_staff"
        );
    })
    .await;
}

#[tokio::test]
async fn a_program_acts_by_tokens_that_two_agreed_on() {
    on_every_engine(async |database| {
        let office = Office::new(database).await;
        office
            .people
            .create_service(office.system, "oa", "办公系统")
            .await
            .unwrap();
        let scope = Scope::new(
            Role::Receiver,
            Span::Only(["J001".to_owned()].into()),
            Span::All,
            SecurityClassification::Internal,
        );
        let new = NewToken {
            label: "归档接口".to_owned(),
            scope: scope.unwrap(),
            actions: [Action::Receive].into(),
            expires_at: office.now() + 90 * DAY,
        };
        let (id, secret) = office
            .people
            .propose_token(office.system, "oa", new.clone())
            .await
            .unwrap();
        let opens = async || {
            let mut reader = office.database.read().await.unwrap();
            service_of(reader.conn(), secret.reveal(), office.now())
                .await
                .unwrap()
        };
        assert!(opens().await.is_none(), "nobody agreed yet");
        assert_eq!(
            code(office.people.agree_to_token(office.system, id).await),
            "people.own_proposal"
        );
        office.people.agree_to_token(office.security, id).await.unwrap();
        let service = opens().await.unwrap();
        assert_eq!(
            (service.account.as_str(), service.hat.role),
            ("oa", Some(Role::Receiver))
        );
        assert!(service.hat.fonds.reaches("J001") && !service.hat.fonds.reaches("J002"));
        assert_eq!(service.actions, [Action::Receive].into());
        assert_eq!(
            office.standing("oa").await.signs_in(),
            None,
            "programs do not sign in"
        );
        service.note_use(&office.database, office.now()).await.unwrap();

        let mut reader = office.database.read().await.unwrap();
        for wrong in ["", "lt_", "lt_xyz", &secret.reveal()[3..]] {
            let found = service_of(reader.conn(), wrong, office.now()).await.unwrap();
            assert!(found.is_none(), "{wrong:?}");
        }
        drop(reader);
        // out of use with its account, and back
        office
            .people
            .disable(office.security, "oa", "检修")
            .await
            .unwrap();
        assert!(opens().await.is_none());
        assert_eq!(
            code(
                office
                    .people
                    .propose_token(office.system, "oa", new.clone())
                    .await
            ),
            "people.wrong_state"
        );
        assert_eq!(
            office.people.reinstate(office.system, "oa", None).await.unwrap(),
            None
        );
        office.people.activate(office.security, "oa").await.unwrap();
        assert!(opens().await.is_some());
        office.clock.advance(90 * DAY);
        assert!(opens().await.is_none(), "its time is over");

        let late = NewToken {
            expires_at: office.now() + DAY,
            ..new
        };
        let (id, _) = office
            .people
            .propose_token(office.system, "oa", late)
            .await
            .unwrap();
        office.people.agree_to_token(office.security, id).await.unwrap();
        office
            .people
            .revoke_token(office.security, id, "泄露")
            .await
            .unwrap();
        assert_eq!(
            code(office.people.agree_to_token(office.security, id).await),
            "people.wrong_state"
        );
        assert_eq!(
            code(
                office
                    .people
                    .propose_token(
                        office.system,
                        "王芳",
                        NewToken {
                            expires_at: office.now() + DAY,
                            label: "x".to_owned(),
                            scope: Scope::everything(Role::Receiver),
                            actions: [Action::Receive].into(),
                        }
                    )
                    .await
            ),
            "people.not_found"
        );
    })
    .await;
}
