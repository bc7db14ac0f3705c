//! Text in whatever encoding it came: Unicode, GB 18030, Big5, and the encodings of other places.
//!
//! An archive meets texts of forty years of Chinese computing without a word about their encoding. Unicode tells
//! itself apart; GB 18030 and Big5 overlap, and are told apart by which of them finds everyday characters.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{BIG5, Encoding, GB18030, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

/// A text and the encoding that it was in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecodedText {
    /// The text, without a byte order mark.
    pub text: String,
    /// Name of the encoding as the IANA registers it: `UTF-8`, `UTF-16LE`, `GB18030`, `Big5`, `US-ASCII` …
    pub charset: &'static str,
    /// Whether some bytes had no meaning in the encoding and were replaced by U+FFFD.
    pub had_replacements: bool,
    /// Whether the text began with a byte order mark.
    pub had_bom: bool,
}

/// The encoding of a text, as far as its bytes tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Charset {
    encoding: &'static Encoding,
    bom_length: usize,
    is_ascii: bool,
}

impl Charset {
    /// Name as the IANA registers it.
    pub fn name(self) -> &'static str {
        match self.encoding.name() {
            _ if self.is_ascii => "US-ASCII",
            "gb18030" => "GB18030",
            name => name,
        }
    }

    /// Whether the text begins with a byte order mark.
    pub fn has_bom(self) -> bool {
        self.bom_length > 0
    }

    /// The encoding itself, for decoding in a stream; the byte order mark is for the caller to skip.
    pub fn encoding(self) -> &'static Encoding {
        self.encoding
    }

    /// Decodes bytes that begin where the text begins; a mark at the beginning is dropped.
    pub fn decode(self, bytes: &[u8]) -> DecodedText {
        let body = bytes.get(self.bom_length..).unwrap_or_default();
        let (text, had_replacements) = self.encoding.decode_without_bom_handling(body);
        DecodedText {
            text: text.into_owned(),
            charset: self.name(),
            had_replacements,
            had_bom: self.has_bom(),
        }
    }
}

/// Decodes a text whose encoding nobody stated.
pub fn decode_text(bytes: &[u8]) -> DecodedText {
    detect_charset(bytes).decode(bytes)
}

/// Decodes a file name that is not Unicode (ZIP members without the flag, old file systems).
///
/// The caller keeps the bytes: the text is for people, the bytes are the name.
pub fn decode_file_name(bytes: &[u8]) -> String {
    if let Ok(name) = std::str::from_utf8(bytes) {
        return name.to_owned();
    }
    let (text, _) = best_legacy(bytes).decode_without_bom_handling(bytes);
    text.into_owned()
}

/// The most likely encoding of a text, or of its beginning (a character cut off at the end does no harm).
pub fn detect_charset(bytes: &[u8]) -> Charset {
    let plain = |encoding| Charset {
        encoding,
        bom_length: 0,
        is_ascii: false,
    };
    if let Some((encoding, bom_length)) = Encoding::for_bom(bytes) {
        return Charset {
            encoding,
            bom_length,
            is_ascii: false,
        };
    }
    if let Some(encoding) = utf16_without_bom(bytes) {
        return plain(encoding);
    }
    if is_utf8_prefix(bytes) {
        return Charset {
            encoding: UTF_8,
            bom_length: 0,
            is_ascii: bytes.is_ascii(),
        };
    }
    plain(best_legacy(bytes))
}

/// Whether the bytes are a text that a person can read: the encoding fits everywhere and no control characters
/// lie in it. `None` where they are not. The beginning of a file is enough.
pub fn readable_charset(bytes: &[u8]) -> Option<Charset> {
    if bytes.is_empty() {
        return None;
    }
    let charset = detect_charset(bytes);
    let mut decoder = charset.encoding.new_decoder_without_bom_handling();
    let body = bytes.get(charset.bom_length..)?;
    let mut text = String::with_capacity(decoder.max_utf8_buffer_length(body.len())?);
    // `last` is false, so that a character cut off at the end of the window is no error.
    let (_, _, had_errors) = decoder.decode_to_string(body, &mut text, false);
    if had_errors || text.chars().any(is_unprintable) {
        return None;
    }
    Some(charset)
}

