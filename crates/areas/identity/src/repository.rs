//! Institution, accounts and sessions in the database.

pub mod audit;
pub mod audit_alerts;
pub mod audit_retirements;
pub(crate) mod people_holdings;
pub(crate) mod people_persons;
pub(crate) mod people_places;
pub(crate) mod people_tokens;

use lantai_database::{Conn, StoreError, on_engine};

/// The tables of identity.
#[derive(Debug)]
pub struct IdentityRepository<'c>(pub Conn<'c>);

impl IdentityRepository<'_> {
    /// The name of the institution; `None`: the archive is not initialised.
    pub async fn institution(self) -> Result<Option<String>, StoreError> {
        let sql = "SELECT name FROM institution";
        Ok(on_engine!(self.0, |c| sqlx::query_scalar(sql)
            .fetch_optional(&mut *c)
            .await)?)
    }

    /// Names the institution.
    pub async fn put_institution(self, name: &str, at: &str) -> Result<(), StoreError> {
        let sql = "INSERT INTO institution (only_row, name, created_at) VALUES (1, $1, $2)
                   ON CONFLICT (only_row) DO UPDATE SET name = excluded.name";
        on_engine!(self.0, |c| sqlx::query(sql)
            .bind(name)
            .bind(at)
            .execute(&mut *c)
            .await
            .map(|_| ()))?;
        Ok(())
    }

    /// Makes an account. [`StoreError::Conflict`]: the name is taken.
    pub async fn insert_account(self, name: &str, password_hash: &str, at: &str) -> Result<(), StoreError> {
        let sql = "INSERT INTO accounts (name, password_hash, created_at) VALUES ($1, $2, $3)";
        on_engine!(self.0, |c| sqlx::query(sql)
            .bind(name)
            .bind(password_hash)
            .bind(at)
            .execute(&mut *c)
            .await
            .map(|_| ()))?;
        Ok(())
    }

    /// How many accounts there are.
    pub async fn count_accounts(self) -> Result<i64, StoreError> {
        let sql = "SELECT COUNT(*) FROM accounts";
        Ok(on_engine!(self.0, |c| sqlx::query_scalar(sql)
            .fetch_one(&mut *c)
            .await)?)
    }

    /// The kept form of an account's password.
    pub async fn password_hash(self, name: &str) -> Result<Option<String>, StoreError> {
        let sql = "SELECT password_hash FROM accounts WHERE name = $1";
        Ok(on_engine!(self.0, |c| sqlx::query_scalar(sql)
            .bind(name)
            .fetch_optional(&mut *c)
            .await)?)
    }

    /// Begins a session; those that have ended are swept out.
    pub async fn insert_session(
        mut self,
        token_digest: &str,
        account: &str,
        now_ms: i64,
        until_ms: i64,
    ) -> Result<(), StoreError> {
        let sql = "DELETE FROM sessions WHERE expires_at_ms < $1";
        on_engine!(self.0.reborrow(), |c| sqlx::query(sql)
            .bind(now_ms)
            .execute(&mut *c)
            .await
            .map(|_| ()))?;
        let sql = "INSERT INTO sessions (token_digest, account, created_at_ms, expires_at_ms)
                   VALUES ($1, $2, $3, $4)";
        on_engine!(self.0, |c| sqlx::query(sql)
            .bind(token_digest)
            .bind(account)
            .bind(now_ms)
            .bind(until_ms)
            .execute(&mut *c)
            .await
            .map(|_| ()))?;
        Ok(())
    }

    /// The account of a session that has not ended.
    pub async fn session_account(
        self,
        token_digest: &str,
        now_ms: i64,
    ) -> Result<Option<String>, StoreError> {
        let sql = "SELECT account FROM sessions WHERE token_digest = $1 AND expires_at_ms > $2";
        Ok(on_engine!(self.0, |c| sqlx::query_scalar(sql)
            .bind(token_digest)
            .bind(now_ms)
            .fetch_optional(&mut *c)
            .await)?)
    }

    /// Ends a session.
    pub async fn delete_session(self, token_digest: &str) -> Result<(), StoreError> {
        let sql = "DELETE FROM sessions WHERE token_digest = $1";
        on_engine!(self.0, |c| sqlx::query(sql)
            .bind(token_digest)
            .execute(&mut *c)
            .await
            .map(|_| ()))?;
        Ok(())
    }
}
