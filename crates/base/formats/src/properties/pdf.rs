//! PDF: whether it opens, pages, encryption, what runs in it, attachments, signatures, fonts, and the PDF/A claim.

use super::source::{Source, WINDOW};
use super::xml_file::{self, XmlNode};
use super::{Depth, ExamineLimits, FaultKind, FileProperties, PdfaClaim, pdf_signatures, pdfa};
use hayro_syntax::object::{Array, Dict, Name, Object, Stream};
use hayro_syntax::{LoadPdfError, Pdf};
use std::collections::HashSet;
use std::io::{self, BufReader, Read};
use std::sync::Arc;

/// Depth of trees of names and fields.
const MAX_TREE: usize = 32;

pub(crate) fn examine(
    source: &mut Source<'_>,
    head: &[u8],
    limits: &ExamineLimits,
) -> io::Result<FileProperties> {
    let mut properties = FileProperties::default();
    let first = head.get(..1024).unwrap_or(head);
    if memchr::memmem::find(first, b"%PDF-").is_none() {
        return Ok(properties.broken(
            FaultKind::NotWhatItClaims,
            "no PDF begins in the first 1024 bytes",
        ));
    }
    let tail = source.tail(WINDOW)?;
    check_end(source, &tail, &mut properties)?;
    let is_encrypted = has_encrypt_key(head) || has_encrypt_key(&tail);
    if source.size() > limits.document_bytes {
        properties.encrypted = is_encrypted;
        properties.fault(
            FaultKind::TooLarge,
            format!("more than {} bytes of PDF", limits.document_bytes),
        );
        return Ok(properties);
    }
    let mut bytes = Vec::new();
    source
        .from(0)?
        .take(limits.document_bytes)
        .read_to_end(&mut bytes)?;
    let bytes = Arc::new(bytes);
    let pdf = match Pdf::new(Arc::clone(&bytes)) {
        Ok(pdf) => pdf,
        Err(LoadPdfError::Decryption(reason)) => {
            properties.encrypted = true;
            return Ok(properties.broken(FaultKind::Encrypted, format!("it needs a password ({reason:?})")));
        }
        Err(LoadPdfError::Invalid) => {
            return Ok(properties.broken(
                FaultKind::Damaged,
                "neither its tables nor its objects lead to a page",
            ));
        }
    };
    if is_encrypted {
        properties.encrypted = true;
        properties.fault(
            FaultKind::Restricted,
            "it opens without a password, its rights are limited",
        );
    }
    properties.depth = Depth::Structure;
    if let Some(made) = &pdf.metadata().creation_date {
        properties.made(&format!("{:04}-{:02}-{:02}", made.year, made.month, made.day));
    }
    let document = Document {
        pdf: &pdf,
        root: pdf.xref().get(pdf.xref().root_id()).unwrap_or_default(),
    };
    document.pages(&mut properties);
    document.actions(&mut properties);
    properties.attachments = Some(document.attachments());
    let (signed, signatures) = pdf_signatures::signed_parts(&document, &bytes, is_encrypted, limits);
    (properties.signed, properties.signatures) = (signed, Some(signatures));
    properties.fonts_embedded = document.fonts_embedded(limits);
    if let Some(packet) = document.metadata()
        && let Some(claim) = claim(&packet, limits)
    {
        properties.pdfa_claim = Some(claim.clone());
        pdfa::check(&document, &claim, &packet, limits, &mut properties);
    }
    Ok(properties)
}

/// The marks at the end: `startxref`, an offset, `%%EOF`.
fn check_end(source: &mut Source<'_>, tail: &[u8], properties: &mut FileProperties) -> io::Result<()> {
    let Some(end) = memchr::memmem::rfind(tail, b"%%EOF") else {
        properties.fault(FaultKind::Truncated, "no %%EOF near the end");
        return Ok(());
    };
    let Some(position) = tail
        .get(..end)
        .and_then(|part| memchr::memmem::rfind(part, b"startxref"))
    else {
        properties.fault(FaultKind::Repaired, "no startxref");
        return Ok(());
    };
    let digits: String = tail
        .iter()
        .skip(position + 9)
        .skip_while(|byte| byte.is_ascii_whitespace())
        .take_while(|byte| byte.is_ascii_digit())
        .take(20)
        .map(|byte| char::from(*byte))
        .collect();
    match digits.parse::<u64>() {
        Ok(offset) if offset >= source.size() => {
            properties.fault(
                FaultKind::Truncated,
                format!("its table lies at {offset}, beyond the end"),
            );
        }
        // offset 0 is what the first part of a linearised file says
        Ok(0) => {}
        Ok(offset) => {
            let table = source.at(offset, 32)?;
            let begin = table
                .iter()
                .position(|byte| !byte.is_ascii_whitespace())
                .unwrap_or_default();
            let is_table = table.get(begin..).is_some_and(|table| {
                table.starts_with(b"xref") || table.first().is_some_and(u8::is_ascii_digit)
            });
            if !is_table {
                properties.fault(FaultKind::Repaired, format!("no table at {offset}"));
            }
        }
        Err(_) => properties.fault(FaultKind::Repaired, "startxref without an offset"),
    }
    Ok(())
}

