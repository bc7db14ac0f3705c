//! Where tiles and entry bundles lie and what is in them (C2SP tlog-tiles).

use std::path::{Path, PathBuf};

use crate::hash::Hash;

/// Hashes in a full tile, entries in a full bundle.
pub const TILE_WIDTH: u64 = 256;

/// Binary levels of the tree that one level of tiles spans.
pub const TILE_HEIGHT: u8 = 8;

/// One file of the log, by its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Tile {
    /// What the file holds.
    pub kind: TileKind,
    /// Number of the file among its like, from 0.
    pub index: u64,
    /// Hashes or entries in it, 1 to 256; fewer than 256 make it partial.
    pub width: u16,
}

/// Hashes of a level, or the entries themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum TileKind {
    /// Hashes of the tree's binary level `8·level`.
    Hashes {
        /// Level of tiles, 0 for leaf hashes, at most 7 in a tree that 64 bits can count.
        level: u8,
    },
    /// Entries, each after its length in two bytes, big end first.
    Entries,
}

impl Tile {
    /// The tile `index` of `level` in a tree of `size` entries; `None` if that tree has no such tile.
    pub fn of_hashes(level: u8, index: u64, size: u64) -> Option<Self> {
        let row = row_length(level, size);
        let width = width_at(index, row)?;
        Some(Self {
            kind: TileKind::Hashes { level },
            index,
            width,
        })
    }

    /// The bundle `index` in a log of `size` entries; `None` if that log has no such bundle.
    pub fn of_entries(index: u64, size: u64) -> Option<Self> {
        let width = width_at(index, size)?;
        Some(Self {
            kind: TileKind::Entries,
            index,
            width,
        })
    }

    /// The tile whose place is `path`, relative to the log's folder; `None` for every other path.
    pub fn from_path(path: &Path) -> Option<Self> {
        let text = path.to_str()?.strip_prefix("tile/")?;
        let (kind, rest) = text.split_once('/')?;
        let kind = match kind {
            "entries" => TileKind::Entries,
            level => TileKind::Hashes {
                level: level.parse().ok()?,
            },
        };
        let (number, width) = match rest.split_once(".p/") {
            Some((number, width)) => (number, width.parse().ok()?),
            None => (rest, TILE_WIDTH as u16),
        };
        let mut index = 0u64;
        for group in number.split('/') {
            let digits = group.strip_prefix('x').unwrap_or(group);
            index = index.checked_mul(1000)?.checked_add(digits.parse().ok()?)?;
        }
        let tile = Self { kind, index, width };
        (tile.path() == path).then_some(tile) // one spelling only
    }

    /// Whether it has fewer than 256 hashes or entries.
    pub fn is_partial(&self) -> bool {
        u64::from(self.width) < TILE_WIDTH
    }

    /// The place below the log's folder, such as `tile/0/x001/x234/067` or `tile/entries/000.p/7`.
    pub fn path(&self) -> PathBuf {
        let mut path = self.full_path();
        if self.is_partial() {
            path = self.partial_folder();
            path.push(self.width.to_string());
        }
        path
    }

    /// The place of the full tile with this index.
    pub fn full_path(&self) -> PathBuf {
        PathBuf::from(self.stem())
    }

    /// The folder of the partial tiles with this index.
    pub fn partial_folder(&self) -> PathBuf {
        PathBuf::from(format!("{}.p", self.stem()))
    }

    fn stem(&self) -> String {
        match self.kind {
            TileKind::Hashes { level } => format!("tile/{level}/{}", number_path(self.index)),
            TileKind::Entries => format!("tile/entries/{}", number_path(self.index)),
        }
    }
}

/// Hashes in the row of `level` for a tree of `size` entries.
pub fn row_length(level: u8, size: u64) -> u64 {
    size.checked_shr(u32::from(level) * u32::from(TILE_HEIGHT))
        .unwrap_or(0)
}

fn width_at(index: u64, row: u64) -> Option<u16> {
    let before = index.checked_mul(TILE_WIDTH)?;
    let left = row.checked_sub(before).filter(|left| *left > 0)?;
    u16::try_from(left.min(TILE_WIDTH)).ok()
}

/// Groups of three digits, all but the last marked with `x`: 1234067 is `x001/x234/067`.
fn number_path(number: u64) -> String {
    let mut path = format!("{:03}", number % 1000);
    let mut rest = number / 1000;
    while rest > 0 {
        path = format!("x{:03}/{path}", rest % 1000);
        rest /= 1000;
    }
    path
}

