//! The directory of an OLE2 compound file and the beginnings of its streams, read with limits.

use std::io::{self, Read, Seek, SeekFrom};

/// Sectors of one chain followed; a loop or a lie ends there.
const MAX_CHAIN: usize = 4_096;
/// Directory entries looked at.
const MAX_ENTRIES: usize = 4_096;
/// Bytes of a stream read.
const MAX_STREAM_BYTES: usize = 64 * 1024;
const END_OF_CHAIN: u32 = 0xFFFF_FFFE;
const MAX_REGULAR_SECTOR: u32 = 0xFFFF_FFFA;

/// One stream or storage.
#[derive(Debug, Clone)]
pub(crate) struct OleEntry {
    /// Name without the control character that some names begin with.
    pub(crate) name: String,
    is_root: bool,
    start: u32,
    size: u64,
}

/// The directory of a compound file.
#[derive(Debug)]
pub(crate) struct OleDirectory {
    pub(crate) entries: Vec<OleEntry>,
    sector_shift: u32,
    mini_shift: u32,
    mini_cutoff: u64,
    fat_sectors: Vec<u32>,
    mini_fat_start: u32,
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

fn read_at<R: Read + Seek + ?Sized>(reader: &mut R, offset: u64, length: usize) -> io::Result<Vec<u8>> {
    reader.seek(SeekFrom::Start(offset))?;
    let mut bytes = Vec::new();
    reader.take(length as u64).read_to_end(&mut bytes)?;
    Ok(bytes)
}

impl OleDirectory {
    /// Reads the directory. `None` means that this is no compound file.
    pub(crate) fn read<R: Read + Seek + ?Sized>(reader: &mut R) -> io::Result<Option<Self>> {
        let header = read_at(reader, 0, 512)?;
        let Some(mut directory) = Self::parse_header(&header) else {
            return Ok(None);
        };
        directory.read_more_fat_sectors(reader, &header)?;
        let start = u32_at(&header, 48).unwrap_or(END_OF_CHAIN);
        let bytes = directory.read_chain(reader, start, MAX_ENTRIES * 128)?;
        directory.entries = bytes
            .chunks_exact(128)
            .take(MAX_ENTRIES)
            .filter_map(parse_entry)
            .collect();
        Ok(Some(directory))
    }

    fn parse_header(header: &[u8]) -> Option<Self> {
        if !header.starts_with(&[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1]) {
            return None;
        }
        let sector_shift = u32::from(u16_at(header, 30)?);
        let mini_shift = u32::from(u16_at(header, 32)?);
        if !(7..=16).contains(&sector_shift) || !(2..=12).contains(&mini_shift) || mini_shift > sector_shift {
            return None;
        }
        let fat_sectors = (0..109)
            .map_while(|number| u32_at(header, 76 + number * 4))
            .take_while(|sector| *sector < MAX_REGULAR_SECTOR)
            .collect();
        Some(Self {
            entries: Vec::new(),
            sector_shift,
            mini_shift,
            mini_cutoff: u64::from(u32_at(header, 56)?),
            fat_sectors,
            mini_fat_start: u32_at(header, 60)?,
        })
    }

    /// Large files list further allocation sectors outside the header.
    fn read_more_fat_sectors<R: Read + Seek + ?Sized>(
        &mut self,
        reader: &mut R,
        header: &[u8],
    ) -> io::Result<()> {
        let mut sector = u32_at(header, 68).unwrap_or(END_OF_CHAIN);
        let mut followed = 0;
        while sector < MAX_REGULAR_SECTOR && followed < 256 {
            let bytes = self.read_sector(reader, sector)?;
            let Some((list, next)) = bytes.len().checked_sub(4).map(|at| bytes.split_at(at)) else {
                break;
            };
            self.fat_sectors.extend(
                list.chunks_exact(4)
                    .filter_map(|word| u32_at(word, 0))
                    .filter(|it| *it < MAX_REGULAR_SECTOR),
            );
            sector = u32_at(next, 0).unwrap_or(END_OF_CHAIN);
            followed += 1;
        }
        Ok(())
    }

