//! Stops the writing at every step, before and after its effect, and proves: old or new, nothing else.

#![expect(clippy::unwrap_used, reason = "a test that cannot set up its case has failed")]

use std::cell::Cell;
use std::collections::BTreeMap;
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use lantai_testkit::content_keys;
use lantai_vault::{
    Digests, LogicalPath, Moment, NoObserver, NoProgress, ObjectId, Probe, Report, VaultError, VaultOptions,
    VersionInfo, validate_storage_root,
};

/// Lets a number of moments pass and fails from then on, as a dead machine or a full disk does.
struct StopAt {
    left: AtomicUsize,
    error: fn() -> io::Error,
}

impl Probe for StopAt {
    fn step(&self, _name: &'static str, _moment: Moment) -> io::Result<()> {
        let left = self
            .left
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
        left.map(drop).map_err(|_| (self.error)())
    }
}

fn crash() -> io::Error {
    io::Error::other("the machine stopped")
}

fn full() -> io::Error {
    io::ErrorKind::StorageFull.into()
}

/// What the vault does with content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    Clear,
    Encrypted,
    /// What is there lies in clear, what comes is encrypted.
    TurnedOn,
}

thread_local! {
    /// How the promises are kept just now; each test has its own thread.
    static MODE: Cell<Mode> = const { Cell::new(Mode::Clear) };
}

/// Options of the vault whose promises are looked at.
fn options() -> VaultOptions {
    match MODE.get() {
        Mode::Clear => VaultOptions::default(),
        Mode::Encrypted | Mode::TurnedOn => VaultOptions::default().with_keys(content_keys(), true),
    }
}

/// A promise is kept whether or not the vault encrypts.
fn kept_in_every_mode(promise: fn()) {
    for mode in [Mode::Clear, Mode::Encrypted, Mode::TurnedOn] {
        MODE.set(mode);
        promise();
    }
}

