//! What lies encrypted: its key, and, where the keys are at hand, what comes out of it.

use super::ProblemKind;
use super::check::Check;
use crate::digest::Algorithm;
use crate::encrypted::KeySource;
use crate::encrypted::key_file::{coming_path, key_path, read};
use crate::error::VaultError;
use crate::inventory::{ContentPath, Inventory};
use crate::object::Object;
use lantai_domain::KeyError;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Bytes decrypted at a time.
const CHUNK: usize = 64 * 1024;

impl Check<'_> {
    /// Looks at the wrapped key of an object with encrypted content, and decrypts that content. Says which files may be
    /// there for its sake.
    pub(super) fn encrypted(&self, folder: &Path, inventory: &Inventory) -> Vec<PathBuf> {
        let id = Some(inventory.id.as_str());
        let key = key_path(folder);
        // what a rotation that was interrupted left is no fault; the next one takes it up
        let known = vec![coming_path(&key), key.clone()];
        match read(&key) {
            Ok(Some(_)) => self.count(std::fs::metadata(&key).map_or(0, |metadata| metadata.len())),
            Ok(None) => {
                self.report(
                    ProblemKind::Missing,
                    &key,
                    id,
                    Some("the wrapped key".to_owned()),
                    None,
                );
                return known;
            }
            Err(error) => {
                self.report(ProblemKind::Altered, &key, id, None, Some(error.to_string()));
                return known;
            }
        }
        let Some(keeper) = self.keeper else {
            return known;
        };
        let keys = KeySource::new(Some(Arc::clone(keeper)));
        let object = Object::new(folder.to_path_buf(), inventory.clone(), keys);
        for content in inventory.manifest.values().flatten() {
            if content.is_encrypted() && !self.decrypt(&object, content) {
                return known;
            }
        }
        known
    }

    /// Decrypts a file; `false`: its key cannot be had, nor those of the others.
    fn decrypt(&self, object: &Object, content: &ContentPath) -> bool {
        let id = Some(object.id().as_str());
        let path = object.folder().join(content.as_str());
        let found = match object.open_encrypted(content) {
            Ok(mut decryptor) => {
                let expected = decryptor.summary.sha512.clone();
                match sha512_of(&mut decryptor) {
                    Ok(found) if found == expected => return true,
                    Ok(found) => {
                        self.report(ProblemKind::Undecryptable, &path, id, Some(expected), Some(found));
                        return true;
                    }
                    Err(error) => error.to_string(),
                }
            }
            Err(VaultError::Key { source, .. }) => {
                let found = Some(source.to_string());
                let expected = match &source {
                    KeyError::Missing(key) => format!("the key {key}"),
                    _ => "a key that opens it".to_owned(),
                };
                let key = key_path(object.folder());
                self.report(ProblemKind::Undecryptable, &key, id, Some(expected), found);
                return false;
            }
            // that it is not there is told by the comparison of stored bytes
            Err(VaultError::Disk { source, .. }) if source.kind() == io::ErrorKind::NotFound => return true,
            Err(VaultError::ContentRefused { source, .. }) => source.to_string(),
            Err(error) => error.to_string(),
        };
        let expected = Some("what was encrypted".to_owned());
        self.report(ProblemKind::Undecryptable, &path, id, expected, Some(found));
        true
    }
}

fn sha512_of(content: &mut impl Read) -> io::Result<String> {
    let mut digester = Algorithm::Sha512.start();
    let mut buffer = vec![0; CHUNK];
    loop {
        match content.read(&mut buffer)? {
            0 => return Ok(digester.finish()),
            count => digester.update(&buffer[..count]),
        }
    }
}
