//! Accounts: made by one, brought to life by another, taken out of use at once by either.

use super::account::{Account, AccountKind, AccountState};
use super::change::{Actor, Change, People};
use super::error::PeopleError;
use super::person::{Person, PersonKind};
use super::words::{check_account_name, check_name, check_reason};
use crate::error::IdentityError;
use crate::password::{self, KeptPassword};
use crate::repository::people_persons::{AccountRepository, PersonRepository};
use crate::repository::people_places::InstitutionRepository;
use crate::repository::sign_in::SignInRepository;
use jiff::Timestamp;
use lantai_database::{Database, StoreError};
use lantai_domain::audit::{AuditActor, AuditNote, AuditObject, EventClass};
use lantai_domain::{InstitutionId, PersonId, Proposal};

/// An account to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAccount {
    /// Its name.
    pub name: String,
    /// Whose it is to be.
    pub person: PersonId,
    /// From when on it can be used no more.
    pub expires_at: Option<Timestamp>,
}

/// A random password with the form in which it is kept, made off the async threads.
pub(crate) async fn made_password() -> Result<(String, String), IdentityError> {
    tokio::task::spawn_blocking(|| {
        let password = password::random_password()?;
        let hash = password::hash(&password)?;
        Ok((password, hash))
    })
    .await?
}

/// A first password, to be handed over.
async fn first_password() -> Result<(String, KeptPassword), IdentityError> {
    let (password, hash) = made_password().await?;
    Ok((password, KeptPassword::handed_over(hash)))
}

/// Enters an account; a name that is taken is named so.
pub(crate) async fn insert(
    change: &mut Change,
    account: &Account,
    kept: &KeptPassword,
) -> Result<(), PeopleError> {
    let now = change.now;
    if AccountRepository(change.conn())
        .find(&account.name)
        .await?
        .is_some()
    {
        return Err(PeopleError::NameTaken);
    }
    match AccountRepository(change.conn()).insert(account, kept, now).await {
        Err(StoreError::Conflict(_)) => Err(PeopleError::NameTaken),
        done => Ok(done?),
    }
}

async fn account(change: &mut Change, name: &str) -> Result<Account, PeopleError> {
    let found = AccountRepository(change.conn()).find(name).await?;
    found.ok_or(PeopleError::NotFound)
}

fn not_own(actor: Actor, account: &Account) -> Result<(), PeopleError> {
    account.person.map_or(Ok(()), |person| actor.is_not(person))
}

impl People {
    /// Enters a member of the staff.
    pub async fn enter_person(
        &self,
        actor: Actor,
        name: &str,
        institution: Option<InstitutionId>,
    ) -> Result<PersonId, PeopleError> {
        let name = check_name(name)?;
        let mut change = self.change().await?;
        if let Some(institution) = institution {
            let found = InstitutionRepository(change.conn()).find(institution).await?;
            if found.ok_or(PeopleError::NotFound)?.closed_at.is_some() {
                return Err(PeopleError::Closed);
            }
        }
        let person = Person {
            id: PersonId::new(self.ids.next()),
            kind: PersonKind::Staff,
            name,
            institution,
            created_by: Some(actor.person),
            created_at: change.now,
        };
        PersonRepository(change.conn()).insert(&person).await?;
        change.commit().await?;
        Ok(person.id)
    }

    /// Makes an account that cannot be used yet; gives its first password.
    pub async fn create_account(&self, actor: Actor, new: NewAccount) -> Result<String, PeopleError> {
        let name = check_account_name(&new.name)?;
        let (password, kept) = first_password().await?;
        let mut change = self.change().await?;
        actor.is_not(new.person)?;
        if new.expires_at.is_some_and(|end| end <= change.now) {
            return Err(PeopleError::Validity);
        }
        let person = PersonRepository(change.conn()).find(new.person).await?;
        if person.ok_or(PeopleError::NotFound)?.kind != PersonKind::Staff {
            return Err(PeopleError::NotStaff);
        }
        let has = AccountRepository(change.conn()).of_person(new.person).await?;
        if has.is_some() {
            return Err(PeopleError::HasAccount);
        }
        let account = Account {
            name,
            person: Some(new.person),
            kind: AccountKind::Person,
            state: AccountState::Inactive,
            expires_at: new.expires_at,
            proposed: Some((actor.person, change.now)),
            settled: None,
            reason: None,
        };
        insert(&mut change, &account, &kept).await?;
        change.commit().await?;
        Ok(password)
    }

    /// Brings an account to life that somebody else made.
    pub async fn activate(&self, actor: Actor, name: &str) -> Result<(), PeopleError> {
        let mut change = self.change().await?;
        let found = account(&mut change, name).await?;
        let (AccountState::Inactive, Some((by, at))) = (found.state, found.proposed) else {
            return Err(PeopleError::WrongState(found.state.id()));
        };
        not_own(actor, &found)?;
        let agreed = Proposal::new(found.name, by, at).agree(actor.person, change.now)?;
        AccountRepository(change.conn()).put_active(&agreed).await?;
        change.commit().await
    }

    /// Takes an account out of use; at once, with its sessions.
    pub async fn disable(&self, actor: Actor, name: &str, reason: &str) -> Result<(), PeopleError> {
        let reason = check_reason(reason)?;
        let mut change = self.change().await?;
        let found = account(&mut change, name).await?;
        if found.state == AccountState::Disabled {
            return Err(PeopleError::WrongState(found.state.id()));
        }
        not_own(actor, &found)?;
        let now = change.now;
        AccountRepository(change.conn())
            .put_disabled(name, actor.person, now, &reason)
            .await?;
        change.commit().await
    }

    /// Asks that an account be used again: after it was disabled or expired, or because its password is forgotten. It
    /// waits like a new one, with a new first password and no other factors; programs have none.
    pub async fn reinstate(
        &self,
        actor: Actor,
        name: &str,
        expires_at: Option<Timestamp>,
    ) -> Result<Option<String>, PeopleError> {
        let (password, kept) = first_password().await?;
        let mut change = self.change().await?;
        let found = account(&mut change, name).await?;
        not_own(actor, &found)?;
        let now = change.now;
        if expires_at.is_some_and(|end| end <= now) {
            return Err(PeopleError::Validity);
        }
        let signs_in = found.kind != AccountKind::Service;
        let kept = if signs_in { kept } else { KeptPassword::none() };
        AccountRepository(change.conn())
            .put_inactive(name, &kept, expires_at, actor.person, now)
            .await?;
        change.commit().await?;
        Ok(signs_in.then_some(password))
    }
}

/// Gives an account a new random password, and takes its other factors away: for whoever holds the data folder, when
/// nobody can sign in any more.
pub async fn reset_password(database: &Database, now: Timestamp, name: &str) -> Result<String, PeopleError> {
    let (password, kept) = first_password().await?;
    let mut change = Change::begin(database, now).await?;
    let found = account(&mut change, name).await?;
    if found.kind == AccountKind::Service {
        return Err(PeopleError::NotStaff);
    }
    SignInRepository(change.conn())
        .put_password(name, &kept, now.as_millisecond())
        .await?;
    AccountRepository(change.conn()).forget_keys(name).await?;
    let note = AuditNote::new(EventClass::System, "reset_password", now);
    change.note(
        note.by(AuditActor::person("local"))
            .on(AuditObject::new("account", name)),
    );
    change.commit().await?;
    Ok(password)
}
