//! Persons and their accounts in the catalogue.

use super::people_places::{id, word};
use crate::password::KeptPassword;
use crate::people::{
    Account, AccountKind, AccountState, IdentityCheck, IdentityDocument, Person, PersonKind, moment,
};
use jiff::Timestamp;
use lantai_database::{Conn, StoreError, on_engine};
use lantai_domain::{Agreed, InstitutionId, PersonId};

#[derive(sqlx::FromRow)]
struct PersonRow {
    id: String,
    kind: String,
    name: String,
    institution: Option<String>,
    created_by: Option<String>,
    created_at_ms: i64,
}

const PERSON: &str = "id, kind, name, institution, created_by, created_at_ms";

impl TryFrom<PersonRow> for Person {
    type Error = StoreError;

    fn try_from(row: PersonRow) -> Result<Self, Self::Error> {
        Ok(Self {
            id: id(&row.id, PersonId::new)?,
            kind: word(&row.kind, PersonKind::from_id)?,
            name: row.name,
            institution: row
                .institution
                .map(|institution| id(&institution, InstitutionId::new))
                .transpose()?,
            created_by: row.created_by.map(|by| id(&by, PersonId::new)).transpose()?,
            created_at: moment(row.created_at_ms)?,
        })
    }
}

#[derive(sqlx::FromRow)]
struct CheckRow {
    document: String,
    verified_by: String,
    verified_at_ms: i64,
}

/// Which persons are asked for.
#[derive(Debug, Clone, Default)]
pub struct PersonFilter<'a> {
    /// What they are; `None`: anything.
    pub kind: Option<PersonKind>,
    /// Where they work; `None`: anywhere.
    pub institution: Option<InstitutionId>,
    /// Letters of their name.
    pub name: &'a str,
}

/// Persons.
#[derive(Debug)]
pub struct PersonRepository<'c>(pub Conn<'c>);

