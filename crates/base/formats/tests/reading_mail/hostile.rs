//! Files made to do harm.

use crate::{corpus, omitted, options, read};
use lantai_formats::identify::FormatKind;
use lantai_formats::properties::Claim;
use lantai_formats::reading::{Collector, Input, ReadLimits, Reader, extract_as};

fn text_of(reader: Reader, name: &str, bytes: &[u8]) -> (String, Vec<String>) {
    let claim = Claim {
        puid: None,
        mime: None,
        kind: FormatKind::Other,
        is_text: false,
        lacks_marks: false,
    };
    let mut collector = Collector::new();
    let input = Input::from_bytes(name, bytes);
    let result = extract_as(
        reader,
        &input,
        &claim,
        &options(),
        &ReadLimits::default(),
        &mut collector,
    );
    assert!(result.is_ok(), "{name}: {result:?}");
    let omitted = omitted(&collector.reading);
    (collector.reading.text, omitted)
}

#[test]
fn entities_do_not_expand_and_scripts_are_no_text() {
    let Some(folder) = corpus::folder("hostile") else {
        return;
    };
    let options = options();
    for (file, has, has_not) in [
        ("xml_entity_expansion.xml", "", "lollol"),
        ("xml_external_entity.xml", "", "root:"),
        ("svg_script.svg", "", "alert"),
        ("catalogue_formula.csv", "=", "\u{202e}"),
    ] {
        let (reading, result) = read(&folder.join(file), &options);
        assert!(result.is_ok(), "{file}: {result:?}");
        assert!(reading.text.contains(has), "{file}: {}", reading.text);
        assert!(
            file.ends_with("csv") || !reading.text.contains(has_not),
            "{file}: {}",
            reading.text
        );
        assert!(reading.text.len() < 10_000);
    }
}

#[test]
fn messages_without_end_have_an_end() {
    let mut nested = String::new();
    for level in 0..500 {
        nested.push_str(&format!(
            "Content-Type: multipart/mixed; boundary=b{level}x\n\n--b{level}x\n"
        ));
    }
    nested.push_str("\ninnermost");
    let (_, omitted) = text_of(Reader::Email, "nested.eml", nested.as_bytes());
    assert!(omitted[0].starts_with("reading.too_deep"), "{omitted:?}");

    let mut inside = "Subject: x\n\nthe last".to_owned();
    for level in 0..50 {
        inside = format!("Subject: level {level}\nContent-Type: message/rfc822\n\n{inside}");
    }
    let (text, omitted) = text_of(Reader::Email, "inside.eml", inside.as_bytes());
    assert!(text.contains("level 49") && !text.contains("the last"));
    assert!(
        omitted
            .iter()
            .any(|omission| omission.starts_with("reading.too_deep")),
        "{omitted:?}"
    );

    let endless = format!(
        "Content-Type: multipart/mixed; boundary=b\n\n{}",
        "--b\n\nx\n".repeat(50_000)
    );
    let (text, omitted) = text_of(Reader::Email, "endless.eml", endless.as_bytes());
    assert!(text.len() > 10_000);
    assert!(omitted[0].starts_with("reading.too_deep"), "{omitted:?}");

    let header = format!("Subject: {}\n\nbody", "y".repeat(5_000_000));
    let (text, _) = text_of(Reader::Email, "header.eml", header.as_bytes());
    assert!(text.contains("body"));

    let script = "Content-Type: text/html\n\n<p onclick='bad()'>seen<script>unseen()</script><a href='javascript:unseen()'>x</a>";
    let (text, _) = text_of(Reader::Email, "script.eml", script.as_bytes());
    assert!(text.contains("seen") && !text.contains("unseen"));
}

#[test]
fn a_bomb_in_a_web_archive_is_told() {
    use std::io::Write;
    let member = |length: usize| {
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        let head = format!(
            "WARC/1.0\r\nWARC-Type: resource\r\nWARC-Target-URI: http://a/\r\nContent-Type: text/plain\r\nContent-Length: {length}\r\n\r\n"
        );
        gzip.write_all(head.as_bytes()).unwrap();
        for _ in 0..length / 1_000_000 {
            gzip.write_all(&vec![b'0'; 1_000_000]).unwrap();
        }
        gzip.write_all(&vec![b'w'; length % 1_000_000]).unwrap();
        gzip.write_all(b"\r\n\r\n").unwrap();
        gzip.finish().unwrap()
    };
    let mut archive = member(300_000_000);
    archive.extend(member(11));
    let (text, omitted) = text_of(Reader::WebArchive, "bomb.warc.gz", &archive);
    assert!(omitted[0].contains("expands without end"), "{omitted:?}");
    assert!(text.contains("wwwwwwwwwww"), "{}", text.len());
}
