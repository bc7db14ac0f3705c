//! Accessions that come over the network: announced, uploaded file by file, then handed in.

use crate::accession::{Accession, AccessionState};
use crate::error::IntakeError;
use crate::repository::AccessionRepository;
use lantai_cataloguing::Holdings;
use lantai_database::{Job, NewJob};
use lantai_domain::{AccessionId, FondsNumber, JobId, Stage};
use lantai_formats::package::LogicalName;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

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
    /// Bytes to come.
    pub bytes: u64,
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
}

impl Uploads {
    /// Uploads below a folder.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: folder.into(),
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

    /// Registers an accession whose files will come.
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
        let id = AccessionId::new(holdings.ids.next());
        let fonds = announcement.fonds.as_ref().map(ToString::to_string);
        let state = AccessionState::Receiving {
            files_announced: announcement.files,
            bytes_announced: announcement.bytes,
        };
        let now = holdings.clock.now();
        let mut accession = Accession::begin(id, &announcement.name, fonds, Stage::Filing, by, now, state);
        accession.kind = announcement.kind;
        let package = self.package(id);
        std::fs::create_dir_all(&package).map_err(|source| IntakeError::disk("make", package, source))?;
        let mut work = holdings.database.begin_upkeep().await?;
        AccessionRepository(work.conn()).put(&accession).await?;
        if let Some(key) = &announcement.idempotency_key {
            AccessionRepository(work.conn()).remember_key(id, key).await?;
        }
        work.commit().await?;
        Ok(accession)
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

    /// Hands an upload in: from now on it is examined in the background.
    pub async fn submit(&self, holdings: &Holdings, id: AccessionId) -> Result<Accession, IntakeError> {
        let mut accession = receiving(holdings, id, "handed in").await?;
        accession.state = AccessionState::Checking;
        let mut work = holdings.database.begin_upkeep().await?;
        AccessionRepository(work.conn()).put(&accession).await?;
        let job = NewJob::new(JobId::new(holdings.ids.next()), &ReceiveUpload { accession: id })?;
        work.enqueue(job.once(&id.to_string())).await?;
        work.commit().await?;
        Ok(accession)
    }

    /// Drops an upload that was not handed in.
    pub async fn withdraw(&self, holdings: &Holdings, id: AccessionId) -> Result<(), IntakeError> {
        receiving(holdings, id, "withdrawn").await?;
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
        other => Err(IntakeError::WrongState {
            state: other.name(),
            wanted,
        }),
    }
}
