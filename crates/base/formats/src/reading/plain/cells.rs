//! Rows of comma-separated values (RFC 4180), letter by letter.

/// Characters of one quoted cell with line ends; beyond it the mark that opened the cell was none.
const MAX_CELL: usize = 100_000;

/// Puts letters together into rows, whose cells are parted by tabulators.
pub(super) struct Cells {
    delimiter: char,
    row: String,
    is_quoted: bool,
    /// The letter before was a quotation mark that may end the cell.
    is_at_quote: bool,
    is_at_start: bool,
    cell: usize,
}

impl Cells {
    /// Rows whose cells are parted by this.
    pub(super) fn new(delimiter: char) -> Self {
        Self {
            delimiter,
            row: String::new(),
            is_quoted: false,
            is_at_quote: false,
            is_at_start: true,
            cell: 0,
        }
    }

    /// Takes a letter; gives a row when it is at its end.
    pub(super) fn take(&mut self, letter: char) -> Option<String> {
        if self.is_quoted && self.is_at_quote && letter != '"' {
            self.is_quoted = false;
        }
        let was_at_quote = std::mem::take(&mut self.is_at_quote);
        match letter {
            '"' if self.is_quoted && !was_at_quote => self.is_at_quote = true,
            '"' if self.is_at_start && !self.is_quoted => {
                self.is_quoted = true;
                self.is_at_start = false;
                self.cell = 0;
            }
            '\r' if !self.is_quoted => {}
            '\n' if !self.is_quoted => {
                self.is_at_start = true;
                return Some(std::mem::take(&mut self.row));
            }
            letter if letter == self.delimiter && !self.is_quoted => {
                self.row.push('\t');
                self.is_at_start = true;
            }
            letter => {
                self.is_at_start = false;
                self.row.push(if matches!(letter, '\n' | '\r' | '\t') {
                    ' '
                } else {
                    letter
                });
                self.cell += 1;
                if self.is_quoted && self.cell > MAX_CELL {
                    self.is_quoted = false;
                    return Some(std::mem::take(&mut self.row));
                }
            }
        }
        None
    }

    /// The last row, if it has no end.
    pub(super) fn finish(self) -> Option<String> {
        Some(self.row).filter(|row| !row.is_empty())
    }
}

/// What parts the cells: the character that stands most often in the first line.
pub(super) fn delimiter_of(beginning: &str) -> char {
    let line = beginning
        .lines()
        .find(|line| !line.trim().is_empty())
        .unwrap_or_default();
    let count = |delimiter: &char| line.matches(*delimiter).count();
    let best = [',', '\t', ';', '|'].into_iter().rev().max_by_key(count);
    best.unwrap_or(',')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rows(text: &str) -> Vec<String> {
        let mut cells = Cells::new(delimiter_of(text));
        let mut rows: Vec<String> = text.chars().filter_map(|letter| cells.take(letter)).collect();
        rows.extend(cells.finish());
        rows
    }

    #[test]
    fn quoted_cells_keep_what_would_part_them() {
        assert_eq!(
            rows("年,题名,备注\r\n1954,\"关于\"\"大坝\"\",\n验收\",=1+1\n\"x"),
            ["年\t题名\t备注", "1954\t关于\"大坝\", 验收\t=1+1", "x"]
        );
        assert_eq!(rows("a;b\nc,d;e"), ["a\tb", "c,d\te"]);
    }

    proptest! {
        #[test]
        fn cells_come_back(table in proptest::collection::vec(proptest::collection::vec("[a-z大,\" ]{1,6}", 2..4), 1..4)) {
            let text: String = table
                .iter()
                .map(|row| {
                    let cells: Vec<String> = row.iter().map(|cell| format!("\"{}\"", cell.replace('"', "\"\""))).collect();
                    cells.join(",") + "\n"
                })
                .collect();
            let mut cells = Cells::new(',');
            let read: Vec<String> = text.chars().filter_map(|letter| cells.take(letter)).collect();
            let expected: Vec<String> = table.iter().map(|row| row.join("\t")).collect();
            prop_assert_eq!(read, expected);
        }
    }
}
