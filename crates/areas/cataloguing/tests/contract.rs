//! What the catalogue's repositories promise, kept on SQLite and on PostgreSQL.

use lantai_cataloguing::repository::batches::BatchRepository;
use lantai_cataloguing::repository::segments::{Segment, SegmentRepository};
use lantai_cataloguing::{FondsCount, FondsRepository, Page, RecordRepository, StoredRecord, sort_code};
use lantai_database::{Database, StoreError};
use lantai_domain::{
    AccessionId, Fonds, IdSource, OpenStatus, OpenStatusKind, OpeningDecision, Record, RecordId,
};
use lantai_testkit::{CountingIds, FileBuilder, RecordBuilder, on_every_engine};
use std::collections::BTreeSet;

fn stored(record: Record) -> StoredRecord {
    StoredRecord {
        object: format!("urn:uuid:{}", record.id),
        object_version: 1,
        record,
    }
}

async fn register(database: &Database, number: &str) {
    let mut work = database.begin_upkeep().await.unwrap();
    FondsRepository(work.conn())
        .put(&Fonds::unnamed(number.parse().unwrap()), 1)
        .await
        .unwrap();
    work.commit().await.unwrap();
}

/// Enters records; their fonds must be registered.
async fn enter(database: &Database, records: &[StoredRecord]) {
    let mut work = database.begin_upkeep().await.unwrap();
    for record in records {
        RecordRepository(work.conn()).insert(record).await.unwrap();
    }
    work.commit().await.unwrap();
}

async fn find(database: &Database, code: &str) -> Option<StoredRecord> {
    let mut reader = database.read().await.unwrap();
    RecordRepository(reader.conn()).find_by_code(code).await.unwrap()
}

/// One hundred and twenty records of fonds J001, entered in no order of their codes; every third one is open.
async fn a_filled_fonds(database: &Database, ids: &dyn IdSource) -> Vec<StoredRecord> {
    register(database, "J001").await;
    let mut codes: Vec<String> = Vec::new();
    for item in [1, 2, 9, 10, 11, 100, 1_000] {
        for (category, year) in [("WS", 1954), ("WS", 2019), ("ZP", 2019)] {
            for retention in ["Y", "D30", "D10"] {
                codes.push(format!("J001-{category}·{year}-{retention}-{item:04}"));
            }
        }
    }
    codes.extend((1..=57).map(|item| format!("J001-WS·1988-Y-BGS-{item:04}")));
    assert_eq!(codes.len(), 120);
    codes.reverse();
    let records: Vec<StoredRecord> = codes
        .iter()
        .enumerate()
        .map(|(place, code)| {
            let kind = if place % 3 == 0 {
                OpenStatusKind::Open
            } else {
                OpenStatusKind::NotDue
            };
            stored(RecordBuilder::new(ids, code).open_status(kind).build())
        })
        .collect();
    enter(database, &records).await;
    records
}

/// All pages of a fonds, one after the other.
async fn pages(database: &Database, page: Page) -> Vec<StoredRecord> {
    let mut reader = database.read().await.unwrap();
    let mut all = Vec::new();
    let mut page = page;
    loop {
        let found = RecordRepository(reader.conn())
            .page_of_fonds("J001", &page)
            .await
            .unwrap();
        assert!(found.len() <= usize::try_from(page.limit).unwrap());
        let Some(last) = found.last() else { return all };
        page.after = Some(sort_code(&last.record));
        all.extend(found);
    }
}

fn codes<'a>(records: impl IntoIterator<Item = &'a StoredRecord>) -> Vec<String> {
    records
        .into_iter()
        .map(|stored| stored.record.description.code.to_string())
        .collect()
}

// Records

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
            public_only: true,
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

// Pages

#[tokio::test]
async fn pages_hold_every_record_once_in_the_order_of_codes() {
    on_every_engine(async |database| {
        let ids = CountingIds::default();
        let mut records = a_filled_fonds(&database, &ids).await;
        register(&database, "J002").await;
        enter(
            &database,
            &[stored(RecordBuilder::new(&ids, "J002-WS·2019-Y-0001").build())],
        )
        .await;
        records.sort_by_key(|stored| sort_code(&stored.record));
        for limit in [1, 7, 120, 500] {
            let paged = pages(
                &database,
                Page {
                    limit,
                    ..Page::default()
                },
            )
            .await;
            assert_eq!(codes(&paged), codes(&records), "pages of {limit}");
        }
        let listed = codes(&records);
        let place = |code: &str| listed.iter().position(|listed| listed == code).unwrap();
        // numbers as numbers, permanent before thirty before ten years
        assert!(place("J001-WS·1954-Y-0009") < place("J001-WS·1954-Y-0010"));
        assert!(place("J001-WS·1954-Y-1000") < place("J001-WS·1954-D30-0001"));
        assert!(place("J001-WS·1954-D30-0001") < place("J001-WS·1954-D10-0001"));
    })
    .await;
}

