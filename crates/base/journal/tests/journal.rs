//! A journal's life: written, read, proved, refused, and stopped at every step.

#![expect(
    clippy::unwrap_used,
    reason = "a test ends where something is not as it should be"
)]

use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use lantai_journal::merkle::{root_of, verify_consistency, verify_inclusion};
use lantai_journal::{
    Hash, Journal, JournalError, Moment, Probe, SigningKey, leaf_hash, verify, verify_against,
};
use tempfile::TempDir;

fn key() -> SigningKey {
    SigningKey::from_seed("archive.example/journal", [5; 32]).unwrap()
}

fn facts(range: std::ops::Range<u64>) -> Vec<Vec<u8>> {
    range
        .map(|number| format!("{{\"fact\":\"accepted\",\"number\":{number}}}").into_bytes())
        .collect()
}

fn journal_of(size: u64) -> (TempDir, Journal) {
    let dir = tempfile::tempdir().unwrap();
    let mut journal = Journal::create(dir.path(), &key()).unwrap();
    journal.append(0, &facts(0..size), &key()).unwrap();
    (dir, journal)
}

fn root_of_facts(size: u64) -> Hash {
    let leaves: Vec<Hash> = facts(0..size).iter().map(|fact| leaf_hash(fact)).collect();
    root_of(&leaves)
}

fn assert_sound(dir: &Path, size: u64) {
    let copy = facts(0..size)
        .iter()
        .map(|fact| leaf_hash(fact))
        .collect::<Vec<_>>();
    let verification = verify_against(dir, key().verifying_key(), copy).unwrap();
    assert!(verification.is_sound(), "{:?}", verification.problems);
    assert_eq!(verification.entries, size);
}

#[test]
fn the_same_journal_comes_of_any_batches() {
    let sizes = [
        1, 2, 3, 255, 256, 257, 511, 512, 513, 1000, 65_535, 65_536, 65_537, 70_000,
    ];
    let dir = tempfile::tempdir().unwrap();
    let mut journal = Journal::create(dir.path(), &key()).unwrap();
    let mut roots = Vec::new();
    for size in sizes {
        let checkpoint = journal
            .append(journal.size(), &facts(journal.size()..size), &key())
            .unwrap();
        assert_eq!(
            (checkpoint.size(), checkpoint.root()),
            (size, root_of_facts(size))
        );
        assert_eq!(
            Journal::open(dir.path(), key().verifying_key())
                .unwrap()
                .checkpoint(),
            &checkpoint
        );
        roots.push((size, checkpoint.root()));
    }
    assert_sound(dir.path(), 70_000);
    assert!(
        verify(dir.path(), key().verifying_key())
            .unwrap()
            .leftovers
            .is_empty(),
        "outgrown tiles are gone"
    );
    let (_other, whole) = journal_of(70_000);
    assert_eq!(whole.checkpoint(), journal.checkpoint());

    let (last, root) = *roots.last().unwrap();
    for (size, old_root) in &roots {
        assert_eq!(journal.root_at(*size).unwrap(), *old_root);
        let proof = journal.consistency_proof(*size, last).unwrap();
        verify_consistency(*size, last, &proof, old_root, &root).unwrap();
        for index in [0, size / 2, size - 1] {
            let proof = journal.inclusion_proof(index, *size).unwrap();
            verify_inclusion(&journal.leaf_hash(index).unwrap(), index, *size, &proof, old_root).unwrap();
        }
    }
    assert_eq!(journal.entry(66_000).unwrap(), facts(66_000..66_001)[0]);
    let middle: Vec<Vec<u8>> = journal.entries(250..777).collect::<Result<_, _>>().unwrap();
    assert_eq!(middle, facts(250..777));
}

