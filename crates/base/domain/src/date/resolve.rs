//! From the year, month and day that were read to days that were.

use super::cursor::Expression;
use super::eras::Calendar;
use super::lunar::{self, Month};
use super::{ArchivalDate, DateError, DatePoint};
use jiff::civil::Date;

/// The day of a month as it is written.
#[derive(Debug, Clone, Copy)]
pub(super) enum Day {
    None,
    Nth(u32),
    /// 晦.
    Last,
    /// Place in the cycle of sixty.
    Pillar(u32),
    /// 上旬, 中旬, 下旬: 0, 1, 2.
    Third(i64),
}

impl Expression<'_> {
    /// Year, month and day in figures; zeros say that the rest is not known.
    pub(super) fn figures(
        &self,
        start: usize,
        end: usize,
        year: i16,
        month: u32,
        day: u32,
    ) -> Result<ArchivalDate, DateError> {
        match (year, month, day) {
            (0, 0, 0) => Ok(ArchivalDate::Unknown),
            (0, ..) => Err(self.no_such_day(start, end)),
            (year, 0, 0) => Ok(ArchivalDate::Year(year)),
            (year, month, 0) => self.gregorian(start, end, i32::from(year), month, Day::None),
            (year, month, day) => self.gregorian(start, end, i32::from(year), month, Day::Nth(day)),
        }
    }

    pub(super) fn whole_year(
        &self,
        start: usize,
        end: usize,
        year: i32,
        calendar: Calendar,
    ) -> Result<ArchivalDate, DateError> {
        match calendar {
            Calendar::Gregorian => i16::try_from(year)
                .ok()
                .filter(|year| (1..=9999).contains(year))
                .map(ArchivalDate::Year)
                .ok_or_else(|| self.no_such_day(start, end)),
            Calendar::Lunar => {
                let (first, last) = lunar::year_bounds(year).ok_or_else(|| self.no_such_day(start, end))?;
                self.days(start, end, first, last)
            }
        }
    }

    pub(super) fn gregorian(
        &self,
        start: usize,
        end: usize,
        year: i32,
        month: u32,
        day: Day,
    ) -> Result<ArchivalDate, DateError> {
        let error = || self.no_such_day(start, end);
        let year = i16::try_from(year).map_err(|_| error())?;
        let number = i32::try_from(month).map_err(|_| error())?;
        let month = i8::try_from(month).map_err(|_| error())?;
        let first = Date::new(year, month, 1)
            .ok()
            .filter(|_| year > 0)
            .ok_or_else(error)?;
        match day {
            Day::None => Ok(ArchivalDate::Month { year, month }),
            Day::Nth(day) => self.gregorian_day(start, end, year, number, day),
            Day::Third(third) => {
                let first_number = lunar::day_number(first);
                let last = lunar::day_number(first.last_of_month());
                self.third(start, end, first_number, last, third)
            }
            Day::Last | Day::Pillar(_) => Err(error()),
        }
    }

    pub(super) fn gregorian_day(
        &self,
        start: usize,
        end: usize,
        year: i16,
        month: i32,
        day: u32,
    ) -> Result<ArchivalDate, DateError> {
        let month = i8::try_from(month).ok();
        let day = i8::try_from(day).ok();
        let date = month
            .zip(day)
            .and_then(|(month, day)| Date::new(year, month, day).ok());
        date.map(ArchivalDate::Day)
            .ok_or_else(|| self.no_such_day(start, end))
    }

    pub(super) fn lunar(
        &self,
        start: usize,
        end: usize,
        year: i32,
        month: (u32, bool),
        day: Day,
    ) -> Result<ArchivalDate, DateError> {
        let month = lunar::month_of(year, month.0, month.1).ok_or_else(|| self.no_such_day(start, end))?;
        let last = month.first + i64::from(month.days) - 1;
        match day {
            Day::None => self.days(start, end, month.first, last),
            Day::Nth(number) => self.nth_day(start, end, month, number),
            Day::Last => self.nth_day(start, end, month, month.days),
            Day::Third(third) => self.third(start, end, month.first, last, third),
            Day::Pillar(place) => match month.day_of_pillar(place).and_then(lunar::day_of) {
                Some(day) => Ok(ArchivalDate::Day(day)),
                None => Err(DateError::Pillar {
                    pillar: lunar::pillar_name(place),
                }),
            },
        }
    }

    pub(super) fn nth_day(
        &self,
        start: usize,
        end: usize,
        month: Month,
        number: u32,
    ) -> Result<ArchivalDate, DateError> {
        let day = (1..=month.days)
            .contains(&number)
            .then(|| lunar::day_of(month.first + i64::from(number) - 1))
            .flatten();
        day.map(ArchivalDate::Day)
            .ok_or_else(|| self.no_such_day(start, end))
    }

    pub(super) fn third(
        &self,
        start: usize,
        end: usize,
        first: i64,
        last: i64,
        third: i64,
    ) -> Result<ArchivalDate, DateError> {
        let to = if third == 2 { last } else { first + third * 10 + 9 };
        self.days(start, end, first + third * 10, to)
    }

    pub(super) fn days(
        &self,
        start: usize,
        end: usize,
        first: i64,
        last: i64,
    ) -> Result<ArchivalDate, DateError> {
        let days = lunar::day_of(first).zip(lunar::day_of(last));
        let (from, to) = days.ok_or_else(|| self.no_such_day(start, end))?;
        ArchivalDate::range(DatePoint::Day(from), DatePoint::Day(to))
    }

    pub(super) fn no_such_day(&self, start: usize, end: usize) -> DateError {
        DateError::NoSuchDay {
            found: self.chars.get(start..end).unwrap_or_default().iter().collect(),
        }
    }
}
