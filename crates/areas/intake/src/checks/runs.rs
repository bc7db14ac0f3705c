//! Finding what stands twice among millions, in flat memory: fingerprints of sixteen bytes, sorted on disk.

use crate::error::IntakeError;
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

/// Fingerprints held in memory before they are written out as a sorted run: six megabytes.
const HELD: usize = 1 << 18;
/// Bytes of one entry: fingerprint and number of the record.
const WIDTH: usize = 24;

/// A fingerprint, and the record that has it.
type Entry = (u128, u64);

/// Fingerprints with the records that have them.
pub(super) struct Runs {
    folder: PathBuf,
    held: Vec<Entry>,
    most: usize,
    written: usize,
}

impl Runs {
    /// None yet; what does not fit into memory goes into the folder, which belongs to the caller.
    pub fn new(folder: &Path) -> Self {
        Self::holding(folder, HELD)
    }

    fn holding(folder: &Path, most: usize) -> Self {
        Self {
            folder: folder.to_path_buf(),
            held: Vec::new(),
            most,
            written: 0,
        }
    }

    /// Notes that a record has a fingerprint.
    pub fn add(&mut self, fingerprint: u128, record: u64) -> Result<(), IntakeError> {
        self.held.push((fingerprint, record));
        if self.held.len() < self.most {
            return Ok(());
        }
        self.held.sort_unstable();
        let path = self.run_path(self.written);
        let disk = |source| IntakeError::disk("write", &path, source);
        let mut file = BufWriter::new(File::create(&path).map_err(disk)?);
        for (fingerprint, record) in &self.held {
            file.write_all(&fingerprint.to_le_bytes()).map_err(disk)?;
            file.write_all(&record.to_le_bytes()).map_err(disk)?;
        }
        file.flush().map_err(disk)?;
        self.written += 1;
        self.held.clear();
        Ok(())
    }

    fn run_path(&self, number: usize) -> PathBuf {
        self.folder.join(format!("fingerprints-{number}"))
    }

    /// Tells each record that has the fingerprint of an earlier one, with the first that has it.
    pub fn twice(
        mut self,
        mut tell: impl FnMut(u64, u64) -> Result<(), IntakeError>,
    ) -> Result<(), IntakeError> {
        self.held.sort_unstable();
        let mut readers = Vec::new();
        for number in 0..self.written {
            let path = self.run_path(number);
            let file = File::open(&path).map_err(|source| IntakeError::disk("read", &path, source))?;
            readers.push((path, BufReader::new(file)));
        }
        let mut held = std::mem::take(&mut self.held).into_iter();
        let memory = readers.len();
        let mut next = |source: usize| -> Result<Option<Entry>, IntakeError> {
            if source == memory {
                return Ok(held.next());
            }
            let Some((path, reader)) = readers.get_mut(source) else {
                return Ok(None);
            };
            read_entry(reader).map_err(|error| IntakeError::disk("read", path.as_path(), error))
        };
        let mut heads = BinaryHeap::new();
        for source in 0..=memory {
            heads.extend(next(source)?.map(|entry| Reverse((entry, source))));
        }
        let mut first: Option<Entry> = None;
        while let Some(Reverse((entry, source))) = heads.pop() {
            heads.extend(next(source)?.map(|entry| Reverse((entry, source))));
            match first {
                Some((fingerprint, record)) if fingerprint == entry.0 => {
                    if record != entry.1 {
                        tell(entry.1, record)?;
                    }
                }
                _ => first = Some(entry),
            }
        }
        Ok(())
    }
}

impl Drop for Runs {
    fn drop(&mut self) {
        for number in 0..self.written {
            // the folder goes with the accession; this only makes room earlier
            std::fs::remove_file(self.run_path(number)).ok();
        }
    }
}

fn read_entry(reader: &mut impl Read) -> std::io::Result<Option<Entry>> {
    let mut bytes = [0; WIDTH];
    match reader.read_exact(&mut bytes) {
        Ok(()) => {}
        Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => return Ok(None),
        Err(error) => return Err(error),
    }
    let (fingerprint, record) = bytes.split_at(16);
    let (Ok(fingerprint), Ok(record)) = (fingerprint.try_into(), record.try_into()) else {
        return Ok(None);
    };
    Ok(Some((
        u128::from_le_bytes(fingerprint),
        u64::from_le_bytes(record),
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(given: &[u8], most: usize) -> Vec<(u64, u64)> {
        let folder = tempfile::tempdir().unwrap();
        let mut runs = Runs::holding(folder.path(), most);
        for (record, fingerprint) in given.iter().enumerate() {
            runs.add(u128::from(*fingerprint), record as u64).unwrap();
        }
        let mut told = Vec::new();
        runs.twice(|later, first| {
            told.push((later, first));
            Ok(())
        })
        .unwrap();
        told.sort_unstable();
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
        told
    }

    #[test]
    fn what_stands_twice_is_told_with_the_first() {
        assert_eq!(told(&[5, 1, 5, 2, 5, 1], 100), [(2, 0), (4, 0), (5, 1)]);
        assert_eq!(told(&[], 100), []);
    }

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig::with_cases(32))]
        #[test]
        fn runs_on_disk_change_nothing(given in proptest::collection::vec(0..12_u8, 0..60)) {
            proptest::prop_assert_eq!(told(&given, 4), told(&given, 1000));
        }
    }
}
