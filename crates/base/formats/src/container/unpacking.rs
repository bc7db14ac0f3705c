//! What unpacking has come to: names met, bytes counted, files written, faults found.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use super::limits::Limits;
use super::names::{NameDecoder, NameRegister, check_name};
use super::quarantine::Quarantine;
use super::refusal::{Fault, Refusal, UnpackError};
use super::stream::LimitHit;
use crate::package::LogicalName;

/// Bytes moved at a time.
const BUFFER_BYTES: usize = 256 * 1024;

/// One file that was unpacked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnpackedEntry {
    /// Its name; it lies there below the root.
    pub name: LogicalName,
    /// The name's bytes as they were stored, where they are not UTF-8.
    pub name_bytes: Option<Vec<u8>>,
    /// Bytes.
    pub size: u64,
    /// When it was changed, as the container says: seconds since 1970. Times of ZIP files without the field for
    /// UTC are taken as if they were UTC.
    pub modified: Option<i64>,
}

/// How far unpacking has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnpackProgress {
    /// Files written.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
}

/// An entry that was admitted and is to be written.
#[derive(Debug)]
pub(super) struct Member {
    pub name: LogicalName,
    pub name_bytes: Option<Vec<u8>>,
    pub modified: Option<i64>,
    /// The size that the container declares.
    pub size: Option<u64>,
    /// The CRC-32 that the container declares, where it is to be compared here.
    pub crc32: Option<u32>,
    /// Bytes of its compressed form, where they are known.
    pub compressed: Option<u64>,
}

/// The state of unpacking one container.
pub(super) struct Unpacking<'a> {
    pub limits: &'a Limits,
    /// The container, for naming it when it cannot be read.
    pub path: &'a Path,
    pub decoder: NameDecoder,
    names: NameRegister,
    seen: u64,
    refusals: Vec<Refusal>,
    quarantine: Quarantine,
    entries: Vec<UnpackedEntry>,
    bytes: u64,
    buffer: Vec<u8>,
    observer: &'a mut dyn FnMut(UnpackProgress),
}

impl<'a> Unpacking<'a> {
    pub fn new(
        path: &'a Path,
        quarantine: Quarantine,
        limits: &'a Limits,
        observer: &'a mut dyn FnMut(UnpackProgress),
    ) -> Self {
        Self {
            limits,
            path,
            decoder: NameDecoder::default(),
            names: NameRegister::default(),
            seen: 0,
            refusals: Vec::new(),
            quarantine,
            entries: Vec::new(),
            bytes: 0,
            buffer: vec![0; BUFFER_BYTES],
            observer,
        }
    }

    /// Notes a fault. The error means that the list is full and reading stops.
    pub fn refuse(&mut self, refusal: Refusal) -> Result<(), UnpackError> {
        self.refusals.push(refusal);
        if self.refusals.len() < self.limits.refusals_listed.max(1) {
            return Ok(());
        }
        Err(self.refused())
    }

    /// Whether something was found that refuses the container.
    pub fn is_refused(&self) -> bool {
        !self.refusals.is_empty()
    }

    /// An error where something was found.
    pub fn end_if_refused(&mut self) -> Result<(), UnpackError> {
        if self.is_refused() {
            Err(self.refused())
        } else {
            Ok(())
        }
    }

    /// Ends with this fault after those found before.
    pub fn end_with(&mut self, refusal: Refusal) -> UnpackError {
        self.refusals.push(refusal);
        self.refused()
    }

    fn refused(&mut self) -> UnpackError {
        UnpackError::Refused(std::mem::take(&mut self.refusals))
    }

    /// Counts an entry; the error means that there are too many.
    pub fn count_entry(&mut self) -> Result<(), UnpackError> {
        self.seen += 1;
        if self.seen <= self.limits.entries {
            return Ok(());
        }
        let refusal = too_many(self.limits, self.seen);
        Err(self.end_with(refusal))
    }

    /// Checks a name and compares it with those met before. `None`: it is refused, and the fault is noted. The
    /// name of a folder comes without its last `/`.
    pub fn admit(
        &mut self,
        decoded: &str,
        raw: &[u8],
        is_folder: bool,
    ) -> Result<Option<LogicalName>, UnpackError> {
        let name = check_name(decoded, raw, is_folder, self.limits)
            .and_then(|name| self.names.add(&name, is_folder).map(|()| name));
        match name {
            Ok(name) => Ok(Some(name)),
            Err(refusal) => {
                self.refuse(refusal)?;
                Ok(None)
            }
        }
    }

    /// Makes an admitted folder.
    pub fn folder(&mut self, name: &LogicalName) -> Result<(), UnpackError> {
        self.quarantine.folder(name)
    }

    /// Writes an admitted file, holding its content against what was declared.
    pub fn write(&mut self, member: Member, content: &mut dyn Read) -> Result<(), UnpackError> {
        let (file, path) = self.quarantine.file(&member.name)?;
        let size = self.copy(&member, content, Some((file, &path)))?;
        self.entries.push(UnpackedEntry {
            name: member.name,
            name_bytes: member.name_bytes,
            size,
            modified: member.modified,
        });
        (self.observer)(UnpackProgress {
            files: self.entries.len() as u64,
            bytes: self.bytes,
        });
        Ok(())
    }

