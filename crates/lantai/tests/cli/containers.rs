//! Packages in one file: taken in as the folder they hold, or refused by name.

use crate::run::{BRIDGE, Place, files_below};
use serde_json::Value;
use std::io::Write;
use std::path::{Path, PathBuf};

/// The small package as members of a container, below a folder of its own.
fn members(place: &Place) -> Vec<(String, Vec<u8>)> {
    let package = place.package();
    let above = package.parent().unwrap().to_path_buf();
    let files = files_below(&package).into_iter();
    let members = files.map(|(path, bytes)| {
        let name = path.strip_prefix(&above).unwrap().to_str().unwrap().to_owned();
        (name, bytes)
    });
    let members = members.collect();
    std::fs::remove_dir_all(package).unwrap();
    members
}

fn zip(members: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in members {
        let options = zip::write::SimpleFileOptions::default();
        writer.start_file(name.as_str(), options).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn tar(members: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut tar = Vec::new();
    for (name, bytes) in members {
        let mut header = [0; 512];
        header[..name.len()].copy_from_slice(name.as_bytes());
        header[100..108].copy_from_slice(b"0000644\0");
        header[124..136].copy_from_slice(format!("{:011o}\0", bytes.len()).as_bytes());
        header[136..148].copy_from_slice(b"13300000000\0");
        header[148..157].copy_from_slice(b"        0");
        header[257..265].copy_from_slice(b"ustar\x0000");
        let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
        header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        tar.extend_from_slice(&header);
        tar.extend_from_slice(bytes);
        tar.resize(tar.len().next_multiple_of(512), 0);
    }
    tar.resize(tar.len() + 1024, 0);
    tar
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn seven_zip(members: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut writer = sevenz_rust2::ArchiveWriter::new(std::io::Cursor::new(Vec::new())).unwrap();
    for (name, bytes) in members {
        let entry = sevenz_rust2::ArchiveEntry::new_file(name);
        writer.push_archive_entry(entry, Some(bytes.as_slice())).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn put(place: &Place, name: &str, bytes: &[u8]) -> PathBuf {
    let path = place.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    path
}

fn codes(answer: &Value) -> Vec<(&str, &str)> {
    let findings = answer["findings"].as_array().unwrap();
    let of = |finding: &'_ Value, field: &str| finding[field].as_str().unwrap().to_owned();
    let mut codes: Vec<(&str, &str)> = findings
        .iter()
        .map(|finding| {
            (
                finding["check"].as_str().unwrap(),
                finding["code"].as_str().unwrap(),
            )
        })
        .collect();
    assert!(findings.iter().all(|finding| !of(finding, "mend").is_empty()));
    codes.sort_unstable();
    codes.dedup();
    codes
}

/// Makes a container of named members.
type Pack = fn(&[(String, Vec<u8>)]) -> Vec<u8>;

#[test]
fn a_package_in_one_file_is_taken_in_like_its_folder() {
    let kinds: [(&str, Pack); 4] = [
        ("移交.zip", zip),
        ("移交.tar", tar),
        ("移交.tar.gz", |members| gzip(&tar(members))),
        ("没有扩展名", seven_zip),
    ];
    for (name, pack) in kinds {
        let place = Place::empty();
        let container = put(&place, name, &pack(&members(&place)));
        let answer = place.on_data("ingest", &[container.to_str().unwrap()]).ended(0);
        let accession = &answer["accessions"][0];
        assert_eq!(accession["verdict"], "accepted", "{name}: {accession}");
        assert_eq!(
            (&accession["items"], &accession["files"]),
            (&Value::from(3), &Value::from(2))
        );
        let record = place.on_data("record", &[BRIDGE]).ended(0);
        assert!(record.to_string().contains("大桥通知.txt"), "{record}");
        assert_eq!(place.on_data("verify", &[]).ended(0)["ok"], true);
        nothing_unpacked_is_left(&place.data());
    }
}

#[track_caller]
fn nothing_unpacked_is_left(data: &Path) {
    let left: Vec<PathBuf> = files_below(data).into_iter().map(|(path, _)| path).collect();
    assert!(
        left.iter()
            .all(|path| !path.to_string_lossy().contains("quarantine")),
        "{left:?}"
    );
}

#[test]
fn names_in_gbk_are_kept_with_their_bytes() {
    let place = Place::empty();
    let name = "会议纪要.txt";
    let stored = "bbe1d2e9bccdd2aa2e747874";
    let mut tar = tar(&[("0123456789ab".to_owned(), b"1".to_vec())]);
    let raw: Vec<u8> = (0..12)
        .map(|at| u8::from_str_radix(&stored[2 * at..2 * at + 2], 16).unwrap())
        .collect();
    let sum = |bytes: &[u8]| bytes.iter().map(|byte| u32::from(*byte)).sum::<u32>();
    let old = u32::from_str_radix(std::str::from_utf8(&tar[148..154]).unwrap(), 8).unwrap();
    let new = old - sum(&tar[..12]) + sum(&raw);
    tar[..12].copy_from_slice(&raw);
    tar[148..154].copy_from_slice(format!("{new:06o}").as_bytes());
    let container = put(&place, "旧档.tar", &tar);
    let run = place.on_data("ingest", &["--fonds", "Q001", container.to_str().unwrap()]);
    assert_eq!(run.ended(0)["accessions"][0]["verdict"], "accepted", "{run:?}");
    let kept = files_below(&place.data())
        .into_iter()
        .filter_map(|(_, bytes)| String::from_utf8(bytes).ok())
        .find(|text| text.contains(name) && text.contains(stored));
    assert!(
        kept.is_some(),
        "the record names the file, and the bytes of its name"
    );
}

#[test]
fn a_container_that_is_refused_is_returned_by_name() {
    let place = Place::empty();
    let sound = zip(&[("a.txt".to_owned(), b"12345678".repeat(100))]);
    for (name, bytes, finding) in [
        ("空.zip", Vec::new(), ("U-4.1", "package.not_a_container")),
        (
            "半.zip",
            sound[..sound.len() / 2].to_vec(),
            ("U-4.1", "package.truncated"),
        ),
        (
            "上.tar",
            tar(&[("../a.txt".to_owned(), Vec::new())]),
            ("A-5.2", "package.path_upwards"),
        ),
    ] {
        let container = put(&place, name, &bytes);
        let path = container.to_str().unwrap();
        let checked = place.lantai(&["check", path]).ended(1);
        assert_eq!(codes(&checked), [finding], "{name}");
        assert_eq!(checked["checks"][finding.0], "fail");
        let answer = place.on_data("ingest", &[path]).ended(1);
        assert_eq!(answer["accessions"][0]["verdict"], "returned");
        assert_eq!(codes(&answer["accessions"][0]), [finding], "{name}");
    }
    assert_eq!(place.on_data("search", &[""]).ended(0)["total"], 0);
    nothing_unpacked_is_left(&place.data());
    assert!(!place.path().join("a.txt").exists());
}

#[test]
fn a_container_that_is_said_to_be_a_file_is_kept_as_it_is() {
    let place = Place::empty();
    let container = put(&place, "数据集.zip", &zip(&[("a.txt".to_owned(), b"1".to_vec())]));
    let run = place.on_data(
        "ingest",
        &["--as", "file", "--fonds", "Q001", container.to_str().unwrap()],
    );
    let answer = run.ended(0);
    assert_eq!(
        (
            &answer["accessions"][0]["items"],
            &answer["accessions"][0]["files"]
        ),
        (&Value::from(1), &Value::from(1))
    );
}

#[test]
fn the_limits_of_the_archive_take_the_place_of_those_of_the_program() {
    let place = Place::empty();
    let rules = place.data().join("rules");
    std::fs::create_dir_all(&rules).unwrap();
    std::fs::write(rules.join("limits.toml"), "entries = 1\n").unwrap();
    let two = zip(&[
        ("a.txt".to_owned(), b"1".to_vec()),
        ("b.txt".to_owned(), b"2".to_vec()),
    ]);
    let container = put(&place, "两件.zip", &two);
    let path = container.to_str().unwrap();
    let finding = ("A-5.2", "package.too_many_entries");
    let checked = place.on_data("check", &[path]).ended(1);
    assert_eq!(codes(&checked), [finding]);
    let answer = place.on_data("ingest", &["--fonds", "Q001", path]).ended(1);
    assert_eq!(codes(&answer["accessions"][0]), [finding]);
    // without the archive the program's own hold
    let checked = place.lantai(&["check", "--fonds", "Q001", "--stage", "filing", path]);
    assert_eq!(checked.ended(0)["verdict"], "passed");
}

#[test]
fn the_hostile_containers_of_the_corpus_are_returned_by_name() {
    let Some(corpus) = lantai_testkit::corpus("hostile") else {
        return;
    };
    let place = Place::bare();
    for (name, finding) in [
        ("zip_slip.zip", ("A-5.2", "package.path_upwards")),
        ("bomb_20mb_of_zeros.zip", ("A-5.2", "package.bomb_ratio")),
        ("tar_symlink_escape.tar", ("A-5.2", "package.link")),
    ] {
        let container = corpus.join(name);
        let checked = place.lantai(&["check", container.to_str().unwrap()]).ended(1);
        assert_eq!(checked["verdict"], "failed");
        assert!(codes(&checked).contains(&finding), "{name}: {checked}");
    }
}
