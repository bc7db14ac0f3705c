//! The queue of readings and the suggestions keep the same promises on both engines.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use lantai_database::Database;
use lantai_domain::reading::{SuggestedElement, Suggestion};
use lantai_domain::{AccessionId, IdSource, RandomIds, RecordId};
use lantai_reading::repository::{ClaimedReading, ReadingRepository, ReadingRow, SuggestionRepository};
use lantai_reading::{ReadingState, Reason};
use lantai_testkit::TestDatabase;

const LONG: i64 = 10 * 60_000;

async fn planned(database: &Database, priorities: &[i64]) -> Vec<RecordId> {
    let accession = AccessionId::new(RandomIds.next());
    let mut work = database.begin_upkeep().await.unwrap();
    let mut records = Vec::new();
    for priority in priorities {
        let record = RecordId::new(RandomIds.next());
        ReadingRepository(work.conn())
            .plan(record, accession, *priority)
            .await
            .unwrap();
        records.push(record);
    }
    // a record that is known already stays as it is
    ReadingRepository(work.conn())
        .plan(records[0], accession, 99)
        .await
        .unwrap();
    work.commit().await.unwrap();
    records
}

async fn claim(database: &Database, worker: &str, now_ms: i64, limit: u32) -> Vec<ClaimedReading> {
    let mut work = database.begin_upkeep().await.unwrap();
    let claimed = ReadingRepository(work.conn())
        .claim(worker, now_ms, limit)
        .await
        .unwrap();
    work.commit().await.unwrap();
    claimed
}

fn row(record: RecordId, omitted: &[&str]) -> ReadingRow {
    ReadingRow {
        record,
        accession: AccessionId::new(RandomIds.next()),
        state: ReadingState::Done,
        priority: 0,
        source_version: 1,
        object_version: 1,
        recipe: "r".to_owned(),
        has_newer: false,
        pages: 3,
        characters: 1_200,
        seconds: 61,
        cpu_ms: 5_000,
        omitted: omitted.iter().map(|code| (*code).to_owned()).collect(),
        read_at_ms: 7,
    }
}

#[tokio::test]
async fn records_are_claimed_by_priority_once_and_again_when_a_worker_vanished() {
    for test in TestDatabase::all().await {
        let database = &test.database;
        let records = planned(database, &[-20, 0, -10]).await;
        let first = claim(database, "a", 1_000, 2).await;
        let names: std::collections::BTreeSet<_> = first.iter().map(|one| one.record).collect();
        assert_eq!(names, [records[1], records[2]].into(), "{}", test.engine);
        assert!(first.iter().all(|one| (one.attempts, one.lost) == (1, 0)));
        assert_eq!(claim(database, "b", 1_000, 5).await.len(), 1, "only one is left");
        assert!(claim(database, "b", 1_000, 5).await.is_empty());

        // "a" gave a sign of life, "b" did not
        let mut work = database.begin_upkeep().await.unwrap();
        let touched = ReadingRepository(work.conn()).heartbeat("a", LONG).await.unwrap();
        work.commit().await.unwrap();
        assert_eq!(touched, 2);
        let taken_over = claim(database, "c", LONG, 5).await;
        assert_eq!(taken_over.len(), 1);
        assert_eq!(
            (taken_over[0].record, taken_over[0].attempts, taken_over[0].lost),
            (records[0], 1, 1)
        );
    }
}

