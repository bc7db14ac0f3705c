//! Writes packages of version 2.2: METS for the package and for its representation, with the metadata beside them.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use super::fault::EarkError;
use super::write_papers::{self, Described, NewEvent};
use crate::bagit::{Algorithm, Hasher};
use crate::package::LogicalName;

/// The one representation that is written.
pub(super) const REPRESENTATION: &str = "rep1";
/// Bytes moved at a time.
const BUFFER_BYTES: usize = 128 * 1024;
/// METS states the first; PREMIS has all of them.
const ALGORITHMS: [Algorithm; 3] = [Algorithm::Sha256, Algorithm::Sha512, Algorithm::Sm3];

/// What a package is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PackageKind {
    /// Handed in (SIP).
    Submission,
    /// Kept (AIP).
    Archival,
    /// Handed out (DIP).
    Dissemination,
}

impl PackageKind {
    /// `@csip:OAISPACKAGETYPE`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Submission => "SIP",
            Self::Archival => "AIP",
            Self::Dissemination => "DIP",
        }
    }

    /// `@PROFILE`.
    pub(super) fn profile(self) -> &'static str {
        match self {
            Self::Submission => "https://earksip.dilcis.eu/profile/E-ARK-SIP-v2-2-0.xml",
            Self::Archival => "https://earkaip.dilcis.eu/profile/E-ARK-AIP-v2-2-0.xml",
            Self::Dissemination => "https://earkdip.dilcis.eu/profile/E-ARK-DIP.xml",
        }
    }
}

/// What a package says of itself.
#[derive(Debug, Clone, Copy)]
pub struct About<'a> {
    /// `@OBJID`, which is the folder's name too.
    pub identifier: &'a str,
    /// What it is called.
    pub label: &'a str,
    /// What it is for.
    pub kind: PackageKind,
    /// When it is made, as RFC 3339 has it.
    pub created: &'a str,
    /// The program that makes it, and its version.
    pub software: (&'a str, &'a str),
    /// The institution that hands it over or keeps it.
    pub institution: &'a str,
    /// Reference code (档号) of the content, where there is one.
    pub reference_code: Option<&'a str>,
}

/// What is known of a file besides its bytes.
#[derive(Debug, Clone, Default)]
pub struct FileFacts {
    /// Media type; `application/octet-stream` where nothing is known.
    pub media_type: String,
    /// When it was made or received, as RFC 3339 has it.
    pub created: String,
    /// Name of its format.
    pub format_name: Option<String>,
    /// Version of its format.
    pub format_version: Option<String>,
    /// PRONOM identifier.
    pub puid: Option<String>,
    /// The name that it came with.
    pub original_name: String,
}

/// A file that was written.
#[derive(Debug, Clone)]
pub struct WrittenFile {
    /// Its name below the package.
    pub name: String,
    /// Its bytes.
    pub bytes: u64,
    /// Its digests.
    pub digests: Vec<(Algorithm, String)>,
    /// What is known of it.
    pub facts: FileFacts,
}

/// A package that was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Written {
    /// Files of content.
    pub files: u64,
    /// Bytes of the whole package.
    pub bytes: u64,
}

/// A package in the making. It lies under a name of its own beside its place until [`PackageWriter::finish`]; one that
/// is dropped before leaves nothing.
pub struct PackageWriter<'a> {
    pub(super) about: About<'a>,
    folder: PathBuf,
    partial: PathBuf,
    pub(super) content: Vec<WrittenFile>,
    pub(super) papers: Vec<WrittenFile>,
    taken: HashSet<String>,
    is_finished: bool,
}

impl<'a> PackageWriter<'a> {
    /// Begins a package below `to`, in a folder with the package's identifier as name.
    ///
    /// # Errors
    /// [`EarkError::Exists`] where something stands there, [`EarkError::Name`] where the identifier can be no name.
    pub fn create(to: &Path, about: About<'a>) -> Result<Self, EarkError> {
        let is_name = !about.identifier.contains('/') && LogicalName::new(about.identifier).is_ok();
        if !is_name {
            return Err(EarkError::Name {
                path: about.identifier.to_owned(),
            });
        }
        let folder = to.join(about.identifier);
        if folder.symlink_metadata().is_ok() {
            return Err(EarkError::Exists { path: folder });
        }
        let partial = to.join(format!(".{}.partial", about.identifier));
        if partial.exists() {
            fs::remove_dir_all(&partial).map_err(|source| EarkError::io("remove", &partial, source))?;
        }
        fs::create_dir_all(&partial).map_err(|source| EarkError::io("make", &partial, source))?;
        Ok(Self {
            about,
            folder,
            partial,
            content: Vec::new(),
            papers: Vec::new(),
            taken: HashSet::new(),
            is_finished: false,
        })
    }

