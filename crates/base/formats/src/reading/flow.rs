//! Running text on its way to pages, for formats that know none: lines are gathered, and a page is told whenever a
//! good many are together.

use super::{Context, ReadError};
use lantai_domain::reading::{LineRole, ReadLine, ReadPage};

/// Characters after which a page ends with the line.
const PAGE_CHARACTERS: usize = 20_000;
/// Characters after which a line is cut: nobody reads longer ones.
const LINE_CHARACTERS: usize = 200_000;

/// Lines of a text with what they are.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Lines {
    lines: Vec<(String, LineRole)>,
}

impl Lines {
    /// Adds a line; blanks at its end are dropped, an empty line is kept only between others.
    pub(super) fn push(&mut self, line: &str, role: LineRole) {
        let line = line.trim_end();
        let is_after_empty = self.lines.last().is_none_or(|(last, _)| last.is_empty());
        if line.is_empty() && is_after_empty {
            return;
        }
        self.lines.push((line.to_owned(), role));
    }

    /// Adds every line of a text as body.
    pub(super) fn push_text(&mut self, text: &str) {
        for line in split_lines(text) {
            self.push(line, LineRole::Body);
        }
    }

    /// Adds lines behind these.
    pub(super) fn append(&mut self, other: Self) {
        for (line, role) in other.lines {
            self.push(&line, role);
        }
    }

    /// Whether there is nothing but blanks.
    pub(super) fn is_blank(&self) -> bool {
        self.lines.iter().all(|(line, _)| line.trim().is_empty())
    }

    /// The lines as one text.
    #[cfg(test)]
    pub(super) fn to_text(&self) -> String {
        let lines: Vec<&str> = self.lines.iter().map(|(line, _)| line.as_str()).collect();
        lines.join("\n").trim_end().to_owned()
    }

    /// The lines of this role.
    #[cfg(test)]
    pub(super) fn of_role(&self, role: LineRole) -> Vec<&str> {
        let lines = self.lines.iter().filter(|(_, is)| *is == role);
        lines.map(|(line, _)| line.as_str()).collect()
    }
}

/// Lines of a text, whatever ends them; a page feed ends a line as well.
pub(super) fn split_lines(text: &str) -> impl Iterator<Item = &str> {
    text.split(['\n', '\u{b}', '\u{c}', '\u{85}', '\u{2028}', '\u{2029}'])
        .flat_map(|line| line.strip_suffix('\r').unwrap_or(line).split('\r'))
}

/// Gives lines to a context, page by page.
pub(super) struct Flow<'c, 'a> {
    context: &'c mut Context<'a>,
    lines: Vec<ReadLine>,
    characters: usize,
    label: Option<String>,
}

impl<'c, 'a> Flow<'c, 'a> {
    /// A flow into this context.
    pub(super) fn new(context: &'c mut Context<'a>) -> Self {
        Self {
            context,
            lines: Vec::new(),
            characters: 0,
            label: None,
        }
    }

    /// What the pages from now on are called. Ends the page before.
    pub(super) fn set_label(&mut self, label: &str) -> Result<(), ReadError> {
        self.end_page()?;
        self.label = Some(label.trim())
            .filter(|label| !label.is_empty())
            .map(str::to_owned);
        Ok(())
    }

    /// One line.
    pub(super) fn line(&mut self, line: &str, role: LineRole) -> Result<(), ReadError> {
        let mut rest = line;
        loop {
            let cut = rest.char_indices().nth(LINE_CHARACTERS).map(|(at, _)| at);
            let (piece, more) = rest.split_at(cut.unwrap_or(rest.len()));
            self.push(piece, role)?;
            if cut.is_none() {
                return Ok(());
            }
            rest = more;
        }
    }

    fn push(&mut self, line: &str, role: LineRole) -> Result<(), ReadError> {
        let text: String = line.chars().filter(|letter| is_written(*letter)).collect();
        self.characters += text.chars().count() + 1;
        self.lines.push(ReadLine {
            text,
            confidence: 1.0,
            role,
            ..ReadLine::default()
        });
        if self.characters >= PAGE_CHARACTERS {
            self.end_page()?;
        }
        Ok(())
    }

    /// Lines with their roles.
    pub(super) fn lines(&mut self, lines: &Lines) -> Result<(), ReadError> {
        lines
            .lines
            .iter()
            .try_for_each(|(line, role)| self.line(line, *role))
    }

    /// Ends the page, if there is anything on it.
    pub(super) fn end_page(&mut self) -> Result<(), ReadError> {
        if self.lines.iter().all(|line| line.text.trim().is_empty()) {
            self.lines.clear();
            self.characters = 0;
            return Ok(());
        }
        self.end_page_even_if_empty()
    }

    /// Ends the page also if nothing stands on it: where the format counts pages.
    pub(super) fn end_page_even_if_empty(&mut self) -> Result<(), ReadError> {
        let mut lines = std::mem::take(&mut self.lines);
        self.characters = 0;
        while lines.last().is_some_and(|line| line.text.is_empty()) {
            lines.pop();
        }
        let text: Vec<&str> = lines.iter().map(|line| line.text.as_str()).collect();
        let text = text.join("\n");
        // lines that are nothing but lines say no more than the text does
        if lines.iter().all(|line| line.role == LineRole::Body) {
            lines = Vec::new();
        }
        self.context.page(ReadPage {
            text,
            lines,
            label: self.label.clone(),
            ..ReadPage::default()
        })
    }
}

/// Whether a character is a part of a text: control characters of old programs are not, nor places where a word may
/// be broken, by which no one would find it.
fn is_written(letter: char) -> bool {
    letter == '\t'
        || !(letter.is_control()
            || matches!(
                letter,
                '\u{ad}' | '\u{200b}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}'
            ))
}
