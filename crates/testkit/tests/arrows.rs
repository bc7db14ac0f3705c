//! The shape of the house: which room may know which (docs/architecture.md), and who names what.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod house;

use house::{Source, rust_sources, workspace};
use std::collections::BTreeSet;

/// Rooms that an area may call besides the base; an area that is not here calls none.
const AREA_TO_AREA: [(&str, &[&str]); 10] = [
    ("access", &["cataloguing"]),
    ("answer", &["cataloguing"]),
    ("certificate", &["access"]),
    ("compilation", &["cataloguing"]),
    ("exchange", &["cataloguing"]),
    ("intake", &["cataloguing", "preservation", "reading"]),
    ("preservation", &[]),
    ("reading", &["cataloguing"]),
    ("review", &["cataloguing"]),
    ("storeroom", &["cataloguing"]),
];

/// Most lines of a source file.
const LONGEST: usize = 600;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Floor {
    Domain,
    Base,
    Area,
    Server,
    Program,
}

fn floor(room: &house::Room) -> Option<Floor> {
    if room.name == "lantai-domain" {
        return Some(Floor::Domain);
    }
    match room.folder.as_str() {
        folder if folder.starts_with("crates/base/") => Some(Floor::Base),
        folder if folder.starts_with("crates/areas/") => Some(Floor::Area),
        "crates/server" => Some(Floor::Server),
        "crates/lantai" => Some(Floor::Program),
        // the testkit and the demonstration collection belong to no floor
        _ => None,
    }
}

/// Why an arrow is not allowed; `None`: it is.
fn objection(from: &house::Room, to: &house::Room) -> Option<&'static str> {
    if to.name == "lantai-testkit" {
        return Some("the testkit is for tests only");
    }
    if to.name == "lantai-demo-collection" {
        return (from.name != "lantai").then_some("only the program carries the demonstration collection");
    }
    let (Some(above), Some(below)) = (floor(from), floor(to)) else {
        return (from.name != "lantai-testkit").then_some("this room stands on no floor");
    };
    match above.cmp(&below) {
        std::cmp::Ordering::Greater => None,
        std::cmp::Ordering::Less => Some("an arrow points down"),
        std::cmp::Ordering::Equal if above == Floor::Area => {
            let area = |room: &house::Room| room.name.trim_start_matches("lantai-").to_owned();
            let allowed = AREA_TO_AREA
                .iter()
                .find(|(name, _)| *name == area(from))
                .map_or(&[][..], |(_, to)| to);
            (!allowed.contains(&area(to).as_str())).then_some("this area may not call that one")
        }
        std::cmp::Ordering::Equal => Some("rooms of one floor do not know each other"),
    }
}

#[test]
fn every_arrow_points_down() {
    let rooms = workspace();
    let mut wrong = Vec::new();
    for from in &rooms {
        for dependency in &from.dependencies {
            let Some(to) = rooms.iter().find(|room| room.name == *dependency) else {
                continue;
            };
            if let Some(objection) = objection(from, to) {
                wrong.push(format!("{} -> {}: {objection}", from.name, to.name));
            }
        }
    }
    assert!(wrong.is_empty(), "arrows that may not be:\n{}", wrong.join("\n"));
    assert!(
        rooms.iter().any(|room| room.name == "lantai-database"),
        "the workspace was not read"
    );
}

#[test]
fn tests_of_a_room_know_no_more_than_the_room() {
    let rooms = workspace();
    let mut wrong = Vec::new();
    for from in &rooms {
        for dependency in &from.dev_dependencies {
            let Some(to) = rooms.iter().find(|room| room.name == *dependency) else {
                continue;
            };
            let for_tests = ["lantai-testkit", "lantai-demo-collection"].contains(&to.name.as_str());
            if !for_tests && let Some(objection) = objection(from, to) {
                wrong.push(format!("{} -> {} in tests: {objection}", from.name, to.name));
            }
        }
    }
    assert!(wrong.is_empty(), "arrows that may not be:\n{}", wrong.join("\n"));
}

#[test]
fn only_repositories_and_the_database_name_sql() {
    let at_home = |path: &str| {
        path.starts_with("crates/base/database/")
            || path.starts_with("crates/testkit/")
            || path.ends_with("/repository.rs")
            || path.contains("/src/repository/")
    };
    let statements = ["SELECT ", "INSERT INTO ", "DELETE FROM ", "sqlx::query"];
    let names_sql = |source: &&Source| {
        source
            .code()
            .any(|line| statements.iter().any(|statement| line.contains(statement)))
    };
    let sources = rust_sources();
    let strangers: Vec<&str> = sources
        .iter()
        .filter(names_sql)
        .map(|source| source.path.as_str())
        .filter(|path| !at_home(path) && !path.contains("/tests/"))
        .collect();
    assert!(
        strangers.is_empty(),
        "SQL outside repositories and the database:\n{}",
        strangers.join("\n")
    );
    assert!(
        sources.iter().filter(names_sql).count() > 3,
        "the search finds SQL where it is"
    );
}

#[test]
fn only_the_http_rooms_name_http() {
    let at_home = |path: &str| {
        path.starts_with("crates/base/http/")
            || path.starts_with("crates/server/")
            || path.contains("/routes/")
    };
    let strangers: Vec<String> = rust_sources()
        .iter()
        .filter(|source| source.path.contains("/src/") && !at_home(&source.path))
        .filter(|source| {
            source
                .code()
                .any(|line| line.contains("axum::") || line.contains("StatusCode::"))
        })
        .map(|source| source.path.clone())
        .collect();
    assert!(
        strangers.is_empty(),
        "HTTP outside http, server and routes:\n{}",
        strangers.join("\n")
    );
}

#[test]
fn lints_are_expected_with_a_reason_never_allowed() {
    // put together here, so that this file does not find itself
    let allow = [["#[", "allow("].concat(), ["#![", "allow("].concat()];
    let wrong: Vec<String> = rust_sources()
        .iter()
        .filter(|source| {
            source
                .code()
                .any(|line| allow.iter().any(|allow| line.contains(allow)))
        })
        .map(|source| source.path.clone())
        .collect();
    assert!(
        wrong.is_empty(),
        "use #[expect(…, reason = \"…\")]:\n{}",
        wrong.join("\n")
    );
}

#[test]
fn no_source_file_is_too_long_to_read() {
    let long: Vec<String> = rust_sources()
        .iter()
        .map(|source| (source.text.lines().count(), &source.path))
        .filter(|(lines, _)| *lines > LONGEST)
        .map(|(lines, path)| format!("{lines} {path}"))
        .collect();
    assert!(
        long.is_empty(),
        "files of more than {LONGEST} lines, to be cut by concept:\n{}",
        long.join("\n")
    );
}

#[test]
fn every_room_keeps_the_house_rules() {
    let without: BTreeSet<String> = workspace()
        .into_iter()
        .filter(|room| !room.keeps_workspace_lints())
        .map(|room| room.name)
        .collect();
    assert!(without.is_empty(), "no `[lints] workspace = true` in {without:?}");
}
