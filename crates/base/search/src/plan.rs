//! What is looked for becomes what the engine executes.

use std::collections::BTreeSet;
use std::ops::Bound;

use lantai_domain::access::{AccessCell, CellSet, FilterRule, OneOf};
use tantivy::query::{
    AllQuery, BooleanQuery, BoostQuery, ConstScoreQuery, EmptyQuery, InvertedIndexRangeQuery, Occur,
    PhraseQuery, Query as EngineQuery, RangeQuery, TermQuery,
};
use tantivy::schema::{Field, IndexRecordOption, Term};

use crate::identifiers::number_term;
use crate::query::{Clause, Item, Query, TextClause, TextField};
use crate::request::{Filters, Visibility, YearFilter};
use crate::schema::{self, Fields, ViewFields};
use crate::units::{UnitKind, grams, lone_character};
use crate::words::words;

type Part = Box<dyn EngineQuery>;

/// Scores of what is exact; far above what words can reach, which is some dozens.
mod score {
    pub const CODE: f32 = 2_000.0;
    pub const FORMER_CODE: f32 = 1_500.0;
    pub const NUMBER: f32 = 1_800.0;
    pub const CODE_BEGINNING: f32 = 1_000.0;
    pub const WHOLE_TITLE: f32 = 500.0;
    pub const DAY: f32 = 60.0;
    pub const MONTH_OR_YEAR: f32 = 20.0;
    /// A title says what a record is about: it weighs more than any number of mentions in a text.
    pub const TITLE_PHRASE: f32 = 20.0;
    pub const TITLE_PART: f32 = 1.5;
    /// Factors on the engine's scores.
    pub const PHRASE: f32 = 2.0;
    pub const WORD: f32 = 0.5;
}

/// Longest phrase in terms; what follows it is not compared.
const MAX_PHRASE: usize = 256;
/// A passage is looked for by this many pieces of [`PIECE_UNITS`] units, evenly taken from it.
const MAX_PIECES: usize = 24;
const PIECE_UNITS: usize = 10;
/// Most pairs of characters that a relaxed search looks for.
const MAX_RELAXED: usize = 48;

/// How much of the plain text must be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Strictness {
    /// Every word.
    All,
    /// A good part of the pairs of characters.
    Some,
}

/// Builds queries for the engine.
#[derive(Clone, Copy)]
pub struct Planner<'a> {
    /// Fields of the index.
    pub fields: &'a Fields,
    /// What is looked for.
    pub query: &'a Query,
    /// Who looks.
    pub visibility: &'a Visibility,
    /// Within what.
    pub filters: &'a Filters,
    /// The records are put in order; otherwise they are only counted, and what ranks is left out.
    pub ranked: bool,
}

