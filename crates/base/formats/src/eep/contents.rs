//! One pass over the file: computer files are decoded to disk, everything else becomes a small tree.

use super::fault::EepError;
use crate::safe_xml::{Element, SafeReader, XmlEvent, XmlFault, XmlLimits};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::fs::File;
use std::io::{BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

/// The element that holds a computer file.
const DATA: &str = "编码数据";

/// How much of a package is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EepLimits {
    /// Computer files.
    pub files: usize,
    /// Bytes of all texts but the computer files.
    pub texts: u64,
    /// Elements.
    pub elements: u64,
}

impl Default for EepLimits {
    fn default() -> Self {
        Self {
            files: 100_000,
            texts: 32 * 1024 * 1024,
            elements: 1_000_000,
        }
    }
}

/// The data of a computer file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EepContent {
    /// 编码数据ID.
    pub identifier: Option<String>,
    /// 引用编码数据ID: the same data elsewhere in the package.
    pub reference: Option<String>,
    /// Where the decoded bytes lie; `None` where the element is empty or no Base64.
    pub path: Option<PathBuf>,
    /// How many bytes.
    pub size: u64,
    /// Whether the text is no Base64.
    pub is_broken: bool,
}

/// What a pass over the file came to.
pub(super) struct Contents {
    /// The document; the text of each 编码数据 is its place among the files.
    pub root: Element,
    /// The computer files in the order of the document.
    pub files: Vec<EepContent>,
}

/// Decodes Base64 that comes in pieces, with line ends and spaces in it (RFC 2045).
struct Decoder {
    waiting: Vec<u8>,
    has_ended: bool,
    is_broken: bool,
    size: u64,
}

impl Decoder {
    fn new() -> Self {
        Self {
            waiting: Vec::new(),
            has_ended: false,
            is_broken: false,
            size: 0,
        }
    }

    fn feed(&mut self, text: &str, sink: &mut dyn Write) -> std::io::Result<()> {
        if self.is_broken {
            return Ok(());
        }
        self.waiting
            .extend(text.bytes().filter(|byte| !byte.is_ascii_whitespace()));
        let whole = self.waiting.len() / 4 * 4;
        self.decode(whole, sink)
    }

    fn finish(&mut self, sink: &mut dyn Write) -> std::io::Result<()> {
        self.is_broken |= !self.waiting.is_empty();
        sink.flush()
    }

    fn decode(&mut self, length: usize, sink: &mut dyn Write) -> std::io::Result<()> {
        let piece = self.waiting.get(..length).unwrap_or_default();
        if piece.is_empty() {
            return Ok(());
        }
        // what is filled up at its end is the last piece
        let is_last = piece.ends_with(b"=");
        match STANDARD.decode(piece) {
            Ok(bytes) if !self.has_ended => {
                sink.write_all(&bytes)?;
                self.size += bytes.len() as u64;
            }
            _ => self.is_broken = true,
        }
        self.has_ended |= is_last;
        self.waiting.drain(..length);
        Ok(())
    }
}

