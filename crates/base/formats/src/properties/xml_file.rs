//! XML: well-formed to the last byte, in the encoding that it declares, drawing on nothing outside of itself.
//!
//! No DTD is read, no entity expanded, no schema fetched.

use super::source::Source;
use super::{Claim, Depth, ExamineLimits, FaultKind, FileProperties};
use crate::text;
use encoding_rs::{Encoding, UTF_8};
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use std::io::{self, BufRead, BufReader, Read};

/// Attributes of one element.
const MAX_ATTRIBUTES: usize = 512;

/// What a walk meets.
pub(crate) enum XmlNode<'a> {
    /// A tag opens.
    Start {
        /// Name without prefix.
        name: &'a str,
        /// Its attributes, names without prefix.
        attributes: &'a [(String, String)],
    },
    /// Text between tags.
    Text(&'a str),
    /// A tag closes.
    End,
}

/// Why a walk ended before the end.
#[derive(Debug)]
pub(crate) struct XmlFault {
    pub(crate) kind: FaultKind,
    pub(crate) detail: String,
}

impl XmlFault {
    fn new(kind: FaultKind, detail: impl Into<String>) -> Self {
        Self {
            kind,
            detail: detail.into(),
        }
    }

    fn ill_formed(detail: impl Into<String>) -> Self {
        Self::new(FaultKind::XmlNotWellFormed, detail)
    }
}

/// Whether a file is to be walked as XML.
pub(crate) fn is_xml(claim: &Claim, head: &[u8]) -> bool {
    let begins = text::detect_charset(head)
        .decode(head.get(..64).unwrap_or(head))
        .text;
    let named = claim.mime.as_deref().is_some_and(|mime| {
        matches!(mime, "text/xml" | "application/xml")
            || (mime.ends_with("+xml") && mime != "application/xhtml+xml")
    });
    begins.trim_start().starts_with("<?xml") || (named && claim.is_text)
}

/// Walks over an XML file.
pub(crate) fn examine(
    source: &mut Source<'_>,
    head: &[u8],
    limits: &ExamineLimits,
) -> io::Result<FileProperties> {
    let mut properties = FileProperties::default();
    let encoding = declared_encoding(head, &mut properties);
    properties.charset = Some(encoding.name().to_owned());
    if source.size() > limits.text_bytes {
        properties.fault(
            FaultKind::TooLarge,
            format!("more than {} bytes of XML", limits.text_bytes),
        );
        return Ok(properties);
    }
    let reader = BufReader::new(ToUtf8::new(source.from(0)?, encoding));
    match walk(reader, limits.xml_depth, &mut properties, &mut |_| Ok(())) {
        Ok(()) => properties.depth = Depth::Decoded,
        Err(fault) if fault.kind == FaultKind::Undecodable => {
            let honest = text::detect_charset(head).encoding();
            if honest == encoding {
                properties.fault(FaultKind::Undecodable, format!("as {}", encoding.name()));
            } else {
                properties.fault(
                    FaultKind::CharsetDeclared,
                    format!("declared {}, found {}", encoding.name(), honest.name()),
                );
            }
        }
        Err(fault) => properties.fault(fault.kind, fault.detail),
    }
    Ok(properties)
}

/// The encoding that a document says it has; a byte order mark says it first.
fn declared_encoding(head: &[u8], properties: &mut FileProperties) -> &'static Encoding {
    let found = text::detect_charset(head);
    if found.has_bom() || found.encoding().name().starts_with("UTF-16") {
        return found.encoding();
    }
    let declaration = head.get(..256).unwrap_or(head);
    let declaration: String = declaration.iter().map(|byte| char::from(*byte)).collect();
    let declaration = declaration.split("?>").next().unwrap_or_default();
    let label = declaration.split_once("encoding").and_then(|(_, rest)| {
        let quote = rest.find(['"', '\''])?;
        rest.get(quote + 1..)?.split(['"', '\'']).next()
    });
    match label.map(|label| (label, Encoding::for_label(label.as_bytes()))) {
        Some((_, Some(encoding))) if encoding.name() == "GBK" => encoding_rs::GB18030,
        Some((_, Some(encoding))) => encoding,
        Some((label, None)) => {
            properties.fault(FaultKind::CharsetDeclared, format!("unknown encoding {label:?}"));
            found.encoding()
        }
        None => UTF_8,
    }
}

