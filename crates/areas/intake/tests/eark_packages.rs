//! E-ARK packages as submissions: what comes in, and which check each fault is a finding of.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test that cannot go on fails"
)]

#[path = "shared/eark_package.rs"]
mod eark_package;

use eark_package::package;
use lantai_domain::{AccessionId, Finding, IdSource, RandomIds, Stage};
use lantai_formats::eark::{self, FaultKind, Level};
use lantai_intake::{Checked, IntakeRules, MajorFaults, Progress, ReceiveRequest, SubmissionKind, check};
use lantai_testkit::noon;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

fn judged(package: &Path) -> Checked {
    let workspace = tempfile::tempdir().unwrap();
    let request = ReceiveRequest {
        path: package.to_path_buf(),
        name: "package".to_owned(),
        kind: None,
        catalogue: None,
        root: None,
        fonds: Some("J001".parse().unwrap()),
        stage: Stage::Filing,
        majors: MajorFaults::Return,
        by: "admin".to_owned(),
        environment: None,
        workspace: workspace.path().to_path_buf(),
    };
    static RULES: OnceLock<IntakeRules> = OnceLock::new();
    let rules = RULES.get_or_init(|| IntakeRules::builtin().unwrap());
    let id = AccessionId::new(RandomIds.next());
    check(rules, &request, id, noon(), &RandomIds, &Progress::default()).unwrap()
}

fn faults(checked: &Checked) -> Vec<(&str, &str)> {
    let returning = checked
        .findings
        .iter()
        .filter(|finding| Finding::returns_package(finding));
    returning
        .map(|finding| (finding.check.as_str(), finding.code.as_str()))
        .collect()
}

#[test]
fn a_sound_package_passes() {
    let place = tempfile::tempdir().unwrap();
    let checked = judged(&package(place.path()));
    assert!(faults(&checked).is_empty(), "{:#?}", checked.findings);
}

#[test]
fn each_fault_is_a_finding_of_its_check_and_names_its_requirement() {
    type Damage = fn(&Path);
    let damages: [(&str, Damage, &str); 4] = [
        (
            "A-3.1",
            |root| fs::write(root.join("representations/rep1/data/附件.txt"), "附件二\n").unwrap(),
            "",
        ),
        (
            "A-4.1",
            |root| fs::remove_file(root.join("representations/rep1/data/附件.txt")).unwrap(),
            "CSIP79",
        ),
        (
            "A-5.1",
            |root| {
                let mets = fs::read_to_string(root.join("METS.xml")).unwrap();
                fs::write(root.join("METS.xml"), mets.replace(" TYPE=\"Mixed\"", "")).unwrap();
            },
            "CSIP2",
        ),
        (
            "U-1.1",
            |root| fs::write(root.join("METS.xml"), "<mets").unwrap(),
            "",
        ),
    ];
    for (wanted, damage, requirement) in damages {
        let place = tempfile::tempdir().unwrap();
        let root = package(place.path());
        damage(&root);
        let checked = judged(&root);
        let found = faults(&checked);
        assert!(
            found.iter().any(|(check, _)| *check == wanted),
            "{wanted}: {:#?}",
            checked.findings
        );
        let named = checked.findings.iter().any(|finding| {
            finding.check == wanted
                && finding
                    .found
                    .as_deref()
                    .unwrap_or_default()
                    .starts_with(requirement)
        });
        assert!(named, "{wanted} {requirement}: {:#?}", checked.findings);
    }
}

/// Unpacks an archive of the corpus; `None`, with the reason printed, where it cannot.
fn unpacked(name: &str) -> Option<tempfile::TempDir> {
    let archive = lantai_testkit::corpus("eark")?.join(name);
    let folder = tempfile::tempdir().unwrap();
    let status = Command::new("tar")
        .arg("xJf")
        .arg(&archive)
        .arg("-C")
        .arg(folder.path())
        .status();
    match status {
        Ok(status) if status.success() => Some(folder),
        other => {
            println!("skipped: tar cannot unpack {}: {other:?}", archive.display());
            None
        }
    }
}

