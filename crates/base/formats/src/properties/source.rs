//! A file under examination: parts of it at offsets, never more at once than asked for and there.

use crate::identify::ReadSeek;
use std::io::{self, Read, SeekFrom};

/// Bytes looked at from each end.
pub(crate) const WINDOW: usize = 64 * 1024;

/// A file under examination.
pub(crate) struct Source<'a> {
    reader: &'a mut dyn ReadSeek,
    size: u64,
}

impl<'a> Source<'a> {
    pub(crate) fn new(reader: &'a mut dyn ReadSeek, size: u64) -> Self {
        Self { reader, size }
    }

    /// Bytes of the file.
    pub(crate) fn size(&self) -> u64 {
        self.size
    }

    /// Up to `length` bytes from an offset; fewer at the end of the file.
    pub(crate) fn at(&mut self, offset: u64, length: usize) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        if offset < self.size {
            self.from(offset)?.take(length as u64).read_to_end(&mut bytes)?;
        }
        Ok(bytes)
    }

    /// The last bytes.
    pub(crate) fn tail(&mut self, length: usize) -> io::Result<Vec<u8>> {
        self.at(self.size.saturating_sub(length as u64), length)
    }

    /// Everything from an offset on, as a stream.
    pub(crate) fn from(&mut self, offset: u64) -> io::Result<&mut dyn ReadSeek> {
        self.reader.seek(SeekFrom::Start(offset))?;
        Ok(&mut *self.reader)
    }
}

/// A number of `length` bytes at an offset, least significant byte first.
pub(crate) fn little(bytes: &[u8], at: usize, length: usize) -> Option<u64> {
    let part = bytes.get(at..at.checked_add(length)?)?;
    Some(part.iter().rev().fold(0, |sum, byte| sum << 8 | u64::from(*byte)))
}

/// A number of `length` bytes at an offset, most significant byte first.
pub(crate) fn big(bytes: &[u8], at: usize, length: usize) -> Option<u64> {
    let part = bytes.get(at..at.checked_add(length)?)?;
    Some(part.iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte)))
}

/// A number that must fit into 32 bits.
pub(crate) fn narrow(number: u64) -> Option<u32> {
    u32::try_from(number).ok()
}

/// Duration in milliseconds of so many units, of which there are so many a second.
pub(crate) fn milliseconds(units: u64, per_second: u64) -> Option<u64> {
    let milliseconds = u128::from(units) * 1000 / u128::from((per_second > 0).then_some(per_second)?);
    u64::try_from(milliseconds).ok()
}

/// Four letters of a container as text.
pub(crate) fn four_letters(bytes: &[u8]) -> String {
    let letters = bytes.iter().take(4).map(|byte| char::from(*byte));
    letters
        .filter(char::is_ascii_graphic)
        .collect::<String>()
        .to_ascii_lowercase()
}
