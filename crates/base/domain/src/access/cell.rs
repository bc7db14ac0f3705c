//! What of a record decides who may know of it, in one small number that catalogue and index can keep beside it.

use crate::classification::SecurityClassification;
use crate::open_status::{OPEN_STATUS_KINDS, OpenStatusKind};

/// All classifications, by rank.
const CLASSIFICATIONS: [SecurityClassification; 5] = [
    SecurityClassification::Public,
    SecurityClassification::Internal,
    SecurityClassification::Confidential,
    SecurityClassification::Secret,
    SecurityClassification::TopSecret,
];

/// Opening status, classification and personal-data mark of a record. The default is closed: unreviewed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AccessCell {
    /// 开放状态.
    pub opening: OpenStatusKind,
    /// 密级.
    pub classification: SecurityClassification,
    /// Whether personal data are marked in it.
    pub personal_data: bool,
}

/// Place of an opening status in the number of a cell; stored, therefore never changed.
fn opening_place(opening: OpenStatusKind) -> u8 {
    match opening {
        OpenStatusKind::Unreviewed => 0,
        OpenStatusKind::NotDue => 1,
        OpenStatusKind::Open => 2,
        OpenStatusKind::OpenEarly => 3,
        OpenStatusKind::OpenMasked => 4,
        OpenStatusKind::OpenCatalogueOnly => 5,
        OpenStatusKind::Delayed => 6,
        OpenStatusKind::Controlled => 7,
    }
}

/// Rank of a classification: 0 public to 4 top secret.
pub fn rank(classification: SecurityClassification) -> u8 {
    match classification {
        SecurityClassification::Public => 0,
        SecurityClassification::Internal => 1,
        SecurityClassification::Confidential => 2,
        SecurityClassification::Secret => 3,
        SecurityClassification::TopSecret => 4,
    }
}

impl AccessCell {
    /// Its number, 0 to 79, as catalogue and index keep it: 10 × opening status + 2 × rank + mark.
    pub fn number(self) -> u8 {
        opening_place(self.opening) * 10 + rank(self.classification) * 2 + u8::from(self.personal_data)
    }

    /// The cell of a number; `None`: there is none.
    pub fn from_number(number: u8) -> Option<Self> {
        Self::all().find(|cell| cell.number() == number)
    }

    /// Every cell there is.
    pub fn all() -> impl Iterator<Item = Self> {
        OPEN_STATUS_KINDS.into_iter().flat_map(|opening| {
            CLASSIFICATIONS.into_iter().flat_map(move |classification| {
                [false, true].into_iter().map(move |personal_data| Self {
                    opening,
                    classification,
                    personal_data,
                })
            })
        })
    }
}

impl Default for AccessCell {
    fn default() -> Self {
        Self {
            opening: OpenStatusKind::Unreviewed,
            classification: SecurityClassification::Public,
            personal_data: false,
        }
    }
}

/// A set of cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, PartialOrd, Ord)]
pub struct CellSet(u128);

impl CellSet {
    /// Whether it holds none.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether it holds all there are.
    pub fn is_full(self) -> bool {
        AccessCell::all().all(|cell| self.contains(cell))
    }

    /// Whether it holds this one.
    pub fn contains(self, cell: AccessCell) -> bool {
        self.0 & (1 << cell.number()) != 0
    }

    /// Whether it holds all of another's.
    pub fn holds(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// What both hold.
    pub fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// What this one or the other holds.
    pub fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// What this one holds and the other does not.
    pub fn but(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Adds one.
    pub fn insert(&mut self, cell: AccessCell) {
        self.0 |= 1 << cell.number();
    }

    /// The numbers of its cells, ascending.
    pub fn numbers(self) -> impl Iterator<Item = u8> {
        (0..u8::try_from(u128::BITS).unwrap_or(u8::MAX)).filter(move |number| self.0 & (1 << number) != 0)
    }
}

impl FromIterator<AccessCell> for CellSet {
    fn from_iter<I: IntoIterator<Item = AccessCell>>(cells: I) -> Self {
        let mut set = Self::default();
        cells.into_iter().for_each(|cell| set.insert(cell));
        set
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn each_cell_has_a_number_of_its_own() {
        let numbers: BTreeSet<u8> = AccessCell::all().map(AccessCell::number).collect();
        assert_eq!(numbers.len(), 80);
        assert_eq!(numbers.last(), Some(&79));
        let every: CellSet = AccessCell::all().collect();
        assert!(every.is_full());
        assert_eq!(every.numbers().count(), 80);
    }

    #[test]
    fn a_set_holds_what_was_put_in() {
        let cell = AccessCell {
            opening: OpenStatusKind::OpenMasked,
            classification: SecurityClassification::Internal,
            personal_data: true,
        };
        let set: CellSet = [cell].into_iter().collect();
        assert!(set.contains(cell) && !set.is_full() && !set.is_empty());
        assert_eq!(set.numbers().collect::<Vec<_>>(), [cell.number()]);
    }
}
