//! Workbooks: each sheet is a page, its rows are lines, its cells stand between tabulators. Formulas give the values
//! that were stored with them.

use super::context::Context;
use super::error::ReadError;
use super::input::Input;
use super::ooxml;
use super::package::Package;
use crate::catalogue::workbook::cell_text;
use calamine::{Data, DataRef, Ods, OdsError, Reader, Xls, XlsError, Xlsb, XlsbError, Xlsx, XlsxError};
use lantai_domain::reading::{ReadPage, TextSource};
use std::io::Cursor;

/// Characters of a page, after which a sheet goes on on the next.
const PAGE: usize = 500_000;
/// Empty cells in a row that are shown as such; a cell far to the right does not make a line of tabulators.
const MAX_GAP: u32 = 16;
/// Bytes that a workbook may expand to where its reader holds it in memory.
const MAX_EXPANDED: u64 = 512 << 20;

/// Reads a workbook of any kind.
pub(super) fn read(input: &Input<'_>, context: &mut Context<'_>) -> Result<(), ReadError> {
    let bytes = input.whole(context.limits().document_bytes)?;
    if !bytes.starts_with(b"PK") {
        let workbook = Xls::new(Cursor::new(&*bytes)).map_err(|error| match error {
            XlsError::Password => ReadError::Encrypted,
            other => ReadError::damaged(other),
        })?;
        context.text_step("calamine", serde_json::Map::new());
        read_ranges(workbook, context)?;
        return ooxml::hand_on_storages(&bytes, context);
    }
    let mut package = Package::open(input, context.limits())?;
    if package.stated_bytes() > MAX_EXPANDED.min(context.limits().expanded_bytes) {
        return Err(ReadError::TooLarge {
            what: "expanded bytes",
            limit: MAX_EXPANDED,
        });
    }
    context.text_step("calamine", serde_json::Map::new());
    if package.find("content.xml").is_some() {
        let workbook = Ods::new(Cursor::new(&*bytes)).map_err(|error| match error {
            OdsError::Password => ReadError::Encrypted,
            other => ReadError::damaged(other),
        })?;
        return read_ranges(workbook, context);
    }
    if context.wants_rest() {
        ooxml::tell_properties(&mut package, context)?;
    }
    if package.find("xl/workbook.bin").is_some() {
        read_xlsb(&bytes, context)?;
    } else {
        read_xlsx(&bytes, context)?;
    }
    words_beside(&mut package, context)?;
    ooxml::hand_on_embedded(&mut package, "xl/", context)
}

fn read_xlsx(bytes: &[u8], context: &mut Context<'_>) -> Result<(), ReadError> {
    let mut workbook = Xlsx::new(Cursor::new(bytes)).map_err(|error| match error {
        XlsxError::Password => ReadError::Encrypted,
        other => ReadError::damaged(other),
    })?;
    for name in workbook.sheet_names() {
        let mut sheet = Sheet::new(&name);
        match workbook.worksheet_cells_reader(&name) {
            Ok(mut cells) => loop {
                match cells.next_cell() {
                    Ok(Some(cell)) => sheet.cell(cell.get_position(), &text_of(cell.get_value()), context)?,
                    Ok(None) => break,
                    Err(error) => {
                        context.omit("reading.damaged", format!("{name}: {error}"));
                        break;
                    }
                }
            },
            // a sheet that is a chart has no cells
            Err(XlsxError::NotAWorksheet(_)) => {}
            Err(error) => context.omit("reading.damaged", format!("{name}: {error}")),
        }
        sheet.end(context)?;
    }
    Ok(())
}

fn read_xlsb(bytes: &[u8], context: &mut Context<'_>) -> Result<(), ReadError> {
    let mut workbook = Xlsb::new(Cursor::new(bytes)).map_err(|error| match error {
        XlsbError::Password => ReadError::Encrypted,
        other => ReadError::damaged(other),
    })?;
    for name in workbook.sheet_names() {
        let mut sheet = Sheet::new(&name);
        match workbook.worksheet_cells_reader(&name) {
            Ok(mut cells) => loop {
                match cells.next_cell() {
                    Ok(Some(cell)) => sheet.cell(cell.get_position(), &text_of(cell.get_value()), context)?,
                    Ok(None) => break,
                    Err(error) => {
                        context.omit("reading.damaged", format!("{name}: {error}"));
                        break;
                    }
                }
            },
            Err(error) => context.omit("reading.damaged", format!("{name}: {error}")),
        }
        sheet.end(context)?;
    }
    Ok(())
}

