//! What a year's documents lack by the table (feeds check I-3.3 at filing).

use super::document::Document;
use super::propose::{Verdict, propose};
use super::table::FilingTable;
use lantai_domain::document_number::DocumentNumber;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Numbers of one hole list that are told; all are counted.
const HOLES_TOLD: usize = 100;

/// A document or record of the year.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CoverageItem {
    /// The document.
    pub document: Document,
    /// Number of the row it was filed by, where that is known; else the table proposes one.
    pub item_no: Option<String>,
}

/// Something that is missing, or should not be there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "gap", rename_all = "snake_case")]
pub enum Gap {
    /// The table expects documents of a row, and there are fewer.
    TooFew {
        /// The row.
        item_no: String,
        /// What it is about.
        item_text: String,
        /// Its class.
        class: Option<String>,
        /// Who must hand them in.
        responsible_unit: Option<String>,
        /// Fewest expected.
        expected: u32,
        /// Found.
        found: u32,
    },
    /// A series of document numbers has holes.
    Holes {
        /// The row.
        item_no: String,
        /// The agency word.
        series: String,
        /// Year of the numbers.
        year: u16,
        /// The greatest number found.
        greatest: u32,
        /// Numbers that are missing; the first hundred.
        missing: Vec<u32>,
        /// How many are missing.
        missing_total: u32,
    },
    /// The table says that a document is not filed.
    OutOfScope {
        /// The document.
        reference: String,
        /// The row that says so.
        item_no: String,
        /// What it is about.
        item_text: String,
    },
}

/// Compares the documents of a year with what the table expects of it.
pub fn coverage(table: &FilingTable, year: u16, items: &[CoverageItem]) -> Vec<Gap> {
    let mut count: BTreeMap<String, u32> = BTreeMap::new();
    let mut numbers: BTreeMap<String, BTreeSet<u32>> = BTreeMap::new();
    let mut outside = Vec::new();
    for item in items {
        let number = item.document.document_number.as_deref();
        let number = number.and_then(|text| text.parse::<DocumentNumber>().ok());
        if let Some(number) = number.filter(|number| number.year() == Some(year)) {
            numbers
                .entry(number.agency().to_owned())
                .or_default()
                .insert(number.number());
        }
        let row = match &item.item_no {
            Some(item_no) => table.row(item_no),
            None => {
                let proposal = propose(table, &item.document);
                let sure = proposal.row.filter(|_| proposal.verdict == Verdict::Sure);
                sure.and_then(|row| table.row(&row.item_no))
            }
        };
        let Some(row) = row else { continue };
        *count.entry(row.item_no.clone()).or_default() += 1;
        if !row.filed {
            let known_by = item.document.reference.clone();
            outside.push(Gap::OutOfScope {
                reference: known_by.unwrap_or_else(|| item.document.title.clone()),
                item_no: row.item_no.clone(),
                item_text: row.item_text.clone(),
            });
        }
    }
    let mut gaps = Vec::new();
    for row in table.rows() {
        let Some(wanted) = &row.completeness else { continue };
        let found = count.get(&row.item_no).copied().unwrap_or(0);
        if let Some(expected) = wanted.at_least.filter(|expected| found < *expected) {
            gaps.push(Gap::TooFew {
                item_no: row.item_no.clone(),
                item_text: row.item_text.clone(),
                class: row.class.clone(),
                responsible_unit: row.responsible_unit.clone(),
                expected,
                found,
            });
        }
        let series = wanted.series.as_ref();
        let found = series.and_then(|series| numbers.get(series).map(|found| (series, found)));
        if let Some((series, found)) = found {
            gaps.extend(holes(&row.item_no, series, year, found));
        }
    }
    gaps.extend(outside);
    gaps
}

/// The numbers from one to the greatest that are not there.
fn holes(item_no: &str, series: &str, year: u16, found: &BTreeSet<u32>) -> Option<Gap> {
    let greatest = found.last().copied()?;
    let count = u32::try_from(found.len()).unwrap_or(u32::MAX);
    let missing_total = greatest.saturating_sub(count);
    if missing_total == 0 {
        return None;
    }
    // between the numbers that are there: a number of six digits does not make a walk of a million
    let mut missing = Vec::new();
    let mut next = 1;
    for number in found {
        let room = HOLES_TOLD.saturating_sub(missing.len());
        missing.extend((next..*number).take(room));
        next = number.saturating_add(1);
    }
    Some(Gap::Holes {
        item_no: item_no.to_owned(),
        series: series.to_owned(),
        year,
        greatest,
        missing,
        missing_total,
    })
}

#[cfg(test)]
mod tests {
    use super::super::document::Direction;
    use super::*;

    fn item(title: &str, kind: &str, number: &str) -> CoverageItem {
        let document = Document {
            document_type: Some(kind.to_owned()),
            direction: Some(Direction::Sent),
            document_number: Some(number.to_owned()).filter(|number| !number.is_empty()),
            ..Document::titled(title)
        };
        CoverageItem {
            document,
            item_no: None,
        }
    }

    #[test]
    fn what_a_year_must_have_is_missed_and_holes_are_named() {
        let table = FilingTable::builtin().unwrap();
        let mut items: Vec<CoverageItem> = [1, 2, 5, 9]
            .into_iter()
            .map(|n| item("关于某某工作的通知", "通知", &format!("青政办发〔2020〕{n}号")))
            .collect();
        items.push(item("关于张某某任职的通知", "通知", "青政办发〔2020〕3号"));
        items.push(item("关于某事的通知", "通知", "青政办发〔2019〕40号"));
        items.push(item("便函一则", "便函", ""));
        items.push(CoverageItem {
            document: Document::titled("防汛大事记"),
            item_no: Some("2.9".to_owned()),
        });
        let gaps = coverage(&table, 2020, &items);
        let few: Vec<&str> = gaps
            .iter()
            .filter_map(|gap| match gap {
                Gap::TooFew { item_no, .. } => Some(item_no.as_str()),
                _ => None,
            })
            .collect();
        assert!(few.contains(&"1.2") && few.contains(&"9.1"), "{few:?}");
        assert!(!few.contains(&"2.9") && !few.contains(&"4.1"), "{few:?}");
        let holes = gaps.iter().find_map(|gap| match gap {
            Gap::Holes {
                missing,
                greatest,
                series,
                ..
            } => Some((series.as_str(), *greatest, missing.clone())),
            _ => None,
        });
        assert_eq!(holes, Some(("青政办发", 9, vec![4, 6, 7, 8])));
        let outside: Vec<&Gap> = gaps
            .iter()
            .filter(|gap| matches!(gap, Gap::OutOfScope { .. }))
            .collect();
        assert!(matches!(outside.as_slice(), [Gap::OutOfScope { item_no, .. }] if item_no == "6.5"));
    }

    #[test]
    fn a_great_number_makes_no_great_list() {
        let table = FilingTable::builtin().unwrap();
        let items = [item("关于某事的通知", "通知", "青政办发〔2020〕999999号")];
        let gaps = coverage(&table, 2020, &items);
        let told = gaps.iter().find_map(|gap| match gap {
            Gap::Holes {
                missing,
                missing_total,
                ..
            } => Some((missing.len(), *missing_total)),
            _ => None,
        });
        assert_eq!(told, Some((100, 999_998)));
        assert!(
            coverage(&table, 2021, &[])
                .iter()
                .all(|gap| matches!(gap, Gap::TooFew { found: 0, .. }))
        );
    }
}