/// Folders below one that are packages.
fn packages_below(folder: &Path, found: &mut Vec<PathBuf>) {
    if eark::is_package(folder) {
        found.push(folder.to_path_buf());
        return;
    }
    for entry in fs::read_dir(folder).unwrap().flatten() {
        if entry.path().is_dir() {
            packages_below(&entry.path(), found);
        }
    }
}

/// What the checks say of a package and what the rules of E-ARK say of it must agree.
fn disagreement(package: &Path) -> Option<String> {
    let report = eark::validate(package, Some("2026-12-31")).unwrap();
    // sizes and digests are compared while the bytes go by, by checks of their own
    let broken: BTreeSet<&str> = report
        .faults()
        .iter()
        .filter(|fault| fault.level == Level::Must)
        .filter(|fault| !matches!(fault.kind, FaultKind::Size | FaultKind::Checksum))
        .map(|fault| fault.requirement)
        .collect();
    let opens = eark::read(package).is_ok_and(|package| package.inspect(None).is_ok());
    let checked = judged(package);
    let told: Vec<&str> = checked
        .findings
        .iter()
        .filter(|finding| finding.returns_package())
        .filter_map(|finding| finding.found.as_deref())
        .collect();
    if !opens {
        return told
            .is_empty()
            .then(|| format!("{} does not open, and is not returned", package.display()));
    }
    let untold: Vec<&&str> = broken
        .iter()
        .filter(|requirement| !told.iter().any(|found| found.starts_with(**requirement)))
        .collect();
    if !untold.is_empty() {
        return Some(format!(
            "{}: {untold:?} told by nobody: {:#?}",
            package.display(),
            checked.findings
        ));
    }
    let unfounded = told
        .iter()
        .filter(|found| found.starts_with("CSIP") || found.starts_with("SIP"))
        .find(|found| {
            let mut all = report.faults().iter().filter(|fault| fault.level == Level::Must);
            !all.any(|fault| found.starts_with(fault.requirement))
        });
    unfounded.map(|found| format!("{}: {found} is no fault", package.display()))
}

#[test]
fn every_package_of_the_corpus_is_judged_by_the_rules_of_eark_when_it_comes_in() {
    let Some(root) = unpacked("eark-cases.tar.xz") else {
        return;
    };
    let mut packages = Vec::new();
    packages_below(root.path(), &mut packages);
    assert!(packages.len() > 200, "{} packages", packages.len());
    let wrong: Vec<String> = packages
        .iter()
        .filter_map(|package| disagreement(package))
        .collect();
    println!(
        "{} of {} packages judged as the rules of E-ARK judge them",
        packages.len() - wrong.len(),
        packages.len()
    );
    assert!(
        wrong.is_empty(),
        "{} of {}\n{}",
        wrong.len(),
        packages.len(),
        wrong.join("\n")
    );
}

#[test]
fn packages_of_others_come_in_as_they_travel() {
    let Some(corpus) = lantai_testkit::corpus("eark") else {
        return;
    };
    let shallow = [
        ("A-5.1", "eark.missing"),
        ("A-5.1", "eark.value"),
        ("A-5.2", "eark.path_escape"),
    ];
    // its references are written as those of forms (`+` for a space), which no address of a file is
    let full = [
        ("A-4.1", "eark.file_missing"),
        ("A-5.1", "eark.missing"),
        ("A-5.1", "eark.reference"),
        ("A-5.1", "eark.value"),
        ("I-2.3", "intake.process_step_missing"),
        ("I-4.2", "eark.file_missing"),
    ];
    for (name, expected) in [
        ("SIP-S/shallowFileAndFolder.zip", &shallow[..]),
        ("SIP-S/shallowFileFolderAndEmptyFolder.zip", &shallow),
        ("validation/Full-EARK-SIP.zip", &full),
    ] {
        let checked = judged(&corpus.join("commons-ip").join(name));
        assert_eq!(checked.kind, Some(SubmissionKind::Eark), "{name}");
        let found: BTreeSet<(&str, &str)> = faults(&checked).into_iter().collect();
        let found: Vec<(&str, &str)> = found.into_iter().collect();
        assert_eq!(found, expected, "{name}: {:#?}", checked.findings);
    }
}
