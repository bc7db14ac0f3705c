//! Accessions that come over the network: announced, uploaded file by file, then handed in.

mod resumable;

pub use resumable::{Checksum, Patch, ResumableUploads, WantedUpload};

use crate::accession::{Accession, AccessionState, MajorFaults};
use crate::error::IntakeError;
use crate::repository::AccessionRepository;
use crate::repository::uploads::UploadRepository;
use crate::watch::ReceiveWatched;
use lantai_cataloguing::Holdings;
use lantai_database::{Job, NewJob};
use lantai_domain::{AccessionId, FondsNumber, JobId, Stage};
use lantai_formats::package::LogicalName;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::submission::SubmissionKind;

/// What a sender announces.
#[derive(Debug, Clone)]
pub struct Announcement {
    /// Name of the package.
    pub name: String,
    /// The fonds of what names none.
    pub fonds: Option<FondsNumber>,
    /// Its kind, where the sender knows.
    pub kind: Option<SubmissionKind>,
    /// Files to come.
    pub files: u64,
    /// Bytes to come; 0: not known.
    pub bytes: u64,
    /// At which stage it is tested.
    pub stage: Stage,
    /// What becomes of major faults.
    pub majors: MajorFaults,
    /// The returned accession that it corrects.
    pub corrects: Option<AccessionId>,
    /// The same key twice makes one accession.
    pub idempotency_key: Option<String>,
}

/// Work that receives an uploaded package.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ReceiveUpload {
    /// Which.
    pub accession: AccessionId,
}

impl Job for ReceiveUpload {
    const NAME: &'static str = "intake.receive_upload";
}

/// Where uploads lie until they are handed in: `uploads/<accession>/package/…`.
#[derive(Debug, Clone)]
pub struct Uploads {
    folder: PathBuf,
    budgets: Budgets,
}