impl Planner<'_> {
    /// The query with all filters, except the one of the facet `without`.
    pub fn build(&self, strictness: Strictness, without: Option<&str>) -> Part {
        let mut clauses = vec![(Occur::Must, self.for_viewer(strictness))];
        clauses.extend(
            self.filter_clauses(without)
                .into_iter()
                .map(|clause| (Occur::Must, unscored(clause))),
        );
        boolean(clauses)
    }

    /// Whether a relaxed search could find more than a strict one.
    pub fn can_relax(&self) -> bool {
        !self.relaxed_grams().0.is_empty()
    }

    /// The gate: which view of which records is searched for this viewer. See [`crate::schema`].
    fn for_viewer(&self, strictness: Strictness) -> Part {
        let Visibility { entries, contents } = self.visibility;
        if contents.is_everything() && self.query.is_empty() {
            return unscored(Box::new(AllQuery));
        }
        let (open, whole) = (schema::with_open_view(), schema::wholly_open());
        let every: CellSet = AccessCell::all().collect();
        let mut ways = Vec::new();
        // the open view: the whole of what is wholly open, and the entry of what is not
        let mut by_open = contents.within(whole).rules().to_vec();
        for rule in entries.within(open.but(whole)).rules() {
            let same =
                |known: &&mut FilterRule| known.fonds == rule.fonds && known.categories == rule.categories;
            match by_open.iter_mut().find(same) {
                Some(known) => known.cells = known.cells.or(rule.cells),
                None => by_open.push(rule.clone()),
            }
        }
        let by_closed = contents.within(every.but(whole));
        // whoever sees the whole is answered from the closed view and from no other
        let doubled = !by_closed.is_nothing();
        if !by_open.is_empty() {
            let mut clauses = vec![
                (Occur::Must, unscored(self.fit(&by_open))),
                (Occur::Must, self.in_view(&self.fields.open, strictness)),
            ];
            if doubled {
                clauses.push((Occur::MustNot, unscored(self.fit(by_closed.rules()))));
            }
            ways.push(boolean(clauses));
        }
        if !by_closed.is_nothing() {
            ways.push(boolean(vec![
                (Occur::Must, unscored(self.fit(by_closed.rules()))),
                (Occur::Must, self.in_view(&self.fields.closed, strictness)),
            ]));
        }
        for (cells, view) in [(whole, &self.fields.open), (every.but(open), &self.fields.closed)] {
            let entry_only = entries.within(cells);
            if contents.holds(&entry_only) {
                continue;
            }
            // an entry that has no view of its own is found by its title, author, codes and dates
            let view = view.of_the_entry();
            ways.push(boolean(vec![
                (Occur::Must, unscored(self.fit(entry_only.rules()))),
                (Occur::MustNot, unscored(self.fit(contents.rules()))),
                (Occur::Must, self.in_view(&view, strictness)),
            ]));
        }
        any(ways)
    }

    /// Records that fit one of some rules of the gate.
    fn fit(&self, rules: &[FilterRule]) -> Part {
        any(rules.iter().map(|rule| self.fits(rule)).collect())
    }

    fn fits(&self, rule: &FilterRule) -> Part {
        let mut clauses = Vec::new();
        for (facet, wanted) in [("fonds", &rule.fonds), ("category", &rule.categories)] {
            let part = |values: &BTreeSet<String>| {
                let values: Vec<String> = values.iter().cloned().collect();
                any_value(self.value_field(facet), &values)
            };
            match wanted {
                OneOf::These(values) => clauses.push((Occur::Must, part(values))),
                OneOf::AllBut(values) if values.is_empty() => {}
                OneOf::AllBut(values) => clauses.push((Occur::MustNot, part(values))),
            }
        }
        if !rule.cells.is_full() {
            let numbers = rule.cells.numbers().map(|number| number.to_string());
            let cells = numbers.map(|number| term(self.fields.cell, &number));
            clauses.push((Occur::Must, any(cells.collect())));
        }
        if !clauses.iter().any(|(occur, _)| *occur == Occur::Must) {
            clauses.push((Occur::Must, Box::new(AllQuery)));
        }
        boolean(clauses)
    }

    fn value_field(&self, facet: &str) -> Option<Field> {
        self.fields
            .values
            .iter()
            .find(|(name, _)| *name == facet)
            .map(|(_, field)| *field)
    }

    fn filter_clauses(&self, without: Option<&str>) -> Vec<Part> {
        let filters = self.filters;
        let lists = [
            ("fonds", &filters.fonds),
            ("category", &filters.category),
            ("retention", &filters.retention),
            ("open_status", &filters.open_status),
            ("classification", &filters.classification),
            ("carrier", &filters.carrier),
            ("level", &filters.level),
        ];
        let mut clauses: Vec<Part> = lists
            .into_iter()
            .filter(|(name, values)| !values.is_empty() && without != Some(*name))
            .map(|(name, values)| any_value(self.value_field(name), values))
            .collect();
        match &filters.year {
            Some(YearFilter::Range { from, to }) if without != Some("year") => {
                clauses.push(year_range(self.fields.year, *from, *to));
            }
            Some(YearFilter::List(years)) if without != Some("year") && !years.is_empty() => {
                let years = years
                    .iter()
                    .map(|year| year_range(self.fields.year, Some(*year), Some(*year)));
                clauses.push(any(years.collect()));
            }
            _ => {}
        }
        if let Some(has_content) = filters.has_content {
            clauses.push(term(
                self.fields.has_content,
                if has_content { "yes" } else { "no" },
            ));
        }
        clauses
    }

    fn in_view(&self, view: &ViewFields, strictness: Strictness) -> Part {
        let mut clauses = Vec::new();
        for item in self.query.items.iter().filter(|item| !item.is_plain) {
            let occur = if item.excluded {
                Occur::MustNot
            } else {
                Occur::Must
            };
            clauses.push((occur, self.clause(view, &item.clause)));
        }
        if !self.query.plain.is_empty() {
            let plain = match strictness {
                Strictness::All => self.plain(view),
                Strictness::Some => self.relaxed(view),
            };
            clauses.push((Occur::Must, plain));
        }
        if self.ranked {
            let preferences = self.preferences(view).into_iter();
            clauses.extend(preferences.map(|part| (Occur::Should, part)));
        }
        if !clauses.iter().any(|(occur, _)| *occur == Occur::Must) {
            clauses.push((Occur::Must, unscored(Box::new(AllQuery))));
        }
        boolean(clauses)
    }

    fn plain_items(&self) -> impl Iterator<Item = &Item> {
        self.query.items.iter().filter(|item| item.is_plain)
    }

    /// The plain text: as it stands, or all its items, or pieces of a passage.
    fn plain(&self, view: &ViewFields) -> Part {
        let row = &self.query.plain;
        if self.query.is_passage {
            let pieces = pieces(row).into_iter().map(|piece| phrase(view.all, piece));
            return any(pieces.collect());
        }
        let items = self
            .plain_items()
            .map(|item| (Occur::Must, self.clause(view, &item.clause)));
        let mut clauses: Vec<(Occur, Part)> = items.collect();
        if clauses.is_empty() {
            return phrase(view.all, row);
        }
        // Whatever holds the whole row holds its parts.
        if self.ranked && clauses.len() > 1 {
            clauses.push((Occur::Should, boosted(phrase(view.all, row), score::PHRASE)));
        }
        boolean(clauses)
    }

    /// What does not decide whether a record is found, only how high it stands.
    fn preferences(&self, view: &ViewFields) -> Vec<Part> {
        let plain = &self.query.plain;
        let mut parts = Vec::new();
        if !plain.is_empty() {
            parts.push(scored(term(view.exact, &title_of(plain)), score::WHOLE_TITLE));
        }
        if !self.query.is_passage {
            parts.push(scored(phrase(view.title, plain), score::TITLE_PHRASE));
        }
        for item in self.query.items.iter().filter(|item| !item.excluded) {
            let Clause::Text(text) = &item.clause else {
                continue;
            };
            if text.field != TextField::All {
                continue;
            }
            if text.row != *plain {
                parts.push(scored(phrase(view.title, &text.row), score::TITLE_PHRASE));
            }
            for part in &text.parts {
                parts.push(scored(phrase(view.title, part), score::TITLE_PART));
            }
            for word in words(&text.typed).iter().filter(|word| word.chars().count() > 1) {
                parts.push(boosted(term_with_frequency(view.words, word), score::WORD));
            }
        }
        parts
    }

    fn clause(&self, view: &ViewFields, clause: &Clause) -> Part {
        match clause {
            Clause::Text(text) => text_part(view, text, self.ranked),
            Clause::Date {
                tokens,
                row,
                field_only,
                ..
            } => {
                let mut ways = vec![date_part(view, tokens)];
                if !field_only {
                    ways.push(phrase(view.all, row));
                }
                any(ways)
            }
            Clause::Number {
                text,
                row,
                field_only,
            } => {
                let mut ways = vec![scored(term(view.exact, &number_term(text)), score::NUMBER)];
                if !field_only {
                    ways.push(phrase(view.all, row));
                }
                any(ways)
            }
            Clause::Code {
                folded,
                prefix,
                row,
                field_only,
            } => {
                let mut ways = vec![
                    scored(term(view.exact, &format!("c:{folded}")), score::CODE),
                    scored(term(view.exact, &format!("f:{folded}")), score::FORMER_CODE),
                ];
                let beginnings: &[&str] = if *prefix { &[""] } else { &["-", "·"] };
                for separator in beginnings {
                    let beginning = begins_with(view.exact, &format!("c:{folded}{separator}"));
                    ways.push(scored(beginning, score::CODE_BEGINNING));
                }
                if !field_only && !prefix {
                    ways.push(phrase(view.all, row));
                }
                any(ways)
            }
            Clause::Year { from, to } => unscored(year_range(self.fields.year, *from, *to)),
            Clause::Value { facet, value } => {
                let values = [value.clone(), value.to_uppercase()];
                unscored(any_value(self.value_field(facet), &values))
            }
        }
    }

    /// The rows of text that a relaxed search looks for parts of. Codes, numbers and dates are met or missed.
    fn relaxed_rows(&self) -> Vec<&[UnitKind]> {
        if self.query.is_passage {
            return vec![&self.query.plain];
        }
        let texts = self.plain_items().filter_map(|item| match &item.clause {
            Clause::Text(text) => Some(text.row.as_slice()),
            _ => None,
        });
        texts.collect()
    }

    /// The pairs of characters that a relaxed search looks for, and how many of them must be there; none when
    /// there is nothing to relax.
    fn relaxed_grams(&self) -> (Vec<String>, usize) {
        let rows = self.relaxed_rows();
        let mut found: Vec<String> = rows
            .iter()
            .flat_map(|row| grams(row))
            .map(|(_, gram)| gram)
            .collect();
        found.sort_unstable();
        found.dedup();
        if rows.len() < 2 && found.len() < 3 {
            return (Vec::new(), 0);
        }
        let grams: Vec<String> = evenly(&found, MAX_RELAXED).into_iter().cloned().collect();
        // One wrong character spoils two pairs; of several words one may be missing altogether.
        let fifths = if rows.len() < 2 && !self.query.is_passage {
            3
        } else {
            2
        };
        let needed = (grams.len() * fifths).div_ceil(5).max(1);
        (grams, needed)
    }

    fn relaxed(&self, view: &ViewFields) -> Part {
        let (grams, needed) = self.relaxed_grams();
        let mut clauses: Vec<(Occur, Part)> = grams
            .iter()
            .map(|gram| (Occur::Should, term_with_frequency(view.all, gram)))
            .collect();
        if clauses.is_empty() {
            return Box::new(EmptyQuery);
        }
        // A date alone is worth as much as many pairs.
        for item in self.plain_items() {
            if let Clause::Date { tokens, .. } = &item.clause {
                clauses.push((Occur::Should, date_part(view, tokens)));
            }
        }
        Box::new(BooleanQuery::with_minimum_required_clauses(clauses, needed))
    }
}

