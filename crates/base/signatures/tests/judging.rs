//! Every way in which a signature is valid, wrong or undecided, with what the test signs itself.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use jiff::Timestamp;
use lantai_signatures::{
    Covers, Evidence, Gravity, Hash, Judge, ProblemKind, RawSignature, Report, TrustStore,
};
use lantai_testkit::signing::{CertificateForm, Holder, MessageForm, SealForm, TestKey, moment};

const NOW: &str = "2026-03-01T00:00:00Z";
const CONTENT: &[u8] = "关于印发档案工作要点的通知".as_bytes();

/// A root, an authority below it, a signer and a time stamper.
struct House {
    root: Holder,
    authority: Holder,
    signer: Holder,
    stamper: Holder,
}

impl House {
    fn new(key: TestKey) -> Self {
        Self::with(CertificateForm::signer("示例县档案馆", key))
    }

    fn with(signer: CertificateForm) -> Self {
        let root = CertificateForm::authority("示例根", TestKey::Sm2(1)).self_signed();
        let authority = root.issue(&CertificateForm::authority("示例认证机构", TestKey::Sm2(2)));
        Self {
            signer: authority.issue(&signer),
            stamper: root.issue(&CertificateForm::time_stamper("示例时间戳", TestKey::Sm2(4))),
            root,
            authority,
        }
    }

    fn trust(&self) -> TrustStore {
        let mut trust = TrustStore::default();
        trust
            .add_certificates("root.pem", self.root.pem().as_bytes())
            .unwrap();
        trust
    }

    fn form(&self) -> MessageForm<'_> {
        MessageForm {
            certificates: vec![self.authority.certificate.clone()],
            ..MessageForm::default()
        }
    }

    fn message(&self, form: &MessageForm<'_>) -> Vec<u8> {
        self.signer.message(&self.authority.name, CONTENT, form)
    }

    fn judge(&self, message: &[u8]) -> Report {
        self.judge_with(&self.trust(), message, CONTENT)
    }

    fn judge_with(&self, trust: &TrustStore, message: &[u8], content: &[u8]) -> Report {
        let judge = Judge {
            trust,
            now: moment(NOW),
        };
        judge
            .message(message, Covers::Content, &content, None, &Evidence::default())
            .unwrap()
    }
}

fn at(text: &str) -> Option<Timestamp> {
    Some(moment(text))
}

fn kinds(report: &Report) -> Vec<ProblemKind> {
    report.problems.iter().map(|problem| problem.kind).collect()
}

#[test]
fn a_signature_by_every_algorithm_is_valid_and_a_wrong_byte_is_not() {
    for key in [
        TestKey::Sm2(3),
        TestKey::Rsa,
        TestKey::RsaPss,
        TestKey::P256,
        TestKey::P384,
        TestKey::Ed25519(3),
    ] {
        let house = House::new(key);
        for plain in [false, true] {
            let form = MessageForm {
                plain,
                is_gm: plain,
                ..house.form()
            };
            let message = house.message(&form);
            let report = house.judge(&message);
            assert_eq!(report.problems, [], "{key:?}");
            assert_eq!(report.signers, ["CN=示例县档案馆, O=示例县, C=CN"]);
            let wrong = house.judge_with(&house.trust(), &message, b"something else");
            let expected = if plain {
                ProblemKind::ValueWrong
            } else {
                ProblemKind::DigestWrong
            };
            assert_eq!(kinds(&wrong), [expected], "{key:?}");
        }
        // the last byte of the message is one of the value
        let mut message = house.message(&house.form());
        *message.last_mut().unwrap() ^= 1;
        assert_eq!(
            kinds(&house.judge(&message)),
            [ProblemKind::ValueWrong],
            "{key:?}"
        );
    }
}

/// RSA with SHA-1 over `content` by the key of the tests: nothing signs like this any more.
const OLD_VALUE: &str = "CxsmqkIZod2is8t0mO0F4s6uIbSRKxLzRAW/+HWytayCGpCEazn8oghDjc7YpkxX5pP6iJ6iuuLLF0YUN0uNwL\
                     b5E3ORa7XZgT4NpXGp35t7TTp9oSWRBUDM2Ep1lROblJQj43cFXmglasX1rvftsQXqhKLSpEbU68BZHWeNCseQ\
                     tSO3p9HQZsxP4uel4OgIaRw6Pd9c1rdhrHDqYIcZnutN/ne3mYvmNEDCKn1igDxboO31YN1mF8ashUPBfokTii\
                     g4/38b3FtpGyk24ly0rqIYpQ73R9D+ACFGuWdzl7lGEicYE34wphvHaXsjScMazoyh5Y5hBIjjbc5KKMPqHA==";

