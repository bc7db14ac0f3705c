//! Whatever is done to a journal's files, verification finds it and says where.

#![expect(
    clippy::unwrap_used,
    reason = "a test ends where something is not as it should be"
)]

use std::fs;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use lantai_journal::tile::{Tile, parse_bundle};
use lantai_journal::{
    Hash, Journal, Problem, ProblemKind, SigningKey, Verification, leaf_hash, verify, verify_against,
};
use proptest::prelude::*;
use tempfile::TempDir;

fn key() -> SigningKey {
    SigningKey::from_seed("archive.example/journal", [5; 32]).unwrap()
}

fn fact(number: u64) -> Vec<u8> {
    format!(
        "{{\"number\":{number},\"digest\":\"{}\"}}",
        leaf_hash(&number.to_be_bytes())
    )
    .into_bytes()
}

fn journal_of(size: u64) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    let mut journal = Journal::create(dir.path(), &key()).unwrap();
    journal
        .append(0, &(0..size).map(fact).collect::<Vec<_>>(), &key())
        .unwrap();
    dir
}

fn copy_of(size: u64) -> impl Iterator<Item = Hash> {
    (0..size).map(|number| leaf_hash(&fact(number)))
}

fn check(dir: &TempDir) -> Verification {
    verify(dir.path(), key().verifying_key()).unwrap()
}

fn kinds(verification: &Verification) -> Vec<(ProblemKind, Option<u64>, Option<u64>)> {
    verification
        .problems
        .iter()
        .map(|problem| (problem.kind, problem.entry, problem.found_at))
        .collect()
}

fn read_bundle(dir: &Path, index: u64, size: u64) -> Vec<Vec<u8>> {
    let tile = Tile::of_entries(index, size).unwrap();
    let bytes = fs::read(dir.join(tile.path())).unwrap();
    parse_bundle(&bytes, tile.width)
        .unwrap()
        .into_iter()
        .map(<[u8]>::to_vec)
        .collect()
}

fn write_bundle(dir: &Path, index: u64, size: u64, entries: &[Vec<u8>]) {
    let mut bytes = Vec::new();
    for entry in entries {
        bytes.extend_from_slice(&(entry.len() as u16).to_be_bytes());
        bytes.extend_from_slice(entry);
    }
    fs::write(dir.join(Tile::of_entries(index, size).unwrap().path()), bytes).unwrap();
}

/// Writes the level-0 tile that goes with the entries, as someone who covers his tracks would.
fn write_tile(dir: &Path, index: u64, size: u64, entries: &[Vec<u8>]) {
    let bytes: Vec<u8> = entries
        .iter()
        .flat_map(|entry| *leaf_hash(entry).as_bytes())
        .collect();
    fs::write(dir.join(Tile::of_hashes(0, index, size).unwrap().path()), bytes).unwrap();
}

fn files(dir: &Path) -> Vec<PathBuf> {
    let (mut found, mut folders) = (Vec::new(), vec![dir.to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path)
            } else {
                found.push(path)
            }
        }
    }
    found.sort();
    found
}

#[test]
fn an_altered_entry_is_named() {
    let dir = journal_of(700);
    let mut entries = read_bundle(dir.path(), 1, 700);
    entries[44][3] ^= 0x20;
    write_bundle(dir.path(), 1, 700, &entries);
    let report = check(&dir);
    assert_eq!(kinds(&report), [(ProblemKind::Altered, Some(300), None)]);
    let problem = &report.problems[0];
    assert_eq!(problem.path, Path::new("tile/entries/001"));
    assert_eq!(problem.expected, Some(leaf_hash(&fact(300)).to_string()));
    assert_eq!(problem.found, Some(leaf_hash(&entries[44]).to_string()));
    let journal = Journal::open(dir.path(), key().verifying_key()).unwrap();
    assert_eq!(journal.entry(300).unwrap_err().code(), "journal.damaged");
    assert!(journal.entry(256 + 255 + 1).is_ok());
}

