//! Dates and document numbers in the text of a query, as the domain reads them.

use lantai_domain::date::{find_dates, query_tokens};
use lantai_domain::document_number::{DocumentNumber, FoundDocumentNumber, find_document_numbers};

/// Something recognised in a text; places are bytes.
#[derive(Debug, Clone, PartialEq)]
pub enum Recognised {
    /// A date in any calendar.
    Date {
        /// First byte.
        start: usize,
        /// Byte behind the last.
        end: usize,
        /// Tokens that a record of this date has, any of which answers.
        tokens: Vec<String>,
        /// Canonical form.
        label: String,
    },
    /// A document number.
    Number {
        /// First byte.
        start: usize,
        /// Byte behind the last.
        end: usize,
        /// The one spelling that all spellings become.
        normalised: String,
    },
}

impl Recognised {
    /// First byte.
    pub fn start(&self) -> usize {
        match self {
            Self::Date { start, .. } | Self::Number { start, .. } => *start,
        }
    }

    /// Byte behind the last.
    pub fn end(&self) -> usize {
        match self {
            Self::Date { end, .. } | Self::Number { end, .. } => *end,
        }
    }

    /// Whether it is a date.
    pub fn is_date(&self) -> bool {
        matches!(self, Self::Date { .. })
    }
}

/// All that is recognised, in order, without overlaps; a document number outranks a date inside it.
pub fn all(text: &str) -> Vec<Recognised> {
    let mut found: Vec<Recognised> = find_document_numbers(text)
        .into_iter()
        .map(|number| without_words_before(text, number))
        .collect();
    for date in find_dates(text) {
        let tokens = query_tokens(&date.date);
        let free = !found
            .iter()
            .any(|other| date.start < other.end() && other.start() < date.end);
        if free && !tokens.is_empty() {
            let label = date.date.to_string();
            found.push(Recognised::Date {
                start: date.start,
                end: date.end,
                tokens,
                label,
            });
        }
    }
    found.sort_by_key(Recognised::start);
    found
}

/// Words of a query that stand before a number, as in `粮食 国发〔1981〕88号`, do not belong to it.
fn without_words_before(text: &str, found: FoundDocumentNumber) -> Recognised {
    let written = text.get(found.start..found.end).unwrap_or_default();
    let shorter = written
        .char_indices()
        .rev()
        .filter(|(_, character)| character.is_whitespace())
        .find_map(|(place, blank)| {
            let from = place + blank.len_utf8();
            let number: DocumentNumber = written.get(from..)?.parse().ok()?;
            Some((found.start + from, number))
        });
    let (start, number) = shorter.unwrap_or((found.start, found.number));
    Recognised::Number {
        start,
        end: found.end,
        normalised: number.normalised(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn labels(text: &str) -> Vec<String> {
        let label = |found: Recognised| match found {
            Recognised::Date { label, .. } => label,
            Recognised::Number { normalised, .. } => normalised,
        };
        all(text).into_iter().map(label).collect()
    }

    #[test]
    fn numbers_and_dates_are_told_apart() {
        assert_eq!(
            labels("国发[1981]88号 1981年5月"),
            ["国发〔1981〕88号", "1981-05"]
        );
        assert_eq!(labels("国发 〔1981〕 88 号"), ["国发〔1981〕88号"]);
        assert_eq!(labels("粮食 国发〔1981〕88号"), ["国发〔1981〕88号"]);
        assert_eq!(labels("粮食"), [""; 0]);
    }

    proptest! {
        #[test]
        fn places_lie_in_the_text_and_in_order(text in "\\PC{0,30}|[国发令第〔〕1981年88号 月日宣统三]{0,30}") {
            let mut last = 0;
            for found in all(&text) {
                prop_assert!(found.start() >= last && found.start() < found.end());
                prop_assert!(text.get(found.start()..found.end()).is_some());
                last = found.end();
            }
        }
    }
}