#[test]
fn what_was_signed_with_sha1_long_ago_is_still_verified() {
    let house = House::new(TestKey::Rsa);
    let trust = house.trust();
    let judge = Judge {
        trust: &trust,
        now: moment(NOW),
    };
    let raw = RawSignature {
        value: base64::Engine::decode(&base64::engine::general_purpose::STANDARD, OLD_VALUE).unwrap(),
        algorithm: Some("1.2.840.113549.1.1.5".to_owned()),
        certificates: vec![
            house.signer.certificate.clone(),
            house.authority.certificate.clone(),
        ],
        claimed: None,
    };
    assert_eq!(
        judge.value(&raw, &b"content".as_slice(), None).unwrap().problems,
        []
    );
    assert_eq!(
        kinds(&judge.value(&raw, &b"other".as_slice(), None).unwrap()),
        [ProblemKind::ValueWrong]
    );
    // a message that holds the SHA-1 of the content
    let form = MessageForm {
        holds_content: true,
        ..house.form()
    };
    let message = house
        .signer
        .message(&house.authority.name, &Hash::Sha1.of(CONTENT), &form);
    let judged = |content: &[u8]| {
        let judged = judge.message(
            &message,
            Covers::Sha1OfContent,
            &content,
            None,
            &Evidence::default(),
        );
        kinds(&judged.unwrap())
    };
    assert_eq!(judged(CONTENT), []);
    assert_eq!(judged(b"other"), [ProblemKind::DigestWrong]);
}

#[test]
fn without_the_anchor_nobody_can_tell() {
    let house = House::new(TestKey::Sm2(3));
    let message = house.message(&house.form());
    let report = house.judge_with(&TrustStore::default(), &message, CONTENT);
    assert_eq!(kinds(&report), [ProblemKind::AnchorUnknown]);
    assert_eq!(report.gravity(), Some(Gravity::Undecided));
    // the authority between is missing
    let message = house.message(&MessageForm::default());
    assert_eq!(kinds(&house.judge(&message)), [ProblemKind::AnchorUnknown]);
}

#[test]
fn an_expired_certificate_needs_a_timestamp_from_before() {
    let yesterday = "2026-02-28T00:00:00Z";
    let house = House::with(CertificateForm::signer("示例县档案馆", TestKey::Sm2(3)).until(yesterday));
    let claimed = at("2025-06-01T00:00:00Z");
    let report = house.judge(&house.message(&MessageForm {
        claimed,
        ..house.form()
    }));
    assert_eq!(kinds(&report), [ProblemKind::ExpiredWithoutTimestamp]);
    assert_eq!(report.gravity(), Some(Gravity::Undecided));

    let before = moment("2025-06-01T00:00:05Z");
    let stamp = Some((&house.stamper, before));
    let report = house.judge(&house.message(&MessageForm {
        claimed,
        stamp,
        ..house.form()
    }));
    assert_eq!(report.problems, []);
    assert_eq!(report.stamped, Some(before));

    let stamp = Some((&house.stamper, moment("2026-02-28T12:00:00Z")));
    let report = house.judge(&house.message(&MessageForm {
        stamp,
        ..house.form()
    }));
    assert_eq!(kinds(&report), [ProblemKind::OutsideValidity]);
}

#[test]
fn a_certificate_that_was_not_valid_when_it_says_that_it_signed_is_refused() {
    let house = House::new(TestKey::Sm2(3));
    let claimed = at("2019-06-01T00:00:00Z");
    let report = house.judge(&house.message(&MessageForm {
        claimed,
        ..house.form()
    }));
    assert!(report.has(ProblemKind::OutsideValidity));
}

