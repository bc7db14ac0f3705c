//! Rows of an Excel or OpenDocument workbook as text.

use std::io::{Cursor, Read};
use std::sync::Arc;

use calamine::{Data, ExcelDateTime, Range, Reader, Sheets, Xls, Xlsx, open_workbook_auto_from_rs};

use super::csv::Record;
use super::error::{CatalogueError, RowError};
use super::reader::Column;

/// Bytes of a workbook taken.
const MAX_FILE_BYTES: u64 = 256 * 1024 * 1024;
/// Bytes that its members may expand to: a workbook is read into memory.
const MAX_EXPANDED_BYTES: u64 = 1024 * 1024 * 1024;

/// Rows below the headings, in order.
pub(crate) struct WorkbookRows {
    range: Range<Data>,
    next: usize,
}

impl WorkbookRows {
    /// Opens the first sheet that has a row of headings among its first `heading_rows`.
    pub(crate) fn open(
        reader: &mut dyn Read,
        heading_rows: usize,
        is_heading: impl Fn(&[String]) -> bool,
    ) -> Result<(Self, Vec<String>), CatalogueError> {
        let mut bytes = Vec::new();
        reader.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > MAX_FILE_BYTES {
            return Err(CatalogueError::WorkbookTooLarge {
                limit: MAX_FILE_BYTES,
            });
        }
        refuse_bomb(&bytes)?;
        let mut workbook = open(bytes)?;
        let mut first_headings = None;
        for sheet in workbook.sheet_names() {
            let range = workbook
                .worksheet_range(&sheet)
                .map_err(CatalogueError::Workbook)?;
            for (index, cells) in range.rows().take(heading_rows).enumerate() {
                let headings: Vec<String> = cells
                    .iter()
                    .map(|cell| cell_text(cell).unwrap_or_default())
                    .collect();
                if is_heading(&headings) {
                    return Ok((
                        Self {
                            range,
                            next: index + 1,
                        },
                        headings,
                    ));
                }
                if first_headings.is_none() && headings.iter().any(|heading| !heading.is_empty()) {
                    first_headings = Some(headings);
                }
            }
        }
        match first_headings {
            Some(headings) => Err(CatalogueError::ColumnMissing {
                element: super::ARCHIVAL_CODE,
                headings,
            }),
            None => Err(CatalogueError::Empty),
        }
    }

    pub(crate) fn next_record(&mut self, columns: &[Column]) -> Option<Result<Record, RowError>> {
        loop {
            let cells = self.range.rows().nth(self.next)?;
            let line = u64::from(self.range.start().map_or(0, |(row, _)| row)) + self.next as u64 + 1;
            self.next += 1;
            let mut texts = Vec::with_capacity(columns.len());
            for (column, cell) in columns.iter().zip(cells) {
                match cell_text(cell) {
                    Ok(text) => texts.push(text),
                    Err(value) => {
                        let heading = column.heading.clone();
                        return Some(Err(RowError::CellError { line, heading, value }));
                    }
                }
            }
            if texts.iter().any(|text| !text.trim().is_empty()) {
                return Some(Ok(Record { line, cells: texts }));
            }
        }
    }
}

fn open(bytes: Vec<u8>) -> Result<Sheets<Cursor<Arc<[u8]>>>, CatalogueError> {
    let is_zip = bytes.starts_with(b"PK");
    // Shared, because each attempt takes the bytes.
    let bytes = Cursor::new(Arc::<[u8]>::from(bytes));
    if !is_zip {
        let workbook = Xls::new(bytes).map_err(|error| CatalogueError::Workbook(error.into()))?;
        return Ok(Sheets::Xls(workbook));
    }
    match Xlsx::new(bytes.clone()) {
        Ok(workbook) => Ok(Sheets::Xlsx(workbook)),
        // The other kinds of workbook are rare: where they fail too, the first error says most.
        Err(error) => open_workbook_auto_from_rs(bytes).map_err(|_| CatalogueError::Workbook(error.into())),
    }
}

/// A workbook is a ZIP of XML: a few kilobytes can expand to gigabytes.
fn refuse_bomb(bytes: &[u8]) -> Result<(), CatalogueError> {
    let Ok(mut archive) = zip::ZipArchive::new(Cursor::new(bytes)) else {
        return Ok(());
    };
    let mut expanded = 0;
    for index in 0..archive.len() {
        let Ok(member) = archive.by_index(index) else {
            continue;
        };
        let room = MAX_EXPANDED_BYTES - expanded;
        // A damaged member is calamine's to report.
        expanded += std::io::copy(&mut member.take(room + 1), &mut std::io::sink()).unwrap_or(0);
        if expanded > MAX_EXPANDED_BYTES {
            return Err(CatalogueError::WorkbookTooLarge {
                limit: MAX_EXPANDED_BYTES,
            });
        }
    }
    Ok(())
}

/// The text that a person sees in a cell, near enough; `Err` with the error value of a failed formula.
pub(crate) fn cell_text(cell: &Data) -> Result<String, String> {
    Ok(match cell {
        Data::Empty => String::new(),
        Data::String(text) => text.clone(),
        Data::Int(number) => number.to_string(),
        Data::Float(number) => number_text(*number),
        Data::Bool(value) => if *value { "TRUE" } else { "FALSE" }.to_owned(),
        Data::DateTime(value) => date_text(value),
        Data::DateTimeIso(text) => text.strip_suffix("T00:00:00").unwrap_or(text).to_owned(),
        Data::DurationIso(text) => text.clone(),
        Data::Error(error) => return Err(error.to_string()),
    })
}

fn number_text(number: f64) -> String {
    // Years, page counts and item numbers are stored as floating point: they must not grow a ".0".
    if number.fract() == 0.0 && number.abs() < 9_007_199_254_740_992.0 {
        format!("{number:.0}")
    } else {
        number.to_string()
    }
}

fn date_text(value: &ExcelDateTime) -> String {
    if value.is_duration() {
        return number_text(value.as_f64());
    }
    let (year, month, day, hour, minute, second, _) = value.to_ymd_hms_milli();
    if (hour, minute, second) == (0, 0, 0) {
        format!("{year:04}-{month:02}-{day:02}")
    } else {
        format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_dates_are_what_a_person_sees() {
        assert_eq!(cell_text(&Data::Float(2019.0)).unwrap(), "2019");
        assert_eq!(cell_text(&Data::Float(1.5)).unwrap(), "1.5");
        let date = ExcelDateTime::new(43_647.0, calamine::ExcelDateTimeType::DateTime, false);
        assert_eq!(cell_text(&Data::DateTime(date)).unwrap(), "2019-07-01");
        assert!(cell_text(&Data::Error(calamine::CellErrorType::Ref)).is_err());
    }
}
