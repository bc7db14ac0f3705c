//! Checks, I-2.4 and I-3.3: what only all records together tell: values given twice, numbers left out.

use super::intervals::Intervals;
use super::runs::Runs;
use super::scope::Scope;
use crate::describe::{CodesTaken, Described};
use crate::error::IntakeError;
use crate::filing::TablesInForce;
use crate::rules::CheckRules;
use crate::submission::SubmittedItem;
use crate::tally::Tally;
use lantai_domain::ArchivalCode;
use lantai_vault::Algorithm;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// Codes asked of the catalogue at once.
const CODES_AT_ONCE: usize = 500;
/// Longest name of a record that is read back for a finding, in bytes.
const NAME_BYTES: u16 = 500;

/// Takes the records one by one and tells at the end. Memory does not grow with their number, except for groups of
/// numbers that are full of holes.
pub(crate) struct Across {
    groups_compared: Vec<Vec<String>>,
    start: u32,
    listed: usize,
    /// Fingerprints, one list for the code and one for each group of elements.
    runs: Vec<Runs>,
    names: Names,
    numbers: BTreeMap<String, Intervals>,
    to_ask: Vec<String>,
    scope: Scope,
}

impl Across {
    /// Compares by the rules; what does not fit into memory goes into a folder, which is made and belongs to the caller.
    pub fn new(rules: &CheckRules, folder: &Path) -> Result<Self, IntakeError> {
        let groups_compared = rules.duplicates.groups.clone();
        let mut runs = Vec::new();
        for number in 0..=groups_compared.len() {
            let own = folder.join(format!("compared-{number}"));
            std::fs::create_dir_all(&own).map_err(|source| IntakeError::disk("make", &own, source))?;
            runs.push(Runs::new(&own));
        }
        Ok(Self {
            groups_compared,
            start: rules.numbering.start,
            listed: rules.numbering.listed,
            runs,
            names: Names::create(folder)?,
            numbers: BTreeMap::new(),
            to_ask: Vec::new(),
            scope: Scope::new(rules.filing.as_ref().map(TablesInForce::now)),
        })
    }

    /// Takes a record; asks the catalogue now and then whether codes are taken.
    pub fn note(
        &mut self,
        item: &SubmittedItem,
        described: &Described,
        tally: &mut Tally,
        taken: &CodesTaken<'_>,
    ) -> Result<(), IntakeError> {
        let code = described
            .description
            .as_ref()
            .map(|description| &description.code);
        let record = self.names.add(&match code {
            Some(code) => format!("{} ({code})", item.place),
            None => item.place.clone(),
        })?;
        if let Some(description) = &described.description {
            self.scope.note(item, description, tally);
        }
        if let Some(code) = code {
            tally.tested("A-2.7", 1);
            self.number(code, tally);
            let code = code.to_string();
            if let Some(runs) = self.runs.first_mut() {
                runs.add(fingerprint(&[code.as_str()]), record)?;
            }
            self.to_ask.push(code);
            if self.to_ask.len() >= CODES_AT_ONCE {
                self.ask(tally, taken)?;
            }
        }
        let fonds = code.map(ArchivalCode::fonds).unwrap_or_default();
        for (group, runs) in self.groups_compared.iter().zip(self.runs.iter_mut().skip(1)) {
            let values: Option<Vec<&str>> = group
                .iter()
                .map(|element| item.get(element).map(str::trim).filter(|value| !value.is_empty()))
                .collect();
            if let Some(values) = values {
                let values: Vec<&str> = std::iter::once(fonds).chain(values).collect();
                runs.add(fingerprint(&values), record)?;
            }
        }
        Ok(())
    }

    fn number(&mut self, code: &ArchivalCode, tally: &mut Tally) {
        let Some(number) = code.item_number() else { return };
        tally.tested("I-2.4", 1);
        let group = code.group();
        // a number given twice is a code given twice, which tells
        self.numbers.entry(group).or_default().insert(number);
    }

    /// Asks the catalogue about the codes not asked yet.
    fn ask(&mut self, tally: &mut Tally, taken: &CodesTaken<'_>) -> Result<(), IntakeError> {
        let asked = std::mem::take(&mut self.to_ask);
        for code in taken(&asked)? {
            tally.fault("A-2.7", "intake.code_taken", |finding| {
                finding
                    .record(code)
                    .element("archival_code")
                    .expected("a code that no other record has")
                    .found("a record of the archive has it")
                    .mend("give another code; if it is the same record, do not send it again")
            });
        }
        Ok(())
    }

    /// Tells what all records together came to.
    pub fn finish(mut self, tally: &mut Tally, taken: &CodesTaken<'_>) -> Result<(), IntakeError> {
        self.ask(tally, taken)?;
        self.gaps(tally);
        self.scope.finish(tally);
        let Self {
            groups_compared,
            runs,
            mut names,
            ..
        } = self;
        for (place, runs) in runs.into_iter().enumerate() {
            let group = place.checked_sub(1).and_then(|place| groups_compared.get(place));
            runs.twice(|later, first| {
                let (later, first) = (names.of(later)?, names.of(first)?);
                match group {
                    None => code_twice(&later, &first, tally),
                    Some(group) => value_twice(group, &later, &first, tally),
                }
                Ok(())
            })?;
        }
        Ok(())
    }