/// Reads a package; computer files go into the folder under numbers, never under names of the package.
pub(super) fn read(path: &Path, into: &Path, limits: &EepLimits) -> Result<Contents, EepError> {
    let disk = |path: &Path, source| EepError::Disk {
        path: path.to_path_buf(),
        source,
    };
    let file = File::open(path).map_err(XmlFault::Io)?;
    let xml = XmlLimits {
        elements: limits.elements,
        depth: 512,
        ..XmlLimits::STREAM
    };
    let mut reader = SafeReader::new(BufReader::new(file), xml)?;
    let mut files: Vec<EepContent> = Vec::new();
    let mut open: Vec<Element> = Vec::new();
    let mut root = None;
    let mut texts = 0_u64;
    let mut decoding: Option<(Decoder, BufWriter<File>, PathBuf)> = None;
    loop {
        let line = reader.line();
        let Some(event) = reader.next_event()? else { break };
        match event {
            XmlEvent::Start(tag) => {
                let mut element = Element {
                    namespace: tag.name.namespace.clone(),
                    name: tag.name.local.clone(),
                    attributes: tag.attributes.clone(),
                    children: Vec::new(),
                    text: String::new(),
                    line: 0,
                };
                if element.name == DATA {
                    if files.len() >= limits.files {
                        return Err(too_large(line, "the computer files are", limits.files as u64).into());
                    }
                    element.text = files.len().to_string();
                    files.push(EepContent {
                        identifier: tag.attribute("编码数据ID").map(str::to_owned),
                        reference: tag.attribute("引用编码数据ID").map(str::to_owned),
                        ..EepContent::default()
                    });
                }
                element.line = reader.line();
                open.push(element);
            }
            XmlEvent::Text(text) => {
                let Some(element) = open.last_mut() else { continue };
                if element.name != DATA {
                    texts += text.len() as u64;
                    if texts > limits.texts {
                        return Err(too_large(line, "the texts are", limits.texts).into());
                    }
                    element.text.push_str(text);
                    continue;
                }
                if decoding.is_none() {
                    if text.trim().is_empty() {
                        continue;
                    }
                    let target = into.join(format!("{:06}", files.len()));
                    std::fs::create_dir_all(into).map_err(|source| disk(into, source))?;
                    let sink = File::create_new(&target).map_err(|source| disk(&target, source))?;
                    decoding = Some((Decoder::new(), BufWriter::with_capacity(256 * 1024, sink), target));
                }
                if let Some((decoder, sink, target)) = &mut decoding {
                    decoder.feed(text, sink).map_err(|source| disk(target, source))?;
                }
            }
            XmlEvent::End(_) => {
                let Some(element) = open.pop() else { continue };
                if element.name == DATA
                    && let Some((mut decoder, mut sink, target)) = decoding.take()
                {
                    decoder
                        .finish(&mut sink)
                        .map_err(|source| disk(&target, source))?;
                    if let Some(content) = files.last_mut() {
                        content.size = decoder.size;
                        content.is_broken = decoder.is_broken;
                        content.path = (!decoder.is_broken).then_some(target);
                    }
                }
                match open.last_mut() {
                    Some(parent) => parent.children.push(element),
                    None => root = Some(element),
                }
            }
            XmlEvent::Instruction { .. } => {}
        }
    }
    let root = root.ok_or_else(|| XmlFault::NotWellFormed {
        line: 1,
        reason: "there is no root element".to_owned(),
    })?;
    Ok(Contents { root, files })
}

fn too_large(line: u64, what: &'static str, limit: u64) -> XmlFault {
    XmlFault::TooLarge { line, what, limit }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decode(pieces: &[&str]) -> Option<Vec<u8>> {
        let (mut decoder, mut sink) = (Decoder::new(), Vec::new());
        for piece in pieces {
            decoder.feed(piece, &mut sink).unwrap();
        }
        decoder.finish(&mut sink).unwrap();
        (!decoder.is_broken).then_some(sink)
    }

    #[test]
    fn pieces_and_line_ends_make_no_difference() {
        assert_eq!(decode(&["56S6\r\n", " 5L6L"]).unwrap(), "示例".as_bytes());
        assert_eq!(decode(&["5", "6S", "6", "5L6L"]).unwrap(), "示例".as_bytes());
        assert_eq!(decode(&["YQ=", "="]).unwrap(), b"a");
        assert_eq!(decode(&[]).unwrap(), b"");
    }

    #[test]
    fn what_is_no_base64_is_said() {
        for wrong in [
            &["YQ"][..],
            &["YQ==", "YQ=="],
            &["Y*=="],
            &["YQ==YQ=="],
            &["中文中文"],
        ] {
            assert_eq!(decode(wrong), None, "{wrong:?}");
        }
    }
}
