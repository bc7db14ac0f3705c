//! Numbers that a word processor writes before paragraphs: 第一条, 1.2, (a). They are no text of the file, and part of
//! what a person reads.

use super::super::error::ReadError;
use super::super::markup::Node;
use super::super::package::Package;
use std::collections::HashMap;

/// Levels of a list.
const LEVELS: usize = 9;
/// Lists and their kinds that are kept.
const MAX_LISTS: usize = 10_000;

/// One level of a list.
#[derive(Debug, Clone, Default)]
struct Level {
    start: u32,
    format: String,
    /// What is written, `%1` for the number of the first level.
    text: String,
}

/// All lists of a document.
#[derive(Debug, Default)]
pub(super) struct Numbering {
    /// Kinds of lists by their identifier.
    kinds: HashMap<String, Vec<Level>>,
    /// The kind of each list.
    lists: HashMap<String, String>,
    /// Numbers last given, by kind.
    counts: HashMap<String, [Option<u32>; LEVELS]>,
}

impl Numbering {
    /// Reads the lists that a part defines.
    pub(super) fn read(&mut self, package: &mut Package<'_>, part: &str) -> Result<bool, ReadError> {
        let (mut kind, mut list, mut level) = (None, None, None);
        package.walk(part, &mut |node| {
            let Node::Open(tag) = node else {
                return Ok(());
            };
            let value = || tag.attribute("val");
            match tag.name() {
                "abstractNum" => {
                    kind = tag
                        .attribute("abstractNumId")
                        .filter(|_| self.kinds.len() < MAX_LISTS);
                    list = None;
                }
                "num" => {
                    list = tag.attribute("numId").filter(|_| self.lists.len() < MAX_LISTS);
                    kind = None;
                }
                "abstractNumId" => {
                    if let (Some(list), Some(kind)) = (list.take(), value()) {
                        self.lists.insert(list, kind);
                    }
                }
                "lvl" => {
                    level = tag
                        .attribute("ilvl")
                        .and_then(|level| level.parse::<usize>().ok())
                }
                "start" | "numFmt" | "lvlText" => {
                    if let (Some(kind), Some(level), Some(value)) =
                        (&kind, level.filter(|at| *at < LEVELS), value())
                    {
                        let levels = self.kinds.entry(kind.clone()).or_default();
                        levels.resize_with(LEVELS, || Level {
                            start: 1,
                            ..Level::default()
                        });
                        if let Some(level) = levels.get_mut(level) {
                            match tag.name() {
                                "start" => level.start = value.parse().unwrap_or(1),
                                "numFmt" => level.format = value,
                                _ => level.text = value,
                            }
                        }
                    }
                }
                _ => {}
            }
            Ok(())
        })
    }

    /// What stands before the next paragraph of a list; empty for bullets and unknown lists.
    pub(super) fn next(&mut self, list: &str, level: usize) -> String {
        let Some(kind) = self.lists.get(list) else {
            return String::new();
        };
        let Some(levels) = self.kinds.get(kind) else {
            return String::new();
        };
        let Some(own) = levels.get(level) else {
            return String::new();
        };
        let counts = self.counts.entry(kind.clone()).or_default();
        for (at, count) in counts.iter_mut().enumerate() {
            let start = levels.get(at).map_or(1, |level| level.start);
            match at.cmp(&level) {
                std::cmp::Ordering::Less => *count = Some(count.unwrap_or(start)),
                std::cmp::Ordering::Equal => {
                    *count = Some(count.map_or(start, |count| count.saturating_add(1)))
                }
                std::cmp::Ordering::Greater => *count = None,
            }
        }
        if matches!(own.format.as_str(), "bullet" | "none" | "") {
            return String::new();
        }
        let mut written = own.text.clone();
        for at in (0..=level).rev() {
            let place = format!("%{}", at + 1);
            if written.contains(&place) {
                let format = levels.get(at).map_or("decimal", |level| level.format.as_str());
                let number = counts.get(at).copied().flatten().unwrap_or(1);
                written = written.replace(&place, &number_in(format, number));
            }
        }
        written
    }
}

