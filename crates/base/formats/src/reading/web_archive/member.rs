//! Compressed members: where they begin, and how much may come out of them.

use flate2::bufread::GzDecoder;
use std::io::{self, BufRead, Chain, Read};

/// The beginning of a member: gzip, compressed by deflate.
const MAGIC: &[u8] = &[0x1f, 0x8b, 0x08];
/// What may come out of a member whatever went in.
const FREE_BYTES: u64 = 64 << 20;
/// How many times of what went in may come out beyond that. Pages shrink to a tenth; only a bomb shrinks so much.
const RATIO: u64 = 200;

/// A stream whose bytes are counted.
pub(super) struct Counted<R> {
    inner: R,
    offset: u64,
    has_failed: bool,
}

impl<R: BufRead> Counted<R> {
    /// Counts from here.
    pub(super) fn new(inner: R) -> Self {
        Self {
            inner,
            offset: 0,
            has_failed: false,
        }
    }

    /// Passes over everything up to the next member, and its first three bytes; gives where it begins.
    pub(super) fn skip_to_member(&mut self) -> io::Result<Option<u64>> {
        let mut matched = 0;
        loop {
            let buffer = self.fill_buf()?;
            let Some(byte) = buffer.first().copied() else {
                return Ok(None);
            };
            matched = match MAGIC.get(matched) {
                Some(expected) if *expected == byte => matched + 1,
                _ => usize::from(Some(&byte) == MAGIC.first()),
            };
            let skipped = match matched {
                0 => memchr::memchr(0x1f, buffer).unwrap_or(buffer.len()),
                _ => 1,
            };
            self.consume(skipped);
            if matched == MAGIC.len() {
                return Ok(Some(self.offset - MAGIC.len() as u64));
            }
        }
    }
}

impl<R: BufRead> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut available = self.fill_buf()?;
        let read = available.read(buffer)?;
        self.consume(read);
        Ok(read)
    }
}

impl<R: BufRead> BufRead for Counted<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        let result = self.inner.fill_buf();
        self.has_failed |= result.is_err();
        result
    }

    fn consume(&mut self, count: usize) {
        self.offset += count as u64;
        self.inner.consume(count);
    }
}

/// One member, decompressed.
pub(super) struct Member<'s, R: BufRead> {
    decoder: GzDecoder<Chain<&'static [u8], &'s mut Counted<R>>>,
    begin: u64,
    came_out: u64,
    was_told: bool,
}

impl<'s, R: BufRead> Member<'s, R> {
    /// The member whose first three bytes were passed over.
    pub(super) fn new(source: &'s mut Counted<R>) -> Self {
        let begin = source.offset;
        Self {
            decoder: GzDecoder::new(MAGIC.chain(source)),
            begin,
            came_out: 0,
            was_told: false,
        }
    }

    fn source(&self) -> &Counted<R> {
        self.decoder.get_ref().get_ref().1
    }

    /// Whether the disk failed, rather than the data.
    pub(super) fn has_source_failed(&self) -> bool {
        self.source().has_failed
    }

    /// Whether an error of the data was given to the reader already.
    pub(super) fn was_told(&self) -> bool {
        self.was_told
    }

    /// Reads what is left, up to the end of the member.
    pub(super) fn drain(&mut self) -> io::Result<()> {
        if self.was_told {
            // past the beginning of what is broken
            return Ok(());
        }
        io::copy(self, &mut io::sink()).map(|_| ())
    }
}

impl<R: BufRead> Read for Member<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.decoder.read(buffer).inspect_err(|_| self.was_told = true)?;
        self.came_out += read as u64;
        let went_in = self.source().offset.saturating_sub(self.begin);
        if self.came_out > FREE_BYTES.saturating_add(went_in.saturating_mul(RATIO)) {
            self.was_told = true;
            return Err(io::Error::other("it expands without end"));
        }
        Ok(read)
    }
}
