//! The language of queries: what a person typed becomes what is looked for.
//!
//! Nothing typed is wrong. What is not understood as a quotation, an exclusion, a field, a date, a code or a
//! document number is text, and text is looked for.

use crate::identifiers::{fold_code, looks_like_code, normal_number};
use crate::pieces::{FieldName, Piece, split};
use crate::recognise::{self, Recognised};
use crate::units::{UnitKind, units};
use crate::words::words;

/// Longer queries are cut; a pasted page still fits.
const MAX_QUERY_CHARS: usize = 2_000;
/// More items than this are read as text that belongs together.
const MAX_ITEMS: usize = 24;
/// Plain text with more units than this is taken for a passage pasted from a record.
const PASSAGE_UNITS: usize = 40;

/// What a query looks for.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Query {
    /// All of these must hold.
    pub items: Vec<Item>,
    /// The plain text as one row, without quotations, exclusions and fields.
    pub plain: Vec<UnitKind>,
    /// `plain` is a passage of a text rather than words: its parts need not all be found.
    pub is_passage: bool,
}

/// One thing looked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// What.
    pub clause: Clause,
    /// It must not be there.
    pub excluded: bool,
    /// It is part of [`Query::plain`].
    pub is_plain: bool,
}

/// The kinds of things that can be looked for.
#[derive(Debug, Clone, PartialEq)]
pub enum Clause {
    /// Text somewhere in the record, or in one field.
    Text(TextClause),
    /// A date, in any calendar.
    Date {
        /// Tokens of the date field, any of which answers.
        tokens: Vec<String>,
        /// Canonical form, for people.
        label: String,
        /// How it was written: the text may say it in the same words.
        row: Vec<UnitKind>,
        /// Only the date of the record counts.
        field_only: bool,
    },
    /// A document number.
    Number {
        /// In its normal spelling, or as typed when it is none.
        text: String,
        /// Its units, for records that quote it.
        row: Vec<UnitKind>,
        /// Only the number of the record counts.
        field_only: bool,
    },
    /// An archival code or its beginning.
    Code {
        /// Folded, without the star.
        folded: String,
        /// Codes that begin so.
        prefix: bool,
        /// Its units, for records that mention it.
        row: Vec<UnitKind>,
        /// Only the codes of the record count.
        field_only: bool,
    },
    /// Years of arrangement, both included.
    Year {
        /// First year.
        from: Option<i32>,
        /// Last year.
        to: Option<i32>,
    },
    /// The value of a facet.
    Value {
        /// Name of the facet.
        facet: &'static str,
        /// Its value.
        value: String,
    },
}

/// Text looked for.
#[derive(Debug, Clone, PartialEq)]
pub struct TextClause {
    /// Where.
    pub field: TextField,
    /// As typed, for people.
    pub typed: String,
    /// The text as units.
    pub row: Vec<UnitKind>,
    /// Its words, of at least two units where possible; empty when the row must stand as it is.
    pub parts: Vec<Vec<UnitKind>>,
    /// It was quoted.
    pub quoted: bool,
}

/// Fields that text can be looked for in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextField {
    /// Everywhere.
    All,
    /// 题名.
    Title,
    /// 责任者.
    Author,
    /// 主题词, 人名, 地名.
    Subject,
}

/// Reads a query.
pub fn parse(typed: &str) -> Query {
    let mut bounded: String = typed.chars().take(MAX_QUERY_CHARS).collect();
    bounded.retain(|character| character != '\0');
    let pieces = split(&bounded);
    let mut query = Query::default();
    let mut plain = String::new();
    for piece in &pieces {
        match piece {
            Piece::Plain(text) => {
                if !plain.is_empty() {
                    plain.push(' ');
                }
                plain.push_str(text);
            }
            Piece::Quoted { text, excluded } => {
                query.push(text_clause(TextField::All, text, true), *excluded);
            }
            Piece::Field {
                field,
                value,
                quoted,
                excluded,
            } => {
                query.push(field.clause(value, *quoted), *excluded);
            }
            Piece::Excluded(text) => query.push(plain_clause(text), true),
        }
    }
    query.plain = units(&plain).map(|unit| unit.kind).collect();
    if query.plain.len() > PASSAGE_UNITS {
        query.is_passage = true;
    } else {
        query.push_plain(&plain);
    }
    query.items.truncate(MAX_ITEMS);
    query
}

