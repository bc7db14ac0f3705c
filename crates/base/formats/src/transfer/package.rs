//! The package as a whole: what lies at its top, and the way from an entry of the catalogue to the folder of its record.

use super::description::MOST_BYTES;
use super::record::{PackagePaper, RecordContents};
use super::register::REGISTER;
use super::{
    CatalogueEntry, CatalogueForm, CatalogueReader, DigestList, FolderIndex, PackageDescription,
    RegisterForm, TransferFault, TransferFaultKind,
};
use crate::package::{FileClass, LogicalName, is_junk_name, walk};
use crate::safe_xml::XmlFault;
use crate::text::decode_file_name;
use std::fs::{self, File};
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};

/// Folder of what is no record.
const OTHER: &str = "其他";
/// Folder of all records by the rules of 2012.
const OLDER_RECORDS: &str = "电子档案";
/// Names of catalogues without the ending.
const CATALOGUES: [&str; 3] = ["目录文件", "文件目录", "案卷目录"];
/// Files that are named one by one in a report; further ones would say the same.
const MOST_NAMED: usize = 1000;

/// A transfer package that has been opened.
pub struct TransferPackage {
    /// What 说明文件 says.
    pub description: Option<PackageDescription>,
    /// What the register form says.
    pub register: Option<RegisterForm>,
    catalogue: Option<CatalogueReader>,
    catalogue_name: Option<String>,
    is_catalogue_broken: bool,
    digests: Option<(DigestList, PathBuf)>,
    folders: FolderIndex,
    papers: Vec<PackagePaper>,
    faults: Vec<TransferFault>,
    unreadable: Vec<(String, XmlFault)>,
    codes: Option<(String, String)>,
}

/// Whether a folder looks like a transfer package: it has a catalogue or 说明文件 of that name.
pub fn is_transfer_package(folder: &Path) -> bool {
    let names = fs::read_dir(folder).into_iter().flatten().flatten();
    names
        .filter_map(|entry| entry.file_name().into_string().ok())
        .any(|name| catalogue_form(&name).is_some() || is_description(&name))
}

fn is_description(name: &str) -> bool {
    has_name(name, "说明文件", "txt")
}

fn has_name(name: &str, stem: &str, ending: &str) -> bool {
    let parts = name.rsplit_once('.');
    parts.is_some_and(|(own, found)| own == stem && found.eq_ignore_ascii_case(ending))
}

fn catalogue_form(name: &str) -> Option<CatalogueForm> {
    let stem = CATALOGUES.iter().find(|stem| has_name(name, stem, "xml"))?;
    Some(if *stem == "目录文件" {
        CatalogueForm::Of2022
    } else {
        CatalogueForm::Of2012
    })
}

impl TransferPackage {
    /// Looks at what lies in the folder. Faults are kept; an error means that the folder itself cannot be read.
    pub fn open(root: &Path) -> io::Result<Self> {
        let mut package = Self {
            description: None,
            register: None,
            catalogue: None,
            catalogue_name: None,
            is_catalogue_broken: false,
            digests: None,
            folders: FolderIndex::default(),
            papers: Vec::new(),
            faults: Vec::new(),
            unreadable: Vec::new(),
            codes: None,
        };
        let mut names = Vec::new();
        for entry in fs::read_dir(root)? {
            let entry = entry?;
            names.push((decode_file_name(entry.file_name().as_encoded_bytes()), entry));
        }
        names.sort_by(|(one, _), (other, _)| one.cmp(other));
        let mut folders = Vec::new();
        for (name, entry) in names {
            let path = entry.path();
            let kind = entry.file_type()?;
            if (!kind.is_dir() && !kind.is_file()) || LogicalName::new(&name).is_err() {
                package.fault(TransferFault::new(TransferFaultKind::NameRefused).file(name));
            } else if kind.is_dir() && name == OTHER {
                package.read_other(&path);
            } else if kind.is_dir() && is_junk_name(&format!("{name}/x")) {
                package.fault(TransferFault::new(TransferFaultKind::ExtraFile).file(name));
            } else if kind.is_dir() {
                folders.push((name, path));
            } else {
                package.take_file(name, path)?;
            }
        }
        if package.description.is_none() {
            package.fault(TransferFault::new(TransferFaultKind::DescriptionMissing).file("说明文件.TXT"));
        }
        if package.catalogue_name.is_none() {
            package.fault(TransferFault::new(TransferFaultKind::CatalogueMissing).file("目录文件.XML"));
            package.is_catalogue_broken = true;
        }
        let is_by_file = package.is_by_file();
        for (name, path) in folders {
            let before = package.folders.len();
            let fonds = (name != OLDER_RECORDS).then_some(name.as_str());
            package
                .folders
                .add(&path, &name, fonds, is_by_file, &mut package.faults);
            if package.folders.len() == before {
                package.fault(
                    TransferFault::new(TransferFaultKind::FolderUnexpected)
                        .file(name)
                        .expected("the folder of a fonds with folders of records")
                        .found("no folder of a record"),
                );
            }
        }
        Ok(package)
    }

