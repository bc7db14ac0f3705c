//! Compound files (MS-CFB), in which the office programs of old kept their documents: streams by name, within limits.
//!
//! Programs wrote them carelessly, and disks lose their ends. A chain of sectors is followed as far as it leads; what
//! the directory says about its own order is not believed.

mod directory;
mod summary;

pub(super) use summary::tell_summary;

use super::ReadError;
use directory::{Directory, Entry};
use std::io::{self, Cursor, Read, Seek, SeekFrom, Write};

/// The first bytes.
const MAGIC: &[u8] = &[0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];
/// Numbers of sectors beyond this are marks.
const MAX_SECTOR: u32 = 0xffff_fffa;
/// Bytes of a sector of the mini stream.
const MINI_SECTOR: u64 = 64;

/// An open compound file.
pub(super) struct Compound<R> {
    reader: R,
    /// Bytes of the file.
    size: u64,
    sector: u64,
    cutoff: u64,
    /// The sector that follows each sector.
    next: Vec<u32>,
    /// The same of the mini stream.
    next_mini: Vec<u32>,
    directory: Directory,
    limit: u64,
}

impl<R: Read + Seek> Compound<R> {
    /// Opens a file; of a stream no more bytes than `limit` are read.
    pub(super) fn open(mut reader: R, limit: u64) -> Result<Self, ReadError> {
        let size = reader.seek(SeekFrom::End(0))?;
        let header = read_at(&mut reader, 0, 512)?;
        let shift = u16_at(&header, 30).unwrap_or(0);
        if !header.starts_with(MAGIC) || !(7..=16).contains(&shift) {
            return Err(ReadError::damaged("the file is no compound file"));
        }
        let mut file = Self {
            reader,
            size,
            sector: 1 << shift,
            cutoff: u64::from(u32_at(&header, 56).unwrap_or(4096)),
            next: Vec::new(),
            next_mini: Vec::new(),
            directory: Directory::default(),
            limit,
        };
        file.read_tables(&header)?;
        let entries = file.chain(u32_at(&header, 48).unwrap_or(MAX_SECTOR), file.size)?;
        file.directory = Directory::of(&entries);
        let mini = file.chain(u32_at(&header, 60).unwrap_or(MAX_SECTOR), file.size)?;
        file.next_mini = words(&mini).collect();
        Ok(file)
    }

    /// Reads which sector follows which.
    fn read_tables(&mut self, header: &[u8]) -> Result<(), ReadError> {
        let sectors = self.size / self.sector + 1;
        let mut tables: Vec<u32> = words(header.get(76..512).unwrap_or_default()).collect();
        let mut more = u32_at(header, 68).unwrap_or(MAX_SECTOR);
        let mut followed = 0;
        while more < MAX_SECTOR && followed <= sectors {
            let bytes = self.read_sector(more)?;
            let mut list: Vec<u32> = words(&bytes).collect();
            more = list.pop().unwrap_or(MAX_SECTOR);
            tables.extend(list);
            followed += 1;
        }
        for table in tables {
            // a table that lies outside the file was cut off; those behind it keep their places
            if table >= MAX_SECTOR || self.next.len() as u64 > sectors {
                continue;
            }
            let bytes = self.read_sector(table)?;
            self.next.extend(words(&bytes));
            let whole = index(u32::try_from(self.sector / 4).unwrap_or(0));
            self.next
                .resize(self.next.len().next_multiple_of(whole.max(1)), MAX_SECTOR);
        }
        Ok(())
    }

    fn read_sector(&mut self, sector: u32) -> io::Result<Vec<u8>> {
        let offset = (u64::from(sector) + 1) * self.sector;
        read_at(&mut self.reader, offset, self.sector)
    }

