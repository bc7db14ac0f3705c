//! Fonds and what they count.

use super::register;
use lantai_cataloguing::{FondsCount, FondsRepository};
use lantai_database::StoreError;
use lantai_domain::access::{AccessCell, Filter, RecordFacts};
use lantai_domain::{Fonds, OpenStatusKind};
use lantai_testkit::{CountingIds, FileBuilder, RecordBuilder, on_every_engine};

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
        let cell = |opening| AccessCell {
            opening,
            ..AccessCell::default()
        };
        let place = |opening| ("WS".to_owned(), cell(opening).number());
        let whole = FondsCount {
            records: 3,
            files: 6,
            bytes: 33,
            cells: [
                (place(OpenStatusKind::NotDue), 1),
                (place(OpenStatusKind::Open), 1),
                (place(OpenStatusKind::OpenCatalogueOnly), 1),
            ]
            .into(),
        };
        assert_eq!(count, whole);

        let mut described = Fonds::unnamed("J001".parse().unwrap());
        described.title = "长乐县人民政府".to_owned();
        let mut work = database.begin_upkeep().await.unwrap();
        FondsRepository(work.conn()).add("J001", &count).await.unwrap();
        let mut one_less = FondsCount::default();
        let closed = RecordFacts {
            fonds: "J001".to_owned(),
            category: "WS".to_owned(),
            cell: cell(OpenStatusKind::Open),
        };
        one_less.count_cell(&closed, -1);
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
        let mut left = whole;
        left.cells.remove(&place(OpenStatusKind::Open));
        assert_eq!(found.count, left);
        assert_eq!(found.count.visible("J001", &Filter::everything()), 2);
        assert_eq!(found.count.visible("J001", &Filter::nothing()), 0);
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
