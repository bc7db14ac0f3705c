//! Certificates (X.509, RFC 5280; GB/T 20518 is the same form with SM2).

use crate::algorithm::{Algorithm, AlgorithmIdentifier};
use crate::asn1::{
    BIT_STRING, BOOLEAN, Element, INTEGER, Malformed, OCTET_STRING, Reader, SEQUENCE, context, context_value,
    time_of,
};
use crate::key::{Holds, PublicKey};
use crate::name::Name;
use crate::oids;
use jiff::Timestamp;

/// What a certificate says besides names and key.
#[derive(Debug, Clone, Default)]
struct Extensions {
    /// Whether it is an authority, and how many authorities may follow below it.
    basic: Option<(bool, Option<u32>)>,
    key_usage: Option<u16>,
    purposes: Option<Vec<String>>,
    subject_key: Option<Vec<u8>>,
    authority_key: Option<Vec<u8>>,
    names_revocation: bool,
    unknown_critical: Vec<String>,
}

/// A certificate.
#[derive(Debug, Clone)]
pub struct Certificate {
    whole: Vec<u8>,
    signed: Vec<u8>,
    serial: Vec<u8>,
    issuer: Name,
    subject: Name,
    not_before: Timestamp,
    not_after: Timestamp,
    key: PublicKey,
    algorithm: Option<Algorithm>,
    algorithm_oid: String,
    signature: Vec<u8>,
    extensions: Extensions,
}

impl PartialEq for Certificate {
    fn eq(&self, other: &Self) -> bool {
        self.whole == other.whole
    }
}

/// Bits of the extension keyUsage, the first one highest.
mod usage {
    pub(super) const DIGITAL_SIGNATURE: u16 = 1 << 15;
    pub(super) const NON_REPUDIATION: u16 = 1 << 14;
    pub(super) const CERTIFICATES: u16 = 1 << 10;
    pub(super) const LISTS: u16 = 1 << 9;
}

impl Certificate {
    /// Reads a certificate in DER; what follows it is not looked at.
    pub fn from_der(bytes: &[u8]) -> Result<Self, Malformed> {
        Self::read(&Element::first(bytes)?)
    }

    pub(crate) fn read(element: &Element<'_>) -> Result<Self, Malformed> {
        if element.tag != SEQUENCE {
            return Err(Malformed("no certificate where the form has one"));
        }
        let mut outer = element.inside();
        let signed = outer.expect(SEQUENCE)?;
        let algorithm = AlgorithmIdentifier::read(&mut outer)?;
        let signature = outer.expect(BIT_STRING)?.bits()?.to_vec();
        let mut inner = signed.inside();
        inner.optional(context(0))?;
        let serial = inner.expect(INTEGER)?.content.to_vec();
        AlgorithmIdentifier::read(&mut inner)?;
        let issuer = Name::read(&inner.expect(SEQUENCE)?)?;
        let mut validity = inner.sequence()?;
        let (not_before, not_after) = (time_of(&validity.next()?)?, time_of(&validity.next()?)?);
        let subject = Name::read(&inner.expect(SEQUENCE)?)?;
        let key = PublicKey::read(&inner.expect(SEQUENCE)?)?;
        let mut extensions = Extensions::default();
        while !inner.is_empty() {
            let field = inner.next()?;
            if field.tag == context(3) {
                for extension in field.inside().sequence()?.all()? {
                    extensions.read(&extension)?;
                }
            }
        }
        Ok(Self {
            whole: element.whole.to_vec(),
            signed: signed.whole.to_vec(),
            serial,
            issuer,
            subject,
            not_before,
            not_after,
            key,
            algorithm: algorithm.signature(None),
            algorithm_oid: algorithm.oid,
            signature,
            extensions,
        })
    }

    /// The certificate in DER.
    pub fn der(&self) -> &[u8] {
        &self.whole
    }

    /// Whom it is of.
    pub fn subject(&self) -> &Name {
        &self.subject
    }

    /// Who issued it.
    pub fn issuer(&self) -> &Name {
        &self.issuer
    }

    /// From when and until when it is valid.
    pub fn validity(&self) -> (Timestamp, Timestamp) {
        (self.not_before, self.not_after)
    }

    /// Its key.
    pub fn key(&self) -> &PublicKey {
        &self.key
    }

    /// The serial number, as it is written.
    pub(crate) fn serial(&self) -> &[u8] {
        &self.serial
    }

    /// The identifier of its key, where it gives one.
    pub(crate) fn subject_key(&self) -> Option<&[u8]> {
        self.extensions.subject_key.as_deref()
    }

    /// Whether it was valid at a moment, as far as its dates go.
    pub(crate) fn is_valid_at(&self, moment: Timestamp) -> bool {
        self.not_before <= moment && moment <= self.not_after
    }

