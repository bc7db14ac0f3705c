//! OFD (GB/T 33190): text with places in millimetres, properties, annotations, custom tags, attachments; pages that
//! are one picture are announced.
//!
//! Producers get paths, capitals and namespaces wrong; what is meant is found as `lantai identify` and readers of
//! others find it, and what is missing is told.

mod document;
mod geometry;
mod page;
mod picture;
mod tags;
mod text;

use super::context::Context;
use super::error::ReadError;
use super::input::Input;
use super::markup::Node;
use super::package::{self, Package};
use document::Document;
use std::collections::{BTreeSet, HashMap};

const ENTRY: &str = "OFD.xml";
/// The namespace of the standard.
const NAMESPACE: &str = "http://www.ofdspec.org/2016";
/// Omission of a part that is missing.
const MISSING: &str = "reading.part_missing";
/// Omission that tells of a rule of the standard that was broken and could be borne.
const IRREGULAR: &str = "reading.irregular";
/// Documents in one file.
const MAX_DOCUMENTS: usize = 1_000;

/// Reads an OFD.
pub(super) fn read(input: &Input<'_>, context: &mut Context<'_>) -> Result<(), ReadError> {
    let mut package = Package::open(input, context.limits())?;
    let Some(entry) = package.find(ENTRY) else {
        let is_encrypted = package
            .names()
            .any(|name| name.to_lowercase().contains("encrypt"));
        return Err(if is_encrypted {
            ReadError::Encrypted
        } else {
            ReadError::damaged(format!("{ENTRY} is missing"))
        });
    };
    if entry != ENTRY {
        context.omit(IRREGULAR, format!("{entry} stands for {ENTRY}"));
    }
    let roots = entry_point(&mut package, &entry, context)?;
    if roots.is_empty() {
        return Err(ReadError::damaged(format!("{entry} names no document")));
    }
    context.text_step("", serde_json::Map::new());
    let mut is_any = false;
    for root in roots {
        let Some(name) = locate(&package, &entry, &root, context) else {
            context.omit(MISSING, format!("the document {root:?} is missing"));
            continue;
        };
        is_any |= Document::read(&mut package, &name, context)?.tell(&mut package, context)?;
    }
    if !is_any {
        return Err(ReadError::damaged("none of its documents has a page"));
    }
    Ok(())
}

/// Tells what the file says of itself; gives the roots of its documents.
fn entry_point(
    package: &mut Package<'_>,
    entry: &str,
    context: &mut Context<'_>,
) -> Result<Vec<String>, ReadError> {
    let (mut roots, mut told, mut is_encrypted) = (Vec::new(), Vec::new(), false);
    let (mut text, mut custom, mut namespace) = (String::new(), None, None);
    package.walk(entry, &mut |node| {
        match node {
            Node::Open(tag) => {
                text.clear();
                match tag.name() {
                    "OFD" => namespace = tag.prefixed("ofd").or_else(|| tag.attribute("xmlns")),
                    "CustomData" => custom = tag.attribute("Name"),
                    "Encryptions" | "EncryptInfo" => is_encrypted = true,
                    _ => {}
                }
            }
            Node::Text(part) => {
                if text.len() < 16_384 {
                    text.push_str(part);
                }
            }
            Node::Close(name) => {
                let value = std::mem::take(&mut text);
                let value = value.trim();
                let known = match name {
                    "Title" => "title",
                    "Author" => "author",
                    "Subject" => "subject",
                    "Abstract" => "summary",
                    "Keyword" => "keywords",
                    "CreationDate" => "created",
                    "ModDate" => "modified",
                    "Creator" => "program",
                    "CustomData" => "custom",
                    "DocRoot" if !value.is_empty() && roots.len() < MAX_DOCUMENTS => {
                        roots.push(value.to_owned());
                        return Ok(());
                    }
                    _ => return Ok(()),
                };
                let name = match custom.take().filter(|_| known == "custom") {
                    Some(custom) => custom,
                    None => known.to_owned(),
                };
                told.push((name, value.to_owned()));
            }
        }
        Ok(())
    })?;
    if is_encrypted && roots.is_empty() {
        return Err(ReadError::Encrypted);
    }
    if let Some(namespace) = namespace.filter(|namespace| namespace != NAMESPACE) {
        context.omit(
            IRREGULAR,
            format!("the namespace is {namespace:?}, not {NAMESPACE}"),
        );
    }
    for (name, value) in told {
        context.told(&name, &value);
    }
    Ok(roots)
}

/// The member that a reference means; `base` is the member with the reference.
fn find(package: &Package<'_>, base: &str, reference: &str) -> Option<String> {
    let reference = reference.trim();
    if reference.is_empty() {
        return None;
    }
    // from the folder of the base, or, as many write it, from the root
    [package::resolve(base, reference), package::resolve("", reference)]
        .into_iter()
        .flatten()
        .find_map(|name| package.find(&name))
}

/// The same; a reference that leads nowhere by the letter of the standard is told.
fn locate(package: &Package<'_>, base: &str, reference: &str, context: &mut Context<'_>) -> Option<String> {
    let found = find(package, base, reference)?;
    let exact = package::resolve(base, reference.trim());
    if exact.as_deref() != Some(found.as_str()) {
        context.omit(
            IRREGULAR,
            format!("{base}: {reference:?} leads nowhere, {found:?} was meant"),
        );
    }
    Some(found)
}

/// Pictures by the identifier of their resource: the member, and its folder's base.
type Pictures = HashMap<String, String>;
/// Identifiers that were met.
type Seen = BTreeSet<String>;

#[cfg(test)]
mod tests;
