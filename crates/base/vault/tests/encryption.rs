//! An encrypting vault: nothing in clear on disk, sound OCFL, keys that are exchanged without touching content, and
//! damage that is named.

#![expect(clippy::unwrap_used, reason = "a test that cannot set up its case has failed")]

use lantai_testkit::{content_keys, next_content_keys};
use lantai_vault::{
    Arriving, Digests, KeyKeeper, LogicalPath, Moment, NoProgress, ObjectId, Probe, ProblemKind, Vault,
    VaultError, VaultOptions, VersionInfo, validate_storage_root,
};
use std::collections::BTreeMap;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

const MARKER: &str = "荻川县绝密档案正文";

fn info() -> VersionInfo {
    VersionInfo {
        created: jiff::Timestamp::UNIX_EPOCH,
        message: "received".to_owned(),
        user_name: "admin".to_owned(),
        user_address: None,
    }
}

fn path(text: &str) -> LogicalPath {
    LogicalPath::new(text).unwrap()
}

fn id(text: &str) -> ObjectId {
    ObjectId::new(text).unwrap()
}

fn with_keys(keys: Arc<dyn KeyKeeper>) -> VaultOptions {
    VaultOptions::default().with_keys(keys, true)
}

/// Three encrypted objects, one of them with two versions, and one in clear.
fn filled(root: &Path) -> Vault {
    let vault = with_keys(content_keys()).create(root).unwrap();
    let batch = vault.begin("first").unwrap();
    for number in 1..=3 {
        let mut writer = batch.new_object(&id(&format!("urn:test:{number}"))).unwrap();
        let long = MARKER.repeat(9_000);
        writer
            .put_bytes(&path("content/long.txt"), long.as_bytes())
            .unwrap();
        let few: Vec<_> = ["a", "b", "c", "d", "e"]
            .iter()
            .map(|name| Arriving {
                path: path(&format!("content/{name}")),
                source: MARKER.as_bytes(),
                announced: Some(MARKER.len() as u64),
            })
            .collect();
        let stored = writer.put_all(few, |_, _| Ok(()));
        let again = stored
            .iter()
            .filter(|stored| stored.as_ref().unwrap().deduplicated);
        assert_eq!(again.count(), 4, "the same content is stored once");
        writer.put_bytes(&path("content/empty"), b"").unwrap();
        writer.finish(info()).unwrap();
    }
    let mut writer = batch.new_clear_object(&id("urn:test:open")).unwrap();
    writer.put_bytes(&path("open.txt"), b"for everybody").unwrap();
    writer.finish(info()).unwrap();
    assert_no_marker(root);
    batch.seal().unwrap().place().unwrap();
    let batch = vault.begin("second").unwrap();
    let mut writer = batch.new_clear_version(&id("urn:test:1")).unwrap();
    writer.put_bytes(&path("note.txt"), MARKER.as_bytes()).unwrap();
    writer.finish(info()).unwrap();
    batch.seal().unwrap().place().unwrap();
    vault
}

fn files(root: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let entries = walkdir_files(root);
    entries
        .into_iter()
        .map(|path| (path.clone(), std::fs::read(path).unwrap()))
        .collect()
}

fn walkdir_files(root: &Path) -> Vec<PathBuf> {
    let entries = walkdir::WalkDir::new(root).into_iter().map(Result::unwrap);
    entries
        .filter(|entry| entry.file_type().is_file())
        .map(|entry| entry.into_path())
        .collect()
}

fn assert_no_marker(root: &Path) {
    for (path, bytes) in files(root) {
        let found = bytes
            .windows(MARKER.len())
            .any(|window| window == MARKER.as_bytes());
        assert!(!found, "{} is in clear", path.display());
    }
}

/// What a reader sees of all objects.
fn contents(vault: &Vault) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    for id in vault.object_ids() {
        let object = vault.object(&id.unwrap()).unwrap().unwrap();
        for version in object.inventory().versions.keys() {
            for file in object.state(*version).unwrap() {
                let mut bytes = Vec::new();
                let mut content = object.open(*version, file.path).unwrap();
                assert_eq!(
                    object.clear_file(*version, file.path).unwrap().is_some(),
                    object.id().as_str().ends_with("open")
                );
                content.read_to_end(&mut bytes).unwrap();
                assert_eq!(content.size().unwrap(), bytes.len() as u64);
                found.insert(format!("{} {version} {}", object.id(), file.path), bytes);
            }
        }
    }
    found
}

