//! 目录文件.XML: the entries of the package, one after the other.

use super::description::shorten;
use super::{TransferFault, TransferFaultKind};
use crate::safe_xml::{SafeReader, XmlEvent, XmlFault, XmlLimits};
use std::fs::File;
use std::io::BufReader;
use std::path::Path;

/// Elements of an entry, in order.
const ELEMENTS: [&str; 9] = [
    "顺序号",
    "档号",
    "责任者",
    "题名",
    "日期",
    "保管期限",
    "密级",
    "页数",
    "备注",
];
/// Elements that only the rules of 2012 know.
const OLDER: [&str; 1] = ["电子档案名称"];
/// Bytes of the text of an element.
const MOST_TEXT: usize = 256 * 1024;

/// Which rules a catalogue follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CatalogueForm {
    /// DA/T 93-2022: 目录文件.XML.
    Of2022,
    /// 电子档案移交与接收办法 (2012): 文件目录.XML or 案卷目录.XML.
    Of2012,
}

/// One entry.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CatalogueEntry {
    /// The line it begins on.
    pub line: u64,
    /// Its elements by name, in the order they were written; empty ones included.
    pub elements: Vec<(String, String)>,
}

impl CatalogueEntry {
    /// The value of an element; an empty one is none.
    pub fn value(&self, name: &str) -> Option<&str> {
        let found = self.elements.iter().find(|(known, _)| known == name);
        found
            .map(|(_, value)| value.as_str())
            .filter(|value| !value.is_empty())
    }

    /// 档号.
    pub fn code(&self) -> Option<&str> {
        self.value("档号")
    }
}

/// Reads the entries.
pub struct CatalogueReader {
    reader: SafeReader<BufReader<File>>,
    name: String,
    form: CatalogueForm,
    entry_name: &'static str,
    entries: u64,
}

impl CatalogueReader {
    /// Opens a catalogue; `name` is for the faults. `None` with a fault: its root is that of no catalogue.
    pub fn open(
        path: &Path,
        name: &str,
        form: CatalogueForm,
        faults: &mut Vec<TransferFault>,
    ) -> Result<Option<Self>, XmlFault> {
        let file = File::open(path).map_err(XmlFault::Io)?;
        let mut reader = SafeReader::new(BufReader::new(file), XmlLimits::STREAM)?;
        let root = loop {
            match reader.next_event()? {
                Some(XmlEvent::Start(tag)) => break tag.name.local.clone(),
                Some(_) => {}
                None => break String::new(),
            }
        };
        let entry_name = match root.as_str() {
            "文件目录" => "文件",
            "案卷目录" => "案卷",
            _ => {
                faults.push(
                    TransferFault::new(TransferFaultKind::CatalogueRoot)
                        .file(name)
                        .line(reader.line())
                        .expected("文件目录 or 案卷目录")
                        .found(shorten(&root)),
                );
                return Ok(None);
            }
        };
        Ok(Some(Self {
            reader,
            name: name.to_owned(),
            form,
            entry_name,
            entries: 0,
        }))
    }

    /// Whether the entries are files (案卷) and not items (件).
    pub fn is_by_file(&self) -> bool {
        self.entry_name == "案卷"
    }

    /// How many entries were read.
    pub fn entries(&self) -> u64 {
        self.entries
    }

    /// The next entry; faults of its form are added. An error ends the catalogue.
    pub fn next_entry(
        &mut self,
        faults: &mut Vec<TransferFault>,
    ) -> Result<Option<CatalogueEntry>, XmlFault> {
        loop {
            let begins = match self.reader.next_event()? {
                None => return Ok(None),
                Some(XmlEvent::Start(tag)) => Some(tag.name.local.clone()),
                Some(XmlEvent::Text(text)) if !text.trim().is_empty() => None,
                Some(_) => continue,
            };
            let line = self.reader.line();
            let Some(name) = begins.filter(|name| name == self.entry_name) else {
                // the end of the root is the only other thing that may come
                faults.push(
                    TransferFault::new(TransferFaultKind::CatalogueRoot)
                        .file(&self.name)
                        .line(line)
                        .expected(self.entry_name)
                        .found("something else"),
                );
                if self.reader.depth() > 1 {
                    self.reader.skip_element()?;
                }
                continue;
            };
            debug_assert_eq!(name, self.entry_name);
            self.entries += 1;
            let entry = self.read_entry(line, faults)?;
            self.check(&entry, faults);
            return Ok(Some(entry));
        }
    }

