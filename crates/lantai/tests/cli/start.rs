//! `init`, `demo`, `config`, wrong use, and how errors are told.

use crate::run::{Place, binary, fields, finish, lantai};
use std::os::unix::fs::PermissionsExt;

#[test]
fn init_makes_an_archive_and_hides_its_first_password() {
    let place = Place::bare();
    let data = place.data_text();
    let made = place
        .lantai(&[
            "init",
            &data,
            "--admin",
            "管理员",
            "--institution",
            "荻川县档案馆",
        ])
        .ended(0);
    assert_eq!(fields(&made), ["admin", "data", "institution", "password_file"]);
    assert_eq!(made["data"], data.as_str());
    assert_eq!(made["admin"], "管理员");
    assert_eq!(made["institution"], "荻川县档案馆");
    let file = std::path::PathBuf::from(made["password_file"].as_str().unwrap());
    let mode = std::fs::metadata(&file).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let password = std::fs::read_to_string(&file).unwrap();
    assert!(password.trim().len() >= 12);
    let told = place.on_data("verify", &[]);
    assert_eq!(told.ended(0)["ok"], true);
    assert!(!made.to_string().contains(password.trim()));
}

#[test]
fn init_refuses_a_folder_that_holds_something() {
    let place = Place::bare();
    std::fs::create_dir(place.data()).unwrap();
    std::fs::write(place.data().join("信.txt"), "亲爱的").unwrap();
    assert_eq!(
        place.lantai(&["init", &place.data_text()]).refused(),
        "data.folder_in_use"
    );
    assert_eq!(
        std::fs::read_dir(place.data()).unwrap().count(),
        1,
        "nothing was added"
    );
    let place = Place::empty();
    assert_eq!(
        place.lantai(&["init", &place.data_text()]).refused(),
        "data.folder_in_use"
    );
}

#[test]
fn init_keeps_what_it_is_told_of_database_vault_and_search() {
    let place = Place::bare();
    let data = place.data_text();
    let arguments = [
        "init",
        &data,
        "--database",
        "sqlite:目录.sqlite",
        "--vault",
        "库",
        "--search",
        "索引",
    ];
    place.lantai(&arguments).ended(0);
    for name in ["目录.sqlite", "库/objects", "索引"] {
        assert!(place.data().join(name).exists(), "{name}");
    }
    assert_eq!(place.on_data("verify", &[]).ended(0)["ok"], true);
    let place = Place::bare();
    let refused = place
        .lantai(&["init", &place.data_text(), "--vault", "s3://bucket"])
        .refused();
    assert!(refused.starts_with("config."), "{refused}");
    assert!(!place.data().exists());
}

#[test]
fn the_demo_is_filled_once() {
    let place = Place::bare();
    let first = place.on_data("demo", &["--no-serve"]).ended(0);
    assert_eq!(fields(&first), ["records", "url"]);
    assert!(first["records"].as_u64().unwrap() >= 300);
    assert_eq!(first["url"], serde_json::Value::Null);
    let again = place.on_data("demo", &["--no-serve"]).ended(0);
    assert_eq!(again, first);
    let found = place
        .on_data("search", &["大坝", "--as-viewer", "public"])
        .ended(0);
    assert!(found["total"].as_u64().unwrap() > 0);
    assert_eq!(place.on_data("verify", &[]).ended(0)["ok"], true);
}

#[test]
fn the_configuration_explains_every_key() {
    let explained = lantai(["config", "explain", "--json"]).ended(0);
    let keys = explained["keys"].as_array().unwrap();
    assert!(keys.len() >= 6);
    for key in keys {
        assert_eq!(fields(key), ["default", "key", "meaning", "variable"]);
        assert!(key["variable"].as_str().unwrap().starts_with("LANTAI_"));
    }
    let text = lantai(["config", "explain"]);
    assert_eq!(text.status, 0);
    for key in keys {
        assert!(text.out.contains(key["variable"].as_str().unwrap()));
    }
}

#[test]
fn a_variable_of_the_environment_overrides_the_configuration() {
    let place = Place::bare();
    let run = finish(
        binary()
            .args(["init", "--json", &place.data_text()])
            .env("LANTAI_INSTITUTION", "柳湾县档案馆"),
    );
    assert_eq!(run.ended(0)["institution"], "柳湾县档案馆");
}

#[test]
fn the_data_folder_may_be_given_once_for_all() {
    let place = Place::filled();
    let run = finish(
        binary()
            .args(["search", "柳湾大桥", "--json"])
            .env("LANTAI_DATA", place.data()),
    );
    assert_eq!(run.ended(0)["total"], 2);
}

#[test]
fn wrong_use_is_told_apart() {
    let wrong: [&[&str]; 7] = [
        &[],
        &["fly"],
        &["search"],
        &["init"],
        &["ingest", "--data", "x"],
        &["export", "--data", "x", "--to", "y", "--as", "bagit"],
        &["verify", "--data", "x", "--only", "moon"],
    ];
    for arguments in wrong {
        let run = lantai(arguments);
        assert_eq!(run.status, 2, "{arguments:?}: {run:?}");
        assert!(run.out.is_empty(), "{arguments:?}");
        assert!(
            run.err.contains("Usage") || run.err.contains("--help"),
            "{arguments:?}: {run:?}"
        );
    }
    for arguments in [["--help"], ["--version"]] {
        assert_eq!(lantai(arguments).status, 0);
    }
}

#[test]
fn every_command_that_needs_an_archive_says_when_there_is_none() {
    let place = Place::bare();
    for (command, more) in [
        ("search", &["词"] as &[&str]),
        ("record", &["Q001"]),
        ("verify", &[]),
        ("rebuild", &[]),
        ("work", &["--until-idle"]),
        ("serve", &["--port", "0"]),
        ("ingest", &["."]),
        ("export", &["--all", "--as", "jsonl", "--to", "出"]),
    ] {
        assert_eq!(
            place.on_data(command, more).refused(),
            "data.no_archive",
            "{command}"
        );
        let people = place.for_people(command, more);
        assert_eq!(people.status, 3);
        assert!(
            people.out.is_empty() && people.err.contains("lantai init"),
            "{people:?}"
        );
    }
    assert!(!place.data().exists(), "and makes nothing");
}
