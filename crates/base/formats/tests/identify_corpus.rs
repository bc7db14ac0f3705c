//! Identification over files that the project did not write.

#![expect(clippy::unwrap_used, reason = "a test may fail")]

mod corpus;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Read, Seek};
use std::path::{Path, PathBuf};

use lantai_formats::identify::{
    Basis, HeadTail, Identification, Identifier, Publication, ReadSeek, Registry, Warning, is_executable,
};
use lantai_formats::package::walk;
use lantai_formats::properties::{ExamineLimits, FaultKind, FaultWeight, examine};

fn identifier() -> Identifier {
    Identifier::builtin().unwrap()
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    walk(folder)
        .filter_map(Result::ok)
        .map(|file| file.path)
        .collect()
}

fn identify(identifier: &Identifier, path: &Path, name: &str) -> Identification {
    let mut file = File::open(path).unwrap();
    let size = file.metadata().unwrap().len();
    identifier.identify(name, size, &mut file).unwrap()
}

/// `fmt-18-signature-id-20.pdf` is fmt/18.
fn puid_in_name(path: &Path) -> Option<String> {
    let name = path.file_name()?.to_str()?;
    let (prefix, rest) = if let Some(rest) = name.strip_prefix("x-fmt-") {
        ("x-fmt", rest)
    } else {
        ("fmt", name.strip_prefix("fmt-")?)
    };
    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
    Some(format!("{prefix}/{digits}"))
}

#[test]
fn skeletons_are_named_by_content_alone() {
    let Some(folder) = corpus::folder("pronom") else {
        return;
    };
    let identifier = identifier();
    let (mut files, mut right, mut among, mut unknown) = (0, 0, 0, 0);
    let mut wrong: Vec<String> = Vec::new();
    for part in ["skeletons", "skeletons-droid"] {
        for path in files_below(&folder.join(part)) {
            let Some(puid) = puid_in_name(&path) else { continue };
            let found = identify(&identifier, &path, "");
            files += 1;
            if found.puid.as_deref() == Some(&puid) {
                right += 1;
                continue;
            }
            let is_among = found
                .warnings
                .iter()
                .any(|warning| matches!(warning, Warning::Ambiguous { puids } if puids.contains(&puid)));
            among += usize::from(is_among);
            unknown += usize::from(!matches!(found.basis, Basis::Container | Basis::Signature));
            let name = path.file_name().unwrap().display().to_string();
            wrong.push(format!("{name} -> {:?} {:?}", found.puid, found.warnings));
        }
    }
    let rate = f64::from(right) * 100.0 / f64::from(files);
    println!(
        "{right} of {files} skeletons right ({rate:.2} %); of the others {among} among several, {unknown} unknown"
    );
    for line in &wrong {
        println!("  {line}");
    }
    assert!(files > 1_500 && right * 1000 >= files * 995, "{right} of {files}");
}

#[test]
fn the_rules_that_ship_say_what_the_publications_say() {
    let Some(folder) = corpus::folder("pronom") else {
        return;
    };
    let signatures = folder.join("signatures");
    let (published, faults) = Identifier::with_publications(&signatures).unwrap();
    assert!(faults.is_empty(), "{faults:?}");
    let shipped = identifier();
    assert_eq!(published.registry().version(), shipped.registry().version());
    assert_eq!(published.registry().formats(), shipped.registry().formats());
    let publication = Publication::read(
        &std::fs::read(signatures.join("DROID_SignatureFile_V122.xml")).unwrap(),
        &std::fs::read(signatures.join("container-signature-20260119.xml")).unwrap(),
        20_260_119,
    )
    .unwrap();
    let published = Identifier::new(Registry::from_publication(&publication).unwrap());
    let mut compared = 0;
    for part in ["skeletons", "skeletons-droid", "fido"] {
        for path in files_below(&folder.join(part)) {
            for name in ["", path.file_name().unwrap().to_str().unwrap()] {
                let ours = identify(&shipped, &path, name);
                assert_eq!(ours, identify(&published, &path, name), "{}", path.display());
                compared += 1;
            }
        }
    }
    println!("{compared} answers alike");
}

#[test]
fn windows_that_streamed_by_give_the_same_answer() {
    let Some(folder) = corpus::folder("office-and-media") else {
        return;
    };
    let identifier = identifier();
    for path in files_below(&folder) {
        let name = path.file_name().unwrap();
        let mut windows = HeadTail::new();
        let bytes = std::fs::read(&path).unwrap();
        for chunk in bytes.chunks(8192) {
            windows.feed(chunk);
        }
        let parts = identifier
            .identify_parts(name, windows.size(), windows.head(), windows.tail(), &mut || {
                Ok(Box::new(File::open(&path)?) as Box<dyn ReadSeek>)
            })
            .unwrap();
        assert_eq!(
            parts,
            identify(&identifier, &path, name.to_str().unwrap()),
            "{}",
            path.display()
        );
    }
}

