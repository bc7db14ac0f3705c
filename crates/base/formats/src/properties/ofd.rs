//! OFD by GB/T 33190: from OFD.xml to every document, page, template, resource, attachment and signature, all of which
//! must be there.

use super::ofd_signatures::{self, Described};
use super::signed_parts::MOST_SIGNATURES;
use super::xml_file::XmlNode;
use super::zip_file::{Element, Members};
use super::{ExamineLimits, FaultKind, FileProperties};
use std::collections::BTreeSet;

const ENTRY: &str = "OFD.xml";

pub(crate) fn examine(members: &mut Members<'_>, limits: &ExamineLimits, properties: &mut FileProperties) {
    let entry = match members.like(ENTRY) {
        Some(name) => name.to_owned(),
        None => {
            properties.fault(FaultKind::PartMissing, ENTRY);
            return;
        }
    };
    if entry != ENTRY {
        properties.fault(FaultKind::OfdIrregular, format!("{entry} instead of {ENTRY}"));
    }
    let Some(elements) = members.elements(&entry, limits, properties) else {
        return;
    };
    if elements.first().is_none_or(|root| root.name != "OFD") {
        properties.fault(FaultKind::Damaged, "the root of OFD.xml is no OFD");
        return;
    }
    let mut reader = OfdReader {
        members,
        limits,
        properties,
        pages: 0,
        attachments: 0,
        signatures: 0,
        lists: BTreeSet::new(),
        described: Vec::new(),
    };
    let mut documents = 0;
    for element in &elements {
        match element.name.as_str() {
            "DocRoot" => {
                documents += 1;
                reader.document(element.text.trim());
            }
            "Signatures" => reader.signatures(element.text.trim()),
            // of several documents the first
            "CreationDate" if reader.properties.created.is_none() => reader.properties.made(&element.text),
            "Encryptions" | "EncryptInfo" => {
                reader.properties.encrypted = true;
                reader
                    .properties
                    .fault(FaultKind::Encrypted, "GM/T 0099 encryption");
            }
            _ => {}
        }
    }
    let (pages, attachments, signatures) = (reader.pages, reader.attachments, reader.signatures);
    let (lists, described) = (reader.lists, reader.described);
    properties.signed = ofd_signatures::signed_parts(members, limits, &lists, &described);
    if documents == 0 {
        properties.fault(FaultKind::PartMissing, "OFD.xml names no document");
    }
    properties.pages = Some(pages);
    properties.attachments = Some(attachments);
    properties.signatures = Some(signatures);
}

struct OfdReader<'a, 'b> {
    members: &'a mut Members<'b>,
    limits: &'a ExamineLimits,
    properties: &'a mut FileProperties,
    pages: u64,
    attachments: u64,
    signatures: u64,
    /// Members that list signatures.
    lists: BTreeSet<String>,
    described: Vec<Described>,
}

impl OfdReader<'_, '_> {
    /// The member that a reference means, as readers find it; `base` is the member with the reference.
    fn resolve(&mut self, base: &str, reference: &str) -> Option<String> {
        let exact = join(base, reference);
        if let Some(name) = &exact
            && self.members.has(name)
        {
            return Some(name.clone());
        }
        let found = [exact, join("", reference)]
            .into_iter()
            .flatten()
            .find_map(|name| self.members.like(&name).map(str::to_owned))?;
        self.properties.fault(
            FaultKind::OfdIrregular,
            format!("{base}: {reference:?} leads nowhere, {found:?} was meant"),
        );
        Some(found)
    }

    /// The elements of a member that must be there.
    fn part(&mut self, base: &str, reference: &str) -> Option<(String, Vec<Element>)> {
        let Some(name) = self.resolve(base, reference) else {
            self.properties
                .fault(FaultKind::PartMissing, format!("{base}: {reference:?}"));
            return None;
        };
        let elements = self.members.elements(&name, self.limits, self.properties)?;
        Some((name, elements))
    }

    fn document(&mut self, reference: &str) {
        let Some((name, elements)) = self.part(ENTRY, reference) else {
            return;
        };
        let mut resources = BTreeSet::new();
        for element in &elements {
            if matches!(element.name.as_str(), "PublicRes" | "DocumentRes") {
                self.resources(&name, element.text.trim(), &mut resources);
            }
        }
        let mut pages = 0;
        for element in &elements {
            match (element.name.as_str(), element.attribute("BaseLoc")) {
                ("Page", Some(reference)) => {
                    pages += 1;
                    self.page(&name, reference, &resources);
                }
                ("TemplatePage", Some(reference)) => self.page(&name, reference, &resources),
                ("Page" | "TemplatePage", None) => {
                    self.properties
                        .fault(FaultKind::PartMissing, format!("{name}: a page without a place"));
                }
                ("Attachments", _) if !element.text.trim().is_empty() => {
                    self.attachments(&name, element.text.trim())
                }
                _ => {}
            }
        }
        if pages == 0 {
            self.properties
                .fault(FaultKind::PartMissing, format!("{name}: no page"));
        }
        self.pages += pages;
    }

