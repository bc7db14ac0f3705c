//! What a METS file says (METS 1.12), as far as the E-ARK specifications use it.
//!
//! Everything that CSIP asks for may be missing in a file that breaks it, so every value may be `None`. Values that
//! are the same for most files are kept once; a file of a group then takes a few hundred bytes.

use std::sync::Arc;

/// A value of its own.
pub type Text = Option<Box<str>>;
/// A value that many have in common.
pub type Common = Option<Arc<str>>;

/// One METS file.
#[derive(Debug, Clone, Default)]
pub struct Mets {
    /// `@OBJID`.
    pub object_id: Text,
    /// `@LABEL`.
    pub label: Text,
    /// `@TYPE`: the content category.
    pub content_category: Text,
    /// `@csip:OTHERTYPE`.
    pub other_category: Text,
    /// `@csip:CONTENTINFORMATIONTYPE`.
    pub content_information: Text,
    /// `@csip:OTHERCONTENTINFORMATIONTYPE`.
    pub other_content_information: Text,
    /// `@PROFILE`.
    pub profile: Text,
    /// `metsHdr`.
    pub header: Option<Header>,
    /// `dmdSec`.
    pub descriptive: Vec<MetadataSection>,
    /// `amdSec`.
    pub administrative: Vec<AdministrativeSection>,
    /// `fileSec`; more than one is a fault.
    pub file_sections: Vec<FileSection>,
    /// `structMap`.
    pub structures: Vec<StructMap>,
    /// Identifiers that stand more than once in this file.
    pub repeated_ids: Vec<Box<str>>,
}

/// `metsHdr`.
#[derive(Debug, Clone, Default)]
pub struct Header {
    /// `@CREATEDATE`.
    pub created: Text,
    /// `@LASTMODDATE`.
    pub modified: Text,
    /// `@RECORDSTATUS`.
    pub record_status: Text,
    /// `@csip:OAISPACKAGETYPE`.
    pub package_type: Text,
    /// `agent`.
    pub agents: Vec<Agent>,
    /// `altRecordID`: its type and its text.
    pub other_ids: Vec<(Text, String)>,
}

/// `agent`.
#[derive(Debug, Clone, Default)]
pub struct Agent {
    /// `@ROLE`.
    pub role: Text,
    /// `@OTHERROLE`.
    pub other_role: Text,
    /// `@TYPE`.
    pub kind: Text,
    /// `@OTHERTYPE`.
    pub other_kind: Text,
    /// The texts of `name`.
    pub names: Vec<String>,
    /// `note`: its `@csip:NOTETYPE` and its text.
    pub notes: Vec<(Text, String)>,
}

impl Agent {
    /// Whether the attributes are these; the third may be left open.
    pub fn is(&self, role: &str, kinds: &[&str], other_kind: Option<&str>) -> bool {
        self.role.as_deref() == Some(role)
            && self.kind.as_deref().is_some_and(|kind| kinds.contains(&kind))
            && other_kind.is_none_or(|wanted| self.other_kind.as_deref() == Some(wanted))
    }

    /// The first name that is not empty.
    pub fn name(&self) -> Option<&str> {
        self.names
            .iter()
            .map(String::as_str)
            .find(|name| !name.is_empty())
    }
}

/// `dmdSec`, or one of the sections of an `amdSec`.
#[derive(Debug, Clone, Default)]
pub struct MetadataSection {
    /// `@ID`.
    pub id: Text,
    /// `@CREATED`.
    pub created: Common,
    /// `@STATUS`.
    pub status: Common,
    /// `mdRef`; `None` where the metadata stands in METS itself, or nowhere.
    pub reference: Option<Link>,
    /// Whether there is an `mdWrap`.
    pub is_wrapped: bool,
}

/// `amdSec`.
#[derive(Debug, Clone, Default)]
pub struct AdministrativeSection {
    /// `@ID`.
    pub id: Text,
    /// `digiprovMD`.
    pub provenance: Vec<MetadataSection>,
    /// `rightsMD`.
    pub rights: Vec<MetadataSection>,
    /// `techMD` and `sourceMD`, for their identifiers.
    pub other: Vec<MetadataSection>,
}

impl AdministrativeSection {
    /// All its sections.
    pub fn sections(&self) -> impl Iterator<Item = &MetadataSection> {
        self.provenance.iter().chain(&self.rights).chain(&self.other)
    }
}

/// The attributes of `mdRef`, and of `file` with its `FLocat`.
#[derive(Debug, Clone, Default)]
pub struct Link {
    /// `@xlink:href`.
    pub href: Text,
    /// `@xlink:type`.
    pub link_type: Common,
    /// `@LOCTYPE`.
    pub locator_type: Common,
    /// `@MIMETYPE`.
    pub media_type: Common,
    /// `@SIZE`.
    pub size: Size,
    /// `@CREATED`.
    pub created: Common,
    /// `@CHECKSUM`.
    pub checksum: Text,
    /// `@CHECKSUMTYPE`.
    pub checksum_type: Common,
    /// `@MDTYPE`.
    pub metadata_type: Common,
}

