//! Counting: how many records match, and how many of them have each value of a facet.

use std::collections::BTreeMap;

use tantivy::columnar::{Column, StrColumn};
use tantivy::query::{EnableScoring, Query};
use tantivy::{DocSet, Searcher, SegmentReader, TERMINATED};

/// Values of one facet that are returned.
const MAX_VALUES: usize = 200;

/// Records whose values are read at once.
const BLOCK: usize = 256;

/// What was counted.
#[derive(Debug, Default)]
pub struct Tally {
    /// Records walked through.
    pub walked: u64,
    /// There are more; the walk stopped.
    pub stopped: bool,
    /// Facet → value → records.
    pub counts: BTreeMap<&'static str, BTreeMap<String, u64>>,
}

/// Walks through at most `most` records that match and counts them and the values of `facets`.
pub fn tally(
    searcher: &Searcher,
    query: &dyn Query,
    facets: &[&'static str],
    most: u64,
) -> tantivy::Result<Tally> {
    let weight = query.weight(EnableScoring::disabled_from_searcher(searcher))?;
    let mut tally = Tally::default();
    for reader in searcher.segment_readers() {
        let mut counters = facets
            .iter()
            .map(|facet| Counter::open(reader, facet))
            .collect::<tantivy::Result<Vec<_>>>()?;
        let mut documents = weight.scorer(reader, 1.0)?;
        let alive = reader.alive_bitset();
        let mut block = Vec::with_capacity(BLOCK);
        let mut document = documents.doc();
        while document != TERMINATED {
            if alive.is_none_or(|alive| alive.is_alive(document)) {
                if tally.walked == most {
                    tally.stopped = true;
                    break;
                }
                tally.walked += 1;
                block.push(document);
                if block.len() == BLOCK {
                    counters.iter_mut().for_each(|counter| counter.count(&block));
                    block.clear();
                }
            }
            document = documents.advance();
        }
        counters.iter_mut().for_each(|counter| counter.count(&block));
        for (facet, counter) in facets.iter().copied().zip(counters) {
            counter.pour(tally.counts.entry(facet).or_default())?;
        }
        if tally.stopped {
            break;
        }
    }
    Ok(tally)
}

/// The values of a facet, most frequent first.
pub fn most_frequent(counts: BTreeMap<String, u64>) -> Vec<(String, u64)> {
    let mut values: Vec<(String, u64)> = counts.into_iter().collect();
    values.sort_by(|left, right| right.1.cmp(&left.1).then_with(|| left.0.cmp(&right.0)));
    values.truncate(MAX_VALUES);
    values
}

/// Counts one facet in one part of the index.
enum Counter {
    /// By the ordinal of the value in this part's dictionary.
    Text { column: StrColumn, counts: Vec<u64> },
    /// By the number itself.
    Number {
        column: Column<i64>,
        counts: BTreeMap<i64, u64>,
    },
    /// No record of this part has a value.
    Nothing,
}

impl Counter {
    fn open(reader: &SegmentReader, facet: &str) -> tantivy::Result<Self> {
        let columns = reader.fast_fields();
        if facet == "year" {
            return Ok(match columns.column_opt::<i64>(facet)? {
                Some(column) => Self::Number {
                    column,
                    counts: BTreeMap::new(),
                },
                None => Self::Nothing,
            });
        }
        Ok(match columns.str(facet)? {
            Some(column) => {
                let counts = vec![0; column.num_terms()];
                Self::Text { column, counts }
            }
            None => Self::Nothing,
        })
    }

    fn count(&mut self, documents: &[u32]) {
        match self {
            Self::Text { column, counts } => {
                let mut places = [None; BLOCK];
                let places = &mut places[..documents.len()];
                column.ords().first_vals(documents, places);
                for place in places.iter().flatten() {
                    if let Some(count) = counts.get_mut(*place as usize) {
                        *count += 1;
                    }
                }
            }
            Self::Number { column, counts } => {
                let mut numbers = [None; BLOCK];
                let numbers = &mut numbers[..documents.len()];
                column.first_vals(documents, numbers);
                for number in numbers.iter().flatten() {
                    *counts.entry(*number).or_default() += 1;
                }
            }
            Self::Nothing => {}
        }
    }

    fn pour(self, into: &mut BTreeMap<String, u64>) -> tantivy::Result<()> {
        match self {
            Self::Text { column, counts } => {
                for (place, count) in counts.into_iter().enumerate().filter(|(_, count)| *count > 0) {
                    let mut value = String::new();
                    column.ord_to_str(place as u64, &mut value)?;
                    *into.entry(value).or_default() += count;
                }
            }
            Self::Number { counts, .. } => {
                for (number, count) in counts {
                    *into.entry(number.to_string()).or_default() += count;
                }
            }
            Self::Nothing => {}
        }
        Ok(())
    }
}
