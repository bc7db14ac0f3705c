//! Events of a document, one after the other.

use super::characters::{first_forbidden, is_space};
use super::namespaces::Namespaces;
use super::source::Source;
use super::tag::{ElementName, StartTag, forbidden, parse_tag, resolve_reference};
use super::{XmlFault, XmlLimits};
use quick_xml::Reader;
use quick_xml::events::Event;
use std::io::{BufRead, Read};

/// The namespace of XInclude.
const XINCLUDE: &str = "http://www.w3.org/2001/XInclude";
/// Bytes of text given at once.
const TEXT_CHUNK: usize = 64 * 1024;

/// What comes next in a document. Comments and the declaration are not told.
#[derive(Debug, PartialEq, Eq)]
pub enum XmlEvent<'a> {
    /// An element begins.
    Start(&'a StartTag),
    /// A piece of text, references replaced. A long text comes in several pieces, one after the other.
    Text(&'a str),
    /// An element ends; also one that was written as `<name/>`.
    End(&'a ElementName),
    /// A processing instruction, which nobody here obeys.
    Instruction {
        /// What it is for.
        target: &'a str,
        /// What it says.
        data: &'a str,
    },
}

struct Open {
    name: ElementName,
    bindings: usize,
}

enum Next {
    Start,
    Text,
    End,
    Instruction,
    Nothing,
}

/// Reads a document safely. See the module for what it refuses.
pub struct SafeReader<R: Read> {
    reader: Reader<Source<R>>,
    limits: XmlLimits,
    buffer: Vec<u8>,
    namespaces: Namespaces,
    open: Vec<Open>,
    elements: u64,
    line: u64,
    begun: bool,
    root_seen: bool,
    ended: bool,
    is_empty_element: bool,
    brackets: u8,
    start: StartTag,
    end: ElementName,
    text: String,
    data: String,
}

impl<R: Read> SafeReader<R> {
    /// Begins to read; the encoding is found out at once.
    pub fn new(inner: R, limits: XmlLimits) -> Result<Self, XmlFault> {
        let mut reader = Reader::from_reader(Source::open(inner, limits)?);
        reader.config_mut().enable_all_checks(true);
        let nameless = ElementName {
            namespace: None,
            prefix: String::new(),
            local: String::new(),
        };
        Ok(Self {
            reader,
            limits,
            buffer: Vec::new(),
            namespaces: Namespaces::new(),
            open: Vec::new(),
            elements: 0,
            line: 1,
            begun: false,
            root_seen: false,
            ended: false,
            is_empty_element: false,
            brackets: 0,
            start: StartTag {
                name: nameless.clone(),
                attributes: Vec::new(),
                declarations: Vec::new(),
            },
            end: nameless,
            text: String::new(),
            data: String::new(),
        })
    }

    /// The line on which the last event began, from 1.
    pub fn line(&self) -> u64 {
        self.line
    }

    /// How many elements are open.
    pub fn depth(&self) -> usize {
        self.open.len()
    }

    /// The next event; `None` at the end of a document that was sound to its end, and after a fault.
    pub fn next_event(&mut self) -> Result<Option<XmlEvent<'_>>, XmlFault> {
        let next = if self.ended {
            Ok(Next::Nothing)
        } else {
            self.advance()
        };
        let next = next.inspect_err(|_| self.ended = true)?;
        Ok(match next {
            Next::Start => Some(XmlEvent::Start(&self.start)),
            Next::Text => Some(XmlEvent::Text(&self.text)),
            Next::End => Some(XmlEvent::End(&self.end)),
            Next::Instruction => Some(XmlEvent::Instruction {
                target: &self.text,
                data: &self.data,
            }),
            Next::Nothing => {
                self.ended = true;
                None
            }
        })
    }

    /// Reads past the end of the element that began last.
    pub fn skip_element(&mut self) -> Result<(), XmlFault> {
        let outside = self.depth().saturating_sub(1);
        while self.depth() > outside {
            if self.next_event()?.is_none() {
                break;
            }
        }
        Ok(())
    }

    fn advance(&mut self) -> Result<Next, XmlFault> {
        if self.is_empty_element {
            self.is_empty_element = false;
            self.close();
            return Ok(Next::End);
        }
        loop {
            self.reader.get_mut().begin_piece();
            self.line = self.reader.get_ref().line();
            if self.read_text()? {
                self.begun = true;
                if self.open.is_empty() {
                    if !self.text.chars().all(is_space) {
                        return Err(self.wrong("there is text outside the root element"));
                    }
                    continue;
                }
                return Ok(Next::Text);
            }
            if let Some(next) = self.read_markup()? {
                return Ok(next);
            }
        }
    }

    /// Reads the text up to the next markup, or a piece of it; whether there was any.
    fn read_text(&mut self) -> Result<bool, XmlFault> {
        self.text.clear();
        let line = self.line;
        let mut stream = self.reader.stream();
        let Ok(available) = stream.fill_buf() else {
            return Err(self.source_fault("the document cannot be read on"));
        };
        let end = memchr::memchr2(b'<', b'&', available).unwrap_or(available.len());
        let mut piece = available.get(..end.min(TEXT_CHUNK)).unwrap_or_default();
        if piece.is_empty() {
            self.brackets = 0;
            return Ok(false);
        }
        let text = match std::str::from_utf8(piece) {
            Ok(text) => text,
            Err(error) => {
                // a character is cut in two where the piece ends
                piece = piece.get(..error.valid_up_to()).unwrap_or_default();
                std::str::from_utf8(piece).unwrap_or_default()
            }
        };
        self.text.push_str(text);
        let count = piece.len();
        stream.consume(count);
        if count == 0 {
            return Err(self.wrong("a character is cut off"));
        }
        if let Some(letter) = first_forbidden(&self.text) {
            return Err(forbidden(letter, line));
        }
        if self.ends_a_section() {
            return Err(self.wrong("]]> stands in a text"));
        }
        Ok(true)
    }

    /// Whether `]]>` stands in the text just read, or ends in it.
    fn ends_a_section(&mut self) -> bool {
        let text = self.text.as_bytes();
        let across = match self.brackets {
            2 => text.starts_with(b">"),
            1 => text.starts_with(b"]>"),
            _ => false,
        };
        let at_end = text.iter().rev().take_while(|byte| **byte == b']').count();
        let before = if at_end == text.len() {
            usize::from(self.brackets)
        } else {
            0
        };
        self.brackets = u8::try_from((before + at_end).min(2)).unwrap_or(2);
        across || memchr::memmem::find(text, b"]]>").is_some()
    }

    /// Reads a tag, comment, section, instruction or reference. `None`: it is not told.
    fn read_markup(&mut self) -> Result<Option<Next>, XmlFault> {
        self.buffer.clear();
        let mut buffer = std::mem::take(&mut self.buffer);
        let event = self.reader.read_event_into(&mut buffer);
        let next = match event {
            Ok(event) => self.take(event),
            Err(error) => Err(self.parser_fault(&error)),
        };
        let is_doctype = buffer
            .get(..3)
            .is_some_and(|start| start.eq_ignore_ascii_case(b"<!d"));
        self.buffer = buffer;
        self.begun = true;
        match next {
            // also a definition that is too large or not well-formed is a definition
            Err(XmlFault::NotWellFormed { .. } | XmlFault::TooLarge { .. }) if is_doctype => {
                Err(XmlFault::Doctype { line: self.line })
            }
            next => next,
        }
    }

    fn take(&mut self, event: Event<'_>) -> Result<Option<Next>, XmlFault> {
        match event {
            Event::Start(tag) => self.open_element(&tag, false).map(Some),
            Event::Empty(tag) => self.open_element(&tag, true).map(Some),
            Event::End(_) => {
                self.close();
                Ok(Some(Next::End))
            }
            Event::CData(section) => self.take_section(&section),
            Event::Text(text) if text.chars().all(is_space) => Ok(None),
            Event::Text(_) => Err(self.wrong("there is text outside the root element")),
            Event::Comment(comment) => match first_forbidden(&comment) {
                Some(letter) => Err(forbidden(letter, self.line)),
                None => Ok(None),
            },
            Event::Decl(declaration) => self.take_declaration(&declaration),
            Event::PI(instruction) => self.take_instruction(instruction.target(), instruction.content()),
            Event::DocType(_) => Err(XmlFault::Doctype { line: self.line }),
            Event::GeneralRef(reference) => {
                let letter = resolve_reference(&reference, self.line)?;
                if self.open.is_empty() {
                    return Err(self.wrong("there is text outside the root element"));
                }
                self.text.clear();
                self.text.push(letter);
                Ok(Some(Next::Text))
            }
            Event::Eof if !self.open.is_empty() => {
                Err(self.wrong("the document ends before its elements do"))
            }
            Event::Eof if !self.root_seen => Err(self.wrong("there is no root element")),
            Event::Eof => Ok(Some(Next::Nothing)),
        }
    }

    fn open_element(&mut self, content: &str, is_empty: bool) -> Result<Next, XmlFault> {
        if self.open.is_empty() && self.root_seen {
            return Err(self.wrong("there is a second root element"));
        }
        if self.open.len() >= self.limits.depth {
            return Err(XmlFault::TooDeep {
                line: self.line,
                limit: self.limits.depth,
            });
        }
        self.elements += 1;
        if self.elements > self.limits.elements {
            return Err(XmlFault::TooLarge {
                line: self.line,
                what: "the elements are",
                limit: self.limits.elements,
            });
        }
        self.root_seen = true;
        let bindings = self.namespaces.mark();
        self.start = parse_tag(content, &mut self.namespaces, &self.limits, self.line)?;
        if self.start.name.namespace.as_deref() == Some(XINCLUDE) {
            return Err(XmlFault::Include { line: self.line });
        }
        self.open.push(Open {
            name: self.start.name.clone(),
            bindings,
        });
        self.is_empty_element = is_empty;
        Ok(Next::Start)
    }

    fn close(&mut self) {
        if let Some(open) = self.open.pop() {
            self.namespaces.release(open.bindings);
            self.end = open.name;
        }
    }

    fn take_section(&mut self, section: &str) -> Result<Option<Next>, XmlFault> {
        if self.open.is_empty() {
            return Err(self.wrong("there is text outside the root element"));
        }
        if let Some(letter) = first_forbidden(section) {
            return Err(forbidden(letter, self.line));
        }
        if section.is_empty() {
            return Ok(None);
        }
        self.text.clear();
        self.text.push_str(section);
        Ok(Some(Next::Text))
    }

    fn take_declaration(&mut self, declaration: &str) -> Result<Option<Next>, XmlFault> {
        if self.begun {
            return Err(self.wrong("the XML declaration does not stand at the beginning"));
        }
        // it has the form of a tag: a name and attributes, of which the names and their order are fixed
        let tag = parse_tag(declaration, &mut Namespaces::new(), &self.limits, self.line)?;
        let names: Vec<&str> = tag
            .attributes
            .iter()
            .map(|attribute| attribute.name.as_str())
            .collect();
        let is_known = matches!(
            names.as_slice(),
            ["version"]
                | ["version", "encoding"]
                | ["version", "standalone"]
                | ["version", "encoding", "standalone"]
        );
        let standalone = tag.attribute("standalone").unwrap_or("yes");
        if !is_known || tag.attribute("version") != Some("1.0") || !matches!(standalone, "yes" | "no") {
            return Err(self.wrong("the XML declaration is not one of XML 1.0"));
        }
        Ok(None)
    }

    fn take_instruction(&mut self, target: &str, data: &str) -> Result<Option<Next>, XmlFault> {
        if target.eq_ignore_ascii_case("xml") || !super::characters::is_plain_name(target) {
            return Err(self.wrong("a processing instruction has no proper name"));
        }
        if let Some(letter) = first_forbidden(data) {
            return Err(forbidden(letter, self.line));
        }
        self.text.clear();
        self.text.push_str(target);
        self.data.clear();
        self.data.push_str(data.trim_start_matches(is_space));
        Ok(Some(Next::Instruction))
    }

    fn wrong(&self, reason: &str) -> XmlFault {
        XmlFault::NotWellFormed {
            line: self.line,
            reason: reason.to_owned(),
        }
    }

    fn source_fault(&mut self, otherwise: &str) -> XmlFault {
        let fault = self.reader.get_mut().take_fault();
        fault.unwrap_or_else(|| self.wrong(otherwise))
    }

    fn parser_fault(&mut self, error: &quick_xml::Error) -> XmlFault {
        match error {
            quick_xml::Error::Io(error) => self.source_fault(&error.to_string()),
            error => self.wrong(&error.to_string()),
        }
    }
}