    /// Whether it is a root from before certificates said what they may be used for.
    pub(crate) fn is_old_root(&self) -> bool {
        self.extensions.basic.is_none() && self.issuer.is(&self.subject)
    }

    /// Whether `issuer` may be the one that issued it, by name and identifier of the key.
    pub(crate) fn may_be_issued_by(&self, issuer: &Self) -> bool {
        self.issuer.is(&issuer.subject)
            && match (&self.extensions.authority_key, &issuer.extensions.subject_key) {
                (Some(wanted), Some(found)) => wanted == found,
                _ => true,
            }
    }

    /// Whether the issuer's key made its signature.
    pub fn is_signed_by(&self, issuer: &Self) -> Holds {
        let Some(algorithm) = self.algorithm else {
            return Holds::Unknown(format!(
                "a certificate signed by the algorithm {}",
                self.algorithm_oid
            ));
        };
        let verified = issuer.key.holds(algorithm, &self.signature, &self.signed);
        verified.unwrap_or(Holds::No)
    }

    /// Why it may not have issued a certificate with so many authorities between; `None`: it may.
    pub(crate) fn objection_as_issuer(&self, between: u32) -> Option<&'static str> {
        match self.extensions.basic {
            Some((true, Some(most))) if between > most => {
                return Some("more authorities stand below it than it allows");
            }
            Some((true, _)) => {}
            _ => return Some("it is not the certificate of an authority"),
        }
        (!self.may(usage::CERTIFICATES)).then_some("its key may not sign certificates")
    }

    /// Whether its key may sign lists of revoked certificates.
    pub(crate) fn may_sign_lists(&self) -> bool {
        self.may(usage::LISTS)
    }

    /// Whether its key may sign documents.
    pub(crate) fn may_sign(&self) -> bool {
        self.may(usage::DIGITAL_SIGNATURE | usage::NON_REPUDIATION)
    }

    fn may(&self, bits: u16) -> bool {
        self.extensions.key_usage.is_none_or(|usage| usage & bits != 0)
    }

    /// Whether it names this purpose.
    pub(crate) fn is_for(&self, purpose: &str) -> bool {
        let purposes = self.extensions.purposes.iter().flatten();
        purposes.into_iter().any(|known| known == purpose)
    }

    /// Whether it says where revocations are published.
    pub(crate) fn names_revocation(&self) -> bool {
        self.extensions.names_revocation
    }

    /// A critical extension that is not understood here.
    pub(crate) fn unknown_extension(&self) -> Option<&str> {
        self.extensions.unknown_critical.first().map(String::as_str)
    }
}

impl Extensions {
    fn read(&mut self, element: &Element<'_>) -> Result<(), Malformed> {
        let mut reader = element.inside();
        let oid = reader.oid()?;
        let is_critical = reader
            .optional(BOOLEAN)?
            .is_some_and(|flag| flag.content.first().is_some_and(|value| *value != 0));
        let value = reader.expect(OCTET_STRING)?.content;
        match oid.as_str() {
            oids::BASIC_CONSTRAINTS => {
                let mut inside = Reader::new(value).sequence()?;
                let flag = inside.optional(BOOLEAN)?;
                let is_authority =
                    flag.is_some_and(|flag| flag.content.first().is_some_and(|value| *value != 0));
                let most = inside.optional(INTEGER)?.map(|most| most.small()).transpose()?;
                self.basic = Some((is_authority, most));
            }
            oids::KEY_USAGE => {
                let bits = Reader::new(value).expect(BIT_STRING)?;
                let byte = |place: usize| u16::from(bits.content.get(place).copied().unwrap_or_default());
                self.key_usage = Some(byte(1) << 8 | byte(2));
            }
            oids::EXTENDED_USAGE => {
                let purposes = Reader::new(value).sequence()?.all()?;
                let purposes: Result<Vec<String>, Malformed> = purposes.iter().map(Element::oid).collect();
                self.purposes = Some(purposes?);
            }
            oids::SUBJECT_KEY => {
                self.subject_key = Some(Reader::new(value).expect(OCTET_STRING)?.content.to_vec());
            }
            oids::AUTHORITY_KEY => {
                let field = Reader::new(value).sequence()?.optional(context_value(0))?;
                self.authority_key = field.map(|field| field.content.to_vec());
            }
            oids::CRL_POINTS => self.names_revocation = true,
            oids::AUTHORITY_ACCESS => {
                for access in Reader::new(value).sequence()?.all()? {
                    self.names_revocation |= access.inside().oid()? == oids::OCSP_ACCESS;
                }
            }
            other if is_critical && !oids::HARMLESS.contains(&other) => {
                self.unknown_critical.push(oid);
            }
            _ => {}
        }
        Ok(())
    }
}
