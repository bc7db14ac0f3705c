//! Document numbers (文号) and dates in running text, as entities.

use lantai_domain::date::{ArchivalDate, find_dates};
use lantai_domain::document_number::find_document_numbers;
use lantai_domain::reading::EntityKind;

/// Something found, with its normal form.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Found {
    pub kind: EntityKind,
    /// First character.
    pub start: usize,
    /// The character after the last.
    pub end: usize,
    pub value: String,
    pub confidence: f32,
}

/// Dates in every form that the archive understands, with their ISO 8601 form.
pub(super) fn dates(text: &str) -> Vec<Found> {
    let mut place = Places::new(text);
    find_dates(text)
        .into_iter()
        .map(|found| {
            let start = place.character(found.start);
            let end = place.character(found.end);
            // Figures with points or nothing between them may be something else.
            let figures = found
                .text
                .chars()
                .all(|c| c.is_ascii_digit() || ".-/".contains(c));
            Found {
                kind: EntityKind::Date,
                start,
                end,
                value: found.date.to_string(),
                confidence: if figures { 0.85 } else { 0.97 },
            }
        })
        .collect()
}

/// Words for the year of the date before them.
const SAME_YEAR: [&str; 5] = ["同年", "是年", "该年", "当年", "本年"];
/// So far before them that date stands at most, in characters.
const NEAR: usize = 300;

/// 同年十月初三: a month, or a day of a month, of the year of the date before it.
pub(super) fn dates_of_the_same_year(chars: &[char], dates: &[Found]) -> Vec<Found> {
    let mut found = Vec::new();
    for start in 0..chars.len() {
        let stands = |word: &&&str| {
            word.chars()
                .enumerate()
                .all(|(n, c)| chars.get(start + n) == Some(&c))
        };
        let Some(word) = SAME_YEAR.iter().filter(stands).max_by_key(|word| word.len()) else {
            continue;
        };
        let begin = start + word.chars().count();
        let before = dates
            .iter()
            .rev()
            .find(|date| date.end <= start && start - date.end <= NEAR);
        let Some(year) = before.and_then(|date| year_of(chars.get(date.start..date.end)?)) else {
            continue;
        };
        // The longest that is a date with that year before it.
        let dated = (begin + 2..=begin + 8).rev().find_map(|end| {
            let rest: String = chars.get(begin..end)?.iter().collect();
            // 5月3个 is no day: a number that ends the date must end the words too.
            let figure = rest.ends_with(|c: char| c.is_ascii_digit() || "一二三四五六七八九十".contains(c));
            let ends = !figure || chars.get(end).is_none_or(|c| !c.is_alphanumeric());
            let date = ArchivalDate::parse(&format!("{year}{rest}"))
                .ok()
                .filter(|_| ends && rest.contains('月'))?;
            (!date.is_unknown()).then_some((end, date))
        });
        if let Some((end, date)) = dated {
            found.push(Found {
                kind: EntityKind::Date,
                start,
                end,
                value: date.to_string(),
                confidence: 0.85,
            });
        }
    }
    found
}

/// A written date up to its year: 光绪三十四年.
fn year_of(date: &[char]) -> Option<String> {
    let year = date.iter().position(|c| *c == '年')?;
    Some(date.get(..=year)?.iter().collect())
}

/// Document numbers, also where recognition of a page took brackets and digits for others.
pub(super) fn document_numbers(text: &str) -> Vec<Found> {
    let plain: Vec<(usize, usize)> = find_document_numbers(text)
        .iter()
        .map(|found| (found.start_char, found.end_char))
        .collect();
    find_document_numbers(&repaired(text))
        .into_iter()
        .map(|found| Found {
            kind: EntityKind::DocumentNumber,
            start: found.start_char,
            end: found.end_char,
            value: found.number.to_string(),
            confidence: if plain.contains(&(found.start_char, found.end_char)) {
                0.97
            } else {
                0.8
            },
        })
        .collect()
}

/// Brackets and digits as they should be, one character for one, where together they can only be a document number.
fn repaired(text: &str) -> String {
    let mut chars: Vec<char> = text.chars().collect();
    let mut at = 0;
    while at < chars.len() {
        let Some(end) = bracketed_year(&chars, at) else {
            at += 1;
            continue;
        };
        for place in at..end {
            if let Some(c) = chars.get_mut(place) {
                *c = match place {
                    _ if place == at => '〔',
                    _ if place + 1 == end => '〕',
                    _ => digit(*c).unwrap_or(*c),
                };
            }
        }
        let mut number = end;
        while let Some(value) = chars
            .get(number)
            .copied()
            .and_then(digit)
            .filter(|_| number < end + 6)
        {
            if let Some(c) = chars.get_mut(number) {
                *c = value;
            }
            number += 1;
        }
        at = number.max(at + 1);
    }
    chars.into_iter().collect()
}

