//! Digest algorithms behind one small trait.

use aws_lc_rs::digest as aws;
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
}

impl Algorithm {
    /// The name in inventories, such as `sha512`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sha512 => "sha512",
            Self::Sha256 => "sha256",
            Self::Sm3 => "sm3",
        }
    }

    /// A digest of nothing yet.
    pub fn start(self) -> Box<dyn Digester> {
        match self {
            Self::Sha512 => Box::new(Aws(aws::Context::new(&aws::SHA512))),
            Self::Sha256 => Box::new(Aws(aws::Context::new(&aws::SHA256))),
            Self::Sm3 => Box::new(Sm3(sm3::Sm3::new())),
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
