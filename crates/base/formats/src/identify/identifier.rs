//! Puts signatures, containers, text and extension together into one answer.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;

use super::automaton::Windows;
use super::ole_directory::OleDirectory;
use super::pattern::{Pattern, Place};
use super::publication::PublicationError;
use super::registry::{ContainerRule, Format, FormatKind, Registry, RegistryError};
use super::rule_file::ContainerType;
use super::window::{HEAD_BYTES, TAIL_BYTES};
use super::zip_directory::{MAX_MEMBER_BYTES, ZipDirectory, ZipEntry};
use super::{Basis, Identification, Warning, pdf_packet};
use crate::text;

/// Bytes of a text by which its encoding is told.
const TEXT_BYTES: usize = 64 * 1024;

/// A file that can be read from any place.
pub trait ReadSeek: Read + Seek {}

impl<T: Read + Seek> ReadSeek for T {}

/// Names the format of files. Cheap to clone, safe to share between threads.
#[derive(Debug, Clone)]
pub struct Identifier {
    registry: Arc<Registry>,
}

/// What is known of the content of one file.
struct Content<'a> {
    head: &'a [u8],
    tail: &'a [u8],
    packet: Vec<u8>,
}

impl Content<'_> {
    fn matches(&self, pattern: &Pattern) -> bool {
        match pattern.place() {
            Place::Head => pattern.matches(self.head),
            Place::Tail => pattern.matches(self.tail),
            Place::Anywhere => [self.head, &self.packet, self.tail]
                .iter()
                .any(|window| pattern.matches(window)),
        }
    }
}

impl Identifier {
    /// With the rules that ship with the program.
    pub fn builtin() -> Result<Self, RegistryError> {
        let registry = Registry::builtin()?;
        Ok(Self { registry })
    }

    /// With the newest publications of PRONOM that an operator put into a folder, in place of those that ship
    /// with the program. What cannot be used is told, and left out.
    pub fn with_publications(folder: &Path) -> Result<(Self, Vec<PublicationError>), RegistryError> {
        let (registry, faults) = Registry::with_publications(folder)?;
        Ok((Self { registry }, faults))
    }

    /// With rules of one's own.
    pub fn new(registry: Registry) -> Self {
        Self {
            registry: Arc::new(registry),
        }
    }

    /// The rules in use.
    pub fn registry(&self) -> &Registry {
        &self.registry
    }

    /// Names the format of a file on disk by content and name. What is no regular file (a folder, a pipe, a device)
    /// is an error, for reading it might never end.
    pub fn identify_file(&self, path: &Path) -> io::Result<Identification> {
        let mut file = File::open(path)?;
        let about = file.metadata()?;
        if !about.is_file() {
            let what = "not a regular file";
            return Err(io::Error::new(io::ErrorKind::InvalidInput, what));
        }
        self.identify(path.file_name().unwrap_or_default(), about.len(), &mut file)
    }

    /// Names the format of a file of `size` bytes. `name` helps where the content leaves a choice; its extension
    /// is compared with what was found. An error means that reading failed, and says nothing about the format.
    pub fn identify<R: Read + Seek>(
        &self,
        name: impl AsRef<OsStr>,
        size: u64,
        reader: &mut R,
    ) -> io::Result<Identification> {
        let mut head = Vec::new();
        reader.seek(SeekFrom::Start(0))?;
        reader.by_ref().take(HEAD_BYTES as u64).read_to_end(&mut head)?;
        let mut tail = Vec::new();
        let tail_start = size.saturating_sub(TAIL_BYTES as u64);
        if tail_start == 0 && size <= HEAD_BYTES as u64 {
            tail.clone_from(&head);
        } else {
            reader.seek(SeekFrom::Start(tail_start))?;
            reader.by_ref().take(TAIL_BYTES as u64).read_to_end(&mut tail)?;
        }
        self.decide(name.as_ref(), size, &head, &tail, &mut |look| look(reader))
    }

    /// The same from windows collected while the file streamed by ([`HeadTail`](super::HeadTail)). `reopen` is
    /// asked only for containers and for long PDF files.
    pub fn identify_parts(
        &self,
        name: impl AsRef<OsStr>,
        size: u64,
        head: &[u8],
        tail: &[u8],
        reopen: &mut dyn FnMut() -> io::Result<Box<dyn ReadSeek>>,
    ) -> io::Result<Identification> {
        self.decide(name.as_ref(), size, head, tail, &mut |look| look(&mut *reopen()?))
    }

