//! Checks: digests against the file.

use super::files::{FileChecks, Judged, Seen};
use crate::signed::filled;
use crate::submission::DeclaredDigest;
use lantai_signatures::Gravity;
use lantai_vault::Algorithm;

impl FileChecks<'_> {
    /// Digests that description and list give: are they digests at all, and are they this file's?
    pub(super) fn fixity(&self, seen: &Seen<'_>, judged: &mut Judged) {
        let file = seen.file;
        let signatures = match seen.properties {
            Some(Ok(properties)) => properties.signatures.unwrap_or(0),
            _ => 0,
        };
        let all: Vec<&DeclaredDigest> = file
            .declared
            .iter()
            .chain(
                file.listed
                    .iter()
                    .filter(|digest| !file.declared.contains(digest)),
            )
            .collect();
        judged.tested.push(("A-1.1", all.len() as u64 + signatures));
        for digest in &all {
            self.digest_itself(digest, &file.name, judged);
        }
        self.signatures(seen, signatures, judged);
        if signatures == 0 && !file.is_signed && all.is_empty() {
            self.fault(judged, "A-1.1", "intake.fixity_none", &file.name, |finding| {
                finding
                    .expected("a digest, signature, seal or timestamp")
                    .found("none")
                    .mend("record the SM3 of each file when it is filed, and hand a list of digests over with the package")
            });
        }
        let own = if file.declared.is_empty() {
            &file.listed
        } else {
            &file.declared
        };
        for (check, digests) in [("A-3.1", own), ("A-5.3", &file.listed)] {
            for digest in digests.iter().filter(|digest| is_digest(digest)) {
                self.compare(check, digest, seen, judged);
            }
        }
    }

    /// Signatures, seals and timestamps inside the file.
    fn signatures(&self, seen: &Seen<'_>, count: u64, judged: &mut Judged) {
        let name = &seen.file.name;
        for signature in seen.signatures {
            for (kind, gravity, found) in signature.problems() {
                let fill = |finding| filled(finding, kind, &found);
                match gravity {
                    Gravity::Invalid => self.fault(judged, "A-1.1", kind.code(), name, fill),
                    Gravity::Undecided => self.question(judged, "A-1.1", kind.code(), name, fill),
                }
            }
        }
        let missed = count.saturating_sub(seen.signatures.len() as u64);
        if missed > 0 {
            self.question(judged, "A-1.1", "intake.signature_unverified", name, |finding| {
                finding
                    .expected("signatures that can be read")
                    .found(format!("{missed} signatures or seals that could not be read"))
                    .mend("verify the signatures with the signer's service, and keep what it says with the record")
            });
        }
    }

    fn digest_itself(&self, digest: &DeclaredDigest, name: &str, judged: &mut Judged) {
        if is_digest(digest) {
            return;
        }
        match Algorithm::named(&digest.algorithm) {
            Some(algorithm) => self.fault(judged, "A-1.1", "intake.fixity_malformed", name, |finding| {
                finding
                    .expected(format!(
                        "{} hexadecimal digits of {}",
                        digits_of(algorithm),
                        algorithm.name()
                    ))
                    .found(digest.value.clone())
                    .mend("compute the digest of the file anew")
            }),
            None => self.question(judged, "A-1.1", "intake.fixity_unknown", name, |finding| {
                finding
                    .expected("a digest by SM3, SHA-256 or SHA-512")
                    .found(format!("{} {}", digest.algorithm, digest.value))
                    .mend("have the sender say what this is, or give a digest by a known algorithm")
            }),
        }
    }

    fn compare(&self, check: &'static str, digest: &DeclaredDigest, seen: &Seen<'_>, judged: &mut Judged) {
        let found = seen
            .digests
            .iter()
            .find(|(algorithm, _)| *algorithm == digest.algorithm);
        let Some((_, found)) = found else { return };
        judged.tested.push((check, 1));
        if found.eq_ignore_ascii_case(&digest.value) {
            return;
        }
        let (code, mend) = match check {
            "A-5.3" => (
                "intake.package_changed",
                "the file is not the one that was packed: send the package again",
            ),
            _ => (
                "intake.digest_mismatch",
                "the file is not the one that was described: send the right one",
            ),
        };
        self.fault(judged, check, code, &seen.file.name, |finding| {
            finding
                .expected(format!("{} {}", digest.algorithm, digest.value))
                .found(format!("{} {found}", digest.algorithm))
                .mend(mend)
        });
    }
}

fn digits_of(algorithm: Algorithm) -> usize {
    algorithm.of(b"").len()
}

/// Whether a declared digest can be one: a known algorithm, and as many hexadecimal digits as it gives.
fn is_digest(digest: &DeclaredDigest) -> bool {
    Algorithm::named(&digest.algorithm).is_some_and(|algorithm| {
        digest.value.len() == digits_of(algorithm)
            && digest.value.bytes().all(|byte| byte.is_ascii_hexdigit())
    })
}