/// `@SIZE`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Size {
    /// There is none.
    #[default]
    Missing,
    /// Bytes.
    Bytes(u64),
    /// No number.
    Bad(Box<str>),
}

impl Size {
    /// Bytes, where they are stated.
    pub fn bytes(&self) -> Option<u64> {
        match self {
            Self::Bytes(bytes) => Some(*bytes),
            _ => None,
        }
    }
}

/// `fileSec`.
#[derive(Debug, Clone, Default)]
pub struct FileSection {
    /// `@ID`.
    pub id: Text,
    /// `fileGrp`, those inside others too, in the order of their beginnings.
    pub groups: Vec<FileGroup>,
}

/// `fileGrp`.
#[derive(Debug, Clone, Default)]
pub struct FileGroup {
    /// `@ID`.
    pub id: Text,
    /// `@USE`.
    pub purpose: Text,
    /// `@ADMID`.
    pub administrative_ids: Text,
    /// `@csip:CONTENTINFORMATIONTYPE`.
    pub content_information: Text,
    /// `@csip:OTHERCONTENTINFORMATIONTYPE`.
    pub other_content_information: Text,
    /// Whether it holds groups.
    pub has_groups: bool,
    /// `file`.
    pub files: Vec<MetsFile>,
}

impl FileGroup {
    /// Whether its use is this word, or begins with it as a folder.
    pub fn is_for(&self, word: &str) -> bool {
        self.purpose
            .as_deref()
            .and_then(|purpose| purpose.split('/').next())
            .is_some_and(|first| first.trim().eq_ignore_ascii_case(word))
    }
}

/// `file`.
#[derive(Debug, Clone, Default)]
pub struct MetsFile {
    /// `@ID`.
    pub id: Text,
    /// `@OWNERID`.
    pub owner_id: Text,
    /// `@ADMID`.
    pub administrative_ids: Common,
    /// `@DMDID`.
    pub descriptive_ids: Common,
    /// How many `FLocat` there are.
    pub locators: u32,
    /// Its attributes and those of the first `FLocat`.
    pub link: Link,
    /// `@sip:FILEFORMAT…`, where there is one.
    pub format: Option<Box<FileFormat>>,
}

/// The attributes of the SIP extension.
#[derive(Debug, Clone, Default)]
pub struct FileFormat {
    /// `@sip:FILEFORMATNAME`.
    pub name: Common,
    /// `@sip:FILEFORMATVERSION`.
    pub version: Common,
    /// `@sip:FILEFORMATREGISTRY`.
    pub registry: Common,
    /// `@sip:FILEFORMATKEY`.
    pub key: Common,
}

/// `structMap`.
#[derive(Debug, Clone, Default)]
pub struct StructMap {
    /// `@ID`.
    pub id: Text,
    /// `@TYPE`.
    pub kind: Text,
    /// `@LABEL`.
    pub label: Text,
    /// The divisions right below it.
    pub divisions: Vec<Division>,
}

/// `div`.
#[derive(Debug, Clone, Default)]
pub struct Division {
    /// `@ID`.
    pub id: Text,
    /// `@LABEL`.
    pub label: Text,
    /// `@ADMID`.
    pub administrative_ids: Text,
    /// `@DMDID`.
    pub descriptive_ids: Text,
    /// `fptr/@FILEID`.
    pub pointers: Vec<Text>,
    /// `mptr`.
    pub mets_pointers: Vec<MetsPointer>,
    /// The divisions inside it.
    pub divisions: Vec<Division>,
}

impl Division {
    /// Whether its label is this word in any case.
    pub fn is(&self, word: &str) -> bool {
        self.label
            .as_deref()
            .is_some_and(|label| label.trim().eq_ignore_ascii_case(word))
    }

    /// Visits it and everything inside it.
    pub fn visit<'a>(&'a self, look: &mut dyn FnMut(&'a Division)) {
        look(self);
        for inner in &self.divisions {
            inner.visit(look);
        }
    }
}

/// `mptr`.
#[derive(Debug, Clone, Default)]
pub struct MetsPointer {
    /// `@xlink:href`.
    pub href: Text,
    /// `@xlink:title`.
    pub title: Text,
    /// `@xlink:type`.
    pub link_type: Text,
    /// `@LOCTYPE`.
    pub locator_type: Text,
}

impl Mets {
    /// All groups of files.
    pub fn groups(&self) -> impl Iterator<Item = &FileGroup> {
        self.file_sections.iter().flat_map(|section| &section.groups)
    }

    /// The structural map that CSIP asks for.
    pub fn structure(&self) -> Option<&StructMap> {
        self.structures
            .iter()
            .find(|structure| structure.label.as_deref() == Some("CSIP"))
    }
}
