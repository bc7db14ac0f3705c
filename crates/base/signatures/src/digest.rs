//! Digest algorithms.

use crate::content::SignedContent;
use crate::oids;
use aws_lc_rs::digest::{self, Context};
use sm3::{Digest as _, Sm3};
use std::io::{self, Write};

/// A digest algorithm that signatures are made with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Hash {
    /// SHA-1: only verified, for what was signed long ago.
    Sha1,
    /// SHA-256.
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512.
    Sha512,
    /// SM3 (GB/T 32905).
    Sm3,
}

impl Hash {
    /// The algorithm with this object identifier in dotted form; `None`: another one, or MD5, which proves nothing.
    pub fn of_oid(oid: &str) -> Option<Self> {
        Some(match oid {
            oids::SHA1 => Self::Sha1,
            oids::SHA256 => Self::Sha256,
            oids::SHA384 => Self::Sha384,
            oids::SHA512 => Self::Sha512,
            oids::SM3 | oids::SM3_PLAIN => Self::Sm3,
            _ => return None,
        })
    }

    /// The digest of some bytes.
    pub fn of(self, bytes: &[u8]) -> Vec<u8> {
        let mut hasher = Hasher::new(self);
        hasher.update(bytes);
        hasher.finish().bytes
    }

    /// The digest of content.
    pub(crate) fn of_content(self, content: &dyn SignedContent) -> io::Result<Vec<u8>> {
        let mut hasher = Hasher::new(self);
        content.write_to(&mut hasher)?;
        Ok(hasher.finish().bytes)
    }
}

/// A digest under way.
pub(crate) enum Hasher {
    Sha(Context),
    Sm3(Box<Sm3>),
}

/// A digest; the one of the SHA family also as the verifier of signatures takes it.
pub(crate) struct Finished {
    pub bytes: Vec<u8>,
    pub sha: Option<digest::Digest>,
}

impl Hasher {
    pub fn new(hash: Hash) -> Self {
        match hash {
            Hash::Sha1 => Self::Sha(Context::new(&digest::SHA1_FOR_LEGACY_USE_ONLY)),
            Hash::Sha256 => Self::Sha(Context::new(&digest::SHA256)),
            Hash::Sha384 => Self::Sha(Context::new(&digest::SHA384)),
            Hash::Sha512 => Self::Sha(Context::new(&digest::SHA512)),
            Hash::Sm3 => Self::Sm3(Box::new(Sm3::new())),
        }
    }

    pub fn update(&mut self, bytes: &[u8]) {
        match self {
            Self::Sha(context) => context.update(bytes),
            Self::Sm3(sm3) => sm3.update(bytes),
        }
    }

    pub fn finish(self) -> Finished {
        match self {
            Self::Sha(context) => {
                let digest = context.finish();
                Finished {
                    bytes: digest.as_ref().to_vec(),
                    sha: Some(digest),
                }
            }
            Self::Sm3(sm3) => Finished {
                bytes: sm3.finalize().to_vec(),
                sha: None,
            },
        }
    }
}

impl Write for Hasher {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sm3_gives_the_digest_of_the_standard() {
        let expected = "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0";
        assert_eq!(hex::encode(Hash::Sm3.of(b"abc")), expected);
    }
}
