//! Whatever is tried, in whatever order, by whomever: nobody comes to hold two roles that exclude each other, nobody
//! gets what nobody else agreed to, and the administrators do not run out.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use jiff::SignedDuration;
use lantai_domain::{Clock, HoldingId, PersonId, PostId, RandomIds, Role};
use lantai_identity::people::{
    AccountState, Actor, FirstAccounts, Grant, Holding, HoldingState, NewAccount, NewPost, Origin, People,
    PeopleError, Scope, Standing, Validity, begin,
};
use lantai_identity::{AccountRepository, HoldingRepository, InstitutionRepository, PostRepository};
use lantai_testkit::{MovableClock, TestDatabase};
use proptest::prelude::*;
use std::sync::Arc;

const ROLES: [Role; 6] = [
    Role::SystemAdmin,
    Role::SecurityAdmin,
    Role::AuditAdmin,
    Role::Archivist,
    Role::Cataloguer,
    Role::Supervisor,
];
const NEEDED: [Role; 3] = [Role::SystemAdmin, Role::SecurityAdmin, Role::AuditAdmin];
const ACCOUNTS: [&str; 4] = ["sysadmin", "secadmin", "auditadmin", "new"];

/// Something that somebody tries; numbers choose among who and what is there.
#[derive(Debug, Clone)]
enum Step {
    Propose {
        by: usize,
        to: usize,
        post: usize,
        after_days: i64,
        for_days: Option<i64>,
    },
    HandOver {
        by: usize,
        holding: usize,
        to: usize,
        after_days: i64,
    },
    Agree {
        by: usize,
        holding: usize,
    },
    End {
        by: usize,
        holding: usize,
    },
    Refuse {
        by: usize,
        holding: usize,
    },
    Create {
        by: usize,
        to: usize,
    },
    Activate {
        by: usize,
        account: usize,
    },
    Disable {
        by: usize,
        account: usize,
    },
    Reinstate {
        by: usize,
        account: usize,
    },
    Wait {
        days: i64,
    },
}

fn any_step() -> impl Strategy<Value = Step> {
    let (who, what) = (0..6_usize, 0..40_usize);
    prop_oneof![
        4 => (who.clone(), who.clone(), 0..ROLES.len(), 0..3_i64, prop::option::of(1..4_i64)).prop_map(
            |(by, to, post, after_days, for_days)| Step::Propose { by, to, post, after_days, for_days }
        ),
        2 => (who.clone(), what.clone(), who.clone(), 0..3_i64)
            .prop_map(|(by, holding, to, after_days)| Step::HandOver { by, holding, to, after_days }),
        6 => (who.clone(), what.clone()).prop_map(|(by, holding)| Step::Agree { by, holding }),
        3 => (who.clone(), what.clone()).prop_map(|(by, holding)| Step::End { by, holding }),
        1 => (who.clone(), what.clone()).prop_map(|(by, holding)| Step::Refuse { by, holding }),
        1 => (who.clone(), who.clone()).prop_map(|(by, to)| Step::Create { by, to }),
        2 => (who.clone(), 0..ACCOUNTS.len()).prop_map(|(by, account)| Step::Activate { by, account }),
        2 => (who.clone(), 0..ACCOUNTS.len()).prop_map(|(by, account)| Step::Disable { by, account }),
        1 => (who, 0..ACCOUNTS.len()).prop_map(|(by, account)| Step::Reinstate { by, account }),
        1 => (0..4_i64).prop_map(|days| Step::Wait { days }),
    ]
}

struct World {
    test: TestDatabase,
    clock: Arc<MovableClock>,
    people: People,
    persons: Vec<PersonId>,
    posts: Vec<PostId>,
    holdings: Vec<HoldingId>,
}

impl World {
    async fn new() -> Self {
        let test = TestDatabase::sqlite().await;
        let clock = Arc::new(MovableClock::default());
        let first = FirstAccounts {
            institution: "石门县档案馆",
            archivist: None,
        };
        begin(&test.database, &*clock, &RandomIds, first, |_| {
            Ok::<_, PeopleError>(())
        })
        .await
        .unwrap();
        let people = People::new(test.database.clone(), clock.clone(), Arc::new(RandomIds));
        let mut reader = test.database.read().await.unwrap();
        let root = InstitutionRepository(reader.conn())
            .root()
            .await
            .unwrap()
            .unwrap()
            .id;
        let mut persons = Vec::new();
        for account in &ACCOUNTS[..3] {
            let found = AccountRepository(reader.conn()).find(account).await.unwrap();
            persons.push(found.unwrap().person.unwrap());
        }
        let mut holdings = Vec::new();
        for person in &persons {
            let held = HoldingRepository(reader.conn()).of_person(*person).await.unwrap();
            holdings.extend(held.iter().map(|holding| holding.id));
        }
        drop(reader);
        for name in ["甲", "乙", "丙"] {
            let actor = Actor { person: persons[0] };
            persons.push(people.enter_person(actor, name, None).await.unwrap());
        }
        let mut posts = Vec::new();
        for role in ROLES {
            let scope = Scope::everything(role);
            let new = NewPost {
                institution: root,
                name: role.to_string(),
                scope,
            };
            posts.push(people.make_post(new).await.unwrap());
        }
        Self {
            test,
            clock,
            people,
            persons,
            posts,
            holdings,
        }
    }

    fn actor(&self, who: usize) -> Actor {
        Actor {
            person: self.persons[who],
        }
    }

