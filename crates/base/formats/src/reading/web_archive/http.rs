//! The answer of a server (RFC 9112): header, chunks, content encodings.

use crate::reading::mime::{Header, line_length};
use flate2::read::{DeflateDecoder, GzDecoder, ZlibDecoder};
use std::borrow::Cow;
use std::io::Read;

/// Bytes of the header.
const HEADER_BYTES: usize = 256 * 1024;

/// The body of an answer, decoded as far as it can be.
#[derive(Debug)]
pub(super) struct HttpBody<'a> {
    /// Its type as the server stated it.
    pub content_type: String,
    /// Its bytes.
    pub bytes: Cow<'a, [u8]>,
    /// What is wrong with it.
    pub fault: Option<String>,
}

/// Takes an answer apart. No more than `limit` bytes come out.
pub(super) fn http_body(block: &[u8], limit: u64) -> HttpBody<'_> {
    let status = line_length(block);
    let rest = if block.starts_with(b"HTTP/") {
        block.get(status..).unwrap_or_default()
    } else {
        block
    };
    let (header, body) = Header::split(rest, HEADER_BYTES);
    let field = |name: &str| header.raw(name).unwrap_or_default().trim().to_ascii_lowercase();
    let mut answer = HttpBody {
        content_type: header.raw("content-type").unwrap_or_default().to_owned(),
        bytes: Cow::Borrowed(body),
        fault: None,
    };
    if field("transfer-encoding").contains("chunked") {
        match unchunk(body) {
            Ok(bytes) => answer.bytes = Cow::Owned(bytes),
            // some archives keep the word of the server and not the chunks
            Err(Chunks::None) => {}
            Err(Chunks::Broken(bytes)) => {
                answer.bytes = Cow::Owned(bytes);
                answer.fault = Some("the chunks of the answer are broken".to_owned());
            }
        }
    }
    for encoding in field("content-encoding").split(',').map(str::trim).rev() {
        decode(&mut answer, encoding, limit);
    }
    answer
}

fn decode(answer: &mut HttpBody<'_>, encoding: &str, limit: u64) {
    let mut decoded = Vec::new();
    let result = {
        let bytes: &[u8] = &answer.bytes;
        let mut take = |reader: &mut dyn Read| reader.take(limit).read_to_end(&mut decoded);
        match encoding {
            "" | "identity" => return,
            // archives that decoded the body kept the header
            "gzip" | "x-gzip" if !bytes.starts_with(&[0x1f, 0x8b]) => return,
            "gzip" | "x-gzip" => take(&mut GzDecoder::new(bytes)),
            "deflate" if is_zlib(bytes) => take(&mut ZlibDecoder::new(bytes)),
            "deflate" => take(&mut DeflateDecoder::new(bytes)),
            other => {
                answer.fault = Some(format!(
                    "the answer is in the encoding {other}, which is not read"
                ));
                answer.bytes = Cow::Borrowed(&[]);
                return;
            }
        }
    };
    if result.is_err() {
        answer.fault = Some(format!("the answer is no whole {encoding}"));
        if decoded.is_empty() && encoding == "deflate" {
            return;
        }
    }
    answer.bytes = Cow::Owned(decoded);
}

/// Whether deflated bytes have the header of zlib (RFC 1950).
fn is_zlib(bytes: &[u8]) -> bool {
    matches!(bytes, [first, second, ..]
        if first & 0x0f == 8 && (u16::from(*first) << 8 | u16::from(*second)) % 31 == 0)
}

enum Chunks {
    /// There are none.
    None,
    /// What came before they broke.
    Broken(Vec<u8>),
}

fn unchunk(body: &[u8]) -> Result<Vec<u8>, Chunks> {
    let mut decoded = Vec::new();
    let mut rest = body;
    loop {
        let length = line_length(rest);
        let line = rest.get(..length).unwrap_or_default();
        let digits = line
            .split(|byte| *byte == b';')
            .next()
            .unwrap_or_default()
            .trim_ascii();
        let size = std::str::from_utf8(digits)
            .ok()
            .filter(|digits| !digits.starts_with('+'))
            .and_then(|digits| usize::from_str_radix(digits, 16).ok());
        let after = rest.get(length..).unwrap_or_default();
        match size {
            None if decoded.is_empty() => return Err(Chunks::None),
            None => return Err(Chunks::Broken(decoded)),
            Some(0) => return Ok(decoded),
            Some(size) => {
                let Some(chunk) = after.get(..size) else {
                    decoded.extend_from_slice(after);
                    return Err(Chunks::Broken(decoded));
                };
                decoded.extend_from_slice(chunk);
                let behind = after.get(size..).unwrap_or_default();
                let end = behind
                    .iter()
                    .take(2)
                    .take_while(|byte| matches!(byte, b'\r' | b'\n'))
                    .count();
                rest = behind.get(end..).unwrap_or_default();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::Compression;
    use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};
    use std::io::Write;

    fn body(header: &str, content: &[u8]) -> (Vec<u8>, Option<String>) {
        let mut block = format!("HTTP/1.1 200 OK\r\n{header}\r\n\r\n").into_bytes();
        block.extend_from_slice(content);
        let answer = http_body(&block, 1_000);
        (answer.bytes.into_owned(), answer.fault)
    }

    #[test]
    fn chunks_are_joined() {
        let header = "Transfer-Encoding: chunked";
        assert_eq!(
            body(header, b"3;x=y\r\nabc\r\n0002\r\nde\r\n0\r\n\r\n"),
            (b"abcde".to_vec(), None)
        );
        assert_eq!(body(header, b"<html>"), (b"<html>".to_vec(), None));
        assert_eq!(body(header, b"3\r\nabc\r\nff\r\nde").0, b"abcde");
        assert!(body(header, b"3\r\nabc\r\nzz").1.is_some());
    }

    #[test]
    fn encodings_are_undone_within_the_limit() {
        let text = vec![b'x'; 100_000];
        let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
        gzip.write_all(&text).unwrap();
        assert_eq!(
            body("Content-Encoding: gzip", &gzip.finish().unwrap()).0.len(),
            1_000
        );
        let mut zlib = ZlibEncoder::new(Vec::new(), Compression::fast());
        zlib.write_all(b"abc").unwrap();
        assert_eq!(
            body("content-encoding: DEFLATE", &zlib.finish().unwrap()),
            (b"abc".to_vec(), None)
        );
        let mut raw = DeflateEncoder::new(Vec::new(), Compression::fast());
        raw.write_all(b"abc").unwrap();
        assert_eq!(
            body("Content-Encoding: deflate", &raw.finish().unwrap()).0,
            b"abc"
        );
        assert!(body("Content-Encoding: br", b"xx").1.is_some());
        assert_eq!(
            body("Content-Encoding: gzip", b"<html>"),
            (b"<html>".to_vec(), None)
        );
    }
}