#[test]
fn an_entry_whose_length_is_damaged_is_named_alone() {
    let dir = journal_of(700);
    for (bit, number) in [(0, 3), (5, 7), (9, 20), (15, 255)] {
        let path = dir.path().join("tile/entries/001");
        let sound = fs::read(&path).unwrap();
        let before: usize = read_bundle(dir.path(), 1, 700)[..number]
            .iter()
            .map(|entry| entry.len() + 2)
            .sum();
        let mut bytes = sound.clone();
        bytes[before + 1 - bit / 8] ^= 1 << (bit % 8);
        fs::write(&path, &bytes).unwrap();
        assert_eq!(
            kinds(&check(&dir)),
            [(ProblemKind::Altered, Some(256 + number as u64), None)],
            "bit {bit}"
        );
        fs::write(&path, &sound).unwrap();
    }
}

#[test]
fn swapped_entries_are_named_with_both_places() {
    for (a, b) in [(3, 200), (7, 8), (10, 600), (699, 0)] {
        let dir = journal_of(700);
        let mut bundles: Vec<Vec<Vec<u8>>> =
            (0..3).map(|index| read_bundle(dir.path(), index, 700)).collect();
        bundles[a / 256][a % 256] = fact(b as u64);
        bundles[b / 256][b % 256] = fact(a as u64);
        for (index, entries) in (0..).zip(&bundles) {
            write_bundle(dir.path(), index, 700, entries);
        }
        let (a, b) = (a.min(b) as u64, a.max(b) as u64);
        let expected = [
            (ProblemKind::Reordered, Some(a), Some(b)),
            (ProblemKind::Reordered, Some(b), Some(a)),
        ];
        assert_eq!(kinds(&check(&dir)), expected);
    }
}

#[test]
fn a_dropped_entry_is_named_whether_the_rest_moved_up_or_not() {
    let dir = journal_of(700);
    let mut entries = read_bundle(dir.path(), 0, 700);
    entries.remove(17);
    write_bundle(dir.path(), 0, 700, &entries);
    assert_eq!(kinds(&check(&dir)), [(ProblemKind::Dropped, Some(17), None)]);

    // Everything behind it moves up, over the ends of bundles, and the last bundle's file gets its new name.
    let dir = journal_of(700);
    let mut all: Vec<Vec<u8>> = (0..700).map(fact).collect();
    all.remove(17);
    fs::remove_dir_all(dir.path().join("tile/entries/002.p")).unwrap();
    fs::create_dir(dir.path().join("tile/entries/002.p")).unwrap();
    for (index, entries) in (0..).zip(all.chunks(256)) {
        write_bundle(dir.path(), index, 699, entries);
    }
    assert_eq!(
        kinds(&check(&dir)),
        [
            (ProblemKind::Missing, None, None),
            (ProblemKind::Dropped, Some(17), None)
        ]
    );
}

#[test]
fn an_added_entry_is_named() {
    let dir = journal_of(300);
    let mut entries = read_bundle(dir.path(), 1, 300);
    entries.push(b"smuggled in".to_vec());
    write_bundle(dir.path(), 1, 300, &entries);
    assert_eq!(kinds(&check(&dir)), [(ProblemKind::Added, Some(300), None)]);
}

#[test]
fn a_changed_tile_is_not_taken_for_a_changed_entry() {
    let dir = journal_of(70_000);
    for (file, at, entry) in [
        ("tile/0/100", 32 * 7 + 3, Some(25_607)),
        ("tile/0/273.p/112", 32 * 111, Some(69_999)),
        ("tile/1/000", 5, None),
        ("tile/1/001.p/17", 32 * 16, None),
        ("tile/2/000.p/1", 31, None),
    ] {
        let path = dir.path().join(file);
        let sound = fs::read(&path).unwrap();
        let mut bytes = sound.clone();
        bytes[at] ^= 1;
        fs::write(&path, &bytes).unwrap();
        let report = check(&dir);
        assert_eq!(
            kinds(&report),
            [(ProblemKind::TileMismatch, entry, None)],
            "{file}"
        );
        assert_eq!(report.problems[0].path, Path::new(file));
        fs::write(&path, &sound).unwrap();
    }
}

