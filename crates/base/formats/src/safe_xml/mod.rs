//! XML read safely, and written plainly.
//!
//! What a sender hands in is read without document type definitions, external entities or XInclude: nothing is ever
//! fetched, nothing is ever expanded. Bytes, depth, names, attributes and texts have limits; the declared encoding
//! is honoured and every byte must be valid in it; a document that is not well-formed to its last byte is refused.
//!
//! - [`SafeReader`]: events one after the other with namespaces resolved and line numbers; texts come in pieces, so
//!   that a file of gigabytes inside an element never sits in memory
//! - [`read_tree`]: a small document as a tree of [`Element`]s
//! - [`XmlWriter`]: elements and texts written with everything escaped that must be

mod characters;
mod encoding;
mod fault;
mod limits;
mod namespaces;
mod reader;
mod source;
mod tag;
mod tree;
mod writer;

pub use fault::XmlFault;
pub use limits::XmlLimits;
pub use reader::{SafeReader, XmlEvent};
pub use tag::{ElementName, NamespaceDeclaration, StartTag, XmlAttribute};
pub use tree::{Element, read_tree};
pub use writer::{XmlWriter, is_allowed_text};