    /// The bytes of a chain of sectors, up to a number.
    fn chain(&mut self, start: u32, wanted: u64) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        let mut sector = start;
        // a loop ends where all sectors of the file were passed
        let mut left = self.size / self.sector + 1;
        while sector < MAX_SECTOR && left > 0 && (bytes.len() as u64) < wanted {
            let part = self.read_sector(sector)?;
            if part.is_empty() {
                break;
            }
            bytes.extend(part);
            sector = self.next.get(index(sector)).copied().unwrap_or(MAX_SECTOR);
            left -= 1;
        }
        bytes.truncate(usize::try_from(wanted).unwrap_or(usize::MAX));
        Ok(bytes)
    }

    /// The same of small streams, which lie in the stream of the root.
    fn mini_chain(&mut self, start: u32, wanted: u64) -> io::Result<Vec<u8>> {
        let Some(root) = self.directory.root() else {
            return Ok(Vec::new());
        };
        let (root_start, root_size) = (root.start, root.size.min(self.size));
        let stream = self.chain(root_start, root_size)?;
        let mut bytes = Vec::new();
        let mut sector = start;
        let mut left = self.next_mini.len();
        while sector < MAX_SECTOR && left > 0 && (bytes.len() as u64) < wanted {
            let from = index(sector).saturating_mul(MINI_SECTOR as usize);
            let to = from.saturating_add(MINI_SECTOR as usize).min(stream.len());
            let Some(part) = stream.get(from..to).filter(|part| !part.is_empty()) else {
                break;
            };
            bytes.extend_from_slice(part);
            sector = self.next_mini.get(index(sector)).copied().unwrap_or(MAX_SECTOR);
            left -= 1;
        }
        bytes.truncate(usize::try_from(wanted).unwrap_or(usize::MAX));
        Ok(bytes)
    }

    fn read_entry(&mut self, entry: &Entry) -> Result<Vec<u8>, ReadError> {
        // no stream is longer than the file, whatever it says
        let wanted = entry.size.min(self.size);
        if wanted > self.limit {
            return Err(ReadError::TooLarge {
                what: "bytes",
                limit: self.limit,
            });
        }
        let bytes = if entry.size < self.cutoff {
            self.mini_chain(entry.start, wanted)?
        } else {
            self.chain(entry.start, wanted)?
        };
        Ok(bytes)
    }

    /// A stream as a whole, as far as it is there; `None` where there is none of this name. Names of storages stand
    /// before it, parted by `/`; capitals do not matter.
    pub(super) fn stream(&mut self, path: &str) -> Result<Option<Vec<u8>>, ReadError> {
        match self.directory.stream(path).cloned() {
            Some(entry) => self.read_entry(&entry).map(Some),
            None => Ok(None),
        }
    }

    /// Whether there is a stream of this name.
    pub(super) fn has_stream(&self, path: &str) -> bool {
        self.directory.stream(path).is_some()
    }

    /// Names of what lies in a storage, storages and streams alike. The root has the empty name.
    pub(super) fn names(&self, storage: &str) -> Vec<String> {
        self.directory.names(storage)
    }

    /// A storage as a compound file of its own. Bytes of its streams are given to `change` with their path before
    /// they are written.
    pub(super) fn copy_storage(
        &mut self,
        storage: &str,
        change: impl Fn(&str, Vec<u8>) -> Vec<u8>,
    ) -> Result<Vec<u8>, ReadError> {
        let mut copy = cfb::CompoundFile::create(Cursor::new(Vec::new()))?;
        let mut total = 0_u64;
        for (path, entry) in self.directory.below(storage) {
            if entry.is_storage() {
                copy.create_storage(&path).map_err(ReadError::damaged)?;
                continue;
            }
            let bytes = self.read_entry(&entry)?;
            total += bytes.len() as u64;
            if total > self.limit {
                return Err(ReadError::TooLarge {
                    what: "bytes",
                    limit: self.limit,
                });
            }
            let bytes = change(&path, bytes);
            let mut stream = copy.create_stream(&path).map_err(ReadError::damaged)?;
            stream.write_all(&bytes).map_err(ReadError::damaged)?;
        }
        copy.flush().map_err(ReadError::damaged)?;
        Ok(copy.into_inner().into_inner())
    }
}

fn read_at<R: Read + Seek>(reader: &mut R, offset: u64, length: u64) -> io::Result<Vec<u8>> {
    reader.seek(SeekFrom::Start(offset))?;
    let mut bytes = Vec::new();
    reader.by_ref().take(length).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn words(bytes: &[u8]) -> impl Iterator<Item = u32> {
    bytes
        .chunks_exact(4)
        .map(|word| u32::from_le_bytes([word[0], word[1], word[2], word[3]]))
}

/// Little-endian numbers at a place; `None` beyond the end.
pub(in crate::reading) fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    let pair = bytes.get(at..at.checked_add(2)?)?;
    pair.try_into().ok().map(u16::from_le_bytes)
}

