//! The keys of an archive: listed, made, rotated.

use crate::archive::{Access, Archive, Places};
use crate::config::Config;
use crate::encryption::Encryption;
use crate::error::ArchiveError;
use jiff::Timestamp;
use lantai_cataloguing::layout::ARCHIVE_OBJECT;
use lantai_domain::audit::{ActorKind, AuditActor, AuditNote, AuditObject, EventClass};
use lantai_domain::{Fact, JournalEntry, Probe};
use lantai_keys::{CipherAlgorithm, KeyInfo, KeyRing, KeyState, KeyStore, KeyStoreError, Passphrase};
use lantai_vault::{Rewrapped, Vault, VaultOptions};
use serde::Serialize;
use std::path::Path;
use std::sync::Arc;

/// Who acts on the command line.
const LOCAL: &str = "local";

/// The keys that are there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct KeysListed {
    /// The active one.
    pub active: Option<String>,
    /// Whether a rotation is not finished.
    pub rewrapping: bool,
    /// All of them, in the order of their making.
    pub keys: Vec<KeyListed>,
}

/// One key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct KeyListed {
    /// Its identifier.
    pub id: String,
    /// Its algorithm.
    pub algorithm: CipherAlgorithm,
    /// Where it stands.
    pub state: KeyState,
    /// When it was made.
    pub created: Timestamp,
    /// Objects whose data key is wrapped under it, where they were counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub objects: Option<u64>,
}

/// What a rotation came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Rotated {
    /// The active key.
    pub key: String,
    /// Whether a rotation that was interrupted was gone on with.
    pub resumed: bool,
    /// Encrypted objects.
    pub objects: u64,
    /// Of these, whose data key was wrapped anew.
    pub rewrapped: u64,
}

/// Told how many objects were looked at.
pub type KeyProgress = Arc<dyn Fn(u64) + Send + Sync>;

/// Lists the keys; needs no passphrase. With `count`, says of each how many objects need it.
pub fn list_keys(data: &Path, config: &Config, count: bool) -> Result<KeysListed, ArchiveError> {
    let encryption = &config.encryption;
    let (keys, rewrapping) = match encryption.key_command()? {
        Some(command) => (command.ring(encryption.cipher_of_keys())?.keys(), false),
        None => KeyStore::list(&encryption.store_path(data))?,
    };
    let counted = match count {
        true => Some(Vault::open(&Places::of(data, config)?.vault)?.keys_in_use()?),
        false => None,
    };
    let active = keys.iter().find(|key| key.state == KeyState::Active);
    let listed = keys.iter().map(|key| KeyListed {
        id: key.id.clone(),
        algorithm: key.algorithm,
        state: key.state,
        created: key.created,
        objects: counted
            .as_ref()
            .map(|counted| counted.get(&key.id).copied().unwrap_or_default()),
    });
    Ok(KeysListed {
        active: active.map(|key| key.id.clone()),
        rewrapping,
        keys: listed.collect(),
    })
}

/// Makes the key store with its first key. Nothing is encrypted before the configuration says so.
pub async fn new_keys(data: &Path, config: &Config) -> Result<KeyInfo, ArchiveError> {
    let encryption = &config.encryption;
    refuse_command(encryption)?;
    let path = encryption.store_path(data);
    if path.exists() {
        return Err(KeyStoreError::StoreExists(path).into());
    }
    let (passphrase, passphrase_path) = encryption.passphrase(data)?;
    passphrase.require_length(&passphrase_path)?;
    // the archive is opened as one without keys, which it is
    let keyless = Config {
        encryption: Encryption::default(),
        ..config.clone()
    };
    let archive = Archive::open(data, keyless, Access::Write).await?;
    let now = archive.holdings.clock.now();
    let id = archive.holdings.ids.next().to_string();
    tell(&archive, Fact::KeysCreated, &id).await?;
    let from = (&passphrase, passphrase_path.as_path());
    let store = KeyStore::create(&path, from, encryption.cipher_of_keys(), id, now)?;
    archive.rest().await?;
    let key = store.key_in(KeyState::Active);
    key.ok_or_else(|| KeyStoreError::NoStore(path).into())
}