impl Uploads {
    /// Uploads below a folder.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: folder.into(),
            budgets: Budgets::default(),
        }
    }

    fn of(&self, id: AccessionId) -> PathBuf {
        self.folder.join(id.to_string())
    }

    /// The package of an accession as far as it is uploaded.
    pub fn package(&self, id: AccessionId) -> PathBuf {
        self.of(id).join("package")
    }

    /// A name for a file while it is being uploaded, outside the package.
    pub fn partial(&self, id: AccessionId, unique: uuid::Uuid) -> PathBuf {
        self.of(id).join(format!("{unique}.part"))
    }

    /// Registers an accession whose files will come. The same key makes the same accession, at whatever moment it
    /// comes.
    pub async fn announce(
        &self,
        holdings: &Holdings,
        announcement: &Announcement,
        by: &str,
    ) -> Result<Accession, IntakeError> {
        if let Some(key) = &announcement.idempotency_key {
            let mut reader = holdings.database.read().await?;
            if let Some(known) = AccessionRepository(reader.conn()).find_by_key(key).await? {
                return Ok(known);
            }
        }
        if let Some(corrected) = announcement.corrects {
            must_be_returned(holdings, corrected).await?;
        }
        let id = AccessionId::new(holdings.ids.next());
        let fonds = announcement.fonds.as_ref().map(ToString::to_string);
        let state = AccessionState::Receiving {
            files_announced: announcement.files,
            bytes_announced: announcement.bytes,
        };
        let now = holdings.clock.now();
        let mut accession =
            Accession::begin(id, &announcement.name, fonds, announcement.stage, by, now, state);
        accession.kind = announcement.kind;
        accession.majors = announcement.majors;
        accession.corrects = announcement.corrects;
        let package = self.package(id);
        std::fs::create_dir_all(&package).map_err(|source| IntakeError::disk("make", package, source))?;
        let mut work = holdings.database.begin_upkeep().await?;
        let Some(key) = &announcement.idempotency_key else {
            AccessionRepository(work.conn()).put(&accession).await?;
            work.commit().await?;
            return Ok(accession);
        };
        if AccessionRepository(work.conn())
            .put_under_key(&accession, key)
            .await?
        {
            work.commit().await?;
            return Ok(accession);
        }
        // the same request came twice at once, and the other one was first
        drop(work);
        self.clear(id)?;
        let mut reader = holdings.database.read().await?;
        let first = AccessionRepository(reader.conn()).find_by_key(key).await?;
        first.ok_or(IntakeError::NotFound)
    }

    /// Where a file of an upload goes; its folders are made. The path must stay inside the package.
    pub async fn place(
        &self,
        holdings: &Holdings,
        id: AccessionId,
        path: &str,
    ) -> Result<PathBuf, IntakeError> {
        receiving(holdings, id, "uploaded to").await?;
        let name = LogicalName::new(path).map_err(|_| IntakeError::PathEscape {
            path: path.to_owned(),
        })?;
        let place = self.package(id).join(name.as_str());
        let folder = place.parent().unwrap_or(&place);
        std::fs::create_dir_all(folder).map_err(|source| IntakeError::disk("make", folder, source))?;
        Ok(place)
    }

    /// Hands an upload in: from now on it is examined in the background. One that failed is handed in again, and goes
    /// on after what is durable of it.
    pub async fn submit(&self, holdings: &Holdings, id: AccessionId) -> Result<Accession, IntakeError> {
        let mut reader = holdings.database.read().await?;
        let found = AccessionRepository(reader.conn()).find(id).await?;
        let is_watched = AccessionRepository(reader.conn()).is_watched(id).await?;
        drop(reader);
        let mut accession = found.ok_or(IntakeError::NotFound)?;
        match accession.state {
            AccessionState::Receiving { .. } => {}
            AccessionState::Failed { .. } if is_watched || self.package(id).exists() => {}
            AccessionState::Failed { .. } => return Err(IntakeError::HandedInElsewhere),
            other => return Err(wrong_state(&other, "handed in")),
        }
        accession.state = AccessionState::Checking;
        self.budgets.forget(id);
        let mut work = holdings.database.begin_upkeep().await?;
        let unfinished = UploadRepository(work.conn()).unfinished_of(id).await?;
        if unfinished > 0 {
            let count = u64::try_from(unfinished).unwrap_or(0);
            return Err(IntakeError::UploadsUnfinished { count });
        }
        AccessionRepository(work.conn()).put(&accession).await?;
        let job_id = JobId::new(holdings.ids.next());
        let job = match is_watched {
            true => NewJob::new(job_id, &ReceiveWatched { accession: id })?,
            false => NewJob::new(job_id, &ReceiveUpload { accession: id })?,
        };
        work.enqueue(job.once(&id.to_string())).await?;
        work.commit().await?;
        Ok(accession)
    }

    /// Drops an upload that was not handed in, or whose accession failed. Parts of a failed one go with the next start.
    pub async fn withdraw(&self, holdings: &Holdings, id: AccessionId) -> Result<(), IntakeError> {
        let mut reader = holdings.database.read().await?;
        let found = AccessionRepository(reader.conn()).find(id).await?;
        drop(reader);
        match found.ok_or(IntakeError::NotFound)?.state {
            AccessionState::Receiving { .. } | AccessionState::Failed { .. } => {}
            other => return Err(wrong_state(&other, "withdrawn")),
        }
        self.budgets.forget(id);
        let mut work = holdings.database.begin_upkeep().await?;
        AccessionRepository(work.conn()).delete(id).await?;
        work.commit().await?;
        self.clear(id)
    }

    /// Accessions that something was uploaded for.
    pub(crate) fn all(&self) -> Result<Vec<AccessionId>, IntakeError> {
        let entries = match std::fs::read_dir(&self.folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(source) => return Err(IntakeError::disk("read", &self.folder, source)),
        };
        let names = entries.flatten().map(|entry| entry.file_name());
        Ok(names.filter_map(|name| name.to_str()?.parse().ok()).collect())
    }

    /// Takes room for bytes that were sent: more than announced are refused.
    pub fn take_room(&self, accession: &Accession, bytes: u64) -> Result<(), IntakeError> {
        let AccessionState::Receiving { bytes_announced, .. } = accession.state else {
            return Ok(());
        };
        if bytes_announced == 0 {
            return Ok(());
        }
        let package = self.package(accession.id);
        self.budgets
            .take(accession.id, bytes, bytes_announced, || bytes_below(&package))
    }

    /// Gives room back of a file that was not kept, or was replaced.
    pub fn give_room_back(&self, id: AccessionId, bytes: u64) {
        self.budgets.give_back(id, bytes);
    }

    /// The accession, if its files are being uploaded.
    pub async fn receiving(&self, holdings: &Holdings, id: AccessionId) -> Result<Accession, IntakeError> {
        receiving(holdings, id, "uploaded to").await
    }

    /// Removes what was uploaded; there may be nothing.
    pub fn clear(&self, id: AccessionId) -> Result<(), IntakeError> {
        remove(&self.of(id))
    }

    /// The folder inside an upload that is the package itself: a browser sends a folder with its own name in front.
    pub fn package_root(&self, id: AccessionId) -> Result<PathBuf, IntakeError> {
        let package = self.package(id);
        let disk = |source| IntakeError::disk("read", package.clone(), source);
        let mut entries = std::fs::read_dir(&package).map_err(disk)?;
        let (first, second) = (entries.next().transpose().map_err(disk)?, entries.next());
        match (first, second) {
            (Some(only), None) => Ok(only.path()),
            _ => Ok(package),
        }
    }
}

