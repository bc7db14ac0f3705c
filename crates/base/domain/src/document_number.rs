//! Document number (文号, 发文字号): agency word, year, number, as 国发〔1981〕88号 (GB/T 9704-2012 7.2.5).

use crate::date::numerals;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// Longest agency word that is looked for, in characters.
const LONGEST_AGENCY: usize = 16;

/// Words of the running text that stand before an agency word and do not belong to it.
const BEFORE_AGENCY: [&str; 27] = [
    "根据", "依据", "按照", "依照", "参照", "遵照", "贯彻", "落实", "执行", "印发", "转发", "批转", "下发",
    "发布", "废止", "修订", "关于", "文件", "通知", "文号", "编号", "详见", "的", "和", "与", "及", "或",
];

/// Words that do so only where the run of characters begins: inside they are part of agency words, as in 国经贸.
const AT_THE_START: [&str; 6] = ["见", "以", "按", "由", "将", "即"];

/// A document number, normalised: brackets 〔〕, half-width digits without zeros in front, 第 only in orders.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct DocumentNumber {
    agency: String,
    year: Option<u16>,
    number: u32,
}

/// Why a text is no document number.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no document number, such as 国发〔1981〕88号")]
pub struct DocumentNumberError(pub String);

impl DocumentNumberError {
    /// Stable name for programs.
    pub fn code(&self) -> &'static str {
        "document_number.not_understood"
    }
}

/// A document number found in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundDocumentNumber {
    /// First byte in the text.
    pub start: usize,
    /// The byte behind its last.
    pub end: usize,
    /// First character (Unicode code point).
    pub start_char: usize,
    /// The character behind its last.
    pub end_char: usize,
    /// What it is.
    pub number: DocumentNumber,
}

impl DocumentNumber {
    /// The agency word (发文机关代字) as 国发 or 国令.
    pub fn agency(&self) -> &str {
        &self.agency
    }

    /// The year; `None` in orders numbered through, as 国令第706号.
    pub fn year(&self) -> Option<u16> {
        self.year
    }

    /// The number.
    pub fn number(&self) -> u32 {
        self.number
    }

    /// The one spelling that all spellings become; the same as `Display`.
    pub fn normalised(&self) -> String {
        self.to_string()
    }
}

impl fmt::Display for DocumentNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.year {
            Some(year) => write!(f, "{}〔{year}〕{}号", self.agency, self.number),
            None => write!(f, "{}第{}号", self.agency, self.number),
        }
    }
}

/// Finds the document numbers in a text, in order. In running text the agency word is taken back to the nearest
/// punctuation or to a word such as 根据, which does not belong to it.
pub fn find_document_numbers(text: &str) -> Vec<FoundDocumentNumber> {
    let chars: Vec<char> = text.chars().map(fold).collect();
    let offsets: Vec<usize> = text
        .char_indices()
        .map(|(at, _)| at)
        .chain([text.len()])
        .collect();
    let mut found = Vec::new();
    let mut free_from = 0;
    let mut at = 0;
    while at < chars.len() {
        let read = core_at(&chars, at).and_then(|core| {
            let start = agency_start(&chars, free_from, at);
            let agency: String = chars
                .get(start..core.agency_end)?
                .iter()
                .filter(|c| **c != ' ')
                .collect();
            let letters = agency.chars().count();
            let (start_byte, end_byte) = (*offsets.get(start)?, *offsets.get(core.end)?);
            (letters > 0 && agency != "令").then_some(FoundDocumentNumber {
                start: start_byte,
                end: end_byte,
                start_char: start,
                end_char: core.end,
                number: DocumentNumber {
                    agency,
                    year: core.year,
                    number: core.number,
                },
            })
        });
        match read {
            Some(number) => {
                at = number.end_char;
                free_from = at;
                found.push(number);
            }
            None => at += 1,
        }
    }
    found
}

/// Year and number, read from the first bracket, the year's first digit, or 令.
struct Core {
    agency_end: usize,
    year: Option<u16>,
    number: u32,
    end: usize,
}

