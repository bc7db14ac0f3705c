//! The private folder that a container is unpacked into. Whatever is not kept is removed.

use std::collections::HashSet;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::path::{Path, PathBuf};

use super::refusal::UnpackError;
use crate::package::LogicalName;

/// A folder of ours alone: everything in it was made by this value, so that there is no link on the way to a file.
#[derive(Debug)]
pub(super) struct Quarantine {
    root: PathBuf,
    folders: HashSet<String>,
    is_kept: bool,
}

impl Quarantine {
    /// Makes the folder, or takes an empty one.
    pub fn open(root: &Path) -> Result<Self, UnpackError> {
        let write = |source| UnpackError::Write {
            path: root.to_path_buf(),
            source,
        };
        match private_folder(root) {
            Ok(()) => {}
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
                let is_folder = fs::symlink_metadata(root).map_err(write)?.is_dir();
                if !is_folder || fs::read_dir(root).map_err(write)?.next().is_some() {
                    return Err(UnpackError::QuarantineInUse(root.to_path_buf()));
                }
            }
            Err(source) => return Err(write(source)),
        }
        Ok(Self {
            root: root.to_path_buf(),
            folders: HashSet::new(),
            is_kept: false,
        })
    }

    /// Makes a folder with those it lies in.
    pub fn folder(&mut self, name: &LogicalName) -> Result<(), UnpackError> {
        self.make(name.as_str())
    }

    /// Makes a new file, with its folders.
    pub fn file(&mut self, name: &LogicalName) -> Result<(File, PathBuf), UnpackError> {
        if let Some((folder, _)) = name.as_str().rsplit_once('/') {
            self.make(folder)?;
        }
        let path = self.root.join(name.as_str());
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        match options.open(&path) {
            Ok(file) => Ok((file, path)),
            Err(source) => Err(UnpackError::Write { path, source }),
        }
    }

    /// Keeps what was written.
    pub fn keep(mut self) -> PathBuf {
        self.is_kept = true;
        std::mem::take(&mut self.root)
    }

    fn make(&mut self, folder: &str) -> Result<(), UnpackError> {
        if self.folders.contains(folder) {
            return Ok(());
        }
        if let Some((outer, _)) = folder.rsplit_once('/') {
            self.make(outer)?;
        }
        let path = self.root.join(folder);
        if let Err(source) = private_folder(&path) {
            return Err(UnpackError::Write { path, source });
        }
        self.folders.insert(folder.to_owned());
        Ok(())
    }
}

impl Drop for Quarantine {
    fn drop(&mut self) {
        if self.is_kept {
            return;
        }
        if let Err(error) = fs::remove_dir_all(&self.root) {
            tracing::warn!(error = %error, "what was unpacked of a refused container could not be removed");
        }
    }
}

fn private_folder(path: &Path) -> std::io::Result<()> {
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_kept_goes_and_nothing_is_written_over() {
        let place = tempfile::tempdir().unwrap();
        let root = place.path().join("quarantine");
        let name = LogicalName::new("a/b/c.txt").unwrap();
        let mut quarantine = Quarantine::open(&root).unwrap();
        quarantine.file(&name).unwrap();
        assert!(matches!(quarantine.file(&name), Err(UnpackError::Write { .. })));
        drop(quarantine);
        assert!(!root.exists());
        let mut quarantine = Quarantine::open(&root).unwrap();
        quarantine.file(&name).unwrap();
        assert_eq!(quarantine.keep(), root);
        assert!(root.join("a/b/c.txt").is_file());
        assert!(matches!(
            Quarantine::open(&root),
            Err(UnpackError::QuarantineInUse(_))
        ));
        assert!(
            root.join("a/b/c.txt").is_file(),
            "what another one keeps is not touched"
        );
    }
}
