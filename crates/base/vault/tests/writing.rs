//! What writers, batches and readers promise, case by case.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot set up its case has failed"
)]

use std::cell::Cell;
use std::io::{self, Read};
use std::path::Path;

use lantai_testkit::content_keys;
use lantai_vault::{
    Algorithm, ByteObserver, Digests, LogicalPath, NoObserver, NoProgress, ObjectId, Report, Vault,
    VaultError, VaultOptions, VersionInfo, VersionNumber, validate_object, validate_storage_root,
};

thread_local! {
    /// Whether the promises are kept by an encrypting vault just now; each test has its own thread.
    static ENCRYPTS: Cell<bool> = const { Cell::new(false) };
}

/// Options of the vault whose promises are looked at.
fn options() -> VaultOptions {
    match ENCRYPTS.get() {
        true => VaultOptions::default().with_keys(content_keys(), true),
        false => VaultOptions::default(),
    }
}

/// A promise is kept whether or not the vault encrypts.
fn kept_both_ways(promise: fn()) {
    for encrypts in [false, true] {
        ENCRYPTS.set(encrypts);
        promise();
    }
}

/// Sound, and without a warning but that an extension of ours is registered nowhere.
fn assert_valid(report: &Report) {
    assert!(report.is_valid(), "{report:?}");
    let others = report.warnings.iter().filter(|warning| warning.code != "W013");
    assert_eq!(others.count(), 0, "{report:?}");
    assert!(ENCRYPTS.get() || report.warnings.is_empty(), "{report:?}");
}

fn info() -> VersionInfo {
    VersionInfo {
        created: jiff::Timestamp::UNIX_EPOCH,
        message: "接收".to_owned(),
        user_name: "档案员".to_owned(),
        user_address: Some("urn:test:person".to_owned()),
    }
}

fn path(text: &str) -> LogicalPath {
    LogicalPath::new(text).unwrap()
}

fn id(text: &str) -> ObjectId {
    ObjectId::new(text).unwrap()
}

fn version(number: u32) -> VersionNumber {
    VersionNumber::new(number).unwrap()
}

fn read(vault: &Vault, object: &str, number: u32, name: &str) -> Vec<u8> {
    let object = vault.object(&id(object)).unwrap().unwrap();
    let mut bytes = Vec::new();
    object
        .open(version(number), &path(name))
        .unwrap()
        .read_to_end(&mut bytes)
        .unwrap();
    bytes
}

fn store(vault: &Vault, object: &str, files: &[(&str, &[u8])]) {
    let batch = vault.begin("store").unwrap();
    let mut writer = batch.new_object(&id(object)).unwrap();
    for (name, bytes) in files {
        writer.put_bytes(&path(name), bytes).unwrap();
    }
    writer.finish(info()).unwrap();
    batch.seal().unwrap().place().unwrap();
}

fn new_vault(root: &Path) -> Vault {
    options().create(root.join("vault")).unwrap()
}

/// Counts, and digests for itself.
struct Watch {
    bytes: Vec<u8>,
}

impl ByteObserver for Watch {
    fn observe(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.bytes.extend_from_slice(bytes);
        Ok(())
    }
}

#[test]
fn one_pass_gives_digests_copy_and_observer_the_same_bytes_at_every_size() {
    kept_both_ways(one_pass_gives_digests_copy_and_observer_the_same_bytes_at_every_size_promise);
}

