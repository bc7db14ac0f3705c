//! What every reader works with: limits that are counted, numbers that are given, files inside that are entered.

use super::dispatch::reader_for;
use super::error::ReadError;
use super::input::Input;
use super::limits::ReadLimits;
use super::options::ExtractOptions;
use super::picture::PagePicture;
use super::readers;
use super::sink::{PartChoice, PartHead, Sink};
use crate::properties::Claim;
use lantai_domain::reading::{Omission, ReadPage, Step, Told};
use std::io::Cursor;

/// Step under which omissions of readers are told.
const STEP: &str = "text_layer";
/// Bytes of the name of a file inside.
const MAX_NAME: usize = 1024;
/// Bytes of what a file says of itself, each.
const MAX_TOLD: usize = 16 * 1024;
/// Omissions told; a file can have a fault on every page.
const MAX_OMISSIONS: u32 = 200;

/// What was used up of the limits, over the file and its parts.
#[derive(Debug, Default)]
pub(super) struct Used {
    pages: u32,
    characters: u64,
    parts: u32,
    parts_bytes: u64,
    told: u32,
    omissions: u32,
}

/// What a reader works with. Pages, parts and what the file says of itself go through it to the sink.
pub struct Context<'a> {
    claim: &'a Claim,
    options: &'a ExtractOptions,
    limits: &'a ReadLimits,
    sink: &'a mut dyn Sink,
    used: &'a mut Used,
    depth: u8,
    /// Pages of this file, wanted or not.
    own_pages: u32,
}

impl<'a> Context<'a> {
    pub(super) fn new(
        claim: &'a Claim,
        options: &'a ExtractOptions,
        limits: &'a ReadLimits,
        sink: &'a mut dyn Sink,
        used: &'a mut Used,
    ) -> Self {
        Self {
            claim,
            options,
            limits,
            sink,
            used,
            depth: 0,
            own_pages: 0,
        }
    }

