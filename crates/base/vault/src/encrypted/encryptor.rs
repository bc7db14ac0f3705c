//! Encrypting a file while it is written, in the memory of one segment.

use super::format::{SEGMENT, Summary, header, segment_nonce, summary_nonce};
use lantai_domain::content_key::NONCE_BYTES;
use lantai_domain::{FileKey, KeyError, ObjectKey};
use std::io::{self, Write};

/// The key of a file that is going to be written.
pub(crate) struct FileLock {
    wrapped: Vec<u8>,
    key: Box<dyn FileKey>,
    context: Vec<u8>,
}

impl FileLock {
    /// A new key for a file at its place.
    pub(crate) fn new(object: &dyn ObjectKey, context: Vec<u8>) -> Result<Self, KeyError> {
        let (wrapped, key) = object.new_file_key(&context)?;
        Ok(Self {
            wrapped,
            key,
            context,
        })
    }
}

/// Encrypts what is written to it.
pub(crate) struct Encryptor<W: Write> {
    inner: W,
    lock: FileLock,
    /// Content of the segment that is being filled.
    segment: Vec<u8>,
    /// Segments written.
    written: u64,
    has_header: bool,
}

impl<W: Write> Encryptor<W> {
    pub(crate) fn new(inner: W, lock: FileLock) -> Self {
        Self {
            inner,
            lock,
            segment: Vec::new(),
            written: 0,
            has_header: false,
        }
    }

    /// Writes what is left and the summary of the whole.
    pub(crate) fn finish(mut self, summary: &Summary) -> io::Result<W> {
        self.write_header()?;
        if !self.segment.is_empty() {
            self.write_segment()?;
        }
        let mut bytes = summary.to_bytes()?;
        self.encrypt(&summary_nonce(self.written), &mut bytes)?;
        self.inner.write_all(&bytes)?;
        Ok(self.inner)
    }

    /// Gives up: what was written is of no use.
    pub(crate) fn abandon(self) -> W {
        self.inner
    }

    fn write_header(&mut self) -> io::Result<()> {
        if self.has_header {
            return Ok(());
        }
        self.has_header = true;
        self.inner.write_all(&header(&self.lock.wrapped)?)
    }

    fn write_segment(&mut self) -> io::Result<()> {
        let mut segment = std::mem::take(&mut self.segment);
        self.encrypt(&segment_nonce(self.written), &mut segment)?;
        self.inner.write_all(&segment)?;
        self.written += 1;
        segment.clear();
        self.segment = segment;
        Ok(())
    }

    fn encrypt(&self, nonce: &[u8; NONCE_BYTES], bytes: &mut Vec<u8>) -> io::Result<()> {
        let encrypted = self.lock.key.encrypt(nonce, &self.lock.context, bytes);
        encrypted.map_err(io::Error::other)
    }
}

impl<W: Write> Write for Encryptor<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.write_header()?;
        let taken = bytes.len().min(SEGMENT - self.segment.len());
        self.segment.extend_from_slice(&bytes[..taken]);
        if self.segment.len() == SEGMENT {
            self.write_segment()?;
        }
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}