#[test]
fn a_revoked_certificate_is_refused_unless_a_timestamp_is_older() {
    let form = CertificateForm {
        names_revocation: true,
        ..CertificateForm::signer("示例县档案馆", TestKey::Sm2(3))
    };
    let house = House::with(form);
    let message = house.message(&house.form());
    assert_eq!(kinds(&house.judge(&message)), [ProblemKind::RevocationUnknown]);

    let good = house.authority.list(
        "2026-02-27T00:00:00Z",
        "2026-03-06T00:00:00Z",
        &[(8, "2025-01-01T00:00:00Z")],
    );
    let mut trust = house.trust();
    trust.add_lists("good.crl", &good).unwrap();
    assert_eq!(house.judge_with(&trust, &message, CONTENT).problems, []);
    // an old list says nothing about today
    let old = house
        .authority
        .list("2025-02-27T00:00:00Z", "2025-03-06T00:00:00Z", &[]);
    let embedded = house.message(&MessageForm {
        lists: vec![old],
        ..house.form()
    });
    assert_eq!(kinds(&house.judge(&embedded)), [ProblemKind::RevocationUnknown]);

    let revoked = house.authority.list(
        "2026-02-27T00:00:00Z",
        "2026-03-06T00:00:00Z",
        &[(7, "2025-09-01T00:00:00Z")],
    );
    let lists = vec![revoked.clone()];
    let embedded = house.message(&MessageForm {
        lists: lists.clone(),
        ..house.form()
    });
    assert_eq!(kinds(&house.judge(&embedded)), [ProblemKind::Revoked]);
    let stamp = Some((&house.stamper, moment("2025-06-01T00:00:00Z")));
    let older = house.message(&MessageForm {
        lists,
        stamp,
        ..house.form()
    });
    assert_eq!(house.judge(&older).problems, []);
    // a list that somebody else signed revokes nothing
    let other = CertificateForm::authority("示例认证机构", TestKey::Sm2(9)).self_signed();
    let forged = other.list(
        "2026-02-27T00:00:00Z",
        "2026-03-06T00:00:00Z",
        &[(7, "2025-09-01T00:00:00Z")],
    );
    let embedded = house.message(&MessageForm {
        lists: vec![forged],
        ..house.form()
    });
    assert_eq!(kinds(&house.judge(&embedded)), [ProblemKind::RevocationUnknown]);
}

#[test]
fn an_answer_of_the_authority_is_evidence_as_a_list_is() {
    let form = CertificateForm {
        names_revocation: true,
        ..CertificateForm::signer("示例县档案馆", TestKey::Sm2(3))
    };
    let house = House::with(form);
    let message = house.message(&house.form());
    let trust = house.trust();
    let judge = Judge {
        trust: &trust,
        now: moment(NOW),
    };
    let judged = |answer: Vec<u8>| {
        let mut extra = Evidence::default();
        extra.add_answer(&answer);
        kinds(
            &judge
                .message(&message, Covers::Content, &CONTENT, None, &extra)
                .unwrap(),
        )
    };
    assert_eq!(judged(house.authority.answer(7, NOW, None)), []);
    assert_eq!(
        judged(house.authority.answer(7, NOW, Some("2025-09-01T00:00:00Z"))),
        [ProblemKind::Revoked]
    );
    // about another certificate, of an old day, by another authority
    let unknown = [ProblemKind::RevocationUnknown];
    assert_eq!(judged(house.authority.answer(8, NOW, None)), unknown);
    assert_eq!(
        judged(house.authority.answer(7, "2025-09-01T00:00:00Z", None)),
        unknown
    );
    assert_eq!(judged(house.root.answer(7, NOW, None)), unknown);
}

