//! Signature algorithms, as identifiers name them.

use crate::asn1::{Element, Malformed, Reader, SEQUENCE, context};
use crate::digest::Hash;
use crate::oids;

/// How a signature was computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    /// RSASSA-PKCS1-v1_5.
    RsaPkcs1,
    /// RSASSA-PSS.
    RsaPss {
        /// Bytes of salt.
        salt: u16,
    },
    /// ECDSA; the key names the curve.
    Ecdsa,
    /// SM2 with SM3 (GB/T 32918.2) for the user identity `1234567812345678`.
    Sm2,
    /// Ed25519.
    Ed25519,
}

/// A signature algorithm with its digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Algorithm {
    pub(crate) scheme: Scheme,
    /// `None`: the scheme has its own (Ed25519).
    pub(crate) hash: Option<Hash>,
}

/// An identifier of an algorithm with its parameters, as it is written in certificates and messages.
#[derive(Debug, Clone)]
pub(crate) struct AlgorithmIdentifier<'a> {
    pub oid: String,
    pub parameters: Option<Element<'a>>,
}

impl<'a> AlgorithmIdentifier<'a> {
    pub fn read(reader: &mut Reader<'a>) -> Result<Self, Malformed> {
        let mut inside = reader.sequence()?;
        let oid = inside.oid()?;
        let parameters = if inside.is_empty() {
            None
        } else {
            Some(inside.next()?)
        };
        Ok(Self { oid, parameters })
    }

    /// The algorithm; `digest` is the one named beside it, where there is one. `None`: none that is verified here.
    pub fn signature(&self, digest: Option<Hash>) -> Option<Algorithm> {
        if self.oid != oids::RSA_PSS {
            return Algorithm::of_oid(&self.oid, digest);
        }
        let (hash, salt) = self.parameters.as_ref().and_then(pss_parameters)?;
        Some(Algorithm {
            scheme: Scheme::RsaPss { salt },
            hash: Some(hash),
        })
    }
}

/// Digest and bytes of salt of RSASSA-PSS-params (RFC 4055, 3.1), where the mask is made with the same digest.
fn pss_parameters(parameters: &Element<'_>) -> Option<(Hash, u16)> {
    if parameters.tag != SEQUENCE {
        return None;
    }
    let (mut hash, mut mask, mut salt) = (Hash::Sha1, Hash::Sha1, 20);
    for field in parameters.inside().all().ok()? {
        if field.tag == context(0) {
            hash = Hash::of_oid(&AlgorithmIdentifier::read(&mut field.inside()).ok()?.oid)?;
        }
        if field.tag == context(1) {
            let identifier = AlgorithmIdentifier::read(&mut field.inside()).ok()?;
            let inner = identifier.parameters.filter(|_| identifier.oid == oids::MGF1)?;
            mask = Hash::of_oid(&inner.inside().oid().ok()?)?;
        }
        if field.tag == context(2) {
            salt = u16::try_from(field.inside().next().ok()?.small().ok()?).ok()?;
        }
    }
    (hash == mask).then_some((hash, salt))
}

impl Algorithm {
    /// The algorithm with this object identifier; `digest` is the one named beside it, where there is one.
    pub fn of_oid(oid: &str, digest: Option<Hash>) -> Option<Self> {
        let with = |scheme, hash| {
            Some(Self {
                scheme,
                hash: Some(hash),
            })
        };
        match oid {
            oids::RSA => with(Scheme::RsaPkcs1, digest?),
            oids::RSA_SHA1 => with(Scheme::RsaPkcs1, Hash::Sha1),
            oids::RSA_SHA256 => with(Scheme::RsaPkcs1, Hash::Sha256),
            oids::RSA_SHA384 => with(Scheme::RsaPkcs1, Hash::Sha384),
            oids::RSA_SHA512 => with(Scheme::RsaPkcs1, Hash::Sha512),
            // some write the kind of the key in place of the algorithm
            oids::EC_KEY if digest == Some(Hash::Sm3) => with(Scheme::Sm2, Hash::Sm3),
            oids::EC_KEY => with(Scheme::Ecdsa, digest?),
            oids::ECDSA_SHA1 => with(Scheme::Ecdsa, Hash::Sha1),
            oids::ECDSA_SHA256 => with(Scheme::Ecdsa, Hash::Sha256),
            oids::ECDSA_SHA384 => with(Scheme::Ecdsa, Hash::Sha384),
            oids::ECDSA_SHA512 => with(Scheme::Ecdsa, Hash::Sha512),
            oids::SM2_SM3 | oids::SM2_SIGN | oids::SM2 => with(Scheme::Sm2, Hash::Sm3),
            oids::ED25519 => Some(Self {
                scheme: Scheme::Ed25519,
                hash: None,
            }),
            _ => None,
        }
    }
}
