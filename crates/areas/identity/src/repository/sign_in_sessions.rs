//! Sessions in the database.

use crate::sign_in::session::{Session, Stage};
use lantai_database::{Conn, StoreError, on_engine};

type SessionRow = (
    String,
    String,
    String,
    String,
    String,
    String,
    i64,
    i64,
    i64,
    i64,
    i64,
);

const SESSION: &str =
    "SELECT id, account, stage, proofs, device, address, created_at_ms, proved_at_ms, last_seen_ms,
        idle_ms, expires_at_ms FROM sessions";
const GOES_ON: &str = "expires_at_ms > $2 AND last_seen_ms + idle_ms > $2";

/// The table of sessions.
#[derive(Debug)]
pub struct SessionRepository<'c>(pub Conn<'c>);

fn session(row: SessionRow) -> Result<Session, StoreError> {
    let (
        id,
        account,
        stage,
        proofs,
        device,
        address,
        created_at_ms,
        proved_at_ms,
        last_seen_ms,
        idle_ms,
        expires_at_ms,
    ) = row;
    let corrupt = |error| StoreError::corrupt(format!("sessions {id}"), error);
    let (stage, proofs) = (stage.parse().map_err(corrupt)?, proofs.parse().map_err(corrupt)?);
    Ok(Session {
        id,
        account,
        stage,
        proofs,
        device,
        address,
        created_at_ms,
        proved_at_ms,
        last_seen_ms,
        idle_ms,
        expires_at_ms,
    })
}

impl SessionRepository<'_> {
    /// Begins a session; those that have ended are swept out.
    pub async fn insert(mut self, session: &Session, token_digest: &str) -> Result<(), StoreError> {
        let sql = "DELETE FROM sessions WHERE expires_at_ms <= $1 OR last_seen_ms + idle_ms <= $1";
        on_engine!(self.0.reborrow(), |c| sqlx::query(sql)
            .bind(session.created_at_ms)
            .execute(&mut *c)
            .await
            .map(|_| ()))?;
        let sql =
            "INSERT INTO sessions (id, token_digest, account, stage, proofs, device, address, created_at_ms,
                       proved_at_ms, last_seen_ms, idle_ms, expires_at_ms)
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
        on_engine!(self.0, |c| sqlx::query(sql)
            .bind(&session.id)
            .bind(token_digest)
            .bind(&session.account)
            .bind(session.stage.id())
            .bind(session.proofs.to_string())
            .bind(&session.device)
            .bind(&session.address)
            .bind(session.created_at_ms)
            .bind(session.proved_at_ms)
            .bind(session.last_seen_ms)
            .bind(session.idle_ms)
            .bind(session.expires_at_ms)
            .execute(&mut *c)
            .await
            .map(|_| ()))?;
        Ok(())
    }

    /// The session of a token, if it goes on.
    pub async fn by_token(self, token_digest: &str, now_ms: i64) -> Result<Option<Session>, StoreError> {
        let sql = format!("{SESSION} WHERE token_digest = $1 AND {GOES_ON}");
        let row: Option<SessionRow> = on_engine!(self.0, |c| sqlx::query_as(sqlx::AssertSqlSafe(sql))
            .bind(token_digest)
            .bind(now_ms)
            .fetch_optional(&mut *c)
            .await)?;
        row.map(session).transpose()
    }

    /// The sessions of an account that go on and are whole, the latest used first.
    pub async fn of_account(self, account: &str, now_ms: i64) -> Result<Vec<Session>, StoreError> {
        let sql = format!(
            "{SESSION} WHERE account = $1 AND {GOES_ON} AND stage = $3 ORDER BY last_seen_ms DESC, id"
        );
        let rows: Vec<SessionRow> = on_engine!(self.0, |c| sqlx::query_as(sqlx::AssertSqlSafe(sql))
            .bind(account)
            .bind(now_ms)
            .bind(Stage::Whole.id())
            .fetch_all(&mut *c)
            .await)?;
        rows.into_iter().map(session).collect()
    }

    /// Notes that a session was used.
    pub async fn seen(self, id: &str, now_ms: i64) -> Result<(), StoreError> {
        let sql = "UPDATE sessions SET last_seen_ms = $2 WHERE id = $1 AND last_seen_ms < $2";
        on_engine!(self.0, |c| sqlx::query(sql)
            .bind(id)
            .bind(now_ms)
            .execute(&mut *c)
            .await
            .map(|_| ()))?;
        Ok(())
    }

    /// Notes that the owner of a session proved who they are.
    pub async fn proved(self, id: &str, now_ms: i64) -> Result<(), StoreError> {
        let sql = "UPDATE sessions SET proved_at_ms = $2, last_seen_ms = $2 WHERE id = $1";
        on_engine!(self.0, |c| sqlx::query(sql)
            .bind(id)
            .bind(now_ms)
            .execute(&mut *c)
            .await
            .map(|_| ()))?;
        Ok(())
    }

    /// Ends a session of an account; whether there was one.
    pub async fn delete(self, account: &str, id: &str) -> Result<bool, StoreError> {
        let sql = "DELETE FROM sessions WHERE account = $1 AND id = $2";
        Ok(on_engine!(self.0, |c| sqlx::query(sql)
            .bind(account)
            .bind(id)
            .execute(&mut *c)
            .await
            .map(|done| done.rows_affected()))?
            > 0)
    }

    /// Ends every session of an account but one; how many there were.
    pub async fn delete_all_but(self, account: &str, id: &str) -> Result<u64, StoreError> {
        let sql = "DELETE FROM sessions WHERE account = $1 AND id <> $2";
        Ok(on_engine!(self.0, |c| sqlx::query(sql)
            .bind(account)
            .bind(id)
            .execute(&mut *c)
            .await
            .map(|done| done.rows_affected()))?)
    }
}
