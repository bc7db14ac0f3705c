//! Start tags: name, attributes, namespaces.

use super::characters::{first_forbidden, is_plain_name, is_space, referenced};
use super::namespaces::Namespaces;
use super::{XmlFault, XmlLimits};
use std::sync::Arc;

/// Name of an element.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ElementName {
    /// Its namespace.
    pub namespace: Option<Arc<str>>,
    /// The prefix that was written; empty where none was.
    pub prefix: String,
    /// The name without prefix.
    pub local: String,
}

impl ElementName {
    /// Whether it is this name of this namespace.
    pub fn is(&self, namespace: Option<&str>, local: &str) -> bool {
        self.local == local && self.namespace.as_deref() == namespace
    }
}

/// An attribute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct XmlAttribute {
    /// Its namespace; without a prefix it has none.
    pub namespace: Option<Arc<str>>,
    /// The prefix that was written; empty where none was.
    pub prefix: String,
    /// The name without prefix.
    pub name: String,
    /// Its value, references replaced, line ends and tabulators as spaces.
    pub value: String,
}

/// A declaration of a namespace in a start tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamespaceDeclaration {
    /// The prefix; empty for the default.
    pub prefix: String,
    /// The namespace; empty where the default is taken back.
    pub namespace: Arc<str>,
}

/// A start tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StartTag {
    /// Name of the element.
    pub name: ElementName,
    /// Attributes in the order they were written, without declarations of namespaces.
    pub attributes: Vec<XmlAttribute>,
    /// Declarations of namespaces in the order they were written.
    pub declarations: Vec<NamespaceDeclaration>,
}

impl StartTag {
    /// The value of an attribute without namespace.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        let found = self
            .attributes
            .iter()
            .find(|attribute| attribute.name == name && attribute.namespace.is_none());
        found.map(|attribute| attribute.value.as_str())
    }
}

/// Reads what lies between `<` and `>` (or `/>`).
pub(super) fn parse_tag(
    content: &str,
    namespaces: &mut Namespaces,
    limits: &XmlLimits,
    line: u64,
) -> Result<StartTag, XmlFault> {
    let wrong = |reason: String| XmlFault::NotWellFormed { line, reason };
    let end = content.find(is_space).unwrap_or(content.len());
    let (name, mut rest) = content.split_at(end);
    let written = split_name(name, limits, line)?;
    let mut attributes: Vec<(&str, &str, &str, String)> = Vec::new();
    let mut declarations = Vec::new();
    loop {
        let next = rest.trim_start_matches(is_space);
        if next.is_empty() {
            break;
        }
        if next.len() == rest.len() {
            return Err(wrong("no space before an attribute".to_owned()));
        }
        let (name, after) = next
            .split_once('=')
            .ok_or_else(|| wrong("an attribute has no value".to_owned()))?;
        let name = name.trim_end_matches(is_space);
        let (prefix, local) = split_name(name, limits, line)?;
        let after = after.trim_start_matches(is_space);
        let quote = after
            .chars()
            .next()
            .filter(|letter| matches!(letter, '"' | '\''))
            .ok_or_else(|| {
                wrong(format!(
                    "the value of the attribute {name} has no quotation marks"
                ))
            })?;
        let body = after.get(1..).unwrap_or_default();
        let (value, after) = body
            .split_once(quote)
            .ok_or_else(|| wrong(format!("the value of the attribute {name} does not end")))?;
        rest = after;
        if attributes.len() + declarations.len() >= limits.attributes {
            return Err(XmlFault::TooLarge {
                line,
                what: "the attributes of an element are",
                limit: limits.attributes as u64,
            });
        }
        if attributes.iter().any(|(_, _, known, _)| *known == name) {
            return Err(wrong(format!("the attribute {name} is written twice")));
        }
        let value = attribute_value(value, line)?;
        let declared = match (prefix, local) {
            ("", "xmlns") => Some(""),
            ("xmlns", prefix) => Some(prefix),
            _ => None,
        };
        let Some(declared) = declared else {
            attributes.push((prefix, local, name, value));
            continue;
        };
        if declarations
            .iter()
            .any(|known: &NamespaceDeclaration| known.prefix == declared)
        {
            return Err(wrong(format!("the attribute {name} is written twice")));
        }
        let namespace = namespaces
            .bind(declared, &value)
            .map_err(|reason| wrong(reason.to_owned()))?;
        declarations.push(NamespaceDeclaration {
            prefix: declared.to_owned(),
            namespace,
        });
    }
    let name = ElementName {
        namespace: namespaces.resolve(written.0).map_err(wrong)?,
        prefix: written.0.to_owned(),
        local: written.1.to_owned(),
    };
    let mut resolved: Vec<XmlAttribute> = Vec::with_capacity(attributes.len());
    for (prefix, local, _, value) in attributes {
        let namespace = if prefix.is_empty() {
            None
        } else {
            namespaces.resolve(prefix).map_err(wrong)?
        };
        let twice = namespace.is_some()
            && resolved
                .iter()
                .any(|known| known.name == local && known.namespace == namespace);
        if twice {
            return Err(wrong(format!("the attribute {local} is written twice")));
        }
        resolved.push(XmlAttribute {
            namespace,
            prefix: prefix.to_owned(),
            name: local.to_owned(),
            value,
        });
    }
    Ok(StartTag {
        name,
        attributes: resolved,
        declarations,
    })
}