fn core_at(chars: &[char], at: usize) -> Option<Core> {
    match chars.get(at)? {
        '〔' => {
            let (year, after) = digits(chars, blanks(chars, at + 1), 4)?;
            let after = skip(chars, after, '年').unwrap_or(after);
            let after = skip(chars, blanks(chars, after), '〕')?;
            let (number, end) = serial(chars, after)?;
            Some(Core {
                agency_end: at,
                year: Some(full_year(year, chars, at)?),
                number,
                end,
            })
        }
        // 国发1981年88号: only behind an agency word that ends like one.
        '0'..='9' if at > 0 && chars.get(at - 1).is_some_and(|c| "发函办字文电".contains(*c)) => {
            let (year, after) = digits(chars, at, 4)?;
            let after = skip(chars, after, '年').or_else(|| skip(chars, after, ' '))?;
            let (number, end) = serial(chars, after)?;
            let year = u16::try_from(year)
                .ok()
                .filter(|year| (1900..=2999).contains(year))?;
            Some(Core {
                agency_end: at,
                year: Some(year),
                number,
                end,
            })
        }
        '令' => {
            let after = skip(chars, blanks(chars, at + 1), '第')?;
            let (number, end) = serial(chars, after)?;
            Some(Core {
                agency_end: at + 1,
                year: None,
                number,
                end,
            })
        }
        _ => None,
    }
}

/// Four digits, or two of the twentieth century as old documents write them: 国发(81)88号.
fn full_year(year: u32, chars: &[char], bracket: usize) -> Option<u16> {
    let start = blanks(chars, bracket + 1);
    let width = chars
        .get(start..)?
        .iter()
        .take_while(|c| c.is_ascii_digit())
        .count();
    let year = u16::try_from(year).ok()?;
    match width {
        4 => Some(year).filter(|year| (1000..=2999).contains(year)),
        2 => Some(1900 + year),
        _ => None,
    }
}

/// 第? digits 号.
fn serial(chars: &[char], at: usize) -> Option<(u32, usize)> {
    let at = blanks(chars, at);
    let at = skip(chars, at, '第').map_or(at, |after| blanks(chars, after));
    let (number, after) = digits(chars, at, 6)?;
    let end = skip(chars, blanks(chars, after), '号')?;
    (number > 0).then_some((number, end))
}

fn digits(chars: &[char], at: usize, most: usize) -> Option<(u32, usize)> {
    let run = chars.get(at..)?.iter().take_while(|c| c.is_ascii_digit()).count();
    if run == 0 || run > most {
        return None;
    }
    let text: String = chars.get(at..at + run)?.iter().collect();
    Some((text.parse().ok()?, at + run))
}

fn agency_start(chars: &[char], free_from: usize, end: usize) -> usize {
    let mut start = end;
    // One blank may stand before the bracket.
    while start > free_from && chars.get(start - 1) == Some(&' ') && end - start < 2 {
        start -= 1;
    }
    let trimmed = start;
    while start > free_from
        && trimmed - start < LONGEST_AGENCY
        && chars.get(start - 1).is_some_and(|c| is_word(*c))
    {
        start -= 1;
    }
    let run: Vec<char> = chars.get(start..trimmed).unwrap_or_default().to_vec();
    let stands = |word: &str, place: usize| {
        word.chars()
            .enumerate()
            .all(|(n, c)| run.get(place + n) == Some(&c))
    };
    let mut cut = 0;
    for place in 0..run.len() {
        // 中华人民共和国 is one word.
        if place > 0 && run.get(place - 1) == Some(&'共') {
            continue;
        }
        let words = BEFORE_AGENCY
            .iter()
            .chain(AT_THE_START.iter().filter(|_| place == 0));
        let past = words
            .filter(|word| stands(word, place))
            .map(|word| place + word.chars().count())
            .max();
        // Something of the agency must be left.
        cut = past
            .filter(|past| *past < run.len())
            .map_or(cut, |past| cut.max(past));
    }
    start + cut
}

fn is_word(c: char) -> bool {
    c.is_alphabetic() && numerals::digit(c).is_none()
}

fn skip(chars: &[char], at: usize, wanted: char) -> Option<usize> {
    (chars.get(at) == Some(&wanted)).then_some(at + 1)
}

fn blanks(chars: &[char], mut at: usize) -> usize {
    while chars.get(at) == Some(&' ') {
        at += 1;
    }
    at
}

