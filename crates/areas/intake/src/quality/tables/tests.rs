use super::super::rules::QualityRules;
use super::*;

const STATES: [Inspection; 3] = [Inspection::Normal, Inspection::Tightened, Inspection::Reduced];
const LETTERS: [&str; 16] = [
    "A", "B", "C", "D", "E", "F", "G", "H", "J", "K", "L", "M", "N", "P", "Q", "R",
];

fn plan(inspection: Inspection, lot: u64, aql: f64) -> (u64, u64) {
    let rules = QualityRules::builtin().unwrap();
    let single = rules.tables().plan(inspection, Level::Ii, lot, aql).unwrap();
    (single.size, single.accept)
}

#[test]
fn well_known_plans_of_the_standard_come_out() {
    // code letters J, K, L, G, H, each at its limit
    assert_eq!(plan(Inspection::Normal, 1_000, 1.0), (80, 2));
    assert_eq!(plan(Inspection::Normal, 2_000, 1.0), (125, 3));
    assert_eq!(plan(Inspection::Normal, 5_000, 2.5), (200, 10));
    assert_eq!(plan(Inspection::Normal, 200, 4.0), (32, 3));
    assert_eq!(plan(Inspection::Normal, 400, 0.25), (50, 0));
    assert_eq!(plan(Inspection::Tightened, 1_000, 1.0), (80, 1));
    assert_eq!(plan(Inspection::Tightened, 2_000, 4.0), (125, 8));
    assert_eq!(plan(Inspection::Reduced, 1_000, 1.0), (32, 1));
}

#[test]
fn arrows_lead_to_the_next_plan() {
    // letter J, limit 0.10: an arrow down to K with its 125 pieces
    assert_eq!(plan(Inspection::Normal, 1_000, 0.10), (125, 0));
    // letter J, limit 0.25: an arrow up to H
    assert_eq!(plan(Inspection::Normal, 1_000, 0.25), (50, 0));
    // letter J, limit 0.40: down to K
    assert_eq!(plan(Inspection::Normal, 1_000, 0.40), (125, 1));
}

#[test]
fn a_sample_is_never_greater_than_its_lot() {
    for lot in [1, 2, 5, 30, 100] {
        for aql in [0.01, 0.1, 1.0, 10.0] {
            assert!(plan(Inspection::Normal, lot, aql).0 <= lot);
        }
    }
    assert_eq!(plan(Inspection::Normal, 60, 0.10), (60, 0));
}

#[test]
fn a_stricter_limit_or_inspection_never_accepts_more_of_the_same_sample() {
    let rules = QualityRules::builtin().unwrap();
    let tables = rules.tables();
    let limits = [
        0.01, 0.015, 0.025, 0.04, 0.065, 0.1, 0.15, 0.25, 0.4, 0.65, 1.0, 1.5, 2.5, 4.0, 6.5, 10.0,
    ];
    for lot in [
        3, 12, 40, 130, 300, 900, 2_500, 9_000, 30_000, 100_000, 400_000, 900_000,
    ] {
        let mut last: Option<Single> = None;
        for aql in limits {
            let plan = |inspection| tables.plan(inspection, Level::Ii, lot, aql).unwrap();
            let (normal, tightened) = (plan(Inspection::Normal), plan(Inspection::Tightened));
            assert!(
                normal.size >= 1 && normal.accept <= normal.size / 2,
                "lot {lot}, limit {aql}"
            );
            let same = tightened.size == normal.size;
            assert!(
                !same || tightened.accept <= normal.accept,
                "lot {lot}, limit {aql}"
            );
            let same = last.is_some_and(|last| last.size == normal.size);
            assert!(
                !same || last.is_some_and(|last| last.accept <= normal.accept),
                "lot {lot}, limit {aql}"
            );
            last = Some(normal);
        }
    }
}

fn cells(tables: &Tables, inspection: Inspection, letter: &str) -> Vec<Cell> {
    let row = &tables.table(inspection)[letter];
    row.accept
        .split_whitespace()
        .map(|cell| read(cell).unwrap())
        .collect()
}

#[test]
fn sample_sizes_are_those_of_the_standard() {
    let rules = QualityRules::builtin().unwrap();
    let sizes = |inspection| -> Vec<u64> {
        let table = rules.tables().table(inspection);
        table.values().map(|row| row.size).collect()
    };
    let normal = [
        2, 3, 5, 8, 13, 20, 32, 50, 80, 125, 200, 315, 500, 800, 1250, 2000,
    ];
    assert_eq!(sizes(Inspection::Normal), normal);
    assert_eq!(sizes(Inspection::Tightened), [&normal[..], &[3150]].concat());
    // reduced inspection takes what is two letters smaller
    let reduced = sizes(Inspection::Reduced);
    assert_eq!(reduced[..2], [2, 2]);
    assert_eq!(reduced[2..], normal[..14]);
}

