//! What the files of a journal say about its entries, and which of them tells the truth.

use std::path::{Path, PathBuf};

use crate::files::CHECKPOINT;
use crate::hash::{Hash, leaf_hash, node_hash};
use crate::merkle::root_of;
use crate::reader::{find_file, partial_widths};
use crate::tile::{TILE_WIDTH, Tile, TileKind, parse_bundle, parse_hashes, row_length, split_entry};
use crate::verify::{Problem, ProblemKind, Verification};

/// The statements of a whole journal, by bundle of 256 entries.
pub(crate) struct Witnesses {
    dir: PathBuf,
    size: u64,
    /// Hashes of levels 1 and up as the tiles have them, `None` where a tile is missing.
    stored: Vec<Vec<Option<Hash>>>,
    /// Root of each full level-0 tile as it is.
    tile_roots: Vec<Option<Hash>>,
    /// Root of the entries in each full bundle as they are.
    bundle_roots: Vec<Option<Hash>>,
    /// Level-1 hashes that are taken as true: proved by the signed root, or else what most witnesses say.
    truth: Vec<Option<Hash>>,
    /// The hashes taken as true for the entries of the last, partial bundle.
    partial_truth: Vec<Hash>,
    disagree: bool,
}

impl Witnesses {
    /// Reads everything once. Reports files that are missing or have a wrong length, and a root that does not fit.
    pub(crate) fn hear(dir: &Path, size: u64, root: Option<Hash>, report: &mut Verification) -> Self {
        let mut all = Self {
            dir: dir.to_owned(),
            size,
            stored: Vec::new(),
            tile_roots: Vec::new(),
            bundle_roots: Vec::new(),
            truth: Vec::new(),
            partial_truth: Vec::new(),
            disagree: false,
        };
        let (mut partial_tile, mut partial_bundle) = (None, None);
        for index in 0..all.bundles() {
            let tile = all.tile(0, index, Some(report));
            let bundle = all.bundle(index, Some(report)).filter(|bundle| bundle.is_whole);
            let leaves = bundle.and_then(|bundle| bundle.leaves());
            all.disagree |= tile.is_none() || tile != leaves;
            if index < size / TILE_WIDTH {
                all.tile_roots.push(tile.as_deref().map(root_of));
                all.bundle_roots.push(leaves.as_deref().map(root_of));
            } else {
                (partial_tile, partial_bundle) = (tile, leaves);
            }
        }
        all.hear_upper_levels(report);
        all.decide(root, partial_tile, partial_bundle, report);
        all
    }

    /// Number of bundles, the partial one included.
    pub(crate) fn bundles(&self) -> u64 {
        self.size.div_ceil(TILE_WIDTH)
    }

    /// Whether any two witnesses contradict each other.
    pub(crate) fn disagree(&self) -> bool {
        self.disagree
    }

    fn hear_upper_levels(&mut self, report: &mut Verification) {
        for level in 1..8u8 {
            let length = row_length(level, self.size);
            if length == 0 {
                return;
            }
            let mut row = Vec::new();
            for index in 0..length.div_ceil(TILE_WIDTH) {
                let width =
                    Tile::of_hashes(level, index, self.size).map_or(0, |tile| usize::from(tile.width));
                match self.tile(level, index, Some(report)) {
                    Some(hashes) => row.extend(hashes.into_iter().map(Some)),
                    None => row.extend(std::iter::repeat_n(None, width)),
                }
            }
            self.stored.push(row);
        }
    }

