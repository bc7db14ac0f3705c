//! Every requirement of the E-ARK test corpus: valid packages pass it, invalid ones are refused by its name.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test that cannot go on fails"
)]

#[path = "corpus/mod.rs"]
mod corpus;

use lantai_formats::bagit::{Algorithm, Hasher};
use lantai_formats::eark::{self, Level};
use lantai_formats::safe_xml::{Element, XmlLimits, read_tree};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What the corpus contradicts itself in: requirement, package, and why its verdict is not ours.
const CONTRADICTIONS: &[(&str, &str, &str)] = &[
    (
        "CSIP24",
        "valid/IP_18000_CSIP24_2",
        "its xlink:href is empty, although it states size and checksum of a file",
    ),
    (
        "CSIP61",
        "invalid/fileGrp_ADMID_incorrect_ref2",
        "the wrong identifier stands in the division of metadata (CSIP91, which is named), not in the group of files",
    ),
    (
        "CSIP8",
        "invalid/mets-xml_metsHdr_LASTMODDATE_in_future",
        "its METS has no LASTMODDATE at all",
    ),
];

/// How a definition wants a rule to be broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wanted {
    Refused,
    Warned,
    Remarked,
}

struct Case {
    requirement: String,
    package: PathBuf,
    name: String,
    is_valid: bool,
    wanted: Wanted,
}

/// Unpacks the corpus; `None`, with the reason printed, where it cannot.
fn unpacked() -> Option<(tempfile::TempDir, PathBuf)> {
    let archive = corpus::folder("eark")?.join("eark-cases.tar.xz");
    let folder = tempfile::tempdir().unwrap();
    let status = Command::new("tar")
        .arg("xJf")
        .arg(&archive)
        .arg("-C")
        .arg(folder.path())
        .status();
    match status {
        Ok(status) if status.success() => {}
        other => {
            println!("skipped: tar cannot unpack {}: {other:?}", archive.display());
            return None;
        }
    }
    let definitions = archive.parent().unwrap().join("definitions");
    Some((folder, definitions))
}

fn cases(root: &Path, definitions: &Path) -> Vec<Case> {
    let mut cases = Vec::new();
    let mut files: Vec<_> = fs::read_dir(definitions).unwrap().flatten().collect();
    files.sort_by_key(fs::DirEntry::file_name);
    for file in files {
        let name = file.file_name().into_string().unwrap();
        let mut parts = name.split('_');
        let (specification, requirement) = (parts.next().unwrap(), parts.next().unwrap());
        let tree = read_tree(fs::File::open(file.path()).unwrap(), &XmlLimits::DOCUMENT).unwrap();
        for rule in tree.descendants().filter(|element| element.name == "rule") {
            cases.extend(cases_of(root, specification, requirement, rule));
        }
    }
    cases
}

fn cases_of(root: &Path, specification: &str, requirement: &str, rule: &Element) -> Vec<Case> {
    let level = rule
        .descendants()
        .find(|element| element.name == "error")
        .and_then(|error| error.attribute("level"))
        .unwrap_or("ERROR");
    let wanted = match level {
        "WARNING" => Wanted::Warned,
        "INFO" => Wanted::Remarked,
        _ => Wanted::Refused,
    };
    let mut cases = Vec::new();
    for package in rule.descendants().filter(|element| element.name == "package") {
        let path = package.child_text("path").unwrap_or_default().trim();
        let relative = ["invalid/", "valid/"]
            .iter()
            .find_map(|side| path.find(side).map(|at| &path[at..]));
        let Some(relative) = relative else { continue };
        let package_is_valid = package.attribute("isValid") == Some("TRUE");
        let mut package = root.join(specification).join(requirement).join(relative);
        if !package.is_dir() {
            continue; // the corpus holds two thirds of the packages
        }
        if !package.join("METS.xml").is_file() && package.join("package/METS.xml").is_file() {
            package = package.join("package");
        }
        cases.push(Case {
            requirement: requirement.to_owned(),
            name: relative.to_owned(),
            // one package that the definition calls valid lies in the wrong folder
            is_valid: relative.starts_with("valid/") || package_is_valid,
            package,
            wanted,
        });
    }
    cases
}

/// The copy of the corpus has lines that end in LF where the packages were made with CR LF, so sizes and checksums of
/// valid packages are wrong. Where putting CR back gives a file exactly the stated checksum, it is put back.
fn restore_line_ends(package: &Path) -> u64 {
    let Ok(read) = eark::read(package) else { return 0 };
    let mut restored = 0;
    for file in read.inspect(None).unwrap().files {
        let bytes = fs::read(&file.path).unwrap();
        let text: Vec<u8> = bytes
            .iter()
            .flat_map(|byte| {
                if *byte == b'\n' {
                    vec![b'\r', b'\n']
                } else {
                    vec![*byte]
                }
            })
            .collect();
        let is_stated = file.digests.iter().any(|stated| {
            stated
                .algorithm
                .is_some_and(|algorithm| digest(algorithm, &text).eq_ignore_ascii_case(&stated.value))
        });
        if is_stated && text != bytes {
            fs::write(&file.path, text).unwrap();
            restored += 1;
        }
    }
    restored
}

