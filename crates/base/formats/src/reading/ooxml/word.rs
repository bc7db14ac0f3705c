//! Word processing documents: paragraphs, headings, tables, lists, notes, headers, text boxes. What was deleted under
//! tracked changes is left out, what was inserted stands.

use super::super::context::Context;
use super::super::error::ReadError;
use super::super::input::Input;
use super::super::markup::{self, Node, Tag};
use super::super::package::Package;
use super::numbering::Numbering;
use super::word_flow::Flow;
use super::word_parts::{Notes, heading_styles, margins, notes};
use super::{embedded, main_part, note, properties};
use lantai_domain::reading::LineRole;
use std::collections::HashSet;

/// Bytes of one paragraph.
const MAX_PARAGRAPH: usize = 4 << 20;
/// Paragraphs open inside one another (text boxes).
const MAX_OPEN: usize = 64;

/// Reads a document: a package, or all of it in one XML file.
pub(in super::super) fn read(input: &Input<'_>, context: &mut Context<'_>) -> Result<(), ReadError> {
    if !input.head(2)?.starts_with(b"PK") {
        return read_flat(input, context);
    }
    let mut package = Package::open(input, context.limits())?;
    let main = main_part(&mut package, "word/document.xml")?;
    context.text_step("", serde_json::Map::new());
    if context.wants_rest() {
        properties::tell(&mut package, context)?;
    }
    let relations = package.relations(&main)?;
    let part = |kind: &str| {
        let found = relations.iter().find(|relation| relation.kind == kind);
        found.and_then(|relation| relation.target.clone())
    };
    let mut document = Document::default();
    if let Some(styles) = part("styles") {
        document.headings = heading_styles(&mut package, &styles, context)?;
    }
    if let Some(lists) = part("numbering") {
        let walked = document.numbering.read(&mut package, &lists);
        note(walked, context)?;
    }
    document.footnotes = notes(&mut package, &relations, "footnotes", "footnote", context)?;
    document.endnotes = notes(&mut package, &relations, "endnotes", "endnote", context)?;
    document.comments = notes(&mut package, &relations, "comments", "comment", context)?;
    document.flow.headers = margins(&mut package, &relations, "header", context)?;
    document.flow.footers = margins(&mut package, &relations, "footer", context)?;
    let walked = package.walk(&main, &mut |node| document.take(node, context));
    match walked {
        Ok(true) => {}
        Ok(false) => return Err(ReadError::damaged("its main part is missing")),
        Err(error) if error.ends_all() || context.pages() == 0 && document.flow.is_empty() => {
            return Err(error);
        }
        Err(error) => context.omit(error.code(), error.to_string()),
    }
    for line in super::chart::words_beside(&mut package, &relations, context)? {
        document.flow.paragraph(&line, LineRole::Caption);
    }
    document.flow.end(context)?;
    if !context.wants_rest() {
        return Ok(());
    }
    for relation in relations.iter().filter(|relation| relation.kind == "aFChunk") {
        if let Some(target) = &relation.target {
            embedded::hand_on_member(&mut package, target, context)?;
        }
    }
    let folder = main
        .rsplit_once('/')
        .map_or(String::new(), |(folder, _)| format!("{folder}/"));
    embedded::hand_on(&mut package, &folder, context)
}

/// A document of Word 2003 in one XML file, or a package written as one.
fn read_flat(input: &Input<'_>, context: &mut Context<'_>) -> Result<(), ReadError> {
    let bytes = input.whole(context.limits().document_bytes)?;
    let text = crate::text::decode_text(&bytes).text;
    context.text_step("", serde_json::Map::new());
    let mut document = Document::default();
    let depth = context.limits().xml_depth;
    let walked = markup::walk(text.as_bytes(), depth, &mut |node| document.take(node, context));
    match walked {
        Err(error) if error.ends_all() || document.flow.is_empty() => return Err(error),
        Err(error) => context.omit(error.code(), error.to_string()),
        Ok(()) => {}
    }
    document.flow.end(context)
}

/// A paragraph that is open.
#[derive(Debug, Default)]
struct Paragraph {
    text: String,
    is_heading: bool,
    list: Option<String>,
    level: usize,
}

/// A document that is being read.
#[derive(Debug, Default)]
struct Document {
    headings: HashSet<String>,
    numbering: Numbering,
    footnotes: Notes,
    endnotes: Notes,
    comments: Notes,
    flow: Flow,
    paragraphs: Vec<Paragraph>,
    /// Open elements whose content does not count: deletions, fallbacks, readings above characters.
    hidden: usize,
    collects: bool,
    /// A page break inside a table, which comes into force at the end of the row.
    break_waits: bool,
}

/// Elements whose content is left out.
fn is_hidden(name: &str) -> bool {
    matches!(
        name,
        "del" | "moveFrom" | "Fallback" | "rt" | "delText" | "instrText" | "binData"
    )
}

