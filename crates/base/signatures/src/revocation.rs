//! Evidence of revocation: lists of revoked certificates (RFC 5280, 5) and answers about single ones (OCSP, RFC 6960).

use crate::algorithm::{Algorithm, AlgorithmIdentifier};
use crate::asn1::{
    BIT_STRING, ENUMERATED, Element, INTEGER, Malformed, OCTET_STRING, SEQUENCE, context, context_value,
    time_of,
};
use crate::certificate::Certificate;
use crate::digest::Hash;
use crate::key::Holds;
use crate::name::Name;
use crate::oids;
use jiff::Timestamp;
use std::sync::{Arc, OnceLock};

/// The reason removeFromCRL: the certificate is good again.
const REMOVED: u32 = 8;

/// What a piece of evidence says of a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// Not revoked, as of this moment, and until the other one nothing newer is due.
    Good {
        as_of: Timestamp,
        until: Option<Timestamp>,
    },
    /// Revoked at this moment.
    Revoked(Timestamp),
}

/// A list of revoked certificates.
#[derive(Debug, Clone)]
pub struct RevocationList {
    issuer: Name,
    as_of: Timestamp,
    until: Option<Timestamp>,
    /// Serial number and moment, sorted by number.
    revoked: Vec<(Vec<u8>, Timestamp)>,
    /// Whether it is a list of a part only, or of other issuers' certificates: it proves nothing good.
    is_partial: bool,
    signed: Vec<u8>,
    algorithm: Option<Algorithm>,
    signature: Vec<u8>,
    /// The key that was asked first whether it signed the list, and whether it did: lists are long, and asked often.
    verified: Arc<OnceLock<(Vec<u8>, bool)>>,
}

impl RevocationList {
    /// Reads a list in DER.
    pub fn from_der(bytes: &[u8]) -> Result<Self, Malformed> {
        let whole = Element::first(bytes)?;
        if whole.tag != SEQUENCE {
            return Err(Malformed(
                "no list of revoked certificates where the form has one",
            ));
        }
        let mut outer = whole.inside();
        let signed = outer.expect(SEQUENCE)?;
        let algorithm = AlgorithmIdentifier::read(&mut outer)?;
        let signature = outer.expect(BIT_STRING)?.bits()?.to_vec();
        let mut inner = signed.inside();
        inner.optional(INTEGER)?;
        AlgorithmIdentifier::read(&mut inner)?;
        let issuer = Name::read(&inner.expect(SEQUENCE)?)?;
        let as_of = time_of(&inner.next()?)?;
        let until = match inner.peek() {
            Some(0x17 | 0x18) => Some(time_of(&inner.next()?)?),
            _ => None,
        };
        let mut revoked = Vec::new();
        if let Some(list) = inner.optional(SEQUENCE)? {
            let mut entries = list.inside();
            while !entries.is_empty() {
                let mut entry = entries.sequence()?;
                let serial = entry.expect(INTEGER)?.content.to_vec();
                let at = time_of(&entry.next()?)?;
                let extensions = entry.optional(SEQUENCE)?;
                if !extensions.is_some_and(|extensions| is_removed(&extensions)) {
                    revoked.push((serial, at));
                }
            }
        }
        revoked.sort();
        let mut is_partial = false;
        if let Some(field) = inner.optional(context(0))? {
            for extension in field.inside().sequence()?.all()? {
                let oid = extension.inside().oid()?;
                is_partial |= matches!(oid.as_str(), oids::ISSUING_POINT | oids::DELTA_CRL);
            }
        }
        Ok(Self {
            issuer,
            as_of,
            until,
            revoked,
            is_partial,
            signed: signed.whole.to_vec(),
            algorithm: algorithm.signature(None),
            signature,
            verified: Arc::default(),
        })
    }

    /// Who issued it.
    pub fn issuer(&self) -> &Name {
        &self.issuer
    }

    fn is_signed_by(&self, issuer: &Certificate) -> bool {
        let ask = || {
            let holds = self
                .algorithm
                .map(|algorithm| issuer.key().holds(algorithm, &self.signature, &self.signed));
            matches!(holds, Some(Ok(Holds::Yes)))
        };
        let (key, is_signed) = self
            .verified
            .get_or_init(|| (issuer.key().bits().to_vec(), ask()));
        if key == issuer.key().bits() {
            *is_signed
        } else {
            ask()
        }
    }

    /// What it says of a certificate that `issuer` issued; `None`: it is not by that issuer, or says nothing.
    pub(crate) fn standing(&self, certificate: &Certificate, issuer: &Certificate) -> Option<Standing> {
        if !self.issuer.is(issuer.subject()) || !issuer.may_sign_lists() {
            return None;
        }
        if !self.is_signed_by(issuer) {
            return None;
        }
        let found = self
            .revoked
            .binary_search_by(|(serial, _)| serial.as_slice().cmp(certificate.serial()));
        match found.ok().and_then(|place| self.revoked.get(place)) {
            Some((_, at)) => Some(Standing::Revoked(*at)),
            None if self.is_partial => None,
            None => Some(Standing::Good {
                as_of: self.as_of,
                until: self.until,
            }),
        }
    }
}