/// Workbooks whose reader holds them in memory.
fn read_ranges<'a, R>(mut workbook: R, context: &mut Context<'_>) -> Result<(), ReadError>
where
    R: Reader<Cursor<&'a [u8]>>,
{
    for name in workbook.sheet_names() {
        let mut sheet = Sheet::new(&name);
        match workbook.worksheet_range(&name) {
            Ok(range) => {
                let (top, left) = range.start().unwrap_or_default();
                for (row, column, value) in range.used_cells() {
                    let at = (
                        top.saturating_add(u32::try_from(row).unwrap_or(u32::MAX)),
                        left.saturating_add(u32::try_from(column).unwrap_or(u32::MAX)),
                    );
                    sheet.cell(at, &text_of_data(value), context)?;
                }
            }
            Err(error) => context.omit("reading.damaged", format!("{name}: {error:?}")),
        }
        sheet.end(context)?;
    }
    Ok(())
}

fn text_of(value: &DataRef<'_>) -> String {
    match value {
        DataRef::SharedString(text) => (*text).to_owned(),
        other => text_of_data(&Data::from(other.clone())),
    }
}

fn text_of_data(value: &Data) -> String {
    cell_text(value).unwrap_or_else(|error| error)
}

/// Comments and the words of drawings of all sheets, as one more page.
fn words_beside(package: &mut Package<'_>, context: &mut Context<'_>) -> Result<(), ReadError> {
    if !context.wants_rest() {
        return Ok(());
    }
    let mut lines = Vec::new();
    for beginning in [
        "xl/comments",
        "xl/threadedComments/",
        "xl/drawings/drawing",
        "xl/charts/chart",
        "xl/diagrams/data",
    ] {
        for part in package.names_below(beginning) {
            if part.ends_with(".xml") && !part.contains("/_rels/") {
                lines.extend(ooxml::words_of(package, &part, context)?);
            }
        }
    }
    if lines.is_empty() {
        return Ok(());
    }
    context.page(ReadPage {
        text: lines.join("\n"),
        source: TextSource::File,
        ..ReadPage::default()
    })
}

/// A sheet that is written out cell by cell.
#[derive(Debug)]
struct Sheet {
    name: String,
    text: String,
    row: u32,
    column: u32,
    pages: u32,
    characters: usize,
}

impl Sheet {
    fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            text: String::new(),
            row: 0,
            column: 0,
            pages: 0,
            characters: 0,
        }
    }

    /// The next cell, from left to right and from above.
    fn cell(
        &mut self,
        (row, column): (u32, u32),
        text: &str,
        context: &mut Context<'_>,
    ) -> Result<(), ReadError> {
        let text = text.trim();
        if text.is_empty() {
            return Ok(());
        }
        if !self.text.is_empty() && row != self.row {
            if self.characters >= PAGE.min(context.limits().page_characters) {
                self.tell(context)?;
            } else {
                self.text.push('\n');
            }
            self.column = 0;
        } else if !self.text.is_empty() {
            let gap = column.saturating_sub(self.column).clamp(1, MAX_GAP);
            self.text.extend(std::iter::repeat_n('\t', gap as usize));
        }
        self.row = row;
        self.column = column;
        // a line break inside a cell must not end its row
        let before = self.text.len();
        self.text.extend(
            text.chars()
                .map(|character| if character.is_control() { ' ' } else { character }),
        );
        self.characters += self.text.len() - before;
        Ok(())
    }

    fn tell(&mut self, context: &mut Context<'_>) -> Result<(), ReadError> {
        let text = std::mem::take(&mut self.text);
        self.characters = 0;
        self.pages += 1;
        context.page(ReadPage {
            source: if text.is_empty() {
                TextSource::None
            } else {
                TextSource::File
            },
            text,
            label: Some(self.name.clone()),
            ..ReadPage::default()
        })
    }

    fn end(mut self, context: &mut Context<'_>) -> Result<(), ReadError> {
        if self.pages == 0 || !self.text.is_empty() {
            self.tell(context)?;
        }
        Ok(())
    }
}
