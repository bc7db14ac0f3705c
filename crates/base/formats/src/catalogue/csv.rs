//! Records of comma-separated values that survive broken rows, and cells safe to write.
//!
//! A quotation mark that never closes would swallow the rest of the file in an ordinary reader. Here the row is
//! refused, and reading goes on with the line after it.

use super::error::RowError;
use super::lines::{DecodedLines, Line};

/// Lines that one record may span; the texts of long abstracts stay far below.
const MAX_LINES_OF_RECORD: usize = 2_000;
/// Bytes that one record may have.
const MAX_RECORD_BYTES: usize = 4 * 1024 * 1024;

/// One record with the number of its first line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Record {
    pub(crate) line: u64,
    pub(crate) cells: Vec<String>,
}

/// Reads records; memory stays within one record.
pub(crate) struct CsvRecords {
    lines: DecodedLines,
    delimiter: char,
    last_line: u64,
    has_failed: bool,
}

enum Parsed {
    Complete(Vec<String>),
    QuoteOpen,
    TextAfterQuote,
}

impl CsvRecords {
    pub(crate) fn new(lines: DecodedLines) -> Self {
        Self {
            lines,
            delimiter: ',',
            last_line: 0,
            has_failed: false,
        }
    }

    pub(crate) fn set_delimiter(&mut self, delimiter: char) {
        self.delimiter = delimiter;
    }

    pub(crate) fn next_line(&mut self) -> std::io::Result<Option<Line>> {
        self.lines.next_line()
    }

    /// The next record that is not empty.
    pub(crate) fn next_record(&mut self) -> Option<Result<Record, RowError>> {
        if self.has_failed {
            return None;
        }
        loop {
            let first = match self.next_line() {
                Ok(Some(line)) => line,
                Ok(None) => return None,
                Err(source) => return Some(Err(self.fail(source))),
            };
            self.last_line = first.number;
            if first.is_cut {
                return Some(Err(RowError::TooLong { line: first.number }));
            }
            if first.text.trim().is_empty() {
                continue;
            }
            let outcome = self.complete(first);
            if let Ok(record) = &outcome
                && record.cells.iter().all(|cell| cell.trim().is_empty())
            {
                continue;
            }
            return Some(outcome);
        }
    }

    fn complete(&mut self, first: Line) -> Result<Record, RowError> {
        let line = first.number;
        let mut is_damaged = first.is_damaged;
        let mut text = first.text;
        let mut taken: Vec<Line> = Vec::new();
        let mut state = QuoteState::default();
        state.advance(&text, self.delimiter);
        while state.is_inside && taken.len() < MAX_LINES_OF_RECORD && text.len() < MAX_RECORD_BYTES {
            match self.next_line() {
                Ok(Some(next)) => {
                    text.push('\n');
                    text.push_str(&next.text);
                    state.advance("\n", self.delimiter);
                    state.advance(&next.text, self.delimiter);
                    is_damaged |= next.is_damaged;
                    let is_cut = next.is_cut;
                    taken.push(next);
                    if is_cut {
                        break;
                    }
                }
                Ok(None) => break,
                Err(source) => return Err(self.fail(source)),
            }
        }
        match parse(&text, self.delimiter) {
            Parsed::Complete(_) if is_damaged => Err(RowError::Undecodable {
                line,
                charset: self.lines.charset(),
            }),
            Parsed::Complete(cells) => Ok(Record { line, cells }),
            Parsed::QuoteOpen => {
                self.lines.put_back(taken);
                Err(RowError::QuoteOpen { line })
            }
            Parsed::TextAfterQuote => {
                self.lines.put_back(taken);
                Err(RowError::TextAfterQuote { line })
            }
        }
    }

    fn fail(&mut self, source: std::io::Error) -> RowError {
        self.has_failed = true;
        RowError::Read {
            line: self.last_line,
            source,
        }
    }
}

/// Whether the text so far ends inside quotation marks, in one pass however many lines follow.
struct QuoteState {
    is_inside: bool,
    is_at_start: bool,
}

impl Default for QuoteState {
    fn default() -> Self {
        Self {
            is_inside: false,
            is_at_start: true,
        }
    }
}

impl QuoteState {
    fn advance(&mut self, text: &str, delimiter: char) {
        for letter in text.chars() {
            if self.is_inside {
                // A doubled mark closes and opens again: the state after it is right.
                self.is_inside = letter != '"';
                self.is_at_start = letter == '"';
            } else if letter == '"' && self.is_at_start {
                self.is_inside = true;
            } else {
                self.is_at_start = letter == delimiter;
            }
        }
    }
}

fn parse(text: &str, delimiter: char) -> Parsed {
    let mut cells = Vec::new();
    let mut letters = text.chars().peekable();
    loop {
        let mut cell = String::new();
        if letters.peek() == Some(&'"') {
            letters.next();
            loop {
                match letters.next() {
                    Some('"') if letters.peek() == Some(&'"') => {
                        letters.next();
                        cell.push('"');
                    }
                    Some('"') => break,
                    Some(letter) => cell.push(letter),
                    None => return Parsed::QuoteOpen,
                }
            }
            match letters.next() {
                None => {
                    cells.push(cell);
                    return Parsed::Complete(cells);
                }
                Some(letter) if letter == delimiter => cells.push(cell),
                Some(_) => return Parsed::TextAfterQuote,
            }
        } else {
            loop {
                match letters.next() {
                    None => {
                        cells.push(cell);
                        return Parsed::Complete(cells);
                    }
                    Some(letter) if letter == delimiter => {
                        cells.push(cell);
                        break;
                    }
                    Some(letter) => cell.push(letter),
                }
            }
        }
    }
}

