//! PDF/A (ISO 19005): the rules about structure, encryption, fonts, colours, actions and metadata that can be decided
//! without drawing a page. What passes here is not proven to conform; what fails here does not conform.
//!
//! Clauses are those of part 1 where the claim is part 1, otherwise of part 2 (part 3 has the same, part 4 nearly).

use super::pdf::{Document, is_embedded, name_is};
use super::pdfa_objects::check_dictionary;
use super::{ExamineLimits, FaultKind, FileProperties, PdfaClaim, xml_file};
use hayro_syntax::content::UntypedIter;
use hayro_syntax::object::{Array, Dict, Object};
use hayro_syntax::page::Page;
use std::collections::HashSet;
use std::io::BufReader;

/// Intents for rendering.
pub(crate) const INTENTS: [&str; 4] = [
    "RelativeColorimetric",
    "AbsoluteColorimetric",
    "Perceptual",
    "Saturation",
];

/// The rules of one part.
pub(crate) struct Rules<'a> {
    pub(crate) part: u8,
    properties: &'a mut FileProperties,
}

impl Rules<'_> {
    pub(crate) fn broken(&mut self, clause_1: &str, clause_2: &str, what: impl std::fmt::Display) {
        let clause = if self.part == 1 { clause_1 } else { clause_2 };
        self.properties
            .fault(FaultKind::PdfaBroken, format!("{clause}: {what}"));
    }
}

/// Holds a document against its claim.
pub(crate) fn check(
    document: &Document<'_>,
    claim: &PdfaClaim,
    packet: &[u8],
    limits: &ExamineLimits,
    properties: &mut FileProperties,
) {
    let is_encrypted = properties.encrypted;
    let mut rules = Rules {
        part: claim.part,
        properties,
    };
    check_claim(claim, &mut rules);
    check_file(document.pdf.data().as_ref(), is_encrypted, &mut rules);
    check_metadata(document, packet, limits, &mut rules);
    check_catalog(document, claim, &mut rules);
    let intent = output_intent(document, &mut rules);
    document.dictionaries(limits, &mut |dict, is_stream| {
        check_dictionary(dict, is_stream, &mut rules)
    });
    for page in document.pdf.pages().iter().take(limits.objects) {
        check_page(page, intent, &mut rules);
    }
}

fn check_claim(claim: &PdfaClaim, rules: &mut Rules<'_>) {
    let level = claim.conformance.as_str();
    let is_known = match claim.part {
        1 => matches!(level, "A" | "B"),
        2 | 3 => matches!(level, "A" | "B" | "U"),
        4 => matches!(level, "" | "E" | "F"),
        _ => false,
    };
    if !is_known {
        rules.broken(
            "6.7.11",
            "6.6.4",
            format!("no part {:?} with level {level:?}", claim.part),
        );
    }
}

fn check_file(bytes: &[u8], is_encrypted: bool, rules: &mut Rules<'_>) {
    let version = bytes.get(..8).unwrap_or_default();
    let is_headed = version.starts_with(b"%PDF-")
        && matches!(
            version.get(5..),
            Some([b'1', b'.', b'0'..=b'7'] | [b'2', b'.', b'0'..=b'9'])
        )
        && matches!(bytes.get(8), Some(b'\r' | b'\n'));
    if !is_headed {
        rules.broken(
            "6.1.2",
            "6.1.2",
            "the file does not begin with %PDF-1.n and the end of a line",
        );
    }
    let comment = bytes
        .iter()
        .skip(8)
        .skip_while(|byte| matches!(byte, b'\r' | b'\n'));
    let comment: Vec<u8> = comment.take(5).copied().collect();
    if !matches!(comment.as_slice(), [b'%', rest @ ..] if rest.len() == 4 && rest.iter().all(|byte| *byte > 127))
    {
        rules.broken(
            "6.1.2",
            "6.1.2",
            "no comment of four bytes above 127 follows the header",
        );
    }
    if is_encrypted {
        rules.broken("6.1.3", "6.1.3", "it is encrypted");
    }
    let after = memchr::memmem::rfind(bytes, b"%%EOF").and_then(|at| bytes.get(at + 5..));
    if !matches!(after, Some(b"" | b"\n" | b"\r" | b"\r\n")) {
        rules.broken("6.1.3", "6.1.3", "something follows the last %%EOF");
    }
    let tail = bytes
        .get(bytes.len().saturating_sub(64 * 1024)..)
        .unwrap_or_default();
    let has_id = memchr::memmem::find(tail, b"/ID").is_some()
        || memchr::memmem::find(bytes.get(..4096).unwrap_or(bytes), b"/ID").is_some();
    if !has_id {
        rules.broken("6.1.3", "6.1.3", "no ID in the trailer");
    }
}