    fn holding(&self, which: usize) -> HoldingId {
        self.holdings[which % self.holdings.len()]
    }

    fn from(&self, days: i64) -> jiff::Timestamp {
        self.clock.now() + SignedDuration::from_hours(24 * days)
    }

    /// Tries a step; whether it is refused does not matter here.
    async fn try_step(&mut self, step: &Step) {
        let done = match step {
            Step::Propose {
                by,
                to,
                post,
                after_days,
                for_days,
            } => {
                let until = for_days.map(|days| self.from(after_days + days));
                let grant = Grant {
                    person: self.persons[*to],
                    post: self.posts[*post],
                    validity: Validity::new(self.from(*after_days), until).unwrap(),
                    replaces: None,
                };
                self.people.propose(self.actor(*by), grant).await.map(Some)
            }
            Step::HandOver {
                by,
                holding,
                to,
                after_days,
            } => {
                let validity = Validity::since(self.from(*after_days));
                let (from, to) = (self.holding(*holding), self.persons[*to]);
                self.people
                    .hand_over(self.actor(*by), from, to, validity)
                    .await
                    .map(Some)
            }
            Step::Agree { by, holding } => {
                let agreed = self.people.agree(self.actor(*by), self.holding(*holding)).await;
                agreed.map(|()| None)
            }
            Step::End { by, holding } => {
                let ended = self
                    .people
                    .end(self.actor(*by), self.holding(*holding), "试")
                    .await;
                ended.map(|()| None)
            }
            Step::Refuse { by, holding } => {
                let refused = self
                    .people
                    .refuse(self.actor(*by), self.holding(*holding), "试")
                    .await;
                refused.map(|()| None)
            }
            Step::Create { by, to } => {
                let new = NewAccount {
                    name: "new".to_owned(),
                    person: self.persons[*to],
                    expires_at: None,
                };
                self.people
                    .create_account(self.actor(*by), new)
                    .await
                    .map(|_| None)
            }
            Step::Activate { by, account } => {
                let done = self.people.activate(self.actor(*by), ACCOUNTS[*account]).await;
                done.map(|()| None)
            }
            Step::Disable { by, account } => {
                let done = self
                    .people
                    .disable(self.actor(*by), ACCOUNTS[*account], "试")
                    .await;
                done.map(|()| None)
            }
            Step::Reinstate { by, account } => {
                let done = self
                    .people
                    .reinstate(self.actor(*by), ACCOUNTS[*account], None)
                    .await;
                done.map(|_| None)
            }
            Step::Wait { days } => {
                self.clock.advance(SignedDuration::from_hours(24 * days));
                Ok(None)
            }
        };
        match done {
            Ok(made) => self.holdings.extend(made),
            Err(PeopleError::Store(error)) => unreachable!("{error:?}"),
            Err(_) => {}
        }
    }

    async fn check(&self) {
        let mut reader = self.test.database.read().await.unwrap();
        let now = self.clock.now();
        for person in &self.persons {
            let held = HoldingRepository(reader.conn()).of_person(*person).await.unwrap();
            let mut lasting: Vec<(Holding, Role)> = Vec::new();
            for holding in held {
                check_eyes(&holding);
                if matches!(holding.state, HoldingState::Agreed(_)) && !holding.grant.validity.is_over(now) {
                    let post = PostRepository(reader.conn())
                        .find(holding.grant.post)
                        .await
                        .unwrap()
                        .unwrap();
                    lasting.push((holding, post.scope.role()));
                }
            }
            for (_, one) in &lasting {
                for (_, other) in &lasting {
                    assert!(
                        one.joins(*other).is_ok(),
                        "{one} and {other} are held by one person"
                    );
                }
            }
        }
        for role in NEEDED {
            let able = HoldingRepository(reader.conn()).able(role, now).await.unwrap();
            assert!(able > 0, "nobody is {role} any more");
        }
        for name in ACCOUNTS {
            let Some(account) = AccountRepository(reader.conn()).find(name).await.unwrap() else {
                continue;
            };
            if account.state == AccountState::Active
                && let Some((asked, _)) = account.proposed
            {
                let (settled, _) = account.settled.unwrap();
                assert_ne!(asked, settled, "{name} was made and activated by one person");
                assert_ne!(account.person, Some(settled));
                assert!(matches!(account.standing(now), Standing::Able { .. }));
            }
        }
    }
}

/// What holds, or held, was asked for by one and agreed to by another, and neither holds it.
fn check_eyes(holding: &Holding) {
    let agreed = match &holding.state {
        HoldingState::Agreed(mark) => Some(mark),
        HoldingState::Ended { agreed, .. } => agreed.as_ref(),
        HoldingState::Proposed | HoldingState::Refused { .. } => None,
    };
    if let (Some(mark), Origin::Proposal { by }) = (agreed, holding.origin) {
        let agreed_by = mark.by.unwrap();
        assert_ne!(by, agreed_by);
        assert_ne!(by, holding.grant.person);
        assert_ne!(agreed_by, holding.grant.person);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, max_shrink_iters: 200, ..ProptestConfig::default() })]
    #[test]
    fn no_order_of_steps_breaks_the_separation(steps in prop::collection::vec(any_step(), 1..60)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let mut world = World::new().await;
            world.check().await;
            for step in &steps {
                world.try_step(step).await;
                world.check().await;
            }
            world.test.remove().await;
        });
    }
}
