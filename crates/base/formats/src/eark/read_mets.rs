//! Reads METS into its model, element by element.

use std::collections::HashSet;
use std::io::Read;
use std::sync::Arc;

use super::events::{Element, Events, Space, Step};
use super::mets::{
    AdministrativeSection, Agent, Common, Division, FileFormat, FileGroup, FileSection, Header, Link,
    MetadataSection, Mets, MetsFile, MetsPointer, Size, StructMap, Text,
};

/// Values kept in common; more than that are no longer looked for.
const MAX_COMMON: usize = 4_096;
/// Repeated identifiers that are named.
const MAX_REPEATED: usize = 100;

/// Why METS cannot be read.
pub(super) enum Refusal {
    /// No well-formed XML, or beyond the limits.
    Xml(String),
    /// Another root element.
    Root(String),
}

impl From<String> for Refusal {
    fn from(reason: String) -> Self {
        Self::Xml(reason)
    }
}

/// Reads METS.
pub(super) fn read(source: impl Read) -> Result<Mets, Refusal> {
    let mut reader = MetsReader {
        events: Events::new(source)?,
        common: HashSet::new(),
        ids: HashSet::new(),
        repeated: Vec::new(),
    };
    loop {
        match reader.events.next()? {
            Some(Step::Start(root)) => {
                if root.name != "mets" || !matches!(root.space, Space::Mets | Space::None) {
                    return Err(Refusal::Root(root.name));
                }
                let mut mets = reader.mets(&root)?;
                reader.events.finish()?;
                mets.repeated_ids = reader.repeated;
                return Ok(mets);
            }
            Some(_) => {}
            None => return Err(Refusal::Xml("the file is empty".to_owned())),
        }
    }
}

struct MetsReader<R: Read> {
    events: Events<R>,
    common: HashSet<Arc<str>>,
    ids: HashSet<Box<str>>,
    repeated: Vec<Box<str>>,
}

fn text(value: Option<&str>) -> Text {
    value.map(Into::into)
}

impl<R: Read> MetsReader<R> {
    fn common(&mut self, value: Option<&str>) -> Common {
        let value = value?;
        if let Some(known) = self.common.get(value) {
            return Some(Arc::clone(known));
        }
        let new: Arc<str> = value.into();
        if self.common.len() < MAX_COMMON {
            self.common.insert(Arc::clone(&new));
        }
        Some(new)
    }

    fn id(&mut self, element: &Element) -> Text {
        let id = element.attribute("ID")?;
        if !self.ids.insert(id.into()) && self.repeated.len() < MAX_REPEATED {
            self.repeated.push(id.into());
        }
        Some(id.into())
    }

    fn mets(&mut self, root: &Element) -> Result<Mets, String> {
        let mut mets = Mets {
            object_id: text(root.attribute("OBJID")),
            label: text(root.attribute("LABEL")),
            content_category: text(root.attribute("TYPE")),
            other_category: text(root.attribute_in(Space::Csip, "OTHERTYPE")),
            content_information: text(root.attribute_in(Space::Csip, "CONTENTINFORMATIONTYPE")),
            other_content_information: text(root.attribute_in(Space::Csip, "OTHERCONTENTINFORMATIONTYPE")),
            profile: text(root.attribute("PROFILE")),
            ..Mets::default()
        };
        while let Some(element) = self.events.child()? {
            match element.name.as_str() {
                "metsHdr" => {
                    let header = self.header(&element)?;
                    mets.header.get_or_insert(header);
                }
                "dmdSec" => {
                    let section = self.metadata(&element)?;
                    mets.descriptive.push(section);
                }
                "amdSec" => {
                    let section = self.administrative(&element)?;
                    mets.administrative.push(section);
                }
                "fileSec" => {
                    let section = self.file_section(&element)?;
                    mets.file_sections.push(section);
                }
                "structMap" => {
                    let structure = self.structure(&element)?;
                    mets.structures.push(structure);
                }
                _ => self.events.skip()?,
            }
        }
        Ok(mets)
    }

