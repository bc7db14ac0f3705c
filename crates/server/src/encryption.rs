//! Encryption at rest: which keys an archive has, and what its vault does with them.

use crate::archive::Places;
use crate::config::Config;
use crate::error::ArchiveError;
use lantai_keys::{CipherAlgorithm, KeyCommand, KeyRing, KeyStore, KeyStoreError, Passphrase};
use lantai_vault::{Vault, VaultOptions};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// How long a command that prints keys may take at most, in seconds.
const LONGEST: u64 = 600;

/// The table `[encryption]` of the configuration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Encryption {
    /// What happens to content that not everybody may see.
    pub algorithm: ContentEncryption,
    /// The key store, relative to the data folder.
    pub store: PathBuf,
    /// The file with the passphrase of the key store, relative to the data folder; empty: it is not said.
    pub passphrase_file: PathBuf,
    /// A program with its arguments that prints the keys, in place of the key store; empty: there is none.
    pub command: Vec<String>,
    /// Seconds that it may take.
    pub command_seconds: u64,
}

impl Default for Encryption {
    fn default() -> Self {
        Self {
            algorithm: ContentEncryption::Off,
            store: "keys/content.keys".into(),
            passphrase_file: PathBuf::new(),
            command: Vec::new(),
            command_seconds: 10,
        }
    }
}

/// How content that not everybody may see is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum ContentEncryption {
    /// In clear.
    #[default]
    #[serde(rename = "off")]
    Off,
    /// Encrypted with AES-256-GCM.
    #[serde(rename = "aes-256-gcm")]
    Aes256Gcm,
    /// Encrypted with SM4-GCM.
    #[serde(rename = "sm4-gcm")]
    Sm4Gcm,
}

impl ContentEncryption {
    /// The cipher; `None`: nothing is encrypted.
    pub fn cipher(self) -> Option<CipherAlgorithm> {
        match self {
            Self::Off => None,
            Self::Aes256Gcm => Some(CipherAlgorithm::Aes256Gcm),
            Self::Sm4Gcm => Some(CipherAlgorithm::Sm4Gcm),
        }
    }
}

impl Encryption {
    /// The key store's path.
    pub(crate) fn store_path(&self, data: &Path) -> PathBuf {
        data.join(&self.store)
    }

    /// The program that prints the keys, where one is named.
    pub(crate) fn key_command(&self) -> Result<Option<KeyCommand>, ArchiveError> {
        let Some((program, arguments)) = self.command.split_first() else {
            return Ok(None);
        };
        let unusable = |reason: &str| ArchiveError::Config {
            path: "encryption".to_owned(),
            reason: reason.to_owned(),
        };
        let program = PathBuf::from(program);
        if !program.is_absolute() {
            return Err(unusable("command must name its program by its whole path"));
        }
        if !(1..=LONGEST).contains(&self.command_seconds) {
            return Err(unusable("command_seconds must be from 1 to 600"));
        }
        let limit = Duration::from_secs(self.command_seconds);
        Ok(Some(KeyCommand::new(program, arguments.to_vec(), limit)))
    }

    /// The passphrase and the file that it came from.
    pub(crate) fn passphrase(&self, data: &Path) -> Result<(Passphrase, PathBuf), KeyStoreError> {
        if self.passphrase_file.as_os_str().is_empty() {
            return Err(KeyStoreError::PassphraseMissing);
        }
        let path = data.join(&self.passphrase_file);
        Ok((Passphrase::from_file(&path)?, path))
    }

    /// The cipher of new keys: the configured one, or AES-256-GCM where nothing is encrypted yet.
    pub(crate) fn cipher_of_keys(&self) -> CipherAlgorithm {
        self.algorithm.cipher().unwrap_or(CipherAlgorithm::Aes256Gcm)
    }

    /// The keys; `None`: none are configured, and nothing is to be encrypted.
    fn ring(&self, data: &Path) -> Result<Option<KeyRing>, ArchiveError> {
        let algorithm = self.cipher_of_keys();
        if let Some(command) = self.key_command()? {
            return Ok(Some(command.ring(algorithm)?));
        }
        let path = self.store_path(data);
        let is_wanted = self.algorithm.cipher().is_some();
        if !is_wanted && (!path.exists() || self.passphrase_file.as_os_str().is_empty()) {
            return Ok(None);
        }
        if !path.exists() {
            return Err(KeyStoreError::NoStore(path).into());
        }
        let (passphrase, _) = self.passphrase(data)?;
        let store = KeyStore::open(&path, &passphrase)?;
        if store.is_rewrapping() {
            tracing::warn!("a rotation of keys was not finished; `lantai keys rotate` goes on with it");
        }
        Ok(Some(store.ring(algorithm)))
    }

    fn options(&self, data: &Path) -> Result<VaultOptions, ArchiveError> {
        let options = VaultOptions::default();
        Ok(match self.ring(data)? {
            Some(ring) => options.with_keys(Arc::new(ring), self.algorithm.cipher().is_some()),
            None => options,
        })
    }
}

/// Opens the vault with the keys that are configured.
pub(crate) fn open_vault(data: &Path, config: &Config, places: &Places) -> Result<Vault, ArchiveError> {
    Ok(config.encryption.options(data)?.open(&places.vault)?)
}

/// Opens the vault to be looked at: with the keys where they can be had, else without, and why.
pub(crate) fn open_vault_to_verify(
    data: &Path,
    config: &Config,
    places: &Places,
) -> Result<Vault, ArchiveError> {
    let options = config.encryption.options(data).unwrap_or_else(|error| {
        let cause = std::error::Error::source(&error).map(ToString::to_string);
        tracing::warn!(
            error.code = error.code(),
            "encrypted content is compared as it is stored only, without keys: {}",
            cause.unwrap_or_else(|| error.to_string())
        );
        VaultOptions::default()
    });
    Ok(options.open(&places.vault)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_had_only_where_they_are_configured() {
        let folder = tempfile::tempdir().unwrap();
        let off = Encryption::default();
        assert!(off.ring(folder.path()).unwrap().is_none());
        let on = Encryption {
            algorithm: ContentEncryption::Sm4Gcm,
            ..Encryption::default()
        };
        let code = |encryption: &Encryption| encryption.ring(folder.path()).map(|_| ()).unwrap_err().code();
        assert_eq!(code(&on), "keys.no_store");
        std::fs::create_dir(folder.path().join("keys")).unwrap();
        std::fs::write(folder.path().join("keys/content.keys"), "").unwrap();
        assert_eq!(code(&on), "keys.passphrase_missing");
        let relative = Encryption {
            command: vec!["print-keys".to_owned()],
            ..on.clone()
        };
        assert_eq!(code(&relative), "config.unusable");
        let slow = Encryption {
            command: vec!["/bin/true".to_owned()],
            command_seconds: 0,
            ..on
        };
        assert_eq!(code(&slow), "config.unusable");
        assert!(
            off.ring(folder.path()).unwrap().is_none(),
            "a store without passphrase is left alone"
        );
    }
}