#[tokio::test]
async fn filtered_pages_hold_exactly_what_the_filter_lets_through() {
    on_every_engine(async |database| {
        let records = a_filled_fonds(&database, &CountingIds::default()).await;
        for public_only in [false, true] {
            for year in [None, Some(1954), Some(2019), Some(1900)] {
                for category in [None, Some("WS"), Some("ZP"), Some("KU")] {
                    let page = Page {
                        public_only,
                        year,
                        category: category.map(str::to_owned),
                        limit: 8,
                        ..Page::default()
                    };
                    let wanted: BTreeSet<String> = codes(records.iter().filter(|stored| {
                        let description = &stored.record.description;
                        (!public_only || stored.record.open_status.kind().entry_is_public())
                            && year.is_none_or(|year| description.year == Some(year))
                            && category.is_none_or(|category| description.category == category)
                    }))
                    .into_iter()
                    .collect();
                    let paged = codes(&pages(&database, page.clone()).await);
                    assert_eq!(paged.len(), wanted.len(), "{page:?}");
                    assert_eq!(paged.into_iter().collect::<BTreeSet<_>>(), wanted, "{page:?}");
                }
            }
        }
    })
    .await;
}

#[tokio::test]
async fn neighbours_are_the_records_before_and_after() {
    on_every_engine(async |database| {
        let mut records = a_filled_fonds(&database, &CountingIds::default()).await;
        records.sort_by_key(|stored| sort_code(&stored.record));
        let mut reader = database.read().await.unwrap();
        for public_only in [false, true] {
            let listed: Vec<&StoredRecord> = records
                .iter()
                .filter(|stored| !public_only || stored.record.open_status.kind().entry_is_public())
                .collect();
            let code = |place: Option<usize>| {
                let stored = place.and_then(|place| listed.get(place));
                stored.map(|stored| stored.record.description.code.to_string())
            };
            for place in [0, 1, listed.len() / 2, listed.len() - 1] {
                let found = RecordRepository(reader.conn())
                    .neighbours(&listed[place].record, public_only)
                    .await
                    .unwrap();
                assert_eq!(found, (code(place.checked_sub(1)), code(Some(place + 1))));
            }
        }
    })
    .await;
}

#[tokio::test]
async fn all_records_are_read_in_the_order_of_receipt() {
    on_every_engine(async |database| {
        let records = a_filled_fonds(&database, &CountingIds::default()).await;
        let mut reader = database.read().await.unwrap();
        let mut after = None;
        let mut read = Vec::new();
        loop {
            let page = RecordRepository(reader.conn())
                .page_of_all(after, 11)
                .await
                .unwrap();
            let Some(last) = page.last() else { break };
            after = Some(last.record.id);
            read.extend(page);
        }
        assert_eq!(codes(&read), codes(&records));
    })
    .await;
}

#[tokio::test]
async fn codes_are_exported_byte_by_byte_in_order() {
    on_every_engine(async |database| {
        let records = a_filled_fonds(&database, &CountingIds::default()).await;
        let mut wanted = codes(&records);
        wanted.sort();
        let mut reader = database.read().await.unwrap();
        let mut read: Vec<String> = Vec::new();
        loop {
            let after = read.last().cloned().unwrap_or_default();
            let page = RecordRepository(reader.conn())
                .codes_after(&after, 13)
                .await
                .unwrap();
            if page.is_empty() {
                break;
            }
            read.extend(page);
        }
        assert_eq!(read, wanted);
    })
    .await;
}

#[tokio::test]
async fn an_accessions_records_are_paged_apart_from_others() {
    on_every_engine(async |database| {
        let ids = CountingIds::default();
        register(&database, "J001").await;
        let accession = AccessionId::new(ids.next());
        let mut records: Vec<StoredRecord> = (1..=25)
            .map(|item| RecordBuilder::new(&ids, &format!("J001-WS·2019-D30-{item:04}")))
            .map(|builder| stored(builder.accession(accession).build()))
            .collect();
        let other = stored(RecordBuilder::new(&ids, "J001-WS·2019-D30-0099").build());
        records.reverse();
        enter(&database, &records).await;
        enter(&database, &[other]).await;

        let mut reader = database.read().await.unwrap();
        let mut read: Vec<StoredRecord> = Vec::new();
        loop {
            let after = read
                .last()
                .map(|stored| sort_code(&stored.record))
                .unwrap_or_default();
            let page = RecordRepository(reader.conn())
                .page_of_accession(accession, &after, 10)
                .await
                .unwrap();
            if page.is_empty() {
                break;
            }
            read.extend(page);
        }
        records.reverse();
        assert_eq!(read, records);
    })
    .await;
}

