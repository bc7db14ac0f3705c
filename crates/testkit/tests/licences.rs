//! Everything we build upon may be built upon: each dependency's licence is one that `deny.toml` allows.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod house;

use house::{metadata, platform};
use lantai_testkit::repository_root;
use std::collections::BTreeSet;

fn allowed() -> BTreeSet<String> {
    let rules = std::fs::read_to_string(repository_root().join("deny.toml")).unwrap();
    let (_, list) = rules.split_once("\nallow = [").unwrap();
    let (list, _) = list.split_once(']').unwrap();
    list.split(',')
        .map(|entry| entry.trim().trim_matches('"').to_owned())
        .filter(|entry| !entry.is_empty())
        .collect()
}

/// Whether an SPDX expression can be satisfied: `OR` offers a choice and binds weaker than `AND`.
fn satisfied(expression: &str, allowed: &BTreeSet<String>) -> bool {
    let expression = expression.trim().replace('/', " OR ");
    if let Some((before, inside, after)) = innermost(&expression) {
        let stands_for = if satisfied(&inside, allowed) {
            "MIT"
        } else {
            "none"
        };
        return satisfied(&format!("{before}{stands_for}{after}"), allowed);
    }
    expression.split(" OR ").any(|choice| {
        choice
            .split(" AND ")
            .all(|licence| allowed.contains(licence.trim()))
    })
}

/// The first bracket that has no bracket inside, with what stands before and after it.
fn innermost(expression: &str) -> Option<(String, String, String)> {
    let close = expression.find(')')?;
    let open = expression[..close].rfind('(')?;
    Some((
        expression[..open].into(),
        expression[open + 1..close].into(),
        expression[close + 1..].into(),
    ))
}

#[test]
fn every_licence_is_allowed() {
    let allowed = allowed();
    let metadata = metadata(&["--filter-platform", &platform()]);
    let packages = metadata["packages"].as_array().unwrap();
    let wrong: Vec<String> = packages
        .iter()
        .filter(|package| !satisfied(package["license"].as_str().unwrap_or("none"), &allowed))
        .map(|package| {
            format!(
                "{} {}: {}",
                package["name"], package["version"], package["license"]
            )
        })
        .collect();
    assert!(
        wrong.is_empty(),
        "licences that deny.toml does not allow:\n{}",
        wrong.join("\n")
    );
    assert!(packages.len() > 100, "the dependencies were not read");
}

#[test]
fn licence_expressions_are_read() {
    let allowed = BTreeSet::from(["MIT".to_owned(), "ISC".to_owned(), "Apache-2.0".to_owned()]);
    for sound in [
        "MIT",
        "MIT/GPL-3.0",
        "GPL-3.0 OR Apache-2.0",
        "ISC AND (Apache-2.0 OR GPL-2.0)",
    ] {
        assert!(satisfied(sound, &allowed), "{sound}");
    }
    for wrong in [
        "GPL-3.0",
        "MIT AND GPL-3.0",
        "ISC AND (GPL-2.0 OR GPL-3.0)",
        "none",
    ] {
        assert!(!satisfied(wrong, &allowed), "{wrong}");
    }
}
