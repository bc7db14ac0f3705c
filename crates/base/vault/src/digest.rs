//! Digest algorithms behind one small trait.

use aws_lc_rs::digest as aws;
use blake2::Digest as Blake2Digest;
use blake2::digest::consts::{U20, U32, U48, U64};
use sm3::Digest as _;

/// A running digest: bytes in, lower-case hexadecimal out.
pub trait Digester: Send {
    /// Takes the next bytes.
    fn update(&mut self, bytes: &[u8]);
    /// The digest of all bytes taken, lower-case hexadecimal.
    fn finish(self: Box<Self>) -> String;
}

/// A digest algorithm, named as OCFL names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Algorithm {
    /// SHA-512, the digest that addresses content in our objects.
    Sha512,
    /// SHA-256, allowed by OCFL for content.
    Sha256,
    /// SM3 (GB/T 32905-2016), in the fixity block of our objects.
    Sm3,
    /// MD5, in fixity blocks of others.
    Md5,
    /// SHA-1, in fixity blocks of others.
    Sha1,
    /// SHA-512/256, in fixity blocks of others.
    Sha512Truncated256,
    /// BLAKE2b with 512 bits, in fixity blocks of others.
    Blake2b512,
    /// BLAKE2b with 384 bits, in fixity blocks of others.
    Blake2b384,
    /// BLAKE2b with 256 bits, in fixity blocks of others.
    Blake2b256,
    /// BLAKE2b with 160 bits, in fixity blocks of others.
    Blake2b160,
}

/// All of them.
const ALGORITHMS: [Algorithm; 10] = [
    Algorithm::Sha512,
    Algorithm::Sha256,
    Algorithm::Sm3,
    Algorithm::Md5,
    Algorithm::Sha1,
    Algorithm::Sha512Truncated256,
    Algorithm::Blake2b512,
    Algorithm::Blake2b384,
    Algorithm::Blake2b256,
    Algorithm::Blake2b160,
];

impl Algorithm {
    /// The name in inventories, such as `sha512`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sha512 => "sha512",
            Self::Sha256 => "sha256",
            Self::Sm3 => "sm3",
            Self::Md5 => "md5",
            Self::Sha1 => "sha1",
            Self::Sha512Truncated256 => "sha512/256",
            Self::Blake2b512 => "blake2b-512",
            Self::Blake2b384 => "blake2b-384",
            Self::Blake2b256 => "blake2b-256",
            Self::Blake2b160 => "blake2b-160",
        }
    }

    /// The algorithm of this name, if we know it.
    pub fn named(name: &str) -> Option<Self> {
        ALGORITHMS.into_iter().find(|algorithm| algorithm.name() == name)
    }

    /// A digest of nothing yet.
    pub fn start(self) -> Box<dyn Digester> {
        match self {
            Self::Sha512 => Box::new(Aws(aws::Context::new(&aws::SHA512))),
            Self::Sha256 => Box::new(Aws(aws::Context::new(&aws::SHA256))),
            Self::Sm3 => Box::new(Sm3(sm3::Sm3::new())),
            Self::Md5 => Box::new(Md5(md5::Md5::default())),
            Self::Sha1 => Box::new(Aws(aws::Context::new(&aws::SHA1_FOR_LEGACY_USE_ONLY))),
            Self::Sha512Truncated256 => Box::new(Aws(aws::Context::new(&aws::SHA512_256))),
            Self::Blake2b512 => Box::new(Blake2(blake2::Blake2b::<U64>::default())),
            Self::Blake2b384 => Box::new(Blake2(blake2::Blake2b::<U48>::default())),
            Self::Blake2b256 => Box::new(Blake2(blake2::Blake2b::<U32>::default())),
            Self::Blake2b160 => Box::new(Blake2(blake2::Blake2b::<U20>::default())),
        }
    }

    /// The digest of `bytes`, lower-case hexadecimal.
    pub fn of(self, bytes: &[u8]) -> String {
        let mut digester = self.start();
        digester.update(bytes);
        digester.finish()
    }
}

struct Aws(aws::Context);

impl Digester for Aws {
    fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    fn finish(self: Box<Self>) -> String {
        hex::encode(self.0.finish())
    }
}

struct Sm3(sm3::Sm3);

impl Digester for Sm3 {
    fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    fn finish(self: Box<Self>) -> String {
        hex::encode(self.0.finalize())
    }
}

struct Md5(md5::Md5);

impl Digester for Md5 {
    fn update(&mut self, bytes: &[u8]) {
        md5::Digest::update(&mut self.0, bytes);
    }

    fn finish(self: Box<Self>) -> String {
        hex::encode(md5::Digest::finalize(self.0))
    }
}

/// BLAKE2b, by the type that tells the length of its digest.
struct Blake2<D>(D);

impl<D: Blake2Digest + Send> Digester for Blake2<D> {
    fn update(&mut self, bytes: &[u8]) {
        Blake2Digest::update(&mut self.0, bytes);
    }

    fn finish(self: Box<Self>) -> String {
        hex::encode(Blake2Digest::finalize(self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// GB/T 32905-2016, annex A, and the published digests of "abc".
    #[test]
    fn digests_of_abc_are_the_published_ones() {
        let published = [
            (
                Algorithm::Sm3,
                "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0",
            ),
            (
                Algorithm::Sha256,
                "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
            ),
            (Algorithm::Md5, "900150983cd24fb0d6963f7d28e17f72"),
            (Algorithm::Sha1, "a9993e364706816aba3e25717850c26c9cd0d89d"),
            (
                Algorithm::Sha512Truncated256,
                "53048e2681941ef99b2e29b76b4c7dabe4c2d0c634fc6d46e0e2f13107e7af23",
            ),
        ];
        for (algorithm, digest) in published {
            assert_eq!(algorithm.of(b"abc"), digest, "{algorithm:?}");
        }
        assert!(
            Algorithm::Sha512
                .of(b"abc")
                .starts_with("ddaf35a193617abacc417349ae204131")
        );
        assert!(
            Algorithm::Blake2b512
                .of(b"abc")
                .starts_with("ba80a53f981c4d0d6a2797b69f12f6e9")
        );
    }

    #[test]
    fn every_algorithm_is_found_by_its_name_and_has_its_length() {
        let bytes = [64, 32, 32, 16, 20, 32, 64, 48, 32, 20];
        for (algorithm, length) in ALGORITHMS.into_iter().zip(bytes) {
            assert_eq!(Algorithm::named(algorithm.name()), Some(algorithm));
            assert_eq!(algorithm.of(b"").len(), length * 2, "{algorithm:?}");
        }
        assert_eq!(Algorithm::named("crc32"), None);
    }
}