    /// Adds a file of content; says under which name below the package it lies.
    ///
    /// # Errors
    /// [`EarkError::Name`] where the name leads out or is taken, the disk's otherwise.
    pub fn add(&mut self, name: &str, source: &mut dyn Read, facts: FileFacts) -> Result<String, EarkError> {
        let name = format!("representations/{REPRESENTATION}/data/{}", checked(name)?);
        let file = self.write(name.clone(), source, facts)?;
        self.content.push(file);
        Ok(name)
    }

    /// Adds metadata in a form of its own, below `metadata/other`.
    ///
    /// # Errors
    /// As [`PackageWriter::add`].
    pub fn add_metadata(&mut self, name: &str, bytes: &[u8], media_type: &str) -> Result<(), EarkError> {
        let name = format!("metadata/other/{}", checked(name)?);
        self.paper(name, bytes, media_type)
    }

    /// Adds documentation.
    ///
    /// # Errors
    /// As [`PackageWriter::add`].
    pub fn add_documentation(&mut self, name: &str, bytes: &[u8], media_type: &str) -> Result<(), EarkError> {
        let name = format!("documentation/{}", checked(name)?);
        self.paper(name, bytes, media_type)
    }

    /// Adds the schema of a form that the package uses.
    ///
    /// # Errors
    /// As [`PackageWriter::add`].
    pub fn add_schema(&mut self, name: &str, bytes: &[u8], media_type: &str) -> Result<(), EarkError> {
        let name = format!("schemas/{}", checked(name)?);
        self.paper(name, bytes, media_type)
    }

    fn paper(&mut self, name: String, bytes: &[u8], media_type: &str) -> Result<(), EarkError> {
        let facts = FileFacts {
            media_type: media_type.to_owned(),
            created: self.about.created.to_owned(),
            original_name: name.clone(),
            ..FileFacts::default()
        };
        let file = self.write(name, &mut &*bytes, facts)?;
        self.papers.push(file);
        Ok(())
    }

    /// Writes metadata and METS, and puts the package in its place.
    ///
    /// # Errors
    /// Where the disk fails.
    pub fn finish(mut self, records: &[Described], events: &[NewEvent]) -> Result<Written, EarkError> {
        // written as they are made: a description of a million records is never held whole
        self.made("metadata/descriptive/ead3.xml", |writer, out| {
            write_papers::ead(out, &writer.about, records)
        })?;
        self.made("metadata/descriptive/dc.xml", |writer, out| {
            write_papers::dublin_core(out, &writer.about, records)
        })?;
        self.made("metadata/preservation/premis.xml", |writer, out| {
            write_papers::premis(out, &writer.about, &[], events)
        })?;
        if !self.content.is_empty() {
            self.representation()?;
        }
        self.made("METS.xml", |writer, out| writer.package_mets(out))?;
        let total = |files: &[WrittenFile]| files.iter().map(|file| file.bytes).sum::<u64>();
        let written = Written {
            files: self.content.len() as u64,
            bytes: total(&self.content) + total(&self.papers),
        };
        fs::rename(&self.partial, &self.folder)
            .map_err(|source| EarkError::io("put in place", &self.folder, source))?;
        self.is_finished = true;
        let parent = self.folder.parent().unwrap_or(Path::new("."));
        File::open(parent)
            .and_then(|folder| folder.sync_all())
            .map_err(|source| EarkError::io("sync", parent, source))?;
        Ok(written)
    }

