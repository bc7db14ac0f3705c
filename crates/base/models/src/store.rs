//! The folder in which models lie, `FOLDER/MODEL/FILE`, and whether they are whole.
//!
//! Weights and libraries are accepted by their digest only. Reading 150 MB at every start of a child process would cost
//! more than some of the work, so a file that was found right is noted in `FOLDER/MODEL/.verified.json` with its size
//! and time, and read again when one of them changes. Whoever may write into the folder may write the note as well; the
//! folder is trusted as the program itself is.

use crate::error::ModelError;
use crate::manifest::{Manifest, Model, ModelFile, this_platform};
use crate::names::ONNX_RUNTIME;
use crate::runtime::Runtime;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fs::{File, Metadata};
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::UNIX_EPOCH;

/// The note of what was found right.
const NOTE: &str = ".verified.json";
/// A note is never larger.
const MAX_NOTE: u64 = 1 << 20;

/// Where models lie.
#[derive(Debug, Clone)]
pub struct ModelStore {
    folder: PathBuf,
    manifest: Arc<Manifest>,
    platform: String,
}

/// How it stands with a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ModelState {
    /// All of its files are there, each as the list has it.
    Present,
    /// A file is not there.
    Missing,
    /// A file is there and is not the one of the list.
    Wrong,
    /// It does not exist for this kind of machine.
    NoPlatform,
}

impl ModelState {
    /// Its word.
    pub fn name(self) -> &'static str {
        match self {
            Self::Present => "present",
            Self::Missing => "missing",
            Self::Wrong => "wrong",
            Self::NoPlatform => "no_platform",
        }
    }
}

/// When and how large a file was that was found right.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Seen {
    sha256: String,
    bytes: u64,
    /// Nanoseconds since 1970, as text: JSON knows no such numbers.
    modified: String,
}

type Note = BTreeMap<String, Seen>;

impl ModelStore {
    /// A store in a folder, with the list that the program brings. The folder needs not exist.
    ///
    /// # Errors
    ///
    /// [`ModelError::Manifest`], which a built program does not give.
    pub fn new(folder: impl Into<PathBuf>) -> Result<Self, ModelError> {
        Ok(Self::with_manifest(folder, Manifest::builtin()?))
    }

    /// A store with another list.
    pub fn with_manifest(folder: impl Into<PathBuf>, manifest: Manifest) -> Self {
        Self {
            folder: folder.into(),
            manifest: Arc::new(manifest),
            platform: this_platform(),
        }
    }

    /// The same store, as a machine of another kind sees it.
    #[must_use]
    pub fn for_platform(mut self, platform: &str) -> Self {
        platform.clone_into(&mut self.platform);
        self
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The list.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// The kind of machine that files are for.
    pub fn platform(&self) -> &str {
        &self.platform
    }

    /// Where a file lies or would lie.
    pub fn place(&self, model: &Model, file: &ModelFile) -> PathBuf {
        self.folder.join(&model.name).join(&file.name)
    }

    /// A file of a model, found whole.
    ///
    /// # Errors
    ///
    /// [`ModelError::Missing`] or [`ModelError::NoPlatform`]: the step is to be left out; [`ModelError::DigestMismatch`]:
    /// it is another file; [`ModelError::Unknown`]: the list has no such file; [`ModelError::Io`]: it cannot be read.
    pub fn file(&self, model: &str, file: &str) -> Result<PathBuf, ModelError> {
        let model = self.manifest.model(model)?;
        let file = self.listed(model, file)?;
        self.check(model, file, Effort::AsNoted)?;
        Ok(self.place(model, file))
    }

    /// The SHA-256 of a file of a model as the list has it, for what was read by it to name.
    ///
    /// # Errors
    ///
    /// [`ModelError::Unknown`] or [`ModelError::NoPlatform`].
    pub fn digest(&self, model: &str, file: &str) -> Result<&str, ModelError> {
        let model = self.manifest.model(model)?;
        Ok(&self.listed(model, file)?.sha256)
    }

    /// Whether a model can be used. Files that were found right before are not read again.
    ///
    /// # Errors
    ///
    /// As [`ModelStore::file`], of its first file that is not right.
    pub fn require(&self, model: &str) -> Result<(), ModelError> {
        self.check_all(model, Effort::AsNoted)
    }

    /// Reads every file of a model, whatever was found before.
    ///
    /// # Errors
    ///
    /// As [`ModelStore::file`], of its first file that is not right.
    pub fn verify(&self, model: &str) -> Result<(), ModelError> {
        self.check_all(model, Effort::ReadAll)
    }

    /// How it stands with a model, by [`ModelStore::require`].
    ///
    /// # Errors
    ///
    /// [`ModelError::Unknown`], or [`ModelError::Io`] where a file cannot be read.
    pub fn state(&self, model: &str) -> Result<ModelState, ModelError> {
        state_of(self.require(model))
    }

    /// The library that runs models, loaded.
    ///
    /// # Errors
    ///
    /// As [`ModelStore::file`], and [`ModelError::Runtime`].
    pub fn runtime(&self) -> Result<Runtime, ModelError> {
        let library = self.file(ONNX_RUNTIME, "libonnxruntime.so")?;
        let absolute = std::path::absolute(&library).map_err(|source| failed("find", &library, source))?;
        Runtime::load(&absolute)
    }

    fn listed<'list>(&self, model: &'list Model, file: &str) -> Result<&'list ModelFile, ModelError> {
        if let Some(listed) = model.files_on(&self.platform).find(|listed| listed.name == file) {
            return Ok(listed);
        }
        if model.files.iter().any(|listed| listed.name == file) {
            return Err(self.no_platform(model));
        }
        Err(ModelError::Unknown {
            name: format!("{}/{file}", model.name),
            known: model
                .files
                .iter()
                .map(|file| file.name.as_str())
                .collect::<Vec<_>>()
                .join(", "),
        })
    }

    fn no_platform(&self, model: &Model) -> ModelError {
        ModelError::NoPlatform {
            name: model.name.clone(),
            platform: self.platform.clone(),
        }
    }

    fn check_all(&self, model: &str, effort: Effort) -> Result<(), ModelError> {
        let model = self.manifest.model(model)?;
        if !model.is_for(&self.platform) {
            return Err(self.no_platform(model));
        }
        model
            .files_on(&self.platform)
            .try_for_each(|file| self.check(model, file, effort))
    }

    fn check(&self, model: &Model, file: &ModelFile, effort: Effort) -> Result<(), ModelError> {
        let path = self.place(model, file);
        let metadata = match std::fs::metadata(&path) {
            Ok(metadata) if metadata.is_file() => metadata,
            Ok(_) => return Err(missing(model, path)),
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
                return Err(missing(model, path));
            }
            Err(source) => return Err(failed("read", &path, source)),
        };
        let wrong = |what, expected: String, found: String| ModelError::DigestMismatch {
            name: model.name.clone(),
            path: path.clone(),
            what,
            expected,
            found,
        };
        if metadata.len() != file.bytes {
            return Err(wrong("size", file.bytes.to_string(), metadata.len().to_string()));
        }
        let seen = Seen {
            sha256: file.sha256.clone(),
            bytes: metadata.len(),
            modified: modified(&metadata),
        };
        let note_path = self.folder.join(&model.name).join(NOTE);
        if effort == Effort::AsNoted && read_note(&note_path).get(&file.name) == Some(&seen) {
            return Ok(());
        }
        let found = digest_of(&path)?;
        if found != file.sha256 {
            return Err(wrong("SHA-256", file.sha256.clone(), found));
        }
        add_to_note(&note_path, &file.name, seen);
        Ok(())
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Effort {
    AsNoted,
    ReadAll,
}

