//! Signed messages (CMS, RFC 5652; PKCS #7; GM/T 0010): read, not judged.

use crate::algorithm::{Algorithm, AlgorithmIdentifier};
use crate::asn1::{
    Element, INTEGER, Malformed, OCTET_STRING, Reader, SEQUENCE, SET, context, context_value, definite,
    time_of,
};
use crate::certificate::Certificate;
use crate::chain::Evidence;
use crate::digest::Hash;
use crate::name::Name;
use crate::oids;
use jiff::Timestamp;

/// Signers of one message that are looked at.
const MOST_SIGNERS: usize = 32;
/// Certificates and lists of one message that are looked at.
const MOST_EVIDENCE: usize = 64;

/// A signed message.
#[derive(Debug, Clone)]
pub(crate) struct SignedData {
    pub content_type: String,
    /// The content, where the message holds it.
    pub content: Option<Vec<u8>>,
    pub evidence: Evidence,
    pub signers: Vec<Signer>,
}

/// One signer of a message.
#[derive(Debug, Clone)]
pub(crate) struct Signer {
    identity: Identity,
    pub digest_oid: String,
    pub digest: Option<Hash>,
    pub attributes: Option<Attributes>,
    pub algorithm_oid: String,
    pub algorithm: Option<Algorithm>,
    pub signature: Vec<u8>,
    /// The timestamp of the signature.
    pub token: Option<Vec<u8>>,
}

#[derive(Debug, Clone)]
enum Identity {
    Issued { issuer: Name, serial: Vec<u8> },
    Key(Vec<u8>),
}

/// Attributes that were signed in place of the content.
#[derive(Debug, Clone, Default)]
pub(crate) struct Attributes {
    /// The bytes that were signed.
    pub signed: Vec<u8>,
    pub message_digest: Option<Vec<u8>>,
    pub signing_time: Option<Timestamp>,
    /// Digest of the certificate that was signed with.
    pub certificate: Option<(Option<Hash>, Vec<u8>)>,
}

impl SignedData {
    /// Reads a message. Zeros after it, as PDF fills its room with, are not looked at.
    pub fn from_ber(bytes: &[u8]) -> Result<Self, Malformed> {
        let bytes = definite(bytes)?;
        let mut info = Reader::new(&bytes).sequence()?;
        let oid = info.oid()?;
        if oid != oids::SIGNED_DATA && oid != oids::SIGNED_DATA_GM {
            return Err(Malformed("a message of another kind than a signed one"));
        }
        let mut data = info.expect(context(0))?.inside().sequence()?;
        data.expect(INTEGER)?;
        data.expect(SET)?;
        let mut content = data.sequence()?;
        let content_type = content.oid()?;
        let content = match content.optional(context(0))? {
            Some(field) => {
                let inner = field.inside().next()?;
                // PKCS #7 lets any element stand here; what was signed is what is in it
                Some(
                    inner
                        .octets()
                        .map_or_else(|_| inner.content.to_vec(), |octets| octets.into_owned()),
                )
            }
            None => None,
        };
        let mut evidence = Evidence::default();
        if let Some(field) = data.optional(context(0))? {
            for certificate in field.inside().all()?.iter().take(MOST_EVIDENCE) {
                evidence.add_certificate(certificate.whole);
            }
        }
        if let Some(field) = data.optional(context(1))? {
            for list in field.inside().all()?.iter().take(MOST_EVIDENCE) {
                read_list(list, &mut evidence);
            }
        }
        let infos = data.expect(SET)?.inside().all()?;
        let mut signers = Vec::new();
        for info in infos.iter().take(MOST_SIGNERS) {
            signers.push(Signer::read(info, &mut evidence)?);
        }
        if signers.is_empty() {
            return Err(Malformed("a signed message that nobody signed"));
        }
        Ok(Self {
            content_type,
            content,
            evidence,
            signers,
        })
    }
}

/// A list of revoked certificates, or an answer about one (RFC 5940).
fn read_list(element: &Element<'_>, evidence: &mut Evidence) {
    if element.tag == SEQUENCE {
        evidence.add_list(element.whole);
    } else if element.tag == context(1) {
        let mut inside = element.inside();
        if inside.oid().is_ok()
            && let Ok(answer) = inside.next()
        {
            evidence.add_answer(answer.whole);
        }
    }
}

impl Signer {
    fn read(element: &Element<'_>, evidence: &mut Evidence) -> Result<Self, Malformed> {
        let mut reader = element.inside();
        reader.expect(INTEGER)?;
        let sid = reader.next()?;
        let identity = match sid.tag {
            SEQUENCE => {
                let mut pair = sid.inside();
                let issuer = Name::read(&pair.expect(SEQUENCE)?)?;
                let serial = pair.expect(INTEGER)?.content.to_vec();
                Identity::Issued { issuer, serial }
            }
            tag if tag == context_value(0) => Identity::Key(sid.content.to_vec()),
            _ => return Err(Malformed("a signer that is not named")),
        };
        let digest_oid = AlgorithmIdentifier::read(&mut reader)?.oid;
        let digest = Hash::of_oid(&digest_oid);
        let attributes = match reader.optional(context(0))? {
            Some(field) => Some(Attributes::read(&field, evidence)?),
            None => None,
        };
        let identifier = AlgorithmIdentifier::read(&mut reader)?;
        let signature = reader.next()?.octets()?.into_owned();
        let mut token = None;
        if let Some(field) = reader.optional(context(1))? {
            for (oid, value) in attributes_of(&field)? {
                if oid == oids::TIMESTAMP_TOKEN {
                    token = value.map(|value| value.whole.to_vec());
                }
            }
        }
        Ok(Self {
            identity,
            digest_oid,
            digest,
            attributes,
            algorithm: identifier.signature(digest),
            algorithm_oid: identifier.oid,
            signature,
            token,
        })
    }