#[test]
fn an_empty_journal_is_a_journal() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("deep/journal");
    let mut journal = Journal::create(&folder, &key()).unwrap();
    assert_eq!((journal.size(), journal.origin()), (0, "archive.example/journal"));
    assert_eq!(journal.append(0, &[], &key()).unwrap().size(), 0);
    assert!(journal.entries(0..0).next().is_none());
    assert_eq!(journal.root_at(0).unwrap(), Hash::of_empty_tree());
    assert_sound(&folder, 0);
    assert_eq!(
        Journal::create(&folder, &key()).unwrap_err().code(),
        "journal.exists"
    );
}

#[test]
fn what_is_there_already_is_compared_and_not_written_again() {
    let (dir, mut journal) = journal_of(300);
    let before = journal.checkpoint().clone();
    assert_eq!(journal.append(10, &facts(10..300), &key()).unwrap(), before);
    assert_eq!(journal.append(290, &facts(290..310), &key()).unwrap().size(), 310);
    let mut forged = facts(308..320);
    forged[1] = b"something else".to_vec();
    let fork = journal.append(308, &forged, &key()).unwrap_err();
    assert!(matches!(fork, JournalError::Fork { index: 309 }));
    let gap = journal.append(311, &facts(311..312), &key()).unwrap_err();
    assert!(matches!(
        gap,
        JournalError::Gap {
            first_index: 311,
            size: 310
        }
    ));
    let long = journal
        .append(310, &[vec![0; 65_535], vec![0; 65_536]], &key())
        .unwrap_err();
    assert!(matches!(
        long,
        JournalError::EntryTooLarge {
            index: 311,
            bytes: 65_536
        }
    ));
    assert_sound(dir.path(), 310);
}

#[test]
fn entries_of_any_bytes_are_kept() {
    let dir = tempfile::tempdir().unwrap();
    let mut journal = Journal::create(dir.path(), &key()).unwrap();
    let entries = vec![
        Vec::new(),
        vec![0xff; 65_535],
        "全宗".as_bytes().to_vec(),
        Vec::new(),
    ];
    journal.append(0, &entries, &key()).unwrap();
    assert_eq!(
        journal.entries(0..4).collect::<Result<Vec<_>, _>>().unwrap(),
        entries
    );
    assert!(verify(dir.path(), key().verifying_key()).unwrap().is_sound());
}

#[test]
fn wrong_requests_are_named() {
    let (dir, mut journal) = journal_of(5);
    let stranger = SigningKey::from_seed("archive.example/journal", [6; 32]).unwrap();
    assert_eq!(
        journal.append(5, &facts(5..6), &stranger).unwrap_err().code(),
        "journal.wrong_key"
    );
    let opened = Journal::open(dir.path(), stranger.verifying_key());
    assert_eq!(opened.unwrap_err().code(), "journal.checkpoint");
    assert_eq!(journal.entry(5).unwrap_err().code(), "journal.out_of_range");
    assert_eq!(
        journal.entries(0..6).next().unwrap().unwrap_err().code(),
        "journal.out_of_range"
    );
    assert_eq!(
        journal.inclusion_proof(0, 6).unwrap_err().code(),
        "journal.out_of_range"
    );
    assert_eq!(
        journal.inclusion_proof(5, 5).unwrap_err().code(),
        "journal.out_of_range"
    );
    assert_eq!(
        journal.consistency_proof(4, 3).unwrap_err().code(),
        "journal.out_of_range"
    );
    let nowhere = tempfile::tempdir().unwrap();
    let opened = Journal::open(nowhere.path(), key().verifying_key());
    assert_eq!(opened.unwrap_err().code(), "journal.not_found");
    let verified = verify(nowhere.path(), key().verifying_key());
    assert_eq!(verified.unwrap_err().code(), "journal.not_found");
}

#[test]
fn a_journal_put_in_its_place_is_noticed() {
    let (dir, mut journal) = journal_of(5);
    let (other, mut longer) = journal_of(0);
    longer.append(0, &facts(100..110), &key()).unwrap();
    for file in ["checkpoint", "tile/0/000.p/10", "tile/entries/000.p/10"] {
        std::fs::copy(other.path().join(file), dir.path().join(file)).unwrap();
    }
    assert_eq!(
        journal.append(5, &facts(5..6), &key()).unwrap_err().code(),
        "journal.replaced"
    );
}

