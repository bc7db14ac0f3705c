//! Signatures of an electronic record package (电子文件封装包, DA/T 48).

use super::{JudgedSignature, Verification};
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::{TimeZone, offset};
use lantai_formats::eep::{CanonicalForm, EepSignature, SignedPart, write_canonical};
use lantai_signatures::{Covers, Evidence, ProblemKind, RawSignature, Report, SignedContent, is_message};
use std::io::{self, Write};
use std::path::Path;

/// The canonical form of a part of a package.
struct Canonical<'a> {
    path: &'a Path,
    part: SignedPart,
    form: CanonicalForm,
}

impl SignedContent for Canonical<'_> {
    fn write_to(&self, sink: &mut dyn Write) -> io::Result<()> {
        match write_canonical(self.path, self.part, self.form, sink) {
            Ok(true) => Ok(()),
            Ok(false) => Err(io::Error::other("the signed part is not there")),
            Err(fault) => Err(io::Error::other(fault.to_string())),
        }
    }
}

impl Verification {
    /// Judges a signature of a package by its value. The form that its rule names is tried first, then the others: the
    /// standard leaves it to the rule, and rules are sentences.
    pub(crate) fn package(&self, path: &Path, signature: &EepSignature, value: &[u8]) -> JudgedSignature {
        let named = CanonicalForm::of_rule(&signature.rule);
        let others = CanonicalForm::ALL.into_iter().filter(|form| Some(*form) != named);
        let mut first = None;
        for form in named.into_iter().chain(others) {
            let content = Canonical {
                path,
                part: signature.covers,
                form,
            };
            let report = self.over(signature, value, &content).unwrap_or_else(|error| {
                Report::of(
                    ProblemKind::AlgorithmUnknown,
                    format!("it cannot be read: {error}"),
                )
            });
            let fits = !report.has(ProblemKind::ValueWrong) && !report.has(ProblemKind::DigestWrong);
            if fits {
                first = Some(report);
                break;
            }
            first.get_or_insert(report);
        }
        JudgedSignature {
            place: signature.identifier.clone(),
            report: first.unwrap_or_default(),
        }
    }

    fn over(&self, signature: &EepSignature, value: &[u8], content: &Canonical<'_>) -> io::Result<Report> {
        if is_message(value) {
            let mut evidence = Evidence::default();
            for certificate in &signature.certificates {
                evidence.add_certificate(certificate);
            }
            return self
                .judge()
                .message(value, Covers::Content, content, None, &evidence);
        }
        let raw = RawSignature {
            value: value.to_vec(),
            algorithm: algorithm(&signature.algorithm),
            certificates: signature.certificates.clone(),
            claimed: signature.time.as_deref().and_then(moment),
        };
        self.judge().value(&raw, content, None)
    }
}

/// The identifier of an algorithm, where 签名算法标识 gives a name instead; `None`: the usual one of the key.
fn algorithm(written: &str) -> Option<String> {
    let written = written.trim().trim_start_matches("urn:oid:");
    let is_oid = written.contains('.') && written.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    if is_oid {
        return Some(written.to_owned());
    }
    let name: String = written
        .to_lowercase()
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .collect();
    let by = |part: &str| name.contains(part);
    let oid = match () {
        () if by("sm2") => "1.2.156.10197.1.501",
        () if by("ecdsa") && by("sha384") => "1.2.840.10045.4.3.3",
        () if by("ecdsa") && by("sha512") => "1.2.840.10045.4.3.4",
        () if by("ecdsa") => "1.2.840.10045.4.3.2",
        () if by("rsa") && by("sha1") => "1.2.840.113549.1.1.5",
        () if by("rsa") && by("sha384") => "1.2.840.113549.1.1.12",
        () if by("rsa") && by("sha512") => "1.2.840.113549.1.1.13",
        () if by("rsa") && by("sha256") => "1.2.840.113549.1.1.11",
        () => return None,
    };
    Some(oid.to_owned())
}

/// 签名时间; what names no zone is in the time of China.
fn moment(written: &str) -> Option<Timestamp> {
    let written = written.trim();
    written.parse().ok().or_else(|| {
        let civil: DateTime = written.parse().ok()?;
        let zoned = civil.to_zoned(TimeZone::fixed(offset(8))).ok()?;
        Some(zoned.timestamp())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn algorithms_and_times_are_understood_as_they_are_written() {
        assert_eq!(
            algorithm("1.2.156.10197.1.501").as_deref(),
            Some("1.2.156.10197.1.501")
        );
        assert_eq!(algorithm("SM3withSM2").as_deref(), Some("1.2.156.10197.1.501"));
        assert_eq!(
            algorithm("SHA256WithRSAEncryption").as_deref(),
            Some("1.2.840.113549.1.1.11")
        );
        assert_eq!(algorithm(""), None);
        let expected: Timestamp = "2021-05-10T02:00:00Z".parse().unwrap();
        assert_eq!(moment("2021-05-10T10:00:00+08:00"), Some(expected));
        assert_eq!(moment("2021-05-10T10:00:00"), Some(expected));
        assert_eq!(moment("二〇二一年"), None);
    }
}
