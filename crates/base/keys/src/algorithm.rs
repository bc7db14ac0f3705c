//! Names of ciphers.

use serde::{Deserialize, Serialize};

/// An authenticated cipher for content and keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum CipherAlgorithm {
    /// AES with 256 bits in Galois/counter mode (NIST SP 800-38D).
    #[serde(rename = "aes-256-gcm")]
    Aes256Gcm,
    /// SM4 (GB/T 32907) in Galois/counter mode (GB/T 36624, RFC 8998).
    #[serde(rename = "sm4-gcm")]
    Sm4Gcm,
}

impl CipherAlgorithm {
    /// The name in configuration, key store and objects.
    pub fn name(self) -> &'static str {
        match self {
            Self::Aes256Gcm => "aes-256-gcm",
            Self::Sm4Gcm => "sm4-gcm",
        }
    }

    /// The algorithm of this name, if it is known.
    pub fn named(name: &str) -> Option<Self> {
        [Self::Aes256Gcm, Self::Sm4Gcm]
            .into_iter()
            .find(|algorithm| algorithm.name() == name)
    }

    /// Bytes of a key.
    pub fn key_bytes(self) -> usize {
        match self {
            Self::Aes256Gcm => 32,
            Self::Sm4Gcm => 16,
        }
    }
}