/// Walks over a document that is UTF-8, and hands each node on. The first fault ends it; what only needs a person's
/// eye goes to `properties`.
pub(crate) fn walk<R: BufRead>(
    reader: R,
    max_depth: usize,
    properties: &mut FileProperties,
    visit: &mut dyn FnMut(XmlNode<'_>) -> Result<(), XmlFault>,
) -> Result<(), XmlFault> {
    let mut reader = Reader::from_reader(reader);
    reader.config_mut().check_comments = true;
    let mut buffer = Vec::new();
    let (mut depth, mut roots, mut has_dtd) = (0_usize, 0_usize, false);
    loop {
        buffer.clear();
        let event = reader
            .read_event_into(&mut buffer)
            .map_err(|error| fault_of(&error));
        let event = event.map_err(|fault| at(fault, reader.buffer_position()))?;
        match event {
            Event::Start(tag) => {
                depth += 1;
                roots += usize::from(depth == 1);
                if depth > max_depth {
                    return Err(XmlFault::new(
                        FaultKind::XmlLimits,
                        format!("deeper than {max_depth}"),
                    ));
                }
                start(&tag, visit)?;
            }
            Event::Empty(tag) => {
                roots += usize::from(depth == 0);
                start(&tag, visit)?;
                visit(XmlNode::End)?;
            }
            Event::End(_) => {
                depth = depth.saturating_sub(1);
                visit(XmlNode::End)?;
            }
            Event::Text(part) => {
                let part = part.into_inner();
                if depth == 0 && !part.trim_matches(['\u{feff}', ' ', '\t', '\r', '\n']).is_empty() {
                    return Err(XmlFault::ill_formed("text outside of the root"));
                }
                visit(XmlNode::Text(&part))?;
            }
            Event::CData(part) => visit(XmlNode::Text(&part.into_inner()))?,
            Event::GeneralRef(reference) => {
                if !is_known_reference(&reference.clone().into_inner()) && !has_dtd {
                    return Err(XmlFault::ill_formed(format!("the entity &{};", &*reference)));
                }
            }
            Event::DocType(doctype) => {
                has_dtd = true;
                note_doctype(&doctype.into_inner(), properties);
            }
            Event::Eof => break,
            Event::Decl(_) | Event::PI(_) | Event::Comment(_) => {}
        }
        if roots > 1 {
            return Err(XmlFault::ill_formed("more than one root"));
        }
    }
    if depth > 0 {
        return Err(XmlFault::new(
            FaultKind::Truncated,
            format!("the document ends inside of {depth} open elements"),
        ));
    }
    if roots == 0 {
        return Err(XmlFault::ill_formed("no element"));
    }
    Ok(())
}

fn start(
    tag: &BytesStart<'_>,
    visit: &mut dyn FnMut(XmlNode<'_>) -> Result<(), XmlFault>,
) -> Result<(), XmlFault> {
    let mut attributes = Vec::new();
    for attribute in tag.attributes() {
        // each is compared with all before it
        if attributes.len() >= MAX_ATTRIBUTES {
            let detail = format!("an element with more than {MAX_ATTRIBUTES} attributes");
            return Err(XmlFault::new(FaultKind::XmlLimits, detail));
        }
        let attribute = attribute.map_err(|error| XmlFault::ill_formed(error.to_string()))?;
        if attribute.value.contains('<') {
            return Err(XmlFault::ill_formed("< in the value of an attribute"));
        }
        let value = match quick_xml::escape::unescape(&attribute.value) {
            Ok(value) => value.into_owned(),
            // an entity of the DTD, which is not read
            Err(_) => attribute.value.clone().into_owned(),
        };
        attributes.push((attribute.key.local_name().as_ref().to_owned(), value));
    }
    let name = tag.local_name();
    visit(XmlNode::Start {
        name: name.as_ref(),
        attributes: &attributes,
    })
}

fn is_known_reference(name: &str) -> bool {
    name.starts_with('#') || matches!(name, "lt" | "gt" | "amp" | "apos" | "quot")
}

fn note_doctype(doctype: &str, properties: &mut FileProperties) {
    let declares = doctype.contains("<!ENTITY");
    let draws_on_others = doctype
        .split("<!ENTITY")
        .skip(1)
        .any(|entity| entity.contains("SYSTEM") || entity.contains("PUBLIC"));
    if draws_on_others {
        properties.fault(FaultKind::XmlExternal, "an external entity; it was not fetched");
    } else if declares {
        properties.fault(FaultKind::XmlLimits, "declares entities; they were not expanded");
    } else if doctype.contains("SYSTEM") || doctype.contains("PUBLIC") {
        properties.fault(FaultKind::XmlLimits, "names an external DTD; it was not read");
    }
}

fn fault_of(error: &quick_xml::Error) -> XmlFault {
    match error {
        quick_xml::Error::Io(source) if source.kind() == io::ErrorKind::InvalidData => {
            XmlFault::new(FaultKind::Undecodable, source.to_string())
        }
        quick_xml::Error::Io(source) => XmlFault::new(FaultKind::Damaged, source.to_string()),
        quick_xml::Error::Syntax(_) => XmlFault::new(FaultKind::Truncated, error.to_string()),
        quick_xml::Error::Encoding(_) => XmlFault::new(FaultKind::Undecodable, error.to_string()),
        _ => XmlFault::ill_formed(error.to_string()),
    }
}

fn at(mut fault: XmlFault, position: u64) -> XmlFault {
    fault.detail = format!("{} (near byte {position})", fault.detail);
    fault
}

/// Turns any encoding into UTF-8 on the way; bytes without meaning are an error of kind `InvalidData`.
struct ToUtf8<'a> {
    inner: &'a mut dyn crate::identify::ReadSeek,
    decoder: encoding_rs::Decoder,
    text: String,
    given: usize,
    ended: bool,
}

impl<'a> ToUtf8<'a> {
    fn new(inner: &'a mut dyn crate::identify::ReadSeek, encoding: &'static Encoding) -> Self {
        Self {
            inner,
            decoder: encoding.new_decoder_with_bom_removal(),
            text: String::with_capacity(64 * 1024),
            given: 0,
            ended: false,
        }
    }
}

impl Read for ToUtf8<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let mut buffer = [0; 16 * 1024];
        while self.given == self.text.len() && !self.ended {
            let count = self.inner.read(&mut buffer)?;
            self.ended = count == 0;
            (self.given, self.text) = (0, std::mem::take(&mut self.text));
            self.text.clear();
            let part = buffer.get(..count).unwrap_or_default();
            let (result, _) =
                self.decoder
                    .decode_to_string_without_replacement(part, &mut self.text, self.ended);
            if matches!(result, encoding_rs::DecoderResult::Malformed(..)) {
                return Err(io::Error::new(
                    io::ErrorKind::InvalidData,
                    "bytes without meaning",
                ));
            }
        }
        let rest = self.text.as_bytes().get(self.given..).unwrap_or_default();
        let count = rest.len().min(out.len());
        if let (Some(to), Some(from)) = (out.get_mut(..count), rest.get(..count)) {
            to.copy_from_slice(from);
        }
        self.given += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;

    fn look(bytes: &[u8]) -> FileProperties {
        let mut cursor = Cursor::new(bytes);
        let mut source = Source::new(&mut cursor, bytes.len() as u64);
        examine(&mut source, bytes, &ExamineLimits::default()).unwrap()
    }

    #[test]
    fn well_formed_documents_have_no_fault() {
        let gb = encoding_rs::GB18030
            .encode("<?xml version=\"1.0\" encoding=\"GB18030\"?><题名>永久</题名>")
            .0;
        for good in [
            "<?xml version=\"1.0\"?><a b='1'>&amp;&#x4e00;<c/><![CDATA[<]]></a>".as_bytes(),
            &gb,
            "\u{feff}<?xml version='1.0' encoding='utf-8'?>\n<a/>\n".as_bytes(),
        ] {
            assert_eq!(look(good).faults, []);
        }
        assert_eq!(look(&gb).charset.as_deref(), Some("gb18030"));
    }

    #[test]
    fn each_fault_is_named() {
        let gb = encoding_rs::GB18030
            .encode("<?xml version=\"1.0\" encoding=\"UTF-8\"?><题名>永久国务院关于</题名>")
            .0;
        let deep = "<a>".repeat(300);
        for (kind, bad) in [
            (
                FaultKind::XmlNotWellFormed,
                &b"<?xml version='1.0'?><a><b></a></b>"[..],
            ),
            (FaultKind::XmlNotWellFormed, b"<?xml version='1.0'?><a/><b/>"),
            (
                FaultKind::XmlNotWellFormed,
                b"<?xml version='1.0'?><a x='1' x='2'/>",
            ),
            (
                FaultKind::XmlNotWellFormed,
                b"<?xml version='1.0'?><a>&unknown;</a>",
            ),
            (FaultKind::Truncated, b"<?xml version='1.0'?><a><b>text"),
            (
                FaultKind::XmlExternal,
                b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>",
            ),
            (
                FaultKind::XmlLimits,
                b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>",
            ),
            (FaultKind::XmlLimits, deep.as_bytes()),
            (FaultKind::CharsetDeclared, &gb),
        ] {
            let found = look(bad);
            assert!(found.has(kind), "{kind:?}: {:?}", found.faults);
        }
    }
}