/// Prefix and name; the prefix is empty where there is none.
fn split_name<'a>(name: &'a str, limits: &XmlLimits, line: u64) -> Result<(&'a str, &'a str), XmlFault> {
    if name.len() > limits.name {
        return Err(XmlFault::TooLarge {
            line,
            what: "a name is",
            limit: limits.name as u64,
        });
    }
    let (prefix, local) = name.split_once(':').unwrap_or(("", name));
    let is_name = is_plain_name(local) && (!name.contains(':') || is_plain_name(prefix));
    if !is_name {
        return Err(XmlFault::NotWellFormed {
            line,
            reason: format!("{name:?} is no name"),
        });
    }
    Ok((prefix, local))
}

/// References replaced and white space made plain (XML 1.0, 3.3.3).
fn attribute_value(raw: &str, line: u64) -> Result<String, XmlFault> {
    if raw.contains('<') {
        return Err(XmlFault::NotWellFormed {
            line,
            reason: "a value of an attribute contains <".to_owned(),
        });
    }
    if let Some(letter) = first_forbidden(raw) {
        return Err(forbidden(letter, line));
    }
    let mut value = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some((before, after)) = rest.split_once('&') {
        push_plain(&mut value, before);
        let (reference, after) = after.split_once(';').ok_or_else(|| XmlFault::NotWellFormed {
            line,
            reason: "a reference does not end".to_owned(),
        })?;
        value.push(resolve_reference(reference, line)?);
        rest = after;
    }
    push_plain(&mut value, rest);
    Ok(value)
}

fn push_plain(value: &mut String, text: &str) {
    value.extend(
        text.chars()
            .map(|letter| if is_space(letter) { ' ' } else { letter }),
    );
}

/// The character that a reference stands for.
pub(super) fn resolve_reference(reference: &str, line: u64) -> Result<char, XmlFault> {
    referenced(reference).ok_or_else(|| {
        if reference.starts_with('#') || !is_plain_name(reference) {
            XmlFault::NotWellFormed {
                line,
                reason: "a reference stands for no character".to_owned(),
            }
        } else {
            XmlFault::Entity {
                line,
                name: reference.chars().take(64).collect(),
            }
        }
    })
}

/// A character that XML does not have.
pub(super) fn forbidden(letter: char, line: u64) -> XmlFault {
    XmlFault::NotWellFormed {
        line,
        reason: format!("the character U+{:04X} cannot stand in XML", u32::from(letter)),
    }
}
