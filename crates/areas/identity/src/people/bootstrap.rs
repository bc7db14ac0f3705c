//! The first people of an archive, and those of an archive of an earlier version. Their posts are the only ones to
//! which nobody agreed, and are marked so.

use super::account::{Account, AccountKind, AccountState};
use super::accounts::{insert, made_password};
use super::change::{Change, NEEDED};
use super::error::PeopleError;
use super::holding::{Grant, Origin, Validity};
use super::institution::{InstitutionKind, NewInstitution};
use super::person::{Person, PersonKind};
use super::post::{NewPost, Scope};
use super::words::{check_account_name, check_name};
use crate::password::KeptPassword;
use crate::repository::IdentityRepository;
use crate::repository::people_holdings::HoldingRepository;
use crate::repository::people_persons::{AccountRepository, PersonRepository};
use crate::repository::people_places::{InstitutionRepository, PostRepository};
use lantai_database::Database;
use lantai_domain::{Clock, HoldingId, IdSource, InstitutionId, PersonId, PostId, Role};

/// An account that was made with a first password.
#[derive(Clone)]
pub struct FirstAccount {
    /// Its name.
    pub name: String,
    /// Its first password, to be handed over and changed.
    pub password: String,
}

impl std::fmt::Debug for FirstAccount {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FirstAccount")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// Whom an archive begins with.
#[derive(Debug, Clone, Copy)]
pub struct FirstAccounts<'a> {
    /// Name of the institution, where it has no record of its own yet.
    pub institution: &'a str,
    /// Account of an archivist to be made; `None`: those that are there go on.
    pub archivist: Option<&'a str>,
}

/// What an archivist's first account may do: the whole of the business.
const BUSINESS: [Role; 5] = [
    Role::Archivist,
    Role::OpeningApprover,
    Role::ReferenceArchivist,
    Role::PreservationOfficer,
    Role::Director,
];

/// How a role's first account, and its post, are called.
fn called(role: Role) -> (&'static str, &'static str) {
    match role {
        Role::SystemAdmin => ("sysadmin", "系统管理员"),
        Role::SecurityAdmin => ("secadmin", "安全保密管理员"),
        Role::AuditAdmin => ("auditadmin", "安全审计员"),
        Role::OpeningApprover => ("archivist", "开放审定"),
        Role::ReferenceArchivist => ("archivist", "利用服务"),
        Role::PreservationOfficer => ("archivist", "保管"),
        Role::Director => ("archivist", "馆领导"),
        _ => ("archivist", "档案管理员"),
    }
}

struct Beginning<'a> {
    change: Change,
    ids: &'a dyn IdSource,
    institution: InstitutionId,
}

/// Sees to it that there is an institution, that every account in use belongs to a person, and that every
/// administrator's role is held. New passwords are handed to `keep` before anything is durable: if it fails, nothing
/// happened.
pub async fn begin<E: From<PeopleError>>(
    database: &Database,
    clock: &dyn Clock,
    ids: &dyn IdSource,
    first: FirstAccounts<'_>,
    keep: impl Fn(&FirstAccount) -> Result<(), E>,
) -> Result<Vec<FirstAccount>, E> {
    let beginning = prepare(database, clock, ids, first).await?;
    let Some((change, made)) = beginning else {
        return Ok(Vec::new());
    };
    for account in &made {
        keep(account)?;
    }
    change.commit().await?;
    Ok(made)
}

async fn is_settled(database: &Database, first: &FirstAccounts<'_>) -> Result<bool, PeopleError> {
    let mut reader = database.read().await?;
    if first.archivist.is_some() || InstitutionRepository(reader.conn()).root().await?.is_none() {
        return Ok(false);
    }
    for role in NEEDED {
        if !HoldingRepository(reader.conn()).was_held(role).await? {
            return Ok(false);
        }
    }
    Ok(AccountRepository(reader.conn())
        .without_person()
        .await?
        .is_empty())
}

async fn prepare(
    database: &Database,
    clock: &dyn Clock,
    ids: &dyn IdSource,
    first: FirstAccounts<'_>,
) -> Result<Option<(Change, Vec<FirstAccount>)>, PeopleError> {
    if is_settled(database, &first).await? {
        return Ok(None);
    }
    let mut change = Change::begin(database, clock.now()).await?;
    let institution = institution(&mut change, ids, first.institution).await?;
    let mut beginning = Beginning {
        change,
        ids,
        institution,
    };
    let mut made = Vec::new();
    if let Some(archivist) = first.archivist {
        let name = check_account_name(archivist)?;
        made.push(beginning.account(&BUSINESS, name, archivist).await?);
    }
    let found = AccountRepository(beginning.change.conn())
        .without_person()
        .await?;
    for account in found {
        beginning.adopt(&account).await?;
    }
    for role in NEEDED {
        if HoldingRepository(beginning.change.conn()).was_held(role).await? {
            continue;
        }
        let (account, person) = called(role);
        let account = beginning.free_name(account).await?;
        made.push(beginning.account(&[role], account, person).await?);
    }
    Ok(Some((beginning.change, made)))
}

