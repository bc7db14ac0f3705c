//! Times of certificates, tokens and seals.

use super::{Element, Malformed};
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::{Offset, TimeZone};

const WRONG: Malformed = Malformed("a time that is none");

/// A `UTCTime` or `GeneralizedTime`.
pub(crate) fn time_of(element: &Element<'_>) -> Result<Timestamp, Malformed> {
    let text = std::str::from_utf8(element.content).map_err(|_| WRONG)?;
    match element.tag {
        0x17 => {
            let year: u32 = text.get(..2).and_then(|year| year.parse().ok()).ok_or(WRONG)?;
            // RFC 5280, 4.1.2.5.1
            let century = if year < 50 { "20" } else { "19" };
            generalized_time(&format!("{century}{text}"))
        }
        0x18 => generalized_time(text),
        _ => Err(WRONG),
    }
}

/// `YYYYMMDDHHMMSS`, with or without seconds and fractions; `Z`, an offset, or no zone. What names no zone was written
/// by seal software in China, in the time of China.
pub(crate) fn generalized_time(text: &str) -> Result<Timestamp, Malformed> {
    let text = text.trim();
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let number = |from: usize, to: usize| -> Result<i16, Malformed> {
        text.get(from..to)
            .and_then(|digits| digits.parse().ok())
            .ok_or(WRONG)
    };
    let small = |from: usize, to: usize| -> Result<i8, Malformed> {
        number(from, to).and_then(|number| i8::try_from(number).map_err(|_| WRONG))
    };
    let second = match digits {
        14 => small(12, 14)?.min(59),
        12 => 0,
        _ => return Err(WRONG),
    };
    let moment = DateTime::new(
        number(0, 4)?,
        small(4, 6)?,
        small(6, 8)?,
        small(8, 10)?,
        small(10, 12)?,
        second,
        0,
    )
    .map_err(|_| WRONG)?;
    let rest = text.get(digits..).unwrap_or_default();
    let zone = rest
        .trim_start_matches(['.', ','])
        .trim_start_matches(|letter: char| letter.is_ascii_digit());
    let offset = match zone.as_bytes() {
        [b'Z'] => 0,
        [] => 8 * 3600,
        [sign @ (b'+' | b'-'), digits @ ..] if digits.len() == 4 && digits.iter().all(u8::is_ascii_digit) => {
            let value = digits
                .iter()
                .fold(0_i32, |sum, digit| sum * 10 + i32::from(digit - b'0'));
            let seconds = (value / 100 * 60 + value % 100) * 60;
            if *sign == b'-' { -seconds } else { seconds }
        }
        _ => return Err(WRONG),
    };
    let offset = Offset::from_seconds(offset).map_err(|_| WRONG)?;
    let zoned = moment.to_zoned(TimeZone::fixed(offset)).map_err(|_| WRONG)?;
    Ok(zoned.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_in_their_zone() {
        for (text, moment) in [
            ("20200817111329Z", "2020-08-17T11:13:29Z"),
            ("20200817111329", "2020-08-17T03:13:29Z"),
            ("20200817111329.25Z", "2020-08-17T11:13:29Z"),
            ("202008171113+0800", "2020-08-17T03:13:00Z"),
        ] {
            assert_eq!(generalized_time(text).unwrap(), moment.parse().unwrap(), "{text}");
        }
        for text in [
            "",
            "2020",
            "20201317111329Z",
            "20200817111329X",
            "２０２００８１７",
        ] {
            assert!(generalized_time(text).is_err(), "{text}");
        }
        let short = Element {
            tag: 0x17,
            content: b"491231235959Z",
            whole: &[],
        };
        assert_eq!(time_of(&short).unwrap(), "2049-12-31T23:59:59Z".parse().unwrap());
    }
}
