//! Public keys, and whether a signature is theirs.

use crate::algorithm::{Algorithm, AlgorithmIdentifier, Scheme};
use crate::asn1::{BIT_STRING, Element, Malformed, Reader};
use crate::content::SignedContent;
use crate::digest::{Hash, Hasher};
use crate::oids;
use aws_lc_rs::signature::{self as aws, RsaParameters, RsaPssSaltLength, VerificationAlgorithm};
use sm2::dsa::signature::hazmat::PrehashVerifier;
use sm2::dsa::{Signature as Sm2Signature, VerifyingKey};
use std::io::{self, Write};

/// The user identity that SM2 signatures are made for where nothing else was agreed on (GB/T 35276).
pub const SM2_IDENTITY: &str = "1234567812345678";

/// Longest message that Ed25519 is verified over: it needs it whole.
const ED25519_BYTES: usize = 16 << 20;

/// Coefficients and base point of the curve of SM2 (GB/T 32918.5), as they go into the digest of the identity.
const SM2_CURVE: &str = "fffffffeffffffffffffffffffffffffffffffff00000000fffffffffffffffc\
                         28e9fa9e9d9f5e344d5a9e4bcf6509a7f39789f515ab8f92ddbcbd414d940e93\
                         32c4ae2c1f1981195f9904466a39c9948fe30bbff2660be1715a4589334c74c7\
                         bc3736a2f4f6779c59bdcee36b692153d0a9877cc62a474002df32e52139f0a0";

/// Whether a signature is that of the key over the content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Holds {
    /// It is.
    Yes,
    /// It is not: another key, other content, or a damaged value.
    No,
    /// Key or algorithm is none that is verified here; says which.
    Unknown(String),
}

/// A public key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey {
    kind: Kind,
    /// `SubjectPublicKeyInfo` in DER.
    whole: Vec<u8>,
    /// The bits of the key alone.
    bits: Vec<u8>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Kind {
    Rsa,
    P256,
    P384,
    Sm2,
    Ed25519,
    Other(String),
}

impl PublicKey {
    /// Reads a `SubjectPublicKeyInfo` in DER.
    pub fn from_der(bytes: &[u8]) -> Result<Self, Malformed> {
        Self::read(&Element::first(bytes)?)
    }

    pub(crate) fn read(element: &Element<'_>) -> Result<Self, Malformed> {
        let mut reader = element.inside();
        let algorithm = AlgorithmIdentifier::read(&mut reader)?;
        let bits = reader.expect(BIT_STRING)?.bits()?.to_vec();
        let curve = algorithm
            .parameters
            .as_ref()
            .and_then(|parameters| parameters.oid().ok());
        let kind = match (algorithm.oid.as_str(), curve.as_deref()) {
            (oids::RSA | oids::RSA_PSS, _) => Kind::Rsa,
            (oids::EC_KEY, Some(oids::P256)) => Kind::P256,
            (oids::EC_KEY, Some(oids::P384)) => Kind::P384,
            (oids::EC_KEY, Some(oids::SM2)) | (oids::SM2, _) => Kind::Sm2,
            (oids::ED25519, _) => Kind::Ed25519,
            (oids::EC_KEY, Some(curve)) => Kind::Other(format!("a key on the curve {curve}")),
            (other, _) => Kind::Other(format!("a key of the kind {other}")),
        };
        Ok(Self {
            kind,
            whole: element.whole.to_vec(),
            bits,
        })
    }

    /// The bits of the key alone: what identifiers of keys are digests of.
    pub(crate) fn bits(&self) -> &[u8] {
        &self.bits
    }

    /// The usual algorithm of this key, for signatures that name none.
    pub fn usual_algorithm(&self) -> Option<Algorithm> {
        let (scheme, hash) = match self.kind {
            Kind::Rsa => (Scheme::RsaPkcs1, Hash::Sha256),
            Kind::P256 => (Scheme::Ecdsa, Hash::Sha256),
            Kind::P384 => (Scheme::Ecdsa, Hash::Sha384),
            Kind::Sm2 => (Scheme::Sm2, Hash::Sm3),
            Kind::Ed25519 | Kind::Other(_) => return None,
        };
        Some(Algorithm {
            scheme,
            hash: Some(hash),
        })
    }

