//! Our validator on the community's OCFL objects, good and bad; our writer on its content trees.

#![expect(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "a test that cannot set up its case has failed, and one that skips says why"
)]

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use lantai_vault::{
    LogicalPath, NoObserver, ObjectId, Report, Vault, VersionInfo, validate_inventory, validate_object,
    validate_storage_root,
};

/// The corpus, or nothing, with the reason printed.
fn corpus() -> Option<PathBuf> {
    let default = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../../shared/corpus");
    let root = option_env!("LANTAI_CORPUS")
        .map_or_else(|| PathBuf::from(default), PathBuf::from)
        .join("ocfl");
    if root.is_dir() {
        return Some(root);
    }
    eprintln!(
        "skipped: {} is not there; set LANTAI_CORPUS to run this",
        root.display()
    );
    None
}

/// Every case in the folders of this kind, zipped ones unpacked into `scratch`.
fn cases(corpus: &Path, kind: &str, scratch: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for set in ["fixtures", "extra-fixtures"] {
        for version in ["1.0", "1.1"] {
            let Ok(entries) = fs::read_dir(corpus.join(set).join(version).join(kind)) else {
                continue;
            };
            for entry in entries {
                let path = entry.unwrap().path();
                if path.extension().is_some_and(|extension| extension == "zip") {
                    let target = scratch
                        .join(set)
                        .join(version)
                        .join(kind)
                        .join(path.file_stem().unwrap());
                    let mut archive = zip::ZipArchive::new(fs::File::open(&path).unwrap()).unwrap();
                    archive.extract(&target).unwrap();
                    found.push(target);
                } else {
                    found.push(path);
                }
            }
        }
    }
    found.sort();
    found
}

/// The codes that a case's name begins with, `E042a` taken as `E042`.
fn codes_in_name(path: &Path) -> Vec<String> {
    let name = path.file_name().unwrap().to_str().unwrap();
    let is_code = |part: &&str| {
        part.len() >= 4
            && part.starts_with(['E', 'W'])
            && part[1..4].bytes().all(|byte| byte.is_ascii_digit())
    };
    name.trim_start_matches("inventory_")
        .split('_')
        .take_while(is_code)
        .map(|part| part[..4].to_owned())
        .collect()
}

/// The cases that a verdict fails on, with what was reported.
fn judge(
    cases: &[PathBuf],
    validate: fn(&Path) -> Report,
    wanted: fn(&Path, &Report) -> bool,
) -> Vec<String> {
    cases
        .iter()
        .filter_map(|case| {
            let report = validate(case);
            (!wanted(case, &report)).then(|| format!("{}: {report:?}", case.display()))
        })
        .collect()
}

fn has_a_named_code(case: &Path, report: &Report) -> bool {
    let codes = codes_in_name(case);
    codes.is_empty() || codes.iter().any(|code| report.has(code))
}