/// Control characters that no text has; tabulator, line ends, page feed, escape and end-of-file mark are borne.
fn is_unprintable(letter: char) -> bool {
    match letter {
        '\t' | '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{1a}' | '\u{1b}' | '\u{85}' => false,
        '\u{0}'..='\u{1f}' | '\u{7f}' | '\u{fffe}' | '\u{ffff}' => true,
        _ => false,
    }
}

/// Whether the bytes are UTF-8; a character cut off at the end does no harm, nor do a few wrong bytes among many
/// right ones: no other encoding looks like that.
fn is_utf8_prefix(bytes: &[u8]) -> bool {
    match std::str::from_utf8(bytes) {
        Ok(_) => true,
        Err(error) if error.error_len().is_none() => true,
        Err(_) => {
            let (mut right, mut wrong) = (0_usize, 0_usize);
            for chunk in bytes.utf8_chunks() {
                right += chunk.valid().chars().filter(|letter| !letter.is_ascii()).count();
                wrong += usize::from(!chunk.invalid().is_empty());
            }
            right >= 8 * wrong
        }
    }
}

/// UTF-16 shows by control bytes (line ends, Latin letters, Chinese punctuation have them) that no other text has.
fn utf16_without_bom(bytes: &[u8]) -> Option<&'static Encoding> {
    let sample = bytes.get(..bytes.len().min(8192) & !1)?;
    if sample.len() < 8 || !sample.iter().any(|byte| *byte < 9) {
        return None;
    }
    let share = |to_unit: fn([u8; 2]) -> u16| {
        let units = sample.chunks_exact(2).map(|pair| to_unit([pair[0], pair[1]]));
        let plausible = char::decode_utf16(units.clone()).filter(|letter| {
            matches!(
                letter,
                Ok(
                    '\t'
                    | '\n'
                    | '\r'
                    | ' '..='~'
                    | '\u{a0}'..='\u{24f}'
                    | '\u{2010}'..='\u{2027}'
                    | '\u{3000}'..='\u{30ff}'
                    | '\u{3400}'..='\u{9fff}'
                    | '\u{ff00}'..='\u{ffef}'
                    | '\u{20000}'..='\u{3ffff}',
                )
            )
        });
        plausible.count() as f64 / units.len() as f64
    };
    let (little, big) = (share(u16::from_le_bytes), share(u16::from_be_bytes));
    let (best, encoding) = if big > little {
        (big, UTF_16BE)
    } else {
        (little, UTF_16LE)
    };
    (best > 0.9).then_some(encoding)
}

/// Of the encodings before Unicode the one that fits best.
fn best_legacy(bytes: &[u8]) -> &'static Encoding {
    let simplified = Fit::measure(bytes, GB18030, |lead, trail| {
        (0xA1..=0xA3).contains(&lead) || ((0xB0..=0xD7).contains(&lead) && trail >= 0xA1)
    });
    let traditional = Fit::measure(bytes, BIG5, |lead, _| (0xA1..=0xC6).contains(&lead));
    let best = if traditional.is_better_than(&simplified) {
        &traditional
    } else {
        &simplified
    };
    if best.broken == 0 && best.everyday_share() >= 0.5 {
        return best.encoding;
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(bytes, true);
    let guess = detector.guess(None, Utf8Detection::Deny);
    if guess.decode_without_bom_handling(bytes).1 {
        // Nothing fits whole: the least broken one, so that a person can still read the rest.
        return if best.broken * 20 <= best.characters {
            best.encoding
        } else {
            WINDOWS_1252
        };
    }
    match guess.name() {
        "GBK" | "gb18030" => GB18030,
        _ => guess,
    }
}

/// How well a double-byte encoding fits.
struct Fit {
    encoding: &'static Encoding,
    /// Double-byte characters seen.
    characters: usize,
    /// Those of the rows that hold punctuation and the characters of daily use.
    everyday: usize,
    /// Characters that the encoding does not have.
    broken: usize,
}