    fn header(&mut self, element: &Element) -> Result<Header, String> {
        let mut header = Header {
            created: text(element.attribute("CREATEDATE")),
            modified: text(element.attribute("LASTMODDATE")),
            record_status: text(element.attribute("RECORDSTATUS")),
            package_type: text(element.attribute_in(Space::Csip, "OAISPACKAGETYPE")),
            ..Header::default()
        };
        while let Some(element) = self.events.child()? {
            match element.name.as_str() {
                "agent" => {
                    let agent = self.agent(&element)?;
                    header.agents.push(agent);
                }
                "altRecordID" => {
                    let value = self.events.text()?;
                    header.other_ids.push((text(element.attribute("TYPE")), value));
                }
                _ => self.events.skip()?,
            }
        }
        Ok(header)
    }

    fn agent(&mut self, element: &Element) -> Result<Agent, String> {
        let mut agent = Agent {
            role: text(element.attribute("ROLE")),
            other_role: text(element.attribute("OTHERROLE")),
            kind: text(element.attribute("TYPE")),
            other_kind: text(element.attribute("OTHERTYPE")),
            ..Agent::default()
        };
        while let Some(element) = self.events.child()? {
            match element.name.as_str() {
                "name" => agent.names.push(self.events.text()?),
                "note" => {
                    let note = self.events.text()?;
                    let kind = text(element.attribute_in(Space::Csip, "NOTETYPE"));
                    agent.notes.push((kind, note));
                }
                _ => self.events.skip()?,
            }
        }
        Ok(agent)
    }

    fn metadata(&mut self, element: &Element) -> Result<MetadataSection, String> {
        let mut section = MetadataSection {
            id: self.id(element),
            created: self.common(element.attribute("CREATED")),
            status: self.common(element.attribute("STATUS")),
            ..MetadataSection::default()
        };
        while let Some(element) = self.events.child()? {
            match element.name.as_str() {
                "mdRef" => {
                    let mut link = self.attributes(&element);
                    self.locator(&element, &mut link);
                    link.metadata_type = self.common(element.attribute("MDTYPE"));
                    section.reference.get_or_insert(link);
                    self.events.skip()?;
                }
                "mdWrap" => {
                    section.is_wrapped = true;
                    self.events.skip()?;
                }
                _ => self.events.skip()?,
            }
        }
        Ok(section)
    }

    fn administrative(&mut self, element: &Element) -> Result<AdministrativeSection, String> {
        let mut all = AdministrativeSection {
            id: self.id(element),
            ..AdministrativeSection::default()
        };
        while let Some(element) = self.events.child()? {
            let section = self.metadata(&element)?;
            match element.name.as_str() {
                "digiprovMD" => all.provenance.push(section),
                "rightsMD" => all.rights.push(section),
                _ => all.other.push(section),
            }
        }
        Ok(all)
    }

    fn attributes(&mut self, element: &Element) -> Link {
        Link {
            media_type: self.common(element.attribute("MIMETYPE")),
            size: match element.attribute("SIZE") {
                None => Size::Missing,
                Some(size) => size
                    .trim()
                    .parse()
                    .map_or_else(|_| Size::Bad(size.into()), Size::Bytes),
            },
            created: self.common(element.attribute("CREATED")),
            checksum: text(element.attribute("CHECKSUM")),
            checksum_type: self.common(element.attribute("CHECKSUMTYPE")),
            ..Link::default()
        }
    }

    fn locator(&mut self, element: &Element, link: &mut Link) {
        link.href = text(element.attribute_in(Space::Xlink, "href"));
        link.link_type = self.common(element.attribute_in(Space::Xlink, "type"));
        link.locator_type = self.common(element.attribute("LOCTYPE"));
    }

    fn file_section(&mut self, element: &Element) -> Result<FileSection, String> {
        let mut section = FileSection {
            id: self.id(element),
            ..FileSection::default()
        };
        while let Some(element) = self.events.child()? {
            match element.name.as_str() {
                "fileGrp" => self.file_group(&element, &mut section.groups)?,
                _ => self.events.skip()?,
            }
        }
        Ok(section)
    }

