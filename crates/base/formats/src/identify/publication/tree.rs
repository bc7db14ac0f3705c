//! A small XML document as a tree: no document type, no entities of its own, limits on depth and number.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::error::PublicationFault;

/// Elements in one another.
const MAX_DEPTH: usize = 32;
/// Elements of one document.
const MAX_ELEMENTS: usize = 2_000_000;

/// One element: names are without their prefix, text is what lies directly in it.
#[derive(Debug, Default)]
pub(super) struct Element {
    pub(super) name: String,
    attributes: Vec<(String, String)>,
    pub(super) text: String,
    pub(super) children: Vec<Element>,
}

impl Element {
    /// Reads a document to its root element.
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, PublicationFault> {
        let wrong = |what: &dyn std::fmt::Display| PublicationFault::Xml(what.to_string());
        let text = std::str::from_utf8(bytes).map_err(|_| wrong(&"it is not UTF-8"))?;
        let mut reader = Reader::from_str(text.trim_start_matches('\u{feff}'));
        let mut open: Vec<Self> = Vec::new();
        let mut elements = 0_usize;
        loop {
            let event = reader.read_event().map_err(|error| wrong(&error))?;
            let closed = match event {
                Event::Start(start) => {
                    open.push(Self::begin(&start)?);
                    None
                }
                Event::Empty(start) => Some(Self::begin(&start)?),
                Event::End(_) => Some(open.pop().ok_or_else(|| wrong(&"an end without a beginning"))?),
                Event::Text(text) => {
                    if let Some(element) = open.last_mut() {
                        element.text.push_str(&text);
                    }
                    None
                }
                Event::CData(text) => {
                    if let Some(element) = open.last_mut() {
                        element.text.push_str(&text);
                    }
                    None
                }
                Event::GeneralRef(reference) => {
                    let written = format!("&{};", &*reference);
                    let letter = quick_xml::escape::unescape(&written).map_err(|error| wrong(&error))?;
                    if let Some(element) = open.last_mut() {
                        element.text.push_str(&letter);
                    }
                    None
                }
                Event::DocType(_) => return Err(wrong(&"it has a document type")),
                Event::Comment(_) | Event::Decl(_) | Event::PI(_) => None,
                Event::Eof => return Err(wrong(&"it ends before its root element does")),
            };
            elements += 1;
            if open.len() > MAX_DEPTH || elements > MAX_ELEMENTS {
                return Err(wrong(&"its elements are too deep or too many"));
            }
            let Some(closed) = closed else { continue };
            match open.last_mut() {
                Some(parent) => parent.children.push(closed),
                None => return Ok(closed),
            }
        }
    }

    fn begin(start: &BytesStart<'_>) -> Result<Self, PublicationFault> {
        let wrong = |what: &dyn std::fmt::Display| PublicationFault::Xml(what.to_string());
        let mut attributes = Vec::new();
        for attribute in start.attributes() {
            let attribute = attribute.map_err(|error| wrong(&error))?;
            let name = attribute.key.local_name().as_ref().to_owned();
            let value = quick_xml::escape::unescape(&attribute.value).map_err(|error| wrong(&error))?;
            attributes.push((name, value.into_owned()));
        }
        Ok(Self {
            name: start.local_name().as_ref().to_owned(),
            attributes,
            ..Self::default()
        })
    }

    /// The value of an attribute, if it is there and not empty.
    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        let (_, value) = self.attributes.iter().find(|(known, _)| known == name)?;
        Some(value.trim()).filter(|value| !value.is_empty())
    }

    /// The children with this name, in order.
    pub(super) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Self> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// The first child with this name.
    pub(super) fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.name == name)
    }
}
