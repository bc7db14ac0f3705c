//! The right edge of the tree, where it grows.

use crate::error::JournalError;
use crate::files::Batch;
use crate::hash::{Hash, node_hash};
use crate::merkle::root_of;
use crate::tile::{TILE_WIDTH, Tile, TileKind, row_length, write_hashes};

/// The right edge of a growing tree.
pub(crate) struct Edge {
    /// The partial tiles, level by level.
    pub(crate) levels: Vec<Vec<Hash>>,
    /// Full tiles and partial hashes so far, by level.
    lengths: Vec<u64>,
    changed: Vec<bool>,
}

impl Edge {
    pub(crate) fn new(levels: Vec<Vec<Hash>>, size: u64) -> Self {
        let lengths = (0..levels.len())
            .map(|level| row_length(level as u8, size))
            .collect();
        let changed = vec![false; levels.len()];
        Self {
            levels,
            lengths,
            changed,
        }
    }

    /// Adds a hash to a level; a tile that is full is staged and its root rises to the next level.
    pub(crate) fn push(&mut self, level: u8, hash: Hash, batch: &mut Batch<'_>) -> Result<(), JournalError> {
        let at = usize::from(level);
        if at == self.levels.len() {
            self.levels.push(Vec::new());
            self.lengths.push(0);
            self.changed.push(false);
        }
        self.levels[at].push(hash);
        self.lengths[at] += 1;
        self.changed[at] = true;
        if self.levels[at].len() < TILE_WIDTH as usize {
            return Ok(());
        }
        let index = self.lengths[at] / TILE_WIDTH - 1;
        let tile = Tile {
            kind: TileKind::Hashes { level },
            index,
            width: TILE_WIDTH as u16,
        };
        batch.stage(&tile.path(), &write_hashes(&self.levels[at]))?;
        let root = root_of(&self.levels[at]);
        self.levels[at].clear();
        self.push(level + 1, root, batch)
    }

    pub(crate) fn stage_partial_tiles(&self, size: u64, batch: &mut Batch<'_>) -> Result<(), JournalError> {
        for (level, hashes) in (0u8..).zip(&self.levels) {
            let at = usize::from(level);
            let tile = Tile::of_hashes(level, self.lengths[at] / TILE_WIDTH, size);
            if let (true, Some(tile)) = (self.changed[at], tile) {
                batch.stage(&tile.path(), &write_hashes(hashes))?;
            }
        }
        Ok(())
    }

    pub(crate) fn root(&self) -> Hash {
        edge_root(&self.levels)
    }
}

/// The root of a tree from its right edge: the rows fold from the bottom, each one's rest rising into the next.
pub(crate) fn edge_root(levels: &[Vec<Hash>]) -> Hash {
    let mut carried: Option<Hash> = None;
    for hashes in levels {
        let mut row = hashes.clone();
        // What stands right of a row's complete subtrees joins it last, as RFC 6962's recursion has it.
        let mut right = carried;
        for _ in 0..8 {
            if row.len() % 2 == 1
                && let Some(last) = row.pop()
            {
                right = Some(right.map_or(last, |right| node_hash(&last, &right)));
            }
            row = row.chunks(2).map(|pair| node_hash(&pair[0], &pair[1])).collect();
        }
        carried = right;
    }
    carried.unwrap_or_else(Hash::of_empty_tree)
}