/// Every column has arrows down to its smallest plan, which accepts nothing; then what is not there for it, and plans
/// that accept more and more up to the greatest number; below that only arrows up.
#[test]
fn every_column_has_the_form_of_the_standard() {
    let rules = QualityRules::builtin().unwrap();
    let tables = rules.tables();
    for (inspection, accepted) in [
        (Inspection::Normal, &[1, 2, 3, 5, 7, 10, 14, 21][..]),
        (Inspection::Tightened, &[1, 2, 3, 5, 8, 12, 18]),
        (Inspection::Reduced, &[1, 2, 3, 5, 6, 8, 10]),
    ] {
        for (column, aql) in tables.aql.iter().enumerate() {
            let rows = tables.table(inspection).keys();
            let down: Vec<Cell> = rows
                .map(|letter| cells(tables, inspection, letter)[column])
                .filter(|cell| *cell != Cell::Nothing)
                .collect();
            let numbers: Vec<u64> = down
                .iter()
                .filter_map(|cell| match cell {
                    Cell::Accept(number) => Some(*number),
                    _ => None,
                })
                .collect();
            let place = format!("{inspection:?}, {aql}: {down:?}");
            let (zero, more) = match numbers.split_first() {
                Some((0, more)) => (true, more),
                _ => (false, numbers.as_slice()),
            };
            assert!(accepted.starts_with(more), "{place}");
            assert!(zero || more == &accepted[..more.len()], "{place}");
            // no number twice, none after the last, and nothing but arrows up behind it
            let last = down
                .iter()
                .rposition(|cell| matches!(cell, Cell::Accept(_)))
                .unwrap();
            assert!(
                down[last + 1..].iter().all(|cell| *cell == Cell::Above),
                "{place}"
            );
            let first = down
                .iter()
                .position(|cell| matches!(cell, Cell::Accept(_)))
                .unwrap();
            assert!(down[..first].iter().all(|cell| *cell == Cell::Below), "{place}");
            if last + 1 < down.len() && zero && !more.is_empty() {
                assert_eq!(
                    more, accepted,
                    "{place}: arrows up come after the greatest number only"
                );
            }
        }
    }
}

/// One letter further and one limit stricter is the same plan of a larger sample: the tables are made of diagonals.
#[test]
fn diagonals_are_equal() {
    let rules = QualityRules::builtin().unwrap();
    let tables = rules.tables();
    // where a diagonal leaves the table an arrow turns round
    let turning = [
        (Inspection::Normal, "A", 15),
        (Inspection::Normal, "Q", 2),
        (Inspection::Tightened, "Q", 2),
        (Inspection::Reduced, "A", 15),
        (Inspection::Reduced, "P", 3),
        (Inspection::Reduced, "Q", 3),
    ];
    for inspection in STATES {
        for pair in LETTERS.windows(2) {
            let (upper, lower) = (
                cells(tables, inspection, pair[0]),
                cells(tables, inspection, pair[1]),
            );
            for column in 1..upper.len() {
                let (one, other) = (upper[column], lower[column - 1]);
                let turns = turning.contains(&(inspection, pair[0], column));
                assert_eq!(
                    one != other,
                    turns,
                    "{inspection:?}, {} {column}: {one:?}, {other:?}",
                    pair[0]
                );
            }
        }
    }
}

#[test]
fn every_arrow_leads_to_a_plan_on_its_own_side() {
    let rules = QualityRules::builtin().unwrap();
    let tables = rules.tables();
    for inspection in STATES {
        for letter in LETTERS {
            let own = tables.table(inspection)[letter].size;
            for (column, aql) in tables.aql.iter().enumerate() {
                let plan = tables.resolve(inspection, letter, *aql).unwrap();
                match cells(tables, inspection, letter)[column] {
                    Cell::Accept(accept) => assert_eq!((plan.size, plan.accept), (own, accept)),
                    // reduced inspection begins with three samples of one size
                    Cell::Below => assert!(plan.size >= own, "{inspection:?} {letter} {aql}"),
                    Cell::Above => assert!(plan.size <= own, "{inspection:?} {letter} {aql}"),
                    Cell::Nothing => panic!("{inspection:?} {letter} {aql}"),
                }
            }
        }
    }
    assert_eq!(
        tables.resolve(Inspection::Tightened, "R", 0.025),
        Some(Single {
            size: 3150,
            accept: 1
        })
    );
    assert_eq!(
        tables.resolve(Inspection::Tightened, "R", 0.015),
        Some(Single {
            size: 1250,
            accept: 0
        })
    );
    assert_eq!(
        tables.resolve(Inspection::Reduced, "Q", 0.025),
        Some(Single { size: 200, accept: 0 })
    );
    assert_eq!(
        tables.resolve(Inspection::Normal, "A", 10.0),
        Some(Single { size: 5, accept: 1 })
    );
}

/// Chance that a lot with this share of defective pieces passes (Poisson, as the standard's own curves).
fn chance(plan: Single, percent: f64) -> f64 {
    let mean = plan.size as f64 * percent / 100.0;
    let mut term = (-mean).exp();
    let mut sum = term;
    for number in 1..=plan.accept {
        term *= mean / number as f64;
        sum += term;
    }
    sum
}

/// What the limits promise: a lot at its quality limit mostly passes, more surely under reduced and less surely under
/// tightened inspection than under normal.
#[test]
fn lots_at_their_limit_pass_as_often_as_the_standard_promises() {
    let rules = QualityRules::builtin().unwrap();
    let tables = rules.tables();
    for letter in LETTERS {
        for aql in &tables.aql {
            let at = |inspection| chance(tables.resolve(inspection, letter, *aql).unwrap(), *aql);
            let (normal, tightened, reduced) = (
                at(Inspection::Normal),
                at(Inspection::Tightened),
                at(Inspection::Reduced),
            );
            assert!((0.86..=0.999).contains(&normal), "{letter} {aql}: {normal}");
            assert!(tightened >= 0.75, "{letter} {aql}: {tightened}");
            assert!(
                tightened <= normal + 0.01,
                "{letter} {aql}: {tightened} and {normal}"
            );
            assert!(reduced >= normal - 0.01, "{letter} {aql}: {reduced} and {normal}");
        }
    }
}
