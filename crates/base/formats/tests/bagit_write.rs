//! Bags written by us, read by us, spoilt in every way.
#![expect(
    clippy::unwrap_used,
    reason = "a test ends where something is not as it should be"
)]

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Read};
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use lantai_formats::bagit::{self, Algorithm, BagFault, BagWriter, FaultKind, Hasher};
use proptest::prelude::*;
use tempfile::TempDir;

const FILES: [(&str, &str); 4] = [
    ("档案/一九五〇年/公文 001.txt", "关于成立档案室的通知\n"),
    ("档案/一九五〇年/空.txt", ""),
    ("100%.txt", "percent"),
    ("a/b/c.bin", "\0\u{1}\u{2}"),
];

fn info() -> Vec<(String, String)> {
    let pair = |label: &str, value: &str| (label.to_owned(), value.to_owned());
    vec![
        pair("Source-Organization", "清河县档案馆"),
        pair("Bagging-Date", "2026-01-01"),
        pair("External-Description", "第一行\n第二行"),
    ]
}

fn bag_with(algorithms: &[Algorithm]) -> (TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let place = dir.path().join("移交-2026");
    let mut writer = BagWriter::create(&place, &info(), algorithms).unwrap();
    for (path, content) in FILES {
        let written = writer.add(path, &mut content.as_bytes()).unwrap();
        assert_eq!(
            (written.path, written.bytes),
            (format!("data/{path}"), content.len() as u64)
        );
    }
    writer
        .add_tag_file("metadata/说明.json", &mut &b"{}"[..])
        .unwrap();
    assert_eq!(writer.finish().unwrap(), place);
    (dir, place)
}

fn faults(place: &Path) -> Vec<BagFault> {
    bagit::read(place).unwrap().validate(2, &|_| {}).unwrap()
}

fn kinds(place: &Path) -> Vec<(FaultKind, String)> {
    faults(place)
        .into_iter()
        .map(|fault| (fault.kind, fault.path))
        .collect()
}

#[test]
fn what_we_write_is_valid_and_says_what_we_said() {
    for algorithms in [
        &[][..],
        &[Algorithm::Sha256, Algorithm::Sha512],
        &[Algorithm::Sm3, Algorithm::Md5],
    ] {
        let (_dir, place) = bag_with(algorithms);
        assert_eq!(faults(&place), []);
        let bag = bagit::read(&place).unwrap();
        assert_eq!(bag.version().to_string(), "1.0");
        assert_eq!(bag.info().value("source-organization"), Some("清河县档案馆"));
        assert_eq!(bag.info().value("External-Description"), Some("第一行 第二行"));
        assert_eq!(bag.info().value("Payload-Oxum"), Some("41.4"));
        assert_eq!(bag.algorithms().len(), algorithms.len().max(1));
        let total: usize = FILES.iter().map(|(_, content)| content.len()).sum();
        let seen = AtomicU64::new(0);
        bag.validate(8, &|bytes| _ = seen.fetch_add(bytes, Ordering::Relaxed))
            .unwrap();
        assert_eq!(seen.into_inner(), total as u64);
    }
}

#[test]
fn the_caller_may_compare_digests_of_its_own() {
    let (_dir, place) = bag_with(&[Algorithm::Sha512, Algorithm::Sm3]);
    let bag = bagit::read(&place).unwrap();
    let inspection = bag.inspect().unwrap();
    assert!(inspection.is_acceptable() && inspection.faults.is_empty());
    assert_eq!(inspection.files.len(), FILES.len());
    for file in &inspection.files {
        let content = fs::read(&file.location).unwrap();
        let mut hasher = Hasher::new(Algorithm::Sm3);
        hasher.update(&content);
        let right = hasher.finish().to_uppercase();
        assert_eq!(file.compare(&[(Algorithm::Sm3, right)]), []);
        let found = file.compare(&[(Algorithm::Sm3, "00".repeat(32)), (Algorithm::Md5, "ff".into())]);
        assert_eq!(found.len(), 1);
        assert_eq!(
            (found[0].kind, found[0].algorithm),
            (FaultKind::DigestMismatch, Some(Algorithm::Sm3))
        );
        assert_eq!(bag.expected_digests(&file.path), file.expected);
    }
    assert!(bag.expected_digests("data/none").is_empty());
}

