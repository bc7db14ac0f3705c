//! A document as the table looks at it.

use super::error::FilingError;
use jiff::civil::Date;
use lantai_formats::catalogue::{CatalogueReader, CatalogueRow, ColumnRules};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::io::Cursor;

/// Headings of sheets, for tables and for lists of documents.
pub(super) const COLUMNS: &str = include_str!("../../../../../rules/filing-columns.toml");

/// Which way a document went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// 收文.
    Received,
    /// 发文.
    Sent,
    /// 内部.
    Internal,
}

impl Direction {
    /// Identifier used in interfaces.
    pub fn name(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Sent => "sent",
            Self::Internal => "internal",
        }
    }

    /// Reads the identifier or the Chinese word.
    pub fn read(text: &str) -> Option<Self> {
        match text.trim() {
            "received" | "收文" | "收" | "来文" => Some(Self::Received),
            "sent" | "发文" | "发" => Some(Self::Sent),
            "internal" | "内部" => Some(Self::Internal),
            _ => None,
        }
    }
}

/// What is known of a document before it is filed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Document {
    /// By what its owner knows it again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// 题名.
    pub title: String,
    /// 文种.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub document_type: Option<String>,
    /// 责任者.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub author: Option<String>,
    /// 承办部门.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub department: Option<String>,
    /// Which way it went.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub direction: Option<Direction>,
    /// 文号.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub document_number: Option<String>,
    /// Day of formation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date: Option<Date>,
    /// Year of formation, where the day is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub year: Option<i16>,
    /// 全宗号.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fonds: Option<String>,
    /// Circumstances, such as `importance` = `high`, `host` = `own`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub facts: BTreeMap<String, String>,
}

impl Document {
    /// A document of which only the title is known.
    pub fn titled(title: &str) -> Self {
        Self {
            title: title.to_owned(),
            ..Self::default()
        }
    }

    /// The day by which its table is found: its own, or the middle of its year.
    pub fn day(&self) -> Option<Date> {
        self.date
            .or_else(|| self.year.and_then(|year| Date::new(year, 7, 1).ok()))
    }

    /// Its type: the one that is given, else the last word of its title where that is one (关于……的请示).
    pub fn kind(&self) -> Option<&str> {
        let given = self
            .document_type
            .as_deref()
            .map(str::trim)
            .filter(|kind| !kind.is_empty());
        given.or_else(|| {
            let title = self.title.trim().trim_end_matches(['》', '”', '"']);
            KINDS.into_iter().find(|kind| title.ends_with(kind))
        })
    }
}

/// Document types (文种) of party and government bodies (GB/T 9704) and others that titles end with, the longer first.
const KINDS: [&str; 22] = [
    "复函", "批复", "请示", "报告", "通知", "通报", "决定", "决议", "意见", "公告", "通告", "公报", "议案",
    "纪要", "命令", "规定", "办法", "计划", "总结", "简报", "函", "令",
];

/// `key=value; key=value` of a cell.
pub(super) fn facts_of(text: &str) -> BTreeMap<String, String> {
    let pairs = text
        .split([';', '；', '\n'])
        .filter_map(|pair| pair.split_once(['=', '＝', '：', ':']));
    pairs
        .map(|(key, value)| (key.trim().to_owned(), value.trim().to_owned()))
        .collect()
}

/// The column rules of one kind of sheet.
pub(super) fn columns(kind: &str) -> Result<ColumnRules, FilingError> {
    let all: BTreeMap<String, toml::Table> = toml::from_str(COLUMNS)?;
    let text = all
        .get(kind)
        .map(toml::to_string)
        .transpose()?
        .unwrap_or_default();
    Ok(ColumnRules::from_toml(&text).map_err(lantai_formats::catalogue::CatalogueError::from)?)
}

/// Reads documents from a sheet: CSV in any encoding, Excel, or JSON Lines. A row that cannot be read is told with its
/// line; the others go on.
pub fn read_documents(
    name: &str,
    bytes: Vec<u8>,
) -> Result<impl Iterator<Item = Result<Document, FilingError>>, FilingError> {
    let reader = CatalogueReader::from_reader(name, Cursor::new(bytes), columns("document")?)?;
    Ok(reader.map(|row| match row {
        Ok(row) => document_of(&row),
        Err(source) => Err(FilingError::SheetLine {
            line: source.line(),
            source,
        }),
    }))
}

fn document_of(row: &CatalogueRow) -> Result<Document, FilingError> {
    let text = |element: &str| row.get(element).map(str::to_owned);
    let wrong = |what: &str| FilingError::row(format!("line {}", row.line), what.to_owned());
    let direction = match row.get("direction") {
        Some(word) => {
            Some(Direction::read(word).ok_or_else(|| wrong("the direction is 收文, 发文 or 内部"))?)
        }
        None => None,
    };
    let date = match row.get("date") {
        Some(day) => {
            Some(read_day(day).ok_or_else(|| wrong("the date is written as 2026-03-31 or 20260331"))?)
        }
        None => None,
    };
    let year = match row.get("year") {
        Some(year) => Some(
            year.trim_end_matches('年')
                .parse()
                .map_err(|_| wrong("the year is four digits"))?,
        ),
        None => None,
    };
    Ok(Document {
        reference: text("reference"),
        title: text("archival_code").unwrap_or_default(),
        document_type: text("document_type"),
        author: text("author"),
        department: text("department"),
        direction,
        document_number: text("document_number"),
        date,
        year,
        fonds: text("fonds"),
        facts: row.get("facts").map(facts_of).unwrap_or_default(),
    })
}

fn read_day(text: &str) -> Option<Date> {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    if text.contains('-') {
        return text.parse().ok();
    }
    let number = |range: std::ops::Range<usize>| digits.get(range)?.parse::<i16>().ok();
    let (year, month, day) = (number(0..4)?, number(4..6)?, number(6..8)?);
    Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_documents_is_read_in_whatever_encoding() {
        let text = "题名,文种,收发,日期,年度,事实\r\n关于修建石门渠的请示,请示,发文,2020-03-02,,importance=high；host=own\r\n关于放假的通知,,收文,20200102,2020,\r\n坏,,横,,,\r\n";
        let (gbk, _, _) = encoding_rs::GB18030.encode(text);
        for bytes in [text.as_bytes().to_vec(), gbk.into_owned()] {
            let documents: Vec<_> = read_documents("来文.csv", bytes).unwrap().collect();
            let first = documents[0].as_ref().unwrap();
            assert_eq!(first.title, "关于修建石门渠的请示");
            assert_eq!(first.facts["importance"], "high");
            assert_eq!(first.day().unwrap().to_string(), "2020-03-02");
            assert_eq!(
                documents[1].as_ref().unwrap().day().unwrap().to_string(),
                "2020-01-02"
            );
            assert!(documents[2].as_ref().unwrap_err().to_string().contains("line 4"));
        }
    }

    #[test]
    fn the_type_of_a_document_is_the_last_word_of_its_title() {
        assert_eq!(Document::titled("关于修建石门渠的请示").kind(), Some("请示"));
        assert_eq!(
            Document::titled("关于转发《管理办法》的通知").kind(),
            Some("通知")
        );
        assert_eq!(Document::titled("石门渠").kind(), None);
    }
}