#[test]
fn a_certificate_by_one_who_may_not_issue_any_is_refused() {
    let root = CertificateForm::authority("示例根", TestKey::Sm2(1)).self_signed();
    let clerk = root.issue(&CertificateForm::signer("科员", TestKey::Sm2(5)));
    let forged = clerk.issue(&CertificateForm::signer("示例县档案馆", TestKey::Sm2(6)));
    let mut trust = TrustStore::default();
    trust.add_certificates("root.der", &root.certificate).unwrap();
    let form = MessageForm {
        certificates: vec![clerk.certificate.clone()],
        ..MessageForm::default()
    };
    let message = forged.message(&clerk.name, CONTENT, &form);
    let judge = Judge {
        trust: &trust,
        now: moment(NOW),
    };
    let judged = judge.message(&message, Covers::Content, &CONTENT, None, &Evidence::default());
    assert_eq!(kinds(&judged.unwrap()), [ProblemKind::ChainBroken]);

    // the anchor's name, but another key
    let impostor = CertificateForm::authority("示例根", TestKey::Sm2(1)).self_signed();
    let impostor = Holder {
        key: TestKey::Sm2(7),
        ..impostor
    };
    let forged = impostor.issue(&CertificateForm::signer("示例县档案馆", TestKey::Sm2(6)));
    let message = forged.message(&impostor.name, CONTENT, &MessageForm::default());
    let judged = judge.message(&message, Covers::Content, &CONTENT, None, &Evidence::default());
    assert_eq!(judged.unwrap().gravity(), Some(Gravity::Undecided));

    // a key that may not sign documents
    let form = CertificateForm {
        usage: Some(0x2000),
        ..CertificateForm::signer("加密", TestKey::Sm2(6))
    };
    let encrypts = root.issue(&form);
    let message = encrypts.message(&root.name, CONTENT, &MessageForm::default());
    let judged = judge.message(&message, Covers::Content, &CONTENT, None, &Evidence::default());
    assert_eq!(kinds(&judged.unwrap()), [ProblemKind::CertificateWrong]);
}

#[test]
fn a_timestamp_is_judged_by_imprint_value_purpose_and_anchor() {
    let house = House::new(TestKey::Sm2(3));
    let trust = house.trust();
    let judge = Judge {
        trust: &trust,
        now: moment(NOW),
    };
    let time = moment("2025-06-01T00:00:00Z");
    let token = house.stamper.token(CONTENT, time);
    let judged =
        |token: &[u8], content: &[u8]| judge.timestamp(token, &content, &Evidence::default()).unwrap();
    assert_eq!(judged(&token, CONTENT).stamped, Some(time));
    assert_eq!(
        kinds(&judged(&token, b"other")),
        [ProblemKind::TimestampImprintWrong]
    );
    let mut wrong = token.clone();
    *wrong.last_mut().unwrap() ^= 1;
    assert_eq!(
        kinds(&judged(&wrong, CONTENT)),
        [ProblemKind::TimestampValueWrong]
    );
    let no_stamper = house
        .root
        .issue(&CertificateForm::signer("无用途", TestKey::Sm2(4)));
    let token = no_stamper.token(CONTENT, time);
    assert_eq!(
        kinds(&judged(&token, CONTENT)),
        [ProblemKind::TimestampCertificateWrong]
    );
    let stranger = CertificateForm::time_stamper("外人", TestKey::Sm2(8)).self_signed();
    let token = stranger.token(CONTENT, time);
    assert_eq!(
        kinds(&judged(&token, CONTENT)),
        [ProblemKind::TimestampAnchorUnknown]
    );
    let token = house.stamper.token(CONTENT, moment("2027-01-01T00:00:00Z"));
    assert_eq!(
        kinds(&judged(&token, CONTENT)),
        [ProblemKind::TimestampCertificateWrong]
    );
    assert_eq!(
        kinds(&judged(b"no token", CONTENT)),
        [ProblemKind::TimestampMalformed]
    );
}

#[test]
fn a_bare_value_is_judged_with_its_certificate_or_a_trusted_one() {
    let house = House::new(TestKey::Sm2(3));
    let mut trust = house.trust();
    let mut raw = RawSignature {
        value: house.signer.key.sign(CONTENT),
        algorithm: Some("1.2.156.10197.1.501".to_owned()),
        certificates: vec![
            house.signer.certificate.clone(),
            house.authority.certificate.clone(),
        ],
        claimed: at("2025-06-01T00:00:00Z"),
    };
    let judge = Judge {
        trust: &trust,
        now: moment(NOW),
    };
    assert_eq!(judge.value(&raw, &CONTENT, None).unwrap().problems, []);
    assert_eq!(
        kinds(&judge.value(&raw, &b"x".as_slice(), None).unwrap()),
        [ProblemKind::ValueWrong]
    );
    raw.certificates[0] = house.authority.certificate.clone();
    assert!(
        judge
            .value(&raw, &CONTENT, None)
            .unwrap()
            .has(ProblemKind::ValueWrong)
    );
    raw.certificates.clear();
    assert_eq!(
        kinds(&judge.value(&raw, &CONTENT, None).unwrap()),
        [ProblemKind::CertificateMissing]
    );
    trust
        .add_certificates("signer.cer", &house.signer.certificate)
        .unwrap();
    let judge = Judge {
        trust: &trust,
        now: moment(NOW),
    };
    assert_eq!(judge.value(&raw, &CONTENT, None).unwrap().problems, []);
    raw.algorithm = Some("1.2.3".to_owned());
    assert_eq!(
        judge.value(&raw, &CONTENT, None).unwrap().gravity(),
        Some(Gravity::Undecided)
    );
}