    fn take_file(&mut self, name: String, path: PathBuf) -> io::Result<()> {
        if is_description(&name) && self.description.is_none() {
            let mut bytes = Vec::new();
            File::open(&path)?.take(MOST_BYTES).read_to_end(&mut bytes)?;
            self.description = Some(PackageDescription::parse(&bytes, &name, &mut self.faults));
        } else if let Some(form) = catalogue_form(&name) {
            if self.catalogue_name.is_some() {
                self.fault(TransferFault::new(TransferFaultKind::CatalogueTwice).file(&name));
            } else {
                match CatalogueReader::open(&path, &name, form, &mut self.faults) {
                    Ok(catalogue) => {
                        self.is_catalogue_broken = catalogue.is_none();
                        self.catalogue = catalogue;
                    }
                    Err(fault) => self.unreadable_catalogue(&name, fault),
                }
                self.catalogue_name = Some(name.clone());
            }
        } else {
            self.fault(TransferFault::new(TransferFaultKind::ExtraFile).file(name));
            return Ok(());
        }
        self.papers.push(PackagePaper {
            name,
            path,
            listed: None,
        });
        Ok(())
    }

    fn read_other(&mut self, folder: &Path) {
        for entry in walk(folder) {
            let file = match entry {
                Ok(file) => file,
                Err(error) => {
                    let fault = TransferFault::new(TransferFaultKind::NameRefused);
                    self.fault(fault.file(OTHER).found(error.to_string()));
                    continue;
                }
            };
            let name = format!("{OTHER}/{}", file.relative);
            if file.class == FileClass::Junk {
                self.fault(TransferFault::new(TransferFaultKind::ExtraFile).file(name));
                continue;
            }
            let file_name = file.relative.file_name();
            if has_name(file_name, REGISTER, "xml") && self.register.is_none() {
                let form = File::open(&file.path).map_err(XmlFault::Io);
                let form =
                    form.and_then(|form| RegisterForm::read(BufReader::new(form), &name, &mut self.faults));
                match form {
                    Ok(form) => self.register = Some(form),
                    Err(fault) => self.unreadable.push((name.clone(), fault)),
                }
            } else if let Some(algorithm) = DigestList::algorithm_of(file_name)
                && self.digests.is_none()
            {
                let list = File::open(&file.path).and_then(|list| {
                    DigestList::read(BufReader::new(list), &name, algorithm, &mut self.faults)
                });
                match list {
                    Ok(list) => self.digests = Some((list, file.path.clone())),
                    Err(error) => {
                        let fault = TransferFault::new(TransferFaultKind::DigestListLine);
                        self.fault(fault.file(&name).found(error.to_string()));
                    }
                }
            }
            self.papers.push(PackagePaper {
                name,
                path: file.path,
                listed: None,
            });
        }
    }

    fn fault(&mut self, fault: TransferFault) {
        self.faults.push(fault);
    }

    fn unreadable_catalogue(&mut self, name: &str, fault: XmlFault) {
        self.is_catalogue_broken = true;
        self.catalogue = None;
        self.unreadable.push((name.to_owned(), fault));
    }

    /// Whether the catalogue is one of files (案卷) and not of items (件).
    pub fn is_by_file(&self) -> bool {
        self.catalogue.as_ref().is_some_and(CatalogueReader::is_by_file)
    }

    /// Whether the catalogue cannot be read, whole or from some place on: nothing can be said then of what is missing.
    pub fn is_catalogue_broken(&self) -> bool {
        self.is_catalogue_broken
    }

    /// Name of the list of digests over the whole package.
    pub fn digest_list(&self) -> Option<&DigestList> {
        self.digests.as_ref().map(|(list, _)| list)
    }

    /// Files and bytes in the folders of records, for showing progress.
    pub fn expected(&self) -> (u64, u64) {
        self.folders.expected()
    }

    /// How many entries of the catalogue were read.
    pub fn entries(&self) -> u64 {
        self.catalogue.as_ref().map_or(0, CatalogueReader::entries)
    }

    /// Faults found since they were last asked for.
    pub fn take_faults(&mut self) -> Vec<TransferFault> {
        std::mem::take(&mut self.faults)
    }

