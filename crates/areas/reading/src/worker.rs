//! Reading what waits: records are claimed, their files read side by side, and what was understood kept in groups.
//!
//! ```text
//! readings (waiting) ── claim ─▶ lanes, as many as children ── Finished ─▶ keep, several in one transaction
//!                     lease kept by a heartbeat; a reading that is interrupted goes on after its last page
//! ```

use crate::error::ReadingError;
use crate::keep::{Finished, keep, may_lie_open};
use crate::reader::{Reader, Spool};
use crate::repository::{ClaimedReading, ReadingRepository, ReadingRow};
use crate::state::{ReadingState, Reason};
use lantai_cataloguing::layout::kept_reading;
use lantai_cataloguing::{Holdings, RecordRepository, StoredRecord};
use lantai_database::{AuditScope, StoreError};
use lantai_domain::reading::{FileReading, KEPT_READING_FORM, KeptReading};
use lantai_domain::{ContentFile, RecordId};
use lantai_vault::{LogicalPath, Object, ObjectId, VersionNumber};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

/// Between two looks for work where there was none.
const PAUSE: Duration = Duration::from_secs(2);
/// Between two signs of life.
const HEARTBEAT: Duration = Duration::from_secs(30);
/// Records kept in one transaction at most.
const KEPT_AT_ONCE: usize = 64;
/// After so many failures that say nothing of the file, a person must look.
const MOST_ATTEMPTS: i64 = 8;
/// After its worker has vanished so often, a person must look: it may be the record that kills it.
const MOST_LOST: i64 = 5;

/// Reads what waits.
#[derive(Clone)]
pub struct ReadingWorker {
    holdings: Holdings,
    reader: Reader,
    /// Folder for readings under way.
    workspace: PathBuf,
    name: String,
}

/// What came of a record.
enum Outcome {
    Read(Box<Finished>),
    /// It is there no longer, or has no files.
    Gone(RecordId),
    Failed(ClaimedReading, ReadingError),
}

impl ReadingWorker {
    /// A worker that keeps readings under way in `workspace`.
    pub fn new(holdings: Holdings, reader: Reader, workspace: PathBuf) -> Self {
        let name = holdings.ids.next().to_string();
        Self {
            holdings,
            reader,
            workspace,
            name,
        }
    }

    /// Reads until nothing waits whose time has come; how many records were read.
    ///
    /// # Errors
    /// Where the catalogue fails. A record that fails is put back, or given up with its reason.
    pub async fn run_until_idle(&self) -> Result<u64, ReadingError> {
        self.prepare()?;
        let mut done = 0;
        loop {
            let (count, _) = self.round(&mut std::future::pending()).await?;
            if count == 0 {
                return Ok(done);
            }
            done += count;
        }
    }