impl Query {
    /// Nothing is looked for: everything is listed.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty() && self.plain.is_empty()
    }

    fn push(&mut self, clause: Option<Clause>, excluded: bool) {
        if let Some(clause) = clause {
            self.items.push(Item {
                clause,
                excluded,
                is_plain: false,
            });
        }
    }

    /// Cuts plain text at the dates and numbers in it, and what remains at spaces.
    fn push_plain(&mut self, plain: &str) {
        let mut done = 0;
        for found in recognise::all(plain) {
            self.push_words(&plain[done..found.start()]);
            done = found.end();
            self.push_plain_clause(recognised_clause(plain, found, false));
        }
        self.push_words(&plain[done..]);
    }

    fn push_words(&mut self, text: &str) {
        for word in text.split_whitespace() {
            self.push_plain_clause(plain_clause(word));
        }
    }

    fn push_plain_clause(&mut self, clause: Option<Clause>) {
        if let Some(clause) = clause {
            self.items.push(Item {
                clause,
                excluded: false,
                is_plain: true,
            });
        }
    }
}

fn recognised_clause(text: &str, found: Recognised, field_only: bool) -> Option<Clause> {
    let written = &text[found.start()..found.end()];
    let row = row(written);
    Some(match found {
        Recognised::Date { tokens, label, .. } => Clause::Date {
            tokens,
            label,
            row,
            field_only,
        },
        Recognised::Number { normalised, .. } => Clause::Number {
            text: normalised,
            row,
            field_only,
        },
    })
}

fn plain_clause(word: &str) -> Option<Clause> {
    if looks_like_code(word) {
        code_clause(word, false)
    } else {
        text_clause(TextField::All, word, false)
    }
}

fn code_clause(word: &str, field_only: bool) -> Option<Clause> {
    let stem = word.trim_end_matches(['*', '＊']);
    let folded = fold_code(stem);
    if folded.is_empty() {
        return None;
    }
    Some(Clause::Code {
        prefix: stem.len() < word.len(),
        row: row(stem),
        folded,
        field_only,
    })
}

fn text_clause(field: TextField, typed: &str, quoted: bool) -> Option<Clause> {
    let row = row(typed);
    if row.is_empty() {
        return None;
    }
    let parts = if quoted { Vec::new() } else { parts(typed) };
    Some(Clause::Text(TextClause {
        field,
        typed: typed.trim().to_owned(),
        row,
        parts,
        quoted,
    }))
}

fn row(text: &str) -> Vec<UnitKind> {
    units(text).map(|unit| unit.kind).collect()
}

/// Characters that join words and carry nothing alone.
const JOINING: &str = "的了在和与及等之于对为是有就也把被将从向其而以由所者";

/// The words of a text as rows, each a part of the text as it stands. A single character belongs to the word
/// behind it, so that the surname of a name is not lost; the last one to the word before it. Empty when there
/// is only one word.
fn parts(text: &str) -> Vec<Vec<UnitKind>> {
    let mut parts: Vec<Vec<UnitKind>> = Vec::new();
    let mut waiting: Vec<UnitKind> = Vec::new();
    let mut joined_to_last = false;
    for word in words(text) {
        let mut cut = row(&word);
        match cut.as_slice() {
            [] => {}
            [UnitKind::Single(character)] if JOINING.contains(*character) && waiting.is_empty() => {
                joined_to_last = false;
            }
            [UnitKind::Single(_)] => waiting.append(&mut cut),
            _ => {
                waiting.append(&mut cut);
                parts.push(std::mem::take(&mut waiting));
                joined_to_last = true;
            }
        }
    }
    match parts.last_mut() {
        Some(last) if joined_to_last => last.append(&mut waiting),
        _ if waiting.len() > 1 => parts.push(waiting),
        _ => {}
    }
    if parts.len() > 1 { parts } else { Vec::new() }
}

impl FieldName {
    /// A value that does not fit its field is text.
    fn clause(self, value: &str, quoted: bool) -> Option<Clause> {
        match self {
            Self::Text(field) => text_clause(field, value, quoted),
            Self::Code => code_clause(value, true),
            Self::Number => {
                let text = normal_number(value);
                Some(Clause::Number {
                    text,
                    row: row(value),
                    field_only: true,
                })
            }
            Self::Date => match recognise::all(value).into_iter().find(Recognised::is_date) {
                Some(found) => recognised_clause(value, found, true),
                None => text_clause(TextField::All, value, quoted),
            },
            Self::Year => year_clause(value).or_else(|| text_clause(TextField::All, value, quoted)),
            Self::Facet(facet) => Some(Clause::Value {
                facet,
                value: value.trim().to_owned(),
            }),
        }
    }
}

