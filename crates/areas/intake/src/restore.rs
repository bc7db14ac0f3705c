//! Bringing accessions back when the catalogue is rebuilt.

use crate::accession::Accession;
use crate::attach::UnattachedFile;
use crate::repository::AccessionRepository;
use crate::repository::tasks::TaskRepository;
use crate::repository::unattached::UnattachedRepository;
use crate::store::{ACCESSION_FILE, EXCEPTIONS_FILE, FINDINGS_FILE};
use async_trait::async_trait;
use lantai_cataloguing::{CataloguingError, RestoreOther, layout};
use lantai_database::UnitOfWork;
use lantai_domain::Finding;
use lantai_vault::Object;

/// Restores accessions, their quality lots, and filing decisions from their vault objects.
#[derive(Debug, Clone, Copy, Default)]
pub struct RestoreAccessions;

#[async_trait]
impl RestoreOther for RestoreAccessions {
    async fn restore(&self, work: &mut UnitOfWork, object: &Object) -> Result<bool, CataloguingError> {
        let damaged = |source| CataloguingError::Document {
            what: object.id().as_str().to_owned(),
            source,
        };
        let Some(document) = layout::read_file(object, ACCESSION_FILE)? else {
            return crate::filing::restore(work, object).await;
        };
        let accession: Accession = serde_json::from_slice(&document).map_err(damaged)?;
        let lines = layout::read_file(object, FINDINGS_FILE)?.unwrap_or_default();
        let findings: Vec<Finding> = read_lines(&lines).map_err(damaged)?;
        let lines = layout::read_file(object, EXCEPTIONS_FILE)?.unwrap_or_default();
        let exceptions: Vec<UnattachedFile> = read_lines(&lines).map_err(damaged)?;
        AccessionRepository(work.conn()).put(&accession).await?;
        AccessionRepository(work.conn())
            .put_findings(accession.id, &findings)
            .await?;
        TaskRepository(work.conn())
            .put(accession.id, &accession.decisions)
            .await?;
        UnattachedRepository(work.conn())
            .put(accession.id, &exceptions)
            .await?;
        crate::quality::restore(work, object).await?;
        Ok(true)
    }
}

/// Documents of one kind, one a line.
fn read_lines<T: serde::de::DeserializeOwned>(bytes: &[u8]) -> Result<Vec<T>, serde_json::Error> {
    let lines = bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    lines.map(serde_json::from_slice).collect()
}
