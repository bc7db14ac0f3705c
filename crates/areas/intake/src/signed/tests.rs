//! Signed documents of others, out of the corpus.

use super::{JudgedSignature, Verification};
use lantai_formats::identify::FormatKind;
use lantai_formats::properties::{Claim, ExamineLimits, examine_claim};
use lantai_signatures::{Gravity, ProblemKind, Sealing, TrustStore};
use lantai_testkit::corpus;
use lantai_testkit::signing::{CertificateForm, MessageForm, OfdMaker, PdfMaker, SealForm, TestKey, moment};
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

/// Signed files, when their certificates were valid, and what is left open without a trust anchor.
const FILES: [(&str, &str, &[ProblemKind]); 9] = [
    (
        "ofdrw-sign/v4signed.ofd",
        "2021-01-01",
        &[ProblemKind::AnchorUnknown],
    ),
    (
        "ofdrw-sign/allprotected.ofd",
        "2021-01-01",
        &[ProblemKind::AnchorUnknown],
    ),
    (
        "ofdrw-converter/V4RideRight.ofd",
        "2021-06-01",
        &[ProblemKind::AnchorUnknown],
    ),
    (
        "ofdrw-converter/1.ofd",
        "2021-01-01",
        &[ProblemKind::AnchorUnknown],
    ),
    (
        "ofdrw-converter/SignScaleError.ofd",
        "2023-01-01",
        &[ProblemKind::AnchorUnknown],
    ),
    // the second signature covers the first one, and what changed for it
    (
        "ofdrw-converter/testImageNotFound.ofd",
        "2023-01-01",
        &[ProblemKind::AnchorUnknown],
    ),
    (
        "ofdrw-converter/testImageOverridePage.ofd",
        "2023-01-01",
        &[ProblemKind::AnchorUnknown],
    ),
    // it leaves out OFD.xml
    (
        "ofdrw-converter/999.ofd",
        "2021-01-01",
        &[ProblemKind::RangeNotCovering, ProblemKind::AnchorUnknown],
    ),
    // a bare value
    (
        "ofdrw-sign/DigitalSign.ofd",
        "2021-01-01",
        &[ProblemKind::CertificateMissing],
    ),
];

/// Judges the signatures of an OFD on a day.
fn judged(path: &Path, day: &str, trust: &TrustStore) -> Vec<JudgedSignature> {
    let claim = Claim {
        puid: None,
        mime: Some("application/ofd".to_owned()),
        kind: FormatKind::Document,
        is_text: false,
        lacks_marks: false,
    };
    let properties = examine_claim(&claim, path, &ExamineLimits::default()).unwrap();
    let verification = Verification {
        trust: Arc::new(trust.clone()),
        now: format!("{day}T00:00:00Z").parse().unwrap(),
    };
    verification.document(path, &properties.signed)
}

fn kinds(judged: &[JudgedSignature]) -> BTreeSet<ProblemKind> {
    let problems = judged.iter().flat_map(|one| &one.report.problems);
    problems.map(|problem| problem.kind).collect()
}

#[test]
fn every_signature_of_the_corpus_holds() {
    let Some(folder) = corpus("ofd/ofdrw") else { return };
    let (mut seals, mut count) = (0, 0);
    for (name, day, expected) in FILES {
        let path = folder.join(name);
        let found = judged(&path, day, &TrustStore::default());
        count += found.len();
        assert_eq!(
            kinds(&found),
            expected.iter().copied().collect(),
            "{name}: {found:#?}"
        );
        // once signer and maker of the seal are trusted, nothing is left
        let mut trust = TrustStore::default();
        for (member, bytes) in OfdMaker::of(&std::fs::read(&path).unwrap()).members {
            if let Ok(sealing) = Sealing::from_der(&bytes) {
                assert!(member.ends_with("SignedValue.dat"), "{member}");
                for certificate in sealing.certificates() {
                    trust.add_certificates(&member, certificate).unwrap();
                }
                seals += 1;
            }
        }
        if !trust.anchors().is_empty() {
            let mut expected: BTreeSet<ProblemKind> = expected.iter().copied().collect();
            expected.remove(&ProblemKind::AnchorUnknown);
            let found = judged(&path, day, &trust);
            assert_eq!(kinds(&found), expected, "{name}: {found:#?}");
        }
    }
    eprintln!(
        "{count} signatures in {} files hold, {seals} of them seals",
        FILES.len()
    );
    assert_eq!((count, seals), (11, 6));
}

