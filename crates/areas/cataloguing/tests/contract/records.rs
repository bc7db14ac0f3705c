//! Entering, finding and replacing records.

use super::{enter, find, pages, register, stored};
use lantai_cataloguing::{Page, RecordRepository, StoredRecord};
use lantai_database::StoreError;
use lantai_domain::access::{AccessCell, Filter, FilterRule, OneOf};
use lantai_domain::{IdSource, OpenStatus, OpenStatusKind, OpeningDecision, RecordId};
use lantai_testkit::{CountingIds, FileBuilder, RecordBuilder, on_every_engine};
use std::collections::BTreeSet;

#[tokio::test]
async fn a_record_is_read_back_as_it_was_entered() {
    on_every_engine(async |database| {
        let ids = CountingIds::default();
        register(&database, "J001").await;
        let record = RecordBuilder::new(&ids, "J001-WS·2019-D30-BGS-0001")
            .title("关于“两个文明”的通知 '; DROP TABLE records; --")
            .open_status(OpenStatusKind::Controlled)
            .file(FileBuilder::new("正文.txt", 12))
            .file(FileBuilder::new("附件/𠮷野家.pdf", u64::from(u32::MAX) + 1))
            .build();
        let entered = StoredRecord {
            object_version: 3,
            ..stored(record)
        };
        enter(&database, std::slice::from_ref(&entered)).await;

        let mut reader = database.read().await.unwrap();
        let by_id = RecordRepository(reader.conn())
            .find(entered.record.id)
            .await
            .unwrap();
        drop(reader);
        assert_eq!(by_id.as_ref(), Some(&entered));
        assert_eq!(find(&database, "J001-WS·2019-D30-BGS-0001").await, Some(entered));
        assert_eq!(find(&database, "J001-WS·2019-D30-BGS-0002").await, None);
    })
    .await;
}

#[tokio::test]
async fn a_code_is_given_once() {
    on_every_engine(async |database| {
        let ids = CountingIds::default();
        register(&database, "J001").await;
        let first = stored(
            RecordBuilder::new(&ids, "J001-WS·2019-D30-0001")
                .title("第一件")
                .build(),
        );
        enter(&database, std::slice::from_ref(&first)).await;

        let second = stored(
            RecordBuilder::new(&ids, "J001-WS·2019-D30-0001")
                .title("第二件")
                .build(),
        );
        let mut work = database.begin_upkeep().await.unwrap();
        let refused = RecordRepository(work.conn()).insert(&second).await;
        assert!(matches!(refused, Err(StoreError::Conflict(_))), "{refused:?}");
        drop(work);
        assert_eq!(find(&database, "J001-WS·2019-D30-0001").await, Some(first));
    })
    .await;
}

#[tokio::test]
async fn a_record_of_no_registered_fonds_is_refused() {
    on_every_engine(async |database| {
        let record = stored(RecordBuilder::new(&CountingIds::default(), "J001-WS·2019-D30-0001").build());
        let mut work = database.begin_upkeep().await.unwrap();
        assert!(RecordRepository(work.conn()).insert(&record).await.is_err());
        drop(work);
        assert_eq!(find(&database, "J001-WS·2019-D30-0001").await, None);
    })
    .await;
}

#[tokio::test]
async fn a_record_is_found_by_its_former_codes() {
    on_every_engine(async |database| {
        let ids = CountingIds::default();
        register(&database, "J001").await;
        let record = stored(
            RecordBuilder::new(&ids, "J001-WS·2019-D30-0001")
                .former_code("1-2-3")
                .former_code("旧·4")
                .former_code("1-2-3")
                .build(),
        );
        enter(&database, std::slice::from_ref(&record)).await;
        assert_eq!(find(&database, "1-2-3").await.as_ref(), Some(&record));
        assert_eq!(find(&database, "旧·4").await.as_ref(), Some(&record));
        assert_eq!(find(&database, "1-2").await, None);
    })
    .await;
}

#[tokio::test]
async fn codes_in_force_and_former_codes_are_both_taken() {
    on_every_engine(async |database| {
        let ids = CountingIds::default();
        register(&database, "J001").await;
        let record = RecordBuilder::new(&ids, "J001-WS·2019-D30-0001")
            .former_code("J001-1-2")
            .build();
        enter(&database, &[stored(record)]).await;

        let asked: Vec<String> = (1..=400)
            .map(|item| format!("J001-WS·2019-D30-{item:04}"))
            .chain(["J001-1-2".to_owned(), "J001-1-3".to_owned()])
            .collect();
        let mut reader = database.read().await.unwrap();
        let mut taken = RecordRepository(reader.conn()).taken(&asked).await.unwrap();
        taken.sort();
        assert_eq!(taken, ["J001-1-2", "J001-WS·2019-D30-0001"]);
        assert!(
            RecordRepository(reader.conn())
                .taken(&[])
                .await
                .unwrap()
                .is_empty()
        );
    })
    .await;
}

