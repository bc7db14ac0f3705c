//! The Chinese calendar: months and days counted as Julian day numbers, and the cycle of sixty.

use jiff::civil::Date;
use tyme4rs::tyme::lunar::{LunarMonth, LunarYear};

/// Years whose months the calendar tables give as they were proclaimed.
const FIRST_YEAR: i32 = 960;
const LAST_YEAR: i32 = 2199;

/// Julian day number of 1970-01-01.
const EPOCH: i64 = 2_440_588;

/// A month as it was: number, leap or not, first day and length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Month {
    pub month: u32,
    pub leap: bool,
    /// Julian day number of its first day.
    pub first: i64,
    pub days: u32,
}

/// A day in the Chinese calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct LunarDate {
    pub year: i32,
    pub month: Month,
    /// From 1.
    pub day: u32,
}

/// The months of the year that begins in spring of `year`; empty outside the years we know.
pub(super) fn months(year: i32) -> Vec<Month> {
    if !(FIRST_YEAR..=LAST_YEAR).contains(&year) {
        return Vec::new();
    }
    let Ok(lunar_year) = LunarYear::new(year as isize) else {
        return Vec::new();
    };
    let months: Vec<Month> = lunar_year.get_months().iter().map(month).collect();
    if year == MISCOUNTED_YEAR {
        one_month_earlier(&months)
    } else {
        months
    }
}

/// One month of a year; `None` when the year has no such (leap) month.
pub(super) fn month_of(year: i32, number: u32, leap: bool) -> Option<Month> {
    if !(FIRST_YEAR..=LAST_YEAR).contains(&year) || !(1..=12).contains(&number) {
        return None;
    }
    if year == MISCOUNTED_YEAR {
        return months(year)
            .into_iter()
            .find(|month| month.month == number && month.leap == leap);
    }
    let signed = if leap { -(number as isize) } else { number as isize };
    LunarMonth::new(year as isize, signed).ok().as_ref().map(month)
}

fn month(month: &LunarMonth) -> Month {
    // The table counts from noon; the day number of the noon is the day's own.
    let first = month.get_first_julian_day().get_day().round() as i64;
    let days = i64::try_from(month.get_day_count()).unwrap_or(30);
    let proclaimed = first + shift(first);
    let next = first + days + shift(first + days);
    Month {
        month: month.get_month() as u32,
        leap: month.is_leap(),
        first: proclaimed,
        days: u32::try_from(next - proclaimed).unwrap_or(30),
    }
}

/// Months that did not begin on the day that is computed today: the almanacs were computed for the meridian of
/// Peking and with the theory of their time, and a new moon close to midnight fell on the other side of it.
/// Computed first day of the month, days by which the proclaimed one differs. Each is borne out by dated texts.
const PROCLAIMED: [(i64, i64); 4] = [
    (2_393_848, -1), // 道光二十一年十二月: 1842-01-11
    (2_396_742, -1), // 道光二十九年十一月: 1849-12-14
    (2_399_281, 1),  // 咸丰六年十一月: 1856-11-28
    (2_399_636, -1), // 咸丰七年十月: 1857-11-16
];

fn shift(first: i64) -> i64 {
    PROCLAIMED
        .iter()
        .find(|(computed, _)| *computed == first)
        .map_or(0, |(_, days)| *days)
}

/// 熙宁三年: the library's months of this year are one too late, because it counts the leap eleventh month of the
/// year before twice. Its neighbours are right, and leave room for exactly the months of this year.
const MISCOUNTED_YEAR: i32 = 1070;

fn one_month_earlier(months: &[Month]) -> Vec<Month> {
    let before = months.first().map(|first| Month {
        first: first.first - 29,
        days: 29,
        ..*first
    });
    let numbered = before.iter().chain(months).zip(months);
    numbered
        .map(|(days, number)| Month {
            month: number.month,
            leap: number.leap,
            ..*days
        })
        .collect()
}

/// First and last day of a lunar year.
pub(super) fn year_bounds(year: i32) -> Option<(i64, i64)> {
    let first = month_of(year, 1, false)?;
    let months = months(year);
    let last = months.last()?;
    Some((first.first, last.first + i64::from(last.days) - 1))
}

/// The day in the Chinese calendar.
pub(super) fn lunar_date(day: Date) -> Option<LunarDate> {
    let number = day_number(day);
    let year = i32::from(day.year());
    [year, year - 1, year + 1].into_iter().find_map(|year| {
        let month = months(year).into_iter().find(|month| month.contains(number))?;
        let day = u32::try_from(number - month.first + 1).ok()?;
        Some(LunarDate { year, month, day })
    })
}