/// `/Encrypt 12 0 R` or `/Encrypt <<`, but not `/EncryptMetadata`.
pub(crate) fn has_encrypt_key(window: &[u8]) -> bool {
    memchr::memmem::find_iter(window, b"/Encrypt").any(|position| {
        let mut after = window
            .iter()
            .skip(position + 8)
            .skip_while(|byte| byte.is_ascii_whitespace());
        matches!(after.next(), Some(byte) if byte.is_ascii_digit() || *byte == b'<')
    })
}

/// An open document.
pub(crate) struct Document<'a> {
    pub(crate) pdf: &'a Pdf,
    pub(crate) root: Dict<'a>,
}

/// Whether a name is this one.
pub(crate) fn name_is(dict: &Dict<'_>, key: &str, value: &str) -> bool {
    dict.get::<Name<'_>>(key)
        .is_some_and(|name| name.as_ref() == value.as_bytes())
}

impl Document<'_> {
    fn pages(&self, properties: &mut FileProperties) {
        let found = self.pdf.pages().len() as u64;
        properties.pages = Some(found);
        if found == 0 {
            properties.fault(FaultKind::Damaged, "no page can be found");
        }
        let stated = self
            .root
            .get::<Dict<'_>>("Pages")
            .and_then(|pages| pages.get::<i32>("Count"));
        if let Some(stated) = stated
            && u64::try_from(stated) != Ok(found)
        {
            properties.fault(
                FaultKind::Repaired,
                format!("it states {stated} pages and holds {found}"),
            );
        }
    }

    fn actions(&self, properties: &mut FileProperties) {
        let runs = |action: &Dict<'_>| name_is(action, "S", "JavaScript") || name_is(action, "S", "Launch");
        let opens = self
            .root
            .get::<Dict<'_>>("OpenAction")
            .is_some_and(|action| runs(&action));
        let further = self.root.get::<Dict<'_>>("AA").is_some_and(|actions| {
            let keys: Vec<Name<'_>> = actions.keys().collect();
            keys.iter()
                .any(|key| actions.get::<Dict<'_>>(key).is_some_and(|action| runs(&action)))
        });
        let names = self
            .root
            .get::<Dict<'_>>("Names")
            .is_some_and(|names| names.contains_key("JavaScript"));
        if opens || further || names {
            properties.fault(
                FaultKind::ActiveContent,
                "JavaScript or a program is started by the document",
            );
        }
    }

    fn attachments(&self) -> u64 {
        let names = self.root.get::<Dict<'_>>("Names");
        names
            .and_then(|names| names.get::<Dict<'_>>("EmbeddedFiles"))
            .map_or(0, |tree| count_names(&tree, 0))
    }

    /// Fonts of all pages, each once.
    pub(crate) fn fonts(&self, limits: &ExamineLimits, visit: &mut dyn FnMut(&Dict<'_>)) {
        let mut seen = HashSet::new();
        for page in self.pdf.pages().iter().take(limits.objects) {
            for (name, _) in page.resources().fonts.entries() {
                let reference = page.resources().fonts.get_ref(&name);
                if reference
                    .is_some_and(|reference| !seen.insert((reference.obj_number, reference.gen_number)))
                {
                    continue;
                }
                if let Some(font) = page.resources().get_font(&name) {
                    visit(&font);
                }
            }
        }
    }

    fn fonts_embedded(&self, limits: &ExamineLimits) -> Option<bool> {
        let mut all = None;
        self.fonts(limits, &mut |font| {
            all = Some(all.unwrap_or(true) && is_embedded(font))
        });
        all
    }

    /// The metadata packet of the document.
    fn metadata(&self) -> Option<Vec<u8>> {
        let stream = self.root.get::<Stream<'_>>("Metadata")?;
        stream.decoded_data().ok().map(std::borrow::Cow::into_owned)
    }

    /// All objects of the document, streams as their dictionaries; direct ones inside of others too.
    pub(crate) fn dictionaries(&self, limits: &ExamineLimits, visit: &mut dyn FnMut(&Dict<'_>, bool)) {
        for object in self.pdf.objects().into_iter().take(limits.objects) {
            inner(&object, 0, visit);
        }
    }
}

fn inner(object: &Object<'_>, depth: usize, visit: &mut dyn FnMut(&Dict<'_>, bool)) {
    let into = |dict: &Dict<'_>, visit: &mut dyn FnMut(&Dict<'_>, bool)| {
        for (_, value) in dict.entries() {
            if let hayro_syntax::object::MaybeRef::NotRef(value) = value {
                inner(&value, depth + 1, visit);
            }
        }
    };
    if depth > MAX_TREE {
        return;
    }
    match object {
        Object::Dict(dict) => {
            visit(dict, false);
            into(dict, visit);
        }
        Object::Stream(stream) => {
            visit(stream.dict(), true);
            into(stream.dict(), visit);
        }
        Object::Array(array) => {
            for value in array.raw_iter() {
                if let hayro_syntax::object::MaybeRef::NotRef(value @ (Object::Dict(_) | Object::Array(_))) =
                    value
                {
                    inner(&value, depth + 1, visit);
                }
            }
        }
        _ => {}
    }
}

