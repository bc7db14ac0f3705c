//! What the database promises whoever builds on it, kept on SQLite and on PostgreSQL.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod worker;

use async_trait::async_trait;
use jiff::SignedDuration;
use lantai_database::{
    Database, Job, JobCounts, JobFailure, JobHandler, Jobs, JournalRows, NewJob, StoreError, Worker,
};
use lantai_domain::{Clock, IdSource, JobId, JournalEntry};
use lantai_testkit::{CountingIds, MovableClock, TestDatabase, a_fact, on_every_engine};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

const NOW: i64 = 1_000_000;
/// A claimed job belongs to its worker for a minute.
const LEASE_MS: i64 = 60_000;

#[derive(Debug, Serialize, Deserialize)]
struct Sweep {
    room: u32,
}

impl Job for Sweep {
    const NAME: &'static str = "test.sweep";
}

fn sweep(ids: &dyn IdSource, room: u32) -> NewJob {
    NewJob::new(JobId::new(ids.next()), &Sweep { room }).unwrap()
}

async fn enqueue(database: &Database, job: NewJob) {
    let mut work = database.begin_upkeep().await.unwrap();
    work.enqueue(job).await.unwrap();
    work.commit().await.unwrap();
}

async fn claim(
    database: &Database,
    worker: &str,
    now_ms: i64,
    limit: u32,
) -> Vec<lantai_database::ClaimedJob> {
    let mut work = database.begin_upkeep().await.unwrap();
    let claimed = Jobs(work.conn()).claim(worker, now_ms, limit).await.unwrap();
    work.commit().await.unwrap();
    claimed
}

async fn fail(
    database: &Database,
    job: &lantai_database::ClaimedJob,
    worker: &str,
    now_ms: i64,
    again: bool,
) {
    let mut work = database.begin_upkeep().await.unwrap();
    Jobs(work.conn())
        .fail(job, worker, now_ms, "the broom is gone", again)
        .await
        .unwrap();
    work.commit().await.unwrap();
}

async fn finish(database: &Database, job: &str, worker: &str) -> bool {
    let mut work = database.begin_upkeep().await.unwrap();
    let finished = Jobs(work.conn()).finish(job, worker).await.unwrap();
    work.commit().await.unwrap();
    finished
}

async fn heartbeat(database: &Database, job: &str, worker: &str, now_ms: i64) -> bool {
    let mut work = database.begin_upkeep().await.unwrap();
    let alive = Jobs(work.conn()).heartbeat(job, worker, now_ms).await.unwrap();
    work.commit().await.unwrap();
    alive
}

async fn counts(database: &Database) -> JobCounts {
    let mut reader = database.read().await.unwrap();
    Jobs(reader.conn()).counts().await.unwrap()
}

async fn journal_size(database: &Database) -> u64 {
    let mut reader = database.read().await.unwrap();
    JournalRows(reader.conn()).size().await.unwrap()
}

async fn entries_of(database: &Database, object: &str) -> Vec<(u64, JournalEntry)> {
    let mut reader = database.read().await.unwrap();
    JournalRows(reader.conn()).of_object(object).await.unwrap()
}

fn a_count(waiting: u64, running: u64, failed: u64) -> JobCounts {
    JobCounts {
        waiting,
        running,
        failed,
    }
}

// The unit of work

#[tokio::test]
async fn an_archival_change_without_a_fact_is_refused_and_leaves_nothing() {
    on_every_engine(async |database| {
        let ids = CountingIds::default();
        let mut work = database.begin().await.unwrap();
        work.enqueue(sweep(&ids, 1)).await.unwrap();
        assert!(matches!(work.commit().await, Err(StoreError::NoFact)));
        assert_eq!(counts(&database).await, JobCounts::default());
        assert_eq!(journal_size(&database).await, 0);
    })
    .await;
}

