//! Compressed streams: gzip, bzip2, xz, Zstandard, decompressed as they are read and never beyond the limits.

use std::cell::Cell;
use std::fmt;
use std::io::{self, BufRead, BufReader, Read};
use std::rc::Rc;

use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};
use serde::{Deserialize, Serialize};

use super::limits::Limits;
use super::refusal::Refusal;
use super::unpacking::{bomb, too_large};

const BUFFER_BYTES: usize = 64 * 1024;
/// What a TAR stream may hold besides content, for each entry.
const BYTES_BESIDE_CONTENT: u64 = 4096;

/// How a stream is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Compression {
    /// gzip (RFC 1952).
    Gzip,
    /// bzip2.
    Bzip2,
    /// xz.
    Xz,
    /// Zstandard (RFC 8878).
    Zstd,
}

impl Compression {
    /// Told from the first bytes.
    pub(super) fn of(beginning: &[u8]) -> Option<Self> {
        let has_block = |at: usize| {
            let magic = beginning.get(at..at + 6);
            magic == Some(b"\x31\x41\x59\x26\x53\x59") || magic == Some(b"\x17\x72\x45\x38\x50\x90")
        };
        match beginning {
            [0x1f, 0x8b, 8, ..] => Some(Self::Gzip),
            [b'B', b'Z', b'h', b'1'..=b'9', ..] if has_block(4) => Some(Self::Bzip2),
            [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Some(Self::Xz),
            [0x28, 0xb5, 0x2f, 0xfd, ..] => Some(Self::Zstd),
            _ => None,
        }
    }

    /// The usual name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Bzip2 => "bzip2",
            Self::Xz => "xz",
            Self::Zstd => "zstd",
        }
    }

    /// The endings that a compressed file has besides its own.
    pub(super) fn endings(self) -> &'static [&'static str] {
        match self {
            Self::Gzip => &[".gz"],
            Self::Bzip2 => &[".bz2"],
            Self::Xz => &[".xz"],
            Self::Zstd => &[".zst", ".zstd"],
        }
    }

    /// The content of a stream. An error where it goes beyond the limits, is broken, or ends too early.
    pub(super) fn decompress<'a>(self, source: impl Read + 'a, limits: &'a Limits) -> Box<dyn Read + 'a> {
        let (source, consumed) = counted(source);
        let decoder: Box<dyn Read + 'a> = match self {
            Self::Gzip => Box::new(flate2::bufread::MultiGzDecoder::new(source)),
            Self::Bzip2 => Box::new(bzip2::bufread::MultiBzDecoder::new(source)),
            Self::Xz => {
                let memory = u32::try_from(limits.dictionary_bytes / 1024).unwrap_or(u32::MAX);
                Box::new(lzma_rust2::XzReader::new_mem_limit(source, true, memory))
            }
            Self::Zstd => Box::new(ZstdFrames::new(source, limits.dictionary_bytes)),
        };
        Box::new(Guarded::new(decoder, consumed, 0, limits))
    }
}

/// A reader that says how much was taken from it.
pub(super) fn counted<R: Read>(source: R) -> (BufReader<Counting<R>>, Rc<Cell<u64>>) {
    let consumed = Rc::new(Cell::new(0));
    let counting = Counting {
        inner: source,
        count: Rc::clone(&consumed),
    };
    (BufReader::with_capacity(BUFFER_BYTES, counting), consumed)
}

/// Counts what is read of a source.
pub(super) struct Counting<R> {
    inner: R,
    count: Rc<Cell<u64>>,
}

impl<R: Read> Read for Counting<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.count.set(self.count.get() + count as u64);
        Ok(count)
    }
}

/// A limit that was hit inside a reader; carries the refusal through [`io::Error`].
#[derive(Debug)]
pub(super) struct LimitHit(pub Refusal);

impl fmt::Display for LimitHit {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

impl std::error::Error for LimitHit {}

/// Stops a decompressor that goes beyond the ratio or the total.
pub(super) struct Guarded<'a, R> {
    inner: R,
    consumed: Rc<Cell<u64>>,
    consumed_before: u64,
    produced: u64,
    limits: &'a Limits,
}

