//! Dates and document numbers in the text of a query, as the domain reads them.

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

/// All that is recognised, in order, without overlaps.
pub fn all(text: &str) -> Vec<Recognised> {
    let _ = text;
    Vec::new()
}
