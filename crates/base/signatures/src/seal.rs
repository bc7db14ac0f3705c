//! Electronic seals (GB/T 38540 and GM/T 0031, forms of versions 1 and 4): the seal, and what was sealed with it.

use crate::algorithm::Algorithm;
use crate::asn1::{
    BIT_STRING, Element, INTEGER, Malformed, OCTET_STRING, Reader, SEQUENCE, context, generalized_time,
    time_of,
};
use crate::certificate::Certificate;
use crate::chain::{Evidence, Purpose};
use crate::content::SignedContent;
use crate::digest::Hash;
use crate::judge::Judge;
use crate::key::Holds;
use crate::problem::{Gravity, ProblemKind, Report};
use jiff::Timestamp;
use std::io;

/// Who may use a seal.
#[derive(Debug, Clone)]
enum Users {
    Certificates(Vec<Vec<u8>>),
    Digests(Vec<(String, Vec<u8>)>),
}

/// A seal.
#[derive(Debug, Clone)]
pub struct Seal {
    name: String,
    users: Users,
    made: Timestamp,
    from: Timestamp,
    until: Timestamp,
    signed: Vec<u8>,
    maker: Vec<u8>,
    algorithm: String,
    value: Vec<u8>,
}

/// What was sealed: the signature of GB/T 38540 over a document.
#[derive(Debug, Clone)]
pub struct Sealing {
    seal: Seal,
    signed: Vec<u8>,
    digest: Vec<u8>,
    claimed: Option<Timestamp>,
    signer: Vec<u8>,
    algorithm: String,
    value: Vec<u8>,
    token: Option<Vec<u8>>,
    property: String,
}

impl Seal {
    /// Reads a seal (`SESeal`) in DER.
    pub fn from_der(bytes: &[u8]) -> Result<Self, Malformed> {
        Self::read(&Element::first(bytes)?)
    }

    fn read(element: &Element<'_>) -> Result<Self, Malformed> {
        let mut outer = element.inside();
        let info = outer.expect(SEQUENCE)?;
        // version 1 puts the maker's signature into a sequence of its own
        let is_first = outer.peek() == Some(SEQUENCE);
        let mut sign = if is_first { outer.sequence()? } else { outer };
        let maker = sign.expect(OCTET_STRING)?;
        let algorithm = sign.next()?;
        let value = sign.expect(BIT_STRING)?.bits()?.to_vec();
        let signed = if is_first {
            sequence(&[info.whole, maker.whole, algorithm.whole])
        } else {
            info.whole.to_vec()
        };
        let mut inside = info.inside();
        inside.expect(SEQUENCE)?;
        inside.next()?;
        let mut property = inside.sequence()?;
        property.expect(INTEGER)?;
        let name = property.next()?.text();
        let kind = property.optional(INTEGER)?.map(|kind| kind.small()).transpose()?;
        let users = Users::read(property.expect(SEQUENCE)?, kind)?;
        let (made, from, until) = (
            time_of(&property.next()?)?,
            time_of(&property.next()?)?,
            time_of(&property.next()?)?,
        );
        Ok(Self {
            name,
            users,
            made,
            from,
            until,
            signed,
            maker: maker.content.to_vec(),
            algorithm: algorithm.oid()?,
            value,
        })
    }

    /// What it is called.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether its maker made it as it is: the signature of the maker's certificate over it.
    pub fn is_as_made(&self) -> Holds {
        let (Ok(maker), Some(algorithm)) = (
            Certificate::from_der(&self.maker),
            Algorithm::of_oid(&self.algorithm, None),
        ) else {
            return Holds::Unknown(format!("a maker who signed by {}", self.algorithm));
        };
        let holds = maker.key().holds(algorithm, &self.value, &self.signed);
        holds.unwrap_or(Holds::No)
    }
}

