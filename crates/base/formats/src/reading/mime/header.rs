//! Headers: fields, folded lines, parameters (RFC 5322 §2.2, RFC 2045 §5.1, RFC 2231).

use super::line_length;
use super::transfer::{decode_charset, hex_pair};
use super::words::decode_words;
use crate::text::detect_charset;

/// The fields of a header, in their order.
#[derive(Debug, Default)]
pub(crate) struct Header {
    fields: Vec<(String, String)>,
}

/// A content type or a disposition: what it is, and parameters.
#[derive(Debug, Default)]
pub(crate) struct ContentType {
    /// `text/html` in lower case; of a disposition, `attachment`.
    pub name: String,
    parameters: Vec<(String, String)>,
}

impl Header {
    /// Splits the header from what follows it. A line that is no field ends the header, as an empty line does.
    pub(crate) fn split(bytes: &[u8], limit: usize) -> (Self, &[u8]) {
        let mut end = 0;
        let mut lines: Vec<&[u8]> = Vec::new();
        let mut body = bytes.len();
        while let Some(rest) = bytes.get(end..).filter(|rest| !rest.is_empty()) {
            let length = line_length(rest);
            let line = rest.get(..length).unwrap_or_default();
            let content = line.trim_ascii_end();
            let is_folded = !lines.is_empty() && matches!(line.first(), Some(b' ' | b'\t'));
            if content.is_empty() && !(is_folded && next_is_folded(rest, length)) {
                body = end + length;
                break;
            }
            // what some mail programs put before a header
            let is_envelope = lines.is_empty() && (line.starts_with(b"From ") || line.starts_with(b">From "));
            if !(is_envelope || is_folded || is_field(line)) || end + length > limit {
                body = end;
                break;
            }
            if !is_envelope {
                lines.push(line);
            }
            end += length;
        }
        (Self::from_lines(&lines), bytes.get(body..).unwrap_or_default())
    }

    /// Fields from lines. Bytes beyond ASCII without a word about their encoding are judged together: a subject alone
    /// would be too short.
    fn from_lines(lines: &[&[u8]]) -> Self {
        let beyond: Vec<u8> = lines
            .iter()
            .filter(|line| !line.is_ascii())
            .flat_map(|line| line.iter().copied())
            .collect();
        let charset = detect_charset(&beyond);
        let mut fields: Vec<(String, String)> = Vec::new();
        for line in lines {
            let text = if line.is_ascii() || std::str::from_utf8(line).is_ok() {
                String::from_utf8_lossy(line).into_owned()
            } else {
                charset
                    .encoding()
                    .decode_without_bom_handling(line)
                    .0
                    .into_owned()
            };
            let text = text.trim_end_matches(['\r', '\n']);
            match fields.last_mut() {
                Some((_, value)) if text.starts_with([' ', '\t']) => value.push_str(text),
                _ => {
                    let (name, value) = text.split_once(':').unwrap_or((text, ""));
                    fields.push((name.trim().to_owned(), value.trim().to_owned()));
                }
            }
        }
        Self { fields }
    }

