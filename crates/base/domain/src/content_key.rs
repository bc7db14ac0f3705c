//! Keys of content as handles: whoever encrypts and decrypts never holds key material, so that a file, a command or a
//! certified device may stand behind them (GB/T 39786, C3 and C4).
//!
//! Three kinds of keys. A *master key* is kept in the key store and wraps data keys. An *object's data key* is random,
//! lies wrapped beside the object, and wraps the keys of its files. A *file's key* is random, lies wrapped at the head of
//! the file, and encrypts this file and nothing else; therefore a nonce that counts its segments never meets a key twice.

use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Bytes of the nonce of a segment.
pub const NONCE_BYTES: usize = 12;
/// Bytes that encryption adds to a segment: the tag that proves it.
pub const TAG_BYTES: usize = 16;

/// A data key as it lies beside its object: encrypted under a master key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrappedKey {
    /// Identifier of the master key.
    pub master: String,
    /// Algorithm of the data key, such as `sm4-gcm`.
    pub algorithm: String,
    /// Nonce, encrypted key and tag, lower-case hexadecimal.
    pub wrapped: String,
}

/// Why a key cannot be used. Never says anything of the key itself.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// No keys are at hand.
    #[error("no keys are at hand to read or write encrypted content")]
    None,
    /// This master key is not at hand.
    #[error("the key {0} is not at hand")]
    Missing(String),
    /// What was to be decrypted was altered, or belongs to another key, object or place.
    #[error("it is not what was encrypted there, or was encrypted under another key")]
    Refused,
    /// The algorithm is not known here.
    #[error("the algorithm {0:?} is not known")]
    Algorithm(String),
    /// The machine gives no random numbers.
    #[error("the machine gives no random numbers")]
    Random,
}

/// Who keeps the master keys.
pub trait KeyKeeper: Send + Sync {
    /// A new data key for an object, wrapped under the active master key.
    ///
    /// # Errors
    /// [`KeyError::Missing`] where no master key is active, [`KeyError::Random`].
    fn new_object_key(&self, object: &str) -> Result<(WrappedKey, Arc<dyn ObjectKey>), KeyError>;

    /// The data key of an object.
    ///
    /// # Errors
    /// [`KeyError::Missing`], [`KeyError::Algorithm`], [`KeyError::Refused`].
    fn object_key(&self, object: &str, wrapped: &WrappedKey) -> Result<Arc<dyn ObjectKey>, KeyError>;

    /// The same data key wrapped under the active master key; `None`: it is.
    ///
    /// # Errors
    /// As [`KeyKeeper::object_key`].
    fn rewrap(&self, object: &str, wrapped: &WrappedKey) -> Result<Option<WrappedKey>, KeyError>;
}

/// The data key of one object.
pub trait ObjectKey: Send + Sync {
    /// A new key for a file, and that key wrapped; it can be unwrapped with the same `context` only.
    ///
    /// # Errors
    /// [`KeyError::Random`].
    fn new_file_key(&self, context: &[u8]) -> Result<(Vec<u8>, Box<dyn FileKey>), KeyError>;

    /// The key of a file.
    ///
    /// # Errors
    /// [`KeyError::Refused`].
    fn file_key(&self, context: &[u8], wrapped: &[u8]) -> Result<Box<dyn FileKey>, KeyError>;
}

/// The key of one file.
pub trait FileKey: Send + Sync {
    /// Encrypts a segment in place and puts its tag behind it. The same nonce must never come twice.
    ///
    /// # Errors
    /// [`KeyError::Refused`] where the segment is too long for the algorithm.
    fn encrypt(
        &self,
        nonce: &[u8; NONCE_BYTES],
        context: &[u8],
        segment: &mut Vec<u8>,
    ) -> Result<(), KeyError>;

    /// Proves and decrypts a segment with its tag in place; the tag goes. After an error nothing of it may be used.
    ///
    /// # Errors
    /// [`KeyError::Refused`].
    fn decrypt(
        &self,
        nonce: &[u8; NONCE_BYTES],
        context: &[u8],
        segment: &mut Vec<u8>,
    ) -> Result<(), KeyError>;
}
