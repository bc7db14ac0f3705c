//! Which records wait to be read, and what came of it.

use crate::state::{ReadingState, Reason};
use lantai_database::{Conn, StoreError, on_engine};
use lantai_domain::{AccessionId, RecordId};
use sqlx::AssertSqlSafe;

/// How long a claimed record belongs to its worker without a sign of life.
pub const LEASE_MS: i64 = 120_000;

/// A record that a worker reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimedReading {
    /// The record.
    pub record: RecordId,
    /// How often it was tried, this time included.
    pub attempts: i64,
    /// How often its worker vanished.
    pub lost: i64,
    /// Version of the object that holds an older reading; 0: there is none.
    pub object_version: u32,
}

/// What is known of the reading of a record.
#[derive(Debug, Clone, PartialEq)]
pub struct ReadingRow {
    /// The record.
    pub record: RecordId,
    /// Its accession.
    pub accession: AccessionId,
    /// Where it stands.
    pub state: ReadingState,
    /// Higher is read earlier.
    pub priority: i64,
    /// Version of the record's object that was read; 0: none yet.
    pub source_version: u32,
    /// Version of the object that holds the reading; 0: there is none.
    pub object_version: u32,
    /// The tools it was made with.
    pub recipe: String,
    /// Whether a newer result waits to be accepted.
    pub has_newer: bool,
    /// Pages.
    pub pages: u64,
    /// Characters.
    pub characters: u64,
    /// Seconds of sound.
    pub seconds: u64,
    /// Milliseconds of processor time.
    pub cpu_ms: u64,
    /// Codes of what was left out.
    pub omitted: Vec<String>,
    /// When, in milliseconds since 1970; 0: not yet.
    pub read_at_ms: i64,
}

/// How many records stand where, and how much was read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ReadingCounts {
    /// Wait for it.
    pub waiting: u64,
    /// Are being read.
    pub reading: u64,
    /// Were read.
    pub done: u64,
    /// Could not be read; a person must look.
    pub failed: u64,
    /// Pages read.
    pub pages: u64,
    /// Seconds of sound heard.
    pub seconds: u64,
    /// Milliseconds of processor time spent.
    pub cpu_ms: u64,
}

#[derive(sqlx::FromRow)]
struct Row {
    record: String,
    accession: String,
    state: String,
    priority: i64,
    source_version: i64,
    object_version: i64,
    recipe: String,
    has_newer: i64,
    pages: i64,
    characters: i64,
    seconds: i64,
    cpu_ms: i64,
    omitted: String,
    reason_code: Option<String>,
    reason: Option<String>,
    read_at_ms: i64,
}

const COLUMNS: &str =
    "record, accession, state, priority, source_version, object_version, recipe, has_newer, pages,
                       characters, seconds, cpu_ms, omitted, reason_code, reason, read_at_ms";

fn number(value: i64) -> u64 {
    u64::try_from(value).unwrap_or(0)
}

fn signed(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

fn record_id(text: &str) -> Result<RecordId, StoreError> {
    text.parse()
        .map_err(|error| StoreError::corrupt("record of a reading", error))
}

impl TryFrom<Row> for ReadingRow {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let reason = row.reason_code.map(|code| Reason {
            code,
            detail: row.reason.unwrap_or_default(),
        });
        let version = |value| u32::try_from(value).unwrap_or(0);
        Ok(Self {
            record: record_id(&row.record)?,
            accession: row
                .accession
                .parse()
                .map_err(|error| StoreError::corrupt("accession of a reading", error))?,
            state: ReadingState::of(&row.state, reason),
            priority: row.priority,
            source_version: version(row.source_version),
            object_version: version(row.object_version),
            recipe: row.recipe,
            has_newer: row.has_newer != 0,
            pages: number(row.pages),
            characters: number(row.characters),
            seconds: number(row.seconds),
            cpu_ms: number(row.cpu_ms),
            omitted: row.omitted.split_whitespace().map(str::to_owned).collect(),
            read_at_ms: row.read_at_ms,
        })
    }
}

