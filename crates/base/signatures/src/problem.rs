//! What can be wrong with a signature, a seal or a timestamp, and what a judgement says.

use jiff::Timestamp;

/// How a problem ends the question whether a signature is valid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Gravity {
    /// Nobody can tell from what is here: a person, or evidence from outside, must.
    Undecided,
    /// It is not valid.
    Invalid,
}

/// Kind of a problem.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ProblemKind {
    /// The bytes are no signature of any form that is known.
    Malformed,
    /// The value is not that of the certificate's key over what was signed.
    ValueWrong,
    /// The digest inside the signature is not that of the content.
    DigestWrong,
    /// The signature leaves out a part of the content.
    RangeNotCovering,
    /// The certificate is not the one that was signed with, or may not sign.
    CertificateWrong,
    /// There is no certificate to verify with.
    CertificateMissing,
    /// A certificate on the way to the trust anchor is wrong.
    ChainBroken,
    /// No trust anchor is reached.
    AnchorUnknown,
    /// A certificate was not valid at the time of signing.
    OutsideValidity,
    /// A certificate has expired, and nothing proves that the signature is older.
    ExpiredWithoutTimestamp,
    /// A certificate was revoked before the time that is proved.
    Revoked,
    /// The certificate says where revocations are published, and no evidence is here.
    RevocationUnknown,
    /// Algorithm, curve or form is none that is verified here.
    AlgorithmUnknown,
    /// The signature that the maker of a seal put on it is wrong.
    SealValueWrong,
    /// The certificate that signed is not in the list of the seal.
    SealCertificateNotListed,
    /// The seal was not valid at the time of sealing.
    SealExpired,
    /// A timestamp is none, or cannot be read.
    TimestampMalformed,
    /// A timestamp is of something else.
    TimestampImprintWrong,
    /// The signature of a timestamp is wrong.
    TimestampValueWrong,
    /// The certificate of a timestamp is not for time stamping, revoked, or not valid at its time.
    TimestampCertificateWrong,
    /// The certificate of a timestamp leads to no trust anchor.
    TimestampAnchorUnknown,
    /// Nothing tells whether the certificate of a timestamp was revoked, or its algorithm is not verified here.
    TimestampUndecided,
}

impl ProblemKind {
    /// All kinds.
    pub const ALL: [Self; 22] = [
        Self::Malformed,
        Self::ValueWrong,
        Self::DigestWrong,
        Self::RangeNotCovering,
        Self::CertificateWrong,
        Self::CertificateMissing,
        Self::ChainBroken,
        Self::AnchorUnknown,
        Self::OutsideValidity,
        Self::ExpiredWithoutTimestamp,
        Self::Revoked,
        Self::RevocationUnknown,
        Self::AlgorithmUnknown,
        Self::SealValueWrong,
        Self::SealCertificateNotListed,
        Self::SealExpired,
        Self::TimestampMalformed,
        Self::TimestampImprintWrong,
        Self::TimestampValueWrong,
        Self::TimestampCertificateWrong,
        Self::TimestampAnchorUnknown,
        Self::TimestampUndecided,
    ];

