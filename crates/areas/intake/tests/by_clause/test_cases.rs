//! The test cases that a developer must have (四性检测), by their numbers.

use crate::clauses::{catalogue, eicar, encrypted_pdf, pdf};
use crate::package::{Package, RECORDS, content_of, folder_of, metadata_of};
use crate::{assert_fails_exactly, builtin, failed, tested};
use lantai_domain::Stage;

fn assert_transfer(what: &str, package: Package, expected: &[&str]) {
    let written = package.write();
    assert_fails_exactly(what, Stage::Transfer, written.path(), expected);
}

#[test]
fn case_02_one_byte_flipped() {
    let first = &RECORDS[0];
    let mut bytes = first.text.as_bytes().to_vec();
    let last = bytes.len() - 1;
    bytes[last] = b' ';
    assert_transfer(
        "2",
        Package::good().seal().set(&content_of(first), &bytes),
        &["A-3.1", "A-5.3"],
    );
}

#[test]
fn case_03_file_renamed() {
    let first = &RECORDS[0];
    let other = format!("{}/{}-002.txt", folder_of(first), first.code);
    let package = Package::good()
        .remove(&content_of(first))
        .set(&other, first.text.as_bytes());
    assert_transfer("3", package, &["A-3.2", "A-4.1", "I-4.2"]);
}

#[test]
fn case_04_file_truncated() {
    let first = &RECORDS[0];
    let whole = pdf("");
    let cut = &whole[..whole.len() - 120];
    // metadata as captured, everything else as it is now
    let captured = Package::good().content("pdf", "application/pdf", &whole);
    let name = format!("{}/{}-001.pdf", folder_of(first), first.code);
    assert_transfer(
        "4",
        captured.set(&name, cut).recount(),
        &["A-3.1", "A-3.2", "I-3.1", "U-2.2"],
    );
}

#[test]
fn case_05_extension_lies() {
    let text = RECORDS[0].text.as_bytes();
    let package = Package::good().content("pdf", "application/pdf", text);
    let written = package.write();
    let checked = tested(&builtin(), Stage::Transfer, written.path());
    let failed = failed(&checked);
    assert!(
        failed.contains("A-3.2") && failed.contains("U-2.1"),
        "{failed:?}: {:#?}",
        checked.findings
    );
    // a PDF that calls itself a picture is both, and nothing else
    let package = Package::good().content("jpg", "image/jpeg", &pdf(""));
    assert_transfer("5", package, &["A-3.2", "U-2.1"]);
}

#[test]
fn case_06_catalogue_lists_three_folder_holds_two() {
    let second = &RECORDS[1];
    let package = Package::good()
        .remove(&content_of(second))
        .remove(&metadata_of(second));
    let bytes = |records: &[usize]| {
        records
            .iter()
            .map(|place| RECORDS[*place].text.len())
            .sum::<usize>()
    };
    let package = package.stated(
        &format!("{}字节", bytes(&[0, 1, 2])),
        &format!("{}字节", bytes(&[0, 2])),
    );
    let written = package.write();
    let checked = tested(&builtin(), Stage::Transfer, written.path());
    let failed = failed(&checked);
    assert_eq!(
        failed.into_iter().collect::<Vec<_>>(),
        ["A-4.1", "I-1.1"],
        "{:#?}",
        checked.findings
    );
}

#[test]
fn case_07_document_type_and_external_entity() {
    let first = &RECORDS[0];
    let outside = tempfile::tempdir().unwrap();
    let secret = outside.path().join("secret");
    std::fs::write(&secret, "nobody may fetch this").unwrap();
    let declaration = format!(
        "<!DOCTYPE x [<!ENTITY e SYSTEM \"file://{}\">]>\n<电子档案元数据",
        secret.display()
    );
    let package = Package::good()
        .metadata("<电子档案元数据", &declaration)
        .metadata(first.title, "&e;");
    let written = package.write();
    let checked = tested(&builtin(), Stage::Transfer, written.path());
    assert_eq!(
        failed(&checked).into_iter().collect::<Vec<_>>(),
        ["U-1.1"],
        "{:#?}",
        checked.findings
    );
    let told = format!("{:?}", checked.findings);
    assert!(!told.contains("nobody may fetch this"), "{told}");
}

#[test]
fn case_09_password() {
    assert_transfer(
        "9",
        Package::good().content("pdf", "application/pdf", &encrypted_pdf()),
        &["U-4.2"],
    );
}

#[test]
fn case_10_eicar() {
    let package = Package::good().content("txt", "text/plain; charset=UTF-8 (x-fmt/111)", &eicar());
    assert_transfer("10", package, &["S-1.2"]);
}

#[test]
fn case_11_thumbs_beside_the_catalogue() {
    assert_transfer(
        "11",
        Package::good().set("Thumbs.db", b"\xd0\xcf\x11\xe0"),
        &["S-2.1"],
    );
}

#[test]
fn case_12_duplicate_code_in_the_batch() {
    let rows = "Z001-WS·2020·Y-0001,第一件,永久,文书,content/1.txt\nZ001-WS·2020·Y-0001,第二件,永久,文书,content/2.txt\n";
    let folder = catalogue(rows, &["1", "2"]);
    assert_fails_exactly("12", Stage::Transfer, folder.path(), &["A-2.7"]);
}

#[test]
fn case_13_a_gap_in_the_numbers() {
    let second = RECORDS[1].code;
    let package = Package::good().replace_everywhere(second, "Z001-WS·2020·Y-0003");
    let metadata = "Z001/WS·2020·Y/Z001-WS·2020·Y-0003/Z001-WS·2020·Y-0003.xml";
    assert_transfer(
        "13",
        package.edit(metadata, "<室编件号>2<", "<室编件号>3<"),
        &["I-2.4"],
    );
}

#[test]
fn case_14_secret_without_secrecy_period() {
    let package = Package::good().both("<密级>公开</密级>", "<密级>机密</密级>");
    assert_transfer("14", package, &["A-2.4"]);
    let package = Package::good()
        .both("<密级>公开</密级>", "<密级>机密</密级>")
        .metadata("<密级>机密</密级>", "<密级>机密</密级><保密期限>20年</保密期限>");
    let written = package.write();
    let checked = tested(&builtin(), Stage::Transfer, written.path());
    assert!(failed(&checked).is_empty(), "{:#?}", checked.findings);
}

#[test]
fn case_16_another_encoding_than_declared() {
    let first = &RECORDS[0];
    let written = Package::good().write();
    let name = metadata_of(first);
    let text = std::fs::read_to_string(written.path().join(&name)).unwrap();
    let (bytes, _, _) = encoding_rs::GB18030.encode(&text);
    let package = Package::good().set(&name, &bytes);
    assert_transfer("16", package, &["U-1.1"]);
}

#[test]
fn case_17_private_use_in_the_title() {
    let first = &RECORDS[0];
    let package = Package::good().both(first.title, &first.title.replace("通知", "\u{E000}知"));
    assert_transfer("17", package, &["A-2.5"]);
}
