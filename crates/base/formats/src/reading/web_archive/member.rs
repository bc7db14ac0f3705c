//! Compressed members: where they begin, and how much may come out of them.

use flate2::bufread::GzDecoder;
use std::cell::Cell;
use std::io::{self, BufRead, Chain, Read};
use std::rc::Rc;

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
    /// Whether the disk failed, rather than the data.
    pub(super) fn has_failed(&self) -> bool {
        self.has_failed
    }

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

/// Members, decompressed, as one stream: a record may be cut by the end of its member.
pub(super) struct Members<'s, R: BufRead> {
    /// `None` at the end.
    decoder: Option<Decoder<'s, R>>,
    /// Where the member begins that is read.
    begin: Rc<Cell<u64>>,
    came_out: u64,
}

type Decoder<'s, R> = GzDecoder<Chain<&'static [u8], &'s mut Counted<R>>>;

impl<'s, R: BufRead> Members<'s, R> {
    /// The members from one whose first three bytes were passed over.
    pub(super) fn new(source: &'s mut Counted<R>, offset: u64) -> Self {
        Self {
            decoder: Some(GzDecoder::new(MAGIC.chain(source))),
            begin: Rc::new(Cell::new(offset)),
            came_out: 0,
        }
    }

    /// Where the member begins that is read; it goes on while members are read.
    pub(super) fn begin(&self) -> Rc<Cell<u64>> {
        Rc::clone(&self.begin)
    }
}

impl<R: BufRead> Read for Members<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let Some(decoder) = &mut self.decoder else {
                return Ok(0);
            };
            let read = decoder.read(buffer)?;
            if read > 0 || buffer.is_empty() {
                self.came_out += read as u64;
                let went_in = decoder
                    .get_ref()
                    .get_ref()
                    .1
                    .offset
                    .saturating_sub(self.begin.get());
                if self.came_out > FREE_BYTES.saturating_add(went_in.saturating_mul(RATIO)) {
                    return Err(io::Error::other("it expands without end"));
                }
                return Ok(read);
            }
            let (_, source) = match self.decoder.take() {
                Some(decoder) => decoder.into_inner().into_inner(),
                None => return Ok(0),
            };
            if let Some(offset) = source.skip_to_member()? {
                self.begin.set(offset);
                self.came_out = 0;
                self.decoder = Some(GzDecoder::new(MAGIC.chain(source)));
            }
        }
    }
}
