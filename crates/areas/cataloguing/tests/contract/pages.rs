//! Reading records page by page, in an order.

use super::{a_filled_fonds, codes, enter, pages, register, stored};
use lantai_cataloguing::{Page, RecordRepository, StoredRecord, sort_code};
use lantai_domain::access::{AccessCell, CellSet, Filter, FilterRule, OneOf};
use lantai_domain::{AccessionId, IdSource};
use lantai_testkit::{CountingIds, RecordBuilder, on_every_engine};
use std::collections::BTreeSet;

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
                    visible: Filter::everything(),
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

/// Answers of the gate: all, nothing, what was opened, of some categories, of other fonds.
fn filters() -> Vec<Filter> {
    let opened: CellSet = AccessCell::all()
        .filter(|cell| cell.opening.entry_is_public())
        .collect();
    let every: CellSet = AccessCell::all().collect();
    let values = |values: &[&str]| values.iter().map(|value| (*value).to_owned()).collect();
    let rule = |fonds: OneOf, categories: OneOf, cells| FilterRule {
        fonds,
        categories,
        cells,
    };
    let all = || OneOf::AllBut(values(&[]));
    vec![
        Filter::everything(),
        Filter::nothing(),
        Filter::new(vec![rule(all(), all(), opened)]),
        Filter::new(vec![
            rule(all(), OneOf::These(values(&["WS", "KU"])), every),
            rule(all(), OneOf::AllBut(values(&["WS", "KU"])), opened),
        ]),
        Filter::new(vec![rule(OneOf::These(values(&["J002"])), all(), every)]),
        Filter::new(vec![
            rule(OneOf::AllBut(values(&["J001"])), all(), every),
            rule(
                OneOf::These(values(&["J001"])),
                OneOf::AllBut(values(&["ZP"])),
                opened,
            ),
        ]),
    ]
}

#[tokio::test]
async fn filtered_pages_hold_exactly_what_the_filter_lets_through() {
    on_every_engine(async |database| {
        let records = a_filled_fonds(&database, &CountingIds::default()).await;
        for visible in filters() {
            for year in [None, Some(1954), Some(2019), Some(1900)] {
                for category in [None, Some("WS"), Some("ZP"), Some("KU")] {
                    let page = Page {
                        visible: visible.clone(),
                        year,
                        category: category.map(str::to_owned),
                        limit: 8,
                        ..Page::default()
                    };
                    let wanted: BTreeSet<String> = codes(records.iter().filter(|stored| {
                        let description = &stored.record.description;
                        visible.has(&stored.record.access_facts())
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
        for visible in filters() {
            let listed: Vec<&StoredRecord> = records
                .iter()
                .filter(|stored| visible.has(&stored.record.access_facts()))
                .collect();
            let code = |place: Option<usize>| {
                let stored = place.and_then(|place| listed.get(place));
                stored.map(|stored| stored.record.description.code.to_string())
            };
            if listed.is_empty() {
                continue;
            }
            for place in [0, 1, listed.len() / 2, listed.len() - 1] {
                let found = RecordRepository(reader.conn())
                    .neighbours(&listed[place].record, &visible)
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
async fn the_greatest_code_is_that_of_its_group_alone() {
    on_every_engine(async |database| {
        let ids = CountingIds::default();
        a_filled_fonds(&database, &ids).await;
        let other = [
            "J001-WS·1990-Y-0998",
            "J001-WS·1990-Y-0999",
            "J001-WS·1990-Y-BGS-2000",
        ];
        let other = other.map(|code| stored(RecordBuilder::new(&ids, code).build()));
        enter(&database, &other).await;
        let wanted = [
            ("J001-WS·1988-Y-BGS-", Some("J001-WS·1988-Y-BGS-0057")),
            ("J001-ZP·2019-D30-", Some("J001-ZP·2019-D30-1000")),
            // without the level below, which has numbers of its own
            ("J001-WS·1990-Y-", Some("J001-WS·1990-Y-0999")),
            ("J001-WS·1954-", None),
            ("J001-WS·1988-Y-ZZB-", None),
            ("J009-", None),
        ];
        let mut reader = database.read().await.unwrap();
        for (prefix, code) in wanted {
            let greatest = RecordRepository(reader.conn())
                .greatest_with_prefix(prefix)
                .await
                .unwrap();
            assert_eq!(greatest.as_deref(), code, "{prefix}");
        }
    })
    .await;
}
