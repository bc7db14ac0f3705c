//! Compound files (MS-CFB), in which the office programs of old kept their documents: streams by name, within limits.

use super::{Context, ReadError};
use std::io::{Cursor, Read, Seek, Write};
use std::path::{Path, PathBuf};

/// Streams and storages of one file.
const MAX_ENTRIES: usize = 100_000;

/// An open compound file.
pub(super) struct Compound<R> {
    file: cfb::CompoundFile<R>,
    limit: u64,
}

impl<R: Read + Seek> Compound<R> {
    /// Opens a file; of a stream no more bytes than `limit` are read.
    pub(super) fn open(reader: R, limit: u64) -> Result<Self, ReadError> {
        let file = cfb::CompoundFile::open(reader).map_err(ReadError::damaged)?;
        Ok(Self { file, limit })
    }

    /// A stream as a whole; `None` where there is none of this name.
    pub(super) fn stream(&mut self, path: impl AsRef<Path>) -> Result<Option<Vec<u8>>, ReadError> {
        let Ok(stream) = self.file.open_stream(path) else {
            return Ok(None);
        };
        let mut bytes = Vec::new();
        let result = stream.take(self.limit.saturating_add(1)).read_to_end(&mut bytes);
        if bytes.len() as u64 > self.limit {
            return Err(ReadError::TooLarge {
                what: "bytes",
                limit: self.limit,
            });
        }
        // a chain that is cut off: what there is, is read
        match result {
            Err(error) if bytes.is_empty() => Err(ReadError::damaged(error)),
            _ => Ok(Some(bytes)),
        }
    }

    /// Whether there is a stream of this name.
    pub(super) fn has_stream(&self, path: impl AsRef<Path>) -> bool {
        self.file.is_stream(path)
    }

    /// Names of what lies in a storage, storages and streams alike.
    pub(super) fn names(&self, storage: &Path) -> Vec<String> {
        let Ok(entries) = self.file.read_storage(storage) else {
            return Vec::new();
        };
        entries.take(MAX_ENTRIES).map(|entry| entry.name().to_owned()).collect()
    }

    /// A storage as a compound file of its own. Bytes of its streams are given to `change` with their path before
    /// they are written.
    pub(super) fn copy_storage(
        &mut self,
        storage: &Path,
        change: impl Fn(&Path, Vec<u8>) -> Vec<u8>,
    ) -> Result<Vec<u8>, ReadError> {
        let Ok(entries) = self.file.walk_storage(storage) else {
            return Err(ReadError::damaged("a storage is missing"));
        };
        let entries: Vec<(PathBuf, bool)> = entries
            .take(MAX_ENTRIES)
            .filter_map(|entry| {
                let path = entry.path().strip_prefix(storage).ok()?.to_owned();
                Some((path, entry.is_stream()))
            })
            .filter(|(path, _)| !path.as_os_str().is_empty())
            .collect();
        let mut copy = cfb::CompoundFile::create(Cursor::new(Vec::new()))?;
        let mut total = 0_u64;
        for (path, is_stream) in entries {
            if !is_stream {
                copy.create_storage(&path).map_err(ReadError::damaged)?;
                continue;
            }
            let bytes = self.stream(storage.join(&path))?.unwrap_or_default();
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

/// Little-endian numbers at a place; `None` beyond the end.
pub(super) fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    let pair = bytes.get(at..at.checked_add(2)?)?;
    pair.try_into().ok().map(u16::from_le_bytes)
}

/// Little-endian numbers at a place; `None` beyond the end.
pub(super) fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    let four = bytes.get(at..at.checked_add(4)?)?;
    four.try_into().ok().map(u32::from_le_bytes)
}

/// Little-endian numbers at a place; `None` beyond the end.
pub(super) fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    let eight = bytes.get(at..at.checked_add(8)?)?;
    eight.try_into().ok().map(u64::from_le_bytes)
}

/// A place as an index.
pub(super) fn index(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

/// Text in UTF-16, little-endian, up to a zero.
pub(super) fn utf16(bytes: &[u8]) -> String {
    let units = bytes.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]]));
    char::decode_utf16(units.take_while(|unit| *unit != 0))
        .map(|letter| letter.unwrap_or('\u{fffd}'))
        .collect()
}

