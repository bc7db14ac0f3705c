//! Single sampling by attributes (ISO 2859-1, GB/T 2828.1): from the size of a lot to sample size and acceptance number.

use super::rules::QualityRulesError;
use super::switching::Inspection;
use serde::Deserialize;
use std::collections::BTreeMap;

/// General inspection level (一般检验水平).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum Level {
    /// Ⅰ: half of the usual work.
    I,
    /// Ⅱ: the usual one.
    #[serde(rename = "II")]
    Ii,
    /// Ⅲ: where it matters more.
    #[serde(rename = "III")]
    Iii,
}

#[derive(Debug, Clone, Deserialize)]
struct Letters {
    up_to: Option<u64>,
    #[serde(rename = "I")]
    one: String,
    #[serde(rename = "II")]
    two: String,
    #[serde(rename = "III")]
    three: String,
}

#[derive(Debug, Clone, Deserialize)]
struct Row {
    size: u64,
    accept: String,
}

/// What a table says at one place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cell {
    Accept(u64),
    Below,
    Above,
    Nothing,
}

/// The tables of the standard as the rules give them.
#[derive(Debug, Clone, Deserialize)]
pub struct Tables {
    letters: Vec<Letters>,
    aql: Vec<f64>,
    normal: BTreeMap<String, Row>,
    tightened: BTreeMap<String, Row>,
    reduced: BTreeMap<String, Row>,
}

/// One single sampling plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Single {
    /// Pieces of the sample.
    pub size: u64,
    /// Ac: most defective pieces with which the lot passes; one more returns it.
    pub accept: u64,
}

impl Tables {
    /// Whether every table can be read at every place, so that no question later has no answer.
    pub(super) fn check(&self) -> Result<(), QualityRulesError> {
        let broken = |reason: String| Err(QualityRulesError::Tables(reason));
        if !self.letters.iter().rev().skip(1).all(|row| row.up_to.is_some()) || self.letters.is_empty() {
            return broken("only the last line of the code letters has no `up_to`".to_owned());
        }
        let mut previous = 0;
        for row in &self.letters {
            let bound = row.up_to.unwrap_or(u64::MAX);
            if bound <= previous {
                return broken(format!(
                    "the lots up to {bound} are not greater than those before"
                ));
            }
            previous = bound;
        }
        for inspection in [Inspection::Normal, Inspection::Tightened, Inspection::Reduced] {
            for (letter, row) in self.table(inspection) {
                let cells: Vec<&str> = row.accept.split_whitespace().collect();
                if cells.len() != self.aql.len() || cells.iter().any(|cell| read(cell).is_none()) {
                    return broken(format!(
                        "row {letter} of {inspection:?} has not a cell for each limit"
                    ));
                }
            }
            for row in &self.letters {
                for letter in [&row.one, &row.two, &row.three] {
                    for aql in &self.aql {
                        if self.resolve(inspection, letter, *aql).is_none() {
                            return broken(format!(
                                "{inspection:?} has no plan for letter {letter}, limit {aql}"
                            ));
                        }
                    }
                }
            }
        }
        Ok(())
    }

    /// The code letter of a lot.
    pub fn letter(&self, level: Level, lot: u64) -> &str {
        let found = self
            .letters
            .iter()
            .find(|row| row.up_to.is_none_or(|bound| lot <= bound));
        found.or(self.letters.last()).map_or("A", |row| match level {
            Level::I => row.one.as_str(),
            Level::Ii => row.two.as_str(),
            Level::Iii => row.three.as_str(),
        })
    }

    /// The plan of a lot under a quality limit; `None`: the limit is not one of the standard.
    /// A sample is never greater than its lot.
    pub fn plan(&self, inspection: Inspection, level: Level, lot: u64, aql: f64) -> Option<Single> {
        let single = self.resolve(inspection, self.letter(level, lot), aql)?;
        Some(Single {
            size: single.size.min(lot),
            ..single
        })
    }

    /// The next stricter limit, for the switching score.
    pub fn stricter(&self, aql: f64) -> Option<f64> {
        let place = self.column(aql)?;
        place
            .checked_sub(1)
            .and_then(|place| self.aql.get(place).copied())
    }

    /// Whether the standard has such a limit.
    pub(super) fn has(&self, aql: f64) -> bool {
        self.column(aql).is_some()
    }

    fn column(&self, aql: f64) -> Option<usize> {
        self.aql.iter().position(|limit| (limit - aql).abs() < 1e-9)
    }

    fn table(&self, inspection: Inspection) -> &BTreeMap<String, Row> {
        match inspection {
            Inspection::Normal => &self.normal,
            Inspection::Tightened | Inspection::Stopped => &self.tightened,
            Inspection::Reduced => &self.reduced,
        }
    }

    fn resolve(&self, inspection: Inspection, letter: &str, aql: f64) -> Option<Single> {
        let column = self.column(aql)?;
        // letters are in the order of the alphabet, and so is the map
        let rows: Vec<(&String, &Row)> = self.table(inspection).iter().collect();
        let start = rows.iter().position(|(name, _)| *name == letter)?;
        let cell = |place: usize| {
            rows.get(place)
                .and_then(|(_, row)| read(row.accept.split_whitespace().nth(column)?))
        };
        let at = |place: usize| match (rows.get(place), cell(place)) {
            (Some((_, row)), Some(Cell::Accept(accept))) => Some(Single {
                size: row.size,
                accept,
            }),
            _ => None,
        };
        match cell(start)? {
            Cell::Accept(_) => at(start),
            Cell::Below => (start..rows.len()).find_map(at),
            Cell::Above => (0..=start).rev().find_map(at),
            Cell::Nothing => None,
        }
    }
}

fn read(cell: &str) -> Option<Cell> {
    match cell {
        "v" => Some(Cell::Below),
        "^" => Some(Cell::Above),
        "-" => Some(Cell::Nothing),
        number => number.parse().ok().map(Cell::Accept),
    }
}

#[cfg(test)]
mod tests;