#[test]
fn real_files_are_named_as_their_extension_says() {
    let identifier = identifier();
    let expected: BTreeMap<&str, &[&str]> = BTreeMap::from([
        ("docx", &["fmt/412", "fmt/494"][..]),
        ("xlsx", &["fmt/214", "fmt/494"]),
        ("pptx", &["fmt/215", "fmt/494"]),
        (
            "doc",
            &["fmt/39", "fmt/40", "fmt/609", "fmt/754", "fmt/38", "fmt/37"],
        ),
        ("odt", &["fmt/136", "fmt/290", "fmt/291", "fmt/1756", "fmt/2044"]),
        ("png", &["fmt/11", "fmt/12", "fmt/13", "fmt/935"]),
        ("ofd", &["local/ofd", "local/ofd-a"]),
        ("epub", &["fmt/483"]),
        ("jp2", &["x-fmt/392"]),
        ("gif", &["fmt/3", "fmt/4"]),
    ]);
    let (mut seen, mut right) = (0, 0);
    for part in ["office-and-media", "format-corpus", "ofd"] {
        let Some(folder) = corpus::folder(part) else {
            return;
        };
        let (mut proven, mut files) = (0, 0);
        for path in files_below(&folder) {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            let found = identify(&identifier, &path, &name);
            files += 1;
            proven += usize::from(matches!(
                found.basis,
                Basis::Container | Basis::Signature | Basis::Text
            ));
            let extension = name
                .rsplit_once('.')
                .map(|(_, it)| it.to_lowercase())
                .unwrap_or_default();
            if let Some(puids) = expected.get(extension.as_str()) {
                seen += 1;
                let is_right = found.puid.as_deref().is_some_and(|puid| puids.contains(&puid));
                right += usize::from(is_right);
                if !is_right {
                    println!("  {} -> {:?} {:?}", path.display(), found.puid, found.warnings);
                }
            }
        }
        println!("{part}: {proven} of {files} files named by content");
    }
    println!("{right} of {seen} files as their extension says");
    // The rest are damaged or mislabelled on purpose.
    assert!(right * 100 >= seen * 90, "{right} of {seen}");
}

#[test]
fn hostile_files_get_an_answer() {
    let identifier = identifier();
    for part in [
        "hostile",
        "archive-files",
        "pdf-difficult",
        "pronom/fido",
        "email",
        "warc",
    ] {
        let Some(folder) = corpus::folder(part) else {
            return;
        };
        for path in files_below(&folder) {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            let found = identify(&identifier, &path, &name);
            examine(&found, &path, &ExamineLimits::default()).unwrap();
            if part == "hostile" || found.puid.is_none() {
                println!("{name}: {:?} {:?} {:?}", found.puid, found.basis, found.warnings);
            }
        }
    }
}

/// Counts what is read of a file that claims to be much larger than we may read.
struct Counting<R> {
    inner: R,
    read: u64,
}

impl<R: Read> Read for Counting<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.read += count as u64;
        Ok(count)
    }
}

impl<R: Seek> Seek for Counting<R> {
    fn seek(&mut self, position: std::io::SeekFrom) -> std::io::Result<u64> {
        self.inner.seek(position)
    }
}

#[test]
fn only_the_ends_of_a_large_file_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("large.dat");
    let file = File::create(&path).unwrap();
    file.set_len(5 * 1024 * 1024 * 1024).unwrap(); // sparse: takes no room
    let mut reader = Counting {
        inner: File::open(&path).unwrap(),
        read: 0,
    };
    let found = identifier()
        .identify("large.nothing", 5 * 1024 * 1024 * 1024, &mut reader)
        .unwrap();
    assert_eq!((found.puid, found.basis), (None, Basis::None));
    assert!(reader.read < 320 * 1024, "{}", reader.read);
}

#[test]
fn programs_and_scripts_are_seen_whatever_their_name() {
    let identifier = identifier();
    let check = |name: &str, bytes: &[u8]| {
        let found = identifier
            .identify(name, bytes.len() as u64, &mut std::io::Cursor::new(bytes))
            .unwrap();
        (is_executable(&found), found)
    };
    for (name, bytes) in [
        ("报告.txt", &b"#!/bin/sh\nrm -rf /\n"[..]),
        ("a.sh", b"echo\n"),
        ("a.bat", b"@echo off\r\n"),
        ("a.ps1", b"Write-Host\n"),
        ("a.vbs", b"MsgBox 1\n"),
        ("a.js", b"alert(1)\n"),
        (
            "a.jpg",
            b"\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00",
        ),
        ("a.pdf", b"\xCF\xFA\xED\xFE\x07\x00\x00\x01\x03\x00\x00\x00"),
        ("A.class", b"\xCA\xFE\xBA\xBE\x00\x00\x00\x34"),
    ] {
        let (runs, found) = check(name, bytes);
        assert!(runs, "{name}: {found:?}");
    }
    let (runs, found) = check("说明.txt", "永久保存\n".as_bytes());
    assert!(!runs);
    assert_eq!(
        (found.puid.as_deref(), found.charset),
        (Some("x-fmt/111"), Some("UTF-8"))
    );
    let (_, found) = check("a.pdf", b"just words");
    assert!(
        matches!(found.warnings[..], [Warning::ExtensionMismatch { .. }]),
        "{found:?}"
    );
    let (_, found) = check("a.txt", b"");
    assert_eq!(found.warnings, [Warning::Empty]);
}

#[test]
fn real_files_can_be_opened_unless_their_name_says_otherwise() {
    let Some(folder) = corpus::folder("office-and-media") else {
        return;
    };
    let identifier = identifier();
    let (mut files, mut locked, mut seen_locked) = (0, 0, 0);
    let mut unreadable = Vec::new();
    for path in files_below(&folder) {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let found = identify(&identifier, &path, &name);
        files += 1;
        let properties = examine(&found, &path, &ExamineLimits::default()).unwrap();
        let is_locked = properties.has(FaultKind::Encrypted);
        if name.to_lowercase().contains("encrypt") {
            locked += 1;
            seen_locked += usize::from(is_locked);
        }
        if let Some(fault) = properties.faults_of(FaultWeight::Broken).next() {
            unreadable.push(format!("{name}: {fault}"));
        }
    }
    println!(
        "{} of {files} unreadable; of {locked} named encrypted {seen_locked} seen",
        unreadable.len()
    );
    for line in &unreadable {
        println!("  {line}");
    }
    assert!(unreadable.len() * 5 < files, "{}", unreadable.len());
}
