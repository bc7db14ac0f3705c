//! The metadata of a package that is written: EAD 3 for the records, Dublin Core for the whole, PREMIS 3 for files,
//! events and agents.

use std::io::{self, Write};

use super::write::{About, WrittenFile};
use crate::safe_xml::XmlWriter;

const EAD: &str = "http://ead3.archivists.org/schema/";
const PREMIS: &str = "http://www.loc.gov/premis/v3";
const DC: &str = "http://purl.org/dc/elements/1.1/";
const XSI: &str = "http://www.w3.org/2001/XMLSchema-instance";

/// A record as it is described in the package.
#[derive(Debug, Clone, Default)]
pub struct Described {
    /// Level of EAD: `item`, `file`, `series`, `fonds`.
    pub level: &'static str,
    /// Values by the identifier of our element, in the order in which they are to be read.
    pub elements: Vec<(&'static str, String)>,
    /// Names of its files below the package.
    pub files: Vec<String>,
}

impl Described {
    fn values<'a>(&'a self, element: &'a str) -> impl Iterator<Item = &'a str> {
        self.elements
            .iter()
            .filter(move |(name, value)| *name == element && !value.is_empty())
            .map(|(_, value)| value.as_str())
    }

    fn first<'a>(&'a self, element: &'a str) -> Option<&'a str> {
        self.values(element).next()
    }
}

/// Something that happened to the content.
#[derive(Debug, Clone, Default)]
pub struct NewEvent {
    /// `eventType`, such as `ingestion`.
    pub kind: String,
    /// `eventDateTime`, as RFC 3339 has it.
    pub time: String,
    /// `eventDetail`.
    pub detail: Option<String>,
    /// `eventOutcome`.
    pub outcome: String,
    /// Who or what did it.
    pub agent: String,
}

/// Elements that have a place of their own in EAD; all others are written as `odd`.
const PLACED: [&str; 14] = [
    "archival_code",
    "title",
    "date",
    "date_as_written",
    "author",
    "abstract",
    "language",
    "current_location",
    "descriptor",
    "keyword",
    "personal_name",
    "place",
    "open_note",
    "source",
];

/// Text that XML can hold: characters that it cannot are left out, and what is left out is seen as U+FFFD.
pub(super) fn plain(text: &str) -> String {
    if crate::safe_xml::is_allowed_text(text) {
        return text.to_owned();
    }
    text.chars()
        .map(|letter| {
            let mut buffer = [0; 4];
            if crate::safe_xml::is_allowed_text(letter.encode_utf8(&mut buffer)) {
                letter
            } else {
                '\u{fffd}'
            }
        })
        .collect()
}

/// Writes EAD 3: the first record stands for the package where there is only one, else each is a component.
pub(super) fn ead(out: impl Write, about: &About<'_>, records: &[Described]) -> io::Result<()> {
    let mut xml = XmlWriter::new(out, true)?;
    xml.start("ead", &[("xmlns", EAD)])?;
    xml.start("control", &[])?;
    xml.element("recordid", &plain(about.identifier))?;
    xml.start("filedesc", &[])?;
    xml.start("titlestmt", &[])?;
    xml.element("titleproper", &plain(about.label))?;
    xml.end()?;
    xml.end()?;
    xml.element_with("maintenancestatus", &[("value", "new")], "")?;
    xml.start("maintenanceagency", &[])?;
    xml.element("agencyname", &plain(about.institution))?;
    xml.end()?;
    xml.start("maintenancehistory", &[])?;
    xml.start("maintenanceevent", &[])?;
    xml.element_with("eventtype", &[("value", "created")], "")?;
    xml.element_with(
        "eventdatetime",
        &[("standarddatetime", about.created)],
        about.created,
    )?;
    xml.element_with("agenttype", &[("value", "machine")], "")?;
    xml.element("agent", &plain(about.software.0))?;
    xml.end()?;
    xml.end()?;
    xml.end()?;
    xml.start("archdesc", &[("level", "collection")])?;
    xml.start("did", &[])?;
    xml.element("unitid", &plain(about.identifier))?;
    xml.element("unittitle", &plain(about.label))?;
    xml.end()?;
    xml.start("dsc", &[])?;
    for record in records {
        component(&mut xml, record)?;
    }
    xml.end()?;
    xml.end()?;
    xml.end()?;
    xml.finish()?;
    Ok(())
}

fn analog(element: &str) -> String {
    format!("lantai:{element}")
}

fn component<W: Write>(xml: &mut XmlWriter<W>, record: &Described) -> io::Result<()> {
    let level = if record.level.is_empty() {
        "item"
    } else {
        record.level
    };
    xml.start("c", &[("level", level)])?;
    xml.start("did", &[])?;
    let value = |xml: &mut XmlWriter<W>, name: &str, element: &str| -> io::Result<()> {
        for text in record.values(element) {
            xml.element_with(name, &[("encodinganalog", &analog(element))], &plain(text))?;
        }
        Ok(())
    };
    value(xml, "unitid", "archival_code")?;
    value(xml, "unittitle", "title")?;
    if let Some(date) = record.first("date") {
        let written = record.first("date_as_written").unwrap_or(date);
        let normal = normal_date(date);
        let analog = analog("date");
        let mut attributes = vec![("encodinganalog", analog.as_str())];
        if let Some(normal) = &normal {
            attributes.push(("normal", normal));
        }
        xml.element_with("unitdate", &attributes, &plain(written))?;
    }
    for author in record.values("author") {
        xml.start("origination", &[("encodinganalog", &analog("author"))])?;
        xml.start("corpname", &[])?;
        xml.element("part", &plain(author))?;
        xml.end()?;
        xml.end()?;
    }
    value(xml, "abstract", "abstract")?;
    if record.first("language").is_some() {
        xml.start("langmaterial", &[])?;
        value(xml, "language", "language")?;
        xml.end()?;
    }
    value(xml, "physloc", "current_location")?;
    // a set has two files or more; one alone stands by itself
    let is_set = record.files.len() > 1;
    if is_set {
        xml.start("daoset", &[])?;
    }
    for file in &record.files {
        xml.element_with("dao", &[("daotype", "unknown"), ("href", &plain(file))], "")?;
    }
    if is_set {
        xml.end()?;
    }
    xml.end()?;
    paragraphs(xml, record)?;
    headings(xml, record)?;
    xml.end()
}

/// What is said in sentences, and everything that EAD has no place for.
fn paragraphs<W: Write>(xml: &mut XmlWriter<W>, record: &Described) -> io::Result<()> {
    for (element, name) in [("open_note", "accessrestrict"), ("source", "originalsloc")] {
        for text in record.values(element) {
            xml.start(name, &[("encodinganalog", &analog(element))])?;
            xml.element("p", &plain(text))?;
            xml.end()?;
        }
    }
    for (element, text) in &record.elements {
        if PLACED.contains(element) || text.is_empty() {
            continue;
        }
        xml.start("odd", &[("encodinganalog", &analog(element))])?;
        xml.element("p", &plain(text))?;
        xml.end()?;
    }
    Ok(())
}

fn headings<W: Write>(xml: &mut XmlWriter<W>, record: &Described) -> io::Result<()> {
    let kinds = [
        ("descriptor", "subject"),
        ("keyword", "subject"),
        ("personal_name", "persname"),
        ("place", "geogname"),
    ];
    if kinds.iter().all(|(element, _)| record.first(element).is_none()) {
        return Ok(());
    }
    xml.start("controlaccess", &[])?;
    for (element, name) in kinds {
        for text in record.values(element) {
            xml.start(name, &[("encodinganalog", &analog(element))])?;
            xml.element("part", &plain(text))?;
            xml.end()?;
        }
    }
    xml.end()
}

/// A date as ISO 8601 has it, where ours is a whole one: `20200305`, `202003`, `2020`, and spans of them.
fn normal_date(date: &str) -> Option<String> {
    let one = |text: &str| -> Option<String> {
        let text = text.trim();
        if !text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-') {
            return None;
        }
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        match digits.len() {
            4 => Some(digits),
            6 => Some(format!("{}-{}", digits.get(..4)?, digits.get(4..)?)),
            8 => Some(format!(
                "{}-{}-{}",
                digits.get(..4)?,
                digits.get(4..6)?,
                digits.get(6..)?
            )),
            _ => None,
        }
    };
    match date.split_once('/') {
        Some((from, to)) => Some(format!("{}/{}", one(from)?, one(to)?)),
        None => one(date),
    }
}

