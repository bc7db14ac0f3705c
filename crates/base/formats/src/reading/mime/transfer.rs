//! Transfer encodings, read with forbearance: what is no part of the encoding is passed over.

use std::borrow::Cow;

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use encoding_rs::Encoding;

use crate::text::decode_text;

const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// Undoes a transfer encoding; an unknown one leaves the bytes as they are.
pub(crate) fn decode_transfer<'a>(bytes: &'a [u8], encoding: &str) -> Cow<'a, [u8]> {
    let encoding = encoding.trim().trim_end_matches(';').trim();
    let is = |name: &str| encoding.eq_ignore_ascii_case(name);
    if is("base64") {
        return Cow::Owned(decode_base64(bytes));
    }
    if is("quoted-printable") {
        return Cow::Owned(decode_quoted_printable(bytes));
    }
    if is("x-uuencode") || is("uuencode") || is("x-uue") || is("uue") {
        return decode_uu(bytes).map_or(Cow::Borrowed(bytes), Cow::Owned);
    }
    Cow::Borrowed(bytes)
}

/// Base64 with anything between its letters; padding in the middle is passed over (pieces joined by the sender).
pub(crate) fn decode_base64(bytes: &[u8]) -> Vec<u8> {
    let mut decoded = Vec::with_capacity(bytes.len() / 4 * 3);
    let mut letters = Vec::with_capacity(4096);
    for byte in bytes {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'+' | b'/' => {
                letters.push(*byte);
                if letters.len() == 4096 {
                    flush_base64(&mut letters, &mut decoded);
                }
            }
            b'=' => flush_base64(&mut letters, &mut decoded),
            _ => {}
        }
    }
    flush_base64(&mut letters, &mut decoded);
    decoded
}

fn flush_base64(letters: &mut Vec<u8>, decoded: &mut Vec<u8>) {
    if letters.len() % 4 == 1 {
        // six bits alone are no byte
        letters.pop();
    }
    if let Ok(bytes) = LENIENT.decode(&*letters) {
        decoded.extend(bytes);
    }
    letters.clear();
}

/// Quoted-printable (RFC 2045 §6.7).
pub(crate) fn decode_quoted_printable(bytes: &[u8]) -> Vec<u8> {
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some(at) = memchr::memchr(b'=', rest) {
        let (before, from) = rest.split_at(at);
        decoded.extend_from_slice(before);
        if let Some(byte) = hex_pair(from.get(1..3)) {
            decoded.push(byte);
            rest = from.get(3..).unwrap_or_default();
            continue;
        }
        // a soft line end, perhaps with blanks before it
        let after = from.get(1..).unwrap_or_default();
        let blanks = after
            .iter()
            .take_while(|byte| matches!(byte, b' ' | b'\t'))
            .count();
        let line_end = after.get(blanks..).unwrap_or_default();
        rest = match line_end {
            [b'\r', b'\n', rest @ ..] | [b'\n', rest @ ..] | [b'\r', rest @ ..] => rest,
            [] => line_end,
            _ => {
                decoded.push(b'=');
                after
            }
        };
    }
    decoded.extend_from_slice(rest);
    decoded
}

/// The `Q` encoding of RFC 2047: as quoted-printable, with `_` for the blank.
pub(crate) fn decode_q(bytes: &[u8]) -> Vec<u8> {
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        at += 1;
        match (byte, hex_pair(bytes.get(at..at + 2))) {
            (b'=', Some(value)) => {
                decoded.push(value);
                at += 2;
            }
            (b'_', _) => decoded.push(b' '),
            (byte, _) => decoded.push(*byte),
        }
    }
    decoded
}

/// Two hexadecimal digits.
pub(super) fn hex_pair(digits: Option<&[u8]>) -> Option<u8> {
    let digit = |byte: &u8| char::from(*byte).to_digit(16);
    match digits? {
        [high, low] => u8::try_from(digit(high)? * 16 + digit(low)?).ok(),
        _ => None,
    }
}

/// The first file of a text in the encoding of `uuencode`; `None` where there is no `begin` line.
fn decode_uu(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut lines = bytes.split(|byte| *byte == b'\n');
    lines.find(|line| line.starts_with(b"begin "))?;
    let mut decoded = Vec::new();
    for line in lines {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let Some((length, letters)) = line.split_first().filter(|_| line != b"end") else {
            break;
        };
        let value = |byte: &u8| byte.wrapping_sub(b' ') & 0x3f;
        let length = usize::from(value(length));
        if length == 0 {
            break;
        }
        let before = decoded.len();
        for group in letters.chunks(4) {
            let bits = (0..4).fold(0_u32, |bits, place| {
                bits << 6 | u32::from(group.get(place).map_or(0, value))
            });
            decoded.extend_from_slice(bits.to_be_bytes().get(1..).unwrap_or_default());
        }
        decoded.truncate(before + length);
    }
    Some(decoded)
}

/// Decodes text by the character set that somebody stated, unless it has no such name or the bytes say otherwise.
pub(crate) fn decode_charset(bytes: &[u8], stated: Option<&str>) -> String {
    let label = stated.map(str::trim).unwrap_or_default();
    // GBK and GB 2312 are parts of GB 18030; senders name the part and use the whole
    let encoding = Encoding::for_label(label.as_bytes()).map(|encoding| {
        if encoding == encoding_rs::GBK {
            encoding_rs::GB18030
        } else {
            encoding
        }
    });
    if let Some(encoding) = encoding.filter(|_| !label.eq_ignore_ascii_case("us-ascii")) {
        let (text, _, had_replacements) = encoding.decode(bytes);
        if !had_replacements {
            return text.into_owned();
        }
        let guessed = decode_text(bytes);
        let wrong = |text: &str| text.chars().filter(|letter| *letter == '\u{fffd}').count();
        if guessed.had_replacements && wrong(&guessed.text) >= wrong(&text) {
            return text.into_owned();
        }
        return guessed.text;
    }
    decode_text(bytes).text
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::engine::general_purpose::STANDARD;
    use proptest::prelude::*;

    #[test]
    fn soft_line_ends_join() {
        assert_eq!(decode_quoted_printable(b"a=\r\nb= \nc=3D=zz="), b"abc==zz");
    }

    #[test]
    fn uuencoded_content_is_read() {
        let text = b"begin 644 x\n#0V%T\n`\nend\n";
        assert_eq!(decode_transfer(text, "x-uuencode").as_ref(), b"Cat");
    }

    #[test]
    fn a_wrong_name_of_the_character_set_does_no_harm() {
        let gb = encoding_rs::GB18030
            .encode("关于大坝验收的通知，请各单位参加。")
            .0;
        for stated in [
            None,
            Some("us-ascii"),
            Some("utf-8"),
            Some("x-nonsense"),
            Some("gb2312"),
        ] {
            assert_eq!(decode_charset(&gb, stated), "关于大坝验收的通知，请各单位参加。");
        }
    }

    proptest! {
        #[test]
        fn base64_with_line_ends_anywhere(bytes in proptest::collection::vec(any::<u8>(), 0..300), width in 1_usize..80) {
            let text = STANDARD.encode(&bytes);
            let lines: Vec<&[u8]> = text.as_bytes().chunks(width).collect();
            prop_assert_eq!(decode_base64(&lines.join(&b"\r\n"[..])), bytes);
        }
    }
}
