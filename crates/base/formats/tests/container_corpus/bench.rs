//! Unpacking into a place that is watched: nothing may be written beside the quarantine.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use lantai_formats::container::{Limits, UnpackError, Unpacked, unpack};

/// A folder with one container, a quarantine below it, and something beside that must not change.
pub struct Bench {
    folder: tempfile::TempDir,
    pub limits: Limits,
}

impl Bench {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("beside.txt"), "beside").unwrap();
        fs::create_dir(folder.path().join("inner")).unwrap();
        Self {
            folder,
            limits: Limits::builtin().unwrap(),
        }
    }

    pub fn container(&self, bytes: &[u8]) -> PathBuf {
        let path = self.folder.path().join("container");
        fs::write(&path, bytes).unwrap();
        path
    }

    pub fn quarantine(&self) -> PathBuf {
        self.folder.path().join("inner/quarantine")
    }

    /// Unpacks, and looks that nothing beside the quarantine changed and nothing of a refused container stays.
    pub fn unpack_file(&self, container: &Path) -> Result<Unpacked, UnpackError> {
        let mut before = self.snapshot();
        let result = unpack(container, &self.quarantine(), &self.limits, &mut |_| {});
        let mut after = self.snapshot();
        let was_empty = !self.quarantine().exists() || before.remove(&self.quarantine()).is_none();
        for snapshot in [&mut before, &mut after] {
            snapshot.retain(|path, _| !path.starts_with(self.quarantine()));
        }
        assert_eq!(before, after, "nothing is written beside the quarantine");
        if result.is_err() && was_empty {
            assert!(
                !self.quarantine().exists(),
                "nothing of a refused container stays"
            );
        } else {
            for (path, is_link) in self.links() {
                assert!(!is_link, "{}", path.display());
            }
        }
        result
    }

    pub fn unpack(&self, bytes: &[u8]) -> Result<Unpacked, UnpackError> {
        self.unpack_file(&self.container(bytes))
    }

    /// The codes of all refusals.
    #[track_caller]
    pub fn refused(&self, bytes: &[u8]) -> Vec<&'static str> {
        let error = self.unpack(bytes).map(|unpacked| unpacked.entries).unwrap_err();
        assert!(error.refusals().iter().all(|refusal| !refusal.mend().is_empty()));
        error.refusals().iter().map(|refusal| refusal.code()).collect()
    }

    /// Names and contents of what was unpacked; the quarantine is cleared for the next one.
    #[track_caller]
    pub fn files(&self, bytes: &[u8]) -> Vec<(String, Vec<u8>)> {
        let unpacked = self.unpack(bytes).unwrap();
        let files = unpacked.entries.iter().map(|entry| {
            let content = fs::read(unpacked.root.join(entry.name.as_str())).unwrap();
            assert_eq!(content.len() as u64, entry.size);
            (entry.name.as_str().to_owned(), content)
        });
        let files = files.collect();
        self.clear();
        files
    }

    pub fn clear(&self) {
        if self.quarantine().exists() {
            fs::remove_dir_all(self.quarantine()).unwrap();
        }
    }

    fn snapshot(&self) -> BTreeMap<PathBuf, Option<Vec<u8>>> {
        self.walk()
            .map(|entry| (entry.path().to_path_buf(), fs::read(entry.path()).ok()))
            .collect()
    }

    fn links(&self) -> impl Iterator<Item = (PathBuf, bool)> {
        self.walk()
            .map(|entry| (entry.path().to_path_buf(), entry.path_is_symlink()))
    }

    fn walk(&self) -> impl Iterator<Item = walkdir::DirEntry> {
        walkdir::WalkDir::new(self.folder.path())
            .into_iter()
            .map(Result::unwrap)
    }
}
