//! The structure of messages against a corpus in which it is written down.

use super::*;
use crate::reading::mime::decode_transfer;
use quick_xml::Reader;
use quick_xml::events::Event;
use std::path::{Path, PathBuf};

/// `b` a body, `M(…)` parts, `R(…)` a message in the message.
fn shape_of(entity: &Entity<'_>, default_type: &str, depth: usize) -> String {
    let content_type = entity.header.content_type(default_type);
    match &entity.body {
        Body::Leaf(body) if content_type.name == "message/rfc822" && depth < 10 => {
            let bytes = decode_transfer(body, entity.header.transfer_encoding());
            let inner = MimeParser::new(MimeLimits::default()).parse(&bytes);
            // what the message in the message is, it says itself
            format!("R({})", shape_of(&inner, "text/plain", depth + 1))
        }
        Body::Leaf(_) => "b".to_owned(),
        Body::Multipart { parts, .. } => {
            let default_type = if content_type.is("multipart/digest") {
                "message/rfc822"
            } else {
                "text/plain"
            };
            let parts: String = parts
                .iter()
                .map(|part| shape_of(part, default_type, depth + 1))
                .collect();
            format!("M({parts})")
        }
    }
}

fn expected(xml: &str) -> Option<String> {
    let mut reader = Reader::from_str(xml);
    let mut shape = String::new();
    let mut is_root = true;
    loop {
        match reader.read_event().ok()? {
            Event::Start(tag) => match tag.name().into_inner() {
                "message" if !std::mem::take(&mut is_root) => shape.push_str("R("),
                "multipart" => shape.push_str("M("),
                "body" => shape.push('b'),
                _ => {}
            },
            Event::Empty(tag) if tag.name().into_inner() == "body" => shape.push('b'),
            Event::Empty(tag) if tag.name().into_inner() == "multipart" => shape.push_str("M()"),
            Event::End(tag) if matches!(tag.name().into_inner(), "message" | "multipart") => shape.push(')'),
            Event::Eof => break,
            _ => {}
        }
    }
    // the end of the root
    shape.strip_suffix(')').map(str::to_owned)
}

fn messages_below(folder: &Path) -> Vec<PathBuf> {
    let files = walkdir::WalkDir::new(folder)
        .sort_by_file_name()
        .into_iter()
        .filter_map(Result::ok);
    files
        .map(|entry| entry.path().to_owned())
        .filter(|path| path.is_file() && path.extension().is_some_and(|ending| ending == "msg"))
        .collect()
}

fn corpus() -> Option<PathBuf> {
    let setting = std::env::var_os("LANTAI_CORPUS").map(PathBuf::from);
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../..");
    let folder = repository
        .join(setting.unwrap_or_else(|| PathBuf::from("../shared/corpus")))
        .join("email/mime4j");
    if folder.is_dir() {
        return Some(folder);
    }
    println!(
        "skipped: there is no folder {} (set LANTAI_CORPUS)",
        folder.display()
    );
    None
}

#[test]
fn the_structure_of_messages_is_the_one_written_down() {
    let Some(folder) = corpus() else { return };
    let (mut right, mut all) = (0, 0);
    for path in messages_below(&folder) {
        let Ok(xml) = std::fs::read(path.with_extension("xml")) else {
            continue;
        };
        let Some(expected) = expected(&String::from_utf8_lossy(&xml)) else {
            println!("{}: the expected structure cannot be read", path.display());
            continue;
        };
        let bytes = std::fs::read(&path).unwrap();
        let message = MimeParser::new(MimeLimits::default()).parse(&bytes);
        let found = shape_of(&message, "text/plain", 0);
        all += 1;
        if found == expected {
            right += 1;
        } else {
            println!("{}: {expected} expected, {found} found", path.display());
        }
    }
    println!("structure of messages: {right} of {all}");
    assert!(all >= 45, "{all} messages");
    assert!(right * 100 >= all * 95, "{right} of {all}");
}