fn is_removed(extensions: &Element<'_>) -> bool {
    let reason = |extension: &Element<'_>| {
        let mut reader = extension.inside();
        if reader.oid().ok()? != oids::CRL_REASON {
            return None;
        }
        let value = reader.expect(OCTET_STRING).ok()?;
        value.inside().expect(ENUMERATED).ok()?.small().ok()
    };
    let all = extensions.inside().all().unwrap_or_default();
    all.iter().any(|extension| reason(extension) == Some(REMOVED))
}

/// An answer of an OCSP responder.
#[derive(Debug, Clone)]
pub struct OcspAnswer {
    signed: Vec<u8>,
    algorithm: Option<Algorithm>,
    signature: Vec<u8>,
    certificates: Vec<Certificate>,
    single: Vec<Single>,
}

#[derive(Debug, Clone)]
struct Single {
    hash: Option<Hash>,
    issuer_name: Vec<u8>,
    issuer_key: Vec<u8>,
    serial: Vec<u8>,
    standing: Option<Standing>,
}

impl OcspAnswer {
    /// Reads an `OCSPResponse` or a `BasicOCSPResponse` in DER.
    pub fn from_der(bytes: &[u8]) -> Result<Self, Malformed> {
        let whole = Element::first(bytes)?;
        if whole.inside().peek() != Some(ENUMERATED) {
            return Self::basic(&whole);
        }
        let mut outer = whole.inside();
        outer.expect(ENUMERATED)?;
        let mut answer = outer.expect(context(0))?.inside().sequence()?;
        if answer.oid()? != oids::OCSP_BASIC {
            return Err(Malformed("an answer about revocation of another kind"));
        }
        Self::basic(&Element::first(answer.expect(OCTET_STRING)?.content)?)
    }

    fn basic(element: &Element<'_>) -> Result<Self, Malformed> {
        let mut outer = element.inside();
        let signed = outer.expect(SEQUENCE)?;
        let algorithm = AlgorithmIdentifier::read(&mut outer)?;
        let signature = outer.expect(BIT_STRING)?.bits()?.to_vec();
        let mut certificates = Vec::new();
        if let Some(field) = outer.optional(context(0))? {
            for certificate in field.inside().sequence()?.all()? {
                certificates.push(Certificate::read(&certificate)?);
            }
        }
        let mut inner = signed.inside();
        inner.optional(context(0))?;
        inner.next()?;
        time_of(&inner.next()?)?;
        let answers = inner.sequence()?.all()?;
        let single: Result<Vec<Single>, Malformed> = answers.iter().map(Single::read).collect();
        Ok(Self {
            signed: signed.whole.to_vec(),
            algorithm: algorithm.signature(None),
            signature,
            certificates,
            single: single?,
        })
    }

    /// What it says of a certificate that `issuer` issued; `None`: nothing, or nobody who may say it.
    pub(crate) fn standing(&self, certificate: &Certificate, issuer: &Certificate) -> Option<Standing> {
        let single = self
            .single
            .iter()
            .find(|single| single.is_about(certificate, issuer))?;
        let is_by = |key: &Certificate| {
            let holds = self
                .algorithm
                .map(|algorithm| key.key().holds(algorithm, &self.signature, &self.signed));
            matches!(holds, Some(Ok(Holds::Yes)))
        };
        let delegates = self.certificates.iter().take(4).filter(|certificate| {
            certificate.is_for(oids::PURPOSE_OCSP)
                && certificate.may_be_issued_by(issuer)
                && certificate.is_signed_by(issuer) == Holds::Yes
        });
        let may_say = is_by(issuer) || delegates.into_iter().any(is_by);
        single.standing.filter(|_| may_say)
    }
}

impl Single {
    fn read(element: &Element<'_>) -> Result<Self, Malformed> {
        let mut reader = element.inside();
        let mut id = reader.sequence()?;
        let hash = Hash::of_oid(&AlgorithmIdentifier::read(&mut id)?.oid);
        let issuer_name = id.expect(OCTET_STRING)?.content.to_vec();
        let issuer_key = id.expect(OCTET_STRING)?.content.to_vec();
        let serial = id.expect(INTEGER)?.content.to_vec();
        let status = reader.next()?;
        let as_of = time_of(&reader.next()?)?;
        let until = match reader.optional(context(0))? {
            Some(field) => Some(time_of(&field.inside().next()?)?),
            None => None,
        };
        let standing = if status.tag == context_value(0) {
            Some(Standing::Good { as_of, until })
        } else if status.tag == context(1) {
            Some(Standing::Revoked(time_of(&status.inside().next()?)?))
        } else {
            None
        };
        Ok(Self {
            hash,
            issuer_name,
            issuer_key,
            serial,
            standing,
        })
    }

    fn is_about(&self, certificate: &Certificate, issuer: &Certificate) -> bool {
        let Some(hash) = self.hash else { return false };
        self.serial == certificate.serial()
            && self.issuer_name == hash.of(issuer.subject().der())
            && self.issuer_key == hash.of(issuer.key().bits())
    }
}