    /// Whether a signature is this key's over the content. An error means that the content could not be read.
    pub fn holds(
        &self,
        algorithm: Algorithm,
        signature: &[u8],
        content: &dyn SignedContent,
    ) -> io::Result<Holds> {
        match (&self.kind, algorithm.scheme) {
            (Kind::Other(what), _) => Ok(Holds::Unknown(what.clone())),
            (Kind::Sm2, Scheme::Sm2) => self.holds_sm2(SM2_IDENTITY, signature, content),
            (Kind::Ed25519, Scheme::Ed25519) => self.holds_ed25519(signature, content),
            (Kind::Rsa, Scheme::RsaPss { salt }) => match pss_verifier(algorithm.hash, salt) {
                Some((hash, verifier)) => self.holds_sha(hash, &verifier, signature, content),
                None => Ok(Holds::Unknown(format!("RSA PSS with {:?}", algorithm.hash))),
            },
            (kind, scheme) => match sha_verifier(kind, scheme, algorithm.hash) {
                Some((hash, verifier)) => self.holds_sha(hash, verifier, signature, content),
                // a key of one kind cannot have made a signature of another
                None if fits(kind, scheme) => {
                    Ok(Holds::Unknown(format!("{scheme:?} with {:?}", algorithm.hash)))
                }
                None => Ok(Holds::No),
            },
        }
    }

    fn holds_sha(
        &self,
        hash: Hash,
        verifier: &dyn VerificationAlgorithm,
        signature: &[u8],
        content: &dyn SignedContent,
    ) -> io::Result<Holds> {
        let mut hasher = Hasher::new(hash);
        content.write_to(&mut hasher)?;
        let Some(digest) = hasher.finish().sha else {
            return Ok(Holds::Unknown(format!("{hash:?}")));
        };
        let verified = verifier.verify_digest_sig(&self.whole, &digest, signature);
        Ok(if verified.is_ok() { Holds::Yes } else { Holds::No })
    }

    /// Whether an SM2 signature is this key's for a user identity.
    pub fn holds_sm2(
        &self,
        identity: &str,
        signature: &[u8],
        content: &dyn SignedContent,
    ) -> io::Result<Holds> {
        let mut hasher = Hasher::new(Hash::Sm3);
        hasher.update(&self.identity_digest(identity));
        content.write_to(&mut hasher)?;
        Ok(self.holds_sm2_digest(&hasher.finish().bytes, signature))
    }

    /// Whether an SM2 signature is this key's over a digest, into which the identity has gone already.
    pub fn holds_sm2_digest(&self, digest: &[u8], signature: &[u8]) -> Holds {
        if self.kind != Kind::Sm2 || self.bits.len() != 65 {
            return Holds::Unknown("no SM2 key that is written out".to_owned());
        }
        let key = VerifyingKey::from_sec1_bytes(SM2_IDENTITY, &self.bits);
        let (Ok(key), Some(signature)) = (key, sm2_signature(signature)) else {
            return Holds::No;
        };
        match key.verify_prehash(digest, &signature) {
            Ok(()) => Holds::Yes,
            Err(_) => Holds::No,
        }
    }

    /// `Z`: the digest of identity, curve and key that an SM2 signature begins with (GB/T 32918.2, 5.5).
    fn identity_digest(&self, identity: &str) -> Vec<u8> {
        let mut hasher = Hasher::new(Hash::Sm3);
        let bits = u16::try_from(identity.len() * 8).unwrap_or_default();
        hasher.update(&bits.to_be_bytes());
        hasher.update(identity.as_bytes());
        hasher.update(&hex::decode(SM2_CURVE).unwrap_or_default());
        // an uncompressed point: 04, then both coordinates
        hasher.update(self.bits.get(1..).unwrap_or_default());
        hasher.finish().bytes
    }

    fn holds_ed25519(&self, signature: &[u8], content: &dyn SignedContent) -> io::Result<Holds> {
        let mut message = Bounded(Vec::new());
        if content.write_to(&mut message).is_err() && message.0.len() >= ED25519_BYTES {
            return Ok(Holds::Unknown("Ed25519 over a large file".to_owned()));
        }
        let verified = aws::ED25519.verify_sig(&self.bits, &message.0, signature);
        Ok(if verified.is_ok() { Holds::Yes } else { Holds::No })
    }
}

struct Bounded(Vec<u8>);

