//! The wrapped data key beside its object.

use crate::digest::Algorithm;
use crate::error::VaultError;
use lantai_domain::WrappedKey;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

const FORMAT: &str = "lantai-object-key/1";
/// The extension's folder in an object (OCFL 1.1, 3.8).
const FOLDER: &str = "extensions/lantai-encryption";
const NAME: &str = "key.json";
/// What a rotation is about to put in its place.
const COMING: &str = "key.json.new";

/// The file.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct KeyFile {
    format: String,
    master: String,
    algorithm: String,
    wrapped: String,
    /// SHA-512 of master key, algorithm and wrapped key, a line each: an altered file is found without any key.
    sha512: String,
}

/// Where the key of an object lies.
pub(crate) fn key_path(object: &Path) -> PathBuf {
    object.join(FOLDER).join(NAME)
}

/// Where a rotation prepares it; a crash may leave this behind.
pub(crate) fn coming_path(key: &Path) -> PathBuf {
    key.with_file_name(COMING)
}

/// Where the key lies that a staged version brings for its object.
pub(crate) fn staged_key_path(version: &Path) -> PathBuf {
    version.join(NAME)
}

/// The bytes of the file.
pub(crate) fn to_bytes(key: &WrappedKey, path: &Path) -> Result<Vec<u8>, VaultError> {
    let file = KeyFile {
        format: FORMAT.to_owned(),
        master: key.master.clone(),
        algorithm: key.algorithm.clone(),
        wrapped: key.wrapped.clone(),
        sha512: digest(key),
    };
    let mut bytes = serde_json::to_vec(&file).map_err(|error| VaultError::KeyDamaged {
        path: path.to_path_buf(),
        reason: error.to_string(),
    })?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// Reads a key; `None`: there is no file.
pub(crate) fn read(path: &Path) -> Result<Option<WrappedKey>, VaultError> {
    let bytes = match std::fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(VaultError::disk("read", path, source)),
    };
    let damaged = |reason: &str| VaultError::KeyDamaged {
        path: path.to_path_buf(),
        reason: reason.to_owned(),
    };
    let file: KeyFile = serde_json::from_slice(&bytes).map_err(|_| damaged("it is no wrapped key"))?;
    if file.format != FORMAT {
        return Err(damaged("its format is not known"));
    }
    let key = WrappedKey {
        master: file.master,
        algorithm: file.algorithm,
        wrapped: file.wrapped,
    };
    if digest(&key) != file.sha512 {
        return Err(damaged("it does not have its digest"));
    }
    Ok(Some(key))
}

fn digest(key: &WrappedKey) -> String {
    let text = format!("{}\n{}\n{}\n", key.master, key.algorithm, key.wrapped);
    Algorithm::Sha512.of(text.as_bytes())
}
