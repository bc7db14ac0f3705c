//! Whatever is altered in vault, journal or catalogue is found and named.

use crate::house::{Archive, Data, Package, code};
use lantai_cataloguing::{OpeningRequest, decide_opening};
use lantai_domain::{OpenStatusKind, Viewer};
use lantai_vault::Algorithm;

async fn an_archive() -> Data {
    let data = Data::new().await;
    let archive = data.open().await;
    archive.receive(Package::items(1, 3).path()).await.unwrap();
    archive.receive(Package::entries(10, 3).path()).await.unwrap();
    archive.receive(Package::items(3, 1).path()).await.unwrap(); // returned
    let request = OpeningRequest {
        status: OpenStatusKind::Open,
        ground: "期满".to_owned(),
    };
    for number in [1, 11] {
        decide_opening(
            &archive.holdings,
            &Viewer::local_archivist(),
            &code(number),
            &request,
        )
        .await
        .unwrap();
    }
    archive.assert_sound("before the damage").await;
    archive.close().await;
    data
}

#[tokio::test(flavor = "multi_thread")]
async fn one_flipped_bit_is_found_in_every_file() {
    let data = an_archive().await;
    let archive = data.open().await;
    let files = data.vault_files();
    assert!(files.len() > 40, "{} files", files.len());
    let mut seed: u64 = 42;
    for (path, bytes) in files {
        if bytes.is_empty() {
            continue;
        }
        seed = seed
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let bit = (seed >> 16) as usize % (bytes.len() * 8);
        let mut flipped = bytes.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        std::fs::write(&path, flipped).unwrap();
        let report = archive.verify().await;
        std::fs::write(&path, &bytes).unwrap();
        assert!(!report.ok, "{}: bit {bit} was not found", path.display());
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let inside = path
            .strip_prefix(data.vault())
            .unwrap()
            .to_string_lossy()
            .into_owned();
        let named = report.problems.iter().any(|problem| {
            inside.ends_with(&problem.place)
                || problem.place.contains(&name)
                || problem.place.contains(&inside)
        });
        assert!(named, "{inside}: {:#?}", report.problems);
    }
    archive.assert_sound("after everything was put back").await;
    archive.close().await;
}

/// Does something to the catalogue that must be found.
async fn altered(archive: &Archive, sql: &str, back: &str, kind: &str) {
    let lantai_database::Database::Sqlite { write, .. } = &archive.holdings.database else {
        return;
    };
    let done = sqlx::raw_sql(sqlx::AssertSqlSafe(sql.to_owned()))
        .execute(write)
        .await
        .unwrap();
    assert!(done.rows_affected() > 0, "{sql} did nothing");
    let report = archive.verify().await;
    let kinds: Vec<&str> = report
        .problems
        .iter()
        .map(|problem| problem.kind.as_str())
        .collect();
    assert!(!report.ok && kinds.contains(&kind), "{sql}: {kinds:?}");
    sqlx::raw_sql(sqlx::AssertSqlSafe(back.to_owned()))
        .execute(write)
        .await
        .unwrap();
    archive.assert_sound(&format!("after {back}")).await;
}

