//! Examination over files that the project did not write: verdicts of veraPDF, damaged PDF, OFD, office and media.

#![expect(clippy::unwrap_used, reason = "a test may fail")]

mod corpus;

use lantai_formats::identify::Identifier;
use lantai_formats::package::walk;
use lantai_formats::properties::{ExamineLimits, FaultKind, FaultWeight, FileProperties, examine};
use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};

fn files_below(folder: &Path) -> Vec<PathBuf> {
    walk(folder)
        .filter_map(Result::ok)
        .map(|file| file.path)
        .collect()
}

fn look(identifier: &Identifier, path: &Path) -> FileProperties {
    let mut file = File::open(path).unwrap();
    let size = file.metadata().unwrap().len();
    let found = identifier
        .identify(path.file_name().unwrap(), size, &mut file)
        .unwrap();
    examine(&found, path, &ExamineLimits::default()).unwrap()
}

fn ends_with(path: &Path, ending: &str) -> bool {
    path.extension()
        .is_some_and(|found| found.eq_ignore_ascii_case(ending))
}

#[test]
fn no_pdfa_file_that_passes_is_refused() {
    let Some(folder) = corpus::folder("verapdf") else {
        return;
    };
    let identifier = Identifier::builtin().unwrap();
    let mut counts: BTreeMap<String, [u32; 4]> = BTreeMap::new();
    let mut false_alarms = Vec::new();
    for path in files_below(&folder)
        .into_iter()
        .filter(|path| ends_with(path, "pdf"))
    {
        let found = look(&identifier, &path);
        let name = path.file_name().unwrap().to_str().unwrap();
        let part = path
            .strip_prefix(&folder)
            .unwrap()
            .iter()
            .next()
            .unwrap()
            .to_str()
            .unwrap();
        let count = counts.entry(part.to_owned()).or_default();
        assert!(
            found.pages.is_some() || !found.faults.is_empty(),
            "{path:?} is an empty success"
        );
        let is_refused = !found.faults.is_empty()
            && found
                .faults
                .iter()
                .any(|fault| fault.weight() != FaultWeight::Doubtful);
        if name.contains("-pass-") {
            count[0] += 1;
            count[1] += u32::from(!is_refused);
            if is_refused {
                false_alarms.push(format!("{part}/{name}: {:?}", found.faults));
            }
        } else if name.contains("-fail-") {
            count[2] += 1;
            count[3] += u32::from(is_refused);
            if !is_refused && std::env::var_os("LANTAI_SHOW_MISSED").is_some() {
                println!("missed {part}/{name} claims {:?}", found.pdfa_claim);
            }
        }
    }
    let sum = |at: usize| counts.values().map(|count| count[at]).sum::<u32>();
    for (part, [pass, right, fail, found]) in &counts {
        println!("{part}: {right} of {pass} that pass, {found} of {fail} that fail");
    }
    println!(
        "all: {} of {} that pass, {} of {} that fail",
        sum(1),
        sum(0),
        sum(3),
        sum(2)
    );
    for alarm in &false_alarms {
        println!("false alarm {alarm}");
    }
    assert!(
        false_alarms.is_empty(),
        "{} files that pass are refused",
        false_alarms.len()
    );
}

#[test]
fn difficult_pdf_files_are_opened_or_named() {
    let Some(folder) = corpus::folder("pdf-difficult") else {
        return;
    };
    let identifier = Identifier::builtin().unwrap();
    let mut outcomes: BTreeMap<String, u32> = BTreeMap::new();
    let (mut files, mut opened) = (0, 0);
    for path in files_below(&folder)
        .into_iter()
        .filter(|path| !ends_with(path, "md"))
    {
        let found = look(&identifier, &path);
        files += 1;
        opened += u32::from(found.pages.is_some_and(|pages| pages > 0));
        for fault in &found.faults {
            *outcomes.entry(format!("{:?}", fault.kind)).or_default() += 1;
        }
    }
    println!("{opened} of {files} opened; {outcomes:?}");
    assert!(opened * 10 > files * 8, "{opened} of {files} opened");
}

#[test]
fn ofd_files_are_walked_to_their_last_part() {
    let Some(folder) = corpus::folder("ofd") else {
        return;
    };
    let identifier = Identifier::builtin().unwrap();
    for path in files_below(&folder)
        .into_iter()
        .filter(|path| ends_with(path, "ofd"))
    {
        let found = look(&identifier, &path);
        println!(
            "{}: pages {:?}, signatures {:?}, attachments {:?}, {:?}",
            path.file_name().unwrap().to_string_lossy(),
            found.pages,
            found.signatures,
            found.attachments,
            found.faults
        );
        assert!(found.pages.is_some_and(|pages| pages > 0), "{path:?}");
        assert!(!found.has(FaultKind::Damaged), "{path:?}");
    }
}

#[test]
fn office_and_media_files_are_what_their_names_say() {
    let identifier = Identifier::builtin().unwrap();
    let mut by_extension: BTreeMap<String, [u32; 3]> = BTreeMap::new();
    let mut wrong = Vec::new();
    for part in [
        "office-and-media",
        "format-corpus",
        "demo-archive",
        "speech",
        "archive-files",
    ] {
        let Some(folder) = corpus::folder(part) else {
            return;
        };
        for path in files_below(&folder)
            .into_iter()
            .filter(|path| !ends_with(path, "md"))
        {
            let found = look(&identifier, &path);
            let name = path.file_name().unwrap().to_string_lossy().to_lowercase();
            let extension = path
                .extension()
                .unwrap_or_default()
                .to_string_lossy()
                .to_lowercase();
            let count = by_extension.entry(extension).or_default();
            count[0] += 1;
            count[1] += u32::from(found.faults_of(FaultWeight::Broken).next().is_some());
            count[2] += u32::from(
                found
                    .faults
                    .iter()
                    .any(|fault| fault.weight() != FaultWeight::Broken),
            );
            let is_suspect = [
                "encrypt", "protect", "password", "corrupt", "trunc", "broken", "fuzz", "bad",
            ]
            .iter()
            .any(|word| name.contains(word));
            if !found.is_whole() && !is_suspect || found.is_whole() && is_suspect {
                wrong.push(format!("{part}: {name}: {:?}", found.faults));
            }
        }
    }
    for (extension, [files, broken, further]) in &by_extension {
        println!("{extension}: {files} files, {broken} broken, {further} with other faults");
    }
    for line in &wrong {
        println!("look: {line}");
    }
}
