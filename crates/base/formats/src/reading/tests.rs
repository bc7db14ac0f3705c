//! What is common to all readers: choice of the reader, limits, parts.

use super::*;
use crate::identify::FormatKind;

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
