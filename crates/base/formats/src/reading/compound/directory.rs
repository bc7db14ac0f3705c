//! The directory of a compound file (MS-CFB 2.6).

use super::{index, u16_at, u32_at};
use std::collections::HashMap;

/// Streams and storages of one file.
const MAX_ENTRIES: usize = 200_000;
/// Storages in one another.
const MAX_DEPTH: usize = 64;

/// A stream or storage.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    name: String,
    /// 1: storage, 2: stream, 5: the root.
    kind: u8,
    left: u32,
    right: u32,
    child: u32,
    /// Its first sector.
    pub start: u32,
    /// Its bytes, by its own account.
    pub size: u64,
}

impl Entry {
    /// Whether other entries lie in it.
    pub(super) fn is_storage(&self) -> bool {
        self.kind != 2
    }
}

/// All entries, and which lie in which.
#[derive(Debug, Default)]
pub(super) struct Directory {
    entries: Vec<Option<Entry>>,
    children: HashMap<usize, Vec<usize>>,
}

impl Directory {
    /// Reads the directory from the bytes of its chain.
    pub(super) fn of(bytes: &[u8]) -> Self {
        let entries: Vec<Option<Entry>> = bytes.chunks_exact(128).take(MAX_ENTRIES).map(entry).collect();
        let mut directory = Self {
            entries,
            children: HashMap::new(),
        };
        let mut seen = vec![false; directory.entries.len()];
        let mut storages = vec![(0, 0)];
        while let Some((storage, depth)) = storages.pop() {
            let Some(first) = directory.get(storage).map(|entry| entry.child) else {
                continue;
            };
            let inside = directory.siblings(first, &mut seen);
            if depth < MAX_DEPTH {
                let inner = inside
                    .iter()
                    .filter(|at| directory.get(**at).is_some_and(|entry| entry.kind == 1));
                storages.extend(inner.map(|at| (*at, depth + 1)));
            }
            directory.children.insert(storage, inside);
        }
        directory
    }

    /// The entries of one storage, in the order of its tree. No entry lies in two places.
    fn siblings(&self, first: u32, seen: &mut [bool]) -> Vec<usize> {
        let mut found = Vec::new();
        let mut open: Vec<usize> = Vec::new();
        let mut next = Some(index(first));
        loop {
            while let Some(at) = next.take() {
                let Some(entry) = self.get(at).filter(|_| at != 0) else {
                    break;
                };
                match seen.get_mut(at) {
                    Some(was_seen) if !*was_seen => *was_seen = true,
                    _ => break,
                }
                open.push(at);
                next = Some(index(entry.left));
            }
            let Some(at) = open.pop() else {
                return found;
            };
            found.push(at);
            next = self.get(at).map(|entry| index(entry.right));
        }
    }

    fn get(&self, at: usize) -> Option<&Entry> {
        self.entries.get(at)?.as_ref()
    }

    /// The root.
    pub(super) fn root(&self) -> Option<&Entry> {
        self.get(0).filter(|entry| entry.kind == 5)
    }

    fn find(&self, path: &str) -> Option<usize> {
        let mut at = 0;
        for name in path.split('/').filter(|name| !name.is_empty()) {
            at = *self
                .children
                .get(&at)?
                .iter()
                .find(|child| self.get(**child).is_some_and(|entry| is_same(&entry.name, name)))?;
        }
        Some(at)
    }

    /// The stream of this name. Where the tree is broken, a name at the top is looked for among all.
    pub(super) fn stream(&self, path: &str) -> Option<&Entry> {
        let entry = match self.find(path) {
            Some(at) => self.get(at),
            None if path.contains('/') => None,
            None => self
                .entries
                .iter()
                .flatten()
                .find(|entry| entry.kind == 2 && is_same(&entry.name, path)),
        };
        entry.filter(|entry| entry.kind == 2)
    }

    /// Names of what lies in a storage.
    pub(super) fn names(&self, storage: &str) -> Vec<String> {
        let children = self.find(storage).and_then(|at| self.children.get(&at));
        let entries = children.into_iter().flatten().filter_map(|at| self.get(*at));
        entries.map(|entry| entry.name.clone()).collect()
    }

    /// All that lies in a storage, storages before what lies in them, with their path from there.
    pub(super) fn below(&self, storage: &str) -> Vec<(String, Entry)> {
        let mut found = Vec::new();
        let mut open: Vec<(String, usize)> = self
            .find(storage)
            .map(|at| (String::new(), at))
            .into_iter()
            .collect();
        while let Some((path, storage)) = open.pop() {
            for at in self.children.get(&storage).into_iter().flatten() {
                let Some(entry) = self.get(*at) else {
                    continue;
                };
                let path = if path.is_empty() {
                    entry.name.clone()
                } else {
                    format!("{path}/{}", entry.name)
                };
                if entry.is_storage() {
                    open.push((path.clone(), *at));
                }
                found.push((path, entry.clone()));
            }
        }
        found
    }
}

fn is_same(left: &str, right: &str) -> bool {
    left.eq_ignore_ascii_case(right)
}

fn entry(bytes: &[u8]) -> Option<Entry> {
    let kind = *bytes.get(66)?;
    if !matches!(kind, 1 | 2 | 5) {
        return None;
    }
    let length = usize::from(u16_at(bytes, 64)?).saturating_sub(2).min(62);
    let units = bytes
        .get(..length)?
        .chunks_exact(2)
        .map(|pair| u16::from_le_bytes([pair[0], pair[1]]));
    Some(Entry {
        name: char::decode_utf16(units)
            .map(|letter| letter.unwrap_or('\u{fffd}'))
            .collect(),
        kind,
        left: u32_at(bytes, 68)?,
        right: u32_at(bytes, 72)?,
        child: u32_at(bytes, 76)?,
        start: u32_at(bytes, 116)?,
        // the upper half is garbage in files of the older version
        size: u64::from(u32_at(bytes, 120)?),
    })
}
