//! The encoding of a page of HTML or XML: byte order mark, what the sender stated, what the page states, what the
//! bytes tell.

use crate::reading::mime::decode_charset;
use encoding_rs::Encoding;

/// Bytes in which a page says what encoding it is in.
const BEGINNING: usize = 4096;

/// Decodes a page. `stated` is what the sender said beside it.
pub(in crate::reading) fn decode_markup(bytes: &[u8], stated: Option<&str>) -> String {
    if let Some((encoding, length)) = Encoding::for_bom(bytes) {
        let body = bytes.get(length..).unwrap_or_default();
        return encoding.decode_without_bom_handling(body).0.into_owned();
    }
    let known = |label: &&str| Encoding::for_label(label.trim().as_bytes()).is_some();
    let stated = stated.filter(known).map(str::to_owned);
    let named = stated.or_else(|| named_in(bytes.get(..BEGINNING).unwrap_or(bytes)));
    // a page that says of itself in ASCII letters that it is UTF-16 is not
    let named = named.map(|name| {
        if bytes.first() != Some(&0) && bytes.get(1) != Some(&0) && name.to_lowercase().starts_with("utf-16")
        {
            "utf-8".to_owned()
        } else {
            name
        }
    });
    decode_charset(bytes, named.as_deref())
}

/// The encoding that the beginning of the page names: `charset=gbk`, `encoding="gb2312"`; of several the first that
/// is known.
fn named_in(beginning: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(beginning).to_ascii_lowercase();
    ["charset", "encoding"].into_iter().find_map(|word| {
        text.match_indices(word).find_map(|(at, _)| {
            let rest = text.get(at + word.len()..)?.trim_start().strip_prefix('=')?;
            let label: String = rest
                .trim_start_matches([' ', '"', '\''])
                .chars()
                .take_while(|letter| letter.is_ascii_alphanumeric() || "-_.:".contains(*letter))
                .collect();
            Encoding::for_label(label.as_bytes()).map(|_| label)
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "关于大坝验收的通知，请各单位参加。";

    #[test]
    fn what_the_page_says_is_believed_unless_it_is_wrong() {
        for (label, encoding) in [
            ("gb2312", encoding_rs::GB18030),
            ("x-nonsense", encoding_rs::UTF_8),
            ("utf-16", encoding_rs::UTF_8),
        ] {
            let mut bytes = format!("<META content='text/html; CHARSET={label}'>").into_bytes();
            bytes.extend_from_slice(&encoding.encode(TEXT).0);
            assert!(decode_markup(&bytes, None).ends_with(TEXT), "{label}");
        }
    }

    #[test]
    fn what_the_sender_says_goes_before_what_the_page_says() {
        let mut bytes = b"<?xml version='1.0' encoding=\"windows-1252\"?>".to_vec();
        bytes.extend_from_slice(&encoding_rs::GB18030.encode(TEXT).0);
        assert!(decode_markup(&bytes, Some("GBK")).ends_with(TEXT));
        assert!(!decode_markup(&bytes, None).ends_with(TEXT));
    }
}
