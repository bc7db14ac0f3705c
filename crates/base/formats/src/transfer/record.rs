//! The folder of a record: its metadata and its content files, and which belong to which.

use super::attributes::FileAttributes;
use super::{DigestList, RecordFolder, RecordMetadata, TransferFault, TransferFaultKind};
use crate::package::{FileClass, FoundFile, walk};
use crate::safe_xml::XmlFault;
use std::fs::File;
use std::io::BufReader;
use std::path::PathBuf;

/// A content file of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordFile {
    /// Name inside the package.
    pub name: String,
    /// The name's bytes, where they are not UTF-8.
    pub name_bytes: Option<Vec<u8>>,
    /// Where it lies.
    pub path: PathBuf,
    /// Bytes.
    pub size: u64,
    /// What the metadata say of it.
    pub attributes: Option<FileAttributes>,
    /// The digest that the list of the package gives, in hexadecimal digits.
    pub listed: Option<String>,
}

/// A file that is no content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackagePaper {
    /// Name inside the package.
    pub name: String,
    /// Where it lies.
    pub path: PathBuf,
    /// The digest that the list of the package gives, in hexadecimal digits.
    pub listed: Option<String>,
}

/// What the folder of a record holds.
#[derive(Debug)]
pub struct RecordContents {
    /// Name of the folder inside the package.
    pub name: String,
    /// `<档号>.xml`, or an EEP file in its place.
    pub paper: Option<PackagePaper>,
    /// Whether the record is an EEP file.
    pub is_eep: bool,
    /// What the metadata say; the fault where they could not be read.
    pub metadata: Option<Result<RecordMetadata, XmlFault>>,
    /// Content files.
    pub files: Vec<RecordFile>,
    /// Files that the metadata name and that are not there.
    pub absent: Vec<String>,
    /// Files that are there under another name than the metadata say: name in the metadata, name inside the package.
    pub renamed: Vec<(String, String)>,
    /// Files that the metadata, which name others, do not name.
    pub unnamed: Vec<String>,
}

impl RecordContents {
    /// Reads the folder of a record. Content is not opened.
    pub fn read(
        folder: &RecordFolder,
        code: &str,
        is_by_file: bool,
        mut digests: Option<&mut DigestList>,
        faults: &mut Vec<TransferFault>,
    ) -> Self {
        let mut contents = Self {
            name: folder.name.clone(),
            paper: None,
            is_eep: false,
            metadata: None,
            files: Vec::new(),
            absent: Vec::new(),
            renamed: Vec::new(),
            unnamed: Vec::new(),
        };
        let fault = |kind| TransferFault::new(kind).record(code);
        let mut found = Vec::new();
        for entry in walk(&folder.path) {
            let file = match entry {
                Ok(file) => file,
                Err(error) => {
                    let kind = TransferFaultKind::NameRefused;
                    faults.push(fault(kind).file(&folder.name).found(error.to_string()));
                    continue;
                }
            };
            let name = format!("{}/{}", folder.name, file.relative);
            if file.class == FileClass::Junk {
                faults.push(fault(TransferFaultKind::ExtraFile).file(name));
                continue;
            }
            let is_eep = is_paper(file.relative.as_str(), code, "eep");
            if contents.paper.is_none() && (is_eep || is_paper(file.relative.as_str(), code, "xml")) {
                contents.is_eep = is_eep;
                contents.paper = Some(PackagePaper {
                    listed: None,
                    name,
                    path: file.path,
                });
                continue;
            }
            if file.relative.as_str().contains('/') && !is_by_file {
                faults.push(fault(TransferFaultKind::FolderNested).file(&name));
            }
            found.push((name, file));
        }
        match &mut contents.paper {
            Some(paper) => {
                paper.listed = digests
                    .as_deref_mut()
                    .and_then(|digests| digests.take(&paper.name));
                if !contents.is_eep {
                    let file = File::open(&paper.path).map_err(XmlFault::Io);
                    let read = file.and_then(|file| RecordMetadata::read(BufReader::new(file)));
                    contents.metadata = Some(read);
                }
            }
            None => faults.push(
                fault(TransferFaultKind::MetadataMissing)
                    .file(&folder.name)
                    .expected(format!("{code}.xml or {code}.eep"))
                    .found("no such file"),
            ),
        }
        if found.is_empty() && !contents.is_eep {
            faults.push(
                fault(TransferFaultKind::ContentMissing)
                    .file(&folder.name)
                    .expected("at least one content file")
                    .found("none"),
            );
        }
        let attributes = match &contents.metadata {
            Some(Ok(metadata)) => metadata.files.clone(),
            _ => Vec::new(),
        };
        contents.assign(found, attributes, digests);
        contents
    }

    /// Finds for each file what the metadata say of it.
    fn assign(
        &mut self,
        found: Vec<(String, FoundFile)>,
        attributes: Vec<FileAttributes>,
        mut digests: Option<&mut DigestList>,
    ) {
        let states_any = attributes.iter().any(|attributes| attributes.name.is_some());
        let mut open: Vec<Option<FileAttributes>> = attributes.into_iter().map(Some).collect();
        let mut lone = Vec::new();
        for (place, (name, file)) in found.iter().enumerate() {
            let own = last_part(name);
            let fits = open.iter().position(|attributes| {
                let stated = attributes
                    .as_ref()
                    .and_then(|attributes| attributes.name.as_deref());
                stated.is_some_and(|stated| last_part(stated) == own)
            });
            let taken = fits.and_then(|fits| open.get_mut(fits)).and_then(Option::take);
            if taken.is_none() {
                lone.push(place);
            }
            self.files.push(RecordFile {
                listed: digests.as_deref_mut().and_then(|digests| digests.take(name)),
                name: name.clone(),
                name_bytes: file.original_name_bytes.clone(),
                path: file.path.clone(),
                size: file.size,
                attributes: taken,
            });
        }
        let mut waiting: Vec<FileAttributes> = open.into_iter().flatten().collect();
        for place in lone.iter().copied() {
            let Some(file) = self.files.get_mut(place) else {
                continue;
            };
            // a file of another name is known again by its size, or by being the only one
            let is_only = lone.len() == 1 && waiting.len() == 1;
            let by_size = waiting
                .iter()
                .filter(|waiting| waiting.size() == Some(file.size))
                .count()
                == 1;
            let fits = waiting
                .iter()
                .position(|waiting| is_only || (by_size && waiting.size() == Some(file.size)));
            let Some(fits) = fits else {
                if states_any {
                    self.unnamed.push(file.name.clone());
                }
                continue;
            };
            let attributes = waiting.remove(fits);
            if let Some(stated) = &attributes.name {
                let former = format!("{}/{}", self.name, last_part(stated));
                if file.listed.is_none() {
                    file.listed = digests.as_deref_mut().and_then(|digests| digests.take(&former));
                }
                self.renamed.push((stated.clone(), file.name.clone()));
            }
            file.attributes = Some(attributes);
        }
        self.absent
            .extend(waiting.into_iter().filter_map(|waiting| waiting.name));
    }
}

fn is_paper(relative: &str, code: &str, ending: &str) -> bool {
    let parts = relative.rsplit_once('.');
    parts.is_some_and(|(stem, found)| stem == code && found.eq_ignore_ascii_case(ending))
}

fn last_part(name: &str) -> &str {
    name.rsplit(['/', '\\']).next().unwrap_or(name)
}