#[tokio::test]
async fn the_greatest_code_is_that_of_its_prefix_alone() {
    on_every_engine(async |database| {
        a_filled_fonds(&database, &CountingIds::default()).await;
        let mut reader = database.read().await.unwrap();
        let mut greatest = Vec::new();
        for prefix in [
            "J001-WS·1988-Y-BGS-",
            "J001-ZP·2019-D30-",
            "J001-WS·1954-",
            "J001-WS·1988-Y-ZZB-",
            "J009-",
        ] {
            greatest.push(
                RecordRepository(reader.conn())
                    .greatest_with_prefix(prefix)
                    .await
                    .unwrap(),
            );
        }
        let greatest: Vec<Option<&str>> = greatest.iter().map(Option::as_deref).collect();
        assert_eq!(
            greatest,
            [
                Some("J001-WS·1988-Y-BGS-0057"),
                Some("J001-ZP·2019-D30-1000"),
                Some("J001-WS·1954-Y-1000"),
                None,
                None
            ]
        );
    })
    .await;
}

#[tokio::test]
async fn records_are_counted_by_opening_status() {
    on_every_engine(async |database| {
        a_filled_fonds(&database, &CountingIds::default()).await;
        let mut reader = database.read().await.unwrap();
        let counted = RecordRepository(reader.conn())
            .count_by_open_status()
            .await
            .unwrap();
        assert_eq!(counted, [("not_due".to_owned(), 80), ("open".to_owned(), 40)]);
    })
    .await;
}

// Fonds

#[tokio::test]
async fn a_fonds_counts_what_it_holds_and_keeps_its_count_when_described_anew() {
    on_every_engine(async |database| {
        let ids = CountingIds::default();
        register(&database, "J001").await;
        let mut count = FondsCount::default();
        for kind in [
            OpenStatusKind::Open,
            OpenStatusKind::OpenCatalogueOnly,
            OpenStatusKind::NotDue,
        ] {
            let builder = RecordBuilder::new(&ids, "J001-WS·2019-D30-0001").open_status(kind);
            count.add_record(
                &builder
                    .file(FileBuilder::new("a", 5))
                    .file(FileBuilder::new("b", 6))
                    .build(),
            );
        }
        assert_eq!(
            count,
            FondsCount {
                records: 3,
                public_records: 2,
                files: 6,
                bytes: 33
            }
        );

        let mut described = Fonds::unnamed("J001".parse().unwrap());
        described.title = "长乐县人民政府".to_owned();
        let mut work = database.begin_upkeep().await.unwrap();
        FondsRepository(work.conn()).add("J001", &count).await.unwrap();
        let one_less = FondsCount {
            public_records: -1,
            ..FondsCount::default()
        };
        FondsRepository(work.conn()).add("J001", &one_less).await.unwrap();
        FondsRepository(work.conn()).put(&described, 2).await.unwrap();
        work.commit().await.unwrap();

        let mut reader = database.read().await.unwrap();
        let found = FondsRepository(reader.conn())
            .find("J001")
            .await
            .unwrap()
            .unwrap();
        assert_eq!(found.fonds, described);
        assert_eq!(found.object_version, 2);
        assert_eq!(
            found.count,
            FondsCount {
                records: 3,
                public_records: 1,
                files: 6,
                bytes: 33
            }
        );
    })
    .await;
}

#[tokio::test]
async fn two_who_count_at_once_lose_nothing() {
    on_every_engine(async |database| {
        register(&database, "J001").await;
        let counter = async |rounds: usize| {
            for _ in 0..rounds {
                let mut work = database.begin_upkeep().await.unwrap();
                let one = FondsCount {
                    records: 1,
                    ..FondsCount::default()
                };
                FondsRepository(work.conn()).add("J001", &one).await.unwrap();
                work.commit().await.unwrap();
            }
        };
        tokio::join!(counter(20), counter(20));
        let mut reader = database.read().await.unwrap();
        let found = FondsRepository(reader.conn())
            .find("J001")
            .await
            .unwrap()
            .unwrap();
        assert_eq!(found.count.records, 40);
    })
    .await;
}

#[tokio::test]
async fn counting_in_a_fonds_that_is_not_there_is_an_error() {
    on_every_engine(async |database| {
        let mut work = database.begin_upkeep().await.unwrap();
        let refused = FondsRepository(work.conn())
            .add("J404", &FondsCount::default())
            .await;
        assert!(matches!(refused, Err(StoreError::Missing("fonds"))));
    })
    .await;
}

#[tokio::test]
async fn fonds_are_listed_by_number() {
    on_every_engine(async |database| {
        for number in ["S002", "J010", "J001", "W006"] {
            register(&database, number).await;
        }
        let mut reader = database.read().await.unwrap();
        let all = FondsRepository(reader.conn()).all().await.unwrap();
        let numbers: Vec<&str> = all.iter().map(|stored| stored.fonds.number.as_str()).collect();
        assert_eq!(numbers, ["J001", "J010", "S002", "W006"]);
        assert_eq!(FondsRepository(reader.conn()).find("J404").await.unwrap(), None);
    })
    .await;
}

// Segments and batches

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
