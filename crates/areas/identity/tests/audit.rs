//! What the audit trail promises, kept on SQLite and on PostgreSQL.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use lantai_database::{AuditRows, AuditScope, Covers, Database, StoreError, on_engine};
use lantai_domain::audit::{AUDIT_OBJECT, AuditActor, AuditNote, AuditObject, AuditOutcome, EventClass};
use lantai_domain::{Clock, JournalEntry};
use lantai_identity::audit::{
    ANCHOR_AFTER_MS, AddressForm, AuditTrail, Pseudonyms, Restored, anchor, anchor_if_due, note, restore,
    verify, verify_files,
};
use lantai_testkit::{MovableClock, a_fact, noon, on_every_engine};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

fn a_note(action: &str) -> AuditNote {
    AuditNote::new(EventClass::Read, action, noon()).by(AuditActor::person("li"))
}

fn trail_in(database: &Database, folder: &Path, clock: Arc<MovableClock>) -> AuditTrail {
    AuditTrail::new(
        database.clone(),
        clock,
        Pseudonyms::new(&[1; 32], AddressForm::Shortened),
        folder.to_path_buf(),
    )
}

/// For tests that never anchor.
fn trail(database: &Database) -> AuditTrail {
    trail_in(database, Path::new("/nowhere"), Arc::default())
}

async fn size(database: &Database) -> u64 {
    let mut reader = database.read().await.unwrap();
    AuditRows(reader.conn()).head().await.unwrap().size
}

async fn bodies(database: &Database) -> Vec<String> {
    let mut reader = database.read().await.unwrap();
    let sql = "SELECT body FROM audit_events ORDER BY seq";
    on_engine!(reader.conn(), |c| sqlx::query_scalar(sql)
        .fetch_all(&mut *c)
        .await)
    .unwrap()
}

/// As whoever holds the database in hand may do: past the triggers that keep honest programs out.
async fn force(database: &Database, sql: &'static str) -> Result<(), StoreError> {
    let mut work = database.begin_upkeep().await?;
    on_engine!(work.conn(), |c| sqlx::query(sql)
        .execute(&mut *c)
        .await
        .map(|_| ()))?;
    work.commit().await
}

async fn without_guards(database: &Database) {
    let guards: &[&'static str] = match database.engine() {
        lantai_database::Engine::Sqlite => &[
            "DROP TRIGGER audit_events_stay",
            "DROP TRIGGER audit_events_are_kept",
        ],
        lantai_database::Engine::Postgres => &["DROP TRIGGER audit_events_are_kept ON audit_events"],
    };
    for sql in guards {
        force(database, sql).await.unwrap();
    }
}

#[tokio::test]
async fn events_are_chained_in_the_order_of_their_commits() {
    on_every_engine(async |database| {
        let trail = trail(&database);
        for action in ["one", "two", "three"] {
            trail.tell(a_note(action)).await.unwrap();
        }
        let report = verify(&database).await.unwrap();
        assert!(report.ok, "{report:?}");
        assert_eq!((report.events, report.last), (3, 3));
    })
    .await;
}

#[tokio::test]
async fn many_at_once_share_commits_and_keep_one_chain() {
    on_every_engine(async |database| {
        let trail = trail(&database);
        let mut all = tokio::task::JoinSet::new();
        for number in 0..200 {
            let trail = trail.clone();
            all.spawn(async move { trail.tell(a_note(&format!("read{number}"))).await });
        }
        for told in all.join_all().await {
            told.unwrap();
        }
        // a change at the same time goes in line as well
        let mut work = database.begin().await.unwrap();
        work.record(a_fact("urn:uuid:1")).await.unwrap();
        note(&mut work, a_note("change"));
        work.commit().await.unwrap();
        let report = verify(&database).await.unwrap();
        assert!(report.ok, "{report:?}");
        assert_eq!(report.events, 201);
    })
    .await;
}

