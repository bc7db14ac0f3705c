//! The key store: a file of master keys wrapped under a passphrase, changed so that a crash leaves the old or the new.

use crate::algorithm::CipherAlgorithm;
use crate::error::KeyStoreError;
use crate::key::{KeyInfo, KeyState, MasterKey};
use crate::passphrase::Passphrase;
use crate::ring::KeyRing;
use crate::secret::Secret;
use crate::store_file::{StoreFile, Wrapping};
use jiff::Timestamp;
use lantai_domain::{KeyError, Moment, NoProbe, Probe};
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Most bytes of a key store.
const MOST: u64 = 4 * 1024 * 1024;

/// The key store, opened with its passphrase.
pub struct KeyStore {
    path: PathBuf,
    wrapping: Wrapping,
    keys: Vec<MasterKey>,
    rewrapping: bool,
    probe: Arc<dyn Probe>,
}

impl KeyStore {
    /// Makes a key store with its first key, which is active. Durable on return.
    ///
    /// # Errors
    /// [`KeyStoreError::StoreExists`], [`KeyStoreError::PassphraseUnusable`] where the passphrase is shorter than 12
    /// characters, [`KeyStoreError::Disk`], [`KeyStoreError::Key`].
    pub fn create(
        path: &Path,
        passphrase: (&Passphrase, &Path),
        algorithm: CipherAlgorithm,
        id: String,
        now: Timestamp,
    ) -> Result<Self, KeyStoreError> {
        if path.exists() {
            return Err(KeyStoreError::StoreExists(path.to_path_buf()));
        }
        let (passphrase, passphrase_path) = passphrase;
        passphrase.require_length(passphrase_path)?;
        let store = Self {
            path: path.to_path_buf(),
            wrapping: Wrapping::new(passphrase, algorithm)?,
            keys: vec![new_key(algorithm, KeyState::Active, id, now)?],
            rewrapping: false,
            probe: Arc::new(NoProbe),
        };
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)
                .map_err(|source| KeyStoreError::disk("make the folder", folder, source))?;
        }
        store.write(&store.wrapping, &store.keys, store.rewrapping)?;
        Ok(store)
    }

    /// Opens a key store.
    ///
    /// # Errors
    /// [`KeyStoreError::NoStore`], [`KeyStoreError::StoreDamaged`], [`KeyStoreError::PassphraseWrong`],
    /// [`KeyStoreError::Disk`].
    pub fn open(path: &Path, passphrase: &Passphrase) -> Result<Self, KeyStoreError> {
        let file = read(path)?;
        let (wrapping, keys) = file.open(passphrase, path)?;
        Ok(Self {
            path: path.to_path_buf(),
            wrapping,
            keys,
            rewrapping: file.rewrapping,
            probe: Arc::new(NoProbe),
        })
    }

    /// What a key store says of its keys, and whether a rotation is not finished, without its passphrase; not proved.
    ///
    /// # Errors
    /// [`KeyStoreError::NoStore`], [`KeyStoreError::StoreDamaged`], [`KeyStoreError::Disk`].
    pub fn list(path: &Path) -> Result<(Vec<KeyInfo>, bool), KeyStoreError> {
        let file = read(path)?;
        Ok((file.infos(), file.rewrapping))
    }

    /// Lets `probe` see, and stop, every step that changes the disk.
    #[must_use]
    pub fn with_probe(mut self, probe: Arc<dyn Probe>) -> Self {
        self.probe = probe;
        self
    }

    /// What may be told of the keys, in the order of their making.
    pub fn keys(&self) -> Vec<KeyInfo> {
        self.keys.iter().map(|key| key.info.clone()).collect()
    }

    /// The key of a state that one key has at most.
    pub fn key_in(&self, state: KeyState) -> Option<KeyInfo> {
        let mut keys = self.keys.iter();
        keys.find(|key| key.info.state == state)
            .map(|key| key.info.clone())
    }

    /// Whether a rotation is not finished: data keys may be wrapped under keys that are retired.
    pub fn is_rewrapping(&self) -> bool {
        self.rewrapping
    }

    /// The keys at hand. New data keys are made for `algorithm`.
    pub fn ring(&self, algorithm: CipherAlgorithm) -> KeyRing {
        KeyRing::new(self.keys.clone(), algorithm)
    }

    /// Makes the key that shall become the active one, unless a rotation that was interrupted has made it. Nothing is
    /// wrapped under it yet. Durable on return.
    ///
    /// # Errors
    /// [`KeyStoreError::Disk`], [`KeyStoreError::Key`]; the store is as before.
    pub fn prepare(
        &mut self,
        algorithm: CipherAlgorithm,
        id: String,
        now: Timestamp,
    ) -> Result<KeyInfo, KeyStoreError> {
        if let Some(coming) = self.key_in(KeyState::Coming) {
            return Ok(coming);
        }
        let key = new_key(algorithm, KeyState::Coming, id, now)?;
        let info = key.info.clone();
        let mut keys = self.keys.clone();
        keys.push(key);
        self.change(keys, self.rewrapping)?;
        Ok(info)
    }

    /// The prepared key becomes the active one, and the one that was active retires; from here on data keys are to be
    /// wrapped anew. Durable on return. Without a prepared key nothing happens.
    ///
    /// # Errors
    /// [`KeyStoreError::Disk`], [`KeyStoreError::Key`]; the store is as before.
    pub fn activate(&mut self) -> Result<(), KeyStoreError> {
        if self.key_in(KeyState::Coming).is_none() {
            return Ok(());
        }
        let mut keys = self.keys.clone();
        for key in &mut keys {
            key.info.state = match key.info.state {
                KeyState::Coming => KeyState::Active,
                KeyState::Active | KeyState::Retired => KeyState::Retired,
            };
        }
        self.change(keys, true)
    }

    /// Every data key is wrapped under the active key. Durable on return.
    ///
    /// # Errors
    /// [`KeyStoreError::Disk`], [`KeyStoreError::Key`]; the store is as before.
    pub fn finish(&mut self) -> Result<(), KeyStoreError> {
        self.change(self.keys.clone(), false)
    }

    /// Wraps the keys under another passphrase. Durable on return.
    ///
    /// # Errors
    /// [`KeyStoreError::PassphraseUnusable`], [`KeyStoreError::Disk`], [`KeyStoreError::Key`]; the store is as before.
    pub fn change_passphrase(&mut self, passphrase: (&Passphrase, &Path)) -> Result<(), KeyStoreError> {
        let (passphrase, passphrase_path) = passphrase;
        passphrase.require_length(passphrase_path)?;
        let wrapping = Wrapping::new(passphrase, self.wrapping.algorithm())?;
        self.write(&wrapping, &self.keys, self.rewrapping)?;
        self.wrapping = wrapping;
        Ok(())
    }

    fn change(&mut self, keys: Vec<MasterKey>, rewrapping: bool) -> Result<(), KeyStoreError> {
        self.write(&self.wrapping, &keys, rewrapping)?;
        self.keys = keys;
        self.rewrapping = rewrapping;
        Ok(())
    }

    /// Writes beside the old file, makes it durable, and puts it in its place.
    fn write(&self, wrapping: &Wrapping, keys: &[MasterKey], rewrapping: bool) -> Result<(), KeyStoreError> {
        let file = wrapping.file(keys, rewrapping)?;
        let bytes = file
            .to_bytes()
            .map_err(|error| KeyStoreError::disk("write", &self.path, error.into()))?;
        let beside = self.path.with_extension("new");
        self.step("keystore.write", &beside, || {
            let mut options = OpenOptions::new();
            let mut file = options
                .create(true)
                .truncate(true)
                .write(true)
                .mode(0o600)
                .open(&beside)?;
            file.write_all(&bytes)?;
            file.sync_all()
        })?;
        self.step("keystore.rename", &self.path, || {
            std::fs::rename(&beside, &self.path)
        })?;
        let folder = match self.path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        self.step("keystore.sync_folder", folder, || File::open(folder)?.sync_all())
    }

    fn step(
        &self,
        name: &'static str,
        path: &Path,
        effect: impl FnOnce() -> io::Result<()>,
    ) -> Result<(), KeyStoreError> {
        let around = || {
            self.probe.step(name, Moment::Before)?;
            effect()?;
            self.probe.step(name, Moment::After)
        };
        around().map_err(|source| KeyStoreError::disk("write", path, source))
    }
}

fn new_key(
    algorithm: CipherAlgorithm,
    state: KeyState,
    id: String,
    created: Timestamp,
) -> Result<MasterKey, KeyError> {
    Ok(MasterKey {
        secret: Secret::random(algorithm.key_bytes())?,
        info: KeyInfo {
            id,
            algorithm,
            state,
            created,
        },
    })
}

fn read(path: &Path) -> Result<StoreFile, KeyStoreError> {
    let size = match std::fs::metadata(path) {
        Ok(metadata) => metadata.len(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(KeyStoreError::NoStore(path.to_path_buf()));
        }
        Err(source) => return Err(KeyStoreError::disk("read", path, source)),
    };
    if size > MOST {
        return Err(KeyStoreError::StoreDamaged {
            path: path.to_path_buf(),
            reason: "it is too long",
        });
    }
    let bytes = std::fs::read(path).map_err(|source| KeyStoreError::disk("read", path, source))?;
    StoreFile::parse(&bytes, path)
}

#[cfg(test)]
mod tests;
