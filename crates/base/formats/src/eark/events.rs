//! XML as a stream of elements whose namespaces are known words, on top of the safe reader.

use std::io::Read;

use crate::safe_xml::{SafeReader, StartTag, XmlEvent, XmlLimits};

/// Longest text that is gathered; what a METS or EAD file says in one element is far shorter.
const MAX_TEXT: usize = 1024 * 1024;

/// The namespaces that matter here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Space {
    Mets,
    Xlink,
    Csip,
    Sip,
    Premis,
    Ead,
    DublinCore,
    Mods,
    /// None at all: unprefixed attributes, and documents written without a namespace.
    None,
    Other,
}

impl Space {
    /// Schemes, cases and final slashes of addresses are written in every way, so they are not compared.
    fn of(address: Option<&str>) -> Self {
        let Some(address) = address else {
            return Self::None;
        };
        let address = address.trim_end_matches('/').to_ascii_lowercase();
        let address = address
            .trim_start_matches("http://")
            .trim_start_matches("https://");
        match address {
            "www.loc.gov/mets" => Self::Mets,
            "www.w3.org/1999/xlink" => Self::Xlink,
            "dilcis.eu/xml/mets/csipextensionmets" => Self::Csip,
            "dilcis.eu/xml/mets/sipextensionmets" => Self::Sip,
            "www.loc.gov/premis/v3" | "info:lc/xmlns/premis-v2" => Self::Premis,
            "ead3.archivists.org/schema" | "urn:isbn:1-931666-22-9" => Self::Ead,
            "purl.org/dc/elements/1.1" | "purl.org/dc/terms" => Self::DublinCore,
            "www.loc.gov/mods/v3" => Self::Mods,
            _ => Self::Other,
        }
    }
}

/// An element that begins.
#[derive(Debug, Clone)]
pub(super) struct Element {
    pub space: Space,
    pub name: String,
    attributes: Vec<(Space, String, String)>,
}

impl Element {
    fn of(tag: &StartTag) -> Self {
        let attributes = tag.attributes.iter().map(|attribute| {
            (
                Space::of(attribute.namespace.as_deref()),
                attribute.name.clone(),
                attribute.value.clone(),
            )
        });
        Self {
            space: Space::of(tag.name.namespace.as_deref()),
            name: tag.name.local.clone(),
            attributes: attributes.collect(),
        }
    }

    /// The value of an attribute without a prefix.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attribute_in(Space::None, name)
    }

    /// The value of an attribute in a namespace.
    pub fn attribute_in(&self, space: Space, name: &str) -> Option<&str> {
        self.attributes
            .iter()
            .find(|(found, local, _)| *found == space && local == name)
            .map(|(_, _, value)| value.as_str())
    }
}

/// What comes next.
#[derive(Debug)]
pub(super) enum Step {
    Start(Element),
    Text(String),
    End,
}

/// A stream of steps.
pub(super) struct Events<R: Read> {
    reader: SafeReader<R>,
}

impl<R: Read> Events<R> {
    /// Begins to read.
    pub fn new(source: R) -> Result<Self, String> {
        let reader = SafeReader::new(source, XmlLimits::STREAM).map_err(|fault| fault.to_string())?;
        Ok(Self { reader })
    }

    /// The next step; `None` at the end of a sound document. An error says what is wrong, and on which line.
    pub fn next(&mut self) -> Result<Option<Step>, String> {
        loop {
            let event = self.reader.next_event().map_err(|fault| fault.to_string())?;
            return Ok(match event {
                Some(XmlEvent::Start(tag)) => Some(Step::Start(Element::of(tag))),
                Some(XmlEvent::Text(text)) => Some(Step::Text(text.to_owned())),
                Some(XmlEvent::End(_)) => Some(Step::End),
                Some(XmlEvent::Instruction { .. }) => continue,
                None => None,
            });
        }
    }

    /// The next element inside the one that has begun; `None` at its end.
    pub fn child(&mut self) -> Result<Option<Element>, String> {
        loop {
            match self.next()? {
                Some(Step::Start(element)) => return Ok(Some(element)),
                Some(Step::Text(_)) => {}
                Some(Step::End) | None => return Ok(None),
            }
        }
    }

    /// Passes over everything inside the element that has just begun, and its end.
    pub fn skip(&mut self) -> Result<(), String> {
        self.reader.skip_element().map_err(|fault| fault.to_string())
    }

    /// Reads to the end of the document, which is to be sound.
    pub fn finish(&mut self) -> Result<(), String> {
        while self.next()?.is_some() {}
        Ok(())
    }

    /// The text inside the element that has just begun, its words parted by single spaces, up to its end.
    pub fn text(&mut self) -> Result<String, String> {
        let mut open = 1usize;
        let mut text = String::new();
        while open > 0 {
            match self.next()? {
                Some(Step::Start(_)) => {
                    open += 1;
                    text.push(' ');
                }
                Some(Step::End) => {
                    open -= 1;
                    text.push(' ');
                }
                Some(Step::Text(part)) if text.len() + part.len() <= MAX_TEXT => text.push_str(&part),
                Some(Step::Text(_)) => return Err("a text that is too long".to_owned()),
                None => return Err("the file ends inside an element".to_owned()),
            }
        }
        Ok(text.split_whitespace().collect::<Vec<_>>().join(" "))
    }
}
