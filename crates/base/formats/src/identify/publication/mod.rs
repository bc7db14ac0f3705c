//! What The National Archives (United Kingdom) publish of PRONOM, read as it is published.
//!
//! An operator puts newer files into the data folder, and formats are known without a new release of the program:
//!
//! ```text
//! DROID_SignatureFile_V122.xml          formats and signatures; the highest number counts
//! container-signature-20260119.xml      members of containers; the latest date counts
//! ```

mod container;
mod droid;
mod error;
mod sequence;
mod tree;

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

pub use error::{PublicationError, PublicationFault};

use super::rule_file::{RuleFile, RuleFormat};

/// Bytes of one publication; the largest so far has four million.
const MAX_BYTES: u64 = 64 * 1024 * 1024;

/// A signature file, a container signature file, or both.
#[derive(Debug, Clone)]
pub struct Publication {
    rules: RuleFile,
}

/// The newest publications of a folder.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Newest {
    signature_file: Option<(u64, PathBuf)>,
    container_file: Option<(u64, PathBuf)>,
}

impl Newest {
    /// Looks into a folder; one that is not there holds none.
    pub(crate) fn of(folder: &Path) -> Result<Self, PublicationError> {
        let fault = |source| PublicationError {
            file: folder.to_path_buf(),
            fault: PublicationFault::Read(source),
        };
        let mut newest = Self::default();
        let entries = match std::fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(newest),
            Err(error) => return Err(fault(error)),
        };
        for entry in entries {
            let path = entry.map_err(fault)?.path();
            let Some(name) = path.file_name().and_then(|name| name.to_str()) else {
                continue;
            };
            let place = if let Some(number) = number_in(name, "droid_signaturefile_v") {
                Some((number, &mut newest.signature_file))
            } else {
                number_in(name, "container-signature-").map(|number| (number, &mut newest.container_file))
            };
            if let Some((number, place)) = place
                && place.as_ref().is_none_or(|(known, _)| *known < number)
            {
                *place = Some((number, path));
            }
        }
        Ok(newest)
    }

    pub(crate) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Puts the publications in the place of the rules that they replace. A broken one is named and left out.
    pub(crate) fn replace(&self, rules: &mut RuleFile, faults: &mut Vec<PublicationError>) {
        if let Some((_, path)) = &self.signature_file {
            match read(path).and_then(|bytes| droid::read(&bytes)) {
                Ok(file) => replace_signatures(rules, file),
                Err(fault) => faults.push(PublicationError {
                    file: path.clone(),
                    fault,
                }),
            }
        }
        if let Some((date, path)) = &self.container_file {
            match read(path).and_then(|bytes| container::read(&bytes)) {
                Ok(containers) => replace_containers(rules, &containers, *date),
                Err(fault) => faults.push(PublicationError {
                    file: path.clone(),
                    fault,
                }),
            }
        }
    }

    /// The file that rules made of these publications would be blamed on.
    pub(crate) fn blame(&self) -> PathBuf {
        let first = self.signature_file.as_ref().or(self.container_file.as_ref());
        first.map(|(_, path)| path.clone()).unwrap_or_default()
    }
}

impl Publication {
    /// Reads a signature file and a container signature file that belong together. `date` is that in the name
    /// of the second, `20260119`.
    pub fn read(signature_file: &[u8], container_file: &[u8], date: u64) -> Result<Self, PublicationFault> {
        let mut rules = RuleFile {
            version: String::new(),
            format: Vec::new(),
        };
        replace_signatures(&mut rules, droid::read(signature_file)?);
        replace_containers(&mut rules, &container::read(container_file)?, date);
        Ok(Self { rules })
    }

    /// The same facts in the form of `rules/pronom.txt`.
    pub fn to_lines(&self) -> String {
        self.rules.to_lines()
    }

    pub(crate) fn rules(&self) -> &RuleFile {
        &self.rules
    }
}

fn replace_signatures(rules: &mut RuleFile, file: droid::SignatureFile) {
    let mut containers: std::collections::HashMap<String, _> = rules
        .format
        .drain(..)
        .map(|format| (format.puid, format.container))
        .collect();
    rules.version = version(Some(&file.version), containers_of(&rules.version));
    rules.format = file.formats;
    for format in &mut rules.format {
        format.container = containers.remove(&format.puid).unwrap_or_default();
    }
}

