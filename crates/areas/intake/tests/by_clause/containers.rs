//! Containers: the package in one file, and containers that are content of a package.

use crate::clauses::{catalogue, eicar};
use crate::package::Package;
use crate::{assert_fails_exactly, builtin, failed, tested, tested_in, under};
use lantai_domain::{Finding, Stage};
use std::collections::BTreeSet;
use std::io::{Cursor, Write};
use std::path::Path;
use tempfile::TempDir;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// A ZIP file with these members.
pub fn zipped(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in members {
        writer.start_file(*name, SimpleFileOptions::default()).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// A ZIP file with a member and a link to it, or to wherever.
fn with_link(target: &str) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    writer.start_file("a.txt", SimpleFileOptions::default()).unwrap();
    writer.write_all(b"a").unwrap();
    writer
        .add_symlink("link", target, SimpleFileOptions::default())
        .unwrap();
    writer.finish().unwrap().into_inner()
}

/// A package with a catalogue whose only record has this file.
pub fn holding(name: &str, bytes: &[u8]) -> TempDir {
    let folder = catalogue(
        &format!("Z001-WS·2020·Y-0001,第一件,永久,文书,content/{name}\n"),
        &[],
    );
    std::fs::write(folder.path().join("content").join(name), bytes).unwrap();
    folder
}

/// A whole ZIP with a broken one inside.
pub fn broken_inside() -> TempDir {
    let inner = zipped(&[("正文.txt", "正文".repeat(1000).as_bytes())]);
    holding("材料.zip", &zipped(&[("内层.zip", &inner[..inner.len() / 2])]))
}

/// A whole ZIP with a whole one inside.
pub fn whole_inside() -> TempDir {
    let inner = zipped(&[("正文.txt", "正文".repeat(1000).as_bytes())]);
    holding("材料.zip", &zipped(&[("内层.zip", &inner)]))
}

fn told(findings: &[Finding], check: &str) -> Vec<String> {
    let of = findings.iter().filter(|finding| finding.check == check);
    let codes: BTreeSet<String> = of.map(|finding| finding.code.clone()).collect();
    codes.into_iter().collect()
}

#[test]
fn what_lies_in_a_container_that_is_content_is_told_by_name() {
    let locked = {
        let mut bytes = zipped(&[("a.txt", b"a")]);
        bytes[6] |= 1; // the flag of the local header only: programs that stream see it
        bytes
    };
    for (what, bytes, check, code) in [
        (
            "../a.txt",
            zipped(&[("../a.txt", b"a")]),
            "A-5.2",
            "package.path_upwards",
        ),
        (
            "/a.txt",
            zipped(&[("/a.txt", b"a")]),
            "A-5.2",
            "package.path_absolute",
        ),
        ("a link", with_link("../../etc/passwd"), "A-5.2", "package.link"),
        (
            "a password",
            zipped(&[("inner.zip", &locked)]),
            "U-4.2",
            "package.encrypted",
        ),
        (
            "a bomb",
            zipped(&[("zeros", &vec![0; 20_000_000])]),
            "A-5.2",
            "package.bomb_ratio",
        ),
    ] {
        let folder = holding("材料.zip", &bytes);
        let checked = tested(&builtin(), Stage::Filing, folder.path());
        assert_eq!(
            told(&checked.findings, check),
            [code],
            "{what}: {:#?}",
            checked.findings
        );
        assert_fails_exactly(what, Stage::Filing, folder.path(), &[check]);
        // as deep as containers are looked into
        let folder = holding("材料.zip", &zipped(&[("内层.zip", &bytes)]));
        assert_fails_exactly(what, Stage::Filing, folder.path(), &[check]);
    }
    let folder = holding("材料.zip", &with_link("a.txt"));
    let checked = tested(&builtin(), Stage::Filing, folder.path());
    assert!(failed(&checked).is_empty(), "{:#?}", checked.findings);
}

#[test]
fn the_limits_of_the_archive_hold_for_content_and_for_packages() {
    let data = tempfile::tempdir().unwrap();
    std::fs::write(data.path().join("limits.toml"), "nested_depth = 1\nentries = 3\n").unwrap();
    let own = lantai_intake::rules::CheckRules::of_folder(Some(data.path()), None).unwrap();
    let own = builtin().with_checks(own);
    let checked = tested(&own, Stage::Filing, whole_inside().path());
    assert_eq!(told(&checked.findings, "U-4.1"), ["package.nested_too_deep"]);
    let package = packed(Package::good().write().path(), &[]);
    let checked = tested(&own, Stage::Transfer, &package.path().join("package.zip"));
    assert_eq!(told(&checked.findings, "A-5.2"), ["package.too_many_entries"]);
    let checked = tested(&builtin(), Stage::Transfer, &package.path().join("package.zip"));
    assert!(failed(&checked).is_empty(), "{:#?}", checked.findings);
}

/// A package packed as ZIP, with further members.
pub fn packed(package: &Path, further: &[(&str, &[u8])]) -> TempDir {
    let name = package.file_name().unwrap().to_str().unwrap();
    let files = lantai_formats::package::walk(package).map(Result::unwrap);
    let files: Vec<(String, Vec<u8>)> = files
        .map(|file| {
            let bytes = std::fs::read(package.join(file.relative.as_str())).unwrap();
            (format!("{name}/{}", file.relative.as_str()), bytes)
        })
        .collect();
    let mut members: Vec<(&str, &[u8])> = files.iter().map(|(name, bytes)| (&**name, &**bytes)).collect();
    members.extend(further);
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("package.zip"), zipped(&members)).unwrap();
    folder
}