    /// Looks for the account that leads to the root; if there is none, takes what most witnesses say.
    fn decide(
        &mut self,
        root: Option<Hash>,
        partial_tile: Option<Vec<Hash>>,
        partial_bundle: Option<Vec<Hash>>,
        report: &mut Verification,
    ) {
        let stored = self.stored.first().cloned().unwrap_or_default();
        let [tiles, bundles] = [&self.tile_roots, &self.bundle_roots];
        let most: Vec<Option<Hash>> = (0..tiles.len())
            .map(|at| {
                let (a, b, c) = (stored.get(at).copied().flatten(), tiles[at], bundles[at]);
                if b.is_some() && b == c { b } else { a.or(b).or(c) }
            })
            .collect();
        let or_most = |row: &[Option<Hash>]| -> Vec<Option<Hash>> {
            most.iter()
                .enumerate()
                .map(|(at, most)| row.get(at).copied().flatten().or(*most))
                .collect()
        };
        let rows = [most.clone(), or_most(&stored), or_most(tiles), or_most(bundles)];
        let partials: Vec<Vec<Hash>> = [partial_tile, partial_bundle].into_iter().flatten().collect();
        let partials = if partials.is_empty() {
            vec![Vec::new()]
        } else {
            partials
        };

        let proved = rows
            .iter()
            .flat_map(|row| partials.iter().map(move |partial| (row, partial)));
        let proved = proved.into_iter().find(|(row, partial)| {
            root.is_some()
                && partial.len() as u64 == self.size % TILE_WIDTH
                && root_over(row, partial) == root
        });
        let (truth, partial) = match proved {
            Some((row, partial)) => (row.clone(), partial.clone()),
            None => {
                self.disagree = true;
                if root.is_some() {
                    let found = root_over(&most, &partials[0]);
                    let problem = Problem::new(ProblemKind::CheckpointRoot, PathBuf::from(CHECKPOINT));
                    report.report(problem.hashes(root, found));
                }
                (most, partials[0].clone())
            }
        };
        let is_said = |row: &[Option<Hash>]| row == truth.as_slice();
        self.disagree |= !is_said(&self.tile_roots) || !is_said(&self.bundle_roots) || !is_said(&stored);
        (self.truth, self.partial_truth) = (truth, partial);
        self.disagree |= !self.upper_mismatches().is_empty();
    }

    /// Reports each tile hash that is not the true one.
    pub(crate) fn report_tiles(&self, report: &mut Verification) {
        for problem in self.upper_mismatches() {
            report.report(problem);
        }
        for index in 0..self.bundles() {
            let Some(tile) = self.tile(0, index, None) else {
                self.report_unproved(index, None, report);
                continue;
            };
            let path = self.path(TileKind::Hashes { level: 0 }, index);
            let at = index as usize;
            if index < self.size / TILE_WIDTH {
                if self.tile_roots[at] == self.truth[at] {
                    continue;
                }
                if self.bundle_roots[at] != self.truth[at] {
                    let problem = Problem::new(ProblemKind::TileMismatch, path);
                    report.report(problem.hashes(self.truth[at], self.tile_roots[at]));
                    self.report_unproved(index, Some(&tile), report);
                    continue;
                }
            }
            for (entry, (expected, found)) in
                (index * TILE_WIDTH..).zip(self.true_leaves(index).into_iter().zip(tile))
            {
                if expected != found {
                    let problem = Problem::new(ProblemKind::TileMismatch, path.clone()).entry(entry);
                    report.report(problem.hashes(Some(expected), Some(found)));
                }
            }
        }
    }

    /// Reports a bundle whose entries agree with their own hashes but not with the tree above.
    fn report_unproved(&self, index: u64, tile: Option<&[Hash]>, report: &mut Verification) {
        let at = index as usize;
        let (Some(Some(found)), Some(truth)) = (self.bundle_roots.get(at), self.truth.get(at)) else {
            return;
        };
        let agrees_with_tile = tile.is_none_or(|tile| root_of(tile) == *found);
        if Some(*found) != *truth && agrees_with_tile {
            let problem = Problem::new(ProblemKind::Altered, self.path(TileKind::Entries, index));
            report.report(problem.hashes(*truth, Some(*found)));
        }
    }

