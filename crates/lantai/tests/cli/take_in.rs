//! `ingest`, `check`, `identify`.

use crate::run::{BRIDGE, GRAIN, GRAIN_TEXT, LEDGER, Place, fields, lantai};
use lantai_testkit::signing::{CertificateForm, MessageForm, PdfMaker, TestKey};
use serde_json::Value;

/// A PNG picture of one pixel.
const PICTURE: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89\0\0\0\nIDAT\x78\x9c\x63\0\x01\0\0\x05\0\x01\x0d\x0a\x2d\xb4\0\0\0\0IEND\xae\x42\x60\x82";
const FINDING: [&str; 9] = [
    "check", "element", "expected", "file", "found", "mend", "outcome", "record", "severity",
];

#[track_caller]
fn is_finding(finding: &Value) {
    let names = fields(finding);
    for name in FINDING {
        assert!(names.contains(&name), "{name} in {finding}");
    }
    let one_of = |name: &str, values: &[&str]| {
        let value = finding[name].as_str().unwrap();
        assert!(values.contains(&value), "{name} {value}");
    };
    one_of("severity", &["blocker", "major", "minor", "warn"]);
    one_of("outcome", &["fail", "warn", "manual", "error"]);
    assert!(!finding["code"].as_str().unwrap().is_empty());
}

#[test]
fn a_sound_package_is_accepted() {
    let place = Place::empty();
    let package = place.package();
    let answer = place.on_data("ingest", &[package.to_str().unwrap()]).ended(0);
    assert_eq!(fields(&answer), ["accessions"]);
    let accession = &answer["accessions"][0];
    assert_eq!(
        fields(accession),
        ["bytes", "files", "findings", "id", "items", "path", "verdict"]
    );
    assert_eq!(accession["verdict"], "accepted");
    assert_eq!(accession["path"], package.to_str().unwrap());
    assert_eq!(
        (&accession["items"], &accession["files"]),
        (&Value::from(3), &Value::from(2))
    );
    let bytes = crate::run::BRIDGE_TEXT.len() + GRAIN_TEXT.len();
    assert_eq!(accession["bytes"], bytes);
    assert_eq!(accession["id"].as_str().unwrap().len(), 36);
    accession["findings"]
        .as_array()
        .unwrap()
        .iter()
        .for_each(is_finding);
    let total = place.on_data("search", &[""]).ended(0)["total"].clone();
    assert_eq!(total, 3, "and indexed when the command ends");
}

#[test]
fn a_faulty_package_is_returned_whole() {
    let place = Place::empty();
    let package = place.package();
    std::fs::remove_file(package.join("正文/余粮请示.txt")).unwrap();
    let run = place.on_data("ingest", &[package.to_str().unwrap()]);
    let answer = run.ended(1);
    let accession = &answer["accessions"][0];
    assert_eq!(accession["verdict"], "returned");
    let findings = accession["findings"].as_array().unwrap();
    findings.iter().for_each(is_finding);
    let missing = findings
        .iter()
        .find(|finding| finding["check"] == "A-4.1")
        .unwrap();
    assert_eq!(
        (&missing["severity"], &missing["record"]),
        (&Value::from("blocker"), &Value::from(GRAIN))
    );
    assert!(missing["file"].as_str().unwrap().contains("余粮请示"));
    assert_eq!(
        place.on_data("search", &[""]).ended(0)["total"],
        0,
        "nothing of it is kept"
    );
    for code in [BRIDGE, GRAIN, LEDGER] {
        assert_eq!(place.on_data("record", &[code]).status, 1);
    }
    assert_eq!(place.on_data("verify", &[]).ended(0)["ok"], true);
}

#[test]
fn codes_are_given_once() {
    let place = Place::filled();
    let package = place.package();
    let answer = place.on_data("ingest", &[package.to_str().unwrap()]).ended(1);
    let findings = answer["accessions"][0]["findings"].as_array().unwrap();
    let taken: Vec<_> = findings
        .iter()
        .filter(|finding| finding["check"] == "A-2.7")
        .collect();
    assert_eq!(taken.len(), 3);
    assert_eq!(place.on_data("search", &[""]).ended(0)["total"], 3);
}

