//! Whether a value is of its type: the forms that metadata may have (check ).

use crate::elements::ElementType;
use jiff::civil::{Date, DateTime};
use jiff::{Timestamp, Zoned};

/// Why a value is not of its type, as what would have been.
pub(super) fn expected_form(kind: ElementType) -> &'static str {
    match kind {
        ElementType::Text | ElementType::Enum => "text",
        ElementType::Code => "a code without spaces",
        ElementType::Digits => "digits only",
        ElementType::Integer => "a whole number",
        ElementType::PositiveInteger => "a whole number above zero",
        ElementType::Decimal => "a number",
        ElementType::Year => "four digits",
        ElementType::Date => "a day of the calendar, YYYYMMDD or YYYY-MM-DD",
        ElementType::DateTime => "a moment, such as 2021-05-10T10:00:00+08:00",
        ElementType::Duration => "hh:mm:ss",
        ElementType::Uri => "an address with its scheme, such as https://…",
        ElementType::Base64 => "base64",
    }
}

/// Whether a value is of its type. The value is trimmed and not empty.
pub(super) fn is_of(kind: ElementType, value: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match kind {
        ElementType::Text | ElementType::Enum => true,
        ElementType::Code => !value
            .chars()
            .any(|character| character.is_whitespace() || character.is_control()),
        ElementType::Digits => digits(value),
        ElementType::Integer => digits(value.strip_prefix('-').unwrap_or(value)),
        ElementType::PositiveInteger => digits(value) && value.bytes().any(|byte| byte != b'0'),
        ElementType::Decimal => decimal(value).is_some(),
        ElementType::Year => value.len() == 4 && digits(value),
        ElementType::Date => is_date(value),
        ElementType::DateTime => moment(value).is_some(),
        ElementType::Duration => is_duration(value),
        ElementType::Uri => is_uri(value),
        ElementType::Base64 => is_base64(value),
    }
}