impl Month {
    fn contains(&self, number: i64) -> bool {
        (self.first..self.first + i64::from(self.days)).contains(&number)
    }

    /// The day with this place in the cycle of sixty, from 0 (甲子).
    pub(super) fn day_of_pillar(&self, pillar: u32) -> Option<i64> {
        (self.first..self.first + i64::from(self.days)).find(|number| day_pillar(*number) == pillar)
    }
}

/// Place of a day in the cycle of sixty, from 0 (甲子).
pub(super) fn day_pillar(number: i64) -> u32 {
    u32::try_from((number + 49).rem_euclid(60)).unwrap_or_default()
}

/// Place of a lunar year in the cycle of sixty, from 0 (甲子): 1984 is one.
pub(super) fn year_pillar(year: i32) -> u32 {
    u32::try_from((year - 4).rem_euclid(60)).unwrap_or_default()
}

const STEMS: [char; 10] = ['甲', '乙', '丙', '丁', '戊', '己', '庚', '辛', '壬', '癸'];
const BRANCHES: [char; 12] = [
    '子', '丑', '寅', '卯', '辰', '巳', '午', '未', '申', '酉', '戌', '亥',
];

/// Reads two characters as a place in the cycle of sixty.
pub(super) fn pillar(stem: char, branch: char) -> Option<u32> {
    let stem = STEMS.iter().position(|one| *one == stem)?;
    // 己 and 巳, 戌 and 戍 are mixed up by scanners and printers; the place says which is meant.
    let branch = match branch {
        '己' | '已' => '巳',
        '戍' | '戊' => '戌',
        other => other,
    };
    let branch = BRANCHES.iter().position(|one| *one == branch)?;
    (0..60)
        .find(|place| place % 10 == stem && place % 12 == branch)
        .and_then(|place| u32::try_from(place).ok())
}

/// The name of a place in the cycle of sixty.
pub(super) fn pillar_name(place: u32) -> String {
    let stem = STEMS.get(place as usize % 10);
    let branch = BRANCHES.get(place as usize % 12);
    stem.into_iter().chain(branch).collect()
}

/// Julian day number of a day.
pub(super) fn day_number(day: Date) -> i64 {
    // Years from March, so that the leap day comes last.
    let (year, month) = (i64::from(day.year()), i64::from(day.month()));
    let year = if month <= 2 { year - 1 } else { year };
    let from_march = (month + 9) % 12;
    let of_year = (153 * from_march + 2) / 5 + i64::from(day.day()) - 1;
    let days = 365 * year + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400) + of_year;
    days - 719_468 + EPOCH
}

/// The day of a Julian day number; `None` outside what a [`Date`] holds.
pub(super) fn day_of(number: i64) -> Option<Date> {
    let epoch = Date::new(1970, 1, 1).ok()?;
    let days = i32::try_from(number - EPOCH).ok()?;
    let span = jiff::Span::new().try_days(days).ok()?;
    epoch.checked_add(span).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn day_numbers_go_both_ways() {
        for (year, month, day, number) in [
            (2000, 1, 1, 2_451_545),
            (1970, 1, 1, EPOCH),
            (1582, 10, 15, 2_299_161),
        ] {
            let date = Date::new(year, month, day).unwrap();
            assert_eq!(day_number(date), number);
            assert_eq!(day_of(number), Some(date));
        }
        for number in (1_721_500..2_600_000).step_by(97) {
            assert_eq!(day_of(number).map(day_number), Some(number));
        }
    }

    #[test]
    fn months_follow_each_other_without_a_gap() {
        let mut next = None;
        for month in (FIRST_YEAR..=2100).flat_map(months) {
            assert!(matches!(month.days, 29 | 30), "{month:?}");
            assert!(next.is_none_or(|next| next == month.first), "{month:?}");
            next = Some(month.first + i64::from(month.days));
        }
    }

    #[test]
    fn the_cycle_of_sixty_is_named_and_read() {
        assert_eq!(pillar('甲', '子'), Some(0));
        assert_eq!(pillar('甲', '丑'), None);
        for place in 0..60 {
            let name: Vec<char> = pillar_name(place).chars().collect();
            assert_eq!(pillar(name[0], name[1]), Some(place));
        }
        assert_eq!(year_pillar(1911), pillar('辛', '亥').unwrap());
    }
}