#[test]
fn what_is_refused_does_not_stop_the_rest() {
    let place = Place::empty();
    let package = place.package();
    let nowhere = place.path().join("没有");
    let run = place.on_data("ingest", &[nowhere.to_str().unwrap(), package.to_str().unwrap()]);
    let answer = run.ended(3);
    assert_eq!(answer["accessions"].as_array().unwrap().len(), 1);
    assert_eq!(answer["accessions"][0]["verdict"], "accepted");
    assert_eq!(fields(&answer["errors"][0]), ["code", "message", "path"]);
    assert_eq!(answer["errors"][0]["path"], nowhere.to_str().unwrap());
    assert_eq!(answer["errors"][0]["code"], "intake.nothing_there");
}

#[test]
fn plain_files_become_records_of_the_fonds_named() {
    let place = Place::empty();
    let photo = place.path().join("大坝竣工.txt");
    std::fs::write(&photo, "一九五九年十月一日，大坝竣工。").unwrap();
    let file = photo.to_str().unwrap();
    let answer = place
        .on_data("ingest", &["--fonds", "Q002", "--as", "file", file])
        .ended(0);
    assert_eq!(answer["accessions"][0]["items"], 1);
    let found = place.on_data("search", &["大坝竣工"]).ended(0);
    assert_eq!(found["total"], 1);
    assert_eq!(found["hits"][0]["title"], "大坝竣工");
    assert!(found["hits"][0]["code"].as_str().unwrap().starts_with("Q002-WS·"));
}

#[test]
fn a_fonds_that_is_no_fonds_is_an_error() {
    let place = Place::empty();
    let package = place.package();
    let refused = place
        .on_data("ingest", &["--fonds", "全宗!", package.to_str().unwrap()])
        .refused();
    assert_eq!(refused, "domain.fonds_number");
}

#[test]
fn people_read_what_happened() {
    let place = Place::empty();
    let package = place.package();
    let run = place.for_people("ingest", &[package.to_str().unwrap()]);
    assert_eq!(run.status, 0);
    assert!(
        run.out.contains("accepted") && run.out.contains("3 items"),
        "{run:?}"
    );
    assert!(run.err.is_empty(), "{run:?}");
    let again = place.for_people("ingest", &[package.to_str().unwrap()]);
    assert_eq!(again.status, 0, "the same package is known: {again:?}");
    // another package with the same codes is not
    let twin = place.path().join("twin");
    copy_folder(&package, &twin);
    let run = place.for_people("ingest", &[twin.to_str().unwrap()]);
    assert_eq!(run.status, 1);
    assert!(
        run.out.contains("returned") && run.out.contains("A-2.7") && run.out.contains(BRIDGE),
        "{run:?}"
    );
}

#[test]
fn check_tells_without_taking_in() {
    let place = Place::bare();
    let package = place.package();
    let path = package.to_str().unwrap();
    let passed = place.lantai(&["check", "--stage", "filing", path]).ended(0);
    for field in ["checks", "findings", "verdict"] {
        assert!(fields(&passed).contains(&field), "{field}");
    }
    assert_eq!(passed["verdict"], "passed");
    for (check, outcome) in passed["checks"].as_object().unwrap() {
        assert!(check.contains('-'), "{check}");
        let known = ["pass", "fail", "warn", "manual", "not_applicable", "error"];
        assert!(known.contains(&outcome.as_str().unwrap()), "{check} {outcome}");
    }
    for check in ["A-2.6", "A-2.7", "A-3.1", "A-4.1", "I-1.1", "I-1.2", "I-2.2"] {
        assert!(!passed["checks"][check].is_null(), "{check}");
    }
    std::fs::write(package.join("正文/多余.txt"), "无人提及").unwrap();
    std::fs::remove_file(package.join("正文/大桥通知.txt")).unwrap();
    for stage in ["filing", "transfer", "preservation"] {
        let failed = place.lantai(&["check", "--stage", stage, path]).ended(1);
        assert_eq!(failed["verdict"], "failed", "{stage}");
        assert_eq!(failed["checks"]["A-4.1"], "fail", "{stage}");
        failed["findings"].as_array().unwrap().iter().for_each(is_finding);
    }
    assert_eq!(place.lantai(&["check", "没有"]).refused(), "intake.nothing_there");
}

