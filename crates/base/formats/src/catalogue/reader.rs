//! One reader for all kinds of catalogues.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Cursor, Read};
use std::path::Path;

use super::CatalogueRow;
use super::columns::{ARCHIVAL_CODE, ColumnRules};
use super::csv::{CsvRecords, Record, cells_of_line};
use super::error::{CatalogueError, RowError};
use super::lines::{DecodedLines, Line};
use super::workbook::WorkbookRows;

/// Lines looked at for the row of headings: forms begin with a title.
const HEADING_LINES: usize = 12;
const DELIMITERS: [char; 4] = [',', ';', '\t', '|'];

/// What a catalogue is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CatalogueKind {
    /// Comma-, semicolon- or tab-separated text.
    Csv,
    /// One JSON object a line.
    JsonLines,
    /// Excel or OpenDocument workbook.
    Workbook,
}

impl CatalogueKind {
    /// By the extension of a file name.
    pub fn of_name(name: &str) -> Option<Self> {
        let extension = name
            .rsplit_once('.')
            .map(|(_, extension)| extension.to_lowercase())?;
        match extension.as_str() {
            "csv" | "tsv" | "txt" => Some(Self::Csv),
            "jsonl" | "ndjson" => Some(Self::JsonLines),
            "xlsx" | "xls" | "xlsm" | "xlsb" | "ods" => Some(Self::Workbook),
            _ => None,
        }
    }
}

/// One column and what it means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Heading as written.
    pub heading: String,
    /// Element that it means; `None` for headings nobody knows.
    pub element: Option<String>,
}

enum Rows {
    Csv(CsvRecords),
    JsonLines(DecodedLines),
    Workbook(WorkbookRows),
}

/// Reads the entries of a catalogue one after another; an iterator over rows, each read or refused by itself.
pub struct CatalogueReader {
    rules: ColumnRules,
    columns: Vec<Column>,
    charset: Option<&'static str>,
    rows: Rows,
    has_failed: bool,
}

impl CatalogueReader {
    /// Opens a catalogue file; its extension says what it is written in.
    pub fn open(path: &Path) -> Result<Self, CatalogueError> {
        let name = path
            .file_name()
            .map(|name| name.to_string_lossy().into_owned())
            .unwrap_or_default();
        Self::from_reader(&name, File::open(path)?, ColumnRules::builtin()?)
    }

    /// Reads a catalogue that lies in memory, such as an upload.
    pub fn from_bytes(name: &str, bytes: Vec<u8>) -> Result<Self, CatalogueError> {
        Self::from_reader(name, Cursor::new(bytes), ColumnRules::builtin()?)
    }

    /// Reads a catalogue from anywhere, with rules for headings of one's own.
    pub fn from_reader(
        name: &str,
        reader: impl Read + Send + 'static,
        rules: ColumnRules,
    ) -> Result<Self, CatalogueError> {
        match CatalogueKind::of_name(name) {
            Some(CatalogueKind::Csv) => Self::from_csv(Box::new(reader), rules),
            Some(CatalogueKind::JsonLines) => Self::from_json_lines(Box::new(reader), rules),
            Some(CatalogueKind::Workbook) => Self::from_workbook(Box::new(reader), rules),
            None => Err(CatalogueError::UnknownKind {
                name: name.to_owned(),
            }),
        }
    }

    fn from_csv(reader: Box<dyn Read + Send>, rules: ColumnRules) -> Result<Self, CatalogueError> {
        let lines = DecodedLines::new(reader)?;
        let charset = lines.charset();
        let mut records = CsvRecords::new(lines);
        let mut seen: Vec<Line> = Vec::new();
        while seen.len() < HEADING_LINES {
            let Some(line) = records.next_line()? else { break };
            let found = DELIMITERS.iter().find_map(|delimiter| {
                let cells = cells_of_line(&line.text, *delimiter)?;
                has_code(&rules, &cells).then_some((*delimiter, cells))
            });
            if let Some((delimiter, cells)) = found {
                records.set_delimiter(delimiter);
                let columns = columns_of(&rules, &cells);
                let rows = Rows::Csv(records);
                return Ok(Self {
                    rules,
                    columns,
                    charset: Some(charset),
                    rows,
                    has_failed: false,
                });
            }
            seen.push(line);
        }
        let Some(first) = seen.iter().find(|line| !line.text.trim().is_empty()) else {
            return Err(CatalogueError::Empty);
        };
        let headings = DELIMITERS
            .iter()
            .filter_map(|delimiter| cells_of_line(&first.text, *delimiter))
            .max_by_key(Vec::len)
            .unwrap_or_default();
        Err(CatalogueError::ColumnMissing {
            element: ARCHIVAL_CODE,
            headings: shortened(headings),
        })
    }

    fn from_json_lines(reader: Box<dyn Read + Send>, rules: ColumnRules) -> Result<Self, CatalogueError> {
        let mut lines = DecodedLines::new(reader)?;
        let charset = lines.charset();
        // Columns are not declared: the first object that can be read must have a code.
        let mut seen = Vec::new();
        let mut first = None;
        while seen.len() < HEADING_LINES {
            let Some(line) = lines.next_line()? else { break };
            if let Ok(serde_json::Value::Object(object)) = serde_json::from_str(&line.text) {
                first = Some(object.keys().cloned().collect::<Vec<_>>());
            }
            seen.push(line);
            if first.is_some() {
                break;
            }
        }
        let Some(keys) = first else {
            return Err(CatalogueError::Empty);
        };
        if !has_code(&rules, &keys) {
            return Err(CatalogueError::ColumnMissing {
                element: ARCHIVAL_CODE,
                headings: shortened(keys),
            });
        }
        lines.put_back(seen);
        let columns = columns_of(&rules, &keys);
        Ok(Self {
            rules,
            columns,
            charset: Some(charset),
            rows: Rows::JsonLines(lines),
            has_failed: false,
        })
    }