impl PersonRepository<'_> {
    /// Takes the one lock of people until the end of the transaction: changes of people come one after the other.
    pub async fn hold_people(self) -> Result<(), StoreError> {
        let sql = "UPDATE people_head SET changes = changes + 1 WHERE only_row = 1";
        on_engine!(self.0, |c| sqlx::query(sql).execute(&mut *c).await.map(|_| ()))?;
        Ok(())
    }

    /// Enters a person.
    pub async fn insert(self, person: &Person) -> Result<(), StoreError> {
        let sql = "INSERT INTO persons (id, kind, name, institution, created_by, created_at_ms)
                   VALUES ($1, $2, $3, $4, $5, $6)";
        on_engine!(self.0, |c| sqlx::query(sql)
            .bind(person.id.to_string())
            .bind(person.kind.id())
            .bind(&person.name)
            .bind(person.institution.map(|institution| institution.to_string()))
            .bind(person.created_by.map(|by| by.to_string()))
            .bind(person.created_at.as_millisecond())
            .execute(&mut *c)
            .await
            .map(|_| ()))?;
        Ok(())
    }

    /// One of them.
    pub async fn find(self, key: PersonId) -> Result<Option<Person>, StoreError> {
        let sql = format!("SELECT {PERSON} FROM persons WHERE id = $1");
        let row: Option<PersonRow> = on_engine!(self.0, |c| sqlx::query_as(sqlx::AssertSqlSafe(sql))
            .bind(key.to_string())
            .fetch_optional(&mut *c)
            .await)?;
        row.map(Person::try_from).transpose()
    }

    /// A page of them, after one of them.
    pub async fn page(
        self,
        filter: &PersonFilter<'_>,
        after: Option<&str>,
        limit: i64,
    ) -> Result<Vec<Person>, StoreError> {
        let sql = format!(
            "SELECT {PERSON} FROM persons WHERE id > $1 AND ($2 = '' OR kind = $2) AND ($3 = '' OR institution = $3)
             AND ($4 = '' OR name LIKE $4 ESCAPE '!') ORDER BY id LIMIT $5"
        );
        let escaped = filter
            .name
            .replace('!', "!!")
            .replace('%', "!%")
            .replace('_', "!_");
        let name = match escaped.is_empty() {
            true => escaped,
            false => format!("%{escaped}%"),
        };
        let rows: Vec<PersonRow> = on_engine!(self.0, |c| sqlx::query_as(sqlx::AssertSqlSafe(sql))
            .bind(after.unwrap_or(""))
            .bind(filter.kind.map_or("", PersonKind::id))
            .bind(filter.institution.map(|key| key.to_string()).unwrap_or_default())
            .bind(&name)
            .bind(limit)
            .fetch_all(&mut *c)
            .await)?;
        rows.into_iter().map(Person::try_from).collect()
    }

    /// How many persons work in an institution.
    pub async fn count_in(self, institution: InstitutionId) -> Result<i64, StoreError> {
        let sql = "SELECT COUNT(*) FROM persons WHERE institution = $1";
        Ok(on_engine!(self.0, |c| sqlx::query_scalar(sql)
            .bind(institution.to_string())
            .fetch_one(&mut *c)
            .await)?)
    }

    /// Keeps that a reader's identity was seen to; a later check takes the place of an earlier one.
    pub async fn put_check(self, person: PersonId, check: &IdentityCheck) -> Result<(), StoreError> {
        let sql = "INSERT INTO identity_checks (person, document, verified_by, verified_at_ms)
                   VALUES ($1, $2, $3, $4) ON CONFLICT (person) DO UPDATE SET document = excluded.document,
                   verified_by = excluded.verified_by, verified_at_ms = excluded.verified_at_ms";
        on_engine!(self.0, |c| sqlx::query(sql)
            .bind(person.to_string())
            .bind(check.document.id())
            .bind(check.by.to_string())
            .bind(check.at.as_millisecond())
            .execute(&mut *c)
            .await
            .map(|_| ()))?;
        Ok(())
    }

    /// Whether a reader's identity was seen to.
    pub async fn check(self, person: PersonId) -> Result<Option<IdentityCheck>, StoreError> {
        let sql = "SELECT document, verified_by, verified_at_ms FROM identity_checks WHERE person = $1";
        let row: Option<CheckRow> = on_engine!(self.0, |c| sqlx::query_as(sql)
            .bind(person.to_string())
            .fetch_optional(&mut *c)
            .await)?;
        row.map(|row| {
            Ok(IdentityCheck {
                document: word(&row.document, IdentityDocument::from_id)?,
                by: id(&row.verified_by, PersonId::new)?,
                at: moment(row.verified_at_ms)?,
            })
        })
        .transpose()
    }
}

#[derive(sqlx::FromRow)]
struct AccountRow {
    name: String,
    person: Option<String>,
    kind: String,
    state: String,
    expires_at_ms: Option<i64>,
    proposed_by: Option<String>,
    proposed_at_ms: Option<i64>,
    settled_by: Option<String>,
    settled_at_ms: Option<i64>,
    reason: Option<String>,
}

const ACCOUNT: &str = "name, person, kind, state, expires_at_ms, proposed_by, proposed_at_ms, settled_by, \
                       settled_at_ms, reason";

fn done(by: Option<String>, at: Option<i64>) -> Result<Option<(PersonId, Timestamp)>, StoreError> {
    match (by, at) {
        (Some(by), Some(at)) => Ok(Some((id(&by, PersonId::new)?, moment(at)?))),
        _ => Ok(None),
    }
}

impl TryFrom<AccountRow> for Account {
    type Error = StoreError;

    fn try_from(row: AccountRow) -> Result<Self, Self::Error> {
        Ok(Self {
            name: row.name,
            person: row.person.map(|person| id(&person, PersonId::new)).transpose()?,
            kind: word(&row.kind, AccountKind::from_id)?,
            state: word(&row.state, AccountState::from_id)?,
            expires_at: row.expires_at_ms.map(moment).transpose()?,
            proposed: done(row.proposed_by, row.proposed_at_ms)?,
            settled: done(row.settled_by, row.settled_at_ms)?,
            reason: row.reason,
        })
    }
}

