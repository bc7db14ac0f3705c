//! A package in one file, as packages travel.

use std::fs::{self, File};
use std::io;
use std::path::Path;

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::fault::EarkError;
use crate::package::walk;

/// Puts a package's folder into a ZIP file beside it, with the folder as its only root, and removes the folder. Says
/// how many bytes the file has.
///
/// # Errors
/// [`EarkError::Exists`] where such a file is there already, else the disk's.
pub fn pack(folder: &Path) -> Result<u64, EarkError> {
    let name = folder
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let place = folder.with_file_name(format!("{name}.zip"));
    if place.symlink_metadata().is_ok() {
        return Err(EarkError::Exists { path: place });
    }
    let partial = folder.with_file_name(format!(".{name}.zip.partial"));
    let failed = |source| EarkError::io("write", &partial, source);
    write(folder, &name, &partial).map_err(failed)?;
    let bytes = fs::metadata(&partial).map_err(failed)?.len();
    fs::rename(&partial, &place).map_err(|source| EarkError::io("put in place", &place, source))?;
    fs::remove_dir_all(folder).map_err(|source| EarkError::io("remove", folder, source))?;
    Ok(bytes)
}

fn write(folder: &Path, name: &str, place: &Path) -> io::Result<()> {
    let mut archive = ZipWriter::new(File::create(place)?);
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .large_file(true);
    for found in walk(folder) {
        let file = found.map_err(|error| io::Error::other(error.to_string()))?;
        archive.start_file(format!("{name}/{}", file.relative), options)?;
        io::copy(&mut File::open(&file.path)?, &mut archive)?;
    }
    archive.finish()?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folder_becomes_one_file() {
        let place = tempfile::tempdir().unwrap();
        let folder = place.path().join("包");
        fs::create_dir_all(folder.join("data")).unwrap();
        fs::write(folder.join("data/正文.txt"), "正文").unwrap();
        assert!(pack(&folder).unwrap() > 0);
        assert!(!folder.exists());
        let file = File::open(place.path().join("包.zip")).unwrap();
        let archive = zip::ZipArchive::new(file).unwrap();
        assert_eq!(archive.file_names().collect::<Vec<_>>(), ["包/data/正文.txt"]);
        fs::create_dir_all(&folder).unwrap();
        assert_eq!(pack(&folder).unwrap_err().code(), "eark.exists");
    }
}
