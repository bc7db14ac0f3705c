//! Proposals to let the oldest part of the trail go.

use lantai_database::{Conn, StoreError, on_engine};

/// A proposal as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct StoredRetirement {
    /// Its identifier.
    pub id: String,
    /// Number of the last event that is to go.
    pub up_to_seq: i64,
    /// Its hash.
    pub hash: String,
    /// Why.
    pub reason: String,
    /// Version of the retention rules.
    pub rules: String,
    /// The person who proposed it.
    pub proposed_by: String,
    /// Their account.
    pub proposed_name: String,
    /// When.
    pub proposed_at_ms: i64,
    /// `proposed`, `agreed` or `refused`.
    pub state: String,
    /// The person who decided.
    pub decided_by: Option<String>,
    /// Their account.
    pub decided_name: Option<String>,
    /// When.
    pub decided_at_ms: Option<i64>,
}

/// The table of proposals.
#[derive(Debug)]
pub struct RetirementRepository<'c>(pub Conn<'c>);

impl RetirementRepository<'_> {
    /// Keeps a proposal.
    pub async fn insert(self, proposal: &StoredRetirement) -> Result<(), StoreError> {
        let sql =
            "INSERT INTO audit_retirements (id, up_to_seq, hash, reason, rules, proposed_by, proposed_name,
                       proposed_at_ms, state)
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
        on_engine!(self.0, |c| sqlx::query(sql)
            .bind(&proposal.id)
            .bind(proposal.up_to_seq)
            .bind(&proposal.hash)
            .bind(&proposal.reason)
            .bind(&proposal.rules)
            .bind(&proposal.proposed_by)
            .bind(&proposal.proposed_name)
            .bind(proposal.proposed_at_ms)
            .bind(&proposal.state)
            .execute(&mut *c)
            .await
            .map(|_| ()))?;
        Ok(())
    }

    /// The newest proposals, at most `limit`.
    pub async fn newest(self, limit: u32) -> Result<Vec<StoredRetirement>, StoreError> {
        let sql =
            "SELECT id, up_to_seq, hash, reason, rules, proposed_by, proposed_name, proposed_at_ms, state,
                       decided_by, decided_name, decided_at_ms
                   FROM audit_retirements ORDER BY proposed_at_ms DESC, id DESC LIMIT $1";
        Ok(on_engine!(self.0, |c| sqlx::query_as(sql)
            .bind(i64::from(limit))
            .fetch_all(&mut *c)
            .await)?)
    }

    /// One proposal.
    pub async fn find(self, id: &str) -> Result<Option<StoredRetirement>, StoreError> {
        let sql =
            "SELECT id, up_to_seq, hash, reason, rules, proposed_by, proposed_name, proposed_at_ms, state,
                       decided_by, decided_name, decided_at_ms
                   FROM audit_retirements WHERE id = $1";
        Ok(on_engine!(self.0, |c| sqlx::query_as(sql)
            .bind(id)
            .fetch_optional(&mut *c)
            .await)?)
    }

    /// Decides on a proposal that nobody has decided on. `false`: somebody has.
    pub async fn decide(
        self,
        id: &str,
        state: &str,
        by: &str,
        name: &str,
        at_ms: i64,
    ) -> Result<bool, StoreError> {
        let sql =
            "UPDATE audit_retirements SET state = $2, decided_by = $3, decided_name = $4, decided_at_ms = $5
                   WHERE id = $1 AND state = 'proposed'";
        let touched = on_engine!(self.0, |c| sqlx::query(sql)
            .bind(id)
            .bind(state)
            .bind(by)
            .bind(name)
            .bind(at_ms)
            .execute(&mut *c)
            .await
            .map(|done| done.rows_affected()))?;
        Ok(touched > 0)
    }
}