fn date_part(view: &ViewFields, tokens: &[String]) -> Part {
    let is_day = matches!(tokens, [day] if day.len() == "1911-12-05".len());
    let dates = tokens.iter().map(|token| term(view.date, token)).collect();
    scored(any(dates), if is_day { score::DAY } else { score::MONTH_OR_YEAR })
}

fn text_part(view: &ViewFields, text: &TextClause, ranked: bool) -> Part {
    let field = match text.field {
        TextField::All => view.all,
        TextField::Title => view.title,
        TextField::Author => view.author,
        TextField::Subject => view.subject,
    };
    if text.parts.is_empty() {
        return phrase(field, &text.row);
    }
    let parts = text.parts.iter().map(|part| (Occur::Must, phrase(field, part)));
    let mut clauses: Vec<(Occur, Part)> = parts.collect();
    if ranked {
        clauses.push((Occur::Should, boosted(phrase(field, &text.row), score::PHRASE)));
    }
    boolean(clauses)
}

/// The exact term of a title made of these units; see [`crate::identifiers::title_term`].
fn title_of(row: &[UnitKind]) -> String {
    let mut title = String::from("t:");
    for unit in row.iter().take(crate::identifiers::MAX_CHARS) {
        match unit {
            UnitKind::Single(character) => title.push(*character),
            UnitKind::Word(word) => title.push_str(word),
        }
    }
    title
}

