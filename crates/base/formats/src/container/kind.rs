//! Which container a file is, told from its bytes, never from its name.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::limits::Limits;
use super::little_endian::u16_at;
use super::stream::Compression;
use super::tar_header::{BLOCK_BYTES, is_header};
use super::zip_records::{
    CENTRAL, CENTRAL_BYTES, END, END_BYTES, EndRecord, LOCAL, LOCAL_BYTES, central_lengths,
};

/// Bytes at the beginning that tell the kind.
pub(super) const BEGINNING_BYTES: usize = BLOCK_BYTES;
/// Bytes of a directory that are looked through for the members that make a ZIP file a document.
const DIRECTORY_LOOKED_AT: u64 = 4 * 1024 * 1024;

/// The kind of a container.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ContainerKind {
    /// ZIP, Zip64 included.
    Zip,
    /// TAR, not compressed.
    Tar,
    /// 7z.
    SevenZip,
    /// A compressed TAR, or one compressed file.
    Compressed(Compression),
}

impl ContainerKind {
    /// The usual name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Zip => "zip",
            Self::Tar => "tar",
            Self::SevenZip => "7z",
            Self::Compressed(compression) => compression.name(),
        }
    }

    /// Told from the first [`BEGINNING_BYTES`].
    pub(super) fn of(beginning: &[u8]) -> Option<Self> {
        match beginning {
            [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] | [b'P', b'K', 7, 8, ..] => Some(Self::Zip),
            [b'7', b'z', 0xbc, 0xaf, 0x27, 0x1c, ..] => Some(Self::SevenZip),
            _ => match Compression::of(beginning) {
                Some(compression) => Some(Self::Compressed(compression)),
                None => is_header(beginning).then_some(Self::Tar),
            },
        }
    }
}

/// Whether a file that begins so is a container, or a document in the form of one. Some kilobytes are enough.
pub fn is_container(beginning: &[u8]) -> bool {
    ContainerKind::of(beginning).is_some()
}

/// As many of the first bytes as there are, up to `wanted`.
pub(super) fn beginning_of(source: &mut (impl Read + ?Sized), wanted: usize) -> io::Result<Vec<u8>> {
    let mut beginning = Vec::with_capacity(wanted);
    source.take(wanted as u64).read_to_end(&mut beginning)?;
    Ok(beginning)
}

/// The kind of container that a file is. `None`: it is none, or a document that merely uses the form of one (office
/// documents, OFD, EPUB, web archives); which those are, the limits say. An error means that it cannot be read.
pub fn detect_container(path: &Path, limits: &Limits) -> io::Result<Option<ContainerKind>> {
    let mut file = File::open(path)?;
    let beginning = beginning_of(&mut file, BEGINNING_BYTES)?;
    let Some(kind) = ContainerKind::of(&beginning) else {
        return Ok(None);
    };
    let is_document = match kind {
        ContainerKind::Zip => is_zip_document(&mut file, &beginning, limits)?,
        ContainerKind::Compressed(compression) => {
            file.seek(SeekFrom::Start(0))?;
            // what cannot be decompressed is a container still, and refused as such
            let content =
                beginning_of(&mut compression.decompress(&mut file, limits), 64).unwrap_or_default();
            let content = content.trim_ascii_start();
            limits
                .document_beginnings
                .iter()
                .any(|beginning| content.starts_with(beginning.as_bytes()))
        }
        _ => false,
    };
    Ok((!is_document).then_some(kind))
}

fn is_zip_document(file: &mut File, beginning: &[u8], limits: &Limits) -> io::Result<bool> {
    let marks = |name: &[u8]| {
        limits
            .document_members
            .iter()
            .any(|member| member.as_bytes() == name)
    };
    // the first member, for a document whose end is missing
    if beginning.starts_with(LOCAL)
        && let Some(length) = u16_at(beginning, 26)
        && beginning
            .get(LOCAL_BYTES..LOCAL_BYTES + usize::from(length))
            .is_some_and(marks)
    {
        return Ok(true);
    }
    let bytes = file.seek(SeekFrom::End(0))?;
    let window = bytes.min(END_BYTES as u64 + 65_535);
    file.seek(SeekFrom::Start(bytes - window))?;
    let tail = beginning_of(file, usize::try_from(window).unwrap_or(0))?;
    let end = memchr::memmem::rfind(&tail, END)
        .and_then(|place| tail.get(place..))
        .and_then(EndRecord::parse);
    let Some(end) = end.filter(|end| end.directory_offset < bytes) else {
        return Ok(false);
    };
    file.seek(SeekFrom::Start(end.directory_offset))?;
    let mut directory = Vec::new();
    file.take(end.directory_bytes.min(DIRECTORY_LOOKED_AT))
        .read_to_end(&mut directory)?;
    let mut rest = directory.as_slice();
    while rest.starts_with(CENTRAL)
        && let Some((name, extra, comment)) = central_lengths(rest)
    {
        if rest.get(CENTRAL_BYTES..CENTRAL_BYTES + name).is_some_and(marks) {
            return Ok(true);
        }
        rest = rest
            .get(CENTRAL_BYTES + name + extra + comment..)
            .unwrap_or_default();
    }
    Ok(false)
}