    /// What identification said of the file that is read.
    pub fn claim(&self) -> &'a Claim {
        self.claim
    }

    /// What the reading was given.
    pub fn options(&self) -> &'a ExtractOptions {
        self.options
    }

    /// How much is read.
    pub fn limits(&self) -> &'a ReadLimits {
        self.limits
    }

    /// How deep the file that is read lies: 0 is the file itself, 1 a file inside.
    pub fn depth(&self) -> u8 {
        self.depth
    }

    /// Whether the next page is wanted; a reader that gets a page only by work asks first, and calls
    /// [`skip_page`](Self::skip_page) if not.
    pub fn wants_next_page(&self) -> bool {
        self.depth > 0 || self.options.wants(self.own_pages.saturating_add(1))
    }

    /// Passes over a page that nobody wants.
    pub fn skip_page(&mut self) {
        self.own_pages = self.own_pages.saturating_add(1);
        self.used.pages = self.used.pages.saturating_add(1);
    }

    /// Pages of this file so far, those skipped included.
    pub fn pages(&self) -> u32 {
        self.own_pages
    }

    /// The next page with its text. Its number is set here.
    pub fn page(&mut self, page: ReadPage) -> Result<(), ReadError> {
        if !self.wants_next_page() {
            self.skip_page();
            return Ok(());
        }
        let page = self.admit(page)?;
        self.sink.page(page)
    }

    /// The next page, which is a picture.
    pub fn picture_page(&mut self, page: ReadPage, picture: &mut dyn PagePicture) -> Result<(), ReadError> {
        if !self.wants_next_page() {
            self.skip_page();
            return Ok(());
        }
        let page = self.admit(page)?;
        self.sink.picture_page(page, picture)
    }

    fn admit(&mut self, mut page: ReadPage) -> Result<ReadPage, ReadError> {
        if self.used.pages >= self.limits.pages {
            return Err(self.enough(format!("more than {} pages", self.limits.pages)));
        }
        self.skip_page();
        page.n = self.used.pages;
        if page.text.len() > self.limits.page_characters
            && let Some((at, _)) = page.text.char_indices().nth(self.limits.page_characters)
        {
            page.text.truncate(at);
            page.lines.clear();
            self.omit_at(
                "reading.text_cut",
                format!("a page of more than {} characters", self.limits.page_characters),
                Some((page.n, page.n)),
            );
        }
        if page.lines.len() > self.limits.page_lines {
            page.lines = Vec::new();
        }
        self.used.characters += page.text.chars().count() as u64;
        if self.used.characters > self.limits.characters {
            return Err(self.enough(format!("more than {} characters", self.limits.characters)));
        }
        Ok(page)
    }

    fn enough(&mut self, detail: String) -> ReadError {
        self.omit("reading.enough", detail);
        ReadError::Enough
    }

    /// Something that the file says of itself, under a name such as `title`, `author`, `from`. Empty values are
    /// passed over.
    pub fn told(&mut self, name: &str, value: &str) {
        let mut value = value.replace('\0', "").trim().to_owned();
        if value.is_empty() || self.used.told >= self.limits.told || !self.wants_rest() {
            return;
        }
        value.truncate(value.floor_char_boundary(MAX_TOLD));
        self.used.told += 1;
        self.sink.told(Told {
            name: name.to_owned(),
            value,
        });
    }

    /// Whether what belongs to no page (told, parts) is wanted.
    pub fn wants_rest(&self) -> bool {
        self.depth > 0 || self.options.wants_rest()
    }

    /// A step that was done.
    pub fn step(&mut self, step: Step) {
        self.sink.step(step);
    }

    /// The step of taking the text out of the file with a program of this name and version; empty means this
    /// program itself.
    pub fn text_step(&mut self, program: &str, parameters: serde_json::Map<String, serde_json::Value>) {
        let program = if program.is_empty() {
            self.options.program.clone()
        } else {
            program.to_owned()
        };
        self.sink.step(Step {
            step: STEP.to_owned(),
            program,
            parameters,
            ..Step::default()
        });
    }

    /// Something of the file was left out, for a reason with a stable code.
    pub fn omit(&mut self, code: &str, detail: impl Into<String>) {
        self.omit_at(code, detail, None);
    }

    /// The same, of some pages.
    pub fn omit_at(&mut self, code: &str, detail: impl Into<String>, range: Option<(u32, u32)>) {
        if self.used.omissions >= MAX_OMISSIONS {
            return;
        }
        self.used.omissions += 1;
        let mut detail = detail.into();
        detail.truncate(detail.floor_char_boundary(MAX_NAME));
        self.sink.omit(Omission {
            step: STEP.to_owned(),
            code: code.to_owned(),
            detail,
            range,
        });
    }

    /// The number that the next page will have over the file and its parts.
    pub fn next_number(&self) -> u32 {
        self.used.pages.saturating_add(1)
    }

    /// A file inside: it is told, and read if it may be. A reader calls this after its own pages. What is wrong with
    /// the file inside is an omission; an error means that everything ends.
    ///
    /// `mime` is what the file says; empty where it says nothing.
    pub fn part(&mut self, name: &str, mime: &str, bytes: &[u8]) -> Result<(), ReadError> {
        if !self.wants_rest() {
            return Ok(());
        }
        let name = harmless(name);
        let size = bytes.len() as u64;
        if self.used.parts >= self.limits.parts {
            return Err(self.enough(format!("more than {} files inside", self.limits.parts)));
        }
        self.used.parts += 1;
        if size > self.limits.part_bytes || self.used.parts_bytes + size > self.limits.parts_bytes {
            self.omit("reading.part_too_large", format!("{name}: {size} bytes"));
            return Ok(());
        }
        self.used.parts_bytes += size;
        let identified = self.options.identifier.as_ref().and_then(|identifier| {
            let found = identifier.identify(&name, size, &mut Cursor::new(bytes)).ok()?;
            Some(Claim::from(&found))
        });
        let known = |mime: &&str| !mime.is_empty();
        let head = PartHead {
            mime: Some(mime)
                .filter(known)
                .or_else(|| identified.as_ref()?.mime.as_deref())
                .unwrap_or("application/octet-stream")
                .to_owned(),
            puid: identified.as_ref().and_then(|claim| claim.puid.clone()),
            bytes: size,
            depth: self.depth.saturating_add(1),
            name,
        };
        let choice = self.sink.begin_part(&head, bytes)?;
        let read = match identified {
            Some(claim) if choice == PartChoice::Read => self.enter(&head, bytes, claim, mime),
            _ => Ok(()),
        };
        let result = match read {
            Err(error) if error.ends_all() => Err(error),
            Err(error) => {
                self.omit(error.code(), format!("{}: {error}", head.name));
                Ok(())
            }
            Ok(()) => Ok(()),
        };
        self.sink.end_part();
        result
    }

    fn enter(
        &mut self,
        head: &PartHead,
        bytes: &[u8],
        mut claim: Claim,
        mime: &str,
    ) -> Result<(), ReadError> {
        if self.depth >= self.limits.depth {
            self.omit("reading.too_deep", format!("{} is not looked into", head.name));
            return Ok(());
        }
        if bytes.is_empty() {
            return Err(ReadError::Empty);
        }
        // what bytes do not tell, the sender may
        if claim.puid.is_none() && claim.mime.is_none() && !mime.is_empty() {
            claim.mime = Some(mime.to_owned());
        }
        let input = Input::from_bytes(head.name.clone(), bytes);
        let mut inner = Context {
            claim: &claim,
            options: self.options,
            limits: self.limits,
            sink: &mut *self.sink,
            used: &mut *self.used,
            depth: self.depth + 1,
            own_pages: 0,
        };
        inner.read(&input)
    }

    /// Reads a document with whatever reader knows it.
    pub(super) fn read(&mut self, input: &Input<'_>) -> Result<(), ReadError> {
        let reader = reader_for(self.claim, input)?.ok_or(ReadError::NoReader)?;
        readers::read(reader, input, self)
    }
}

/// A name from a file without what would fool the eye or a terminal.
fn harmless(name: &str) -> String {
    let is_turning = |character: char| matches!(character, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}');
    let mut name: String = name
        .chars()
        .filter(|character| !character.is_control() && !is_turning(*character))
        .take(MAX_NAME)
        .collect();
    name.truncate(name.floor_char_boundary(MAX_NAME));
    name
}
