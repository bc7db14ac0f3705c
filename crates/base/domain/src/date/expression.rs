//! Reads one date expression at a place in a text. Shared by the parser of catalogue dates and the finder.

use super::cursor::Expression;
use super::eras::{Calendar, ERAS, Era};
use super::resolve::Day;
use super::{ArchivalDate, DateError, DatePoint, lunar, numerals};
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// Where a date ended and what it is; an error when the form was right and the date does not exist.
pub(super) struct Reading {
    pub end: usize,
    pub date: Result<ArchivalDate, DateError>,
    /// Year and calendar for what leans on this date, as the second half of a range.
    year: Option<(i32, Calendar)>,
}

static ERAS_BY_FIRST: LazyLock<BTreeMap<char, Vec<&'static Era>>> = LazyLock::new(|| {
    let mut map: BTreeMap<char, Vec<&'static Era>> = BTreeMap::new();
    for era in ERAS {
        if let Some(first) = era.name.chars().next() {
            map.entry(first).or_default().push(era);
        }
    }
    map
});

const LUNAR_MARKS: [&str; 5] = ["农历", "阴历", "旧历", "夏历", "古历"];
const GREGORIAN_MARKS: [&str; 6] = ["公元", "西元", "公历", "西历", "阳历", "新历"];
/// After a day without 日: these make the number count something else.
const MEASURES: &str = "余多几个人名两钱斤石件号千百万亿年月岁次里尺丈匹头员";