    fn decide(
        &self,
        name: &OsStr,
        size: u64,
        head: &[u8],
        tail: &[u8],
        with_reader: &mut WithReader<'_>,
    ) -> io::Result<Identification> {
        let extension = Path::new(name)
            .extension()
            .and_then(OsStr::to_str)
            .map(str::to_lowercase)
            .unwrap_or_default();
        if size == 0 || head.is_empty() {
            let mut answer = self.by_name(&extension).unwrap_or_else(Identification::unknown);
            answer.warnings = vec![Warning::Empty];
            return Ok(answer);
        }
        let mut content = Content {
            head,
            tail,
            packet: Vec::new(),
        };
        if size > head.len().saturating_add(tail.len()) as u64 && pdf_packet::is_pdf(head) {
            with_reader(&mut |reader| {
                content.packet = pdf_packet::find(reader, size)?;
                Ok(())
            })?;
        }
        let mut warnings = Vec::new();
        let mut matched = self.by_signature(&content);
        let mut basis = Basis::Signature;
        let inside = self.by_container(&content, size, with_reader, &mut warnings)?;
        if !inside.is_empty() {
            // What lies inside says more than that there is a container.
            basis = Basis::Container;
            matched = inside;
        }
        self.registry.keep_most_special(&mut matched);
        if let Some(answer) = self.choose(&matched, &extension, basis, head, &mut warnings) {
            return Ok(answer);
        }
        Ok(self.without_signature(&extension, head, warnings))
    }

    fn by_signature(&self, content: &Content<'_>) -> Vec<usize> {
        let mut matched: Vec<usize> = Vec::new();
        let windows = Windows {
            head: content.head,
            middle: &content.packet,
            tail: content.tail,
        };
        for signature in self.registry.candidates(windows) {
            if !matched.contains(&signature.format)
                && signature.patterns.iter().all(|pattern| content.matches(pattern))
            {
                matched.push(signature.format);
            }
        }
        matched
    }

    fn by_container(
        &self,
        content: &Content<'_>,
        size: u64,
        with_reader: &mut WithReader<'_>,
        warnings: &mut Vec<Warning>,
    ) -> io::Result<Vec<usize>> {
        let mut matched = Vec::new();
        let is_zip = content.head.starts_with(b"PK\x03\x04") || content.head.starts_with(b"PK\x05\x06");
        if is_zip {
            with_reader(&mut |reader| {
                match ZipDirectory::read(reader, size)? {
                    Some(directory) => {
                        if directory.entries.iter().any(|entry| entry.encrypted) {
                            warnings.push(Warning::Encrypted);
                        }
                        matched = self.in_zip(&directory, reader)?;
                    }
                    None => warnings.push(Warning::ContainerDamaged),
                }
                Ok(())
            })?;
        } else if content
            .head
            .starts_with(&[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1])
        {
            with_reader(&mut |reader| {
                match OleDirectory::read(reader)? {
                    Some(directory) => matched = self.in_ole(&directory, reader)?,
                    None => warnings.push(Warning::ContainerDamaged),
                }
                Ok(())
            })?;
        }
        Ok(matched)
    }

    fn in_zip(&self, directory: &ZipDirectory, reader: &mut dyn ReadSeek) -> io::Result<Vec<usize>> {
        // Of thousands of members only the few count that rules speak of.
        let mut members: HashMap<&str, &ZipEntry> = HashMap::new();
        for entry in &directory.entries {
            if let Some(path) = self.registry.zip_path(&entry.name) {
                members.entry(path).or_insert(entry);
            }
        }
        let mut cache = Cache::new();
        self.matching_containers(ContainerType::Zip, &mut |path| {
            let Some(entry) = members.get(path) else {
                return Ok(None);
            };
            cached(&mut cache, path, || entry.read_beginning(reader)).map(Some)
        })
    }

    fn in_ole(&self, directory: &OleDirectory, reader: &mut dyn ReadSeek) -> io::Result<Vec<usize>> {
        let mut cache = Cache::new();
        self.matching_containers(ContainerType::Ole2, &mut |path| {
            // The rules name a stream by its way from the root; the directory is flat, the last part decides.
            let last = path.rsplit('/').next().unwrap_or(path);
            let Some(entry) = directory.find(last) else {
                return Ok(None);
            };
            cached(&mut cache, path, || directory.read_beginning(reader, entry)).map(Some)
        })
    }

