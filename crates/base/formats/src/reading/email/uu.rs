//! Files that old programs wrote into the text of a message, between `begin` and `end` (uuencode).

use crate::reading::mime::decode_transfer;

/// Lines of one such file.
const MAX_LINES: usize = 4_000_000;

/// A file in the text.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct UuFile {
    /// Its name.
    pub name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// The text without the files that lie in it, and the files. Only what has a beginning and an end is one.
pub(super) fn cut_out(text: String) -> (String, Vec<UuFile>) {
    let mut files = Vec::new();
    if !text.contains("begin ") {
        return (text, files);
    }
    let mut kept = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while !rest.is_empty() {
        let length = rest.find('\n').map_or(rest.len(), |at| at + 1);
        let (line, after) = rest.split_at(length);
        let block = begin_line(line).and_then(|name| Some((name, block_length(after)?)));
        match block {
            Some((name, length)) => {
                let end = line.len() + length;
                let bytes = decode_transfer(rest.get(..end).unwrap_or_default().as_bytes(), "x-uuencode");
                files.push(UuFile {
                    name: name.to_owned(),
                    bytes: bytes.into_owned(),
                });
                rest = rest.get(end..).unwrap_or_default();
            }
            None => {
                kept.push_str(line);
                rest = after;
            }
        }
    }
    (kept, files)
}

/// `begin 644 name`
fn begin_line(line: &str) -> Option<&str> {
    let (mode, name) = line.strip_prefix("begin ")?.trim_end().split_once(' ')?;
    let is_mode = (3..=4).contains(&mode.len()) && mode.bytes().all(|byte| byte.is_ascii_digit());
    is_mode.then_some(name.trim())
}

/// Bytes of the lines up to `end`, if they are lines of such a file.
fn block_length(text: &str) -> Option<usize> {
    let mut length = 0;
    for line in text.split_inclusive('\n').take(MAX_LINES) {
        length += line.len();
        let content = line.trim_end_matches(['\r', '\n']);
        if content == "end" {
            return Some(length);
        }
        let is_data = content.len() <= 90 && content.bytes().all(|byte| (b' '..=b'`').contains(&byte));
        if !is_data {
            return None;
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_files_are_cut_out() {
        let text = "Look:\nbegin 644 cat.txt\n#0V%T\n`\nend\nbegin at once\nbegin 644 x\nplain words\n";
        let (kept, files) = cut_out(text.to_owned());
        assert_eq!(kept, "Look:\nbegin at once\nbegin 644 x\nplain words\n");
        assert_eq!(files.len(), 1);
        assert_eq!(
            (files[0].name.as_str(), files[0].bytes.as_slice()),
            ("cat.txt", &b"Cat"[..])
        );
    }
}