impl Fit {
    fn measure(bytes: &[u8], encoding: &'static Encoding, is_everyday: fn(u8, u8) -> bool) -> Self {
        let (text, _) = encoding.decode_without_bom_handling(bytes);
        let mut broken = text.chars().filter(|letter| *letter == '\u{fffd}').count();
        if broken > 0 && text.ends_with('\u{fffd}') {
            broken -= 1; // cut off at the end of the window
        }
        let (mut characters, mut everyday, mut at) = (0, 0, 0);
        while let Some(lead) = bytes.get(at).copied() {
            if lead < 0x81 {
                at += 1;
                continue;
            }
            let Some(trail) = bytes.get(at + 1).copied() else {
                break;
            };
            characters += 1;
            if encoding == GB18030 && trail.is_ascii_digit() {
                at += 4; // a rare character of four bytes
                continue;
            }
            everyday += usize::from(is_everyday(lead, trail));
            at += 2;
        }
        Self {
            encoding,
            characters,
            everyday,
            broken,
        }
    }

    fn everyday_share(&self) -> f64 {
        self.everyday as f64 / self.characters.max(1) as f64
    }

    fn is_better_than(&self, other: &Self) -> bool {
        if (self.broken == 0) != (other.broken == 0) {
            return self.broken == 0;
        }
        self.everyday_share() > other.everyday_share()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SIMPLIFIED: &str = "国务院关于棉粮、糖粮挂钩奖售粮几个问题的通知\n各省、市、自治区人民政府";
    const TRADITIONAL: &str = "上諭內閣：朕惟治天下之道，莫先於愛民。\n直隸各省總督巡撫";

    #[test]
    fn every_encoding_of_a_text_gives_the_text() {
        for text in [SIMPLIFIED, TRADITIONAL] {
            let mut little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
            let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
            assert_eq!(decode_text(&little).text, text);
            assert_eq!(decode_text(&big).charset, "UTF-16BE");
            little.splice(0..0, [0xFF, 0xFE]);
            assert!(decode_text(&little).had_bom);
            assert_eq!(decode_text(&GB18030.encode(text).0).text, text);
            assert_eq!(decode_text(text.as_bytes()).charset, "UTF-8");
        }
        assert_eq!(decode_text(&BIG5.encode(TRADITIONAL).0).text, TRADITIONAL);
        assert_eq!(decode_text(b"plain").charset, "US-ASCII");
    }

    #[test]
    fn short_names_are_read_too() {
        for name in ["永久-2018-会议纪要.txt", "附件.doc", "1.照片"] {
            assert_eq!(decode_file_name(&GB18030.encode(name).0), name);
            assert_eq!(decode_file_name(name.as_bytes()), name);
        }
        assert_eq!(decode_file_name(&BIG5.encode("會議紀錄.txt").0), "會議紀錄.txt");
    }

    #[test]
    fn western_letters_do_not_become_chinese() {
        let text = "Le café est fermé. Où est la bibliothèque, s’il vous plaît ?";
        assert_eq!(decode_text(&WINDOWS_1252.encode(text).0).text, text);
    }

    #[test]
    fn a_character_cut_off_does_no_harm_and_binary_is_no_text() {
        for encoding in [GB18030, UTF_8] {
            let bytes = encoding.encode(SIMPLIFIED).0;
            let cut = &bytes[..bytes.len() - 1];
            assert_eq!(readable_charset(cut).unwrap().encoding(), encoding);
        }
        assert!(readable_charset(b"\x7fELF\x01\x02\x00\x00\x00").is_none());
        assert!(readable_charset(b"").is_none());
    }

    proptest! {
        #[test]
        fn nothing_makes_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let decoded = decode_text(&bytes);
            let _ = readable_charset(&bytes);
            let _ = decode_file_name(&bytes);
            prop_assert!(!decoded.charset.is_empty());
        }

        #[test]
        fn unicode_comes_back(text in "\\PC{0,60}") {
            prop_assert_eq!(decode_text(text.as_bytes()).text, text);
        }
    }
}