    fn sector_offset(&self, sector: u32) -> u64 {
        (u64::from(sector) + 1) << self.sector_shift
    }

    fn read_sector<R: Read + Seek + ?Sized>(&self, reader: &mut R, sector: u32) -> io::Result<Vec<u8>> {
        read_at(reader, self.sector_offset(sector), 1 << self.sector_shift)
    }

    fn next_sector<R: Read + Seek + ?Sized>(&self, reader: &mut R, sector: u32) -> io::Result<u32> {
        let words_per_sector = 1_u32 << (self.sector_shift - 2);
        let Some(table) = self.fat_sectors.get((sector / words_per_sector) as usize) else {
            return Ok(END_OF_CHAIN);
        };
        let offset = self.sector_offset(*table) + u64::from(sector % words_per_sector) * 4;
        let word = read_at(reader, offset, 4)?;
        Ok(u32_at(&word, 0).unwrap_or(END_OF_CHAIN))
    }

    fn read_chain<R: Read + Seek + ?Sized>(
        &self,
        reader: &mut R,
        start: u32,
        limit: usize,
    ) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        let mut sector = start;
        let mut followed = 0;
        while sector < MAX_REGULAR_SECTOR && followed < MAX_CHAIN && bytes.len() < limit {
            let part = self.read_sector(reader, sector)?;
            if part.is_empty() {
                break;
            }
            bytes.extend(part);
            sector = self.next_sector(reader, sector)?;
            followed += 1;
        }
        bytes.truncate(limit);
        Ok(bytes)
    }

    /// The entry with this name (without a leading control character); case does not count in compound files.
    pub(crate) fn find(&self, name: &str) -> Option<&OleEntry> {
        self.entries
            .iter()
            .find(|entry| entry.name.eq_ignore_ascii_case(name))
    }

    /// The first bytes of a stream, at most 64 KiB.
    pub(crate) fn read_beginning<R: Read + Seek + ?Sized>(
        &self,
        reader: &mut R,
        entry: &OleEntry,
    ) -> io::Result<Vec<u8>> {
        let wanted = usize::try_from(entry.size)
            .unwrap_or(usize::MAX)
            .min(MAX_STREAM_BYTES);
        if entry.size >= self.mini_cutoff || entry.is_root {
            return self.read_chain(reader, entry.start, wanted);
        }
        let Some(root) = self.entries.iter().find(|candidate| candidate.is_root) else {
            return Ok(Vec::new());
        };
        let mini_size = 1_usize << self.mini_shift;
        let mini_fat = self.read_chain(reader, self.mini_fat_start, 1 << 20)?;
        let mini_stream = self.read_chain(reader, root.start, 4 << 20)?;
        let mut bytes = Vec::new();
        let mut sector = entry.start;
        while sector < MAX_REGULAR_SECTOR && bytes.len() < wanted {
            let from = (sector as usize).saturating_mul(mini_size);
            let Some(part) = mini_stream.get(from..mini_stream.len().min(from.saturating_add(mini_size)))
            else {
                break;
            };
            if part.is_empty() {
                break;
            }
            bytes.extend_from_slice(part);
            sector = u32_at(&mini_fat, (sector as usize).saturating_mul(4)).unwrap_or(END_OF_CHAIN);
        }
        bytes.truncate(wanted);
        Ok(bytes)
    }
}

fn parse_entry(bytes: &[u8]) -> Option<OleEntry> {
    let kind = *bytes.get(66)?;
    if !matches!(kind, 1 | 2 | 5) {
        return None;
    }
    let length = usize::from(u16_at(bytes, 64)?).saturating_sub(2).min(62);
    let units: Vec<u16> = bytes
        .get(..length)?
        .chunks_exact(2)
        .filter_map(|pair| u16_at(pair, 0))
        .collect();
    let name = String::from_utf16_lossy(&units);
    Some(OleEntry {
        name: name
            .trim_start_matches(|letter: char| letter.is_control())
            .to_owned(),
        is_root: kind == 5,
        start: u32_at(bytes, 116)?,
        // The upper half is garbage in files of the older version with 512-byte sectors.
        size: u64::from(u32_at(bytes, 120)?),
    })
}
