//! What an archive lays down for its codes: categories, years, known fonds and organisations, a template.

use super::{ArchivalCode, CodeError, CodeErrorKind, CodePart, ComponentKind};
use crate::retention::Retention;
use std::collections::BTreeSet;
use std::str::FromStr;

/// Category codes (档案门类代码) of DA/T 13-2022 that every archive starts with.
const CATEGORIES: [&str; 13] = [
    "WS", "KJ", "RS", "KU", "ZY", "ZP", "LY", "LX", "SJ", "YJ", "WY", "MT", "SW",
];

/// The rules a code is checked against when it is given. Data, not program: each archive has its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeRules {
    /// Known categories; `None` takes any two capital letters.
    pub categories: Option<BTreeSet<String>>,
    /// The year we are in, the last that a code may name.
    pub current_year: u16,
    /// Whether the year may be written 0000 for unknown, which then warns.
    pub unknown_year: bool,
    /// Known fonds; `None` does not look.
    pub known_fonds: Option<BTreeSet<String>>,
    /// Known organisations and subjects; `None` does not look.
    pub known_organisations: Option<BTreeSet<String>>,
    /// Template in force for the fonds, category and period of the code, chosen by the caller.
    pub template: Option<CodeTemplate>,
}

impl CodeRules {
    /// The categories of DA/T 13-2022, unknown years taken, no template.
    pub fn new(current_year: u16) -> Self {
        Self {
            categories: Some(CATEGORIES.iter().map(|&code| code.to_owned()).collect()),
            ..Self::grammar_only(current_year)
        }
    }

    /// Only the grammar: any two capital letters are a category. For codes that were accepted before.
    pub fn grammar_only(current_year: u16) -> Self {
        Self {
            categories: None,
            current_year,
            unknown_year: true,
            known_fonds: None,
            known_organisations: None,
            template: None,
        }
    }

    /// Adds the archive's own categories to the list.
    #[must_use]
    pub fn with_categories<'a>(mut self, more: impl IntoIterator<Item = &'a str>) -> Self {
        self.categories
            .get_or_insert_default()
            .extend(more.into_iter().map(str::to_owned));
        self
    }

    /// Lays down the template that codes must fit.
    #[must_use]
    pub fn with_template(mut self, template: CodeTemplate) -> Self {
        self.template = Some(template);
        self
    }

    pub(super) fn knows_category(&self, category: &str) -> bool {
        self.categories
            .as_ref()
            .is_none_or(|known| known.contains(category))
    }

    /// Looks for what the grammar cannot see: template, fonds, organisation.
    pub(super) fn check(&self, code: &ArchivalCode) -> Result<(), CodeError> {
        if let Some(template) = &self.template {
            template.check(code)?;
        }
        if self
            .known_fonds
            .as_ref()
            .is_some_and(|known| !known.contains(code.fonds()))
        {
            return Err(CodeError::new(
                CodeErrorKind::UnknownFonds,
                CodePart::Fonds,
                code.fonds(),
            ));
        }
        if let (Some(known), Some(organisation)) = (&self.known_organisations, code.organisation())
            && !known.contains(organisation)
        {
            return Err(CodeError::new(
                CodeErrorKind::UnknownOrganisation,
                CodePart::Organisation,
                organisation,
            ));
        }
        Ok(())
    }

    /// Compares the retention period of a code with that of the description (保管期限, M12).
    pub fn check_retention(code: &ArchivalCode, described: Retention) -> Result<(), CodeError> {
        match code.retention() {
            Some(coded) if coded != described => Err(CodeError::new(
                CodeErrorKind::RetentionMismatch,
                CodePart::Retention,
                coded.to_string(),
            )),
            _ => Ok(()),
        }
    }
}

/// One place of a template.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Slot {
    Category,
    Year,
    Retention,
    Sub,
    Organisation,
    Number { width: Option<usize> },
}

/// Which components a code has, in which order and width: `category·year·retention·org?-item(4)`.
///
/// Words: `category year retention sub project org` and the numbers `catalogue file item page`, each of which
/// may have a width in brackets; `?` after a word makes it optional.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeTemplate {
    text: String,
    places: Vec<Place>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Place {
    slot: Slot,
    optional: bool,
    joined_by: char,
}