    fn from_workbook(mut reader: Box<dyn Read + Send>, rules: ColumnRules) -> Result<Self, CatalogueError> {
        let (rows, headings) =
            WorkbookRows::open(&mut reader, HEADING_LINES, |cells| has_code(&rules, cells))?;
        let columns = columns_of(&rules, &headings);
        Ok(Self {
            rules,
            columns,
            charset: None,
            rows: Rows::Workbook(rows),
            has_failed: false,
        })
    }

    /// The columns in the order of the file (of JSON Lines: the keys of the first entry).
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// Encoding of a text file; `None` for workbooks.
    pub fn charset(&self) -> Option<&'static str> {
        self.charset
    }

    fn row_of(&self, record: Record) -> Result<CatalogueRow, RowError> {
        let Record { line, mut cells } = record;
        let expected = self.columns.len();
        while cells.len() > expected && cells.last().is_some_and(|cell| cell.trim().is_empty()) {
            cells.pop();
        }
        if cells.len() != expected {
            return Err(RowError::CellCount {
                line,
                expected,
                found: cells.len(),
            });
        }
        let mut row = CatalogueRow {
            line,
            ..CatalogueRow::default()
        };
        for (column, cell) in self.columns.iter().zip(cells) {
            place(&mut row, column.element.as_deref(), &column.heading, cell);
        }
        Ok(row)
    }

    fn row_of_json(&self, line: Line) -> Result<CatalogueRow, RowError> {
        let number = line.number;
        if line.is_cut {
            return Err(RowError::TooLong { line: number });
        }
        if line.is_damaged {
            return Err(RowError::Undecodable {
                line: number,
                charset: self.charset.unwrap_or("UTF-8"),
            });
        }
        let object = match serde_json::from_str(&line.text) {
            Ok(serde_json::Value::Object(object)) => object,
            Ok(_) => {
                return Err(RowError::Json {
                    line: number,
                    source: None,
                });
            }
            Err(source) => {
                return Err(RowError::Json {
                    line: number,
                    source: Some(source),
                });
            }
        };
        let mut row = CatalogueRow {
            line: number,
            ..CatalogueRow::default()
        };
        for (key, value) in object {
            place(&mut row, self.rules.element_of(&key), &key, json_text(&value));
        }
        Ok(row)
    }

    fn next_json_row(&mut self) -> Option<Result<CatalogueRow, RowError>> {
        let Rows::JsonLines(lines) = &mut self.rows else {
            return None;
        };
        loop {
            let last = lines.last_number();
            match lines.next_line() {
                Ok(None) => return None,
                Ok(Some(line)) if line.text.trim().is_empty() => {}
                Ok(Some(line)) => return Some(self.row_of_json(line)),
                Err(source) => {
                    self.has_failed = true;
                    return Some(Err(RowError::Read { line: last, source }));
                }
            }
        }
    }
}

impl std::fmt::Debug for CatalogueReader {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("CatalogueReader")
            .field("columns", &self.columns)
            .finish_non_exhaustive()
    }
}

impl Iterator for CatalogueReader {
    type Item = Result<CatalogueRow, RowError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.has_failed {
            return None;
        }
        let record = match &mut self.rows {
            Rows::Csv(records) => records.next_record()?,
            Rows::Workbook(rows) => rows.next_record(&self.columns)?,
            Rows::JsonLines(_) => return self.next_json_row(),
        };
        Some(record.and_then(|record| self.row_of(record)))
    }
}

fn place(row: &mut CatalogueRow, element: Option<&str>, heading: &str, value: String) {
    if value.trim().is_empty() {
        return;
    }
    if let Some(element) = element
        && !row.elements.contains_key(element)
    {
        row.elements.insert(element.to_owned(), value.trim().to_owned());
        return;
    }
    // Unknown, or a second column for the same element: nothing is dropped.
    let mut key = heading.trim().to_owned();
    let mut number = 2;
    while row.other.contains_key(&key) {
        key = format!("{} ({number})", heading.trim());
        number += 1;
    }
    row.other.insert(key, value);
}

fn has_code(rules: &ColumnRules, headings: &[String]) -> bool {
    headings
        .iter()
        .any(|heading| rules.element_of(heading) == Some(ARCHIVAL_CODE))
}

fn columns_of(rules: &ColumnRules, headings: &[String]) -> Vec<Column> {
    let mut known: BTreeMap<String, ()> = BTreeMap::new();
    let mut columns: Vec<Column> = headings
        .iter()
        .map(|heading| {
            let heading = heading.trim().trim_start_matches('\u{feff}').to_owned();
            let element = rules
                .element_of(&heading)
                .filter(|element| known.insert((*element).to_owned(), ()).is_none())
                .map(str::to_owned);
            Column { heading, element }
        })
        .collect();
    // Separators at the end of every line make columns without heading.
    while columns.last().is_some_and(|column| column.heading.is_empty()) {
        columns.pop();
    }
    columns
}

fn shortened(headings: Vec<String>) -> Vec<String> {
    headings
        .into_iter()
        .take(40)
        .map(|heading| heading.chars().take(40).collect())
        .collect()
}

fn json_text(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::Null => String::new(),
        serde_json::Value::String(text) => text.clone(),
        serde_json::Value::Array(values)
            if values.iter().all(|value| !value.is_object() && !value.is_array()) =>
        {
            values.iter().map(json_text).collect::<Vec<_>>().join(";")
        }
        other => other.to_string(),
    }
}
