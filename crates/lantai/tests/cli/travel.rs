//! Records that leave one archive in the packages of the standards and are taken in by another.

use crate::run::{BRIDGE, GRAIN, Place};
use serde_json::Value;
use std::path::{Path, PathBuf};

fn exported(place: &Place, form: &str) -> PathBuf {
    let folder = place.path().join(form);
    let to = folder.to_str().unwrap().to_owned();
    let answer = place
        .on_data("export", &[BRIDGE, GRAIN, "--as", form, "--to", &to])
        .ended(0);
    assert_eq!(
        (&answer["written"], &answer["missing"]),
        (&2.into(), &Value::Array(Vec::new()))
    );
    folder
}

/// What a check of the transfer found wrong: check, code, and what was found. Of one of the groups only the second
/// record was exported, so its numbers have a gap, and the check says so.
fn failed(place: &Place, package: &Path) -> Vec<String> {
    let run = place.lantai(&["check", "--stage", "transfer", package.to_str().unwrap()]);
    let document = run.json();
    let findings = document["findings"]
        .as_array()
        .unwrap_or_else(|| panic!("{run:?}"));
    let failed = findings
        .iter()
        .filter(|finding| matches!(finding["outcome"].as_str(), Some("fail" | "error")))
        .filter(|finding| finding["code"] != "intake.number_gap");
    failed.map(ToString::to_string).collect()
}

#[track_caller]
fn arrives(place: &Place, package: &Path) {
    let other = Place::empty();
    let taken = other.on_data("ingest", &["--fonds", "Q001", package.to_str().unwrap()]);
    let document = taken.ended(0);
    assert_eq!(document["accessions"][0]["verdict"], "accepted", "{taken:?}");
    for code in [BRIDGE, GRAIN] {
        let here = place.on_data("record", &[code]).ended(0);
        let there = other.on_data("record", &[code]).ended(0);
        for name in [
            "title",
            "author",
            "document_number",
            "date",
            "retention",
            "classification",
        ] {
            assert_eq!(
                there["description"][name], here["description"][name],
                "{name} of {code}"
            );
        }
        for name in ["sha512", "sm3", "size"] {
            assert_eq!(
                there["files"][0][name], here["files"][0][name],
                "{name} of {code}"
            );
        }
    }
}

#[test]
fn a_transfer_package_passes_its_checks_and_arrives_whole() {
    let place = Place::filled();
    let folder = exported(&place, "transfer");
    let packages: Vec<PathBuf> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    assert_eq!(packages.len(), 1);
    let name = packages[0].file_name().unwrap().to_str().unwrap();
    assert!(name.starts_with("Q001-") && name.ends_with("-0001"), "{name}");
    assert_eq!(failed(&place, &packages[0]), Vec::<String>::new());
    arrives(&place, &packages[0]);
    // a second package of the day has the next serial
    exported(&place, "transfer");
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 2);
}

#[test]
fn electronic_record_packages_pass_their_checks_and_arrive_whole() {
    let place = Place::filled();
    let folder = exported(&place, "eep");
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 2);
    assert_eq!(failed(&place, &folder), Vec::<String>::new());
    arrives(&place, &folder);
}