/// A number in a format of lists (ST_NumberFormat).
fn number_in(format: &str, number: u32) -> String {
    match format {
        "upperLetter" | "lowerLetter" => {
            let letter = char::from(b'A' + u8::try_from(number.saturating_sub(1) % 26).unwrap_or_default());
            let times = number.saturating_sub(1) / 26 + 1;
            let letters: String = std::iter::repeat_n(letter, times.min(10) as usize).collect();
            if format == "lowerLetter" {
                letters.to_lowercase()
            } else {
                letters
            }
        }
        "upperRoman" => roman(number),
        "lowerRoman" => roman(number).to_lowercase(),
        "chineseCounting"
        | "chineseCountingThousand"
        | "taiwaneseCounting"
        | "taiwaneseCountingThousand"
        | "japaneseCounting"
        | "ideographDigital"
        | "japaneseDigitalTenThousand" => chinese(number),
        "decimalEnclosedCircle" | "decimalEnclosedCircleChinese" => (1..=20)
            .contains(&number)
            .then(|| char::from_u32(0x2460 + number - 1))
            .flatten()
            .map_or_else(|| number.to_string(), String::from),
        "ideographTraditional" => cycle("甲乙丙丁戊己庚辛壬癸", number),
        "ideographZodiac" => cycle("子丑寅卯辰巳午未申酉戌亥", number),
        "decimalZero" => format!("{number:02}"),
        _ => number.to_string(),
    }
}

fn cycle(signs: &str, number: u32) -> String {
    let signs: Vec<char> = signs.chars().collect();
    let at = number.saturating_sub(1) as usize % signs.len().max(1);
    signs.get(at).map(char::to_string).unwrap_or_default()
}

fn roman(number: u32) -> String {
    let signs = [
        (1000, "M"),
        (900, "CM"),
        (500, "D"),
        (400, "CD"),
        (100, "C"),
        (90, "XC"),
        (50, "L"),
        (40, "XL"),
        (10, "X"),
        (9, "IX"),
        (5, "V"),
        (4, "IV"),
        (1, "I"),
    ];
    if number > 4_000 {
        return number.to_string();
    }
    let (mut left, mut written) = (number, String::new());
    for (value, sign) in signs {
        while left >= value {
            written.push_str(sign);
            left -= value;
        }
    }
    written
}

/// A number below ten thousand in Chinese signs: 十二, 一百零五.
fn chinese(number: u32) -> String {
    let signs: Vec<char> = "零一二三四五六七八九".chars().collect();
    let digit = |number: u32| signs.get(number as usize).copied().unwrap_or('零');
    if !(1..10_000).contains(&number) {
        return number.to_string();
    }
    let (mut written, mut is_gap) = (String::new(), false);
    for (value, unit) in [(1000, "千"), (100, "百"), (10, "十"), (1, "")] {
        let count = number / value % 10;
        if count == 0 {
            is_gap |= !written.is_empty();
            continue;
        }
        if is_gap {
            written.push('零');
            is_gap = false;
        }
        // twelve is 十二, not 一十二
        if !(value == 10 && count == 1 && written.is_empty()) {
            written.push(digit(count));
        }
        written.push_str(unit);
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_lists_write_them() {
        let cases = [
            ("decimal", 12, "12"),
            ("chineseCountingThousand", 12, "十二"),
            ("chineseCounting", 105, "一百零五"),
            ("chineseCounting", 20, "二十"),
            ("lowerRoman", 14, "xiv"),
            ("upperLetter", 28, "BB"),
            ("decimalEnclosedCircle", 3, "③"),
            ("ideographTraditional", 2, "乙"),
        ];
        for (format, number, written) in cases {
            assert_eq!(number_in(format, number), written, "{format}");
        }
    }

    #[test]
    fn deeper_levels_begin_anew() {
        let level = |format: &str, text: &str| Level {
            start: 1,
            format: format.to_owned(),
            text: text.to_owned(),
        };
        let mut levels = vec![level("chineseCounting", "第%1条"), level("decimal", "%1.%2")];
        levels.resize(LEVELS, Level::default());
        let mut numbering = Numbering::default();
        numbering.kinds.insert("0".to_owned(), levels);
        numbering.lists.insert("1".to_owned(), "0".to_owned());
        let written: Vec<String> = [0, 1, 1, 0, 1].map(|level| numbering.next("1", level)).into();
        assert_eq!(written, ["第一条", "一.1", "一.2", "第二条", "二.1"]);
        assert_eq!(numbering.next("7", 0), "");
    }
}