#[tokio::test]
async fn what_came_of_a_record_is_kept_only_by_whoever_holds_it() {
    for test in TestDatabase::all().await {
        let database = &test.database;
        let records = planned(database, &[0, 0]).await;
        claim(database, "a", 1, 5).await;
        let mut work = database.begin_upkeep().await.unwrap();
        let done = row(records[0], &["reading.model_missing"]);
        assert!(
            !ReadingRepository(work.conn())
                .put(&done, Some("b"))
                .await
                .unwrap()
        );
        assert!(
            ReadingRepository(work.conn())
                .put(&done, Some("a"))
                .await
                .unwrap()
        );
        assert!(
            !ReadingRepository(work.conn())
                .put(&done, Some("a"))
                .await
                .unwrap(),
            "it is done"
        );
        let reason = Reason {
            code: "reading.file".to_owned(),
            detail: "the disk is gone".to_owned(),
        };
        ReadingRepository(work.conn())
            .fail(records[1], "a", &reason, None)
            .await
            .unwrap();
        work.commit().await.unwrap();

        let mut reader = database.read().await.unwrap();
        let kept = ReadingRepository(reader.conn())
            .of(records[0])
            .await
            .unwrap()
            .unwrap();
        assert_eq!(
            (kept.pages, kept.seconds, &kept.state),
            (3, 61, &ReadingState::Done)
        );
        assert_eq!(kept.omitted, ["reading.model_missing"]);
        let failed = ReadingRepository(reader.conn())
            .of(records[1])
            .await
            .unwrap()
            .unwrap();
        assert_eq!(failed.state, ReadingState::Failed(reason));
        let counts = ReadingRepository(reader.conn()).counts().await.unwrap();
        assert_eq!(
            (counts.waiting, counts.done, counts.failed, counts.pages),
            (0, 1, 1, 3)
        );
        let lacking = ReadingRepository(reader.conn()).omissions().await.unwrap();
        assert_eq!(lacking, [("reading.model_missing".to_owned(), 1)]);
        drop(reader);

        // a model was installed: whoever lacked it is read again, the other is not
        let mut work = database.begin_upkeep().await.unwrap();
        let again = ReadingRepository(work.conn())
            .again_where_omitted("reading.model_missing")
            .await
            .unwrap();
        work.commit().await.unwrap();
        assert_eq!(again, 1);
        let claimed = claim(database, "a", 1, 5).await;
        assert_eq!(
            (claimed.len(), claimed[0].record, claimed[0].object_version),
            (1, records[0], 1)
        );

        // given back as if it had not been claimed
        let mut work = database.begin_upkeep().await.unwrap();
        ReadingRepository(work.conn())
            .release(records[0], "a")
            .await
            .unwrap();
        work.commit().await.unwrap();
        assert_eq!(claim(database, "a", 1, 5).await[0].attempts, 1, "{}", test.engine);
    }
}

#[tokio::test]
async fn what_was_decided_is_not_suggested_again() {
    for test in TestDatabase::all().await {
        let record = RecordId::new(RandomIds.next());
        let suggestion = |value: &str| Suggestion {
            element: SuggestedElement::Title,
            value: value.to_owned(),
            evidence: Vec::new(),
            by: "heading".to_owned(),
            confidence: 0.9,
        };
        let mut work = test.database.begin_upkeep().await.unwrap();
        let both = [suggestion("关于修坝的请示"), suggestion("请示")];
        SuggestionRepository(work.conn())
            .put(record, &both)
            .await
            .unwrap();
        let corrected = Some("关于修筑水坝的请示");
        assert!(
            SuggestionRepository(work.conn())
                .decide(record, 1, "corrected", corrected, "王芳", "2026-11-22T00:00:00Z")
                .await
                .unwrap()
        );
        assert!(
            !SuggestionRepository(work.conn())
                .decide(record, 1, "refused", None, "钱程", "2026-11-22T00:00:01Z")
                .await
                .unwrap(),
            "a decision is final"
        );
        SuggestionRepository(work.conn())
            .put(record, &both)
            .await
            .unwrap();
        let kept = SuggestionRepository(work.conn()).of(record).await.unwrap();
        let states: Vec<&str> = kept.iter().map(|one| one.state.as_str()).collect();
        assert_eq!(states, ["corrected", "open"], "{}", test.engine);
        assert_eq!(kept[0].decided_as.as_deref(), Some("关于修筑水坝的请示"));
        assert_eq!(kept[1].suggestion.value, "请示");
        work.commit().await.unwrap();
    }
}
