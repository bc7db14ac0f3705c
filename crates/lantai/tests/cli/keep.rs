//! `verify`, `rebuild`, `work`.

use crate::run::{BRIDGE_TEXT, Place, fields, files_below};
use std::path::PathBuf;

fn content_file(place: &Place, content: &str) -> PathBuf {
    let files = files_below(&place.data().join("vault/objects"));
    files
        .into_iter()
        .find(|(_, bytes)| bytes == content.as_bytes())
        .unwrap()
        .0
}

fn flip(path: &std::path::Path) {
    let mut bytes = std::fs::read(path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(path, bytes).unwrap();
}

#[test]
fn a_sound_archive_is_said_to_be_sound() {
    let place = Place::filled();
    let report = place.on_data("verify", &[]).ended(0);
    assert_eq!(fields(&report), ["bytes", "entries", "files", "ok", "problems"]);
    assert_eq!(report["ok"], true);
    assert!(report["files"].as_u64().unwrap() > 2 && report["bytes"].as_u64().unwrap() > 100);
    assert!(report["entries"].as_u64().unwrap() >= 3);
    assert_eq!(report["problems"], serde_json::json!([]));
    for only in ["vault", "journal", "catalogue"] {
        assert_eq!(
            place.on_data("verify", &["--only", only]).ended(0)["ok"],
            true,
            "{only}"
        );
    }
    let text = place.for_people("verify", &[]);
    assert!(text.status == 0 && text.out.contains("all is sound"), "{text:?}");
}

#[test]
fn one_flipped_bit_is_found_and_named() {
    let place = Place::filled();
    let file = content_file(&place, BRIDGE_TEXT);
    let name = file.file_name().unwrap().to_str().unwrap();
    flip(&file);
    for only in [&[] as &[&str], &["--only", "vault"]] {
        let report = place.on_data("verify", only).ended(1);
        assert_eq!(report["ok"], false);
        let problems = report["problems"].as_array().unwrap();
        let problem = problems
            .iter()
            .find(|problem| problem["where"].as_str().unwrap().ends_with(name));
        let problem = problem.unwrap_or_else(|| panic!("{report}"));
        for name in ["expected", "found", "kind", "where"] {
            assert!(fields(problem).contains(&name), "{name}");
        }
        assert_ne!(problem["expected"], problem["found"]);
    }
    assert_eq!(
        place.on_data("verify", &["--only", "journal"]).ended(0)["ok"],
        true
    );
    let text = place.for_people("verify", &[]);
    assert!(
        text.status == 1 && text.out.contains(name) && text.out.contains("damaged"),
        "{text:?}"
    );
}

#[test]
fn an_altered_journal_entry_is_found_and_named() {
    let place = Place::filled();
    let entries = files_below(&place.data().join("vault/journal/tile/entries"));
    let (file, _) = entries.last().unwrap();
    flip(file);
    let report = place.on_data("verify", &["--only", "journal"]).ended(1);
    assert_eq!(report["ok"], false);
    assert!(
        !report["problems"][0]["where"].as_str().unwrap().is_empty(),
        "{report}"
    );
}

#[test]
fn a_rebuilt_archive_is_the_same_archive() {
    let place = Place::filled();
    let export = |name: &str| {
        let folder = place.path().join(name);
        let to = folder.to_str().unwrap();
        place
            .on_data("export", &["--all", "--as", "jsonl", "--to", to])
            .ended(0);
        files_below(&folder).remove(0).1
    };
    let before = export("前");
    for entry in std::fs::read_dir(place.data()).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if name.starts_with("catalogue.sqlite") {
            std::fs::remove_file(&path).unwrap();
        } else if name == "index" {
            std::fs::remove_dir_all(&path).unwrap();
        }
    }
    assert_eq!(
        place.on_data("search", &["柳湾"]).status,
        3,
        "nothing is made up meanwhile"
    );
    let rebuilt = place.on_data("rebuild", &[]).ended(0);
    assert_eq!(fields(&rebuilt), ["entries", "records", "send_again", "waiting"]);
    assert_eq!(
        (&rebuilt["waiting"], &rebuilt["send_again"]),
        (&serde_json::json!(0), &serde_json::json!([]))
    );
    assert_eq!(rebuilt["records"], 3);
    assert!(rebuilt["entries"].as_u64().unwrap() >= 3);
    assert_eq!(export("后"), before);
    assert_eq!(place.on_data("search", &["柳湾大桥"]).ended(0)["total"], 2);
    assert_eq!(place.on_data("verify", &[]).ended(0)["ok"], true);
    // and once more, with everything in place
    assert_eq!(place.on_data("rebuild", &[]).ended(0)["records"], 3);
    assert_eq!(export("再"), before);
}

#[test]
fn work_ends_when_nothing_waits() {
    let place = Place::filled();
    let done = place.on_data("work", &["--until-idle"]).ended(0);
    assert_eq!(fields(&done), ["jobs", "read"]);
    // what was read goes into the index
    assert!(done["jobs"].as_u64().unwrap() >= 1, "{done}");
    assert_eq!(done["read"], 2);
    let text = place.for_people("work", &["--until-idle"]);
    assert_eq!((text.status, text.out.trim()), (0, "0 jobs done, 0 records read"));
}
