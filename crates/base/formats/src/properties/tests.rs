use super::*;
use crate::identify::Identifier;
use proptest::prelude::*;
use std::io::Cursor;

fn look(name: &str, bytes: &[u8]) -> FileProperties {
    let identifier = Identifier::builtin().unwrap();
    let size = bytes.len() as u64;
    let found = identifier.identify(name, size, &mut Cursor::new(bytes)).unwrap();
    examine_content(
        &Claim::from(&found),
        size,
        &mut Cursor::new(bytes),
        &ExamineLimits::default(),
    )
    .unwrap()
}

#[test]
fn whole_and_broken_files_are_told_apart() {
    assert!(look("a.txt", b"").has(FaultKind::Empty));
    let wav = b"RIFF\x24\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00\x44\xAC\0\0\x88\x58\x01\0\x02\0\x10\0data\0\0\0\0";
    let found = look("a.wav", wav);
    assert_eq!(found.faults, []);
    assert_eq!(
        (found.sample_rate, found.channels, found.bits),
        (Some(44_100), Some(1), Some(16))
    );
    assert!(look("a.wav", &wav[..40]).has(FaultKind::Truncated));
    assert!(look("a.pdf", b"\x00\x01\x02\xFF\xFE\xDD\x80\x80\x90").has(FaultKind::NotWhatItClaims));
    assert!(look("a.pdf", b"%PDF-1.4\n1 0 obj\n<<").has(FaultKind::Truncated));
}

#[test]
fn every_code_is_given_once_and_in_words() {
    let kinds = [
        FaultKind::Empty,
        FaultKind::Encrypted,
        FaultKind::Restricted,
        FaultKind::Truncated,
        FaultKind::Damaged,
        FaultKind::PartMissing,
        FaultKind::Repaired,
        FaultKind::Undecodable,
        FaultKind::Mojibake,
        FaultKind::CharsetDeclared,
        FaultKind::NotWhatItClaims,
        FaultKind::XmlNotWellFormed,
        FaultKind::XmlExternal,
        FaultKind::XmlLimits,
        FaultKind::PdfaBroken,
        FaultKind::OfdIrregular,
        FaultKind::ActiveContent,
        FaultKind::Macros,
        FaultKind::TooLarge,
        FaultKind::Blank,
    ];
    let codes: std::collections::BTreeSet<&str> = kinds.iter().map(|kind| kind.code()).collect();
    assert_eq!(codes.len(), kinds.len());
    for kind in kinds {
        let fault = Fault::new(kind, "here");
        let text = serde_json::to_string(&fault).unwrap();
        assert_eq!(serde_json::from_str::<Fault>(&text).unwrap(), fault);
        assert!(fault.to_string().ends_with(": here"));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]
    #[test]
    fn no_content_makes_the_examination_panic(
        start in prop::sample::select(vec![
            &b"%PDF-1.4\n1 0 obj"[..], b"PK\x03\x04", b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", b"II*\0\x08\0\0\0", b"MM\0+",
            b"RIFF\0\0\0\0WAVE", b"RIFF\0\0\0\0AVI LIST", b"RIFF\0\0\0\0WEBPVP8L", b"FORM\0\0\0\0AIFF", b"\0\0\0\x08ftyp",
            b"\xFF\xD8\xFF\xC0", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"BM", b"fLaC\0\0\0\x22", b"OggS\0\x02", b"ID3",
            b"\x1A\x45\xDF\xA3", b"\0\0\0\x0CjP  ", b"\xFF\x4F\xFF\x51", b"<?xml version='1.0'?>", b"",
        ]),
        rest in prop::collection::vec(any::<u8>(), 0..600),
    ) {
        let bytes = [start, &rest].concat();
        let mut claim = Claim::from(&crate::identify::unknown());
        claim.mime = Some(if rest.len() % 2 == 0 { "application/pdf" } else { "audio/mpeg" }.to_owned());
        claim.is_text = true;
        let _ = examine_content(&claim, bytes.len() as u64, &mut Cursor::new(&bytes), &ExamineLimits::default()).unwrap();
    }
}