fn digest(algorithm: Algorithm, bytes: &[u8]) -> String {
    let mut hasher = Hasher::new(algorithm);
    hasher.update(bytes);
    hasher.finish()
}

/// Why the verdict of a package is not the one that its definition wants.
fn misjudged(case: &Case) -> Option<String> {
    let report = eark::validate(&case.package, Some("2026-12-31")).unwrap();
    let found: Vec<_> = report.of(&case.requirement).collect();
    for fault in &found {
        assert!(fault.to_string().contains(&case.requirement));
    }
    let strongest = found.iter().map(|fault| fault.level).min();
    if case.is_valid {
        let refused = found.iter().find(|fault| fault.level == Level::Must);
        return refused.map(|fault| format!("refused: {fault}"));
    }
    let is_right = match (case.wanted, strongest) {
        (_, None) => false,
        (Wanted::Refused, Some(level)) => level == Level::Must,
        (Wanted::Warned, Some(level)) => level <= Level::Should,
        (Wanted::Remarked, Some(_)) => true,
    };
    (!is_right).then(|| format!("wanted {:?}, found {strongest:?}", case.wanted))
}

#[test]
fn every_requirement_is_judged_as_the_corpus_says() {
    let Some((root, definitions)) = unpacked() else {
        return;
    };
    let cases = cases(root.path(), &definitions);
    assert!(cases.len() > 200, "{} cases", cases.len());
    let packages: BTreeSet<&PathBuf> = cases.iter().map(|case| &case.package).collect();
    let restored: u64 = packages.iter().map(|package| restore_line_ends(package)).sum();
    let mut by_requirement: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    let mut excused = 0;
    for case in &cases {
        let misjudged = misjudged(case);
        let all = by_requirement.entry(&case.requirement).or_default();
        let contradiction = CONTRADICTIONS
            .iter()
            .find(|(requirement, name, _)| *requirement == case.requirement && case.name == *name);
        match (misjudged, contradiction) {
            (Some(_), Some(_)) => excused += 1,
            (Some(reason), None) => all.push(format!("{} {}: {reason}", case.requirement, case.name)),
            (None, Some((_, name, _))) => {
                all.push(format!("{name} is judged right, and listed as contradiction"))
            }
            (None, None) => {}
        }
    }
    let right = by_requirement.values().filter(|wrong| wrong.is_empty()).count();
    println!(
        "{right} of {} requirements judged right, in {} packages ({} cases, {excused} contradictions); {restored} files with line ends restored",
        by_requirement.len(),
        packages.len(),
        cases.len(),
    );
    let wrong: Vec<String> = by_requirement.into_values().flatten().collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Import and re-export of the valid packages: every byte of the content is there again.
#[test]
fn content_is_kept_byte_for_byte() {
    let Some((root, definitions)) = unpacked() else {
        return;
    };
    let packages: BTreeSet<PathBuf> = cases(root.path(), &definitions)
        .into_iter()
        .filter(|case| case.is_valid)
        .map(|case| case.package)
        .collect();
    let (mut read, mut kept) = (0u64, 0u64);
    for package in &packages {
        let place = tempfile::tempdir().unwrap();
        let about = eark::About {
            identifier: "again",
            label: "again",
            kind: eark::PackageKind::Dissemination,
            created: "2026-01-01T00:00:00Z",
            software: ("Lantai", "1"),
            institution: "archive",
            reference_code: None,
        };
        let mut writer = eark::PackageWriter::create(place.path(), about).unwrap();
        let Ok(opened) = eark::read(package) else { continue };
        let mut originals = Vec::new();
        for file in opened.inspect(None).unwrap().files {
            if matches!(file.part, eark::Part::Content(_)) {
                let mut source = fs::File::open(&file.path).unwrap();
                let facts = eark::FileFacts {
                    media_type: "application/octet-stream".to_owned(),
                    created: "2026-01-01T00:00:00Z".to_owned(),
                    ..eark::FileFacts::default()
                };
                let name = writer.add(&file.name, &mut source, facts).unwrap();
                originals.push((file.path, name));
            }
        }
        writer.finish(&[], &[]).unwrap();
        let again = place.path().join("again");
        for (original, name) in originals {
            read += 1;
            kept += u64::from(fs::read(original).unwrap() == fs::read(again.join(name)).unwrap());
        }
        assert!(eark::validate(&again, None).unwrap().is_acceptable());
    }
    println!(
        "{kept} of {read} content files of {} valid packages kept",
        packages.len()
    );
    assert!(read > 50 && read == kept);
}