#[test]
fn another_writers_append_is_taken_over() {
    let (dir, mut first) = journal_of(5);
    let mut second = Journal::open(dir.path(), key().verifying_key()).unwrap();
    second.append(5, &facts(5..300), &key()).unwrap();
    assert_eq!(first.append(5, &facts(5..301), &key()).unwrap().size(), 301);
    assert_sound(dir.path(), 301);
}

/// Stops at the n-th call and writes down the steps it saw.
struct StopAt {
    left: AtomicUsize,
    seen: Mutex<Vec<(&'static str, Moment)>>,
}

impl StopAt {
    fn new(calls: usize) -> Arc<Self> {
        Arc::new(Self {
            left: AtomicUsize::new(calls),
            seen: Mutex::default(),
        })
    }
}

impl Probe for StopAt {
    fn step(&self, name: &'static str, moment: Moment) -> io::Result<()> {
        self.seen.lock().unwrap().push((name, moment));
        let left = self.left.load(Ordering::SeqCst);
        self.left.store(left.saturating_sub(1), Ordering::SeqCst);
        if left == 0 {
            Err(io::Error::other("stopped by the test"))
        } else {
            Ok(())
        }
    }
}

#[test]
fn a_stop_at_any_step_leaves_the_old_or_the_new_journal() {
    let (old, new) = (250, 520);
    let all_steps = {
        let (_dir, journal) = journal_of(old);
        let probe = StopAt::new(usize::MAX);
        journal
            .with_probe(probe.clone())
            .append(old, &facts(old..new), &key())
            .unwrap();
        probe.seen.lock().unwrap().clone()
    };
    for step in [
        "journal.stage",
        "journal.sync_file",
        "journal.make_folder",
        "journal.rename",
        "journal.sync_folder",
        "journal.remove",
    ] {
        for moment in [Moment::Before, Moment::After] {
            assert!(all_steps.contains(&(step, moment)), "{step} {moment:?}");
        }
    }
    for (stop, step) in all_steps.iter().enumerate() {
        let (dir, journal) = journal_of(old);
        let mut journal = journal.with_probe(StopAt::new(stop));
        let answer = journal.append(old, &facts(old..new), &key());

        // As after a crash: someone else opens what lies there.
        let found = Journal::open(dir.path(), key().verifying_key()).unwrap();
        assert!([old, new].contains(&found.size()), "{step:?}");
        if answer.is_ok() {
            assert_eq!(found.size(), new, "acknowledged means kept: {step:?}");
        }
        assert_sound(dir.path(), found.size());

        // The same process tries again, and so does a new one; other facts may have come instead.
        let mut again = journal.with_probe(Arc::new(lantai_journal::NoProbe));
        assert_eq!(again.append(old, &facts(old..new), &key()).unwrap().size(), new);
        let mut fresh = Journal::open(dir.path(), key().verifying_key()).unwrap();
        assert_eq!(
            fresh.append(old, &facts(old..new + 1), &key()).unwrap().size(),
            new + 1
        );
        fresh.remove_leftovers().unwrap();
        assert_sound(dir.path(), new + 1);
        assert!(
            verify(dir.path(), key().verifying_key())
                .unwrap()
                .leftovers
                .is_empty()
        );
    }
}

#[test]
fn other_facts_after_a_stop_are_written_cleanly() {
    let (old, new) = (250, 520);
    for stop in (0..60).step_by(3) {
        let (dir, journal) = journal_of(old);
        let mut journal = journal.with_probe(StopAt::new(stop));
        let _ = journal.append(old, &facts(1000..1000 + new - old), &key());
        let mut fresh = Journal::open(dir.path(), key().verifying_key()).unwrap();
        if fresh.size() == old {
            fresh.append(old, &facts(old..300), &key()).unwrap();
            assert_sound(dir.path(), 300);
            fresh.remove_leftovers().unwrap();
            assert_sound(dir.path(), 300);
        }
    }
}