    fn upper_mismatches(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        let mut row = self.truth.clone();
        for (level, stored) in (1u8..).zip(&self.stored) {
            for (at, (expected, found)) in (0u64..).zip(row.iter().zip(stored)) {
                if let (Some(expected), Some(found)) = (expected, found)
                    && expected != found
                {
                    let path = self.path(TileKind::Hashes { level }, at / TILE_WIDTH);
                    let problem = Problem::new(ProblemKind::TileMismatch, path);
                    problems.push(problem.hashes(Some(*expected), Some(*found)));
                }
            }
            let whole = |chunk: &[Option<Hash>]| chunk.iter().copied().collect::<Option<Vec<Hash>>>();
            row = row
                .chunks_exact(TILE_WIDTH as usize)
                .map(|chunk| whole(chunk).map(|hashes| root_of(&hashes)))
                .collect();
        }
        problems
    }

    /// The hashes that the entries of a bundle should have.
    pub(crate) fn true_leaves(&self, index: u64) -> Vec<Hash> {
        let at = index as usize;
        let Some(truth) = self.truth.get(at) else {
            return self.partial_truth.clone();
        };
        let from_bundle = || self.bundle(index, None).and_then(|bundle| bundle.leaves());
        if self.tile_roots[at] != *truth && self.bundle_roots[at] == *truth {
            return from_bundle().unwrap_or_default();
        }
        self.tile(0, index, None).or_else(from_bundle).unwrap_or_default()
    }

    /// The hashes that the entries of a bundle have; the true ones if the file is missing, which is told elsewhere.
    pub(crate) fn found_leaves(&self, index: u64) -> Vec<Hash> {
        let expected = self.true_leaves(index);
        match self.bundle(index, None) {
            Some(bundle) => bundle.leaves_beside(&expected),
            None => expected,
        }
    }

    /// Reads a tile. With a report, says what keeps it from being read.
    fn tile(&self, level: u8, index: u64, mut report: Option<&mut Verification>) -> Option<Vec<Hash>> {
        let tile = Tile::of_hashes(level, index, self.size)?;
        let (path, width, bytes) = self.read(&tile, &mut report)?;
        let hashes = parse_hashes(&bytes, width);
        if let (None, Some(report)) = (&hashes, report) {
            let expected = format!("{} bytes", usize::from(width) * Hash::LENGTH);
            let problem = Problem::new(ProblemKind::TileMismatch, path);
            report.report(problem.words(expected, format!("{} bytes", bytes.len())));
        }
        let mut hashes = hashes?;
        hashes.truncate(usize::from(tile.width));
        Some(hashes)
    }

    /// Reads a bundle; if it is missing, a narrower one in its place, which shows what was dropped.
    fn bundle(&self, index: u64, mut report: Option<&mut Verification>) -> Option<Bundle> {
        let tile = Tile::of_entries(index, self.size)?;
        if let Some((_, width, bytes)) = self.read(&tile, &mut report) {
            let is_whole = parse_bundle(&bytes, width).is_some();
            // A wider file holds entries beyond the checkpoint, which are none of ours.
            let limit = (width != tile.width).then_some(tile.width);
            return Some(Bundle {
                bytes,
                limit,
                is_whole,
            });
        }
        let widths = partial_widths(&self.dir.join(tile.partial_folder())).unwrap_or_default();
        let width = widths.into_iter().filter(|width| *width < tile.width).max()?;
        let (_, _, bytes) = find_file(&self.dir, &Tile { width, ..tile }).ok().flatten()?;
        Some(Bundle {
            bytes,
            limit: None,
            is_whole: false,
        })
    }

    fn read(&self, tile: &Tile, report: &mut Option<&mut Verification>) -> Option<(PathBuf, u16, Vec<u8>)> {
        let (kind, found) = match find_file(&self.dir, tile) {
            Ok(Some(file)) => return Some(file),
            Ok(None) => (ProblemKind::Missing, None),
            Err(error) => (ProblemKind::Unreadable, Some(error.to_string())),
        };
        if let Some(report) = report {
            report.report(Problem {
                found,
                ..Problem::new(kind, tile.path())
            });
        }
        None
    }

