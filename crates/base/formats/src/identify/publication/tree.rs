//! A publication of PRONOM as a tree.

use super::error::PublicationFault;
use crate::safe_xml::{Element, XmlLimits, read_tree};

/// A publication holds some tens of thousands of small elements; it may grow.
const LIMITS: XmlLimits = XmlLimits {
    bytes: 512 * 1024 * 1024,
    depth: 32,
    elements: 2_000_000,
    ..XmlLimits::DOCUMENT
};

/// Reads a document to its root element.
pub(super) fn parse(bytes: &[u8]) -> Result<Element, PublicationFault> {
    read_tree(bytes, &LIMITS).map_err(|fault| PublicationFault::Xml(fault.to_string()))
}

/// The value of an attribute, if it is there and not empty.
pub(super) fn stated<'a>(element: &'a Element, name: &str) -> Option<&'a str> {
    let value = element.attribute(name)?;
    Some(value.trim()).filter(|value| !value.is_empty())
}
