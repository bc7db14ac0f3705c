//! A small archive of real documents goes in whole and comes out byte for byte.

use crate::run::{Place, files_below};
use std::collections::HashMap;

#[test]
fn real_documents_are_kept_name_by_name_and_byte_by_byte() {
    let Some(corpus) = lantai_testkit::corpus("demo-archive") else {
        return;
    };
    let place = Place::empty();
    let run = place.on_data("ingest", &[corpus.to_str().unwrap()]);
    let accession = run.ended(0)["accessions"][0].clone();
    assert_eq!(
        (accession["verdict"].as_str(), accession["items"].as_u64()),
        (Some("accepted"), Some(298))
    );
    let folder = place.path().join("出");
    let answer = place
        .on_data(
            "export",
            &["--all", "--as", "bagit", "--to", folder.to_str().unwrap()],
        )
        .ended(0);
    assert_eq!(answer["written"], 298);
    let kept: HashMap<String, Vec<u8>> = files_below(&folder)
        .into_iter()
        .filter_map(|(path, bytes)| Some((path.to_str()?.split_once("/files/")?.1.to_owned(), bytes)))
        .collect();
    let sources = files_below(&corpus.join("fulltext"));
    assert!(sources.len() > 200);
    for (path, bytes) in sources {
        let name = path.strip_prefix(&corpus).unwrap().to_str().unwrap();
        assert_eq!(kept.get(name), Some(&bytes), "{name}");
    }
    assert_eq!(place.on_data("verify", &[]).ended(0)["ok"], true);
}
