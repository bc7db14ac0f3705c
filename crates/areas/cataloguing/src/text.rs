//! The text of a record, as far as it was delivered as text.

use crate::error::CataloguingError;
use crate::layout::read_failed;
use crate::repository::records::StoredRecord;
use lantai_domain::{FileRole, Media};
use lantai_formats::text::decode_text;
use lantai_vault::{LogicalPath, ObjectId, Vault, VersionNumber};
use std::io::Read;

/// Bytes of text taken from one record; what is longer is cut, the file itself stays whole.
const TEXT_LIMIT: u64 = 8 * 1024 * 1024;

/// The text of a record: its text files (全文), else its content where that is plain text, else the text that the
/// catalogue brought. Reads from the vault.
pub fn record_text(vault: &Vault, stored: &StoredRecord) -> Result<Option<String>, CataloguingError> {
    let files = &stored.record.files;
    let mut texts: Vec<_> = files.iter().filter(|file| file.role == FileRole::Text).collect();
    if texts.is_empty() {
        texts = files.iter().filter(|file| file.media == Media::Text).collect();
    }
    if texts.is_empty() {
        return Ok(stored.record.description.text.clone());
    }
    let id = ObjectId::new(stored.object.clone())?;
    let object = vault.object(&id)?.ok_or(CataloguingError::NotFound)?;
    let version = VersionNumber::new(stored.object_version).unwrap_or(object.head());
    let mut whole = String::new();
    for file in texts {
        let path = LogicalPath::new(file.path.clone())?;
        let mut bytes = Vec::new();
        object
            .open(version, &path)?
            .take(TEXT_LIMIT)
            .read_to_end(&mut bytes)
            .map_err(|source| read_failed(&file.path, source))?;
        if !whole.is_empty() {
            whole.push('\n');
        }
        whole.push_str(&decode_text(&bytes).text);
    }
    Ok(Some(whole))
}
