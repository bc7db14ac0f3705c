//! Packages that come in: each kind is one file here, and gives the same items.

mod bag;
mod container;
mod described;
mod eark;
mod eark_faults;
mod eep;
mod files;
mod folder;
mod transfer;
mod transfer_faults;

pub(crate) use files::code_prefix;

use crate::attach::{AttachKit, Unattached};
use crate::error::IntakeError;
use crate::signed::Verification;
use crate::tally::Tally;
use lantai_domain::{FileRole, Fonds, FondsNumber};
use lantai_formats::container::Limits;
use lantai_formats::package::{PackageKind, detect_kind};
use lantai_formats::transfer::is_transfer_package;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The kind of a package, as commands and interfaces name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SubmissionKind {
    /// A folder with a catalogue.
    Folder,
    /// A BagIt bag (RFC 8493).
    Bagit,
    /// A transfer package (移交信息包, DA/T 93).
    Transfer,
    /// Electronic record packages (电子文件封装包, DA/T 48): one file, or a folder of them.
    Eep,
    /// An E-ARK information package (CSIP).
    Eark,
    /// Plain files without a catalogue: each becomes a record of its own.
    File,
}

impl SubmissionKind {
    /// Identifier used in interfaces.
    pub fn name(self) -> &'static str {
        match self {
            Self::Folder => "folder",
            Self::Bagit => "bagit",
            Self::Transfer => "transfer",
            Self::Eep => "eep",
            Self::Eark => "eark",
            Self::File => "file",
        }
    }
}

/// Under which name a record keeps by which rules its files were attached.
pub(crate) const ATTACHED_BY: &str = "挂接规则";

/// A digest that the sender declared for a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeclaredDigest {
    /// `sha512`, `sha256`, `sm3`, `md5`, `sha1`.
    pub algorithm: String,
    /// Lower-case hexadecimal.
    pub value: String,
}

/// What the sender recorded of a computer file when it was captured (电子属性, M46 to M50).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RecordedAttributes {
    /// 计算机文件名.
    pub name: Option<String>,
    /// 计算机文件大小, in bytes.
    pub size: Option<u64>,
    /// 格式信息 as written: a PUID, a MIME type, a name or an extension.
    pub format: Option<String>,
    /// 创建时间 as written.
    pub created: Option<String>,
}

/// One action of the business process that a record went through (业务实体, M80 to M84).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BusinessAction {
    /// 业务状态: 历史行为 or 计划任务.
    pub status: Option<String>,
    /// 业务行为, such as 签发.
    pub activity: String,
    /// 行为时间 as written.
    pub time: Option<String>,
    /// 机构人员名称.
    pub agent: Option<String>,
    /// 行为依据.
    pub mandate: Option<String>,
    /// 行为描述.
    pub description: Option<String>,
}

/// A file of an item, not read yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubmittedFile {
    /// Name inside the package.
    pub name: String,
    /// The name's bytes, where they are not UTF-8.
    pub name_bytes: Option<Vec<u8>>,
    /// Where it lies.
    pub path: PathBuf,
    /// What it is to its record.
    pub role: FileRole,
    /// Digests that its description gives (check ).
    pub declared: Vec<DeclaredDigest>,
    /// Digests that a list over the whole package gives, such as a manifest or `固化信息` (check
    /// where the description gives none). A manifest of a bag counts as both.
    pub listed: Vec<DeclaredDigest>,
    /// What the sender recorded of it; `None` where the package records nothing.
    pub recorded: Option<RecordedAttributes>,
    /// Whether a signature of the package itself covers it, as in an electronic record package.
    pub is_signed: bool,
}

/// One item (件) as the package describes it; nothing judged yet.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SubmittedItem {
    /// How a report names it where it has no code: `line 12`, or a file's name.
    pub place: String,
    /// Values by element identifier.
    pub elements: BTreeMap<String, String>,
    /// Values of columns that mean no element we know.
    pub other: BTreeMap<String, String>,
    /// Its files.
    pub files: Vec<SubmittedFile>,
    /// Elements that the metadata has as fields, filled or empty, by identifier; `None` where the package has no
    /// metadata structure of its own.
    pub fields: Option<BTreeSet<String>>,
    /// The process it went through, as the package tells it; `None` where it tells nothing.
    pub actions: Option<Vec<BusinessAction>>,
    /// How many content files the metadata says there are.
    pub files_stated: Option<u64>,
    /// Whether it is one plain file, handed in as the record: then the file is the main text, whatever its name says.
    pub is_plain_file: bool,
}

impl SubmittedItem {
    /// The value of an element.
    pub fn get(&self, element: &str) -> Option<&str> {
        self.elements.get(element).map(String::as_str)
    }

    /// How a report names it.
    pub fn label(&self) -> String {
        self.get("archival_code")
            .map_or_else(|| self.place.clone(), str::to_owned)
    }
}

/// A file of the package that is no content but is kept with the accession: the catalogue, a list of fonds, the tag
/// files of a bag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enclosure {
    /// Name inside the package.
    pub name: String,
    /// Where it lies.
    pub path: PathBuf,
    /// Digests that a list over the whole package gives (check ).
    pub listed: Vec<DeclaredDigest>,
}

/// A file that no rule attaches to a record, not read yet.
#[derive(Debug, Clone)]
pub(crate) struct LooseFile {
    /// The file.
    pub file: SubmittedFile,
    /// Why it is attached to nothing.
    pub unattached: Unattached,
}

