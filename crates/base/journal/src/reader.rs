//! Reads tiles and bundles of a log of known size, and the tree through them.

use std::cell::RefCell;
use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::error::JournalError;
use crate::files::{io_error, read_if_there};
use crate::hash::{Hash, leaf_hash};
use crate::merkle::{HashReader, root_of};
use crate::tile::{TILE_HEIGHT, TILE_WIDTH, Tile, parse_bundle, parse_hashes, row_length};

/// The bytes of a tile, which may lie in a wider file: a partial tile is removed once a fuller one is durable.
///
/// Returns the file it found (relative to `dir`) and all of its bytes.
pub(crate) fn find_file(dir: &Path, tile: &Tile) -> Result<Option<(PathBuf, u16, Vec<u8>)>, JournalError> {
    let path = tile.path();
    if let Some(bytes) = read_if_there(&dir.join(&path))? {
        return Ok(Some((path, tile.width, bytes)));
    }
    if !tile.is_partial() {
        return Ok(None);
    }
    let full = tile.full_path();
    if let Some(bytes) = read_if_there(&dir.join(&full))? {
        return Ok(Some((full, TILE_WIDTH as u16, bytes)));
    }
    let mut wider: Vec<u16> = partial_widths(&dir.join(tile.partial_folder()))?;
    wider.retain(|width| *width > tile.width);
    wider.sort_unstable();
    for width in wider {
        let path = Tile { width, ..*tile }.path();
        if let Some(bytes) = read_if_there(&dir.join(&path))? {
            return Ok(Some((path, width, bytes)));
        }
    }
    Ok(None)
}

/// The widths of the partial tiles in a folder `….p`; none if there is no such folder.
pub(crate) fn partial_widths(folder: &Path) -> Result<Vec<u16>, JournalError> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(source) => return Err(io_error("read", folder, source)),
    };
    let mut widths = Vec::new();
    for entry in entries {
        let entry = entry.map_err(|source| io_error("read", folder, source))?;
        let width = entry
            .file_name()
            .to_str()
            .and_then(|name| name.parse::<u16>().ok());
        widths.extend(width.filter(|width| u64::from(*width) < TILE_WIDTH && *width > 0));
    }
    Ok(widths)
}

/// Reads a tile's hashes, the first `tile.width` of the file that has them.
pub(crate) fn read_hashes(dir: &Path, tile: &Tile) -> Result<Vec<Hash>, JournalError> {
    let damaged = |what| JournalError::Damaged {
        path: dir.join(tile.path()),
        what,
    };
    let (_, width, bytes) = find_file(dir, tile)?.ok_or_else(|| damaged("the tile is missing"))?;
    let mut hashes = parse_hashes(&bytes, width).ok_or_else(|| damaged("the tile has a wrong length"))?;
    hashes.truncate(usize::from(tile.width));
    Ok(hashes)
}

/// Reads a bundle's entries and compares them with their hashes in the tree.
pub(crate) fn read_entries(dir: &Path, tile: &Tile, hashes: &[Hash]) -> Result<Vec<Vec<u8>>, JournalError> {
    let damaged = |what| JournalError::Damaged {
        path: dir.join(tile.path()),
        what,
    };
    let (_, width, bytes) = find_file(dir, tile)?.ok_or_else(|| damaged("the entries are missing"))?;
    let entries = parse_bundle(&bytes, width).ok_or_else(|| damaged("the entries are not whole"))?;
    let entries: Vec<Vec<u8>> = entries
        .into_iter()
        .take(usize::from(tile.width))
        .map(<[u8]>::to_vec)
        .collect();
    let is_sound = entries
        .iter()
        .map(|entry| leaf_hash(entry))
        .eq(hashes.iter().copied());
    if is_sound {
        Ok(entries)
    } else {
        Err(damaged("an entry does not fit its hash in the tree"))
    }
}

/// The tree of `size` entries as its tiles have it. Keeps the tiles it has read.
pub(crate) struct TreeReader<'a> {
    dir: &'a Path,
    size: u64,
    tiles: RefCell<HashMap<(u8, u64), Vec<Hash>>>,
}

impl<'a> TreeReader<'a> {
    pub(crate) fn new(dir: &'a Path, size: u64) -> Self {
        Self {
            dir,
            size,
            tiles: RefCell::default(),
        }
    }

    /// The hashes in the tile `index` of `level`.
    pub(crate) fn tile(&self, level: u8, index: u64) -> Result<Vec<Hash>, JournalError> {
        if let Some(hashes) = self.tiles.borrow().get(&(level, index)) {
            return Ok(hashes.clone());
        }
        let out_of_range = JournalError::OutOfRange {
            index,
            size: self.size,
        };
        let tile = Tile::of_hashes(level, index, self.size).ok_or(out_of_range)?;
        let hashes = read_hashes(self.dir, &tile)?;
        self.tiles.borrow_mut().insert((level, index), hashes.clone());
        Ok(hashes)
    }

    /// The entries in the bundle `index`, compared with their hashes.
    pub(crate) fn bundle(&self, index: u64) -> Result<Vec<Vec<u8>>, JournalError> {
        let out_of_range = JournalError::OutOfRange {
            index: index * TILE_WIDTH,
            size: self.size,
        };
        let tile = Tile::of_entries(index, self.size).ok_or(out_of_range)?;
        read_entries(self.dir, &tile, &self.tile(0, index)?)
    }

    /// The hashes on the tree's right edge: for each level the last, partial tile; empty where that one is full.
    pub(crate) fn edge(&self) -> Result<Vec<Vec<Hash>>, JournalError> {
        let mut edge = Vec::new();
        for level in 0..=u64::BITS as u8 / TILE_HEIGHT {
            let row = row_length(level, self.size);
            if row == 0 {
                break;
            }
            let is_whole = row.is_multiple_of(TILE_WIDTH);
            edge.push(if is_whole {
                Vec::new()
            } else {
                self.tile(level, row / TILE_WIDTH)?
            });
        }
        Ok(edge)
    }
}

impl HashReader for TreeReader<'_> {
    type Error = JournalError;

    fn node(&self, level: u8, index: u64) -> Result<Hash, JournalError> {
        let (tile_level, within) = (level / TILE_HEIGHT, level % TILE_HEIGHT);
        let first = index << within;
        let hashes = self.tile(tile_level, first / TILE_WIDTH)?;
        let start = (first % TILE_WIDTH) as usize;
        let part = hashes.get(start..start + (1 << within));
        part.map(root_of).ok_or(JournalError::OutOfRange {
            index,
            size: self.size,
        })
    }
}
