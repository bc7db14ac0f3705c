//! Forms in XML inside a PDF (XFA): PDFium does not draw them, so their words are taken from the XML: captions of the
//! template, and what people filled in.

use super::super::context::Context;
use super::super::error::ReadError;
use super::super::markup::{self, Node};
use hayro_syntax::Pdf;
use hayro_syntax::object::{Array, Dict, Stream};
use lantai_domain::reading::{ReadPage, TextSource};
use std::sync::Arc;

/// Lines kept.
const MAX_LINES: usize = 100_000;
/// Packets looked at; there are a dozen.
const MAX_PACKETS: usize = 64;

/// Adds the words of the form as a page of its own.
pub(super) fn read(bytes: Arc<Vec<u8>>, context: &mut Context<'_>) -> Result<(), ReadError> {
    let packets = packets(bytes);
    let mut lines = Vec::new();
    // one packet may go on in the next stream
    let whole = packets.concat();
    let text = crate::text::decode_text(&whole).text;
    let walked = words(&text, context.limits().xml_depth, &mut lines);
    if let Err(error) = walked {
        if error.ends_all() {
            return Err(error);
        }
        context.omit(error.code(), format!("the form in XML: {error}"));
    }
    if lines.is_empty() {
        return Ok(());
    }
    context.page(ReadPage {
        text: lines.join("\n"),
        source: TextSource::File,
        label: Some("XFA".to_owned()),
        ..ReadPage::default()
    })
}

/// The streams of the form, in their order.
fn packets(bytes: Arc<Vec<u8>>) -> Vec<Vec<u8>> {
    let Ok(pdf) = Pdf::new(bytes) else {
        return Vec::new();
    };
    let root: Dict<'_> = pdf.xref().get(pdf.xref().root_id()).unwrap_or_default();
    let Some(form) = root.get::<Dict<'_>>("AcroForm") else {
        return Vec::new();
    };
    let decoded = |stream: &Stream<'_>| stream.decoded_data().ok().map(|data| data.into_owned());
    if let Some(stream) = form.get::<Stream<'_>>("XFA") {
        return decoded(&stream).into_iter().collect();
    }
    let Some(all) = form.get::<Array<'_>>("XFA") else {
        return Vec::new();
    };
    // names stand between the streams
    all.iter::<hayro_syntax::object::Object<'_>>()
        .take(MAX_PACKETS)
        .filter_map(|object| match object {
            hayro_syntax::object::Object::Stream(stream) => decoded(&stream),
            _ => None,
        })
        .collect()
}

/// Captions of the template and values of the data, each a line.
fn words(xml: &str, max_depth: usize, lines: &mut Vec<String>) -> Result<(), ReadError> {
    let (mut in_data, mut in_text, mut line) = (0_usize, false, String::new());
    markup::walk(xml.as_bytes(), max_depth, &mut |node| {
        match node {
            Node::Open(tag) => {
                match tag.name() {
                    "data" => in_data += 1,
                    _ if in_data > 0 => in_data += 1,
                    "text" | "exData" => in_text = true,
                    _ => {}
                }
                line.clear();
            }
            Node::Text(part) if in_data > 0 || in_text => line.push_str(part),
            Node::Text(_) => {}
            Node::Close(name) => {
                let whole = std::mem::take(&mut line);
                let whole = whole.split_whitespace().collect::<Vec<_>>().join(" ");
                if !whole.is_empty() && lines.len() < MAX_LINES {
                    lines.push(whole);
                }
                in_data = in_data.saturating_sub(1);
                if matches!(name, "text" | "exData") {
                    in_text = false;
                }
            }
        }
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn captions_and_values_are_words_of_a_form_and_scripts_are_not() {
        let xml = "<xdp:xdp xmlns:xdp='x'><template><field name='who'><caption><value><text>Applicant</text></value></caption>\
                   <event><script>alert(1)</script></event></field></template>\
                   <xfa:datasets xmlns:xfa='f'><xfa:data><form><who>Li &amp; Co</who><year>1998</year></form></xfa:data></xfa:datasets></xdp:xdp>";
        let mut lines = Vec::new();
        words(xml, 64, &mut lines).unwrap();
        assert_eq!(lines, ["Applicant", "Li & Co", "1998"]);
    }
}
