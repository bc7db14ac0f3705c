//! Viewers as the shipped policies know them, without the gate.

use lantai_domain::OpenStatusKind;
use lantai_domain::access::{AccessCell, CellSet, Filter, FilterRule, OneOf};
use lantai_search::Visibility;
use std::collections::BTreeSet;

/// A cell of an opening status.
pub fn cell(opening: OpenStatusKind) -> AccessCell {
    AccessCell {
        opening,
        ..AccessCell::default()
    }
}

fn cells(of: fn(OpenStatusKind) -> bool) -> CellSet {
    AccessCell::all().filter(|cell| of(cell.opening)).collect()
}

fn rule(fonds: OneOf, cells: CellSet) -> FilterRule {
    FilterRule {
        fonds,
        categories: OneOf::AllBut(BTreeSet::new()),
        cells,
    }
}

/// The public: opened entries, open contents.
pub fn public() -> Visibility {
    members_of(&[])
}

/// Members of some fonds: the whole of theirs, and of the others what the public sees.
pub fn members_of(fonds: &[&str]) -> Visibility {
    let theirs: BTreeSet<String> = fonds.iter().map(|fonds| (*fonds).to_owned()).collect();
    let filter = |others: CellSet| {
        let mut rules = vec![rule(OneOf::AllBut(theirs.clone()), others)];
        if !theirs.is_empty() {
            rules.push(rule(OneOf::These(theirs.clone()), AccessCell::all().collect()));
        }
        Filter::new(rules)
    };
    Visibility {
        entries: filter(cells(OpenStatusKind::entry_is_public)),
        contents: filter(cells(OpenStatusKind::content_is_public)),
    }
}