    /// Notes the resources that a file defines; what they name must be there, or a picture is missing on a page.
    fn resources(&mut self, base: &str, reference: &str, known: &mut BTreeSet<String>) {
        let Some(name) = self.resolve(base, reference) else {
            self.properties.fault(
                FaultKind::OfdIrregular,
                format!("{base}: {reference:?} is missing"),
            );
            return;
        };
        let Some(elements) = self.members.elements(&name, self.limits, self.properties) else {
            return;
        };
        let folder = elements
            .first()
            .and_then(|root| root.attribute("BaseLoc"))
            .unwrap_or_default();
        for element in &elements {
            if let Some(id) = element.attribute("ID") {
                known.insert(id.to_owned());
            }
            if matches!(element.name.as_str(), "FontFile" | "MediaFile") {
                let within = join(&name, &format!("{folder}/{}", element.text.trim()));
                let is_there = within.is_some_and(|path| self.members.like(&path).is_some())
                    || self.resolve(&name, element.text.trim()).is_some();
                if !is_there {
                    self.properties.fault(
                        FaultKind::OfdIrregular,
                        format!("{name}: {:?} is missing", element.text.trim()),
                    );
                }
            }
        }
    }

    fn page(&mut self, base: &str, reference: &str, resources: &BTreeSet<String>) {
        let Some(name) = self.resolve(base, reference) else {
            self.properties
                .fault(FaultKind::PartMissing, format!("{base}: page {reference:?}"));
            return;
        };
        let (mut local, mut used) = (Vec::new(), BTreeSet::new());
        let mut in_page_res = false;
        self.members
            .walk(&name, self.limits, self.properties, &mut |node| {
                match node {
                    XmlNode::Start { name, attributes, .. } => {
                        in_page_res = name == "PageRes";
                        let wanted = matches!(name, "ImageObject" | "TextObject" | "CompositeObject");
                        for (key, value) in attributes {
                            if wanted && matches!(key.as_str(), "ResourceID" | "Font") {
                                used.insert(value.clone());
                            }
                        }
                    }
                    XmlNode::Text(part) if in_page_res => local.push(part.trim().to_owned()),
                    XmlNode::Text(_) | XmlNode::End => {}
                }
                Ok(())
            });
        let mut known = resources.clone();
        for reference in local.iter().filter(|reference| !reference.is_empty()) {
            self.resources(&name, reference, &mut known);
        }
        for id in used.difference(&known) {
            self.properties.fault(
                FaultKind::OfdIrregular,
                format!("{name}: resource {id} is not defined"),
            );
        }
    }

    fn attachments(&mut self, base: &str, reference: &str) {
        let Some((name, elements)) = self.part(base, reference) else {
            return;
        };
        for element in &elements {
            match element.name.as_str() {
                "Attachment" => self.attachments += 1,
                "FileLoc" if self.resolve(&name, element.text.trim()).is_none() => self.properties.fault(
                    FaultKind::PartMissing,
                    format!("{name}: attachment {:?}", element.text.trim()),
                ),
                _ => {}
            }
        }
    }

    fn signatures(&mut self, reference: &str) {
        if self.resolve(ENTRY, reference).is_none() {
            let detail = format!("the list of signatures {reference:?} is missing");
            self.properties.fault(FaultKind::OfdIrregular, detail);
            return;
        }
        let Some((name, elements)) = self.part(ENTRY, reference) else {
            return;
        };
        self.lists.insert(name.clone());
        for element in elements.iter().filter(|element| element.name == "Signature") {
            self.signatures += 1;
            let Some((signature, parts)) = element
                .attribute("BaseLoc")
                .and_then(|reference| self.part(&name, reference))
            else {
                continue;
            };
            for part in &parts {
                let reference = match part.name.as_str() {
                    "Reference" => part.attribute("FileRef"),
                    "SignedValue" => Some(part.text.trim()),
                    _ => None,
                };
                if let Some(reference) = reference
                    && self.resolve(&signature, reference).is_none()
                {
                    self.properties.fault(
                        FaultKind::PartMissing,
                        format!("{signature}: {reference:?}, which is signed"),
                    );
                }
            }
            if self.described.len() < MOST_SIGNATURES {
                self.described.push(Described {
                    member: signature,
                    elements: parts,
                });
            }
        }
    }
}

/// A reference taken from the folder of `base`, or from the root where it begins with a slash. `None` where it
/// leaves the package.
pub(crate) fn join(base: &str, reference: &str) -> Option<String> {
    let reference = reference.replace('\\', "/");
    let folder = base.rsplit_once('/').map_or("", |(folder, _)| folder);
    let from_root = reference.starts_with('/');
    let mut parts: Vec<&str> = if from_root {
        Vec::new()
    } else {
        folder.split('/').filter(|part| !part.is_empty()).collect()
    };
    for part in reference.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::join;

    #[test]
    fn references_are_taken_from_the_folder_or_from_the_root() {
        for (base, reference, name) in [
            (
                "Doc_0/Document.xml",
                "Pages/Page_0/Content.xml",
                Some("Doc_0/Pages/Page_0/Content.xml"),
            ),
            ("Doc_0/Document.xml", "/Doc_0/Res/a.png", Some("Doc_0/Res/a.png")),
            ("Doc_0/Signs/S.xml", "../Res\\a.png", Some("Doc_0/Res/a.png")),
            ("OFD.xml", "../../etc/passwd", None),
        ] {
            assert_eq!(join(base, reference).as_deref(), name, "{reference}");
        }
    }
}
