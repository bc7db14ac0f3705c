//! What we write as an E-ARK package: sound by our own rules, whole when it is read again, and no input breaks it.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use lantai_formats::eark::{
    self, About, Described, FileFacts, Level, NewEvent, PackageKind, PackageWriter, Part, read_description,
};
use proptest::prelude::*;
use std::fs;
use std::path::{Path, PathBuf};

const CREATED: &str = "2026-01-15T08:00:00Z";

fn about(kind: PackageKind) -> About<'static> {
    About {
        identifier: "Z001-WS_2020_Y-0001",
        label: "关于开展档案开放审核工作的通知 <草稿> & \"附件\"",
        kind,
        created: CREATED,
        software: ("Lantai", "0.1.0"),
        institution: "示例县档案馆",
        reference_code: Some("Z001-WS·2020·Y-0001"),
    }
}

fn facts() -> FileFacts {
    FileFacts {
        media_type: "text/plain".to_owned(),
        created: CREATED.to_owned(),
        format_name: Some("Plain Text File".to_owned()),
        format_version: None,
        puid: Some("x-fmt/111".to_owned()),
        original_name: "正文.txt".to_owned(),
    }
}

fn write(to: &Path, kind: PackageKind) -> PathBuf {
    let mut package = PackageWriter::create(to, about(kind)).unwrap();
    let mut files = Vec::new();
    for (name, text) in [
        ("正文 (第1页).txt", "通知"),
        ("附件/100%.txt", "附件"),
        ("空.txt", ""),
    ] {
        files.push(package.add(name, &mut text.as_bytes(), facts()).unwrap());
    }
    package
        .add_metadata("record.json", b"{}", "application/json")
        .unwrap();
    package
        .add_schema("record.schema.json", b"{}", "application/json")
        .unwrap();
    package
        .add_documentation("说明.txt", "说明".as_bytes(), "text/plain")
        .unwrap();
    let record = Described {
        level: "item",
        elements: vec![
            ("archival_code", "Z001-WS·2020·Y-0001".to_owned()),
            ("title", "关于开展档案开放审核工作的通知".to_owned()),
            ("date", "20200305".to_owned()),
            ("author", "示例县档案馆".to_owned()),
            ("personal_name", "王五".to_owned()),
            ("retention_period", "永久".to_owned()),
            ("abstract", "带控制符\u{1}的摘要".to_owned()),
        ],
        files,
    };
    let event = NewEvent {
        kind: "ingestion".to_owned(),
        time: CREATED.to_owned(),
        detail: Some("received".to_owned()),
        outcome: "success".to_owned(),
        agent: "王五".to_owned(),
    };
    package.finish(&[record], &[event]).unwrap();
    to.join("Z001-WS_2020_Y-0001")
}

#[test]
fn packages_of_every_kind_are_sound() {
    for kind in [
        PackageKind::Submission,
        PackageKind::Archival,
        PackageKind::Dissemination,
    ] {
        let place = tempfile::tempdir().unwrap();
        let package = write(place.path(), kind);
        let report = eark::validate(&package, Some("2026-12-31")).unwrap();
        let faults: Vec<String> = report
            .faults()
            .iter()
            .filter(|fault| fault.level != Level::May)
            .map(ToString::to_string)
            .collect();
        assert!(faults.is_empty(), "{kind:?}: {faults:#?}");
    }
}

#[test]
fn what_is_written_is_read_again() {
    let place = tempfile::tempdir().unwrap();
    let package = write(place.path(), PackageKind::Submission);
    let read = eark::read(&package).unwrap();
    let files = read.inspect(None).unwrap().files;
    let content: Vec<&str> = files
        .iter()
        .filter(|file| file.part == Part::Content("rep1".to_owned()))
        .map(|file| file.name.as_str())
        .collect();
    assert_eq!(
        content,
        [
            "representations/rep1/data/正文 (第1页).txt",
            "representations/rep1/data/空.txt",
            "representations/rep1/data/附件/100%.txt"
        ]
    );
    for file in &files {
        assert!(file.is_listed || file.name == "METS.xml", "{}", file.name);
        assert!(file.measure().is_empty());
    }
    let ead = fs::File::open(package.join("metadata/descriptive/ead3.xml")).unwrap();
    let units = read_description(ead).unwrap();
    let item = units.iter().find(|unit| unit.depth == 1).unwrap();
    assert_eq!(item.first("archival_code"), Some("Z001-WS·2020·Y-0001"));
    assert_eq!(item.first("retention_period"), Some("永久"));
    assert_eq!(item.first("personal_name"), Some("王五"));
    assert_eq!(item.first("date"), Some("2020-03-05"));
    assert_eq!(item.references, content_in_order());
}

fn content_in_order() -> Vec<&'static str> {
    vec![
        "representations/rep1/data/正文 (第1页).txt",
        "representations/rep1/data/附件/100%.txt",
        "representations/rep1/data/空.txt",
    ]
}

#[test]
fn a_changed_or_missing_file_is_named() {
    let place = tempfile::tempdir().unwrap();
    let package = write(place.path(), PackageKind::Submission);
    let data = package.join("representations/rep1/data");
    fs::write(data.join("空.txt"), "不空").unwrap();
    fs::remove_file(data.join("附件/100%.txt")).unwrap();
    let report = eark::validate(&package, None).unwrap();
    for requirement in ["CSIP69", "CSIP71", "CSIP79"] {
        assert!(report.of(requirement).next().is_some(), "{requirement}");
    }
}

#[test]
fn an_unfinished_package_leaves_nothing() {
    let place = tempfile::tempdir().unwrap();
    let mut package = PackageWriter::create(place.path(), about(PackageKind::Archival)).unwrap();
    package.add("a.txt", &mut "a".as_bytes(), facts()).unwrap();
    assert_eq!(
        package
            .add("A.txt", &mut "a".as_bytes(), facts())
            .unwrap_err()
            .code(),
        "eark.name"
    );
    assert_eq!(
        package
            .add("../a.txt", &mut "a".as_bytes(), facts())
            .unwrap_err()
            .code(),
        "eark.name"
    );
    drop(package);
    assert_eq!(fs::read_dir(place.path()).unwrap().count(), 0);
}

#[test]
fn a_reference_out_of_the_package_is_not_followed() {
    let place = tempfile::tempdir().unwrap();
    let package = write(place.path(), PackageKind::Submission);
    let mets = fs::read_to_string(package.join("METS.xml")).unwrap();
    for escape in ["../../secret", "/etc/passwd", "%2e%2e/%2e%2e/secret"] {
        let changed = mets.replace("metadata/descriptive/dc.xml", escape);
        fs::write(package.join("METS.xml"), changed).unwrap();
        let report = eark::validate(&package, None).unwrap();
        let fault = report.of("CSIP24").next().unwrap();
        assert_eq!(fault.kind.code(), "eark.path_escape", "{fault}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn no_mets_makes_it_panic(at in 0usize..12_000, length in 0usize..400, text in "[<>/=\"a-z& ]{0,20}") {
        let place = tempfile::tempdir().unwrap();
        let package = write(place.path(), PackageKind::Submission);
        for name in ["METS.xml", "representations/rep1/METS.xml"] {
            let mut bytes = fs::read(package.join(name)).unwrap();
            let from = at.min(bytes.len());
            let to = (from + length).min(bytes.len());
            bytes.splice(from..to, text.bytes());
            fs::write(package.join(name), bytes).unwrap();
            let _ = eark::validate(&package, Some("2026-12-31"));
        }
    }
}