    /// Documents that could not be read, with why, since they were last asked for.
    pub fn take_unreadable(&mut self) -> Vec<(String, XmlFault)> {
        std::mem::take(&mut self.unreadable)
    }

    /// The next entry of the catalogue; `None` at its end, or where it cannot be read on.
    pub fn next_entry(&mut self) -> Option<CatalogueEntry> {
        let catalogue = self.catalogue.as_mut()?;
        match catalogue.next_entry(&mut self.faults) {
            Ok(Some(entry)) => {
                if let Some(code) = entry.code() {
                    match &mut self.codes {
                        Some((_, last)) => last.replace_range(.., code),
                        None => self.codes = Some((code.to_owned(), code.to_owned())),
                    }
                }
                Some(entry)
            }
            Ok(None) => None,
            Err(fault) => {
                let name = self.catalogue_name.clone().unwrap_or_default();
                self.is_catalogue_broken = true;
                self.unreadable.push((name, fault));
                None
            }
        }
    }

    /// What lies in the folder of a record; `None` with a fault where there is no such folder.
    pub fn record(&mut self, code: &str) -> Option<RecordContents> {
        let Some(folder) = self.folders.take(code) else {
            self.fault(
                TransferFault::new(TransferFaultKind::FolderMissing)
                    .record(code)
                    .expected(format!("a folder {code}"))
                    .found("no such folder"),
            );
            return None;
        };
        let top = folder.name.split('/').next().unwrap_or_default();
        let fonds = code.split('-').next().unwrap_or_default();
        if top != OLDER_RECORDS && top != fonds {
            self.faults.push(
                TransferFault::new(TransferFaultKind::FolderOutsideFonds)
                    .record(code)
                    .file(&folder.name)
                    .expected(format!("below {fonds}"))
                    .found(format!("below {top}")),
            );
        }
        let is_by_file = self.is_by_file();
        let digests = self.digests.as_mut().map(|(list, _)| list);
        let contents = RecordContents::read(&folder, code, is_by_file, digests, &mut self.faults);
        if let Some((list, _)) = &self.digests {
            let papers = contents.paper.iter().map(|paper| (&paper.name, &paper.listed));
            let files = contents.files.iter().map(|file| (&file.name, &file.listed));
            for (name, _) in papers.chain(files).filter(|(_, listed)| listed.is_none()) {
                self.faults.push(
                    TransferFault::new(TransferFaultKind::FileNotListed)
                        .record(code)
                        .file(name)
                        .expected(format!("a digest in {}", list.name))
                        .found("none"),
                );
            }
        }
        Some(contents)
    }

    /// What is left when all entries were read: folders without entry and listed files that are not there become
    /// faults. Gives the papers of the package: 说明文件, catalogue, and what lies below 其他.
    pub fn finish(&mut self) -> Vec<PackagePaper> {
        if !self.is_catalogue_broken {
            for name in self.folders.unseen(MOST_NAMED) {
                let code = name.rsplit('/').next().unwrap_or_default().to_owned();
                self.fault(
                    TransferFault::new(TransferFaultKind::FolderNotListed)
                        .record(code)
                        .file(name)
                        .expected("an entry in the catalogue")
                        .found("no entry"),
                );
            }
            self.check_code_range();
        }
        let mut papers = std::mem::take(&mut self.papers);
        if let Some((list, path)) = &mut self.digests {
            for paper in &mut papers {
                paper.listed = list.take(&paper.name);
            }
            let unseen = File::open(path).and_then(|file| list.unseen(BufReader::new(file), MOST_NAMED));
            let list_name = list.name.clone();
            // without its catalogue nobody asked for the files of the records
            let unseen = unseen
                .unwrap_or_default()
                .into_iter()
                .filter(|_| !self.is_catalogue_broken);
            for name in unseen {
                self.faults.push(
                    TransferFault::new(TransferFaultKind::ListedFileMissing)
                        .file(name)
                        .expected(format!("the file that {list_name} names"))
                        .found("no such file in the records of the catalogue"),
                );
            }
        }
        papers
    }

    /// How many folders of records there are.
    pub fn folders(&self) -> u64 {
        self.folders.len()
    }

    fn check_code_range(&mut self) {
        let range = self.description.as_ref().and_then(PackageDescription::code_range);
        let (Some((first, last)), Some((found_first, found_last))) = (range, &self.codes) else {
            return;
        };
        if first != found_first || last != found_last {
            let fault = TransferFault::new(TransferFaultKind::CodeRange)
                .file("说明文件.TXT")
                .element("起止档号")
                .expected(format!("{found_first}至{found_last}"))
                .found(format!("{first}至{last}"));
            self.fault(fault);
        }
    }
}
