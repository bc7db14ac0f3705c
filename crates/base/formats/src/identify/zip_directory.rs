//! The directory of a ZIP file and the beginnings of its members, read with limits.
//!
//! Identification needs names and a few kilobytes of some members; it must answer the same on a bomb as on a
//! letter. So only the central directory is read, up to a number of entries, and a member is expanded only as far
//! as its rules look.

use std::io::{self, Read, Seek, SeekFrom};

use flate2::read::DeflateDecoder;

/// Entries looked at; what a format is shows among the first.
const MAX_ENTRIES: usize = 20_000;
/// Bytes of the central directory read.
const MAX_DIRECTORY_BYTES: u64 = 4 * 1024 * 1024;
/// Bytes of a member expanded.
pub(crate) const MAX_MEMBER_BYTES: u64 = 64 * 1024;
/// The end record and the longest comment after it.
const END_RECORD_WINDOW: u64 = 22 + 65_535;

/// One entry of the central directory.
#[derive(Debug, Clone)]
pub(crate) struct ZipEntry {
    /// Name as stored, in whatever encoding.
    pub(crate) name: Vec<u8>,
    pub(crate) encrypted: bool,
    method: u16,
    compressed_size: u64,
    header_offset: u64,
}

/// The entries that were read, and whether they are all.
#[derive(Debug, Clone, Default)]
pub(crate) struct ZipDirectory {
    pub(crate) entries: Vec<ZipEntry>,
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_le_bytes(bytes.get(at..at + 8)?.try_into().ok()?))
}

impl ZipDirectory {
    /// Reads the directory. `None` means that there is none to be found; an error means that reading failed.
    pub(crate) fn read<R: Read + Seek + ?Sized>(reader: &mut R, size: u64) -> io::Result<Option<Self>> {
        let window = END_RECORD_WINDOW.min(size);
        reader.seek(SeekFrom::Start(size - window))?;
        let mut end = Vec::new();
        reader.take(window).read_to_end(&mut end)?;
        let Some(position) = memchr::memmem::rfind(&end, b"PK\x05\x06") else {
            return Ok(None);
        };
        let record = &end[position..];
        let record_offset = size - window + position as u64;
        let (Some(mut directory_size), Some(mut directory_offset)) = (
            u32_at(record, 12).map(u64::from),
            u32_at(record, 16).map(u64::from),
        ) else {
            return Ok(None);
        };
        if directory_offset == u64::from(u32::MAX) || directory_size == u64::from(u32::MAX) {
            // Zip64: the locator lies just before the end record.
            let locator = position.checked_sub(20).and_then(|at| end.get(at..position));
            let Some(zip64_offset) = locator
                .filter(|bytes| bytes.starts_with(b"PK\x06\x07"))
                .and_then(|bytes| u64_at(bytes, 8))
            else {
                return Ok(None);
            };
            if zip64_offset >= size {
                return Ok(None);
            }
            reader.seek(SeekFrom::Start(zip64_offset))?;
            let mut zip64 = Vec::new();
            reader.take(56).read_to_end(&mut zip64)?;
            let (Some(wide_size), Some(wide_offset)) = (u64_at(&zip64, 40), u64_at(&zip64, 48)) else {
                return Ok(None);
            };
            (directory_size, directory_offset) = (wide_size, wide_offset);
        } else {
            // Something may lie before the archive: then the directory lies right before its end record.
            let ends = directory_offset.saturating_add(directory_size);
            if ends < record_offset && directory_size <= record_offset {
                let shifted = record_offset - directory_size;
                if signature_at(reader, directory_offset)? != Some(*b"PK\x01\x02")
                    && signature_at(reader, shifted)? == Some(*b"PK\x01\x02")
                {
                    directory_offset = shifted;
                }
            }
        }
        if directory_offset >= size {
            return Ok(None);
        }
        reader.seek(SeekFrom::Start(directory_offset))?;
        let mut directory = Vec::new();
        reader
            .take(directory_size.min(MAX_DIRECTORY_BYTES))
            .read_to_end(&mut directory)?;
        Ok(Some(Self {
            entries: parse_entries(&directory),
        }))
    }

    /// The entry with this name, exactly.
    pub(crate) fn find(&self, name: &str) -> Option<&ZipEntry> {
        self.entries.iter().find(|entry| entry.name == name.as_bytes())
    }
}

fn signature_at<R: Read + Seek + ?Sized>(reader: &mut R, offset: u64) -> io::Result<Option<[u8; 4]>> {
    reader.seek(SeekFrom::Start(offset))?;
    let mut bytes = Vec::new();
    reader.take(4).read_to_end(&mut bytes)?;
    Ok(bytes.try_into().ok())
}

fn parse_entries(directory: &[u8]) -> Vec<ZipEntry> {
    let mut entries = Vec::new();
    let mut rest = directory;
    while entries.len() < MAX_ENTRIES && rest.starts_with(b"PK\x01\x02") {
        let Some((entry, length)) = parse_entry(rest) else {
            break;
        };
        entries.push(entry);
        let Some(after) = rest.get(length..) else { break };
        rest = after;
    }
    entries
}

