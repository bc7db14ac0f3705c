//! The METS files of a package that is written.

use std::io::{self, Write};

use super::write::{PackageKind, PackageWriter, REPRESENTATION, WrittenFile, checksum_type};
use super::write_papers::plain;
use crate::bagit::Algorithm;
use crate::safe_xml::XmlWriter;

const METS: &str = "http://www.loc.gov/METS/";
const XLINK: &str = "http://www.w3.org/1999/xlink";
const CSIP: &str = "https://DILCIS.eu/XML/METS/CSIPExtensionMETS";
const SIP: &str = "https://DILCIS.eu/XML/METS/SIPExtensionMETS";
const XSI: &str = "http://www.w3.org/2001/XMLSchema-instance";
const SCHEMAS: &str = "http://www.loc.gov/METS/ http://www.loc.gov/standards/mets/mets.xsd \
    http://www.w3.org/1999/xlink http://www.loc.gov/standards/mets/xlink.xsd \
    https://DILCIS.eu/XML/METS/CSIPExtensionMETS https://earkcsip.dilcis.eu/schema/DILCISExtensionMETS.xsd \
    https://DILCIS.eu/XML/METS/SIPExtensionMETS https://earksip.dilcis.eu/schema/DILCISExtensionSIPMETS.xsd";

/// Groups of papers: their use, and the beginning of their files' names.
const GROUPS: [(&str, &str); 2] = [("Documentation", "documentation"), ("Schemas", "schemas")];

/// A group of papers that has files.
struct Group<'a> {
    word: &'static str,
    id: String,
    files: Vec<&'a WrittenFile>,
}

