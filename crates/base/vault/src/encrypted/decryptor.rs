//! Reading an encrypted file from any place, in the memory of one segment.

use super::format::{
    MAGIC, SEGMENT, SEGMENT_POWER, STORED_SEGMENT, STORED_SUMMARY, Summary, refused, segment_nonce,
    summary_nonce,
};
use lantai_domain::content_key::TAG_BYTES;
use lantai_domain::{FileKey, ObjectKey};
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};

/// A file of an object, opened for reading; whether it lies encrypted makes no difference to whoever reads it.
pub enum Content {
    /// As it came.
    Clear(File),
    /// Encrypted; each segment is proved before any byte of it is given out.
    Encrypted(Box<Decryptor<File>>),
}

impl Content {
    /// Bytes of the content.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn size(&self) -> io::Result<u64> {
        match self {
            Self::Clear(file) => Ok(file.metadata()?.len()),
            Self::Encrypted(decryptor) => Ok(decryptor.summary.size),
        }
    }
}

impl Read for Content {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Clear(file) => file.read(buffer),
            Self::Encrypted(decryptor) => decryptor.read(buffer),
        }
    }
}

impl Seek for Content {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        match self {
            Self::Clear(file) => file.seek(to),
            Self::Encrypted(decryptor) => decryptor.seek(to),
        }
    }
}

impl std::fmt::Debug for Content {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::Clear(_) => "Content::Clear",
            Self::Encrypted(_) => "Content::Encrypted",
        })
    }
}

/// Decrypts an encrypted file while it is read.
pub struct Decryptor<R> {
    inner: R,
    key: Box<dyn FileKey>,
    context: Vec<u8>,
    /// Where the first segment begins.
    begin: u64,
    /// Bytes of all segments with their tags.
    body: u64,
    pub(crate) summary: Summary,
    position: u64,
    /// The segment that was read last, and its number.
    segment: Vec<u8>,
    number: Option<u64>,
}

impl<R: Read + Seek> Decryptor<R> {
    /// Opens a file: its key is unwrapped, and its summary proves that it was not cut.
    pub(crate) fn open(mut inner: R, object: &dyn ObjectKey, context: Vec<u8>) -> io::Result<Self> {
        let mut fixed = [0; MAGIC.len() + 2];
        inner.seek(SeekFrom::Start(0))?;
        read_whole(&mut inner, &mut fixed)?;
        let (magic, [power, length]) = fixed
            .split_last_chunk::<2>()
            .ok_or_else(|| refused("the header"))?;
        if magic != MAGIC || *power != SEGMENT_POWER {
            return Err(refused("the header"));
        }
        let mut wrapped = vec![0; usize::from(*length)];
        read_whole(&mut inner, &mut wrapped)?;
        let key = object
            .file_key(&context, &wrapped)
            .map_err(|_| refused("the key of the file"))?;
        let begin = (fixed.len() + wrapped.len()) as u64;
        let end = inner.seek(SeekFrom::End(0))?;
        let body = end
            .checked_sub(begin + STORED_SUMMARY)
            .ok_or_else(|| refused("the length of the file"))?;
        let segments = body.div_ceil(STORED_SEGMENT);
        let size = body
            .checked_sub(segments * TAG_BYTES as u64)
            .ok_or_else(|| refused("the length of the file"))?;
        inner.seek(SeekFrom::Start(begin + body))?;
        let mut bytes = vec![0; STORED_SUMMARY as usize];
        read_whole(&mut inner, &mut bytes)?;
        key.decrypt(&summary_nonce(segments), &context, &mut bytes)
            .map_err(|_| refused("the end of the file"))?;
        let summary = Summary::from_bytes(&bytes)
            .filter(|summary| summary.size == size)
            .ok_or_else(|| refused("the end of the file"))?;
        Ok(Self {
            inner,
            key,
            context,
            begin,
            body,
            summary,
            position: 0,
            segment: Vec::new(),
            number: None,
        })
    }

    /// Reads and proves a segment, unless it is the one at hand.
    fn load(&mut self, number: u64) -> io::Result<()> {
        if self.number == Some(number) {
            return Ok(());
        }
        self.number = None;
        let offset = number * STORED_SEGMENT;
        let length = STORED_SEGMENT.min(self.body.saturating_sub(offset));
        self.inner.seek(SeekFrom::Start(self.begin + offset))?;
        self.segment
            .resize(usize::try_from(length).map_err(io::Error::other)?, 0);
        read_whole(&mut self.inner, &mut self.segment)?;
        let proved = self
            .key
            .decrypt(&segment_nonce(number), &self.context, &mut self.segment);
        if proved.is_err() {
            self.segment.clear();
            return Err(refused(&format!("segment {number}")));
        }
        self.number = Some(number);
        Ok(())
    }
}

/// A file that ends early is one that was altered, not one that ended.
fn read_whole(reader: &mut impl Read, buffer: &mut [u8]) -> io::Result<()> {
    reader.read_exact(buffer).map_err(|error| match error.kind() {
        io::ErrorKind::UnexpectedEof => refused("the length of the file"),
        _ => error,
    })
}

impl<R: Read + Seek> Read for Decryptor<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.position >= self.summary.size || buffer.is_empty() {
            return Ok(0);
        }
        self.load(self.position / SEGMENT as u64)?;
        let within = usize::try_from(self.position % SEGMENT as u64).map_err(io::Error::other)?;
        let rest = self.segment.get(within..).unwrap_or_default();
        let taken = rest.len().min(buffer.len());
        buffer[..taken].copy_from_slice(&rest[..taken]);
        self.position += taken as u64;
        Ok(taken)
    }
}

impl<R: Read + Seek> Seek for Decryptor<R> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let place = match to {
            SeekFrom::Start(place) => Some(place),
            SeekFrom::End(by) => self.summary.size.checked_add_signed(by),
            SeekFrom::Current(by) => self.position.checked_add_signed(by),
        };
        self.position = place
            .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "a place before the beginning"))?;
        Ok(self.position)
    }
}