    /// Reads what waits, again and again, until `stop` resolves. What is under way then goes on at the next start.
    pub async fn run(&self, stop: impl Future<Output = ()>) {
        tokio::pin!(stop);
        if let Err(error) = self.prepare() {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "nothing is read: the folder for it cannot be made"
            );
            return stop.await;
        }
        loop {
            let found = match self.round(&mut stop).await {
                Ok((_, true)) => return,
                Ok((count, false)) => count,
                Err(error) => {
                    tracing::warn!(error = &error as &dyn std::error::Error, "reading did not go on");
                    0
                }
            };
            let pause = if found > 0 { Duration::ZERO } else { PAUSE };
            tokio::select! {
                () = &mut stop => return,
                () = tokio::time::sleep(pause) => {}
            }
        }
    }

    /// Makes the folder for readings under way, and removes the files that a killed process left in it: they may be
    /// in clear where the vault is not. Folders of records stay, for their readings go on.
    fn prepare(&self) -> Result<(), ReadingError> {
        let failed = |source| file_failed(&self.workspace, source);
        std::fs::create_dir_all(&self.workspace).map_err(failed)?;
        for entry in std::fs::read_dir(&self.workspace).map_err(failed)? {
            let path = entry.map_err(failed)?.path();
            if path.is_file() {
                std::fs::remove_file(&path).map_err(failed)?;
                continue;
            }
            for inside in std::fs::read_dir(&path).map_err(failed)? {
                let inside = inside.map_err(failed)?.path();
                // lines go on; everything else is the copy of a file that was being read
                if inside.is_file() && inside.extension().is_none_or(|extension| extension != "lines") {
                    std::fs::remove_file(&inside).map_err(failed)?;
                }
            }
        }
        Ok(())
    }

    fn now_ms(&self) -> i64 {
        self.holdings.clock.now().as_millisecond()
    }

    async fn claim(&self, limit: usize) -> Result<Vec<ClaimedReading>, StoreError> {
        let limit = u32::try_from(limit).unwrap_or(u32::MAX);
        let mut work = self.holdings.database.begin_upkeep().await?.unaudited();
        let claimed = ReadingRepository(work.conn())
            .claim(&self.name, self.now_ms(), limit)
            .await?;
        work.commit().await?;
        Ok(claimed)
    }

    /// Keeps all lanes busy until nothing waits, or until `stop` resolves; how many records were dealt with, and whether
    /// it resolved.
    async fn round(
        &self,
        stop: &mut (impl Future<Output = ()> + Unpin),
    ) -> Result<(u64, bool), ReadingError> {
        let (sender, mut receiver) = mpsc::channel::<Outcome>(KEPT_AT_ONCE);
        let mut lanes = JoinSet::new();
        let mut count = 0;
        let mut is_stopped = false;
        let mut heartbeat = tokio::time::interval(HEARTBEAT);
        heartbeat.tick().await;
        loop {
            let free = self.reader.children().saturating_sub(lanes.len());
            if free > 0 && !is_stopped {
                for claimed in self.claim(free).await? {
                    let (lane, sender) = (self.clone(), sender.clone());
                    lanes.spawn(async move {
                        let outcome = lane.read(claimed).await;
                        // whoever keeps is there as long as a lane is
                        let _ = sender.send(outcome).await;
                    });
                }
            }
            if lanes.is_empty() && receiver.is_empty() {
                return Ok((count, is_stopped));
            }
            tokio::select! {
                Some(first) = receiver.recv() => {
                    let mut outcomes = vec![first];
                    while outcomes.len() < KEPT_AT_ONCE {
                        match receiver.try_recv() {
                            Ok(outcome) => outcomes.push(outcome),
                            Err(_) => break,
                        }
                    }
                    count += outcomes.len() as u64;
                    self.settle(outcomes).await?;
                }
                Some(_) = lanes.join_next() => {}
                _ = heartbeat.tick() => {
                    let mut work = self.holdings.database.begin_upkeep().await?.unaudited();
                    ReadingRepository(work.conn()).heartbeat(&self.name, self.now_ms()).await?;
                    work.commit().await?;
                }
                () = &mut *stop, if !is_stopped => {
                    // files under way go on after their last page at the next start
                    is_stopped = true;
                    self.reader.stop();
                }
            }
        }
    }

    async fn read(&self, claimed: ClaimedReading) -> Outcome {
        if claimed.lost >= MOST_LOST {
            let times = claimed.lost;
            return Outcome::Failed(claimed, ReadingError::WorkersLost { times });
        }
        match self.read_record(&claimed).await {
            Ok(Some(finished)) => Outcome::Read(Box::new(finished)),
            Ok(None) => Outcome::Gone(claimed.record),
            Err(error) => Outcome::Failed(claimed, error),
        }
    }

    async fn read_record(&self, claimed: &ClaimedReading) -> Result<Option<Finished>, ReadingError> {
        let mut database = self.holdings.database.read().await?;
        let mut found = RecordRepository(database.conn())
            .find_many(&[claimed.record])
            .await?;
        drop(database);
        let Some(stored) = found.pop().filter(|stored| !stored.record.files.is_empty()) else {
            return Ok(None);
        };
        let worker = self.clone();
        let claimed = claimed.clone();
        let finished = tokio::task::spawn_blocking(move || worker.read_files(&claimed, &stored)).await??;
        Ok(Some(finished))
    }

    /// Reads every file of a record. Blocks.
    fn read_files(&self, claimed: &ClaimedReading, stored: &StoredRecord) -> Result<Finished, ReadingError> {
        let record = &stored.record;
        let id = ObjectId::new(stored.object.clone())?;
        let object = self.holdings.vault.object(&id)?.ok_or(ReadingError::NotFound)?;
        let version = VersionNumber::new(stored.object_version).unwrap_or(object.head());
        let folder = self.workspace.join(record.id.to_string());
        std::fs::create_dir_all(&folder).map_err(|source| file_failed(&folder, source))?;
        let older = match claimed.object_version {
            0 => None,
            _ => kept_reading(&self.holdings.vault, record.id)?,
        };
        let mut files = Vec::new();
        for (number, file) in record.files.iter().enumerate() {
            files.push(self.read_file(&object, version, file, number, &folder)?);
        }
        let _ = std::fs::remove_dir_all(&folder);
        let kept = KeptReading {
            v: KEPT_READING_FORM,
            record: record.id,
            source_version: stored.object_version,
            recipe: self.reader.recipe(),
            files,
        };
        // an older reading stays in force until a person accepts the newer, unless it lacked something or is of another
        // content
        let is_newer = older.is_some_and(|older| {
            older.source_version == kept.source_version && older.recipe != kept.recipe && is_whole(&older)
        });
        Ok(Finished {
            row: row_of(&kept, stored, claimed.object_version, is_newer, self.now_ms()),
            kept,
            is_open: may_lie_open(record),
            is_newer,
        })
    }

    fn read_file(
        &self,
        object: &Object,
        version: VersionNumber,
        file: &ContentFile,
        number: usize,
        folder: &Path,
    ) -> Result<FileReading, ReadingError> {
        let path = LogicalPath::new(file.path.clone())?;
        let name = file.path.rsplit('/').next().unwrap_or(&file.path);
        let clear = object.clear_file(version, &path)?;
        let copy = match clear {
            Some(_) => None,
            None => Some(decrypted(object, version, &path, folder)?),
        };
        let place = clear
            .as_deref()
            .or(copy.as_ref().map(|copy| copy.path()))
            .ok_or(ReadingError::NotFound)?;
        // what is encrypted in the vault must not lie in clear among the readings under way
        let mut spool = match &copy {
            None => Some(Spool::open(&folder.join(format!("{number}.lines")))?),
            Some(_) => None,
        };
        let mut reading = self.reader.read(place, name, spool.as_mut(), &mut |_| {})?;
        reading.provenance.made_at = self.holdings.clock.now().to_string();
        Ok(FileReading {
            path: file.path.clone(),
            reading,
        })
    }

    async fn settle(&self, outcomes: Vec<Outcome>) -> Result<(), ReadingError> {
        let mut finished = Vec::new();
        for outcome in outcomes {
            match outcome {
                Outcome::Read(read) => finished.push(*read),
                Outcome::Gone(record) => {
                    let reason = Reason {
                        code: "reading.nothing_there".to_owned(),
                        detail: "the record has no files, or is gone".to_owned(),
                    };
                    self.fail(record, &reason, None).await?;
                }
                Outcome::Failed(claimed, error) => self.put_back(&claimed, &error).await?,
            }
        }
        let records: Vec<RecordId> = finished.iter().map(|read| read.kept.record).collect();
        let scope = AuditScope::of_job("reading.read", self.holdings.clock.clone());
        let kept = scope.cover(keep(&self.holdings, &self.name, finished)).await;
        if let Err(error) = kept {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "what was read could not be kept"
            );
            for record in records {
                let reason = reason_of(&error);
                self.fail(record, &reason, Some(self.now_ms() + 60_000)).await?;
            }
        }
        Ok(())
    }

    async fn put_back(&self, claimed: &ClaimedReading, error: &ReadingError) -> Result<(), ReadingError> {
        if matches!(error, ReadingError::Interrupted) {
            let mut work = self.holdings.database.begin_upkeep().await?.unaudited();
            ReadingRepository(work.conn())
                .release(claimed.record, &self.name)
                .await?;
            return Ok(work.commit().await?);
        }
        tracing::warn!(record.id = %claimed.record, error = error as &dyn std::error::Error, "record {} could not be read", claimed.record);
        let is_over = claimed.attempts >= MOST_ATTEMPTS || claimed.lost >= MOST_LOST;
        let again = (!is_over).then(|| self.now_ms() + (2_000_i64 << claimed.attempts.clamp(0, 12)));
        self.fail(claimed.record, &reason_of(error), again).await
    }

    async fn fail(
        &self,
        record: RecordId,
        reason: &Reason,
        again_at_ms: Option<i64>,
    ) -> Result<(), ReadingError> {
        let mut work = self.holdings.database.begin_upkeep().await?.unaudited();
        ReadingRepository(work.conn())
            .fail(record, &self.name, reason, again_at_ms)
            .await?;
        Ok(work.commit().await?)
    }
}

