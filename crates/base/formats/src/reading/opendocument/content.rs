//! From the elements of a document to its pages.

use crate::reading::flow::Lines;
use crate::reading::markup::{Node, Tag};
use lantai_domain::reading::LineRole;

/// Pages of one document.
const MAX_PAGES: usize = 100_000;
/// Repeated blanks and cells that are written.
const MAX_REPEATED: usize = 100;

/// A page, slide or sheet.
#[derive(Debug, Default)]
pub(super) struct Page {
    pub label: String,
    pub lines: Lines,
}

/// What was read of a document.
#[derive(Debug, Default)]
pub(super) struct Content {
    pub pages: Vec<Page>,
    pub told: Vec<(&'static str, String)>,
    page: Page,
    is_begun: bool,
    line: String,
    role: LineRole,
    /// Elements that are open whose text is not read, from the first of them.
    hidden: usize,
    rows: usize,
    cells: usize,
    /// Open headers and footers of page styles.
    margins: usize,
    paragraphs: usize,
    /// Whether we are where the document says of itself what it is.
    is_meta: bool,
    /// Open formulas (MathML).
    formulas: usize,
    /// Open notes in the margin.
    annotations: usize,
    /// Whether we are among the styles of pages, of which headers and footers are read.
    is_master: bool,
    meta: Option<(&'static str, String)>,
}

impl Content {
    /// Takes what comes next in the XML.
    pub(super) fn take(&mut self, node: Node<'_>) {
        match node {
            Node::Open(tag) => self.open(tag),
            Node::Text(text) => self.text(text),
            Node::Close(name) => self.close(name),
        }
    }

    /// Ends the last page.
    pub(super) fn finish(mut self) -> Self {
        self.end_line();
        self.end_page();
        self
    }

    fn open(&mut self, tag: &Tag<'_>) {
        let name = tag.name();
        // who made a note, and when; dates in the text have the same name
        let is_of_note = self.annotations > 0 && matches!(name, "creator" | "date" | "creator-initials");
        if is_of_note || self.hidden > 0 || holds_no_text(name) || (name == "annotation" && self.formulas > 0)
        {
            self.hidden += 1;
            return;
        }
        if let Some(name) = told(name).filter(|_| self.is_meta) {
            self.meta = Some((name, String::new()));
            return;
        }
        match name {
            "meta" => self.is_meta = true,
            "master-styles" => self.is_master = true,
            _ if self.is_master && self.margins == 0 && !is_margin(name) => {}
            "p" | "h" => {
                if self.paragraphs == 0 && self.cells == 0 {
                    self.end_line();
                } else if !self.line.is_empty() && !self.line.ends_with('\t') {
                    // paragraphs of a cell, notes inside a paragraph
                    self.line.push(' ');
                }
                self.paragraphs += 1;
                if name == "h" {
                    self.role = LineRole::Heading;
                }
            }
            "math" => self.formulas += 1,
            "annotation" => self.annotations += 1,
            "mi" | "mn" | "mo" | "mtext" if !self.line.is_empty() => self.line.push(' '),
            "tab" => self.line.push('\t'),
            "s" => {
                let count = tag
                    .attribute("c")
                    .and_then(|count| count.parse().ok())
                    .unwrap_or(1_usize);
                self.line.push_str(&" ".repeat(count.min(MAX_REPEATED)));
            }
            "line-break" if self.cells > 0 => self.line.push(' '),
            "line-break" => self.end_line_as(self.role),
            "soft-page-break" => self.end_page(),
            name if is_margin(name) => self.margins += 1,
            "table-row" => {
                if self.rows == 0 {
                    self.end_line();
                }
                self.rows += 1;
            }
            "table-cell" | "covered-table-cell" => {
                if self.cells == 0 && !self.line.is_empty() {
                    self.line.push('\t');
                }
                self.cells += 1;
            }
            "page" => {
                self.end_line();
                self.end_page();
                self.page.label = tag.attribute("name").unwrap_or_default();
                self.is_begun = true;
            }
            _ => {}
        }
    }

    fn text(&mut self, text: &str) {
        if self.hidden > 0 {
            return;
        }
        if let Some((_, value)) = &mut self.meta {
            value.push_str(text);
            return;
        }
        if self.paragraphs == 0 && self.formulas == 0 {
            return;
        }
        // blanks of the source mean one blank
        for letter in text.chars() {
            let is_blank = matches!(letter, ' ' | '\n' | '\r' | '\t');
            if is_blank && (self.line.is_empty() || self.line.ends_with([' ', '\t'])) {
                continue;
            }
            self.line.push(if is_blank { ' ' } else { letter });
        }
    }

    fn close(&mut self, name: &str) {
        if self.hidden > 0 {
            self.hidden -= 1;
            return;
        }
        if let Some((name, value)) = self.meta.take() {
            if !value.trim().is_empty() {
                self.told.push((name, value.trim().to_owned()));
            }
            return;
        }
        match name {
            "p" | "h" if self.paragraphs > 0 => {
                self.paragraphs = self.paragraphs.saturating_sub(1);
                if self.paragraphs == 0 && self.cells == 0 {
                    let role = if self.margins > 0 {
                        LineRole::Margin
                    } else {
                        self.role
                    };
                    self.end_line_as(role);
                }
                if name == "h" {
                    self.role = LineRole::Body;
                }
            }
            "table-cell" | "covered-table-cell" => self.cells = self.cells.saturating_sub(1),
            "table-row" => {
                self.rows = self.rows.saturating_sub(1);
                if self.rows == 0 {
                    let line = self.line.trim_end().len();
                    self.line.truncate(line);
                    if !self.line.is_empty() {
                        self.end_line_as(LineRole::Table);
                    }
                }
            }
            name if is_margin(name) => self.margins = self.margins.saturating_sub(1),
            "math" => self.formulas = self.formulas.saturating_sub(1),
            "annotation" => self.annotations = self.annotations.saturating_sub(1),
            "meta" => self.is_meta = false,
            "master-styles" => self.is_master = false,
            "page" if self.is_begun => {
                self.end_line();
                self.end_page();
            }
            _ => {}
        }
    }

    fn end_line(&mut self) {
        if !self.line.trim().is_empty() {
            self.end_line_as(self.role);
        }
        self.line.clear();
    }

    fn end_line_as(&mut self, role: LineRole) {
        // text of page styles that says nothing: the number of a page
        let is_number = role == LineRole::Margin && self.line.chars().all(|letter| !letter.is_alphabetic());
        if !is_number {
            self.page.lines.push(&self.line, role);
        }
        self.line.clear();
    }

    fn end_page(&mut self) {
        let is_empty = self.page.lines.is_blank() && !self.is_begun;
        if is_empty || self.pages.len() >= MAX_PAGES {
            return;
        }
        self.is_begun = false;
        self.pages.push(std::mem::take(&mut self.page));
    }
}

/// Elements whose text is not shown: scripts, bytes, what was deleted, the names of authors of notes.
fn holds_no_text(name: &str) -> bool {
    matches!(
        name,
        "scripts"
            | "script"
            | "binary-data"
            | "tracked-changes"
            | "forms"
            | "note-citation"
            | "event-listeners"
            | "font-face-decls"
            | "annotation-end"
            | "index-source-styles"
            | "sequence-decls"
            | "user-field-decls"
            | "variable-decls"
            | "settings"
    )
}

fn is_margin(name: &str) -> bool {
    matches!(
        name,
        "header" | "footer" | "header-left" | "footer-left" | "header-first" | "footer-first"
    )
}

/// What a document says of itself.
fn told(name: &str) -> Option<&'static str> {
    Some(match name {
        "title" => "title",
        "initial-creator" => "author",
        "creator" => "last_author",
        "subject" => "subject",
        "keyword" => "keywords",
        "description" => "description",
        "creation-date" => "created",
        "date" => "modified",
        "language" => "language",
        "generator" => "program",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reading::markup::walk;

    fn read(xml: &str) -> Content {
        let mut content = Content::default();
        walk(xml.as_bytes(), 100, &mut |node| {
            content.take(node);
            Ok(())
        })
        .unwrap();
        content.finish()
    }

    #[test]
    fn paragraphs_rows_notes_and_pages() {
        let content = read(
            "<o xmlns:t='t'><meta><dc:title xmlns:dc='d'>题</dc:title></meta><master-styles><t:p>no</t:p><style:footer xmlns:style='s'>\
             <t:p>页脚</t:p><t:p>1</t:p></style:footer></master-styles><title>no</title>\
             <t:h>第一章</t:h><t:p>大坝<t:span>验收</t:span><t:s t:c='2'/>合格<t:note><t:note-citation>1</t:note-citation>\
             <t:note-body><t:p>注</t:p></t:note-body></t:note>\n  好</t:p><t:tracked-changes><t:p>no</t:p></t:tracked-changes>\
             <t:table-row><t:table-cell><t:p>1954</t:p></t:table-cell><t:table-cell><t:p>a</t:p><t:p>b</t:p></t:table-cell></t:table-row>\
             <t:soft-page-break/><t:p>末</t:p><d:page xmlns:d='d' d:name='片'><t:p>x</t:p></d:page></o>",
        );
        assert_eq!(content.told, [("title", "题".to_owned())]);
        let pages: Vec<(String, String)> = content
            .pages
            .iter()
            .map(|page| (page.label.clone(), page.lines.to_text()))
            .collect();
        assert_eq!(
            pages,
            [
                (
                    String::new(),
                    "页脚\n第一章\n大坝验收  合格 注 好\n1954\ta b".to_owned()
                ),
                (String::new(), "末".to_owned()),
                ("片".to_owned(), "x".to_owned()),
            ]
        );
        assert_eq!(content.pages[0].lines.of_role(LineRole::Margin), ["页脚"]);
        assert_eq!(content.pages[0].lines.of_role(LineRole::Table), ["1954\ta b"]);
    }
}
