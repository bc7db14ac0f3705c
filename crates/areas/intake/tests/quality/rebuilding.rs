//! A lot that is over lies in the vault beside its accession and comes back with a rebuild.

use crate::desk::{Desk, join, who};
use lantai_cataloguing::rebuild;
use lantai_database::Database;
use lantai_intake::RestoreAccessions;
use lantai_intake::quality::{self, Lot, LotItem, Marks, QualityError, QualityRepository};
use lantai_testkit::TestDatabase;
use std::sync::Arc;
use uuid::Uuid;

async fn all_of(database: &Database, lot: Uuid) -> (Lot, Vec<LotItem>, Marks) {
    let mut reader = database.read().await.unwrap();
    let found = QualityRepository(reader.conn())
        .find(lot)
        .await
        .unwrap()
        .unwrap()
        .lot;
    let items = QualityRepository(reader.conn())
        .items(lot, 0, 10_000)
        .await
        .unwrap();
    let marks = QualityRepository(reader.conn()).marks(lot).await.unwrap();
    (found, items, marks)
}

#[tokio::test(flavor = "multi_thread")]
async fn concluded_and_withdrawn_lots_come_back_as_they_were() {
    for (first, second) in TestDatabase::all()
        .await
        .into_iter()
        .zip(TestDatabase::all().await)
    {
        let desk = Desk::new(first.database.clone()).await;
        let head = who("head");
        let new = desk.lot("rate-5");
        let concluded = quality::create(&desk.holdings, &desk.rules, &new, &head)
            .await
            .unwrap();
        desk.inspect(concluded.id, 50, "li", &[(2, "stain"), (3, "blur")])
            .await;
        desk.inspect(concluded.id, 50, "wang", &[(2, "stain"), (3, "blur")])
            .await;
        desk.later();
        quality::conclude(&desk.holdings, concluded.id, &head)
            .await
            .unwrap();
        let withdrawn = quality::create(&desk.holdings, &desk.rules, &new, &head)
            .await
            .unwrap();
        quality::take_seat(&desk.holdings, withdrawn.id, &who("li"))
            .await
            .unwrap();
        let silent = quality::withdraw(&desk.holdings, withdrawn.id, &head, "  ").await;
        assert!(matches!(silent, Err(QualityError::ReasonMissing)));
        quality::withdraw(&desk.holdings, withdrawn.id, &head, "图像重新扫描")
            .await
            .unwrap();
        let open = quality::create(&desk.holdings, &desk.rules, &new, &head)
            .await
            .unwrap();

        let facts: Vec<String> = desk
            .holdings
            .journal_entries(0..desk.holdings.journal_size())
            .await
            .unwrap()
            .into_iter()
            .map(|body| serde_json::from_slice::<serde_json::Value>(&body).unwrap()["fact"].to_string())
            .collect();
        assert_eq!(
            facts,
            [
                "\"accession.accepted\"",
                "\"quality.lot_drawn\"",
                "\"quality.concluded\"",
                "\"quality.lot_drawn\"",
                "\"quality.withdrawn\"",
                "\"quality.lot_drawn\""
            ]
        );

        let other = join(
            second.database.clone(),
            desk.folder.path(),
            Arc::clone(&desk.clock),
        );
        rebuild(&other, &RestoreAccessions, &|_| {}).await.unwrap();
        for lot in [concluded.id, withdrawn.id] {
            assert_eq!(
                all_of(&first.database, lot).await,
                all_of(&second.database, lot).await
            );
        }
        let mut reader = second.database.read().await.unwrap();
        assert_eq!(
            QualityRepository(reader.conn()).find(open.id).await.unwrap(),
            None
        );
        let page = QualityRepository(reader.conn())
            .page(Some(desk.accession), None, 10)
            .await
            .unwrap();
        assert_eq!(page.len(), 2);
        drop(reader);

        // a rebuild into the same catalogue keeps what is still open
        lantai_cataloguing::repository::clear::clear(&first.database)
            .await
            .unwrap();
        let mut reader = first.database.read().await.unwrap();
        let kept = QualityRepository(reader.conn())
            .page(None, None, 10)
            .await
            .unwrap();
        assert_eq!(kept.iter().map(|lot| lot.id).collect::<Vec<_>>(), [open.id]);
        drop(reader);
        drop(other);
        first.remove().await;
        second.remove().await;
    }
}
