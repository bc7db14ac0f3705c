//! Signatures inside a PDF or an OFD.

use super::{JudgedSignature, Verification};
use jiff::Timestamp;
use lantai_formats::properties::{EmbeddedSignature, SignedBytes, SignedForm, SignedParts};
use lantai_signatures::{
    Covers, Evidence, ProblemKind, RawSignature, Report, Sealing, SignedContent, is_message, is_timestamp,
};
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;

/// Parts of a file, read anew each time.
struct Ranges<'a> {
    path: &'a Path,
    ranges: &'a [(u64, u64)],
}

impl SignedContent for Ranges<'_> {
    fn write_to(&self, sink: &mut dyn Write) -> io::Result<()> {
        let mut file = File::open(self.path)?;
        for (from, length) in self.ranges {
            file.seek(SeekFrom::Start(*from))?;
            io::copy(&mut (&mut file).take(*length), sink)?;
        }
        Ok(())
    }
}

/// Where the last range of a signature ends.
fn end(signature: &EmbeddedSignature) -> u64 {
    match &signature.signed {
        SignedBytes::Ranges(ranges) => ranges
            .iter()
            .map(|(from, length)| from.saturating_add(*length))
            .max()
            .unwrap_or_default(),
        SignedBytes::Bytes(_) => 0,
    }
}

fn is_stamp(signature: &EmbeddedSignature) -> bool {
    match signature.form {
        SignedForm::Timestamp => true,
        SignedForm::Any => is_timestamp(&signature.value.0),
        _ => false,
    }
}

impl Verification {
    /// Judges all signatures inside a file.
    pub(crate) fn document(&self, path: &Path, parts: &SignedParts) -> Vec<JudgedSignature> {
        let mut evidence = Evidence::default();
        for certificate in &parts.certificates {
            evidence.add_certificate(&certificate.0);
        }
        for list in &parts.lists {
            evidence.add_list(&list.0);
        }
        for answer in &parts.answers {
            evidence.add_answer(&answer.0);
        }
        let mut judged = Vec::new();
        // timestamps of the whole document prove when the signatures before them were there
        let mut stamps: Vec<(u64, Timestamp)> = Vec::new();
        let (first, then): (Vec<_>, Vec<_>) = parts.signatures.iter().partition(|one| is_stamp(one));
        for signature in first.into_iter().chain(then) {
            let end = end(signature);
            let later = stamps.iter().filter(|(stamp, _)| *stamp > end && end > 0);
            let stamped = later.map(|(_, at)| *at).min();
            let mut report = self
                .embedded(path, signature, stamped, &evidence)
                .unwrap_or_else(|error| {
                    Report::of(
                        ProblemKind::AlgorithmUnknown,
                        format!("it cannot be read: {error}"),
                    )
                });
            for lacking in &signature.lacking {
                report.add(ProblemKind::RangeNotCovering, lacking);
            }
            for altered in &signature.altered {
                report.add(ProblemKind::DigestWrong, altered);
            }
            for undecided in &signature.undecided {
                report.add(ProblemKind::AlgorithmUnknown, undecided);
            }
            if is_stamp(signature)
                && let Some(at) = report.stamped.filter(|_| report.problems.is_empty())
            {
                stamps.push((end, at));
            }
            let place = signature.place.clone();
            judged.push(JudgedSignature { place, report });
        }
        judged
    }

    fn embedded(
        &self,
        path: &Path,
        signature: &EmbeddedSignature,
        stamped: Option<Timestamp>,
        evidence: &Evidence,
    ) -> io::Result<Report> {
        let ranges;
        let content: &dyn SignedContent = match &signature.signed {
            SignedBytes::Ranges(parts) => {
                ranges = Ranges { path, ranges: parts };
                &ranges
            }
            SignedBytes::Bytes(bytes) => &bytes.0,
        };
        let (judge, value) = (self.judge(), signature.value.0.as_slice());
        match signature.form {
            SignedForm::Message => judge.message(value, Covers::Content, content, stamped, evidence),
            SignedForm::Sha1Message => {
                judge.message(value, Covers::Sha1OfContent, content, stamped, evidence)
            }
            SignedForm::Timestamp => judge.timestamp(value, content, evidence),
            SignedForm::Any if is_timestamp(value) => judge.timestamp(value, content, evidence),
            SignedForm::Any if Sealing::from_der(value).is_ok() => judge.sealing(value, content, stamped),
            SignedForm::Any if is_message(value) => {
                judge.message(value, Covers::Content, content, stamped, evidence)
            }
            SignedForm::Value | SignedForm::Any => {
                let raw = RawSignature {
                    value: value.to_vec(),
                    algorithm: signature.algorithm.clone(),
                    certificates: signature.certificates.iter().map(|blob| blob.0.clone()).collect(),
                    claimed: None,
                };
                judge.value(&raw, content, stamped)
            }
        }
    }
}