/// The hashes in a tile's bytes; `None` unless there are exactly `width`.
pub fn parse_hashes(bytes: &[u8], width: u16) -> Option<Vec<Hash>> {
    if bytes.len() != usize::from(width) * Hash::LENGTH {
        return None;
    }
    bytes.chunks_exact(Hash::LENGTH).map(Hash::from_slice).collect()
}

/// The bytes of a tile.
pub fn write_hashes(hashes: &[Hash]) -> Vec<u8> {
    hashes.iter().flat_map(|hash| *hash.as_bytes()).collect()
}

/// The entries of a bundle; `None` unless there are exactly `width` and nothing after them.
pub fn parse_bundle(bytes: &[u8], width: u16) -> Option<Vec<&[u8]>> {
    let mut entries = Vec::with_capacity(usize::from(width));
    let mut rest = bytes;
    for _ in 0..width {
        let (entry, after) = split_entry(rest)?;
        entries.push(entry);
        rest = after;
    }
    rest.is_empty().then_some(entries)
}

/// The first entry of a bundle's rest, and what follows it.
pub(crate) fn split_entry(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk::<2>()?;
    rest.split_at_checked(usize::from(u16::from_be_bytes(*length)))
}

/// Adds an entry to a bundle's bytes. The caller has made sure that it has at most 65535 bytes.
pub(crate) fn push_entry(bundle: &mut Vec<u8>, entry: &[u8]) {
    let length = u16::try_from(entry.len()).unwrap_or(u16::MAX);
    bundle.extend_from_slice(&length.to_be_bytes());
    bundle.extend_from_slice(entry);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn path(kind: TileKind, index: u64, width: u16) -> String {
        Tile { kind, index, width }.path().display().to_string()
    }

    #[test]
    fn paths_are_those_of_the_specification() {
        assert_eq!(
            path(TileKind::Hashes { level: 0 }, 1_234_067, 256),
            "tile/0/x001/x234/067"
        );
        assert_eq!(path(TileKind::Hashes { level: 1 }, 0, 1), "tile/1/000.p/1");
        assert_eq!(path(TileKind::Hashes { level: 2 }, 1000, 256), "tile/2/x001/000");
        assert_eq!(path(TileKind::Entries, 273, 112), "tile/entries/273.p/112");
    }

    #[test]
    fn a_tree_of_70000_has_the_tiles_of_the_specifications_example() {
        // tlog-tiles: 70 000 entries make 273 full level-0 tiles and one of 112, one full and one partial of
        // 17 at level 1, and one of 1 at level 2.
        let width = |level, index| Tile::of_hashes(level, index, 70_000).map(|tile| tile.width);
        assert_eq!(width(0, 272), Some(256));
        assert_eq!(width(0, 273), Some(112));
        assert_eq!(width(0, 274), None);
        assert_eq!(width(1, 0), Some(256));
        assert_eq!(width(1, 1), Some(17));
        assert_eq!(width(2, 0), Some(1));
        assert_eq!(width(3, 0), None);
        assert_eq!(Tile::of_hashes(9, 0, u64::MAX), None);
        assert_eq!(Tile::of_entries(u64::MAX, u64::MAX), None);
    }

    proptest! {
        #[test]
        fn paths_are_read_back(level in 0u8..8, entries in any::<bool>(), index in any::<u64>(), width in 1u16..=256) {
            let kind = if entries { TileKind::Entries } else { TileKind::Hashes { level } };
            let tile = Tile { kind, index, width };
            prop_assert_eq!(Tile::from_path(&tile.path()), Some(tile));
        }

        #[test]
        fn what_we_bundle_we_can_read(entries in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..300), 1..257)) {
            let mut bundle = Vec::new();
            for entry in &entries {
                push_entry(&mut bundle, entry);
            }
            let width = entries.len() as u16;
            prop_assert_eq!(parse_bundle(&bundle, width), Some(entries.iter().map(Vec::as_slice).collect()));
            prop_assert_eq!(parse_bundle(&bundle, width - 1), None);
            prop_assert_eq!(parse_bundle(&bundle[..bundle.len() - 1], width), None);
        }

        #[test]
        fn no_bytes_make_the_parsers_panic(bytes in prop::collection::vec(any::<u8>(), 0..700), width in any::<u16>()) {
            let _ = parse_bundle(&bytes, width);
            let _ = parse_hashes(&bytes, width);
        }
    }
}
