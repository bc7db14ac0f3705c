//! Keys that sign in tests: fixed ones, known to everybody.

use super::der::{bits, integer, null, oid, sequence};
use aws_lc_rs::digest;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P384_SHA384_ASN1_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair,
    RSA_PKCS1_SHA256, RSA_PSS_SHA256, RsaKeyPair,
};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sm2::dsa::signature::Signer as _;
use sm2::dsa::{Signature, SigningKey};
use sm3::{Digest as _, Sm3};

const RSA: &str = include_str!("keys/rsa.txt");
const P256: &str = include_str!("keys/p256.txt");
const P384: &str = include_str!("keys/p384.txt");

/// The identity that SM2 signs for.
const IDENTITY: &str = "1234567812345678";

/// A key with its algorithm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TestKey {
    /// SM2 with SM3; the number tells the keys apart.
    Sm2(u8),
    /// RSA PKCS #1 v1.5 with SHA-256.
    Rsa,
    /// RSA PSS with SHA-256.
    RsaPss,
    /// ECDSA on P-256 with SHA-256.
    P256,
    /// ECDSA on P-384 with SHA-384.
    P384,
    /// Ed25519; the number tells the keys apart.
    Ed25519(u8),
}

#[expect(clippy::unwrap_used, reason = "a test that cannot sign cannot go on")]
impl TestKey {
    fn sm2(number: u8) -> SigningKey {
        SigningKey::from_slice(IDENTITY, &[number.max(1); 32]).unwrap()
    }

    fn rsa() -> RsaKeyPair {
        RsaKeyPair::from_pkcs8(&decoded(RSA)).unwrap()
    }

    fn ecdsa(self) -> EcdsaKeyPair {
        match self {
            Self::P384 => EcdsaKeyPair::from_pkcs8(&ECDSA_P384_SHA384_ASN1_SIGNING, &decoded(P384)).unwrap(),
            _ => EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &decoded(P256)).unwrap(),
        }
    }

    /// Signs.
    pub fn sign(self, message: &[u8]) -> Vec<u8> {
        let random = SystemRandom::new();
        match self {
            Self::Sm2(number) => {
                let signature: Signature = Self::sm2(number).sign(message);
                let bytes = signature.to_bytes();
                let (r, s) = bytes.split_at(32);
                sequence(&[number_of(r), number_of(s)])
            }
            Self::Rsa | Self::RsaPss => {
                let key = Self::rsa();
                let mut value = vec![0; key.public_modulus_len()];
                match self {
                    Self::Rsa => key.sign(&RSA_PKCS1_SHA256, &random, message, &mut value).unwrap(),
                    _ => key.sign(&RSA_PSS_SHA256, &random, message, &mut value).unwrap(),
                }
                value
            }
            Self::P256 | Self::P384 => self.ecdsa().sign(&random, message).unwrap().as_ref().to_vec(),
            Self::Ed25519(number) => {
                let key = Ed25519KeyPair::from_seed_unchecked(&[number; 32]).unwrap();
                key.sign(message).as_ref().to_vec()
            }
        }
    }

    /// The public key as `SubjectPublicKeyInfo`.
    pub fn public(self) -> Vec<u8> {
        let curve = |curve: &str, point: &[u8]| {
            let kind = sequence(&[oid("1.2.840.10045.2.1"), oid(curve)]);
            sequence(&[kind, bits(point)])
        };
        match self {
            Self::Sm2(number) => {
                let key = Self::sm2(number);
                curve("1.2.156.10197.1.301", &key.verifying_key().to_sec1_bytes())
            }
            Self::P256 => curve("1.2.840.10045.3.1.7", self.ecdsa().public_key().as_ref()),
            Self::P384 => curve("1.3.132.0.34", self.ecdsa().public_key().as_ref()),
            Self::Rsa | Self::RsaPss => {
                let kind = sequence(&[oid("1.2.840.113549.1.1.1"), null()]);
                sequence(&[kind, bits(Self::rsa().public_key().as_ref())])
            }
            Self::Ed25519(number) => {
                let key = Ed25519KeyPair::from_seed_unchecked(&[number; 32]).unwrap();
                sequence(&[sequence(&[oid("1.3.101.112")]), bits(key.public_key().as_ref())])
            }
        }
    }

    /// Object identifier of the signature algorithm.
    pub fn algorithm_oid(self) -> &'static str {
        match self {
            Self::Sm2(_) => "1.2.156.10197.1.501",
            Self::Rsa => "1.2.840.113549.1.1.11",
            Self::RsaPss => "1.2.840.113549.1.1.10",
            Self::P256 => "1.2.840.10045.4.3.2",
            Self::P384 => "1.2.840.10045.4.3.3",
            Self::Ed25519(_) => "1.3.101.112",
        }
    }

    /// The signature algorithm as `AlgorithmIdentifier`.
    pub fn algorithm(self) -> Vec<u8> {
        let parameters = match self {
            Self::Rsa => null(),
            Self::RsaPss => {
                let hash = self.digest_algorithm();
                let mask = sequence(&[oid("1.2.840.113549.1.1.8"), hash.clone()]);
                sequence(&[
                    super::der::context(0, &hash),
                    super::der::context(1, &mask),
                    super::der::context(2, &integer(32)),
                ])
            }
            _ => Vec::new(),
        };
        sequence(&[oid(self.algorithm_oid()), parameters])
    }

    /// The digest algorithm that goes with it, as `AlgorithmIdentifier`.
    pub fn digest_algorithm(self) -> Vec<u8> {
        sequence(&[oid(match self {
            Self::Sm2(_) => "1.2.156.10197.1.401",
            Self::P384 => "2.16.840.1.101.3.4.2.2",
            Self::Ed25519(_) => "2.16.840.1.101.3.4.2.3",
            _ => "2.16.840.1.101.3.4.2.1",
        })])
    }

    /// The digest that goes with it.
    pub fn digest(self, message: &[u8]) -> Vec<u8> {
        let of = |algorithm| digest::digest(algorithm, message).as_ref().to_vec();
        match self {
            Self::Sm2(_) => Sm3::digest(message).to_vec(),
            Self::P384 => of(&digest::SHA384),
            Self::Ed25519(_) => of(&digest::SHA512),
            _ => of(&digest::SHA256),
        }
    }

    /// The bits of the public key.
    pub(super) fn bits(self) -> Vec<u8> {
        let whole = self.public();
        // the last element of the sequence: its content without the count of odd bits
        let length = match self {
            Self::Sm2(_) | Self::P256 => 65,
            Self::P384 => 97,
            Self::Ed25519(_) => 32,
            Self::Rsa | Self::RsaPss => 270,
        };
        whole.get(whole.len() - length..).unwrap_or_default().to_vec()
    }

    /// What tells the key apart: SHA-1 of its bits.
    pub(super) fn identifier(self) -> Vec<u8> {
        digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, &self.public())
            .as_ref()
            .to_vec()
    }
}

#[expect(clippy::unwrap_used, reason = "the text is ours")]
fn decoded(text: &str) -> Vec<u8> {
    STANDARD
        .decode(text.split_whitespace().collect::<String>())
        .unwrap()
}

fn number_of(bytes: &[u8]) -> Vec<u8> {
    let mut digits: Vec<u8> = bytes.iter().copied().skip_while(|byte| *byte == 0).collect();
    if digits.first().is_none_or(|byte| byte & 0x80 != 0) {
        digits.insert(0, 0);
    }
    super::der::element(2, &digits)
}
