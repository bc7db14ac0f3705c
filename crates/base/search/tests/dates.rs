//! Records dated by reigns and sexagenary days are found by the Gregorian day.

#![expect(clippy::print_stdout, reason = "a test may fail loudly and say why it skips")]

use std::path::{Path, PathBuf};

use lantai_domain::date::ArchivalDate;
use lantai_search::{Index, SearchDocument, SearchRequest};

mod viewers;

fn corpus() -> Option<PathBuf> {
    #[expect(
        clippy::disallowed_methods,
        reason = "tests find the corpus by the setting that people use"
    )]
    let root = std::env::var("LANTAI_CORPUS").map_or_else(
        |_| Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../../shared/corpus")).to_path_buf(),
        PathBuf::from,
    );
    let file = root.join("zh-dates/era_dates.csv");
    if file.exists() {
        return Some(file);
    }
    println!("skipped: no zh-dates in {}; set LANTAI_CORPUS", root.display());
    None
}

#[test]
fn every_dated_record_is_found_by_its_day_and_by_its_date_as_written() {
    let Some(file) = corpus() else { return };
    let rows: Vec<(String, String)> = csv::Reader::from_path(file)
        .unwrap()
        .deserialize()
        .map(|row| row.unwrap())
        .collect();
    assert!(rows.len() > 800);
    let folder = tempfile::tempdir().unwrap();
    let index = Index::create(folder.path()).unwrap();
    let mut writer = index.writer(30_000_000).unwrap();
    for (place, (written, _)) in rows.iter().enumerate() {
        let document = SearchDocument {
            id: place.to_string(),
            code: format!("L001-LS·{place}"),
            title: "上谕".to_owned(),
            cell: viewers::cell(lantai_domain::OpenStatusKind::OpenCatalogueOnly),
            date: ArchivalDate::parse(written).unwrap(),
            ..SearchDocument::default()
        };
        writer.upsert(&document).unwrap();
    }
    writer.commit().unwrap();
    index.reload().unwrap();
    for (place, (written, day)) in rows.iter().enumerate() {
        for query in [day, written] {
            let found = index
                .search(&SearchRequest {
                    visibility: viewers::public(),
                    ..SearchRequest::new(query.as_str())
                })
                .unwrap();
            assert_eq!(found.read_as, format!("date:{day}"), "{query}");
            assert!(
                found.hits.iter().any(|hit| hit.id == place.to_string()),
                "{query}"
            );
        }
    }
}