    fn gaps(&self, tally: &mut Tally) {
        for (group, numbers) in &self.numbers {
            let gaps = numbers.gaps(self.start);
            if gaps.is_empty() {
                continue;
            }
            let mut listed: Vec<String> = gaps
                .iter()
                .take(self.listed)
                .map(|(first, last)| {
                    if first == last {
                        first.to_string()
                    } else {
                        format!("{first}-{last}")
                    }
                })
                .collect();
            if gaps.len() > self.listed {
                listed.push(format!("and {} more gaps", gaps.len() - self.listed));
            }
            let first = numbers.first().unwrap_or(self.start);
            tally.fault("I-2.4", "intake.number_gap", |finding| {
                finding
                    .record(group.clone())
                    .element("agency_item_number")
                    .expected(format!("numbers from {} on, one by one", self.start))
                    .found(format!("the first is {first}; missing: {}", listed.join(", ")))
                    .mend("add the records that are missing, or number the rest anew; if a number was withdrawn, say so in writing")
            });
        }
    }
}

fn code_twice(later: &str, first: &str, tally: &mut Tally) {
    let (place, code) = split(later);
    let (other, _) = split(first);
    tally.fault("A-2.7", "intake.code_twice", |finding| {
        finding
            .record(code)
            .element("archival_code")
            .expected("a code that no other record has")
            .found(format!("{place} and {other}"))
            .mend("give one of the two another code")
    });
}

fn value_twice(group: &[String], later: &str, first: &str, tally: &mut Tally) {
    let (place, code) = split(later);
    tally.fault("A-2.7", "intake.value_twice", |finding| {
        finding
            .record(if code.is_empty() { place } else { code })
            .element(group.join(" + "))
            .expected("values that no other record of the fonds has together")
            .found(format!("{later} and {first}"))
            .mend("look whether the two are one record")
    });
}

/// Place and code of a name.
fn split(name: &str) -> (&str, &str) {
    name.rsplit_once(" (")
        .and_then(|(place, code)| Some((place, code.strip_suffix(')')?)))
        .unwrap_or((name, ""))
}

/// Sixteen bytes of the SHA-256 of some values.
fn fingerprint(values: &[&str]) -> u128 {
    let digest = Algorithm::Sha256.of(values.join("\0").as_bytes());
    u128::from_str_radix(digest.get(..32).unwrap_or_default(), 16).unwrap_or_default()
}

/// Names of records by number, on disk.
struct Names {
    path: PathBuf,
    writer: BufWriter<File>,
    places: BufWriter<File>,
    places_path: PathBuf,
    length: u64,
    count: u64,
    reader: Option<(File, File)>,
}

impl Names {
    fn create(folder: &Path) -> Result<Self, IntakeError> {
        let (path, places_path) = (folder.join("names"), folder.join("places"));
        let create = |path: &Path| {
            let file = File::create(path).map_err(|source| IntakeError::disk("write", path, source))?;
            Ok::<_, IntakeError>(BufWriter::new(file))
        };
        Ok(Self {
            writer: create(&path)?,
            places: create(&places_path)?,
            path,
            places_path,
            length: 0,
            count: 0,
            reader: None,
        })
    }

    fn add(&mut self, name: &str) -> Result<u64, IntakeError> {
        let mut end = name.len().min(usize::from(NAME_BYTES));
        while !name.is_char_boundary(end) {
            end -= 1;
        }
        let bytes = name.as_bytes().get(..end).unwrap_or_default();
        let disk = |source| IntakeError::disk("write", &self.path, source);
        self.places.write_all(&self.length.to_le_bytes()).map_err(disk)?;
        self.writer.write_all(bytes).map_err(disk)?;
        self.writer.write_all(b"\n").map_err(disk)?;
        self.length += bytes.len() as u64 + 1;
        self.count += 1;
        Ok(self.count - 1)
    }

    fn of(&mut self, number: u64) -> Result<String, IntakeError> {
        let path = self.path.clone();
        self.read(number)
            .map_err(|source| IntakeError::disk("read", path, source))
    }

    fn read(&mut self, number: u64) -> std::io::Result<String> {
        if self.reader.is_none() {
            self.writer.flush()?;
            self.places.flush()?;
            self.reader = Some((File::open(&self.path)?, File::open(&self.places_path)?));
        }
        let Some((names, places)) = &mut self.reader else {
            return Ok(String::new());
        };
        let mut place = [0; 8];
        places.seek(SeekFrom::Start(number * 8))?;
        places.read_exact(&mut place)?;
        names.seek(SeekFrom::Start(u64::from_le_bytes(place)))?;
        let mut bytes = Vec::new();
        names.take(u64::from(NAME_BYTES) + 1).read_to_end(&mut bytes)?;
        let line = bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
        Ok(String::from_utf8_lossy(line).into_owned())
    }
}

impl Drop for Names {
    fn drop(&mut self) {
        // the folder goes with the accession; this only makes room earlier
        std::fs::remove_file(&self.path).ok();
        std::fs::remove_file(&self.places_path).ok();
    }
}