impl Expression<'_> {
    /// Reads a date or a range of dates that begins at `at`.
    pub fn range_at(&self, at: usize) -> Option<Reading> {
        if let Some(years) = self.span_of_years(at) {
            return Some(years);
        }
        let first = self.date_at(at)?;
        let Some(second) = self.second_half(&first) else {
            return Some(first);
        };
        let (Ok(from), Ok(to)) = (&first.date, &second.date) else {
            return Some(first);
        };
        let (Some((from, _)), Some((_, to))) = (from.ends(), to.ends()) else {
            return Some(first);
        };
        let date = ArchivalDate::range(from, to);
        if date.is_err() && !self.alone {
            return Some(first);
        }
        Some(Reading {
            end: second.end,
            date,
            year: None,
        })
    }

    fn second_half(&self, first: &Reading) -> Option<Reading> {
        let mut at = self.blanks(first.end);
        let joiner = at;
        while at < joiner + 2 && matches!(self.get(at), Some('至' | '到' | '-' | '~' | '—')) {
            at += 1;
        }
        if at == joiner {
            return None;
        }
        let at = self.blanks(at);
        let behind_joiner = Expression {
            joined_at: Some(at),
            ..*self
        };
        if let Some(second) = behind_joiner.date_at(at) {
            return Some(second);
        }
        let (year, calendar) = first.year?;
        if self.month_at(at).is_some() {
            return Some(self.within_year(at, at, year, calendar));
        }
        // 5月3日至8日, 九月初三至初五
        let Ok(ArchivalDate::Day(day)) = first.date else {
            return None;
        };
        let (end, number) = match self.day_at(at, calendar)? {
            (end, Day::Nth(number), _) => (end, number),
            _ => return None,
        };
        let date = match calendar {
            Calendar::Gregorian if !matches!(self.get(end - 1), Some('日' | '号')) => return None,
            Calendar::Gregorian => self.gregorian_day(at, end, day.year(), i32::from(day.month()), number),
            Calendar::Lunar => lunar::lunar_date(day)
                .ok_or_else(|| self.no_such_day(at, end))
                .and_then(|same| self.nth_day(at, end, same.month, number)),
        };
        Some(Reading {
            end,
            date,
            year: None,
        })
    }

    /// `1981-1983`, 1981-1983年.
    fn span_of_years(&self, at: usize) -> Option<Reading> {
        if !self.free_before(at) {
            return None;
        }
        let from = self.four_digits(at)?;
        if !matches!(self.get(at + 4), Some('-' | '~' | '至')) {
            return None;
        }
        let to = self.four_digits(at + 5)?;
        let end = at + 9;
        let with_word = self.skip(end, "年");
        let word = self.get(end) == Some('年') && !self.month_follows(end + 1);
        let plausible = (1600..=2100).contains(&from) && (1600..=2100).contains(&to) && from < to;
        let fine = if self.alone {
            from <= to || end == self.chars.len()
        } else {
            plausible
        };
        if !fine || !(word || self.free_after(end)) {
            return None;
        }
        let end = with_word.filter(|_| word).unwrap_or(end);
        let date = ArchivalDate::range(DatePoint::Year(from), DatePoint::Year(to));
        Some(Reading {
            end,
            date,
            year: None,
        })
    }

    /// Reads one date that begins at `at`.
    pub fn date_at(&self, at: usize) -> Option<Reading> {
        let mut start = at;
        let mut calendar = Calendar::Gregorian;
        if let Some(end) = LUNAR_MARKS.iter().find_map(|mark| self.skip(at, mark)) {
            start = self.blanks(end);
            calendar = Calendar::Lunar;
        } else if let Some(end) = GREGORIAN_MARKS.iter().find_map(|mark| self.skip(at, mark)) {
            start = self.blanks(end);
        }
        if let Some(eras) = self.get(start).and_then(|first| ERAS_BY_FIRST.get(&first)) {
            let named = eras
                .iter()
                .find_map(|era| Some((era, self.skip(start, era.name)?)));
            return named.and_then(|(era, after)| self.in_era(at, self.blanks(after), era));
        }
        self.in_written_year(at, start, calendar)
            .or_else(|| self.in_figures(at, start))
    }

    /// 光绪三十四年…, 光绪甲午…, 民国前三年…
    fn in_era(&self, start: usize, at: usize, era: &Era) -> Option<Reading> {
        if let Some(place) = self.pillar_at(at) {
            let after = self.skip(at + 2, "年");
            if after.is_none() && !self.month_follows(at + 2) {
                return None;
            }
            let after = after.unwrap_or(at + 2);
            let mut years =
                (era.first..=era.last.min(era.first + 120)).filter(|year| lunar::year_pillar(*year) == place);
            let pillar = lunar::pillar_name(place);
            return Some(match (years.next(), years.next()) {
                (Some(year), None) => self.within_year(start, after, year, era.calendar),
                (None, _) => self.wrong(after, DateError::Pillar { pillar }),
                _ => self.wrong(
                    after,
                    DateError::AmbiguousYear {
                        reign: era.name.to_owned(),
                        pillar,
                    },
                ),
            });
        }
        let before = self.skip(at, "前").filter(|_| era.name == "民国");
        let at = before.unwrap_or(at);
        let run = self.numeral_run(at, 5);
        let count = self.number(at, run)?;
        let after = self.skip(self.blanks(run), "年")?;
        let count_signed = i32::try_from(count).ok()?;
        let year = if before.is_some() {
            era.first - count_signed
        } else {
            era.first + count_signed - 1
        };
        let fits = count > 0 && (before.is_some() || year <= era.last) && year > 0;
        if !fits {
            return Some(self.wrong(
                after,
                DateError::ReignYear {
                    reign: era.name.to_owned(),
                    year: count,
                },
            ));
        }
        Some(self.within_year(start, after, year, era.calendar))
    }

    /// 1981年…, 一九八一年…
    fn in_written_year(&self, start: usize, at: usize, calendar: Calendar) -> Option<Reading> {
        let is_digit = |at: usize| self.get(at).is_some_and(|c| numerals::digit(c).is_some());
        if at > 0 && is_digit(at - 1) {
            return None;
        }
        // Three digits are a year only where nothing else can be meant.
        let width = (at..at + 4).take_while(|at| is_digit(*at)).count();
        if width < 3 || (width == 3 && !self.alone) {
            return None;
        }
        let year = i32::try_from(self.number(at, at + width)?).ok()?;
        let after = self.skip(self.blanks(at + width), "年")?;
        if year == 0 || (!self.alone && !(1000..=2999).contains(&year)) {
            return None;
        }
        if year % 10 == 0 && self.get(after) == Some('代') {
            let first = i16::try_from(year).ok()?;
            let date = ArchivalDate::range(DatePoint::Year(first), DatePoint::Year(first + 9));
            return Some(Reading {
                end: after + 1,
                date,
                year: None,
            });
        }
        Some(self.within_year(start, after, year, calendar))
    }

    /// What follows the year: nothing, a month, a day.
    fn within_year(&self, start: usize, at: usize, year: i32, calendar: Calendar) -> Reading {
        let (at, mut calendar, sound) = self.notes_on_year(at, year, calendar);
        if let Err(error) = sound {
            return self.wrong(at, error);
        }
        let Some((after, number, leap, by_moon)) = self.month_at(at) else {
            // 1981年度
            let end = self.skip(at, "度").unwrap_or(at);
            return Reading {
                end,
                date: self.whole_year(start, at, year, calendar),
                year: Some((year, calendar)),
            };
        };
        if by_moon {
            calendar = Calendar::Lunar;
        }
        let day = self.day_at(after, calendar);
        if matches!(&day, Some((_, _, true))) {
            calendar = Calendar::Lunar;
        }
        let (end, day) = day.map_or((after, Day::None), |(end, day, _)| (end, day));
        let date = match calendar {
            Calendar::Gregorian => self.gregorian(start, end, year, number, day),
            Calendar::Lunar => self.lunar(start, end, year, (number, leap), day),
        };
        Reading {
            end,
            date,
            year: Some((year, calendar)),
        }
    }

    /// Steps over (甲午), 岁次甲午, 农历 behind a year.
    fn notes_on_year(
        &self,
        at: usize,
        year: i32,
        calendar: Calendar,
    ) -> (usize, Calendar, Result<(), DateError>) {
        let (mut after, mut calendar) = (self.blanks(at), calendar);
        let opened = self.skip(after, "(");
        let inside = self
            .skip(opened.unwrap_or(after), "岁次")
            .unwrap_or(opened.unwrap_or(after));
        if let Some(place) = self.pillar_at(inside) {
            let past = self.skip(inside + 2, "年").unwrap_or(inside + 2);
            let closed = if opened.is_some() {
                self.skip(past, ")")
            } else {
                Some(past)
            };
            if let Some(closed) = closed {
                if place != lunar::year_pillar(year) {
                    return (
                        closed,
                        calendar,
                        Err(DateError::Pillar {
                            pillar: lunar::pillar_name(place),
                        }),
                    );
                }
                after = self.blanks(closed);
            }
        }
        if let Some(past) = LUNAR_MARKS.iter().find_map(|mark| self.skip(after, mark)) {
            calendar = Calendar::Lunar;
            after = self.blanks(past);
        }
        // Blanks and notes belong to the date only when a month follows or a note was read.
        let moved = after > self.blanks(at) || self.month_follows(after);
        (if moved { after } else { at }, calendar, Ok(()))
    }

    /// Number of the month, whether leap, whether only the moon's calendar names it so; and where it ends.
    fn month_at(&self, at: usize) -> Option<(usize, u32, bool, bool)> {
        let leap = self.skip(at, "闰");
        let at = leap.unwrap_or(at);
        let named = match self.get(at)? {
            '正' => Some(1),
            '冬' => Some(11),
            '腊' => Some(12),
            _ => None,
        };
        let (end, number) = match named {
            Some(number) => (at + 1, number),
            None => {
                let end = self.numeral_run(at, 3);
                (end, self.number(at, end)?)
            }
        };
        let end = self.skip(self.blanks(end), "月")?;
        let end = self.skip(end, "份").unwrap_or(end);
        Some((end, number, leap.is_some(), leap.is_some() || named.is_some()))
    }

    fn month_follows(&self, at: usize) -> bool {
        self.month_at(self.blanks(at)).is_some()
    }

    /// The day, and whether only the moon's calendar names it so.
    fn day_at(&self, at: usize, calendar: Calendar) -> Option<(usize, Day, bool)> {
        let at = self.blanks(at);
        let past_sun = |end: usize| self.skip(end, "日").unwrap_or(end);
        for (word, day) in [
            ("上旬", Day::Third(0)),
            ("中旬", Day::Third(1)),
            ("下旬", Day::Third(2)),
        ] {
            if let Some(end) = self.skip(at, word) {
                return Some((end, day, false));
            }
        }
        for (word, day) in [
            ("既望", Day::Nth(16)),
            ("朔", Day::Nth(1)),
            ("望", Day::Nth(15)),
            ("晦", Day::Last),
        ] {
            if calendar == Calendar::Lunar
                && let Some(end) = self.skip(at, word)
            {
                return Some((past_sun(end), day, true));
            }
        }
        if calendar == Calendar::Lunar
            && let Some(place) = self.pillar_at(at)
        {
            let end = self.skip(at + 2, "朔").unwrap_or(at + 2);
            return Some((past_sun(end), Day::Pillar(place), true));
        }
        if let Some(after) = self.skip(at, "初") {
            let number = self
                .number(after, after + 1)
                .filter(|number| (1..=10).contains(number))?;
            return Some((past_sun(after + 1), Day::Nth(number), true));
        }
        let end = self.numeral_run(at, 3);
        let number = self.number(at, end)?;
        let by_moon = self.chars.get(at..end)?.iter().any(|c| matches!(c, '廿' | '卅'));
        let word = self
            .skip(self.blanks(end), "日")
            .or_else(|| self.skip(self.blanks(end), "号"));
        if let Some(end) = word {
            return Some((end, Day::Nth(number), by_moon));
        }
        let counted = self.get(end).is_some_and(|c| MEASURES.contains(c));
        let figures = self.get(at).is_some_and(|c| c.is_ascii_digit());
        let ends = match self.get(end) {
            None => true,
            Some('.' | ',') if self.get(end + 1).is_some_and(|c| c.is_ascii_digit()) => false,
            Some(c) if calendar == Calendar::Lunar && !figures => !counted && !numerals::is_numeral(c),
            Some(c) => !c.is_alphanumeric() && c != '%',
        };
        ends.then_some((end, Day::Nth(number), by_moon))
    }

    /// `1981-05-23`, `1981.5.23`, `1981/5`, `19810523`.
    fn in_figures(&self, start: usize, at: usize) -> Option<Reading> {
        if !self.free_before(at) {
            return None;
        }
        let year = self.four_digits(at)?;
        let date = |end: usize, month: u32, day: u32| Reading {
            end,
            date: self.figures(start, end, year, month, day),
            year: None,
        };
        if !self.alone && !(1600..=2100).contains(&year) {
            return None;
        }
        let digits = |from: usize| {
            self.chars
                .get(from..)
                .map_or(0, |rest| rest.iter().take_while(|c| c.is_ascii_digit()).count())
        };
        let Some(separator) = self.get(at + 4).filter(|c| matches!(c, '-' | '.' | '/')) else {
            if digits(at) != 8 || !self.free_after(at + 8) {
                return None;
            }
            let reading = date(at + 8, self.number(at + 4, at + 6)?, self.number(at + 6, at + 8)?);
            return Some(reading)
                .filter(|reading| self.alone || matches!(reading.date, Ok(ArchivalDate::Day(_))));
        };
        let width = digits(at + 5);
        let end = at + 5 + width;
        let month = self.number(at + 5, end).filter(|_| matches!(width, 1 | 2))?;
        if self.get(end) == Some(separator) && digits(end + 1) > 0 {
            let width = digits(end + 1);
            let day = self
                .number(end + 1, end + 1 + width)
                .filter(|_| matches!(width, 1 | 2))?;
            let end = end + 1 + width;
            let time = self.get(end) == Some('T') && digits(end + 1) > 0;
            let joined = separator != '-' && self.get(end) == Some('-');
            return (time || joined || self.free_after(end)).then(|| date(end, month, day));
        }
        let fine = self.alone || (separator != '.' && (1..=12).contains(&month));
        (fine && self.free_after(end)).then(|| date(end, month, 0))
    }

    fn wrong(&self, end: usize, error: DateError) -> Reading {
        Reading {
            end,
            date: Err(error),
            year: None,
        }
    }
}
