//! What lies in a ZIP: which kind of document it is, and members read with a common limit.

use super::file_properties::Claim;
use super::source::Source;
use super::xml_file::{self, XmlFault, XmlNode};
use super::{Depth, ExamineLimits, FaultKind, FileProperties, ofd, office};
use crate::bagit::{Algorithm, Hasher};
use crate::identify::{ReadSeek, ZipDirectory};
use std::collections::BTreeMap;
use std::io::{self, BufReader, Read};
use zip::ZipArchive;
use zip::result::ZipError;

/// Members of a document; a bomb has more.
const MAX_MEMBERS: usize = 100_000;

pub(crate) fn examine(
    claim: &Claim,
    source: &mut Source<'_>,
    limits: &ExamineLimits,
) -> io::Result<FileProperties> {
    let mut properties = FileProperties {
        depth: Depth::Structure,
        ..FileProperties::default()
    };
    let size = source.size();
    let Some(directory) = ZipDirectory::read(source.from(0)?, size)? else {
        return Ok(properties.broken(FaultKind::Truncated, "its directory at the end is missing"));
    };
    if directory.entries.iter().any(|entry| entry.encrypted) {
        properties.encrypted = true;
        return Ok(properties.broken(FaultKind::Encrypted, "its members need a password"));
    }
    if directory.entries.iter().any(|entry| entry.ends_after(size)) {
        return Ok(properties.broken(FaultKind::Damaged, "members lie beyond the end"));
    }
    let has = |name: &str| directory.find(name).is_some();
    let is_ofd = has("OFD.xml") || claim.mime_is("application/ofd");
    let is_ooxml = has("[Content_Types].xml");
    let is_odf = has("META-INF/manifest.xml") && has("content.xml");
    if !(is_ofd || is_ooxml || is_odf) {
        return Ok(properties);
    }
    let mut members = match Members::open(source, limits) {
        Ok(members) => members,
        Err(detail) => return Ok(properties.broken(FaultKind::Damaged, detail)),
    };
    if is_ofd {
        ofd::examine(&mut members, limits, &mut properties);
    } else if is_ooxml {
        office::examine_ooxml(&mut members, limits, &mut properties);
    } else {
        office::examine_odf(&mut members, limits, &mut properties);
    }
    members.check_all(&mut properties);
    Ok(properties)
}

/// One element of a small XML document.
#[derive(Debug, Default)]
pub(crate) struct Element {
    /// Name without prefix.
    pub(crate) name: String,
    /// Attributes, names without prefix.
    pub(crate) attributes: Vec<(String, String)>,
    /// Text directly in it.
    pub(crate) text: String,
}

impl Element {
    pub(crate) fn attribute(&self, name: &str) -> Option<&str> {
        let found = self.attributes.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }
}

/// The members of a ZIP.
pub(crate) struct Members<'a> {
    archive: ZipArchive<&'a mut dyn ReadSeek>,
    /// Names, as they are written, by their lower case.
    names: BTreeMap<String, String>,
    /// Bytes that may still be expanded.
    left: u64,
}

/// Why a member could not be read.
#[derive(Debug)]
pub(crate) enum MemberFault {
    /// There is none.
    Missing,
    /// It is damaged, or more than may be expanded.
    Fault(FaultKind, String),
}

impl<'a> Members<'a> {
    fn open(source: &'a mut Source<'_>, limits: &ExamineLimits) -> Result<Self, String> {
        let reader = source.from(0).map_err(|error| error.to_string())?;
        let archive = ZipArchive::new(reader).map_err(|error| error.to_string())?;
        if archive.len() > MAX_MEMBERS {
            return Err(format!("{} members", archive.len()));
        }
        let names = archive
            .file_names()
            .map(|name| (name.to_lowercase(), name.to_owned()))
            .collect();
        Ok(Self {
            archive,
            names,
            left: limits.expanded_bytes,
        })
    }