fn one_pass_gives_digests_copy_and_observer_the_same_bytes_at_every_size_promise() {
    let scratch = tempfile::tempdir().unwrap();
    let vault = new_vault(scratch.path());
    let batch = vault.begin("sizes").unwrap();
    let mut writer = batch.new_object(&id("urn:test:sizes")).unwrap();
    let chunk = 256 * 1024;
    let sizes = [
        0,
        1,
        4095,
        4096,
        chunk - 1,
        chunk,
        chunk + 1,
        8 * chunk,
        8 * chunk + 1,
        9 * chunk,
        33 * chunk + 77,
    ];
    let bytes_of = |size: usize| -> Vec<u8> { (0..size).map(|n| (n * 31 / 7 + size) as u8).collect() };
    for announced in [false, true] {
        for size in sizes {
            let bytes = bytes_of(size + usize::from(announced));
            let mut watch = Watch { bytes: Vec::new() };
            let name = path(&format!("{announced}/{size}"));
            let length = announced.then_some(bytes.len() as u64);
            let stored = writer.put(&name, bytes.as_slice(), length, &mut watch).unwrap();
            assert_eq!(stored.sha512, Algorithm::Sha512.of(&bytes));
            assert_eq!(stored.sm3, Algorithm::Sm3.of(&bytes));
            assert_eq!(stored.size, bytes.len() as u64);
            assert!(watch.bytes == bytes, "the observer saw other bytes at {size}");
        }
    }
    writer.finish(info()).unwrap();
    batch.seal().unwrap().place().unwrap();
    for size in sizes {
        assert!(
            read(&vault, "urn:test:sizes", 1, &format!("false/{size}")) == bytes_of(size),
            "{size}"
        );
    }
    assert_eq!(
        vault.verify(Digests::Content, 2, &NoProgress).unwrap().problems,
        Vec::new()
    );
}

#[test]
fn a_source_that_grows_or_shrinks_is_named_and_nothing_is_kept() {
    kept_both_ways(a_source_that_grows_or_shrinks_is_named_and_nothing_is_kept_promise);
}

fn a_source_that_grows_or_shrinks_is_named_and_nothing_is_kept_promise() {
    let scratch = tempfile::tempdir().unwrap();
    let vault = new_vault(scratch.path());
    let batch = vault.begin("changing").unwrap();
    let mut writer = batch.new_object(&id("urn:test:changing")).unwrap();
    let long = vec![1; 5_000_000];
    for (bytes, announced) in [
        (&long[..10], 9),
        (&long[..10], 11),
        (&long[..], 4_999_999),
        (&long[..], 5_000_001),
    ] {
        let outcome = writer.put(&path("a"), bytes, Some(announced), &mut NoObserver);
        match outcome.unwrap_err() {
            VaultError::FileChanged { expected, found, .. } => {
                assert_eq!(expected, announced);
                assert_eq!(found > expected, bytes.len() as u64 > announced);
            }
            other => panic!("{other:?}"),
        }
    }
    // The same name is free for the next try.
    assert_eq!(writer.put_bytes(&path("a"), b"right").unwrap().size, 5);
    writer.finish(info()).unwrap();
    batch.seal().unwrap().place().unwrap();
    assert_valid(&validate_storage_root(vault.storage_root()));
}

struct Refuse;

impl ByteObserver for Refuse {
    fn observe(&mut self, _bytes: &[u8]) -> io::Result<()> {
        Err(io::Error::other("too large"))
    }
}

struct Broken;

impl Read for Broken {
    fn read(&mut self, _buffer: &mut [u8]) -> io::Result<usize> {
        Err(io::Error::other("the medium is scratched"))
    }
}

#[test]
fn observer_and_source_stop_a_file_with_their_own_errors() {
    kept_both_ways(observer_and_source_stop_a_file_with_their_own_errors_promise);
}

fn observer_and_source_stop_a_file_with_their_own_errors_promise() {
    let scratch = tempfile::tempdir().unwrap();
    let vault = new_vault(scratch.path());
    let batch = vault.begin("stopped").unwrap();
    let mut writer = batch.new_object(&id("urn:test:stopped")).unwrap();
    let long = vec![1; 3_000_000];
    let refused = writer
        .put(&path("a"), long.as_slice(), None, &mut Refuse)
        .unwrap_err();
    assert_eq!(refused.code(), "vault.refused");
    let broken = writer
        .put(&path("a"), long.as_slice().chain(Broken), None, &mut NoObserver)
        .unwrap_err();
    assert_eq!(broken.code(), "vault.source_unreadable");
    assert_eq!(writer.paths().count(), 0);
}

