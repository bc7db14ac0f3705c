//! Check on signatures, seals and timestamps: a document that is good, and the same one made bad in one place.

use crate::package::Package;
use crate::{builtin, tested};
use lantai_domain::{Outcome, Stage};
use lantai_formats::eep::{
    CanonicalForm, EepDocumentToWrite, EepToWrite, SignedPart, write_canonical, write_eep,
};
use lantai_formats::transfer::{ActionEntry, FileAttributes};
use lantai_intake::{Checked, IntakeRules, TrustStore};
use lantai_testkit::signing::{
    CertificateForm, Holder, MessageForm, OfdMaker, PdfMaker, SealForm, TestKey, moment,
};
use std::path::Path;

const DETACHED: &str = "adbe.pkcs7.detached";

/// A root that is trusted, a signer, a time stamper, a maker of seals.
struct House {
    root: Holder,
    signer: Holder,
    stamper: Holder,
    maker: Holder,
}

impl House {
    fn new() -> Self {
        Self::with(CertificateForm::signer("示例县人民政府", TestKey::Sm2(3)))
    }

    /// The tests run on 2026-03-01.
    fn expired_yesterday() -> Self {
        let form = CertificateForm::signer("示例县人民政府", TestKey::Sm2(3));
        Self::with(form.until("2026-02-28T00:00:00Z"))
    }

    fn with(signer: CertificateForm) -> Self {
        let root = CertificateForm::authority("示例根", TestKey::Sm2(1)).self_signed();
        Self {
            signer: root.issue(&signer),
            stamper: root.issue(&CertificateForm::time_stamper("示例时间戳", TestKey::Sm2(4))),
            maker: root.issue(&CertificateForm::signer("示例制章者", TestKey::Sm2(5))),
            root,
        }
    }

    fn rules(&self) -> IntakeRules {
        let mut trust = TrustStore::default();
        trust
            .add_certificates("root.pem", self.root.pem().as_bytes())
            .unwrap();
        builtin().with_trust(trust)
    }

    fn message(&self, content: &[u8], form: &MessageForm<'_>) -> Vec<u8> {
        self.signer.message(&self.root.name, content, form)
    }

    fn pdf(&self, form: &MessageForm<'_>) -> PdfMaker {
        let mut pdf = PdfMaker::new("Notice");
        pdf.sign("Sig", DETACHED, |content| self.message(content, form));
        pdf
    }

    fn seal(&self) -> SealForm<'_> {
        SealForm {
            maker: &self.maker,
            users: vec![self.signer.certificate.clone()],
            validity: ("2024-01-01T00:00:00Z", "2027-01-01T00:00:00Z"),
        }
    }

    fn ofd(&self, seal: &SealForm<'_>, skip: &[&str]) -> OfdMaker {
        let mut ofd = OfdMaker::new("通知");
        ofd.sign(skip, |description| {
            seal.sealing(
                &self.signer,
                description,
                "Signature.xml",
                moment("2025-06-01T00:00:00Z"),
                None,
            )
        });
        ofd
    }
}

/// What came to, with the codes of what was found.
fn outcome(checked: &Checked) -> (Outcome, Vec<&str>) {
    let result = checked.checks.iter().find(|result| result.check == "A-1.1");
    let findings = checked.findings.iter().filter(|finding| finding.check == "A-1.1");
    for finding in findings.clone() {
        assert!(
            finding.found.is_some() && finding.mend.is_some() && finding.expected.is_some(),
            "{finding:?}"
        );
    }
    (
        result.unwrap().outcome,
        findings.map(|finding| finding.code.as_str()).collect(),
    )
}

fn of_content(rules: &IntakeRules, stage: Stage, extension: &str, bytes: &[u8]) -> (Outcome, Vec<String>) {
    let mime = if extension == "pdf" {
        "application/pdf"
    } else {
        "application/ofd"
    };
    let written = Package::good().content(extension, mime, bytes).write();
    let checked = tested(rules, stage, written.path());
    let (outcome, codes) = outcome(&checked);
    (outcome, codes.into_iter().map(str::to_owned).collect())
}

#[track_caller]
fn assert_pdf(rules: &IntakeRules, pdf: &[u8], expected: Outcome, codes: &[&str]) {
    assert_eq!(
        of_content(rules, Stage::Transfer, "pdf", pdf),
        (expected, codes.iter().map(|&code| code.to_owned()).collect())
    );
}

