//! Lines of a text file in any encoding, decoded as they stream by.

use std::collections::VecDeque;
use std::io::{self, Read};

use encoding_rs::Decoder;

use crate::text;

/// Bytes looked at for the encoding.
const DETECT_BYTES: usize = 1024 * 1024;
/// Longest line; what is longer is no catalogue.
const MAX_LINE_BYTES: usize = 16 * 1024 * 1024;

/// One line without its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Line {
    /// Number from 1.
    pub(crate) number: u64,
    pub(crate) text: String,
    /// Some bytes had no meaning in the encoding.
    pub(crate) is_damaged: bool,
    /// The line was longer than we take; `text` is its beginning.
    pub(crate) is_cut: bool,
}

/// Reads lines; memory stays within one line and a buffer.
pub(crate) struct DecodedLines {
    reader: Box<dyn Read + Send>,
    decoder: Decoder,
    charset: &'static str,
    pending: Vec<u8>,
    decoded: String,
    position: usize,
    number: u64,
    had_errors: bool,
    is_finished: bool,
    /// Lines put back, to be read again.
    again: VecDeque<Line>,
}

impl DecodedLines {
    pub(crate) fn new(mut reader: Box<dyn Read + Send>) -> io::Result<Self> {
        let mut beginning = Vec::new();
        (&mut reader)
            .take(DETECT_BYTES as u64)
            .read_to_end(&mut beginning)?;
        let charset = text::detect_charset(&beginning);
        Ok(Self {
            reader,
            decoder: charset.encoding().new_decoder_with_bom_removal(),
            charset: charset.name(),
            pending: beginning,
            decoded: String::new(),
            position: 0,
            number: 0,
            had_errors: false,
            is_finished: false,
            again: VecDeque::new(),
        })
    }

    pub(crate) fn charset(&self) -> &'static str {
        self.charset
    }

    /// Number of the last line read from the file.
    pub(crate) fn last_number(&self) -> u64 {
        self.number
    }

    /// Puts lines back, to be read again in the order given.
    pub(crate) fn put_back(&mut self, lines: Vec<Line>) {
        for line in lines.into_iter().rev() {
            self.again.push_front(line);
        }
    }

    pub(crate) fn next_line(&mut self) -> io::Result<Option<Line>> {
        if let Some(line) = self.again.pop_front() {
            return Ok(Some(line));
        }
        let mut searched = self.position;
        loop {
            if let Some(found) =
                memchr::memchr(b'\n', self.decoded.as_bytes().get(searched..).unwrap_or_default())
            {
                let end = searched + found;
                let line = self.take_line(end, false);
                self.position = end + 1;
                return Ok(Some(line));
            }
            if self.is_finished {
                if self.position >= self.decoded.len() {
                    return Ok(None);
                }
                let end = self.decoded.len();
                let line = self.take_line(end, false);
                self.position = end;
                return Ok(Some(line));
            }
            if self.decoded.len() - self.position > MAX_LINE_BYTES {
                return self.skip_rest_of_line().map(Some);
            }
            searched = self.decoded.len() - self.position;
            self.decoded.drain(..self.position);
            self.position = 0;
            self.fill()?;
        }
    }

    fn take_line(&mut self, end: usize, is_cut: bool) -> Line {
        self.number += 1;
        let text = self.decoded.get(self.position..end).unwrap_or_default();
        let text = text.strip_suffix('\r').unwrap_or(text).to_owned();
        let is_damaged = self.had_errors && text.contains('\u{fffd}');
        Line {
            number: self.number,
            text,
            is_damaged,
            is_cut,
        }
    }

    fn skip_rest_of_line(&mut self) -> io::Result<Line> {
        let mut end = (self.position + 200).min(self.decoded.len());
        while !self.decoded.is_char_boundary(end) {
            end -= 1;
        }
        let line = self.take_line(end, true);
        self.decoded.clear();
        self.position = 0;
        while !self.is_finished {
            self.fill()?;
            if let Some(found) = memchr::memchr(b'\n', self.decoded.as_bytes()) {
                self.position = found + 1;
                break;
            }
            self.decoded.clear();
        }
        Ok(line)
    }

    fn fill(&mut self) -> io::Result<()> {
        let mut bytes = std::mem::take(&mut self.pending);
        if bytes.is_empty() {
            (&mut self.reader).take(256 * 1024).read_to_end(&mut bytes)?;
        }
        let is_last = bytes.is_empty();
        let room = self
            .decoder
            .max_utf8_buffer_length(bytes.len())
            .unwrap_or(4 * bytes.len() + 16);
        self.decoded.reserve(room);
        let (_, _, had_errors) = self.decoder.decode_to_string(&bytes, &mut self.decoded, is_last);
        self.had_errors |= had_errors;
        self.is_finished = is_last;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    fn lines_of(bytes: Vec<u8>) -> Vec<Line> {
        let mut lines = DecodedLines::new(Box::new(Cursor::new(bytes))).unwrap();
        std::iter::from_fn(|| lines.next_line().unwrap()).collect()
    }

    #[test]
    fn line_ends_of_all_systems_and_a_missing_last_one() {
        let texts: Vec<String> = lines_of(b"a\r\nb\n\nc".to_vec())
            .into_iter()
            .map(|line| line.text)
            .collect();
        assert_eq!(texts, ["a", "b", "", "c"]);
    }

    #[test]
    fn lines_longer_than_the_buffer_and_longer_than_allowed() {
        let mut bytes = vec![b'x'; 2_000_000];
        bytes.push(b'\n');
        bytes.extend(vec![b'y'; MAX_LINE_BYTES + 3_000_000]);
        bytes.extend(b"\nend");
        let lines = lines_of(bytes);
        assert_eq!(lines[0].text.len(), 2_000_000);
        assert!(lines[1].is_cut);
        assert_eq!((lines[2].number, lines[2].text.as_str()), (3, "end"));
    }

    #[test]
    fn a_damaged_byte_damages_its_line_only() {
        let mut bytes = "档号\n".as_bytes().to_vec();
        bytes.extend("题名\n".repeat(10).as_bytes());
        bytes.extend(b"ab\xFFcd\n");
        bytes.extend("题名\n".as_bytes());
        // One wrong byte among much UTF-8 must not turn the rest into another encoding.
        let lines = lines_of(bytes);
        assert_eq!(lines[0].text, "档号");
        assert_eq!(lines.iter().filter(|line| line.is_damaged).count(), 1);
    }
}
