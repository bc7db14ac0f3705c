//! Content compared with its digests in one pass, many files side by side.

use super::check::Check;
use super::{Digests, ProblemKind};
use crate::digest::{Algorithm, Digester};
use crate::identifier::ObjectId;
use crate::inventory::{ContentPath, Inventory};
use crate::lanes::{LaneDigests, SideBySide, Wanted};
use rayon::prelude::*;
use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// Files that wait to be read side by side.
pub(super) const SIDE_BY_SIDE: usize = 64;

/// A file with its digests as they were recorded.
pub(super) struct Recorded {
    pub(super) algorithm: Algorithm,
    pub(super) digest: String,
    pub(super) sm3: Option<String>,
    pub(super) path: PathBuf,
    pub(super) object: ObjectId,
}

/// A file that is opened when it is read first, so that few are open at a time.
enum LazyFile<'a> {
    At(&'a Path),
    Open(File),
}

impl Read for LazyFile<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if let Self::At(path) = self {
            *self = Self::Open(File::open(path)?);
        }
        match self {
            Self::Open(file) => file.read(buffer),
            Self::At(_) => Ok(0),
        }
    }
}

pub(super) fn sm3_by_path(inventory: &Inventory) -> HashMap<&ContentPath, &String> {
    let sm3 = inventory.fixity.get(Algorithm::Sm3.name()).into_iter().flatten();
    sm3.flat_map(|(digest, paths)| paths.iter().map(move |path| (path, digest)))
        .collect()
}

/// Files of one thread: enough to fill the lanes, few enough that all threads have some.
fn share(waiting: usize) -> usize {
    waiting
        .div_ceil(rayon::current_num_threads().max(1))
        .clamp(8, SIDE_BY_SIDE)
}

impl Check<'_> {
    /// Reads what is waiting, each file once, for the digests that are to be compared.
    pub(super) fn read_waiting(&self, waiting: &mut Vec<Recorded>) {
        let share = share(waiting.len());
        waiting
            .par_chunks(share)
            .for_each(|some| self.read_side_by_side(some));
        waiting.clear();
    }

    fn read_side_by_side(&self, some: &[Recorded]) {
        let wanted = match self.digests {
            Digests::Content => Wanted::Sha512,
            Digests::ContentAndSm3 => Wanted::Both,
        };
        // what others wrote may be addressed by SHA-256
        let mut others: Vec<Option<Box<dyn Digester>>> = some
            .iter()
            .map(|recorded| (recorded.algorithm != Algorithm::Sha512).then(|| recorded.algorithm.start()))
            .collect();
        let mut found: Vec<io::Result<LaneDigests>> = some
            .iter()
            .map(|_| Err(io::Error::other("the stream was not read")))
            .collect();
        SideBySide::new(wanted).digest(
            some.iter().map(|recorded| LazyFile::At(&recorded.path)),
            |number, bytes| {
                if let Some(digester) = &mut others[number] {
                    digester.update(bytes);
                }
                Ok(())
            },
            |number, digests| found[number] = digests,
        );
        for ((recorded, other), found) in some.iter().zip(others).zip(found) {
            let id = Some(recorded.object.as_str());
            let found = found.map(|mut digests| {
                if let Some(digester) = other {
                    digests.sha512 = digester.finish();
                }
                digests
            });
            let sm3 = found.as_ref().map(|found| found.sm3.clone()).unwrap_or_default();
            let measured = found.map(|found| (found.sha512, found.size));
            let whole = matches!(&measured, Ok((found, _)) if found.eq_ignore_ascii_case(&recorded.digest));
            self.compare(&recorded.digest, &recorded.path, measured, id);
            let differs = recorded
                .sm3
                .as_ref()
                .filter(|expected| !sm3.eq_ignore_ascii_case(expected));
            // where the content is altered already, its second digest says nothing new
            if let (true, Some(expected)) = (whole, differs) {
                let found = Some(format!("sm3 {sm3}"));
                let expected = Some(format!("sm3 {expected}"));
                self.report(ProblemKind::Altered, &recorded.path, id, expected, found);
            }
        }
    }
}
