//! What can be wrong with an archival code, with the names the checks use.

use super::CodePart;
use std::fmt;

/// Why a text is no archival code (档号), in which part, and what was probably meant.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{kind} in the {part} of the archival code: {found:?}")]
pub struct CodeError {
    /// What is wrong.
    pub kind: CodeErrorKind,
    /// Where.
    pub part: CodePart,
    /// What stands there.
    pub found: String,
    /// The code that was probably meant. It is offered, never applied.
    pub suggestion: Option<String>,
}

/// What is wrong, in the order in which it is looked for; the last five need data beside the code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CodeErrorKind {
    /// Nothing is written.
    Empty,
    /// Lower case.
    Case,
    /// A character that no code has.
    Char,
    /// Nothing between two separators.
    EmptyPart,
    /// The fonds number is not one capital letter and three digits.
    Fonds,
    /// Only the fonds number is there.
    Short,
    /// Wrong number of levels.
    Parts,
    /// The category is not in the scheme.
    Category,
    /// A component of the class is not understood.
    Class,
    /// Two years or two retention periods.
    DuplicateComponent,
    /// The year is out of range.
    Year,
    /// The retention period is not `Y` or `D` and years.
    Retention,
    /// The organisation or subject is not 1 to 4 letters and digits or 1 to 10 Chinese characters.
    Organisation,
    /// Not a number, or zero.
    Number,
    /// The number is not padded to the width of the rule.
    Width,
    /// The code fits the grammar, not the template of its fonds.
    Template,
    /// No such fonds.
    UnknownFonds,
    /// No such organisation or subject.
    UnknownOrganisation,
    /// The code says one retention period, the description another.
    RetentionMismatch,
    /// The code is taken.
    Duplicate,
}

impl CodeErrorKind {
    /// Stable name, as in the list of checks: `E_FONDS`.
    pub fn code(self) -> &'static str {
        match self {
            Self::Empty => "E_EMPTY",
            Self::Case => "E_CASE",
            Self::Char => "E_CHAR",
            Self::EmptyPart => "E_EMPTY_PART",
            Self::Fonds => "E_FONDS",
            Self::Short => "E_SHORT",
            Self::Parts => "E_PARTS",
            Self::Category => "E_CATEGORY",
            Self::Class => "E_CLASS",
            Self::DuplicateComponent => "E_DUP_COMPONENT",
            Self::Year => "E_YEAR",
            Self::Retention => "E_RETENTION",
            Self::Organisation => "E_ORG",
            Self::Number => "E_NUMBER",
            Self::Width => "E_WIDTH",
            Self::Template => "E_TEMPLATE",
            Self::UnknownFonds => "E_UNKNOWN_FONDS",
            Self::UnknownOrganisation => "E_UNKNOWN_ORG",
            Self::RetentionMismatch => "E_RETENTION_MISMATCH",
            Self::Duplicate => "E_DUPLICATE",
        }
    }
}

impl fmt::Display for CodeErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "nothing written",
            Self::Case => "lower case",
            Self::Char => "a character that no code has",
            Self::EmptyPart => "an empty part",
            Self::Fonds => "no capital letter and three digits",
            Self::Short => "nothing after the fonds number",
            Self::Parts => "a wrong number of levels",
            Self::Category => "a category that is not in the scheme",
            Self::Class => "a component that is not understood",
            Self::DuplicateComponent => "a second year or retention period",
            Self::Year => "a year out of range",
            Self::Retention => "no Y or D and years",
            Self::Organisation => "no organisation or subject code",
            Self::Number => "no number above zero",
            Self::Width => "a number of the wrong width",
            Self::Template => "something else than the template asks for",
            Self::UnknownFonds => "an unknown fonds",
            Self::UnknownOrganisation => "an unknown organisation or subject",
            Self::RetentionMismatch => "another retention period than in the description",
            Self::Duplicate => "a code already given",
        })
    }
}

impl CodeError {
    pub(super) fn new(kind: CodeErrorKind, part: CodePart, found: impl Into<String>) -> Self {
        Self {
            kind,
            part,
            found: found.into(),
            suggestion: None,
        }
    }

    pub(super) fn suggest(mut self, suggestion: impl Into<Option<String>>) -> Self {
        self.suggestion = suggestion.into();
        self
    }

    /// The code is taken: raised by whoever keeps the catalogue.
    pub fn duplicate(code: &super::ArchivalCode) -> Self {
        Self::new(CodeErrorKind::Duplicate, CodePart::Whole, code.to_string())
    }

    /// Stable name, as in the list of checks: `E_FONDS`.
    pub fn code(&self) -> &'static str {
        self.kind.code()
    }
}

/// What is worth a look in a code that is accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CodeWarning {
    /// The year is written 0000: unknown.
    YearUnknown,
    /// Numbers are missing in a group, in between or at its start.
    Gap {
        /// First missing number.
        first: u32,
        /// Last missing number.
        last: u32,
        /// The code that stands after the gap.
        before: String,
    },
}

impl CodeWarning {
    /// Stable name: `W_GAP`, `W_YEAR_UNKNOWN`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::YearUnknown => "W_YEAR_UNKNOWN",
            Self::Gap { .. } => "W_GAP",
        }
    }
}
