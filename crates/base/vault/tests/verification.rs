//! One flipped bit in any file of the vault is found and named; so are missing and additional files.

#![expect(clippy::unwrap_used, reason = "a test that cannot set up its case has failed")]

use std::fs;
use std::path::{Path, PathBuf};

use lantai_vault::{Digests, LogicalPath, NoProgress, ObjectId, ProblemKind, Vault, VersionInfo};

fn filled(root: &Path) -> Vault {
    let vault = Vault::create(root).unwrap();
    let info = |message: &str| VersionInfo {
        created: jiff::Timestamp::UNIX_EPOCH,
        message: message.to_owned(),
        user_name: "档案员".to_owned(),
        user_address: Some("urn:test:person".to_owned()),
    };
    let id = ObjectId::new("urn:test:one").unwrap();
    for version in 1..=3 {
        let batch = vault.begin(&format!("batch-{version}")).unwrap();
        let mut writer = if version == 1 {
            batch.new_object(&id)
        } else {
            batch.new_version(&id)
        }
        .unwrap();
        let text = format!("第{version}版");
        writer
            .put_bytes(&LogicalPath::new("正文.txt").unwrap(), text.as_bytes())
            .unwrap();
        writer
            .put_bytes(&LogicalPath::new(format!("附件/{version}.txt")).unwrap(), b"same")
            .unwrap();
        writer.finish(info(&text)).unwrap();
        batch.seal().unwrap().place().unwrap();
    }
    vault
}

fn all_files(vault: &Vault) -> Vec<PathBuf> {
    let entries = walkdir::WalkDir::new(vault.storage_root())
        .sort_by_file_name()
        .into_iter()
        .map(Result::unwrap);
    entries
        .filter(|entry| entry.file_type().is_file())
        .map(|entry| entry.into_path())
        .collect()
}

fn shown(vault: &Vault, path: &Path) -> String {
    path.strip_prefix(vault.storage_root())
        .unwrap()
        .to_str()
        .unwrap()
        .to_owned()
}

const BOTH_WAYS: [Digests; 2] = [Digests::Content, Digests::ContentAndSm3];

#[test]
fn one_flipped_bit_in_any_file_is_found_and_named() {
    for digests in BOTH_WAYS {
        let scratch = tempfile::tempdir().unwrap();
        let vault = filled(&scratch.path().join("vault"));
        let sound = vault.verify(digests, 2, &NoProgress).unwrap();
        let files = all_files(&vault);
        assert_eq!((sound.problems, sound.files), (Vec::new(), files.len() as u64));
        for file in files {
            let right = fs::read(&file).unwrap();
            // A few bits of a long file, each bit of a short one.
            let step = (right.len() * 8 / 40).max(1);
            for bit in (0..right.len() * 8).step_by(step) {
                let mut wrong = right.clone();
                wrong[bit / 8] ^= 1 << (bit % 8);
                fs::write(&file, &wrong).unwrap();
                let problems = vault.verify(digests, 1, &NoProgress).unwrap().problems;
                let named: Vec<_> = problems
                    .iter()
                    .map(|problem| (problem.path.clone(), problem.kind))
                    .collect();
                assert_eq!(
                    named,
                    [(shown(&vault, &file), ProblemKind::Altered)],
                    "bit {bit} of {}",
                    file.display()
                );
            }
            fs::write(&file, &right).unwrap();
        }
    }
}

#[test]
fn a_missing_file_is_found_and_named() {
    for digests in BOTH_WAYS {
        let scratch = tempfile::tempdir().unwrap();
        let vault = filled(&scratch.path().join("vault"));
        for file in all_files(&vault) {
            let right = fs::read(&file).unwrap();
            fs::remove_file(&file).unwrap();
            let problems = vault.verify(digests, 1, &NoProgress).unwrap().problems;
            let named: Vec<_> = problems
                .iter()
                .map(|problem| (problem.path.clone(), problem.kind))
                .collect();
            assert_eq!(named, [(shown(&vault, &file), ProblemKind::Missing)]);
            fs::write(&file, &right).unwrap();
        }
    }
}

#[test]
fn additional_files_and_misplaced_objects_are_found() {
    let scratch = tempfile::tempdir().unwrap();
    let vault = filled(&scratch.path().join("vault"));
    let object = vault.object_dir(&ObjectId::new("urn:test:one").unwrap());
    let root = vault.storage_root().to_path_buf();
    for place in [
        object.join("Thumbs.db"),
        object.join("v2/content/x"),
        root.join("x"),
        object.join("../x"),
    ] {
        fs::create_dir_all(place.parent().unwrap()).unwrap();
        fs::write(&place, b"x").unwrap();
        let problems = vault.verify(Digests::Content, 1, &NoProgress).unwrap().problems;
        assert_eq!(problems.len(), 1, "{place:?}: {problems:?}");
        assert_eq!(problems[0].kind, ProblemKind::Extra);
        fs::remove_file(&place).unwrap();
    }
    let elsewhere = root.join("000/000/000");
    fs::create_dir_all(&elsewhere).unwrap();
    fs::rename(&object, elsewhere.join(object.file_name().unwrap())).unwrap();
    let problems = vault.verify(Digests::Content, 1, &NoProgress).unwrap().problems;
    assert_eq!(
        problems.iter().map(|problem| problem.kind).collect::<Vec<_>>(),
        [ProblemKind::Misplaced]
    );
}

/// Whoever finds other bytes with the same SHA-512 still has to forge SM3; only the second digest tells then.
#[test]
fn a_second_digest_that_was_recorded_otherwise_is_found_when_it_is_asked_for() {
    let scratch = tempfile::tempdir().unwrap();
    let vault = filled(&scratch.path().join("vault"));
    let object = vault.object_dir(&ObjectId::new("urn:test:one").unwrap());
    for folder in [object.clone(), object.join("v3")] {
        let path = folder.join("inventory.json");
        let mut inventory: serde_json::Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
        let sm3 = inventory["fixity"]["sm3"].as_object_mut().unwrap();
        let (_, paths) = sm3.remove_entry(&sm3.keys().next().unwrap().clone()).unwrap();
        sm3.insert("0".repeat(64), paths);
        let bytes = serde_json::to_vec_pretty(&inventory).unwrap();
        fs::write(&path, &bytes).unwrap();
        let digest = lantai_vault::Algorithm::Sha512.of(&bytes);
        fs::write(
            folder.join("inventory.json.sha512"),
            format!("{digest} inventory.json\n"),
        )
        .unwrap();
    }
    let found = |digests| vault.verify(digests, 1, &NoProgress).unwrap().problems;
    assert_eq!(found(Digests::Content), Vec::new());
    let problems = found(Digests::ContentAndSm3);
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert_eq!(problems[0].kind, ProblemKind::Altered);
    assert!(problems[0].expected.as_ref().unwrap().starts_with("sm3 0000"));
}
