//! Containers that are content: looked into without writing, as deep as the limits allow.
//!
//! A record may be a ZIP file, and that is the sender's business. What is looked for is whether it can be opened, and
//! whether opening it would do harm. Everything but 7z is read as a stream, container in container; memory grows with
//! the depth only.

use std::fs::File;
use std::io::{self, Cursor, Read};
use std::path::Path;

use super::kind::{BEGINNING_BYTES, ContainerKind, beginning_of};
use super::limits::Limits;
use super::refusal::{Fault, Refusal, UnpackError};
use super::seven_zip::{self, SevenZipFault};
use super::stream::{Compression, LimitHit};
use super::tar::{TarEntry, TarReader, refusal_of};
use super::tar_header::TarKind;
use super::unpacking::{content_fault, too_large, too_many};
use crate::text::decode_file_name;

mod names;
mod zip;

use names::{link_leading_out, name_leading_out};

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
/// cannot be decompressed; names and links that lead out of their container. Nothing is written, and names are judged
/// no further: a container that is content is nobody's folder yet.
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
            let name = decode_file_name(&entry.raw_name);
            if let Some(refusal) = name_leading_out(&name).or_else(|| link_of(&entry, &name)) {
                return Err(refusal.of(name).into());
            }
            if entry.kind == TarKind::File && !entry.is_sparse {
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
                if let Some(refusal) = name_leading_out(&entry.name) {
                    return Err(refusal.of(entry.name.as_str()).into());
                }
                if entry.is_directory {
                    return Ok(());
                }
                self.content(content, depth + 1)
                    .map_err(|stop| stop.inside(&entry.name))
            },
            stopped,
        )
    }
}

/// A link of TAR that leads out: a symbolic link starts where it lies, a hard link at the root.
fn link_of(entry: &TarEntry, name: &str) -> Option<Refusal> {
    let target = decode_file_name(&entry.raw_target);
    match entry.kind {
        TarKind::SymbolicLink => link_leading_out(name, &target),
        TarKind::HardLink => name_leading_out(&target),
        _ => None,
    }
}

fn stopped(fault: SevenZipFault) -> Stop {
    match fault {
        SevenZipFault::Refused(refusal) => Stop::Refused(refusal),
        SevenZipFault::Io(error) => Stop::Io(error),
    }
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
