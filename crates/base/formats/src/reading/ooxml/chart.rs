//! Words in charts, diagrams and drawings that lie beside a page.

use super::super::context::Context;
use super::super::error::ReadError;
use super::super::markup::Node;
use super::super::package::{Package, Relation};
use super::note;

/// Bytes of the words of one part.
const MAX_TEXT: usize = 1 << 20;

/// Kinds of relations whose parts have words of the page.
fn is_drawing(relation: &Relation) -> bool {
    matches!(
        relation.kind.as_str(),
        "chart" | "chartEx" | "diagramData" | "drawing" | "chartUserShapes"
    )
}

/// The words of charts, diagrams and drawings that a part points to, one line each.
pub(super) fn words_beside(
    package: &mut Package<'_>,
    relations: &[Relation],
    context: &mut Context<'_>,
) -> Result<Vec<String>, ReadError> {
    let mut lines = Vec::new();
    for relation in relations.iter().filter(|relation| is_drawing(relation)) {
        let Some(target) = &relation.target else { continue };
        lines.extend(words_of(package, target, context)?);
    }
    Ok(lines)
}

/// The words of one such part: paragraphs, and the text values of charts.
pub(in super::super) fn words_of(
    package: &mut Package<'_>,
    part: &str,
    context: &mut Context<'_>,
) -> Result<Vec<String>, ReadError> {
    let (mut lines, mut line, mut total) = (Vec::new(), String::new(), 0_usize);
    let (mut collects, mut in_cache) = (false, false);
    let walked = package.walk(part, &mut |node| {
        match node {
            Node::Open(tag) => match tag.name() {
                "t" => collects = true,
                "strCache" => in_cache = true,
                "v" => collects = in_cache,
                "br" => line.push(' '),
                _ => {}
            },
            Node::Text(part) if collects && total < MAX_TEXT => {
                total += part.len();
                line.push_str(part);
            }
            Node::Text(_) => {}
            Node::Close(name) => match name {
                "t" => collects = false,
                "strCache" => in_cache = false,
                "p" | "v" | "si" | "comment" => {
                    collects = false;
                    let whole = std::mem::take(&mut line);
                    if !whole.trim().is_empty() {
                        lines.push(whole.trim().to_owned());
                    }
                }
                _ => {}
            },
        }
        Ok(())
    });
    note(walked, context)?;
    if !line.trim().is_empty() {
        lines.push(line.trim().to_owned());
    }
    Ok(lines)
}