/// A time in steps of 100 nanoseconds from 1601, in RFC 3339.
pub(super) fn file_time(time: u64) -> Option<String> {
    let seconds = i64::try_from(time / 10_000_000).ok()?.checked_sub(11_644_473_600)?;
    let stamp = jiff::Timestamp::from_second(seconds).ok()?;
    (seconds > 0).then(|| stamp.to_string())
}

/// Tells what a document says of itself (MS-OLEPS, `SummaryInformation`).
pub(super) fn tell_summary<R: Read + Seek>(file: &mut Compound<R>, context: &mut Context<'_>) {
    let Ok(Some(bytes)) = file.stream("\u{5}SummaryInformation") else {
        return;
    };
    for (name, value) in summary(&bytes) {
        context.told(name, &value);
    }
}

/// Properties of a summary that are told: identifier and name.
const SUMMARY: &[(u32, &str)] = &[
    (2, "title"),
    (3, "subject"),
    (4, "author"),
    (5, "keywords"),
    (6, "comments"),
    (8, "last_author"),
    (12, "created"),
    (13, "modified"),
    (18, "program"),
];

fn summary(bytes: &[u8]) -> Vec<(&'static str, String)> {
    let section = u32_at(bytes, 44).map_or(0, index);
    let count = u32_at(bytes, section.saturating_add(4)).unwrap_or(0).min(100);
    let offset = |wanted: u32| {
        (0..index(count)).find_map(|at| {
            let entry = section.checked_add(8)?.checked_add(at * 8)?;
            let is_it = u32_at(bytes, entry)? == wanted;
            is_it.then(|| section.checked_add(index(u32_at(bytes, entry + 4)?))).flatten()
        })
    };
    let code_page = offset(1).and_then(|at| u16_at(bytes, at.checked_add(4)?));
    let charset = code_page.and_then(|page| super::rtf::code_page(i32::from(page)));
    let value = |at: usize| {
        let content = at.checked_add(8)?;
        match u32_at(bytes, at)? & 0xffff {
            0x1e => {
                let length = index(u32_at(bytes, at + 4)?);
                let text = bytes.get(content..content.checked_add(length)?)?;
                let text = text.split(|byte| *byte == 0).next().unwrap_or_default();
                if code_page == Some(1200) {
                    return Some(utf16(bytes.get(content..content + length)?));
                }
                Some(super::mime::decode_charset(text, charset.map(encoding_rs::Encoding::name)))
            }
            0x1f => {
                let length = index(u32_at(bytes, at + 4)?).checked_mul(2)?;
                Some(utf16(bytes.get(content..content.checked_add(length)?)?))
            }
            0x40 => file_time(u64_at(bytes, at + 4)?),
            _ => None,
        }
    };
    SUMMARY
        .iter()
        .filter_map(|(wanted, name)| Some((*name, offset(*wanted).and_then(value)?)))
        .filter(|(_, text)| !text.trim().is_empty())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_summary_in_any_code_page() {
        let text = encoding_rs::GB18030.encode("大坝").0;
        let mut bytes = vec![0; 48];
        bytes[44] = 48;
        bytes.extend([0, 0, 0, 0, 3, 0, 0, 0]);
        for (id, offset) in [(1_u32, 32_u32), (2, 40), (12, 56)] {
            bytes.extend(id.to_le_bytes());
            bytes.extend(offset.to_le_bytes());
        }
        bytes.extend([2, 0, 0, 0, 0xa8, 3, 0, 0]);
        bytes.extend([0x1e, 0, 0, 0, 5, 0, 0, 0]);
        bytes.extend(&*text);
        bytes.extend([0, 0, 0, 0]);
        bytes.extend([0x40, 0, 0, 0]);
        bytes.extend(((11_644_473_600_u64 + 86_400) * 10_000_000).to_le_bytes());
        assert_eq!(
            summary(&bytes),
            [("title", "大坝".to_owned()), ("created", "1970-01-02T00:00:00Z".to_owned())]
        );
    }

    proptest! {
        #[test]
        fn no_summary_makes_it_fall(mut bytes in proptest::collection::vec(any::<u8>(), 48..200), places in proptest::collection::vec(0_usize..200, 0..6)) {
            bytes[44..48].copy_from_slice(&48_u32.to_le_bytes());
            for place in places {
                if let Some(byte) = bytes.get_mut(place) {
                    *byte = 2;
                }
            }
            let _summary = summary(&bytes);
        }
    }
}