/// `1981`, `1981..1985`, `1981-1985`, `1981..`, `..1985`, also with 年 and full-width digits.
fn year_clause(value: &str) -> Option<Clause> {
    let folded: String = crate::fold::fold(value)
        .chars()
        .filter(|c| !matches!(c, '年' | ' '))
        .collect();
    let cut = ["..", "…", "~", "至", "—", "-"]
        .into_iter()
        .find_map(|sign| folded.split_once(sign));
    let year = |text: &str| -> Option<Option<i32>> {
        let text = text.trim_matches(['.', '-', '—', '…']);
        if text.is_empty() {
            return Some(None);
        }
        (text.len() <= 4).then(|| text.parse().ok()).flatten().map(Some)
    };
    let (from, to) = match cut {
        Some((from, to)) => (year(from)?, year(to)?),
        None => {
            let one = year(&folded)?;
            (one, one)
        }
    };
    if from.is_none() && to.is_none() {
        return None;
    }
    Some(match (from, to) {
        (Some(first), Some(last)) if first > last => Clause::Year {
            from: Some(last),
            to: Some(first),
        },
        _ => Clause::Year { from, to },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(typed: &str) -> String {
        parse(typed).to_string()
    }

    #[test]
    fn words_quotations_exclusions_and_fields_are_told_apart() {
        assert_eq!(read("粮食 收购"), "text:粮食 text:收购");
        assert_eq!(
            read("粮食 -奖售 \"国务院 通知\""),
            "-text:奖售 text:\"国务院 通知\" text:粮食"
        );
        assert_eq!(
            read("题名:粮食 责任者：“国务院办公厅”"),
            "title:粮食 author:\"国务院办公厅\""
        );
        assert_eq!(read("年度:1981..1985 全宗:J001"), "year:1981..1985 fonds:J001");
        assert_eq!(read("年度：１９８５年"), "year:1985");
        assert_eq!(read("year:..1949"), "year:..1949");
    }

    #[test]
    fn codes_are_read_with_either_dot_and_a_star() {
        assert_eq!(read("Ｑ００７－ＷＳ．２０１９＊"), "code:Q007-WS·2019*");
        assert_eq!(
            read("档号:J001-WS·1981-Y-BGT-0001"),
            "code:J001-WS·1981-Y-BGT-0001"
        );
    }

    #[test]
    fn what_is_not_understood_is_text() {
        assert_eq!(read("\"粮食"), "text:\"粮食");
        assert_eq!(read("年度:abc"), "text:abc");
        assert_eq!(read("关于“粮食”的通知"), "text:关于“粮食”的通知");
        assert_eq!(read("比例:三比一"), "text:比例:三比一");
        assert_eq!(read("- -- \"\" ：:"), "");
        assert!(parse(" 　\n").is_empty());
    }

    #[test]
    fn dates_are_read_in_every_calendar() {
        for typed in [
            "1911-12-05",
            "1911年12月5日",
            "宣统三年十月十五日",
            "日期:1911.12.5",
        ] {
            assert_eq!(read(typed), "date:1911-12-05", "{typed}");
        }
        assert_eq!(read("1981年 粮食"), "date:1981 text:粮食");
        assert_eq!(read("1981年关于粮食的通知"), "date:1981 text:关于粮食的通知");
    }

    #[test]
    fn document_numbers_are_read_in_every_spelling() {
        for typed in [
            "国发〔1981〕88号",
            "國發[1981]88號",
            "国发（１９８１）第88号",
            "文号:国发[1981]88号",
        ] {
            let shown = read(typed);
            assert!(
                shown.starts_with("document_number:") && shown.ends_with("〔1981〕88号"),
                "{shown}"
            );
        }
        assert_eq!(
            read("粮食 国发〔1981〕88号"),
            "text:粮食 document_number:国发〔1981〕88号"
        );
    }

    #[test]
    fn a_surname_stays_with_its_name() {
        let Some(Item {
            clause: Clause::Text(text),
            ..
        }) = parse("王小明婚姻登记").items.pop()
        else {
            panic!("text expected");
        };
        let shown: Vec<usize> = text.parts.iter().map(Vec::len).collect();
        assert!(shown.iter().all(|length| *length > 1), "{shown:?}");
        assert_eq!(shown.iter().sum::<usize>(), 7);
    }

    proptest! {
        #[test]
        fn the_parts_of_a_text_stand_in_it(typed in "[关于粮食的收购和价王小明一，]{1,20}") {
            let whole = row(&typed);
            for part in parts(&typed) {
                prop_assert!(whole.windows(part.len()).any(|window| window == part), "{:?}", part);
            }
        }
    }

    #[test]
    fn a_pasted_passage_is_read_as_one() {
        let query = parse(&"家中已收，倒在家借银与人颇多。".repeat(6));
        assert!(query.is_passage && query.items.is_empty());
    }

    proptest! {
        #[test]
        fn nothing_typed_is_an_error(typed in "\\PC{0,80}") {
            let _ = parse(&typed).to_string();
        }

        #[test]
        fn signs_of_the_language_in_any_order_are_read(typed in "[-\"“”「」:： *年度题名档号日期文0-9〔〕.粮食A]{0,40}") {
            let query = parse(&typed);
            prop_assert!(query.items.len() <= MAX_ITEMS);
            let _ = query.to_string();
        }
    }
}
