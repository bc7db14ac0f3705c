//! An archive with its first people.

use jiff::{SignedDuration, Timestamp};
use lantai_database::Database;
use lantai_domain::{Clock, HoldingId, InstitutionId, PersonId, PostId, RandomIds, Role};
use lantai_identity::people::{
    Actor, FirstAccounts, Grant, NewAccount, NewPost, People, PeopleError, Scope, Standing, Validity, begin,
    hats_of, standing,
};
use lantai_identity::{AccountRepository, InstitutionRepository};
use lantai_testkit::MovableClock;
use std::sync::Arc;

pub const DAY: SignedDuration = SignedDuration::from_hours(24);

pub struct Office {
    pub database: Database,
    pub clock: Arc<MovableClock>,
    pub people: People,
    pub root: InstitutionId,
    pub system: Actor,
    pub security: Actor,
}

impl Office {
    pub async fn new(database: Database) -> Self {
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

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub async fn post(&self, role: Role) -> PostId {
        let scope = Scope::everything(role);
        let new = NewPost {
            institution: self.root,
            name: format!("岗位 {role}"),
            scope,
        };
        self.people.make_post(new).await.unwrap()
    }

    pub async fn person(&self, name: &str) -> PersonId {
        self.people
            .enter_person(self.system, name, Some(self.root))
            .await
            .unwrap()
    }

    /// A person with an account in use.
    pub async fn member(&self, name: &str) -> Actor {
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

    pub fn grant(&self, person: PersonId, post: PostId) -> Grant {
        Grant {
            person,
            post,
            validity: Validity::since(self.now()),
            replaces: None,
        }
    }

    pub async fn appoint(&self, person: PersonId, role: Role) -> HoldingId {
        let post = self.post(role).await;
        let id = self
            .people
            .propose(self.system, self.grant(person, post))
            .await
            .unwrap();
        self.people.agree(self.security, id).await.unwrap();
        id
    }

    pub async fn roles(&self, person: PersonId) -> Vec<Role> {
        let mut reader = self.database.read().await.unwrap();
        let hats = hats_of(reader.conn(), person, self.now()).await.unwrap();
        hats.iter().filter_map(|hat| hat.role).collect()
    }

    pub async fn standing(&self, account: &str) -> Standing {
        let mut reader = self.database.read().await.unwrap();
        standing(reader.conn(), account, self.now()).await.unwrap()
    }
}

pub async fn person_of(database: &Database, account: &str) -> PersonId {
    let mut reader = database.read().await.unwrap();
    let found = AccountRepository(reader.conn()).find(account).await.unwrap();
    found.unwrap().person.unwrap()
}

pub fn code<T: std::fmt::Debug>(result: Result<T, PeopleError>) -> &'static str {
    result.unwrap_err().code()
}
