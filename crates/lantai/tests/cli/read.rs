//! `read`: what is in files, field by field; and that what is read in an archive is found, with its page.
//!
//! These need no model: text stands in the files. What needs one is in `read_models`.

use crate::run::{Place, Run, binary, fields, finish};
use serde_json::Value;
use std::io::Write;
use std::path::Path;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

const MAIL: &str = "From: =?UTF-8?B?572X5bu65Zu9?= <luo@dichuan.example>\r\n\
To: archives@dichuan.example\r\n\
Subject: =?UTF-8?B?5YWz5LqO5riU5riU?=\r\n\
Date: Mon, 3 Jun 1985 09:00:00 +0800\r\n\
MIME-Version: 1.0\r\n\
Content-Type: multipart/mixed; boundary=\"b\"\r\n\r\n\
--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n\
\u{9644}\u{4ef6}\u{8bf7}\u{67e5}\u{6536}\u{3002}\r\n\
--b\r\nContent-Type: text/plain; charset=utf-8; name=\"list.txt\"\r\n\
Content-Disposition: attachment; filename=\"list.txt\"\r\n\r\n\
\u{6446}\u{6e21}\u{8239}\u{4e09}\u{8258}\r\n--b--\r\n";

/// A document of a word processor: a heading and two paragraphs, the second on a page of its own.
fn document() -> Vec<u8> {
    let mut zip = ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let mut put = |name: &str, text: &str| {
        zip.start_file(name, SimpleFileOptions::default()).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    };
    put(
        "[Content_Types].xml",
        r#"<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>"#,
    );
    put(
        "_rels/.rels",
        r#"<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>"#,
    );
    put(
        "word/document.xml",
        r#"<?xml version="1.0"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p><w:r><w:t>关于修筑防洪堤的请示</w:t></w:r></w:p><w:p><w:r><w:t>荻川县水利局拟于一九八五年冬季开工。</w:t></w:r></w:p><w:p><w:r><w:br w:type="page"/><w:t>附：石料由鹰嘴崖采石场供应。</w:t></w:r></w:p></w:body></w:document>"#,
    );
    zip.finish().unwrap().into_inner()
}

/// A command without any model.
fn without_models(place: &Path, arguments: &[&str]) -> Run {
    let mut command = binary();
    command.env("LANTAI_MODELS", place.join("no models"));
    finish(command.args(arguments).arg("--json"))
}

#[test]
fn files_are_read_line_by_line_in_order_with_all_their_fields() {
    let place = Place::bare();
    let folder = place.path().join("文件");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("a.docx"), document()).unwrap();
    std::fs::write(folder.join("b.eml"), MAIL).unwrap();
    std::fs::write(folder.join("c.txt"), "一九八五年六月三日，荻川县人民政府发文。\n").unwrap();
    let run = without_models(place.path(), &["read", folder.to_str().unwrap()]);
    assert_eq!(run.status, 0, "{run:?}");
    let lines = run.lines();
    let names: Vec<&str> = lines
        .iter()
        .map(|line| line["path"].as_str().unwrap().rsplit('/').next().unwrap())
        .collect();
    assert_eq!(names, ["a.docx", "b.eml", "c.txt"]);
    for line in &lines {
        for field in ["path", "text", "pages", "segments", "entities", "provenance"] {
            assert!(fields(line).contains(&field), "{field}: {line}");
        }
        assert_eq!(line["provenance"]["source_sha256"].as_str().unwrap().len(), 64);
        assert!(!line["provenance"]["steps"].as_array().unwrap().is_empty());
    }
    let document = &lines[0];
    assert_eq!(document["pages"].as_array().unwrap().len(), 2);
    assert!(document["pages"][1]["text"].as_str().unwrap().contains("鹰嘴崖"));
    let mail = &lines[1];
    assert!(mail["text"].as_str().unwrap().contains("摆渡船三艘"));
    assert_eq!(mail["parts"][0]["name"], "list.txt");
    let date = lines[2]["entities"]
        .as_array()
        .unwrap()
        .iter()
        .find(|entity| entity["kind"] == "date")
        .unwrap();
    assert_eq!(date["value"], "1985-06-03");
    let text: Vec<char> = lines[2]["text"].as_str().unwrap().chars().collect();
    let place = |end: &str| usize::try_from(date[end].as_u64().unwrap()).unwrap();
    assert_eq!(
        text[place("start")..place("end")].iter().collect::<String>(),
        date["text"].as_str().unwrap()
    );
}

