//! Records of WARC and ARC, read from a stream.

use crate::reading::mime::Header;
use sha1::{Digest as _, Sha1};
use std::cell::Cell;
use std::io::{self, BufRead, Read};

/// Bytes of the header of a record.
const HEADER_BYTES: usize = 256 * 1024;
/// Bytes of one line of it.
const LINE_BYTES: usize = 64 * 1024;

/// What a record is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// What the archive says of itself (`warcinfo`, `filedesc`).
    About,
    /// An answer of a server, with its header.
    Response,
    /// A document without one.
    Resource,
    /// An answer that was the same as before.
    Revisit,
    /// Requests, metadata and others.
    Other,
}

/// A record.
#[derive(Debug)]
pub(super) struct Record {
    /// Where it begins in the stream, or where its compressed member begins in the file.
    pub offset: u64,
    /// What it is.
    pub kind: Kind,
    /// The address of the document.
    pub address: String,
    /// The type that the record names.
    pub content_type: String,
    /// Its content, up to the limit.
    pub block: Vec<u8>,
    /// Bytes that it says it has.
    pub declared: u64,
    /// Whether it has more than the limit allows.
    pub is_cut: bool,
    /// What is wrong with it, though it could be read.
    pub fault: Option<String>,
}

/// What comes next.
#[derive(Debug)]
pub(super) enum Next {
    /// A record.
    Record(Record),
    /// Something that is none; it is passed over.
    Fault {
        /// Where it begins in the stream.
        offset: u64,
        /// What is wrong.
        detail: String,
    },
    /// Nothing.
    End,
}

/// Reads records from a stream.
pub(super) struct Records<'s, R> {
    source: &'s mut R,
    offset: u64,
    limit: u64,
    /// Whether something was passed over that is no record: told once.
    is_lost: bool,
    is_ended: bool,
    /// Where the compressed member begins that is read, where there is one: offsets are told by it.
    member: Option<&'s Cell<u64>>,
}

impl<'s, R: BufRead> Records<'s, R> {
    /// The records of a stream; of each no more bytes than `limit` are kept.
    pub(super) fn new(source: &'s mut R, limit: u64, member: Option<&'s Cell<u64>>) -> Self {
        Self {
            source,
            offset: 0,
            limit,
            is_lost: false,
            is_ended: false,
            member,
        }
    }

    /// The next record. An error is one of the stream.
    pub(super) fn next(&mut self) -> io::Result<Next> {
        loop {
            let offset = self.offset;
            let line = self.line()?;
            let offset = self.member.map_or(offset, Cell::get);
            if line.is_empty() || self.is_ended {
                return Ok(Next::End);
            }
            let content = line.trim_ascii();
            if content.is_empty() {
                continue;
            }
            if content.starts_with(b"WARC/") {
                self.is_lost = false;
                return self.warc(offset);
            }
            if let Some(head) = ArcHead::parse(content) {
                self.is_lost = false;
                return self.arc(offset, &head);
            }
            if !self.is_lost {
                self.is_lost = true;
                return Ok(Next::Fault {
                    offset,
                    detail: "no record begins here".to_owned(),
                });
            }
        }
    }

    fn warc(&mut self, offset: u64) -> io::Result<Next> {
        let mut bytes = Vec::new();
        loop {
            let line = self.line()?;
            if line.trim_ascii().is_empty() {
                break;
            }
            bytes.extend_from_slice(&line);
            if bytes.len() > HEADER_BYTES {
                return Ok(self.lost(offset, "the header of the record is too long"));
            }
        }
        let (header, _) = Header::split(&bytes, HEADER_BYTES);
        let field = |name: &str| header.raw(name).unwrap_or_default();
        let Ok(declared) = field("content-length").parse::<u64>() else {
            return Ok(self.lost(offset, "the record does not say how long it is"));
        };
        let content_type = field("content-type").to_owned();
        let is_http = content_type.to_ascii_lowercase().starts_with("application/http");
        let kind = match field("warc-type").to_ascii_lowercase().as_str() {
            "warcinfo" => Kind::About,
            "response" if is_http => Kind::Response,
            "response" | "resource" | "conversion" => Kind::Resource,
            "revisit" => Kind::Revisit,
            _ => Kind::Other,
        };
        let mut record = Record {
            offset,
            kind,
            address: field("warc-target-uri").trim_matches(['<', '>']).to_owned(),
            content_type,
            block: Vec::new(),
            declared,
            is_cut: false,
            fault: None,
        };
        self.block(&mut record)?;
        if !record.is_cut
            && record.fault.is_none()
            && !digest_agrees(field("warc-block-digest"), &record.block)
        {
            record.fault = Some("the digest of the record does not agree".to_owned());
        }
        Ok(Next::Record(record))
    }

