//! What one person says of one piece, and where two differ.

use super::lot::SeatNumber;
use super::people::Person;
use super::rules::DefectSeverity;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// A defect that a person marked.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Defect {
    /// Name of its class in the rules.
    pub class: String,
    /// How much it weighed when it was marked.
    pub severity: DefectSeverity,
    /// On which page of a file with many, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<u32>,
}

/// What a person says of a piece: fine, or with these defects.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Judgement {
    /// Number of the piece in the sample, from 1.
    pub item: u32,
    /// On whose seat.
    pub seat: SeatNumber,
    /// Who.
    pub by: Person,
    /// When.
    pub at: Timestamp,
    /// The defects; none: the piece is fine.
    #[serde(default)]
    pub defects: Vec<Defect>,
    /// A note.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

impl Judgement {
    /// The weightiest severity of its defects; `None`: fine.
    pub fn severity(&self) -> Option<DefectSeverity> {
        self.defects.iter().map(|defect| defect.severity).min()
    }

    fn classes(&self) -> BTreeSet<&str> {
        self.defects.iter().map(|defect| defect.class.as_str()).collect()
    }
}

/// The judgements of a sample by piece and seat.
pub type Marks = BTreeMap<u32, BTreeMap<SeatNumber, Judgement>>;

/// Pieces on which the first two differ: one says fine and the other does not, or they name other defects.
pub fn disputed(marks: &Marks) -> Vec<u32> {
    let differ = |seats: &BTreeMap<SeatNumber, Judgement>| {
        let classes = |seat| seats.get(&seat).map(Judgement::classes);
        classes(SeatNumber::One) != classes(SeatNumber::Two)
    };
    let pieces = marks.iter().filter(|(_, seats)| differ(seats));
    pieces.map(|(item, _)| *item).collect()
}

/// What counts for a piece: the third person's word where there is one, else what the first two agree on.
pub fn deciding(seats: &BTreeMap<SeatNumber, Judgement>) -> Option<&Judgement> {
    seats
        .get(&SeatNumber::Arbiter)
        .or_else(|| seats.get(&SeatNumber::One))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mark(item: u32, seat: SeatNumber, classes: &[(&str, DefectSeverity)]) -> Judgement {
        let defect = |(class, severity): &(&str, DefectSeverity)| Defect {
            class: (*class).to_owned(),
            severity: *severity,
            page: None,
        };
        Judgement {
            item,
            seat,
            by: Person::new("li"),
            at: "2026-01-01T12:00:00Z".parse().unwrap(),
            defects: classes.iter().map(defect).collect(),
            note: None,
        }
    }

    fn marks(all: Vec<Judgement>) -> Marks {
        let mut marks = Marks::new();
        for one in all {
            marks.entry(one.item).or_default().insert(one.seat, one);
        }
        marks
    }

    #[test]
    fn other_defects_and_other_verdicts_are_disputed_the_order_is_not() {
        use DefectSeverity::{Major, Minor};
        use SeatNumber::{One, Two};
        let marks = marks(vec![
            mark(1, One, &[]),
            mark(1, Two, &[]),
            mark(2, One, &[("blur", Major)]),
            mark(2, Two, &[]),
            mark(3, One, &[("blur", Major), ("skew", Minor)]),
            mark(3, Two, &[("skew", Minor), ("blur", Major)]),
            mark(4, One, &[("blur", Major)]),
            mark(4, Two, &[("skew", Minor)]),
            mark(5, One, &[]),
        ]);
        assert_eq!(disputed(&marks), [2, 4, 5]);
        assert_eq!(marks[&3][&One].severity(), Some(Major));
        assert_eq!(marks[&1][&One].severity(), None);
    }

    #[test]
    fn the_third_persons_word_counts() {
        let mut all = marks(vec![mark(1, SeatNumber::One, &[("blur", DefectSeverity::Major)])]);
        let seats = all.entry(1).or_default();
        seats.insert(SeatNumber::Arbiter, mark(1, SeatNumber::Arbiter, &[]));
        assert_eq!(deciding(seats).and_then(Judgement::severity), None);
    }
}
