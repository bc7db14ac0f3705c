//! What can be wrong with a catalogue, and with one row of it.

use super::columns::ColumnRulesError;

/// Why a catalogue cannot be read at all.
#[derive(Debug, thiserror::Error)]
pub enum CatalogueError {
    /// No column is headed 档号 or a synonym.
    #[error("no column for {element} among the headings: {}", .headings.join(", "))]
    ColumnMissing {
        /// The element without a column, such as `archival_code`.
        element: &'static str,
        /// The headings of the first row that is not empty.
        headings: Vec<String>,
    },
    /// No row at all.
    #[error("the catalogue is empty")]
    Empty,
    /// The workbook is damaged, encrypted or no workbook.
    #[error("the workbook cannot be read")]
    Workbook(#[source] calamine::Error),
    /// The workbook expands beyond what a catalogue can need.
    #[error("the workbook expands to more than {limit} bytes")]
    WorkbookTooLarge {
        /// The limit in bytes.
        limit: u64,
    },
    /// Neither CSV nor JSON Lines nor Excel.
    #[error("{name} is not CSV, JSON Lines or Excel")]
    UnknownKind {
        /// File name given.
        name: String,
    },
    /// The rules for headings cannot be used.
    #[error("the rules for catalogue headings cannot be used")]
    Rules(#[from] ColumnRulesError),
    /// Reading failed, which says nothing about the catalogue.
    #[error("the catalogue cannot be read")]
    Read(#[from] std::io::Error),
}

impl CatalogueError {
    /// Stable name for programs, manuals and translations.
    pub fn code(&self) -> &'static str {
        match self {
            Self::ColumnMissing { .. } => "catalogue.column_missing",
            Self::Empty => "catalogue.empty",
            Self::Workbook(_) => "catalogue.workbook_unreadable",
            Self::WorkbookTooLarge { .. } => "catalogue.workbook_too_large",
            Self::UnknownKind { .. } => "catalogue.unknown_kind",
            Self::Rules(source) => source.code(),
            Self::Read(_) => "catalogue.read",
        }
    }

    /// What whoever made the catalogue can do about it.
    pub fn mend(&self) -> &'static str {
        match self {
            Self::ColumnMissing { .. } => "head the column of archival codes with 档号",
            Self::Empty => "put a row of headings first and one row for each entry below",
            Self::Workbook(_) => "open the workbook, remove its password, and save it as .xlsx or as CSV",
            Self::WorkbookTooLarge { .. } => "save the catalogue as CSV",
            Self::UnknownKind { .. } => "save the catalogue as CSV, JSON Lines or .xlsx",
            Self::Rules(_) => "mend rules/catalogue-columns.toml",
            Self::Read(_) => "try again",
        }
    }
}

/// Why one row of a catalogue cannot be read; the other rows go on.
#[derive(Debug, thiserror::Error)]
pub enum RowError {
    /// Another number of cells than headings.
    #[error("line {line} has {found} cells, the headings are {expected}")]
    CellCount {
        /// Line from 1.
        line: u64,
        /// Number of headings.
        expected: usize,
        /// Number of cells.
        found: usize,
    },
    /// A quotation mark that never closes.
    #[error("line {line} opens a quotation mark that does not close")]
    QuoteOpen {
        /// Line from 1.
        line: u64,
    },
    /// Something between a closing quotation mark and the next separator.
    #[error("line {line} has text after a closing quotation mark")]
    TextAfterQuote {
        /// Line from 1.
        line: u64,
    },
    /// Bytes without meaning in the encoding of the file.
    #[error("line {line} holds bytes that mean nothing in {charset}")]
    Undecodable {
        /// Line from 1.
        line: u64,
        /// Encoding of the file.
        charset: &'static str,
    },
    /// A line beyond every measure.
    #[error("line {line} is longer than 16 MiB")]
    TooLong {
        /// Line from 1.
        line: u64,
    },
    /// A line of JSON Lines that is no JSON object.
    #[error("line {line} is no JSON object")]
    Json {
        /// Line from 1.
        line: u64,
        /// What the parser says, if it is no JSON at all.
        #[source]
        source: Option<serde_json::Error>,
    },
    /// A cell of a workbook that holds an error value such as `#REF!`.
    #[error("line {line} holds {value} under {heading}")]
    CellError {
        /// Row from 1.
        line: u64,
        /// Heading of the column.
        heading: String,
        /// The error value.
        value: String,
    },
    /// Reading failed in the middle; no rows follow.
    #[error("reading failed after line {line}")]
    Read {
        /// Last line that was read.
        line: u64,
        /// Why.
        #[source]
        source: std::io::Error,
    },
}

impl RowError {
    /// Stable name for programs, manuals and translations.
    pub fn code(&self) -> &'static str {
        match self {
            Self::CellCount { .. } => "catalogue.cell_count",
            Self::QuoteOpen { .. } => "catalogue.quote_open",
            Self::TextAfterQuote { .. } => "catalogue.text_after_quote",
            Self::Undecodable { .. } => "catalogue.undecodable",
            Self::TooLong { .. } => "catalogue.line_too_long",
            Self::Json { .. } => "catalogue.json",
            Self::CellError { .. } => "catalogue.cell_error",
            Self::Read { .. } => "catalogue.row_read",
        }
    }

    /// Line or row of the file, from 1.
    pub fn line(&self) -> u64 {
        match self {
            Self::CellCount { line, .. }
            | Self::QuoteOpen { line }
            | Self::TextAfterQuote { line }
            | Self::Undecodable { line, .. }
            | Self::TooLong { line }
            | Self::Json { line, .. }
            | Self::CellError { line, .. }
            | Self::Read { line, .. } => *line,
        }
    }

    /// What whoever made the catalogue can do about it.
    pub fn mend(&self) -> &'static str {
        match self {
            Self::CellCount { .. } => {
                "give the line as many cells as there are headings; put cells with a separator in quotation marks"
            }
            Self::QuoteOpen { .. } => "close the quotation mark; write one inside a cell twice",
            Self::TextAfterQuote { .. } => {
                "put the whole cell in quotation marks; write one inside a cell twice"
            }
            Self::Undecodable { .. } => "type the damaged characters again and save the file as UTF-8",
            Self::TooLong { .. } => "put long texts into files of their own and name them in the catalogue",
            Self::Json { .. } => "write one JSON object on each line",
            Self::CellError { .. } => "replace the formula by its value",
            Self::Read { .. } => "try again",
        }
    }
}
