//! Intake in parts: a large package is staged in vault batches that are made durable one by one, so that whoever is
//! interrupted goes on with the first item that is not in one of them.
//!
//! A part is a sealed batch and a log of what was made of each of its items. It counts from the moment in which its
//! row is committed, and the row is written last: log and batch are durable before it. Nothing of a part is a holding;
//! all parts are placed together with the accession's own object after one transaction, or all of them are removed.
//! They are also how a package waits for a person's decision.

use crate::error::IntakeError;
use crate::examine::Done;
use lantai_domain::AccessionId;
use lantai_vault::{Batch, Vault, VaultError};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, VecDeque};
use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

const PLAN: &str = "plan.json";
const PLAN_FORMAT: &str = "lantai-parts/1";

/// When a part is full.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PartSize {
    /// Items with content.
    pub items: u64,
    /// Bytes of content.
    pub bytes: u64,
}

impl Default for PartSize {
    fn default() -> Self {
        Self {
            items: 2_000,
            bytes: 4 * 1024 * 1024 * 1024,
        }
    }
}

/// What the parts of a package depend on; parts made under another plan are of no use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Plan {
    format: String,
    /// What the package looks like from outside.
    fingerprint: String,
    /// Version of the rules of the checks.
    rules: String,
    /// The program that wrote the logs.
    program: String,
    /// Codes that are given here.
    next_numbers: BTreeMap<String, u32>,
}

impl Plan {
    /// The plan for a package.
    pub fn new(fingerprint: String, rules: &str, next_numbers: BTreeMap<String, u32>) -> Self {
        Self {
            format: PLAN_FORMAT.to_owned(),
            fingerprint,
            rules: rules.to_owned(),
            program: env!("CARGO_PKG_VERSION").to_owned(),
            next_numbers,
        }
    }
}

/// The folder in which an accession keeps what its parts need.
#[derive(Debug, Clone)]
pub(crate) struct HeldFolder(PathBuf);

impl HeldFolder {
    const PREFIX: &str = "held-";

    /// The folder of an accession; there may be none yet.
    pub fn of(workspace: &Path, accession: AccessionId) -> Self {
        Self(workspace.join(format!("{}{accession}", Self::PREFIX)))
    }

    /// Whose folder it is, by its name in the workspace.
    pub fn accession(name: &str) -> Option<AccessionId> {
        name.strip_prefix(Self::PREFIX)?.parse().ok()
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Makes it.
    pub fn make(&self) -> Result<(), IntakeError> {
        std::fs::create_dir_all(&self.0).map_err(|source| IntakeError::disk("make", &self.0, source))
    }

    fn log(&self, part: u32) -> PathBuf {
        self.0.join(format!("part-{part}.jsonl"))
    }

    /// Writes a file and makes it durable.
    pub fn write(&self, name: &str, bytes: &[u8]) -> Result<(), IntakeError> {
        let path = self.0.join(name);
        let disk = |source| IntakeError::disk("write", &path, source);
        let mut file = File::create(&path).map_err(disk)?;
        file.write_all(bytes).map_err(disk)?;
        file.sync_all().map_err(disk)?;
        self.sync()
    }

    /// Makes its list of files durable.
    pub fn sync(&self) -> Result<(), IntakeError> {
        let synced = File::open(&self.0).and_then(|folder| folder.sync_all());
        synced.map_err(|source| IntakeError::disk("write", &self.0, source))
    }

    /// Reads one of its files.
    pub fn read(&self, name: &str) -> Result<Vec<u8>, IntakeError> {
        let path = self.0.join(name);
        std::fs::read(&path).map_err(|source| IntakeError::disk("read", path, source))
    }

    /// Removes it; there may be none.
    pub fn remove(&self) -> Result<(), IntakeError> {
        match std::fs::remove_dir_all(&self.0) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(IntakeError::disk("remove", &self.0, error))
            }
            _ => Ok(()),
        }
    }

    /// Begins the log of a part.
    pub fn begin_log(&self, part: u32) -> Result<LogWriter, IntakeError> {
        let path = self.log(part);
        let file = File::create(&path).map_err(|source| IntakeError::disk("write", &path, source))?;
        Ok(LogWriter {
            folder: self.clone(),
            path,
            file: BufWriter::new(file),
        })
    }

    /// What was made of the items of a part.
    pub fn read_log(&self, part: u32) -> Result<PartLog, IntakeError> {
        let path = self.log(part);
        let file = File::open(&path).map_err(|source| IntakeError::disk("read", &path, source))?;
        Ok(PartLog {
            path,
            lines: BufReader::new(file).lines(),
        })
    }
}