fn problems(vault: &Vault) -> Vec<(ProblemKind, String)> {
    let verification = vault.verify(Digests::ContentAndSm3, 2, &NoProgress).unwrap();
    let problems = verification.problems.into_iter();
    problems.map(|problem| (problem.kind, problem.path)).collect()
}

#[test]
fn nothing_lies_in_clear_and_everything_is_read_again() {
    let scratch = tempfile::tempdir().unwrap();
    let vault = filled(scratch.path());
    assert_no_marker(scratch.path());
    let found = contents(&vault);
    assert_eq!(
        found["urn:test:2 v1 content/long.txt"],
        MARKER.repeat(9_000).as_bytes()
    );
    assert_eq!(found["urn:test:1 v2 note.txt"], MARKER.as_bytes());
    assert_eq!(found["urn:test:3 v1 content/empty"], b"");
    assert_eq!(found["urn:test:open v1 open.txt"], b"for everybody");
    assert_eq!(problems(&vault), []);
    let report = validate_storage_root(vault.storage_root());
    assert!(report.is_valid(), "{report:?}");
    let open = vault.object_dir(&id("urn:test:open"));
    assert!(!open.join("extensions").exists(), "what is in clear has no key");
}

#[test]
fn without_keys_stored_bytes_are_verified_and_reading_is_refused_by_name() {
    let scratch = tempfile::tempdir().unwrap();
    filled(scratch.path());
    let vault = Vault::open(scratch.path()).unwrap();
    assert_eq!(problems(&vault), []);
    let object = vault.object(&id("urn:test:1")).unwrap().unwrap();
    let refused = object.open(object.head(), &path("note.txt")).unwrap_err();
    assert_eq!(refused.code(), "vault.key_missing");
    let batch = vault.begin("more").unwrap();
    let refused = batch.new_version(&id("urn:test:1")).map(drop).unwrap_err();
    assert_eq!(refused.code(), "vault.key_missing");
    let others = lantai_testkit::KeyRing::fleeting(lantai_testkit::CipherAlgorithm::Sm4Gcm, "first").unwrap();
    let vault = with_keys(Arc::new(others)).open(scratch.path()).unwrap();
    let object = vault.object(&id("urn:test:1")).unwrap().unwrap();
    let refused = object.open(object.head(), &path("note.txt")).unwrap_err();
    assert_eq!(refused.code(), "vault.key_refused");
    let found = problems(&vault);
    assert_eq!(found.len(), 3, "one for each encrypted object: {found:?}");
    assert!(
        found
            .iter()
            .all(|(kind, path)| *kind == ProblemKind::Undecryptable && path.ends_with("key.json"))
    );
}

#[test]
fn whatever_is_damaged_is_named_with_and_without_keys() {
    let scratch = tempfile::tempdir().unwrap();
    let vault = filled(scratch.path());
    let without = Vault::open(scratch.path()).unwrap();
    for file in walkdir_files(&vault.object_dir(&id("urn:test:2"))) {
        let whole = std::fs::read(&file).unwrap();
        let shown = file
            .strip_prefix(vault.storage_root())
            .unwrap()
            .to_str()
            .unwrap()
            .to_owned();
        let mut altered = whole.clone();
        altered[whole.len() / 2] ^= 1;
        std::fs::write(&file, altered).unwrap();
        for vault in [&vault, &without] {
            let found = problems(vault);
            assert!(found.iter().any(|(_, path)| *path == shown), "{shown}: {found:?}");
        }
        std::fs::remove_file(&file).unwrap();
        for vault in [&vault, &without] {
            let found = problems(vault);
            assert!(
                found.contains(&(ProblemKind::Missing, shown.clone())),
                "{shown}: {found:?}"
            );
        }
        std::fs::write(&file, whole).unwrap();
    }
    assert_eq!(problems(&vault), []);
}

