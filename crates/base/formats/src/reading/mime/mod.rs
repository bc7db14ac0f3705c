//! Messages of the internet (RFC 5322) and what they are made of (MIME, RFC 2045 to 2049).
//!
//! The parts of a message are cut out line by line, the outer boundary before the inner one, so that a broken part
//! spoils no other. Nothing is copied until somebody asks for the content of a part. How deep parts lie in one another
//! and how many there are is bounded; what is beyond stays part of what it lies in, as text.

mod header;
#[cfg(test)]
mod structure_tests;
mod transfer;
mod words;

pub(crate) use header::{ContentType, Header};
pub(crate) use transfer::{decode_charset, decode_transfer};

/// How much structure a message may have.
#[derive(Debug, Clone, Copy)]
pub(crate) struct MimeLimits {
    /// Multiparts in one another.
    pub depth: usize,
    /// Parts altogether.
    pub parts: usize,
    /// Bytes of a header that are looked at; the rest counts as body.
    pub header_bytes: usize,
}

impl Default for MimeLimits {
    fn default() -> Self {
        Self {
            depth: 32,
            parts: 10_000,
            header_bytes: 1024 * 1024,
        }
    }
}

/// A message or a part of one.
#[derive(Debug)]
pub(crate) struct Entity<'a> {
    /// Its header.
    pub header: Header,
    /// What follows the header.
    pub body: Body<'a>,
}

/// What stands behind a header.
#[derive(Debug)]
pub(crate) enum Body<'a> {
    /// Content, still in its transfer encoding. A message in the message (`message/rfc822`) is content as well.
    Leaf(&'a [u8]),
    /// Parts between boundaries.
    Multipart {
        /// What stands before the first boundary: nothing of matter, unless there is no part at all.
        preamble: &'a [u8],
        /// The parts.
        parts: Vec<Entity<'a>>,
        /// What stands behind the last boundary.
        epilogue: &'a [u8],
    },
}

/// Takes a message apart. `cut` tells whether a limit was met.
pub(crate) struct MimeParser {
    limits: MimeLimits,
    parts: usize,
    /// Whether something was left as it is because a limit was met.
    pub cut: bool,
}

impl MimeParser {
    /// A parser for one message.
    pub(crate) fn new(limits: MimeLimits) -> Self {
        Self {
            limits,
            parts: 0,
            cut: false,
        }
    }

    /// Takes a message apart.
    pub(crate) fn parse<'a>(&mut self, bytes: &'a [u8]) -> Entity<'a> {
        self.entity(bytes, "text/plain", 0)
    }

    fn entity<'a>(&mut self, bytes: &'a [u8], default_type: &str, depth: usize) -> Entity<'a> {
        let (header, rest) = Header::split(bytes, self.limits.header_bytes);
        let content_type = header.content_type(default_type);
        let boundary = content_type
            .parameter("boundary")
            .filter(|boundary| !boundary.is_empty());
        let mut entity = Entity {
            header,
            body: Body::Leaf(rest),
        };
        let Some(boundary) = boundary.filter(|_| content_type.is("multipart/")) else {
            return entity;
        };
        if depth >= self.limits.depth {
            self.cut = true;
            return entity;
        }
        let default_type = if content_type.is("multipart/digest") {
            "message/rfc822"
        } else {
            "text/plain"
        };
        let pieces = cut_at_boundaries(rest, boundary.as_bytes(), self.limits.parts - self.parts);
        self.cut |= pieces.too_many;
        self.parts += pieces.parts.len();
        let parts = pieces
            .parts
            .iter()
            .map(|part| self.entity(part, default_type, depth + 1))
            .collect();
        entity.body = Body::Multipart {
            preamble: pieces.preamble,
            parts,
            epilogue: pieces.epilogue,
        };
        entity
    }
}

struct Pieces<'a> {
    preamble: &'a [u8],
    parts: Vec<&'a [u8]>,
    epilogue: &'a [u8],
    too_many: bool,
}

/// A line that separates parts.
struct Delimiter {
    /// Where the line end before it begins: it belongs to the delimiter (RFC 2046 §5.1.1).
    before: usize,
    /// Where the next line begins.
    after: usize,
    is_last: bool,
}

fn cut_at_boundaries<'a>(bytes: &'a [u8], boundary: &[u8], room: usize) -> Pieces<'a> {
    let range = |from: usize, to: usize| bytes.get(from..to.max(from)).unwrap_or_default();
    let mut pieces = Pieces {
        preamble: &[],
        parts: Vec::new(),
        epilogue: &[],
        too_many: false,
    };
    let mut begun: Option<usize> = None;
    let mut at = 0;
    while let Some(delimiter) = next_delimiter(bytes, at, boundary) {
        match begun {
            None => pieces.preamble = range(0, delimiter.before),
            Some(begin) => pieces.parts.push(range(begin, delimiter.before)),
        }
        if delimiter.is_last {
            pieces.epilogue = range(delimiter.after, bytes.len());
            return pieces;
        }
        at = delimiter.after;
        begun = Some(at);
        if pieces.parts.len() >= room {
            pieces.too_many = true;
            pieces.epilogue = range(at, bytes.len());
            return pieces;
        }
    }
    // the message ends before its parts do
    match begun {
        None => pieces.preamble = bytes,
        Some(begin) => pieces.parts.push(range(begin, bytes.len())),
    }
    pieces
}

