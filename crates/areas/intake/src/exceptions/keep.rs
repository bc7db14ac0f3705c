//! What is kept while an accession waits for its exceptions: the files themselves, and a list of its records to choose
//! from. Both lie in the folder of the accession's parts and go with it.

use super::ReadLoose;
use crate::attach::{AttachRules, Normaliser, UnattachedFile};
use crate::error::IntakeError;
use crate::parts::HeldFolder;
use crate::spool::Spool;
use lantai_domain::Record;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

const FILES: &str = "exceptions";
const RECORDS: &str = "records.jsonl";

/// A record of an accession that waits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaitingRecord {
    /// 档号.
    pub code: String,
    /// 题名.
    pub title: String,
    /// How many files it has so far.
    pub files: u64,
}

/// Where a file of the list lies.
pub(crate) fn file_path(folder: &HeldFolder, file: &UnattachedFile) -> PathBuf {
    folder.path().join(FILES).join(file.number.to_string())
}

/// Copies the files, durably: the package itself may be gone before a person has decided.
pub(crate) fn keep_loose(folder: &HeldFolder, loose: &[ReadLoose], spool: &Spool) -> Result<(), IntakeError> {
    if loose.is_empty() {
        return Ok(());
    }
    let files = folder.path().join(FILES);
    let disk = |source| IntakeError::disk("write", &files, source);
    std::fs::create_dir_all(&files).map_err(disk)?;
    for kept in loose {
        let copy = file_path(folder, &kept.file);
        std::fs::copy(&kept.path, &copy).map_err(disk)?;
        File::open(&copy).and_then(|file| file.sync_all()).map_err(disk)?;
    }
    File::open(&files)
        .and_then(|folder| folder.sync_all())
        .map_err(disk)?;
    write_records(&folder.path().join(RECORDS), spool)
}

fn write_records(path: &Path, spool: &Spool) -> Result<(), IntakeError> {
    let disk = |source| IntakeError::disk("write", path, source);
    let mut lines = BufWriter::new(File::create(path).map_err(disk)?);
    let mut write = |record: &Record| {
        let line = WaitingRecord {
            code: record.description.code.to_string(),
            title: record.description.title.clone(),
            files: record.files.len() as u64,
        };
        serde_json::to_writer(&mut lines, &line)?;
        lines.write_all(b"\n").map_err(disk)
    };
    for spooled in spool.staged()? {
        write(&spooled?.record)?;
    }
    for fonds in spool.fonds_with_entries() {
        for spooled in spool.entries(&fonds)? {
            write(&spooled?.record)?;
        }
    }
    let file = lines.into_inner().map_err(|error| disk(error.into_error()))?;
    file.sync_all().map_err(disk)
}

/// The records of an accession that waits; reads as it goes, so that a large one takes no memory.
pub(crate) struct WaitingRecords {
    path: PathBuf,
    lines: std::io::Lines<BufReader<File>>,
}

impl WaitingRecords {
    /// The records that an accession keeps in its folder.
    pub fn open(folder: &HeldFolder) -> Result<Self, IntakeError> {
        let path = folder.path().join(RECORDS);
        let file = File::open(&path).map_err(|source| IntakeError::disk("read", &path, source))?;
        Ok(Self {
            lines: BufReader::new(file).lines(),
            path,
        })
    }
}

impl Iterator for WaitingRecords {
    type Item = Result<WaitingRecord, IntakeError>;

    fn next(&mut self) -> Option<Self::Item> {
        let line = match self.lines.next()? {
            Ok(line) => line,
            Err(source) => return Some(Err(IntakeError::disk("read", &self.path, source))),
        };
        Some(serde_json::from_str(&line).map_err(IntakeError::from))
    }
}

/// Records whose code or title has these words, at most `limit`; those whose code ends with them come first.
pub(crate) fn search_records(
    folder: &HeldFolder,
    words: &str,
    limit: usize,
) -> Result<Vec<WaitingRecord>, IntakeError> {
    let normaliser = Normaliser::new(&AttachRules::builtin()?);
    let wanted = normaliser.normalise(words);
    let (mut first, mut rest) = (Vec::new(), Vec::new());
    for record in WaitingRecords::open(folder)? {
        let record = record?;
        let code = normaliser.normalise(&record.code);
        if code.ends_with(&wanted) && first.len() < limit {
            first.push(record);
        } else if rest.len() < limit
            && (code.contains(&wanted) || normaliser.normalise(&record.title).contains(&wanted))
        {
            rest.push(record);
        }
    }
    first.extend(rest);
    first.truncate(limit);
    Ok(first)
}

/// The codes of records as the accession has them, by codes as somebody writes them; what no record has is left out.
pub(crate) fn known_codes(
    folder: &HeldFolder,
    wanted: &[String],
) -> Result<HashMap<String, String>, IntakeError> {
    let normaliser = Normaliser::new(&AttachRules::builtin()?);
    let mut asked: HashMap<String, Vec<&String>> = HashMap::new();
    for code in wanted {
        asked.entry(normaliser.normalise(code)).or_default().push(code);
    }
    let mut known = HashMap::new();
    for record in WaitingRecords::open(folder)? {
        let code = record?.code;
        for written in asked.get(&normaliser.normalise(&code)).into_iter().flatten() {
            // two codes that only their dots tell apart: the one that is written so counts
            if **written == code || !known.contains_key(*written) {
                known.insert((*written).clone(), code.clone());
            }
        }
    }
    Ok(known)
}