    /// The certificate of the signer among these.
    pub fn find<'c>(
        &self,
        mut certificates: impl Iterator<Item = &'c Certificate>,
    ) -> Option<&'c Certificate> {
        certificates.find(|certificate| match &self.identity {
            Identity::Issued { issuer, serial } => {
                certificate.issuer().is(issuer) && certificate.serial() == serial.as_slice()
            }
            Identity::Key(key) => certificate.subject_key() == Some(key.as_slice()),
        })
    }
}

/// Attributes with their first values.
fn attributes_of<'a>(field: &Element<'a>) -> Result<Vec<(String, Option<Element<'a>>)>, Malformed> {
    let mut found = Vec::new();
    for attribute in field.inside().all()? {
        let mut reader = attribute.inside();
        let oid = reader.oid()?;
        let mut values = reader.expect(SET)?.inside();
        found.push((
            oid,
            if values.is_empty() {
                None
            } else {
                Some(values.next()?)
            },
        ));
    }
    Ok(found)
}

impl Attributes {
    fn read(field: &Element<'_>, evidence: &mut Evidence) -> Result<Self, Malformed> {
        // what was signed is the set, with the tag of a set (RFC 5652, 5.4)
        let mut signed = field.whole.to_vec();
        if let Some(tag) = signed.first_mut() {
            *tag = SET;
        }
        let mut attributes = Self {
            signed,
            ..Self::default()
        };
        for (oid, value) in attributes_of(field)? {
            let Some(value) = value else { continue };
            match oid.as_str() {
                oids::MESSAGE_DIGEST => attributes.message_digest = Some(value.octets()?.into_owned()),
                oids::SIGNING_TIME => attributes.signing_time = time_of(&value).ok(),
                oids::SIGNING_CERTIFICATE => {
                    attributes.certificate = certificate_digest(&value, Hash::Sha1).ok();
                }
                oids::SIGNING_CERTIFICATE_V2 => {
                    attributes.certificate = certificate_digest(&value, Hash::Sha256).ok();
                }
                oids::ADOBE_REVOCATION => {
                    // evidence that cannot be read proves nothing, and harms nothing
                    let _ = adobe_revocation(&value, evidence);
                }
                _ => {}
            }
        }
        Ok(attributes)
    }
}

/// The first digest of `SigningCertificate` and `SigningCertificateV2` (RFC 5035).
fn certificate_digest(value: &Element<'_>, usual: Hash) -> Result<(Option<Hash>, Vec<u8>), Malformed> {
    let mut first = value.inside().sequence()?.sequence()?;
    let hash = match first.peek() {
        Some(SEQUENCE) => Hash::of_oid(&AlgorithmIdentifier::read(&mut first)?.oid),
        _ => Some(usual),
    };
    Ok((hash, first.expect(OCTET_STRING)?.content.to_vec()))
}

/// Evidence that Adobe's attribute carries: `[0]` lists, `[1]` answers.
fn adobe_revocation(value: &Element<'_>, evidence: &mut Evidence) -> Result<(), Malformed> {
    for field in value.inside().all()? {
        for item in field.inside().sequence()?.all()?.iter().take(MOST_EVIDENCE) {
            match field.tag {
                tag if tag == context(0) => evidence.add_list(item.whole),
                tag if tag == context(1) => evidence.add_answer(item.whole),
                _ => {}
            }
        }
    }
    Ok(())
}

/// What a timestamp token states (TSTInfo, RFC 3161, 2.4.2).
#[derive(Debug, Clone)]
pub(crate) struct TimeStatement {
    pub hash: Option<Hash>,
    pub hash_oid: String,
    pub imprint: Vec<u8>,
    pub time: Timestamp,
}

impl TimeStatement {
    pub fn from_der(bytes: &[u8]) -> Result<Self, Malformed> {
        let mut reader = Reader::new(bytes).sequence()?;
        reader.expect(INTEGER)?;
        reader.oid()?;
        let mut imprint = reader.sequence()?;
        let hash_oid = AlgorithmIdentifier::read(&mut imprint)?.oid;
        let digest = imprint.expect(OCTET_STRING)?.content.to_vec();
        reader.expect(INTEGER)?;
        let time = time_of(&reader.next()?)?;
        Ok(Self {
            hash: Hash::of_oid(&hash_oid),
            hash_oid,
            imprint: digest,
            time,
        })
    }
}