#[test]
fn every_spoiling_is_named() {
    type Spoil = fn(&Path);
    let one = "data/档案/一九五〇年/公文 001.txt";
    let cases: [(Spoil, &[(FaultKind, &str)]); 11] = [
        (
            |place| fs::write(place.join("data/100%.txt"), "Percent").unwrap(),
            &[(FaultKind::DigestMismatch, "data/100%.txt")],
        ),
        (
            |place| fs::remove_file(place.join("data/档案/一九五〇年/公文 001.txt")).unwrap(),
            &[
                (FaultKind::Missing, one),
                (FaultKind::OxumMismatch, "bag-info.txt"),
            ],
        ),
        (
            |place| fs::write(place.join("data/more"), "").unwrap(),
            &[
                (FaultKind::Extra, "data/more"),
                (FaultKind::OxumMismatch, "bag-info.txt"),
            ],
        ),
        (
            |place| fs::write(place.join("metadata/说明.json"), "[]").unwrap(),
            &[(FaultKind::DigestMismatch, "metadata/说明.json")],
        ),
        (
            |place| fs::remove_file(place.join("manifest-sha512.txt")).unwrap(),
            &[
                (FaultKind::ManifestMissing, "manifest-sha512.txt"),
                (FaultKind::Extra, "data/100%.txt"),
                (FaultKind::Extra, "data/a/b/c.bin"),
                (FaultKind::Extra, one),
                (FaultKind::Extra, "data/档案/一九五〇年/空.txt"),
                (FaultKind::Missing, "manifest-sha512.txt"),
            ],
        ),
        (
            |place| fs::remove_dir_all(place.join("data")).unwrap(),
            &[
                (FaultKind::PayloadFolderMissing, "data"),
                (FaultKind::Missing, "data/100%.txt"),
                (FaultKind::Missing, "data/a/b/c.bin"),
                (FaultKind::Missing, one),
                (FaultKind::Missing, "data/档案/一九五〇年/空.txt"),
                (FaultKind::OxumMismatch, "bag-info.txt"),
            ],
        ),
        (
            |place| std::os::unix::fs::symlink("/etc/passwd", place.join("data/link")).unwrap(),
            &[(FaultKind::NotAFile, "data/link")],
        ),
        (
            |place| {
                fs::remove_dir_all(place.join("metadata")).unwrap();
                std::os::unix::fs::symlink("/etc", place.join("metadata")).unwrap();
            },
            &[(FaultKind::NotAFile, "metadata/说明.json")],
        ),
        (
            |place| fs::write(place.join("fetch.txt"), "https://example.org/x 12 data/x\n").unwrap(),
            &[(FaultKind::NotFetched, "data/x")],
        ),
        (
            |place| fs::write(place.join("fetch.txt"), "https://example.org/x 12 data/../x\n").unwrap(),
            &[(FaultKind::PathEscape, "fetch.txt")],
        ),
        (
            |place| fs::write(place.join("manifest-crc32.txt"), "x").unwrap(),
            &[(FaultKind::AlgorithmUnknown, "manifest-crc32.txt")],
        ),
    ];
    for (spoil, expected) in cases {
        let (_dir, place) = bag_with(&[]);
        spoil(&place);
        let expected: Vec<_> = expected
            .iter()
            .map(|(kind, path)| (*kind, (*path).to_owned()))
            .collect();
        assert_eq!(kinds(&place), expected);
    }
}

/// A bag of the caller's making with one payload file for each name and content.
fn plain_bag(declaration: &str, manifest: &str, files: &[(&[u8], &str)]) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("bagit.txt"), declaration).unwrap();
    fs::write(dir.path().join("manifest-md5.txt"), manifest).unwrap();
    fs::create_dir(dir.path().join("data")).unwrap();
    for (name, content) in files {
        let name = std::ffi::OsString::from_vec(name.to_vec());
        fs::write(dir.path().join("data").join(name), content).unwrap();
    }
    dir
}

const V1: &str = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n";
const EMPTY: &str = "d41d8cd98f00b204e9800998ecf8427e";