/// Sound, and without a warning but that an extension of ours is registered nowhere.
fn assert_valid(report: &Report) {
    assert!(report.is_valid(), "{report:?}");
    let others = report.warnings.iter().filter(|warning| warning.code != "W013");
    assert_eq!(others.count(), 0, "{report:?}");
    assert!(
        MODE.get() != Mode::Clear || report.warnings.is_empty(),
        "{report:?}"
    );
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

fn prepare(root: &Path) {
    let before = match MODE.get() {
        Mode::Encrypted => options(),
        Mode::Clear | Mode::TurnedOn => VaultOptions::default(),
    };
    let vault = before.create(root).unwrap();
    let batch = vault.begin("first").unwrap();
    let mut writer = batch.new_object(&id("urn:test:old")).unwrap();
    writer
        .put_bytes(&path("正文/通知.txt"), "第一版".as_bytes())
        .unwrap();
    writer.put_bytes(&path("metadata.json"), b"{}").unwrap();
    writer.finish(info()).unwrap();
    batch.seal().unwrap().place().unwrap();
}

/// The change under test: a new object and a new version. True once the caller's transaction was committed.
fn change(root: &Path, probe: StopAt, committed: &mut bool) -> Result<(), VaultError> {
    let vault = options().with_probe(Arc::new(probe)).open(root)?;
    let batch = vault.begin("second")?;
    let mut writer = batch.new_version(&id("urn:test:old"))?;
    writer.put_bytes(&path("metadata.json"), b"{\"title\":1}")?;
    writer.put_bytes(&path("copy.txt"), "第一版".as_bytes())?;
    writer.finish(info())?;
    let mut writer = batch.new_object(&id("urn:test:new"))?;
    writer.put(
        &path("照片/一.jpg"),
        [7_u8; 100_000].as_slice(),
        None,
        &mut NoObserver,
    )?;
    writer.finish(info())?;
    let sealed = batch.seal()?;
    *committed = true;
    sealed.place()?;
    Ok(())
}

/// Everything a reader can see: object, version and path to bytes.
fn contents(root: &Path) -> BTreeMap<(String, u32, String), Vec<u8>> {
    let vault = options().open(root).unwrap();
    let mut found = BTreeMap::new();
    for id in vault.object_ids() {
        let object = vault.object(&id.unwrap()).unwrap().unwrap();
        for version in object.inventory().versions.keys() {
            for file in object.state(*version).unwrap() {
                let mut bytes = Vec::new();
                object
                    .open(*version, file.path)
                    .unwrap()
                    .read_to_end(&mut bytes)
                    .unwrap();
                found.insert(
                    (object.id().to_string(), version.number(), file.path.to_string()),
                    bytes,
                );
            }
        }
    }
    found
}

fn recover(root: &Path, committed: bool) {
    let vault = options().open(root).unwrap();
    for (batch, sealed) in vault.unfinished().unwrap() {
        assert!(sealed || !committed, "a committed batch must be sealed");
        if committed {
            vault.resume(&batch).unwrap().place().unwrap();
        } else {
            vault.discard(&batch).unwrap();
        }
    }
    assert_eq!(vault.unfinished().unwrap(), Vec::new());
}

fn assert_whole(root: &Path) {
    assert_valid(&validate_storage_root(&root.join("objects")));
    let verification = options()
        .open(root)
        .unwrap()
        .verify(Digests::Content, 1, &NoProgress)
        .unwrap();
    assert_eq!(verification.problems, Vec::new());
    assert_eq!(
        std::fs::read_dir(root.join("staging")).unwrap().count(),
        0,
        "leftovers in staging"
    );
}

/// Runs the change with a stop after 0, 1, 2, … moments until it succeeds; returns how many there were.
fn stop_everywhere(error: fn() -> io::Error, after: impl Fn(&Path, bool, VaultError)) -> usize {
    let scratch = tempfile::tempdir().unwrap();
    for moments in 0.. {
        let root = scratch.path().join(moments.to_string());
        prepare(&root);
        let mut committed = false;
        let probe = StopAt {
            left: AtomicUsize::new(moments),
            error,
        };
        match change(&root, probe, &mut committed) {
            Ok(()) => return moments,
            Err(error) => after(&root, committed, error),
        }
        std::fs::remove_dir_all(&root).unwrap();
    }
    unreachable!()
}

fn old_and_new() -> [BTreeMap<(String, u32, String), Vec<u8>>; 2] {
    let scratch = tempfile::tempdir().unwrap();
    let root = scratch.path().join("vault");
    prepare(&root);
    let old = contents(&root);
    let probe = StopAt {
        left: AtomicUsize::new(usize::MAX),
        error: crash,
    };
    change(&root, probe, &mut false).unwrap();
    [old, contents(&root)]
}

#[test]
fn a_crash_at_any_step_leaves_old_or_new() {
    kept_in_every_mode(a_crash_at_any_step_leaves_old_or_new_promise);
}

fn a_crash_at_any_step_leaves_old_or_new_promise() {
    let [old, new] = old_and_new();
    assert_eq!((old.len(), new.len()), (2, 6));
    let moments = stop_everywhere(crash, |root, committed, _| {
        // Before recovery a reader sees each object old or new, never half.
        for (key, bytes) in contents(root) {
            assert_eq!(new.get(&key), Some(&bytes), "{key:?}");
        }
        recover(root, committed);
        assert_eq!(contents(root), *if committed { &new } else { &old });
        assert_whole(root);
    });
    assert!(moments > 60, "only {moments} moments were tried");
}

#[test]
fn a_second_crash_while_recovering_does_no_harm() {
    kept_in_every_mode(a_second_crash_while_recovering_does_no_harm_promise);
}

fn a_second_crash_while_recovering_does_no_harm_promise() {
    let [old, new] = old_and_new();
    stop_everywhere(crash, |root, committed, _| {
        for left in (0..60).step_by(7) {
            let probe = StopAt {
                left: AtomicUsize::new(left),
                error: crash,
            };
            let Ok(vault) = options().with_probe(Arc::new(probe)).open(root) else {
                continue;
            };
            for (batch, _) in vault.unfinished().unwrap() {
                let _ = match committed {
                    true => vault.resume(&batch).and_then(|sealed| sealed.place().map(drop)),
                    false => vault.discard(&batch),
                };
            }
        }
        recover(root, committed);
        assert_eq!(contents(root), *if committed { &new } else { &old });
        assert_whole(root);
    });
}

#[test]
fn a_full_disk_is_named_and_changes_nothing() {
    kept_in_every_mode(a_full_disk_is_named_and_changes_nothing_promise);
}

fn a_full_disk_is_named_and_changes_nothing_promise() {
    let [old, new] = old_and_new();
    stop_everywhere(full, |root, committed, error| {
        assert_eq!(error.code(), "vault.disk_full");
        recover(root, committed);
        assert_eq!(contents(root), *if committed { &new } else { &old });
        assert_whole(root);
    });
}

#[test]
fn a_placed_batch_cannot_be_discarded() {
    kept_in_every_mode(a_placed_batch_cannot_be_discarded_promise);
}

fn a_placed_batch_cannot_be_discarded_promise() {
    let scratch = tempfile::tempdir().unwrap();
    let mut refused = 0;
    for moments in 0.. {
        let root = scratch.path().join(moments.to_string());
        prepare(&root);
        let mut committed = false;
        let probe = StopAt {
            left: AtomicUsize::new(moments),
            error: crash,
        };
        if change(&root, probe, &mut committed).is_ok() {
            break;
        }
        let vault = options().open(&root).unwrap();
        let begun = contents(&root).len() > 2;
        for (batch, _) in vault.unfinished().unwrap() {
            match vault.discard(&batch) {
                Ok(()) => assert!(!begun),
                Err(error) => {
                    assert_eq!(error.code(), "vault.batch_placed");
                    refused += 1;
                }
            }
        }
    }
    assert!(refused > 0);
}
