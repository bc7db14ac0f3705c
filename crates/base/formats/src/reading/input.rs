//! A document that is read: a file, or bytes that lay in another.

use super::error::ReadError;
use crate::identify::ReadSeek;
use std::borrow::Cow;
use std::fs::File;
use std::io::{self, BufReader, Cursor, Read};
use std::path::{Path, PathBuf};

/// A document that is read.
#[derive(Debug)]
pub struct Input<'a> {
    name: String,
    size: u64,
    place: Place<'a>,
}

#[derive(Debug)]
enum Place<'a> {
    File(PathBuf),
    Memory(&'a [u8]),
}

impl<'a> Input<'a> {
    /// A regular file.
    pub fn from_path(path: &Path) -> io::Result<Self> {
        let about = path.metadata()?;
        if !about.is_file() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file"));
        }
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        Ok(Self {
            name: name.into_owned(),
            size: about.len(),
            place: Place::File(path.to_owned()),
        })
    }

    /// Bytes with a name.
    pub fn from_bytes(name: impl Into<String>, bytes: &'a [u8]) -> Self {
        Self {
            name: name.into(),
            size: bytes.len() as u64,
            place: Place::Memory(bytes),
        }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The ending of its name in lower case; empty where it has none.
    pub fn extension(&self) -> String {
        let ending = Path::new(&self.name).extension().unwrap_or_default();
        ending.to_string_lossy().to_lowercase()
    }

    /// Its bytes.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Where it lies, if it is a file.
    pub fn path(&self) -> Option<&Path> {
        match &self.place {
            Place::File(path) => Some(path),
            Place::Memory(_) => None,
        }
    }

    /// Reads it from its beginning; seekable.
    pub fn reader(&self) -> io::Result<Box<dyn ReadSeek + 'a>> {
        Ok(match &self.place {
            Place::File(path) => Box::new(BufReader::new(File::open(path)?)),
            Place::Memory(bytes) => Box::new(Cursor::new(*bytes)),
        })
    }

    /// Its first bytes, up to so many.
    pub fn head(&self, most: u64) -> io::Result<Vec<u8>> {
        let mut head = Vec::new();
        self.reader()?.take(most).read_to_end(&mut head)?;
        Ok(head)
    }

    /// All of its bytes, if they are no more than this.
    pub fn whole(&self, most: u64) -> Result<Cow<'a, [u8]>, ReadError> {
        let too_large = || ReadError::TooLarge {
            what: "bytes",
            limit: most,
        };
        if self.size > most {
            return Err(too_large());
        }
        match &self.place {
            Place::Memory(bytes) => Ok(Cow::Borrowed(bytes)),
            Place::File(path) => {
                // a file may grow while it is read
                let mut bytes = Vec::new();
                let read = File::open(path)?
                    .take(most.saturating_add(1))
                    .read_to_end(&mut bytes)?;
                if read as u64 > most {
                    return Err(too_large());
                }
                Ok(Cow::Owned(bytes))
            }
        }
    }
}
