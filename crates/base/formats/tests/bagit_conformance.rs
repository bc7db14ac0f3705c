//! The conformance suite's bags: what Linux must accept is accepted, what it must refuse is refused.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test ends where something is not as it should be"
)]

use std::fs;
use std::path::{Path, PathBuf};

use lantai_formats::bagit::{self, FaultKind};

/// The suite, or `None` after saying why the test is skipped.
fn suite() -> Option<PathBuf> {
    let default = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../../shared/corpus");
    let root = std::env::var_os("LANTAI_CORPUS").map_or_else(|| PathBuf::from(default), PathBuf::from);
    let suite = root.join("bagit/conformance");
    if suite.is_dir() {
        return Some(suite);
    }
    println!("skipped: no corpus at {} (set LANTAI_CORPUS)", suite.display());
    None
}

fn folders(path: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path());
    let mut folders: Vec<PathBuf> = entries.filter(|path| path.is_dir()).collect();
    folders.sort();
    folders
}

/// The faults and the warnings of a bag, as codes.
fn judge(bag: &Path) -> (Vec<&'static str>, Vec<FaultKind>) {
    let faults = match bagit::read(bag) {
        Ok(bag) => bag.validate(2, &|_| {}).unwrap(),
        Err(error) => return (vec![error.code()], Vec::new()),
    };
    let (warnings, faults): (Vec<_>, Vec<_>) = faults.into_iter().partition(|fault| fault.is_warning());
    let codes = faults.iter().map(|fault| fault.kind.code()).collect();
    (codes, warnings.iter().map(|warning| warning.kind).collect())
}

#[test]
fn every_bag_gets_its_verdict() {
    let Some(suite) = suite() else { return };
    let (mut judged, mut wrong) = (0, Vec::new());
    for version in folders(&suite) {
        for kind in folders(&version) {
            let kind_name = kind.file_name().unwrap().to_str().unwrap().to_owned();
            let must_accept = match kind_name.as_str() {
                "valid" | "warning" => true,
                "invalid" | "linux-only" => false,
                _ => continue, // windows-only
            };
            for bag in folders(&kind) {
                let (faults, warnings) = judge(&bag);
                judged += 1;
                let is_warned = kind_name != "warning" || !warnings.is_empty();
                if faults.is_empty() != must_accept || !is_warned {
                    wrong.push(format!("{}: {faults:?} {warnings:?}", bag.display()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert_eq!(judged, 39);
}

#[test]
fn warnings_and_faults_are_the_right_ones() {
    let Some(suite) = suite() else { return };
    let warnings = |bag: &str| judge(&suite.join("v0.97/warning").join(bag)).1;
    assert_eq!(
        warnings("duplicate-file-with-different-case"),
        [FaultKind::NameCase]
    );
    assert!(
        warnings("made-with-md5sum-tools")
            .iter()
            .all(|kind| *kind == FaultKind::BinaryMark)
    );
    assert!(
        warnings("relative-path")
            .iter()
            .all(|kind| *kind == FaultKind::DotSlash)
    );
    let normalization = warnings("same-filename-listed-twice-with-different-normalization");
    assert_eq!(normalization, [FaultKind::NameNormalization]);
    assert!(warnings("special-system-files").contains(&FaultKind::SystemFileMissing));

    let faults = |bag: &str| judge(&suite.join(bag)).0;
    assert_eq!(faults("v0.97/invalid/missing-bagit.txt"), ["bagit.not_a_bag"]);
    assert_eq!(faults("v0.97/invalid/bom-in-bagit.txt"), ["bagit.declaration"]);
    assert!(faults("v0.97/invalid/extra-file-in-bag").contains(&"bagit.extra"));
    assert!(
        faults("v0.97/invalid/out-of-scope-file-paths-using-dot-notation").contains(&"bagit.path_escape")
    );
    assert!(faults("v0.97/linux-only/out-of-scope-file-paths-using-shortcut").contains(&"bagit.path_escape"));
    assert!(
        faults("v0.97/invalid/same-filename-listed-twice-with-different-hashes")
            .contains(&"bagit.listed_twice")
    );
    assert!(faults("v1.0/invalid/notAllManifestsListAllFiles").contains(&"bagit.extra"));
}