#[track_caller]
fn assert_ofd(rules: &IntakeRules, ofd: &OfdMaker, expected: Outcome, codes: &[&str]) {
    assert_eq!(
        of_content(rules, Stage::Transfer, "ofd", &ofd.bytes()),
        (expected, codes.iter().map(|&code| code.to_owned()).collect())
    );
}

#[test]
fn a_signed_pdf_passes_and_each_thing_that_is_wrong_with_it_has_its_name() {
    let house = House::new();
    let rules = house.rules();
    let good = house.pdf(&MessageForm::default());
    assert_pdf(&rules, good.bytes(), Outcome::Pass, &[]);
    assert_pdf(
        &builtin(),
        good.bytes(),
        Outcome::Manual,
        &["signature.anchor_unknown"],
    );
    let filed = of_content(&builtin(), Stage::Filing, "pdf", good.bytes());
    assert_eq!(
        filed,
        (Outcome::Warn, vec!["signature.anchor_unknown".to_owned()])
    );

    // one byte of the page
    let mut wrong = good.bytes().to_vec();
    let place = wrong.windows(6).position(|part| part == b"Notice").unwrap();
    wrong[place] = b'M';
    assert_pdf(&rules, &wrong, Outcome::Fail, &["signature.digest_wrong"]);

    // the page is another one in a revision after the signature
    let mut changed = good.clone();
    changed.change("Another notice");
    assert_pdf(
        &rules,
        changed.bytes(),
        Outcome::Fail,
        &["signature.range_not_covering"],
    );

    // a certificate of somebody else
    let other = house
        .root
        .issue(&CertificateForm::signer("他人", TestKey::Sm2(8)));
    let stolen = Holder {
        key: TestKey::Sm2(9),
        ..other
    };
    let mut pdf = PdfMaker::new("Notice");
    pdf.sign("Sig", DETACHED, |content| {
        stolen.message(&house.root.name, content, &MessageForm::default())
    });
    assert_pdf(&rules, pdf.bytes(), Outcome::Fail, &["signature.value_wrong"]);

    // revoked
    let list = house.root.list(
        "2026-02-27T00:00:00Z",
        "2026-03-09T00:00:00Z",
        &[(7, "2025-01-01T00:00:00Z")],
    );
    let mut revoked = good.clone();
    revoked.store(&list);
    assert_pdf(&rules, revoked.bytes(), Outcome::Fail, &["signature.revoked"]);
    let list = house
        .root
        .list("2026-02-27T00:00:00Z", "2026-03-09T00:00:00Z", &[]);
    let mut not_revoked = good.clone();
    not_revoked.store(&list);
    assert_pdf(&rules, not_revoked.bytes(), Outcome::Pass, &[]);

    // no signature at all where one should be
    let mut broken = PdfMaker::new("Notice");
    broken.sign("Sig", DETACHED, |_| b"no message".to_vec());
    assert_pdf(&rules, broken.bytes(), Outcome::Fail, &["signature.malformed"]);
}

#[test]
fn a_second_signature_and_a_timestamp_may_follow_but_no_other_page() {
    let house = House::new();
    let rules = house.rules();
    let mut pdf = house.pdf(&MessageForm::default());
    pdf.sign("Sig", DETACHED, |content| {
        house.message(content, &MessageForm::default())
    });
    pdf.sign("DocTimeStamp", "ETSI.RFC3161", |content| {
        house.stamper.token(content, moment("2025-06-01T00:00:00Z"))
    });
    assert_pdf(&rules, pdf.bytes(), Outcome::Pass, &[]);

    let mut between = house.pdf(&MessageForm::default());
    between.change("Another notice");
    between.sign("Sig", DETACHED, |content| {
        house.message(content, &MessageForm::default())
    });
    assert_pdf(
        &rules,
        between.bytes(),
        Outcome::Fail,
        &["signature.range_not_covering"],
    );

    // a page that calls itself a field of the later signature is a changed page all the same
    let mut disguised = house.pdf(&MessageForm::default());
    let page = "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /FT /Sig /V 8 0 R /Resources << >> >>";
    disguised.sign_page("Sig", DETACHED, Some(page), |content| {
        house.message(content, &MessageForm::default())
    });
    assert_pdf(
        &rules,
        disguised.bytes(),
        Outcome::Fail,
        &["signature.range_not_covering"],
    );

    let mut imprint = house.pdf(&MessageForm::default());
    imprint.sign("DocTimeStamp", "ETSI.RFC3161", |_| {
        house
            .stamper
            .token(b"something else", moment("2025-06-01T00:00:00Z"))
    });
    assert_pdf(
        &rules,
        imprint.bytes(),
        Outcome::Fail,
        &["timestamp.imprint_wrong"],
    );
}

