//! What is common to all readers: choice of the reader, limits, parts.

use super::*;
use crate::identify::{FormatKind, Identifier};
use std::io::Write;

/// A ZIP of these members.
pub(super) fn zip_of(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, content) in members {
        writer
            .start_file(*name, zip::write::SimpleFileOptions::default())
            .unwrap();
        writer.write_all(content).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// What a reading of bytes gives, with the limits and options given.
pub(super) fn read_with(
    name: &str,
    bytes: &[u8],
    options: ExtractOptions,
    limits: &ReadLimits,
) -> (Result<(), ReadError>, Collector<'static>) {
    let identifier = Identifier::builtin().unwrap();
    let found = identifier
        .identify(name, bytes.len() as u64, &mut std::io::Cursor::new(bytes))
        .unwrap();
    let options = ExtractOptions {
        identifier: Some(identifier),
        program: "lantai test".to_owned(),
        ..options
    };
    let mut sink = Collector::new();
    let input = Input::from_bytes(name, bytes);
    let result = extract_input(&input, &Claim::from(&found), &options, limits, &mut sink);
    (result, sink)
}

/// The same with usual limits; it must succeed.
pub(super) fn read(name: &str, bytes: &[u8]) -> Collector<'static> {
    let (result, sink) = read_with(name, bytes, ExtractOptions::default(), &ReadLimits::default());
    result.unwrap();
    sink
}

/// Codes of what was left out.
pub(super) fn codes<'a>(sink: &'a Collector<'_>) -> Vec<&'a str> {
    let omitted = &sink.reading.provenance.omitted;
    omitted.iter().map(|omission| omission.code.as_str()).collect()
}

fn claim(mime: &str, kind: FormatKind, is_text: bool) -> Claim {
    Claim {
        puid: None,
        mime: (!mime.is_empty()).then(|| mime.to_owned()),
        kind,
        is_text,
        lacks_marks: false,
    }
}

#[test]
fn the_reader_is_chosen_by_bytes_then_claim_then_name() {
    let none = claim("", FormatKind::Other, false);
    let cases: [(&[u8], &str, &Claim, Option<Reader>); 8] = [
        (b"%PDF-1.4", "a.txt", &none, Some(Reader::Pdf)),
        (br"{\rtf1 a}", "a.doc", &none, Some(Reader::Rtf)),
        (b"WARC/1.0\r\n", "a", &none, Some(Reader::WebArchive)),
        (
            b"# a",
            "a.md",
            &claim("", FormatKind::Text, true),
            Some(Reader::Markdown),
        ),
        (
            b"From: a\n\nb",
            "a.txt",
            &claim("message/rfc822", FormatKind::Mail, true),
            Some(Reader::Email),
        ),
        (
            b"a,b\n1,2\n",
            "a.csv",
            &claim("text/csv", FormatKind::Data, true),
            Some(Reader::Plain),
        ),
        (
            b"\x89PNG\r\n\x1a\n",
            "a.png",
            &claim("image/png", FormatKind::Image, false),
            Some(Reader::Image),
        ),
        (b"\x00\x01\x02\x03", "a.bin", &none, None),
    ];
    for (bytes, name, claim, reader) in cases {
        let input = Input::from_bytes(name, bytes);
        assert_eq!(reader_for(claim, &input).unwrap(), reader, "{name}");
    }
}

#[test]
fn an_empty_file_is_named_so() {
    let none = claim("", FormatKind::Other, false);
    let input = Input::from_bytes("a", b"");
    let read = extract_input(
        &input,
        &none,
        &ExtractOptions::default(),
        &ReadLimits::default(),
        &mut Collector::new(),
    );
    assert_eq!(read.unwrap_err().code(), "reading.empty");
}

#[test]
fn limits_of_pages_and_characters_end_the_reading_and_are_told() {
    let slide = |text: &str| {
        format!(
            "<p:sld xmlns:p='p' xmlns:a='a'><p:sp><p:txBody><a:p><a:r><a:t>{text}</a:t></a:r></a:p></p:txBody></p:sp></p:sld>"
        )
    };
    let slides = [slide("one"), slide("two"), slide("three")];
    let names = [1, 2, 3].map(|number| format!("ppt/slides/slide{number}.xml"));
    let mut members: Vec<(&str, &[u8])> = vec![
        ("[Content_Types].xml", b"<Types/>"),
        ("ppt/presentation.xml", b"<p:presentation xmlns:p='p'/>"),
    ];
    for (name, slide) in names.iter().zip(&slides) {
        members.push((name, slide.as_bytes()));
    }
    let bytes = zip_of(&members);
    let limits = ReadLimits {
        pages: 2,
        ..ReadLimits::default()
    };
    let (result, sink) = read_with("a.pptx", &bytes, ExtractOptions::default(), &limits);
    assert!(result.is_ok());
    assert_eq!(sink.reading.text, "one\ntwo\n");
    assert_eq!(codes(&sink), ["reading.enough"]);

    let limits = ReadLimits {
        characters: 5,
        ..ReadLimits::default()
    };
    let (_, sink) = read_with("a.pptx", &bytes, ExtractOptions::default(), &limits);
    assert_eq!(sink.reading.text, "one\n");
    assert_eq!(codes(&sink), ["reading.enough"]);

    let options = ExtractOptions {
        pages: Some(3..4),
        ..ExtractOptions::default()
    };
    let (_, sink) = read_with("a.pptx", &bytes, options, &ReadLimits::default());
    assert_eq!(sink.reading.text, "three\n");
    assert_eq!(sink.reading.pages[0].n, 3);
}

#[test]
fn names_of_parts_are_made_harmless() {
    let document =
        b"<w:document xmlns:w='w'><w:body><w:p><w:r><w:t>text</w:t></w:r></w:p></w:body></w:document>";
    let bytes = zip_of(&[
        ("[Content_Types].xml", b"<Types/>"),
        ("word/document.xml", document),
        ("word/embeddings/a\u{202e}txt.exe", b"hello"),
    ]);
    let sink = read("a.docx", &bytes);
    assert_eq!(sink.reading.parts[0].name, "atxt.exe");
    assert_eq!(sink.reading.parts[0].bytes, 5);
}

#[test]
fn parts_are_read_down_to_a_depth() {
    let inner = |content: &[u8], name: &str| {
        zip_of(&[
            ("[Content_Types].xml", b"<Types/>"),
            (
                "word/document.xml",
                b"<w:document xmlns:w='w'><w:body><w:p><w:r><w:t>level</w:t></w:r></w:p></w:body></w:document>",
            ),
            (name, content),
        ])
    };
    let mut bytes = b"deepest".to_vec();
    let mut name = "word/embeddings/note.txt";
    for _ in 0..4 {
        bytes = inner(&bytes, name);
        name = "word/embeddings/inner.docx";
    }
    let limits = ReadLimits {
        depth: 2,
        ..ReadLimits::default()
    };
    let (result, sink) = read_with("a.docx", &bytes, ExtractOptions::default(), &limits);
    assert!(result.is_ok());
    assert_eq!(sink.reading.text, "level\nlevel\nlevel\n");
    assert_eq!(codes(&sink), ["reading.too_deep"]);
    assert_eq!(sink.reading.parts.len(), 3);
}
