//! Reading OFD and office documents that others wrote.

#![expect(clippy::unwrap_used, reason = "a test may fail")]

mod corpus;
mod reading;

use lantai_formats::package::walk;
use std::collections::BTreeMap;
use std::time::Duration;

/// What is waited for a file.
const PATIENCE: Duration = Duration::from_secs(60);
/// kB that reading one of them may take.
const MEMORY: u64 = 1024 * 1024;

#[test]
#[ignore = "called by the others as a process of its own"]
fn child() {
    reading::be_child();
}

#[test]
fn ofd_files_have_their_text_and_odd_ones_open() {
    let Some(folder) = corpus::folder("ofd") else {
        return;
    };
    for file in walk(&folder).filter_map(Result::ok) {
        let is_ofd = file.path.extension().is_some_and(|ending| ending == "ofd");
        if !is_ofd {
            continue;
        }
        let (result, sink) = reading::read(&file.path, reading::pdfium());
        let name = file.path.file_name().unwrap().to_string_lossy().into_owned();
        println!(
            "{name}: {result:?} pages {} characters {} parts {} told {} pictures {:?} omitted {:?}",
            sink.reading.pages.len(),
            sink.reading.text.chars().count(),
            sink.reading.parts.len(),
            sink.reading.told.len(),
            sink.pictures,
            sink.reading.provenance.omitted,
        );
        assert!(result.is_ok(), "{name}: {result:?}");
        for page in &sink.reading.pages {
            for line in &page.lines {
                let place = line.place;
                assert!(
                    place.is_none_or(|place| place.width.is_finite() && place.height >= 0.0),
                    "{name}: {line:?}"
                );
            }
        }
    }
}

#[test]
fn office_and_media_files_are_read_or_refused_by_name() {
    let Some(folder) = corpus::folder("office-and-media") else {
        return;
    };
    let mut by_ending: BTreeMap<String, BTreeMap<String, u32>> = BTreeMap::new();
    let mut bad = Vec::new();
    for file in walk(&folder).filter_map(Result::ok) {
        let path = file.path;
        let outcome = reading::in_child(&path, "child", PATIENCE);
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let ending = path
            .extension()
            .unwrap_or_default()
            .to_string_lossy()
            .to_lowercase();
        let result = match outcome.result.as_str() {
            "ok" if outcome.has_text() => "text".to_owned(),
            "ok" if outcome.pictures > 0 => "picture".to_owned(),
            "ok" => "nothing".to_owned(),
            code => code.to_owned(),
        };
        println!(
            "{ending} {name}: {result} pages {} characters {} parts {} {:?}",
            outcome.pages, outcome.characters, outcome.parts, outcome.omissions
        );
        *by_ending.entry(ending).or_default().entry(result).or_default() += 1;
        if matches!(outcome.result.as_str(), "crash" | "hang") || outcome.peak > MEMORY {
            bad.push(format!("{name}: {outcome:?}"));
        }
    }
    for (ending, results) in &by_ending {
        println!("{ending}: {results:?}");
    }
    assert_eq!(bad, [] as [String; 0]);
}