#[test]
fn case_15_an_expired_certificate_passes_with_a_timestamp_from_before_and_else_is_for_a_person() {
    let house = House::expired_yesterday();
    let rules = house.rules();
    let plain = MessageForm {
        claimed: Some(moment("2025-06-01T00:00:00Z")),
        ..MessageForm::default()
    };
    let expired = &["signature.expired_without_timestamp"];
    assert_pdf(&rules, house.pdf(&plain).bytes(), Outcome::Manual, expired);

    let before = moment("2025-06-01T00:00:05Z");
    let stamped = MessageForm {
        stamp: Some((&house.stamper, before)),
        ..plain.clone()
    };
    assert_pdf(&rules, house.pdf(&stamped).bytes(), Outcome::Pass, &[]);

    let mut stamped = house.pdf(&plain);
    stamped.sign("DocTimeStamp", "ETSI.RFC3161", |content| {
        house.stamper.token(content, before)
    });
    assert_pdf(&rules, stamped.bytes(), Outcome::Pass, &[]);

    let mut late = house.pdf(&plain);
    late.sign("DocTimeStamp", "ETSI.RFC3161", |content| {
        house.stamper.token(content, moment("2026-02-28T12:00:00Z"))
    });
    assert_pdf(
        &rules,
        late.bytes(),
        Outcome::Fail,
        &["signature.outside_validity"],
    );
}

#[test]
fn a_sealed_ofd_passes_and_each_thing_that_is_wrong_with_it_has_its_name() {
    let house = House::new();
    let mut trust = TrustStore::default();
    trust
        .add_certificates("root.der", &house.root.certificate)
        .unwrap();
    let rules = builtin().with_trust(trust);
    let seal = house.seal();
    let good = house.ofd(&seal, &[]);
    assert_ofd(&rules, &good, Outcome::Pass, &[]);
    assert_ofd(&builtin(), &good, Outcome::Manual, &["signature.anchor_unknown"]);

    let page = "Doc_0/Pages/Page_0/Content.xml";
    let mut changed = good.clone();
    changed
        .members
        .insert(page.to_owned(), OfdMaker::new("另一通知").members[page].clone());
    assert_ofd(&rules, &changed, Outcome::Fail, &["signature.digest_wrong"]);
    let mut value = good.clone();
    let bytes = value
        .members
        .get_mut("Doc_0/Signs/Sign_0/SignedValue.dat")
        .unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    assert_ofd(&rules, &value, Outcome::Fail, &["signature.value_wrong"]);
    assert_ofd(
        &rules,
        &house.ofd(&seal, &[page]),
        Outcome::Fail,
        &["signature.range_not_covering"],
    );
    let mut more = good.clone();
    more.members
        .insert("Doc_0/Res/more.txt".to_owned(), b"more".to_vec());
    assert_ofd(&rules, &more, Outcome::Fail, &["signature.range_not_covering"]);

    let others = SealForm {
        users: vec![house.maker.certificate.clone()],
        ..seal.clone()
    };
    assert_ofd(
        &rules,
        &house.ofd(&others, &[]),
        Outcome::Fail,
        &["seal.certificate_not_listed"],
    );
    let over = SealForm {
        validity: ("2024-01-01T00:00:00Z", "2025-01-01T00:00:00Z"),
        ..seal.clone()
    };
    assert_ofd(&rules, &house.ofd(&over, &[]), Outcome::Fail, &["seal.expired"]);
    let forger = Holder {
        key: TestKey::Sm2(9),
        ..house.maker.clone()
    };
    let forged = SealForm {
        maker: &forger,
        ..seal
    };
    assert_ofd(
        &rules,
        &house.ofd(&forged, &[]),
        Outcome::Fail,
        &["seal.value_wrong"],
    );

    // a message of GM/T 0010 in place of a seal
    let mut ofd = OfdMaker::new("通知");
    let gm = MessageForm {
        is_gm: true,
        ..MessageForm::default()
    };
    ofd.sign(&[], |description| house.message(description, &gm));
    assert_ofd(&rules, &ofd, Outcome::Pass, &[]);
}