#[tokio::test(flavor = "multi_thread")]
pub async fn an_altered_row_is_found() {
    let data = an_archive().await;
    let archive = data.open().await;
    let of = format!("WHERE code = '{}'", code(2));
    for (column, other) in [
        ("title", "'改过的题名'"),
        ("open_status", "'open'"),
        ("access_cell", "access_cell + 1"),
        ("year", "1911"),
        ("category", "'RS'"),
        ("sort_code", "'0'"),
        ("accession", "'x'"),
        ("bytes", "bytes + 1"),
        ("document", "replace(document, '通知', '决定')"),
    ] {
        let keep = format!("CREATE TABLE kept AS SELECT {column} AS value FROM records {of}");
        let sql = format!("{keep}; UPDATE records SET {column} = {other} {of}");
        let back = format!("UPDATE records SET {column} = (SELECT value FROM kept) {of}; DROP TABLE kept");
        altered(&archive, &sql, &back, "catalogue.record_differs").await;
    }
    altered(
        &archive,
        "UPDATE fonds_cells SET records = records + 1",
        "UPDATE fonds_cells SET records = records - 1",
        "catalogue.fonds_count",
    )
    .await;
    altered(
        &archive,
        "UPDATE fonds SET document = replace(document, 'J001', 'J002')",
        "UPDATE fonds SET document = replace(document, 'J002', 'J001')",
        "catalogue.fonds_differs",
    )
    .await;
    altered(
        &archive,
        "UPDATE accessions SET detail = replace(detail, 'returned', 'accepted') WHERE state = 'returned'",
        "UPDATE accessions SET detail = replace(detail, 'accepted', 'returned') WHERE state = 'returned'",
        "catalogue.accession_differs",
    )
    .await;
    altered(
        &archive,
        "CREATE TABLE gone AS SELECT * FROM findings; DELETE FROM findings",
        "INSERT INTO findings SELECT * FROM gone; DROP TABLE gone",
        "catalogue.accession_differs",
    )
    .await;
    for number in [2, 12] {
        let of = format!("WHERE code = '{}'", code(number));
        let sql = format!("CREATE TABLE gone AS SELECT * FROM records {of}; DELETE FROM records {of}");
        altered(
            &archive,
            &sql,
            "INSERT INTO records SELECT * FROM gone; DROP TABLE gone",
            "catalogue.record_missing",
        )
        .await;
    }
    archive.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_altered_dropped_or_reordered_entry_is_found() {
    let data = an_archive().await;
    let archive = data.open().await;
    let entry = "catalogue.journal_entry";
    altered(
        &archive,
        "UPDATE journal_entries SET body = replace(body, 'admin', 'nemo') WHERE number = 2",
        "UPDATE journal_entries SET body = replace(body, 'nemo', 'admin') WHERE number = 2",
        entry,
    )
    .await;
    altered(
        &archive,
        "CREATE TABLE gone AS SELECT * FROM journal_entries WHERE number = 3; DELETE FROM journal_entries WHERE number = 3",
        "INSERT INTO journal_entries SELECT * FROM gone; DROP TABLE gone",
        entry,
    )
    .await;
    let swap =
        "UPDATE journal_entries SET number = CASE number WHEN 3 THEN -4 ELSE -3 END WHERE number IN (3, 4);
                UPDATE journal_entries SET number = -number WHERE number < 0";
    altered(&archive, swap, swap, entry).await;
    altered(
        &archive,
        "INSERT INTO journal_entries SELECT 999, object, body FROM journal_entries WHERE number = 2",
        "DELETE FROM journal_entries WHERE number = 999",
        entry,
    )
    .await;
    altered(
        &archive,
        "UPDATE journal_head SET size = size + 1",
        "UPDATE journal_head SET size = size - 1",
        "catalogue.journal_size",
    )
    .await;
    // rubbish in a row is a problem, not the end of the verification
    altered(
        &archive,
        "CREATE TABLE kept AS SELECT body FROM journal_entries WHERE number = 2; UPDATE journal_entries SET body = '{' WHERE number = 2",
        "UPDATE journal_entries SET body = (SELECT body FROM kept) WHERE number = 2; DROP TABLE kept",
        entry,
    )
    .await;
    archive.close().await;
}

/// Whoever alters an object and makes its inventory anew is found by the journal, whatever kind of object it is.
#[tokio::test(flavor = "multi_thread")]
pub async fn an_inventory_made_anew_is_found_by_the_journal() {
    let data = an_archive().await;
    let archive = data.open().await;
    let inventories: Vec<_> = data
        .vault_files()
        .into_keys()
        .filter(|path| {
            path.ends_with("inventory.json") && path.parent().unwrap().join("0=ocfl_object_1.1").exists()
        })
        .collect();
    assert_eq!(
        inventories.len(),
        3 + 1 + 1 + 3,
        "records, fonds, segment, accessions"
    );
    for path in inventories {
        let folder = path.parent().unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        let forged = text.replacen("admin", "nimda", 1);
        assert_ne!(text, forged);
        let head = serde_json::from_str::<serde_json::Value>(&text).unwrap()["head"]
            .as_str()
            .unwrap()
            .to_owned();
        let sidecar = std::fs::read(folder.join("inventory.json.sha512")).unwrap();
        for place in [folder.to_path_buf(), folder.join(&head)] {
            std::fs::write(place.join("inventory.json"), &forged).unwrap();
            let digest = format!("{} inventory.json\n", Algorithm::Sha512.of(forged.as_bytes()));
            std::fs::write(place.join("inventory.json.sha512"), digest).unwrap();
        }
        let report = archive.verify().await;
        for place in [folder.to_path_buf(), folder.join(&head)] {
            std::fs::write(place.join("inventory.json"), &text).unwrap();
            std::fs::write(place.join("inventory.json.sha512"), &sidecar).unwrap();
        }
        let found = report
            .problems
            .iter()
            .any(|problem| problem.kind == "catalogue.inventory_not_as_journaled");
        assert!(!report.ok && found, "{}: {:#?}", path.display(), report.problems);
    }
    archive.assert_sound("put back").await;
    archive.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_object_that_is_gone_or_came_by_itself_is_found() {
    let data = an_archive().await;
    let archive = data.open().await;
    for object in archive.objects() {
        let folder = archive.holdings.vault.object_dir(&object.parse().unwrap());
        let aside = data.0.path().join("aside");
        std::fs::rename(&folder, &aside).unwrap();
        let report = archive.verify().await;
        std::fs::rename(&aside, &folder).unwrap();
        let found = report
            .problems
            .iter()
            .any(|problem| problem.kind == "catalogue.object_missing" && problem.place == object);
        assert!(found, "{object}: {:#?}", report.problems);
    }
    archive.assert_sound("put back").await;
    archive.close().await;
}
