//! Background work: a queue in the same database, so that a job is written in the transaction it follows from.

use crate::audit_scope::AuditScope;
use crate::engine::{Conn, Database};
use crate::error::StoreError;
use crate::on_engine;
use async_trait::async_trait;
use lantai_domain::{Clock, IdSource, JobId};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sqlx::AssertSqlSafe;
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

/// How long a claimed job belongs to its worker without a sign of life.
const LEASE_MS: i64 = 60_000;
/// After so many failures a person must look.
const MOST_ATTEMPTS: i64 = 8;
/// After a job's worker has vanished so often, and the work got no further in between, a person must look. Each time
/// takes a lease's minute at least.
const MOST_LOST: i64 = 20;

/// A kind of background work: a struct with a name that is never changed, because the queue stores it.
pub trait Job: Serialize + DeserializeOwned {
    /// Stored name, such as `access.index_accession`.
    const NAME: &'static str;
}

/// A job to be written into the queue.
#[derive(Debug, Clone)]
pub struct NewJob {
    id: JobId,
    name: &'static str,
    payload: String,
    dedup_key: Option<String>,
    priority: i64,
}

impl NewJob {
    /// A job with its payload.
    pub fn new<J: Job>(id: JobId, job: &J) -> Result<Self, StoreError> {
        let payload = serde_json::to_string(job).map_err(|error| StoreError::corrupt(J::NAME, error))?;
        Ok(Self {
            id,
            name: J::NAME,
            payload,
            dedup_key: None,
            priority: 0,
        })
    }

    /// While a job with this key waits, another one is not added.
    pub fn once(mut self, key: &str) -> Self {
        self.dedup_key = Some(format!("{}:{key}", self.name));
        self
    }

    /// Higher runs earlier; 0 is usual.
    pub fn priority(mut self, priority: i64) -> Self {
        self.priority = priority;
        self
    }
}

/// A job that a worker holds the lease of.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct ClaimedJob {
    /// Its identifier.
    pub id: String,
    /// Its stored name.
    pub name: String,
    /// Its payload, JSON.
    pub payload: String,
    /// How often it was tried, this time included; a try whose worker vanished is gone on with and is the same try.
    pub attempts: i64,
    /// How often its worker vanished since the work last got further.
    pub lost: i64,
    /// How far the work had got when that was last looked at.
    pub progress: i64,
}

impl ClaimedJob {
    /// Whether its workers vanish and vanish, and it gets no further.
    fn is_hopeless(&self) -> bool {
        self.lost >= MOST_LOST
    }
}

/// How many jobs there are by state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct JobCounts {
    /// Waiting for a worker.
    pub waiting: u64,
    /// Held by a worker.
    pub running: u64,
    /// Given up; a person must look.
    pub failed: u64,
}

/// The queue.
#[derive(Debug)]
pub struct Jobs<'c>(pub Conn<'c>);