impl<'a, R> Guarded<'a, R> {
    /// Guards a decompressor whose source counts, and had counted so much when its stream began.
    pub fn new(inner: R, consumed: Rc<Cell<u64>>, consumed_before: u64, limits: &'a Limits) -> Self {
        Self {
            inner,
            consumed,
            consumed_before,
            produced: 0,
            limits,
        }
    }
}

impl<R: Read> Read for Guarded<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.produced += count as u64;
        let (limits, consumed) = (self.limits, self.consumed.get() - self.consumed_before);
        if limits.is_bomb(consumed, self.produced) {
            return Err(io::Error::other(LimitHit(bomb(limits, consumed, self.produced))));
        }
        let beside = limits.entries.saturating_mul(BYTES_BESIDE_CONTENT);
        if self.produced > limits.total_bytes.saturating_add(beside) {
            return Err(io::Error::other(LimitHit(too_large(limits, self.produced))));
        }
        Ok(count)
    }
}

/// The frames of a Zstandard stream, one after the other; frames to be skipped are skipped.
struct ZstdFrames<R> {
    source: R,
    decoder: FrameDecoder,
    is_in_frame: bool,
}

impl<R: BufRead> ZstdFrames<R> {
    fn new(source: R, dictionary_bytes: u64) -> Self {
        let mut decoder = FrameDecoder::new();
        decoder.set_max_window_size(dictionary_bytes);
        Self {
            source,
            decoder,
            is_in_frame: false,
        }
    }

    /// Begins the next frame; `false` at the end of the stream.
    fn begin(&mut self) -> io::Result<bool> {
        while !self.source.fill_buf()?.is_empty() {
            match self.decoder.init(&mut self.source) {
                Ok(()) => return Ok(true),
                Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame {
                    length,
                    ..
                })) => {
                    let skipped = io::copy(&mut (&mut self.source).take(u64::from(length)), &mut io::sink())?;
                    if skipped < u64::from(length) {
                        return Err(io::ErrorKind::UnexpectedEof.into());
                    }
                }
                Err(error) => return Err(io::Error::other(error)),
            }
        }
        Ok(false)
    }
}

impl<R: BufRead> Read for ZstdFrames<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        loop {
            if !self.is_in_frame {
                if !self.begin()? {
                    return Ok(0);
                }
                self.is_in_frame = true;
            }
            while self.decoder.can_collect() == 0 && !self.decoder.is_finished() {
                self.decoder
                    .decode_blocks(&mut self.source, BlockDecodingStrategy::UptoBlocks(1))
                    .map_err(io::Error::other)?;
            }
            let count = self.decoder.read(buffer)?;
            if count > 0 {
                return Ok(count);
            }
            let (stored, found) = (
                self.decoder.get_checksum_from_data(),
                self.decoder.get_calculated_checksum(),
            );
            if stored.is_some() && stored != found {
                return Err(io::Error::other("the checksum of the frame is wrong"));
            }
            self.is_in_frame = false;
        }
    }
}

#[cfg(test)]
mod tests {
    use ruzstd::encoding::{CompressionLevel, compress_to_vec};

    use super::*;

    #[test]
    fn every_frame_is_read_and_a_broken_one_is_an_error() {
        let limits = Limits::builtin().unwrap();
        let frame = |text: &[u8]| compress_to_vec(text, CompressionLevel::Fastest);
        let skipped = b"\x50\x2a\x4d\x18\x03\0\0\0abc".to_vec();
        let whole = [frame(b"one "), skipped, frame(b"two")].concat();
        let read = |bytes: &[u8]| {
            let mut text = Vec::new();
            Compression::Zstd
                .decompress(bytes, &limits)
                .read_to_end(&mut text)
                .map(|_| text)
        };
        assert_eq!(Compression::of(&whole), Some(Compression::Zstd));
        assert_eq!(read(&whole).unwrap(), b"one two");
        for end in 1..whole.len() {
            // only between frames may a stream end
            assert!(
                read(&whole[..end]).is_err() || read(&whole[..end]).unwrap() == b"one ",
                "{end}"
            );
        }
    }
}
