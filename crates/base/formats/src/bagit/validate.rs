//! Reads the payload and compares every digest.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::digest::{Algorithm, Hasher};
use super::fault::{BagError, BagFault, FaultKind};
use super::inspect::PayloadFile;
use super::read::Bag;

const CHUNK_BYTES: usize = 256 * 1024;

impl Bag {
    /// [`Bag::inspect`], and every payload file read and compared with its digests; the complete list of what is
    /// wrong or remarkable. The bag is valid if there are only warnings in it (RFC 8493 §3).
    ///
    /// `threads` files are read at a time; `progress` is told the number of bytes after each piece read.
    pub fn validate(
        &self,
        threads: usize,
        progress: &(dyn Fn(u64) + Sync),
    ) -> Result<Vec<BagFault>, BagError> {
        let inspection = self.inspect()?;
        let files = &inspection.files;
        let (next, found) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
        std::thread::scope(|scope| {
            for _ in 0..threads.clamp(1, 64).min(files.len()) {
                scope.spawn(|| {
                    while let Some(file) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
                        let faults = check(file, progress);
                        if !faults.is_empty() {
                            // A thread that died would have poisoned the lock, but not the list.
                            found
                                .lock()
                                .unwrap_or_else(|poison| poison.into_inner())
                                .extend(faults);
                        }
                    }
                });
            }
        });
        let mut found = found.into_inner().unwrap_or_else(|poison| poison.into_inner());
        found.sort_by(|a: &BagFault, b| (&a.path, a.algorithm).cmp(&(&b.path, b.algorithm)));
        let mut faults = inspection.faults;
        faults.extend(found);
        Ok(faults)
    }
}

fn check(file: &PayloadFile, progress: &(dyn Fn(u64) + Sync)) -> Vec<BagFault> {
    if file.expected.is_empty() {
        return Vec::new(); // reported as extra
    }
    let hashers = file
        .algorithms()
        .map(|algorithm| (algorithm, Hasher::new(algorithm)))
        .collect();
    match hash_file(&file.location, hashers, progress) {
        Ok(measured) => file.compare(&measured),
        Err(error) => {
            vec![BagFault::new(FaultKind::Unreadable, file.path.clone()).found(error.to_string())]
        }
    }
}

/// Reads a file once through all hashers.
pub(super) fn hash_file(
    path: &Path,
    mut hashers: Vec<(Algorithm, Hasher)>,
    progress: &(dyn Fn(u64) + Sync),
) -> io::Result<Vec<(Algorithm, String)>> {
    let mut file = File::open(path)?;
    let mut chunk = vec![0; CHUNK_BYTES];
    loop {
        let count = match file.read(&mut chunk) {
            Ok(0) => break,
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        for (_, hasher) in &mut hashers {
            hasher.update(&chunk[..count]);
        }
        progress(count as u64);
    }
    Ok(hashers
        .into_iter()
        .map(|(algorithm, hasher)| (algorithm, hasher.finish()))
        .collect())
}
