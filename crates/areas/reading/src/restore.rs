//! Making the rows of readings again from the vault.

use crate::keep::{NEWER_FILE, suggestions_of};
use crate::repository::{ReadingRepository, SuggestionRepository};
use crate::worker::row_of;
use lantai_cataloguing::layout::{READING_FILE, read_file};
use lantai_cataloguing::{CataloguingError, RecordRepository};
use lantai_database::UnitOfWork;
use lantai_domain::reading::KeptReading;
use lantai_vault::Object;

/// The beginning of the names of objects that hold readings.
const OBJECTS: &str = "urn:lantai:reading:";

/// Whether an object holds a reading. Rows refer to records, so that these come first.
pub fn holds_a_reading(object: &str) -> bool {
    object.starts_with(OBJECTS)
}

/// Restores the row of a reading, and its suggestions; `false`: the object is none, or its record is not there.
///
/// # Errors
/// Where the object cannot be read, or the catalogue fails.
pub async fn restore(work: &mut UnitOfWork, object: &Object, now_ms: i64) -> Result<bool, CataloguingError> {
    if !holds_a_reading(object.id().as_str()) {
        return Ok(false);
    }
    let Some(bytes) = read_file(object, READING_FILE)? else {
        return Ok(false);
    };
    let kept: KeptReading = serde_json::from_slice(&bytes).map_err(|source| CataloguingError::Document {
        what: object.id().as_str().to_owned(),
        source,
    })?;
    let found = RecordRepository(work.conn()).find_many(&[kept.record]).await?;
    let Some(stored) = found.first() else {
        return Ok(false);
    };
    let has_newer = read_file(object, NEWER_FILE)?.is_some();
    let row = row_of(&kept, stored, object.head().number(), has_newer, now_ms);
    ReadingRepository(work.conn()).put(&row, None).await?;
    SuggestionRepository(work.conn())
        .put(kept.record, &suggestions_of(&kept))
        .await?;
    Ok(true)
}
