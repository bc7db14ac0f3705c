//! A small document as a tree.

use super::{SafeReader, XmlAttribute, XmlEvent, XmlFault, XmlLimits};
use std::io::Read;
use std::sync::Arc;

/// An element with all that is in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Element {
    /// Its namespace.
    pub namespace: Option<Arc<str>>,
    /// Its name without prefix.
    pub name: String,
    /// Its attributes.
    pub attributes: Vec<XmlAttribute>,
    /// Elements in it, in order.
    pub children: Vec<Element>,
    /// Its own text, without that of its children.
    pub text: String,
    /// The line of its start tag, from 1.
    pub line: u64,
}

impl Element {
    /// The first child of this name, whatever its namespace.
    pub fn child(&self, name: &str) -> Option<&Element> {
        self.children.iter().find(|child| child.name == name)
    }

    /// All children of this name, whatever their namespace.
    pub fn children_named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Element> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// The element at the end of a path of names below this one, such as `["来源", "全宗名称"]`.
    pub fn at(&self, path: &[&str]) -> Option<&Element> {
        path.iter().try_fold(self, |element, name| element.child(name))
    }

    /// The text without spaces at its ends.
    pub fn trimmed(&self) -> &str {
        self.text.trim()
    }

    /// The text of the first child of this name, without spaces at its ends.
    pub fn child_text(&self, name: &str) -> Option<&str> {
        self.child(name).map(Element::trimmed)
    }

    /// The value of an attribute without namespace.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attribute_of(None, name)
    }

    /// The value of an attribute of a namespace.
    pub fn attribute_of(&self, namespace: Option<&str>, name: &str) -> Option<&str> {
        let found = self
            .attributes
            .iter()
            .find(|attribute| attribute.name == name && attribute.namespace.as_deref() == namespace);
        found.map(|attribute| attribute.value.as_str())
    }

    /// This element and all below it, in the order of the document.
    pub fn descendants(&self) -> Descendants<'_> {
        Descendants { waiting: vec![self] }
    }
}

/// See [`Element::descendants`].
pub struct Descendants<'a> {
    waiting: Vec<&'a Element>,
}

impl<'a> Iterator for Descendants<'a> {
    type Item = &'a Element;

    fn next(&mut self) -> Option<&'a Element> {
        let element = self.waiting.pop()?;
        self.waiting.extend(element.children.iter().rev());
        Some(element)
    }
}

/// Reads a whole document; for small ones, as the limits say.
pub fn read_tree(reader: impl Read, limits: &XmlLimits) -> Result<Element, XmlFault> {
    let mut reader = SafeReader::new(reader, *limits)?;
    let mut open: Vec<Element> = Vec::new();
    let mut root = None;
    loop {
        let line = reader.line();
        let Some(event) = reader.next_event()? else { break };
        match event {
            XmlEvent::Start(tag) => {
                let element = Element {
                    namespace: tag.name.namespace.clone(),
                    name: tag.name.local.clone(),
                    attributes: tag.attributes.clone(),
                    children: Vec::new(),
                    text: String::new(),
                    line: 0,
                };
                open.push(element);
                let line = reader.line();
                if let Some(element) = open.last_mut() {
                    element.line = line;
                }
            }
            XmlEvent::Text(text) => {
                let Some(element) = open.last_mut() else { continue };
                if (element.text.len() + text.len()) as u64 > limits.text {
                    return Err(XmlFault::TooLarge {
                        line,
                        what: "the text of an element is",
                        limit: limits.text,
                    });
                }
                element.text.push_str(text);
            }
            XmlEvent::End(_) => {
                let Some(element) = open.pop() else { continue };
                match open.last_mut() {
                    Some(parent) => parent.children.push(element),
                    None => root = Some(element),
                }
            }
            XmlEvent::Instruction { .. } => {}
        }
    }
    root.ok_or_else(|| XmlFault::NotWellFormed {
        line: 1,
        reason: "there is no root element".to_owned(),
    })
}