fn parse_entry(bytes: &[u8]) -> Option<(ZipEntry, usize)> {
    let flags = u16_at(bytes, 8)?;
    let name_length = usize::from(u16_at(bytes, 28)?);
    let extra_length = usize::from(u16_at(bytes, 30)?);
    let comment_length = usize::from(u16_at(bytes, 32)?);
    let name = bytes.get(46..46 + name_length)?.to_vec();
    let entry = ZipEntry {
        name,
        encrypted: flags & 1 == 1,
        method: u16_at(bytes, 10)?,
        compressed_size: u64::from(u32_at(bytes, 20)?),
        header_offset: u64::from(u32_at(bytes, 42)?),
    };
    Some((entry, 46 + name_length + extra_length + comment_length))
}

impl ZipEntry {
    /// Whether the directory claims bytes beyond the end of the file.
    pub(crate) fn ends_after(&self, size: u64) -> bool {
        let is_wide =
            self.header_offset == u64::from(u32::MAX) || self.compressed_size == u64::from(u32::MAX);
        !is_wide
            && self
                .header_offset
                .saturating_add(30)
                .saturating_add(self.compressed_size)
                > size
    }

    /// The first bytes of the member, expanded, at most [`MAX_MEMBER_BYTES`]. Empty where it cannot be expanded:
    /// encrypted, an unknown method, damaged.
    pub(crate) fn read_beginning<R: Read + Seek + ?Sized>(&self, reader: &mut R) -> io::Result<Vec<u8>> {
        if self.encrypted {
            return Ok(Vec::new());
        }
        reader.seek(SeekFrom::Start(self.header_offset))?;
        let mut header = Vec::new();
        (&mut *reader).take(30).read_to_end(&mut header)?;
        let (Some(name_length), Some(extra_length)) = (u16_at(&header, 26), u16_at(&header, 28)) else {
            return Ok(Vec::new());
        };
        if !header.starts_with(b"PK\x03\x04") {
            return Ok(Vec::new());
        }
        reader.seek(SeekFrom::Current(
            i64::from(name_length) + i64::from(extra_length),
        ))?;
        let mut beginning = Vec::new();
        match self.method {
            0 => {
                let length = self.compressed_size.min(MAX_MEMBER_BYTES);
                (&mut *reader).take(length).read_to_end(&mut beginning)?;
            }
            8 => {
                let mut compressed = Vec::new();
                // Compressed bytes rarely outnumber expanded ones; the limit holds for both.
                let length = self.compressed_size.min(2 * MAX_MEMBER_BYTES);
                (&mut *reader).take(length).read_to_end(&mut compressed)?;
                let expanded = DeflateDecoder::new(compressed.as_slice());
                // A damaged member keeps what could be expanded.
                let _ = expanded.take(MAX_MEMBER_BYTES).read_to_end(&mut beginning);
            }
            _ => {}
        }
        Ok(beginning)
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Write};

    use proptest::prelude::*;

    use super::*;

    pub(crate) fn zip_of(members: &[(&str, &[u8])]) -> Vec<u8> {
        let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (name, bytes) in members {
            writer
                .start_file(*name, zip::write::SimpleFileOptions::default())
                .unwrap();
            writer.write_all(bytes).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    #[test]
    fn members_are_found_and_expanded_only_so_far() {
        let long = vec![b'a'; 1_000_000];
        let bytes = zip_of(&[("OFD.xml", b"<ofd/>"), ("long", &long)]);
        let mut reader = Cursor::new(&bytes);
        let directory = ZipDirectory::read(&mut reader, bytes.len() as u64)
            .unwrap()
            .unwrap();
        assert_eq!(
            directory
                .find("OFD.xml")
                .unwrap()
                .read_beginning(&mut reader)
                .unwrap(),
            b"<ofd/>"
        );
        let beginning = directory
            .find("long")
            .unwrap()
            .read_beginning(&mut reader)
            .unwrap();
        assert_eq!(beginning.len() as u64, MAX_MEMBER_BYTES);
    }

    #[test]
    fn something_before_the_archive_does_no_harm() {
        let mut bytes = b"#!/bin/sh\nexit\n".to_vec();
        bytes.extend(zip_of(&[("a", b"1")]));
        let directory = ZipDirectory::read(&mut Cursor::new(&bytes), bytes.len() as u64)
            .unwrap()
            .unwrap();
        assert_eq!(directory.entries.len(), 1);
    }

    proptest! {
        #[test]
        fn damaged_directories_never_panic(at in 0_usize..200, value in any::<u8>()) {
            let mut bytes = zip_of(&[("OFD.xml", b"<ofd/>"), ("b", b"2")]);
            let length = bytes.len();
            bytes[at % length] = value;
            let mut reader = Cursor::new(&bytes);
            if let Ok(Some(directory)) = ZipDirectory::read(&mut reader, length as u64) {
                for entry in &directory.entries {
                    let _ = entry.read_beginning(&mut reader);
                }
            }
        }
    }
}
