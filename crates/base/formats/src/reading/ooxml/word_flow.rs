//! Paragraphs and tables that flow into pages.

use super::super::context::Context;
use super::super::error::ReadError;
use lantai_domain::reading::{LineRole, ReadLine, ReadPage, TextSource};

/// Tables inside tables that are kept apart.
const MAX_TABLES: usize = 32;

/// A table that is open.
#[derive(Debug, Default)]
struct Table {
    row: Vec<String>,
    cell: String,
}

/// Gathers lines into pages. Where the file knows its page breaks, a page is a page; else a section.
#[derive(Debug, Default)]
pub(super) struct Flow {
    lines: Vec<ReadLine>,
    characters: usize,
    tables: Vec<Table>,
    /// Tables deeper than are kept apart.
    deeper: usize,
    /// Notes of the page, which stand at its foot.
    notes: Vec<String>,
    /// Lines at the head and at the foot of the first page.
    pub(super) headers: Vec<String>,
    pub(super) footers: Vec<String>,
}

impl Flow {
    /// A paragraph, as a line of its page or of a cell.
    pub(super) fn paragraph(&mut self, text: &str, role: LineRole) {
        let text = text.trim_end();
        if text.trim().is_empty() {
            return;
        }
        match self.tables.last_mut() {
            Some(table) => {
                if !table.cell.is_empty() {
                    table.cell.push(' ');
                }
                table.cell.push_str(text.trim());
                self.characters += text.len();
            }
            None => self.line(text, role),
        }
    }

    fn line(&mut self, text: &str, role: LineRole) {
        self.characters += text.len();
        self.lines.push(ReadLine {
            text: text.to_owned(),
            confidence: 1.0,
            role,
            ..ReadLine::default()
        });
    }

    pub(super) fn begin_table(&mut self) {
        if self.tables.len() < MAX_TABLES {
            self.tables.push(Table::default());
        } else {
            self.deeper += 1;
        }
    }

    pub(super) fn end_cell(&mut self) {
        if self.deeper == 0
            && let Some(table) = self.tables.last_mut()
        {
            let cell = std::mem::take(&mut table.cell);
            table.row.push(cell);
        }
    }

    pub(super) fn end_row(&mut self) {
        if self.deeper > 0 {
            return;
        }
        let Some(table) = self.tables.last_mut() else {
            return;
        };
        let row = std::mem::take(&mut table.row).join("\t");
        if row.trim().is_empty() {
            return;
        }
        let inside = self.tables.len() > 1;
        match self.tables.iter_mut().rev().nth(1) {
            Some(around) if inside => {
                if !around.cell.is_empty() {
                    around.cell.push(' ');
                }
                around.cell.push_str(&row.replace('\t', " "));
            }
            _ => self.line(row.trim_end(), LineRole::Table),
        }
    }

    pub(super) fn end_table(&mut self) {
        if self.deeper > 0 {
            self.deeper -= 1;
            return;
        }
        if let Some(table) = self.tables.pop() {
            let left: Vec<String> = table.row.into_iter().chain([table.cell]).collect();
            let left = left.join(" ");
            self.paragraph(&left, LineRole::Table);
        }
    }

    pub(super) fn note(&mut self, lines: &[String]) {
        self.notes.extend(lines.iter().cloned());
    }

    /// Whether nothing stands on the page yet.
    pub(super) fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// Whether a table is open.
    pub(super) fn in_table(&self) -> bool {
        !self.tables.is_empty()
    }

    /// Whether a table inside a table is open.
    pub(super) fn in_inner_table(&self) -> bool {
        self.tables.len() > 1
    }

    /// Whether so much stands on the page that it must end, for want of a break.
    pub(super) fn is_full(&self, most: usize) -> bool {
        self.characters >= most && self.tables.is_empty()
    }

    /// Ends the page, if anything stands on it. A break inside a table waits for the end of its row.
    pub(super) fn end_page(&mut self, context: &mut Context<'_>) -> Result<(), ReadError> {
        if self.is_empty() && self.notes.is_empty() {
            return Ok(());
        }
        self.tell(context)
    }

    /// Ends the document: its last page is told even if it is the only one and empty.
    pub(super) fn end(&mut self, context: &mut Context<'_>) -> Result<(), ReadError> {
        while !self.tables.is_empty() {
            self.end_table();
        }
        if context.pages() == 0 {
            return self.tell(context);
        }
        self.end_page(context)
    }

    fn tell(&mut self, context: &mut Context<'_>) -> Result<(), ReadError> {
        let margin = |text: String| ReadLine {
            text,
            confidence: 1.0,
            role: LineRole::Margin,
            ..ReadLine::default()
        };
        let mut lines: Vec<ReadLine> = std::mem::take(&mut self.headers)
            .into_iter()
            .map(margin)
            .collect();
        let body = std::mem::take(&mut self.lines);
        let label = body
            .iter()
            .find(|line| line.role == LineRole::Heading)
            .map(|line| line.text.chars().take(200).collect());
        lines.extend(body);
        lines.extend(std::mem::take(&mut self.notes).into_iter().map(|text| ReadLine {
            text,
            confidence: 1.0,
            ..ReadLine::default()
        }));
        lines.extend(std::mem::take(&mut self.footers).into_iter().map(margin));
        self.characters = 0;
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
            label,
            ..ReadPage::default()
        })
    }
}
