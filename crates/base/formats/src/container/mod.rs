//! Containers: ZIP, TAR and 7z, and what is compressed as a stream, unpacked without trusting a byte of them.
//!
//! [`unpack`] writes the files of a container into a private folder, or refuses the container by name and writes
//! nothing that stays. Where a container has a directory (ZIP, 7z), all of it is judged before the first byte is
//! written; a stream (TAR) is judged entry by entry. Content goes once through a buffer of fixed size; every byte is
//! counted while it is decompressed, and no header is believed.
//!
//! [`inspect_nested`] looks into containers that are content, without writing. How much is allowed is data:
//! [`Limits`], `rules/limits.toml`.

mod kind;
mod limits;
mod little_endian;
mod names;
mod nested;
mod quarantine;
mod refusal;
mod seven_zip;
mod seven_zip_header;
mod stream;
mod tar;
mod tar_header;
mod unpacking;
mod zip;
mod zip_faults;
mod zip_records;

use std::fs::File;
use std::io::{Cursor, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

pub use kind::{ContainerKind, detect_container, is_container};
pub use limits::{Limits, LimitsError};
pub use nested::{Nested, inspect_nested};
pub use refusal::{Fault, Refusal, UnpackError};
pub use stream::Compression;
pub use unpacking::{UnpackProgress, UnpackedEntry};

use kind::{BEGINNING_BYTES, beginning_of};
use quarantine::Quarantine;
use unpacking::{Member, Unpacking};

/// Folder that one operating system adds to containers with attributes of files.
const ADDED_FOLDER: &str = "__MACOSX";

/// A container that was unpacked.
#[derive(Debug)]
pub struct Unpacked {
    /// The private folder that holds its files.
    pub root: PathBuf,
    /// The files, in the order of the container.
    pub entries: Vec<UnpackedEntry>,
    /// Its kind.
    pub kind: ContainerKind,
}

impl Unpacked {
    /// The one folder at the top that all files lie in, where there is one: it is the package (DA/T 93). What an
    /// operating system put beside it does not count; see [`Unpacked::beside_package`].
    pub fn top_folder(&self) -> Option<&str> {
        let mut only = None;
        for entry in &self.entries {
            let (folder, _) = entry.name.as_str().split_once('/')?;
            if folder == ADDED_FOLDER {
                continue;
            }
            if *only.get_or_insert(folder) != folder {
                return None;
            }
        }
        only
    }

    /// Where the package lies: the only folder at the top, or all.
    pub fn package_root(&self) -> PathBuf {
        match self.top_folder() {
            Some(folder) => self.root.join(folder),
            None => self.root.clone(),
        }
    }

    /// Files that lie beside the folder that is the package.
    pub fn beside_package(&self) -> impl Iterator<Item = &UnpackedEntry> {
        let top = self.top_folder();
        self.entries.iter().filter(move |entry| {
            let first = entry.name.as_str().split('/').next();
            top.is_some() && first != top
        })
    }
}

/// Unpacks a container into a private folder, which is made or must be empty.
///
/// On an error nothing that was unpacked is left, and nothing was written outside the folder. `observer` hears after
/// each file how far it has come. The caller removes the folder when it is done with it.
pub fn unpack(
    container: &Path,
    quarantine: &Path,
    limits: &Limits,
    observer: &mut dyn FnMut(UnpackProgress),
) -> Result<Unpacked, UnpackError> {
    let read = |source| UnpackError::Read {
        path: container.to_path_buf(),
        source,
    };
    let mut file = File::open(container).map_err(read)?;
    let bytes = file.metadata().map_err(read)?.len();
    let beginning = beginning_of(&mut file, BEGINNING_BYTES).map_err(read)?;
    file.seek(SeekFrom::Start(0)).map_err(read)?;
    let Some(kind) = ContainerKind::of(&beginning) else {
        let expected = "a container of a kind that is agreed";
        return Err(Refusal::whole(Fault::NotAContainer, expected, "none, or one of another kind").into());
    };
    let quarantine = Quarantine::open(quarantine)?;
    let mut unpacking = Unpacking::new(container, quarantine, limits, observer);
    match kind {
        ContainerKind::Zip => zip::unpack(&mut file, bytes, &mut unpacking)?,
        ContainerKind::Tar => tar::unpack(&mut std::io::BufReader::new(file), &mut unpacking)?,
        ContainerKind::SevenZip => seven_zip::unpack(&mut file, bytes, &mut unpacking)?,
        ContainerKind::Compressed(compression) => unpack_stream(compression, file, &mut unpacking)?,
    }
    let (root, entries) = unpacking.finish()?;
    Ok(Unpacked { root, entries, kind })
}

fn unpack_stream(
    compression: Compression,
    file: File,
    unpacking: &mut Unpacking<'_>,
) -> Result<(), UnpackError> {
    let mut content = compression.decompress(file, unpacking.limits);
    let beginning =
        beginning_of(&mut content, BEGINNING_BYTES).map_err(|error| unpacking.reading_failed(None, error))?;
    let is_tar = ContainerKind::of(&beginning) == Some(ContainerKind::Tar);
    let mut content = Cursor::new(beginning).chain(content);
    if is_tar {
        return tar::unpack(&mut content, unpacking);
    }
    let raw = unpacking.path.file_name().unwrap_or_default().as_encoded_bytes();
    let (decoded, name_bytes) = unpacking.decoder.decode(raw);
    let ending = compression
        .endings()
        .iter()
        .find(|ending| decoded.to_lowercase().ends_with(*ending) && decoded.len() > ending.len());
    let cut = ending.map_or(0, |ending| ending.len());
    let shorter = |bytes: &[u8]| {
        bytes
            .get(..bytes.len().saturating_sub(cut))
            .unwrap_or(bytes)
            .to_vec()
    };
    let name = decoded.get(..decoded.len() - cut).unwrap_or(&decoded);
    let Some(name) = unpacking.admit(name, &shorter(raw), false)? else {
        return unpacking.end_if_refused();
    };
    let member = Member {
        name,
        name_bytes: name_bytes.map(|bytes| shorter(&bytes)),
        modified: None,
        size: None,
        crc32: None,
        compressed: None,
    };
    unpacking.write(member, &mut content)
}