#[test]
fn case_08_a_package_that_would_leave_its_folder_is_refused_before_it_is_unpacked() {
    let package = Package::good().write();
    let zeros = vec![0; 20_000_000];
    let name = package.path().file_name().unwrap().to_str().unwrap();
    let catalogue = format!("{name}/目录文件.XML");
    let mut packages = vec![
        (
            "upwards",
            packed(package.path(), &[("../a.txt", b"a")]),
            "package.path_upwards",
        ),
        (
            "absolute",
            packed(package.path(), &[("/tmp/a.txt", b"a")]),
            "package.path_absolute",
        ),
        (
            "a bomb",
            packed(package.path(), &[("zeros", &zeros)]),
            "package.bomb_ratio",
        ),
        (
            "case",
            packed(package.path(), &[(&catalogue.to_lowercase(), b"a")]),
            "package.case_clash",
        ),
    ];
    // the writer of the test refuses to write a name twice: another of the same length is changed afterwards
    let twice = packed(package.path(), &[("twice-1", b"a"), ("twice-2", b"a")]);
    let path = twice.path().join("package.zip");
    let bytes = std::fs::read(&path).unwrap();
    std::fs::write(&path, replaced(bytes, b"twice-2", b"twice-1")).unwrap();
    packages.push(("twice", twice, "package.duplicate_name"));
    let linked = tempfile::tempdir().unwrap();
    std::fs::write(linked.path().join("package.zip"), with_link("/etc/passwd")).unwrap();
    packages.push(("a link", linked, "package.link"));
    for (what, folder, code) in packages {
        let path = folder.path().join("package.zip");
        let workspace = tempfile::tempdir().unwrap();
        let checked = tested_in(&builtin(), Stage::Transfer, &path, workspace.path());
        assert_eq!(
            failed(&checked),
            BTreeSet::from(["A-5.2".to_owned()]),
            "{what}: {:#?}",
            checked.findings
        );
        assert_eq!(told(&checked.findings, "A-5.2"), [code], "{what}");
        assert_eq!(checked.items, 0, "{what}: nothing of it is read");
        for place in [folder.path(), workspace.path()] {
            let left: Vec<_> = std::fs::read_dir(place)
                .unwrap()
                .flatten()
                .map(|entry| entry.file_name())
                .collect();
            assert!(left.iter().all(|name| name == "package.zip"), "{what}: {left:?}");
        }
        // there is nothing that could be accepted, whatever the rules say
        let off = under("[[check]]\nid = 'A-5.2'\nrun = false\n");
        let checked = tested_in(&off, Stage::Transfer, &path, workspace.path());
        assert_eq!(told(&checked.findings, "A-5.2"), [code], "{what}");
    }
}

fn replaced(mut bytes: Vec<u8>, from: &[u8], to: &[u8]) -> Vec<u8> {
    let places: Vec<usize> = (0..bytes.len())
        .filter(|at| bytes[*at..].starts_with(from))
        .collect();
    assert!(!places.is_empty());
    for place in places {
        bytes[place..place + to.len()].copy_from_slice(to);
    }
    bytes
}

#[test]
fn every_hostile_file_of_the_corpus_has_a_named_outcome_as_content() {
    let Some(corpus) = lantai_testkit::corpus("hostile") else {
        return;
    };
    let outcomes: [(&str, &[(&str, &str)]); 11] = [
        ("bomb_20mb_of_zeros.zip", &[("A-5.2", "package.bomb_ratio")]),
        ("catalogue_formula.csv", &[]),
        ("eicar.txt", &[("S-1.2", "intake.infected")]),
        ("many_entries_3000.zip", &[]),
        ("nested_12_levels.zip", &[("U-4.1", "package.nested_too_deep")]),
        ("svg_script.svg", &[]),
        ("tar_symlink_escape.tar", &[("A-5.2", "package.link")]),
        ("xml_entity_expansion.xml", &[]),
        ("xml_external_entity.xml", &[]),
        ("zip_gbk_names.zip", &[]),
        ("zip_slip.zip", &[("A-5.2", "package.path_upwards")]),
    ];
    let mut seen = BTreeSet::new();
    for entry in std::fs::read_dir(&corpus).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        let (name, bytes) = match name {
            "README.md" => continue,
            "eicar.base64" => ("eicar.txt", eicar()),
            name => (name, std::fs::read(&path).unwrap()),
        };
        let expected = outcomes.iter().find(|(known, _)| *known == name);
        let Some((name, expected)) = expected else {
            panic!("{name} is a new file")
        };
        let folder = holding(name, &bytes);
        let checked = tested(&builtin(), Stage::Filing, folder.path());
        let returning: BTreeSet<(&str, &str)> = checked
            .findings
            .iter()
            .filter(|finding| finding.returns_package())
            .map(|finding| (finding.check.as_str(), finding.code.as_str()))
            .collect();
        assert_eq!(
            returning.into_iter().collect::<Vec<_>>(),
            *expected,
            "{name}: {:#?}",
            checked.findings
        );
        seen.insert(*name);
    }
    assert_eq!(seen.len(), outcomes.len());
}
