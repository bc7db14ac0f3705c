//! Content compared with both of its digests in one pass, many files side by side.

use super::ProblemKind;
use super::check::Check;
use crate::digest::{Algorithm, Digester};
use crate::identifier::ObjectId;
use crate::inventory::{ContentPath, Inventory};
use crate::sm3_lanes::Sm3Lanes;
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

impl Check<'_> {
    /// Reads what is waiting, each file once, for both of its digests.
    pub(super) fn read_waiting(&self, waiting: &mut Vec<Recorded>) {
        waiting.par_chunks(SIDE_BY_SIDE).for_each(|some| {
            let mut content: Vec<(Box<dyn Digester>, u64)> = some
                .iter()
                .map(|recorded| (recorded.algorithm.start(), 0))
                .collect();
            let mut sm3s: Vec<Option<io::Result<String>>> = some.iter().map(|_| None).collect();
            let streams = some.iter().map(|recorded| LazyFile::At(&recorded.path));
            Sm3Lanes::new().digest(
                streams,
                |number, bytes| {
                    let (digester, size) = &mut content[number];
                    digester.update(bytes);
                    *size += bytes.len() as u64;
                },
                |number, sm3| sm3s[number] = Some(sm3),
            );
            for ((recorded, (digester, size)), sm3) in some.iter().zip(content).zip(sm3s) {
                let sm3 = sm3.unwrap_or_else(|| Err(io::Error::other("the stream was not read")));
                let id = Some(recorded.object.as_str());
                let (measured, sm3) = match sm3 {
                    Ok(sm3) => (Ok((digester.finish(), size)), sm3),
                    Err(error) => (Err(error), String::new()),
                };
                let whole =
                    matches!(&measured, Ok((found, _)) if found.eq_ignore_ascii_case(&recorded.digest));
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
        });
        waiting.clear();
    }
}
