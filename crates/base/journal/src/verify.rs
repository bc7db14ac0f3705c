//! Reads a whole journal and says what is wrong with it, file by file and entry by entry.
//!
//! Three witnesses know every entry: its bytes in the bundle, its hash in the level-0 tile, and the hashes above,
//! up to the signed root. Where they disagree the root decides which of them tells the truth, so that a report can
//! say whether an entry or only a hash was changed.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::align::{Difference, Place, differences};
use crate::checkpoint::Checkpoint;
use crate::error::JournalError;
use crate::files::{CHECKPOINT, io_error, read_if_there};
use crate::hash::Hash;
use crate::note::VerifyingKey;
use crate::tile::{TILE_WIDTH, Tile, TileKind};
use crate::witness::{Witnesses, guess_size};

/// The most problems that a report lists; [`Verification::problems_omitted`] counts the rest.
pub const MAX_PROBLEMS: usize = 10_000;

/// What a journal's verification found.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Verification {
    /// Entries that the checkpoint states (or, if it cannot be trusted, that the files show).
    pub entries: u64,
    /// The root that the checkpoint states; `None` if there is no legible checkpoint.
    pub root: Option<Hash>,
    /// What is wrong, at most [`MAX_PROBLEMS`].
    pub problems: Vec<Problem>,
    /// Problems beyond those listed.
    pub problems_omitted: u64,
    /// Files that do not belong to the journal, such as those of an interrupted append. No problem by themselves.
    pub leftovers: Vec<PathBuf>,
}

impl Verification {
    /// Whether nothing is wrong.
    pub fn is_sound(&self) -> bool {
        self.problems.is_empty()
    }

    pub(crate) fn report(&mut self, problem: Problem) {
        if self.problems.len() < MAX_PROBLEMS {
            self.problems.push(problem);
        } else {
            self.problems_omitted += 1;
        }
    }
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Problem {
    /// What kind of thing.
    pub kind: ProblemKind,
    /// The entry concerned, if it is one.
    pub entry: Option<u64>,
    /// For [`ProblemKind::Reordered`]: the place in which the entry stands instead.
    pub found_at: Option<u64>,
    /// The file, relative to the journal's folder.
    pub path: PathBuf,
    /// What should be there: a hash in hexadecimal digits, or a length in words.
    pub expected: Option<String>,
    /// What is there.
    pub found: Option<String>,
    /// Whether it is the caller's copy of the hashes that says so ([`verify_against`]) and not the journal itself.
    pub against_copy: bool,
}

impl Problem {
    pub(crate) fn new(kind: ProblemKind, path: PathBuf) -> Self {
        Self {
            kind,
            entry: None,
            found_at: None,
            path,
            expected: None,
            found: None,
            against_copy: false,
        }
    }

    pub(crate) fn entry(mut self, entry: u64) -> Self {
        self.entry = Some(entry);
        self
    }

    pub(crate) fn hashes(mut self, expected: Option<Hash>, found: Option<Hash>) -> Self {
        self.expected = expected.map(|hash| hash.to_string());
        self.found = found.map(|hash| hash.to_string());
        self
    }

    pub(crate) fn words(mut self, expected: String, found: String) -> Self {
        (self.expected, self.found) = (Some(expected), Some(found));
        self
    }
}

/// The kinds of damage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ProblemKind {
    /// An entry's bytes are not the ones that were written. Without a number: one entry of that file, and its hash
    /// was changed with it; [`verify_against`] can say which.
    Altered,
    /// An entry is gone.
    Dropped,
    /// An entry stands in another's place.
    Reordered,
    /// There is an entry that was never written.
    Added,
    /// A tile does not have the hash that the tree needs.
    TileMismatch,
    /// The checkpoint is malformed or not signed by the journal's key.
    CheckpointSignature,
    /// The entries do not lead to the root that the checkpoint states.
    CheckpointRoot,
    /// A file is not there.
    Missing,
    /// A file is there but the disk does not give it.
    Unreadable,
}