/// The readings of the archive.
#[derive(Debug)]
pub struct ReadingRepository<'c>(pub Conn<'c>);

impl ReadingRepository<'_> {
    /// Puts a record into the queue, unless it is known here already.
    pub async fn plan(
        self,
        record: RecordId,
        accession: AccessionId,
        priority: i64,
    ) -> Result<(), StoreError> {
        let sql = "INSERT INTO readings (record, accession, state, priority, run_at_ms, lease_until_ms, attempts, lost,
                                         source_version, object_version, recipe, has_newer, pages, characters, seconds,
                                         cpu_ms, omitted, read_at_ms)
                   VALUES ($1, $2, 'waiting', $3, 0, 0, 0, 0, 0, 0, '', 0, 0, 0, 0, 0, '', 0)
                   ON CONFLICT (record) DO NOTHING";
        on_engine!(self.0, |c| sqlx::query(sql)
            .bind(record.to_string())
            .bind(accession.to_string())
            .bind(priority)
            .execute(&mut *c)
            .await
            .map(|_| ()))?;
        Ok(())
    }

    /// Puts every record with files into the queue that is not known here yet.
    pub async fn plan_rest(self) -> Result<u64, StoreError> {
        let sql = "INSERT INTO readings (record, accession, state, priority, run_at_ms, lease_until_ms, attempts, lost,
                                         source_version, object_version, recipe, has_newer, pages, characters, seconds,
                                         cpu_ms, omitted, read_at_ms)
                   SELECT id, accession, 'waiting', -30, 0, 0, 0, 0, 0, 0, '', 0, 0, 0, 0, 0, '', 0 FROM records
                   WHERE files > 0 AND id NOT IN (SELECT record FROM readings)";
        Ok(on_engine!(self.0, |c| sqlx::query(sql)
            .execute(&mut *c)
            .await
            .map(|done| done.rows_affected()))?)
    }

    /// Has a record read again, before those of a lower priority. `false`: it is not known, or is being read now.
    pub async fn again(self, record: RecordId, priority: i64) -> Result<bool, StoreError> {
        let sql =
            "UPDATE readings SET state = 'waiting', priority = $1, run_at_ms = 0, attempts = 0, lost = 0,
                                       reason_code = NULL, reason = NULL
                   WHERE record = $2 AND state <> 'reading'";
        let changed: u64 = on_engine!(self.0, |c| sqlx::query(sql)
            .bind(priority)
            .bind(record.to_string())
            .execute(&mut *c)
            .await
            .map(|done| done.rows_affected()))?;
        Ok(changed == 1)
    }

    /// Has all records read again of which something was left out for this reason, such as a missing model.
    pub async fn again_where_omitted(self, code: &str) -> Result<u64, StoreError> {
        let sql = "UPDATE readings SET state = 'waiting', run_at_ms = 0, attempts = 0, lost = 0
                   WHERE state = 'done' AND ' ' || omitted || ' ' LIKE $1";
        // an underscore stands for any character, itself among them
        let pattern = format!("% {} %", code.replace(['%', '\\'], ""));
        Ok(on_engine!(self.0, |c| sqlx::query(sql)
            .bind(pattern)
            .execute(&mut *c)
            .await
            .map(|done| done.rows_affected()))?)
    }

    /// Takes up to `limit` records whose time has come, or whose worker has gone silent.
    pub async fn claim(
        self,
        worker: &str,
        now_ms: i64,
        limit: u32,
    ) -> Result<Vec<ClaimedReading>, StoreError> {
        let lock = match &self.0 {
            Conn::Sqlite(_) => "",
            Conn::Postgres(_) => "FOR UPDATE SKIP LOCKED",
        };
        let sql = format!(
            "UPDATE readings SET attempts = attempts + CASE state WHEN 'waiting' THEN 1 ELSE 0 END,
                                 lost = lost + CASE state WHEN 'waiting' THEN 0 ELSE 1 END,
                                 state = 'reading', worker = $1, lease_until_ms = $2
             WHERE record IN (SELECT record FROM readings
                              WHERE (state = 'waiting' AND run_at_ms <= $3)
                                 OR (state = 'reading' AND lease_until_ms < $3)
                              ORDER BY priority DESC, run_at_ms, record LIMIT $4 {lock})
             RETURNING record, attempts, lost, object_version"
        );
        let rows: Vec<(String, i64, i64, i64)> = on_engine!(self.0, |c| sqlx::query_as(AssertSqlSafe(sql))
            .bind(worker)
            .bind(now_ms + LEASE_MS)
            .bind(now_ms)
            .bind(i64::from(limit))
            .fetch_all(&mut *c)
            .await)?;
        let claimed = rows.into_iter().map(|(record, attempts, lost, version)| {
            Ok(ClaimedReading {
                record: record_id(&record)?,
                attempts,
                lost,
                object_version: u32::try_from(version).unwrap_or(0),
            })
        });
        claimed.collect()
    }

    /// Says that a worker still lives and reads what it claimed.
    pub async fn heartbeat(self, worker: &str, now_ms: i64) -> Result<u64, StoreError> {
        let sql = "UPDATE readings SET lease_until_ms = $1 WHERE worker = $2 AND state = 'reading'";
        Ok(on_engine!(self.0, |c| sqlx::query(sql)
            .bind(now_ms + LEASE_MS)
            .bind(worker)
            .execute(&mut *c)
            .await
            .map(|done| done.rows_affected()))?)
    }

    /// Keeps what came of a record, in place of what is known of it. Where it is held by another worker, nothing is
    /// written: `false`. Without a worker it is written in any case, such as when the catalogue is made again.
    pub async fn put(mut self, row: &ReadingRow, worker: Option<&str>) -> Result<bool, StoreError> {
        if worker.is_none() {
            ReadingRepository(self.0.reborrow())
                .plan(row.record, row.accession, row.priority)
                .await?;
        }
        let sql = "UPDATE readings SET state = $1, source_version = $2, object_version = $3, recipe = $4, has_newer = $5,
                                       pages = $6, characters = $7, seconds = $8, cpu_ms = $9, omitted = $10,
                                       reason_code = $11, reason = $12, read_at_ms = $13, worker = NULL, lost = 0
                   WHERE record = $14 AND ($15 = '' OR (worker = $15 AND state = 'reading'))";
        let reason = row.state.reason();
        let changed: u64 = on_engine!(self.0, |c| sqlx::query(sql)
            .bind(row.state.name())
            .bind(i64::from(row.source_version))
            .bind(i64::from(row.object_version))
            .bind(&row.recipe)
            .bind(i64::from(row.has_newer))
            .bind(signed(row.pages))
            .bind(signed(row.characters))
            .bind(signed(row.seconds))
            .bind(signed(row.cpu_ms))
            .bind(row.omitted.join(" "))
            .bind(reason.map(|reason| reason.code.as_str()))
            .bind(reason.map(|reason| reason.detail.as_str()))
            .bind(row.read_at_ms)
            .bind(row.record.to_string())
            .bind(worker.unwrap_or_default())
            .execute(&mut *c)
            .await
            .map(|done| done.rows_affected()))?;
        Ok(changed == 1)
    }

    /// Puts a record back for later, or gives it up, with the reason.
    pub async fn fail(
        self,
        record: RecordId,
        worker: &str,
        reason: &Reason,
        again_at_ms: Option<i64>,
    ) -> Result<(), StoreError> {
        let sql =
            "UPDATE readings SET state = $1, run_at_ms = $2, reason_code = $3, reason = $4, worker = NULL
                   WHERE record = $5 AND worker = $6";
        let state = match again_at_ms {
            Some(_) => "waiting",
            None => "failed",
        };
        on_engine!(self.0, |c| sqlx::query(sql)
            .bind(state)
            .bind(again_at_ms.unwrap_or(0))
            .bind(&reason.code)
            .bind(&reason.detail)
            .bind(record.to_string())
            .bind(worker)
            .execute(&mut *c)
            .await
            .map(|_| ()))?;
        Ok(())
    }

    /// Gives a record back that was not read to its end, as if it had not been claimed.
    pub async fn release(self, record: RecordId, worker: &str) -> Result<(), StoreError> {
        let sql = "UPDATE readings SET state = 'waiting', attempts = attempts - 1, worker = NULL
                   WHERE record = $1 AND worker = $2 AND state = 'reading'";
        on_engine!(self.0, |c| sqlx::query(sql)
            .bind(record.to_string())
            .bind(worker)
            .execute(&mut *c)
            .await
            .map(|_| ()))?;
        Ok(())
    }

    /// What is known of a record.
    pub async fn of(self, record: RecordId) -> Result<Option<ReadingRow>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM readings WHERE record = $1");
        let row: Option<Row> = on_engine!(self.0, |c| sqlx::query_as(AssertSqlSafe(sql))
            .bind(record.to_string())
            .fetch_optional(&mut *c)
            .await)?;
        row.map(ReadingRow::try_from).transpose()
    }

    /// Records in a state, those read or tried last first, from `offset` on.
    pub async fn in_state(self, state: &str, offset: u32, limit: u32) -> Result<Vec<ReadingRow>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM readings WHERE state = $1
             ORDER BY priority DESC, read_at_ms DESC, record LIMIT $2 OFFSET $3"
        );
        let rows: Vec<Row> = on_engine!(self.0, |c| sqlx::query_as(AssertSqlSafe(sql))
            .bind(state)
            .bind(i64::from(limit))
            .bind(i64::from(offset))
            .fetch_all(&mut *c)
            .await)?;
        rows.into_iter().map(ReadingRow::try_from).collect()
    }

    /// How many there are, and how much was read.
    pub async fn counts(self) -> Result<ReadingCounts, StoreError> {
        let sql = "SELECT state, COUNT(*), CAST(COALESCE(SUM(pages), 0) AS BIGINT),
                          CAST(COALESCE(SUM(seconds), 0) AS BIGINT), CAST(COALESCE(SUM(cpu_ms), 0) AS BIGINT)
                   FROM readings GROUP BY state";
        let rows: Vec<(String, i64, i64, i64, i64)> =
            on_engine!(self.0, |c| sqlx::query_as(sql).fetch_all(&mut *c).await)?;
        let mut counts = ReadingCounts::default();
        for (state, records, pages, seconds, cpu_ms) in rows {
            counts.pages += number(pages);
            counts.seconds += number(seconds);
            counts.cpu_ms += number(cpu_ms);
            match state.as_str() {
                "waiting" => counts.waiting = number(records),
                "reading" => counts.reading = number(records),
                "done" => counts.done = number(records),
                _ => counts.failed = number(records),
            }
        }
        Ok(counts)
    }

    /// How many records lack something, by the code of the reason, most frequent first.
    pub async fn omissions(self) -> Result<Vec<(String, u64)>, StoreError> {
        let sql = "SELECT omitted, COUNT(*) FROM readings WHERE omitted <> '' GROUP BY omitted";
        let rows: Vec<(String, i64)> = on_engine!(self.0, |c| sqlx::query_as(sql).fetch_all(&mut *c).await)?;
        let mut counts = std::collections::BTreeMap::<String, u64>::new();
        for (codes, records) in rows {
            for code in codes.split_whitespace() {
                *counts.entry(code.to_owned()).or_default() += number(records);
            }
        }
        let mut counts: Vec<_> = counts.into_iter().collect();
        counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        Ok(counts)
    }
}
