use std::io::{Cursor, Write};

use proptest::prelude::*;

use super::*;

fn identify(name: &str, bytes: &[u8]) -> Identification {
    let identifier = Identifier::builtin().unwrap();
    identifier
        .identify(name, bytes.len() as u64, &mut Cursor::new(bytes))
        .unwrap()
}

fn zip_of(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in members {
        writer
            .start_file(*name, zip::write::SimpleFileOptions::default())
            .unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

#[test]
fn a_claim_to_be_pdf_a_is_found_in_the_middle_of_a_long_file() {
    let mut bytes = b"%PDF-1.4\n".to_vec();
    bytes.resize(3_000_000, b'x');
    bytes.extend(
        b"<rdf:Description xmlns:pdfaid=\"http://www.aiim.org/pdfa/ns/id/\">\
          <pdfaid:part>1</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance>",
    );
    bytes.resize(6_000_000, b'x');
    bytes.extend(b"\nstartxref\n0\n%%EOF\n");
    let found = identify("a.pdf", &bytes);
    assert_eq!(
        (found.puid.as_deref(), found.long_term),
        (Some("fmt/354"), crate::identify::LongTerm::Preferred)
    );
}

#[test]
fn layout_documents_of_ours_are_known_by_their_root() {
    let root = b"<?xml version=\"1.0\"?><ofd:OFD xmlns:ofd=\"http://www.ofdspec.org/2016\" DocType=\"OFD\">";
    let found = identify("a.ofd", &zip_of(&[("OFD.xml", root)]));
    assert_eq!(
        (found.puid.as_deref(), found.basis),
        (Some("local/ofd"), Basis::Container)
    );
    assert!(found.warnings.is_empty());
    let archival = b"<ofd:OFD xmlns:ofd=\"http://www.ofdspec.org/2016\" DocType=\"OFD-A\">";
    assert_eq!(
        identify("a.ofd", &zip_of(&[("OFD.xml", archival)]))
            .puid
            .as_deref(),
        Some("local/ofd-a")
    );
    let found = identify("a.ofd", &zip_of(&[("other", b"")]));
    assert_eq!(found.puid.as_deref(), Some("x-fmt/263"));
    assert!(matches!(found.warnings[..], [Warning::ExtensionMismatch { .. }]));
}

#[test]
fn texts_are_named_by_their_extension_and_have_an_encoding() {
    let (gbk, _, _) = encoding_rs::GB18030.encode("档号,题名\nA,会议纪要\n");
    let found = identify("目录.csv", &gbk);
    assert_eq!(
        (found.puid.as_deref(), found.charset),
        (Some("x-fmt/18"), Some("GB18030"))
    );
    assert_eq!(identify("a.json", b"{}").puid.as_deref(), Some("fmt/817"));
    assert_eq!(identify("a.xml", b"<a/>").puid.as_deref(), Some("fmt/101"));
    assert_eq!(identify("readme", b"words").puid.as_deref(), Some("x-fmt/111"));
    assert_eq!(
        identify("a.pdf", b"\x00\x01\xFF\xFE\xDD").warnings,
        [Warning::SignatureMissing]
    );
}

#[test]
fn a_film_with_its_index_at_the_end_is_known() {
    let mut bytes = b"\0\0\0\x18ftypmp42\0\0\0\0isommp42\0\x20\0\0mdat".to_vec();
    bytes.resize(300_000, 0x5A);
    assert_eq!(identify("a.mp4", &bytes).puid.as_deref(), Some("fmt/199"));
}

#[test]
fn the_answer_is_printed_as_the_contract_says() {
    let json = serde_json::to_value(identify("a.txt", "永久".as_bytes())).unwrap();
    let wanted = serde_json::json!({
        "puid": "x-fmt/111", "name": "Plain Text File", "version": null, "mime": "text/plain",
        "charset": "UTF-8", "basis": "text", "warnings": [],
    });
    assert_eq!(json, wanted);
}

#[test]
fn a_zip_whose_directory_lies_gets_an_answer() {
    let root = b"<ofd:OFD xmlns:ofd=\"http://www.ofdspec.org/2016\" DocType=\"OFD\">";
    let sound = zip_of(&[("OFD.xml", root)]);
    let end = sound.len() - 22;
    let directory = memchr::memmem::rfind(&sound, b"PK\x01\x02").unwrap();
    // The number of entries, the length and the place of the directory, and what one entry says of itself.
    for (at, length) in [
        (end + 8, 4),
        (end + 12, 4),
        (end + 16, 4),
        (directory + 20, 8),
        (directory + 28, 6),
        (directory + 42, 4),
    ] {
        for lie in [0xFF, 0x7F, 0x00] {
            let mut bytes = sound.clone();
            bytes[at..at + length].fill(lie);
            let found = identify("a.ofd", &bytes);
            let puid = found.puid.as_deref();
            assert!(
                matches!(puid, Some("local/ofd" | "x-fmt/263" | "fmt/189")),
                "{at} {lie}: {found:?}"
            );
        }
    }
}

#[test]
fn a_compound_file_that_runs_in_circles_gets_an_answer() {
    let mut bytes = vec![0_u8; 4096];
    bytes[..8].copy_from_slice(&[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1]);
    bytes[28..34].copy_from_slice(&[0xFE, 0xFF, 9, 0, 6, 0]);
    bytes[44] = 1; // one sector of allocations, which says that each sector follows itself
    bytes[48] = 1; // the directory begins in sector 1
    bytes[56..60].copy_from_slice(&4096_u32.to_le_bytes());
    bytes[60..64].copy_from_slice(&1_u32.to_le_bytes());
    bytes[68..72].copy_from_slice(&1_u32.to_le_bytes());
    for (number, word) in bytes[512..1024].chunks_exact_mut(4).enumerate() {
        word.copy_from_slice(&u32::try_from(number).unwrap().to_le_bytes());
    }
    for (number, entry) in bytes[1024..1536].chunks_exact_mut(128).enumerate() {
        for (at, letter) in "WordDocument".bytes().enumerate() {
            entry[at * 2] = letter;
        }
        entry[64] = 26;
        entry[66] = if number == 0 { 5 } else { 2 };
        entry[116] = 1;
        entry[120..124].copy_from_slice(&u32::MAX.to_le_bytes());
    }
    let found = identify("a.doc", &bytes);
    assert!(found.puid.is_some(), "{found:?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn no_content_makes_it_panic(
        start in prop::sample::select(vec![
            &b"%PDF-1.4"[..], b"PK\x03\x04", b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", b"II*\0", b"RIFF", b"<?xml", b"",
        ]),
        rest in prop::collection::vec(any::<u8>(), 0..900),
    ) {
        let registry = Registry::from_toml("version = \"1\"\nformat = []\n").unwrap();
        let bytes = [start, &rest].concat();
        let bare = Identifier::new(registry);
        let _ = bare.identify("a.pdf", bytes.len() as u64, &mut Cursor::new(&bytes)).unwrap();
        let _ = identify("a.pdf", &bytes);
    }
}