/// A number in plain decimal notation.
pub(super) fn decimal(value: &str) -> Option<f64> {
    let body = value.strip_prefix(['-', '+']).unwrap_or(value);
    let (whole, part) = body.split_once('.').unwrap_or((body, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    (digits(whole) && digits(part))
        .then(|| value.parse().ok())
        .flatten()
}

/// YYYYMMDD, YYYY-MM-DD, and both without what is not known: zeros, or the part left out; in brackets where inferred.
fn is_date(value: &str) -> bool {
    let value = value
        .strip_prefix('[')
        .and_then(|inner| inner.strip_suffix(']'))
        .unwrap_or(value);
    let compact: String = if value.contains('-') {
        let parts: Vec<&str> = value.split('-').collect();
        let widths: &[usize] = match parts.len() {
            2 => &[4, 2],
            3 => &[4, 2, 2],
            _ => return false,
        };
        if parts.iter().zip(widths).any(|(part, width)| part.len() != *width) {
            return false;
        }
        parts.concat()
    } else {
        value.to_owned()
    };
    let part = |range: std::ops::Range<usize>| compact.get(range).and_then(|text| text.parse::<i8>().ok());
    if !compact.bytes().all(|byte| byte.is_ascii_digit()) {
        return false;
    }
    let Some(year) = compact.get(..4).and_then(|text| text.parse::<i16>().ok()) else {
        return false;
    };
    match compact.len() {
        4 => true,
        6 => part(4..6).is_some_and(|month| (0..=12).contains(&month)),
        8 => match (part(4..6), part(6..8)) {
            (Some(month), Some(0)) => (0..=12).contains(&month),
            (Some(month), Some(day)) => Date::new(year, month, day).is_ok(),
            _ => false,
        },
        _ => false,
    }
}

/// A moment: with an offset, or as local time; a day alone is one too.
pub(super) fn moment(value: &str) -> Option<DateTime> {
    let value = value.trim();
    if let Ok(zoned) = value.parse::<Zoned>() {
        return Some(zoned.datetime());
    }
    if value.parse::<Timestamp>().is_ok() || value.contains('T') || value.contains(' ') {
        // the wall time as written: the order of a process is that of its own office
        let (day, time) = value.split_once(['T', ' '])?;
        let time = time.trim_end_matches('Z');
        let end = time.find(['+', '-']).unwrap_or(time.len());
        let time = time.get(..end)?;
        return format!("{day}T{time}").parse().ok();
    }
    if is_date(value) && value.len() >= 8 {
        let compact = value.replace('-', "");
        let date = format!(
            "{}-{}-{}",
            compact.get(..4)?,
            compact.get(4..6)?,
            compact.get(6..8)?
        );
        return date.parse::<Date>().ok().map(|date| date.at(0, 0, 0, 0));
    }
    None
}

fn is_duration(value: &str) -> bool {
    let parts: Vec<&str> = value.split(':').collect();
    let number = |text: &str| text.split('.').next().and_then(|whole| whole.parse::<u32>().ok());
    match parts.as_slice() {
        [hours, minutes, seconds] => {
            number(hours).is_some()
                && number(minutes).is_some_and(|minutes| minutes < 60)
                && number(seconds).is_some_and(|seconds| seconds < 60)
        }
        _ => false,
    }
}

fn is_uri(value: &str) -> bool {
    let Some((scheme, rest)) = value.split_once(':') else {
        return false;
    };
    let mut letters = scheme.chars();
    letters.next().is_some_and(|first| first.is_ascii_alphabetic())
        && letters.all(|letter| letter.is_ascii_alphanumeric() || "+-.".contains(letter))
        && !rest.is_empty()
        && !value.chars().any(char::is_whitespace)
}

fn is_base64(value: &str) -> bool {
    let mut count = 0_usize;
    let mut padding = 0_usize;
    for byte in value.bytes().filter(|byte| !byte.is_ascii_whitespace()) {
        match byte {
            b'=' => padding += 1,
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'+' | b'/' if padding == 0 => {}
            _ => return false,
        }
        count += 1;
    }
    count.is_multiple_of(4) && padding <= 2 && count > 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use ElementType as T;

    #[test]
    fn values_are_of_their_type() {
        let good = [
            (T::Integer, "-12"),
            (T::PositiveInteger, "0012"),
            (T::Decimal, "31.25"),
            (T::Year, "2020"),
            (T::Date, "20200229"),
            (T::Date, "2020-02-29"),
            (T::Date, "19810500"),
            (T::Date, "19810000"),
            (T::Date, "1981-05"),
            (T::Date, "1981"),
            (T::Date, "[19450815]"),
            (T::DateTime, "2021-05-10T10:00:00+08:00"),
            (T::DateTime, "2021-05-10T10:00:00Z"),
            (T::DateTime, "2021-05-10T10:00:00"),
            (T::DateTime, "2021-05-10 10:00:00"),
            (T::DateTime, "20210510"),
            (T::Duration, "01:02:03"),
            (T::Uri, "urn:uuid:1"),
            (T::Base64, "QUJD RA=="),
            (T::Code, "WS·2020"),
            (T::Digits, "001"),
        ];
        for (kind, value) in good {
            assert!(is_of(kind, value), "{kind:?} {value}");
        }
        let bad = [
            (T::Integer, "1.5"),
            (T::Integer, "一"),
            (T::PositiveInteger, "0"),
            (T::PositiveInteger, "-1"),
            (T::Decimal, "1e5"),
            (T::Decimal, "."),
            (T::Year, "20200"),
            (T::Year, "二〇二〇"),
            (T::Date, "20210229"),
            (T::Date, "20201301"),
            (T::Date, "2020-2-9"),
            (T::Date, "2020/02/09"),
            (T::Date, "20200305x"),
            (T::DateTime, "10:00"),
            (T::DateTime, "2021-05-10T25:00:00"),
            (T::DateTime, "昨天"),
            (T::Duration, "1:99:00"),
            (T::Duration, "90"),
            (T::Uri, "nothing"),
            (T::Uri, "http:"),
            (T::Base64, "QUJ"),
            (T::Base64, "=QUJ"),
            (T::Base64, "QU-D"),
            (T::Code, "W S"),
            (T::Digits, "12a"),
        ];
        for (kind, value) in bad {
            assert!(!is_of(kind, value), "{kind:?} {value}");
        }
    }

    #[test]
    fn moments_are_put_in_order_by_the_time_written() {
        let early = moment("2021-05-10T09:59:00+08:00").unwrap();
        let late = moment("2021-05-10 10:00:00").unwrap();
        assert!(early < late);
    }

    proptest::proptest! {
        #[test]
        fn no_value_makes_the_forms_panic(value in "\\PC{0,40}") {
            for kind in [T::Code, T::Digits, T::Integer, T::Decimal, T::Year, T::Date, T::DateTime, T::Duration, T::Uri, T::Base64] {
                is_of(kind, &value);
            }
        }

        #[test]
        fn every_day_of_the_calendar_is_a_date(days in 0..700_000_i64) {
            let day = Date::new(1, 1, 1).unwrap().checked_add(jiff::Span::new().days(days)).unwrap();
            let compact = day.strftime("%Y%m%d").to_string();
            proptest::prop_assert!(is_of(T::Date, &compact), "{}", compact);
            let dashed = day.strftime("%Y-%m-%d").to_string();
            proptest::prop_assert!(is_of(T::Date, &dashed), "{}", dashed);
        }
    }
}