    fn path(&self, kind: TileKind, index: u64) -> PathBuf {
        let tile = match kind {
            TileKind::Hashes { level } => Tile::of_hashes(level, index, self.size),
            TileKind::Entries => Tile::of_entries(index, self.size),
        };
        tile.map(|tile| tile.path()).unwrap_or_default()
    }
}

/// The bytes of a bundle's file.
struct Bundle {
    bytes: Vec<u8>,
    /// How many entries of the file count; `None` for all.
    limit: Option<u16>,
    /// Whether the bytes are as many entries as the file's name says.
    is_whole: bool,
}

impl Bundle {
    fn most(&self) -> usize {
        self.limit.map_or(usize::MAX, usize::from)
    }

    /// The hashes of the entries as they are; `None` unless the bytes divide into entries.
    fn leaves(&self) -> Option<Vec<Hash>> {
        let (mut leaves, mut rest) = (Vec::new(), self.bytes.as_slice());
        while !rest.is_empty() && leaves.len() < self.most() {
            let (entry, after) = split_entry(rest)?;
            leaves.push(leaf_hash(entry));
            rest = after;
        }
        Some(leaves)
    }

    /// The hashes of the entries, reading past a damaged length if the `expected` hashes show how long the entry was.
    ///
    /// Such an entry gets the hash of what its damaged length makes of it, so that it is seen as altered.
    fn leaves_beside(&self, expected: &[Hash]) -> Vec<Hash> {
        let (mut leaves, mut rest) = (Vec::new(), self.bytes.as_slice());
        while !rest.is_empty() && leaves.len() < self.most() {
            let as_is = split_entry(rest);
            let hash = leaf_hash(as_is.map_or(rest, |(entry, _)| entry));
            let wanted = expected.get(leaves.len());
            leaves.push(hash);
            let mended = if wanted == Some(&hash) && as_is.is_some() {
                None
            } else {
                wanted.and_then(|wanted| with_mended_length(rest, wanted))
            };
            rest = match (mended, as_is) {
                (Some(after), _) | (None, Some((_, after))) => after,
                (None, None) => &[],
            };
        }
        leaves
    }
}

/// What follows the first entry if one flipped bit in its length keeps it from having the hash `wanted`.
fn with_mended_length<'a>(bytes: &'a [u8], wanted: &Hash) -> Option<&'a [u8]> {
    let (length, rest) = bytes.split_first_chunk::<2>()?;
    let length = u16::from_be_bytes(*length);
    (0..16).find_map(|bit| {
        let (entry, after) = rest.split_at_checked(usize::from(length ^ (1 << bit)))?;
        (leaf_hash(entry) == *wanted).then_some(after)
    })
}

/// The root over the level-1 hashes `row` and the leaf hashes of the last, partial bundle.
fn root_over(row: &[Option<Hash>], partial: &[Hash]) -> Option<Hash> {
    let row: Vec<Hash> = row.iter().copied().collect::<Option<_>>()?;
    Some(match (row.is_empty(), partial.is_empty()) {
        (true, _) => root_of(partial),
        (false, true) => root_of(&row),
        (false, false) => {
            let mut right = root_of(partial);
            let mut row = row;
            while !row.is_empty() {
                if row.len() % 2 == 1
                    && let Some(last) = row.pop()
                {
                    right = node_hash(&last, &right);
                }
                row = row.chunks(2).map(root_of).collect();
            }
            right
        }
    })
}

/// The size of a journal whose checkpoint cannot tell it: full files in a row, and the widest partial one after them.
pub(crate) fn guess_size(dir: &Path) -> u64 {
    let count = |kind: TileKind| {
        let file = |index| Tile {
            kind,
            index,
            width: TILE_WIDTH as u16,
        };
        let full = (0..)
            .take_while(|index| dir.join(file(*index).full_path()).is_file())
            .count() as u64;
        let widths = partial_widths(&dir.join(file(full).partial_folder())).unwrap_or_default();
        full * TILE_WIDTH + widths.into_iter().max().map_or(0, u64::from)
    };
    count(TileKind::Hashes { level: 0 }).max(count(TileKind::Entries))
}
