//! Why a text is no date.

/// Why a text is no date.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DateError {
    /// No form of date that we read.
    #[error("{found:?} is no date in a form that is read")]
    NotUnderstood {
        /// The text.
        found: String,
    },
    /// The form is right, the month or day does not exist: 31 April, a 30th in a short lunar month, a wrong leap
    /// month.
    #[error("there is no such month or day: {found:?}")]
    NoSuchDay {
        /// The text.
        found: String,
    },
    /// The reign had no such year. The year of an accession belongs to the reign before; the new one counts from
    /// the next new year.
    #[error("the reign {reign} had no year {year}")]
    ReignYear {
        /// Name of the reign.
        reign: String,
        /// Year asked for.
        year: u32,
    },
    /// The sexagenary day does not occur in that month, or the sexagenary year does not fit the year.
    #[error("{pillar} does not occur there")]
    Pillar {
        /// The sexagenary name.
        pillar: String,
    },
    /// The sexagenary year came twice in the reign.
    #[error("{pillar} came more than once in the reign {reign}")]
    AmbiguousYear {
        /// Name of the reign.
        reign: String,
        /// The sexagenary name.
        pillar: String,
    },
    /// The range ends before it begins.
    #[error("the range ends before it begins: {from} to {to}")]
    Order {
        /// First.
        from: String,
        /// Last.
        to: String,
    },
}

impl DateError {
    /// Stable name for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotUnderstood { .. } => "date.not_understood",
            Self::NoSuchDay { .. } => "date.no_such_day",
            Self::ReignYear { .. } => "date.reign_year",
            Self::Pillar { .. } => "date.pillar",
            Self::AmbiguousYear { .. } => "date.ambiguous_year",
            Self::Order { .. } => "date.order",
        }
    }
}