impl ProblemKind {
    /// Stable name for programs, manuals and translations.
    pub fn code(self) -> &'static str {
        match self {
            Self::Altered => "journal.altered",
            Self::Dropped => "journal.dropped",
            Self::Reordered => "journal.reordered",
            Self::Added => "journal.added",
            Self::TileMismatch => "journal.tile_mismatch",
            Self::CheckpointSignature => "journal.checkpoint_signature",
            Self::CheckpointRoot => "journal.checkpoint_root",
            Self::Missing => "journal.missing",
            Self::Unreadable => "journal.unreadable",
        }
    }
}

/// Reads every file of the journal in `dir` and compares entries, tiles and the checkpoint signed by `key`.
///
/// Reads a sound journal once, a damaged one twice. Memory grows by a few hundred bytes for 256 entries.
///
/// # Errors
/// [`JournalError::NotFound`] if there is neither a checkpoint nor a tile. Damage is no error but a problem.
pub fn verify(dir: &Path, key: &VerifyingKey) -> Result<Verification, JournalError> {
    verify_all(dir, key, None::<std::iter::Empty<Hash>>)
}

/// [`verify`], and compares the journal with a copy of its leaf hashes in order, such as the catalogue's.
///
/// The copy shows what no journal can show by itself: which entry was changed if someone changed its hashes too, and
/// whether the journal was put back to an older state with its older, rightly signed checkpoint.
pub fn verify_against(
    dir: &Path,
    key: &VerifyingKey,
    copy: impl IntoIterator<Item = Hash>,
) -> Result<Verification, JournalError> {
    verify_all(dir, key, Some(copy.into_iter()))
}

fn verify_all(
    dir: &Path,
    key: &VerifyingKey,
    copy: Option<impl Iterator<Item = Hash>>,
) -> Result<Verification, JournalError> {
    let mut report = Verification {
        entries: 0,
        root: None,
        problems: Vec::new(),
        problems_omitted: 0,
        leftovers: Vec::new(),
    };
    let root = read_claims(dir, key, &mut report)?;
    let size = report.entries;
    let witnesses = Witnesses::hear(dir, size, root, &mut report);
    if witnesses.disagree() {
        witnesses.report_tiles(&mut report);
        let room = MAX_PROBLEMS.saturating_sub(report.problems.len());
        let expected = number(0..witnesses.bundles(), |index| witnesses.true_leaves(index));
        let found = number(0..witnesses.bundles(), |index| witnesses.found_leaves(index));
        let (found, omitted) = infallible(differences(expected, found, room));
        report.problems_omitted += omitted;
        for difference in found {
            report.report(problem_of(difference, size, false));
        }
    }
    if let Some(copy) = copy {
        let room = MAX_PROBLEMS.saturating_sub(report.problems.len());
        let expected = (0..).zip(copy).map(|(index, hash)| Ok(Place { index, hash }));
        let found = number(0..witnesses.bundles(), |index| witnesses.true_leaves(index));
        let (found, omitted) = infallible(differences(expected, found, room));
        report.problems_omitted += omitted;
        for difference in found {
            report.report(problem_of(difference, size, true));
        }
    }
    report.leftovers = leftovers(dir, size)?;
    Ok(report)
}

/// Reads the checkpoint into the report; returns the root that the tree should have, if any is stated.
fn read_claims(
    dir: &Path,
    key: &VerifyingKey,
    report: &mut Verification,
) -> Result<Option<Hash>, JournalError> {
    let place = PathBuf::from(CHECKPOINT);
    let Some(note) = read_if_there(&dir.join(CHECKPOINT))? else {
        if !dir.join("tile").exists() {
            return Err(JournalError::NotFound { path: dir.to_owned() });
        }
        report.report(Problem::new(ProblemKind::Missing, place));
        report.entries = guess_size(dir);
        return Ok(None);
    };
    match Checkpoint::open(&note, key.name(), key) {
        Ok(checkpoint) => {
            report.entries = checkpoint.size();
            report.root = Some(checkpoint.root());
        }
        Err(error) => {
            let problem = Problem::new(ProblemKind::CheckpointSignature, place);
            report.report(problem.words(format!("a note signed by {key}"), error.to_string()));
            report.entries = guess_size(dir);
            // What it states may still be right, and tells damage elsewhere from damage here.
            report.root = Checkpoint::read_unverified(&note)
                .ok()
                .map(|checkpoint| checkpoint.root());
        }
    }
    Ok(report.root)
}

