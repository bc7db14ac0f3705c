//! The interface changes only on purpose: the client of the pages is generated from the document checked in.

use lantai_server::{Access, Archive, Config, NewArchive, api_document, initialise};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;

const SNAPSHOT: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../web/packages/client/openapi.json"
);
const UPDATE: &str = "LANTAI_UPDATE_SNAPSHOTS";

#[expect(
    clippy::disallowed_methods,
    reason = "a switch of this test, no configuration of the program"
)]
fn is_update_wanted() -> bool {
    std::env::var(UPDATE).is_ok_and(|value| value == "1")
}

#[tokio::test]
async fn the_interface_is_the_one_the_pages_were_made_for() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("archive");
    let new = NewArchive {
        config: Config::default(),
        admin: "admin".to_owned(),
    };
    initialise(&data, &new).await.unwrap();
    let archive = Archive::open(&data, new.config, Access::Write).await.unwrap();
    // with sorted keys the text is the same whoever builds it
    let document = sorted(serde_json::to_value(api_document(&archive)).unwrap());
    let text = format!("{}\n", serde_json::to_string_pretty(&document).unwrap());
    if is_update_wanted() {
        std::fs::write(SNAPSHOT, &text).unwrap();
        return;
    }
    let checked_in = std::fs::read_to_string(Path::new(SNAPSHOT)).unwrap_or_default();
    if let Some((line, (is, was))) = first_difference(&text, &checked_in) {
        panic!(
            "the interface differs from web/packages/client/openapi.json, first in line {line}:\n  is:  {is}\n  was: \
             {was}\nIf that is meant, run\n  {UPDATE}=1 cargo test -p lantai-server --test api_snapshot\n  npm run \
             generate --prefix web"
        );
    }
}

fn sorted(value: Value) -> Value {
    match value {
        Value::Array(values) => values.into_iter().map(sorted).collect(),
        Value::Object(fields) => {
            let by_key: BTreeMap<String, Value> = fields.into_iter().collect();
            by_key
                .into_iter()
                .map(|(key, value)| (key, sorted(value)))
                .collect()
        }
        plain => plain,
    }
}

fn first_difference<'t>(one: &'t str, other: &'t str) -> Option<(usize, (&'t str, &'t str))> {
    let longest = one.lines().count().max(other.lines().count());
    let mut pairs = (0..longest).map(|line| (one.lines().nth(line), other.lines().nth(line)));
    let place = pairs.position(|(one, other)| one != other)?;
    Some((
        place + 1,
        (
            one.lines().nth(place).unwrap_or("(ends)"),
            other.lines().nth(place).unwrap_or("(ends)"),
        ),
    ))
}
