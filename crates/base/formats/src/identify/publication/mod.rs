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
