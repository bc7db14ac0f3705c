//! Accounts as they are signed in to, their factors, and steps that wait for their second half.

use crate::password::KeptPassword;
use crate::sign_in::account::SignInAccount;
use lantai_database::{Conn, StoreError, on_engine};

/// Addresses remembered for each account; the oldest are forgotten.
const KNOWN_ADDRESSES: i64 = 10;
/// Former passwords kept for each account.
const FORMER_PASSWORDS: i64 = 5;
/// Steps that wait at most, over all.
const STEPS: i64 = 10_000;

type AccountRow = (String, String, i64, i64, Option<String>, i64, i64, i64);

const ACCOUNT: &str =
    "SELECT a.name, a.password_hash, a.password_must_change, a.password_changed_at_ms, a.handle,
        (SELECT COUNT(*) FROM totp_factors t WHERE t.account = a.name),
        (SELECT COUNT(*) FROM passkeys p WHERE p.account = a.name),
        (SELECT COUNT(*) FROM recovery_codes r WHERE r.account = a.name AND r.used = 0)
    FROM accounts a";

/// A step that waits for its second half.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Its random name.
    pub step: String,
    /// Of what kind it is.
    pub kind: String,
    /// For which account, where that is known.
    pub account: Option<String>,
    /// What was begun.
    pub content: String,
    /// Until when it waits.
    pub until_ms: i64,
}

/// An authenticator that makes codes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TotpFactor {
    /// Its secret, sealed.
    pub sealed_secret: String,
    /// The step whose code was used last.
    pub last_step: i64,
    /// When it was set up.
    pub created_at_ms: i64,
}

/// A link to an identity of another provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutsideIdentity {
    /// The provider.
    pub issuer: String,
    /// The name there, which never changes.
    pub subject: String,
    /// The account here.
    pub account: String,
    /// Since when.
    pub linked_at_ms: i64,
}

/// The tables of signing in.
#[derive(Debug)]
pub struct SignInRepository<'c>(pub Conn<'c>);

fn account(row: AccountRow) -> SignInAccount {
    let (name, password_hash, must_change, password_changed_at_ms, handle, totp, passkeys, recovery_codes) =
        row;
    SignInAccount {
        name,
        password_hash,
        password_must_change: must_change != 0,
        password_changed_at_ms,
        handle,
        has_totp: totp > 0,
        passkeys,
        recovery_codes,
    }
}

