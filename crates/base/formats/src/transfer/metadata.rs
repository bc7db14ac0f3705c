//! `<档号>.xml`: the metadata of a record, by the Chinese names of the elements (DA/T 46).

use super::attributes::{ActionEntry, AgentEntry, FileAttributes};
use crate::safe_xml::{Element, XmlFault, XmlLimits, read_tree};
use std::collections::BTreeSet;
use std::io::Read;

/// A value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MetadataValue {
    /// Chinese name of the element.
    pub label: String,
    /// What it says, without spaces at its ends; may be empty.
    pub value: String,
    /// Its line.
    pub line: u64,
}

/// What the metadata of a record say; nothing judged yet.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RecordMetadata {
    /// The scheme that the document names, such as `DA/T 46-2009`.
    pub scheme: Option<String>,
    /// Values in the order of the document: simple elements, and the text of composite ones such as 档号.
    pub values: Vec<MetadataValue>,
    /// Names of all elements that are there, filled or empty, containers too.
    pub fields: BTreeSet<String>,
    /// 电子属性, one for each computer file.
    pub files: Vec<FileAttributes>,
    /// 业务实体.
    pub actions: Vec<ActionEntry>,
    /// 机构人员实体.
    pub agents: Vec<AgentEntry>,
}

impl RecordMetadata {
    /// Reads a document.
    pub fn read(reader: impl Read) -> Result<Self, XmlFault> {
        Ok(Self::of(&read_tree(reader, &XmlLimits::DOCUMENT)?))
    }

    /// Reads the elements below an element: the root of the document, or 文件实体 of an EEP.
    pub fn of(root: &Element) -> Self {
        let mut metadata = Self {
            scheme: root
                .attribute("scheme")
                .or_else(|| root.attribute("元数据方案"))
                .map(str::to_owned),
            ..Self::default()
        };
        for agent in root
            .descendants()
            .filter(|element| element.name == "机构人员实体")
        {
            metadata.agents.push(AgentEntry::of(agent));
        }
        for child in &root.children {
            metadata.take(child);
        }
        metadata
    }

    /// The first filled value of an element.
    pub fn value(&self, label: &str) -> Option<&str> {
        let found = self.values.iter().find(|value| value.label == label);
        found
            .map(|value| value.value.as_str())
            .filter(|value| !value.is_empty())
    }

    fn take(&mut self, element: &Element) {
        self.fields.insert(element.name.clone());
        match element.name.as_str() {
            "电子属性" => {
                self.files.push(FileAttributes::of(element));
                self.note_fields(element);
            }
            "业务实体" => {
                self.actions.push(ActionEntry::of(element, &self.agents));
                self.note_fields(element);
            }
            "机构人员实体" => self.note_fields(element),
            _ => {
                let text = element.trimmed();
                if element.children.is_empty() || !text.is_empty() {
                    self.values.push(MetadataValue {
                        label: element.name.clone(),
                        value: text.to_owned(),
                        line: element.line,
                    });
                }
                for child in &element.children {
                    self.take(child);
                }
            }
        }
    }

    fn note_fields(&mut self, element: &Element) {
        self.fields
            .extend(element.descendants().skip(1).map(|inner| inner.name.clone()));
    }
}