#[test]
fn content_is_stored_once_in_an_object_and_versions_carry_it_over() {
    let scratch = tempfile::tempdir().unwrap();
    let vault = new_vault(scratch.path());
    store(&vault, "urn:test:a", &[("一.txt", b"one"), ("二.txt", b"two")]);
    let batch = vault.begin("second").unwrap();
    let mut writer = batch.new_version(&id("urn:test:a")).unwrap();
    assert!(writer.put_bytes(&path("副本.txt"), b"one").unwrap().deduplicated);
    assert!(!writer.put_bytes(&path("二.txt"), b"TWO").unwrap().deduplicated);
    writer.remove(&path("一.txt")).unwrap();
    writer.finish(info()).unwrap();
    batch.seal().unwrap().place().unwrap();

    let object = vault.object(&id("urn:test:a")).unwrap().unwrap();
    assert_eq!(object.head(), version(2));
    let names: Vec<&str> = object
        .state(version(2))
        .unwrap()
        .iter()
        .map(|file| file.path.as_str())
        .collect();
    assert_eq!(names, ["二.txt", "副本.txt"]);
    assert_eq!(object.inventory().manifest.len(), 3);
    let digest = object.digest(version(2), &path("副本.txt")).unwrap().unwrap();
    assert_eq!(
        object.fixity("sm3", digest),
        Some(Algorithm::Sm3.of(b"one").as_str())
    );
    assert_eq!(read(&vault, "urn:test:a", 1, "二.txt"), b"two");
    assert_eq!(read(&vault, "urn:test:a", 2, "二.txt"), b"TWO");
    assert_eq!(read(&vault, "urn:test:a", 2, "副本.txt"), b"one");
    assert_eq!(
        object.open(version(2), &path("一.txt")).unwrap_err().code(),
        "vault.file_missing"
    );
    assert_eq!(
        object.open(version(3), &path("一.txt")).unwrap_err().code(),
        "vault.version_missing"
    );
    assert_valid(&validate_object(object.folder()));
}

#[test]
fn keep_brings_back_what_was_taken_out() {
    kept_both_ways(keep_brings_back_what_was_taken_out_promise);
}

fn keep_brings_back_what_was_taken_out_promise() {
    let scratch = tempfile::tempdir().unwrap();
    let vault = new_vault(scratch.path());
    store(&vault, "urn:test:a", &[("a", b"1"), ("b", b"2"), ("c", b"3")]);
    let batch = vault.begin("second").unwrap();
    let mut writer = batch.new_version(&id("urn:test:a")).unwrap();
    writer.remove_all();
    writer.keep(&path("b")).unwrap();
    writer.keep(&path("b")).unwrap();
    assert_eq!(writer.keep(&path("x")).unwrap_err().code(), "vault.file_missing");
    assert_eq!(
        writer.remove(&path("x")).unwrap_err().code(),
        "vault.file_missing"
    );
    assert_eq!(writer.paths().map(LogicalPath::as_str).collect::<Vec<_>>(), ["b"]);
}

#[test]
fn a_name_is_given_once_and_is_file_or_folder() {
    kept_both_ways(a_name_is_given_once_and_is_file_or_folder_promise);
}

fn a_name_is_given_once_and_is_file_or_folder_promise() {
    let scratch = tempfile::tempdir().unwrap();
    let vault = new_vault(scratch.path());
    let batch = vault.begin("names").unwrap();
    let mut writer = batch.new_object(&id("urn:test:names")).unwrap();
    writer.put_bytes(&path("a/b"), b"1").unwrap();
    writer.put_bytes(&path("a-b"), b"2").unwrap();
    for (name, code) in [
        ("a/b", "vault.path_twice"),
        ("a", "vault.path_conflict"),
        ("a/b/c", "vault.path_conflict"),
    ] {
        assert_eq!(
            writer.put_bytes(&path(name), b"3").unwrap_err().code(),
            code,
            "{name}"
        );
    }
    assert_eq!(
        writer.remove(&path("a/b")).unwrap_err().code(),
        "vault.path_twice"
    );
    // Names that no file system would take, or that look alike once encoded, are still different files.
    let long = "长".repeat(300);
    for name in [
        format!("{long}甲"),
        format!("{long}乙"),
        "%E4".to_owned(),
        "~".to_owned(),
        "con\n".to_owned(),
    ] {
        writer.put_bytes(&path(&name), name.as_bytes()).unwrap();
    }
    writer.finish(info()).unwrap();
    batch.seal().unwrap().place().unwrap();
    assert_eq!(
        read(&vault, "urn:test:names", 1, &format!("{long}乙")),
        format!("{long}乙").into_bytes()
    );
    assert_valid(&validate_storage_root(vault.storage_root()));
}