/// The log of a part that is being filled.
pub(crate) struct LogWriter {
    folder: HeldFolder,
    path: PathBuf,
    file: BufWriter<File>,
}

impl LogWriter {
    /// Writes down what was made of an item.
    pub fn write(&mut self, done: &Done) -> Result<(), IntakeError> {
        serde_json::to_writer(&mut self.file, done)?;
        let written = self.file.write_all(b"\n");
        written.map_err(|source| IntakeError::disk("write", &self.path, source))
    }

    /// Makes the log durable.
    pub fn finish(self) -> Result<(), IntakeError> {
        let disk = |source| IntakeError::disk("write", &self.path, source);
        let file = self.file.into_inner().map_err(|error| disk(error.into_error()))?;
        file.sync_all().map_err(disk)?;
        self.folder.sync()
    }
}

/// The log of a part, item by item.
pub(crate) struct PartLog {
    path: PathBuf,
    lines: std::io::Lines<BufReader<File>>,
}

impl Iterator for PartLog {
    type Item = Result<Done, IntakeError>;

    fn next(&mut self) -> Option<Self::Item> {
        let line = match self.lines.next()? {
            Ok(line) => line,
            Err(source) => return Some(Err(IntakeError::disk("read", &self.path, source))),
        };
        Some(serde_json::from_str(&line).map_err(IntakeError::from))
    }
}

/// A part that is durable: its number and the name of its batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct HeldPart {
    pub number: u32,
    pub batch: String,
}

/// Commits the row of a part.
pub(crate) type HoldPart<'a> = dyn Fn(&HeldPart) -> Result<(), IntakeError> + Sync + 'a;

/// What was staged of a package.
#[derive(Default)]
pub(crate) struct Staged {
    /// What is in no durable part yet.
    pub last: Option<Batch>,
    /// The parts, in order.
    pub parts: Vec<HeldPart>,
}

/// The part of a package that is being filled, and those before it.
pub(crate) struct Parts<'a> {
    vault: &'a Vault,
    accession: AccessionId,
    folder: HeldFolder,
    size: PartSize,
    hold: &'a HoldPart<'a>,
    held: Vec<HeldPart>,
    /// Parts of a run before this one that were not come to yet.
    coming: VecDeque<u32>,
    known: BTreeMap<u64, Done>,
    batch: Option<Arc<Batch>>,
    log: Option<LogWriter>,
    staged_items: u64,
    staged_bytes: u64,
}

impl<'a> Parts<'a> {
    /// Goes on after the parts that are held, if they were made under the same plan. Otherwise they are removed from
    /// disk, and the caller finds that nothing is held; their rows it forgets itself.
    pub fn open(
        vault: &'a Vault,
        accession: AccessionId,
        folder: HeldFolder,
        size: PartSize,
        plan: &Plan,
        held: Vec<HeldPart>,
        hold: &'a HoldPart<'a>,
    ) -> Result<Self, IntakeError> {
        let usable = !held.is_empty() && Self::fit(vault, &folder, plan, &held);
        if !usable {
            remove_batches(vault, &held)?;
            folder.remove()?;
            folder.make()?;
            folder.write(PLAN, &serde_json::to_vec(plan)?)?;
        }
        let held = if usable { held } else { Vec::new() };
        Ok(Self {
            vault,
            accession,
            folder,
            size,
            hold,
            coming: held.iter().map(|part| part.number).collect(),
            held,
            known: BTreeMap::new(),
            batch: None,
            log: None,
            staged_items: 0,
            staged_bytes: 0,
        })
    }

