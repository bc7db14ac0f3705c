//! Tokens of service accounts in the catalogue; of the secrets, only digests.

use super::people_holdings::mark;
use super::people_places::{id, kept_span, read_scope};
use crate::people::{NewToken, Token, TokenState, moment};
use jiff::Timestamp;
use lantai_database::{Conn, StoreError, on_engine};
use lantai_domain::access::Action;
use lantai_domain::{Agreed, PersonId, Proposal};
use std::collections::BTreeSet;
use uuid::Uuid;

#[derive(sqlx::FromRow)]
struct TokenRow {
    id: String,
    account: String,
    label: String,
    role: String,
    fonds: Option<String>,
    categories: Option<String>,
    clearance: String,
    actions: String,
    expires_at_ms: i64,
    proposed_by: String,
    proposed_at_ms: i64,
    state: String,
    settled_by: Option<String>,
    settled_at_ms: Option<i64>,
    ended_by: Option<String>,
    ended_at_ms: Option<i64>,
    reason: Option<String>,
    last_used_ms: Option<i64>,
}

const TOKEN: &str = "id, account, label, role, fonds, categories, clearance, actions, expires_at_ms, proposed_by, \
                     proposed_at_ms, state, settled_by, settled_at_ms, ended_by, ended_at_ms, reason, last_used_ms";

fn missing(what: &str) -> StoreError {
    StoreError::corrupt("service token", format!("{what} is missing"))
}

fn read_actions(kept: &str) -> Result<BTreeSet<Action>, StoreError> {
    let names: Vec<String> =
        serde_json::from_str(kept).map_err(|error| StoreError::corrupt("service token", error))?;
    let actions = names.iter().map(|name| name.parse::<Action>());
    actions
        .collect::<Result<_, _>>()
        .map_err(|error| StoreError::corrupt("service token", error))
}

fn kept_actions(actions: &BTreeSet<Action>) -> Result<String, StoreError> {
    let names: Vec<&str> = actions.iter().map(|action| action.id()).collect();
    serde_json::to_string(&names).map_err(|error| StoreError::corrupt("service token", error))
}

impl TokenRow {
    fn state(&self) -> Result<TokenState, StoreError> {
        let settled = mark(self.settled_by.as_deref(), self.settled_at_ms)?;
        let reason = self.reason.clone().unwrap_or_default();
        Ok(match self.state.as_str() {
            "proposed" => TokenState::Proposed,
            "agreed" => TokenState::Agreed(settled.ok_or_else(|| missing("who agreed"))?),
            "refused" => TokenState::Refused {
                mark: settled.ok_or_else(|| missing("who refused"))?,
                reason,
            },
            "ended" => TokenState::Revoked {
                mark: mark(self.ended_by.as_deref(), self.ended_at_ms)?
                    .ok_or_else(|| missing("who revoked it"))?,
                reason,
            },
            other => return Err(missing(&format!("a state in the place of {other:?}"))),
        })
    }
}

impl TryFrom<TokenRow> for Token {
    type Error = StoreError;

    fn try_from(row: TokenRow) -> Result<Self, Self::Error> {
        Ok(Self {
            id: id(&row.id, |id| id)?,
            scope: read_scope(
                &row.role,
                row.fonds.as_deref(),
                row.categories.as_deref(),
                &row.clearance,
            )?,
            actions: read_actions(&row.actions)?,
            expires_at: moment(row.expires_at_ms)?,
            proposed: (id(&row.proposed_by, PersonId::new)?, moment(row.proposed_at_ms)?),
            state: row.state()?,
            last_used: row.last_used_ms.map(moment).transpose()?,
            account: row.account,
            label: row.label,
        })
    }
}

/// Tokens of service accounts.
#[derive(Debug)]
pub struct TokenRepository<'c>(pub Conn<'c>);

