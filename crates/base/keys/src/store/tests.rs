//! The key store: opened by its passphrase only, and never lost by a crash.

use super::*;
use lantai_domain::KeyKeeper;
use std::os::unix::fs::PermissionsExt;
use std::sync::atomic::{AtomicU64, Ordering};

const SECRET_WORDS: &str = "correct horse battery staple";

struct House {
    folder: tempfile::TempDir,
}

impl House {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let house = Self { folder };
        house.write("passphrase", SECRET_WORDS);
        house.write("other", "another long passphrase");
        house
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.at(name), text).unwrap();
        std::fs::set_permissions(self.at(name), std::fs::Permissions::from_mode(0o600)).unwrap();
    }

    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn passphrase(&self, name: &str) -> Passphrase {
        Passphrase::from_file(&self.at(name)).unwrap()
    }

    fn create(&self, algorithm: CipherAlgorithm) -> KeyStore {
        let (passphrase, path) = (self.passphrase("passphrase"), self.at("passphrase"));
        KeyStore::create(
            &self.at("content.keys"),
            (&passphrase, &path),
            algorithm,
            "one".to_owned(),
            now(),
        )
        .unwrap()
    }

    fn open(&self) -> KeyStore {
        KeyStore::open(&self.at("content.keys"), &self.passphrase("passphrase")).unwrap()
    }

    fn refusal(&self, passphrase: &str) -> &'static str {
        let opened = KeyStore::open(&self.at("content.keys"), &self.passphrase(passphrase));
        opened.map(|_| ()).unwrap_err().code()
    }
}

fn now() -> Timestamp {
    "2026-11-22T08:00:00Z".parse().unwrap()
}

/// Lets some steps pass and none after them.
struct Stop(AtomicU64);

impl Probe for Stop {
    fn step(&self, _name: &'static str, _moment: Moment) -> io::Result<()> {
        match self
            .0
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1))
        {
            Ok(_) => Ok(()),
            Err(_) => Err(io::Error::other("the machine goes off")),
        }
    }
}

#[test]
fn a_store_is_opened_by_its_passphrase_only() {
    for algorithm in [CipherAlgorithm::Aes256Gcm, CipherAlgorithm::Sm4Gcm] {
        let house = House::new();
        let made = house.create(algorithm);
        let path = house.at("content.keys");
        assert_eq!(
            std::fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o600
        );
        let opened = house.open();
        assert_eq!(opened.keys(), made.keys());
        assert_eq!(KeyStore::list(&path).unwrap(), (made.keys(), false));
        assert_eq!(house.refusal("other"), "keys.passphrase_wrong");
        let (wrapped, _) = made.ring(algorithm).new_object_key("urn:1").unwrap();
        assert!(opened.ring(algorithm).object_key("urn:1", &wrapped).is_ok());
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(!text.contains(SECRET_WORDS) && !text.contains(&hex::encode(made.keys[0].secret.bytes())));
        let again = KeyStore::create(
            &path,
            (&house.passphrase("passphrase"), &path),
            algorithm,
            "two".to_owned(),
            now(),
        );
        assert_eq!(again.map(|_| ()).unwrap_err().code(), "keys.store_exists");
    }
}

#[test]
fn whatever_is_altered_in_a_store_is_refused() {
    let house = House::new();
    house.create(CipherAlgorithm::Sm4Gcm);
    let path = house.at("content.keys");
    assert_eq!(
        KeyStore::list(&house.at("nowhere")).unwrap_err().code(),
        "keys.no_store"
    );
    let whole = std::fs::read_to_string(&path).unwrap();
    let alter = |from: &str, to: &str| {
        assert!(whole.contains(from), "{from}");
        std::fs::write(&path, whole.replacen(from, to, 1)).unwrap();
        house.refusal("passphrase")
    };
    assert_eq!(
        alter("\"id\": \"one\"", "\"id\": \"two\""),
        "keys.passphrase_wrong"
    );
    assert_eq!(alter("2026-11-22", "2026-11-23"), "keys.passphrase_wrong");
    assert_eq!(
        alter("\"wrap\": \"sm4-gcm\"", "\"wrap\": \"aes-256-gcm\""),
        "keys.passphrase_wrong"
    );
    assert_eq!(alter("\"passes\": 3", "\"passes\": 2"), "keys.passphrase_wrong");
    assert_eq!(alter("\"active\"", "\"retired\""), "keys.store_damaged");
    assert_eq!(
        alter("\"memory_kib\": 65536", "\"memory_kib\": 4294967295"),
        "keys.store_damaged"
    );
    assert_eq!(alter("lantai-keys/1", "lantai-keys/9"), "keys.store_damaged");
    assert_eq!(alter("argon2id", "md5"), "keys.store_damaged");
    std::fs::write(&path, &whole[..whole.len() / 2]).unwrap();
    assert_eq!(house.refusal("passphrase"), "keys.store_damaged");
    std::fs::write(&path, "").unwrap();
    assert_eq!(house.refusal("passphrase"), "keys.store_damaged");
}