#[test]
fn content_and_keys_do_not_pass_from_one_object_to_another() {
    let scratch = tempfile::tempdir().unwrap();
    let vault = filled(scratch.path());
    let open = |number: u32| {
        let object = vault.object(&id(&format!("urn:test:{number}"))).unwrap().unwrap();
        let first = *object.inventory().versions.keys().next().unwrap();
        let mut content = object.open(first, &path("content/long.txt"))?;
        let mut bytes = Vec::new();
        content.read_to_end(&mut bytes).unwrap();
        Ok::<_, VaultError>(bytes)
    };
    let folder = |number: u32| vault.object_dir(&id(&format!("urn:test:{number}")));
    let key = "extensions/lantai-encryption/key.json";
    let content = "v1/content/~encrypted/content/long.txt";
    let (mine, other) = (
        std::fs::read(folder(2).join(key)).unwrap(),
        std::fs::read(folder(3).join(key)).unwrap(),
    );
    std::fs::write(folder(2).join(key), &other).unwrap();
    assert_eq!(open(2).unwrap_err().code(), "vault.key_refused");
    // not even with its content
    let before = std::fs::read(folder(2).join(content)).unwrap();
    std::fs::copy(folder(3).join(content), folder(2).join(content)).unwrap();
    assert_eq!(open(2).unwrap_err().code(), "vault.key_refused");
    std::fs::write(folder(2).join(key), &mine).unwrap();
    assert_eq!(open(2).unwrap_err().code(), "vault.content_refused");
    std::fs::write(folder(2).join(content), before).unwrap();
    assert_eq!(open(2).unwrap(), MARKER.repeat(9_000).as_bytes());
}

#[test]
fn a_file_of_a_package_cannot_pass_for_an_encrypted_one() {
    let scratch = tempfile::tempdir().unwrap();
    let vault = VaultOptions::default().create(scratch.path()).unwrap();
    let batch = vault.begin("first").unwrap();
    let mut writer = batch.new_object(&id("urn:test:1")).unwrap();
    writer
        .put_bytes(&path("~encrypted/a"), b"lantai-content/1")
        .unwrap();
    writer.finish(info()).unwrap();
    batch.seal().unwrap().place().unwrap();
    let object = vault.object(&id("urn:test:1")).unwrap().unwrap();
    assert!(!object.inventory().has_encrypted());
    let mut bytes = Vec::new();
    object
        .open(object.head(), &path("~encrypted/a"))
        .unwrap()
        .read_to_end(&mut bytes)
        .unwrap();
    assert_eq!(bytes, b"lantai-content/1");
    assert_eq!(problems(&vault), []);
}

#[test]
fn keys_are_exchanged_and_content_is_not_touched() {
    let scratch = tempfile::tempdir().unwrap();
    let root = scratch.path();
    let vault = filled(root);
    // one more that waits in a sealed batch
    let batch = vault.begin("waiting").unwrap();
    let mut writer = batch.new_object(&id("urn:test:waiting")).unwrap();
    writer.put_bytes(&path("a"), MARKER.as_bytes()).unwrap();
    writer.finish(info()).unwrap();
    drop(batch.seal().unwrap());
    let (before, seen) = (files(root), contents(&vault));
    assert_eq!(
        vault.keys_in_use().unwrap(),
        BTreeMap::from([("first".to_owned(), 4)])
    );
    assert_eq!(vault.rewrap_keys(&|_| {}).unwrap().rewrapped, 0);
    drop(vault);

    let vault = with_keys(next_content_keys("second")).open(root).unwrap();
    let done = vault.rewrap_keys(&|_| {}).unwrap();
    assert_eq!((done.objects, done.rewrapped), (4, 4));
    assert_eq!(
        vault.keys_in_use().unwrap(),
        BTreeMap::from([("second".to_owned(), 4)])
    );
    let after = files(root);
    assert_eq!(before.len(), after.len());
    for (path, bytes) in &before {
        let is_key = path.ends_with("extensions/lantai-encryption/key.json");
        assert_eq!(after[path] != *bytes, is_key, "{}", path.display());
    }
    vault.resume("waiting").unwrap().place().unwrap();
    let mut seen_now = contents(&vault);
    assert_eq!(
        seen_now.remove("urn:test:waiting v1 a").unwrap(),
        MARKER.as_bytes()
    );
    assert_eq!(seen_now, seen);
    assert_eq!(problems(&vault), []);
    let old = with_keys(content_keys()).open(root).unwrap();
    let object = old.object(&id("urn:test:1")).unwrap().unwrap();
    assert_eq!(
        object.open(object.head(), &path("note.txt")).unwrap_err().code(),
        "vault.key_missing"
    );
}