    fn file_group(&mut self, element: &Element, groups: &mut Vec<FileGroup>) -> Result<(), String> {
        let at = groups.len();
        groups.push(FileGroup {
            id: self.id(element),
            purpose: text(element.attribute("USE")),
            administrative_ids: text(element.attribute("ADMID")),
            content_information: text(element.attribute_in(Space::Csip, "CONTENTINFORMATIONTYPE")),
            other_content_information: text(element.attribute_in(Space::Csip, "OTHERCONTENTINFORMATIONTYPE")),
            ..FileGroup::default()
        });
        while let Some(element) = self.events.child()? {
            match element.name.as_str() {
                "fileGrp" => {
                    self.file_group(&element, groups)?;
                    if let Some(group) = groups.get_mut(at) {
                        group.has_groups = true;
                    }
                }
                "file" => {
                    let file = self.file(&element)?;
                    if let Some(group) = groups.get_mut(at) {
                        group.files.push(file);
                    }
                }
                _ => self.events.skip()?,
            }
        }
        if let Some(group) = groups.get_mut(at) {
            group.files.shrink_to_fit();
        }
        Ok(())
    }

    fn file(&mut self, element: &Element) -> Result<MetsFile, String> {
        let mut file = MetsFile {
            id: self.id(element),
            owner_id: text(element.attribute("OWNERID")),
            administrative_ids: self.common(element.attribute("ADMID")),
            descriptive_ids: self.common(element.attribute("DMDID")),
            locators: 0,
            link: self.attributes(element),
            format: self.format(element),
        };
        while let Some(element) = self.events.child()? {
            if element.name == "FLocat" {
                if file.locators == 0 {
                    self.locator(&element, &mut file.link);
                }
                file.locators += 1;
            }
            self.events.skip()?;
        }
        Ok(file)
    }

    fn format(&mut self, element: &Element) -> Option<Box<FileFormat>> {
        let mut any = |names: [&str; 2]| {
            let value = names
                .iter()
                .find_map(|name| element.attribute_in(Space::Sip, name));
            self.common(value)
        };
        let format = FileFormat {
            name: any(["FILEFORMATNAME", "FORMATNAME"]),
            version: any(["FILEFORMATVERSION", "FORMATVERSION"]),
            registry: any(["FILEFORMATREGISTRY", "FORMATREGISTRY"]),
            key: any(["FILEFORMATKEY", "FORMATREGISTRYKEY"]),
        };
        let is_empty = format.name.is_none()
            && format.version.is_none()
            && format.registry.is_none()
            && format.key.is_none();
        (!is_empty).then(|| Box::new(format))
    }

    fn structure(&mut self, element: &Element) -> Result<StructMap, String> {
        let mut structure = StructMap {
            id: self.id(element),
            kind: text(element.attribute("TYPE")),
            label: text(element.attribute("LABEL")),
            divisions: Vec::new(),
        };
        while let Some(element) = self.events.child()? {
            match element.name.as_str() {
                "div" => {
                    let division = self.division(&element)?;
                    structure.divisions.push(division);
                }
                _ => self.events.skip()?,
            }
        }
        Ok(structure)
    }

    fn division(&mut self, element: &Element) -> Result<Division, String> {
        let mut division = Division {
            id: self.id(element),
            label: text(element.attribute("LABEL")),
            administrative_ids: text(element.attribute("ADMID")),
            descriptive_ids: text(element.attribute("DMDID")),
            ..Division::default()
        };
        while let Some(element) = self.events.child()? {
            match element.name.as_str() {
                "div" => {
                    let inner = self.division(&element)?;
                    division.divisions.push(inner);
                }
                "fptr" => {
                    division.pointers.push(text(element.attribute("FILEID")));
                    self.events.skip()?;
                }
                "mptr" => {
                    division.mets_pointers.push(MetsPointer {
                        href: text(element.attribute_in(Space::Xlink, "href")),
                        title: text(element.attribute_in(Space::Xlink, "title")),
                        link_type: text(element.attribute_in(Space::Xlink, "type")),
                        locator_type: text(element.attribute("LOCTYPE")),
                    });
                    self.events.skip()?;
                }
                _ => self.events.skip()?,
            }
        }
        Ok(division)
    }
}
