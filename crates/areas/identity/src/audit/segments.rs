//! The trail beside the journal: what was anchored is also kept in files, from which it comes back when the database is
//! lost.
//!
//! Each file is named after the first and last event in it, and holds one line of JSON an event: the bytes that were
//! hashed, with their hash.

use super::error::AuditError;
use crate::repository::audit::StoredEvent;
use lantai_database::chain_hash;
use lantai_domain::audit::{AuditAnchor, AuditEvent};
use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};

/// Hash and hashed bytes of a line.
fn parts(line: &str) -> Option<(&str, &str)> {
    let rest = line.strip_prefix("{\"hash\":\"")?;
    let (hash, rest) = rest.split_once("\",\"event\":")?;
    Some((hash, rest.strip_suffix('}')?))
}

/// A file of events.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Segment {
    pub first: u64,
    pub last: u64,
    pub path: PathBuf,
}

/// An event as a line; the hashed bytes stay as they are.
pub(super) fn line(row: &StoredEvent) -> String {
    format!("{{\"hash\":\"{}\",\"event\":{}}}\n", row.hash, row.body)
}

fn failed(source: std::io::Error) -> AuditError {
    AuditError::Segments(source)
}

/// The files of a folder, in order.
pub(super) fn list(folder: &Path) -> Result<Vec<Segment>, AuditError> {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(failed(error)),
    };
    let mut segments = Vec::new();
    for entry in entries {
        let path = entry.map_err(failed)?.path();
        let name = path
            .file_name()
            .and_then(|name| name.to_str())
            .unwrap_or_default();
        let numbers = name.strip_suffix(".jsonl").and_then(|name| name.split_once('-'));
        let Some((first, last)) = numbers else { continue };
        if let (Ok(first), Ok(last)) = (first.parse(), last.parse()) {
            segments.push(Segment { first, last, path });
        }
    }
    segments.sort();
    Ok(segments)
}

/// A file under way; it has its name only when it is whole and durable.
pub(super) struct Writing {
    folder: PathBuf,
    unfinished: PathBuf,
    file: File,
}

impl Writing {
    /// Begins a file; what an interrupted one left after `anchored` is removed.
    pub fn begin(folder: &Path, anchored: u64) -> Result<Self, AuditError> {
        std::fs::create_dir_all(folder).map_err(failed)?;
        for leftover in list(folder)?
            .into_iter()
            .filter(|segment| segment.first > anchored)
        {
            std::fs::remove_file(leftover.path).map_err(failed)?;
        }
        let unfinished = folder.join("unfinished");
        let file = File::create(&unfinished).map_err(failed)?;
        Ok(Self {
            folder: folder.to_path_buf(),
            unfinished,
            file,
        })
    }

    pub fn add(&mut self, rows: &[StoredEvent]) -> Result<(), AuditError> {
        let lines: String = rows.iter().map(line).collect();
        self.file.write_all(lines.as_bytes()).map_err(failed)
    }

    /// Makes it durable under its name.
    pub fn finish(self, first: u64, last: u64) -> Result<(), AuditError> {
        self.file.sync_all().map_err(failed)?;
        let name = self.folder.join(format!("{first:012}-{last:012}.jsonl"));
        std::fs::rename(&self.unfinished, name).map_err(failed)?;
        File::open(&self.folder)
            .and_then(|folder| folder.sync_all())
            .map_err(failed)
    }
}

/// Reads the events of a file that follow `start`, as far as the chain holds.
pub(super) fn read(segment: &Segment, start: &mut AuditAnchor) -> Result<Vec<StoredEvent>, AuditError> {
    let mut rows = Vec::new();
    for text in BufReader::new(File::open(&segment.path).map_err(failed)?).lines() {
        let text = text.map_err(failed)?;
        let Some((hash, body)) = parts(&text) else { break };
        let Ok(event) = serde_json::from_str::<AuditEvent>(body) else {
            break;
        };
        if event.seq <= start.seq {
            continue;
        }
        let follows = event.seq == start.seq + 1 && event.prev_hash == start.hash;
        if !follows || chain_hash(&event.prev_hash, body.as_bytes()) != hash {
            break;
        }
        *start = AuditAnchor {
            seq: event.seq,
            hash: hash.to_owned(),
        };
        rows.push(StoredEvent::of(&event, hash.to_owned(), body.to_owned()));
    }
    Ok(rows)
}

/// Removes what was retired: whole files, and the beginning of the one that goes on after it.
pub(super) fn retire(folder: &Path, up_to: u64) -> Result<(), AuditError> {
    for segment in list(folder)?.into_iter().filter(|segment| segment.first <= up_to) {
        if segment.last > up_to {
            let text = std::fs::read_to_string(&segment.path).map_err(failed)?;
            let gone = usize::try_from(up_to + 1 - segment.first).unwrap_or(usize::MAX);
            let kept: String = text.split_inclusive('\n').skip(gone).collect();
            let unfinished = folder.join("unfinished");
            let mut file = File::create(&unfinished).map_err(failed)?;
            file.write_all(kept.as_bytes())
                .and_then(|()| file.sync_all())
                .map_err(failed)?;
            let name = format!("{:012}-{:012}.jsonl", up_to + 1, segment.last);
            std::fs::rename(&unfinished, folder.join(name)).map_err(failed)?;
        }
        std::fs::remove_file(&segment.path).map_err(failed)?;
    }
    Ok(())
}