fn replace_containers(rules: &mut RuleFile, containers: &container::Containers, date: u64) {
    for format in &mut rules.format {
        format.container = containers.get(&format.puid).cloned().unwrap_or_default();
    }
    // A container of a format that the signature file does not know yet is known by its number only.
    let unknown: Vec<&String> = containers
        .keys()
        .filter(|puid| rules.format.iter().all(|format| &format.puid != *puid))
        .collect();
    for puid in unknown {
        rules.format.push(RuleFormat {
            puid: puid.clone(),
            name: puid.clone(),
            container: containers.get(puid).cloned().unwrap_or_default(),
            ..RuleFormat::default()
        });
    }
    let signatures = rules.version.split(' ').nth(1).map(str::to_owned);
    rules.version = version(signatures.as_deref(), &date.to_string());
}

/// `PRONOM 122 20260119`: the release of the signatures and the date of the containers.
fn version(signatures: Option<&str>, containers: &str) -> String {
    format!("PRONOM {} {containers}", signatures.unwrap_or("-"))
        .trim_end()
        .to_owned()
}

fn containers_of(version: &str) -> &str {
    version.split(' ').nth(2).unwrap_or_default()
}

fn number_in(name: &str, beginning: &str) -> Option<u64> {
    let name = name.to_lowercase();
    let digits = name.strip_prefix(beginning)?.strip_suffix(".xml")?;
    digits.parse().ok()
}