    /// Stable name for programs and translations.
    pub fn code(self) -> &'static str {
        match self {
            Self::Malformed => "signature.malformed",
            Self::ValueWrong => "signature.value_wrong",
            Self::DigestWrong => "signature.digest_wrong",
            Self::RangeNotCovering => "signature.range_not_covering",
            Self::CertificateWrong => "signature.certificate_wrong",
            Self::CertificateMissing => "signature.certificate_missing",
            Self::ChainBroken => "signature.chain_broken",
            Self::AnchorUnknown => "signature.anchor_unknown",
            Self::OutsideValidity => "signature.outside_validity",
            Self::ExpiredWithoutTimestamp => "signature.expired_without_timestamp",
            Self::Revoked => "signature.revoked",
            Self::RevocationUnknown => "signature.revocation_unknown",
            Self::AlgorithmUnknown => "signature.algorithm_unknown",
            Self::SealValueWrong => "seal.value_wrong",
            Self::SealCertificateNotListed => "seal.certificate_not_listed",
            Self::SealExpired => "seal.expired",
            Self::TimestampMalformed => "timestamp.malformed",
            Self::TimestampImprintWrong => "timestamp.imprint_wrong",
            Self::TimestampValueWrong => "timestamp.value_wrong",
            Self::TimestampCertificateWrong => "timestamp.certificate_wrong",
            Self::TimestampAnchorUnknown => "timestamp.anchor_unknown",
            Self::TimestampUndecided => "timestamp.undecided",
        }
    }

    /// How it ends the question.
    pub fn gravity(self) -> Gravity {
        match self {
            Self::CertificateMissing
            | Self::AnchorUnknown
            | Self::ExpiredWithoutTimestamp
            | Self::RevocationUnknown
            | Self::AlgorithmUnknown
            | Self::TimestampAnchorUnknown
            | Self::TimestampUndecided => Gravity::Undecided,
            _ => Gravity::Invalid,
        }
    }

    /// What was expected, in English.
    pub fn expected(self) -> &'static str {
        match self {
            Self::Malformed => "a signature, seal or timestamp of a known form",
            Self::ValueWrong => "a value that the signer's key made over the signed part",
            Self::DigestWrong => "the digest of the content in the signature",
            Self::RangeNotCovering => "a signature that covers the whole document",
            Self::CertificateWrong => "the certificate that was signed with, and that may sign",
            Self::CertificateMissing => "the certificate of the signer",
            Self::ChainBroken => "certificates that each issuer signed and may have issued",
            Self::AnchorUnknown => "a certificate that leads to a trust anchor of the archive",
            Self::OutsideValidity => "a certificate that was valid when it was signed with",
            Self::ExpiredWithoutTimestamp => {
                "a valid certificate, or a trusted timestamp from before it expired"
            }
            Self::Revoked => "a certificate that was not revoked",
            Self::RevocationUnknown => "a list of revoked certificates, or an answer of the authority",
            Self::AlgorithmUnknown => "RSA, ECDSA on P-256 or P-384, Ed25519, or SM2 with SM3",
            Self::SealValueWrong => "a seal as its maker signed it",
            Self::SealCertificateNotListed => "a signer who is in the list of the seal",
            Self::SealExpired => "a seal that was valid when it was used",
            Self::TimestampMalformed => "a timestamp token (RFC 3161, GB/T 20520)",
            Self::TimestampImprintWrong => "a timestamp of this very signature or document",
            Self::TimestampValueWrong => "a token as the time stamping authority signed it",
            Self::TimestampCertificateWrong => "a valid certificate for time stamping",
            Self::TimestampAnchorUnknown => "a time stamping authority that leads to a trust anchor",
            Self::TimestampUndecided => "a timestamp that can be verified with what is here",
        }
    }

    /// What to do about it, in English.
    pub fn mend(self) -> &'static str {
        match self {
            Self::Malformed => "sign the document again with software that follows the standard",
            Self::ValueWrong | Self::DigestWrong => {
                "the content is not what was signed: send the signed original"
            }
            Self::RangeNotCovering => "send the document as it was signed, or have the whole of it signed",
            Self::CertificateWrong | Self::ChainBroken => {
                "have it signed with a certificate that an authority issued for signing"
            }
            Self::CertificateMissing => {
                "put the signer's certificate into the trust folder, or have it verified elsewhere"
            }
            Self::AnchorUnknown | Self::TimestampAnchorUnknown => {
                "put the certificate of the authority into the trust folder, or have it verified and keep the result"
            }
            Self::OutsideValidity => "have it signed again with a valid certificate",
            Self::ExpiredWithoutTimestamp => {
                "find evidence of when it was signed, and keep it with the decision"
            }
            Self::Revoked => "ask the signer; have it signed again with a valid certificate",
            Self::RevocationUnknown | Self::TimestampUndecided => {
                "put the authority's list of revoked certificates into the trust folder, or ask the authority"
            }
            Self::AlgorithmUnknown => {
                "verify it with the signer's software, and keep what it says with the record"
            }
            Self::SealValueWrong | Self::SealCertificateNotListed | Self::SealExpired => {
                "have it sealed again with a valid seal by one who may use it"
            }
            Self::TimestampMalformed
            | Self::TimestampImprintWrong
            | Self::TimestampValueWrong
            | Self::TimestampCertificateWrong => "have it time-stamped again by a time stamping authority",
        }
    }

    /// The kind that says the same of a timestamp.
    pub(crate) fn of_timestamp(self) -> Self {
        match self {
            Self::Malformed => Self::TimestampMalformed,
            Self::ValueWrong | Self::DigestWrong => Self::TimestampValueWrong,
            Self::AnchorUnknown => Self::TimestampAnchorUnknown,
            Self::RevocationUnknown
            | Self::AlgorithmUnknown
            | Self::CertificateMissing
            | Self::ExpiredWithoutTimestamp => Self::TimestampUndecided,
            Self::CertificateWrong | Self::ChainBroken | Self::OutsideValidity | Self::Revoked => {
                Self::TimestampCertificateWrong
            }
            other => other,
        }
    }
}

/// One problem.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// What is wrong.
    pub kind: ProblemKind,
    /// What was found, in English.
    pub detail: String,
}

impl Problem {
    /// A problem with what was found.
    pub fn new(kind: ProblemKind, detail: impl Into<String>) -> Self {
        Self {
            kind,
            detail: detail.into(),
        }
    }
}

/// What judging a signature, seal or timestamp came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// Whom the signing certificates are of.
    pub signers: Vec<String>,
    /// When it was signed, as the signer says.
    pub claimed: Option<Timestamp>,
    /// When it was there at the latest, by a timestamp that is valid.
    pub stamped: Option<Timestamp>,
    /// Problems; none: it is valid.
    pub problems: Vec<Problem>,
}

impl Report {
    /// A report of nothing but a problem.
    pub fn of(kind: ProblemKind, detail: impl Into<String>) -> Self {
        let mut report = Self::default();
        report.add(kind, detail);
        report
    }

    /// Adds a problem, once.
    pub fn add(&mut self, kind: ProblemKind, detail: impl Into<String>) {
        let problem = Problem::new(kind, detail);
        if !self.problems.contains(&problem) {
            self.problems.push(problem);
        }
    }

    /// Whether there is a problem of this kind.
    pub fn has(&self, kind: ProblemKind) -> bool {
        self.problems.iter().any(|problem| problem.kind == kind)
    }

    /// The gravest problem; `None`: it is valid.
    pub fn gravity(&self) -> Option<Gravity> {
        self.problems.iter().map(|problem| problem.kind.gravity()).max()
    }

    /// The problems that decide: where something is wrong, what is only unknown does not matter.
    pub fn deciding(&self) -> impl Iterator<Item = &Problem> {
        let gravity = self.gravity();
        self.problems
            .iter()
            .filter(move |problem| Some(problem.kind.gravity()) == gravity)
    }
}