fn next_delimiter(bytes: &[u8], from: usize, boundary: &[u8]) -> Option<Delimiter> {
    let finder = memchr::memmem::Finder::new(boundary);
    let mut search = from;
    loop {
        let found = search + finder.find(bytes.get(search..)?)?;
        search = found + 1;
        let Some(start) = found.checked_sub(2).filter(|start| *start >= from) else {
            continue;
        };
        let is_at_line_start = start == 0 || matches!(bytes.get(start - 1), Some(b'\n' | b'\r'));
        if !is_at_line_start || bytes.get(start..found) != Some(b"--") {
            continue;
        }
        let rest = bytes.get(found + boundary.len()..).unwrap_or_default();
        let is_last = rest.starts_with(b"--");
        // another boundary may begin with this one
        if !is_last && !matches!(rest.first(), None | Some(b'\r' | b'\n' | b' ' | b'\t')) {
            continue;
        }
        return Some(Delimiter {
            before: before_line_end(bytes, start, from),
            after: found + boundary.len() + line_length(rest),
            is_last,
        });
    }
}

/// Where the line end that stands before `at` begins, not before `floor`.
fn before_line_end(bytes: &[u8], at: usize, floor: usize) -> usize {
    let mut end = at;
    if end > floor && bytes.get(end - 1) == Some(&b'\n') {
        end -= 1;
    }
    if end > floor && bytes.get(end - 1) == Some(&b'\r') {
        end -= 1;
    }
    end
}

/// Length of the first line with its end: CR LF, LF, or CR alone.
pub(crate) fn line_length(bytes: &[u8]) -> usize {
    match memchr::memchr2(b'\r', b'\n', bytes) {
        None => bytes.len(),
        Some(at) if bytes.get(at..at + 2) == Some(b"\r\n") => at + 2,
        Some(at) => at + 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn shape(entity: &Entity<'_>) -> String {
        match &entity.body {
            Body::Leaf(content) => format!("{:?}", String::from_utf8_lossy(content)),
            Body::Multipart { parts, .. } => {
                format!("({})", parts.iter().map(shape).collect::<Vec<_>>().join(" "))
            }
        }
    }

    fn parse(text: &str) -> String {
        shape(&MimeParser::new(MimeLimits::default()).parse(text.as_bytes()))
    }

    #[test]
    fn a_boundary_that_begins_with_another_is_another() {
        let text = "Content-Type: multipart/mixed; boundary=\"b\"\n\n--b\nContent-Type: multipart/alternative; \
                    boundary=b-1\n\n--b-1\n\nin\n--b-1--\n--b ignored\n\nout\n--b--\nafter\n--b\n";
        assert_eq!(parse(text), "((\"in\") \"out\")");
    }

    #[test]
    fn the_outer_boundary_ends_an_inner_part_that_has_no_end() {
        let text = "Content-Type: multipart/mixed; boundary=o\r\n\r\n--o\r\nContent-Type: multipart/related; \
                    boundary=i\r\n\r\nno part\r\n--o\r\n\r\n --o is text\r\n--o";
        assert_eq!(parse(text), "(() \" --o is text\" \"\")");
    }

    #[test]
    fn endless_nesting_stops() {
        let mut text = String::new();
        for level in 0..2_000 {
            text.push_str(&format!(
                "Content-Type: multipart/mixed; boundary=b{level}x\n\n--b{level}x\n"
            ));
        }
        let mut parser = MimeParser::new(MimeLimits::default());
        let entity = parser.parse(text.as_bytes());
        assert!(parser.cut);
        assert!(shape(&entity).starts_with(&"(".repeat(32)));
    }

    #[test]
    fn endless_parts_stop() {
        let text = format!(
            "Content-Type: multipart/mixed; boundary=b\n\n{}",
            "--b\n\nx\n".repeat(50)
        );
        let mut parser = MimeParser::new(MimeLimits {
            parts: 10,
            ..MimeLimits::default()
        });
        let entity = parser.parse(text.as_bytes());
        assert!(parser.cut);
        let Body::Multipart { parts, epilogue, .. } = entity.body else {
            panic!("parts expected");
        };
        assert_eq!(parts.len(), 10);
        assert!(!epilogue.is_empty());
    }

    proptest! {
        #[test]
        fn any_lines_between_boundaries_are_kept(lines in proptest::collection::vec("[ -~]{0,30}", 0..6), end in "\r?\n") {
            let body = lines.join(&end);
            prop_assume!(!body.contains("--edge"));
            let text = format!("Content-Type: multipart/mixed; boundary=edge{end}{end}--edge{end}{end}{body}{end}--edge--{end}");
            prop_assert_eq!(parse(&text), format!("({body:?})"));
        }

        #[test]
        fn nothing_makes_it_fall(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            let mut text = b"Content-Type: multipart/mixed; boundary=\"-\"\n\n---\n".to_vec();
            text.extend(bytes);
            let _entity = MimeParser::new(MimeLimits::default()).parse(&text);
        }
    }
}
