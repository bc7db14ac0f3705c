//! Archival code (档号): the identifier of one record for ever (DA/T 13-2022, DA/T 22-2015, DA/T 13-1994).

mod error;
mod parse;
mod rules;

pub use error::{CodeError, CodeErrorKind, CodeWarning};
pub use parse::normalise;
pub use rules::{CodeRules, CodeTemplate, CodeTemplateError};

use crate::retention::Retention;
use rules::Token;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// The last year that a code accepted before may name: four digits hold no more.
const LAST_YEAR: u16 = 9999;

/// Which rule a code is written by. One is never rewritten into another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CodeForm {
    /// DA/T 13-2022: `Q007-WS·2019·D30·BGS-0001`.
    Modern,
    /// DA/T 22-2015, documents by item: `Z001-WS·2015-Y-BGS-0001`.
    ByItem2015,
    /// Old fonds: catalogue, file, item: `B003-001-002-003`.
    Old,
}

/// What a component of the class number is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ComponentKind {
    /// 年度.
    Year,
    /// 保管期限代码.
    Retention,
    /// Second to fourth level class, project.
    Sub,
    /// 机构 (问题): stands after the year or the retention period, or is Chinese.
    Organisation,
}

/// A component of the class number (类别号) after the category.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Component {
    kind: ComponentKind,
    text: String,
}

/// Where in a code something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CodePart {
    /// The code as a whole.
    Whole,
    /// 全宗号.
    Fonds,
    /// 门类.
    Category,
    /// The n-th component, from 1, the category being the first.
    Component(usize),
    /// 年度.
    Year,
    /// 保管期限.
    Retention,
    /// 机构 (问题).
    Organisation,
    /// 案卷号, 件号 and the like, the n-th from 1.
    Number(usize),
}

impl fmt::Display for CodePart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole => f.write_str("whole"),
            Self::Fonds => f.write_str("fonds number"),
            Self::Category => f.write_str("category"),
            Self::Component(n) => write!(f, "component {n}"),
            Self::Year => f.write_str("year"),
            Self::Retention => f.write_str("retention period"),
            Self::Organisation => f.write_str("organisation or subject"),
            Self::Number(n) => write!(f, "number {n}"),
        }
    }
}

/// An archival code (档号) such as `Q007-WS·2019·D30·BGS-0001`.
///
/// Holding one means it was parsed; `Display` is the normalised spelling, which is the stored one.
/// Equal codes have equal spellings: a code with other zeros in front is another code.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ArchivalCode {
    fonds: String,
    form: CodeForm,
    /// `None` in the old form only.
    category: Option<String>,
    components: Vec<Component>,
    numbers: Vec<String>,
}

impl ArchivalCode {
    /// Reads a code and checks it against the rules of the archive.
    pub fn parse(text: &str, rules: &CodeRules) -> Result<Self, CodeError> {
        parse::parse(text, rules)
    }

    /// 全宗号, such as `Q007`.
    pub fn fonds(&self) -> &str {
        &self.fonds
    }

    /// Which rule it is written by.
    pub fn form(&self) -> CodeForm {
        self.form
    }

    /// 档案门类代码, such as `WS`; `None` in the old form.
    pub fn category(&self) -> Option<&str> {
        self.category.as_deref()
    }

    /// 年度; `None` when the code names none or says 0000.
    pub fn year(&self) -> Option<u16> {
        self.component(ComponentKind::Year)
            .and_then(|text| text.parse().ok())
            .filter(|year| *year > 0)
    }

    /// 保管期限; `None` when the code names none.
    pub fn retention(&self) -> Option<Retention> {
        self.component(ComponentKind::Retention)
            .and_then(Retention::from_code)
    }

    /// 机构 (问题), such as `BGS`, `003` or 办公室; `None` when the code names none.
    pub fn organisation(&self) -> Option<&str> {
        self.component(ComponentKind::Organisation)
    }

    /// Second to fourth level class and project, outermost first.
    pub fn sub_classes(&self) -> impl Iterator<Item = &str> {
        self.components
            .iter()
            .filter(|one| one.kind == ComponentKind::Sub)
            .map(|one| one.text.as_str())
    }

    /// 目录号 of the old form.
    pub fn catalogue_number(&self) -> Option<u32> {
        match self.form {
            CodeForm::Old => self.number(0),
            CodeForm::Modern | CodeForm::ByItem2015 => None,
        }
    }

    /// 案卷号, 组号 or 册号. A single number counts as one where the class has no year, as `R012-KJ·KY·08-003`.
    pub fn file_number(&self) -> Option<u32> {
        match (self.form, self.numbers.len()) {
            (CodeForm::Old, _) => self.number(1),
            (CodeForm::Modern, 2) => self.number(0),
            (CodeForm::Modern, _) if !self.has_year() => self.number(0),
            _ => None,
        }
    }

    /// 件号 or 页号; `None` when the code names a whole file.
    pub fn item_number(&self) -> Option<u32> {
        match (self.form, self.numbers.len()) {
            (CodeForm::Old, 3) => self.number(2),
            (CodeForm::Old, _) => None,
            (CodeForm::Modern, 2) => self.number(1),
            (CodeForm::Modern, _) if !self.has_year() => None,
            _ => self.number(0),
        }
    }

