//! Containers that are content: looked into without writing, as deep as the limits allow.
//!
//! A record may be a ZIP file, and that is the sender's business. What is looked for is whether it can be opened, and
//! whether opening it would do harm. Everything but 7z is read as a stream, container in container; memory grows with
//! the depth only.

use std::fs::File;
use std::io::{self, Cursor, Read};
use std::path::Path;

use flate2::bufread::DeflateDecoder;

use super::kind::{BEGINNING_BYTES, ContainerKind, beginning_of};
use super::limits::Limits;
use super::refusal::{Fault, Refusal, UnpackError};
use super::seven_zip::{self, SevenZipFault};
use super::stream::{Compression, Guarded, LimitHit, counted};
use super::tar::{TarReader, refusal_of};
use super::tar_header::TarKind;
use super::unpacking::{content_fault, too_large, too_many};
use super::zip_records::{DESCRIPTOR, Facts, LOCAL, LOCAL_BYTES, LocalHeader, descriptor_length};
use crate::text::decode_file_name;

/// Bytes moved at a time.
const BUFFER_BYTES: usize = 64 * 1024;

/// What is in a container, with all containers inside it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Nested {
    /// Containers, itself included.
    pub containers: u64,
    /// How many of them lie in one another, itself included.
    pub depth: usize,
    /// Files and folders in all of them.
    pub entries: u64,
    /// Bytes of all files, those of inner containers counted as containers and as what is in them.
    pub bytes: u64,
}

/// Looks into a file that is content. `None`: it is no container. Documents in the form of a container are looked
/// into as well.
///
/// Refused are passwords, more than the limits, containers in one another deeper than the limit, and content that
/// cannot be decompressed. Nothing is written, and names are not judged.
pub fn inspect_nested(path: &Path, limits: &Limits) -> Result<Option<Nested>, UnpackError> {
    let read = |source| UnpackError::Read {
        path: path.to_path_buf(),
        source,
    };
    let mut file = File::open(path).map_err(read)?;
    let beginning = beginning_of(&mut file, BEGINNING_BYTES).map_err(read)?;
    let Some(kind) = ContainerKind::of(&beginning) else {
        return Ok(None);
    };
    let limits = limits.of_nested();
    let mut inspection = Inspection {
        limits: &limits,
        found: Nested::default(),
    };
    let outcome = match kind {
        ContainerKind::SevenZip => {
            let bytes = file.metadata().map_err(read)?.len();
            inspection
                .enter(1)
                .and_then(|()| inspection.seven_zip(&mut file, bytes, 1))
        }
        _ => inspection.container(kind, &mut Cursor::new(beginning).chain(file), 1),
    };
    match outcome {
        Ok(()) => Ok(Some(inspection.found)),
        Err(Stop::Refused(refusal)) => Err(refusal.into()),
        Err(Stop::Io(source)) => Err(read(source)),
    }
}

/// Why looking stopped.
enum Stop {
    Refused(Refusal),
    Io(io::Error),
}

impl From<Refusal> for Stop {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        match content_fault(&error) {
            Some(refusal) => Self::Refused(refusal),
            None => Self::Io(error),
        }
    }
}

impl Stop {
    /// The same, said of what is inside an entry.
    fn inside(self, entry: &str) -> Self {
        match self {
            Self::Refused(refusal) => Self::Refused(refusal.inside(entry)),
            other => other,
        }
    }
}

struct Inspection<'a> {
    limits: &'a Limits,
    found: Nested,
}

