//! Texts: the encoding holds to the last byte, and nobody decoded it wrongly before.

use super::source::Source;
use super::{Depth, ExamineLimits, FaultKind, FileProperties};
use crate::text;
use encoding_rs::{Decoder, DecoderResult, Encoding};
use std::io::{self, Read};

/// Bytes decoded at a time.
const CHUNK: usize = 64 * 1024;

/// Characters that UTF-8 punctuation and everyday words become where they are read as GBK.
const WRONG_HAN: &str = "锛銆鐨鍜鏄鍦浜鈥涓骞鏂鍥";

/// Walks over a text.
pub(crate) fn examine(
    source: &mut Source<'_>,
    head: &[u8],
    limits: &ExamineLimits,
) -> io::Result<FileProperties> {
    let charset = text::detect_charset(head);
    let mut properties = FileProperties {
        charset: Some(charset.name().to_owned()),
        ..FileProperties::default()
    };
    let mut signs = Mojibake::default();
    match decode(source, charset.encoding(), limits.text_bytes, &mut |part| {
        signs.feed(part)
    })? {
        Decoded::Whole => properties.depth = Depth::Decoded,
        Decoded::Part => properties.fault(
            FaultKind::TooLarge,
            format!("only the first {} bytes were decoded", limits.text_bytes),
        ),
        Decoded::Malformed { offset } => properties.fault(
            FaultKind::Undecodable,
            format!("near byte {offset}, as {}", charset.name()),
        ),
    }
    if let Some(detail) = signs.verdict() {
        properties.fault(FaultKind::Mojibake, detail);
    }
    Ok(properties)
}

/// How decoding ended.
pub(crate) enum Decoded {
    /// At the end of the file.
    Whole,
    /// At the limit.
    Part,
    /// At bytes that mean nothing.
    Malformed {
        /// About where.
        offset: u64,
    },
}

/// Decodes a file as a stream, strictly; a byte order mark is dropped.
pub(crate) fn decode(
    source: &mut Source<'_>,
    encoding: &'static Encoding,
    limit: u64,
    sink: &mut dyn FnMut(&str),
) -> io::Result<Decoded> {
    let size = source.size();
    let mut decoder = encoding.new_decoder_with_bom_removal();
    let mut reader = source.from(0)?.take(limit);
    let mut buffer = vec![0; CHUNK];
    let mut text = String::with_capacity(4 * CHUNK);
    let mut offset = 0_u64;
    loop {
        let count = match reader.read(&mut buffer) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            read => read?,
        };
        let is_end = count == 0 && offset >= size;
        let part = buffer.get(..count).unwrap_or_default();
        if !feed(&mut decoder, part, is_end, &mut text) {
            return Ok(Decoded::Malformed { offset });
        }
        sink(&text);
        offset += count as u64;
        if count == 0 {
            return Ok(if is_end { Decoded::Whole } else { Decoded::Part });
        }
    }
}

fn feed(decoder: &mut Decoder, part: &[u8], is_last: bool, text: &mut String) -> bool {
    text.clear();
    let (result, _) = decoder.decode_to_string_without_replacement(part, text, is_last);
    !matches!(result, DecoderResult::Malformed(..))
}

/// Signs of a text that was decoded wrongly before.
#[derive(Debug, Default)]
struct Mojibake {
    replaced: u64,
    han: u64,
    wrong_han: u64,
    letters: u64,
    wrong_pairs: u64,
    kun_jin_kao: u64,
    last: Option<char>,
}

impl Mojibake {
    fn feed(&mut self, part: &str) {
        if part.is_ascii() {
            self.last = None;
            return;
        }
        self.kun_jin_kao += memchr::memmem::find_iter(part.as_bytes(), "锟斤拷".as_bytes()).count() as u64;
        for letter in part.chars() {
            match letter {
                '\u{fffd}' => self.replaced += 1,
                '\u{4e00}'..='\u{9fff}' => {
                    self.han += 1;
                    self.wrong_han += u64::from(WRONG_HAN.contains(letter));
                }
                '\u{c2}'..='\u{ef}' => self.letters += 1,
                // continuation bytes as Latin 1 and Windows 1252 show them
                '\u{80}'..='\u{bf}'
                | '\u{152}'..='\u{192}'
                | '\u{2c6}'
                | '\u{2dc}'
                | '\u{2013}'..='\u{203a}'
                | '€'
                | '™'
                    if matches!(self.last, Some('\u{c2}'..='\u{ef}')) =>
                {
                    self.wrong_pairs += 1;
                }
                _ => {}
            }
            self.last = Some(letter);
        }
    }

    fn verdict(&self) -> Option<String> {
        if self.replaced > 0 {
            return Some(format!("{} replacement characters (U+FFFD)", self.replaced));
        }
        if self.kun_jin_kao > 0 {
            return Some(format!("锟斤拷 in {} places", self.kun_jin_kao));
        }
        if self.wrong_han >= 4 && self.wrong_han * 12 > self.han {
            return Some("UTF-8 that was read as GBK".to_owned());
        }
        (self.wrong_pairs >= 4 && self.wrong_pairs * 2 > self.letters)
            .then(|| "UTF-8 that was read as Latin 1".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use encoding_rs::{GB18030, WINDOWS_1252};
    use std::io::Cursor;

    const TEXT: &str = "国务院关于棉粮、糖粮挂钩奖售粮几个问题的通知。各省、市、自治区人民政府：在发展的过程中，是中国的事。";

    fn look(bytes: &[u8]) -> FileProperties {
        let mut cursor = Cursor::new(bytes);
        let mut source = Source::new(&mut cursor, bytes.len() as u64);
        examine(&mut source, bytes, &ExamineLimits::default()).unwrap()
    }

    #[test]
    fn a_text_in_its_encoding_has_no_fault() {
        assert_eq!(look(TEXT.as_bytes()).faults, []);
        let found = look(&GB18030.encode(TEXT).0);
        assert_eq!(
            (found.faults.len(), found.charset.as_deref()),
            (0, Some("GB18030"))
        );
        assert_eq!(look("Où est la bibliothèque ?".as_bytes()).faults, []);
    }

    #[test]
    fn a_text_that_was_decoded_wrongly_before_is_doubted() {
        let as_gbk = GB18030.decode(TEXT.as_bytes()).0.replace('\u{fffd}', "");
        let as_latin = WINDOWS_1252.decode(TEXT.as_bytes()).0.into_owned();
        for wrong in [as_gbk.as_str(), &as_latin, "第\u{fffd}号", "锟斤拷锟斤拷"] {
            assert!(look(wrong.as_bytes()).has(FaultKind::Mojibake), "{wrong}");
        }
    }

    #[test]
    fn bytes_without_meaning_and_limits_are_told() {
        let mut long = TEXT.repeat(2000).into_bytes();
        long.push(0xFF);
        assert!(look(&long).has(FaultKind::Undecodable));
        let mut cursor = Cursor::new(TEXT.as_bytes());
        let mut source = Source::new(&mut cursor, TEXT.len() as u64);
        let limits = ExamineLimits {
            text_bytes: 20,
            ..ExamineLimits::default()
        };
        let found = examine(&mut source, TEXT.as_bytes(), &limits).unwrap();
        assert!(found.has(FaultKind::TooLarge) && !found.has(FaultKind::Undecodable));
    }
}