impl SignInRepository<'_> {
    /// An account by its name.
    pub async fn account(self, name: &str) -> Result<Option<SignInAccount>, StoreError> {
        let sql = format!("{ACCOUNT} WHERE a.name = $1");
        let row: Option<AccountRow> = on_engine!(self.0, |c| sqlx::query_as(sqlx::AssertSqlSafe(sql))
            .bind(name)
            .fetch_optional(&mut *c)
            .await)?;
        Ok(row.map(account))
    }

    /// The account under whose random name an authenticator keeps a passkey.
    pub async fn account_by_handle(self, handle: &str) -> Result<Option<SignInAccount>, StoreError> {
        let sql = format!("{ACCOUNT} WHERE a.handle = $1");
        let row: Option<AccountRow> = on_engine!(self.0, |c| sqlx::query_as(sqlx::AssertSqlSafe(sql))
            .bind(handle)
            .fetch_optional(&mut *c)
            .await)?;
        Ok(row.map(account))
    }

    /// Gives an account a random name for its passkeys, where it has none; the one it has then.
    pub async fn give_handle(mut self, name: &str, handle: &str) -> Result<String, StoreError> {
        let sql = "UPDATE accounts SET handle = $2 WHERE name = $1 AND handle IS NULL";
        on_engine!(self.0.reborrow(), |c| sqlx::query(sql)
            .bind(name)
            .bind(handle)
            .execute(&mut *c)
            .await
            .map(|_| ()))?;
        let sql = "SELECT handle FROM accounts WHERE name = $1";
        let kept: Option<Option<String>> = on_engine!(self.0, |c| sqlx::query_scalar(sql)
            .bind(name)
            .fetch_optional(&mut *c)
            .await)?;
        kept.flatten().ok_or(StoreError::Missing("accounts"))
    }

    /// Sets a password; the one before goes into the history.
    pub async fn put_password(
        mut self,
        name: &str,
        password: &KeptPassword,
        now_ms: i64,
    ) -> Result<(), StoreError> {
        let sql = "INSERT INTO former_passwords (account, password_hash, until_ms)
                   SELECT name, password_hash, $2 FROM accounts WHERE name = $1
                   ON CONFLICT (account, password_hash) DO UPDATE SET until_ms = excluded.until_ms";
        on_engine!(self.0.reborrow(), |c| sqlx::query(sql)
            .bind(name)
            .bind(now_ms)
            .execute(&mut *c)
            .await
            .map(|_| ()))?;
        let sql = "DELETE FROM former_passwords WHERE account = $1 AND password_hash NOT IN (
                   SELECT password_hash FROM former_passwords WHERE account = $1 ORDER BY until_ms DESC LIMIT $2)";
        on_engine!(self.0.reborrow(), |c| sqlx::query(sql)
            .bind(name)
            .bind(FORMER_PASSWORDS)
            .execute(&mut *c)
            .await
            .map(|_| ()))?;
        let sql =
            "UPDATE accounts SET password_hash = $2, password_changed_at_ms = $3, password_must_change = $4
                   WHERE name = $1";
        let changed = on_engine!(self.0, |c| sqlx::query(sql)
            .bind(name)
            .bind(password.hash())
            .bind(now_ms)
            .bind(i64::from(password.must_change()))
            .execute(&mut *c)
            .await
            .map(|done| done.rows_affected()))?;
        match changed {
            0 => Err(StoreError::Missing("accounts")),
            _ => Ok(()),
        }
    }

    /// Demands a new password of an account before anything else.
    pub async fn demand_new_password(self, name: &str) -> Result<(), StoreError> {
        let sql = "UPDATE accounts SET password_must_change = 1 WHERE name = $1";
        let changed = on_engine!(self.0, |c| sqlx::query(sql)
            .bind(name)
            .execute(&mut *c)
            .await
            .map(|done| done.rows_affected()))?;
        match changed {
            0 => Err(StoreError::Missing("accounts")),
            _ => Ok(()),
        }
    }

    /// The passwords an account had before, as they are kept; the latest first.
    pub async fn former_passwords(self, name: &str) -> Result<Vec<String>, StoreError> {
        let sql =
            "SELECT password_hash FROM former_passwords WHERE account = $1 ORDER BY until_ms DESC LIMIT $2";
        Ok(on_engine!(self.0, |c| sqlx::query_scalar(sql)
            .bind(name)
            .bind(FORMER_PASSWORDS)
            .fetch_all(&mut *c)
            .await)?)
    }

    /// Whether somebody signed in to an account from an address before.
    pub async fn knows_address(self, name: &str, address: &str) -> Result<bool, StoreError> {
        let sql = "SELECT COUNT(*) FROM known_addresses WHERE account = $1 AND address = $2";
        let count: i64 = on_engine!(self.0, |c| sqlx::query_scalar(sql)
            .bind(name)
            .bind(address)
            .fetch_one(&mut *c)
            .await)?;
        Ok(count > 0)
    }

    /// Remembers an address from which somebody signed in.
    pub async fn put_address(mut self, name: &str, address: &str, now_ms: i64) -> Result<(), StoreError> {
        let sql = "INSERT INTO known_addresses (account, address, last_ms) VALUES ($1, $2, $3)
                   ON CONFLICT (account, address) DO UPDATE SET last_ms = excluded.last_ms";
        on_engine!(self.0.reborrow(), |c| sqlx::query(sql)
            .bind(name)
            .bind(address)
            .bind(now_ms)
            .execute(&mut *c)
            .await
            .map(|_| ()))?;
        let sql = "DELETE FROM known_addresses WHERE account = $1 AND address NOT IN (
                   SELECT address FROM known_addresses WHERE account = $1 ORDER BY last_ms DESC LIMIT $2)";
        on_engine!(self.0, |c| sqlx::query(sql)
            .bind(name)
            .bind(KNOWN_ADDRESSES)
            .execute(&mut *c)
            .await
            .map(|_| ()))?;
        Ok(())
    }

    /// Sets an authenticator up, in place of any other. Codes of `last_step` and before count no more.
    pub async fn put_totp(
        self,
        name: &str,
        sealed: &str,
        last_step: i64,
        now_ms: i64,
    ) -> Result<(), StoreError> {
        let sql = "INSERT INTO totp_factors (account, sealed_secret, last_step, created_at_ms)
                   VALUES ($1, $2, $3, $4)
                   ON CONFLICT (account) DO UPDATE SET sealed_secret = excluded.sealed_secret,
                       last_step = excluded.last_step, created_at_ms = excluded.created_at_ms";
        on_engine!(self.0, |c| sqlx::query(sql)
            .bind(name)
            .bind(sealed)
            .bind(last_step)
            .bind(now_ms)
            .execute(&mut *c)
            .await
            .map(|_| ()))?;
        Ok(())
    }

    /// The authenticator of an account.
    pub async fn totp(self, name: &str) -> Result<Option<TotpFactor>, StoreError> {
        let sql = "SELECT sealed_secret, last_step, created_at_ms FROM totp_factors WHERE account = $1";
        let row: Option<(String, i64, i64)> = on_engine!(self.0, |c| sqlx::query_as(sql)
            .bind(name)
            .fetch_optional(&mut *c)
            .await)?;
        Ok(row.map(|(sealed_secret, last_step, created_at_ms)| TotpFactor {
            sealed_secret,
            last_step,
            created_at_ms,
        }))
    }

    /// Uses the code of a step up; `false`: it, or a later one, was used before.
    pub async fn use_totp_step(self, name: &str, step: i64) -> Result<bool, StoreError> {
        let sql = "UPDATE totp_factors SET last_step = $2 WHERE account = $1 AND last_step < $2";
        Ok(on_engine!(self.0, |c| sqlx::query(sql)
            .bind(name)
            .bind(step)
            .execute(&mut *c)
            .await
            .map(|done| done.rows_affected()))?
            == 1)
    }

    /// Takes the authenticator of an account away; whether there was one.
    pub async fn delete_totp(self, name: &str) -> Result<bool, StoreError> {
        let sql = "DELETE FROM totp_factors WHERE account = $1";
        Ok(on_engine!(self.0, |c| sqlx::query(sql)
            .bind(name)
            .execute(&mut *c)
            .await
            .map(|done| done.rows_affected()))?
            > 0)
    }

    /// Sets recovery codes, in place of those before.
    pub async fn put_recovery_codes(mut self, name: &str, digests: &[String]) -> Result<(), StoreError> {
        let sql = "DELETE FROM recovery_codes WHERE account = $1";
        on_engine!(self.0.reborrow(), |c| sqlx::query(sql)
            .bind(name)
            .execute(&mut *c)
            .await
            .map(|_| ()))?;
        let sql = "INSERT INTO recovery_codes (account, digest) VALUES ($1, $2)";
        for digest in digests {
            on_engine!(self.0.reborrow(), |c| sqlx::query(sql)
                .bind(name)
                .bind(digest)
                .execute(&mut *c)
                .await
                .map(|_| ()))?;
        }
        Ok(())
    }

    /// Uses a recovery code up; `false`: there is none like it, or it was used before.
    pub async fn use_recovery_code(self, name: &str, digest: &str) -> Result<bool, StoreError> {
        let sql = "UPDATE recovery_codes SET used = 1 WHERE account = $1 AND digest = $2 AND used = 0";
        Ok(on_engine!(self.0, |c| sqlx::query(sql)
            .bind(name)
            .bind(digest)
            .execute(&mut *c)
            .await
            .map(|done| done.rows_affected()))?
            == 1)
    }

    /// Links an identity of another provider. [`StoreError::Conflict`]: one of the two is linked already.
    pub async fn insert_outside_identity(self, identity: &OutsideIdentity) -> Result<(), StoreError> {
        let sql =
            "INSERT INTO outside_identities (issuer, subject, account, linked_at_ms) VALUES ($1, $2, $3, $4)";
        on_engine!(self.0, |c| sqlx::query(sql)
            .bind(&identity.issuer)
            .bind(&identity.subject)
            .bind(&identity.account)
            .bind(identity.linked_at_ms)
            .execute(&mut *c)
            .await
            .map(|_| ()))?;
        Ok(())
    }

    /// The account that an identity of another provider is linked to.
    pub async fn linked_account(self, issuer: &str, subject: &str) -> Result<Option<String>, StoreError> {
        let sql = "SELECT account FROM outside_identities WHERE issuer = $1 AND subject = $2";
        Ok(on_engine!(self.0, |c| sqlx::query_scalar(sql)
            .bind(issuer)
            .bind(subject)
            .fetch_optional(&mut *c)
            .await)?)
    }

    /// The identities of other providers that an account is linked to.
    pub async fn outside_identities(self, name: &str) -> Result<Vec<OutsideIdentity>, StoreError> {
        let sql = "SELECT issuer, subject, account, linked_at_ms FROM outside_identities WHERE account = $1
                   ORDER BY linked_at_ms, issuer";
        let rows: Vec<(String, String, String, i64)> = on_engine!(self.0, |c| sqlx::query_as(sql)
            .bind(name)
            .fetch_all(&mut *c)
            .await)?;
        let identity = |(issuer, subject, account, linked_at_ms)| OutsideIdentity {
            issuer,
            subject,
            account,
            linked_at_ms,
        };
        Ok(rows.into_iter().map(identity).collect())
    }

    /// Undoes the links of an account to other providers; whether there were any.
    pub async fn delete_outside_identities(self, name: &str) -> Result<bool, StoreError> {
        let sql = "DELETE FROM outside_identities WHERE account = $1";
        Ok(on_engine!(self.0, |c| sqlx::query(sql)
            .bind(name)
            .execute(&mut *c)
            .await
            .map(|done| done.rows_affected()))?
            > 0)
    }

    /// Keeps a step until its second half comes; `false`: too many wait.
    pub async fn insert_step(mut self, step: &Step, now_ms: i64) -> Result<bool, StoreError> {
        let sql = "DELETE FROM sign_in_steps WHERE until_ms <= $1";
        on_engine!(self.0.reborrow(), |c| sqlx::query(sql)
            .bind(now_ms)
            .execute(&mut *c)
            .await
            .map(|_| ()))?;
        let sql = "INSERT INTO sign_in_steps (step, kind, account, content, until_ms)
                   SELECT $1, $2, $3, $4, $5 WHERE (SELECT COUNT(*) FROM sign_in_steps) < $6";
        Ok(on_engine!(self.0, |c| sqlx::query(sql)
            .bind(&step.step)
            .bind(&step.kind)
            .bind(&step.account)
            .bind(&step.content)
            .bind(step.until_ms)
            .bind(STEPS)
            .execute(&mut *c)
            .await
            .map(|done| done.rows_affected()))?
            == 1)
    }

    /// Takes a step, so that it cannot be taken again.
    pub async fn take_step(self, step: &str, kind: &str, now_ms: i64) -> Result<Option<Step>, StoreError> {
        let sql = "DELETE FROM sign_in_steps WHERE step = $1 AND kind = $2
                   RETURNING step, kind, account, content, until_ms";
        let row: Option<(String, String, Option<String>, String, i64)> =
            on_engine!(self.0, |c| sqlx::query_as(sql)
                .bind(step)
                .bind(kind)
                .fetch_optional(&mut *c)
                .await)?;
        let step = row.map(|(step, kind, account, content, until_ms)| Step {
            step,
            kind,
            account,
            content,
            until_ms,
        });
        Ok(step.filter(|step| step.until_ms > now_ms))
    }
}
