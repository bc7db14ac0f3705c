//! TAR: a stream of entries, each judged when it comes.
//!
//! There is no directory to judge beforehand. So entries are written as they come, and after the first fault nothing
//! more is written: the rest is only read to list its faults, and what had been written is removed.

use std::io::{self, Read};

use super::refusal::{Fault, Refusal, UnpackError};
use super::tar_header::{Attributes, BLOCK_BYTES, TarHeader, TarKind, is_header, text};
use super::unpacking::{Member, Unpacking, content_fault};

/// TAR files are written in records of this size; what fills the last one up is mostly, not always, empty.
const RECORD_BYTES: u64 = 20 * BLOCK_BYTES as u64;

/// An entry of a TAR stream, with what extended headers say of it.
#[derive(Debug)]
pub(super) struct TarEntry {
    pub kind: TarKind,
    /// The name as stored.
    pub raw_name: Vec<u8>,
    /// Where a link leads, as stored.
    pub raw_target: Vec<u8>,
    pub modified: Option<i64>,
    pub is_sparse: bool,
}

/// Why reading a TAR stream stopped.
#[derive(Debug)]
pub(super) enum TarFault {
    /// Its content is at fault.
    Refused(Refusal),
    /// Reading failed.
    Io(io::Error),
}

impl From<Refusal> for TarFault {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<io::Error> for TarFault {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// Reads entries one after the other. Between two of them the content of the first is read through this value.
pub(super) struct TarReader<R> {
    source: R,
    /// Bytes read.
    position: u64,
    /// Bytes of the entry's content not read yet.
    left: u64,
    /// Bytes that fill its last block.
    padding: u64,
    global: Attributes,
    header_bytes: u64,
}

impl<R: Read> TarReader<R> {
    /// Reads a stream; extended headers longer than `header_bytes` are refused.
    pub fn new(source: R, header_bytes: u64) -> Self {
        Self {
            source,
            position: 0,
            left: 0,
            padding: 0,
            global: Attributes::default(),
            header_bytes,
        }
    }

    /// The next entry; what is left of the one before is passed over. `None`: the stream ended as it should.
    pub fn next_entry(&mut self) -> Result<Option<TarEntry>, TarFault> {
        let (mut attributes, mut long_name, mut long_target) = (Attributes::default(), None, None);
        let mut is_between = true;
        loop {
            self.pass_over()?;
            let Some(block) = self.block()? else {
                let found = "an end without the two empty blocks that mark it";
                return Err(Refusal::whole(Fault::Truncated, "the end of the container", found).into());
            };
            if block.iter().all(|byte| *byte == 0) {
                if !is_between {
                    let found = "none after its extended header";
                    return Err(Refusal::whole(Fault::Truncated, "an entry", found).into());
                }
                self.end()?;
                return Ok(None);
            }
            let header = TarHeader::parse(&block)?;
            (self.left, self.padding) = (header.size, padding_of(header.size));
            is_between = false;
            match header.kind {
                TarKind::LongName => long_name = Some(text(&self.extended()?).to_vec()),
                TarKind::LongLink => long_target = Some(text(&self.extended()?).to_vec()),
                TarKind::Attributes => attributes = Attributes::parse(&self.extended()?)?.or(&attributes),
                TarKind::GlobalAttributes => {
                    self.global = Attributes::parse(&self.extended()?)?.or(&self.global);
                    is_between = true;
                }
                _ => {
                    let attributes = attributes.or(&self.global);
                    let size = attributes.size.unwrap_or(header.size);
                    if is_without_content(header.kind) {
                        // some programs write the size of what a link leads to, and no content
                        (self.left, self.padding) = (0, 0);
                    } else {
                        (self.left, self.padding) = (size, padding_of(size));
                    }
                    return Ok(Some(TarEntry {
                        kind: header.kind,
                        raw_name: attributes.path.or(long_name).unwrap_or(header.name),
                        raw_target: attributes.target.or(long_target).unwrap_or(header.target),
                        modified: attributes.modified.or(header.modified),
                        is_sparse: attributes.is_sparse || header.kind == TarKind::Sparse,
                    }));
                }
            }
        }
    }

    /// The content of an extended header.
    fn extended(&mut self) -> Result<Vec<u8>, TarFault> {
        if self.left > self.header_bytes {
            let expected = format!("extended headers of at most {} bytes", self.header_bytes);
            return Err(Refusal::whole(Fault::NameTooLong, expected, format!("{} bytes", self.left)).into());
        }
        let mut content = Vec::new();
        self.read_to_end(&mut content)?;
        Ok(content)
    }

    fn pass_over(&mut self) -> Result<(), TarFault> {
        io::copy(self, &mut io::sink())?;
        let padding = std::mem::take(&mut self.padding);
        self.position += padding;
        if io::copy(&mut (&mut self.source).take(padding), &mut io::sink())? < padding {
            return Err(cut_off().into());
        }
        Ok(())
    }

