//! Words of an index that stand for dates, so that a date is found however it was written.

use super::{ArchivalDate, DatePoint, lunar};
use jiff::civil::Date;
use std::collections::BTreeSet;

/// More years than this are not listed one by one.
const MOST_YEARS: i16 = 400;

/// The tokens under which a record with this date is indexed: a day gives its day, month and year, a range
/// everything that it touches as finely as its ends are known. Nothing for unknown.
pub fn date_tokens(date: &ArchivalDate) -> Vec<String> {
    let mut tokens = BTreeSet::new();
    for token in covering(date) {
        // Day and month stand for their month and year too.
        for length in [4, 7] {
            if let Some(coarser) = token.get(..length) {
                tokens.insert(coarser.to_owned());
            }
        }
        tokens.insert(token);
    }
    // The most precise first: that is how a day reads.
    let mut tokens: Vec<String> = tokens.into_iter().collect();
    tokens.sort_by(|left, right| right.len().cmp(&left.len()).then_with(|| left.cmp(right)));
    tokens
}

/// The tokens to look for, any of which will do: the day, month or year asked for; for a range the days, months
/// and years that fill it exactly. Nothing for unknown.
pub fn query_tokens(date: &ArchivalDate) -> Vec<String> {
    covering(date)
}

/// Days, months and years that together are the date, in order, as coarse as possible.
fn covering(date: &ArchivalDate) -> Vec<String> {
    match date {
        ArchivalDate::Unknown => return Vec::new(),
        ArchivalDate::Range { .. } => {}
        single => return vec![single.to_string()],
    }
    let Some((first, last)) = date.earliest().zip(date.latest()) else {
        return Vec::new();
    };
    if last.year() - first.year() > MOST_YEARS {
        return vec![
            DatePoint::Year(first.year()).to_string(),
            DatePoint::Year(last.year()).to_string(),
        ];
    }
    let mut tokens = Vec::new();
    let mut next = Some(first);
    while let Some(day) = next.filter(|day| *day <= last) {
        let year_end = day.last_of_year();
        let month_end = day.last_of_month();
        let (point, end) = if day.day_of_year() == 1 && year_end <= last {
            (DatePoint::Year(day.year()), year_end)
        } else if day.day() == 1 && month_end <= last {
            (
                DatePoint::Month {
                    year: day.year(),
                    month: day.month(),
                },
                month_end,
            )
        } else {
            (DatePoint::Day(day), day)
        };
        tokens.push(point.to_string());
        next = following(end);
    }
    tokens
}

fn following(day: Date) -> Option<Date> {
    lunar::day_of(lunar::day_number(day) + 1)
}
