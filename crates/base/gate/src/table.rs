//! The gate's answers for every named fonds and category, made into rules that do not overlap.

use lantai_domain::access::{CellSet, Filter, FilterRule, OneOf};
use std::collections::{BTreeMap, BTreeSet};

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
        Filter::new(rules)
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
