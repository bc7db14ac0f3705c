//! The list of fonds beside a catalogue, and what is wrong with the lines of either.

use crate::error::IntakeError;
use crate::tally::Tally;
use lantai_domain::Fonds;
use lantai_formats::catalogue::{CatalogueError, FondsRow, RowError, read_fonds};
use std::collections::BTreeMap;
use std::path::Path;

/// Its sound rows; the others are faults.
pub(super) fn read_fonds_list(
    list: &Path,
    name: &str,
    tally: &mut Tally,
) -> Result<Vec<FondsRow>, IntakeError> {
    let file = std::fs::File::open(list).map_err(|source| IntakeError::disk("read", list, source))?;
    let rows = match read_fonds(file) {
        Ok(rows) => rows,
        Err(error) => {
            catalogue_fault(tally, name, &error);
            return Ok(Vec::new());
        }
    };
    let mut sound = Vec::new();
    for row in rows {
        match row {
            Ok(row) => sound.push(row),
            Err(error) => row_fault(tally, name, &error),
        }
    }
    Ok(sound)
}

/// A list may have several rows of one fonds, one a category.
pub(super) fn merge_fonds(rows: &[FondsRow]) -> Vec<Fonds> {
    let mut merged: BTreeMap<String, Fonds> = BTreeMap::new();
    for row in rows {
        let Ok(number) = row.number.parse() else { continue };
        let fonds = merged.entry(row.number.clone()).or_insert_with(|| Fonds {
            title: row.name.clone(),
            year_from: row.first_year,
            year_to: row.last_year,
            history: row.note.clone(),
            ..Fonds::unnamed(number)
        });
        if let Some(code) = &row.category_code {
            // several codes may stand in one cell
            for code in code
                .split([';', '；', '、', ',', '，', ' '])
                .filter(|code| !code.is_empty())
            {
                if !fonds.category_codes.iter().any(|known| known == code) {
                    fonds.category_codes.push(code.to_owned());
                }
            }
        }
        fonds.year_from = earliest(fonds.year_from, row.first_year);
        fonds.year_to = fonds.year_to.max(row.last_year);
    }
    merged.into_values().collect()
}

fn earliest(one: Option<i32>, other: Option<i32>) -> Option<i32> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}

/// A catalogue that cannot be read: without it there is nothing to accept.
pub(super) fn catalogue_fault(tally: &mut Tally, name: &str, error: &CatalogueError) {
    let (code, found, mend) = (error.code(), error.to_string(), error.mend());
    tally.refuse("U-1.1", code, |finding| {
        finding.file(name).found(found).mend(mend)
    });
}

/// A line that cannot be read.
pub(super) fn row_fault(tally: &mut Tally, name: &str, error: &RowError) {
    let (code, found, mend) = (error.code(), error.to_string(), error.mend());
    let line = format!("line {}", error.line());
    // a row left out would be a record lost
    tally.refuse("U-1.1", code, |finding| {
        finding.record(line).file(name).found(found).mend(mend)
    });
}