impl Jobs<'_> {
    /// Adds a job, unless one with the same key waits.
    pub async fn enqueue(self, job: &NewJob) -> Result<(), StoreError> {
        let sql = "INSERT INTO jobs (id, name, payload, dedup_key, priority, state, run_at_ms, lease_until_ms, attempts)
                   VALUES ($1, $2, $3, $4, $5, 'waiting', 0, 0, 0) ON CONFLICT (dedup_key) DO NOTHING";
        on_engine!(self.0, |c| sqlx::query(sql)
            .bind(job.id.to_string())
            .bind(job.name)
            .bind(&job.payload)
            .bind(&job.dedup_key)
            .bind(job.priority)
            .execute(&mut *c)
            .await
            .map(|_| ()))?;
        Ok(())
    }

    /// Takes up to `limit` jobs whose time has come, or whose worker has gone silent. The key is freed, so that a
    /// change which comes while the job runs adds a new one. A worker that went silent is counted: nobody can tell a
    /// machine that was switched off from a job that kills whoever does it.
    pub async fn claim(self, worker: &str, now_ms: i64, limit: u32) -> Result<Vec<ClaimedJob>, StoreError> {
        let lock = match &self.0 {
            Conn::Sqlite(_) => "",
            Conn::Postgres(_) => "FOR UPDATE SKIP LOCKED",
        };
        let sql = format!(
            "UPDATE jobs SET attempts = attempts + CASE state WHEN 'waiting' THEN 1 ELSE 0 END,
                             lost = lost + CASE state WHEN 'waiting' THEN 0 ELSE 1 END,
                             state = 'running', worker = $1, lease_until_ms = $2, dedup_key = NULL
             WHERE id IN (SELECT id FROM jobs
                          WHERE (state = 'waiting' AND run_at_ms <= $3)
                             OR (state = 'running' AND lease_until_ms < $3)
                          ORDER BY priority DESC, run_at_ms, id LIMIT $4 {lock})
             RETURNING id, name, payload, attempts, lost, progress"
        );
        let jobs = on_engine!(self.0, |c| sqlx::query_as(AssertSqlSafe(sql))
            .bind(worker)
            .bind(now_ms + LEASE_MS)
            .bind(now_ms)
            .bind(i64::from(limit))
            .fetch_all(&mut *c)
            .await)?;
        Ok(jobs)
    }

    /// Says that the worker still lives. `false`: the lease went to another.
    pub async fn heartbeat(self, job: &str, worker: &str, now_ms: i64) -> Result<bool, StoreError> {
        let sql = "UPDATE jobs SET lease_until_ms = $1 WHERE id = $2 AND worker = $3 AND state = 'running'";
        let touched: u64 = on_engine!(self.0, |c| sqlx::query(sql)
            .bind(now_ms + LEASE_MS)
            .bind(job)
            .bind(worker)
            .execute(&mut *c)
            .await
            .map(|done| done.rows_affected()))?;
        Ok(touched == 1)
    }

    /// Says how far the work of a job has got, so that workers that vanished before do not count any more.
    pub async fn advance(self, job: &str, worker: &str, progress: i64) -> Result<bool, StoreError> {
        let sql =
            "UPDATE jobs SET lost = 0, progress = $1 WHERE id = $2 AND worker = $3 AND state = 'running'";
        let touched: u64 = on_engine!(self.0, |c| sqlx::query(sql)
            .bind(progress)
            .bind(job)
            .bind(worker)
            .execute(&mut *c)
            .await
            .map(|done| done.rows_affected()))?;
        Ok(touched == 1)
    }

    /// Removes a finished job. `false`: the lease went to another, who will do it again.
    pub async fn finish(self, job: &str, worker: &str) -> Result<bool, StoreError> {
        let sql = "DELETE FROM jobs WHERE id = $1 AND worker = $2";
        let touched: u64 = on_engine!(self.0, |c| sqlx::query(sql)
            .bind(job)
            .bind(worker)
            .execute(&mut *c)
            .await
            .map(|done| done.rows_affected()))?;
        Ok(touched == 1)
    }

    /// Puts a failed job back for later, or gives it up.
    pub async fn fail(
        self,
        job: &ClaimedJob,
        worker: &str,
        now_ms: i64,
        error: &str,
        again: bool,
    ) -> Result<(), StoreError> {
        let state = if again && job.attempts < MOST_ATTEMPTS {
            "waiting"
        } else {
            "failed"
        };
        let pause_ms = 1_000_i64 << job.attempts.clamp(0, 12);
        let sql = "UPDATE jobs SET state = $1, run_at_ms = $2, last_error = $3, worker = NULL
                   WHERE id = $4 AND worker = $5";
        on_engine!(self.0, |c| sqlx::query(sql)
            .bind(state)
            .bind(now_ms + pause_ms)
            .bind(error)
            .bind(&job.id)
            .bind(worker)
            .execute(&mut *c)
            .await
            .map(|_| ()))?;
        Ok(())
    }

    /// How many there are by state.
    pub async fn counts(self) -> Result<JobCounts, StoreError> {
        let sql = "SELECT state, COUNT(*) FROM jobs GROUP BY state";
        let rows: Vec<(String, i64)> = on_engine!(self.0, |c| sqlx::query_as(sql).fetch_all(&mut *c).await)?;
        let mut counts = JobCounts::default();
        for (state, count) in rows {
            let count = u64::try_from(count).unwrap_or(0);
            match state.as_str() {
                "waiting" => counts.waiting = count,
                "running" => counts.running = count,
                _ => counts.failed = count,
            }
        }
        Ok(counts)
    }
}

/// Why a job did not finish.
#[derive(Debug, thiserror::Error)]
pub enum JobFailure {
    /// Something passing: try again later.
    #[error("the job failed and is tried again")]
    Retry(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// Trying again will not help: a person must look.
    #[error("the job cannot be done")]
    GiveUp(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// Whoever did it ended in the middle, again and again, and it got no further.
    #[error("its worker vanished {times} times, and the work got no further")]
    WorkersLost {
        /// How often.
        times: i64,
    },
}

impl JobFailure {
    /// Stable name for programs and translations, as it stands before the job's last error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Retry(_) => "jobs.failed",
            Self::GiveUp(_) => "jobs.given_up",
            Self::WorkersLost { .. } => "jobs.workers_lost",
        }
    }
}

/// Does jobs of one name.
#[async_trait]
pub trait JobHandler: Send + Sync {
    /// The stored name it serves.
    fn name(&self) -> &'static str;
    /// Does the work; must be harmless when run twice.
    async fn run(&self, payload: &str) -> Result<(), JobFailure>;
    /// How far the work has durably got, in whatever only grows; asked when a worker vanished in the middle of it. 0
    /// where the work is done as a whole or not at all.
    async fn progress(&self, _payload: &str) -> Result<i64, JobFailure> {
        Ok(0)
    }
    /// The job is given up because its workers vanish: what waits for it must be told.
    async fn workers_lost(&self, _payload: &str, _failure: &JobFailure) {}
}