fn pieces(row: &[UnitKind]) -> Vec<&[UnitKind]> {
    let all: Vec<&[UnitKind]> = row.chunks(PIECE_UNITS).filter(|piece| piece.len() > 2).collect();
    evenly(&all, MAX_PIECES).into_iter().copied().collect()
}

/// At most `most` of the values, evenly taken.
fn evenly<T>(values: &[T], most: usize) -> Vec<&T> {
    let step = values.len().div_ceil(most).max(1);
    values.iter().step_by(step).collect()
}

fn phrase(field: Field, row: &[UnitKind]) -> Part {
    if let Some(character) = lone_character(row) {
        return begins_with(field, &character.to_string());
    }
    let mut terms: Vec<(usize, Term)> = grams(row)
        .into_iter()
        .take(MAX_PHRASE)
        .map(|(place, gram)| (place, Term::from_field_text(field, &gram)))
        .collect();
    match terms.len() {
        0 => Box::new(EmptyQuery),
        1 => Box::new(TermQuery::new(terms.remove(0).1, IndexRecordOption::WithFreqs)),
        _ => Box::new(PhraseQuery::new_with_offset(terms)),
    }
}

fn begins_with(field: Field, beginning: &str) -> Part {
    let end = format!("{beginning}\u{10FFFF}");
    unscored(Box::new(InvertedIndexRangeQuery::new(
        Bound::Included(Term::from_field_text(field, beginning)),
        Bound::Excluded(Term::from_field_text(field, &end)),
    )))
}