#[test]
fn a_rotation_goes_on_where_it_was() {
    let house = House::new();
    let mut store = house.create(CipherAlgorithm::Aes256Gcm);
    store.activate().unwrap();
    assert_eq!(
        store.key_in(KeyState::Active).unwrap().id,
        "one",
        "nothing was prepared"
    );
    let coming = store
        .prepare(CipherAlgorithm::Sm4Gcm, "two".to_owned(), now())
        .unwrap();
    assert_eq!((coming.id.as_str(), coming.state), ("two", KeyState::Coming));
    let mut store = house.open();
    let same = store
        .prepare(CipherAlgorithm::Sm4Gcm, "three".to_owned(), now())
        .unwrap();
    assert_eq!(same.id, "two", "the key that was prepared before");
    assert!(!store.is_rewrapping());
    store.activate().unwrap();
    let mut store = house.open();
    assert!(store.is_rewrapping());
    assert_eq!(store.key_in(KeyState::Active).unwrap().id, "two");
    assert_eq!(store.key_in(KeyState::Retired).unwrap().id, "one");
    store.finish().unwrap();
    assert!(!house.open().is_rewrapping());
}

#[test]
fn another_passphrase_opens_the_same_keys() {
    let house = House::new();
    let mut store = house.create(CipherAlgorithm::Sm4Gcm);
    let (wrapped, _) = store
        .ring(CipherAlgorithm::Sm4Gcm)
        .new_object_key("urn:1")
        .unwrap();
    house.write("short", "too short");
    let refused = store.change_passphrase((&house.passphrase("short"), &house.at("short")));
    assert_eq!(refused.unwrap_err().code(), "keys.passphrase_unusable");
    store
        .change_passphrase((&house.passphrase("other"), &house.at("other")))
        .unwrap();
    assert_eq!(house.refusal("passphrase"), "keys.passphrase_wrong");
    let opened = KeyStore::open(&house.at("content.keys"), &house.passphrase("other")).unwrap();
    let ring = opened.ring(CipherAlgorithm::Sm4Gcm);
    assert!(ring.object_key("urn:1", &wrapped).is_ok());
    store.finish().unwrap();
    assert_eq!(
        house.refusal("passphrase"),
        "keys.passphrase_wrong",
        "it stays changed"
    );
}

#[test]
fn a_crash_at_any_step_leaves_the_old_or_the_new_store() {
    let mut outcomes = [0, 0];
    for steps in 0..6 {
        let house = House::new();
        house.create(CipherAlgorithm::Sm4Gcm);
        let mut store = house.open().with_probe(Arc::new(Stop(AtomicU64::new(steps))));
        let stopped = store.prepare(CipherAlgorithm::Sm4Gcm, "two".to_owned(), now());
        assert_eq!(stopped.unwrap_err().code(), "keys.disk", "after {steps} steps");
        assert_eq!(store.keys().len(), 1, "what failed has not happened in memory");
        let found = house.open().keys().len();
        outcomes[found - 1] += 1;
        // and the next attempt ends well
        let mut store = house.open();
        store
            .prepare(CipherAlgorithm::Sm4Gcm, "three".to_owned(), now())
            .unwrap();
        store.activate().unwrap();
        assert_eq!(house.open().keys().len(), 2);
    }
    assert!(outcomes.iter().all(|count| *count > 0), "{outcomes:?}");
}
