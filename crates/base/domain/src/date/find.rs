//! Finds dates in running text and in queries.

use super::ArchivalDate;
use super::cursor::{Expression, Folded};

/// A date found in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundDate {
    /// First byte in the text.
    pub start: usize,
    /// The byte behind its last.
    pub end: usize,
    /// As written.
    pub text: String,
    /// What it means.
    pub date: ArchivalDate,
}

/// Finds the dates in a text, in order, none inside another. A month and day without a year is no date, nor are
/// figures inside longer numbers or codes; a date that never was is left out.
pub fn find_dates(text: &str) -> Vec<FoundDate> {
    let folded = Folded::new(text);
    let expression = Expression {
        chars: &folded.chars,
        alone: false,
        joined_at: None,
    };
    let mut found = Vec::new();
    let mut at = 0;
    while at < folded.chars.len() {
        let Some(reading) = expression.range_at(at) else {
            at += 1;
            continue;
        };
        let span = folded
            .offsets
            .get(at)
            .copied()
            .zip(folded.offsets.get(reading.end).copied());
        if let (Ok(date), Some((start, end))) = (reading.date, span)
            && !date.is_unknown()
            && let Some(written) = text.get(start..end)
        {
            found.push(FoundDate {
                start,
                end,
                text: written.to_owned(),
                date,
            });
            at = reading.end.max(at + 1);
        } else {
            at += 1;
        }
    }
    found
}