fn reason_of(error: &ReadingError) -> Reason {
    Reason {
        code: error.code().to_owned(),
        detail: error.to_string(),
    }
}

fn file_failed(path: &Path, source: io::Error) -> ReadingError {
    ReadingError::File {
        path: path.to_path_buf(),
        source,
    }
}

/// An encrypted file in clear, gone when it was read.
fn decrypted(
    object: &Object,
    version: VersionNumber,
    path: &LogicalPath,
    folder: &Path,
) -> Result<tempfile::NamedTempFile, ReadingError> {
    let mut copy = tempfile::NamedTempFile::new_in(folder).map_err(|source| file_failed(folder, source))?;
    let mut content = object.open(version, path)?;
    io::copy(&mut content, copy.as_file_mut()).map_err(|source| file_failed(copy.path(), source))?;
    Ok(copy)
}

/// Whether no model was missing when it was made.
fn is_whole(kept: &KeptReading) -> bool {
    let mut omitted = kept
        .files
        .iter()
        .flat_map(|file| &file.reading.provenance.omitted);
    omitted.all(|omission| omission.code != "reading.model_missing")
}

pub(crate) fn row_of(
    kept: &KeptReading,
    stored: &StoredRecord,
    object_version: u32,
    has_newer: bool,
    now_ms: i64,
) -> ReadingRow {
    let readings = || kept.files.iter().map(|file| &file.reading);
    let mut omitted: Vec<String> = readings()
        .flat_map(|reading| &reading.provenance.omitted)
        .map(|omission| omission.code.clone())
        .collect();
    omitted.sort();
    omitted.dedup();
    let cpu_seconds: f32 = readings()
        .flat_map(|reading| &reading.provenance.steps)
        .map(|step| step.cpu_seconds)
        .sum();
    let seconds: f64 = readings()
        .filter_map(|reading| reading.segments.last())
        .map(|segment| segment.end)
        .sum();
    ReadingRow {
        record: kept.record,
        accession: stored.record.accession,
        state: ReadingState::Done,
        priority: 0,
        source_version: kept.source_version,
        object_version,
        recipe: kept.recipe.clone(),
        has_newer,
        pages: readings().map(|reading| reading.pages.len() as u64).sum(),
        characters: readings()
            .map(|reading| reading.text.chars().count() as u64)
            .sum(),
        seconds: seconds as u64,
        cpu_ms: (cpu_seconds * 1000.0) as u64,
        omitted,
        read_at_ms: now_ms,
    }
}
