//! Reading PDF that others wrote to break readers: each in a child process, none may crash, hang or take much memory.

#![expect(clippy::unwrap_used, reason = "a test may fail")]

mod corpus;
mod reading;

use lantai_formats::package::walk;
use std::collections::BTreeMap;
use std::time::Duration;

/// What is waited for a file; reading takes a fraction of a second, a busy machine more.
const PATIENCE: Duration = Duration::from_secs(30);
/// kB that reading one of them may take.
const MEMORY: u64 = 512 * 1024;

#[test]
#[ignore = "called by the others as a process of its own"]
fn child() {
    reading::be_child();
}

#[test]
fn difficult_pdfs_are_read_or_refused_by_name() {
    let (Some(folder), Some(_)) = (corpus::folder("pdf-difficult"), reading::pdfium()) else {
        return;
    };
    // some text, as poppler's pdftotext finds it
    for (set, least) in [("pdfjs", 150), ("qpdf", 188), ("qpdf-fuzz", 3)] {
        let mut results: BTreeMap<String, u32> = BTreeMap::new();
        let (mut with_text, mut garbled, mut with_pictures, mut empty, mut peak) = (0, 0, 0, Vec::new(), 0);
        let (mut pages, mut parts) = (0, 0);
        let mut bad = Vec::new();
        for file in walk(&folder.join(set)).filter_map(Result::ok) {
            let path = file.path;
            let is_pdf = set == "qpdf-fuzz"
                || path
                    .extension()
                    .is_some_and(|ending| ending.eq_ignore_ascii_case("pdf"));
            if !is_pdf {
                continue;
            }
            let outcome = reading::in_child(&path, "child", PATIENCE);
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            *results.entry(outcome.result.clone()).or_default() += 1;
            peak = peak.max(outcome.peak);
            pages += outcome.pages;
            parts += outcome.parts;
            with_text += u32::from(outcome.has_text());
            // words without meaning are no words: the page is handed on to be recognised
            let is_garbled = !outcome.has_text()
                && outcome
                    .omissions
                    .iter()
                    .any(|code| code == "reading.no_unicode_map");
            garbled += u32::from(is_garbled);
            with_pictures += u32::from(outcome.pictures > 0);
            if matches!(outcome.result.as_str(), "crash" | "hang") || outcome.peak > MEMORY {
                bad.push(format!("{name}: {outcome:?}"));
            }
            if outcome.result == "ok" && !outcome.has_text() && outcome.pictures == 0 {
                empty.push(name);
            }
        }
        println!("{set}: {results:?}, text {with_text}, garbled {garbled}, pictures {with_pictures}");
        println!("{set}: {pages} pages, {parts} files inside, peak {peak} kB");
        println!("{set}: nothing in {empty:?}");
        assert_eq!(bad, [] as [String; 0], "{set}");
        let found = with_text + garbled;
        assert!(found >= least, "{set}: text in {found}, expected {least}");
    }
}