    fn arc(&mut self, offset: u64, head: &ArcHead) -> io::Result<Next> {
        let Some(declared) = head.length else {
            return Ok(self.lost(offset, "the record does not say how long it is"));
        };
        let mut record = Record {
            offset,
            kind: Kind::Resource,
            address: head.address.clone(),
            content_type: head.content_type.clone(),
            block: Vec::new(),
            declared,
            is_cut: false,
            fault: None,
        };
        self.block(&mut record)?;
        record.kind = match () {
            () if head.address.starts_with("filedesc:") => Kind::About,
            () if record.block.starts_with(b"HTTP/") => Kind::Response,
            () => Kind::Resource,
        };
        Ok(Next::Record(record))
    }

    fn lost(&mut self, offset: u64, detail: &str) -> Next {
        self.is_lost = true;
        Next::Fault {
            offset,
            detail: detail.to_owned(),
        }
    }

    fn block(&mut self, record: &mut Record) -> io::Result<()> {
        let kept = record.declared.min(self.limit);
        let read = self.source.by_ref().take(kept).read_to_end(&mut record.block);
        // what was read before the stream broke is good
        let mut count = record.block.len() as u64;
        match read {
            Ok(_) if count == kept && record.declared > kept => {
                record.is_cut = true;
                count += io::copy(
                    &mut self.source.by_ref().take(record.declared - kept),
                    &mut io::sink(),
                )?;
            }
            Ok(_) => {}
            Err(error) if record.block.is_empty() => return Err(error),
            Err(error) => {
                record.fault = Some(format!("the compressed data is broken: {error}"));
                self.is_ended = true;
            }
        }
        self.offset += count;
        if count < record.declared && record.fault.is_none() {
            record.fault = Some(format!("{} bytes of {} are there", count, record.declared));
        }
        Ok(())
    }

    /// The next line with its end; of a longer one a piece.
    fn line(&mut self) -> io::Result<Vec<u8>> {
        let mut line = Vec::new();
        if self.is_ended {
            return Ok(line);
        }
        self.source
            .by_ref()
            .take(LINE_BYTES as u64)
            .read_until(b'\n', &mut line)?;
        self.offset += line.len() as u64;
        Ok(line)
    }
}

/// Whether a digest is that of the bytes; also where there is none or by another method.
fn digest_agrees(stated: &str, bytes: &[u8]) -> bool {
    let Some((method, digest)) = stated.split_once(':') else {
        return true;
    };
    if !method.eq_ignore_ascii_case("sha1") {
        return true;
    }
    let actual = Sha1::digest(bytes);
    match digest.len() {
        32 => digest.eq_ignore_ascii_case(&base32(&actual)),
        40 => digest.eq_ignore_ascii_case(&hex::encode(actual)),
        _ => false,
    }
}

/// Base32 (RFC 4648) of a number of bytes that five divides.
fn base32(bytes: &[u8]) -> String {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let mut text = String::new();
    for group in bytes.chunks(5) {
        let bits = group
            .iter()
            .fold(0_u64, |bits, byte| bits << 8 | u64::from(*byte));
        for place in (0..8).rev() {
            let index = usize::try_from(bits >> (5 * place) & 31).unwrap_or(0);
            text.push(char::from(LETTERS.get(index).copied().unwrap_or(b'=')));
        }
    }
    text
}

/// The line before a record of ARC: address, IP address, date, type, length; or ten fields in version 2.
struct ArcHead {
    address: String,
    content_type: String,
    length: Option<u64>,
}