impl Inspection<'_> {
    fn enter(&mut self, depth: usize) -> Result<(), Stop> {
        if depth > self.limits.nested_depth {
            let expected = format!("at most {} containers in one another", self.limits.nested_depth);
            return Err(Refusal::whole(Fault::NestedTooDeep, expected, "one more").into());
        }
        self.found.containers += 1;
        self.found.depth = self.found.depth.max(depth);
        Ok(())
    }

    fn count_entry(&mut self) -> Result<(), Stop> {
        self.found.entries += 1;
        if self.found.entries > self.limits.entries {
            return Err(too_many(self.limits, self.found.entries).into());
        }
        Ok(())
    }

    /// A container of which the kind is known.
    fn container(&mut self, kind: ContainerKind, source: &mut dyn Read, depth: usize) -> Result<(), Stop> {
        self.enter(depth)?;
        match kind {
            ContainerKind::Zip => self.zip(source, depth),
            ContainerKind::Tar => self.tar(source, depth),
            ContainerKind::SevenZip => {
                let limit = self.limits.nested_buffer_bytes;
                let mut bytes = Vec::new();
                source.take(limit + 1).read_to_end(&mut bytes)?;
                let length = bytes.len() as u64;
                if length > limit {
                    let expected = format!("7z containers inside others of at most {limit} bytes");
                    return Err(Refusal::whole(Fault::TooLarge, expected, "more").into());
                }
                self.seven_zip(&mut Cursor::new(bytes), length, depth)
            }
            ContainerKind::Compressed(compression) => self.compressed(compression, source, depth),
        }
    }

    /// The content of an entry: counted, and looked into where it is a container.
    fn content(&mut self, source: &mut dyn Read, depth: usize) -> Result<(), Stop> {
        let beginning = beginning_of(source, BEGINNING_BYTES)?;
        let kind = ContainerKind::of(&beginning);
        let mut whole = Cursor::new(beginning).chain(source);
        let mut counting = Metered {
            inspection_bytes: self.found.bytes,
            limits: self.limits,
            inner: &mut whole,
        };
        let outcome = match kind {
            Some(kind) => {
                let before = self.found.bytes;
                let outcome = self.container(kind, &mut counting, depth);
                let read = counting.inspection_bytes - before;
                self.found.bytes += read;
                outcome
            }
            None => {
                drain(&mut counting)?;
                self.found.bytes = counting.inspection_bytes;
                Ok(())
            }
        };
        outcome?;
        if self.found.bytes > self.limits.total_bytes {
            return Err(too_large(self.limits, self.found.bytes).into());
        }
        Ok(())
    }

    fn compressed(
        &mut self,
        compression: Compression,
        source: &mut dyn Read,
        depth: usize,
    ) -> Result<(), Stop> {
        let limits = self.limits;
        let mut content = compression.decompress(source, limits);
        let beginning = beginning_of(&mut content, BEGINNING_BYTES)?;
        let is_tar = ContainerKind::of(&beginning) == Some(ContainerKind::Tar);
        let mut content = Cursor::new(beginning).chain(content);
        if is_tar {
            // a compressed TAR is one container
            return self.tar(&mut content, depth);
        }
        self.count_entry()?;
        self.content(&mut content, depth + 1)
    }

    fn tar(&mut self, source: &mut dyn Read, depth: usize) -> Result<(), Stop> {
        let mut reader = TarReader::new(source, self.limits.header_bytes);
        loop {
            let entry = match reader.next_entry() {
                Ok(Some(entry)) => entry,
                Ok(None) => return Ok(()),
                Err(super::tar::TarFault::Io(error)) => return Err(error.into()),
                Err(fault) => {
                    let damaged = || Refusal::whole(Fault::Damaged, "a container", "a broken one");
                    return Err(refusal_of(fault).unwrap_or_else(damaged).into());
                }
            };
            self.count_entry()?;
            if entry.kind == TarKind::File && !entry.is_sparse {
                let name = decode_file_name(&entry.raw_name);
                self.content(&mut reader, depth + 1)
                    .map_err(|stop| stop.inside(&name))?;
            }
        }
    }

    fn seven_zip(
        &mut self,
        source: &mut (impl Read + io::Seek),
        bytes: u64,
        depth: usize,
    ) -> Result<(), Stop> {
        let archive = match seven_zip::open(source, bytes, self.limits) {
            Ok(Some(archive)) => archive,
            Ok(None) => return Ok(()),
            Err(fault) => return Err(stopped(fault)),
        };
        if let Some(fault) = seven_zip::faults_of_blocks(&archive, self.limits)
            .into_iter()
            .next()
        {
            return Err(fault.into());
        }
        seven_zip::read_all(
            &archive,
            source,
            |_, entry, content| {
                self.count_entry()?;
                if entry.is_directory {
                    return Ok(());
                }
                self.content(content, depth + 1)
                    .map_err(|stop| stop.inside(&entry.name))
            },
            stopped,
        )
    }

    /// Walks a ZIP file from local header to local header; the directory at its end is not needed.
    fn zip(&mut self, source: &mut dyn Read, depth: usize) -> Result<(), Stop> {
        let (mut source, consumed) = counted(source);
        loop {
            let mut fixed = [0; LOCAL_BYTES];
            let signature = beginning_of(&mut source, LOCAL.len())?;
            if signature != LOCAL {
                // the directory, or what comes before it; what is there was seen
                return if signature.len() < LOCAL.len() {
                    Err(io::Error::from(io::ErrorKind::UnexpectedEof).into())
                } else {
                    Ok(())
                };
            }
            source.read_exact(fixed.get_mut(LOCAL.len()..).unwrap_or_default())?;
            let Some(mut local) = LocalHeader::parse(&fixed) else {
                return Ok(());
            };
            let mut name = vec![0; local.name_length];
            source.read_exact(&mut name)?;
            let mut extra = vec![0; local.extra_length];
            source.read_exact(&mut extra)?;
            local.widen(&extra);
            self.count_entry()?;
            let shown = decode_file_name(&name);
            let facts = local.facts;
            if facts.is_encrypted() {
                let expected = "a file that anybody can open";
                return Err(Refusal::whole(Fault::Encrypted, expected, "a password")
                    .of(shown)
                    .into());
            }
            if let Some(method) = facts.method_refused() {
                let expected = "the method deflate, or stored";
                return Err(Refusal::whole(Fault::Method, expected, method).of(shown).into());
            }
            if facts.has_descriptor() && facts.method == 0 && facts.compressed == 0 && !name.ends_with(b"/") {
                // its end cannot be told without the directory: counted no further
                return Ok(());
            }
            let before = consumed.get() - source.buffer().len() as u64;
            let limits = self.limits;
            let mut hashed = Hashed::default();
            let outcome = if facts.method == 0 {
                let mut stored = (&mut source).take(facts.compressed);
                let outcome = self.content(&mut hashed.over(&mut stored), depth + 1);
                outcome.and_then(|()| Ok(drain(&mut hashed.over(&mut stored))?))
            } else {
                let mut member = Guarded::new(
                    DeflateDecoder::new(&mut source),
                    std::rc::Rc::clone(&consumed),
                    before,
                    limits,
                );
                let outcome = self.content(&mut hashed.over(&mut member), depth + 1);
                outcome.and_then(|()| Ok(drain(&mut hashed.over(&mut member))?))
            };
            outcome.map_err(|stop| stop.inside(&shown))?;
            if facts.method == 0 && hashed.bytes < facts.compressed {
                let found = format!("{} of {} bytes", hashed.bytes, facts.compressed);
                return Err(Refusal::whole(Fault::Truncated, "content to its end", found)
                    .of(shown)
                    .into());
            }
            let used = consumed.get() - source.buffer().len() as u64 - before;
            let measured = Facts {
                crc32: hashed.hasher.finalize(),
                compressed: used,
                size: hashed.bytes,
                ..facts
            };
            if let Some(refusal) = behind_data(&mut source, facts, measured)? {
                return Err(refusal.of(shown).into());
            }
        }
    }
}