    /// The next block; `None` at the end of the stream.
    fn block(&mut self) -> Result<Option<[u8; BLOCK_BYTES]>, TarFault> {
        let mut block = [0; BLOCK_BYTES];
        let mut filled = 0;
        while let Some(rest) = block.get_mut(filled..).filter(|rest| !rest.is_empty()) {
            match self.source.read(rest) {
                Ok(0) if filled == 0 => return Ok(None),
                Ok(0) => return Err(cut_off().into()),
                Ok(count) => {
                    filled += count;
                    self.position += count as u64;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(Some(block))
    }

    /// After the first empty block the record may be filled up, with anything but entries; behind it only empty
    /// bytes may come.
    fn end(&mut self) -> Result<(), TarFault> {
        let record_end = self.position.next_multiple_of(RECORD_BYTES);
        while let Some(block) = self.block()? {
            let is_filling = self.position <= record_end;
            let is_empty = block.iter().all(|byte| *byte == 0);
            if !is_empty && (!is_filling || is_header(&block)) {
                let expected = "nothing after the end of the container";
                return Err(Refusal::whole(Fault::TrailingBytes, expected, "more bytes").into());
            }
        }
        Ok(())
    }
}

/// The content of the entry that was read last; an error where the stream ends inside it.
impl<R: Read> Read for TarReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let wanted = usize::try_from(self.left).map_or(buffer.len(), |left| left.min(buffer.len()));
        let Some(target) = buffer.get_mut(..wanted).filter(|target| !target.is_empty()) else {
            return Ok(0);
        };
        let count = self.source.read(target)?;
        if count == 0 {
            return Err(io::Error::new(
                io::ErrorKind::UnexpectedEof,
                "the container ends inside an entry",
            ));
        }
        self.left -= count as u64;
        self.position += count as u64;
        Ok(count)
    }
}

fn padding_of(size: u64) -> u64 {
    size.next_multiple_of(BLOCK_BYTES as u64).saturating_sub(size)
}

fn is_without_content(kind: TarKind) -> bool {
    matches!(
        kind,
        TarKind::SymbolicLink | TarKind::HardLink | TarKind::Device | TarKind::Folder | TarKind::Label
    )
}

fn cut_off() -> Refusal {
    Refusal::whole(Fault::Truncated, "content to its end", "the end of the container")
}

/// Unpacks a TAR stream.
pub(super) fn unpack(source: &mut dyn Read, unpacking: &mut Unpacking<'_>) -> Result<(), UnpackError> {
    let mut reader = TarReader::new(source, unpacking.limits.header_bytes);
    loop {
        let entry = match reader.next_entry() {
            Ok(Some(entry)) => entry,
            Ok(None) => return unpacking.end_if_refused(),
            Err(TarFault::Refused(refusal)) => return Err(unpacking.end_with(refusal)),
            Err(TarFault::Io(error)) => return Err(unpacking.reading_failed(None, error)),
        };
        take_in(entry, &mut reader, unpacking)?;
    }
}

fn take_in(
    entry: TarEntry,
    content: &mut TarReader<&mut dyn Read>,
    unpacking: &mut Unpacking<'_>,
) -> Result<(), UnpackError> {
    if entry.kind == TarKind::Label {
        return Ok(());
    }
    unpacking.count_entry()?;
    let is_folder = matches!(entry.kind, TarKind::Folder | TarKind::ListedFolder);
    let (decoded, name_bytes) = unpacking.decoder.decode(&entry.raw_name);
    if is_folder && matches!(decoded.trim_end_matches('/'), "." | "") && !decoded.is_empty() {
        // the package itself, as `tar c .` names it
        return if decoded.starts_with('/') {
            unpacking.admit(&decoded, &entry.raw_name, true).map(|_| ())
        } else {
            Ok(())
        };
    }
    let shown = if is_folder {
        decoded.trim_end_matches('/')
    } else {
        decoded.as_str()
    };
    let raw = entry.raw_name.strip_suffix(b"/").unwrap_or(&entry.raw_name);
    if let Some(refusal) = refused_kind(&entry) {
        unpacking.refuse(refusal.of(shown))?;
    }
    let Some(name) = unpacking.admit(shown, raw, is_folder)? else {
        return Ok(());
    };
    let is_refused = unpacking.is_refused();
    if is_folder {
        return if is_refused {
            Ok(())
        } else {
            unpacking.folder(&name)
        };
    }
    let member = Member {
        name,
        name_bytes,
        modified: entry.modified,
        size: None,
        crc32: None,
        compressed: None,
    };
    if is_refused {
        return unpacking.pass_over(&member, content);
    }
    unpacking.write(member, content)
}

/// What is wrong with the kind of an entry.
fn refused_kind(entry: &TarEntry) -> Option<Refusal> {
    let refusal = |fault, found: &str| Some(Refusal::whole(fault, "a file or folder", found));
    if entry.is_sparse {
        return refusal(Fault::Sparse, "a file with holes");
    }
    match entry.kind {
        TarKind::SymbolicLink => refusal(Fault::Link, "a symbolic link"),
        TarKind::HardLink => refusal(Fault::Link, "a hard link"),
        TarKind::Device => refusal(Fault::NotAFile, "a device or pipe"),
        TarKind::Continued => refusal(Fault::Split, "the rest of a file of another volume"),
        TarKind::Other(kind) => refusal(
            Fault::NotAFile,
            &format!("an entry of kind {}", kind.escape_ascii()),
        ),
        _ => None,
    }
}

/// What a TAR fault says of the content; `None`: the system failed.
pub(super) fn refusal_of(fault: TarFault) -> Option<Refusal> {
    match fault {
        TarFault::Refused(refusal) => Some(refusal),
        TarFault::Io(error) => content_fault(&error),
    }
}
