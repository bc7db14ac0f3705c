//! Records between reading and storing: on disk, so that memory stays flat however large a package is.

use crate::error::IntakeError;
use lantai_domain::{AccessionId, Record};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

/// A record that was read: staged in its own object, or an entry without content that goes into a segment.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Spooled {
    /// The record.
    pub record: Record,
    /// Its object; empty for an entry.
    pub object: String,
    /// The version staged.
    pub version: u32,
    /// SHA-512 of that version's inventory.
    pub inventory: String,
}

impl Spooled {
    /// An entry without content.
    pub fn entry(record: Record) -> Self {
        Self {
            record,
            object: String::new(),
            version: 0,
            inventory: String::new(),
        }
    }
}

/// Files of spooled records; removed when dropped.
pub(crate) struct Spool {
    folder: PathBuf,
    staged: BufWriter<File>,
    entries: BTreeMap<String, BufWriter<File>>,
    added: u64,
}

impl Spool {
    /// An empty spool in a folder of its own.
    pub fn create(workspace: &Path, accession: AccessionId) -> Result<Self, IntakeError> {
        let folder = workspace.join(format!("spool-{accession}"));
        if folder.exists() {
            std::fs::remove_dir_all(&folder).map_err(|source| IntakeError::disk("clear", &folder, source))?;
        }
        std::fs::create_dir_all(&folder).map_err(|source| IntakeError::disk("make", &folder, source))?;
        let staged = create(&folder.join("staged.jsonl"))?;
        Ok(Self {
            folder,
            staged,
            entries: BTreeMap::new(),
            added: 0,
        })
    }

    /// Its folder, which goes with it.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// How many records were added.
    pub fn len(&self) -> u64 {
        self.added
    }

    /// Adds a record.
    pub fn add(&mut self, spooled: &Spooled) -> Result<(), IntakeError> {
        self.added += 1;
        if !spooled.object.is_empty() {
            return self.write_staged(spooled);
        }
        let fonds = spooled.record.fonds().to_owned();
        let path = self.entries_path(&fonds);
        if !self.entries.contains_key(&fonds) {
            self.entries.insert(fonds.clone(), create(&path)?);
        }
        if let Some(file) = self.entries.get_mut(&fonds) {
            write_line(file, spooled, &path)?;
        }
        Ok(())
    }

    fn write_staged(&mut self, spooled: &Spooled) -> Result<(), IntakeError> {
        let path = self.folder.join("staged.jsonl");
        write_line(&mut self.staged, spooled, &path)
    }

    fn entries_path(&self, fonds: &str) -> PathBuf {
        self.folder.join(format!("entries-{fonds}.jsonl"))
    }

    /// Writes out what is buffered; reading may begin.
    pub fn finish(&mut self) -> Result<(), IntakeError> {
        let disk = |source| IntakeError::disk("write", &self.folder, source);
        self.staged.flush().map_err(disk)?;
        for file in self.entries.values_mut() {
            file.flush()
                .map_err(|source| IntakeError::disk("write", &self.folder, source))?;
        }
        Ok(())
    }

    /// The records staged in objects of their own, one by one.
    pub fn staged(&self) -> Result<SpoolReader, IntakeError> {
        SpoolReader::open(self.folder.join("staged.jsonl"))
    }

    /// Fonds that have entries without content.
    pub fn fonds_with_entries(&self) -> Vec<String> {
        self.entries.keys().cloned().collect()
    }

    /// The entries without content of a fonds, one by one.
    pub fn entries(&self, fonds: &str) -> Result<SpoolReader, IntakeError> {
        SpoolReader::open(self.entries_path(fonds))
    }

    /// A spooled entry has found its segment.
    pub fn settle(&mut self, spooled: &Spooled) -> Result<(), IntakeError> {
        self.write_staged(spooled)
    }
}

impl Drop for Spool {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_dir_all(&self.folder) {
            tracing::warn!(error = %error, "a spool could not be removed, the next start will");
        }
    }
}

/// Reads spooled records one by one.
pub(crate) struct SpoolReader {
    path: PathBuf,
    lines: std::io::Lines<BufReader<File>>,
}

impl SpoolReader {
    fn open(path: PathBuf) -> Result<Self, IntakeError> {
        let file = File::open(&path).map_err(|source| IntakeError::disk("read", &path, source))?;
        Ok(Self {
            path,
            lines: BufReader::new(file).lines(),
        })
    }
}

impl Iterator for SpoolReader {
    type Item = Result<Spooled, IntakeError>;

    fn next(&mut self) -> Option<Self::Item> {
        let line = self.lines.next()?;
        let line = match line {
            Ok(line) => line,
            Err(source) => return Some(Err(IntakeError::disk("read", &self.path, source))),
        };
        Some(serde_json::from_str(&line).map_err(IntakeError::from))
    }
}

fn create(path: &Path) -> Result<BufWriter<File>, IntakeError> {
    Ok(BufWriter::new(
        File::create(path).map_err(|source| IntakeError::disk("write", path, source))?,
    ))
}

fn write_line(file: &mut BufWriter<File>, spooled: &Spooled, path: &Path) -> Result<(), IntakeError> {
    serde_json::to_writer(&mut *file, spooled)?;
    file.write_all(b"\n")
        .map_err(|source| IntakeError::disk("write", path, source))
}