#[test]
fn damage_in_several_places_is_told_apart() {
    let dir = journal_of(70_000);
    let flip = |file: &str, at: usize| {
        let path = dir.path().join(file);
        let mut bytes = fs::read(&path).unwrap();
        bytes[at] ^= 4;
        fs::write(&path, &bytes).unwrap();
    };
    flip("tile/0/003", 0);
    flip("tile/1/000", 32 * 9);
    flip("tile/entries/020", 40);
    let found = kinds(&check(&dir));
    let expected = [
        (ProblemKind::TileMismatch, None, None),
        (ProblemKind::TileMismatch, Some(768), None),
        (ProblemKind::Altered, Some(5120), None),
    ];
    assert_eq!(found, expected);
}

#[test]
fn an_entry_forged_with_its_tile_is_narrowed_down_and_the_copy_names_it() {
    let dir = journal_of(700);
    let mut entries = read_bundle(dir.path(), 1, 700);
    entries[0] = b"forged".to_vec();
    write_bundle(dir.path(), 1, 700, &entries);
    write_tile(dir.path(), 1, 700, &entries);
    let report = check(&dir);
    assert!(
        kinds(&report).contains(&(ProblemKind::Altered, None, None)),
        "{report:?}"
    );
    assert!(
        report
            .problems
            .iter()
            .all(|problem| problem.path.ends_with("001")),
        "{report:?}"
    );
    let report = verify_against(dir.path(), key().verifying_key(), copy_of(700)).unwrap();
    let named = report
        .problems
        .iter()
        .find(|problem| problem.against_copy)
        .unwrap();
    assert_eq!((named.kind, named.entry), (ProblemKind::Altered, Some(256)));
}

#[test]
fn a_wholly_forged_journal_does_not_fit_its_checkpoint() {
    let (dir, forged) = (journal_of(700), tempfile::tempdir().unwrap());
    let mut facts: Vec<Vec<u8>> = (0..700).map(fact).collect();
    facts[600] = b"forged".to_vec();
    let thief = SigningKey::from_seed("archive.example/journal", [9; 32]).unwrap();
    let mut journal = Journal::create(forged.path(), &thief).unwrap();
    journal.append(0, &facts, &thief).unwrap();
    let checkpoint = fs::read(dir.path().join("checkpoint")).unwrap();

    let report = verify(forged.path(), key().verifying_key()).unwrap();
    assert_eq!(kinds(&report), [(ProblemKind::CheckpointSignature, None, None)]);
    fs::write(forged.path().join("checkpoint"), checkpoint).unwrap();
    let report = verify_against(forged.path(), key().verifying_key(), copy_of(700)).unwrap();
    let expected = [
        (ProblemKind::CheckpointRoot, None, None),
        (ProblemKind::Altered, Some(600), None),
    ];
    assert_eq!(kinds(&report), expected);
    let opened = Journal::open(forged.path(), key().verifying_key());
    assert_eq!(opened.unwrap_err().code(), "journal.damaged");
}

#[test]
fn a_journal_set_back_is_sound_by_itself_but_not_against_the_copy() {
    let dir = journal_of(700);
    assert!(check(&dir).is_sound());
    let report = verify_against(dir.path(), key().verifying_key(), copy_of(702)).unwrap();
    let expected = [
        (ProblemKind::Dropped, Some(700), None),
        (ProblemKind::Dropped, Some(701), None),
    ];
    assert_eq!(kinds(&report), expected);
    let report = verify_against(dir.path(), key().verifying_key(), copy_of(699)).unwrap();
    assert_eq!(kinds(&report), [(ProblemKind::Added, Some(699), None)]);
}

