//! What is read of a package's folder: METS files, names, digests.

use crate::bagit::{Algorithm, Hasher};
use crate::eark::fault::EarkError;
use crate::eark::mets::Mets;
use crate::eark::read_mets::{self, Refusal};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::Path;

pub(super) fn hash(
    path: &Path,
    mut hashers: BTreeMap<Algorithm, Hasher>,
) -> std::io::Result<Vec<(Algorithm, String)>> {
    let mut file = File::open(path)?;
    let mut buffer = vec![0; 128 * 1024];
    loop {
        let count = file.read(&mut buffer)?;
        if count == 0 {
            break;
        }
        for hasher in hashers.values_mut() {
            hasher.update(buffer.get(..count).unwrap_or_default());
        }
    }
    Ok(hashers
        .into_iter()
        .map(|(algorithm, hasher)| (algorithm, hasher.finish()))
        .collect())
}

pub(super) fn read_mets_file(root: &Path, file: &str) -> Result<Mets, EarkError> {
    let path = root.join(file);
    let opened = File::open(&path).map_err(|source| EarkError::io("read", &path, source))?;
    read_mets::read(opened).map_err(|refusal| match refusal {
        Refusal::Xml(reason) => EarkError::Xml {
            path: file.to_owned(),
            reason,
        },
        Refusal::Root(found) => EarkError::NotMets {
            path: file.to_owned(),
            found,
        },
    })
}

/// Whether the folder has a file of exactly this name, also where the file system does not tell cases apart.
pub(super) fn has_exact_name(folder: &Path, name: &str) -> bool {
    std::fs::read_dir(folder).is_ok_and(|entries| {
        entries
            .flatten()
            .any(|entry| entry.file_name() == name && entry.path().is_file())
    })
}

pub(super) fn folders_below(folder: &Path) -> Result<Vec<String>, EarkError> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let failed = |source| EarkError::io("read", folder, source);
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let is_folder = entry.file_type().map_err(failed)?.is_dir();
        if let (true, Ok(name)) = (is_folder, entry.file_name().into_string()) {
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
}