    /// Whether there is a member with this name, exactly.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.archive.index_for_name(name).is_some()
    }

    /// The name as it is written of a member whose name is the same but for capitals.
    pub(crate) fn like(&self, name: &str) -> Option<&str> {
        self.names.get(&name.to_lowercase()).map(String::as_str)
    }

    /// All names.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.names.values().map(String::as_str)
    }

    /// Reads a member whole.
    pub(crate) fn read(&mut self, name: &str) -> Result<Vec<u8>, MemberFault> {
        let member = match self.archive.by_name(name) {
            Ok(member) => member,
            Err(ZipError::FileNotFound) => return Err(MemberFault::Missing),
            Err(error) => return Err(MemberFault::Fault(FaultKind::Damaged, format!("{name}: {error}"))),
        };
        let mut bytes = Vec::new();
        let read = member.take(self.left).read_to_end(&mut bytes);
        self.left = self.left.saturating_sub(bytes.len() as u64);
        match read {
            Ok(_) if self.left == 0 => Err(MemberFault::Fault(
                FaultKind::TooLarge,
                "its members expand to more than is read".to_owned(),
            )),
            Ok(_) => Ok(bytes),
            Err(error) => Err(MemberFault::Fault(FaultKind::Damaged, format!("{name}: {error}"))),
        }
    }

    /// The digest of a member in hexadecimal, and its length, where that is no more than `most`.
    pub(crate) fn digest(
        &mut self,
        name: &str,
        algorithm: Algorithm,
        most: u64,
    ) -> Result<(String, u64), MemberFault> {
        let damaged =
            |error: &dyn std::fmt::Display| MemberFault::Fault(FaultKind::Damaged, error.to_string());
        let mut member = match self.archive.by_name(name) {
            Ok(member) => member.take(most.saturating_add(1)),
            Err(ZipError::FileNotFound) => return Err(MemberFault::Missing),
            Err(error) => return Err(damaged(&error)),
        };
        let (mut hasher, mut bytes, mut buffer) = (Hasher::new(algorithm), 0_u64, vec![0; 64 * 1024]);
        loop {
            match member.read(&mut buffer) {
                Ok(0) => break,
                Ok(count) => {
                    bytes += count as u64;
                    hasher.update(buffer.get(..count).unwrap_or_default());
                }
                Err(error) => return Err(damaged(&error)),
            }
        }
        if bytes > most {
            let detail = "its members expand to more than is read".to_owned();
            return Err(MemberFault::Fault(FaultKind::TooLarge, detail));
        }
        Ok((hasher.finish(), bytes))
    }

    /// Walks over a member as XML. `None` where it is missing or faulty, which is noted.
    pub(crate) fn walk(
        &mut self,
        name: &str,
        limits: &ExamineLimits,
        properties: &mut FileProperties,
        visit: &mut dyn FnMut(XmlNode<'_>) -> Result<(), XmlFault>,
    ) -> Option<()> {
        let bytes = match self.read(name) {
            Ok(bytes) => bytes,
            Err(MemberFault::Missing) => {
                properties.fault(FaultKind::PartMissing, name);
                return None;
            }
            Err(MemberFault::Fault(kind, detail)) => {
                properties.fault(kind, detail);
                return None;
            }
        };
        // OFD and office documents are UTF-8; what is not is decoded by its mark
        let decoded = match std::str::from_utf8(&bytes) {
            Ok(_) => bytes,
            Err(_) => crate::text::decode_text(&bytes).text.into_bytes(),
        };
        match xml_file::walk(
            BufReader::new(decoded.as_slice()),
            limits.xml_depth,
            properties,
            visit,
        ) {
            Ok(()) => Some(()),
            Err(fault) => {
                properties.fault(fault.kind, format!("{name}: {}", fault.detail));
                None
            }
        }
    }

    /// All elements of a member, in the order in which they open.
    pub(crate) fn elements(
        &mut self,
        name: &str,
        limits: &ExamineLimits,
        properties: &mut FileProperties,
    ) -> Option<Vec<Element>> {
        let (mut elements, mut open) = (Vec::<Element>::new(), Vec::new());
        let most = limits.objects;
        self.walk(name, limits, properties, &mut |node| {
            match node {
                XmlNode::Start { name, attributes, .. } => {
                    if elements.len() >= most {
                        return Err(XmlFault {
                            kind: FaultKind::XmlLimits,
                            detail: format!("more than {most} elements"),
                        });
                    }
                    open.push(elements.len());
                    elements.push(Element {
                        name: name.to_owned(),
                        attributes: attributes.to_vec(),
                        text: String::new(),
                    });
                }
                XmlNode::Text(part) => {
                    if let Some(element) = open.last().and_then(|at| elements.get_mut(*at)) {
                        element.text.push_str(part);
                    }
                }
                XmlNode::End => {
                    open.pop();
                }
            }
            Ok(())
        })?;
        Some(elements)
    }

    /// Expands every member once: the checksums of all must hold.
    fn check_all(&mut self, properties: &mut FileProperties) {
        for number in 0..self.archive.len() {
            let checked = self
                .archive
                .by_index(number)
                .map_err(io::Error::from)
                .and_then(|member| {
                    let name = member.name().to_owned();
                    let copied = io::copy(&mut member.take(self.left), &mut io::sink());
                    copied.map_err(|error| io::Error::other(format!("{name}: {error}")))
                });
            match checked {
                Ok(bytes) => self.left = self.left.saturating_sub(bytes),
                Err(error) => properties.fault(FaultKind::Damaged, error.to_string()),
            }
            if self.left == 0 {
                properties.fault(FaultKind::TooLarge, "its members expand to more than is read");
                return;
            }
        }
        properties.depth = Depth::Decoded;
    }
}