#[test]
fn missing_files_are_named_and_do_not_stop_the_check() {
    let dir = journal_of(70_000);
    for file in [
        "checkpoint",
        "tile/0/005",
        "tile/entries/006",
        "tile/1/000",
        "tile/entries/273.p/112",
    ] {
        let path = dir.path().join(file);
        let sound = fs::read(&path).unwrap();
        fs::remove_file(&path).unwrap();
        let report = check(&dir);
        assert_eq!(kinds(&report), [(ProblemKind::Missing, None, None)], "{file}");
        assert_eq!(report.problems[0].path, Path::new(file));
        assert_eq!(report.entries, 70_000);
        fs::write(&path, sound).unwrap();
    }
    assert!(check(&dir).is_sound());
}

#[test]
fn a_foreign_file_is_a_leftover_and_no_problem() {
    let dir = journal_of(300);
    fs::write(dir.path().join("tile/0/note.txt"), "x").unwrap();
    fs::write(dir.path().join("tile/0/001.p/99"), "x").unwrap();
    let report = check(&dir);
    assert!(report.is_sound());
    assert_eq!(
        report.leftovers,
        [Path::new("tile/0/001.p/99"), Path::new("tile/0/note.txt")]
    );
}

#[test]
fn the_report_has_a_stable_shape() {
    let problem = Problem {
        kind: ProblemKind::Reordered,
        entry: Some(3),
        found_at: Some(9),
        path: PathBuf::from("tile/entries/000.p/10"),
        expected: None,
        found: None,
        against_copy: false,
    };
    assert_eq!(
        serde_json::to_string(&problem).unwrap(),
        r#"{"kind":"reordered","entry":3,"found_at":9,"path":"tile/entries/000.p/10","expected":null,"found":null,"against_copy":false}"#
    );
    assert_eq!(problem.kind.code(), "journal.reordered");
}

/// Flips one bit of one file and says which file the report names first.
fn flip_and_check(dir: &TempDir, path: &Path, at: usize, bit: u8) -> Verification {
    let sound = fs::read(path).unwrap()[at];
    // In place: cutting the file off and writing it anew makes some file systems wait for the disk.
    let put = |byte: u8| {
        fs::File::options()
            .write(true)
            .open(path)
            .unwrap()
            .write_all_at(&[byte], at as u64)
    };
    put(sound ^ (1 << bit)).unwrap();
    let report = check(dir);
    put(sound).unwrap();
    report
}

#[test]
fn every_bit_of_a_small_journal_is_guarded() {
    let dir = journal_of(3);
    for path in files(dir.path()) {
        let place = path.strip_prefix(dir.path()).unwrap();
        for at in 0..fs::read(&path).unwrap().len() {
            for bit in 0..8 {
                let report = flip_and_check(&dir, &path, at, bit);
                assert!(!report.is_sound(), "{} byte {at} bit {bit}", place.display());
                let is_named = report.problems.iter().all(|problem| problem.path == place);
                assert!(
                    is_named,
                    "{} byte {at} bit {bit}: {:?}",
                    place.display(),
                    report.problems
                );
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn any_flipped_bit_of_any_file_is_found_and_the_file_named(
        file in any::<prop::sample::Index>(), at in any::<prop::sample::Index>(), bit in 0u8..8,
    ) {
        static JOURNAL: std::sync::OnceLock<TempDir> = std::sync::OnceLock::new();
        let dir = JOURNAL.get_or_init(|| journal_of(600));
        let files = files(dir.path());
        let path = &files[file.index(files.len())];
        let length = fs::read(path).unwrap().len();
        let report = flip_and_check(dir, path, at.index(length), bit);
        prop_assert!(!report.is_sound());
        for problem in &report.problems {
            prop_assert_eq!(&dir.path().join(&problem.path), path, "{:?}", report.problems);
        }
    }
}