#[test]
fn what_cannot_be_read_has_a_reason_and_the_rest_goes_on() {
    let place = Place::bare();
    let folder = place.path().join("坏件");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("a.docx"), &document()[..300]).unwrap();
    std::fs::write(folder.join("b.txt"), "").unwrap();
    std::fs::write(folder.join("c.pdf"), "%PDF-1.4\nnothing more").unwrap();
    std::fs::write(folder.join("d.txt"), "好的一份。\n").unwrap();
    let run = without_models(place.path(), &["read", folder.to_str().unwrap()]);
    assert_eq!(run.status, 1, "{run:?}");
    let lines = run.lines();
    assert_eq!(lines.len(), 4);
    let reasons = |line: &Value| -> Vec<String> {
        let omitted = line["provenance"]["omitted"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        omitted
            .iter()
            .map(|omission| omission["code"].as_str().unwrap().to_owned())
            .collect()
    };
    assert!(!reasons(&lines[0]).is_empty());
    assert_eq!(reasons(&lines[1]), ["reading.empty"]);
    assert!(!reasons(&lines[2]).is_empty());
    assert!(lines[3]["text"].as_str().unwrap().contains("好的一份"));
    let missing = without_models(place.path(), &["read", folder.join("nowhere").to_str().unwrap()]);
    assert_eq!(missing.status, 1);
    assert_eq!(missing.lines()[0]["error"]["code"], "reading.file");
}

#[test]
fn what_stands_only_inside_a_file_is_found_with_its_page_and_survives_a_rebuild() {
    let place = Place::empty();
    let package = place.path().join("移交");
    std::fs::create_dir_all(package.join("件")).unwrap();
    std::fs::write(package.join("件/请示.docx"), document()).unwrap();
    std::fs::write(package.join("件/来信.eml"), MAIL).unwrap();
    let rows = [
        "档号,全宗号,题名,日期,保管期限,开放状态,电子文件",
        "Q001-WS·1985·Y-0001,Q001,关于修筑防洪堤的请示,19851101,永久,开放,件/请示.docx",
        "Q001-WS·1985·Y-0002,Q001,群众来信一件,19850603,永久,待审核,件/来信.eml",
    ];
    std::fs::write(package.join("catalogue.csv"), rows.join("\n") + "\n").unwrap();
    std::fs::write(
        package.join("fonds.csv"),
        "全宗号,全宗名称\nQ001,荻川县人民政府\n",
    )
    .unwrap();
    let taken = place.on_data("ingest", &[package.to_str().unwrap()]);
    assert_eq!(
        taken.ended(0)["accessions"][0]["verdict"],
        "accepted",
        "{taken:?}"
    );
    assert_eq!(found(&place, "鹰嘴崖", "archivist").len(), 0, "not read yet");

    let worked = place.on_data("work", &["--until-idle"]).ended(0);
    assert_eq!(worked["read"], 2, "{worked}");
    let check = |place: &Place| {
        let hits = found(place, "鹰嘴崖", "public");
        assert_eq!(hits[0]["code"], "Q001-WS·1985·Y-0001");
        assert_eq!(hits[0]["page"], 2, "{hits:?}");
        // what is not reviewed is not found by what stands in it
        assert_eq!(found(place, "摆渡船", "public").len(), 0);
        let hits = found(place, "摆渡船", "archivist");
        assert_eq!(hits[0]["code"], "Q001-WS·1985·Y-0002");
    };
    check(&place);
    assert_eq!(place.on_data("verify", &[]).ended(0)["ok"], true);
    place.on_data("rebuild", &[]).ended(0);
    check(&place);
    let again = place.on_data("work", &["--until-idle"]).ended(0);
    assert_eq!(again["read"], 0, "what was read is not read again");
}

fn found(place: &Place, word: &str, viewer: &str) -> Vec<Value> {
    let answer = place.on_data("search", &[word, "--as-viewer", viewer]).ended(0);
    answer["hits"].as_array().unwrap().clone()
}
