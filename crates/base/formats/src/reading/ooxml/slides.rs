//! Slides: each is a page with its title as label; tables, charts, diagrams, comments and the speaker's notes follow.

use super::super::context::Context;
use super::super::error::ReadError;
use super::super::input::Input;
use super::super::markup::{Node, Tag};
use super::super::package::{Package, Relation};
use super::{chart, embedded, main_part, note, properties};
use lantai_domain::reading::{LineRole, ReadLine, ReadPage, TextSource};

use std::collections::BTreeSet;

/// Slides of one document.
const MAX_SLIDES: usize = 50_000;
/// Bytes of the text of one slide.
const MAX_TEXT: usize = 8 << 20;

/// Reads a presentation.
pub(in super::super) fn read(input: &Input<'_>, context: &mut Context<'_>) -> Result<(), ReadError> {
    let mut package = Package::open(input, context.limits())?;
    let main = main_part(&mut package, "ppt/presentation.xml")?;
    context.text_step("", serde_json::Map::new());
    if context.wants_rest() {
        properties::tell(&mut package, context)?;
    }
    let relations = package.relations(&main)?;
    let mut order = Vec::new();
    let walked = package.walk(&main, &mut |node| {
        if let Node::Open(tag) = node
            && tag.name() == "sldId"
            && order.len() < MAX_SLIDES
        {
            order.extend(tag.prefixed("id"));
        }
        Ok(())
    });
    note(walked, context)?;
    let by_id = |id: &String| relations.iter().find(|relation| relation.id == *id);
    let mut slides: Vec<String> = order
        .iter()
        .filter_map(by_id)
        .filter_map(|relation| relation.target.clone())
        .collect();
    if slides.len() < order.len() {
        context.omit(
            "reading.part_missing",
            format!("{} slides are missing", order.len() - slides.len()),
        );
    }
    if slides.is_empty() {
        slides = package.names_below("ppt/slides/slide");
    }
    if slides.is_empty() {
        return Err(ReadError::damaged("it has no slide"));
    }
    let mut masters = BTreeSet::new();
    for slide in slides {
        if context.wants_next_page() {
            read_slide(&mut package, &slide, &mut masters, context)?;
        } else {
            context.skip_page();
        }
    }
    if !context.wants_rest() {
        return Ok(());
    }
    let folder = main
        .rsplit_once('/')
        .map_or(String::new(), |(folder, _)| format!("{folder}/"));
    embedded::hand_on(&mut package, &folder, context)
}

fn read_slide(
    package: &mut Package<'_>,
    slide: &str,
    masters: &mut BTreeSet<String>,
    context: &mut Context<'_>,
) -> Result<(), ReadError> {
    let relations = package.relations(slide)?;
    let mut shapes = Shapes::default();
    let walked = package.walk(slide, &mut |node| {
        shapes.take(node);
        Ok(())
    });
    note(walked, context)?;
    let title = shapes.title();
    let mut lines = shapes.lines;
    let plain = |text: String, role| ReadLine {
        text,
        confidence: 1.0,
        role,
        ..ReadLine::default()
    };
    for words in chart::words_beside(package, &relations, context)? {
        lines.push(plain(words, LineRole::Body));
    }
    lines.extend(master_lines(package, &relations, masters, context)?);
    for part in of_kind(&relations, "notesSlide") {
        let mut notes = Shapes::default();
        let walked = package.walk(&part, &mut |node| {
            notes.take(node);
            Ok(())
        });
        note(walked, context)?;
        lines.extend(notes.lines.into_iter().map(|line| ReadLine {
            role: LineRole::Body,
            ..line
        }));
    }
    for part in of_kind(&relations, "comments") {
        for words in comments(package, &part, context)? {
            lines.push(plain(words, LineRole::Body));
        }
    }
    let text: Vec<&str> = lines.iter().map(|line| line.text.as_str()).collect();
    let text = text.join("\n");
    context.page(ReadPage {
        source: if text.is_empty() {
            TextSource::None
        } else {
            TextSource::File
        },
        text,
        lines,
        label: title,
        ..ReadPage::default()
    })
}

/// What layout and master of a slide say on every slide that has them; told with the first such slide.
fn master_lines(
    package: &mut Package<'_>,
    relations: &[Relation],
    masters: &mut BTreeSet<String>,
    context: &mut Context<'_>,
) -> Result<Vec<ReadLine>, ReadError> {
    let mut lines = Vec::new();
    for layout in of_kind(relations, "slideLayout") {
        if masters.contains(&layout) {
            continue;
        }
        let mut parts = of_kind(&package.relations(&layout)?, "slideMaster");
        parts.push(layout);
        for part in parts {
            if !masters.insert(part.clone()) {
                continue;
            }
            let mut shapes = Shapes::default();
            let walked = package.walk(&part, &mut |node| {
                shapes.take(node);
                Ok(())
            });
            note(walked, context)?;
            lines.extend(shapes.fixed.into_iter().map(|text| ReadLine {
                text,
                confidence: 1.0,
                role: LineRole::Margin,
                ..ReadLine::default()
            }));
        }
    }
    Ok(lines)
}

