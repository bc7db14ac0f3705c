//! One part of a document: its characters, with the marks of fields, cells and pages among them.

use lantai_domain::reading::LineRole;

/// Pages that one part may have.
const MAX_PAGES: usize = 100_000;

/// The lines of a part, by hard page breaks.
pub(super) struct Story {
    pub pages: Vec<Vec<(String, LineRole)>>,
}

/// Where in a field we are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Field {
    /// In its instruction, which nobody sees.
    Instruction,
    /// In its result.
    Result,
}

impl Story {
    /// Reads the characters of a part.
    pub(super) fn of(units: &[u16]) -> Self {
        let mut story = Self {
            pages: vec![Vec::new()],
        };
        let mut line = String::new();
        let mut fields: Vec<Field> = Vec::new();
        let (mut is_row, mut was_cell) = (false, false);
        let letters = char::decode_utf16(units.iter().copied()).map(|letter| letter.unwrap_or('\u{fffd}'));
        for letter in letters {
            match letter {
                '\u{13}' if fields.len() < 1_000 => fields.push(Field::Instruction),
                '\u{14}' => {
                    if let Some(field) = fields.last_mut() {
                        *field = Field::Result;
                    }
                }
                '\u{15}' => {
                    fields.pop();
                }
                _ if fields.contains(&Field::Instruction) && !matches!(letter, '\r' | '\u{c}' | '\u{7}') => {}
                // the second mark in a row ends the row
                '\u{7}' if was_cell => {
                    story.push(line.trim_end_matches('\t'), LineRole::Table);
                    line.clear();
                    (is_row, was_cell) = (false, false);
                    continue;
                }
                '\u{7}' => {
                    line.push('\t');
                    (is_row, was_cell) = (true, true);
                    continue;
                }
                '\r' | '\u{b}' if is_row && was_cell => {
                    // a row that has no mark of its own
                    story.push(line.trim_end_matches('\t'), LineRole::Table);
                    line.clear();
                    is_row = false;
                }
                '\r' | '\u{b}' | '\n' => {
                    story.push(&line, LineRole::Body);
                    line.clear();
                }
                '\u{c}' | '\u{e}' => {
                    if !line.is_empty() {
                        story.push(&line, if is_row { LineRole::Table } else { LineRole::Body });
                        line.clear();
                    }
                    is_row = false;
                    if letter == '\u{c}' && story.pages.len() < MAX_PAGES {
                        story.pages.push(Vec::new());
                    }
                }
                '\u{1e}' => line.push('-'),
                '\u{a0}' => line.push(' '),
                // pictures, references of notes, optional hyphens
                '\u{0}'..='\u{8}' | '\u{f}'..='\u{1f}' => {}
                letter => line.push(letter),
            }
            was_cell = false;
        }
        if !line.trim().is_empty() {
            story.push(line.trim_end(), LineRole::Body);
        }
        story
    }

    fn push(&mut self, line: &str, role: LineRole) {
        if let Some(page) = self.pages.last_mut() {
            page.push((line.to_owned(), role));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str) -> Vec<Vec<(String, LineRole)>> {
        Story::of(&text.encode_utf16().collect::<Vec<u16>>()).pages
    }

    #[test]
    fn fields_rows_and_pages() {
        let body = |line: &str| (line.to_owned(), LineRole::Body);
        let row = |line: &str| (line.to_owned(), LineRole::Table);
        assert_eq!(
            read(
                "大\u{13}HYPERLINK x\u{14}坝\u{15}\u{1}!\r年\u{7}题名\u{7}\u{7}1954\u{7}\u{7}\r\u{c}末\u{1e}\u{1f}页"
            ),
            [
                vec![body("大坝!"), row("年\t题名"), row("1954"), body("")],
                vec![body("末-页")]
            ]
        );
    }

    proptest! {
        #[test]
        fn nothing_makes_it_fall(units in proptest::collection::vec(prop_oneof![0_u16..0x20, any::<u16>()], 0..200)) {
            let _story = Story::of(&units);
        }
    }
}