#[tokio::test]
async fn a_change_that_is_undone_leaves_no_event() {
    on_every_engine(async |database| {
        let mut work = database.begin_upkeep().await.unwrap();
        note(&mut work, a_note("change"));
        drop(work);
        let mut work = database.begin().await.unwrap();
        note(&mut work, a_note("change without a fact"));
        assert!(matches!(work.commit().await, Err(StoreError::NoFact)));
        assert_eq!(size(&database).await, 0);
        assert!(verify(&database).await.unwrap().ok);
    })
    .await;
}

#[tokio::test]
async fn every_commit_of_a_request_tells_the_trail_by_itself() {
    on_every_engine(async |database| {
        let mut base =
            AuditNote::new(EventClass::Change, "decide_opening", noon()).by(AuditActor::person("wang"));
        base.source_address = Some("192.0.2.0/24".to_owned());
        let clock: Arc<dyn Clock> = Arc::new(MovableClock::default());
        let scope = AuditScope::new(base.clone(), Covers::Everything, Arc::clone(&clock));
        let change = async |version: u32, inventory: &str| {
            let mut work = database.begin().await.unwrap();
            let fact: JournalEntry = a_fact("urn:uuid:7").fixing(version, inventory);
            work.record(fact).await.unwrap();
            work.commit().await.unwrap();
        };
        scope.cover(change(1, "aa")).await;
        scope.cover(change(2, "bb")).await;
        assert_eq!(scope.events(), 2);
        // what a place notes itself takes the place of it, and keeps who and where from
        scope
            .cover(async {
                let mut work = database.begin_upkeep().await.unwrap();
                let own =
                    AuditNote::new(EventClass::Change, "grant", noon()).on(AuditObject::new("holding", "h1"));
                note(&mut work, own);
                work.commit().await.unwrap();
            })
            .await;
        let events = bodies(&database).await;
        assert_eq!(events.len(), 3);
        assert!(
            events[1].contains(r#""before_digest":"aa","after_digest":"bb""#),
            "{}",
            events[1]
        );
        assert!(events[1].contains(r#""id":"urn:uuid:7""#));
        assert!(events[2].contains(r#""action":"grant""#) && events[2].contains(r#""id":"wang""#));
        assert!(events.iter().all(|event| event.contains("192.0.2.0/24")));
        // commands and jobs tell of archival changes only
        let scope = AuditScope::new(base, Covers::Archival, clock);
        scope
            .cover(async { database.begin_upkeep().await.unwrap().commit().await })
            .await
            .unwrap();
        assert_eq!(scope.events(), 0);
    })
    .await;
}

#[tokio::test]
async fn the_database_itself_refuses_to_change_or_remove_events() {
    on_every_engine(async |database| {
        trail(&database).tell(a_note("one")).await.unwrap();
        assert!(
            force(&database, "UPDATE audit_events SET actor = 'x'")
                .await
                .is_err()
        );
        assert!(force(&database, "DELETE FROM audit_events").await.is_err());
        assert_eq!(size(&database).await, 1);
    })
    .await;
}

#[tokio::test]
async fn what_is_changed_or_cut_off_behind_its_back_is_found() {
    on_every_engine(async |database| {
        let folder = tempfile::tempdir().unwrap();
        let trail = trail_in(&database, folder.path(), Arc::default());
        for _ in 0..5 {
            trail.tell(a_note("read")).await.unwrap();
        }
        assert!(anchor(&trail).await.unwrap());
        assert!(!anchor(&trail).await.unwrap(), "the journal knows it already");
        without_guards(&database).await;
        let first = async || {
            let report = verify(&database).await.unwrap();
            report.problems.first().map(|problem| (problem.kind, problem.seq))
        };
        assert_eq!(first().await, None);
        force(
            &database,
            "UPDATE audit_events SET outcome = 'denied' WHERE seq = 2",
        )
        .await
        .unwrap();
        assert_eq!(first().await, Some(("audit.event_altered", 2)));
        force(
            &database,
            "UPDATE audit_events SET outcome = 'success' WHERE seq = 2",
        )
        .await
        .unwrap();
        assert_eq!(first().await, None);
        // its end and its head are cut off together: only the journal knows
        force(&database, "DELETE FROM audit_events WHERE seq > 3")
            .await
            .unwrap();
        force(
            &database,
            "UPDATE audit_head SET size = 3, hash = (SELECT hash FROM audit_events WHERE seq = 3)",
        )
        .await
        .unwrap();
        assert_eq!(first().await, Some(("audit.event_missing", 4)));
    })
    .await;
}

#[tokio::test]
async fn the_files_beside_the_journal_are_proved_too() {
    on_every_engine(async |database| {
        let folder = tempfile::tempdir().unwrap();
        let trail = trail_in(&database, folder.path(), Arc::default());
        let named = async || {
            let problems = verify_files(&database, folder.path()).await.unwrap();
            let named = problems.iter().map(|problem| (problem.kind, problem.seq));
            named.collect::<Vec<_>>()
        };
        assert_eq!(named().await, [], "there is nothing to prove");
        for _ in 0..3 {
            for _ in 0..4 {
                trail.tell(a_note("read")).await.unwrap();
            }
            anchor(&trail).await.unwrap();
        }
        trail.tell(a_note("not anchored yet")).await.unwrap();
        assert_eq!(named().await, []);

        let file = |first: u64| folder.path().join(format!("{first:012}-{:012}.jsonl", first + 3));
        let sound = std::fs::read_to_string(file(5)).unwrap();
        let lines: Vec<&str> = sound.split_inclusive('\n').collect();
        let altered = |number: usize, line: &str| {
            let line_of = |(n, old): (usize, &str)| {
                if n == number {
                    line.to_owned()
                } else {
                    old.to_owned()
                }
            };
            lines.iter().copied().enumerate().map(line_of).collect::<String>()
        };
        let cases = [
            (altered(1, &lines[1].replace("\"li\"", "\"lu\"")), 6),
            (altered(0, ""), 5),
            (altered(3, ""), 8),
            (altered(2, "{}\n"), 7),
            (altered(2, lines[1]), 7),
            (String::new(), 5),
        ];
        for (text, seq) in cases {
            std::fs::write(file(5), &text).unwrap();
            // what stands in the other files is still proved
            assert_eq!(named().await, [("audit.file_altered", seq)], "{text}");
        }
        let mut bytes = sound.clone().into_bytes();
        let place = bytes.len() - 10;
        bytes[place] = 0xff;
        std::fs::write(file(5), &bytes).unwrap();
        assert_eq!(named().await, [("audit.file_altered", 8)]);
        std::fs::remove_file(file(5)).unwrap();
        assert_eq!(named().await, [("audit.file_missing", 5)]);
        std::fs::write(file(5), &sound).unwrap();
        assert_eq!(named().await, []);
        std::fs::remove_file(file(9)).unwrap();
        assert_eq!(named().await, [("audit.file_missing", 9)]);
    })
    .await;
}

#[tokio::test]
async fn the_journal_is_told_in_time() {
    on_every_engine(async |database| {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(MovableClock::default());
        let trail = trail_in(&database, folder.path(), Arc::clone(&clock));
        assert!(!anchor_if_due(&trail).await.unwrap(), "there is nothing to tell");
        trail.tell(a_note("one")).await.unwrap();
        assert!(anchor_if_due(&trail).await.unwrap(), "never told before");
        trail.tell(a_note("two")).await.unwrap();
        assert!(!anchor_if_due(&trail).await.unwrap());
        clock.advance(jiff::SignedDuration::from_millis(ANCHOR_AFTER_MS));
        assert!(anchor_if_due(&trail).await.unwrap());
        let mut work = database.begin_upkeep().await.unwrap();
        for _ in 0..1_000 {
            note(&mut work, a_note("many"));
        }
        work.commit().await.unwrap();
        assert!(anchor_if_due(&trail).await.unwrap());
        let report = verify(&database).await.unwrap();
        assert!(report.ok && report.anchors == 3, "{report:?}");
    })
    .await;
}

#[tokio::test]
async fn where_the_trail_cannot_be_written_nothing_is_changed_and_nobody_is_told_well() {
    on_every_engine(async |database| {
        let trail = trail(&database).with_patience(Duration::from_secs(5));
        without_guards(&database).await;
        force(&database, "ALTER TABLE audit_events RENAME TO elsewhere")
            .await
            .unwrap();
        assert_eq!(
            trail.tell(a_note("read")).await.unwrap_err().code(),
            "audit.unwritable"
        );
        let mut work = database.begin().await.unwrap();
        work.record(a_fact("urn:uuid:1")).await.unwrap();
        note(&mut work, a_note("change"));
        assert_eq!(work.commit().await.unwrap_err().code(), "audit.unwritable");
        let mut reader = database.read().await.unwrap();
        let facts = lantai_database::JournalRows(reader.conn()).size().await.unwrap();
        assert_eq!(facts, 0, "the change is undone with its event");
        drop(reader);
        force(&database, "ALTER TABLE elsewhere RENAME TO audit_events")
            .await
            .unwrap();
        trail.tell(a_note("read")).await.unwrap();
        assert_eq!(size(&database).await, 1);
    })
    .await;
}

#[tokio::test]
async fn after_the_loss_of_the_database_the_trail_goes_on_and_says_what_is_missing() {
    on_every_engine(async |database| {
        let folder = tempfile::tempdir().unwrap();
        let trail = trail_in(&database, folder.path(), Arc::default());
        for _ in 0..4 {
            trail.tell(a_note("read")).await.unwrap();
        }
        anchor(&trail).await.unwrap();
        without_guards(&database).await;
        force(&database, "DELETE FROM audit_events").await.unwrap();
        force(
            &database,
            "UPDATE audit_head SET size = 0, anchored_seq = 0,
             hash = '0000000000000000000000000000000000000000000000000000000000000000'",
        )
        .await
        .unwrap();
        let came_back = restore(&trail).await.unwrap();
        assert_eq!((came_back.events, came_back.missing), (4, 0));
        assert_eq!(restore(&trail).await.unwrap(), Restored::default());
        assert!(verify(&database).await.unwrap().ok, "nothing is missing");
        // and again, with one event of the file altered: the rest is not believed
        force(&database, "DELETE FROM audit_events").await.unwrap();
        force(
            &database,
            "UPDATE audit_head SET size = 0, hash = '0000000000000000000000000000000000000000000000000000000000000000'",
        )
        .await
        .unwrap();
        let file = std::fs::read_dir(folder.path()).unwrap().next().unwrap().unwrap().path();
        let text = std::fs::read_to_string(&file).unwrap();
        let altered: Vec<String> = (1..)
            .zip(text.lines())
            .map(|(n, line)| if n == 3 { line.replace("\"li\"", "\"lu\"") } else { line.to_owned() })
            .collect();
        std::fs::write(&file, altered.join("\n")).unwrap();
        let came_back = restore(&trail).await.unwrap();
        assert_eq!((came_back.events, came_back.missing), (2, 2));
        let report = verify(&database).await.unwrap();
        assert_eq!((report.events, report.last), (3, 5));
        let named: Vec<_> = report
            .problems
            .iter()
            .map(|problem| (problem.kind, problem.seq))
            .collect();
        assert_eq!(named, [("audit.event_missing", 3)]);
        let mut reader = database.read().await.unwrap();
        let facts = lantai_database::JournalRows(reader.conn())
            .of_object(AUDIT_OBJECT)
            .await
            .unwrap();
        assert_eq!(facts.len(), 1);
        let last = bodies(&database).await;
        assert!(last[2].contains("audit_trail_lost") && last[2].contains(AuditOutcome::Failure.id()));
    })
    .await;
}
