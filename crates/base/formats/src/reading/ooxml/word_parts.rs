//! What lies beside the text of a word processing document: styles, notes, headers and footers.

use super::super::context::Context;
use super::super::error::ReadError;
use super::super::markup::Node;
use super::super::package::{Package, Relation};
use super::note;
use std::collections::{HashMap, HashSet};

/// Styles, notes and comments that are kept.
const MAX_KEPT: usize = 100_000;
/// Bytes of all notes that are kept.
const MAX_NOTES: usize = 32 << 20;

/// Identifiers of the styles of headings.
pub(super) fn heading_styles(
    package: &mut Package<'_>,
    part: &str,
    context: &mut Context<'_>,
) -> Result<HashSet<String>, ReadError> {
    let (mut headings, mut style) = (HashSet::new(), None);
    let walked = package.walk(part, &mut |node| {
        if let Node::Open(tag) = node {
            let is_heading = match tag.name() {
                "style" => {
                    style = tag.attribute("styleId");
                    false
                }
                "name" => tag.attribute("val").is_some_and(|name| is_heading_name(&name)),
                "outlineLvl" => tag.attribute("val").is_some_and(|level| level != "9"),
                _ => false,
            };
            if is_heading && headings.len() < MAX_KEPT {
                headings.extend(style.clone());
            }
        }
        Ok(())
    });
    note(walked, context)?;
    Ok(headings)
}

fn is_heading_name(name: &str) -> bool {
    let name = name.to_lowercase();
    name.starts_with("heading")
        || name.starts_with("标题")
        || matches!(name.as_str(), "title" | "subtitle" | "副标题")
}

/// Notes of one kind by their identifier.
pub(super) type Notes = HashMap<String, Vec<String>>;

/// Reads footnotes, endnotes or comments; `element` is what one of them is called.
pub(super) fn notes(
    package: &mut Package<'_>,
    relations: &[Relation],
    kind: &str,
    element: &str,
    context: &mut Context<'_>,
) -> Result<Notes, ReadError> {
    let mut notes = Notes::new();
    let parts = relations.iter().filter(|relation| relation.kind == kind);
    for part in parts.filter_map(|relation| relation.target.clone()) {
        let (mut id, mut line, mut collects, mut bytes) = (None, String::new(), false, 0_usize);
        let walked = package.walk(&part, &mut |node| {
            match node {
                Node::Open(tag) if tag.name() == element => {
                    // lines that separate notes from text are notes too
                    let is_note = tag.attribute("type").is_none_or(|kind| kind == "normal");
                    id = tag.attribute("id").filter(|_| is_note);
                }
                Node::Open(tag) => collects = tag.name() == "t",
                Node::Text(part) if collects && bytes < MAX_NOTES => {
                    bytes += part.len();
                    line.push_str(part);
                }
                Node::Text(_) => {}
                Node::Close("t") => collects = false,
                Node::Close("p") => {
                    let whole = std::mem::take(&mut line);
                    if let Some(id) = &id
                        && !whole.trim().is_empty()
                        && notes.len() < MAX_KEPT
                    {
                        notes.entry(id.clone()).or_default().push(whole.trim().to_owned());
                    }
                }
                Node::Close(_) => {}
            }
            Ok(())
        });
        note(walked, context)?;
    }
    Ok(notes)
}

/// Lines of all headers, or of all footers, each once.
pub(super) fn margins(
    package: &mut Package<'_>,
    relations: &[Relation],
    kind: &str,
    context: &mut Context<'_>,
) -> Result<Vec<String>, ReadError> {
    let mut lines = Vec::new();
    let parts = relations
        .iter()
        .filter(|relation| relation.kind == kind)
        .take(1_000);
    for part in parts.filter_map(|relation| relation.target.clone()) {
        for line in super::chart::words_of(package, &part, context)? {
            if !lines.contains(&line) && lines.len() < 1_000 {
                lines.push(line);
            }
        }
    }
    Ok(lines)
}
