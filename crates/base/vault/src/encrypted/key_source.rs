//! Where the data key of one object comes from, unwrapped when it is first needed.

use super::key_file;
use crate::error::VaultError;
use crate::identifier::ObjectId;
use lantai_domain::{KeyError, KeyKeeper, ObjectKey};
use std::fmt;
use std::path::Path;
use std::sync::{Arc, OnceLock};

/// The keeper of keys, and the object's key once it was asked for.
#[derive(Clone, Default)]
pub(crate) struct KeySource {
    keeper: Option<Arc<dyn KeyKeeper>>,
    key: OnceLock<Arc<dyn ObjectKey>>,
}

impl KeySource {
    pub(crate) fn new(keeper: Option<Arc<dyn KeyKeeper>>) -> Self {
        Self {
            keeper,
            key: OnceLock::new(),
        }
    }

    /// The data key of an object in its folder.
    pub(crate) fn key(&self, id: &ObjectId, folder: &Path) -> Result<Arc<dyn ObjectKey>, VaultError> {
        if let Some(key) = self.key.get() {
            return Ok(Arc::clone(key));
        }
        let keeper = self.keeper.as_deref().ok_or_else(|| VaultError::Key {
            id: id.clone(),
            source: KeyError::None,
        })?;
        let path = key_file::key_path(folder);
        let wrapped = key_file::read(&path)?.ok_or_else(|| VaultError::KeyDamaged {
            path,
            reason: "it is missing".to_owned(),
        })?;
        let key = keeper
            .object_key(id.as_str(), &wrapped)
            .map_err(|source| VaultError::Key {
                id: id.clone(),
                source,
            })?;
        Ok(Arc::clone(self.key.get_or_init(|| key)))
    }
}

impl fmt::Debug for KeySource {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("KeySource")
    }
}