fn check_metadata(document: &Document<'_>, packet: &[u8], limits: &ExamineLimits, rules: &mut Rules<'_>) {
    if let Some(stream) = document.root.get::<hayro_syntax::object::Stream<'_>>("Metadata")
        && rules.part == 1
        && stream.dict().contains_key("Filter")
    {
        rules.broken("6.7.2", "6.6.2.1", "the metadata are compressed");
    }
    let text = crate::text::decode_text(packet).text;
    let mut aside = FileProperties::default();
    if let Err(fault) = xml_file::walk(
        BufReader::new(text.as_bytes()),
        limits.xml_depth,
        &mut aside,
        &mut |_| Ok(()),
    ) {
        rules.broken(
            "6.7.9",
            "6.6.2.1",
            format!("the metadata are no XML: {}", fault.detail),
        );
    }
    let head = text.get(..text.floor_char_boundary(512)).unwrap_or(&text);
    if let Some(instruction) = head
        .split("<?xpacket begin")
        .nth(1)
        .and_then(|rest| rest.split("?>").next())
        && [" bytes=", " encoding="]
            .iter()
            .any(|word| instruction.contains(word))
    {
        rules.broken("6.7.5", "6.6.2.1", "the packet states bytes or encoding");
    }
}

fn check_catalog(document: &Document<'_>, claim: &PdfaClaim, rules: &mut Rules<'_>) {
    let root = &document.root;
    if root.contains_key("AA") {
        rules.broken("6.6.2", "6.5.2", "the catalogue has additional actions");
    }
    if rules.part == 1 && root.contains_key("OCProperties") {
        rules.broken("6.1.13", "6.9", "optional content");
    }
    if rules.part > 1 && root.contains_key("Requirements") {
        rules.broken("", "6.11", "requirements in the catalogue");
    }
    if rules.part == 2 || rules.part == 3 {
        check_optional_content(root, rules);
    }
    let names = root.get::<Dict<'_>>("Names").unwrap_or_default();
    if rules.part == 1 && names.contains_key("EmbeddedFiles") {
        rules.broken("6.1.11", "6.8", "embedded files");
    }
    if names.contains_key("JavaScript") {
        rules.broken("6.6.1", "6.5.1", "JavaScript of the document");
    }
    if rules.part > 1 && names.contains_key("AlternatePresentations") {
        rules.broken("", "6.10", "alternate presentations");
    }
    if let Some(form) = root.get::<Dict<'_>>("AcroForm") {
        if form.get::<bool>("NeedAppearances") == Some(true) {
            rules.broken("6.9", "6.4.1", "NeedAppearances is true");
        }
        if form.contains_key("XFA") && rules.part > 1 {
            rules.broken("", "6.4.2", "an XFA form");
        }
    }
    if root.get::<bool>("NeedsRendering") == Some(true) && rules.part > 1 {
        rules.broken("", "6.4.2", "NeedsRendering is true");
    }
    if claim.conformance == "A" && rules.part < 4 {
        let marked = root
            .get::<Dict<'_>>("MarkInfo")
            .and_then(|info| info.get::<bool>("Marked"));
        if marked != Some(true) {
            rules.broken("6.8.2.2", "6.7.2.2", "it is not marked as tagged");
        }
        if !root.contains_key("StructTreeRoot") {
            rules.broken("6.8.3.3", "6.7.3.3", "no tree of structure");
        }
    }
}

fn check_optional_content(root: &Dict<'_>, rules: &mut Rules<'_>) {
    let Some(content) = root.get::<Dict<'_>>("OCProperties") else {
        return;
    };
    let mut configurations: Vec<Dict<'_>> = content.get::<Dict<'_>>("D").into_iter().collect();
    if let Some(further) = content.get::<Array<'_>>("Configs") {
        configurations.extend(further.iter::<Dict<'_>>().take(1000));
    }
    let mut names = HashSet::new();
    for configuration in configurations {
        match configuration.get::<hayro_syntax::object::String<'_>>("Name") {
            Some(name) if !name.as_bytes().is_empty() => {
                if !names.insert(name.as_bytes().to_vec()) {
                    rules.broken("", "6.9", "two configurations of optional content with one name");
                }
            }
            _ => rules.broken("", "6.9", "a configuration of optional content without a name"),
        }
        if configuration.contains_key("AS") {
            rules.broken("", "6.9", "optional content is switched by itself");
        }
    }
}

/// Colours that stand without a profile of their own and are given one by the output intent.
#[derive(Debug, Clone, Copy, Default)]
struct Intent {
    rgb: bool,
    cmyk: bool,
    any: bool,
}