/// An electronic record package without signatures.
fn eep() -> String {
    let values = [
        ("聚合层次", "文件"),
        ("立档单位名称", "示例县档案馆"),
        ("电子文件号", "0190b0c0"),
        ("档号", "Z001-WS·2020·Y-0001"),
        ("全宗号", "Z001"),
        ("年度", "2020"),
        ("保管期限", "永久"),
        ("馆编件号", "1"),
        ("题名", "通知"),
        ("责任者", "甲"),
        ("日期", "20200305"),
        ("密级", "公开"),
        ("文件组合类型", "单件"),
    ];
    let package = EepToWrite {
        created: "2026-01-15T09:00:00".to_owned(),
        created_by: "示例县档案馆".to_owned(),
        values: values
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into(),
        actions: vec![ActionEntry {
            activity: "归档".to_owned(),
            time: Some("2021-05-10T10:00:00".to_owned()),
            agent: Some("办公室".to_owned()),
            ..ActionEntry::default()
        }],
    };
    let mut text = Some("关于印发档案工作要点的通知");
    let (_, bytes) = write_eep::<_, std::io::Error>(Vec::new(), &package, |write| {
        let Some(text) = text.take() else { return Ok(false) };
        write(EepDocumentToWrite {
            title: String::new(),
            is_main: true,
            attributes: FileAttributes {
                name: Some("正文.txt".to_owned()),
                size_text: Some(text.len().to_string()),
                format: Some("text/plain".to_owned()),
                ..FileAttributes::default()
            },
            source: &mut text.as_bytes(),
        })?;
        Ok(true)
    })
    .unwrap();
    String::from_utf8(bytes).unwrap()
}

/// Puts a signature over the canonical form into a package, and a lock over that signature.
fn sign_eep(path: &Path, holder: &Holder, rule: &str, form: CanonicalForm, time: &str) {
    let end = "</电子文件封装包>";
    let base64 = |bytes: &[u8]| base64::Engine::encode(&base64::engine::general_purpose::STANDARD, bytes);
    for (part, is_lock) in [(SignedPart::Object(0), false), (SignedPart::Signature(0), true)] {
        let mut content = Vec::new();
        assert!(write_canonical(path, part, form, &mut content).unwrap());
        let (value, certificate) = (base64(&holder.key.sign(&content)), base64(&holder.certificate));
        let oid = holder.key.algorithm_oid();
        let body = |identifier: &str| {
            format!(
                "<{identifier}>修改0-签名1</{identifier}><签名规则>{rule}</签名规则><签名时间>{time}</签名时间>\
                 <签名人>示例县人民政府</签名人><签名结果>{value}</签名结果><证书块><证书>{certificate}</证书></证书块>\
                 <签名算法标识>{oid}</签名算法标识>"
            )
        };
        let element = if is_lock {
            format!("<锁定签名>{}</锁定签名>", body("被锁定签名标识符"))
        } else {
            format!(
                "<电子签名块><电子签名>{}</电子签名></电子签名块>",
                body("签名标识符")
            )
        };
        let text = std::fs::read_to_string(path).unwrap();
        std::fs::write(path, text.replace(end, &format!("{element}{end}"))).unwrap();
    }
}

#[test]
fn a_signed_package_passes_in_every_canonical_form_and_a_changed_one_does_not() {
    let house = House::new();
    let rules = house.rules();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("Z001-WS·2020·Y-0001.eep");
    let signed = |holder: &Holder, form: CanonicalForm| {
        std::fs::write(&path, eep()).unwrap();
        let rule = "exclusive XML canonicalisation 1.0, UTF-8; SM2 with SM3";
        sign_eep(&path, holder, rule, form, "2025-06-01T08:00:00");
    };
    let judged = |rules: &IntakeRules| {
        let checked = tested(rules, Stage::Transfer, &path);
        let (outcome, codes) = outcome(&checked);
        (outcome, codes.into_iter().map(str::to_owned).collect::<Vec<_>>())
    };
    let twice = |code: &str| vec![code.to_owned(), code.to_owned()];
    for form in CanonicalForm::ALL {
        signed(&house.signer, form);
        assert_eq!(judged(&rules), (Outcome::Pass, Vec::new()), "{form:?}");
    }
    assert_eq!(
        judged(&builtin()),
        (Outcome::Manual, twice("signature.anchor_unknown"))
    );

    signed(&house.signer, CanonicalForm::Exclusive);
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replace("<责任者>甲<", "<责任者>乙<")).unwrap();
    let (outcome, codes) = judged(&rules);
    assert_eq!(outcome, Outcome::Fail);
    assert!(codes.contains(&"signature.value_wrong".to_owned()), "{codes:?}");

    let expired = House::expired_yesterday();
    signed(&expired.signer, CanonicalForm::Exclusive);
    let expected = (Outcome::Manual, twice("signature.expired_without_timestamp"));
    assert_eq!(judged(&rules), expected);
}
