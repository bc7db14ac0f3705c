//! Lines of tag files, in the bag's encoding, one at a time.

use std::io::{self, Read};

use encoding_rs::{CoderResult, Decoder, Encoding};

/// The longest line that is read; paths are shorter everywhere.
const MAX_LINE_BYTES: usize = 1 << 20;

/// A line without its end.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Line {
    /// From 1.
    pub number: u64,
    pub text: String,
    /// Whether all of it was in the encoding and it was not too long.
    pub is_sound: bool,
}

/// Reads lines that end with LF, CR or CRLF (RFC 8493 §2.1.3); memory is bounded however large the file.
pub(super) struct Lines<R> {
    source: R,
    decoder: Decoder,
    text: String,
    /// Where the part of `text` starts that was not given out yet.
    at: usize,
    number: u64,
    is_over: bool,
    last_was_cr: bool,
}

impl<R: Read> Lines<R> {
    pub fn new(source: R, encoding: &'static Encoding) -> Self {
        let decoder = encoding.new_decoder_with_bom_removal();
        Self {
            source,
            decoder,
            text: String::new(),
            at: 0,
            number: 0,
            is_over: false,
            last_was_cr: false,
        }
    }

    /// The next line, `None` after the last. An empty rest after the last line end is no line.
    pub fn next_line(&mut self) -> io::Result<Option<Line>> {
        let mut searched = 0;
        let mut is_sound = true;
        loop {
            if self.last_was_cr && self.text[self.at..].starts_with('\n') {
                self.at += 1; // the second half of a CRLF
                self.last_was_cr = false;
            }
            let rest = &self.text[self.at..];
            self.last_was_cr &= rest.is_empty();
            if let Some(found) = rest.as_bytes()[searched..]
                .iter()
                .position(|byte| matches!(byte, b'\n' | b'\r'))
            {
                let end = searched + found;
                let text = rest[..end].to_owned();
                self.last_was_cr = rest.as_bytes()[end] == b'\r';
                self.at += end + 1;
                return Ok(Some(self.line(text, is_sound)));
            }
            if self.is_over {
                let text = rest.to_owned();
                self.at = self.text.len();
                let is_line = !text.is_empty() || !is_sound;
                return Ok(is_line.then(|| self.line(text, is_sound)));
            }
            searched = rest.len();
            if searched > MAX_LINE_BYTES {
                is_sound = false;
                searched = 0;
                self.at = self.text.len(); // the line is reported, not kept
            }
            self.read_more()?;
        }
    }

    fn line(&mut self, text: String, is_sound: bool) -> Line {
        self.number += 1;
        let is_sound = is_sound && !text.contains(char::REPLACEMENT_CHARACTER);
        Line {
            number: self.number,
            text,
            is_sound,
        }
    }

    fn read_more(&mut self) -> io::Result<()> {
        self.text.drain(..self.at);
        self.at = 0;
        let mut bytes = [0; 16 * 1024];
        let count = loop {
            match self.source.read(&mut bytes) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                other => break other?,
            }
        };
        self.is_over = count == 0;
        let mut rest = &bytes[..count];
        loop {
            self.text.reserve(rest.len() * 3 + 16);
            let (result, read, _) = self.decoder.decode_to_string(rest, &mut self.text, self.is_over);
            rest = &rest[read..];
            if result == CoderResult::InputEmpty {
                return Ok(());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use encoding_rs::{GB18030, UTF_8, UTF_16LE};
    use proptest::prelude::*;

    use super::*;

    fn texts(bytes: &[u8], encoding: &'static Encoding) -> Vec<String> {
        let mut lines = Lines::new(bytes, encoding);
        std::iter::from_fn(|| lines.next_line().unwrap())
            .map(|line| line.text)
            .collect()
    }

    #[test]
    fn every_line_end_ends_a_line() {
        assert_eq!(
            texts(b"a\nb\r\nc\rd\r\r\n\ne", UTF_8),
            ["a", "b", "c", "d", "", "", "e"]
        );
        assert!(texts(b"", UTF_8).is_empty());
        assert_eq!(texts(b"a\n", UTF_8), ["a"]);
    }

    #[test]
    fn the_declared_encoding_is_used() {
        assert_eq!(texts(b"\xb5\xb5\xb0\xb8\n", GB18030), ["档案"]);
        assert_eq!(texts("\u{feff}档案".as_bytes(), UTF_8), ["档案"]);
        assert_eq!(texts(b"a\0\n\0b\0", UTF_16LE), ["a", "b"]);
        let mut lines = Lines::new(&b"\xb5\xb5\nx"[..], UTF_8);
        assert!(!lines.next_line().unwrap().unwrap().is_sound);
        assert!(lines.next_line().unwrap().unwrap().is_sound);
    }

    #[test]
    fn an_endless_line_is_reported_and_not_kept() {
        let mut bytes = vec![b'x'; 3 * MAX_LINE_BYTES];
        bytes.extend_from_slice(b"\nend");
        let mut lines = Lines::new(&bytes[..], UTF_8);
        let long = lines.next_line().unwrap().unwrap();
        assert!(!long.is_sound && long.text.len() <= 2 * MAX_LINE_BYTES);
        assert_eq!(
            lines.next_line().unwrap().unwrap(),
            Line {
                number: 2,
                text: "end".into(),
                is_sound: true
            }
        );
    }

    proptest! {
        #[test]
        fn lines_are_those_of_the_text(text in "[a-z\r\n]{0,60}") {
            let mut expected: Vec<String> =
                text.replace("\r\n", "\n").replace('\r', "\n").split('\n').map(str::to_owned).collect();
            if expected.last().is_some_and(String::is_empty) {
                expected.pop();
            }
            prop_assert_eq!(texts(text.as_bytes(), UTF_8), expected);
        }
    }
}
