//! Watched folders: what a sending system puts there is taken in, each package once, and moved away with its receipt.
//!
//! A package is an entry of the folder: a file, or a folder with everything in it. It is complete when a file of its
//! name with `.ready` behind it lies beside it, or when it has not changed for a while. Names that begin with a point
//! or end in `.part` or `.ready` are left alone, so that a sender can write under such a name and rename in the end.
//! The accession and its job are committed in one transaction under a key made of place and fingerprint; only when the
//! accession has ended is the package moved, so a crash at any moment neither loses one nor takes one twice.

use crate::accession::{Accession, AccessionState, MajorFaults};
use crate::error::IntakeError;
use crate::fingerprint::fingerprint;
use crate::receipt::issue;
use crate::receive::ReceiveRequest;
use crate::repository::AccessionRepository;
use crate::submission::SubmissionKind;
use jiff::{Timestamp, ToSpan};
use lantai_cataloguing::Holdings;
use lantai_database::{Job, NewJob};
use lantai_domain::{AccessionId, FondsNumber, JobId, Stage};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// Who hands in what lies in a watched folder.
pub const WATCHER: &str = "watch";
const READY: &str = ".ready";
/// Folders, inside the watched one, that ended packages are moved to.
const ENDS: [&str; 3] = ["accepted", "returned", "failed"];

/// A folder that is watched: `[[watch]]` in `lantai.toml`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WatchFolder {
    /// Where it is.
    pub path: PathBuf,
    /// Fonds of what names none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fonds: Option<String>,
    /// Kind of the packages; found out if not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<SubmissionKind>,
    /// Stage of the checks.
    #[serde(default = "filing")]
    pub stage: Stage,
    /// What becomes of major faults.
    #[serde(default)]
    pub majors: MajorFaults,
    /// A package without a mark is complete when it has not changed for so many seconds.
    #[serde(default = "settle_seconds")]
    pub settle_seconds: u32,
}

fn filing() -> Stage {
    Stage::Filing
}

fn settle_seconds() -> u32 {
    30
}

/// Work that receives a package from a watched folder.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ReceiveWatched {
    /// Which.
    pub accession: AccessionId,
}

impl Job for ReceiveWatched {
    const NAME: &'static str = "intake.receive_watched";
}

/// Looks into watched folders.
pub struct Watcher {
    holdings: Holdings,
    folders: Vec<WatchFolder>,
    /// What packages without a mark looked like, and since when.
    seen: Mutex<HashMap<PathBuf, (String, Timestamp)>>,
}

impl Watcher {
    /// A watcher of these folders.
    pub fn new(holdings: Holdings, folders: Vec<WatchFolder>) -> Self {
        Self {
            holdings,
            folders,
            seen: Mutex::default(),
        }
    }

    /// Whether there is anything to watch.
    pub fn is_idle(&self) -> bool {
        self.folders.is_empty()
    }

    /// Looks once; says how many packages were handed to the workers. A folder that cannot be read is told to the log
    /// and looked at again the next time.
    pub async fn look(&self) -> Result<u64, IntakeError> {
        let mut taken = 0;
        for folder in &self.folders {
            let entries = match complete(folder) {
                Ok(entries) => entries,
                Err(error) => {
                    tracing::warn!(error = %error, "a watched folder cannot be read");
                    continue;
                }
            };
            for (path, marked) in entries {
                taken += u64::from(self.look_at(folder, &path, marked).await?);
            }
        }
        Ok(taken)
    }

    async fn look_at(&self, folder: &WatchFolder, path: &Path, marked: bool) -> Result<bool, IntakeError> {
        let Some(request) = request(folder, path) else {
            tracing::warn!("the fonds of a watched folder is no fonds number");
            return Ok(false);
        };
        let looked = request.clone();
        let Some(print) = tokio::task::spawn_blocking(move || fingerprint(&looked)).await? else {
            return Ok(false);
        };
        if !marked && !self.has_settled(folder, path, &print) {
            return Ok(false);
        }
        let source = path.to_string_lossy().into_owned();
        let key = format!("watch:{source}:{print}");
        let mut accession = Accession::begin(
            AccessionId::new(self.holdings.ids.next()),
            &request.name,
            folder.fonds.clone(),
            folder.stage,
            WATCHER,
            self.holdings.clock.now(),
            AccessionState::Checking,
        );
        accession.kind = folder.kind;
        accession.majors = folder.majors;
        let mut work = self.holdings.database.begin_upkeep().await?;
        let is_new = AccessionRepository(work.conn())
            .put_under_key(&accession, &key)
            .await?;
        if !is_new {
            return Ok(false);
        }
        AccessionRepository(work.conn())
            .remember_source(accession.id, &source, &print)
            .await?;
        let job = ReceiveWatched {
            accession: accession.id,
        };
        let job = NewJob::new(JobId::new(self.holdings.ids.next()), &job)?;
        work.enqueue(job).await?;
        work.commit().await?;
        self.seen().remove(path);
        Ok(true)
    }