#[test]
fn a_seal_is_judged_by_value_digest_list_and_dates() {
    let house = House::new(TestKey::Sm2(3));
    let mut trust = house.trust();
    trust
        .add_certificates("authority.cer", &house.authority.certificate)
        .unwrap();
    let maker = house
        .root
        .issue(&CertificateForm::signer("制章者", TestKey::Sm2(5)));
    let judge = Judge {
        trust: &trust,
        now: moment(NOW),
    };
    let form = SealForm {
        maker: &maker,
        users: vec![house.signer.certificate.clone()],
        validity: ("2024-01-01T00:00:00Z", "2027-01-01T00:00:00Z"),
    };
    let used = moment("2025-06-01T00:00:00Z");
    let judged = |form: &SealForm<'_>, at: Timestamp, content: &[u8]| {
        let bytes = form.sealing(&house.signer, CONTENT, "Signature.xml", at, None);
        judge.sealing(&bytes, &content, None).unwrap()
    };
    assert_eq!(judged(&form, used, CONTENT).problems, []);
    assert_eq!(kinds(&judged(&form, used, b"x")), [ProblemKind::DigestWrong]);
    let late = moment("2027-06-01T00:00:00Z");
    assert!(judged(&form, late, CONTENT).has(ProblemKind::SealExpired));
    let others = SealForm {
        users: vec![maker.certificate.clone()],
        ..form.clone()
    };
    assert_eq!(
        kinds(&judged(&others, used, CONTENT)),
        [ProblemKind::SealCertificateNotListed]
    );
    let over = SealForm {
        validity: ("2024-01-01T00:00:00Z", "2026-01-01T00:00:00Z"),
        ..form.clone()
    };
    assert_eq!(
        kinds(&judged(&over, used, CONTENT)),
        [ProblemKind::ExpiredWithoutTimestamp]
    );
    let stamp = Some((&house.stamper, moment("2025-06-01T00:00:05Z")));
    let bytes = over.sealing(&house.signer, CONTENT, "Signature.xml", used, stamp);
    assert_eq!(judge.sealing(&bytes, &CONTENT, None).unwrap().problems, []);
    // a picture that was changed afterwards, on a seal that the signer signed all the same
    let mut seal = form.clone();
    let other = Holder {
        key: TestKey::Sm2(8),
        ..maker.clone()
    };
    seal.maker = &other;
    assert_eq!(
        kinds(&judged(&seal, used, CONTENT)),
        [ProblemKind::SealValueWrong]
    );
    let mut bytes = form.sealing(&house.signer, CONTENT, "Signature.xml", used, None);
    *bytes.last_mut().unwrap() ^= 1;
    assert_eq!(
        kinds(&judge.sealing(&bytes, &CONTENT, None).unwrap()),
        [ProblemKind::ValueWrong]
    );
}

#[test]
fn files_that_hold_no_trust_are_named() {
    let mut trust = TrustStore::default();
    for (name, bytes) in [
        (
            "a.pem",
            &b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"[..],
        ),
        ("b.der", b"x"),
    ] {
        let error = trust.add_certificates(name, bytes).unwrap_err();
        assert_eq!(error.code(), "trust.no_certificate");
        assert!(error.to_string().contains(name));
    }
    assert_eq!(
        trust.add_lists("c.crl", b"x").unwrap_err().code(),
        "trust.no_list"
    );
    let house = House::new(TestKey::P256);
    let bundle = format!("{}{}", house.root.pem(), house.authority.pem());
    assert_eq!(
        trust.add_certificates("bundle.pem", bundle.as_bytes()).unwrap(),
        2
    );
    assert_eq!(trust.anchors().len(), 2);
}
