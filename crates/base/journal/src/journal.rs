//! The journal as its writer and its readers see it.

use std::fmt;
use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use lantai_domain::{NoProbe, Probe};

use crate::MAX_ENTRY_BYTES;
use crate::checkpoint::Checkpoint;
use crate::edge::{Edge, edge_root};
use crate::error::JournalError;
use crate::files::{Batch, CHECKPOINT, clear_staging, io_error, read_if_there, sync_folder};
use crate::hash::{Hash, leaf_hash};
use crate::merkle::{consistency_proof, inclusion_proof, tree_root};
use crate::note::{SigningKey, VerifyingKey};
use crate::reader::{TreeReader, partial_widths};
use crate::tile::{TILE_WIDTH, Tile, TileKind, push_entry, row_length};

/// An open journal: its folder, its key, and the checkpoint it stands at.
///
/// One process at a time may append; the caller holds the lock. Others may read meanwhile.
pub struct Journal {
    dir: PathBuf,
    key: VerifyingKey,
    checkpoint: Checkpoint,
    /// The partial tiles on the tree's right edge, level by level.
    edge: Vec<Vec<Hash>>,
    probe: Arc<dyn Probe>,
}

impl fmt::Debug for Journal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Journal")
            .field("dir", &self.dir)
            .field("size", &self.size())
            .finish()
    }
}

impl Journal {
    /// Makes an empty journal in `dir`, which may exist but must not hold a journal. Its origin, the name under
    /// which outsiders know it, is the name of `key`. Durable on return.
    pub fn create(dir: &Path, key: &SigningKey) -> Result<Self, JournalError> {
        fs::create_dir_all(dir).map_err(|source| io_error("create", dir, source))?;
        if dir.join(CHECKPOINT).exists() {
            return Err(JournalError::Exists { path: dir.to_owned() });
        }
        let checkpoint = Checkpoint::sign(0, Hash::of_empty_tree(), key);
        let mut batch = Batch::start(dir, &NoProbe)?;
        batch.stage(Path::new(CHECKPOINT), checkpoint.note().as_bytes())?;
        batch.publish()?;
        clear_staging(dir)?;
        if let Some(parent) = dir.parent().filter(|parent| !parent.as_os_str().is_empty()) {
            sync_folder(parent).map_err(|source| io_error("sync", parent, source))?;
        }
        Self::open(dir, key.verifying_key())
    }

    /// Opens the journal in `dir`: its checkpoint must carry the signature of `key` and fit the tiles on the
    /// tree's right edge. Reads a few files, however long the journal is; [`crate::verify`] reads all.
    pub fn open(dir: &Path, key: &VerifyingKey) -> Result<Self, JournalError> {
        let checkpoint = read_checkpoint(dir, key)?;
        let edge = read_edge(dir, &checkpoint)?;
        // An append may have ended between the checkpoint's renaming and its syncing.
        sync_folder(dir).map_err(|source| io_error("sync", dir, source))?;
        let probe: Arc<dyn Probe> = Arc::new(NoProbe);
        Ok(Self {
            dir: dir.to_owned(),
            key: key.clone(),
            checkpoint,
            edge,
            probe,
        })
    }

    /// The same journal with every durable step passing `probe`, for tests that stop there.
    pub fn with_probe(mut self, probe: Arc<dyn Probe>) -> Self {
        self.probe = probe;
        self
    }

    /// The name under which outsiders know the journal.
    pub fn origin(&self) -> &str {
        self.key.name()
    }

    /// The key that checks its checkpoints.
    pub fn verifying_key(&self) -> &VerifyingKey {
        &self.key
    }

    /// Entries in the journal.
    pub fn size(&self) -> u64 {
        self.checkpoint.size()
    }

