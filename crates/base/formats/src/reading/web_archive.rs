//! Web archives: WARC 1.0 and 1.1 (ISO 28500), and ARC before it; plain, or compressed record by record with gzip.
//!
//! Every archived document that has text is read as a part whose name is its address. A faulty record is told with
//! its offset and passed over, and the records behind it are read.

mod http;
mod member;
mod record;

use super::mime::ContentType;
use super::{Context, Input, ReadError};
use crate::text::decode_text;
use encoding_rs::Encoding;
use http::{HttpBody, http_body};
use member::{Counted, Members};
use record::{Kind, Next, Record, Records};
use std::borrow::Cow;
use std::cell::Cell;
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};

/// Reads a web archive.
pub(super) fn read(input: &Input<'_>, context: &mut Context<'_>) -> Result<(), ReadError> {
    let mut source = Counted::new(BufReader::with_capacity(64 * 1024, input.reader()?));
    context.text_step("", serde_json::Map::new());
    let mut archive = Archive {
        context,
        counts: BTreeMap::new(),
    };
    let is_compressed = source.fill_buf()?.starts_with(&[0x1f, 0x8b]);
    let result = if is_compressed {
        archive.members(&mut source)
    } else {
        archive.records(&mut source, None)
    };
    let counts = archive.counts;
    for (name, count) in &counts {
        context.told(name, &count.to_string());
    }
    result?;
    if !counts.is_empty() {
        return Ok(());
    }
    Err(ReadError::damaged("there is no record in the archive"))
}

struct Archive<'c, 'a> {
    context: &'c mut Context<'a>,
    counts: BTreeMap<&'static str, u64>,
}

impl Archive<'_, '_> {
    /// The members of a compressed archive, one after the other; behind a broken one the next is looked for.
    fn members(&mut self, source: &mut Counted<impl BufRead>) -> Result<(), ReadError> {
        while let Some(offset) = source.skip_to_member()? {
            let members = Members::new(source, offset);
            let begin = members.begin();
            let result = self.records(&mut BufReader::new(members), Some(&begin));
            match result {
                Err(ReadError::Io(error)) if !source.has_failed() => {
                    self.fault(begin.get(), &format!("the compressed data is broken: {error}"));
                }
                other => other?,
            }
        }
        Ok(())
    }

    /// The records of a stream. `member` is where the compressed member begins that they lie in.
    fn records(&mut self, source: &mut impl BufRead, member: Option<&Cell<u64>>) -> Result<(), ReadError> {
        let limit = self.context.limits().part_bytes;
        let mut records = Records::new(source, limit, member);
        loop {
            match records.next()? {
                Next::End => return Ok(()),
                Next::Fault { offset, detail } => self.fault(offset, &detail),
                Next::Record(record) => self.record(&record)?,
            }
        }
    }

    fn fault(&mut self, offset: u64, detail: &str) {
        self.context
            .omit("reading.damaged_record", format!("offset {offset}: {detail}"));
    }

    fn count(&mut self, name: &'static str) {
        *self.counts.entry(name).or_default() += 1;
    }

    fn record(&mut self, record: &Record) -> Result<(), ReadError> {
        let offset = record.offset;
        self.count("records");
        if let Some(detail) = &record.fault {
            self.fault(offset, detail);
        }
        match record.kind {
            Kind::About => self.about(record),
            Kind::Revisit => self.count("revisits"),
            Kind::Other => {}
            Kind::Response => {
                self.count("responses");
                let body = http_body(&record.block, self.context.limits().part_bytes);
                if let Some(detail) = &body.fault {
                    self.fault(offset, detail);
                }
                return self.document(record, body);
            }
            Kind::Resource => {
                self.count("resources");
                let body = HttpBody {
                    content_type: record.content_type.clone(),
                    bytes: Cow::Borrowed(&record.block),
                    fault: None,
                };
                return self.document(record, body);
            }
        }
        Ok(())
    }

    /// What the archive says of itself.
    fn about(&mut self, record: &Record) {
        let text = decode_text(&record.block).text;
        for line in text.lines().take(100) {
            let Some((name, value)) = line.split_once(':') else {
                continue;
            };
            let name = match name.trim().to_ascii_lowercase().as_str() {
                "software" => "software",
                "operator" | "creator" => "author",
                "ispartof" => "is_part_of",
                "description" => "description",
                _ => continue,
            };
            self.context.told(name, value);
        }
    }

    /// An archived document.
    fn document(&mut self, record: &Record, body: HttpBody<'_>) -> Result<(), ReadError> {
        let content_type = ContentType::parse(&body.content_type);
        if body.bytes.is_empty() {
            return Ok(());
        }
        if !has_text(&content_type.name) {
            self.count("without_text");
            return Ok(());
        }
        if record.is_cut {
            let detail = format!("{}: {} bytes", record.address, record.declared);
            self.context.omit("reading.part_too_large", detail);
            return Ok(());
        }
        let bytes = with_stated_charset(&body.bytes, &content_type);
        self.context.part(&record.address, &content_type.name, &bytes)
    }
}

/// Whether a type may have text. Pictures, films and what pages are dressed with are counted, not read.
fn has_text(mime: &str) -> bool {
    let is_dress = mime.contains("javascript")
        || mime.contains("ecmascript")
        || mime == "text/css"
        || mime.contains("font");
    !(is_dress
        || mime.starts_with("image/")
        || mime.starts_with("audio/")
        || mime.starts_with("video/")
        || mime == "application/x-shockwave-flash")
}

/// The bytes of a text, in UTF-8 with its mark where the sender named an encoding that the bytes alone do not show.
pub(super) fn with_stated_charset<'a>(bytes: &'a [u8], content_type: &ContentType) -> Cow<'a, [u8]> {
    let encoding = content_type
        .parameter("charset")
        .and_then(|label| Encoding::for_label(label.as_bytes()))
        .filter(|_| content_type.is("text/"));
    let Some(encoding) = encoding.filter(|_| Encoding::for_bom(bytes).is_none()) else {
        return Cow::Borrowed(bytes);
    };
    let (text, _, had_errors) = encoding.decode(bytes);
    if had_errors || text == decode_text(bytes).text {
        return Cow::Borrowed(bytes);
    }
    Cow::Owned(["\u{feff}".as_bytes(), text.as_bytes()].concat())
}
