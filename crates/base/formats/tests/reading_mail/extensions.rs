//! Text by extension: what holds text must give it.

use crate::{corpus, files_below, omitted, options, read};
use std::collections::BTreeMap;

const EXTENSIONS: &[&str] = &[
    "doc", "ppt", "rtf", "odt", "odp", "odf", "fodt", "sxw", "epub", "html", "mhtml", "md", "txt", "srt",
    "vtt", "csv", "xml", "eml", "msg", "mbox", "warc", "svg", "wps",
];

/// Files that hold no text, or none that may be read; with the reason.
const EMPTY: &[(&str, &str)] = &[
    ("Password_Protected-56-hello.ppt", "encrypted"),
    ("testWORD_protected_drm.doc", "encrypted by rights management"),
    ("testODPMacro.odp", "one slide without a word"),
    ("test_list_override.rtf", "definitions of lists alone"),
    ("testWORKS2000.wps", "read by LibreOffice"),
    ("testWORKSWordProcessor3.0.wps", "read by LibreOffice"),
    (
        "clusterfuzz-testcase-minimized-POIHWPFFuzzer-4951943183990784.doc",
        "broken on purpose",
    ),
    (
        "clusterfuzz-testcase-minimized-POIHSMFFuzzer-5336473854148608.msg",
        "broken on purpose",
    ),
];

#[derive(Default)]
struct Line {
    files: usize,
    with_text: usize,
    errors: usize,
    characters: usize,
}

#[test]
fn what_holds_text_gives_it() {
    let options = options();
    let mut table: BTreeMap<String, Line> = BTreeMap::new();
    let mut missing = Vec::new();
    for folder in ["office-and-media", "email"] {
        let Some(folder) = corpus::folder(folder) else {
            return;
        };
        for path in files_below(&folder) {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            let extension = path
                .extension()
                .unwrap_or_default()
                .to_string_lossy()
                .to_lowercase();
            let is_expected =
                path.components().any(|part| part.as_os_str() == "mime4j") && extension != "msg";
            if !EXTENSIONS.contains(&extension.as_str()) || is_expected {
                continue;
            }
            let (reading, result) = read(&path, &options);
            let line = table.entry(extension).or_default();
            let characters = reading
                .text
                .chars()
                .filter(|letter| letter.is_alphanumeric())
                .count();
            line.files += 1;
            line.characters += characters;
            line.with_text += usize::from(characters > 0);
            line.errors += usize::from(result.is_err());
            if characters == 0 {
                let reason = EMPTY
                    .iter()
                    .find(|(file, _)| *file == name)
                    .map(|(_, reason)| *reason);
                let error = result.err().map(|error| error.to_string()).unwrap_or_default();
                println!(
                    "no text: {name}: {error} {:?} {}",
                    omitted(&reading),
                    reason.unwrap_or("?")
                );
                if reason.is_none() {
                    missing.push(name);
                }
            } else if let Err(error) = result {
                println!("error after text: {name}: {} {error}", error.code());
            }
        }
    }
    println!(
        "{:>6} {:>6} {:>6} {:>6} {:>9}",
        "", "files", "text", "errors", "letters"
    );
    for (extension, line) in &table {
        println!(
            "{extension:>6} {:>6} {:>6} {:>6} {:>9}",
            line.files, line.with_text, line.errors, line.characters
        );
    }
    assert_eq!(missing, Vec::<String>::new());
}
