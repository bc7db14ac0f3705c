//! The content of a record, opened for reading.

use crate::error::AccessError;
use lantai_cataloguing::{CataloguingError, StoredRecord};
use lantai_domain::ContentFile;
use lantai_vault::{Content, LogicalPath, ObjectId, Vault, VersionNumber};

/// Opens the files of a record one after the other.
pub(super) fn for_each_file(
    vault: &Vault,
    stored: &StoredRecord,
    mut take: impl FnMut(&ContentFile, Content) -> Result<(), AccessError>,
) -> Result<(), AccessError> {
    if stored.record.files.is_empty() {
        return Ok(());
    }
    let id = ObjectId::new(stored.object.clone()).map_err(CataloguingError::from)?;
    let found = vault.object(&id).map_err(CataloguingError::from)?;
    let object = found.ok_or(CataloguingError::NotFound)?;
    let version = VersionNumber::new(stored.object_version).unwrap_or(object.head());
    for file in &stored.record.files {
        let path = LogicalPath::new(file.path.clone());
        let opened = path.and_then(|path| object.open(version, &path));
        take(file, opened.map_err(CataloguingError::from)?)?;
    }
    Ok(())
}