type Never = std::convert::Infallible;

/// The leaves of all bundles with their numbers.
fn number(
    bundles: std::ops::Range<u64>,
    leaves: impl Fn(u64) -> Vec<Hash>,
) -> impl Iterator<Item = Result<Place, Never>> {
    bundles.flat_map(move |bundle| {
        let first = bundle * TILE_WIDTH;
        (first..)
            .zip(leaves(bundle))
            .map(|(index, hash)| Ok(Place { index, hash }))
    })
}

fn infallible<T>(result: Result<T, Never>) -> T {
    match result {
        Ok(value) => value,
        Err(never) => match never {},
    }
}

fn problem_of(difference: Difference, size: u64, against_copy: bool) -> Problem {
    let bundle = |index: u64| {
        let full = Tile {
            kind: TileKind::Entries,
            index: index / TILE_WIDTH,
            width: TILE_WIDTH as u16,
        };
        Tile::of_entries(full.index, size).unwrap_or(full).path()
    };
    let problem = |kind, index| Problem {
        against_copy,
        ..Problem::new(kind, bundle(index)).entry(index)
    };
    match difference {
        Difference::Altered { expected, found } => {
            problem(ProblemKind::Altered, expected.index).hashes(Some(expected.hash), Some(found.hash))
        }
        Difference::Dropped { expected } => {
            problem(ProblemKind::Dropped, expected.index).hashes(Some(expected.hash), None)
        }
        Difference::Added { found } => {
            problem(ProblemKind::Added, found.index).hashes(None, Some(found.hash))
        }
        Difference::Moved { expected, found } => Problem {
            found_at: Some(found.index),
            ..problem(ProblemKind::Reordered, expected.index).hashes(Some(expected.hash), None)
        },
    }
}

/// Files below `dir` that a journal of `size` entries does not need, relative to `dir` and sorted.
pub(crate) fn leftovers(dir: &Path, size: u64) -> Result<Vec<PathBuf>, JournalError> {
    let mut found = Vec::new();
    let mut folders = vec![PathBuf::new()];
    let mut has_exact: BTreeMap<(TileKind, u64), bool> = BTreeMap::new();
    while let Some(folder) = folders.pop() {
        let path = dir.join(&folder);
        let listing = fs::read_dir(&path).map_err(|source| io_error("read", &path, source))?;
        for entry in listing {
            let entry = entry.map_err(|source| io_error("read", &path, source))?;
            let place = folder.join(entry.file_name());
            let kind = entry
                .file_type()
                .map_err(|source| io_error("read", &path, source))?;
            if kind.is_dir() {
                folders.push(place);
                continue;
            }
            let Some(tile) = Tile::from_path(&place) else {
                if place.as_os_str() != CHECKPOINT {
                    found.push(place);
                }
                continue;
            };
            let needed = match tile.kind {
                TileKind::Hashes { level } => Tile::of_hashes(level, tile.index, size),
                TileKind::Entries => Tile::of_entries(tile.index, size),
            };
            // A wider file stands in for one that is missing, so it is no leftover then.
            let is_needed = needed.is_some_and(|needed| {
                let exact = has_exact.entry((tile.kind, tile.index));
                needed == tile || !*exact.or_insert_with(|| dir.join(needed.path()).exists())
            });
            if !is_needed {
                found.push(place);
            }
        }
    }
    found.sort_unstable();
    Ok(found)
}