    fn read_entry(&mut self, line: u64, faults: &mut Vec<TransferFault>) -> Result<CatalogueEntry, XmlFault> {
        let mut entry = CatalogueEntry {
            line,
            elements: Vec::new(),
        };
        let entry_depth = self.reader.depth();
        let mut value = String::new();
        while let Some(event) = self.reader.next_event()? {
            match event {
                XmlEvent::Start(tag) => {
                    let name = tag.name.local.clone();
                    let line = self.reader.line();
                    if self.reader.depth() == entry_depth + 1 {
                        value.clear();
                        continue;
                    }
                    faults.push(self.fault(TransferFaultKind::ElementNested, line).element(name));
                    self.reader.skip_element()?;
                }
                XmlEvent::Text(text) => {
                    if value.len() + text.len() > MOST_TEXT {
                        return Err(XmlFault::TooLarge {
                            line: self.reader.line(),
                            what: "the text of an element is",
                            limit: MOST_TEXT as u64,
                        });
                    }
                    value.push_str(text);
                }
                XmlEvent::End(name) => {
                    let name = name.local.clone();
                    if self.reader.depth() < entry_depth {
                        break;
                    }
                    let value = std::mem::take(&mut value);
                    self.note(&mut entry, name, value.trim().to_owned(), faults);
                }
                XmlEvent::Instruction { .. } => {}
            }
        }
        Ok(entry)
    }

    fn note(&self, entry: &mut CatalogueEntry, name: String, value: String, faults: &mut Vec<TransferFault>) {
        let line = self.reader.line();
        let is_known = ELEMENTS.contains(&name.as_str())
            || (self.form == CatalogueForm::Of2012 && OLDER.contains(&name.as_str()));
        if !is_known {
            faults.push(self.fault(TransferFaultKind::ElementUnknown, line).element(name));
            return;
        }
        if entry.elements.iter().any(|(known, _)| *known == name) {
            faults.push(self.fault(TransferFaultKind::ElementTwice, line).element(name));
            return;
        }
        entry.elements.push((name, value));
    }

    fn fault(&self, kind: TransferFaultKind, line: u64) -> TransferFault {
        TransferFault::new(kind).file(&self.name).line(line)
    }

    fn check(&self, entry: &CatalogueEntry, faults: &mut Vec<TransferFault>) {
        let label = entry.code().map(str::to_owned);
        let mut add = |kind, element: &str, expected: String, found: String| {
            let mut fault = self.fault(kind, entry.line).element(element);
            fault.record.clone_from(&label);
            faults.push(fault.expected(expected).found(found));
        };
        let places: Vec<usize> = entry
            .elements
            .iter()
            .filter_map(|(name, _)| ELEMENTS.iter().position(|known| known == name))
            .collect();
        if self.form == CatalogueForm::Of2022 && !places.is_sorted() {
            let found: Vec<&str> = entry.elements.iter().map(|(name, _)| name.as_str()).collect();
            add(
                TransferFaultKind::ElementOrder,
                self.entry_name,
                ELEMENTS.join(", "),
                found.join(", "),
            );
        }
        for element in ELEMENTS {
            let is_there = entry.elements.iter().any(|(name, _)| name == element);
            let is_filled = entry.value(element).is_some();
            let kind = match (element, self.form) {
                ("备注", CatalogueForm::Of2022) if !is_there => TransferFaultKind::ElementMissing,
                ("备注", _) => continue,
                ("页数", CatalogueForm::Of2022) if !is_filled => TransferFaultKind::PagesMissing,
                ("页数", _) => continue,
                ("题名", CatalogueForm::Of2012) if entry.value("电子档案名称").is_some() => continue,
                ("保管期限" | "密级" | "责任者" | "日期", CatalogueForm::Of2012) => continue,
                _ if !is_filled => TransferFaultKind::ElementMissing,
                _ => continue,
            };
            let found = if is_there {
                "an empty element"
            } else {
                "no element"
            };
            add(kind, element, "a value".to_owned(), found.to_owned());
        }
        if let Some(number) = entry.value("顺序号")
            && number.parse() != Ok(self.entries)
        {
            add(
                TransferFaultKind::SequenceNumber,
                "顺序号",
                self.entries.to_string(),
                shorten(number),
            );
        }
    }
}