#[test]
fn an_object_is_written_by_one_batch_at_a_time() {
    kept_both_ways(an_object_is_written_by_one_batch_at_a_time_promise);
}

fn an_object_is_written_by_one_batch_at_a_time_promise() {
    let scratch = tempfile::tempdir().unwrap();
    let vault = new_vault(scratch.path());
    store(&vault, "urn:test:a", &[("a", b"1")]);
    let one = vault.begin("one").unwrap();
    let two = vault.begin("two").unwrap();
    let code = |outcome: Result<_, VaultError>| {
        outcome
            .map(|_: lantai_vault::ObjectWriter| ())
            .unwrap_err()
            .code()
    };
    assert_eq!(code(one.new_object(&id("urn:test:a"))), "vault.object_exists");
    assert_eq!(code(one.new_version(&id("urn:test:b"))), "vault.object_missing");
    let writer = one.new_version(&id("urn:test:a")).unwrap();
    assert_eq!(code(two.new_version(&id("urn:test:a"))), "vault.object_busy");
    drop(writer);
    two.new_version(&id("urn:test:a"))
        .unwrap()
        .finish(info())
        .unwrap();
    assert_eq!(code(one.new_version(&id("urn:test:a"))), "vault.object_busy");
    drop(two.seal().unwrap());
    // Sealed but not placed: the object stays taken, also for the next process.
    let again = options().open(scratch.path().join("vault")).unwrap();
    let other = again.begin("other").unwrap();
    assert_eq!(code(other.new_version(&id("urn:test:a"))), "vault.object_busy");
    let placed = again.resume("two").unwrap().place().unwrap();
    assert_eq!(placed[0].head, version(2));
    other.new_version(&id("urn:test:a")).unwrap();
}

#[test]
fn a_batch_dropped_or_discarded_leaves_nothing() {
    kept_both_ways(a_batch_dropped_or_discarded_leaves_nothing_promise);
}

fn a_batch_dropped_or_discarded_leaves_nothing_promise() {
    let scratch = tempfile::tempdir().unwrap();
    let vault = new_vault(scratch.path());
    let staging = scratch.path().join("vault/staging");
    let batch = vault.begin("dropped").unwrap();
    assert_eq!(
        vault.begin("dropped").map(drop).unwrap_err().code(),
        "vault.batch_busy"
    );
    batch
        .new_object(&id("urn:test:a"))
        .unwrap()
        .finish(info())
        .unwrap();
    drop(batch);
    let batch = vault.begin("sealed").unwrap();
    let mut writer = batch.new_object(&id("urn:test:a")).unwrap();
    writer.put_bytes(&path("a"), b"1").unwrap();
    writer.finish(info()).unwrap();
    batch.seal().unwrap().discard().unwrap();
    assert_eq!(std::fs::read_dir(&staging).unwrap().count(), 0);
    assert_eq!(vault.object_ids().count(), 0);
    assert_eq!(vault.discard("sealed").unwrap_err().code(), "vault.batch_missing");
    assert_eq!(
        vault.resume("sealed").map(drop).unwrap_err().code(),
        "vault.batch_missing"
    );
    for name in ["", "..", ".a", "a/b", "批次"] {
        assert_eq!(
            vault.begin(name).map(drop).unwrap_err().code(),
            "vault.batch_name",
            "{name}"
        );
    }
}

#[test]
fn a_batch_with_an_open_writer_is_not_sealed() {
    kept_both_ways(a_batch_with_an_open_writer_is_not_sealed_promise);
}

fn a_batch_with_an_open_writer_is_not_sealed_promise() {
    let scratch = tempfile::tempdir().unwrap();
    let vault = new_vault(scratch.path());
    let batch = vault.begin("open").unwrap();
    let writer = batch.new_object(&id("urn:test:a")).unwrap();
    assert_eq!(batch.seal().map(drop).unwrap_err().code(), "vault.batch_busy");
    drop(writer);
    assert_eq!(vault.unfinished().unwrap(), Vec::new());
}

