//! Readers: they register themselves, and the reading room sees who they are.

use super::account::{Account, AccountKind, AccountState};
use super::accounts::insert;
use super::change::{Actor, People};
use super::error::PeopleError;
use super::person::{IdentityCheck, IdentityDocument, Person, PersonKind};
use super::words::{check_account_name, check_name};
use crate::password::KeptPassword;
use crate::repository::people_persons::PersonRepository;
use lantai_domain::PersonId;

/// A reader who registers.
#[derive(Debug, Clone)]
pub struct NewReader {
    /// The name of the account.
    pub account: String,
    /// Its password, which the rules took.
    pub password: KeptPassword,
    /// The reader's name.
    pub name: String,
}

impl People {
    /// Registers a reader. The account can be used at once: it allows little more than the public may.
    pub async fn register(&self, new: NewReader) -> Result<PersonId, PeopleError> {
        let (account, name) = (check_account_name(&new.account)?, check_name(&new.name)?);
        let mut change = self.change().await?;
        let person = Person {
            id: PersonId::new(self.ids.next()),
            kind: PersonKind::Reader,
            name,
            institution: None,
            created_by: None,
            created_at: change.now,
        };
        PersonRepository(change.conn()).insert(&person).await?;
        let account = Account {
            name: account,
            person: Some(person.id),
            kind: AccountKind::Reader,
            state: AccountState::Active,
            expires_at: None,
            proposed: None,
            settled: None,
            reason: None,
        };
        insert(&mut change, &account, &new.password).await?;
        change.commit().await?;
        Ok(person.id)
    }

    /// Keeps that a reader showed who they are, by which kind of document: no number, no copy.
    pub async fn verify(
        &self,
        actor: Actor,
        reader: PersonId,
        document: IdentityDocument,
    ) -> Result<(), PeopleError> {
        let mut change = self.change().await?;
        let person = PersonRepository(change.conn()).find(reader).await?;
        if person.ok_or(PeopleError::NotFound)?.kind != PersonKind::Reader {
            return Err(PeopleError::NotReader);
        }
        actor.is_not(reader)?;
        let check = IdentityCheck {
            document,
            by: actor.person,
            at: change.now,
        };
        PersonRepository(change.conn()).put_check(reader, &check).await?;
        change.commit().await
    }
}