/// Writes Dublin Core for the package as a whole.
pub(super) fn dublin_core(out: impl Write, about: &About<'_>, records: &[Described]) -> io::Result<()> {
    let mut xml = XmlWriter::new(out, true)?;
    xml.start("simpledc", &[("xmlns:dc", DC)])?;
    xml.element("dc:title", &plain(about.label))?;
    xml.element("dc:identifier", &plain(about.identifier))?;
    if let [only] = records {
        for (element, name) in [
            ("archival_code", "dc:identifier"),
            ("author", "dc:creator"),
            ("date", "dc:date"),
            ("abstract", "dc:description"),
            ("language", "dc:language"),
            ("document_type", "dc:type"),
        ] {
            for text in only.values(element) {
                xml.element(name, &plain(text))?;
            }
        }
    }
    xml.element("dc:publisher", &plain(about.institution))?;
    xml.end()?;
    xml.finish()?;
    Ok(())
}

/// Writes PREMIS 3: the files with their digests and formats, what happened, and who did it.
pub(super) fn premis(
    out: impl Write,
    about: &About<'_>,
    files: &[WrittenFile],
    events: &[NewEvent],
) -> io::Result<()> {
    let mut xml = XmlWriter::new(out, true)?;
    xml.start(
        "premis",
        &[("xmlns", PREMIS), ("xmlns:xsi", XSI), ("version", "3.0")],
    )?;
    if files.is_empty() {
        xml.start("object", &[("xsi:type", "intellectualEntity")])?;
        identifier(&mut xml, "object", about.identifier)?;
        xml.end()?;
    }
    for file in files {
        object(&mut xml, file)?;
    }
    let mut agents: Vec<&str> = Vec::new();
    for (number, event) in (1..).zip(events) {
        self::event(&mut xml, number, event, about)?;
        if !agents.contains(&event.agent.as_str()) {
            agents.push(&event.agent);
        }
    }
    for agent in agents {
        let is_software = agent == about.software.0;
        xml.start("agent", &[])?;
        identifier(&mut xml, "agent", agent)?;
        xml.element("agentName", &plain(agent))?;
        xml.element("agentType", if is_software { "software" } else { "person" })?;
        if is_software {
            xml.element("agentVersion", &plain(about.software.1))?;
        }
        xml.end()?;
    }
    xml.end()?;
    xml.finish()?;
    Ok(())
}