#[test]
fn good_and_warned_objects_are_valid() {
    let Some(corpus) = corpus() else { return };
    let scratch = tempfile::tempdir().unwrap();
    let good = cases(&corpus, "good-objects", scratch.path());
    assert!(good.len() >= 20, "only {} cases", good.len());
    let refused = judge(&good, validate_object, |_, report| report.is_valid());
    assert!(refused.is_empty(), "{refused:#?}");
    let warned = cases(&corpus, "warn-objects", scratch.path());
    let wrong = judge(&warned, validate_object, |case, report| {
        report.is_valid() && !report.warnings.is_empty() && has_a_named_code(case, report)
    });
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn bad_objects_are_refused_with_the_code_in_their_name() {
    let Some(corpus) = corpus() else { return };
    let scratch = tempfile::tempdir().unwrap();
    let bad = cases(&corpus, "bad-objects", scratch.path());
    assert!(bad.len() >= 60, "only {} cases", bad.len());
    let accepted = judge(&bad, validate_object, |_, report| !report.is_valid());
    assert!(accepted.is_empty(), "{accepted:#?}");
    let other_codes = judge(&bad, validate_object, has_a_named_code);
    assert!(
        other_codes.is_empty(),
        "{} of {}: {other_codes:#?}",
        other_codes.len(),
        bad.len()
    );
}

#[test]
fn bare_inventories_are_refused_with_the_code_in_their_name() {
    let Some(corpus) = corpus() else { return };
    let scratch = tempfile::tempdir().unwrap();
    let bad = cases(&corpus, "bad-inventories", scratch.path());
    assert!(!bad.is_empty());
    let wrong = judge(&bad, validate_inventory, |case, report| {
        !report.is_valid() && has_a_named_code(case, report)
    });
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn storage_roots_get_their_verdict() {
    let Some(corpus) = corpus() else { return };
    let scratch = tempfile::tempdir().unwrap();
    let good = cases(&corpus, "good-storage-roots", scratch.path());
    let refused = judge(&good, validate_storage_root, |_, report| report.is_valid());
    assert!(!good.is_empty() && refused.is_empty(), "{refused:#?}");
    let bad = cases(&corpus, "bad-storage-roots", scratch.path());
    let wrong = judge(&bad, validate_storage_root, |case, report| {
        !report.is_valid() && has_a_named_code(case, report)
    });
    assert!(!bad.is_empty() && wrong.is_empty(), "{wrong:#?}");
}

/// The files of a folder as logical paths with their bytes.
fn files(folder: &Path) -> Vec<(LogicalPath, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in walkdir::WalkDir::new(folder).sort_by_file_name() {
        let entry = entry.unwrap();
        if entry.file_type().is_file() {
            let name = entry
                .path()
                .strip_prefix(folder)
                .unwrap()
                .to_str()
                .unwrap()
                .to_owned();
            found.push((LogicalPath::new(name).unwrap(), fs::read(entry.path()).unwrap()));
        }
    }
    found.sort();
    found
}

#[test]
fn content_trees_come_out_byte_for_byte() {
    let Some(corpus) = corpus() else { return };
    let scratch = tempfile::tempdir().unwrap();
    let vault = Vault::create(scratch.path().join("vault")).unwrap();
    let info = VersionInfo {
        created: jiff::Timestamp::UNIX_EPOCH,
        message: "round trip".to_owned(),
        user_name: "test".to_owned(),
        user_address: Some("mailto:test@example.org".to_owned()),
    };
    let mut trees = 0;
    for version in ["1.0", "1.1"] {
        for tree in fs::read_dir(corpus.join("fixtures").join(version).join("content")).unwrap() {
            let tree = tree.unwrap().path();
            if !tree.is_dir() {
                continue;
            }
            trees += 1;
            let id = ObjectId::new(format!(
                "urn:test:{version}:{}",
                tree.file_name().unwrap().to_str().unwrap()
            ))
            .unwrap();
            // A tree holds a folder for each version of one object.
            let mut versions: Vec<PathBuf> = fs::read_dir(&tree)
                .unwrap()
                .map(|entry| entry.unwrap().path())
                .filter(|path| path.is_dir())
                .collect();
            versions.sort();
            for (number, source) in versions.iter().enumerate() {
                let batch = vault.begin(&format!("batch-{trees}-{number}")).unwrap();
                let mut writer = if number == 0 {
                    batch.new_object(&id)
                } else {
                    batch.new_version(&id)
                }
                .unwrap();
                writer.remove_all();
                for (path, bytes) in files(source) {
                    writer
                        .put(&path, bytes.as_slice(), Some(bytes.len() as u64), &mut NoObserver)
                        .unwrap();
                }
                writer.finish(info.clone()).unwrap();
                batch.seal().unwrap().place().unwrap();
            }
            let object = vault.object(&id).unwrap().unwrap();
            for (number, source) in (1..).zip(&versions) {
                let version = lantai_vault::VersionNumber::new(number).unwrap();
                let mut out: Vec<(LogicalPath, Vec<u8>)> = Vec::new();
                for file in object.state(version).unwrap() {
                    let mut bytes = Vec::new();
                    object
                        .open(version, file.path)
                        .unwrap()
                        .read_to_end(&mut bytes)
                        .unwrap();
                    out.push((file.path.clone(), bytes));
                }
                assert_eq!(out, files(source), "{} {version}", tree.display());
            }
            let report = validate_object(object.folder());
            assert_eq!(report, Report::default(), "{}", tree.display());
        }
    }
    assert!(trees >= 6, "only {trees} trees");
    assert_eq!(validate_storage_root(vault.storage_root()), Report::default());
}
