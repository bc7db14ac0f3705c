//! Judging signatures and timestamps: value, digest, certificate, time.

use crate::algorithm::Algorithm;
use crate::asn1::{Malformed, definite};
use crate::certificate::Certificate;
use crate::chain::{Evidence, Moment, Path, Purpose};
use crate::cms::{SignedData, Signer, TimeStatement};
use crate::content::SignedContent;
use crate::digest::Hash;
use crate::key::Holds;
use crate::oids;
use crate::problem::{Gravity, ProblemKind, Report};
use crate::trust::TrustStore;
use jiff::Timestamp;
use std::io;

/// Seconds that clocks may differ.
const CLOCKS_DIFFER: i64 = 600;

/// Judges signatures by whom the archive trusts, at a moment. An error means that content could not be read, and says
/// nothing of the signature.
#[derive(Debug, Clone, Copy)]
pub struct Judge<'a> {
    /// Whom the archive trusts.
    pub trust: &'a TrustStore,
    /// The moment of the test.
    pub now: Timestamp,
}

/// A signature value with what stands beside it, where no message holds them together.
#[derive(Debug, Clone, Default)]
pub struct RawSignature {
    /// The value.
    pub value: Vec<u8>,
    /// Object identifier of the algorithm in dotted form; `None`: the usual one of the key.
    pub algorithm: Option<String>,
    /// Certificates in DER; the signer's first.
    pub certificates: Vec<Vec<u8>>,
    /// When it was signed, as the signer says.
    pub claimed: Option<Timestamp>,
}

/// What a message is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Covers {
    /// The content itself; the message may hold a copy of it.
    Content,
    /// A SHA-1 of the content, which the message holds (`adbe.pkcs7.sha1`).
    Sha1OfContent,
}