/// What the answer of a check says of the model.
pub(crate) fn state_of(checked: Result<(), ModelError>) -> Result<ModelState, ModelError> {
    match checked {
        Ok(()) => Ok(ModelState::Present),
        Err(ModelError::Missing { .. }) => Ok(ModelState::Missing),
        Err(ModelError::NoPlatform { .. }) => Ok(ModelState::NoPlatform),
        Err(ModelError::DigestMismatch { .. }) => Ok(ModelState::Wrong),
        Err(error) => Err(error),
    }
}

/// SHA-256 of a file, lower-case hexadecimal.
pub(crate) fn digest_of(path: &Path) -> Result<String, ModelError> {
    let mut file = File::open(path).map_err(|source| failed("open", path, source))?;
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 1 << 16];
    loop {
        let read = file
            .read(&mut buffer)
            .map_err(|source| failed("read", path, source))?;
        if read == 0 {
            return Ok(hex::encode(hasher.finalize()));
        }
        hasher.update(&buffer[..read]);
    }
}

pub(crate) fn failed(what: &'static str, path: &Path, source: std::io::Error) -> ModelError {
    ModelError::Io {
        what,
        path: path.to_path_buf(),
        source,
    }
}

fn missing(model: &Model, path: PathBuf) -> ModelError {
    ModelError::Missing {
        name: model.name.clone(),
        path,
    }
}

fn modified(metadata: &Metadata) -> String {
    let since = metadata
        .modified()
        .ok()
        .and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    since.map_or_else(|| "unknown".to_owned(), |since| since.as_nanos().to_string())
}

/// What was noted; nothing where the note cannot be read, which costs a reading of the file and no more.
fn read_note(path: &Path) -> Note {
    let Ok(file) = File::open(path) else {
        return Note::new();
    };
    let mut text = String::new();
    match file.take(MAX_NOTE).read_to_string(&mut text) {
        Ok(_) => serde_json::from_str(&text).unwrap_or_default(),
        Err(_) => Note::new(),
    }
}

/// Notes a file that was found right. A store that may not be written to is as good without.
fn add_to_note(path: &Path, file: &str, seen: Seen) {
    if seen.modified == "unknown" {
        return;
    }
    let mut note = read_note(path);
    note.insert(file.to_owned(), seen);
    let written = serde_json::to_vec(&note)
        .map_err(std::io::Error::other)
        .and_then(|bytes| {
            // another process may write its own at the same time: each is whole, and the last one stays
            let beside = path.with_extension(format!("{}.tmp", std::process::id()));
            std::fs::write(&beside, bytes)?;
            std::fs::rename(&beside, path)
        });
    if let Err(error) = written {
        tracing::debug!(path = %path.display(), %error, "no note of a verified model");
    }
}
