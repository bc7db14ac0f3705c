//! The audit trail in the database: reading it, anchoring it, letting its oldest part go.

use lantai_database::{AuditHead, AuditRows, Conn, StoreError, on_engine};
use lantai_domain::audit::{AuditAnchor, AuditEvent, AuditOutcome, EventClass};
use sqlx::AssertSqlSafe;

/// An event as it is stored: what was hashed, and the columns that repeat parts of it.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct StoredEvent {
    /// Its number.
    #[sqlx(try_from = "i64")]
    pub seq: u64,
    /// When.
    pub time_ms: i64,
    /// Its class.
    pub class: String,
    /// Who.
    pub actor: String,
    /// What was done.
    pub action: String,
    /// To what kind of thing.
    pub object_kind: Option<String>,
    /// To which.
    pub object_id: Option<String>,
    /// 档号.
    pub archival_code: Option<String>,
    /// 全宗号.
    pub fonds: Option<String>,
    /// Where from.
    pub source_address: Option<String>,
    /// How it ended.
    pub outcome: String,
    /// Hash of the chain up to here.
    pub hash: String,
    /// What was hashed.
    pub body: String,
}

impl StoredEvent {
    /// The row of an event.
    pub fn of(event: &AuditEvent, hash: String, body: String) -> Self {
        let object = event.object.clone();
        Self {
            seq: event.seq,
            time_ms: event.time_ms,
            class: event.class.id().to_owned(),
            actor: event.actor.id.clone(),
            action: event.action.clone(),
            object_kind: object.as_ref().map(|object| object.kind.clone()),
            object_id: object.as_ref().map(|object| object.id.clone()),
            archival_code: object.as_ref().and_then(|object| object.archival_code.clone()),
            fonds: object.and_then(|object| object.fonds),
            source_address: event.source_address.clone(),
            outcome: event.outcome.id().to_owned(),
            hash,
            body,
        }
    }

    /// Name of a column that says something else than what was hashed.
    pub fn differs_from(&self, event: &AuditEvent) -> Option<&'static str> {
        let object = event.object.as_ref();
        let same = [
            ("time_ms", self.time_ms == event.time_ms),
            ("class", self.class == event.class.id()),
            ("actor", self.actor == event.actor.id),
            ("action", self.action == event.action),
            (
                "object_kind",
                self.object_kind.as_ref() == object.map(|object| &object.kind),
            ),
            (
                "object_id",
                self.object_id.as_ref() == object.map(|object| &object.id),
            ),
            (
                "archival_code",
                self.archival_code.as_ref() == object.and_then(|object| object.archival_code.as_ref()),
            ),
            (
                "fonds",
                self.fonds.as_ref() == object.and_then(|object| object.fonds.as_ref()),
            ),
            ("source_address", self.source_address == event.source_address),
            ("outcome", self.outcome == event.outcome.id()),
        ];
        same.iter().find(|(_, same)| !same).map(|(name, _)| *name)
    }

    /// The event itself.
    pub fn event(&self) -> Result<AuditEvent, StoreError> {
        serde_json::from_str(&self.body)
            .map_err(|error| StoreError::corrupt(format!("audit event {}", self.seq), error))
    }
}

/// Which events.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditQuery {
    /// Who.
    pub actor: Option<String>,
    /// What was done.
    pub action: Option<String>,
    /// Which class.
    pub class: Option<EventClass>,
    /// How it ended.
    pub outcome: Option<AuditOutcome>,
    /// To what: identifier or 档号.
    pub object: Option<String>,
    /// In which fonds.
    pub fonds: Option<String>,
    /// Where from.
    pub source_address: Option<String>,
    /// From this moment on, in milliseconds.
    pub from_ms: Option<i64>,
    /// Before this moment.
    pub until_ms: Option<i64>,
    /// Only events before this number.
    pub before: Option<u64>,
    /// Only events from this number on.
    pub first: Option<u64>,
    /// Only events up to this number.
    pub last: Option<u64>,
}

/// Events of a day, class and outcome.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct DayCount {
    /// Days since 1970-01-01, of the archives' time.
    pub day: i64,
    /// The class.
    pub class: String,
    /// The outcome.
    pub outcome: String,
    /// How many.
    pub events: i64,
}

/// Milliseconds by which the archives' time is ahead of UTC: China Standard Time.
pub const AHEAD_MS: i64 = 8 * 60 * 60 * 1_000;

const COLUMNS: &str = "seq, time_ms, class, actor, action, object_kind, object_id, archival_code, fonds, \
                       source_address, outcome, hash, body";

enum Value {
    Text(String),
    Number(i64),
}

