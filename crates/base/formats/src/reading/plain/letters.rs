//! A text decoded as it streams by.

use crate::text::Charset;
use encoding_rs::Decoder;
use std::io::{self, Read};

/// Bytes decoded at once.
const PIECE: usize = 64 * 1024;

/// Gives a text piece by piece.
pub(super) struct Letters<R> {
    reader: R,
    decoder: Decoder,
    buffer: Vec<u8>,
    text: String,
    is_finished: bool,
}

impl<R: Read> Letters<R> {
    /// The text of a reader, in an encoding that is known. A byte order mark is dropped.
    pub(super) fn new(reader: R, charset: Charset) -> Self {
        Self {
            reader,
            decoder: charset.encoding().new_decoder_with_bom_removal(),
            buffer: vec![0; PIECE],
            text: String::with_capacity(3 * PIECE + 16),
            is_finished: false,
        }
    }

    /// The next piece; `None` at the end. Characters are not cut, lines are.
    pub(super) fn next_piece(&mut self) -> io::Result<Option<&str>> {
        self.text.clear();
        while self.text.is_empty() {
            if self.is_finished {
                return Ok(None);
            }
            let read = match self.reader.read(&mut self.buffer) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                other => other?,
            };
            self.is_finished = read == 0;
            let bytes = self.buffer.get(..read).unwrap_or_default();
            let room = self.decoder.max_utf8_buffer_length(read).unwrap_or(4 * PIECE);
            self.text.reserve(room);
            let _result = self
                .decoder
                .decode_to_string(bytes, &mut self.text, self.is_finished);
        }
        Ok(Some(&self.text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::detect_charset;

    #[test]
    fn characters_are_not_cut_between_pieces() {
        let text = format!("a{}", "大坝验收".repeat(50_000));
        for encoding in [encoding_rs::GB18030, encoding_rs::UTF_8] {
            let bytes = encoding.encode(&text).0;
            let mut letters = Letters::new(bytes.as_ref(), detect_charset(&bytes));
            let mut read = String::new();
            while let Some(piece) = letters.next_piece().unwrap() {
                read.push_str(piece);
            }
            assert!(read == text);
        }
    }
}
