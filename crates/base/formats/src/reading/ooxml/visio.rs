//! Drawings of Visio: the words of each page's shapes.

use super::super::context::Context;
use super::super::error::ReadError;
use super::super::input::Input;
use super::super::markup::Node;
use super::super::package::Package;
use super::{embedded, note, properties};
use lantai_domain::reading::{ReadPage, TextSource};

/// Bytes of the text of one page.
const MAX_TEXT: usize = 8 << 20;

/// Reads a drawing.
pub(in super::super) fn read(input: &Input<'_>, context: &mut Context<'_>) -> Result<(), ReadError> {
    let mut package = Package::open(input, context.limits())?;
    context.text_step("", serde_json::Map::new());
    if context.wants_rest() {
        properties::tell(&mut package, context)?;
    }
    let list = "visio/pages/pages.xml";
    let relations = package.relations(list)?;
    let (mut name, mut pages) = (None, Vec::new());
    let walked = package.walk(list, &mut |node| {
        if let Node::Open(tag) = node {
            match tag.name() {
                "Page" => name = tag.attribute("Name").or_else(|| tag.attribute("NameU")),
                "Rel" => pages.extend(tag.prefixed("id").map(|id| (name.take(), id))),
                _ => {}
            }
        }
        Ok(())
    });
    note(walked, context)?;
    let mut pages: Vec<(Option<String>, String)> = pages
        .into_iter()
        .filter_map(|(name, id)| {
            let relation = relations.iter().find(|relation| relation.id == id)?;
            Some((name, relation.target.clone()?))
        })
        .collect();
    if pages.is_empty() {
        let names = package.names_below("visio/pages/page");
        pages = names
            .into_iter()
            .filter(|name| !name.ends_with("pages.xml"))
            .map(|name| (None, name))
            .collect();
    }
    if pages.is_empty() {
        return Err(ReadError::damaged("it has no page"));
    }
    for (label, part) in pages {
        let (mut text, mut line, mut collects) = (String::new(), String::new(), false);
        let walked = package.walk(&part, &mut |node| {
            match node {
                Node::Open(tag) if tag.name() == "Text" => collects = true,
                Node::Open(_) => {}
                Node::Text(part) if collects && text.len() < MAX_TEXT => line.push_str(part),
                Node::Text(_) => {}
                Node::Close("Text") => {
                    collects = false;
                    let whole = std::mem::take(&mut line);
                    if !whole.trim().is_empty() {
                        text.push_str(whole.trim());
                        text.push('\n');
                    }
                }
                Node::Close(_) => {}
            }
            Ok(())
        });
        note(walked, context)?;
        let text = text.trim_end().to_owned();
        context.page(ReadPage {
            source: if text.is_empty() {
                TextSource::None
            } else {
                TextSource::File
            },
            text,
            label,
            ..ReadPage::default()
        })?;
    }
    embedded::hand_on(&mut package, "visio/", context)
}
