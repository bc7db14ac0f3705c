//! A query cut at its spaces: quotations, exclusions, fields and plain text.

use crate::query::TextField;

/// A piece of a query.
pub enum Piece {
    /// Plain text.
    Plain(String),
    /// Text in quotation marks.
    Quoted {
        /// What stands between the marks.
        text: String,
        /// A minus stands before it.
        excluded: bool,
    },
    /// A value for one field.
    Field {
        /// Which.
        field: FieldName,
        /// The value, not empty.
        value: String,
        /// It stands in quotation marks.
        quoted: bool,
        /// A minus stands before it.
        excluded: bool,
    },
    /// Plain text with a minus before it.
    Excluded(String),
}

const QUOTES: [(char, char); 5] = [('"', '"'), ('＂', '＂'), ('“', '”'), ('「', '」'), ('『', '』')];

/// Cuts a query at its spaces, leaving quotations whole. Quotation marks in the middle of a text are
/// punctuation: a pasted sentence has them too.
pub fn split(query: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut rest = query.trim_start();
    while !rest.is_empty() {
        let (piece, after) = take_piece(rest);
        pieces.push(piece);
        rest = after.trim_start();
    }
    pieces
}

fn take_piece(text: &str) -> (Piece, &str) {
    let (excluded, begun) = match text.strip_prefix(['-', '－', '−']) {
        Some(rest) if rest.starts_with(|c: char| !c.is_whitespace() && !matches!(c, '-' | '－')) => {
            (true, rest)
        }
        _ => (false, text),
    };
    if let Some((inside, after)) = take_quoted(begun) {
        return (
            Piece::Quoted {
                text: inside.to_owned(),
                excluded,
            },
            after,
        );
    }
    let end = begun.find(char::is_whitespace).unwrap_or(begun.len());
    if let Some(colon) = begun[..end].find([':', '：'])
        && let Some(field) = FieldName::read(&begun[..colon])
    {
        let value_at = colon + begun[colon..].chars().next().map_or(1, char::len_utf8);
        let value = &begun[value_at..];
        if let Some((inside, after)) = take_quoted(value) {
            return (
                Piece::Field {
                    field,
                    value: inside.to_owned(),
                    quoted: true,
                    excluded,
                },
                after,
            );
        }
        let value = &begun[value_at..end];
        if value.chars().any(char::is_alphanumeric) {
            return (
                Piece::Field {
                    field,
                    value: value.to_owned(),
                    quoted: false,
                    excluded,
                },
                &begun[end..],
            );
        }
    }
    let word = begun[..end].to_owned();
    (
        if excluded {
            Piece::Excluded(word)
        } else {
            Piece::Plain(word)
        },
        &begun[end..],
    )
}

/// A quotation at the beginning of a text that ends before a space or the end.
fn take_quoted(text: &str) -> Option<(&str, &str)> {
    let first = text.chars().next()?;
    let (_, closing) = QUOTES.into_iter().find(|(opening, _)| *opening == first)?;
    let inside = &text[first.len_utf8()..];
    let end = inside.find(closing)?;
    let after = &inside[end + closing.len_utf8()..];
    let ends_here = after.chars().next().is_none_or(char::is_whitespace);
    let holds_something = inside[..end].chars().any(char::is_alphanumeric);
    (ends_here && holds_something).then_some((&inside[..end], after))
}

/// The fields that can be named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldName {
    /// A field of text.
    Text(TextField),
    /// 文号.
    Number,
    /// 档号.
    Code,
    /// 日期.
    Date,
    /// 年度.
    Year,
    /// The facet of this name.
    Facet(&'static str),
}

impl FieldName {
    fn read(name: &str) -> Option<Self> {
        let folded = crate::fold::fold(name);
        Some(match folded.as_str() {
            "题名" | "标题" | "title" => Self::Text(TextField::Title),
            "责任者" | "作者" | "author" => Self::Text(TextField::Author),
            "主题词" | "关键词" | "人名" | "地名" | "subject" => Self::Text(TextField::Subject),
            "全文" | "正文" | "text" => Self::Text(TextField::All),
            "文号" | "文件编号" | "发文字号" | "number" => Self::Number,
            "档号" | "code" => Self::Code,
            "日期" | "时间" | "date" => Self::Date,
            "年度" | "年份" | "year" => Self::Year,
            "全宗" | "全宗号" | "fonds" => Self::Facet("fonds"),
            "门类" | "类别" | "category" => Self::Facet("category"),
            "保管期限" | "期限" | "retention" => Self::Facet("retention"),
            "开放状态" | "status" => Self::Facet("open_status"),
            "载体" | "carrier" => Self::Facet("carrier"),
            _ => return None,
        })
    }
}
