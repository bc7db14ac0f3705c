use crate::error::AccessError;
use lantai_cataloguing::StoredRecord;
use lantai_vault::Vault;
use std::path::Path;
pub(super) fn write(_: &Vault, _: &Path, _: &StoredRecord, _: jiff::Timestamp) -> Result<u64, AccessError> {
    Ok(0)
}
