//! Drawing a sample that anybody can draw again: each piece has a place that follows from the seed and its name alone.
//!
//! The rank of a piece is the SHA-256 of `seed`, a line feed, and the piece's key `<record>/<place of the file>` (place
//! 0 where the piece is a whole record), in hexadecimal. The pieces of lowest rank are the sample, in that order; any
//! `sha256sum` proves it.

use super::rules::{DefectSeverity, Stratify, Unit};
use super::switching::Inspection;
use lantai_vault::Algorithm;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// How many defective pieces of one severity a lot may have.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Limit {
    /// Of which severity.
    pub severity: DefectSeverity,
    /// Among how many pieces, the first of the sample.
    pub size: u64,
    /// Ac: most with which the lot passes.
    pub accept: u64,
    /// The quality limit it follows from.
    pub aql: Option<f64>,
    /// Ac under the next stricter limit; for the switching score.
    pub stricter: Option<u64>,
}

/// How a lot is sampled and judged, with its numbers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SamplePlan {
    /// Name of the plan in the rules.
    pub plan: String,
    /// What one piece is.
    pub unit: Unit,
    /// Over what the sample is spread.
    pub stratify: Stratify,
    /// How strictly it is inspected.
    pub inspection: Inspection,
    /// Code letter, in acceptance sampling.
    pub letter: Option<String>,
    /// Pieces of the lot.
    pub lot_size: u64,
    /// Pieces of the sample.
    pub sample_size: u64,
    /// What each severity is allowed.
    pub limits: Vec<Limit>,
}

/// A piece that may be drawn.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Candidate {
    rank: String,
    /// The key of the piece.
    pub key: String,
    /// The stratum it belongs to.
    pub stratum: String,
}

/// The rank of a piece under a seed.
pub fn rank(seed: &str, key: &str) -> String {
    Algorithm::Sha256.of(format!("{seed}\n{key}").as_bytes())
}

/// Spreads a sample over strata in proportion to their size (greatest remainders; every stratum at least one piece
/// where the sample has enough). The sum is `sample`, or everything where that is less.
pub fn spread(strata: &BTreeMap<String, u64>, sample: u64) -> BTreeMap<String, u64> {
    let total: u64 = strata.values().sum();
    let sample = sample.min(total);
    let mut given: BTreeMap<String, u64> = BTreeMap::new();
    if total == 0 {
        return given;
    }
    let filled = u64::try_from(strata.values().filter(|size| **size > 0).count()).unwrap_or(u64::MAX);
    let least = u64::from(filled <= sample);
    let mut remainders: Vec<(u128, &String)> = Vec::new();
    for (name, size) in strata.iter().filter(|(_, size)| **size > 0) {
        let product = u128::from(*size) * u128::from(sample);
        let whole = u64::try_from(product / u128::from(total)).unwrap_or(u64::MAX);
        given.insert(name.clone(), whole.max(least));
        remainders.push((product % u128::from(total), name));
    }
    // the greatest remainder first; the name settles what is equal
    remainders.sort_by(|one, other| other.0.cmp(&one.0).then(one.1.cmp(other.1)));
    let mut sum: u64 = given.values().sum();
    while sum < sample {
        for (_, name) in &remainders {
            if let Some(count) = given.get_mut(*name)
                && sum < sample
                && strata.get(*name).is_some_and(|size| *count < *size)
            {
                *count += 1;
                sum += 1;
            }
        }
    }
    // the pieces given to small strata are taken from the largest
    while sum > sample {
        let largest = given
            .iter()
            .max_by(|one, other| one.1.cmp(other.1).then(other.0.cmp(one.0)));
        let Some(name) = largest.map(|(name, _)| name.clone()) else {
            break;
        };
        given.entry(name).and_modify(|count| *count -= 1);
        sum -= 1;
    }
    given
}

/// Keeps, of all pieces that are offered, those of the sample; memory is bounded by the sample, not by the lot.
#[derive(Debug)]
pub struct Sampler {
    seed: String,
    wanted: BTreeMap<String, u64>,
    kept: BTreeMap<String, BTreeSet<Candidate>>,
}

impl Sampler {
    /// A sampler that keeps this many pieces of each stratum.
    pub fn new(seed: &str, wanted: BTreeMap<String, u64>) -> Self {
        Self {
            seed: seed.to_owned(),
            wanted,
            kept: BTreeMap::new(),
        }
    }

    /// Offers a piece.
    pub fn offer(&mut self, stratum: &str, key: &str) {
        let wanted = self.wanted.get(stratum).copied().unwrap_or(0);
        let kept = self.kept.entry(stratum.to_owned()).or_default();
        kept.insert(Candidate {
            rank: rank(&self.seed, key),
            key: key.to_owned(),
            stratum: stratum.to_owned(),
        });
        while u64::try_from(kept.len()).unwrap_or(u64::MAX) > wanted {
            kept.pop_last();
        }
    }

    /// The sample, in the order of ranks.
    pub fn finish(self) -> Vec<Candidate> {
        let mut sample: Vec<Candidate> = self.kept.into_values().flatten().collect();
        sample.sort();
        sample
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn drawn(seed: &str, keys: &[String], wanted: u64) -> Vec<String> {
        let mut sampler = Sampler::new(seed, BTreeMap::from([(String::new(), wanted)]));
        for key in keys {
            sampler.offer("", key);
        }
        sampler.finish().into_iter().map(|one| one.key).collect()
    }

    proptest! {
        #[test]
        fn the_same_seed_draws_the_same_sample_whatever_the_order(
            count in 1_usize..200, wanted in 0_u64..50, turn in 0_usize..200, seed in "[0-9a-f]{8}"
        ) {
            let keys: Vec<String> = (0..count).map(|n| format!("record-{n}/1")).collect();
            let mut other = keys.clone();
            other.rotate_left(turn % count);
            other.reverse();
            let sample = drawn(&seed, &keys, wanted);
            prop_assert_eq!(&sample, &drawn(&seed, &other, wanted));
            prop_assert_eq!(sample.len() as u64, wanted.min(count as u64));
            let mut once = sample.clone();
            once.sort();
            once.dedup();
            prop_assert_eq!(once.len(), sample.len());
            // a greater sample begins with the smaller one
            prop_assert!(drawn(&seed, &keys, wanted + 7).starts_with(&sample));
        }

        #[test]
        fn a_sample_is_spread_in_proportion(sizes in proptest::collection::vec(0_u64..1_000, 1..20), sample in 0_u64..3_000) {
            let strata: BTreeMap<String, u64> =
                sizes.iter().enumerate().map(|(n, size)| (format!("{n:02}"), *size)).collect();
            let total: u64 = sizes.iter().sum();
            let given = spread(&strata, sample);
            prop_assert_eq!(given.values().sum::<u64>(), sample.min(total));
            for (name, count) in &given {
                prop_assert!(*count <= strata[name]);
                let exact = strata[name] as f64 * sample.min(total) as f64 / total as f64;
                prop_assert!((*count as f64 - exact).abs() <= sizes.len() as f64 + 1.0);
            }
            if sample >= sizes.len() as u64 {
                prop_assert!(given.values().all(|count| *count > 0));
            }
        }
    }

    #[test]
    fn the_rank_is_what_sha256sum_says() {
        // printf 'seed\nkey/1' | sha256sum
        assert_eq!(
            rank("seed", "key/1"),
            "455c845c10675730dc1c71818d9a31b0aaacc954061e4886459d61fc126e93f9"
        );
    }
}
