//! Institution and accounts in the database; beside it, in files of their own, what belongs to signing in.

pub(crate) mod sign_in;
pub(crate) mod sign_in_passkeys;
pub(crate) mod sign_in_sessions;

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

    /// How many accounts there are.
    pub async fn count_accounts(self) -> Result<i64, StoreError> {
        let sql = "SELECT COUNT(*) FROM accounts";
        Ok(on_engine!(self.0, |c| sqlx::query_scalar(sql)
            .fetch_one(&mut *c)
            .await)?)
    }
}
