//! Whatever the bytes: an answer, in time, without harm.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use lantai_signatures::{
    Certificate, Covers, Evidence, Judge, OcspAnswer, PublicKey, RawSignature, RevocationList, Seal, Sealing,
    TrustStore,
};
use lantai_testkit::signing::{CertificateForm, Holder, MessageForm, SealForm, TestKey, moment};
use proptest::prelude::*;

fn judge_all(bytes: &[u8]) {
    let mut trust = TrustStore::default();
    let _ = (trust.add_certificates("a", bytes), trust.add_lists("b", bytes));
    let judge = Judge {
        trust: &trust,
        now: moment("2026-03-01T00:00:00Z"),
    };
    let content: &[u8] = b"content";
    for covers in [Covers::Content, Covers::Sha1OfContent] {
        judge
            .message(bytes, covers, &content, None, &Evidence::default())
            .unwrap();
    }
    judge.timestamp(bytes, &content, &Evidence::default()).unwrap();
    judge.sealing(bytes, &content, None).unwrap();
    let raw = RawSignature {
        value: bytes.to_vec(),
        certificates: vec![bytes.to_vec()],
        ..RawSignature::default()
    };
    judge.value(&raw, &content, None).unwrap();
    let _ = (
        Certificate::from_der(bytes).is_ok(),
        RevocationList::from_der(bytes).is_ok(),
    );
    let _ = (
        OcspAnswer::from_der(bytes).is_ok(),
        PublicKey::from_der(bytes).is_ok(),
    );
    let _ = (Seal::from_der(bytes).is_ok(), Sealing::from_der(bytes).is_ok());
}

/// One of each: a certificate, a list, a message with a timestamp, a token, a seal in use.
fn sound() -> Vec<Vec<u8>> {
    let root: Holder = CertificateForm::authority("示例根", TestKey::Sm2(1)).self_signed();
    let signer = root.issue(&CertificateForm::signer("示例", TestKey::Sm2(2)));
    let stamper = root.issue(&CertificateForm::time_stamper("时间", TestKey::Sm2(3)));
    let at = moment("2025-06-01T00:00:00Z");
    let list = root.list(
        "2026-02-27T00:00:00Z",
        "2026-03-06T00:00:00Z",
        &[(7, "2025-09-01T00:00:00Z")],
    );
    let form = MessageForm {
        holds_content: true,
        claimed: Some(at),
        stamp: Some((&stamper, at)),
        certificates: vec![root.certificate.clone()],
        lists: vec![list.clone()],
        ..MessageForm::default()
    };
    let seal = SealForm {
        maker: &signer,
        users: vec![signer.certificate.clone()],
        validity: ("2024-01-01T00:00:00Z", "2027-01-01T00:00:00Z"),
    };
    vec![
        root.certificate.clone(),
        list,
        signer.message(&root.name, b"content", &form),
        stamper.token(b"content", at),
        seal.sealing(&signer, b"content", "Signature.xml", at, None),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_bytes_bring_the_judge_down(bytes: Vec<u8>) {
        judge_all(&bytes);
    }

    #[test]
    fn no_changed_byte_brings_the_judge_down(which in 0_usize..5, place: prop::sample::Index, byte: u8, cut: bool) {
        let mut bytes = sound().swap_remove(which);
        let place = place.index(bytes.len());
        bytes[place] = byte;
        if cut {
            bytes.truncate(place);
        }
        judge_all(&bytes);
    }
}