    /// What is worth a look though the code is accepted.
    pub fn warnings(&self) -> Vec<CodeWarning> {
        let unknown = self.has_year() && self.year().is_none();
        unknown.then_some(CodeWarning::YearUnknown).into_iter().collect()
    }

    /// Everything before the last number: codes with the same group are numbered together.
    pub fn group(&self) -> String {
        let whole = self.to_string();
        whole
            .rsplit_once('-')
            .map_or_else(|| whole.clone(), |(group, _)| group.to_owned())
    }

    /// A text that sorts as archives list: level by level, numbers as numbers, `Y` before `D30` before `D10`.
    ///
    /// Compare bytewise. Codes that differ only in zeros in front have the same key.
    pub fn sort_key(&self) -> String {
        // Blank and exclamation mark sort before everything a code may hold.
        let mut key = self.fonds.clone();
        for token in self.tokens() {
            key.push(if token.joined_by == '-' { ' ' } else { '!' });
            match token.kind {
                Some(ComponentKind::Retention) => {
                    // Lower case occurs in no code, so that no sub-class has the same key.
                    let rank = Retention::from_code(token.text).map_or(u8::MAX, Retention::rank);
                    key.push_str(&format!("r{rank:03}"));
                }
                _ if token.text.bytes().all(|byte| byte.is_ascii_digit()) => {
                    key.push_str(&format!("{:0>6}", token.text));
                }
                _ => key.push_str(token.text),
            }
        }
        key
    }

    /// Whether a partial code such as `Q007-WS·2019*` or `q007-ws.2019` names this code or a level above it.
    pub fn matches_partial(&self, query: &str) -> bool {
        let Some(prefix) = Self::partial(query) else {
            return false;
        };
        let whole = self.to_string();
        whole
            .strip_prefix(&prefix)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(['-', '·']))
    }

    /// The start of codes that a person asked for, normalised: full width folded, capital letters, full stop and
    /// underline as `·`, without a star or separator at its end. `None` when nothing is left.
    pub fn partial(query: &str) -> Option<String> {
        let text = normalise(query).to_uppercase().replace(['.', '_', '。'], "·");
        let text = text.trim_end_matches(['*', '-', '·']);
        (!text.is_empty()).then(|| text.to_owned())
    }

    fn component(&self, kind: ComponentKind) -> Option<&str> {
        self.components
            .iter()
            .find(|one| one.kind == kind)
            .map(|one| one.text.as_str())
    }

    fn has_year(&self) -> bool {
        self.component(ComponentKind::Year).is_some()
    }

    fn number(&self, index: usize) -> Option<u32> {
        self.numbers.get(index).and_then(|text| text.parse().ok())
    }

    /// The pieces after the fonds number, each with the separator in front of it.
    fn tokens(&self) -> Vec<Token<'_>> {
        let mut tokens = Vec::with_capacity(1 + self.components.len() + self.numbers.len());
        if let Some(category) = &self.category {
            tokens.push(Token {
                kind: Some(ComponentKind::Sub),
                is_category: true,
                text: category,
                joined_by: '-',
            });
        }
        for (index, component) in self.components.iter().enumerate() {
            // In the form of 2015 only the year belongs to the class number.
            let joined_by = if self.form == CodeForm::ByItem2015 && index > 0 {
                '-'
            } else {
                '·'
            };
            tokens.push(Token {
                kind: Some(component.kind),
                is_category: false,
                text: &component.text,
                joined_by,
            });
        }
        let number = |text| Token {
            kind: None,
            is_category: false,
            text,
            joined_by: '-',
        };
        tokens.extend(self.numbers.iter().map(|text| number(text.as_str())));
        tokens
    }
}

/// Numbers missing among codes of the same group (W_GAP). The codes may come in any order.
pub fn gaps<'a>(codes: impl IntoIterator<Item = &'a ArchivalCode>) -> Vec<CodeWarning> {
    let mut numbered: Vec<(String, u32, &ArchivalCode)> = codes
        .into_iter()
        .filter_map(|code| Some((code.group(), code.numbers.last()?.parse().ok()?, code)))
        .collect();
    numbered.sort_by(|left, right| (&left.0, left.1).cmp(&(&right.0, right.1)));
    let mut found = Vec::new();
    let mut before: Option<(&str, u32)> = None;
    for (group, number, code) in &numbered {
        let last = before
            .filter(|(other, _)| other == group)
            .map_or(0, |(_, last)| last);
        if *number > last + 1 {
            found.push(CodeWarning::Gap {
                first: last + 1,
                last: number - 1,
                before: code.to_string(),
            });
        }
        before = Some((group, *number));
    }
    found
}

impl fmt::Display for ArchivalCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.fonds)?;
        for token in self.tokens() {
            write!(f, "{}{}", token.joined_by, token.text)?;
        }
        Ok(())
    }
}

impl FromStr for ArchivalCode {
    type Err = CodeError;

    /// Reads a code that was accepted before: only the grammar is checked, any two letters are a category.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text, &CodeRules::grammar_only(LAST_YEAR))
    }
}

impl TryFrom<String> for ArchivalCode {
    type Error = CodeError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<ArchivalCode> for String {
    fn from(code: ArchivalCode) -> Self {
        code.to_string()
    }
}