fn identifier<W: Write>(xml: &mut XmlWriter<W>, what: &str, value: &str) -> io::Result<()> {
    xml.start(&format!("{what}Identifier"), &[])?;
    xml.element(&format!("{what}IdentifierType"), "local")?;
    xml.element(&format!("{what}IdentifierValue"), &plain(value))?;
    xml.end()
}

fn object<W: Write>(xml: &mut XmlWriter<W>, file: &WrittenFile) -> io::Result<()> {
    xml.start("object", &[("xsi:type", "file")])?;
    identifier(xml, "object", &file.name)?;
    xml.start("objectCharacteristics", &[])?;
    for (algorithm, digest) in &file.digests {
        xml.start("fixity", &[])?;
        xml.element("messageDigestAlgorithm", &super::write::checksum_type(*algorithm))?;
        xml.element("messageDigest", digest)?;
        xml.end()?;
    }
    xml.element("size", &file.bytes.to_string())?;
    xml.start("format", &[])?;
    let facts = &file.facts;
    xml.start("formatDesignation", &[])?;
    let name = facts.format_name.as_deref().unwrap_or(&facts.media_type);
    xml.element("formatName", &plain(name))?;
    if let Some(version) = facts.format_version.as_deref().filter(|text| !text.is_empty()) {
        xml.element("formatVersion", &plain(version))?;
    }
    xml.end()?;
    if let Some(puid) = &facts.puid {
        xml.start("formatRegistry", &[])?;
        xml.element("formatRegistryName", "PRONOM")?;
        xml.element("formatRegistryKey", &plain(puid))?;
        xml.end()?;
    }
    xml.end()?;
    xml.end()?;
    xml.element("originalName", &plain(&facts.original_name))?;
    xml.end()
}

fn event<W: Write>(
    xml: &mut XmlWriter<W>,
    number: u32,
    event: &NewEvent,
    about: &About<'_>,
) -> io::Result<()> {
    xml.start("event", &[])?;
    identifier(xml, "event", &format!("event-{number}"))?;
    xml.element("eventType", &plain(&event.kind))?;
    xml.element("eventDateTime", &event.time)?;
    if let Some(detail) = &event.detail {
        xml.start("eventDetailInformation", &[])?;
        xml.element("eventDetail", &plain(detail))?;
        xml.end()?;
    }
    xml.start("eventOutcomeInformation", &[])?;
    xml.element("eventOutcome", &plain(&event.outcome))?;
    xml.end()?;
    let agent = if event.agent.is_empty() {
        about.software.0
    } else {
        &event.agent
    };
    xml.start("linkingAgentIdentifier", &[])?;
    xml.element("linkingAgentIdentifierType", "local")?;
    xml.element("linkingAgentIdentifierValue", &plain(agent))?;
    xml.end()?;
    xml.end()
}