    /// The first field of this name as it is written, unfolded.
    pub(crate) fn raw(&self, name: &str) -> Option<&str> {
        self.fields
            .iter()
            .find(|(field, _)| field.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// All fields of this name, decoded, without line ends and doubled blanks.
    pub(crate) fn texts<'a>(&'a self, name: &'a str) -> impl Iterator<Item = String> + 'a {
        self.fields
            .iter()
            .filter(move |(field, _)| field.eq_ignore_ascii_case(name))
            .map(|(_, value)| one_line(&decode_words(value)))
            .filter(|value| !value.is_empty())
    }

    /// What the content is; where the header does not say or says nonsense, what is given.
    pub(crate) fn content_type(&self, default: &str) -> ContentType {
        let parsed = self.raw("content-type").map(ContentType::parse);
        match parsed {
            Some(parsed) if parsed.name.contains('/') => parsed,
            Some(parsed) => ContentType {
                name: default.to_owned(),
                ..parsed
            },
            None => ContentType {
                name: default.to_owned(),
                ..ContentType::default()
            },
        }
    }

    /// The transfer encoding.
    pub(crate) fn transfer_encoding(&self) -> &str {
        self.raw("content-transfer-encoding").unwrap_or_default()
    }

    /// How the content is meant: `attachment`, `inline`.
    pub(crate) fn disposition(&self) -> ContentType {
        self.raw("content-disposition")
            .map(ContentType::parse)
            .unwrap_or_default()
    }

    /// The name of the file that the content was, if it was one.
    pub(crate) fn file_name(&self) -> Option<String> {
        let name = |content: &ContentType, parameter| {
            content
                .parameter(parameter)
                .map(|name| one_line(&decode_words(name)))
                .filter(|name| !name.is_empty())
        };
        name(&self.disposition(), "filename").or_else(|| name(&self.content_type(""), "name"))
    }
}

impl ContentType {
    /// Parses `text/plain; charset=utf-8`, with the continuations and character sets of RFC 2231.
    pub(crate) fn parse(text: &str) -> Self {
        let mut pieces = split_parameters(text).into_iter();
        let name = pieces.next().unwrap_or_default();
        let name = name
            .split_whitespace()
            .next()
            .unwrap_or_default()
            .to_ascii_lowercase();
        let mut plain: Vec<(String, String)> = Vec::new();
        let mut extended: Vec<(String, u32, bool, String)> = Vec::new();
        for piece in pieces.take(1_000) {
            let Some((key, value)) = piece.split_once('=') else {
                continue;
            };
            let key = key.trim().to_ascii_lowercase();
            let value = unquote(value.trim());
            match extended_key(&key) {
                Some((base, section, is_encoded)) => {
                    extended.push((base.to_owned(), section, is_encoded, value));
                }
                None => plain.push((key, value)),
            }
        }
        extended.sort_by(|left, right| (&left.0, left.1).cmp(&(&right.0, right.1)));
        let mut parameters = Vec::new();
        for group in extended.chunk_by(|left, right| left.0 == right.0) {
            let Some((base, ..)) = group.first() else { continue };
            parameters.push((base.clone(), join_sections(group)));
        }
        parameters.extend(plain);
        Self { name, parameters }
    }

    /// A parameter, by its name in lower case.
    pub(crate) fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// Whether the name begins with this.
    pub(crate) fn is(&self, beginning: &str) -> bool {
        self.name.starts_with(beginning)
    }
}

/// Whether the line after this blank one goes on with a field (some senders fold with a line of blanks).
fn next_is_folded(rest: &[u8], length: usize) -> bool {
    let next = rest.get(length..).unwrap_or_default();
    matches!(next.first(), Some(b' ' | b'\t')) && !next.trim_ascii_start().is_empty() && {
        let line = next.get(..line_length(next)).unwrap_or_default();
        !line.trim_ascii().is_empty() && line.contains(&b'=')
    }
}

/// Whether a line begins a field: letters without blanks, perhaps blanks, a colon.
fn is_field(line: &[u8]) -> bool {
    let Some(colon) = memchr::memchr(b':', line) else {
        return false;
    };
    let name = line.get(..colon).unwrap_or_default().trim_ascii_end();
    !name.is_empty() && name.iter().all(|byte| byte.is_ascii_graphic() || *byte >= 0x80)
}

/// Splits at semicolons that stand outside quotation marks.
fn split_parameters(text: &str) -> Vec<String> {
    let mut pieces = vec![String::new()];
    let (mut is_quoted, mut is_escaped) = (false, false);
    for letter in text.chars() {
        match letter {
            ';' if !is_quoted => {
                pieces.push(String::new());
                continue;
            }
            '"' if !is_escaped => is_quoted = !is_quoted,
            _ => {}
        }
        is_escaped = is_quoted && letter == '\\' && !is_escaped;
        if let Some(piece) = pieces.last_mut() {
            piece.push(letter);
        }
    }
    pieces
}

fn unquote(value: &str) -> String {
    let Some(inner) = value.strip_prefix('"') else {
        // a comment or what a careless sender left behind
        return value.to_owned();
    };
    let mut plain = String::with_capacity(inner.len());
    let mut letters = inner.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '"' => break,
            // a backslash before a letter is a path of a careless sender rather than an escape
            '\\' => match letters.next() {
                Some(next @ ('"' | '\\')) => plain.push(next),
                Some(next) => plain.extend(['\\', next]),
                None => {}
            },
            letter => plain.push(letter),
        }
    }
    plain
}

/// `name*`, `name*0`, `name*0*`: the name, the number of the section, and whether it is percent-encoded.
fn extended_key(key: &str) -> Option<(&str, u32, bool)> {
    let (base, section) = key.split_once('*')?;
    if section.is_empty() {
        return Some((base, 0, true));
    }
    let (number, is_encoded) = match section.strip_suffix('*') {
        Some(number) => (number, true),
        None => (section, false),
    };
    Some((base, number.parse().ok()?, is_encoded))
}

