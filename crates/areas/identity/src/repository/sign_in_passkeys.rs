//! Passkeys in the database.

use super::sign_in::SignInRepository;
use lantai_database::{StoreError, on_engine};

/// A passkey.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passkey {
    /// Its name, which the authenticator gave it (base64url).
    pub credential: String,
    /// Whose it is.
    pub account: String,
    /// What its owner calls it.
    pub label: String,
    /// Its public key and what never changes (base64).
    pub key_state: String,
    /// Its counter and what changes with each use (base64).
    pub counter_state: String,
    /// How it can be reached, as bits.
    pub transports: i64,
    /// When it was set up.
    pub created_at_ms: i64,
    /// When it was last used.
    pub last_used_at_ms: Option<i64>,
}

type PasskeyRow = (String, String, String, String, String, i64, i64, Option<i64>);

const PASSKEY: &str =
    "SELECT credential, account, label, key_state, counter_state, transports, created_at_ms,
        last_used_at_ms FROM passkeys";

fn passkey(row: PasskeyRow) -> Passkey {
    let (credential, account, label, key_state, counter_state, transports, created_at_ms, last_used_at_ms) =
        row;
    Passkey {
        credential,
        account,
        label,
        key_state,
        counter_state,
        transports,
        created_at_ms,
        last_used_at_ms,
    }
}

impl SignInRepository<'_> {
    /// Adds a passkey. [`StoreError::Conflict`]: it is known already.
    pub async fn insert_passkey(self, passkey: &Passkey) -> Result<(), StoreError> {
        let sql = "INSERT INTO passkeys (credential, account, label, key_state, counter_state, transports,
                       created_at_ms, last_used_at_ms) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
        on_engine!(self.0, |c| sqlx::query(sql)
            .bind(&passkey.credential)
            .bind(&passkey.account)
            .bind(&passkey.label)
            .bind(&passkey.key_state)
            .bind(&passkey.counter_state)
            .bind(passkey.transports)
            .bind(passkey.created_at_ms)
            .bind(passkey.last_used_at_ms)
            .execute(&mut *c)
            .await
            .map(|_| ()))?;
        Ok(())
    }

    /// A passkey by its name.
    pub async fn passkey(self, credential: &str) -> Result<Option<Passkey>, StoreError> {
        let sql = format!("{PASSKEY} WHERE credential = $1");
        let row: Option<PasskeyRow> = on_engine!(self.0, |c| sqlx::query_as(sqlx::AssertSqlSafe(sql))
            .bind(credential)
            .fetch_optional(&mut *c)
            .await)?;
        Ok(row.map(passkey))
    }

    /// The passkeys of an account, the oldest first.
    pub async fn passkeys(self, name: &str) -> Result<Vec<Passkey>, StoreError> {
        let sql = format!("{PASSKEY} WHERE account = $1 ORDER BY created_at_ms, credential");
        let rows: Vec<PasskeyRow> = on_engine!(self.0, |c| sqlx::query_as(sqlx::AssertSqlSafe(sql))
            .bind(name)
            .fetch_all(&mut *c)
            .await)?;
        Ok(rows.into_iter().map(passkey).collect())
    }

    /// Notes that a passkey was used; `false`: it was used in another way meanwhile, or is gone.
    pub async fn use_passkey(
        self,
        before: &Passkey,
        counter_state: &str,
        now_ms: i64,
    ) -> Result<bool, StoreError> {
        let sql = "UPDATE passkeys SET counter_state = $3, last_used_at_ms = $4
                   WHERE credential = $1 AND counter_state = $2";
        Ok(on_engine!(self.0, |c| sqlx::query(sql)
            .bind(&before.credential)
            .bind(&before.counter_state)
            .bind(counter_state)
            .bind(now_ms)
            .execute(&mut *c)
            .await
            .map(|done| done.rows_affected()))?
            == 1)
    }

    /// Takes a passkey of an account away; whether there was one.
    pub async fn delete_passkey(self, name: &str, credential: &str) -> Result<bool, StoreError> {
        let sql = "DELETE FROM passkeys WHERE account = $1 AND credential = $2";
        Ok(on_engine!(self.0, |c| sqlx::query(sql)
            .bind(name)
            .bind(credential)
            .execute(&mut *c)
            .await
            .map(|done| done.rows_affected()))?
            > 0)
    }
}
