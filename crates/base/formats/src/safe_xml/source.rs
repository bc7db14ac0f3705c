//! Bytes of a document decoded strictly, line ends made plain, and counted against the limits.

use super::encoding::declared_encoding;
use super::{XmlFault, XmlLimits};
use encoding_rs::{Decoder, DecoderResult};
use std::io::{self, BufRead, Read};

/// Bytes read at a time; also how much of a document is looked at for its encoding.
const CHUNK: usize = 64 * 1024;

/// The decoded text, as the parser reads it. A fault is kept here: the parser only hears that there is no more.
pub(super) struct Source<R> {
    inner: R,
    decoder: Decoder,
    declared: String,
    raw: Vec<u8>,
    raw_at: usize,
    raw_ended: bool,
    text: Box<[u8]>,
    text_at: usize,
    text_end: usize,
    ended: bool,
    after_return: bool,
    lines: u64,
    bytes_left: u64,
    piece_left: u64,
    limits: XmlLimits,
    fault: Option<XmlFault>,
}

impl<R: Read> Source<R> {
    /// Looks at the first bytes.
    pub fn open(mut inner: R, limits: XmlLimits) -> Result<Self, XmlFault> {
        let mut raw = Vec::with_capacity(CHUNK);
        let mut head = (&mut inner).take(CHUNK as u64);
        head.read_to_end(&mut raw).map_err(XmlFault::Io)?;
        let declared = declared_encoding(&raw)?;
        let raw_ended = raw.len() < CHUNK;
        let mut source = Self {
            inner,
            decoder: declared.encoding.new_decoder_without_bom_handling(),
            declared: declared.name,
            bytes_left: limits.bytes,
            raw_at: declared.mark,
            raw_ended,
            raw,
            text: vec![0; 2 * CHUNK].into_boxed_slice(),
            text_at: 0,
            text_end: 0,
            ended: false,
            after_return: false,
            lines: 0,
            piece_left: limits.text,
            limits,
            fault: None,
        };
        let read = source.raw.len() as u64;
        source.spend(read)?;
        Ok(source)
    }

    /// The line of what comes next, from 1.
    pub fn line(&self) -> u64 {
        self.lines + 1
    }

    /// A new piece begins, such as a tag: it may be as long as the limit again.
    pub fn begin_piece(&mut self) {
        self.piece_left = self.limits.text;
    }

    /// The fault that ended the document, if one did.
    pub fn take_fault(&mut self) -> Option<XmlFault> {
        self.fault.take()
    }

    fn spend(&mut self, bytes: u64) -> Result<(), XmlFault> {
        let Some(left) = self.bytes_left.checked_sub(bytes) else {
            return Err(XmlFault::TooLarge {
                line: self.line(),
                what: "the document is",
                limit: self.limits.bytes,
            });
        };
        self.bytes_left = left;
        Ok(())
    }

    fn fill(&mut self) -> Result<(), XmlFault> {
        while self.text_at == self.text_end && !self.ended {
            if self.raw_at == self.raw.len() && !self.raw_ended {
                self.raw.resize(CHUNK, 0);
                self.raw_at = 0;
                let count = loop {
                    match self.inner.read(&mut self.raw) {
                        Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                        Err(error) => {
                            self.raw.clear();
                            return Err(XmlFault::Io(error));
                        }
                        Ok(count) => break count,
                    }
                };
                self.raw.truncate(count);
                self.raw_ended = count == 0;
                self.spend(count as u64)?;
            }
            self.decode()?;
        }
        Ok(())
    }

    fn decode(&mut self) -> Result<(), XmlFault> {
        let raw = self.raw.get(self.raw_at..).unwrap_or_default();
        let (result, read, written) =
            self.decoder
                .decode_to_utf8_without_replacement(raw, &mut self.text, self.raw_ended);
        self.raw_at += read;
        let decoded = self.text.get_mut(..written).unwrap_or_default();
        let length = plain_line_ends(decoded, &mut self.after_return);
        self.text_at = 0;
        self.text_end = length;
        match result {
            DecoderResult::InputEmpty => self.ended = self.raw_ended,
            DecoderResult::OutputFull => {}
            DecoderResult::Malformed(..) => {
                let before = self.text.get(..length).unwrap_or_default();
                return Err(XmlFault::Encoding {
                    line: self.line() + line_ends(before),
                    declared: self.declared.clone(),
                    found: "there are bytes that do not exist in it".to_owned(),
                });
            }
        }
        Ok(())
    }
}

fn line_ends(bytes: &[u8]) -> u64 {
    memchr::memchr_iter(b'\n', bytes).count() as u64
}

/// Makes `\r\n` and `\r` into `\n` in place (XML 1.0, 2.11); says how long the text is now.
fn plain_line_ends(text: &mut [u8], after_return: &mut bool) -> usize {
    if !*after_return && memchr::memchr(b'\r', text).is_none() {
        return text.len();
    }
    let mut length = 0;
    for at in 0..text.len() {
        let byte = text[at];
        let is_second = byte == b'\n' && *after_return;
        *after_return = byte == b'\r';
        if is_second {
            continue;
        }
        text[length] = if byte == b'\r' { b'\n' } else { byte };
        length += 1;
    }
    length
}

impl<R: Read> Read for Source<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let available = self.fill_buf()?;
        let count = available.len().min(buffer.len());
        buffer[..count].copy_from_slice(&available[..count]);
        self.consume(count);
        Ok(count)
    }
}

impl<R: Read> BufRead for Source<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.fault.is_none()
            && let Err(fault) = self.fill()
        {
            self.fault = Some(fault);
        }
        if self.fault.is_none() && self.piece_left == 0 && self.text_at < self.text_end {
            self.fault = Some(XmlFault::TooLarge {
                line: self.line(),
                what: "a tag, comment or section is",
                limit: self.limits.text,
            });
        }
        if self.fault.is_some() {
            return Err(io::Error::other("the document ends with a fault"));
        }
        let left = usize::try_from(self.piece_left).unwrap_or(usize::MAX);
        let end = self.text_end.min(self.text_at.saturating_add(left));
        Ok(self.text.get(self.text_at..end).unwrap_or_default())
    }

    fn consume(&mut self, count: usize) {
        let end = self.text_at.saturating_add(count).min(self.text_end);
        self.lines += line_ends(self.text.get(self.text_at..end).unwrap_or_default());
        self.text_at = end;
        self.piece_left = self.piece_left.saturating_sub(count as u64);
    }
}