fn of_kind(relations: &[Relation], kind: &str) -> Vec<String> {
    relations
        .iter()
        .filter(|relation| relation.kind == kind)
        .filter_map(|relation| relation.target.clone())
        .collect()
}

/// The words of comments, which stand in an element of their own.
fn comments(
    package: &mut Package<'_>,
    part: &str,
    context: &mut Context<'_>,
) -> Result<Vec<String>, ReadError> {
    let (mut found, mut text, mut collects) = (Vec::new(), String::new(), false);
    let walked = package.walk(part, &mut |node| {
        match node {
            Node::Open(tag) => collects |= matches!(tag.name(), "text" | "t"),
            Node::Text(part) if collects && text.len() < MAX_TEXT => text.push_str(part),
            Node::Text(_) => {}
            Node::Close("text" | "t") => {
                collects = false;
                let whole = std::mem::take(&mut text);
                if !whole.trim().is_empty() && found.len() < 10_000 {
                    found.push(whole.trim().to_owned());
                }
            }
            Node::Close(_) => {}
        }
        Ok(())
    });
    note(walked, context)?;
    Ok(found)
}

/// The shapes of a slide.
#[derive(Debug, Default)]
struct Shapes {
    lines: Vec<ReadLine>,
    line: String,
    collects: bool,
    bytes: usize,
    /// What kind of placeholder the shape is.
    placeholder: String,
    cells: Option<Vec<String>>,
    cell: String,
    hidden: usize,
    /// Lines of shapes that are no placeholders: on a master they stand on every slide.
    fixed: Vec<String>,
}

impl Shapes {
    fn take(&mut self, node: Node<'_>) {
        match node {
            Node::Open(tag) if tag.name() == "Fallback" => self.hidden += 1,
            Node::Close("Fallback") => self.hidden = self.hidden.saturating_sub(1),
            _ if self.hidden > 0 => {}
            Node::Open(tag) => self.open(tag),
            Node::Text(part) => {
                if self.collects && self.bytes < MAX_TEXT {
                    self.bytes += part.len();
                    self.line.push_str(part);
                }
            }
            Node::Close(name) => self.close(name),
        }
    }

    fn open(&mut self, tag: &Tag<'_>) {
        match tag.name() {
            "sp" | "graphicFrame" => self.placeholder.clear(),
            "ph" => self.placeholder = tag.attribute("type").unwrap_or_else(|| "body".to_owned()),
            "t" => self.collects = true,
            "br" => self.line.push('\n'),
            "tr" => self.cells = Some(Vec::new()),
            _ => {}
        }
    }

    fn close(&mut self, name: &str) {
        match name {
            "t" => self.collects = false,
            "p" => {
                let line = std::mem::take(&mut self.line);
                let text = line.trim();
                if text.is_empty() {
                    return;
                }
                if self.cells.is_some() {
                    if !self.cell.is_empty() {
                        self.cell.push(' ');
                    }
                    self.cell.push_str(text);
                    return;
                }
                let role = match self.placeholder.as_str() {
                    "title" | "ctrTitle" => LineRole::Heading,
                    "sldNum" | "ftr" | "hdr" | "dt" => LineRole::Margin,
                    _ => LineRole::Body,
                };
                if self.placeholder.is_empty() {
                    self.fixed.push(text.to_owned());
                }
                self.push(text.to_owned(), role);
            }
            "tc" => {
                let cell = std::mem::take(&mut self.cell);
                if let Some(cells) = &mut self.cells {
                    cells.push(cell);
                }
            }
            "tr" => {
                let row = self.cells.take().unwrap_or_default().join("\t");
                if !row.trim().is_empty() {
                    self.push(row, LineRole::Table);
                }
            }
            _ => {}
        }
    }

    fn push(&mut self, text: String, role: LineRole) {
        self.lines.push(ReadLine {
            text,
            confidence: 1.0,
            role,
            ..ReadLine::default()
        });
    }

    fn title(&self) -> Option<String> {
        let titles: Vec<&str> = self
            .lines
            .iter()
            .filter(|line| line.role == LineRole::Heading)
            .map(|line| line.text.as_str())
            .collect();
        (!titles.is_empty()).then(|| titles.join(" ").replace('\n', " ").chars().take(200).collect())
    }
}