    /// Reads over the content of an entry, counting it.
    pub fn pass_over(&mut self, member: &Member, content: &mut dyn Read) -> Result<(), UnpackError> {
        self.copy(member, content, None).map(|_| ())
    }

    fn copy(
        &mut self,
        member: &Member,
        content: &mut dyn Read,
        mut target: Option<(File, &Path)>,
    ) -> Result<u64, UnpackError> {
        let name = member.name.as_str();
        let mut size = 0_u64;
        let mut hasher = member.crc32.map(|_| crc32fast::Hasher::new());
        loop {
            let count = match content.read(&mut self.buffer) {
                Ok(0) => break,
                Ok(count) => count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(self.reading_failed(Some(name), error)),
            };
            size += count as u64;
            self.bytes += count as u64;
            if let Some(refusal) = self.too_much(member, size) {
                return Err(self.end_with(refusal.of(name)));
            }
            let piece = self.buffer.get(..count).unwrap_or_default();
            if let Some(hasher) = &mut hasher {
                hasher.update(piece);
            }
            if let Some((file, path)) = &mut target {
                file.write_all(piece).map_err(|source| UnpackError::Write {
                    path: path.to_path_buf(),
                    source,
                })?;
            }
        }
        if let Some(declared) = member.size.filter(|declared| *declared != size) {
            let refusal = Refusal::whole(
                Fault::SizeContradicts,
                format!("{declared} bytes, as the directory says"),
                format!("{size} bytes"),
            );
            return Err(self.end_with(refusal.of(name)));
        }
        let found = hasher.map(crc32fast::Hasher::finalize);
        if let (Some(declared), Some(found)) = (member.crc32, found)
            && declared != found
        {
            let refusal = Refusal::whole(
                Fault::WrongCrc,
                format!("CRC-32 {declared:08x}"),
                format!("{found:08x}"),
            );
            return Err(self.end_with(refusal.of(name)));
        }
        Ok(size)
    }

    /// Whether an entry of which so many bytes were read, or the container with it, goes beyond a limit.
    fn too_much(&self, member: &Member, size: u64) -> Option<Refusal> {
        if let Some(declared) = member.size.filter(|declared| size > *declared) {
            return Some(Refusal::whole(
                Fault::SizeContradicts,
                format!("{declared} bytes, as the directory says"),
                "more",
            ));
        }
        if self.bytes > self.limits.total_bytes {
            return Some(too_large(self.limits, self.bytes));
        }
        let compressed = member.compressed.filter(|it| self.limits.is_bomb(*it, size))?;
        Some(bomb(self.limits, compressed, size))
    }

    /// What a failure of reading means: of the disk, or of the content.
    pub fn reading_failed(&mut self, entry: Option<&str>, error: io::Error) -> UnpackError {
        match content_fault(&error) {
            None => UnpackError::Read {
                path: self.path.to_path_buf(),
                source: error,
            },
            Some(mut refusal) => {
                refusal.entry = entry.map(str::to_owned);
                self.end_with(refusal)
            }
        }
    }

    /// All was well: the quarantine is kept.
    pub fn finish(mut self) -> Result<(PathBuf, Vec<UnpackedEntry>), UnpackError> {
        self.end_if_refused()?;
        Ok((self.quarantine.keep(), self.entries))
    }
}

/// What an error of a decompressor says of the content; `None`: the system failed, not the content.
pub(super) fn content_fault(error: &io::Error) -> Option<Refusal> {
    if error.raw_os_error().is_some() {
        return None;
    }
    if let Some(hit) = error.get_ref().and_then(|inner| inner.downcast_ref::<LimitHit>()) {
        return Some(hit.0.clone());
    }
    let message = error.to_string();
    let lower = message.to_lowercase();
    let fault = match error.kind() {
        io::ErrorKind::UnexpectedEof => Fault::Truncated,
        io::ErrorKind::OutOfMemory => Fault::MemoryDemand,
        _ if lower.contains("memory") => Fault::MemoryDemand,
        _ if lower.contains("checksum") || lower.contains("crc") => Fault::WrongCrc,
        _ if ["truncated", "unexpected end", "fill whole buffer"]
            .iter()
            .any(|it| lower.contains(it)) =>
        {
            Fault::Truncated
        }
        _ if lower.contains("unsupported") => Fault::Method,
        _ => Fault::Damaged,
    };
    let expected = match fault {
        Fault::Truncated => "content to its end",
        Fault::MemoryDemand => "a dictionary within the limit",
        Fault::WrongCrc => "the content that was packed",
        Fault::Method => "a method that is agreed",
        _ => "content that can be decompressed",
    };
    Some(Refusal::whole(fault, expected, message))
}

pub(super) fn too_many(limits: &Limits, found: u64) -> Refusal {
    Refusal::whole(
        Fault::TooManyEntries,
        format!("at most {} entries", limits.entries),
        format!("{found} and perhaps more"),
    )
}

pub(super) fn too_large(limits: &Limits, found: u64) -> Refusal {
    Refusal::whole(
        Fault::TooLarge,
        format!("at most {} bytes in all", limits.total_bytes),
        format!("{found} and perhaps more"),
    )
}

pub(super) fn bomb(limits: &Limits, compressed: u64, unpacked: u64) -> Refusal {
    Refusal::whole(
        Fault::BombRatio,
        format!("at most {} times the compressed size", limits.ratio),
        format!("{unpacked} bytes or more out of {compressed}"),
    )
}
