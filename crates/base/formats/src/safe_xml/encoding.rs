//! The encoding that a document says it is in, and what its bytes say against it.

use super::XmlFault;
use encoding_rs::{Encoding, GB18030, GBK, UTF_8, UTF_16BE, UTF_16LE};

/// Bytes within which the declaration must end.
const DECLARATION: usize = 1024;

/// The encoding of a document.
pub(super) struct DeclaredEncoding {
    /// As written, or `UTF-8` where nothing is.
    pub name: String,
    /// What decodes it.
    pub encoding: &'static Encoding,
    /// Bytes of the mark in front.
    pub mark: usize,
}

/// Finds out from the first bytes which encoding a document is in: the mark in front, the declaration, else UTF-8.
pub(super) fn declared_encoding(head: &[u8]) -> Result<DeclaredEncoding, XmlFault> {
    let marked = Encoding::for_bom(head);
    let (marked, mark) = marked.map_or((None, 0), |(encoding, length)| (Some(encoding), length));
    if marked.is_none() && looks_like_utf16(head) {
        return Err(contradiction(
            "UTF-8",
            "the bytes are UTF-16 without a byte order mark",
        ));
    }
    let body = head.get(mark..).unwrap_or_default();
    let name = match marked {
        Some(encoding) if encoding == UTF_16LE || encoding == UTF_16BE => {
            let start = body
                .get(..body.len().min(2 * DECLARATION) & !1)
                .unwrap_or_default();
            declaration_encoding(&encoding.decode_without_bom_handling(start).0)
        }
        _ => declaration_encoding(&latin(
            body.get(..body.len().min(DECLARATION)).unwrap_or_default(),
        )),
    };
    let Some(name) = name else {
        return Ok(DeclaredEncoding {
            name: marked.map_or("UTF-8", Encoding::name).to_owned(),
            encoding: marked.unwrap_or(UTF_8),
            mark,
        });
    };
    let encoding = match (named(&name), marked) {
        (Some(Named::Utf16), None) => {
            return Err(contradiction(&name, "the bytes have no byte order mark"));
        }
        (Some(Named::Utf16), Some(marked)) if marked == UTF_16LE || marked == UTF_16BE => marked,
        (Some(Named::Utf16), Some(_)) => {
            return Err(contradiction(&name, "the mark in front is that of UTF-8"));
        }
        (Some(Named::One(encoding)), None) => encoding,
        (Some(Named::One(encoding)), Some(marked)) if encoding == marked => encoding,
        (Some(Named::One(_)), Some(marked)) => {
            return Err(contradiction(
                &name,
                &format!("the mark in front is that of {}", marked.name()),
            ));
        }
        (None, _) => {
            return Err(contradiction(
                &name,
                "only UTF-8, UTF-16, GB18030, GBK and GB2312 are accepted",
            ));
        }
    };
    // Two bytes of GB 18030 are often two thirds of a character of UTF-8 and something else: the decoder alone would
    // find nothing wrong and the reader nonsense.
    if (encoding == GB18030 || encoding == GBK) && is_chinese_utf8(body) {
        return Err(contradiction(&name, "the bytes are UTF-8"));
    }
    Ok(DeclaredEncoding { name, encoding, mark })
}

enum Named {
    One(&'static Encoding),
    Utf16,
}

fn named(name: &str) -> Option<Named> {
    Some(match name.to_ascii_uppercase().as_str() {
        "UTF-8" | "UTF8" | "US-ASCII" | "ASCII" => Named::One(UTF_8),
        "UTF-16" => Named::Utf16,
        "UTF-16LE" => Named::One(UTF_16LE),
        "UTF-16BE" => Named::One(UTF_16BE),
        "GB18030" | "GB-18030" => Named::One(GB18030),
        // GB 2312 is part of GBK, and the decoders of both are one
        "GBK" | "CP936" | "GB2312" | "GB_2312-80" | "GB2312-80" => Named::One(GBK),
        _ => return None,
    })
}

fn contradiction(declared: &str, found: &str) -> XmlFault {
    XmlFault::Encoding {
        line: 1,
        declared: declared.to_owned(),
        found: found.to_owned(),
    }
}

fn latin(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| char::from(*byte)).collect()
}

/// The value of `encoding` in the declaration at the beginning of a text.
fn declaration_encoding(text: &str) -> Option<String> {
    let declaration = text.strip_prefix("<?xml")?;
    let (declaration, _) = declaration.split_once("?>")?;
    let (_, rest) = declaration.split_once("encoding")?;
    let rest = rest.trim_start().strip_prefix('=')?.trim_start();
    let quote = rest.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
    let (name, _) = rest.get(1..)?.split_once(quote)?;
    Some(name.to_owned())
}

fn looks_like_utf16(head: &[u8]) -> bool {
    matches!(head, [0, b'<', ..] | [b'<', 0, ..])
}

/// Whether bytes are UTF-8 with Chinese characters in it, as far as they go.
fn is_chinese_utf8(bytes: &[u8]) -> bool {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) if error.error_len().is_none() => {
            let sound = bytes.get(..error.valid_up_to()).unwrap_or_default();
            std::str::from_utf8(sound).unwrap_or_default()
        }
        Err(_) => return false,
    };
    text.chars().filter(|letter| *letter >= '\u{800}').take(3).count() == 3
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(bytes: &[u8]) -> Result<&'static str, &'static str> {
        declared_encoding(bytes)
            .map(|declared| declared.encoding.name())
            .map_err(|fault| fault.code())
    }

    #[test]
    fn declaration_and_mark_are_compared() {
        assert_eq!(of(b"<a/>"), Ok("UTF-8"));
        assert_eq!(
            of(b"\xEF\xBB\xBF<?xml version='1.0' encoding='utf-8'?><a/>"),
            Ok("UTF-8")
        );
        assert_eq!(of(b"<?xml version=\"1.0\" encoding=\"GB2312\"?><a/>"), Ok("GBK"));
        assert_eq!(of(b"\xFF\xFE<\0a\0/\0>\0"), Ok("UTF-16LE"));
        assert_eq!(
            of(b"\xEF\xBB\xBF<?xml version='1.0' encoding='GBK'?><a/>"),
            Err("xml.encoding")
        );
        assert_eq!(
            of(b"<?xml version='1.0' encoding='UTF-16'?><a/>"),
            Err("xml.encoding")
        );
        assert_eq!(
            of(b"<?xml version='1.0' encoding='Big5'?><a/>"),
            Err("xml.encoding")
        );
        assert_eq!(of(b"<\0a\0/\0>\0"), Err("xml.encoding"));
    }

    #[test]
    fn utf8_is_not_taken_for_gb18030_though_its_bytes_could_be() {
        let text = "<?xml version='1.0' encoding='GB18030'?><a>示例示例</a>";
        assert_eq!(of(text.as_bytes()), Err("xml.encoding"));
        let (bytes, _, _) =
            GB18030.encode("<?xml version='1.0' encoding='GB18030'?><目录>示例县档案馆</目录>");
        assert_eq!(of(&bytes), Ok("gb18030"));
    }
}
