//! The catalogue thrown away and made again: every table as before.

use crate::house::{Archive, Data, Package, code};
use lantai_cataloguing::{OpeningRequest, decide_opening, rebuild};
use lantai_domain::{OpenStatusKind, Viewer};
use lantai_intake::RestoreAccessions;
use sqlx::{Column, Row};

/// What is made from vault and journal.
const TABLES: [(&str, &str); 8] = [
    ("fonds", "number"),
    ("records", "id"),
    ("former_codes", "code"),
    ("segments", "object"),
    ("accessions", "id"),
    ("findings", "accession, number"),
    ("journal_head", "only_row"),
    ("journal_entries", "number"),
];

/// Every row of every table as text.
async fn tables(archive: &Archive) -> Vec<String> {
    let lantai_database::Database::Sqlite { read, .. } = &archive.holdings.database else {
        return Vec::new();
    };
    let mut lines = Vec::new();
    for (table, order) in TABLES {
        let sql = sqlx::AssertSqlSafe(format!("SELECT * FROM {table} ORDER BY {order}"));
        for row in sqlx::query(sql).fetch_all(read).await.unwrap() {
            let cells: Vec<String> = (0..row.columns().len())
                .map(|place| {
                    let text = row.try_get_unchecked::<Option<String>, _>(place).unwrap();
                    format!("{}={text:?}", row.columns()[place].name())
                })
                .collect();
            lines.push(format!("{table}: {}", cells.join(" ")));
        }
    }
    lines
}

async fn decide(archive: &Archive, code: &str) {
    let request = OpeningRequest {
        status: OpenStatusKind::Open,
        ground: "期满".to_owned(),
    };
    decide_opening(&archive.holdings, &Viewer::local_archivist(), code, &request)
        .await
        .unwrap();
}

async fn rebuilt_is_equal(data: Data) {
    let archive = data.open().await;
    let before = tables(&archive).await;
    assert!(before.len() > 20);
    archive.close().await;
    for suffix in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(format!("{}{suffix}", data.catalogue().display()));
    }
    let archive = data.open().await;
    archive.holdings.database.migrate().await.unwrap();
    rebuild(&archive.holdings, &RestoreAccessions, &|_| {})
        .await
        .unwrap();
    let after = tables(&archive).await;
    for (one, other) in before.iter().zip(&after) {
        assert_eq!(one, other);
    }
    assert_eq!(before.len(), after.len());
    archive.assert_sound("rebuilt").await;
    // and it goes on: the next package finds its segment and its numbers
    let received = archive.receive(Package::entries(8_000, 2).path()).await.unwrap();
    assert_eq!(
        received.accession.state.name(),
        "accepted",
        "{:#?}",
        received.findings
    );
    archive.assert_sound("gone on").await;
    archive.close().await;
}

#[tokio::test(flavor = "multi_thread")]
pub async fn a_rebuilt_catalogue_is_the_same_row_by_row() {
    let data = Data::new().await;
    let archive = data.open().await;
    let items = Package::items(1, 6);
    items.write("fonds.csv", "全宗号,全宗名称,件数\nJ001,县政府,6\n".as_bytes());
    items.write("readme.txt", "移交说明".as_bytes());
    archive.receive(items.path()).await.unwrap();
    archive.receive(Package::entries(100, 5).path()).await.unwrap();
    archive.receive(Package::entries(200, 5).path()).await.unwrap();
    // returned, with its findings
    archive.receive(Package::items(4, 6).path()).await.unwrap();
    decide(&archive, &code(2)).await;
    decide(&archive, &code(102)).await;
    decide(&archive, &code(203)).await;
    archive.close().await;
    rebuilt_is_equal(data).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_corpus_archive_is_rebuilt_row_by_row() {
    let Some(corpus) = lantai_testkit::corpus("demo-archive") else {
        return;
    };
    let data = Data::new().await;
    let archive = data.open().await;
    let rules = lantai_intake::IntakeRules::builtin().unwrap();
    let mut request = archive.request(lantai_domain::Stage::Filing, &corpus);
    request.root = corpus.parent().map(std::path::Path::to_path_buf);
    let received = archive
        .receive_as(&rules, archive.accession(), &request)
        .await
        .unwrap();
    assert_eq!(
        received.accession.state.name(),
        "accepted",
        "{:#?}",
        received.findings
    );
    assert_eq!(archive.records().await.len(), 298);
    archive.close().await;
    rebuilt_is_equal(data).await;
}
