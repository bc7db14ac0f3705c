//! The digests of manifests.

use std::fmt;

use md5::Digest as _;
use sha2::Digest as _;

/// A digest algorithm that manifests may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Algorithm {
    /// MD5, of old bags.
    Md5,
    /// SHA-1, of old bags.
    Sha1,
    /// SHA-224.
    Sha224,
    /// SHA-256.
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512.
    Sha512,
    /// SM3 (GB/T 32905), which the standard does not know but bags of archives here have.
    Sm3,
}

impl Algorithm {
    /// The algorithm that a manifest's name has, such as `sha512` in `manifest-sha512.txt` (RFC 8493 §2.4).
    pub fn from_name(name: &str) -> Option<Self> {
        let name: String = name
            .chars()
            .filter(|letter| letter.is_ascii_alphanumeric())
            .collect();
        Some(match name.to_ascii_lowercase().as_str() {
            "md5" => Self::Md5,
            "sha1" => Self::Sha1,
            "sha224" => Self::Sha224,
            "sha256" => Self::Sha256,
            "sha384" => Self::Sha384,
            "sha512" => Self::Sha512,
            "sm3" => Self::Sm3,
            _ => return None,
        })
    }

    /// The name as manifests have it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Md5 => "md5",
            Self::Sha1 => "sha1",
            Self::Sha224 => "sha224",
            Self::Sha256 => "sha256",
            Self::Sha384 => "sha384",
            Self::Sha512 => "sha512",
            Self::Sm3 => "sm3",
        }
    }

    /// Bytes in a digest.
    pub fn length(self) -> usize {
        match self {
            Self::Md5 => 16,
            Self::Sha1 => 20,
            Self::Sha224 => 28,
            Self::Sha256 | Self::Sm3 => 32,
            Self::Sha384 => 48,
            Self::Sha512 => 64,
        }
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A digest in the making.
#[derive(Clone)]
pub struct Hasher(State);

#[derive(Clone)]
enum State {
    Md5(md5::Md5),
    Sha1(sha1::Sha1),
    Sha224(sha2::Sha224),
    Sha256(sha2::Sha256),
    Sha384(sha2::Sha384),
    Sha512(sha2::Sha512),
    Sm3(sm3::Sm3),
}

impl Hasher {
    /// The digest of nothing so far.
    pub fn new(algorithm: Algorithm) -> Self {
        Self(match algorithm {
            Algorithm::Md5 => State::Md5(md5::Md5::new()),
            Algorithm::Sha1 => State::Sha1(sha1::Sha1::new()),
            Algorithm::Sha224 => State::Sha224(sha2::Sha224::new()),
            Algorithm::Sha256 => State::Sha256(sha2::Sha256::new()),
            Algorithm::Sha384 => State::Sha384(sha2::Sha384::new()),
            Algorithm::Sha512 => State::Sha512(sha2::Sha512::new()),
            Algorithm::Sm3 => State::Sm3(sm3::Sm3::new()),
        })
    }

    /// Adds bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        match &mut self.0 {
            State::Md5(state) => state.update(bytes),
            State::Sha1(state) => state.update(bytes),
            State::Sha224(state) => state.update(bytes),
            State::Sha256(state) => state.update(bytes),
            State::Sha384(state) => state.update(bytes),
            State::Sha512(state) => state.update(bytes),
            State::Sm3(state) => state.update(bytes),
        }
    }

    /// The digest in lower-case hexadecimal digits.
    pub fn finish(self) -> String {
        match self.0 {
            State::Md5(state) => hex::encode(state.finalize()),
            State::Sha1(state) => hex::encode(state.finalize()),
            State::Sha224(state) => hex::encode(state.finalize()),
            State::Sha256(state) => hex::encode(state.finalize()),
            State::Sha384(state) => hex::encode(state.finalize()),
            State::Sha512(state) => hex::encode(state.finalize()),
            State::Sm3(state) => hex::encode(state.finalize()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_are_the_published_ones() {
        let digest = |algorithm| {
            let mut hasher = Hasher::new(algorithm);
            hasher.update(b"abc");
            let digest = hasher.finish();
            assert_eq!(digest.len(), algorithm.length() * 2);
            digest
        };
        assert_eq!(digest(Algorithm::Md5), "900150983cd24fb0d6963f7d28e17f72");
        assert_eq!(
            digest(Algorithm::Sha1),
            "a9993e364706816aba3e25717850c26c9cd0d89d"
        );
        assert!(digest(Algorithm::Sha224).starts_with("23097d223405d822"));
        assert!(digest(Algorithm::Sha256).starts_with("ba7816bf8f01cfea"));
        assert!(digest(Algorithm::Sha384).starts_with("cb00753f45a35e8b"));
        assert!(digest(Algorithm::Sha512).starts_with("ddaf35a193617aba"));
        assert!(digest(Algorithm::Sm3).starts_with("66c7f0f462eeedd9"));
    }

    #[test]
    fn names_are_read_as_the_standard_normalises_them() {
        assert_eq!(Algorithm::from_name("SHA-512"), Some(Algorithm::Sha512));
        assert_eq!(Algorithm::from_name("sm3"), Some(Algorithm::Sm3));
        assert_eq!(Algorithm::from_name("crc32"), None);
    }
}
