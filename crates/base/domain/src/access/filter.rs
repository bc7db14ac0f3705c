//! The gate's answer for all records at once.

use super::cell::{AccessCell, CellSet};
use super::record::RecordFacts;
use std::collections::BTreeSet;

/// Some values, or all but some.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OneOf {
    /// These.
    These(BTreeSet<String>),
    /// All but these.
    AllBut(BTreeSet<String>),
}

impl OneOf {
    /// Whether every value is among them.
    pub fn is_every(&self) -> bool {
        matches!(self, Self::AllBut(values) if values.is_empty())
    }

    /// Whether a value is among them.
    pub fn has(&self, value: &str) -> bool {
        match self {
            Self::These(values) => values.contains(value),
            Self::AllBut(values) => !values.contains(value),
        }
    }
}

/// Records of some fonds and categories, in some cells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilterRule {
    /// Their fonds.
    pub fonds: OneOf,
    /// Their categories.
    pub categories: OneOf,
    /// Their cells.
    pub cells: CellSet,
}

/// Records that fit at least one of some rules.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Filter(Vec<FilterRule>);

impl Filter {
    /// No record.
    pub fn nothing() -> Self {
        Self::default()
    }

    /// Every record.
    pub fn everything() -> Self {
        Self(vec![FilterRule {
            fonds: OneOf::AllBut(BTreeSet::new()),
            categories: OneOf::AllBut(BTreeSet::new()),
            cells: AccessCell::all().collect(),
        }])
    }

    /// Records that fit one of some rules; fonds and categories of the rules do not overlap.
    pub fn new(rules: Vec<FilterRule>) -> Self {
        Self(rules)
    }

    /// Whether every record fits.
    pub fn is_everything(&self) -> bool {
        matches!(self.0.as_slice(), [rule] if rule.fonds.is_every() && rule.categories.is_every() && rule.cells.is_full())
    }

    /// Whether no record fits.
    pub fn is_nothing(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether unreviewed records of a fonds fit: whoever sees these knows of the fonds even while it is empty.
    pub fn reaches_fonds(&self, fonds: &str) -> bool {
        self.fonds().any(|reached| reached.has(fonds))
    }

    /// The fonds of which unreviewed records fit, one rule after another.
    pub fn fonds(&self) -> impl Iterator<Item = &OneOf> {
        let unreviewed = AccessCell::default();
        let reaching = self.0.iter().filter(move |rule| rule.cells.contains(unreviewed));
        reaching.map(|rule| &rule.fonds)
    }

    /// The records among them that are in some cells.
    pub fn within(&self, cells: CellSet) -> Self {
        let rules = self.0.iter().map(|rule| FilterRule {
            cells: rule.cells.and(cells),
            ..rule.clone()
        });
        Self(rules.filter(|rule| !rule.cells.is_empty()).collect())
    }

    /// Whether every record of the other fits here too; decided rule by rule, so a `false` may be over-careful.
    pub fn holds(&self, other: &Self) -> bool {
        other.0.iter().all(|wanted| {
            self.0.iter().any(|rule| {
                let same = rule.fonds == wanted.fonds && rule.categories == wanted.categories;
                (same || (rule.fonds.is_every() && rule.categories.is_every()))
                    && rule.cells.holds(wanted.cells)
            })
        })
    }

    /// The rules; none: no record fits. Their fonds and categories do not overlap.
    pub fn rules(&self) -> &[FilterRule] {
        &self.0
    }

    /// Whether a record fits.
    pub fn has(&self, record: &RecordFacts) -> bool {
        self.0.iter().any(|rule| {
            rule.fonds.has(&record.fonds)
                && rule.categories.has(&record.category)
                && rule.cells.contains(record.cell)
        })
    }
}