#[tokio::test]
async fn work_that_is_dropped_leaves_nothing() {
    on_every_engine(async |database| {
        let ids = CountingIds::default();
        let mut work = database.begin().await.unwrap();
        work.enqueue(sweep(&ids, 1)).await.unwrap();
        // more facts than are kept in memory: some have already gone to the engine
        for _ in 0..1_100 {
            work.record(a_fact("urn:dropped")).await.unwrap();
        }
        drop(work);
        assert_eq!(counts(&database).await, JobCounts::default());
        assert_eq!(journal_size(&database).await, 0);
        assert!(entries_of(&database, "urn:dropped").await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn what_is_not_committed_is_seen_by_nobody_else() {
    on_every_engine(async |database| {
        let ids = CountingIds::default();
        let mut work = database.begin().await.unwrap();
        work.enqueue(sweep(&ids, 1)).await.unwrap();
        work.record(a_fact("urn:one")).await.unwrap();
        assert_eq!(counts(&database).await, JobCounts::default());
        work.commit().await.unwrap();
        assert_eq!(counts(&database).await, a_count(1, 0, 0));
        assert_eq!(journal_size(&database).await, 1);
    })
    .await;
}

#[tokio::test]
async fn upkeep_needs_no_fact() {
    on_every_engine(async |database| {
        let work = database.begin_upkeep().await.unwrap();
        work.commit().await.unwrap();
        assert_eq!(journal_size(&database).await, 0);
    })
    .await;
}

// The journal's rows

#[tokio::test]
async fn facts_keep_their_order_however_many_there_are() {
    on_every_engine(async |database| {
        let objects: Vec<String> = (0..1_234).map(|number| format!("urn:{number:04}")).collect();
        let mut work = database.begin().await.unwrap();
        for object in &objects {
            work.record(a_fact(object)).await.unwrap();
        }
        work.commit().await.unwrap();

        let mut reader = database.read().await.unwrap();
        let first = JournalRows(reader.conn()).bodies(0, 1_000).await.unwrap();
        let rest = JournalRows(reader.conn()).bodies(1_000, 1_000).await.unwrap();
        let read: Vec<String> = first
            .iter()
            .chain(&rest)
            .map(|body| serde_json::from_slice::<JournalEntry>(body).unwrap().object)
            .collect();
        assert_eq!(read, objects);
    })
    .await;
}

#[tokio::test]
async fn numbers_have_no_gaps_under_two_writers() {
    on_every_engine(async |database| {
        let writer = async |object: &'static str, rounds: usize| {
            for _ in 0..rounds {
                let mut work = database.begin().await.unwrap();
                // past the group in which facts are handed over, so that both hold locks while they go on
                for _ in 0..600 {
                    work.record(a_fact(object)).await.unwrap();
                }
                work.commit().await.unwrap();
            }
        };
        let quitter = async {
            let mut work = database.begin().await.unwrap();
            for _ in 0..600 {
                work.record(a_fact("urn:quitter")).await.unwrap();
            }
            drop(work);
        };
        tokio::join!(writer("urn:a", 3), writer("urn:b", 3), quitter);

        let mut numbers = Vec::new();
        for object in ["urn:a", "urn:b", "urn:quitter"] {
            let of_one: Vec<u64> = entries_of(&database, object)
                .await
                .into_iter()
                .map(|(number, _)| number)
                .collect();
            // what belongs to one change stands together
            assert!(
                of_one
                    .chunks(600)
                    .all(|change| change.windows(2).all(|pair| pair[1] == pair[0] + 1))
            );
            numbers.extend(of_one);
        }
        numbers.sort_unstable();
        assert_eq!(numbers, (0..3_600).collect::<Vec<u64>>());
        assert_eq!(journal_size(&database).await, 3_600);
    })
    .await;
}

#[tokio::test]
async fn restored_entries_are_those_that_were_there() {
    on_every_engine(async |database| {
        let bodies: Vec<Vec<u8>> = (0..5)
            .map(|number| a_fact(&format!("urn:{number}")).to_bytes().unwrap())
            .collect();
        let mut work = database.begin_upkeep().await.unwrap();
        JournalRows(work.conn()).restore(0, &bodies[..2]).await.unwrap();
        JournalRows(work.conn()).restore(2, &bodies[2..]).await.unwrap();
        work.commit().await.unwrap();

        let mut reader = database.read().await.unwrap();
        assert_eq!(JournalRows(reader.conn()).bodies(0, 10).await.unwrap(), bodies);
        assert_eq!(JournalRows(reader.conn()).size().await.unwrap(), 5);
        drop(reader);
        assert_eq!(entries_of(&database, "urn:3").await, [(3, a_fact("urn:3"))]);

        let mut work = database.begin().await.unwrap();
        work.record(a_fact("urn:next")).await.unwrap();
        work.commit().await.unwrap();
        assert_eq!(entries_of(&database, "urn:next").await[0].0, 5);
    })
    .await;
}

#[tokio::test]
async fn a_damaged_entry_is_named_and_not_restored() {
    on_every_engine(async |database| {
        let mut work = database.begin_upkeep().await.unwrap();
        let refused = JournalRows(work.conn()).restore(7, &[b"{}".to_vec()]).await;
        assert!(matches!(&refused, Err(StoreError::Corrupt { what, .. }) if what == "journal entry 7"));
        drop(work);
        assert_eq!(journal_size(&database).await, 0);
    })
    .await;
}

// The queue

#[tokio::test]
async fn a_job_waits_only_if_its_change_commits() {
    on_every_engine(async |database| {
        let ids = CountingIds::default();
        let mut work = database.begin().await.unwrap();
        work.enqueue(sweep(&ids, 1)).await.unwrap();
        drop(work);
        assert!(claim(&database, "w", NOW, 9).await.is_empty());

        let mut work = database.begin().await.unwrap();
        work.enqueue(sweep(&ids, 2)).await.unwrap();
        work.record(a_fact("urn:one")).await.unwrap();
        work.commit().await.unwrap();
        let claimed = claim(&database, "w", NOW, 9).await;
        assert_eq!(claimed.len(), 1);
        assert_eq!(
            (claimed[0].name.as_str(), claimed[0].payload.as_str()),
            ("test.sweep", r#"{"room":2}"#)
        );
        assert_eq!(claimed[0].attempts, 1);
    })
    .await;
}

#[tokio::test]
async fn concurrent_workers_never_hold_the_same_job() {
    on_every_engine(async |database| {
        let ids = CountingIds::default();
        let mut work = database.begin_upkeep().await.unwrap();
        for room in 0..60 {
            work.enqueue(sweep(&ids, room)).await.unwrap();
        }
        work.commit().await.unwrap();

        let held = Mutex::new(Vec::new());
        let worker = async |name: &'static str| {
            loop {
                let claimed = claim(&database, name, NOW, 4).await;
                if claimed.is_empty() {
                    return;
                }
                assert!(claimed.len() <= 4, "asked for 4 and got {}", claimed.len());
                held.lock().unwrap().extend(claimed.into_iter().map(|job| job.id));
            }
        };
        tokio::join!(worker("a"), worker("b"), worker("c"), worker("d"));
        let held = held.into_inner().unwrap();
        assert_eq!(held.len(), 60);
        assert_eq!(held.iter().collect::<BTreeSet<_>>().len(), 60);
        assert_eq!(counts(&database).await, a_count(0, 60, 0));
    })
    .await;
}

#[tokio::test]
async fn urgent_jobs_come_first_then_the_oldest() {
    on_every_engine(async |database| {
        let ids = CountingIds::default();
        for (room, priority) in [(1, 0), (2, 0), (3, 5), (4, -1)] {
            enqueue(&database, sweep(&ids, room).priority(priority)).await;
        }
        let mut order = Vec::new();
        for _ in 0..4 {
            order.push(claim(&database, "w", NOW, 1).await.remove(0).payload);
        }
        assert_eq!(
            order,
            [r#"{"room":3}"#, r#"{"room":1}"#, r#"{"room":2}"#, r#"{"room":4}"#]
        );
    })
    .await;
}

#[tokio::test]
async fn a_silent_workers_job_goes_to_another() {
    on_every_engine(async |database| {
        enqueue(&database, sweep(&CountingIds::default(), 1)).await;
        let job = claim(&database, "silent", NOW, 1).await.remove(0).id;
        assert!(claim(&database, "other", NOW + LEASE_MS, 1).await.is_empty());

        let again = claim(&database, "other", NOW + LEASE_MS + 1, 1).await;
        assert_eq!((again[0].id.as_str(), again[0].attempts), (job.as_str(), 1));
        assert_eq!(again[0].lost, 1);
        assert!(!heartbeat(&database, &job, "silent", NOW + LEASE_MS + 2).await);
        assert!(!finish(&database, &job, "silent").await);
        fail(&database, &again[0], "silent", NOW + LEASE_MS + 2, false).await;
        assert_eq!(counts(&database).await, a_count(0, 1, 0));

        assert!(finish(&database, &job, "other").await);
        assert_eq!(counts(&database).await, JobCounts::default());
    })
    .await;
}

#[tokio::test]
async fn a_sign_of_life_keeps_the_job() {
    on_every_engine(async |database| {
        enqueue(&database, sweep(&CountingIds::default(), 1)).await;
        let job = claim(&database, "w", NOW, 1).await.remove(0).id;
        assert!(heartbeat(&database, &job, "w", NOW + LEASE_MS / 2).await);
        assert!(claim(&database, "other", NOW + LEASE_MS + 1, 1).await.is_empty());
        assert_eq!(
            claim(&database, "other", NOW + LEASE_MS * 3 / 2 + 1, 1)
                .await
                .len(),
            1
        );
    })
    .await;
}

#[tokio::test]
async fn a_key_keeps_out_a_second_job_while_the_first_waits() {
    on_every_engine(async |database| {
        let ids = CountingIds::default();
        enqueue(&database, sweep(&ids, 1).once("hall")).await;
        enqueue(&database, sweep(&ids, 2).once("hall")).await;
        enqueue(&database, sweep(&ids, 3).once("attic")).await;
        let claimed = claim(&database, "w", NOW, 9).await;
        let payloads: BTreeSet<&str> = claimed.iter().map(|job| job.payload.as_str()).collect();
        assert_eq!(payloads, BTreeSet::from([r#"{"room":1}"#, r#"{"room":3}"#]));

        // a change that comes while the first runs is not lost
        enqueue(&database, sweep(&ids, 4).once("hall")).await;
        assert_eq!(counts(&database).await, a_count(1, 2, 0));
        // and the first may fail without meeting the second
        for job in &claimed {
            fail(&database, job, "w", NOW, true).await;
        }
        assert_eq!(counts(&database).await, a_count(3, 0, 0));
    })
    .await;
}

#[tokio::test]
async fn a_failed_job_is_tried_again_later_and_ever_later() {
    on_every_engine(async |database| {
        enqueue(&database, sweep(&CountingIds::default(), 1)).await;
        let mut now_ms = NOW;
        for pause_ms in [2_000, 4_000, 8_000, 16_000] {
            let job = claim(&database, "w", now_ms, 1).await.remove(0);
            fail(&database, &job, "w", now_ms, true).await;
            now_ms += pause_ms;
            assert!(
                claim(&database, "w", now_ms - 1, 1).await.is_empty(),
                "before {pause_ms} ms are over"
            );
        }
        assert_eq!(claim(&database, "w", now_ms, 1).await[0].attempts, 5);
    })
    .await;
}

#[tokio::test]
async fn after_eight_attempts_a_person_must_look() {
    on_every_engine(async |database| {
        enqueue(&database, sweep(&CountingIds::default(), 1)).await;
        let mut now_ms = NOW;
        for attempt in 1..=8 {
            assert_eq!(counts(&database).await, a_count(1, 0, 0));
            now_ms += 1_000 << 12;
            let job = claim(&database, "w", now_ms, 1).await.remove(0);
            assert_eq!(job.attempts, attempt);
            fail(&database, &job, "w", now_ms, true).await;
        }
        assert_eq!(counts(&database).await, a_count(0, 0, 1));
        assert!(claim(&database, "w", i64::MAX / 2, 1).await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_job_that_cannot_be_done_is_given_up_at_once() {
    on_every_engine(async |database| {
        enqueue(&database, sweep(&CountingIds::default(), 1)).await;
        let job = claim(&database, "w", NOW, 1).await.remove(0);
        fail(&database, &job, "w", NOW, false).await;
        assert_eq!(counts(&database).await, a_count(0, 0, 1));
    })
    .await;
}

// Addresses and the schema

#[tokio::test]
async fn an_unknown_engine_is_refused_by_name() {
    let refused = Database::connect("mysql://somewhere/lantai").await;
    assert!(matches!(refused, Err(StoreError::Address(address)) if address == "mysql://somewhere/lantai"));
}

#[tokio::test]
async fn bringing_the_schema_up_to_date_twice_changes_nothing() {
    for test in TestDatabase::all().await {
        enqueue(&test.database, sweep(&CountingIds::default(), 1)).await;
        let second = Database::connect(&test.address).await.unwrap();
        second.migrate().await.unwrap();
        assert_eq!(second.engine(), test.database.engine());
        assert_eq!(counts(&second).await, a_count(1, 0, 0));
        second.close().await;
        test.remove().await;
    }
}
