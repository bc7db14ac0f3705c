//! Web archives: what is sound is read, what is not is told with its offset.

use crate::{corpus, omitted, options, told};
use lantai_domain::reading::Reading;
use lantai_formats::identify::FormatKind;
use lantai_formats::properties::Claim;
use lantai_formats::reading::{Collector, ExtractOptions, ReadLimits, extract};
use std::path::Path;

fn read(path: &Path, options: &ExtractOptions) -> Reading {
    let claim = Claim {
        puid: None,
        mime: Some("application/warc".to_owned()),
        kind: FormatKind::Web,
        is_text: false,
        lacks_marks: false,
    };
    let mut collector = Collector::new();
    let result = extract(path, &claim, options, &ReadLimits::default(), &mut collector);
    assert!(result.is_ok(), "{}: {result:?}", path.display());
    collector.reading
}

/// File, records, documents read as parts, faults.
const EXPECTED: &[(&str, u64, usize, usize)] = &[
    ("bad.arc", 1, 1, 3),
    ("example-bad.warc.gz.bad", 6, 2, 0),
    ("example-iana.org-chunked.warc", 3, 1, 0),
    ("example-resource.warc.gz", 3, 1, 0),
    ("example-space-in-target-uri.warc.gz", 2, 0, 0),
    ("example-trunc.warc", 4, 1, 3),
    ("example-wget-bad-target-uri.warc.gz", 6, 3, 0),
    ("example-wrong-chunks.warc.gz", 2, 1, 1),
    ("example.arc", 2, 1, 0),
    ("example.arc.gz", 2, 1, 0),
    ("example.warc", 6, 1, 0),
    ("post-test.warc.gz", 6, 3, 0),
];

#[test]
fn sound_records_are_read_and_faults_are_told() {
    let Some(folder) = corpus::folder("warc") else {
        return;
    };
    let options = options();
    let mut wrong = Vec::new();
    for (file, records, parts, faults) in EXPECTED {
        let reading = read(&folder.join("warcio").join(file), &options);
        let found = told(&reading, "records")
            .and_then(|count| count.parse().ok())
            .unwrap_or(0);
        let omitted = omitted(&reading);
        let found = (found, reading.parts.len(), omitted.len());
        println!("{file}: {found:?} {:?} {omitted:?}", reading.told);
        if found != (*records, *parts, *faults) {
            wrong.push(format!("{file}: {found:?}"));
        }
        for part in &reading.parts {
            assert!(part.name.contains(':'), "{}", part.name);
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}