/// Cells of one line, for finding the row of headings.
pub(crate) fn cells_of_line(text: &str, delimiter: char) -> Option<Vec<String>> {
    match parse(text, delimiter) {
        Parsed::Complete(cells) => Some(cells),
        Parsed::QuoteOpen | Parsed::TextAfterQuote => None,
    }
}

/// One cell as it may stand in a CSV file that people open in a spreadsheet.
///
/// A cell that a spreadsheet would run as a formula (beginning with `=`, `+`, `-`, `@`, a tabulator or a line end)
/// gets an apostrophe before it; plain numbers stay. Cells with separators, quotation marks or line ends are
/// quoted.
pub fn csv_cell(value: &str) -> String {
    let mut cell = String::with_capacity(value.len() + 2);
    if is_formula(value) {
        cell.push('\'');
    }
    cell.push_str(value);
    let needs_quotes =
        cell.contains([',', ';', '\t', '"', '\n', '\r']) || cell.starts_with(' ') || cell.ends_with(' ');
    if needs_quotes {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell
    }
}

/// One row of a CSV file, with its line end (CRLF, RFC 4180).
pub fn csv_row<'a>(cells: impl IntoIterator<Item = &'a str>) -> String {
    let cells: Vec<String> = cells.into_iter().map(csv_cell).collect();
    cells.join(",") + "\r\n"
}

fn is_formula(value: &str) -> bool {
    // Spreadsheets overlook blanks and invisible characters before the sign, and take full-width signs too.
    let visible = value.trim_start_matches([' ', '\u{200b}', '\u{feff}']);
    match visible.chars().next() {
        Some('=' | '@' | '\t' | '\r' | '\n' | '＝' | '＠' | '＋' | '－') => true,
        Some('+' | '-') => !is_plain_number(visible),
        _ => false,
    }
}

fn is_plain_number(value: &str) -> bool {
    let digits = value.trim_start_matches(['+', '-']);
    value.len() - digits.len() == 1
        && !digits.is_empty()
        && digits
            .chars()
            .all(|letter| letter.is_ascii_digit() || letter == '.')
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use proptest::prelude::*;

    use super::*;

    fn records_of(text: &str) -> Vec<Result<Record, RowError>> {
        let mut records = CsvRecords::new(DecodedLines::new(Box::new(Cursor::new(text.to_owned()))).unwrap());
        std::iter::from_fn(|| records.next_record()).collect()
    }

    #[test]
    fn quotes_line_ends_and_doubled_marks() {
        let records = records_of("a,\"b,\"\"c\"\"\nd\",\n\n,,\ne,f,g\n");
        assert_eq!(records[0].as_ref().unwrap().cells, ["a", "b,\"c\"\nd", ""]);
        let last = records[1].as_ref().unwrap();
        assert_eq!((last.line, last.cells.len()), (5, 3));
        assert_eq!(records.len(), 2);
    }

    #[test]
    fn a_mark_that_does_not_close_costs_one_row() {
        let records = records_of("a,b\nc,\"d\ne,f\ng,h\n");
        let codes: Vec<_> = records
            .iter()
            .map(|it| it.as_ref().map(|it| it.line).map_err(RowError::code))
            .collect();
        assert_eq!(codes, [Ok(1), Err("catalogue.quote_open"), Ok(3), Ok(4)]);
    }

    #[test]
    fn an_open_mark_that_meets_another_costs_one_row() {
        let records = records_of("a,\"b\nc,\"d\",e\nf,g\n");
        let codes: Vec<_> = records
            .iter()
            .map(|it| it.as_ref().map(|it| it.line).map_err(RowError::code))
            .collect();
        assert_eq!(codes, [Err("catalogue.text_after_quote"), Ok(2), Ok(3)]);
    }

    #[test]
    fn formulas_are_defused_and_numbers_are_not() {
        for formula in [
            "=HYPERLINK(\"x\")",
            "@SUM(1+1)",
            "-2+3+cmd|'/C calc'!A0",
            "+1+1",
            "\t=1",
            " =1",
            "＝1",
        ] {
            let cell = csv_cell(formula);
            assert!(cell.starts_with('\'') || cell.starts_with("\"'"), "{cell}");
        }
        assert_eq!(csv_cell("-12.5"), "-12.5");
        assert_eq!(csv_cell("永久"), "永久");
        assert_eq!(csv_row(["a", "b,c"]), "a,\"b,c\"\r\n");
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(cells in proptest::collection::vec("[a-z\",;\n永久 ]{1,8}", 1..5)) {
            prop_assume!(cells.iter().any(|cell| !cell.trim().is_empty()));
            let row = csv_row(cells.iter().map(String::as_str));
            let records = records_of(&row);
            let wanted: Vec<String> =
                cells.iter().map(|cell| if is_formula(cell) { format!("'{cell}") } else { cell.clone() }).collect();
            prop_assert_eq!(&records[0].as_ref().unwrap().cells, &wanted);
        }

        #[test]
        fn no_text_makes_it_panic_or_hang(text in "[a\",\n]{0,60}") { let _ = records_of(&text); }
    }
}