impl Document {
    fn take(&mut self, node: Node<'_>, context: &mut Context<'_>) -> Result<(), ReadError> {
        match node {
            Node::Open(tag) => {
                if is_hidden(tag.name()) {
                    self.hidden += 1;
                } else if self.hidden == 0 {
                    self.open(tag, context)?;
                }
            }
            Node::Text(part) => {
                if self.collects && self.hidden == 0 {
                    self.push(part);
                }
            }
            Node::Close(name) => {
                if is_hidden(name) {
                    self.hidden = self.hidden.saturating_sub(1);
                } else if self.hidden == 0 {
                    self.close(name, context)?;
                }
            }
        }
        Ok(())
    }

    fn push(&mut self, text: &str) {
        if let Some(paragraph) = self.paragraphs.last_mut()
            && paragraph.text.len() < MAX_PARAGRAPH
        {
            paragraph.text.push_str(text);
        }
    }

    fn open(&mut self, tag: &Tag<'_>, context: &mut Context<'_>) -> Result<(), ReadError> {
        match tag.name() {
            "p" if self.paragraphs.len() < MAX_OPEN => self.paragraphs.push(Paragraph::default()),
            "t" => self.collects = true,
            // the places of tabulators are called so too
            "tab" if tag.attribute("pos").is_none() => self.push("\t"),
            "noBreakHyphen" => self.push("-"),
            "cr" => self.push("\n"),
            "br" => {
                if tag.attribute("type").as_deref() == Some("page") {
                    self.page_break(context)?;
                } else {
                    self.push("\n");
                }
            }
            "lastRenderedPageBreak" => self.page_break(context)?,
            "pStyle" => {
                let is_heading = tag
                    .attribute("val")
                    .is_some_and(|style| self.headings.contains(&style));
                if let Some(paragraph) = self.paragraphs.last_mut() {
                    paragraph.is_heading |= is_heading;
                }
            }
            "outlineLvl" => {
                let is_heading = tag.attribute("val").is_some_and(|level| level != "9");
                if let Some(paragraph) = self.paragraphs.last_mut() {
                    paragraph.is_heading |= is_heading;
                }
            }
            "ilvl" => {
                let level = tag.attribute("val").and_then(|level| level.parse().ok());
                if let (Some(paragraph), Some(level)) = (self.paragraphs.last_mut(), level) {
                    paragraph.level = level;
                }
            }
            "numId" => {
                if let Some(paragraph) = self.paragraphs.last_mut() {
                    paragraph.list = tag.attribute("val");
                }
            }
            "tbl" => self.flow.begin_table(),
            "footnoteReference" => self.cite(tag, |document| &document.footnotes),
            "endnoteReference" => self.cite(tag, |document| &document.endnotes),
            "commentReference" => self.cite(tag, |document| &document.comments),
            _ => {}
        }
        Ok(())
    }

    fn cite(&mut self, tag: &Tag<'_>, notes: impl Fn(&Self) -> &Notes) {
        let lines = tag.attribute("id").and_then(|id| notes(self).get(&id).cloned());
        if let Some(lines) = lines {
            self.flow.note(&lines);
        }
    }

    /// The text before the break ends its page; the paragraph may go on.
    fn page_break(&mut self, context: &mut Context<'_>) -> Result<(), ReadError> {
        if self.paragraphs.len() > 1 {
            // inside a text box there is no page
            return Ok(());
        }
        if self.flow.in_table() {
            self.break_waits = true;
            return Ok(());
        }
        if let Some(paragraph) = self.paragraphs.last_mut() {
            let text = std::mem::take(&mut paragraph.text);
            let role = role_of(paragraph.is_heading);
            let written = numbered(&mut self.numbering, paragraph, text);
            self.flow.paragraph(&written, role);
        }
        self.flow.end_page(context)
    }

    fn close(&mut self, name: &str, context: &mut Context<'_>) -> Result<(), ReadError> {
        match name {
            "t" => self.collects = false,
            "p" => {
                if let Some(mut paragraph) = self.paragraphs.pop() {
                    let text = std::mem::take(&mut paragraph.text);
                    let role = role_of(paragraph.is_heading);
                    let written = numbered(&mut self.numbering, &mut paragraph, text);
                    self.flow.paragraph(&written, role);
                }
                if self.flow.is_full(context.limits().page_characters) {
                    self.flow.end_page(context)?;
                }
            }
            "tc" => self.flow.end_cell(),
            "tr" => {
                self.flow.end_row();
                if std::mem::take(&mut self.break_waits) && !self.flow.in_inner_table() {
                    self.flow.end_page(context)?;
                }
            }
            "tbl" => self.flow.end_table(),
            _ => {}
        }
        Ok(())
    }
}

fn role_of(is_heading: bool) -> LineRole {
    if is_heading {
        LineRole::Heading
    } else {
        LineRole::Body
    }
}

/// The text of a paragraph behind its number in its list; the number is given once.
fn numbered(numbering: &mut Numbering, paragraph: &mut Paragraph, text: String) -> String {
    if text.trim().is_empty() {
        return text;
    }
    let number = match paragraph.list.take() {
        Some(list) => numbering.next(&list, paragraph.level),
        None => String::new(),
    };
    if number.is_empty() {
        text
    } else {
        format!("{number} {text}")
    }
}