impl Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let room = ED25519_BYTES.saturating_sub(self.0.len());
        let taken = bytes.len().min(room);
        self.0.extend_from_slice(bytes.get(..taken).unwrap_or_default());
        // a full sink takes nothing, which ends the writing
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Whether keys of this kind make signatures of this scheme.
fn fits(kind: &Kind, scheme: Scheme) -> bool {
    match kind {
        Kind::Rsa => matches!(scheme, Scheme::RsaPkcs1 | Scheme::RsaPss { .. }),
        Kind::P256 | Kind::P384 => scheme == Scheme::Ecdsa,
        Kind::Sm2 => scheme == Scheme::Sm2,
        Kind::Ed25519 => scheme == Scheme::Ed25519,
        Kind::Other(_) => true,
    }
}

/// PSS with a salt of so many bytes.
fn pss_verifier(hash: Option<Hash>, salt: u16) -> Option<(Hash, RsaParameters)> {
    let (hash, verifier) = match hash? {
        Hash::Sha256 => (Hash::Sha256, aws::RSA_PSS_2048_8192_SHA256),
        Hash::Sha384 => (Hash::Sha384, aws::RSA_PSS_2048_8192_SHA384),
        Hash::Sha512 => (Hash::Sha512, aws::RSA_PSS_2048_8192_SHA512),
        Hash::Sha1 | Hash::Sm3 => return None,
    };
    Some((
        hash,
        verifier.with_pss_salt_length(RsaPssSaltLength::Custom(salt)),
    ))
}

fn sha_verifier(
    kind: &Kind,
    scheme: Scheme,
    hash: Option<Hash>,
) -> Option<(Hash, &'static dyn VerificationAlgorithm)> {
    let hash = hash?;
    let verifier: &'static dyn VerificationAlgorithm = match (kind, scheme, hash) {
        (Kind::Rsa, Scheme::RsaPkcs1, Hash::Sha1) => &aws::RSA_PKCS1_1024_8192_SHA1_FOR_LEGACY_USE_ONLY,
        (Kind::Rsa, Scheme::RsaPkcs1, Hash::Sha256) => &aws::RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY,
        (Kind::Rsa, Scheme::RsaPkcs1, Hash::Sha384) => &aws::RSA_PKCS1_2048_8192_SHA384,
        (Kind::Rsa, Scheme::RsaPkcs1, Hash::Sha512) => &aws::RSA_PKCS1_1024_8192_SHA512_FOR_LEGACY_USE_ONLY,
        (Kind::P256, Scheme::Ecdsa, Hash::Sha1) => &aws::ECDSA_P256_SHA1_ASN1,
        (Kind::P256, Scheme::Ecdsa, Hash::Sha256) => &aws::ECDSA_P256_SHA256_ASN1,
        (Kind::P256, Scheme::Ecdsa, Hash::Sha384) => &aws::ECDSA_P256_SHA384_ASN1,
        (Kind::P256, Scheme::Ecdsa, Hash::Sha512) => &aws::ECDSA_P256_SHA512_ASN1,
        (Kind::P384, Scheme::Ecdsa, Hash::Sha256) => &aws::ECDSA_P384_SHA256_ASN1,
        (Kind::P384, Scheme::Ecdsa, Hash::Sha384) => &aws::ECDSA_P384_SHA384_ASN1,
        (Kind::P384, Scheme::Ecdsa, Hash::Sha512) => &aws::ECDSA_P384_SHA512_ASN1,
        _ => return None,
    };
    Some((hash, verifier))
}

/// A signature of SM2: a sequence of two numbers, or both numbers of 32 bytes one after the other.
fn sm2_signature(bytes: &[u8]) -> Option<Sm2Signature> {
    if bytes.len() == 64 {
        return Sm2Signature::from_slice(bytes).ok();
    }
    let mut reader = Reader::new(bytes);
    let mut pair = reader.sequence().ok()?;
    let (r, s) = (
        pair.next().ok()?.unsigned().ok()?,
        pair.next().ok()?.unsigned().ok()?,
    );
    if !reader.is_empty() || !pair.is_empty() || r.len() > 32 || s.len() > 32 {
        return None;
    }
    let mut both = [0_u8; 64];
    both.get_mut(32 - r.len()..32)?.copy_from_slice(r);
    both.get_mut(64 - s.len()..64)?.copy_from_slice(s);
    Sm2Signature::from_slice(&both).ok()
}
