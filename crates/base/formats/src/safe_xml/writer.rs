//! Documents written plainly: every name as it was given, every text escaped, no character that XML does not have.

use super::characters::{first_forbidden, is_plain_name};
use std::io::{self, Read, Write};

/// Bytes of content encoded at a time; a multiple of three, so that the pieces join.
const BASE64_CHUNK: usize = 48 * 1024;

/// Writes a document in UTF-8. The caller writes the elements in order; the writer sees that they close.
pub struct XmlWriter<W: Write> {
    inner: W,
    open: Vec<String>,
    is_indented: bool,
    holds_text: bool,
}

/// Whether a text may stand in a document: it has no control characters except tabulator and line ends.
pub fn is_allowed_text(text: &str) -> bool {
    first_forbidden(text).is_none()
}

impl<W: Write> XmlWriter<W> {
    /// Begins a document with the declaration; `is_indented` puts each element on a line of its own.
    pub fn new(mut inner: W, is_indented: bool) -> io::Result<Self> {
        inner.write_all(b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n")?;
        Ok(Self {
            inner,
            open: Vec::new(),
            is_indented,
            holds_text: false,
        })
    }

    /// Begins a part of a document, without the declaration.
    pub fn fragment(inner: W) -> Self {
        Self {
            inner,
            open: Vec::new(),
            is_indented: false,
            holds_text: false,
        }
    }

    /// Begins an element.
    pub fn start(&mut self, name: &str, attributes: &[(&str, &str)]) -> io::Result<()> {
        self.tag(name, attributes, ">")?;
        self.open.push(name.to_owned());
        self.holds_text = false;
        Ok(())
    }

    /// Ends the element that was begun last.
    pub fn end(&mut self) -> io::Result<()> {
        let Some(name) = self.open.pop() else {
            return Err(invalid("no element is open"));
        };
        if self.is_indented && !self.holds_text {
            self.break_line()?;
        }
        self.holds_text = false;
        write!(self.inner, "</{name}>")
    }

    /// Writes text into the element that is open; what XML cannot hold is an error of kind `InvalidData`.
    pub fn text(&mut self, text: &str) -> io::Result<()> {
        self.holds_text = true;
        let escaped = escape(text, false)?;
        self.inner.write_all(escaped.as_bytes())
    }

    /// Writes an element that holds only text.
    pub fn element(&mut self, name: &str, text: &str) -> io::Result<()> {
        self.element_with(name, &[], text)
    }

    /// Writes an element that holds only text, with attributes.
    pub fn element_with(&mut self, name: &str, attributes: &[(&str, &str)], text: &str) -> io::Result<()> {
        self.start(name, attributes)?;
        self.text(text)?;
        self.end()
    }

    /// Writes bytes as Base64 into the element that is open, as they come; says how many bytes there were.
    pub fn base64(&mut self, source: &mut dyn Read) -> io::Result<u64> {
        use base64::Engine as _;
        self.holds_text = true;
        let (mut chunk, mut total) = (vec![0; BASE64_CHUNK], 0);
        loop {
            let mut filled = 0;
            while filled < chunk.len() {
                match source.read(&mut chunk[filled..]) {
                    Ok(0) => break,
                    Ok(count) => filled += count,
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    Err(error) => return Err(error),
                }
            }
            let encoded = base64::engine::general_purpose::STANDARD.encode(&chunk[..filled]);
            self.inner.write_all(encoded.as_bytes())?;
            total += filled as u64;
            if filled < chunk.len() {
                return Ok(total);
            }
        }
    }

    /// What lies below; for bytes that are XML already.
    pub fn inner(&mut self) -> &mut W {
        &mut self.inner
    }

    /// Ends the document; an element that is still open is an error.
    pub fn finish(mut self) -> io::Result<W> {
        if let Some(name) = self.open.last() {
            return Err(invalid(&format!("the element {name} does not end")));
        }
        self.inner.write_all(b"\n")?;
        self.inner.flush()?;
        Ok(self.inner)
    }

    fn tag(&mut self, name: &str, attributes: &[(&str, &str)], end: &str) -> io::Result<()> {
        check_name(name)?;
        if self.is_indented && !self.holds_text && !self.open.is_empty() {
            self.break_line()?;
        }
        write!(self.inner, "<{name}")?;
        for (name, value) in attributes {
            check_name(name)?;
            write!(self.inner, " {name}=\"{}\"", escape(value, true)?)?;
        }
        self.inner.write_all(end.as_bytes())
    }

    fn break_line(&mut self) -> io::Result<()> {
        self.inner.write_all(b"\n")?;
        for _ in &self.open {
            self.inner.write_all(b"  ")?;
        }
        Ok(())
    }
}

fn check_name(name: &str) -> io::Result<()> {
    let mut parts = name.split(':');
    let is_name = parts.all(is_plain_name) && name.matches(':').count() < 2;
    if is_name {
        Ok(())
    } else {
        Err(invalid(&format!("{name:?} is no name")))
    }
}

fn escape(text: &str, in_attribute: bool) -> io::Result<String> {
    if let Some(letter) = first_forbidden(text) {
        let reason = format!("the character U+{:04X} cannot stand in XML", u32::from(letter));
        return Err(invalid(&reason));
    }
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '&' => escaped.push_str("&amp;"),
            '"' if in_attribute => escaped.push_str("&quot;"),
            '\n' if in_attribute => escaped.push_str("&#10;"),
            '\t' if in_attribute => escaped.push_str("&#9;"),
            '\r' => escaped.push_str("&#13;"),
            letter => escaped.push(letter),
        }
    }
    Ok(escaped)
}

fn invalid(reason: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, reason.to_owned())
}
