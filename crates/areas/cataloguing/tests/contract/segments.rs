//! Segments, batches, and emptying the catalogue for a rebuild.

use super::{a_filled_fonds, find, register};
use lantai_cataloguing::FondsRepository;
use lantai_cataloguing::repository::batches::BatchRepository;
use lantai_cataloguing::repository::clear::clear;
use lantai_cataloguing::repository::segments::{Segment, SegmentRepository};
use lantai_database::{JournalRows, StoreError};
use lantai_testkit::{CountingIds, a_fact, on_every_engine};

#[tokio::test]
async fn the_last_segment_is_the_one_of_the_highest_number() {
    on_every_engine(async |database| {
        register(&database, "J001").await;
        register(&database, "J002").await;
        let segment = |number: i64, entries: i64| Segment {
            object: format!("urn:segment:{number}"),
            number,
            entries,
        };
        let mut work = database.begin_upkeep().await.unwrap();
        assert_eq!(SegmentRepository(work.conn()).last("J001").await.unwrap(), None);
        for number in [2, 10, 1] {
            SegmentRepository(work.conn())
                .put("J001", &segment(number, 7))
                .await
                .unwrap();
        }
        SegmentRepository(work.conn())
            .put("J001", &segment(10, 8))
            .await
            .unwrap();
        assert_eq!(
            SegmentRepository(work.conn()).last("J001").await.unwrap(),
            Some(segment(10, 8))
        );
        assert_eq!(SegmentRepository(work.conn()).last("J002").await.unwrap(), None);

        let twice = Segment {
            object: "urn:segment:other".to_owned(),
            ..segment(10, 1)
        };
        let refused = SegmentRepository(work.conn()).put("J001", &twice).await;
        assert!(
            matches!(refused, Err(StoreError::Conflict(_))),
            "a number is given once in a fonds"
        );
    })
    .await;
}

#[tokio::test]
async fn batches_are_remembered_until_they_are_in_place() {
    on_every_engine(async |database| {
        let mut dropped = database.begin_upkeep().await.unwrap();
        BatchRepository(dropped.conn()).add("undone").await.unwrap();
        drop(dropped);

        let mut work = database.begin_upkeep().await.unwrap();
        BatchRepository(work.conn()).add("b").await.unwrap();
        BatchRepository(work.conn()).add("a").await.unwrap();
        work.commit().await.unwrap();
        let mut reader = database.read().await.unwrap();
        assert_eq!(BatchRepository(reader.conn()).all().await.unwrap(), ["a", "b"]);
        drop(reader);

        let mut work = database.begin_upkeep().await.unwrap();
        BatchRepository(work.conn()).clear().await.unwrap();
        work.commit().await.unwrap();
        let mut reader = database.read().await.unwrap();
        assert!(BatchRepository(reader.conn()).all().await.unwrap().is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_catalogue_that_is_emptied_holds_nothing_that_can_be_made_again() {
    on_every_engine(async |database| {
        let records = a_filled_fonds(&database, &CountingIds::default()).await;
        let mut work = database.begin().await.unwrap();
        work.record(a_fact("urn:one")).await.unwrap();
        work.commit().await.unwrap();

        clear(&database).await.unwrap();
        assert_eq!(
            find(&database, &records[0].record.description.code.to_string()).await,
            None
        );
        let mut reader = database.read().await.unwrap();
        assert!(FondsRepository(reader.conn()).all().await.unwrap().is_empty());
        assert_eq!(JournalRows(reader.conn()).size().await.unwrap(), 0);
        assert!(JournalRows(reader.conn()).bodies(0, 9).await.unwrap().is_empty());
        drop(reader);
        // and it can be filled again
        a_filled_fonds(&database, &CountingIds::default()).await;
    })
    .await;
}
