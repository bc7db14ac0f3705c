//! Digest algorithms behind one small trait.

use aws_lc_rs::digest as aws;
use blake2::digest::VariableOutput as _;
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
            Self::Blake2b512 => Blake2::boxed(64),
            Self::Blake2b384 => Blake2::boxed(48),
            Self::Blake2b256 => Blake2::boxed(32),
            Self::Blake2b160 => Blake2::boxed(20),
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

/// BLAKE2b; the length of its digest is chosen when it begins.
struct Blake2(blake2::Blake2bVar);

impl Blake2 {
    fn boxed(length: usize) -> Box<dyn Digester> {
        // Only lengths above 64 are refused, and none of ours is.
        match blake2::Blake2bVar::new(length) {
            Ok(state) => Box::new(Self(state)),
            Err(_) => Algorithm::Sha512.start(),
        }
    }
}

impl Digester for Blake2 {
    fn update(&mut self, bytes: &[u8]) {
        blake2::digest::Update::update(&mut self.0, bytes);
    }

    fn finish(self: Box<Self>) -> String {
        hex::encode(self.0.finalize_boxed())
    }
}
