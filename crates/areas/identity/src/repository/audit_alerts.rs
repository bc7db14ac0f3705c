//! Alerts and habits in the database.

use crate::audit::alerts::{Alert, AlertRule, Per};
use lantai_database::{Conn, StoreError, on_engine};
use lantai_domain::audit::AuditEvent;
use sqlx::AssertSqlSafe;

/// How many events fit a rule, and the first of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counted {
    /// How many, at most as many as the rule asks for.
    pub events: i64,
    /// Number of the first.
    pub first_seq: i64,
}

/// What an account is used to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Habits {
    /// Events in other fonds.
    pub elsewhere: i64,
    /// Whether this fonds was known before: 1 or 0.
    pub here: i64,
}

/// Tables of alerts.
#[derive(Debug)]
pub struct AlertRepository<'c>(pub Conn<'c>);

fn words(words: impl Iterator<Item = &'static str>) -> String {
    words
        .map(|word| format!("'{word}'"))
        .collect::<Vec<_>>()
        .join(", ")
}

impl AlertRepository<'_> {
    /// The same tables, for a shorter while.
    pub fn reborrow(&mut self) -> AlertRepository<'_> {
        AlertRepository(self.0.reborrow())
    }

    /// Counts the events up to `event` and after `since_ms` that fit a rule, of one subject and, if said, one fonds.
    pub async fn count(
        self,
        rule: &AlertRule,
        subject: &str,
        fonds: Option<&str>,
        since_ms: i64,
        event: &AuditEvent,
    ) -> Result<Counted, StoreError> {
        let column = match rule.per {
            Per::Actor => "actor",
            Per::Address => "source_address",
            Per::Object => "object_id",
        };
        let mut narrower = String::new();
        if !rule.classes.is_empty() {
            narrower.push_str(&format!(
                " AND class IN ({})",
                words(rule.classes.iter().map(|class| class.id()))
            ));
        }
        if !rule.outcomes.is_empty() {
            let outcomes = words(rule.outcomes.iter().map(|outcome| outcome.id()));
            narrower.push_str(&format!(" AND outcome IN ({outcomes})"));
        }
        let sql = format!(
            "SELECT COUNT(*), COALESCE(MIN(seq), 0) FROM (
                 SELECT seq FROM audit_events
                 WHERE {column} = $1 AND seq <= $2 AND time_ms > $3 AND ($4 = '' OR fonds = $4)
                   AND seq >= COALESCE((SELECT seq FROM audit_events WHERE time_ms > $3 ORDER BY time_ms, seq LIMIT 1), 0)
                   {narrower}
                 ORDER BY seq DESC LIMIT {}) counted",
            rule.events
        );
        let (events, first_seq): (i64, i64) = on_engine!(self.0, |c| sqlx::query_as(AssertSqlSafe(sql))
            .bind(subject)
            .bind(i64::try_from(event.seq).unwrap_or(i64::MAX))
            .bind(since_ms)
            .bind(fonds.unwrap_or_default())
            .fetch_one(&mut *c)
            .await)?;
        Ok(Counted { events, first_seq })
    }

    /// Adds an event to an alert of the same rule and subject whose last event is after `since_ms`. `false`: there is none.
    pub async fn extend(
        self,
        rule: &str,
        subject: &str,
        fonds: Option<&str>,
        since_ms: i64,
        seq: i64,
        at_ms: i64,
    ) -> Result<bool, StoreError> {
        let sql = "UPDATE audit_alerts SET last_seq = $1, last_at_ms = $2, events = events + 1
                   WHERE rule = $3 AND subject = $4 AND last_at_ms > $5 AND COALESCE(fonds, '') = $6";
        let touched = on_engine!(self.0, |c| sqlx::query(sql)
            .bind(seq)
            .bind(at_ms)
            .bind(rule)
            .bind(subject)
            .bind(since_ms)
            .bind(fonds.unwrap_or_default())
            .execute(&mut *c)
            .await
            .map(|done| done.rows_affected()))?;
        Ok(touched > 0)
    }

    /// Keeps a new alert.
    pub async fn raise(self, alert: &Alert) -> Result<(), StoreError> {
        let sql =
            "INSERT INTO audit_alerts (id, rule, subject_kind, subject, fonds, first_seq, last_seq, events,
                       raised_at_ms, last_at_ms)
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
        on_engine!(self.0, |c| sqlx::query(sql)
            .bind(&alert.id)
            .bind(&alert.rule)
            .bind(&alert.subject_kind)
            .bind(&alert.subject)
            .bind(&alert.fonds)
            .bind(alert.first_seq)
            .bind(alert.last_seq)
            .bind(alert.events)
            .bind(alert.raised_at_ms)
            .bind(alert.last_at_ms)
            .execute(&mut *c)
            .await
            .map(|_| ()))?;
        Ok(())
    }

    /// Alerts, newest first, at most `limit`, after the one that a cursor names; `open`: only those nobody acknowledged.
    pub async fn page(
        self,
        open: bool,
        before: Option<(i64, String)>,
        limit: u32,
    ) -> Result<Vec<Alert>, StoreError> {
        let sql = "SELECT id, rule, subject_kind, subject, fonds, first_seq, last_seq, events, raised_at_ms,
                       last_at_ms, acknowledged_by, acknowledged_at_ms, reason
                   FROM audit_alerts
                   WHERE ($1 = 0 OR acknowledged_by IS NULL)
                     AND (raised_at_ms < $2 OR (raised_at_ms = $2 AND id < $3))
                   ORDER BY raised_at_ms DESC, id DESC LIMIT $4";
        let (before_ms, before_id) = before.unwrap_or((i64::MAX, String::new()));
        Ok(on_engine!(self.0, |c| sqlx::query_as(sql)
            .bind(i64::from(open))
            .bind(before_ms)
            .bind(before_id)
            .bind(i64::from(limit))
            .fetch_all(&mut *c)
            .await)?)
    }

    /// One alert.
    pub async fn find(self, id: &str) -> Result<Option<Alert>, StoreError> {
        let sql = "SELECT id, rule, subject_kind, subject, fonds, first_seq, last_seq, events, raised_at_ms,
                       last_at_ms, acknowledged_by, acknowledged_at_ms, reason
                   FROM audit_alerts WHERE id = $1";
        Ok(on_engine!(self.0, |c| sqlx::query_as(sql)
            .bind(id)
            .fetch_optional(&mut *c)
            .await)?)
    }

    /// Somebody has looked at an alert. `false`: it is not there, or somebody has before.
    pub async fn acknowledge(self, id: &str, by: &str, at_ms: i64, reason: &str) -> Result<bool, StoreError> {
        let sql = "UPDATE audit_alerts SET acknowledged_by = $2, acknowledged_at_ms = $3, reason = $4
                   WHERE id = $1 AND acknowledged_by IS NULL";
        let touched = on_engine!(self.0, |c| sqlx::query(sql)
            .bind(id)
            .bind(by)
            .bind(at_ms)
            .bind(reason)
            .execute(&mut *c)
            .await
            .map(|done| done.rows_affected()))?;
        Ok(touched > 0)
    }

    /// What an account is used to: whether it knew a fonds between `since_ms` and `until_ms`, and what it read elsewhere.
    pub async fn habits(
        self,
        actor: &str,
        fonds: &str,
        since_ms: i64,
        until_ms: i64,
    ) -> Result<Habits, StoreError> {
        // a sum of BIGINT is NUMERIC in PostgreSQL
        let sql = "SELECT CAST(COALESCE(SUM(CASE WHEN fonds <> $2 THEN events ELSE 0 END), 0) AS BIGINT),
                          CAST(COALESCE(MAX(CASE WHEN fonds = $2 AND last_ms >= $3 AND first_ms < $4 THEN 1 ELSE 0 END), 0)
                               AS BIGINT)
                   FROM audit_habits WHERE actor = $1";
        let (elsewhere, here): (i64, i64) = on_engine!(self.0, |c| sqlx::query_as(sql)
            .bind(actor)
            .bind(fonds)
            .bind(since_ms)
            .bind(until_ms)
            .fetch_one(&mut *c)
            .await)?;
        Ok(Habits { elsewhere, here })
    }

    /// An account read in a fonds.
    pub async fn add_habit(self, actor: &str, fonds: &str, at_ms: i64) -> Result<(), StoreError> {
        let sql = "INSERT INTO audit_habits (actor, fonds, first_ms, last_ms, events) VALUES ($1, $2, $3, $3, 1)
                   ON CONFLICT (actor, fonds) DO UPDATE SET last_ms = excluded.last_ms, events = audit_habits.events + 1";
        on_engine!(self.0, |c| sqlx::query(sql)
            .bind(actor)
            .bind(fonds)
            .bind(at_ms)
            .execute(&mut *c)
            .await
            .map(|_| ()))?;
        Ok(())
    }
}
