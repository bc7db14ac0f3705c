//! The gate's answer for all records at once.

use crate::cell::CellSet;
use crate::record::RecordFacts;
use std::collections::{BTreeMap, BTreeSet};

/// Some values, or all but some.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OneOf {
    /// These.
    These(BTreeSet<String>),
    /// All but these.
    AllBut(BTreeSet<String>),
}

impl OneOf {
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

    /// The rules; none: no record fits. Their fonds and categories do not overlap.
    pub fn rules(&self) -> &[FilterRule] {
        &self.0
    }

    /// Whether a record fits.
    pub fn has(&self, record: &RecordFacts) -> bool {
        self.0.iter().any(|rule| {
            rule.fonds.has(record.fonds.as_str())
                && rule.categories.has(&record.category)
                && rule.cells.contains(record.cell)
        })
    }
}

/// Cells by fonds and category; `None` stands for every value that is not named.
pub(crate) struct Table<'a> {
    fonds: &'a BTreeSet<String>,
    categories: &'a BTreeSet<String>,
    rows: BTreeMap<Option<String>, BTreeMap<Option<String>, CellSet>>,
}

impl<'a> Table<'a> {
    pub fn new(fonds: &'a BTreeSet<String>, categories: &'a BTreeSet<String>) -> Self {
        Self {
            fonds,
            categories,
            rows: BTreeMap::new(),
        }
    }

    pub fn put(&mut self, fonds: Option<String>, category: Option<String>, cells: CellSet) {
        self.rows.entry(fonds).or_default().insert(category, cells);
    }

    /// Rules that do not overlap: equal rows and equal columns are one.
    pub fn into_filter(self) -> Filter {
        let another_row = self.rows.get(&None).cloned().unwrap_or_default();
        let mut rows: Vec<(OneOf, BTreeMap<Option<String>, CellSet>)> = Vec::new();
        let mut different = BTreeSet::new();
        for fonds in self.fonds {
            let row = self.rows.get(&Some(fonds.clone())).cloned().unwrap_or_default();
            if row == another_row {
                continue;
            }
            different.insert(fonds.clone());
            let same = rows.iter_mut().find(|(_, known)| *known == row);
            match same {
                Some((OneOf::These(values), _)) => {
                    values.insert(fonds.clone());
                }
                _ => rows.push((OneOf::These([fonds.clone()].into()), row)),
            }
        }
        rows.push((OneOf::AllBut(different), another_row));
        let mut rules = Vec::new();
        for (fonds, row) in rows {
            for (categories, cells) in columns(self.categories, &row) {
                if !cells.is_empty() {
                    rules.push(FilterRule {
                        fonds: fonds.clone(),
                        categories,
                        cells,
                    });
                }
            }
        }
        Filter(rules)
    }
}

fn columns(named: &BTreeSet<String>, row: &BTreeMap<Option<String>, CellSet>) -> Vec<(OneOf, CellSet)> {
    let another = row.get(&None).copied().unwrap_or_default();
    let mut by_cells: BTreeMap<CellSet, BTreeSet<String>> = BTreeMap::new();
    for category in named {
        let cells = row.get(&Some(category.clone())).copied().unwrap_or_default();
        if cells != another {
            by_cells.entry(cells).or_default().insert(category.clone());
        }
    }
    let different = by_cells.values().flatten().cloned().collect();
    let these = by_cells
        .into_iter()
        .map(|(cells, values)| (OneOf::These(values), cells));
    these.chain([(OneOf::AllBut(different), another)]).collect()
}