fn output_intent(document: &Document<'_>, rules: &mut Rules<'_>) -> Intent {
    let mut intent = Intent::default();
    let mut profiles = HashSet::new();
    let Some(intents) = document.root.get::<Array<'_>>("OutputIntents") else {
        return intent;
    };
    for entry in intents.iter::<Dict<'_>>().take(100) {
        if let Some(reference) = entry.get_ref("DestOutputProfile") {
            profiles.insert(reference.obj_number);
        }
        if entry.contains_key("DestOutputProfileRef") && rules.part > 1 {
            rules.broken("", "6.2.3", "the profile of the output intent lies elsewhere");
        }
        if !name_is(&entry, "S", "GTS_PDFA1") {
            continue;
        }
        let profile = entry.get::<hayro_syntax::object::Stream<'_>>("DestOutputProfile");
        let bytes = profile.and_then(|profile| profile.decoded_data().ok().map(std::borrow::Cow::into_owned));
        let Some(bytes) = bytes else { continue };
        if bytes.get(36..40) != Some(b"acsp") || !matches!(bytes.get(12..16), Some(b"prtr" | b"mntr")) {
            rules.broken(
                "6.2.2",
                "6.2.3",
                "the profile of the output intent is none for a screen or a printer",
            );
        }
        if bytes
            .get(8)
            .is_some_and(|version| *version > if rules.part == 1 { 2 } else { 4 })
        {
            rules.broken(
                "6.2.2",
                "6.2.3",
                "the version of the profile of the output intent",
            );
        }
        intent.any = true;
        match bytes.get(16..20) {
            Some(b"RGB ") => intent.rgb = true,
            Some(b"CMYK") => intent.cmyk = true,
            Some(b"GRAY") => {}
            _ => rules.broken(
                "6.2.2",
                "6.2.3",
                "the colours of the profile of the output intent",
            ),
        }
    }
    if profiles.len() > 1 {
        rules.broken("6.2.2", "6.2.3", "output intents with different profiles");
    }
    intent
}

/// Fonts that draw something, and colours without a profile.
fn check_page(page: &Page<'_>, intent: Intent, rules: &mut Rules<'_>) {
    let Some(content) = page.page_stream() else { return };
    // part 4 lets pages have intents, and transparency groups colours, of their own
    let has_own =
        rules.part == 4 && (page.raw().contains_key("OutputIntents") || page.raw().contains_key("Group"));
    let defaults = |name: &str| has_own || page.resources().color_spaces.contains_key(name);
    let mut font: Option<Vec<u8>> = None;
    let (mut mode, mut stack) = (0, Vec::new());
    let mut drawn = HashSet::new();
    let mut operations = UntypedIter::new(content);
    while let Some(operation) = operations.next() {
        let mut operands = operation.operands();
        match &**operation.operator {
            b"q" => stack.push((font.clone(), mode)),
            b"Q" => (font, mode) = stack.pop().unwrap_or((font, mode)),
            b"Tf" => {
                if let Some(Object::Name(name)) = operands.next() {
                    font = Some(name.as_ref().to_vec());
                }
            }
            b"Tr" => {
                if let Some(Object::Number(number)) = operands.next() {
                    mode = number.as_i64();
                }
            }
            b"Tj" | b"TJ" | b"'" | b"\"" if mode != 3 => {
                if let Some(name) = &font
                    && drawn.insert(name.clone())
                    && let Some(font) = page.resources().fonts.get::<Dict<'_>>(name)
                    && !is_embedded(&font)
                {
                    rules.broken("6.3.4", "6.2.11.4.1", "a font that is not embedded");
                }
            }
            b"rg" | b"RG" if !intent.rgb && !defaults("DefaultRGB") => {
                rules.broken("6.2.3.3", "6.2.4.3", "RGB colours without a profile");
            }
            b"k" | b"K" if !intent.cmyk && !defaults("DefaultCMYK") => {
                rules.broken("6.2.3.3", "6.2.4.3", "CMYK colours without a profile");
            }
            b"g" | b"G" if !intent.any && !defaults("DefaultGray") => {
                rules.broken("6.2.3.3", "6.2.4.3", "grey without a profile");
            }
            b"ri" => {
                if let Some(Object::Name(name)) = operands.next()
                    && !INTENTS.iter().any(|known| name.as_ref() == known.as_bytes())
                {
                    rules.broken(
                        "6.2.9",
                        "6.2.6",
                        format!("the rendering intent {}", name.as_str()),
                    );
                }
            }
            _ => {}
        }
    }
}
