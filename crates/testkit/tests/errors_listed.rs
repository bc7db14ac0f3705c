//! Every stable error code of the sources is explained in docs/errors.md, and every code explained there exists.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod house;

use house::rust_sources;
use lantai_testkit::repository_root;
use std::collections::BTreeSet;

/// First parts of error codes.
const AREAS: &[&str] = &[
    "access",
    "archive",
    "audit",
    "bag",
    "bagit",
    "bench",
    "catalogue",
    "cataloguing",
    "code",
    "config",
    "data",
    "database",
    "date",
    "document_number",
    "domain",
    "eark",
    "eep",
    "filing",
    "formats",
    "gate",
    "http",
    "identity",
    "intake",
    "jobs",
    "journal",
    "keys",
    "package",
    "people",
    "preservation",
    "quality",
    "reading",
    "retention",
    "seal",
    "search",
    "signature",
    "timestamp",
    "tls",
    "transfer",
    "trust",
    "vault",
    "xml",
];
/// Also first parts, of one code each or few.
const FEW: [&str; 1] = ["serve"];

/// Texts of the same form that are no error codes.
const OTHER_NAMES: &[&str] = &[
    // jobs
    "access.index_accession",
    "access.index_records",
    "intake.receive_upload",
    "intake.receive_watched",
    "intake.conclude_accession",
    // facts
    "archive.created",
    "audit.anchored",
    "audit.retired",
    "filing.decided",
    "keys.created",
    "keys.rotated",
    "quality.lot_drawn",
    "quality.concluded",
    "quality.withdrawn",
    // steps of the vault
    "seal.sync_batch",
    // files of the journal's keys
    "journal.private",
    "journal.public",
];
/// Last parts that make a name a file's.
const FILE_ENDINGS: [&str; 11] = [
    "cedar", "csv", "db", "json", "jsonl", "sqlite", "toml", "txt", "xls", "xlsx", "html",
];

fn is_code(text: &str) -> bool {
    let Some((area, name)) = text.split_once('.') else {
        return false;
    };
    let plain = |part: &str| {
        !part.is_empty()
            && part
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
    };
    (AREAS.contains(&area) || FEW.contains(&area))
        && plain(name)
        && !FILE_ENDINGS.contains(&name)
        && !OTHER_NAMES.contains(&text)
}

/// Codes among the texts of a line of code. Names of spans, of their fields and of durable steps are no codes.
fn codes_of(line: &str) -> impl Iterator<Item = &str> {
    let other = ["instrument(", "span!(", ".record(\"", "step(\""]
        .iter()
        .any(|form| line.contains(form));
    line.split('"')
        .skip(1)
        .step_by(2)
        .filter(move |text| !other && is_code(text))
}

fn in_the_sources() -> BTreeSet<String> {
    rust_sources()
        .iter()
        .filter(|source| source.path.contains("/src/") && !source.path.starts_with("crates/testkit/"))
        // rows of measurements are named in the same form
        .filter(|source| !source.path.contains("/bench/"))
        .flat_map(|source| {
            source
                .code_without_tests()
                .flat_map(codes_of)
                .map(str::to_owned)
                .collect::<Vec<_>>()
        })
        .collect()
}

/// First cells of the tables of docs/errors.md, with the rest of their rows.
fn explained() -> Vec<(String, String)> {
    let text = std::fs::read_to_string(repository_root().join("docs/errors.md")).unwrap();
    text.lines()
        .filter_map(|line| line.strip_prefix("| `")?.split_once("` | "))
        .map(|(code, rest)| (code.to_owned(), rest.to_owned()))
        .collect()
}

#[test]
fn every_error_code_is_explained_and_every_explained_code_exists() {
    let sources = in_the_sources();
    let explained: Vec<String> = explained()
        .into_iter()
        .map(|(code, _)| code)
        .filter(|code| code.contains('.'))
        .collect();
    let listed: BTreeSet<String> = explained.iter().cloned().collect();
    let unexplained: Vec<&String> = sources.difference(&listed).collect();
    let gone: Vec<&String> = listed.difference(&sources).collect();
    assert!(
        unexplained.is_empty(),
        "not explained in docs/errors.md: {unexplained:#?}"
    );
    assert!(
        gone.is_empty(),
        "explained in docs/errors.md, but in no source: {gone:#?}"
    );
    assert_eq!(explained.len(), listed.len(), "a code is explained once");
    assert!(sources.len() > 50, "the sources were not read");
}

#[test]
fn every_explanation_says_what_to_do() {
    for (code, rest) in explained() {
        let cells: Vec<&str> = rest.trim_end_matches('|').split(" | ").map(str::trim).collect();
        assert_eq!(cells.len(), 2, "{code}: meaning and what to do");
        assert!(cells.iter().all(|cell| cell.len() > 3), "{code}: {cells:?}");
    }
}