#[tokio::test]
async fn a_thousand_records_are_found_in_one_question() {
    on_every_engine(async |database| {
        let ids = CountingIds::default();
        register(&database, "J001").await;
        let records: Vec<StoredRecord> = (1..=1_000)
            .map(|item| stored(RecordBuilder::new(&ids, &format!("J001-WS·2019-D30-{item:04}")).build()))
            .collect();
        enter(&database, &records).await;

        let mut wanted: Vec<RecordId> = records.iter().map(|stored| stored.record.id).collect();
        wanted.push(RecordId::new(ids.next()));
        let mut reader = database.read().await.unwrap();
        let mut found = RecordRepository(reader.conn()).find_many(&wanted).await.unwrap();
        found.sort_by_key(|stored| stored.record.id);
        assert_eq!(found, records);
        assert!(
            RecordRepository(reader.conn())
                .find_many(&[])
                .await
                .unwrap()
                .is_empty()
        );
    })
    .await;
}

#[tokio::test]
async fn a_record_is_replaced_only_at_the_version_that_was_read() {
    on_every_engine(async |database| {
        let ids = CountingIds::default();
        register(&database, "J001").await;
        let read = stored(RecordBuilder::new(&ids, "J001-WS·2019-D30-0001").build());
        enter(&database, std::slice::from_ref(&read)).await;

        let decision = OpeningDecision {
            ground: "期满".to_owned(),
            decided_by: None,
            decided_at: None,
        };
        let mut changed = StoredRecord {
            object_version: 2,
            ..read.clone()
        };
        changed.record.open_status = OpenStatus::of(OpenStatusKind::Open, decision);
        changed.record.description.title = "新题名".to_owned();
        let mut work = database.begin_upkeep().await.unwrap();
        assert!(RecordRepository(work.conn()).replace(&changed, 1).await.unwrap());
        work.commit().await.unwrap();

        // somebody who read the first version too
        let late = StoredRecord {
            object_version: 2,
            ..read
        };
        let mut work = database.begin_upkeep().await.unwrap();
        assert!(!RecordRepository(work.conn()).replace(&late, 1).await.unwrap());
        work.commit().await.unwrap();
        assert_eq!(find(&database, "J001-WS·2019-D30-0001").await, Some(changed));

        let public = Page {
            visible: Filter::new(vec![FilterRule {
                fonds: OneOf::AllBut(BTreeSet::new()),
                categories: OneOf::AllBut(BTreeSet::new()),
                cells: AccessCell::all()
                    .filter(|cell| cell.opening.entry_is_public())
                    .collect(),
            }]),
            limit: 10,
            ..Page::default()
        };
        assert_eq!(pages(&database, public).await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn of_two_who_replace_at_once_one_wins() {
    on_every_engine(async |database| {
        let ids = CountingIds::default();
        register(&database, "J001").await;
        let read = stored(RecordBuilder::new(&ids, "J001-WS·2019-D30-0001").build());
        enter(&database, std::slice::from_ref(&read)).await;
        let editor = async |title: &str| {
            let mut changed = StoredRecord {
                object_version: 2,
                ..read.clone()
            };
            changed.record.description.title = title.to_owned();
            let mut work = database.begin_upkeep().await.unwrap();
            let won = RecordRepository(work.conn()).replace(&changed, 1).await.unwrap();
            work.commit().await.unwrap();
            won
        };
        let (one, other) = tokio::join!(editor("甲"), editor("乙"));
        assert_ne!(one, other, "exactly one of them replaces the record");
        let title = find(&database, "J001-WS·2019-D30-0001")
            .await
            .unwrap()
            .record
            .description
            .title;
        assert_eq!(title, if one { "甲" } else { "乙" });
    })
    .await;
}

#[tokio::test]
async fn a_segments_records_move_together() {
    on_every_engine(async |database| {
        let ids = CountingIds::default();
        register(&database, "J001").await;
        let of = |item: u32, object: &str| StoredRecord {
            object: object.to_owned(),
            ..stored(RecordBuilder::new(&ids, &format!("J001-WS·2019-D30-{item:04}")).build())
        };
        enter(
            &database,
            &[of(1, "urn:segment"), of(2, "urn:segment"), of(3, "urn:other")],
        )
        .await;
        let mut work = database.begin_upkeep().await.unwrap();
        RecordRepository(work.conn())
            .move_to_version("urn:segment", 5)
            .await
            .unwrap();
        work.commit().await.unwrap();
        let versions: Vec<u32> = pages(
            &database,
            Page {
                limit: 10,
                visible: Filter::everything(),
                ..Page::default()
            },
        )
        .await
        .iter()
        .map(|stored| stored.object_version)
        .collect();
        assert_eq!(versions, [5, 5, 1]);
    })
    .await;
}