    fn matching_containers(
        &self,
        container: ContainerType,
        open: &mut OpenMember<'_>,
    ) -> io::Result<Vec<usize>> {
        let mut matched: Vec<usize> = Vec::new();
        for rule in self.registry.containers(container) {
            if !matched.contains(&rule.format) && container_matches(rule, open)? {
                matched.push(rule.format);
            }
        }
        Ok(matched)
    }

    fn choose(
        &self,
        matched: &[usize],
        extension: &str,
        basis: Basis,
        head: &[u8],
        warnings: &mut Vec<Warning>,
    ) -> Option<Identification> {
        let formats: Vec<&Format> = matched
            .iter()
            .filter_map(|index| self.registry.at(*index))
            .collect();
        let by_extension = formats
            .iter()
            .copied()
            .find(|format| has_extension(format, extension));
        let format = by_extension.or_else(|| formats.first().copied())?;
        if formats.len() > 1 {
            let puids = formats.iter().map(|format| format.puid.clone()).collect();
            warnings.push(Warning::Ambiguous { puids });
        }
        if let Some(warning) = mismatch(format, extension) {
            warnings.push(warning);
        }
        let mut answer = answer(format, basis);
        let may_be_text = matches!(
            format.kind,
            FormatKind::Text | FormatKind::Data | FormatKind::Web | FormatKind::Mail
        ) || format.kind == FormatKind::Executable
            || format.mime.as_deref() == Some("image/svg+xml");
        if may_be_text {
            answer.charset = readable_charset(head).map(text::Charset::name);
        }
        answer.warnings = std::mem::take(warnings);
        Some(answer)
    }

    /// No mark was found: text, or the extension alone, or nothing.
    fn without_signature(&self, extension: &str, head: &[u8], mut warnings: Vec<Warning>) -> Identification {
        let mut answer = if let Some(charset) = readable_charset(head) {
            let markup = self.markup_without_declaration(extension, head, charset);
            let mut answer = match markup.or_else(|| self.text_by_name(extension)) {
                Some(claim) => claim,
                None => {
                    let Some(plain) = self.registry.format("x-fmt/111") else {
                        return Identification::unknown();
                    };
                    let claims_other = self.registry.with_extension(extension).iter().any(|index| {
                        self.registry
                            .at(*index)
                            .is_some_and(|format| format.has_signature)
                    });
                    if claims_other && !has_extension(plain, extension) {
                        warnings.extend(mismatch(plain, extension));
                    }
                    answer(plain, Basis::Text)
                }
            };
            answer.basis = Basis::Text;
            answer.charset = Some(charset.name());
            answer
        } else if let Some(answer) = self.by_name(extension) {
            let has_signature = answer
                .puid
                .as_deref()
                .and_then(|puid| self.registry.format(puid))
                .is_some_and(|format| format.has_signature);
            warnings.push(if has_signature {
                Warning::SignatureMissing
            } else {
                Warning::ExtensionOnly
            });
            answer
        } else {
            Identification::unknown()
        };
        answer.warnings = warnings;
        answer
    }

    /// The format that the extension stands for, where the content is no help: one that archives take and that
    /// has no signature to be missed, else one that has.
    fn by_name(&self, extension: &str) -> Option<Identification> {
        let formats: Vec<&Format> = self.claimed_by(extension).collect();
        let without_signature = formats
            .iter()
            .find(|format| format.filing && !format.has_signature);
        let usual = || formats.iter().find(|format| format.filing);
        let any = || formats.iter().find(|format| format.has_signature);
        let format = without_signature
            .or_else(usual)
            .or_else(any)
            .or(formats.first())?;
        Some(answer(format, Basis::Extension))
    }

    /// The kind of text that the extension stands for.
    fn text_by_name(&self, extension: &str) -> Option<Identification> {
        let format = self
            .claimed_by(extension)
            .find(|format| may_be_plain_text(format))?;
        Some(answer(format, Basis::Text))
    }

    fn claimed_by(&self, extension: &str) -> impl Iterator<Item = &Format> {
        self.registry
            .with_extension(extension)
            .iter()
            .filter_map(|index| self.registry.at(*index))
    }

