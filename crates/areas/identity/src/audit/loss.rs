//! Going on after the audit trail was lost with its database.

use super::error::AuditError;
use super::verify::anchors;
use crate::repository::audit::AuditRepository;
use lantai_database::{AuditRows, Database};
use lantai_domain::Clock;
use lantai_domain::audit::{AUDIT_OBJECT, AuditNote, AuditObject, AuditOutcome, EventClass};

/// After the catalogue was made again: where the journal knows of more events than are there, the trail goes on with the
/// number and hash that the journal holds, and says that it does. What is missing stays reported by every verification,
/// until the auditor retires it. Says how many events are missing.
pub async fn go_on_after_loss(database: &Database, clock: &dyn Clock) -> Result<u64, AuditError> {
    let mut reader = database.read().await?;
    let head = AuditRows(reader.conn()).head().await?;
    let last = anchors(&mut reader)
        .await?
        .into_iter()
        .max_by_key(|anchor| anchor.seq);
    drop(reader);
    let Some(last) = last.filter(|last| last.seq > head.size) else {
        return Ok(0);
    };
    let missing = last.seq - head.size;
    let mut work = database.begin_upkeep().await?;
    AuditRepository(work.conn()).go_on_from(&last).await?;
    let mut note = AuditNote::new(EventClass::System, "audit_trail_lost", clock.now())
        .on(AuditObject::new("audit_trail", AUDIT_OBJECT))
        .ended(AuditOutcome::Failure, Some("the database was lost".to_owned()));
    note.count = Some(missing);
    work.note(note);
    work.commit().await?;
    Ok(missing)
}