impl Users {
    fn read(list: Element<'_>, kind: Option<u32>) -> Result<Self, Malformed> {
        let items = list.inside().all()?;
        if kind != Some(2) {
            let certificates = items.iter().map(|item| item.content.to_vec());
            return Ok(Self::Certificates(certificates.collect()));
        }
        let mut digests = Vec::new();
        for item in items {
            let mut pair = item.inside();
            digests.push((pair.next()?.text(), pair.expect(OCTET_STRING)?.content.to_vec()));
        }
        Ok(Self::Digests(digests))
    }

    fn has(&self, certificate: &[u8]) -> bool {
        match self {
            Self::Certificates(all) => all.iter().any(|known| known == certificate),
            Self::Digests(all) => all.iter().any(|(name, digest)| {
                let hash = match name.to_uppercase().as_str() {
                    "SM3" => Some(Hash::Sm3),
                    "SHA256" | "SHA-256" => Some(Hash::Sha256),
                    other => Hash::of_oid(other),
                };
                hash.is_some_and(|hash| hash.of(certificate) == *digest)
            }),
        }
    }
}

/// A sequence of elements.
fn sequence(parts: &[&[u8]]) -> Vec<u8> {
    let content = parts.concat();
    let length: Vec<u8> = content
        .len()
        .to_be_bytes()
        .into_iter()
        .skip_while(|byte| *byte == 0)
        .collect();
    let mut bytes = vec![SEQUENCE];
    if content.len() >= 0x80 {
        bytes.push(0x80 | length.len() as u8);
    }
    bytes.extend(length);
    bytes.extend(content);
    bytes
}

impl Sealing {
    /// Reads what was sealed (`SES_Signature`) in DER.
    pub fn from_der(bytes: &[u8]) -> Result<Self, Malformed> {
        let mut outer = Reader::new(bytes).sequence()?;
        let signed = outer.expect(SEQUENCE)?;
        let mut inside = signed.inside();
        inside.expect(INTEGER)?;
        let seal = Seal::read(&inside.expect(SEQUENCE)?)?;
        let time = inside.next()?;
        let digest = inside.expect(BIT_STRING)?.bits()?.to_vec();
        let property = inside.next()?.text();
        let (signer, algorithm, value, token);
        if outer.peek() == Some(BIT_STRING) {
            // version 1: certificate and algorithm are signed too
            signer = inside.expect(OCTET_STRING)?.content.to_vec();
            algorithm = inside.oid()?;
            value = outer.expect(BIT_STRING)?.bits()?.to_vec();
            token = None;
        } else {
            signer = outer.expect(OCTET_STRING)?.content.to_vec();
            algorithm = outer.oid()?;
            value = outer.expect(BIT_STRING)?.bits()?.to_vec();
            token = match outer.optional(context(0))? {
                Some(field) => Some(field.inside().next()?),
                None => None,
            };
        }
        Ok(Self {
            seal,
            claimed: time_of_sealing(&time),
            signed: signed.whole.to_vec(),
            digest,
            signer,
            algorithm,
            value,
            token: token.map(|token| match token.bits() {
                Ok(bits) => bits.to_vec(),
                Err(_) => token.content.to_vec(),
            }),
            property,
        })
    }

    /// The certificates of the signer and of the seal's maker, in DER.
    pub fn certificates(&self) -> [&[u8]; 2] {
        [&self.signer, &self.seal.maker]
    }

    /// The seal.
    pub fn seal(&self) -> &Seal {
        &self.seal
    }

    /// The name of what was sealed, as the signer wrote it.
    pub fn property(&self) -> &str {
        &self.property
    }
}

/// Version 1 puts the time, as text or as an element, into a bit string.
fn time_of_sealing(element: &Element<'_>) -> Option<Timestamp> {
    if let Ok(bits) = element.bits() {
        let inner = Element::first(bits).ok().and_then(|inner| time_of(&inner).ok());
        return inner.or_else(|| generalized_time(std::str::from_utf8(bits).ok()?).ok());
    }
    time_of(element).ok()
}