fn count_names(tree: &Dict<'_>, depth: usize) -> u64 {
    if depth > MAX_TREE {
        return 0;
    }
    let here = tree
        .get::<Array<'_>>("Names")
        .map_or(0, |names| names.raw_iter().count() as u64 / 2);
    let below: u64 = tree.get::<Array<'_>>("Kids").map_or(0, |kids| {
        kids.iter::<Dict<'_>>()
            .take(10_000)
            .map(|kid| count_names(&kid, depth + 8))
            .sum()
    });
    here + below
}

/// Whether the program of a font lies in the document; Type 3 fonts are drawn by the document itself.
pub(crate) fn is_embedded(font: &Dict<'_>) -> bool {
    if name_is(font, "Subtype", "Type3") {
        return true;
    }
    if name_is(font, "Subtype", "Type0") {
        let descendant = font
            .get::<Array<'_>>("DescendantFonts")
            .and_then(|fonts| fonts.iter::<Dict<'_>>().next());
        return descendant.is_some_and(|font| !name_is(&font, "Subtype", "Type0") && is_embedded(&font));
    }
    font.get::<Dict<'_>>("FontDescriptor").is_some_and(|descriptor| {
        ["FontFile", "FontFile2", "FontFile3"]
            .iter()
            .any(|key| descriptor.contains_key(key))
    })
}

/// The PDF/A claim of a metadata packet, as attributes or as elements.
fn claim(packet: &[u8], limits: &ExamineLimits) -> Option<PdfaClaim> {
    memchr::memmem::find(packet, b"http://www.aiim.org/pdfa/ns/id/")?;
    let (mut part, mut conformance) = (None, None);
    let mut open = String::new();
    let text = crate::text::decode_text(packet).text;
    let mut aside = FileProperties::default();
    // a packet that breaks off still claims what it said before
    let _ = xml_file::walk(
        BufReader::new(text.as_bytes()),
        limits.xml_depth,
        &mut aside,
        &mut |node| {
            match node {
                XmlNode::Start { name, attributes, .. } => {
                    open = name.to_owned();
                    for (key, value) in attributes {
                        match key.as_str() {
                            "part" => part = Some(value.trim().to_owned()),
                            "conformance" => conformance = Some(value.trim().to_owned()),
                            _ => {}
                        }
                    }
                }
                XmlNode::Text(value) if open == "part" => part = Some(value.trim().to_owned()),
                XmlNode::Text(value) if open == "conformance" => conformance = Some(value.trim().to_owned()),
                XmlNode::Text(_) => {}
                XmlNode::End => open.clear(),
            }
            Ok(())
        },
    );
    Some(PdfaClaim {
        part: part?.parse().unwrap_or(0),
        conformance: conformance.unwrap_or_default(),
    })
}