fn stopped(fault: SevenZipFault) -> Stop {
    match fault {
        SevenZipFault::Refused(refusal) => Stop::Refused(refusal),
        SevenZipFault::Io(error) => Stop::Io(error),
    }
}

/// Holds what was measured of a member against its header, or against the descriptor behind its data.
fn behind_data(source: &mut impl Read, declared: Facts, measured: Facts) -> Result<Option<Refusal>, Stop> {
    let fits = if declared.has_descriptor() {
        let mut behind = [0; 24];
        let mut length = 12;
        source.read_exact(behind.get_mut(..length).unwrap_or_default())?;
        let mut longer = if behind.starts_with(DESCRIPTOR) {
            [16, 24]
        } else {
            [12, 20]
        }
        .into_iter();
        loop {
            if let Some(found) = descriptor_length(behind.get(..length).unwrap_or_default(), measured) {
                break found == length;
            }
            let Some(next) = longer.find(|next| *next > length) else {
                break false;
            };
            source.read_exact(behind.get_mut(length..next).unwrap_or_default())?;
            length = next;
        }
    } else {
        if declared.size != measured.size || declared.compressed != measured.compressed {
            let expected = format!("{} bytes out of {}", declared.size, declared.compressed);
            let found = format!("{} out of {}", measured.size, measured.compressed);
            return Ok(Some(Refusal::whole(Fault::SizeContradicts, expected, found)));
        }
        declared.crc32 == measured.crc32
    };
    let expected = "the content that was packed";
    Ok((!fits).then(|| {
        Refusal::whole(
            Fault::WrongCrc,
            expected,
            format!("CRC-32 {:08x}", measured.crc32),
        )
    }))
}

fn drain(source: &mut dyn Read) -> io::Result<()> {
    let mut buffer = vec![0; BUFFER_BYTES];
    loop {
        match source.read(&mut buffer) {
            Ok(0) => return Ok(()),
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// Sum and length of what was read of a member.
#[derive(Default)]
struct Hashed {
    hasher: crc32fast::Hasher,
    bytes: u64,
}

impl Hashed {
    fn over<'a>(&'a mut self, inner: &'a mut dyn Read) -> HashedReader<'a> {
        HashedReader { hashed: self, inner }
    }
}

struct HashedReader<'a> {
    hashed: &'a mut Hashed,
    inner: &'a mut dyn Read,
}

impl Read for HashedReader<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.hashed.hasher.update(buffer.get(..count).unwrap_or_default());
        self.hashed.bytes += count as u64;
        Ok(count)
    }
}

/// Counts bytes towards the total and stops beyond it.
struct Metered<'a> {
    inspection_bytes: u64,
    limits: &'a Limits,
    inner: &'a mut dyn Read,
}

impl Read for Metered<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.inspection_bytes += count as u64;
        if self.inspection_bytes > self.limits.total_bytes {
            let refusal = too_large(self.limits, self.inspection_bytes);
            return Err(io::Error::other(LimitHit(refusal)));
        }
        Ok(count)
    }
}