/// Accounts, without their secrets.
#[derive(Debug)]
pub struct AccountRepository<'c>(pub Conn<'c>);

impl AccountRepository<'_> {
    /// Makes an account. [`StoreError::Conflict`]: the name is taken, or the person has one.
    pub async fn insert(
        self,
        account: &Account,
        password: &KeptPassword,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let sql = "INSERT INTO accounts (name, password_hash, created_at, person, kind, state, expires_at_ms,
                   proposed_by, proposed_at_ms, password_changed_at_ms, password_must_change)
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
        on_engine!(self.0, |c| sqlx::query(sql)
            .bind(&account.name)
            .bind(password.hash())
            .bind(at.to_string())
            .bind(account.person.map(|person| person.to_string()))
            .bind(account.kind.id())
            .bind(account.state.id())
            .bind(account.expires_at.map(|end| end.as_millisecond()))
            .bind(account.proposed.map(|(by, _)| by.to_string()))
            .bind(account.proposed.map(|(_, at)| at.as_millisecond()))
            .bind(at.as_millisecond())
            .bind(i64::from(password.must_change()))
            .execute(&mut *c)
            .await
            .map(|_| ()))?;
        Ok(())
    }

    /// One of them.
    pub async fn find(self, name: &str) -> Result<Option<Account>, StoreError> {
        let sql = format!("SELECT {ACCOUNT} FROM accounts WHERE name = $1");
        let row: Option<AccountRow> = on_engine!(self.0, |c| sqlx::query_as(sqlx::AssertSqlSafe(sql))
            .bind(name)
            .fetch_optional(&mut *c)
            .await)?;
        row.map(Account::try_from).transpose()
    }

    /// The account of a person.
    pub async fn of_person(self, person: PersonId) -> Result<Option<Account>, StoreError> {
        let sql = format!("SELECT {ACCOUNT} FROM accounts WHERE person = $1");
        let row: Option<AccountRow> = on_engine!(self.0, |c| sqlx::query_as(sqlx::AssertSqlSafe(sql))
            .bind(person.to_string())
            .fetch_optional(&mut *c)
            .await)?;
        row.map(Account::try_from).transpose()
    }

    /// A page of them, after one of them; of one kind and state, or of all.
    pub async fn page(
        self,
        kind: Option<AccountKind>,
        state: Option<AccountState>,
        after: Option<&str>,
        limit: i64,
    ) -> Result<Vec<Account>, StoreError> {
        let sql = format!(
            "SELECT {ACCOUNT} FROM accounts WHERE name > $1 AND ($2 = '' OR kind = $2) AND ($3 = '' OR state = $3)
             ORDER BY name LIMIT $4"
        );
        let rows: Vec<AccountRow> = on_engine!(self.0, |c| sqlx::query_as(sqlx::AssertSqlSafe(sql))
            .bind(after.unwrap_or(""))
            .bind(kind.map_or("", AccountKind::id))
            .bind(state.map_or("", AccountState::id))
            .bind(limit)
            .fetch_all(&mut *c)
            .await)?;
        rows.into_iter().map(Account::try_from).collect()
    }

    /// Those in use that belong to no person: of an earlier version.
    pub async fn without_person(self) -> Result<Vec<String>, StoreError> {
        let sql = "SELECT name FROM accounts WHERE person IS NULL AND state = 'active' ORDER BY name";
        Ok(on_engine!(self.0, |c| sqlx::query_scalar(sql)
            .fetch_all(&mut *c)
            .await)?)
    }

    /// Says whose account it is.
    pub async fn adopt(self, name: &str, person: PersonId) -> Result<(), StoreError> {
        let sql = "UPDATE accounts SET person = $1, kind = 'person' WHERE name = $2 AND person IS NULL";
        let touched: u64 = on_engine!(self.0, |c| sqlx::query(sql)
            .bind(person.to_string())
            .bind(name)
            .execute(&mut *c)
            .await
            .map(|done| done.rows_affected()))?;
        one(touched)
    }

    /// Brings an inactive account to life, as was agreed.
    pub async fn put_active(self, agreed: &Agreed<String>) -> Result<(), StoreError> {
        let sql = "UPDATE accounts SET state = 'active', settled_by = $1, settled_at_ms = $2, reason = NULL
                   WHERE name = $3 AND state = 'inactive'";
        let touched: u64 = on_engine!(self.0, |c| sqlx::query(sql)
            .bind(agreed.agreed_by().to_string())
            .bind(agreed.at().as_millisecond())
            .bind(agreed.what())
            .execute(&mut *c)
            .await
            .map(|done| done.rows_affected()))?;
        one(touched)
    }

    /// Takes an account out of use; its sessions end.
    pub async fn put_disabled(
        mut self,
        name: &str,
        by: PersonId,
        at: Timestamp,
        reason: &str,
    ) -> Result<(), StoreError> {
        let sql = "UPDATE accounts SET state = 'disabled', settled_by = $1, settled_at_ms = $2, reason = $3
                   WHERE name = $4 AND state <> 'disabled'";
        let touched: u64 = on_engine!(self.0.reborrow(), |c| sqlx::query(sql)
            .bind(by.to_string())
            .bind(at.as_millisecond())
            .bind(reason)
            .bind(name)
            .execute(&mut *c)
            .await
            .map(|done| done.rows_affected()))?;
        one(touched)?;
        self.end_sessions(name).await
    }

    /// Asks that an account be used again, with a new password and perhaps an end; its sessions and factors are gone.
    pub async fn put_inactive(
        mut self,
        name: &str,
        password: &KeptPassword,
        expires_at: Option<Timestamp>,
        by: PersonId,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let sql = "UPDATE accounts SET state = 'inactive', password_hash = $1, expires_at_ms = $2, proposed_by = $3,
                   proposed_at_ms = $4, settled_by = NULL, settled_at_ms = NULL, reason = NULL,
                   password_changed_at_ms = $4, password_must_change = $6 WHERE name = $5";
        let touched: u64 = on_engine!(self.0.reborrow(), |c| sqlx::query(sql)
            .bind(password.hash())
            .bind(expires_at.map(|end| end.as_millisecond()))
            .bind(by.to_string())
            .bind(at.as_millisecond())
            .bind(name)
            .bind(i64::from(password.must_change()))
            .execute(&mut *c)
            .await
            .map(|done| done.rows_affected()))?;
        one(touched)?;
        self.forget_keys(name).await
    }

    /// Takes from an account everything besides the password with which its owner signs in, and ends its sessions:
    /// what is given back to somebody begins anew.
    pub async fn forget_keys(mut self, name: &str) -> Result<(), StoreError> {
        let kept = ["totp_factors", "recovery_codes", "passkeys", "outside_identities"];
        for table in kept {
            let sql = format!("DELETE FROM {table} WHERE account = $1");
            on_engine!(self.0.reborrow(), |c| sqlx::query(sqlx::AssertSqlSafe(sql))
                .bind(name)
                .execute(&mut *c)
                .await
                .map(|_| ()))?;
        }
        self.end_sessions(name).await
    }

    async fn end_sessions(self, name: &str) -> Result<(), StoreError> {
        let sql = "DELETE FROM sessions WHERE account = $1";
        on_engine!(self.0, |c| sqlx::query(sql)
            .bind(name)
            .execute(&mut *c)
            .await
            .map(|_| ()))?;
        Ok(())
    }
}

fn one(touched: u64) -> Result<(), StoreError> {
    match touched {
        1 => Ok(()),
        _ => Err(StoreError::Missing("account")),
    }
}
