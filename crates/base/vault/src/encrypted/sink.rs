//! Where the bytes of a file go while it is staged: as they are, or encrypted.

use super::encryptor::{Encryptor, FileLock};
use super::format::Summary;
use crate::digest::{Algorithm, Digester};
use crate::writeback::EarlyWriteback;
use std::fs::File;
use std::io::{self, Write};

/// Digests of the bytes as they are stored, lower-case hexadecimal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Kept {
    pub(crate) sha512: String,
    pub(crate) sm3: String,
}

impl Kept {
    /// Those of content that is stored as it came.
    pub(crate) fn of(found: &Summary) -> Self {
        Self {
            sha512: found.sha512.clone(),
            sm3: found.sm3.clone(),
        }
    }
}

/// A file that is being staged.
pub(crate) enum Sink {
    Clear(EarlyWriteback),
    Encrypted(Box<Encryptor<Digested>>),
}

impl Sink {
    pub(crate) fn new(file: File, lock: Option<FileLock>) -> Self {
        let file = EarlyWriteback::new(file);
        match lock {
            None => Self::Clear(file),
            Some(lock) => Self::Encrypted(Box::new(Encryptor::new(Digested::new(file), lock))),
        }
    }

    /// The end of the file; `found` is what was measured of the content. Says the digests of the stored bytes.
    pub(crate) fn finish(self, found: &Summary) -> io::Result<Kept> {
        match self {
            Self::Clear(file) => {
                file.finish()?;
                Ok(Kept::of(found))
            }
            Self::Encrypted(encryptor) => encryptor.finish(found)?.finish(),
        }
    }

    /// Gives up.
    pub(crate) fn abandon(self) -> io::Result<()> {
        match self {
            Self::Clear(file) => file.finish(),
            Self::Encrypted(encryptor) => encryptor.abandon().file.finish(),
        }
    }
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Clear(file) => file.write(bytes),
            Self::Encrypted(encryptor) => encryptor.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Clear(file) => file.flush(),
            Self::Encrypted(encryptor) => encryptor.flush(),
        }
    }
}

/// Digests what passes to the file.
pub(crate) struct Digested {
    file: EarlyWriteback,
    sha512: Box<dyn Digester>,
    sm3: Box<dyn Digester>,
}

impl Digested {
    fn new(file: EarlyWriteback) -> Self {
        Self {
            file,
            sha512: Algorithm::Sha512.start(),
            sm3: Algorithm::Sm3.start(),
        }
    }

    fn finish(self) -> io::Result<Kept> {
        self.file.finish()?;
        Ok(Kept {
            sha512: self.sha512.finish(),
            sm3: self.sm3.finish(),
        })
    }
}

impl Write for Digested {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.sha512.update(&bytes[..written]);
        self.sm3.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}