/// Width, brackets, blanks and the traditional 號, 發.
fn fold(c: char) -> char {
    match c {
        '［' | '[' | '(' | '（' | '【' | '〖' | '﹝' => '〔',
        '］' | ']' | ')' | '）' | '】' | '〗' | '﹞' => '〕',
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c),
        '\u{3000}' | '\u{A0}' | '\t' => ' ',
        '號' => '号',
        '發' => '发',
        other => other,
    }
}

impl FromStr for DocumentNumber {
    type Err = DocumentNumberError;

    /// Reads a text that is nothing but a document number, in any of its spellings.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let error = || DocumentNumberError(text.chars().take(100).collect());
        let chars: Vec<char> = text.trim().chars().map(fold).collect();
        for at in 0..chars.len().min(40) {
            let Some(core) = core_at(&chars, at).filter(|core| core.end == chars.len()) else {
                continue;
            };
            let agency: String = chars
                .iter()
                .take(core.agency_end)
                .filter(|c| **c != ' ')
                .collect();
            let sound = !agency.is_empty() && agency != "令" && agency.chars().all(is_word);
            if sound {
                return Ok(Self {
                    agency,
                    year: core.year,
                    number: core.number,
                });
            }
        }
        Err(error())
    }
}

impl TryFrom<String> for DocumentNumber {
    type Error = DocumentNumberError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<DocumentNumber> for String {
    fn from(number: DocumentNumber) -> Self {
        number.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_spellings_are_one_number() {
        for text in [
            "国发〔1981〕88号",
            "国发［1981］88号",
            "国发[1981]88号",
            "国发(1981)88号",
            "国发（1981）第88号",
            "国发【１９８１】８８号",
            "国发 〔1981〕 88 号",
            "國發〔1981〕88號".replace('國', "国").as_str(),
            "国发(81)88号",
            "国发1981年88号",
            "国发〔1981〕088号",
        ] {
            assert_eq!(
                text.parse::<DocumentNumber>().unwrap().normalised(),
                "国发〔1981〕88号",
                "{text}"
            );
        }
        assert_eq!(
            "国令第706号".parse::<DocumentNumber>().unwrap().normalised(),
            "国令第706号"
        );
        assert_eq!(
            "国办发明电〔2018〕15号"
                .parse::<DocumentNumber>()
                .unwrap()
                .agency(),
            "国办发明电"
        );
        for wrong in [
            "",
            "88号",
            "〔1981〕88号",
            "国发〔1981〕号",
            "国发〔1981〕0号",
            "国发〔19811〕88号",
            "令第1号",
            "第88号",
        ] {
            assert_eq!(
                wrong.parse::<DocumentNumber>().unwrap_err().code(),
                "document_number.not_understood",
                "{wrong}"
            );
        }
    }

    #[test]
    fn agency_words_keep_what_looks_like_running_text() {
        for (text, number) in [
            ("《中华人民共和国交通部令第8号》", "中华人民共和国交通部令第8号"),
            ("见国经贸〔1999〕12号", "国经贸〔1999〕12号"),
            ("贯彻外经贸发〔1999〕12号文件的通知", "外经贸发〔1999〕12号"),
            ("发改农经〔2004〕1933号", "发改农经〔2004〕1933号"),
        ] {
            let found: Vec<String> = find_document_numbers(text)
                .iter()
                .map(|one| one.number.to_string())
                .collect();
            assert_eq!(found, [number], "{text}");
        }
    }

    #[test]
    fn numbers_are_found_in_running_text_without_the_words_before_them() {
        let text = "根据国发〔1981〕88号和国办函（1996）14号，按照国务院令第706号办理，电话〔2018〕无。";
        let found = find_document_numbers(text);
        let names: Vec<String> = found.iter().map(|one| one.number.to_string()).collect();
        assert_eq!(
            names,
            ["国发〔1981〕88号", "国办函〔1996〕14号", "国务院令第706号"]
        );
        for one in &found {
            let chars: String = text
                .chars()
                .skip(one.start_char)
                .take(one.end_char - one.start_char)
                .collect();
            assert_eq!(text[one.start..one.end], chars);
        }
    }
}
