//! Both ciphers behind one type, and keys wrapped with them.

use crate::algorithm::CipherAlgorithm;
use crate::secret::Secret;
use aes_gcm::aead::AeadInOut;
use aes_gcm::aead::consts::U12;
use aes_gcm::{Aes256Gcm, AesGcm, KeyInit};
use lantai_domain::KeyError;
use lantai_domain::content_key::{NONCE_BYTES, TAG_BYTES};
use sm4::Sm4;
use zeroize::Zeroizing;

/// A cipher with its key; the key schedule is cleared when it is dropped.
pub(crate) enum Cipher {
    Aes256Gcm(Box<Aes256Gcm>),
    Sm4Gcm(Box<AesGcm<Sm4, U12>>),
}

impl Cipher {
    /// The cipher with a key; refused where the key has not the length of the algorithm.
    pub(crate) fn new(algorithm: CipherAlgorithm, key: &Secret) -> Result<Self, KeyError> {
        let refused = |_| KeyError::Refused;
        Ok(match algorithm {
            CipherAlgorithm::Aes256Gcm => {
                Self::Aes256Gcm(Box::new(Aes256Gcm::new_from_slice(key.bytes()).map_err(refused)?))
            }
            CipherAlgorithm::Sm4Gcm => {
                Self::Sm4Gcm(Box::new(AesGcm::new_from_slice(key.bytes()).map_err(refused)?))
            }
        })
    }

    /// Encrypts in place and puts the tag behind.
    pub(crate) fn encrypt(
        &self,
        nonce: &[u8; NONCE_BYTES],
        context: &[u8],
        buffer: &mut Vec<u8>,
    ) -> Result<(), KeyError> {
        let nonce = (*nonce).into();
        buffer.reserve_exact(TAG_BYTES);
        let done = match self {
            Self::Aes256Gcm(cipher) => cipher.encrypt_in_place(&nonce, context, buffer),
            Self::Sm4Gcm(cipher) => cipher.encrypt_in_place(&nonce, context, buffer),
        };
        done.map_err(|_| KeyError::Refused)
    }

    /// Proves and decrypts in place; the tag goes.
    pub(crate) fn decrypt(
        &self,
        nonce: &[u8; NONCE_BYTES],
        context: &[u8],
        buffer: &mut Vec<u8>,
    ) -> Result<(), KeyError> {
        let nonce = (*nonce).into();
        let done = match self {
            Self::Aes256Gcm(cipher) => cipher.decrypt_in_place(&nonce, context, buffer),
            Self::Sm4Gcm(cipher) => cipher.decrypt_in_place(&nonce, context, buffer),
        };
        done.map_err(|_| KeyError::Refused)
    }

    /// Wraps a key under a random nonce: nonce, encrypted key, tag.
    pub(crate) fn wrap(&self, context: &[u8], key: &Secret) -> Result<Vec<u8>, KeyError> {
        let mut nonce = [0; NONCE_BYTES];
        aws_lc_rs::rand::fill(&mut nonce).map_err(|_| KeyError::Random)?;
        let mut buffer = Vec::with_capacity(key.bytes().len() + TAG_BYTES);
        buffer.extend_from_slice(key.bytes());
        self.encrypt(&nonce, context, &mut buffer)?;
        Ok([&nonce[..], &buffer].concat())
    }

    /// Unwraps what [`Cipher::wrap`] made.
    pub(crate) fn unwrap(&self, context: &[u8], wrapped: &[u8]) -> Result<Secret, KeyError> {
        let (nonce, rest) = wrapped
            .split_first_chunk::<NONCE_BYTES>()
            .ok_or(KeyError::Refused)?;
        let mut buffer = Zeroizing::new(rest.to_vec());
        self.decrypt(nonce, context, &mut buffer)?;
        Ok(Secret::new(std::mem::take(&mut *buffer)))
    }
}

/// Parts of a context, told apart by their lengths, so that no two different lists read the same.
pub(crate) fn context(parts: &[&str]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for part in parts {
        bytes.extend_from_slice(&(part.len() as u64).to_be_bytes());
        bytes.extend_from_slice(part.as_bytes());
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unhex(text: &str) -> Vec<u8> {
        hex::decode(text).unwrap()
    }

    fn encrypted(algorithm: CipherAlgorithm, key: &str, nonce: &str, context: &str, text: &str) -> String {
        let cipher = Cipher::new(algorithm, &Secret::new(unhex(key))).unwrap();
        let nonce: [u8; NONCE_BYTES] = unhex(nonce).try_into().unwrap();
        let mut buffer = unhex(text);
        cipher.encrypt(&nonce, &unhex(context), &mut buffer).unwrap();
        hex::encode(buffer)
    }

    #[test]
    fn sm4_gcm_is_that_of_rfc_8998() {
        // RFC 8998, appendix A.1
        let found = encrypted(
            CipherAlgorithm::Sm4Gcm,
            "0123456789abcdeffedcba9876543210",
            "00001234567800000000abcd",
            "feedfacedeadbeeffeedfacedeadbeefabaddad2",
            "aaaaaaaaaaaaaaaabbbbbbbbbbbbbbbbccccccccccccccccddddddddddddddddeeeeeeeeeeeeeeeeffffffffffffffffeeeeeeeeeeeeeeeeaaaaaaaaaaaaaaaa",
        );
        assert_eq!(
            found,
            concat!(
                "17f399f08c67d5ee19d0dc9969c4bb7d5fd46fd3756489069157b282bb200735",
                "d82710ca5c22f0ccfa7cbf93d496ac15a56834cbcf98c397b4024a2691233b8d",
                "83de3541e4c2b58177e065a9bf7b62ec",
            )
        );
    }

    #[test]
    fn aes_256_gcm_is_that_of_its_test_vectors() {
        // McGrew and Viega, test case 16
        let found = encrypted(
            CipherAlgorithm::Aes256Gcm,
            "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308",
            "cafebabefacedbaddecaf888",
            "feedfacedeadbeeffeedfacedeadbeefabaddad2",
            "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
        );
        assert_eq!(
            found,
            concat!(
                "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa",
                "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662",
                "76fc6ece0f4e1768cddf8853bb2d551b",
            )
        );
    }

    #[test]
    fn a_wrapped_key_comes_back_in_its_context_only() {
        for algorithm in [CipherAlgorithm::Aes256Gcm, CipherAlgorithm::Sm4Gcm] {
            let cipher = Cipher::new(algorithm, &Secret::random(algorithm.key_bytes()).unwrap()).unwrap();
            let key = Secret::random(16).unwrap();
            let wrapped = cipher.wrap(b"here", &key).unwrap();
            assert_eq!(cipher.unwrap(b"here", &wrapped).unwrap().bytes(), key.bytes());
            assert_eq!(cipher.unwrap(b"there", &wrapped).unwrap_err(), KeyError::Refused);
            for place in 0..wrapped.len() {
                let mut altered = wrapped.clone();
                altered[place] ^= 1;
                assert_eq!(cipher.unwrap(b"here", &altered).unwrap_err(), KeyError::Refused);
                assert_eq!(
                    cipher.unwrap(b"here", &wrapped[..place]).unwrap_err(),
                    KeyError::Refused
                );
            }
        }
        assert!(Cipher::new(CipherAlgorithm::Sm4Gcm, &Secret::new(vec![0; 32])).is_err());
        assert_ne!(context(&["a", "bc"]), context(&["ab", "c"]));
    }
}