#[test]
fn names_in_the_bags_own_encoding_are_matched() {
    let dir = plain_bag(&V1.replace("UTF-8", "GB18030"), "", &[(b"\xb5\xb5\xb0\xb8", "")]);
    let manifest = [EMPTY.as_bytes(), b"  data/\xb5\xb5\xb0\xb8\n"].concat();
    fs::write(dir.path().join("manifest-md5.txt"), manifest).unwrap();
    assert_eq!(kinds(dir.path()), []);
    let inspection = bagit::read(dir.path()).unwrap().inspect().unwrap();
    assert_eq!(inspection.files[0].path, "data/档案");

    let dir = plain_bag(V1, "", &[(b"\xb5\xb5", "")]);
    let found: Vec<FaultKind> = kinds(dir.path()).into_iter().map(|(kind, _)| kind).collect();
    assert_eq!(found, [FaultKind::NameEncoding, FaultKind::Extra]);
    let dir = plain_bag(V1, "", &[]);
    fs::write(dir.path().join("manifest-md5.txt"), b"\xb5\xb5\xb0\xb8\n").unwrap();
    assert_eq!(
        kinds(dir.path()),
        [(FaultKind::Encoding, "manifest-md5.txt".to_owned())]
    );
}

#[test]
fn spellings_are_forgiven_with_a_warning() {
    let draft = V1.replace("1.0", "0.97");
    let cases: [(&str, &str, &str, &[FaultKind]); 7] = [
        (
            V1,
            "data/e\u{301}.txt",
            "\u{e9}.txt",
            &[FaultKind::NameNormalization],
        ),
        (
            V1,
            "data/\u{e9}.txt",
            "e\u{301}.txt",
            &[FaultKind::NameNormalization],
        ),
        (V1, "data/100%25.txt", "100%.txt", &[]),
        (V1, "data/100%.txt", "100%.txt", &[FaultKind::PercentSign]),
        (V1, "data/100%25.txt", "100%25.txt", &[FaultKind::PercentSign]),
        (&draft, "data/100%25.txt", "100%25.txt", &[]),
        (&draft, "data/a%0Ab", "a\nb", &[]),
    ];
    for (declaration, listed, name, expected) in cases {
        let dir = plain_bag(
            declaration,
            &format!("{EMPTY}  {listed}\n"),
            &[(name.as_bytes(), "")],
        );
        let found = faults(dir.path());
        assert_eq!(
            found.iter().map(|fault| fault.kind).collect::<Vec<_>>(),
            expected,
            "{listed}"
        );
        assert!(found.iter().all(BagFault::is_warning));
    }
}

#[test]
fn two_spellings_of_one_file_must_agree() {
    let other = EMPTY.replace('d', "e");
    let manifest = format!("{EMPTY}  data/\u{e9}\n{other}  data/e\u{301}\n");
    let dir = plain_bag(V1, &manifest, &[("\u{e9}".as_bytes(), "")]);
    let found: Vec<FaultKind> = kinds(dir.path()).into_iter().map(|(kind, _)| kind).collect();
    assert!(found.contains(&FaultKind::ListedTwice), "{found:?}");
}

#[test]
fn since_version_1_every_manifest_lists_every_file() {
    let (_dir, place) = bag_with(&[Algorithm::Sha256, Algorithm::Sha512]);
    let path = place.join("manifest-sha256.txt");
    let manifest = fs::read_to_string(&path).unwrap();
    let rest: Vec<&str> = manifest.lines().filter(|line| !line.contains("c.bin")).collect();
    fs::write(&path, rest.join("\n")).unwrap();
    let found = faults(&place);
    assert!(found.iter().any(|fault| {
        fault.kind == FaultKind::NotInEveryManifest
            && fault.algorithm == Some(Algorithm::Sha256)
            && fault.path == "data/a/b/c.bin"
    }));
}

struct Broken(usize);

impl Read for Broken {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.0 == 0 {
            return Err(io::Error::other("the source broke off"));
        }
        let count = self.0.min(buffer.len());
        buffer[..count].fill(b'x');
        self.0 -= count;
        Ok(count)
    }
}