impl TokenRepository<'_> {
    /// Enters a token that somebody asked for. It opens nothing.
    pub async fn propose(
        self,
        key: Uuid,
        account: &str,
        digest: &str,
        proposal: &Proposal<NewToken>,
    ) -> Result<(), StoreError> {
        let sql = "INSERT INTO service_tokens (id, account, label, digest, role, fonds, categories, clearance, actions,
                   expires_at_ms, proposed_by, proposed_at_ms, state)
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 'proposed')";
        let new = &proposal.what;
        on_engine!(self.0, |c| sqlx::query(sql)
            .bind(key.to_string())
            .bind(account)
            .bind(&new.label)
            .bind(digest)
            .bind(new.scope.role().id())
            .bind(kept_span(new.scope.fonds())?)
            .bind(kept_span(new.scope.categories())?)
            .bind(new.scope.clearance().name())
            .bind(kept_actions(&new.actions)?)
            .bind(new.expires_at.as_millisecond())
            .bind(proposal.by.to_string())
            .bind(proposal.at.as_millisecond())
            .execute(&mut *c)
            .await
            .map(|_| ()))?;
        Ok(())
    }

    /// Makes a proposed token usable: only what two persons agreed on can be handed in.
    pub async fn put_agreed(self, agreed: &Agreed<Uuid>) -> Result<(), StoreError> {
        let sql = "UPDATE service_tokens SET state = 'agreed', settled_by = $1, settled_at_ms = $2
                   WHERE id = $3 AND state = 'proposed' AND proposed_by = $4";
        let touched: u64 = on_engine!(self.0, |c| sqlx::query(sql)
            .bind(agreed.agreed_by().to_string())
            .bind(agreed.at().as_millisecond())
            .bind(agreed.what().to_string())
            .bind(agreed.proposed_by().to_string())
            .execute(&mut *c)
            .await
            .map(|done| done.rows_affected()))?;
        one(touched)
    }

    /// Refuses a proposed token.
    pub async fn put_refused(
        self,
        key: Uuid,
        by: PersonId,
        at: Timestamp,
        reason: &str,
    ) -> Result<(), StoreError> {
        let sql =
            "UPDATE service_tokens SET state = 'refused', settled_by = $1, settled_at_ms = $2, reason = $3
                   WHERE id = $4 AND state = 'proposed'";
        let touched: u64 = on_engine!(self.0, |c| sqlx::query(sql)
            .bind(by.to_string())
            .bind(at.as_millisecond())
            .bind(reason)
            .bind(key.to_string())
            .execute(&mut *c)
            .await
            .map(|done| done.rows_affected()))?;
        one(touched)
    }

    /// Revokes a token, or withdraws one that was asked for.
    pub async fn put_revoked(
        self,
        key: Uuid,
        by: PersonId,
        at: Timestamp,
        reason: &str,
    ) -> Result<(), StoreError> {
        let sql = "UPDATE service_tokens SET state = 'ended', ended_by = $1, ended_at_ms = $2, reason = $3
                   WHERE id = $4 AND state IN ('proposed', 'agreed')";
        let touched: u64 = on_engine!(self.0, |c| sqlx::query(sql)
            .bind(by.to_string())
            .bind(at.as_millisecond())
            .bind(reason)
            .bind(key.to_string())
            .execute(&mut *c)
            .await
            .map(|done| done.rows_affected()))?;
        one(touched)
    }

    /// Notes that a token was used.
    pub async fn put_used(self, key: Uuid, at: Timestamp) -> Result<(), StoreError> {
        let sql = "UPDATE service_tokens SET last_used_ms = $1 WHERE id = $2";
        on_engine!(self.0, |c| sqlx::query(sql)
            .bind(at.as_millisecond())
            .bind(key.to_string())
            .execute(&mut *c)
            .await
            .map(|_| ()))?;
        Ok(())
    }

    /// One of them.
    pub async fn find(self, key: Uuid) -> Result<Option<Token>, StoreError> {
        let sql = format!("SELECT {TOKEN} FROM service_tokens WHERE id = $1");
        let row: Option<TokenRow> = on_engine!(self.0, |c| sqlx::query_as(sqlx::AssertSqlSafe(sql))
            .bind(key.to_string())
            .fetch_optional(&mut *c)
            .await)?;
        row.map(Token::try_from).transpose()
    }

    /// The token with this digest, if two persons agreed on it and it was not revoked.
    pub async fn by_digest(self, digest: &str) -> Result<Option<Token>, StoreError> {
        let sql = format!("SELECT {TOKEN} FROM service_tokens WHERE digest = $1 AND state = 'agreed'");
        let row: Option<TokenRow> = on_engine!(self.0, |c| sqlx::query_as(sqlx::AssertSqlSafe(sql))
            .bind(digest)
            .fetch_optional(&mut *c)
            .await)?;
        row.map(Token::try_from).transpose()
    }

    /// Every token of an account.
    pub async fn of_account(self, account: &str) -> Result<Vec<Token>, StoreError> {
        let sql = format!("SELECT {TOKEN} FROM service_tokens WHERE account = $1 ORDER BY id");
        let rows: Vec<TokenRow> = on_engine!(self.0, |c| sqlx::query_as(sqlx::AssertSqlSafe(sql))
            .bind(account)
            .fetch_all(&mut *c)
            .await)?;
        rows.into_iter().map(Token::try_from).collect()
    }

    /// What was proposed and not settled, the oldest first, after one of them.
    pub async fn waiting(self, after: Option<&str>, limit: i64) -> Result<Vec<Token>, StoreError> {
        let sql = format!(
            "SELECT {TOKEN} FROM service_tokens WHERE state = 'proposed' AND id > $1 ORDER BY id LIMIT $2"
        );
        let rows: Vec<TokenRow> = on_engine!(self.0, |c| sqlx::query_as(sqlx::AssertSqlSafe(sql))
            .bind(after.unwrap_or(""))
            .bind(limit)
            .fetch_all(&mut *c)
            .await)?;
        rows.into_iter().map(Token::try_from).collect()
    }
}

fn one(touched: u64) -> Result<(), StoreError> {
    match touched {
        1 => Ok(()),
        _ => Err(StoreError::Missing("service token")),
    }
}