impl Judge<'_> {
    /// Judges a signed message (CMS) over content. `stamped`: a moment that is proved from outside, such as by a later
    /// timestamp over the whole document; `extra`: evidence that lies beside the message.
    pub fn message(
        &self,
        bytes: &[u8],
        covers: Covers,
        content: &dyn SignedContent,
        stamped: Option<Timestamp>,
        extra: &Evidence,
    ) -> io::Result<Report> {
        let message = match SignedData::from_ber(bytes) {
            Ok(message) => message,
            Err(error) => return Ok(Report::of(ProblemKind::Malformed, error.to_string())),
        };
        let mut report = Report::default();
        if let Some(held) = &message.content {
            let hash = match covers {
                Covers::Content => Hash::Sha256,
                Covers::Sha1OfContent => Hash::Sha1,
            };
            let expected = match covers {
                Covers::Content => hash.of(held),
                Covers::Sha1OfContent => held.clone(),
            };
            // an empty field is how some write that the content is elsewhere
            if !(held.is_empty() && covers == Covers::Content) && hash.of_content(content)? != expected {
                report.add(ProblemKind::DigestWrong, "the message is about other content");
            }
        }
        let digested: &dyn SignedContent = match (&message.content, covers) {
            (Some(held), Covers::Sha1OfContent) => held,
            (None, Covers::Sha1OfContent) => {
                report.add(ProblemKind::Malformed, "the message holds no digest");
                return Ok(report);
            }
            _ => content,
        };
        let mut evidence = message.evidence.clone();
        evidence.extend(extra);
        for signer in &message.signers {
            self.signer(
                signer,
                digested,
                Purpose::Document,
                stamped,
                &evidence,
                &mut report,
            )?;
        }
        Ok(report)
    }

    /// Judges a timestamp token over content; where it is valid, the report says its time.
    pub fn timestamp(
        &self,
        token: &[u8],
        content: &dyn SignedContent,
        extra: &Evidence,
    ) -> io::Result<Report> {
        let (message, statement) = match read_token(token) {
            Ok(read) => read,
            Err(error) => return Ok(Report::of(ProblemKind::TimestampMalformed, error.to_string())),
        };
        let mut report = Report::default();
        match statement.hash {
            None => report.add(
                ProblemKind::TimestampUndecided,
                format!("a digest by {}", statement.hash_oid),
            ),
            Some(hash) if hash.of_content(content)? != statement.imprint => {
                let found = format!("the token of {} is about something else", statement.time);
                report.add(ProblemKind::TimestampImprintWrong, found);
            }
            Some(_) => {}
        }
        let mut evidence = message.evidence.clone();
        evidence.extend(extra);
        let held = message.content.unwrap_or_default();
        for signer in &message.signers {
            let mut judged = Report::default();
            let (purpose, stamped) = (Purpose::Time, Some(statement.time));
            self.signer(signer, &held, purpose, stamped, &evidence, &mut judged)?;
            report.signers.extend(judged.signers);
            for problem in judged.problems {
                report.add(problem.kind.of_timestamp(), problem.detail);
            }
        }
        if statement.time.as_second() > self.now.as_second() + CLOCKS_DIFFER {
            let found = format!("its time is {}, and it is {}", statement.time, self.now);
            report.add(ProblemKind::TimestampCertificateWrong, found);
        }
        report.claimed = Some(statement.time);
        report.stamped = report.problems.is_empty().then_some(statement.time);
        Ok(report)
    }

    /// Judges a signature value over content.
    pub fn value(
        &self,
        raw: &RawSignature,
        content: &dyn SignedContent,
        stamped: Option<Timestamp>,
    ) -> io::Result<Report> {
        let mut evidence = Evidence::default();
        for certificate in &raw.certificates {
            evidence.add_certificate(certificate);
        }
        let mut report = Report {
            claimed: raw.claimed,
            stamped,
            ..Report::default()
        };
        let signer = match raw.certificates.first().map(|bytes| Certificate::from_der(bytes)) {
            Some(Ok(signer)) => signer,
            Some(Err(error)) => {
                report.add(ProblemKind::Malformed, format!("a certificate: {error}"));
                return Ok(report);
            }
            None => return self.without_certificate(raw, content, report),
        };
        report.signers.push(signer.subject().to_string());
        self.holds(
            &signer,
            raw.algorithm.as_deref(),
            &raw.value,
            content,
            &mut report,
        )?;
        self.path(&evidence, raw.claimed, stamped)
            .judge(&signer, Purpose::Document, &mut report);
        Ok(report)
    }

    /// A value without a certificate may be that of somebody whom the archive trusts.
    fn without_certificate(
        &self,
        raw: &RawSignature,
        content: &dyn SignedContent,
        mut report: Report,
    ) -> io::Result<Report> {
        for anchor in self.trust.anchors() {
            let mut tried = Report::default();
            self.holds(anchor, raw.algorithm.as_deref(), &raw.value, content, &mut tried)?;
            if tried.problems.is_empty() {
                report.signers.push(anchor.subject().to_string());
                self.path(&Evidence::default(), raw.claimed, report.stamped)
                    .judge(anchor, Purpose::Document, &mut report);
                return Ok(report);
            }
        }
        report.add(
            ProblemKind::CertificateMissing,
            "no certificate, and no trusted one that fits the value",
        );
        Ok(report)
    }

    pub(crate) fn path<'p>(
        &'p self,
        evidence: &'p Evidence,
        claimed: Option<Timestamp>,
        stamped: Option<Timestamp>,
    ) -> Path<'p> {
        Path {
            trust: self.trust,
            evidence,
            moment: Moment {
                stamped,
                claimed,
                now: self.now,
            },
        }
    }

    /// Whether a value is that of a certificate's key; the algorithm by its identifier.
    pub(crate) fn holds(
        &self,
        signer: &Certificate,
        algorithm: Option<&str>,
        value: &[u8],
        content: &dyn SignedContent,
        report: &mut Report,
    ) -> io::Result<()> {
        let known = match algorithm {
            Some(oid) => Algorithm::of_oid(oid, None).or_else(|| {
                // the kind of a key in place of an algorithm
                let usual = signer.key().usual_algorithm()?;
                Algorithm::of_oid(oid, usual.hash)
            }),
            None => signer.key().usual_algorithm(),
        };
        let Some(known) = known else {
            let found = format!("the algorithm {}", algorithm.unwrap_or("of the key"));
            report.add(ProblemKind::AlgorithmUnknown, found);
            return Ok(());
        };
        self.verdict(signer, signer.key().holds(known, value, content)?, report);
        Ok(())
    }

    fn verdict(&self, signer: &Certificate, holds: Holds, report: &mut Report) {
        match holds {
            Holds::Yes => {}
            Holds::No => {
                let found = format!("the key of {} did not make this value over it", signer.subject());
                report.add(ProblemKind::ValueWrong, found);
            }
            Holds::Unknown(what) => report.add(ProblemKind::AlgorithmUnknown, what),
        }
    }

    /// Judges one signer of a message.
    fn signer(
        &self,
        signer: &Signer,
        content: &dyn SignedContent,
        purpose: Purpose,
        stamped: Option<Timestamp>,
        evidence: &Evidence,
        report: &mut Report,
    ) -> io::Result<()> {
        let certificates = evidence.certificates.iter().chain(self.trust.anchors());
        let Some(certificate) = signer.find(certificates) else {
            report.add(
                ProblemKind::CertificateMissing,
                "the message does not hold the certificate of its signer",
            );
            return Ok(());
        };
        report.signers.push(certificate.subject().to_string());
        match (signer.digest, signer.algorithm) {
            (Some(digest), Some(algorithm)) => match &signer.attributes {
                Some(attributes) => {
                    if attributes.message_digest.as_ref() != Some(&digest.of_content(content)?) {
                        report.add(
                            ProblemKind::DigestWrong,
                            "the digest that was signed is of other content",
                        );
                    }
                    let holds = certificate
                        .key()
                        .holds(algorithm, &signer.signature, &attributes.signed)?;
                    self.verdict(certificate, holds, report);
                }
                None => {
                    let holds = certificate.key().holds(algorithm, &signer.signature, content)?;
                    self.verdict(certificate, holds, report);
                }
            },
            (digest, _) => {
                let found = match digest {
                    None => format!("a digest by {}", signer.digest_oid),
                    Some(_) => format!("the algorithm {}", signer.algorithm_oid),
                };
                report.add(ProblemKind::AlgorithmUnknown, found);
            }
        }
        let attributes = signer.attributes.as_ref();
        if let Some((Some(hash), digest)) = attributes.and_then(|attributes| attributes.certificate.as_ref())
            && hash.of(certificate.der()) != *digest
        {
            let found = format!(
                "{} is not the certificate that was signed with",
                certificate.subject()
            );
            report.add(ProblemKind::CertificateWrong, found);
        }
        let claimed = attributes.and_then(|attributes| attributes.signing_time);
        let mut proved = stamped;
        if let Some(token) = signer.token.as_ref().filter(|_| purpose == Purpose::Document) {
            let judged = self.timestamp(token, &signer.signature, evidence)?;
            proved = match (proved, judged.stamped) {
                (Some(one), Some(other)) => Some(one.min(other)),
                (one, other) => one.or(other),
            };
            for problem in judged.problems {
                // a moment that is proved in another way needs no further word of one that is not
                if !(proved.is_some() && problem.kind.gravity() == Gravity::Undecided) {
                    report.add(problem.kind, problem.detail);
                }
            }
        }
        if purpose == Purpose::Document {
            report.claimed = report.claimed.or(claimed);
            report.stamped = report.stamped.or(proved);
        }
        self.path(evidence, claimed, proved)
            .judge(certificate, purpose, report);
        Ok(())
    }
}

/// The message and the statement of a timestamp token; a `TimeStampResp` around it is taken off.
fn read_token(token: &[u8]) -> Result<(SignedData, TimeStatement), Malformed> {
    let message = match SignedData::from_ber(token) {
        Ok(message) => message,
        Err(error) => {
            let bytes = definite(token)?;
            let mut response = crate::asn1::Reader::new(&bytes).sequence()?;
            response.sequence().map_err(|_| error)?;
            SignedData::from_ber(response.next().map_err(|_| error)?.whole)?
        }
    };
    if message.content_type != oids::TST_INFO {
        return Err(Malformed("a signed message that states no time"));
    }
    let held = message.content.as_deref().unwrap_or_default();
    let statement = TimeStatement::from_der(held)?;
    Ok((message, statement))
}

/// Whether bytes are a timestamp token, or an answer that holds one.
pub fn is_timestamp(bytes: &[u8]) -> bool {
    read_token(bytes).is_ok()
}

/// Whether bytes are a signed message.
pub fn is_message(bytes: &[u8]) -> bool {
    SignedData::from_ber(bytes).is_ok()
}