fn join_sections(sections: &[(String, u32, bool, String)]) -> String {
    let mut charset = None;
    let mut bytes = Vec::new();
    for (_, number, is_encoded, value) in sections {
        if !is_encoded {
            bytes.extend_from_slice(value.as_bytes());
            continue;
        }
        let mut value = value.as_str();
        let mut quotes = value.splitn(3, '\'');
        if let (0, Some(name), Some(_), Some(rest)) = (*number, quotes.next(), quotes.next(), quotes.next()) {
            charset = Some(name.to_owned());
            value = rest;
        }
        percent_decode(value.as_bytes(), &mut bytes);
    }
    if charset.is_none() && std::str::from_utf8(&bytes).is_ok() {
        charset = Some("utf-8".to_owned());
    }
    decode_charset(&bytes, charset.as_deref())
}

fn percent_decode(text: &[u8], bytes: &mut Vec<u8>) {
    let mut at = 0;
    while let Some(byte) = text.get(at) {
        match hex_pair(text.get(at + 1..at + 3)).filter(|_| *byte == b'%') {
            Some(value) => {
                bytes.push(value);
                at += 3;
            }
            None => {
                bytes.push(*byte);
                at += 1;
            }
        }
    }
}

/// Text on one line, with single blanks.
fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !line.is_empty() {
            line.push(' ');
        }
        line.extend(word.chars().filter(|letter| !letter.is_control()));
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(text: &[u8]) -> Header {
        Header::split(text, 1_000_000).0
    }

    fn text(header: &Header, name: &str) -> String {
        header.texts(name).next().unwrap_or_default()
    }

    #[test]
    fn fields_are_unfolded_and_decoded() {
        let (header, body) = Header::split(
            b"Subject: =?utf-8?B?5aSn5Z2d?=\r\n =?utf-8?B?6aqM5pS2?=\r\nX-Empty:\r\n\r\nbody",
            1_000,
        );
        assert_eq!(text(&header, "subject"), "大坝验收");
        assert_eq!(header.texts("x-empty").count(), 0);
        assert_eq!(body, b"body");
    }

    #[test]
    fn raw_bytes_of_any_encoding_are_understood() {
        for (encoding, subject) in [
            (encoding_rs::GB18030, "关于召开大坝验收会议的通知"),
            (encoding_rs::BIG5, "關於召開大壩驗收會議的通知"),
            (encoding_rs::UTF_8, "关于召开大坝验收会议的通知"),
        ] {
            let mut bytes = b"From: a@b\nSubject: ".to_vec();
            bytes.extend_from_slice(&encoding.encode(subject).0);
            assert_eq!(text(&header(&bytes), "Subject"), subject);
        }
    }

    #[test]
    fn a_line_that_is_no_field_begins_the_body() {
        let (header, body) = Header::split(b"From me Mon\nTo: a@b\nno field here\nmore", 1_000);
        assert_eq!(text(&header, "to"), "a@b");
        assert_eq!(body, b"no field here\nmore");
        assert_eq!(Header::split(b"just text\n", 1_000).1, b"just text\n");
    }

    #[test]
    fn parameters_in_every_form() {
        let long = ContentType::parse(
            "Application/PDF; name*1*=%E5%9D%9D; name*0*=utf-8''%E5%A4%A7; x=\"a;\\\"b\"; y = z ",
        );
        assert_eq!(long.name, "application/pdf");
        assert_eq!(long.parameter("name"), Some("大坝"));
        assert_eq!(long.parameter("x"), Some("a;\"b"));
        assert_eq!(long.parameter("y"), Some("z"));
        let latin = ContentType::parse("attachment; filename*=ISO-8859-1'de'%FC.txt");
        assert_eq!(latin.parameter("filename"), Some("ü.txt"));
        let raw =
            header("Content-Disposition: attachment; filename=\"=?gb2312?B?tPOw0w==?=.doc\"".as_bytes());
        assert_eq!(raw.file_name().as_deref(), Some("大坝.doc"));
    }

    #[test]
    fn a_header_without_end_is_bounded() {
        let long = format!("X: {}\n", "y".repeat(100)).repeat(1_000);
        let (header, body) = Header::split(long.as_bytes(), 10_000);
        assert!(header.fields.len() < 100);
        assert!(body.len() > 90_000);
    }
}
