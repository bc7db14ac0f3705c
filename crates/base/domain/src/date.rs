//! Dates of records (日期): days, months, years, ranges, unknown; read from every calendar archives meet.
//!
//! Days are ISO 8601 days (proleptic Gregorian). Tables of Ming dates often give Julian days before 1582-10-15:
//! those are ten days or fewer behind ours.

mod cursor;
mod eras;
mod error;
mod expression;
mod find;
mod lunar;
pub(crate) mod numerals;
mod parse;
mod resolve;
mod tokens;
mod written;

pub use error::DateError;
pub use find::{FoundDate, find_dates};
pub use tokens::{date_tokens, query_tokens};
pub use written::written_forms;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// A date as exact as it is known. Written as EDTF (ISO 8601-2): `1981-05-23`, `1981-05`, `1981`, `1981/1983-06`,
/// and nothing at all for unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum ArchivalDate {
    /// A day.
    Day(Date),
    /// A month of the Gregorian calendar.
    Month {
        /// Year, 1 to 9999.
        year: i16,
        /// Month, 1 to 12.
        month: i8,
    },
    /// A year of the Gregorian calendar.
    Year(i16),
    /// From a date to a date, both included. Lunar months and reign years are ranges of days.
    Range {
        /// First.
        from: DatePoint,
        /// Last.
        to: DatePoint,
    },
    /// Not known.
    #[default]
    Unknown,
}

/// An end of a range.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DatePoint {
    /// A day.
    Day(Date),
    /// A month.
    Month {
        /// Year, 1 to 9999.
        year: i16,
        /// Month, 1 to 12.
        month: i8,
    },
    /// A year.
    Year(i16),
}

impl DatePoint {
    /// The first day it may mean; `None` only where year or month are out of range.
    pub fn earliest(self) -> Option<Date> {
        match self {
            Self::Day(day) => Some(day),
            Self::Month { year, month } => Date::new(year, month, 1).ok(),
            Self::Year(year) => Date::new(year, 1, 1).ok(),
        }
    }

    /// The last day it may mean; `None` only where year or month are out of range.
    pub fn latest(self) -> Option<Date> {
        match self {
            Self::Day(day) => Some(day),
            Self::Month { year, month } => Date::new(year, month, 1).ok().map(Date::last_of_month),
            Self::Year(year) => Date::new(year, 12, 31).ok(),
        }
    }
}

impl fmt::Display for DatePoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Day(day) => write!(f, "{:04}-{:02}-{:02}", day.year(), day.month(), day.day()),
            Self::Month { year, month } => write!(f, "{year:04}-{month:02}"),
            Self::Year(year) => write!(f, "{year:04}"),
        }
    }
}

impl From<DatePoint> for ArchivalDate {
    fn from(point: DatePoint) -> Self {
        match point {
            DatePoint::Day(day) => Self::Day(day),
            DatePoint::Month { year, month } => Self::Month { year, month },
            DatePoint::Year(year) => Self::Year(year),
        }
    }
}

impl ArchivalDate {
    /// Reads a date as catalogues write it: `19810523`, `198105`, `19810500`, `00000000` (unknown), `1981.5.23`,
    /// 1981年5月23日, 一九八一年五月, 民国三十五年六月, 光绪三十四年十一月丙申, 同治二年正月十八日, and ranges of these.
    pub fn parse(text: &str) -> Result<Self, DateError> {
        parse::parse(text)
    }

    /// The first day it may mean; `None` when unknown.
    pub fn earliest(&self) -> Option<Date> {
        self.ends().and_then(|(from, _)| from.earliest())
    }

    /// The last day it may mean; `None` when unknown.
    pub fn latest(&self) -> Option<Date> {
        self.ends().and_then(|(_, to)| to.latest())
    }

    /// The year of its first day, which catalogues are arranged by.
    pub fn year(&self) -> Option<i16> {
        self.earliest().map(Date::year)
    }

    /// Whether nothing is known.
    pub fn is_unknown(&self) -> bool {
        matches!(self, Self::Unknown)
    }

    /// From one date to another; refused when the first begins after the last ends.
    pub fn range(from: DatePoint, to: DatePoint) -> Result<Self, DateError> {
        match (from.earliest(), to.latest()) {
            (Some(first), Some(last)) if first <= last => Ok(Self::Range { from, to }),
            _ => Err(DateError::Order {
                from: from.to_string(),
                to: to.to_string(),
            }),
        }
    }

    /// First and last as points; a single date is both.
    pub(crate) fn ends(&self) -> Option<(DatePoint, DatePoint)> {
        let point = match *self {
            Self::Day(day) => DatePoint::Day(day),
            Self::Month { year, month } => DatePoint::Month { year, month },
            Self::Year(year) => DatePoint::Year(year),
            Self::Range { from, to } => return Some((from, to)),
            Self::Unknown => return None,
        };
        Some((point, point))
    }
}

impl fmt::Display for ArchivalDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown => Ok(()),
            Self::Range { from, to } => write!(f, "{from}/{to}"),
            _ => self.ends().map_or(Ok(()), |(point, _)| point.fmt(f)),
        }
    }
}

impl FromStr for ArchivalDate {
    type Err = DateError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl TryFrom<String> for ArchivalDate {
    type Error = DateError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<ArchivalDate> for String {
    fn from(date: ArchivalDate) -> Self {
        date.to_string()
    }
}
