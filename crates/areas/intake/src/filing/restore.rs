//! Bringing filing decisions back when the catalogue is rebuilt.

use super::decide::{DECISIONS_FILE, Decision};
use super::repository::FilingRepository;
use lantai_cataloguing::{CataloguingError, layout};
use lantai_database::UnitOfWork;
use lantai_vault::Object;

/// Restores the decisions of an object; `false`: it holds none.
pub(crate) async fn restore(work: &mut UnitOfWork, object: &Object) -> Result<bool, CataloguingError> {
    let id = object.id().as_str();
    let damaged = |source| CataloguingError::Document {
        what: id.to_owned(),
        source,
    };
    let Some(lines) = layout::read_file(object, DECISIONS_FILE)? else {
        return Ok(false);
    };
    let Some(batch) = id.strip_prefix("urn:uuid:").and_then(|id| id.parse().ok()) else {
        return Ok(false);
    };
    let lines = lines.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    let decisions: Vec<Decision> = lines
        .map(|line| serde_json::from_slice(line).map_err(damaged))
        .collect::<Result<_, _>>()?;
    FilingRepository(work.conn()).insert(batch, &decisions).await?;
    Ok(true)
}