#[test]
fn a_changed_byte_anywhere_is_found() {
    let Some(folder) = corpus("ofd/ofdrw") else { return };
    let copy = tempfile::tempdir().unwrap();
    let copy = copy.path().join("changed.ofd");
    let mut changed = 0;
    for (name, day, _) in FILES
        .into_iter()
        .filter(|(name, ..)| !name.ends_with("DigitalSign.ofd"))
    {
        let whole = OfdMaker::of(&std::fs::read(folder.join(name)).unwrap());
        // 999.ofd does not sign its entry, which was said of it above; lists of signatures change with the next one
        let members = whole.members.keys().filter(|member| {
            !member.ends_with("Signatures.xml") && !member.ends_with("Seal.esl") && *member != "OFD.xml"
        });
        for member in members.cloned().collect::<Vec<String>>() {
            let mut ofd = whole.clone();
            let bytes = ofd.members.get_mut(&member).unwrap();
            if bytes.is_empty() {
                continue;
            }
            // white space before the end would not change the last byte of a value, so the middle it is
            let middle = if member.ends_with("SignedValue.dat") {
                bytes.len() - 8
            } else {
                bytes.len() / 2
            };
            bytes[middle] ^= 1;
            std::fs::write(&copy, ofd.bytes()).unwrap();
            let found = judged(&copy, day, &TrustStore::default());
            let is_found = found
                .iter()
                .any(|one| one.report.gravity() == Some(Gravity::Invalid));
            // a description that is no XML any more is not read as a signature, and is missed by whoever counts
            let is_missed = found.len() < judged(&folder.join(name), day, &TrustStore::default()).len();
            assert!(is_found || is_missed, "{name}: {member}: {found:#?}");
            changed += 1;
        }
    }
    eprintln!("{changed} changed bytes were found");
    assert!(changed > 80, "{changed}");
}

/// A signed PDF with a timestamp and a store, and a sealed OFD.
fn signed_documents() -> [Vec<u8>; 2] {
    let root = CertificateForm::authority("示例根", TestKey::Sm2(1)).self_signed();
    let signer = root.issue(&CertificateForm::signer("示例", TestKey::Sm2(2)));
    let stamper = root.issue(&CertificateForm::time_stamper("时间", TestKey::Sm2(3)));
    let at = moment("2025-06-01T00:00:00Z");
    let mut pdf = PdfMaker::new("Notice");
    pdf.sign("Sig", "adbe.pkcs7.detached", |content| {
        signer.message(&root.name, content, &MessageForm::default())
    });
    pdf.store(&root.list("2026-02-27T00:00:00Z", "2026-03-09T00:00:00Z", &[]));
    pdf.sign("DocTimeStamp", "ETSI.RFC3161", |content| {
        stamper.token(content, at)
    });
    let seal = SealForm {
        maker: &signer,
        users: vec![signer.certificate.clone()],
        validity: ("2024-01-01T00:00:00Z", "2027-01-01T00:00:00Z"),
    };
    let mut ofd = OfdMaker::new("通知");
    ofd.sign(&[], |description| {
        seal.sealing(&signer, description, "Signature.xml", at, None)
    });
    [pdf.bytes().to_vec(), ofd.bytes()]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn no_changed_document_brings_the_check_down(
        which in 0_usize..2,
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        cut in prop::option::of(any::<prop::sample::Index>()),
    ) {
        let mut bytes = signed_documents()[which].clone();
        for (place, byte) in changes {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()).max(1));
        }
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("document");
        std::fs::write(&path, bytes).unwrap();
        judged(&path, "2026-03-01", &TrustStore::default());
    }
}