/// Makes another key the active one and wraps the data key of every object under it; content is not touched. Interrupted
/// at any moment, it is gone on with by the next call: every data key is wrapped under the old or the new key, and both
/// are kept. Keys of a command are made where it takes them from: then what is wrapped under others is wrapped under the
/// one that it says is active.
///
/// The fact is written before the first data key is wrapped anew. `probe` sees every step that changes the disk.
pub async fn rotate_keys(
    data: &Path,
    config: &Config,
    probe: Arc<dyn Probe>,
    progress: KeyProgress,
) -> Result<Rotated, ArchiveError> {
    let encryption = &config.encryption;
    if let Some(command) = encryption.key_command()? {
        let archive = Archive::open(data, config.clone(), Access::Write).await?;
        let ring = command.ring(encryption.cipher_of_keys())?;
        let key = ring.active().map(|key| key.id).unwrap_or_default();
        tell(&archive, Fact::KeysRotated, &key).await?;
        let done = rewrap(&archive, ring, probe, progress).await?;
        archive.rest().await?;
        return Ok(rotated(key, false, done));
    }
    let path = encryption.store_path(data);
    if !path.exists() {
        return Err(KeyStoreError::NoStore(path).into());
    }
    let (passphrase, _) = encryption.passphrase(data)?;
    let archive = Archive::open(data, config.clone(), Access::Write).await?;
    let mut store = KeyStore::open(&path, &passphrase)?.with_probe(Arc::clone(&probe));
    let resumed = store.is_rewrapping() || store.key_in(KeyState::Coming).is_some();
    if !store.is_rewrapping() {
        let id = archive.holdings.ids.next().to_string();
        let coming = store.prepare(encryption.cipher_of_keys(), id, archive.holdings.clock.now())?;
        tell(&archive, Fact::KeysRotated, &coming.id).await?;
        store.activate()?;
    }
    let key = store
        .key_in(KeyState::Active)
        .map(|key| key.id)
        .unwrap_or_default();
    let ring = store.ring(encryption.cipher_of_keys());
    let done = rewrap(&archive, ring, probe, progress).await?;
    store.finish()?;
    archive.rest().await?;
    tracing::info!(
        key.id = key,
        "{} data keys are wrapped under another key",
        done.rewrapped
    );
    Ok(rotated(key, resumed, done))
}

/// Wraps the keys of the store under the passphrase in another file. The configuration has to name that file from then on.
pub async fn change_passphrase(data: &Path, config: &Config, file: &Path) -> Result<(), ArchiveError> {
    let encryption = &config.encryption;
    refuse_command(encryption)?;
    let path = encryption.store_path(data);
    let ((old, _), new) = (encryption.passphrase(data)?, Passphrase::from_file(file)?);
    new.require_length(file)?;
    let archive = Archive::open(data, config.clone(), Access::Write).await?;
    let mut store = KeyStore::open(&path, &old)?;
    let now = archive.holdings.clock.now();
    let note = AuditNote::new(EventClass::Change, "keys passphrase", now);
    archive
        .audit
        .tell(note.by(AuditActor::new(ActorKind::System, LOCAL)))
        .await?;
    store.change_passphrase((&new, file))?;
    archive.rest().await
}

fn refuse_command(encryption: &Encryption) -> Result<(), ArchiveError> {
    match encryption.key_command()? {
        Some(command) => Err(KeyStoreError::ReadOnly(command.program().to_path_buf()).into()),
        None => Ok(()),
    }
}

/// The fact, durable before anything follows from it; the audit trail is told with it.
async fn tell(archive: &Archive, fact: Fact, key: &str) -> Result<(), ArchiveError> {
    let holdings = &archive.holdings;
    let now = holdings.clock.now();
    let action = match fact {
        Fact::KeysCreated => "keys new",
        _ => "keys rotate",
    };
    let note = AuditNote::new(EventClass::Change, action, now)
        .by(AuditActor::new(ActorKind::System, LOCAL))
        .on(AuditObject::new("key", key));
    let mut work = holdings.database.begin().await?;
    work.note(note);
    work.record(JournalEntry::new(fact, now, LOCAL, ARCHIVE_OBJECT).naming_key(key))
        .await?;
    work.commit().await?;
    holdings.publish().await?;
    Ok(())
}

async fn rewrap(
    archive: &Archive,
    ring: KeyRing,
    probe: Arc<dyn Probe>,
    progress: KeyProgress,
) -> Result<Rewrapped, ArchiveError> {
    let options = VaultOptions::default()
        .with_probe(probe)
        .with_keys(Arc::new(ring), false);
    let folder = archive.places.vault.clone();
    let done = tokio::task::spawn_blocking(move || options.open(folder)?.rewrap_keys(&*progress));
    Ok(done.await.map_err(lantai_cataloguing::CataloguingError::from)??)
}

fn rotated(key: String, resumed: bool, done: Rewrapped) -> Rotated {
    Rotated {
        key,
        resumed,
        objects: done.objects,
        rewrapped: done.rewrapped,
    }
}