fn remove(folder: &Path) -> Result<(), IntakeError> {
    match std::fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(IntakeError::disk("remove", folder, error))
        }
        _ => Ok(()),
    }
}

/// Only a returned accession can be corrected.
pub(crate) async fn must_be_returned(holdings: &Holdings, id: AccessionId) -> Result<(), IntakeError> {
    let mut reader = holdings.database.read().await?;
    let found = AccessionRepository(reader.conn()).find(id).await?;
    match found.ok_or(IntakeError::NotFound)?.state {
        AccessionState::Returned { .. } => Ok(()),
        other => Err(IntakeError::NotReturned { state: other.name() }),
    }
}

fn bytes_below(folder: &Path) -> u64 {
    lantai_formats::package::walk(folder)
        .flatten()
        .map(|file| file.size)
        .sum()
}

/// How many bytes each accession under way has sent here; counted from the disk when it is first asked for.
#[derive(Debug, Clone, Default)]
struct Budgets(Arc<Mutex<HashMap<AccessionId, u64>>>);

impl Budgets {
    fn lock(&self) -> MutexGuard<'_, HashMap<AccessionId, u64>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(
        &self,
        id: AccessionId,
        bytes: u64,
        announced: u64,
        there: impl FnOnce() -> u64,
    ) -> Result<(), IntakeError> {
        let mut taken = self.lock();
        let taken = taken.entry(id).or_insert_with(there);
        if taken.saturating_add(bytes) > announced {
            return Err(IntakeError::TooMuch);
        }
        *taken += bytes;
        Ok(())
    }

    fn give_back(&self, id: AccessionId, bytes: u64) {
        if let Some(taken) = self.lock().get_mut(&id) {
            *taken = taken.saturating_sub(bytes);
        }
    }

    fn forget(&self, id: AccessionId) {
        self.lock().remove(&id);
    }
}

async fn receiving(
    holdings: &Holdings,
    id: AccessionId,
    wanted: &'static str,
) -> Result<Accession, IntakeError> {
    let mut reader = holdings.database.read().await?;
    let found = AccessionRepository(reader.conn()).find(id).await?;
    let accession = found.ok_or(IntakeError::NotFound)?;
    match accession.state {
        AccessionState::Receiving { .. } => Ok(accession),
        other => Err(wrong_state(&other, wanted)),
    }
}

fn wrong_state(state: &AccessionState, wanted: &'static str) -> IntakeError {
    IntakeError::WrongState {
        state: state.name(),
        wanted,
    }
}