    fn seen(&self) -> std::sync::MutexGuard<'_, HashMap<PathBuf, (String, Timestamp)>> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn has_settled(&self, folder: &WatchFolder, path: &Path, print: &str) -> bool {
        let now = self.holdings.clock.now();
        let mut seen = self.seen();
        let (looked, since) = seen
            .entry(path.to_path_buf())
            .or_insert_with(|| (print.to_owned(), now));
        if looked != print {
            (*looked, *since) = (print.to_owned(), now);
        }
        let settled = since.checked_add(i64::from(folder.settle_seconds).seconds());
        settled.is_ok_and(|settled| settled <= now)
    }
}

fn request(folder: &WatchFolder, path: &Path) -> Option<ReceiveRequest> {
    let fonds = folder.fonds.as_deref().map(str::parse::<FondsNumber>).transpose();
    Some(ReceiveRequest {
        path: path.to_path_buf(),
        name: path.file_name()?.to_string_lossy().into_owned(),
        kind: folder.kind,
        catalogue: None,
        root: None,
        fonds: fonds.ok()?,
        stage: folder.stage,
        majors: folder.majors,
        by: WATCHER.to_owned(),
        environment: None,
        workspace: PathBuf::new(),
    })
}

/// Entries that may be packages, each with whether it is marked as complete.
fn complete(folder: &WatchFolder) -> Result<Vec<(PathBuf, bool)>, IntakeError> {
    let disk = |source| IntakeError::disk("read", &folder.path, source);
    let root = folder.path.canonicalize().map_err(disk)?;
    let mut found = Vec::new();
    for entry in std::fs::read_dir(&root).map_err(disk)? {
        let entry = entry.map_err(disk)?;
        let name = entry.file_name();
        let Some(name) = name.to_str() else { continue };
        // links are not followed: a package lies in the folder itself
        let is_link = entry.file_type().map_err(disk)?.is_symlink();
        let left_alone = name.starts_with('.') || name.ends_with(".part") || name.ends_with(READY);
        if is_link || left_alone || ENDS.contains(&name) {
            continue;
        }
        let marked = root.join(format!("{name}{READY}")).exists();
        found.push((root.join(name), marked));
    }
    found.sort();
    Ok(found)
}

/// Moves an ended package away, with its receipt and the list of its faults. Harmless when done twice.
pub(crate) async fn move_away(holdings: &Holdings, accession: &Accession) -> Result<(), IntakeError> {
    let mut reader = holdings.database.read().await?;
    let watched = AccessionRepository(reader.conn())
        .is_watched(accession.id)
        .await?;
    let source = AccessionRepository(reader.conn()).source_of(accession.id).await?;
    let findings = AccessionRepository(reader.conn())
        .findings(accession.id, None, 0, u32::MAX)
        .await?;
    drop(reader);
    let Some(source) = source.filter(|_| watched).map(PathBuf::from) else {
        return Ok(());
    };
    let end = match accession.state {
        AccessionState::Accepted { .. } => "accepted",
        AccessionState::Returned { .. } => "returned",
        AccessionState::Failed { .. } => "failed",
        _ => return Ok(()),
    };
    let (Some(parent), Some(name)) = (source.parent(), source.file_name()) else {
        return Ok(());
    };
    if !source.exists() {
        return Ok(());
    }
    let name = name.to_string_lossy();
    let folder = parent.join(end);
    let disk = |source| IntakeError::disk("move", folder.clone(), source);
    std::fs::create_dir_all(&folder).map_err(disk)?;
    let mut place = folder.join(&*name);
    if place.exists() {
        place = folder.join(format!("{name}-{}", accession.id));
    }
    let beside = |ending: &str| {
        let mut path = place.clone().into_os_string();
        path.push(ending);
        PathBuf::from(path)
    };
    if accession.state.name() == "failed" {
        std::fs::write(beside(".failure.json"), serde_json::to_vec_pretty(accession)?).map_err(disk)?;
    } else {
        let mut lines = Vec::new();
        for (_, finding) in findings {
            serde_json::to_writer(&mut lines, &finding)?;
            lines.push(b'\n');
        }
        std::fs::write(beside(".findings.jsonl"), lines).map_err(disk)?;
        std::fs::write(beside(".receipt"), issue(holdings, accession).await?).map_err(disk)?;
    }
    std::fs::rename(&source, &place).map_err(disk)?;
    let mark = parent.join(format!("{name}{READY}"));
    match std::fs::remove_file(mark) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(disk(error)),
        _ => Ok(()),
    }
}