impl PackageWriter<'_> {
    /// The root element and the header, which both kinds of METS begin with.
    fn begin<W: Write>(&self, xml: &mut XmlWriter<W>, id: &str, is_root: bool) -> io::Result<()> {
        let about = &self.about;
        xml.start(
            "mets",
            &[
                ("xmlns", METS),
                ("xmlns:xlink", XLINK),
                ("xmlns:csip", CSIP),
                ("xmlns:sip", SIP),
                ("xmlns:xsi", XSI),
                ("xsi:schemaLocation", SCHEMAS),
                ("OBJID", &plain(id)),
                ("LABEL", &plain(about.label)),
                ("TYPE", "Mixed"),
                ("csip:CONTENTINFORMATIONTYPE", "MIXED"),
                ("PROFILE", about.kind.profile()),
            ],
        )?;
        xml.start(
            "metsHdr",
            &[
                ("CREATEDATE", about.created),
                ("LASTMODDATE", about.created),
                ("RECORDSTATUS", "NEW"),
                ("csip:OAISPACKAGETYPE", about.kind.name()),
            ],
        )?;
        let agent = |xml: &mut XmlWriter<W>, attributes: &[(&str, &str)], name: &str| -> io::Result<()> {
            xml.start("agent", attributes)?;
            xml.element("name", &plain(name))
        };
        agent(
            xml,
            &[("ROLE", "CREATOR"), ("TYPE", "OTHER"), ("OTHERTYPE", "SOFTWARE")],
            about.software.0,
        )?;
        xml.element_with(
            "note",
            &[("csip:NOTETYPE", "SOFTWARE VERSION")],
            &plain(about.software.1),
        )?;
        xml.end()?;
        if is_root {
            let role = if about.kind == PackageKind::Submission {
                "CREATOR"
            } else {
                "PRESERVATION"
            };
            agent(
                xml,
                &[("ROLE", role), ("TYPE", "ORGANIZATION")],
                about.institution,
            )?;
            xml.end()?;
            if let Some(code) = about.reference_code {
                xml.element_with("altRecordID", &[("TYPE", "REFERENCECODE")], &plain(code))?;
            }
        }
        xml.end()
    }

    /// Writes the METS of the package.
    pub(super) fn package_mets(&self, out: impl Write) -> io::Result<()> {
        let mut xml = XmlWriter::new(out, true)?;
        self.begin(&mut xml, self.about.identifier, true)?;
        let below = |prefix: &'static str| {
            self.papers
                .iter()
                .filter(move |file| file.name.starts_with(prefix))
        };
        let descriptions: Vec<_> = below("metadata/descriptive/")
            .chain(below("metadata/other/"))
            .collect();
        let preservation: Vec<_> = below("metadata/preservation/").collect();
        let groups: Vec<Group<'_>> = GROUPS
            .iter()
            .map(|(word, folder)| Group {
                word,
                id: format!("group-{folder}"),
                files: below(folder).collect(),
            })
            .filter(|group| !group.files.is_empty())
            .collect();
        for (number, file) in (1..).zip(&descriptions) {
            let id = format!("dmd-{number}");
            let created = file.facts.created.as_str();
            xml.start(
                "dmdSec",
                &[("ID", &id), ("CREATED", created), ("STATUS", "CURRENT")],
            )?;
            let (kind, other) = match file.name.rsplit('/').next().unwrap_or_default() {
                "ead3.xml" => ("EAD", None),
                "dc.xml" => ("DC", None),
                _ => ("OTHER", Some("LANTAI")),
            };
            metadata_reference(&mut xml, file, &file.name, kind, other)?;
            xml.end()?;
        }
        xml.start("amdSec", &[("ID", "amd-1")])?;
        for (number, file) in (1..).zip(&preservation) {
            let id = format!("digiprov-{number}");
            xml.start(
                "digiprovMD",
                &[
                    ("ID", &id),
                    ("CREATED", &file.facts.created),
                    ("STATUS", "CURRENT"),
                ],
            )?;
            metadata_reference(&mut xml, file, &file.name, "PREMIS", None)?;
            xml.end()?;
        }
        xml.end()?;
        let mets = format!("representations/{REPRESENTATION}/METS.xml");
        let representation = self.papers.iter().find(|file| file.name == mets);
        if !groups.is_empty() || representation.is_some() {
            xml.start("fileSec", &[("ID", "files")])?;
            for group in &groups {
                xml.start("fileGrp", &[("ID", &group.id), ("USE", group.word)])?;
                for (number, file) in (1..).zip(&group.files) {
                    let id = format!("ID-{}-{number}", group.id);
                    file_element(&mut xml, file, &id, &file.name, None)?;
                }
                xml.end()?;
            }
            if let Some(file) = representation {
                let purpose = format!("Representations/{REPRESENTATION}");
                xml.start(
                    "fileGrp",
                    &[
                        ("ID", "group-rep1"),
                        ("USE", &purpose),
                        ("ADMID", "digiprov-1"),
                        ("csip:CONTENTINFORMATIONTYPE", "MIXED"),
                    ],
                )?;
                file_element(&mut xml, file, "ID-mets-rep1", &file.name, Some("digiprov-1"))?;
                xml.end()?;
            }
            xml.end()?;
        }
        xml.start(
            "structMap",
            &[("ID", "structure"), ("TYPE", "PHYSICAL"), ("LABEL", "CSIP")],
        )?;
        let label = plain(self.about.identifier);
        xml.start("div", &[("ID", "division"), ("LABEL", &label)])?;
        let ids: Vec<String> = (1..=descriptions.len())
            .map(|number| format!("dmd-{number}"))
            .collect();
        let administrative: Vec<String> = (1..=preservation.len())
            .map(|number| format!("digiprov-{number}"))
            .collect();
        xml.element_with(
            "div",
            &[
                ("ID", "division-metadata"),
                ("LABEL", "Metadata"),
                ("ADMID", &administrative.join(" ")),
                ("DMDID", &ids.join(" ")),
            ],
            "",
        )?;
        for group in &groups {
            let id = format!("division-{}", group.id);
            xml.start("div", &[("ID", &id), ("LABEL", group.word)])?;
            xml.element_with("fptr", &[("FILEID", &group.id)], "")?;
            xml.end()?;
        }
        if representation.is_some() {
            let label = format!("Representations/{REPRESENTATION}");
            xml.start("div", &[("ID", "division-rep1"), ("LABEL", &label)])?;
            xml.element_with(
                "mptr",
                &[
                    ("LOCTYPE", "URL"),
                    ("xlink:type", "simple"),
                    ("xlink:href", &mets),
                    ("xlink:title", "group-rep1"),
                ],
                "",
            )?;
            xml.end()?;
        }
        xml.end()?;
        xml.end()?;
        xml.end()?;
        xml.finish()?;
        Ok(())
    }

    /// Writes the METS of the representation, whose PREMIS has been written.
    pub(super) fn representation_mets(&self, out: impl Write, premis: &WrittenFile) -> io::Result<()> {
        let mut xml = XmlWriter::new(out, true)?;
        let folder = format!("representations/{REPRESENTATION}/");
        let inside = |name: &str| name.strip_prefix(&folder).unwrap_or(name).to_owned();
        self.begin(&mut xml, REPRESENTATION, false)?;
        xml.start("amdSec", &[("ID", "rep1-amd")])?;
        xml.start(
            "digiprovMD",
            &[
                ("ID", "rep1-digiprov"),
                ("CREATED", &premis.facts.created),
                ("STATUS", "CURRENT"),
            ],
        )?;
        metadata_reference(&mut xml, premis, &inside(&premis.name), "PREMIS", None)?;
        xml.end()?;
        xml.end()?;
        xml.start("fileSec", &[("ID", "rep1-files")])?;
        xml.start("fileGrp", &[("ID", "rep1-group-data"), ("USE", "Data")])?;
        for (number, file) in (1..).zip(&self.content) {
            let id = format!("ID-rep1-file-{number}");
            file_element(&mut xml, file, &id, &inside(&file.name), Some("rep1-digiprov"))?;
        }
        xml.end()?;
        xml.end()?;
        xml.start(
            "structMap",
            &[("ID", "rep1-structure"), ("TYPE", "PHYSICAL"), ("LABEL", "CSIP")],
        )?;
        xml.start("div", &[("ID", "rep1-division"), ("LABEL", REPRESENTATION)])?;
        xml.element_with(
            "div",
            &[
                ("ID", "rep1-division-metadata"),
                ("LABEL", "Metadata"),
                ("ADMID", "rep1-digiprov"),
            ],
            "",
        )?;
        xml.start("div", &[("ID", "rep1-division-data"), ("LABEL", "Data")])?;
        xml.element_with("fptr", &[("FILEID", "rep1-group-data")], "")?;
        xml.end()?;
        xml.end()?;
        xml.end()?;
        xml.end()?;
        xml.finish()?;
        Ok(())
    }
}