/// Lets a number of moments pass and none after them.
struct StopAt(AtomicUsize);

impl Probe for StopAt {
    fn step(&self, _name: &'static str, _moment: Moment) -> io::Result<()> {
        let left = self
            .0
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
        left.map(drop)
            .map_err(|_| io::Error::other("the machine stopped"))
    }
}

#[test]
fn a_crash_while_keys_are_exchanged_leaves_each_old_or_new() {
    let scratch = tempfile::tempdir().unwrap();
    let keys = next_content_keys("second");
    let mut mixed = 0;
    for moments in 0.. {
        let root = scratch.path().join(moments.to_string());
        let seen = contents(&filled(&root));
        let probe = Arc::new(StopAt(AtomicUsize::new(moments)));
        let vault = with_keys(keys.clone()).with_probe(probe).open(&root);
        let stopped = match vault.and_then(|vault| vault.rewrap_keys(&|_| {})) {
            Ok(done) => {
                assert_eq!(done.rewrapped, 3);
                assert!(
                    moments > 15 && mixed > 0,
                    "{moments} moments, {mixed} of them in between"
                );
                return;
            }
            Err(error) => error,
        };
        assert_eq!(stopped.code(), "vault.disk");
        let vault = with_keys(keys.clone()).open(&root).unwrap();
        let in_use = vault.keys_in_use().unwrap();
        assert_eq!(in_use.values().sum::<u64>(), 3, "none is lost: {in_use:?}");
        mixed += usize::from(in_use.len() == 2);
        assert_eq!(contents(&vault), seen, "after {moments} moments");
        assert_eq!(problems(&vault), []);
        let rest = vault.rewrap_keys(&|_| {}).unwrap();
        assert_eq!(rest.rewrapped, in_use.get("first").copied().unwrap_or_default());
        assert_eq!(contents(&vault), seen);
        assert!(
            !walkdir_files(&root)
                .iter()
                .any(|path| path.ends_with("key.json.new"))
        );
        std::fs::remove_dir_all(&root).unwrap();
    }
}

#[test]
fn encryption_that_is_turned_on_later_holds_from_the_next_version_on() {
    let scratch = tempfile::tempdir().unwrap();
    let vault = Vault::create(scratch.path()).unwrap();
    let batch = vault.begin("first").unwrap();
    let mut writer = batch.new_object(&id("urn:test:1")).unwrap();
    writer.put_bytes(&path("a"), b"in clear").unwrap();
    writer.finish(info()).unwrap();
    batch.seal().unwrap().place().unwrap();
    drop(vault);
    let vault = with_keys(content_keys()).open(scratch.path()).unwrap();
    let batch = vault.begin("second").unwrap();
    let mut writer = batch.new_version(&id("urn:test:1")).unwrap();
    writer.put_bytes(&path("b"), MARKER.as_bytes()).unwrap();
    writer.finish(info()).unwrap();
    batch.seal().unwrap().place().unwrap();
    assert_no_marker(scratch.path());
    let object = vault.object(&id("urn:test:1")).unwrap().unwrap();
    for (name, expected) in [("a", "in clear"), ("b", MARKER)] {
        let mut bytes = Vec::new();
        object
            .open(object.head(), &path(name))
            .unwrap()
            .read_to_end(&mut bytes)
            .unwrap();
        assert_eq!(bytes, expected.as_bytes());
    }
    assert_eq!(problems(&vault), []);
    assert!(validate_storage_root(vault.storage_root()).is_valid());
}