#[test]
fn many_threads_stage_into_one_batch() {
    kept_both_ways(many_threads_stage_into_one_batch_promise);
}

fn many_threads_stage_into_one_batch_promise() {
    let scratch = tempfile::tempdir().unwrap();
    let vault = new_vault(scratch.path());
    let batch = vault.begin("many").unwrap();
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let batch = &batch;
            scope.spawn(move || {
                for number in 0..25 {
                    let mut writer = batch
                        .new_object(&id(&format!("urn:test:{thread}:{number}")))
                        .unwrap();
                    writer
                        .put_bytes(&path("元数据.json"), format!("{thread}-{number}").as_bytes())
                        .unwrap();
                    writer.finish(info()).unwrap();
                }
            });
        }
    });
    assert_eq!(batch.seal().unwrap().place().unwrap().len(), 100);
    assert_eq!(
        vault.object_ids().collect::<Result<Vec<_>, _>>().unwrap().len(),
        100
    );
    assert_eq!(read(&vault, "urn:test:3:24", 1, "元数据.json"), b"3-24");
    assert_valid(&validate_storage_root(vault.storage_root()));
}

#[test]
fn only_a_vault_is_opened_and_only_an_empty_place_becomes_one() {
    kept_both_ways(only_a_vault_is_opened_and_only_an_empty_place_becomes_one_promise);
}

fn only_a_vault_is_opened_and_only_an_empty_place_becomes_one_promise() {
    let scratch = tempfile::tempdir().unwrap();
    let open = |root: &Path| options().open(root).map(drop).unwrap_err().code();
    assert_eq!(open(scratch.path()), "vault.not_a_vault");
    new_vault(scratch.path());
    let root = scratch.path().join("vault");
    assert_eq!(
        options().create(&root).map(drop).unwrap_err().code(),
        "vault.folder_in_use"
    );
    std::fs::write(root.join("objects/0=ocfl_1.1"), "ocfl_1.0\n").unwrap();
    assert_eq!(open(&root), "vault.not_a_vault");
}

#[test]
fn what_is_withdrawn_from_a_sealed_batch_is_never_placed() {
    kept_both_ways(what_is_withdrawn_from_a_sealed_batch_is_never_placed_promise);
}

fn what_is_withdrawn_from_a_sealed_batch_is_never_placed_promise() {
    let root = tempfile::tempdir().unwrap();
    let vault = new_vault(root.path());
    let batch = vault.begin("held").unwrap();
    for (object, content) in [("urn:test:a", "a"), ("urn:test:b", "b"), ("urn:test:c", "c")] {
        let mut writer = batch.new_object(&id(object)).unwrap();
        writer.put_bytes(&path("text"), content.as_bytes()).unwrap();
        writer.finish(info()).unwrap();
    }
    let sealed = batch.seal().unwrap();
    let gone = [id("urn:test:b"), id("urn:test:unknown")];
    assert_eq!(
        vault.withdraw("held", &gone).unwrap_err().code(),
        "vault.batch_busy"
    );
    drop(sealed);

    let staged = vault.staged("held", &id("urn:test:b")).unwrap().unwrap();
    let mut bytes = Vec::new();
    let mut content = staged.open(staged.head(), &path("text")).unwrap();
    content.read_to_end(&mut bytes).unwrap();
    assert_eq!(bytes, b"b");
    assert!(vault.staged("held", &id("urn:test:unknown")).unwrap().is_none());
    for time in 1..=2 {
        vault.withdraw("held", &gone).unwrap();
        assert!(
            vault.staged("held", &id("urn:test:b")).unwrap().is_none(),
            "time {time}"
        );
    }
    // its name is free again
    store(&vault, "urn:test:b", &[("text", b"another")]);
    let placed = vault.resume("held").unwrap().place().unwrap();
    let placed: Vec<&str> = placed.iter().map(|object| object.id.as_str()).collect();
    assert_eq!(placed, ["urn:test:a", "urn:test:c"]);
    assert_eq!(read(&vault, "urn:test:b", 1, "text"), b"another");
    assert!(vault.unfinished().unwrap().is_empty());
    assert_eq!(
        vault.withdraw("held", &gone).unwrap_err().code(),
        "vault.batch_missing"
    );
}
