//! XML of office documents, walked over as a stream: nothing is fetched, no entity but those of XML is expanded.
//!
//! Producers get XML wrong in harmless ways that a reader of text bears; what is broken ends the walk with an error,
//! and what was met before stays.

use super::error::ReadError;
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use std::io::BufRead;

/// Attributes of one element that are looked at.
const MAX_ATTRIBUTES: usize = 256;

/// What a walk meets.
pub(crate) enum Node<'a> {
    /// An element begins.
    Open(&'a Tag<'a>),
    /// Text, references replaced; a text may come in pieces.
    Text(&'a str),
    /// The element with this local name ends; empty ones end too.
    Close(&'a str),
}

/// A start tag. Names are without prefixes.
pub(crate) struct Tag<'a> {
    inner: &'a BytesStart<'a>,
}

impl Tag<'_> {
    /// Its name.
    pub(crate) fn name(&self) -> &str {
        self.inner.local_name().into_inner()
    }

    /// The first attribute with this local name.
    pub(crate) fn attribute(&self, name: &str) -> Option<String> {
        self.attributes()
            .find_map(|(key, value)| (key == name).then_some(value))
    }

    /// The attribute with this name and a prefix, such as `r:id`.
    pub(crate) fn prefixed(&self, name: &str) -> Option<String> {
        self.raw()
            .find(|attribute| {
                let key = attribute.key.into_inner();
                key.split_once(':').is_some_and(|(_, local)| local == name)
            })
            .map(|attribute| value_of(&attribute.value))
    }

    /// All attributes, by local name.
    pub(crate) fn attributes(&self) -> impl Iterator<Item = (String, String)> {
        self.raw().map(|attribute| {
            let key = attribute.key.local_name().into_inner().to_owned();
            (key, value_of(&attribute.value))
        })
    }

    fn raw(&self) -> impl Iterator<Item = quick_xml::events::attributes::Attribute<'_>> {
        let mut attributes = self.inner.attributes();
        attributes.with_checks(false);
        attributes.take(MAX_ATTRIBUTES).filter_map(Result::ok)
    }
}

fn value_of(raw: &str) -> String {
    match quick_xml::escape::unescape(raw) {
        Ok(value) => value.into_owned(),
        Err(_) => raw.to_owned(),
    }
}

/// Walks over a document in UTF-8.
pub(crate) fn walk<R: BufRead>(
    reader: R,
    max_depth: usize,
    visit: &mut dyn FnMut(Node<'_>) -> Result<(), ReadError>,
) -> Result<(), ReadError> {
    let mut reader = Reader::from_reader(reader);
    let (mut buffer, mut depth, mut has_root) = (Vec::new(), 0_usize, false);
    loop {
        buffer.clear();
        let event = reader.read_event_into(&mut buffer).map_err(ReadError::damaged)?;
        match event {
            Event::Start(tag) => {
                depth += 1;
                has_root = true;
                if depth > max_depth {
                    return Err(ReadError::damaged(format!("XML deeper than {max_depth}")));
                }
                visit(Node::Open(&Tag { inner: &tag }))?;
            }
            Event::Empty(tag) => {
                has_root = true;
                visit(Node::Open(&Tag { inner: &tag }))?;
                visit(Node::Close(tag.local_name().into_inner()))?;
            }
            Event::End(tag) => {
                depth = depth.saturating_sub(1);
                visit(Node::Close(tag.local_name().into_inner()))?;
            }
            Event::Text(part) => visit(Node::Text(&part.into_inner()))?,
            Event::CData(part) => visit(Node::Text(&part.into_inner()))?,
            Event::GeneralRef(reference) => {
                if let Some(character) = character_of(&reference.into_inner()) {
                    visit(Node::Text(character.encode_utf8(&mut [0; 4])))?;
                }
            }
            Event::Eof => break,
            Event::Decl(_) | Event::PI(_) | Event::Comment(_) | Event::DocType(_) => {}
        }
    }
    if depth > 0 {
        return Err(ReadError::damaged(format!(
            "XML ends inside of {depth} open elements"
        )));
    }
    if !has_root {
        return Err(ReadError::damaged("XML without an element"));
    }
    Ok(())
}

/// The character that a reference stands for; entities of a document type stand for nothing here.
fn character_of(reference: &str) -> Option<char> {
    match reference {
        "lt" => Some('<'),
        "gt" => Some('>'),
        "amp" => Some('&'),
        "apos" => Some('\''),
        "quot" => Some('"'),
        _ => {
            let number = reference.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hexadecimal) => u32::from_str_radix(hexadecimal, 16),
                None => number.parse(),
            };
            char::from_u32(code.ok()?).filter(|character| *character != '\0')
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_replaced_and_entities_are_not() {
        let xml = b"<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a r:id='1' id='&lt;2'>A &amp; B&#x4e2d;&x;<b/></a>";
        let (mut text, mut names) = (String::new(), Vec::new());
        walk(&xml[..], 8, &mut |node| {
            match node {
                Node::Open(tag) => {
                    names.push((tag.name().to_owned(), tag.prefixed("id"), tag.attribute("none")))
                }
                Node::Text(part) => text.push_str(part),
                Node::Close(_) => {}
            }
            Ok(())
        })
        .unwrap();
        assert_eq!(text, "A & B中");
        assert_eq!(names[0], ("a".to_owned(), Some("1".to_owned()), None));
    }

    #[test]
    fn broken_xml_is_an_error() {
        for bad in ["<a><b></a>", "<a>", "", "<a><a><a>"] {
            assert_eq!(
                walk(bad.as_bytes(), 2, &mut |_| Ok(())).unwrap_err().code(),
                "reading.damaged",
                "{bad}"
            );
        }
    }
}