    fn representation(&mut self) -> Result<(), EarkError> {
        let folder = format!("representations/{REPRESENTATION}");
        self.made(
            &format!("{folder}/metadata/preservation/premis.xml"),
            |writer, out| write_papers::premis(out, &writer.about, &writer.content, &[]),
        )?;
        let premis = self.papers.pop();
        if let Some(premis) = &premis {
            self.made(&format!("{folder}/METS.xml"), |writer, out| {
                writer.representation_mets(out, premis)
            })?;
        }
        self.papers.extend(premis);
        Ok(())
    }

    /// Adds a paper in XML that is written by a function.
    fn made(
        &mut self,
        name: &str,
        fill: impl FnOnce(&Self, &mut dyn Write) -> io::Result<()>,
    ) -> Result<(), EarkError> {
        let (path, mut sink) = self.begin_file(name)?;
        let failed = |source| EarkError::io("write", &path, source);
        let mut out = BufWriter::with_capacity(BUFFER_BYTES, &mut sink);
        fill(self, &mut out).and_then(|()| out.flush()).map_err(failed)?;
        drop(out);
        let facts = FileFacts {
            media_type: "application/xml".to_owned(),
            created: self.about.created.to_owned(),
            original_name: name.to_owned(),
            ..FileFacts::default()
        };
        let file = sink.finish(name.to_owned(), facts).map_err(failed)?;
        self.papers.push(file);
        Ok(())
    }

    /// Begins a file of the package.
    fn begin_file(&mut self, name: &str) -> Result<(PathBuf, Hashing), EarkError> {
        // names that some system takes for one must not be two
        if !self.taken.insert(name.to_lowercase()) {
            return Err(EarkError::Name {
                path: name.to_owned(),
            });
        }
        let path = self.partial.join(name);
        let failed = |source| EarkError::io("write", &path, source);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(failed)?;
        }
        let file = File::create_new(&path).map_err(failed)?;
        Ok((path, Hashing::over(file)))
    }

    fn write(
        &mut self,
        name: String,
        source: &mut dyn Read,
        facts: FileFacts,
    ) -> Result<WrittenFile, EarkError> {
        let (path, mut sink) = self.begin_file(&name)?;
        let failed = |source| EarkError::io("write", &path, source);
        let mut buffer = vec![0; BUFFER_BYTES];
        loop {
            let count = source.read(&mut buffer).map_err(failed)?;
            if count == 0 {
                break;
            }
            sink.write_all(buffer.get(..count).unwrap_or_default())
                .map_err(failed)?;
        }
        sink.finish(name, facts).map_err(failed)
    }
}

impl Drop for PackageWriter<'_> {
    fn drop(&mut self) {
        if !self.is_finished {
            let _ = fs::remove_dir_all(&self.partial); // what stays is removed by the next package of that name
        }
    }
}

/// A file that is digested while it is written.
struct Hashing {
    file: File,
    hashers: Vec<(Algorithm, Hasher)>,
    bytes: u64,
}

impl Hashing {
    fn over(file: File) -> Self {
        let hashers = ALGORITHMS
            .iter()
            .map(|algorithm| (*algorithm, Hasher::new(*algorithm)));
        Self {
            file,
            hashers: hashers.collect(),
            bytes: 0,
        }
    }

    /// The file, durable.
    fn finish(self, name: String, facts: FileFacts) -> io::Result<WrittenFile> {
        self.file.sync_all()?;
        let digests = self
            .hashers
            .into_iter()
            .map(|(algorithm, hasher)| (algorithm, hasher.finish()));
        Ok(WrittenFile {
            name,
            bytes: self.bytes,
            digests: digests.collect(),
            facts,
        })
    }
}

impl Write for Hashing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.file.write(bytes)?;
        let written = bytes.get(..count).unwrap_or_default();
        for (_, hasher) in &mut self.hashers {
            hasher.update(written);
        }
        self.bytes += count as u64;
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

fn checked(name: &str) -> Result<String, EarkError> {
    LogicalName::new(name)
        .map(LogicalName::into_string)
        .map_err(|_| EarkError::Name {
            path: name.to_owned(),
        })
}

/// The name that METS and PREMIS have for an algorithm.
pub(super) fn checksum_type(algorithm: Algorithm) -> String {
    match algorithm {
        Algorithm::Md5 => "MD5".to_owned(),
        Algorithm::Sm3 => "SM3".to_owned(),
        other => other.name().to_ascii_uppercase().replace("SHA", "SHA-"),
    }
}