fn read(path: &Path) -> Result<Vec<u8>, PublicationFault> {
    let file = File::open(path).map_err(PublicationFault::Read)?;
    let mut bytes = Vec::new();
    file.take(MAX_BYTES + 1)
        .read_to_end(&mut bytes)
        .map_err(PublicationFault::Read)?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(PublicationFault::TooLarge { limit: MAX_BYTES });
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{Basis, Identifier};
    use super::*;

    const SIGNATURES: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
        <FFSignatureFile Version="900" xmlns="http://www.nationalarchives.gov.uk/pronom/SignatureFile">
          <InternalSignatureCollection>
            <InternalSignature ID="1" Specificity="Specific">
              <ByteSequence Reference="BOFoffset">
                <SubSequence Position="1" SubSeqMinOffset="0" SubSeqMaxOffset="4">
                  <Sequence>4E4557</Sequence>
                  <LeftFragment MaxOffset="1" MinOffset="0" Position="1">28</LeftFragment>
                  <RightFragment MaxOffset="2" MinOffset="2" Position="1">[30:39]</RightFragment>
                  <RightFragment MaxOffset="2" MinOffset="2" Position="1">58</RightFragment>
                </SubSequence>
                <SubSequence Position="2" SubSeqMinOffset="1"><Sequence>4D4F5245</Sequence></SubSequence>
              </ByteSequence>
              <ByteSequence Reference="EOFoffset">
                <SubSequence Position="1" SubSeqMinOffset="0" SubSeqMaxOffset="1"><Sequence>29</Sequence></SubSequence>
              </ByteSequence>
            </InternalSignature>
          </InternalSignatureCollection>
          <FileFormatCollection>
            <FileFormat ID="7" Name="New Picture Image" PUID="fmt/90001" Version="1" MIMEType="image/new, image/x-new">
              <InternalSignatureID>1</InternalSignatureID><Extension>NEW</Extension>
              <HasPriorityOverFileFormatID>8</HasPriorityOverFileFormatID>
            </FileFormat>
            <FileFormat ID="8" Name="Old" PUID="fmt/90002"/>
            OTHERS
          </FileFormatCollection>
        </FFSignatureFile>"#;

    /// A signature file that also knows the formats of PRONOM that ours stand over.
    fn signatures() -> String {
        let ours: RuleFile = toml::from_str(include_str!("../../../../../../rules/formats.toml")).unwrap();
        let mut puids: Vec<String> = ours
            .format
            .iter()
            .flat_map(|format| format.over.iter().chain(&format.under))
            .filter(|puid| !puid.starts_with("local/"))
            .cloned()
            .collect();
        puids.sort();
        puids.dedup();
        let others: String = puids
            .iter()
            .map(|puid| format!("<FileFormat ID=\"{puid}\" Name=\"A\" PUID=\"{puid}\"/>"))
            .collect();
        SIGNATURES.replace("OTHERS", &others)
    }

    #[test]
    fn a_signature_file_becomes_lines() {
        let file = droid::read(SIGNATURES.replace("OTHERS", "").as_bytes()).unwrap();
        assert_eq!(file.version, "900");
        let format = &file.formats[0];
        assert_eq!(format.mime.as_deref(), Some("image/new"));
        assert_eq!(
            (format.extensions.join(","), format.over.join(",")),
            ("new".to_owned(), "fmt/90002".to_owned())
        );
        let lines = [
            "bof 0-4: 28 {0-1} 'NEW' {2} ( [30-39] | 58 ) {1-*} 'MORE'",
            "eof 0-1: 29",
        ];
        assert_eq!(format.signatures, [lines]);
    }

    #[test]
    fn newer_publications_in_a_folder_take_the_place_of_the_older() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("DROID_SignatureFile_V99.xml"), "nothing").unwrap();
        std::fs::write(folder.path().join("DROID_SignatureFile_V900.xml"), signatures()).unwrap();
        let (identifier, faults) = Identifier::with_publications(folder.path()).unwrap();
        assert!(faults.is_empty(), "{faults:?}");
        assert!(identifier.registry().version().starts_with("PRONOM 900 2026"));
        let bytes = b"(NEW..7 and MORE)";
        let found = identifier
            .identify("a.new", bytes.len() as u64, &mut std::io::Cursor::new(bytes))
            .unwrap();
        assert_eq!(
            (found.puid.as_deref(), found.basis),
            (Some("fmt/90001"), Basis::Signature)
        );
        // A format of tomorrow has a kind at once, and is on no list.
        assert_eq!(
            (found.kind, found.filing),
            (super::super::FormatKind::Image, false)
        );
        // Our own formats and the containers that nobody replaced stay.
        assert!(identifier.registry().format("local/ofd").is_some());
        assert!(identifier.registry().format("fmt/126").unwrap().has_signature);
    }

    #[test]
    fn broken_publications_are_named_and_those_that_ship_are_used() {
        let whole = signatures();
        let cut = whole.len() / 2;
        let cases = [
            ("<a/>".to_owned(), "formats.signature_file"),
            (whole[..cut].to_owned(), "formats.publication_xml"),
            (
                format!("<!DOCTYPE a [<!ENTITY b \"c\">]>{}", &whole[38..]),
                "formats.publication_xml",
            ),
            (whole.replace("4E4557", "4E4Z"), "formats.publication_sequence"),
            (whole.replace("PUID=\"fmt/90002\"", ""), "formats.signature_file"),
            (
                whole.replace("fmt/90002", "fmt/90001"),
                "formats.publication_rules",
            ),
            ("<a>".repeat(100), "formats.publication_xml"),
        ];
        for (text, code) in cases {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("DROID_SignatureFile_V901.xml");
            std::fs::write(&path, text).unwrap();
            let (identifier, faults) = Identifier::with_publications(folder.path()).unwrap();
            let found: Vec<_> = faults
                .iter()
                .map(|fault| (fault.file.clone(), fault.code()))
                .collect();
            assert_eq!(found, [(path, code)]);
            assert_eq!(
                identifier.registry().version(),
                Identifier::builtin().unwrap().registry().version()
            );
        }
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("container-signature-20270101.xml"), "<a/>").unwrap();
        let (_, faults) = Identifier::with_publications(folder.path()).unwrap();
        assert_eq!(faults[0].code(), "formats.container_file");
        let (_, faults) = Identifier::with_publications(&folder.path().join("none")).unwrap();
        assert!(faults.is_empty());
    }

    proptest! {
        #[test]
        fn no_damage_makes_the_reader_panic(at in 0_usize..2_000, with in "[<>&\"/ 0Z\\[]{0,3}") {
            let mut text = SIGNATURES.to_owned();
            let from = (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap();
            text.replace_range(from..(from + 1).min(text.len()), &with);
            let _ = droid::read(text.as_bytes());
            let _ = container::read(text.as_bytes());
        }
    }
}