    fn fit(vault: &Vault, folder: &HeldFolder, plan: &Plan, held: &[HeldPart]) -> bool {
        let written = folder.read(PLAN).ok();
        let written = written.and_then(|bytes| serde_json::from_slice::<Plan>(&bytes).ok());
        let Ok(unfinished) = vault.unfinished() else {
            return false;
        };
        written.as_ref() == Some(plan)
            && held.iter().zip(1..).all(|(part, number)| {
                part.number == number
                    && folder.log(number).exists()
                    && unfinished.contains(&(part.batch.clone(), true))
            })
    }

    /// Whether a run before this one is gone on with.
    pub fn goes_on(&self) -> bool {
        !self.held.is_empty()
    }

    /// What a run before this one made of an item; items are asked for in their order.
    pub fn known(&mut self, number: u64) -> Result<Option<Done>, IntakeError> {
        if self.known.is_empty()
            && let Some(part) = self.coming.pop_front()
        {
            for done in self.folder.read_log(part)? {
                let done = done?;
                self.known.insert(done.number, done);
            }
        }
        Ok(self.known.remove(&number))
    }

    fn next_part(&self) -> HeldPart {
        let number = u32::try_from(self.held.len()).unwrap_or(u32::MAX - 1) + 1;
        HeldPart {
            number,
            batch: format!("{}.{number}", self.accession),
        }
    }

    /// The batch that is being filled.
    pub fn batch(&mut self) -> Result<Arc<Batch>, IntakeError> {
        if let Some(batch) = &self.batch {
            return Ok(Arc::clone(batch));
        }
        let part = self.next_part();
        // an attempt of this process that failed may not have been able to remove what it had begun
        remove_batches(self.vault, std::slice::from_ref(&part))?;
        let log = self.folder.begin_log(part.number)?;
        let batch = Arc::new(self.vault.begin(&part.batch)?);
        self.log = Some(log);
        self.batch = Some(Arc::clone(&batch));
        Ok(batch)
    }

    /// Writes down what was made of an item.
    pub fn note(&mut self, done: &Done) -> Result<(), IntakeError> {
        let Some(log) = &mut self.log else {
            return Ok(());
        };
        log.write(done)?;
        if done
            .spooled
            .as_ref()
            .is_some_and(|spooled| !spooled.object.is_empty())
        {
            self.staged_items += 1;
            self.staged_bytes += done.bytes;
        }
        Ok(())
    }

    /// Whether it is time to make the part durable, with so many items that are being read for it.
    pub fn is_full(&self, outstanding: u64) -> bool {
        self.staged_items + outstanding >= self.size.items || self.staged_bytes >= self.size.bytes
    }

    /// Whether anything was staged for the part.
    pub fn holds_items(&self) -> bool {
        self.staged_items > 0
    }

    /// Makes the part durable; no worker may hold its batch any more.
    pub fn seal(&mut self) -> Result<(), IntakeError> {
        let part = self.next_part();
        let batch = self.batch()?;
        self.batch = None;
        let Some(batch) = Arc::into_inner(batch) else {
            return Err(lantai_cataloguing::CataloguingError::Interrupted.into());
        };
        if let Some(log) = self.log.take() {
            log.finish()?;
        }
        drop(batch.seal()?);
        (self.hold)(&part)?;
        self.held.push(part);
        (self.staged_items, self.staged_bytes) = (0, 0);
        Ok(())
    }

    /// What was staged in the end.
    pub fn finish(self) -> Staged {
        Staged {
            last: self.batch.and_then(Arc::into_inner),
            parts: self.held,
        }
    }
}

/// Removes batches that are not accepted; some may be gone already.
pub(crate) fn remove_batches(vault: &Vault, parts: &[HeldPart]) -> Result<(), IntakeError> {
    for part in parts {
        match vault.discard(&part.batch) {
            Ok(()) | Err(VaultError::BatchMissing { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}