fn number(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// Conditions of a query and what is bound to them.
fn conditions(query: &AuditQuery) -> (String, Vec<Value>) {
    let text = |value: &Option<String>| value.clone().map(Value::Text);
    let wanted = [
        ("actor = ", text(&query.actor)),
        ("action = ", text(&query.action)),
        (
            "class = ",
            query.class.map(|class| Value::Text(class.id().to_owned())),
        ),
        (
            "outcome = ",
            query.outcome.map(|outcome| Value::Text(outcome.id().to_owned())),
        ),
        ("fonds = ", text(&query.fonds)),
        ("source_address = ", text(&query.source_address)),
        ("time_ms >= ", query.from_ms.map(Value::Number)),
        ("time_ms < ", query.until_ms.map(Value::Number)),
        ("seq < ", query.before.map(|seq| Value::Number(number(seq)))),
        ("seq >= ", query.first.map(|seq| Value::Number(number(seq)))),
        ("seq <= ", query.last.map(|seq| Value::Number(number(seq)))),
    ];
    let mut sql = String::from("1 = 1");
    let mut values = Vec::new();
    for (condition, value) in wanted {
        let Some(value) = value else { continue };
        values.push(value);
        sql.push_str(&format!(" AND {condition}${}", values.len()));
    }
    if let Some(object) = &query.object {
        values.push(Value::Text(object.clone()));
        let n = values.len();
        sql.push_str(&format!(" AND (object_id = ${n} OR archival_code = ${n})"));
    }
    (sql, values)
}

/// The tables of the audit trail.
#[derive(Debug)]
pub struct AuditRepository<'c>(pub Conn<'c>);