/// A reference as an address: percent signs for everything that an address cannot hold.
fn address(name: &str) -> String {
    let mut written = String::with_capacity(name.len());
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/!$&'()*+,;=:@".contains(&byte) {
            written.push(char::from(byte));
        } else {
            written.push_str(&format!("%{byte:02X}"));
        }
    }
    written
}

fn stated(file: &WrittenFile) -> (String, String) {
    let digest = file
        .digests
        .iter()
        .find(|(algorithm, _)| *algorithm == Algorithm::Sha256);
    let value = digest.map(|(_, value)| value.clone()).unwrap_or_default();
    (value, checksum_type(Algorithm::Sha256))
}

fn metadata_reference<W: Write>(
    xml: &mut XmlWriter<W>,
    file: &WrittenFile,
    name: &str,
    kind: &str,
    other: Option<&str>,
) -> io::Result<()> {
    let (checksum, algorithm) = stated(file);
    let (href, size) = (address(name), file.bytes.to_string());
    let mut attributes = vec![
        ("LOCTYPE", "URL"),
        ("MDTYPE", kind),
        ("xlink:type", "simple"),
        ("xlink:href", &href),
        ("MIMETYPE", &file.facts.media_type),
        ("SIZE", &size),
        ("CREATED", &file.facts.created),
        ("CHECKSUM", &checksum),
        ("CHECKSUMTYPE", &algorithm),
    ];
    if let Some(other) = other {
        attributes.push(("OTHERMDTYPE", other));
    }
    xml.element_with("mdRef", &attributes, "")
}

fn file_element<W: Write>(
    xml: &mut XmlWriter<W>,
    file: &WrittenFile,
    id: &str,
    name: &str,
    administrative: Option<&str>,
) -> io::Result<()> {
    let (checksum, algorithm) = stated(file);
    let (href, size) = (address(name), file.bytes.to_string());
    let facts = &file.facts;
    let (format, version) = (
        plain(facts.format_name.as_deref().unwrap_or_default()),
        plain(facts.format_version.as_deref().unwrap_or_default()),
    );
    let puid = plain(facts.puid.as_deref().unwrap_or_default());
    let mut attributes = vec![
        ("ID", id),
        ("MIMETYPE", &facts.media_type),
        ("SIZE", &size),
        ("CREATED", &facts.created),
        ("CHECKSUM", &checksum),
        ("CHECKSUMTYPE", &algorithm),
    ];
    if let Some(administrative) = administrative {
        attributes.push(("ADMID", administrative));
    }
    for (attribute, value) in [
        ("sip:FILEFORMATNAME", &format),
        ("sip:FILEFORMATVERSION", &version),
        ("sip:FORMATREGISTRYKEY", &puid),
    ] {
        if !value.is_empty() {
            attributes.push((attribute, value));
        }
    }
    if !puid.is_empty() {
        attributes.push(("sip:FORMATREGISTRY", "PRONOM"));
    }
    xml.start("file", &attributes)?;
    xml.element_with(
        "FLocat",
        &[
            ("LOCTYPE", "URL"),
            ("xlink:type", "simple"),
            ("xlink:href", &href),
        ],
        "",
    )?;
    xml.end()
}
