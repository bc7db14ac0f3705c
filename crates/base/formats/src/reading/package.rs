//! Documents that are ZIP files with XML in them: members by name, with a common limit, and relations of OPC.

use super::error::ReadError;
use super::input::Input;
use super::limits::ReadLimits;
use super::markup::{self, Node};
use crate::identify::ReadSeek;
use std::collections::HashMap;
use std::io::{BufReader, Read};
use zip::ZipArchive;
use zip::result::ZipError;

/// Members of a document; a bomb has more.
const MAX_MEMBERS: usize = 100_000;

/// A document in a ZIP.
pub(crate) struct Package<'a> {
    archive: ZipArchive<Box<dyn ReadSeek + 'a>>,
    /// Names as they are written, by their lower case.
    names: HashMap<String, String>,
    /// Bytes that may still be expanded.
    left: u64,
    limit: u64,
    max_depth: usize,
}

/// Where one part of a package points (ISO/IEC 29500-2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Relation {
    pub(crate) id: String,
    /// The last part of its type, such as `image`, `header`, `slide`.
    pub(crate) kind: String,
    /// The member that is meant, if it lies in the package.
    pub(crate) target: Option<String>,
}

impl<'a> Package<'a> {
    pub(crate) fn open(input: &Input<'a>, limits: &ReadLimits) -> Result<Self, ReadError> {
        let archive = ZipArchive::new(input.reader()?).map_err(|error| refusal(&error))?;
        if archive.len() > MAX_MEMBERS {
            return Err(ReadError::TooLarge {
                what: "members",
                limit: MAX_MEMBERS as u64,
            });
        }
        let names = archive
            .file_names()
            .map(|name| (name.replace('\\', "/").to_lowercase(), name.to_owned()))
            .collect();
        Ok(Self {
            archive,
            names,
            left: limits.expanded_bytes,
            limit: limits.expanded_bytes,
            max_depth: limits.xml_depth,
        })
    }

    /// The name as it is written of a member whose name is this but for capitals.
    pub(crate) fn find(&self, name: &str) -> Option<String> {
        if self.archive.index_for_name(name).is_some() {
            return Some(name.to_owned());
        }
        let name = name.trim_start_matches('/');
        let found = self.names.get(&name.to_lowercase());
        found.cloned()
    }