impl AuditRepository<'_> {
    /// Where the trail stands; nobody else writes to it until this transaction ends.
    pub async fn locked_head(mut self) -> Result<AuditHead, StoreError> {
        let sql = "UPDATE audit_head SET size = size";
        on_engine!(self.0.reborrow(), |c| sqlx::query(sql)
            .execute(&mut *c)
            .await
            .map(|_| ()))?;
        AuditRows(self.0).head().await
    }

    /// At most `limit` events after `after`, up to `last`, in order.
    pub async fn after(self, after: u64, last: u64, limit: u32) -> Result<Vec<StoredEvent>, StoreError> {
        let sql = "SELECT seq, time_ms, class, actor, action, object_kind, object_id, archival_code, fonds,
                       source_address, outcome, hash, body
                   FROM audit_events WHERE seq > $1 AND seq <= $2 ORDER BY seq LIMIT $3";
        Ok(on_engine!(self.0, |c| sqlx::query_as(sql)
            .bind(number(after))
            .bind(number(last))
            .bind(i64::from(limit))
            .fetch_all(&mut *c)
            .await)?)
    }

    /// One event.
    pub async fn find(self, seq: u64) -> Result<Option<StoredEvent>, StoreError> {
        let found = self.after(seq.saturating_sub(1), seq, 1).await?;
        Ok(found.into_iter().next())
    }

    /// At most `limit` events that fit, newest first.
    pub async fn search(self, query: &AuditQuery, limit: u32) -> Result<Vec<StoredEvent>, StoreError> {
        let (conditions, values) = conditions(query);
        let sql =
            format!("SELECT {COLUMNS} FROM audit_events WHERE {conditions} ORDER BY seq DESC LIMIT {limit}");
        Ok(on_engine!(self.0, |c| {
            let mut statement = sqlx::query_as(AssertSqlSafe(sql));
            for value in values {
                statement = match value {
                    Value::Text(text) => statement.bind(text),
                    Value::Number(number) => statement.bind(number),
                };
            }
            statement.fetch_all(&mut *c).await
        })?)
    }

    /// How many events there were on each day of the archives' time, by class and outcome.
    pub async fn by_day(self, from_ms: i64, until_ms: i64) -> Result<Vec<DayCount>, StoreError> {
        let sql = "SELECT (time_ms + $3) / 86400000 AS day, class, outcome, COUNT(*) AS events
                   FROM audit_events WHERE time_ms >= $1 AND time_ms < $2
                   GROUP BY 1, 2, 3 ORDER BY 1, 2, 3";
        Ok(on_engine!(self.0, |c| sqlx::query_as(sql)
            .bind(from_ms)
            .bind(until_ms)
            .bind(AHEAD_MS)
            .fetch_all(&mut *c)
            .await)?)
    }

    /// The journal holds the hash of this event.
    pub async fn set_anchored(self, seq: u64, at_ms: i64) -> Result<(), StoreError> {
        let sql = "UPDATE audit_head SET anchored_seq = $1, anchored_at_ms = $2";
        on_engine!(self.0, |c| sqlx::query(sql)
            .bind(number(seq))
            .bind(at_ms)
            .execute(&mut *c)
            .await
            .map(|_| ()))?;
        Ok(())
    }

    /// Alerts were looked for up to this event.
    pub async fn set_alerts_seq(self, seq: u64) -> Result<(), StoreError> {
        let sql = "UPDATE audit_head SET alerts_seq = $1";
        on_engine!(self.0, |c| sqlx::query(sql)
            .bind(number(seq))
            .execute(&mut *c)
            .await
            .map(|_| ()))?;
        Ok(())
    }

    /// Puts back events that were read from the files beside the journal.
    pub async fn put_back(mut self, rows: &[StoredEvent]) -> Result<(), StoreError> {
        let sql = "INSERT INTO audit_events (seq, time_ms, class, actor, action, object_kind, object_id,
                       archival_code, fonds, source_address, outcome, hash, body)
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";
        for row in rows {
            on_engine!(self.0.reborrow(), |c| sqlx::query(sql)
                .bind(number(row.seq))
                .bind(row.time_ms)
                .bind(&row.class)
                .bind(&row.actor)
                .bind(&row.action)
                .bind(&row.object_kind)
                .bind(&row.object_id)
                .bind(&row.archival_code)
                .bind(&row.fonds)
                .bind(&row.source_address)
                .bind(&row.outcome)
                .bind(&row.hash)
                .bind(&row.body)
                .execute(&mut *c)
                .await
                .map(|_| ()))?;
        }
        Ok(())
    }

    /// The journal says that the trail was retired up to here.
    pub async fn set_retired(self, seq: u64) -> Result<(), StoreError> {
        let sql = "UPDATE audit_head SET retired_seq = $1";
        on_engine!(self.0, |c| sqlx::query(sql)
            .bind(number(seq))
            .execute(&mut *c)
            .await
            .map(|_| ()))?;
        Ok(())
    }

    /// After a loss the chain goes on from what the journal holds.
    pub async fn go_on_from(self, anchor: &AuditAnchor) -> Result<(), StoreError> {
        let sql = "UPDATE audit_head SET size = $1, hash = $2, anchored_seq = $1, alerts_seq = $1";
        on_engine!(self.0, |c| sqlx::query(sql)
            .bind(number(anchor.seq))
            .bind(&anchor.hash)
            .execute(&mut *c)
            .await
            .map(|_| ()))?;
        Ok(())
    }

    /// Number of the last event before a moment; 0: there is none.
    pub async fn last_before(self, at_ms: i64) -> Result<u64, StoreError> {
        let sql = "SELECT seq FROM audit_events WHERE time_ms < $1 ORDER BY time_ms DESC, seq DESC LIMIT 1";
        let seq: Option<i64> = on_engine!(self.0, |c| sqlx::query_scalar(sql)
            .bind(at_ms)
            .fetch_optional(&mut *c)
            .await)?;
        Ok(u64::try_from(seq.unwrap_or(0)).unwrap_or(0))
    }

    /// The first event at or after a moment, of those up to `last`; the trail is in order of commits, which may differ
    /// from the order of moments by a little.
    pub async fn first_since(self, at_ms: i64, last: u64) -> Result<Option<u64>, StoreError> {
        let sql = "SELECT MIN(seq) FROM audit_events WHERE time_ms >= $1 AND seq <= $2";
        let seq: Option<i64> = on_engine!(self.0, |c| sqlx::query_scalar(sql)
            .bind(at_ms)
            .bind(number(last))
            .fetch_one(&mut *c)
            .await)?;
        Ok(seq.and_then(|seq| u64::try_from(seq).ok()))
    }

    /// The first event up to `last` that tells of a change of a record which is still held.
    pub async fn first_of_held_records(self, last: u64) -> Result<Option<u64>, StoreError> {
        let sql = "SELECT MIN(e.seq) FROM audit_events e WHERE e.seq <= $1 AND e.class = 'change' AND (
                       EXISTS (SELECT 1 FROM records r WHERE r.id = e.object_id)
                       OR EXISTS (SELECT 1 FROM records r WHERE r.object = e.object_id)
                       OR EXISTS (SELECT 1 FROM records r WHERE r.code = e.archival_code)
                       OR EXISTS (SELECT 1 FROM accessions a WHERE a.id = e.object_id AND a.state = 'accepted'))";
        let seq: Option<i64> = on_engine!(self.0, |c| sqlx::query_scalar(sql)
            .bind(number(last))
            .fetch_one(&mut *c)
            .await)?;
        Ok(seq.and_then(|seq| u64::try_from(seq).ok()))
    }

    /// Removes the events up to a number; the head says so first, without which the table refuses.
    pub async fn retire(mut self, up_to: u64) -> Result<u64, StoreError> {
        let sql = "UPDATE audit_head SET retired_seq = $1";
        on_engine!(self.0.reborrow(), |c| sqlx::query(sql)
            .bind(number(up_to))
            .execute(&mut *c)
            .await
            .map(|_| ()))?;
        let sql = "DELETE FROM audit_events WHERE seq <= $1";
        let removed = on_engine!(self.0, |c| sqlx::query(sql)
            .bind(number(up_to))
            .execute(&mut *c)
            .await
            .map(|done| done.rows_affected()))?;
        Ok(removed)
    }
}
