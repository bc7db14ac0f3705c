//! `lantai bench journal`

use super::Place;
use super::measure::{Report, forget_peak_memory, timed};
use clap::Args;
use lantai_journal::{SigningKey, verify};

/// Measure the journal alone: entries appended durably in batches, proofs of inclusion, and verification of all.
#[derive(Debug, Args)]
pub struct Journal {
    /// Number of entries.
    #[arg(long, default_value_t = 100_000, value_name = "N")]
    entries: u64,
    /// Entries in one batch.
    #[arg(long, default_value_t = 1000, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    batch: u64,
}

/// Bytes of an entry: about those of a real one.
const ENTRY_BYTES: usize = 480;

impl Journal {
    pub(super) fn run(self, place: &Place) -> anyhow::Result<Report> {
        let mut report = Report::new();
        let key = SigningKey::from_seed("lantai.bench/journal", [7; 32])?;
        for _ in 0..place.repeat {
            let folder = place.fresh()?;
            let path = folder.path().join("journal");
            let mut journal = lantai_journal::Journal::create(&path, &key)?;
            forget_peak_memory();
            let (appended, time) = timed(|| self.append(&mut journal, &key));
            appended?;
            report.rate("journal.durable", "entries/s", self.entries as f64, time);
            report.rate(
                "journal.checkpoints",
                "checkpoints/s",
                self.entries.div_ceil(self.batch) as f64,
                time,
            );
            let proofs = 1000.min(self.entries);
            let (proved, time) = timed(|| {
                (0..proofs).try_for_each(|number| {
                    let index = number * (self.entries / proofs);
                    journal.inclusion_proof(index, self.entries).map(drop)
                })
            });
            proved?;
            report.rate("journal.proofs", "proofs/s", proofs as f64, time);
            let (verified, time) = timed(|| verify(&path, key.verifying_key()));
            anyhow::ensure!(verified?.is_sound(), "the journal of the bench is not sound");
            report.rate("journal.verified", "entries/s", self.entries as f64, time);
            report.peak_memory("journal.peak_memory");
        }
        Ok(report)
    }

    fn append(&self, journal: &mut lantai_journal::Journal, key: &SigningKey) -> anyhow::Result<()> {
        let mut noise = super::generate::Noise::new(5);
        let mut first = 0;
        while first < self.entries {
            let count = self.batch.min(self.entries - first);
            let entry = |_| {
                let mut bytes = vec![0; ENTRY_BYTES];
                noise.fill(&mut bytes);
                bytes
            };
            let entries: Vec<Vec<u8>> = (0..count).map(entry).collect();
            journal.append(first, &entries, key)?;
            first += count;
        }
        Ok(())
    }
}