#[test]
fn an_interrupted_bag_is_no_bag() {
    let dir = tempfile::tempdir().unwrap();
    let place = dir.path().join("bag");
    let mut writer = BagWriter::create(&place, &info(), &[]).unwrap();
    writer.add("a", &mut &b"a"[..]).unwrap();
    assert_eq!(
        writer.add("b", &mut Broken(1_000_000)).unwrap_err().code(),
        "bagit.io"
    );
    assert!(!place.exists());
    assert_eq!(
        bagit::read(&dir.path().join("bag.partial")).unwrap_err().code(),
        "bagit.not_a_bag"
    );
    drop(writer);
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);

    // A file that failed may be added again, and what a killed process left is no hindrance.
    fs::create_dir_all(dir.path().join("bag.partial/data")).unwrap();
    fs::write(dir.path().join("bag.partial/data/old"), "old").unwrap();
    let mut writer = BagWriter::create(&place, &info(), &[]).unwrap();
    writer.add("b", &mut Broken(10)).unwrap_err();
    writer.add("b", &mut &b"b"[..]).unwrap();
    writer.finish().unwrap();
    assert_eq!(kinds(&place), []);
    assert_eq!(
        BagWriter::create(&place, &info(), &[]).unwrap_err().code(),
        "bagit.exists"
    );
}

#[test]
fn names_that_do_not_travel_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    let mut writer = BagWriter::create(&dir.path().join("bag"), &[], &[]).unwrap();
    for path in ["", "../a", "/a", "a//b", "a/./b", "a\\b", "a\nb", "a/.."] {
        assert_eq!(
            writer.add(path, &mut &b""[..]).unwrap_err().code(),
            "bagit.name",
            "{path:?}"
        );
    }
    writer.add("Café.txt", &mut &b""[..]).unwrap();
    for path in ["Café.txt", "café.TXT", "Cafe\u{301}.txt"] {
        assert_eq!(
            writer.add(path, &mut &b""[..]).unwrap_err().code(),
            "bagit.name_taken"
        );
    }
    for path in ["bagit.txt", "data/x", "manifest-md5.txt", "BAG-INFO.txt"] {
        assert_eq!(
            writer.add_tag_file(path, &mut &b""[..]).unwrap_err().code(),
            "bagit.name",
            "{path}"
        );
    }
    let bad = [("a:b".to_owned(), "c".to_owned())];
    assert_eq!(
        BagWriter::create(&dir.path().join("x"), &bad, &[])
            .unwrap_err()
            .code(),
        "bagit.label"
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn any_files_go_in_and_come_out(files in prop::collection::btree_map("[a-z档案%~ .]{1,8}", prop::collection::vec(any::<u8>(), 0..200), 1..8)) {
        let dir = tempfile::tempdir().unwrap();
        let place = dir.path().join("bag");
        let mut writer = BagWriter::create(&place, &[], &[Algorithm::Sha256]).unwrap();
        let mut kept = BTreeMap::new();
        for (name, content) in &files {
            if writer.add(name, &mut &content[..]).is_ok() {
                kept.insert(format!("data/{name}"), content.clone());
            }
        }
        writer.finish().unwrap();
        prop_assert_eq!(kinds(&place), []);
        let inspection = bagit::read(&place).unwrap().inspect().unwrap();
        let found: BTreeMap<String, Vec<u8>> =
            inspection.files.iter().map(|file| (file.path.clone(), fs::read(&file.location).unwrap())).collect();
        prop_assert_eq!(found, kept);
    }

    #[test]
    fn a_changed_byte_anywhere_is_a_fault(file in any::<prop::sample::Index>(), at in any::<prop::sample::Index>(), bit in 0u8..8) {
        let (_dir, place) = bag_with(&[]);
        let mut files = Vec::new();
        let mut folders = vec![place.clone()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() { folders.push(path) } else { files.push(path) }
            }
        }
        files.retain(|path| !path.ends_with("空.txt") && !path.ends_with("tagmanifest-sha512.txt"));
        files.sort();
        let path = &files[file.index(files.len())];
        let mut bytes = fs::read(path).unwrap();
        let at = at.index(bytes.len());
        bytes[at] ^= 1 << bit;
        fs::write(path, bytes).unwrap();
        let is_refused = match bagit::read(&place) {
            Err(_) => true,
            Ok(bag) => bag.validate(1, &|_| {}).unwrap().iter().any(|fault| !fault.is_warning()),
        };
        prop_assert!(is_refused, "{} byte {}", path.display(), at);
    }
}