/// Why a text is no template.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{word:?} is no word of a code template")]
pub struct CodeTemplateError {
    /// The word not understood.
    pub word: String,
}

impl CodeTemplateError {
    /// Stable name for programs.
    pub fn code(&self) -> &'static str {
        "code.template_not_understood"
    }
}

impl FromStr for CodeTemplate {
    type Err = CodeTemplateError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut places = Vec::new();
        let mut joined_by = '-';
        for piece in text.split_inclusive(['-', '·']) {
            let separator = piece.chars().last().filter(|c| matches!(c, '-' | '·'));
            let word = separator.map_or(piece, |c| piece.trim_end_matches(c));
            let error = || CodeTemplateError {
                word: word.to_owned(),
            };
            let (name, optional) = word.strip_suffix('?').map_or((word, false), |name| (name, true));
            let (name, width) = match name.split_once('(') {
                None => (name, None),
                Some((name, rest)) => {
                    let digits = rest.strip_suffix(')').ok_or_else(error)?;
                    (name, Some(digits.parse::<usize>().map_err(|_| error())?))
                }
            };
            let slot = match name {
                "category" => Slot::Category,
                "year" => Slot::Year,
                "retention" => Slot::Retention,
                "sub" | "project" => Slot::Sub,
                "org" => Slot::Organisation,
                "catalogue" | "file" | "item" | "page" => Slot::Number { width },
                _ => return Err(error()),
            };
            places.push(Place {
                slot,
                optional,
                joined_by,
            });
            joined_by = separator.unwrap_or('-');
        }
        if places.len() > 16 {
            return Err(CodeTemplateError {
                word: text.to_owned(),
            });
        }
        Ok(Self {
            text: text.to_owned(),
            places,
        })
    }
}

impl CodeTemplate {
    /// The template as written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    fn check(&self, code: &ArchivalCode) -> Result<(), CodeError> {
        let tokens = code.tokens();
        let mut furthest = 0;
        if fits(&self.places, &tokens, 0, &mut furthest) {
            return Ok(());
        }
        let (kind, found) = match tokens.get(furthest) {
            Some(token) if token.kind.is_none() => (CodeErrorKind::Width, token.text),
            Some(token) => (CodeErrorKind::Template, token.text),
            None => (CodeErrorKind::Template, ""),
        };
        // A number where a word is asked for is the template's error, a number of another width its own.
        let wants_number = self.places.get(furthest..).is_some_and(|rest| {
            rest.iter()
                .any(|place| matches!(place.slot, Slot::Number { width: Some(_) }))
        });
        let kind = if kind == CodeErrorKind::Width && !wants_number {
            CodeErrorKind::Template
        } else {
            kind
        };
        Err(CodeError::new(kind, CodePart::Component(furthest + 1), found))
    }
}

/// A piece of a code as a template sees it.
pub(super) struct Token<'a> {
    /// `None` for a number.
    pub kind: Option<ComponentKind>,
    pub is_category: bool,
    pub text: &'a str,
    pub joined_by: char,
}

fn fits(places: &[Place], tokens: &[Token<'_>], done: usize, furthest: &mut usize) -> bool {
    *furthest = (*furthest).max(done);
    let Some((place, later)) = places.split_first() else {
        return tokens.is_empty();
    };
    if let Some((token, rest)) = tokens.split_first()
        && takes(place, token)
        && fits(later, rest, done + 1, furthest)
    {
        return true;
    }
    place.optional && fits(later, tokens, done, furthest)
}

fn takes(place: &Place, token: &Token<'_>) -> bool {
    // What follows a left-out place keeps its own separator; only the class's inner joints are compared.
    if place.joined_by != token.joined_by {
        return false;
    }
    match (place.slot, token.kind) {
        (Slot::Category, _) => token.is_category,
        (_, _) if token.is_category => false,
        (Slot::Year, Some(kind)) => kind == ComponentKind::Year,
        (Slot::Retention, Some(kind)) => kind == ComponentKind::Retention,
        (Slot::Sub, Some(kind)) => kind == ComponentKind::Sub,
        (Slot::Organisation, Some(kind)) => matches!(kind, ComponentKind::Organisation | ComponentKind::Sub),
        (Slot::Number { width }, None) => width.is_none_or(|width| width == token.text.len()),
        _ => false,
    }
}
