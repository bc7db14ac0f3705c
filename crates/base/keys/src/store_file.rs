//! The key store as it lies on disk: `lantai-keys/1`.

use crate::algorithm::CipherAlgorithm;
use crate::cipher::{Cipher, context};
use crate::error::KeyStoreError;
use crate::key::{KeyInfo, KeyState, MasterKey};
use crate::passphrase::Passphrase;
use crate::secret::Secret;
use argon2::{Algorithm, Argon2, Params, Version};
use jiff::Timestamp;
use lantai_domain::KeyError;
use serde::{Deserialize, Serialize};
use std::path::Path;
use zeroize::Zeroizing;

const FORMAT: &str = "lantai-keys/1";
const KDF: &str = "argon2id";
const MASTER_KEY: &str = "lantai-master-key/1";
const SALT_BYTES: usize = 16;
/// What Argon2id costs for a new store: 64 MiB, three passes (RFC 9106, second recommended option, with one lane).
const MEMORY_KIB: u32 = 64 * 1024;
const PASSES: u32 = 3;
const LANES: u32 = 1;
/// Most that a file may ask for, so that an altered one cannot use up the machine.
const MOST_MEMORY_KIB: u32 = 1024 * 1024;
const MOST_PASSES: u32 = 32;
const MOST_LANES: u32 = 16;

/// The file.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StoreFile {
    format: String,
    kdf: Kdf,
    /// The cipher that wraps the keys of this file.
    wrap: CipherAlgorithm,
    /// Whether data keys may still be wrapped under keys that are retired.
    pub(crate) rewrapping: bool,
    keys: Vec<StoredKey>,
}

/// How the passphrase becomes a key.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Kdf {
    name: String,
    memory_kib: u32,
    passes: u32,
    lanes: u32,
    /// Hexadecimal.
    salt: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredKey {
    id: String,
    algorithm: CipherAlgorithm,
    state: KeyState,
    created: Timestamp,
    /// Nonce, encrypted key and tag, hexadecimal; bound to all that stands above.
    wrapped: String,
}

/// The cipher that a passphrase leads to, and how it does.
pub(crate) struct Wrapping {
    kdf: Kdf,
    algorithm: CipherAlgorithm,
    cipher: Cipher,
}

impl Wrapping {
    /// A new salt for a passphrase.
    pub(crate) fn new(passphrase: &Passphrase, algorithm: CipherAlgorithm) -> Result<Self, KeyError> {
        let mut salt = [0; SALT_BYTES];
        aws_lc_rs::rand::fill(&mut salt).map_err(|_| KeyError::Random)?;
        let kdf = Kdf {
            name: KDF.to_owned(),
            memory_kib: MEMORY_KIB,
            passes: PASSES,
            lanes: LANES,
            salt: hex::encode(salt),
        };
        let cipher = kdf.cipher(passphrase, algorithm).map_err(|_| KeyError::Refused)?;
        Ok(Self {
            kdf,
            algorithm,
            cipher,
        })
    }

    /// The file of these keys.
    pub(crate) fn file(&self, keys: &[MasterKey], rewrapping: bool) -> Result<StoreFile, KeyError> {
        let keys = keys.iter().map(|key| {
            let wrapped = self.cipher.wrap(&of_key(&key.info), &key.secret)?;
            Ok(StoredKey {
                id: key.info.id.clone(),
                algorithm: key.info.algorithm,
                state: key.info.state,
                created: key.info.created,
                wrapped: hex::encode(wrapped),
            })
        });
        Ok(StoreFile {
            format: FORMAT.to_owned(),
            kdf: self.kdf.clone(),
            wrap: self.algorithm,
            rewrapping,
            keys: keys.collect::<Result<_, KeyError>>()?,
        })
    }

    pub(crate) fn algorithm(&self) -> CipherAlgorithm {
        self.algorithm
    }
}

impl Kdf {
    fn cipher(&self, passphrase: &Passphrase, algorithm: CipherAlgorithm) -> Result<Cipher, &'static str> {
        if self.name != KDF {
            return Err("its way from passphrase to key is not known");
        }
        if self.memory_kib > MOST_MEMORY_KIB || self.passes > MOST_PASSES || self.lanes > MOST_LANES {
            return Err("it asks for more memory or work than any store of ours");
        }
        let salt = hex::decode(&self.salt).map_err(|_| "its salt is not hexadecimal")?;
        let params = Params::new(self.memory_kib, self.passes, self.lanes, None)
            .map_err(|_| "its parameters of Argon2id cannot be used")?;
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let mut key = Zeroizing::new(vec![0; algorithm.key_bytes()]);
        argon2
            .hash_password_into(passphrase.bytes(), &salt, &mut key)
            .map_err(|_| "its salt cannot be used")?;
        let key = Secret::new(std::mem::take(&mut *key));
        Cipher::new(algorithm, &key).map_err(|_| "its cipher cannot be used")
    }
}

impl StoreFile {
    /// Understands a file, without opening what is in it.
    pub(crate) fn parse(bytes: &[u8], path: &Path) -> Result<Self, KeyStoreError> {
        let damaged = |reason| KeyStoreError::StoreDamaged {
            path: path.to_path_buf(),
            reason,
        };
        let file: Self = serde_json::from_slice(bytes).map_err(|_| damaged("it is no key store"))?;
        if file.format != FORMAT {
            return Err(damaged("its format is not known"));
        }
        let active = file
            .keys
            .iter()
            .filter(|key| key.state == KeyState::Active)
            .count();
        if active != 1 {
            return Err(damaged("not one of its keys is active, or several are"));
        }
        Ok(file)
    }

    pub(crate) fn to_bytes(&self) -> Result<Vec<u8>, serde_json::Error> {
        let mut bytes = serde_json::to_vec_pretty(self)?;
        bytes.push(b'\n');
        Ok(bytes)
    }

    /// What may be told of the keys without a passphrase; not proved.
    pub(crate) fn infos(&self) -> Vec<KeyInfo> {
        self.keys.iter().map(StoredKey::info).collect()
    }

    /// Opens the keys.
    pub(crate) fn open(
        &self,
        passphrase: &Passphrase,
        path: &Path,
    ) -> Result<(Wrapping, Vec<MasterKey>), KeyStoreError> {
        let cipher =
            self.kdf
                .cipher(passphrase, self.wrap)
                .map_err(|reason| KeyStoreError::StoreDamaged {
                    path: path.to_path_buf(),
                    reason,
                })?;
        let wrong = || KeyStoreError::PassphraseWrong(path.to_path_buf());
        let keys = self.keys.iter().map(|stored| {
            let info = stored.info();
            let wrapped = hex::decode(&stored.wrapped).map_err(|_| wrong())?;
            let secret = cipher.unwrap(&of_key(&info), &wrapped).map_err(|_| wrong())?;
            Ok(MasterKey { info, secret })
        });
        let keys = keys.collect::<Result<_, KeyStoreError>>()?;
        let wrapping = Wrapping {
            kdf: self.kdf.clone(),
            algorithm: self.wrap,
            cipher,
        };
        Ok((wrapping, keys))
    }
}

impl StoredKey {
    fn info(&self) -> KeyInfo {
        KeyInfo {
            id: self.id.clone(),
            algorithm: self.algorithm,
            state: self.state,
            created: self.created,
        }
    }
}

fn of_key(info: &KeyInfo) -> Vec<u8> {
    context(&[
        MASTER_KEY,
        &info.id,
        info.algorithm.name(),
        info.state.name(),
        &info.created.to_string(),
    ])
}
