//! `keys`: the key store and its rotation as commands, and that no log ever tells a secret.

use crate::run::{GRAIN, GRAIN_TEXT, Place, Run, binary, fields, files_below, finish};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::Command;

const PASSPHRASE: &str = "the river runs east by night";
const HEX: &str = "00112233445566778899aabbccddeeff";
const OLDER_HEX: &str = "ffeeddccbbaa99887766554433221100";

fn private(path: &std::path::Path, text: &str, mode: u32) {
    std::fs::write(path, text).unwrap();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

fn configure(place: &Place, table: &str) {
    let path = place.data().join("lantai.toml");
    let mut text = std::fs::read_to_string(&path).unwrap();
    if let Some(begin) = text.find("\n[encryption]") {
        text.truncate(begin);
    }
    std::fs::write(&path, format!("{text}\n[encryption]\n{table}\n")).unwrap();
}

/// An archive with a configured store and no keys yet.
fn place_with_store() -> (Place, PathBuf) {
    let place = Place::empty();
    let passphrase = place.path().join("passphrase");
    private(&passphrase, PASSPHRASE, 0o600);
    let table = format!(
        "algorithm = \"sm4-gcm\"\npassphrase_file = {:?}",
        passphrase.to_str().unwrap()
    );
    configure(&place, &table);
    (place, passphrase)
}

/// Runs a command with everything in its log.
fn traced(place: &Place, arguments: &[&str]) -> Run {
    let mut command: Command = binary();
    command.env("LANTAI_LOG", "trace").args(arguments);
    command.arg("--json").arg("--data").arg(place.data());
    finish(&mut command)
}

fn closed_text_in_vault(place: &Place) -> usize {
    let files = files_below(&place.data().join("vault"));
    let is_there = |bytes: &[u8]| {
        bytes
            .windows(GRAIN_TEXT.len())
            .any(|window| window == GRAIN_TEXT.as_bytes())
    };
    files.iter().filter(|(_, bytes)| is_there(bytes)).count()
}

#[test]
fn keys_are_made_listed_rotated_and_put_under_another_passphrase() {
    let (place, passphrase) = place_with_store();
    assert_eq!(
        place.on_data("work", &["--until-idle"]).refused(),
        "keys.no_store"
    );
    let keys = |arguments: &[&str]| {
        let data = place.data_text();
        let mut all = vec!["keys"];
        all.extend(arguments);
        all.extend(["--data", &data]);
        place.lantai(&all)
    };
    assert_eq!(keys(&["list"]).refused(), "keys.no_store");
    assert_eq!(keys(&["rotate"]).refused(), "keys.no_store");
    private(&passphrase, "short", 0o600);
    assert_eq!(keys(&["new"]).refused(), "keys.passphrase_unusable");
    private(&passphrase, PASSPHRASE, 0o644);
    assert_eq!(keys(&["new"]).refused(), "keys.passphrase_exposed");
    private(&passphrase, PASSPHRASE, 0o600);
    let made = keys(&["new"]).ended(0);
    assert_eq!(fields(&made), ["algorithm", "key", "store"]);
    assert_eq!(made["algorithm"], "sm4-gcm");
    assert_eq!(keys(&["new"]).refused(), "keys.store_exists");

    let package = place.package();
    let taken = place.on_data("ingest", &[package.to_str().unwrap()]).ended(0);
    assert_eq!(taken["accessions"][0]["verdict"], "accepted");
    assert_eq!(closed_text_in_vault(&place), 0);
    let listed = keys(&["list", "--objects"]).ended(0);
    assert_eq!(fields(&listed), ["active", "keys", "rewrapping"]);
    assert_eq!(
        fields(&listed["keys"][0]),
        ["algorithm", "created", "id", "objects", "state"]
    );
    assert_eq!(
        (&listed["active"], &listed["keys"][0]["state"]),
        (&made["key"], &"active".into())
    );

    let rotated = keys(&["rotate"]).ended(0);
    assert_eq!(fields(&rotated), ["key", "objects", "resumed", "rewrapped"]);
    assert_eq!(rotated["resumed"], false);
    assert_eq!(rotated["rewrapped"], listed["keys"][0]["objects"]);
    let listed = keys(&["list"]).ended(0);
    assert_eq!(
        fields(&listed["keys"][0]),
        ["algorithm", "created", "id", "state"]
    );
    assert_eq!(
        (&listed["keys"][0]["state"], &listed["keys"][1]["state"]),
        (&"retired".into(), &"active".into())
    );
    assert_eq!(listed["active"], rotated["key"]);

    let other = place.path().join("other");
    private(&other, "another long passphrase", 0o600);
    let changed = keys(&["passphrase", "--to", other.to_str().unwrap()]).ended(0);
    assert_eq!(fields(&changed), ["passphrase_file"]);
    assert_eq!(
        place.on_data("record", &[GRAIN]).refused(),
        "keys.passphrase_wrong"
    );
    let by_variable = {
        let mut command = binary();
        command.env("LANTAI_ENCRYPTION_PASSPHRASE_FILE", &other);
        command.args(["verify", "--json", "--data"]).arg(place.data());
        finish(&mut command).ended(0)
    };
    assert_eq!(by_variable["ok"], true, "{by_variable}");
    let text = place.for_people("keys", &[]);
    assert_eq!(text.status, 2, "an action must be named");
}

#[test]
fn what_a_command_prints_is_used_and_told_to_nobody() {
    let place = Place::empty();
    let printer = place.path().join("print-keys");
    let keys = |active: &str, more: &str| {
        let line = format!("echo '{active} sm4-gcm active 2026-11-22T08:00:00Z {HEX}'");
        private(&printer, &format!("#!/bin/sh\n{line}\n{more}\n"), 0o700);
    };
    keys("2026", "");
    configure(
        &place,
        &format!(
            "algorithm = \"sm4-gcm\"\ncommand = [{:?}, \"--all\"]",
            printer.to_str().unwrap()
        ),
    );
    let package = place.package();
    let mut told = String::new();
    let mut run = |arguments: &[&str]| {
        let run = traced(&place, arguments);
        told.push_str(&run.out);
        told.push_str(&run.err);
        run
    };
    assert_eq!(run(&["ingest", package.to_str().unwrap()]).status, 0);
    assert_eq!(closed_text_in_vault(&place), 0);
    let to = place.path().join("out");
    assert_eq!(
        run(&["export", GRAIN, "--as", "bagit", "--to", to.to_str().unwrap()]).status,
        0
    );
    assert!(
        files_below(&to)
            .iter()
            .any(|(_, bytes)| bytes == GRAIN_TEXT.as_bytes())
    );
    assert_eq!(run(&["keys", "new"]).refused(), "keys.read_only");
    // another key: the command makes it, and names the old one as retired
    let older = format!("echo '2026 sm4-gcm retired 2026-11-22T08:00:00Z {HEX}'");
    let script = format!("#!/bin/sh\necho '2027 sm4-gcm active 2027-01-01T00:00:00Z {OLDER_HEX}'\n{older}\n");
    private(&printer, &script, 0o700);
    let rotated = run(&["keys", "rotate"]);
    assert_eq!(rotated.status, 0, "{rotated:?}");
    assert!(rotated.out.contains("\"key\":\"2027\""), "{}", rotated.out);
    assert_eq!(run(&["verify"]).status, 0);
    assert_eq!(run(&["rebuild"]).status, 0);
    assert_eq!(run(&["keys", "list", "--objects"]).status, 0);
    // and what goes wrong does not tell either
    keys("2026", "echo nonsense");
    assert_eq!(run(&["work", "--until-idle"]).status, 3);
    keys("2026", "exit 7");
    assert_eq!(run(&["work", "--until-idle"]).status, 3);
    assert_no_secret(&told, &[HEX, OLDER_HEX]);
    assert!(
        told.len() > 10_000 && told.contains("\"DEBUG\""),
        "the log was not read"
    );
}

#[test]
fn no_log_tells_the_passphrase() {
    let (place, passphrase) = place_with_store();
    let package = place.package();
    let mut told = String::new();
    let mut run = |arguments: &[&str]| {
        let run = traced(&place, arguments);
        told.push_str(&run.out);
        told.push_str(&run.err);
        run.status
    };
    assert_eq!(run(&["keys", "new"]), 0);
    assert_eq!(run(&["ingest", package.to_str().unwrap()]), 0);
    assert_eq!(run(&["keys", "rotate"]), 0);
    assert_eq!(run(&["verify"]), 0);
    assert_eq!(run(&["rebuild"]), 0);
    let other = place.path().join("other");
    private(&other, "another long passphrase", 0o600);
    assert_eq!(run(&["keys", "passphrase", "--to", other.to_str().unwrap()]), 0);
    assert_eq!(run(&["work", "--until-idle"]), 3);
    private(&passphrase, "another long passphrase", 0o600);
    assert_eq!(run(&["work", "--until-idle"]), 0);
    let encoded: String = PASSPHRASE.bytes().map(|byte| format!("{byte:02x}")).collect();
    assert_no_secret(&told, &[PASSPHRASE, "another long passphrase", &encoded]);
    assert!(told.contains("\"DEBUG\""), "the log was not read");
    for (path, bytes) in files_below(&place.data()) {
        let found = bytes
            .windows(PASSPHRASE.len())
            .any(|window| window == PASSPHRASE.as_bytes());
        assert!(!found, "{}", path.display());
    }
}

fn assert_no_secret(told: &str, secrets: &[&str]) {
    let lower = told.to_lowercase();
    for secret in secrets {
        assert!(!lower.contains(&secret.to_lowercase()), "a log tells a secret");
        // nor as a list of numbers, as Debug would write bytes
        if let Some(bytes) = unhex(secret) {
            let numbers: Vec<String> = bytes.iter().map(u8::to_string).collect();
            assert!(!told.contains(&numbers.join(", ")), "a log tells a secret");
        }
    }
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let pair = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    text.as_bytes().chunks(2).map(pair).collect()
}