#[test]
fn check_verifies_signatures_by_the_folder_that_is_named() {
    let place = Place::empty();
    let root = CertificateForm::authority("示例根", TestKey::Sm2(1)).self_signed();
    // the clock of the command is the real one
    let signer =
        root.issue(&CertificateForm::signer("示例县人民政府", TestKey::Sm2(3)).until("2999-01-01T00:00:00Z"));
    let mut pdf = PdfMaker::new("Notice");
    pdf.sign("Sig", "adbe.pkcs7.detached", |content| {
        signer.message(&root.name, content, &MessageForm::default())
    });
    let file = place.path().join("通知.pdf");
    std::fs::write(&file, pdf.bytes()).unwrap();
    let trust = place.data().join("trust");
    std::fs::create_dir(&trust).unwrap();
    let (path, folder) = (file.to_str().unwrap(), trust.to_str().unwrap());
    let outcome = |arguments: &[&str]| {
        let all = [&["check", "--as", "file", "--fonds", "Q001"], arguments, &[path]].concat();
        place.lantai(&all).json()["checks"]["A-1.1"].clone()
    };
    assert_eq!(outcome(&[]), "manual");
    assert_eq!(
        outcome(&["--trust", folder]),
        "manual",
        "an empty folder trusts nobody"
    );
    let anchor = CertificateForm::authority("示例根", TestKey::Sm2(1))
        .until("2999-01-01T00:00:00Z")
        .self_signed();
    std::fs::write(trust.join("root.pem"), anchor.pem()).unwrap();
    assert_eq!(outcome(&["--trust", folder]), "pass");
    // the folder of the archive, without naming it
    assert_eq!(outcome(&["--data", &place.data_text()]), "pass");
    let mut changed = pdf.clone();
    changed.change("Another notice");
    std::fs::write(&file, changed.bytes()).unwrap();
    assert_eq!(outcome(&["--trust", folder]), "fail");

    std::fs::write(trust.join("list.crl"), "no list").unwrap();
    assert_eq!(
        place.lantai(&["check", "--trust", folder, path]).refused(),
        "trust.no_list"
    );
    assert_eq!(
        place.lantai(&["check", "--trust", "没有", path]).refused(),
        "intake.nothing_there"
    );
}

#[test]
fn identify_names_formats_line_by_line() {
    let place = Place::bare();
    let package = place.package();
    std::fs::write(package.join("正文/图.png"), PICTURE).unwrap();
    std::fs::write(
        package.join("正文/旧文.txt"),
        [0xBB, 0xC4, 0xB4, 0xA8, 0xCF, 0xD8],
    )
    .unwrap();
    let run = place.lantai(&["identify", package.to_str().unwrap()]);
    assert_eq!(run.status, 0);
    let lines = run.lines();
    assert_eq!(lines.len(), 6, "every file of every folder below: {lines:?}");
    for line in &lines {
        let names = fields(line);
        for name in [
            "basis", "charset", "mime", "name", "path", "puid", "version", "warnings",
        ] {
            assert!(names.contains(&name), "{name} in {line}");
        }
        let basis = line["basis"].as_str().unwrap();
        assert!(["container", "signature", "text", "extension", "none"].contains(&basis));
        assert!(line["warnings"].is_array());
    }
    let of = |end: &str| {
        lines
            .iter()
            .find(|line| line["path"].as_str().unwrap().ends_with(end))
            .unwrap()
    };
    assert_eq!(of("大桥通知.txt")["puid"], "x-fmt/111");
    assert_eq!(of("大桥通知.txt")["charset"], "UTF-8");
    assert_eq!(of("catalogue.csv")["puid"], "x-fmt/18");
    assert!(of("图.png")["puid"].as_str().unwrap().starts_with("fmt/1"));
    let single = lantai(["identify", package.join("catalogue.csv").to_str().unwrap()]);
    assert!(
        single.out.starts_with("x-fmt/18") && single.err.is_empty(),
        "{single:?}"
    );
    let missing = place.lantai(&["identify", "没有", package.join("fonds.csv").to_str().unwrap()]);
    assert_eq!((missing.status, missing.lines().len()), (1, 2));
    assert_eq!(missing.lines()[0]["path"], "没有");
    assert_eq!(missing.lines()[0]["error"]["code"], "identify.unreadable");
    assert!(missing.err.contains("identify.unreadable"));
}

/// A copy of a folder of plain files and folders.
fn copy_folder(from: &std::path::Path, to: &std::path::Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}