fn term(field: Field, text: &str) -> Part {
    Box::new(TermQuery::new(
        Term::from_field_text(field, text),
        IndexRecordOption::Basic,
    ))
}

fn term_with_frequency(field: Field, text: &str) -> Part {
    Box::new(TermQuery::new(
        Term::from_field_text(field, text),
        IndexRecordOption::WithFreqs,
    ))
}

fn any_value(field: Option<Field>, values: &[String]) -> Part {
    let Some(field) = field else {
        return Box::new(EmptyQuery);
    };
    any(values.iter().map(|value| term(field, value)).collect())
}

fn year_range(field: Field, from: Option<i32>, to: Option<i32>) -> Part {
    let bound = |year: i32| Bound::Included(Term::from_field_i64(field, i64::from(year)));
    // The engine wants at least one bound.
    let from = bound(from.unwrap_or(i32::MIN));
    Box::new(RangeQuery::new(from, to.map_or(Bound::Unbounded, bound)))
}

fn any(mut parts: Vec<Part>) -> Part {
    match parts.len() {
        0 => Box::new(EmptyQuery),
        1 => parts.remove(0),
        _ => Box::new(BooleanQuery::union(parts)),
    }
}

fn boolean(clauses: Vec<(Occur, Part)>) -> Part {
    Box::new(BooleanQuery::new(clauses))
}

fn boosted(part: Part, factor: f32) -> Part {
    Box::new(BoostQuery::new(part, factor))
}

fn scored(part: Part, score: f32) -> Part {
    Box::new(ConstScoreQuery::new(part, score))
}

fn unscored(part: Part) -> Part {
    scored(part, 0.0)
}
