//! Every file at every reader: what is no file of its kind is refused, and nothing falls or runs on.

use crate::{corpus, files_below};
use lantai_formats::identify::FormatKind;
use lantai_formats::properties::Claim;
use lantai_formats::reading::{Collector, ExtractOptions, Input, ReadLimits, Reader, extract_as};

const READERS: &[Reader] = &[
    Reader::Email,
    Reader::Mbox,
    Reader::OutlookMessage,
    Reader::WebArchive,
    Reader::Html,
    Reader::Markdown,
    Reader::Rtf,
    Reader::Plain,
    Reader::OldWord,
    Reader::OldSlides,
    Reader::OpenDocument,
    Reader::Epub,
];

#[test]
fn no_file_makes_any_reader_fall() {
    let claim = Claim {
        puid: None,
        mime: None,
        kind: FormatKind::Other,
        is_text: false,
        lacks_marks: true,
    };
    let limits = ReadLimits {
        characters: 2_000_000,
        ..ReadLimits::default()
    };
    let (mut files, mut readings, mut refused) = (0, 0, 0);
    let mut slowest = (std::time::Duration::ZERO, String::new());
    for folder in ["office-and-media", "email", "warc", "hostile", "archive-files"] {
        let Some(folder) = corpus::folder(folder) else {
            return;
        };
        for path in files_below(&folder) {
            files += 1;
            let bytes = std::fs::read(&path).unwrap();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            let input = Input::from_bytes(name, &bytes);
            for reader in READERS {
                readings += 1;
                let mut collector = Collector::new();
                let options = ExtractOptions::default();
                let begun = std::time::Instant::now();
                let result = extract_as(*reader, &input, &claim, &options, &limits, &mut collector);
                slowest = slowest.max((begun.elapsed(), format!("{} at {reader:?}", path.display())));
                refused += usize::from(result.is_err());
                assert!(
                    collector.reading.text.chars().count() <= 2_100_000,
                    "{}",
                    path.display()
                );
            }
        }
    }
    println!("slowest: {slowest:?}");
    println!(
        "{files} files at {} readers: {readings} readings, {refused} refused",
        READERS.len()
    );
    assert!(files > 500);
}

#[test]
fn no_cut_off_file_makes_any_reader_fall() {
    let claim = Claim {
        puid: None,
        mime: None,
        kind: FormatKind::Other,
        is_text: false,
        lacks_marks: true,
    };
    let mut readings = 0;
    for folder in ["email", "warc", "office-and-media"] {
        let Some(folder) = corpus::folder(folder) else {
            return;
        };
        for path in files_below(&folder) {
            let extension = path
                .extension()
                .unwrap_or_default()
                .to_string_lossy()
                .to_lowercase();
            let readers: &[Reader] = match extension.as_str() {
                "msg" => &[Reader::OutlookMessage, Reader::Email],
                "eml" | "mhtml" => &[Reader::Email],
                "mbox" => &[Reader::Mbox],
                "warc" | "arc" | "gz" => &[Reader::WebArchive],
                "doc" => &[Reader::OldWord],
                "ppt" => &[Reader::OldSlides],
                "rtf" => &[Reader::Rtf],
                "odt" | "odp" => &[Reader::OpenDocument],
                "epub" => &[Reader::Epub],
                _ => continue,
            };
            let bytes = std::fs::read(&path).unwrap();
            for eighth in 1..8 {
                let mut bytes = bytes.get(..bytes.len() * eighth / 8).unwrap().to_vec();
                // and a hole in what is left
                let hole = bytes.len() / 3;
                bytes.iter_mut().skip(hole).take(64).for_each(|byte| *byte = 0xff);
                if bytes.is_empty() {
                    continue;
                }
                for reader in readers {
                    readings += 1;
                    let input = Input::from_bytes("cut", &bytes);
                    let options = ExtractOptions::default();
                    let _result = extract_as(
                        *reader,
                        &input,
                        &claim,
                        &options,
                        &ReadLimits::default(),
                        &mut Collector::new(),
                    );
                }
            }
        }
    }
    println!("{readings} readings of files that are cut off and have a hole");
    assert!(readings > 500);
}
