//! Reads a text that is nothing but a date.

use super::cursor::{Expression, Folded};
use super::{ArchivalDate, DateError};

/// Longer than any date with its notes; more is refused unread.
const LONGEST: usize = 200;

/// Words that say that nothing is known.
const UNKNOWN: [&str; 8] = [
    "不详",
    "不明",
    "未知",
    "无",
    "年代不详",
    "日期不详",
    "时间不详",
    "s.d.",
];

/// What stands before a date without changing it.
const PREFIXES: [&str; 8] = ["中华", "大清", "大明", "清", "明", "宋", "元", "伪满"];

pub(super) fn parse(text: &str) -> Result<ArchivalDate, DateError> {
    let not_understood = || DateError::NotUnderstood {
        found: text.chars().take(LONGEST).collect(),
    };
    if text.len() > LONGEST {
        return Err(not_understood());
    }
    let folded: String = Folded::new(text).chars.into_iter().collect();
    let trimmed = folded
        .trim()
        .trim_matches(['[', ']', '(', ')', '〔', '〕'])
        .trim();
    if trimmed.is_empty() || UNKNOWN.contains(&trimmed) {
        return Ok(ArchivalDate::Unknown);
    }
    if let Some(interval) = interval(trimmed) {
        return interval;
    }
    if let Some(date) = short_figures(trimmed) {
        return date;
    }
    let candidates =
        std::iter::once(trimmed).chain(PREFIXES.iter().filter_map(|one| trimmed.strip_prefix(one)));
    let mut error = None;
    for candidate in candidates {
        let chars: Vec<char> = candidate.trim_start().chars().collect();
        let expression = Expression {
            chars: &chars,
            alone: true,
            joined_at: None,
        };
        let Some(reading) = expression.range_at(0) else {
            continue;
        };
        match reading.date {
            Ok(date) if reading.end == chars.len() => return Ok(date),
            Ok(_) => {}
            Err(reason) => error = error.or(Some(reason)),
        }
    }
    Err(error.unwrap_or_else(not_understood))
}

/// EDTF: two dates joined by a slash.
fn interval(text: &str) -> Option<Result<ArchivalDate, DateError>> {
    let (from, to) = text.split_once('/')?;
    let edtf = |text: &str| {
        let long = matches!(text.len(), 4 | 7 | 10);
        let sound = text.bytes().enumerate().all(|(at, byte)| match at {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        });
        (long && sound).then(|| parse(text).ok()?.ends()).flatten()
    };
    let ((from, _), (_, to)) = edtf(from).zip(edtf(to))?;
    Some(ArchivalDate::range(from, to))
}

/// `1981`, `198105`, `0000`.
fn short_figures(text: &str) -> Option<Result<ArchivalDate, DateError>> {
    if !matches!(text.len(), 4 | 6) || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let year: i16 = text.get(..4)?.parse().ok()?;
    let month: i8 = text
        .get(4..)
        .filter(|month| !month.is_empty())
        .map_or(Some(0), |month| month.parse().ok())?;
    let wrong = || DateError::NoSuchDay {
        found: text.to_owned(),
    };
    Some(match (year, month) {
        (0, 0) => Ok(ArchivalDate::Unknown),
        (0, _) => Err(wrong()),
        (year, 0) => Ok(ArchivalDate::Year(year)),
        (year, 1..=12) => Ok(ArchivalDate::Month { year, month }),
        _ => Err(wrong()),
    })
}