/// The place behind a bracketed year of four digits that a number and 号 follow.
fn bracketed_year(chars: &[char], at: usize) -> Option<usize> {
    let opens = "〔［[(（【〖﹝{｛「『〈<《ｌ".contains(*chars.get(at)?);
    let year = chars.get(at + 1..at + 5)?;
    let closes = "〕］])）】〗﹞}｝」』〉>》".contains(*chars.get(at + 5)?);
    let years = year.iter().all(|c| digit(*c).is_some());
    let first = year.first().copied().and_then(digit);
    if !opens || !closes || !years || !matches!(first, Some('1' | '2')) {
        return None;
    }
    let rest = chars.get(at + 6..)?;
    let blanks = rest
        .iter()
        .take_while(|c| c.is_whitespace() && **c != '\n')
        .count();
    let rest = rest.get(blanks..)?;
    let rest = rest.strip_prefix(&['第']).unwrap_or(rest);
    let digits = rest
        .iter()
        .take(7)
        .take_while(|c| digit(**c).is_some() || **c == ' ')
        .count();
    let ends = matches!(rest.get(digits), Some('号' | '號'));
    (digits > 0 && ends).then_some(at + 6)
}

/// A digit, or what is taken for one on a page.
fn digit(c: char) -> Option<char> {
    Some(match c {
        '0'..='9' => c,
        '０'..='９' => char::from_u32(u32::from(c) - 0xFEE0)?,
        'O' | 'o' | '〇' | '○' | 'Ｏ' | '口' => '0',
        'l' | 'I' | '|' | 'ｌ' | 'Ｉ' => '1',
        'Z' | 'z' => '2',
        'S' | 's' => '5',
        'B' => '8',
        _ => return None,
    })
}

/// Characters for bytes, asked for in order.
struct Places<'a> {
    text: &'a str,
    byte: usize,
    character: usize,
}

impl<'a> Places<'a> {
    fn new(text: &'a str) -> Self {
        Self {
            text,
            byte: 0,
            character: 0,
        }
    }

    fn character(&mut self, byte: usize) -> usize {
        if byte < self.byte {
            (self.byte, self.character) = (0, 0);
        }
        let between = self.text.get(self.byte..byte).unwrap_or_default();
        self.character += between.chars().count();
        self.byte = byte;
        self.character
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(text: &str) -> Vec<(String, String)> {
        document_numbers(text)
            .into_iter()
            .map(|found| {
                (
                    text.chars()
                        .skip(found.start)
                        .take(found.end - found.start)
                        .collect(),
                    found.value,
                )
            })
            .collect()
    }

    #[test]
    fn numbers_are_found_however_recognition_wrote_them() {
        for written in [
            "国发〔1981〕88号",
            "国发[1981)88号",
            "国发〔1981)88号",
            "国发{198l}88号",
            "国发「1981」8B号",
            "国发（１９８１）88号",
        ] {
            let text = format!("根据{written}的规定");
            assert_eq!(
                numbers(&text),
                [(written.to_owned(), "国发〔1981〕88号".to_owned())],
                "{written}"
            );
        }
        assert_eq!(numbers("《1984》是一本书，编号（2018）无"), []);
    }

    #[test]
    fn a_month_of_the_same_year_is_a_date() {
        for (text, written, value) in [
            ("1958年5月开工，同年10月3日竣工。", "同年10月3日", "1958-10-03"),
            (
                "光绪三十四年正月上奏，是年十一月丙申奉旨。",
                "是年十一月丙申",
                "1908-12-07",
            ),
            ("民国三十五年六月立案，同年九月撤销", "同年九月", "1946-09"),
        ] {
            let chars: Vec<char> = text.chars().collect();
            let found = dates_of_the_same_year(&chars, &dates(text));
            assert_eq!(found.len(), 1, "{text}");
            let words: String = chars[found[0].start..found[0].end].iter().collect();
            assert_eq!((words.as_str(), found[0].value.as_str()), (written, value));
        }
        let chars: Vec<char> = "1958年，当年工人们同年龄人".chars().collect();
        assert_eq!(
            dates_of_the_same_year(&chars, &dates("1958年，当年工人们同年龄人")),
            []
        );
    }

    #[test]
    fn dates_are_found_with_their_characters() {
        let text = "民国三十五年六月，又于1981.5.23开会";
        let found = dates(text);
        let written: Vec<String> = found
            .iter()
            .map(|one| text.chars().skip(one.start).take(one.end - one.start).collect())
            .collect();
        assert_eq!(written, ["民国三十五年六月", "1981.5.23"]);
        assert_eq!(found[0].value, "1946-06");
        assert_eq!(found[1].value, "1981-05-23");
    }
}