impl Judge<'_> {
    /// Judges what was sealed: the value over it, the digest of the document, the seal, its list and its dates, and the
    /// certificates of signer and maker. `content` is the document whose digest was sealed.
    pub fn sealing(
        &self,
        bytes: &[u8],
        content: &dyn SignedContent,
        stamped: Option<Timestamp>,
    ) -> io::Result<Report> {
        let sealing = match Sealing::from_der(bytes) {
            Ok(sealing) => sealing,
            Err(error) => return Ok(Report::of(ProblemKind::Malformed, error.to_string())),
        };
        let mut report = Report {
            claimed: sealing.claimed,
            ..Report::default()
        };
        let hash = if sealing.digest.len() == 20 {
            Hash::Sha1
        } else {
            Hash::Sm3
        };
        let is_digest = hash.of_content(content)? == sealing.digest
            || (sealing.digest.len() == 32 && Hash::Sha256.of_content(content)? == sealing.digest);
        if !is_digest {
            let found = format!("{} is not what was sealed", sealing.property);
            report.add(ProblemKind::DigestWrong, found);
        }
        let mut evidence = Evidence::default();
        for certificate in [&sealing.signer, &sealing.seal.maker] {
            evidence.add_certificate(certificate);
        }
        let mut proved = stamped;
        if let Some(token) = &sealing.token {
            let judged = self.timestamp(token, &sealing.value, &evidence)?;
            proved = [proved, judged.stamped].into_iter().flatten().min();
            for problem in judged.problems {
                if !(proved.is_some() && problem.kind.gravity() == Gravity::Undecided) {
                    report.add(problem.kind, problem.detail);
                }
            }
        }
        report.stamped = proved;
        match Certificate::from_der(&sealing.signer) {
            Ok(signer) => {
                report.signers.push(signer.subject().to_string());
                self.holds(
                    &signer,
                    Some(&sealing.algorithm),
                    &sealing.value,
                    &sealing.signed,
                    &mut report,
                )?;
                self.path(&evidence, sealing.claimed, proved)
                    .judge(&signer, Purpose::Document, &mut report);
            }
            Err(error) => report.add(
                ProblemKind::Malformed,
                format!("the certificate of the signer: {error}"),
            ),
        }
        self.seal(&sealing, proved, &evidence, &mut report)?;
        Ok(report)
    }

    fn seal(
        &self,
        sealing: &Sealing,
        proved: Option<Timestamp>,
        evidence: &Evidence,
        report: &mut Report,
    ) -> io::Result<()> {
        let seal = &sealing.seal;
        if !seal.users.has(&sealing.signer) {
            let found = format!("the signer is not in the list of the seal {}", seal.name);
            report.add(ProblemKind::SealCertificateNotListed, found);
        }
        let dates = format!("{} is valid from {} until {}", seal.name, seal.from, seal.until);
        let is_outside = |moment: Timestamp| moment < seal.from || seal.until < moment;
        match proved.or(sealing.claimed) {
            Some(moment) if is_outside(moment) => {
                report.add(
                    ProblemKind::SealExpired,
                    format!("{dates}, and was used at {moment}"),
                );
            }
            Some(_) if proved.is_some() => {}
            _ if is_outside(self.now) => {
                let found = format!("{dates}, and it is {}", self.now);
                report.add(ProblemKind::ExpiredWithoutTimestamp, found);
            }
            _ => {}
        }
        let maker = match Certificate::from_der(&seal.maker) {
            Ok(maker) => maker,
            Err(error) => {
                report.add(
                    ProblemKind::Malformed,
                    format!("the certificate of the seal's maker: {error}"),
                );
                return Ok(());
            }
        };
        let mut judged = Report::default();
        self.holds(
            &maker,
            Some(&seal.algorithm),
            &seal.value,
            &seal.signed,
            &mut judged,
        )?;
        // what the timestamp covers holds the seal, so that the seal was made before
        let made = proved.map(|_| seal.made);
        self.path(evidence, Some(seal.made), made)
            .judge(&maker, Purpose::Document, &mut judged);
        for problem in judged.problems {
            let kind = match problem.kind {
                ProblemKind::ValueWrong => ProblemKind::SealValueWrong,
                other => other,
            };
            report.add(kind, format!("the maker of the seal: {}", problem.detail));
        }
        Ok(())
    }
}