/// Takes jobs from the queue and has them done, one at a time.
pub struct Worker {
    database: Database,
    clock: Arc<dyn Clock>,
    name: String,
    handlers: BTreeMap<&'static str, Arc<dyn JobHandler>>,
}

impl Worker {
    /// A worker with the handlers it serves.
    pub fn new(
        database: Database,
        clock: Arc<dyn Clock>,
        ids: &dyn IdSource,
        handlers: Vec<Arc<dyn JobHandler>>,
    ) -> Self {
        let handlers = handlers
            .into_iter()
            .map(|handler| (handler.name(), handler))
            .collect();
        Self {
            database,
            clock,
            name: ids.next().to_string(),
            handlers,
        }
    }

    fn now_ms(&self) -> i64 {
        self.clock.now().as_millisecond()
    }

    /// Does one job. `false`: there was none whose time has come.
    pub async fn step(&self) -> Result<bool, StoreError> {
        let mut work = self.database.begin_upkeep().await?;
        let claimed = Jobs(work.conn()).claim(&self.name, self.now_ms(), 1).await?;
        work.commit().await?;
        let Some(job) = claimed.into_iter().next() else {
            return Ok(false);
        };
        let outcome = match self.is_lost(&job).await? {
            Some(failure) => Err(failure),
            None => self.run_with_heartbeat(&job).await,
        };
        let mut work = self.database.begin_upkeep().await?;
        match outcome {
            Ok(()) => {
                Jobs(work.conn()).finish(&job.id, &self.name).await?;
            }
            Err(failure) => {
                let again = matches!(failure, JobFailure::Retry(_));
                let text = format!("{}: {}", failure.code(), chain(&failure));
                tracing::error!(job.id = %job.id, job.name = %job.name, job.attempt = job.attempts, error = %text, "job {} failed", job.name);
                Jobs(work.conn())
                    .fail(&job, &self.name, self.now_ms(), &text, again)
                    .await?;
            }
        }
        work.commit().await?;
        Ok(true)
    }

    /// Whether a job must be given up because its workers vanish. One that got further since counts anew: a machine
    /// may be switched off as often as its owner likes, as long as the work goes on in between.
    async fn is_lost(&self, job: &ClaimedJob) -> Result<Option<JobFailure>, StoreError> {
        let Some(handler) = self.handlers.get(job.name.as_str()).filter(|_| job.lost > 0) else {
            return Ok(None);
        };
        // a handler that cannot tell says nothing against the job
        let Ok(progress) = handler.progress(&job.payload).await else {
            return Ok(None);
        };
        if progress > job.progress {
            let mut work = self.database.begin_upkeep().await?;
            Jobs(work.conn()).advance(&job.id, &self.name, progress).await?;
            work.commit().await?;
            return Ok(None);
        }
        if !job.is_hopeless() {
            return Ok(None);
        }
        let failure = JobFailure::WorkersLost { times: job.lost };
        handler.workers_lost(&job.payload, &failure).await;
        Ok(Some(failure))
    }

    async fn run_with_heartbeat(&self, job: &ClaimedJob) -> Result<(), JobFailure> {
        let Some(handler) = self.handlers.get(job.name.as_str()) else {
            return Err(JobFailure::Retry(format!("no handler for {}", job.name).into()));
        };
        let scope = AuditScope::of_job(handler.name(), Arc::clone(&self.clock));
        // side by side: the work may hold the one writer that the heartbeat waits for
        tokio::select! {
            done = scope.cover(handler.run(&job.payload)) => done,
            never = self.keep_lease(job) => match never {},
        }
    }

    /// Renews the lease of a job for as long as it is asked to.
    async fn keep_lease(&self, job: &ClaimedJob) -> Infallible {
        loop {
            tokio::time::sleep(Duration::from_millis(LEASE_MS.unsigned_abs() / 3)).await;
            let beat = async {
                let mut upkeep = self.database.begin_upkeep().await?;
                Jobs(upkeep.conn())
                    .heartbeat(&job.id, &self.name, self.now_ms())
                    .await?;
                upkeep.commit().await
            };
            // a writer that takes long keeps this heartbeat out, and every other worker with it: no reason to break
            // the work off
            if let Err(error) = beat.await {
                tracing::warn!(job.id = %job.id, error = %error, "the lease of job {} was not renewed", job.id);
            }
        }
    }

    /// Works until nothing is left whose time has come; says how many jobs were done.
    pub async fn run_until_idle(&self) -> Result<u64, StoreError> {
        let mut done = 0;
        while self.step().await? {
            done += 1;
        }
        Ok(done)
    }

    /// Works until `stop` resolves, looking for new jobs twice a second.
    pub async fn run(&self, stop: impl Future<Output = ()>) -> Result<(), StoreError> {
        tokio::pin!(stop);
        loop {
            if self.step().await? {
                continue;
            }
            tokio::select! {
                () = &mut stop => return Ok(()),
                () = tokio::time::sleep(Duration::from_millis(500)) => {}
            }
        }
    }
}

/// An error with all its causes on one line.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}