    /// The last signed checkpoint.
    pub fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }

    /// Writes entries so that the first of them is number `first_index`; returns the checkpoint that covers them.
    ///
    /// Durable on return: entries and tiles are synced first, then the checkpoint replaces the old one. After a
    /// crash or an error at any point the old checkpoint is intact and the call can be repeated: entries that the
    /// journal has already are compared, not written again.
    ///
    /// # Errors
    /// [`JournalError::Fork`] if an entry that is there differs, [`JournalError::Gap`] if entries in between are
    /// missing; nothing is written in either case.
    pub fn append(
        &mut self,
        first_index: u64,
        entries: &[Vec<u8>],
        key: &SigningKey,
    ) -> Result<Checkpoint, JournalError> {
        self.check_key(key)?;
        self.catch_up()?;
        let size = self.size();
        if first_index > size {
            return Err(JournalError::Gap { first_index, size });
        }
        for (index, entry) in (first_index..).zip(entries) {
            if entry.len() > MAX_ENTRY_BYTES {
                return Err(JournalError::EntryTooLarge {
                    index,
                    bytes: entry.len(),
                });
            }
        }
        let known = usize::try_from(size - first_index)
            .unwrap_or(usize::MAX)
            .min(entries.len());
        self.compare(first_index, &entries[..known])?;
        if known < entries.len() {
            self.write(&entries[known..], key)?;
        }
        Ok(self.checkpoint.clone())
    }

    /// The bytes of entry `index`, compared with its hash in the tree.
    pub fn entry(&self, index: u64) -> Result<Vec<u8>, JournalError> {
        let size = self.size();
        if index >= size {
            return Err(JournalError::OutOfRange { index, size });
        }
        let mut entries = TreeReader::new(&self.dir, size).bundle(index / TILE_WIDTH)?;
        Ok(entries.swap_remove((index % TILE_WIDTH) as usize))
    }

    /// The entries in `range`, in order, each compared with its hash; a bundle of 256 is in memory at a time.
    ///
    /// A range that ends beyond the journal gives [`JournalError::OutOfRange`] as its only item.
    pub fn entries(&self, range: Range<u64>) -> Entries<'_> {
        Entries {
            journal: self,
            next: range.start,
            end: range.end,
            bundle: Vec::new().into_iter(),
        }
    }

    /// The hash of entry `index` in the tree.
    pub fn leaf_hash(&self, index: u64) -> Result<Hash, JournalError> {
        let size = self.size();
        if index >= size {
            return Err(JournalError::OutOfRange { index, size });
        }
        let hashes = TreeReader::new(&self.dir, size).tile(0, index / TILE_WIDTH)?;
        Ok(hashes[(index % TILE_WIDTH) as usize])
    }

    /// The proof that entry `index` is among the first `size` entries; check it with
    /// [`crate::merkle::verify_inclusion`].
    pub fn inclusion_proof(&self, index: u64, size: u64) -> Result<Vec<Hash>, JournalError> {
        self.check_range(size)?;
        if index >= size {
            return Err(JournalError::OutOfRange { index, size });
        }
        inclusion_proof(&TreeReader::new(&self.dir, self.size()), index, size)
    }

    /// The proof that the journal of `old` entries is the beginning of the one of `new`; check it with
    /// [`crate::merkle::verify_consistency`].
    pub fn consistency_proof(&self, old: u64, new: u64) -> Result<Vec<Hash>, JournalError> {
        self.check_range(new)?;
        if old > new {
            return Err(JournalError::OutOfRange {
                index: old,
                size: new,
            });
        }
        consistency_proof(&TreeReader::new(&self.dir, self.size()), old, new)
    }

    /// The root when the journal had `size` entries.
    pub fn root_at(&self, size: u64) -> Result<Hash, JournalError> {
        self.check_range(size)?;
        tree_root(&TreeReader::new(&self.dir, self.size()), size)
    }

    /// Removes what interrupted appends left behind; returns how many files went. For the writer, at start.
    pub fn remove_leftovers(&mut self) -> Result<usize, JournalError> {
        clear_staging(&self.dir)?;
        let leftovers = crate::verify::leftovers(&self.dir, self.size())?;
        for path in &leftovers {
            let path = self.dir.join(path);
            crate::files::remove_if_there(&path).map_err(|source| io_error("remove", &path, source))?;
            remove_empty_partial_folder(&path);
        }
        Ok(leftovers.len())
    }

    fn check_range(&self, size: u64) -> Result<(), JournalError> {
        if size <= self.size() {
            return Ok(());
        }
        Err(JournalError::OutOfRange {
            index: size,
            size: self.size(),
        })
    }

    fn check_key(&self, key: &SigningKey) -> Result<(), JournalError> {
        if *key.verifying_key() == self.key {
            return Ok(());
        }
        let (expected, found) = (self.key.to_string(), key.verifying_key().to_string());
        Err(JournalError::WrongKey { expected, found })
    }

    /// Takes over a checkpoint that is newer than ours: an append of ours may have failed after replacing it.
    fn catch_up(&mut self) -> Result<(), JournalError> {
        let checkpoint = read_checkpoint(&self.dir, &self.key)?;
        if checkpoint == self.checkpoint {
            return Ok(());
        }
        let replaced = || JournalError::Replaced {
            path: self.dir.clone(),
        };
        if checkpoint.size() < self.size() {
            return Err(replaced());
        }
        let reader = TreeReader::new(&self.dir, checkpoint.size());
        if tree_root(&reader, self.size())? != self.checkpoint.root() {
            return Err(replaced());
        }
        let edge = read_edge(&self.dir, &checkpoint)?;
        sync_folder(&self.dir).map_err(|source| io_error("sync", &self.dir, source))?;
        (self.checkpoint, self.edge) = (checkpoint, edge);
        Ok(())
    }

    /// Compares entries with the hashes that the tree has for them.
    fn compare(&self, first_index: u64, entries: &[Vec<u8>]) -> Result<(), JournalError> {
        let mut tile: Option<(u64, Vec<Hash>)> = None;
        for (index, entry) in (first_index..).zip(entries) {
            let number = index / TILE_WIDTH;
            let hashes = match tile.take() {
                Some((at, hashes)) if at == number => hashes,
                _ => TreeReader::new(&self.dir, self.size()).tile(0, number)?,
            };
            if hashes[(index % TILE_WIDTH) as usize] != leaf_hash(entry) {
                return Err(JournalError::Fork { index });
            }
            tile = Some((number, hashes));
        }
        Ok(())
    }

    /// Writes new entries behind the last one.
    fn write(&mut self, entries: &[Vec<u8>], key: &SigningKey) -> Result<(), JournalError> {
        let (old, probe) = (self.size(), Arc::clone(&self.probe));
        let mut batch = Batch::start(&self.dir, probe.as_ref())?;
        let mut edge = Edge::new(self.edge.clone(), old);
        let mut bundle = self.open_bundle()?;
        let mut size = old;
        for entry in entries {
            push_entry(&mut bundle, entry);
            let index = size / TILE_WIDTH;
            size += 1;
            edge.push(0, leaf_hash(entry), &mut batch)?;
            if size.is_multiple_of(TILE_WIDTH) {
                let tile = Tile {
                    kind: TileKind::Entries,
                    index,
                    width: TILE_WIDTH as u16,
                };
                batch.stage(&tile.path(), &bundle)?;
                bundle.clear();
            }
        }
        if let Some(tile) = Tile::of_entries(size / TILE_WIDTH, size) {
            batch.stage(&tile.path(), &bundle)?;
        }
        edge.stage_partial_tiles(size, &mut batch)?;
        batch.publish()?;

        let checkpoint = Checkpoint::sign(size, edge.root(), key);
        batch.stage(Path::new(CHECKPOINT), checkpoint.note().as_bytes())?;
        batch.publish()?;
        self.edge = edge.levels;
        self.checkpoint = checkpoint;

        // The append is done: what is left of old partial tiles does no harm and is tried again later.
        if let Err(error) = self.remove_outgrown(&batch, old) {
            tracing::warn!(
                error.code = error.code(),
                "old partial tiles of the journal were not removed"
            );
        }
        Ok(())
    }

    /// The bytes of the bundle that is not full yet, compared with the tree.
    fn open_bundle(&self) -> Result<Vec<u8>, JournalError> {
        let size = self.size();
        let mut bytes = Vec::new();
        if !size.is_multiple_of(TILE_WIDTH) {
            for entry in TreeReader::new(&self.dir, size).bundle(size / TILE_WIDTH)? {
                push_entry(&mut bytes, &entry);
            }
        }
        Ok(bytes)
    }

    /// Removes the partial tiles at the old and the new right edge that the checkpoint does not need.
    fn remove_outgrown(&self, batch: &Batch<'_>, old: u64) -> Result<(), JournalError> {
        let size = self.size();
        let mut edge_tiles = Vec::new();
        for at in [old, size] {
            for level in 0..8u8 {
                let index = row_length(level, at) / TILE_WIDTH;
                let kinds = [TileKind::Hashes { level }, TileKind::Entries];
                let count = if level == 0 { 2 } else { 1 };
                edge_tiles.extend(kinds.into_iter().take(count).map(|kind| (kind, index)));
            }
        }
        edge_tiles.sort_unstable();
        edge_tiles.dedup();
        for (kind, index) in edge_tiles {
            let needed = match kind {
                TileKind::Hashes { level } => Tile::of_hashes(level, index, size),
                TileKind::Entries => Tile::of_entries(index, size),
            };
            let folder = self.dir.join(
                Tile {
                    kind,
                    index,
                    width: 1,
                }
                .partial_folder(),
            );
            for width in partial_widths(&folder)? {
                if needed.is_some_and(|tile| tile.width == width) {
                    continue;
                }
                let path = folder.join(width.to_string());
                batch.remove(&path)?;
                remove_empty_partial_folder(&path);
            }
        }
        clear_staging(&self.dir)
    }
}