/// Little-endian numbers at a place; `None` beyond the end.
pub(in crate::reading) fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    let four = bytes.get(at..at.checked_add(4)?)?;
    four.try_into().ok().map(u32::from_le_bytes)
}

/// Little-endian numbers at a place; `None` beyond the end.
pub(in crate::reading) fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    let eight = bytes.get(at..at.checked_add(8)?)?;
    eight.try_into().ok().map(u64::from_le_bytes)
}

/// A place as an index.
pub(in crate::reading) fn index(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

/// Text in UTF-16, little-endian, up to a zero.
pub(in crate::reading) fn utf16(bytes: &[u8]) -> String {
    let units = bytes
        .chunks_exact(2)
        .map(|pair| u16::from_le_bytes([pair[0], pair[1]]));
    char::decode_utf16(units.take_while(|unit| *unit != 0))
        .map(|letter| letter.unwrap_or('\u{fffd}'))
        .collect()
}

/// A time in steps of 100 nanoseconds from 1601, in RFC 3339.
pub(in crate::reading) fn file_time(time: u64) -> Option<String> {
    let seconds = i64::try_from(time / 10_000_000)
        .ok()?
        .checked_sub(11_644_473_600)?;
    let stamp = jiff::Timestamp::from_second(seconds).ok()?;
    (seconds > 0).then(|| stamp.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn file(streams: &[(&str, &[u8])]) -> Vec<u8> {
        let mut file = cfb::CompoundFile::create(Cursor::new(Vec::new())).unwrap();
        for (path, bytes) in streams {
            if let Some((folder, _)) = path.rsplit_once('/') {
                file.create_storage_all(folder).unwrap();
            }
            file.create_stream(path).unwrap().write_all(bytes).unwrap();
        }
        file.flush().unwrap();
        file.into_inner().into_inner()
    }

    #[test]
    fn streams_of_any_size_are_read_and_storages_are_copied() {
        let long = vec![7; 100_000];
        let bytes = file(&[("A", b"short"), ("s/Long", &long), ("s/t/B", b"inner")]);
        let mut compound = Compound::open(Cursor::new(&bytes), 1 << 20).unwrap();
        assert_eq!(compound.stream("a").unwrap().unwrap(), b"short");
        assert_eq!(compound.stream("S/long").unwrap().unwrap(), long);
        assert_eq!(compound.stream("s").unwrap(), None);
        assert_eq!(compound.names("s"), ["t", "Long"]);
        let copy = compound.copy_storage("s", |_, bytes| bytes).unwrap();
        let mut copy = Compound::open(Cursor::new(copy), 1 << 20).unwrap();
        assert_eq!(copy.stream("t/B").unwrap().unwrap(), b"inner");
        let mut narrow = Compound::open(Cursor::new(&bytes), 1_000).unwrap();
        assert_eq!(narrow.stream("s/Long").unwrap_err().code(), "reading.too_large");
        let mut cut = Compound::open(Cursor::new(&bytes[..bytes.len() / 2]), 1 << 20).unwrap();
        assert!(cut.stream("s/Long").unwrap_or_default().unwrap_or_default().len() < 100_000);
    }

    proptest! {
        #[test]
        fn nothing_makes_it_fall(changes in proptest::collection::vec((0_usize..12_000, any::<u8>()), 1..30)) {
            let mut bytes = file(&[("A", b"short"), ("s/Long", &[7; 5_000]), ("s/t/B", b"inner")]);
            for (at, value) in changes {
                if let Some(byte) = bytes.get_mut(at) {
                    *byte = value;
                }
            }
            if let Ok(mut compound) = Compound::open(Cursor::new(&bytes), 1 << 20) {
                let _stream = compound.stream("s/t/B");
                let _stream = compound.stream("s/Long");
                let _copy = compound.copy_storage("s", |_, bytes| bytes);
            }
        }
    }
}