    /// All names.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.names.values().map(String::as_str)
    }

    /// Names that begin so, sorted as a person sorts numbers: `slide2` before `slide10`.
    pub(crate) fn names_below(&self, beginning: &str) -> Vec<String> {
        let mut names: Vec<String> = self
            .names
            .iter()
            .filter(|(lower, _)| lower.starts_with(&beginning.to_lowercase()))
            .map(|(_, name)| name.clone())
            .collect();
        names.sort_by_key(|name| (name.len(), name.clone()));
        names
    }

    /// Bytes that a member has by its own account, all together.
    pub(crate) fn stated_bytes(&mut self) -> u64 {
        let mut total = 0_u64;
        for number in 0..self.archive.len() {
            if let Ok(member) = self.archive.by_index_raw(number) {
                total = total.saturating_add(member.size());
            }
        }
        total
    }

    /// Reads a member whole. `None`: there is none.
    pub(crate) fn read(&mut self, name: &str) -> Result<Option<Vec<u8>>, ReadError> {
        let Some(name) = self.find(name) else {
            return Ok(None);
        };
        let member = self.archive.by_name(&name).map_err(|error| refusal(&error))?;
        let mut bytes = Vec::new();
        let read = member.take(self.left.saturating_add(1)).read_to_end(&mut bytes);
        read.map_err(|error| ReadError::damaged(format!("{name}: {error}")))?;
        self.spend(bytes.len() as u64)?;
        Ok(Some(bytes))
    }

    fn spend(&mut self, bytes: u64) -> Result<(), ReadError> {
        match self.left.checked_sub(bytes) {
            Some(left) => {
                self.left = left;
                Ok(())
            }
            None => Err(ReadError::TooLarge {
                what: "expanded bytes",
                limit: self.limit,
            }),
        }
    }

    /// Walks over a member as XML while it is expanded. `false`: there is none.
    pub(crate) fn walk(
        &mut self,
        name: &str,
        visit: &mut dyn FnMut(Node<'_>) -> Result<(), ReadError>,
    ) -> Result<bool, ReadError> {
        let Some(name) = self.find(name) else {
            return Ok(false);
        };
        let (left, limit, max_depth) = (self.left, self.limit, self.max_depth);
        let member = self.archive.by_name(&name).map_err(|error| refusal(&error))?;
        let mut counted = Counted {
            inner: member.take(left.saturating_add(1)),
            count: 0,
        };
        let mut beginning = Vec::new();
        let begun = (&mut counted).take(256).read_to_end(&mut beginning);
        begun.map_err(|error| ReadError::damaged(format!("{name}: {error}")))?;
        let result = if is_utf8(&beginning) {
            let reader = BufReader::new(beginning.as_slice().chain(&mut counted));
            markup::walk(reader, max_depth, visit)
        } else {
            // UTF-16, or what an old producer declared: rare, and small
            let mut bytes = beginning;
            let rest = counted.read_to_end(&mut bytes);
            rest.map_err(|error| ReadError::damaged(format!("{name}: {error}")))?;
            let text = crate::text::decode_text(&bytes).text;
            markup::walk(text.as_bytes(), max_depth, visit)
        };
        let count = counted.count;
        if count > left {
            self.left = 0;
            return Err(ReadError::TooLarge {
                what: "expanded bytes",
                limit,
            });
        }
        self.left = left - count;
        result.map(|()| true).map_err(|error| match error {
            ReadError::Damaged { detail } => ReadError::damaged(format!("{name}: {detail}")),
            other => other,
        })
    }

    /// The relations of a part; those of the package itself for an empty name.
    pub(crate) fn relations(&mut self, part: &str) -> Result<Vec<Relation>, ReadError> {
        let (folder, file) = part.rsplit_once('/').unwrap_or(("", part));
        let name = if folder.is_empty() {
            format!("_rels/{file}.rels")
        } else {
            format!("{folder}/_rels/{file}.rels")
        };
        let mut found = Vec::new();
        let walked = self.walk(&name, &mut |node| {
            if let Node::Open(tag) = node
                && tag.name() == "Relationship"
                && found.len() < MAX_MEMBERS
            {
                found.push((
                    tag.attribute("Id").unwrap_or_default(),
                    tag.attribute("Type").unwrap_or_default(),
                    tag.attribute("Target").unwrap_or_default(),
                    tag.attribute("TargetMode").as_deref() == Some("External"),
                ));
            }
            Ok(())
        });
        match walked {
            Err(error) if error.ends_all() => return Err(error),
            _ => {}
        }
        Ok(found
            .into_iter()
            .map(|(id, kind, target, is_external)| Relation {
                id,
                kind: kind.rsplit('/').next().unwrap_or_default().to_owned(),
                target: if is_external {
                    None
                } else {
                    resolve(part, &target).and_then(|name| self.find(&name))
                },
            })
            .collect())
    }
}

/// Why a ZIP cannot be read.
fn refusal(error: &ZipError) -> ReadError {
    match error {
        ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED) => ReadError::Encrypted,
        other => ReadError::damaged(other),
    }
}

/// Whether XML that begins so is in UTF-8 by its own account.
fn is_utf8(beginning: &[u8]) -> bool {
    if beginning.starts_with(&[0xFE, 0xFF]) || beginning.starts_with(&[0xFF, 0xFE]) || beginning.contains(&0)
    {
        return false;
    }
    let declaration = String::from_utf8_lossy(beginning).to_lowercase();
    match declaration.split_once("encoding=") {
        Some((before, rest)) if !before.contains("?>") => {
            let label = rest.trim_start_matches(['"', '\'']);
            label.starts_with("utf-8") || label.starts_with("utf8") || label.starts_with("us-ascii")
        }
        _ => true,
    }
}

/// A target taken from the folder of the part that names it, or from the root where it begins with a slash. `None`
/// where it leaves the package.
pub(crate) fn resolve(base: &str, target: &str) -> Option<String> {
    crate::properties::join(base, target)
}

/// Counts what is read.
struct Counted<R> {
    inner: R,
    count: u64,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.count += count as u64;
        Ok(count)
    }
}