/// Entries of a journal in order; see [`Journal::entries`].
pub struct Entries<'a> {
    journal: &'a Journal,
    next: u64,
    end: u64,
    bundle: std::vec::IntoIter<Vec<u8>>,
}

impl Iterator for Entries<'_> {
    type Item = Result<Vec<u8>, JournalError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.next >= self.end {
            return None;
        }
        if self.bundle.len() == 0 {
            let size = self.journal.size();
            let bundle = if self.end > size {
                Err(JournalError::OutOfRange {
                    index: self.end,
                    size,
                })
            } else {
                TreeReader::new(&self.journal.dir, size).bundle(self.next / TILE_WIDTH)
            };
            match bundle {
                Ok(entries) => self.bundle = entries.into_iter(),
                Err(error) => {
                    self.next = self.end; // one error ends the walk
                    return Some(Err(error));
                }
            }
            let skipped = (self.next % TILE_WIDTH) as usize;
            self.bundle.by_ref().take(skipped).for_each(drop);
        }
        self.next += 1;
        self.bundle.next().map(Ok)
    }
}

fn read_checkpoint(dir: &Path, key: &VerifyingKey) -> Result<Checkpoint, JournalError> {
    let path = dir.join(CHECKPOINT);
    let note = read_if_there(&path)?.ok_or_else(|| JournalError::NotFound { path: dir.to_owned() })?;
    Checkpoint::open(&note, key.name(), key).map_err(|source| JournalError::Checkpoint { path, source })
}

/// Reads the right edge and compares it with the checkpoint's root.
fn read_edge(dir: &Path, checkpoint: &Checkpoint) -> Result<Vec<Vec<Hash>>, JournalError> {
    let edge = TreeReader::new(dir, checkpoint.size()).edge()?;
    if edge_root(&edge) == checkpoint.root() {
        return Ok(edge);
    }
    let what = "the tiles do not lead to the checkpoint's root";
    Err(JournalError::Damaged {
        path: dir.join("tile"),
        what,
    })
}

/// Removes the folder of partial tiles that held `path`, if nothing is left in it.
fn remove_empty_partial_folder(path: &Path) {
    if let Some(folder) = path
        .parent()
        .filter(|folder| folder.extension().is_some_and(|end| end == "p"))
    {
        // Not empty is the usual case and no fault.
        let _ = fs::remove_dir(folder);
    }
}