    /// XML without a declaration and HTML without a root element are what their extension says, if they begin
    /// with a tag.
    fn markup_without_declaration(
        &self,
        extension: &str,
        head: &[u8],
        charset: text::Charset,
    ) -> Option<Identification> {
        let (_, puid) = MARKUP.iter().find(|(known, _)| *known == extension)?;
        let beginning = charset.decode(head.get(..head.len().min(4096))?).text;
        let format = self
            .registry
            .format(puid)
            .filter(|_| beginning.trim_start().starts_with('<'))?;
        Some(answer(format, Basis::Text))
    }
}

/// The encoding of a text by its beginning; `None` where it is no text.
fn readable_charset(head: &[u8]) -> Option<text::Charset> {
    let beginning = head.get(..TEXT_BYTES).unwrap_or(head);
    let first = beginning.get(..4096).unwrap_or(beginning);
    // Control characters are in no text, but in one of two bytes each; and that has zeros too, in its line ends.
    let is_control = |byte: &u8| matches!(byte, 1..=8 | 0x10..=0x19 | 0x1C..=0x1F);
    let is_binary = first.iter().any(is_control) && !first.contains(&0);
    if is_binary && !first.starts_with(&[0xFF, 0xFE]) && !first.starts_with(&[0xFE, 0xFF]) {
        return None;
    }
    text::readable_charset(beginning)
}

fn may_be_plain_text(format: &Format) -> bool {
    let kind = matches!(
        format.kind,
        FormatKind::Text | FormatKind::Data | FormatKind::Web | FormatKind::Mail | FormatKind::Executable
    );
    !format.has_signature && kind && !BINARY_BY_NAME.contains(&format.puid.as_str())
}

/// Formats without a signature that are no text: text with their extension is plain text.
const BINARY_BY_NAME: [&str; 8] = [
    "x-fmt/6",
    "x-fmt/7",
    "x-fmt/242",
    "x-fmt/272",
    "x-fmt/380",
    "fmt/682",
    "x-fmt/243",
    "x-fmt/319",
];

/// Formats whose special marks may be missing in a file that a person would still call by this name.
const MARKUP: [(&str, &str); 4] = [
    ("xml", "fmt/101"),
    ("xsd", "x-fmt/280"),
    ("html", "fmt/96"),
    ("htm", "fmt/96"),
];

type WithReader<'a> = dyn FnMut(&mut dyn FnMut(&mut dyn ReadSeek) -> io::Result<()>) -> io::Result<()> + 'a;
/// Gives the beginning of a member, if the container has it.
type OpenMember<'a> = dyn FnMut(&str) -> io::Result<Option<Rc<[u8]>>> + 'a;
/// Beginnings of members that were read, by path.
type Cache = HashMap<String, Rc<[u8]>>;

fn cached(cache: &mut Cache, path: &str, read: impl FnOnce() -> io::Result<Vec<u8>>) -> io::Result<Rc<[u8]>> {
    if let Some(bytes) = cache.get(path) {
        return Ok(Rc::clone(bytes));
    }
    let bytes: Rc<[u8]> = read()?.into();
    cache.insert(path.to_owned(), Rc::clone(&bytes));
    Ok(bytes)
}

fn container_matches(rule: &ContainerRule, open: &mut OpenMember<'_>) -> io::Result<bool> {
    for member in &rule.members {
        let Some(bytes) = open(&member.path)? else {
            return Ok(false);
        };
        // Of a member that was cut off the end is not known.
        let is_whole = bytes.len() < MAX_MEMBER_BYTES as usize;
        let fits =
            |pattern: &Pattern| (is_whole || pattern.place() != Place::Tail) && pattern.matches(&bytes);
        if !member.patterns.iter().all(fits) {
            return Ok(false);
        }
    }
    Ok(!rule.members.is_empty())
}

fn answer(format: &Format, basis: Basis) -> Identification {
    Identification {
        puid: Some(format.puid.clone()),
        name: Some(format.name.clone()),
        version: format.version.clone(),
        mime: format.mime.clone(),
        basis,
        kind: format.kind,
        filing: format.filing,
        long_term: format.long_term,
        ..Identification::unknown()
    }
}

fn has_extension(format: &Format, extension: &str) -> bool {
    format.extensions.iter().any(|known| known == extension)
}

fn mismatch(format: &Format, extension: &str) -> Option<Warning> {
    if extension.is_empty() || format.extensions.is_empty() || has_extension(format, extension) {
        return None;
    }
    Some(Warning::ExtensionMismatch {
        extension: extension.to_owned(),
        expected: format.extensions.clone(),
    })
}

#[cfg(test)]
mod tests;