async fn institution(
    change: &mut Change,
    ids: &dyn IdSource,
    name: &str,
) -> Result<InstitutionId, PeopleError> {
    if let Some(root) = InstitutionRepository(change.conn()).root().await? {
        return Ok(root.id);
    }
    let known = IdentityRepository(change.conn()).institution().await?;
    let new = NewInstitution {
        parent: None,
        kind: InstitutionKind::OtherArchives,
        name: check_name(known.as_deref().unwrap_or(name))?,
    };
    let (id, now) = (InstitutionId::new(ids.next()), change.now);
    InstitutionRepository(change.conn()).insert(now, id, &new).await?;
    Ok(id)
}

impl Beginning<'_> {
    /// A name that no account has yet.
    async fn free_name(&mut self, name: &str) -> Result<String, PeopleError> {
        let mut free = name.to_owned();
        let mut number = 2;
        while AccountRepository(self.change.conn()).find(&free).await?.is_some() {
            free = format!("{name}{number}");
            number += 1;
        }
        Ok(free)
    }

    async fn account(
        &mut self,
        roles: &[Role],
        name: String,
        person: &str,
    ) -> Result<FirstAccount, PeopleError> {
        let (password, hash) = made_password().await?;
        // the archivist's is read by whoever makes the archive, who is the archivist; the others' are handed over
        let kept = match roles.iter().any(|role| role.is_administrator()) {
            true => KeptPassword::handed_over(hash),
            false => KeptPassword::chosen(hash),
        };
        let person = self.person(person).await?;
        let account = Account {
            name: name.clone(),
            person: Some(person),
            kind: AccountKind::Person,
            state: AccountState::Active,
            expires_at: None,
            proposed: None,
            settled: None,
            reason: None,
        };
        insert(&mut self.change, &account, &kept).await?;
        self.hold(person, roles, Origin::Bootstrap).await?;
        Ok(FirstAccount { name, password })
    }

    /// An account of an earlier version goes on working: its holder does the business over everything.
    async fn adopt(&mut self, account: &str) -> Result<(), PeopleError> {
        let person = self.person(account).await?;
        AccountRepository(self.change.conn())
            .adopt(account, person)
            .await?;
        self.hold(person, &BUSINESS, Origin::Adopted).await
    }

    async fn person(&mut self, name: &str) -> Result<PersonId, PeopleError> {
        let person = Person {
            id: PersonId::new(self.ids.next()),
            kind: PersonKind::Staff,
            name: name.to_owned(),
            institution: Some(self.institution),
            created_by: None,
            created_at: self.change.now,
        };
        PersonRepository(self.change.conn()).insert(&person).await?;
        Ok(person.id)
    }

    async fn hold(&mut self, person: PersonId, roles: &[Role], origin: Origin) -> Result<(), PeopleError> {
        let now = self.change.now;
        for role in roles {
            let post = self.post(*role).await?;
            let grant = Grant {
                person,
                post,
                validity: Validity::since(now),
                replaces: None,
            };
            let id = HoldingId::new(self.ids.next());
            HoldingRepository(self.change.conn())
                .begin(id, &grant, origin, now)
                .await?;
        }
        Ok(())
    }

    /// The post of the institution that gives the whole of a role; made where there is none.
    async fn post(&mut self, role: Role) -> Result<PostId, PeopleError> {
        let scope = Scope::everything(role);
        let mut after = None;
        loop {
            let posts = PostRepository(self.change.conn())
                .page(Some(self.institution), after.as_deref(), 100)
                .await?;
            let Some(last) = posts.last().map(|post| post.id.to_string()) else {
                break;
            };
            if let Some(post) = posts.iter().find(|post| post.scope == scope) {
                return Ok(post.id);
            }
            after = Some(last);
        }
        let (_, name) = called(role);
        let new = NewPost {
            institution: self.institution,
            name: name.to_owned(),
            scope,
        };
        let (id, now) = (PostId::new(self.ids.next()), self.change.now);
        PostRepository(self.change.conn()).insert(now, id, &new).await?;
        Ok(id)
    }
}
