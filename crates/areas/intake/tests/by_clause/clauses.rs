//! Transfer packages that are changed in one place, so that one check fails; [`crate::pairs`] puts them to the test.

use crate::package::{FIRST, Package, RECORDS, content_of, folder_of, metadata_of};
use crate::{builtin, failed, tested};
use lantai_domain::{Outcome, Severity, Stage, Verdict};
use lantai_intake::rules::{CheckRules, Mode};
use std::collections::BTreeSet;

/// A package that fails one check at transfer.
pub struct Clause {
    pub check: &'static str,
    pub what: &'static str,
    pub package: Package,
}

fn clause(check: &'static str, what: &'static str, package: Package) -> Clause {
    Clause { check, what, package }
}

fn good() -> Package {
    Package::good()
}

/// A page of PDF with a text, whole.
pub fn pdf(inside_trailer: &str) -> Vec<u8> {
    let mut bytes = b"%PDF-1.4\n".to_vec();
    let stream = "BT /F1 24 Tf 72 700 Td (Notice) Tj ET";
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>"
            .to_owned(),
        format!("<< /Length {} >>\nstream\n{stream}\nendstream", stream.len()),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>".to_owned(),
    ];
    let mut places = Vec::new();
    for (number, object) in objects.iter().enumerate() {
        places.push(bytes.len());
        bytes.extend(format!("{} 0 obj\n{object}\nendobj\n", number + 1).into_bytes());
    }
    let start = bytes.len();
    let table: String = places
        .iter()
        .map(|place| format!("{place:010} 00000 n \n"))
        .collect();
    let trailer = format!(
        "xref\n0 6\n0000000000 65535 f \n{table}trailer\n<< /Size 6 /Root 1 0 R {inside_trailer} >>\nstartxref\n{start}\n%%EOF\n"
    );
    bytes.extend(trailer.into_bytes());
    bytes
}

/// A PDF that asks for a password.
pub fn encrypted_pdf() -> Vec<u8> {
    let zeros = "0".repeat(64);
    pdf(&format!(
        "/ID [<00> <00>] /Encrypt << /Filter /Standard /V 1 /R 2 /O <{zeros}> /U <{zeros}> /P -44 >>"
    ))
}

/// The test file EICAR, put together here so that this source is none.
pub fn eicar() -> Vec<u8> {
    let parts = [
        r"X5O!P%@AP[4\PZX54(P^)7CC)7}$",
        "EICAR-STANDARD-",
        "ANTIVIRUS-TEST-FILE",
        "!$H+H*",
    ];
    parts.concat().into_bytes()
}

pub fn clauses() -> Vec<Clause> {
    let first = &RECORDS[0];
    let digest = lantai_vault::Algorithm::Sm3.of(first.text.as_bytes());
    let other_digest = lantai_vault::Algorithm::Sm3.of(b"other");
    let attributes = "<电子属性><格式信息>text/plain; charset=UTF-8 (x-fmt/111)</格式信息>";
    let again = format!(
        "<电子属性><格式信息>text/plain; charset=UTF-8 (x-fmt/111)</格式信息></电子属性>{attributes}"
    );
    vec![
        clause(
            "A-1.1",
            "a digest of the wrong length",
            good().metadata(&digest, &digest[..63]),
        ),
        clause(
            "A-2.1",
            "an agent with an endless name",
            good().metadata("示例县人民政府办公室", &"办".repeat(301)),
        ),
        clause(
            "A-2.2",
            "a time that is none",
            good().metadata("2021-05-10T10:00:00+08:00", "二〇二一年五月十日"),
        ),
        clause(
            "A-2.3",
            "a manuscript type outside the list",
            good().metadata("<稿本>正本</稿本>", "<稿本>真本</稿本>"),
        ),
        clause(
            "A-2.4",
            "a secret without a secrecy period",
            good().both("<密级>公开</密级>", "<密级>秘密</密级>"),
        ),
        clause(
            "A-2.4",
            "another number than the code",
            good().metadata("<室编件号>1<", "<室编件号>7<"),
        ),
        clause(
            "A-2.4",
            "a date after the filing",
            good().both("20200305", "20210605"),
        ),
        clause(
            "A-2.5",
            "a private-use character",
            good().metadata("示例县人民政府办公室", "示例县\u{E123}人民政府办公室"),
        ),
        clause(
            "A-2.6",
            "a category that is in no scheme",
            good().replace_everywhere("WS·2020", "XX·2020"),
        ),
        clause(
            "A-3.1",
            "the metadata give another digest",
            good().metadata(&digest, &other_digest),
        ),
        clause(
            "A-3.2",
            "the metadata give another format",
            good().metadata(
                "text/plain; charset=UTF-8 (x-fmt/111)",
                "application/pdf (fmt/18)",
            ),
        ),
        clause(
            "A-5.1",
            "the explanatory file does not say what it is",
            good().description("内容描述：示例县档案馆2020年文书类电子档案\n", ""),
        ),
        clause(
            "A-5.2",
            "metadata of another record in the folder",
            good().metadata("<档号>Z001-WS·2020·Y-0001<", "<档号>Z001-WS·2020·Y-0009<"),
        ),
        clause(
            "A-5.3",
            "the list gives another digest",
            good().edit_list(|list| list.replace(&digest, &other_digest)),
        ),
        clause(
            "I-1.1",
            "one record more is stated",
            good().edit("说明文件.TXT", "档案数量：3", "档案数量：4").edit(
                "其他/电子档案移交与接收登记表.xml",
                "3件<",
                "4件<",
            ),
        ),
        clause(
            "I-2.1",
            "an element that is not there",
            good().metadata("<文件组合类型>单件</文件组合类型>", ""),
        ),
        clause(
            "I-2.2",
            "an element that is empty",
            good().metadata(
                "<文件组合类型>单件</文件组合类型>",
                "<文件组合类型></文件组合类型>",
            ),
        ),
        clause(
            "I-2.3",
            "no step of filing",
            good().metadata("<业务行为>归档</业务行为>", "<业务行为>传阅</业务行为>"),
        ),
        clause(
            "I-2.4",
            "the first number is missing",
            good()
                .replace_everywhere("Z001-WS·2020·D30-0001", "Z001-WS·2020·D30-0002")
                .edit(
                    "Z001/WS·2020·D30/Z001-WS·2020·D30-0002/Z001-WS·2020·D30-0002.xml",
                    "<室编件号>1<",
                    "<室编件号>2<",
                ),
        ),
        clause(
            "I-3.1",
            "nothing but an attachment",
            good().replace_everywhere(&format!("{FIRST}-001.txt"), &format!("{FIRST}-附件1.txt")),
        ),
        clause(
            "I-4.1",
            "the metadata do not say how large the file is",
            good().metadata(
                &format!("<计算机文件大小>{}</计算机文件大小>", first.text.len()),
                "",
            ),
        ),
        clause(
            "I-4.2",
            "a second file is described, and has no name",
            good().metadata(attributes, &again),
        ),
        clause(
            "U-1.1",
            "metadata that draw on a document type",
            good().metadata(
                "<电子档案元数据",
                "<!DOCTYPE x [<!ENTITY e \"e\">]>\n<电子档案元数据",
            ),
        ),
        clause(
            "U-2.1",
            "a format on no list",
            good().content(
                "xyzzy",
                "unknown",
                &[0xfe, 0, 1, 0x9c, 0x80, 0, 0xff, 3].repeat(40),
            ),
        ),
        clause(
            "U-2.2",
            "an empty file",
            good().content("txt", "text/plain; charset=UTF-8 (x-fmt/111)", b""),
        ),
        clause(
            "U-4.2",
            "a password",
            good().content("pdf", "application/pdf", &encrypted_pdf()),
        ),
        clause(
            "S-1.2",
            "malware",
            good().content("txt", "text/plain; charset=UTF-8 (x-fmt/111)", &eicar()),
        ),
        clause(
            "S-2.1",
            "a system file beside the catalogue",
            good().set("Thumbs.db", b"x"),
        ),
    ]
}

