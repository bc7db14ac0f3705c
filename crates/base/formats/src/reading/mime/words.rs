//! Words in any character set inside headers (RFC 2047).

use super::transfer::{decode_base64, decode_charset, decode_q};

/// A word still to be decoded: neighbours in the same character set are one text, because programs cut characters of
/// several bytes in two.
struct Pending {
    charset: String,
    bytes: Vec<u8>,
}

/// Decodes `=?charset?encoding?text?=` wherever it stands; blanks between two encoded words are dropped.
pub(crate) fn decode_words(text: &str) -> String {
    let mut decoded = String::with_capacity(text.len());
    let mut pending: Option<Pending> = None;
    let mut rest = text;
    while let Some(start) = rest.find("=?") {
        let (before, from) = rest.split_at(start);
        let Some((word, after)) = encoded_word(from) else {
            flush(&mut pending, &mut decoded);
            decoded.push_str(before);
            decoded.push_str("=?");
            rest = from.get(2..).unwrap_or_default();
            continue;
        };
        let is_neighbour = pending.is_some() && before.trim().is_empty();
        if !is_neighbour {
            flush(&mut pending, &mut decoded);
            decoded.push_str(before);
        }
        match &mut pending {
            Some(open) if open.charset.eq_ignore_ascii_case(&word.charset) => open.bytes.extend(word.bytes),
            _ => {
                flush(&mut pending, &mut decoded);
                pending = Some(word);
            }
        }
        rest = after;
    }
    flush(&mut pending, &mut decoded);
    decoded.push_str(rest);
    decoded
}

fn flush(pending: &mut Option<Pending>, decoded: &mut String) {
    if let Some(word) = pending.take() {
        decoded.push_str(&decode_charset(&word.bytes, Some(&word.charset)));
    }
}

/// The encoded word at the beginning of the text, and what follows it.
fn encoded_word(text: &str) -> Option<(Pending, &str)> {
    let inner = text.strip_prefix("=?")?;
    let (charset, inner) = inner.split_once('?')?;
    let (encoding, inner) = inner.split_once('?')?;
    let end = inner.find("?=")?;
    let (content, after) = inner.split_at(end);
    // the language of RFC 2231 §5 may follow the character set
    let charset = charset.split('*').next().unwrap_or_default();
    let is_token = !charset.is_empty() && charset.bytes().all(|byte| byte.is_ascii_graphic());
    if !is_token || content.len() > 100_000 {
        return None;
    }
    let bytes = match encoding {
        "B" | "b" => decode_base64(content.as_bytes()),
        "Q" | "q" => decode_q(content.as_bytes()),
        _ => return None,
    };
    Some((
        Pending {
            charset: charset.to_owned(),
            bytes,
        },
        after.get(2..).unwrap_or_default(),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;

    #[test]
    fn words_in_any_character_set() {
        assert_eq!(decode_words("=?ISO-8859-1?Q?Andr=E9_X?= <a@b>"), "André X <a@b>");
        assert_eq!(decode_words("=?gb2312?B?tPOw0w==?= x"), "大坝 x");
        assert_eq!(
            decode_words("=?utf-8*zh?q?=E5=A4=A7?= =?UTF-8?Q?=E5=9D=9D?="),
            "大坝"
        );
        assert_eq!(decode_words("a =?nothing? =?"), "a =?nothing? =?");
        assert_eq!(decode_words("a=?unknown-8?Q?x?=b"), "axb");
    }

    #[test]
    fn a_character_cut_in_two_by_the_sender_is_mended() {
        let bytes = encoding_rs::GB18030.encode("验收").0;
        let (left, right) = bytes.split_at(3);
        let text = format!(
            "=?GBK?B?{}?=\n =?gbk?B?{}?=",
            STANDARD.encode(left),
            STANDARD.encode(right)
        );
        assert_eq!(decode_words(&text), "验收");
    }
}
