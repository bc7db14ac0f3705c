//! What the people of an archive promise, on SQLite and on PostgreSQL.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use jiff::{SignedDuration, Timestamp};
use lantai_database::Database;
use lantai_domain::access::{Action, Span};
use lantai_domain::{
    Clock, HoldingId, InstitutionId, PersonId, PostId, RandomIds, Role, SecurityClassification,
};
use lantai_identity::people::{
    AccountState, Actor, FirstAccounts, Grant, HoldingState, IdentityDocument, InstitutionKind, NewAccount,
    NewInstitution, NewPost, NewReader, NewToken, Origin, People, PeopleError, Scope, Standing, Validity,
    begin, hats_of, service_of, standing,
};
use lantai_identity::sign_in::{Duty, PasswordRules, PasswordWork, choose_password};
use lantai_identity::{AccountRepository, HoldingRepository, InstitutionRepository, PostRepository};
use lantai_testkit::{MovableClock, on_every_engine};
use std::sync::Arc;

const DAY: SignedDuration = SignedDuration::from_hours(24);

struct Office {
    database: Database,
    clock: Arc<MovableClock>,
    people: People,
    root: InstitutionId,
    system: Actor,
    security: Actor,
}

impl Office {
    async fn new(database: Database) -> Self {
        let clock = Arc::new(MovableClock::default());
        let first = FirstAccounts {
            institution: "石门县档案馆",
            archivist: Some("王芳"),
        };
        let made = begin(
            &database,
            &*clock,
            &RandomIds,
            first,
            |_| Ok::<_, PeopleError>(()),
        )
        .await
        .unwrap();
        let names: Vec<&str> = made.iter().map(|account| account.name.as_str()).collect();
        assert_eq!(names, ["王芳", "sysadmin", "secadmin", "auditadmin"]);
        let people = People::new(database.clone(), clock.clone(), Arc::new(RandomIds));
        let mut reader = database.read().await.unwrap();
        let root = InstitutionRepository(reader.conn())
            .root()
            .await
            .unwrap()
            .unwrap()
            .id;
        drop(reader);
        let office = Self {
            system: Actor {
                person: person_of(&database, "sysadmin").await,
            },
            security: Actor {
                person: person_of(&database, "secadmin").await,
            },
            database,
            clock,
            people,
            root,
        };
        // posts hold from their first moment on
        office.clock.advance(SignedDuration::from_secs(1));
        office
    }

    fn now(&self) -> Timestamp {
        self.clock.now()
    }

    async fn post(&self, role: Role) -> PostId {
        let scope = Scope::everything(role);
        let new = NewPost {
            institution: self.root,
            name: format!("岗位 {role}"),
            scope,
        };
        self.people.make_post(new).await.unwrap()
    }

    async fn person(&self, name: &str) -> PersonId {
        self.people
            .enter_person(self.system, name, Some(self.root))
            .await
            .unwrap()
    }

    /// A person with an account in use.
    async fn member(&self, name: &str) -> Actor {
        let person = self.person(name).await;
        let new = NewAccount {
            name: name.to_owned(),
            person,
            expires_at: None,
        };
        self.people.create_account(self.system, new).await.unwrap();
        self.people.activate(self.security, name).await.unwrap();
        Actor { person }
    }

    fn grant(&self, person: PersonId, post: PostId) -> Grant {
        Grant {
            person,
            post,
            validity: Validity::since(self.now()),
            replaces: None,
        }
    }

    async fn appoint(&self, person: PersonId, role: Role) -> HoldingId {
        let post = self.post(role).await;
        let id = self
            .people
            .propose(self.system, self.grant(person, post))
            .await
            .unwrap();
        self.people.agree(self.security, id).await.unwrap();
        id
    }

    async fn roles(&self, person: PersonId) -> Vec<Role> {
        let mut reader = self.database.read().await.unwrap();
        let hats = hats_of(reader.conn(), person, self.now()).await.unwrap();
        hats.iter().filter_map(|hat| hat.role).collect()
    }

    async fn standing(&self, account: &str) -> Standing {
        let mut reader = self.database.read().await.unwrap();
        standing(reader.conn(), account, self.now()).await.unwrap()
    }
}

async fn person_of(database: &Database, account: &str) -> PersonId {
    let mut reader = database.read().await.unwrap();
    let found = AccountRepository(reader.conn()).find(account).await.unwrap();
    found.unwrap().person.unwrap()
}

fn code<T: std::fmt::Debug>(result: Result<T, PeopleError>) -> &'static str {
    result.unwrap_err().code()
}

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

#[tokio::test]
async fn institutions_make_a_tree_and_close_when_they_are_empty() {
    on_every_engine(async |database| {
        let office = Office::new(database).await;
        let new = |parent, kind, name: &str| NewInstitution {
            parent: Some(parent),
            kind,
            name: name.to_owned(),
        };
        let unit = office
            .people
            .enter_institution(new(office.root, InstitutionKind::Unit, "石门县水利局"))
            .await
            .unwrap();
        let department = office
            .people
            .enter_institution(new(unit, InstitutionKind::Department, "办公室"))
            .await
            .unwrap();
        let wrong = office
            .people
            .enter_institution(new(department, InstitutionKind::Unit, "下属单位"))
            .await;
        assert_eq!(code(wrong), "people.parent");
        assert_eq!(
            code(
                office
                    .people
                    .change_institution(unit, InstitutionKind::CountyArchives, "水利局")
                    .await
            ),
            "people.parent",
            "archives stand under higher archives only"
        );
        office
            .people
            .change_institution(unit, InstitutionKind::Unit, "石门县水务局")
            .await
            .unwrap();
        assert_eq!(code(office.people.close_institution(unit).await), "people.in_use");
        assert_eq!(
            code(office.people.close_institution(office.root).await),
            "people.in_use"
        );
        office.people.close_institution(department).await.unwrap();
        let scope = Scope::everything(Role::Receiver);
        let post = NewPost {
            institution: unit,
            name: "收文".to_owned(),
            scope: scope.clone(),
        };
        let post = office.people.make_post(post).await.unwrap();
        assert_eq!(code(office.people.close_institution(unit).await), "people.in_use");
        let li = office.person("李敏").await;
        let held = office
            .people
            .propose(office.system, office.grant(li, post))
            .await
            .unwrap();
        assert_eq!(code(office.people.close_post(post).await), "people.in_use");
        office.people.end(office.system, held, "不设").await.unwrap();
        office.people.close_post(post).await.unwrap();
        assert_eq!(
            code(office.people.propose(office.system, office.grant(li, post)).await),
            "people.closed"
        );
        office.people.close_institution(unit).await.unwrap();
        let gone = NewPost {
            institution: unit,
            name: "收文".to_owned(),
            scope,
        };
        assert_eq!(code(office.people.make_post(gone).await), "people.closed");
    })
    .await;
}

#[tokio::test]
async fn lists_come_in_pages() {
    on_every_engine(async |database| {
        let office = Office::new(database).await;
        let mut reader = office.database.read().await.unwrap();
        let posts = PostRepository(reader.conn()).page(None, None, 10).await.unwrap();
        assert_eq!(posts.len(), 8);
        let after = posts[1].id.to_string();
        let rest = PostRepository(reader.conn())
            .page(Some(office.root), Some(&after), 10)
            .await
            .unwrap();
        assert_eq!(rest, posts[2..]);
        let accounts = AccountRepository(reader.conn())
            .page(None, Some(AccountState::Active), Some("auditadmin"), 10)
            .await
            .unwrap();
        assert_eq!(accounts.len(), 3);
    })
    .await;
}