/// What the package says of itself.
#[derive(Debug, Clone, Default)]
pub struct Declared {
    /// Number of items.
    pub items: Option<u64>,
    /// Bytes of content.
    pub bytes: Option<u64>,
    /// Number of content files.
    pub files: Option<u64>,
    /// 软硬件环境: what is needed to read the records, as the package states it.
    pub environment: Option<String>,
    /// The physical carrier (载体) that the package came on, as it names it; `None` for a transfer over a network.
    pub carrier: Option<String>,
    /// Name of the list of digests that covers the whole package, such as a manifest.
    pub digest_list: Option<String>,
    /// Files and bytes found when the package was opened, for showing progress.
    pub expected: (u64, u64),
}

/// A package that has been opened.
pub trait Submission {
    /// Its kind.
    fn kind(&self) -> SubmissionKind;

    /// What it says of itself.
    fn declared(&self) -> &Declared;

    /// The fonds it describes.
    fn fonds(&self) -> &[Fonds];

    /// The next item; faults on the way go to the tally. `None`: that was the last.
    fn next_item(&mut self, tally: &mut Tally) -> Option<SubmittedItem>;

    /// What is left over when all items were read: files that no item names, and what the layout does not allow.
    fn finish(&mut self, tally: &mut Tally) -> Vec<Enclosure>;

    /// Files that a person must attach, once [`Submission::finish`] was called.
    fn loose_files(&mut self) -> Vec<LooseFile> {
        Vec::new()
    }
}

/// How a package is opened.
#[derive(Debug, Clone, Default)]
pub struct Opening {
    /// Where it lies.
    pub path: PathBuf,
    /// Its kind, where the caller knows; found out otherwise.
    pub kind: Option<SubmissionKind>,
    /// The catalogue, where it does not lie in the package under a usual name.
    pub catalogue: Option<PathBuf>,
    /// Folder that references of the catalogue may reach besides the package itself; named by the operator.
    pub root: Option<PathBuf>,
    /// The fonds of what names none.
    pub fonds: Option<FondsNumber>,
    /// The year of receipt, for codes that are given here.
    pub year: i32,
    /// First free number for plain files, by category code.
    pub next_numbers: BTreeMap<String, u32>,
    /// The archive's own BagIt profiles, where it has a folder of them.
    pub bag_profiles: Option<PathBuf>,
    /// How much may be unpacked.
    pub limits: Arc<Limits>,
    /// Private folder for what must be unpacked; made when it is needed, removed when the accession has ended.
    pub quarantine: PathBuf,
    /// What signatures of the package itself are judged by.
    pub verification: Verification,
    /// How files are attached to records; `None`: by the rules of the program.
    pub attach: Option<AttachKit>,
}

/// Opens a package. Faults of the package go to the tally; then there may be nothing to go on with.
pub fn open(opening: &Opening, tally: &mut Tally) -> Result<Option<Box<dyn Submission + Send>>, IntakeError> {
    // a container that is said to be a plain file is kept as it is
    if opening.path.is_file() && opening.kind != Some(SubmissionKind::File) {
        match container::unpacked(opening, tally)? {
            container::Content::Plain => {}
            container::Content::Refused => return Ok(None),
            container::Content::Package(inside, names) => {
                let submission = open_plain(&inside, tally)?;
                return Ok(submission.map(|submission| names.kept_by(submission)));
            }
        }
    }
    open_plain(opening, tally)
}

/// Opens a package that is no container.
fn open_plain(
    opening: &Opening,
    tally: &mut Tally,
) -> Result<Option<Box<dyn Submission + Send>>, IntakeError> {
    let path = &opening.path;
    let found = match detect_kind(path) {
        Ok(found) => found,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Err(IntakeError::NothingThere { path: path.clone() });
        }
        Err(source) => return Err(IntakeError::disk("read", path.clone(), source)),
    };
    let kind = opening.kind.unwrap_or(match &found {
        PackageKind::BagIt => SubmissionKind::Bagit,
        PackageKind::Folder { .. }
            if opening.catalogue.is_none() && lantai_formats::eark::is_package(path) =>
        {
            SubmissionKind::Eark
        }
        PackageKind::Folder { .. } if is_transfer_package(path) => SubmissionKind::Transfer,
        PackageKind::Folder { catalogue: None } | PackageKind::File if eep::is_eep(path) => {
            SubmissionKind::Eep
        }
        PackageKind::Folder { catalogue } if catalogue.is_some() || opening.catalogue.is_some() => {
            SubmissionKind::Folder
        }
        PackageKind::Folder { .. } | PackageKind::File => SubmissionKind::File,
    });
    let catalogue = opening.catalogue.clone().or(match found {
        PackageKind::Folder { catalogue } => catalogue,
        _ => None,
    });
    match kind {
        SubmissionKind::Bagit => bag::open(opening, tally),
        SubmissionKind::Folder => match catalogue {
            Some(catalogue) => folder::open(opening, &catalogue, tally),
            None => Err(IntakeError::KindUnknown {
                path: path.clone(),
                reason: "it has no catalogue: a table with a column 档号".to_owned(),
            }),
        },
        SubmissionKind::File => files::open(opening, tally),
        SubmissionKind::Transfer => transfer::open(opening, tally),
        SubmissionKind::Eark => eark::open(opening, tally),
        SubmissionKind::Eep => eep::open(opening, tally),
    }
}

/// Adds up files and bytes below a folder, for showing progress.
fn expected_below(root: &Path) -> (u64, u64) {
    let files = lantai_formats::package::walk(root).flatten();
    files.fold((0, 0), |(count, bytes), file| (count + 1, bytes + file.size))
}