impl ArcHead {
    fn parse(line: &[u8]) -> Option<Self> {
        let line = std::str::from_utf8(line).ok()?;
        let fields: Vec<&str> = line.split(' ').collect();
        let is_date = |field: &&str| field.len() >= 8 && field.bytes().all(|byte| byte.is_ascii_digit());
        let is_address = |field: &&str| field.parse::<std::net::IpAddr>().is_ok();
        // the address of a document may have blanks: the rest is counted from the first date behind an IP address
        let date = (2..fields.len())
            .find(|at| fields.get(*at).is_some_and(is_date) && fields.get(at - 1).is_some_and(is_address))?;
        let address = fields.get(..date - 1)?.join(" ");
        let rest = fields.get(date + 1..)?;
        if !address.contains(':') || !matches!(rest.len(), 2 | 7) {
            return None;
        }
        Some(Self {
            address,
            content_type: rest.first().map(|field| (*field).to_owned()).unwrap_or_default(),
            length: rest.last()?.parse().ok(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn all(mut bytes: &[u8], limit: u64) -> Vec<Next> {
        let mut records = Records::new(&mut bytes, limit, None);
        let mut found = Vec::new();
        loop {
            match records.next().unwrap() {
                Next::End => return found,
                next => found.push(next),
            }
        }
    }

    fn describe(found: &[Next]) -> Vec<String> {
        let describe = |next: &Next| match next {
            Next::Record(record) => format!(
                "{} {:?} {} {:?} {}{}",
                record.offset,
                record.kind,
                record.address,
                String::from_utf8_lossy(&record.block),
                record.is_cut,
                record.fault.as_deref().unwrap_or_default()
            ),
            Next::Fault { offset, detail } => format!("{offset} {detail}"),
            Next::End => String::new(),
        };
        found.iter().map(describe).collect()
    }

    #[test]
    fn records_around_a_fault_are_kept() {
        let warc = b"WARC/1.0\r\nWARC-Type: resource\r\nWARC-Target-URI: <http://a/ b>\r\nContent-Length: 3\r\n\
            WARC-Block-Digest: sha1:AAMT4NSHA2AWVOR6EVYXQUGCNSONBWE5\r\n\r\nabc\r\n\r\n\
            WARC/1.0\r\nWARC-Type: response\r\n\r\njunk\nWARC/1.1\r\nContent-Length: 2\r\nwarc-type: revisit\r\n\r\nxy";
        let found = describe(&all(warc, 100));
        assert_eq!(
            found[0],
            "0 Resource http://a/ b \"abc\" falsethe digest of the record does not agree"
        );
        assert!(found[1].ends_with("does not say how long it is"));
        assert!(found[2].ends_with("Revisit  \"xy\" false"), "{found:?}");
        assert_eq!(base32(&Sha1::digest(b"abc")), "VGMT4NSHA2AWVOR6EVYXQUGCNSONBWE5");
    }

    #[test]
    fn records_of_arc_in_both_versions() {
        let arc = b"filedesc://a.arc 0.0.0.0 20140101000000 text/plain 5\n1 0 A\n\nhttp://a/x y 1.2.3.4 20140101000000 text/html 4\nabcd\n\
            http://b/ 1.2.3.4 20140101000000 text/html 200 - - 0 a.arc 9\nHTTP/1.0 \nhttp://c/ 1.2.3.4 20140101000000 text/html -1\n";
        let found = describe(&all(arc, 3));
        assert_eq!(found[0], "0 About filedesc://a.arc \"1 0\" true");
        assert!(
            found[1].ends_with("Resource http://a/x y \"abc\" true"),
            "{found:?}"
        );
        assert!(found[2].contains("http://b/"));
        assert!(found[3].ends_with("does not say how long it is"));
        assert_eq!(found.len(), 4);
    }

    #[test]
    fn a_header_without_end_is_bounded() {
        let mut warc = b"WARC/1.0\r\n".to_vec();
        warc.extend(b"X: yyyyyyyyyyyyyyyyyyyyyyyyyyyyy\r\n".repeat(20_000));
        let found = describe(&all(&warc, 10));
        assert_eq!(found, ["0 the header of the record is too long"]);
    }

    proptest! {
        #[test]
        fn records_that_were_written_are_read(blocks in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..60), 1..6)) {
            let mut warc = Vec::new();
            for block in &blocks {
                let digest = base32(&Sha1::digest(block));
                warc.extend(format!("WARC/1.1\r\nWARC-Type: resource\r\nWARC-Block-Digest: sha1:{digest}\r\nContent-Length: {}\r\n\r\n", block.len()).bytes());
                warc.extend(block);
                warc.extend(b"\r\n\r\n");
            }
            let found = all(&warc, 1_000);
            prop_assert_eq!(found.len(), blocks.len());
            for (next, block) in found.iter().zip(&blocks) {
                let Next::Record(record) = next else { panic!("a record expected") };
                prop_assert_eq!(&record.block, block);
                prop_assert_eq!(&record.fault, &None);
            }
        }

        #[test]
        fn nothing_makes_it_fall(bytes in "(WARC/1.0|Content-Length: [0-9-]{1,20}|a:b|\r|\n|http://a 1.1.1.1 20140101000000 x [0-9]{1,20}| ){0,20}") {
            let _found = all(bytes.as_bytes(), 1_000);
        }
    }
}