#[test]
fn the_good_package_passes_every_automatic_check() {
    let written = good().write();
    let checked = tested(&builtin(), Stage::Transfer, written.path());
    assert_eq!(failed(&checked), BTreeSet::new(), "{:#?}", checked.findings);
    let rules = CheckRules::builtin().unwrap();
    for result in &checked.checks {
        let rule = rules.check(&result.check).unwrap();
        if rule.mode == Mode::Auto && result.check != "S-1.1" {
            let passed = matches!(result.outcome, Outcome::Pass | Outcome::NotApplicable);
            assert!(
                passed,
                "{}: {:?}, {:#?}",
                result.check, result.outcome, checked.findings
            );
        }
    }
    // what only a person can confirm stays open, and no scanner is told of
    assert_eq!(checked.verdict, Verdict::Manual);
    let told: Vec<(&str, &str)> = checked
        .findings
        .iter()
        .map(|finding| (finding.check.as_str(), finding.code.as_str()))
        .collect();
    assert_eq!(
        told,
        [
            ("S-3.1", "intake.process_unconfirmed"),
            ("S-1.1", "intake.scanner_builtin")
        ]
    );
}

#[test]
fn a_profile_changes_ranges() {
    let written = good().write();
    let profile = "[[scheme]]\nid = 'documents'\nelements = [{ id = 'title', max_length = 15 }]\n";
    let checked = tested(&crate::under(profile), Stage::Transfer, written.path());
    assert_eq!(failed(&checked), BTreeSet::from(["A-2.1".to_owned()]));
    let long = checked
        .findings
        .iter()
        .find(|finding| finding.check == "A-2.1")
        .unwrap();
    assert_eq!(
        (long.element.as_deref(), long.severity),
        (Some("title"), Severity::Major)
    );
}

#[test]
fn the_findings_of_a_package_name_record_file_and_element() {
    let first = &RECORDS[0];
    let written = good().metadata("<稿本>正本</稿本>", "<稿本>真本</稿本>").write();
    let checked = tested(&builtin(), Stage::Transfer, written.path());
    let finding = checked
        .findings
        .iter()
        .find(|finding| finding.check == "A-2.3")
        .unwrap();
    assert_eq!(finding.record.as_deref(), Some(first.code));
    assert_eq!(finding.element.as_deref(), Some("manuscript_type"));
    assert!(finding.expected.as_ref().unwrap().contains("正本"));
    let written = good().remove(&content_of(first)).write();
    let checked = tested(&builtin(), Stage::Transfer, written.path());
    assert!(failed(&checked).contains("A-4.1"), "{:#?}", checked.findings);
    let written = good().remove(&metadata_of(first)).write();
    let checked = tested(&builtin(), Stage::Transfer, written.path());
    assert!(failed(&checked).contains("I-4.1"), "{:#?}", checked.findings);
    assert!(folder_of(first).starts_with("Z001/"));
}

/// A folder with a catalogue and numbered texts.
pub fn catalogue(rows: &str, texts: &[&str]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let table = format!("档号,题名,保管期限,门类,电子文件\n{rows}");
    std::fs::write(folder.path().join("catalogue.csv"), table).unwrap();
    std::fs::create_dir(folder.path().join("content")).unwrap();
    for text in texts {
        let name = format!("content/{text}.txt");
        std::fs::write(folder.path().join(name), format!("第{text}件的正文\n")).unwrap();
    }
    folder
}
