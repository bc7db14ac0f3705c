//! Going on after the audit trail was lost with its database.

use super::error::AuditError;
use super::segments;
use super::trail::AuditTrail;
use super::verify::{anchors, retired};
use crate::repository::audit::AuditRepository;
use lantai_database::AuditRows;
use lantai_domain::audit::{
    AUDIT_OBJECT, AuditAnchor, AuditNote, AuditObject, AuditOutcome, EventClass, GENESIS,
};

/// What came back after a loss.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Restored {
    /// Events read from the files beside the journal.
    pub events: u64,
    /// Events that the journal knows of and no file holds.
    pub missing: u64,
}

/// After the catalogue was made again: the trail comes back from the files beside the journal, as far as its chain
/// holds. Where the journal knows of more, the trail goes on with the number and hash that the journal holds, and says
/// that it does; what is missing stays reported by every verification, until the auditor retires it.
pub async fn restore(trail: &AuditTrail) -> Result<Restored, AuditError> {
    let mut reader = trail.database.read().await?;
    let head = AuditRows(reader.conn()).head().await?;
    let last = anchors(&mut reader)
        .await?
        .into_iter()
        .max_by_key(|anchor| anchor.seq);
    let retired = retired(&mut reader).await?;
    drop(reader);
    let Some(last) = last.filter(|last| last.seq > head.size) else {
        return Ok(Restored::default());
    };
    let mut start = match (head.size, retired) {
        (0, Some(retired)) => {
            let mut work = trail.database.begin_upkeep().await?.unaudited();
            AuditRepository(work.conn()).set_retired(retired.seq).await?;
            work.commit().await?;
            retired
        }
        (size, _) => AuditAnchor {
            seq: size,
            hash: if size == 0 { GENESIS.to_owned() } else { head.hash },
        },
    };
    let mut restored = Restored::default();
    let folder = trail.folder.clone();
    for segment in tokio::task::spawn_blocking(move || segments::list(&folder)).await?? {
        let mut from = start.clone();
        let (rows, end) =
            tokio::task::spawn_blocking(move || segments::read(&segment, &mut from).map(|rows| (rows, from)))
                .await??;
        let mut work = trail.database.begin_upkeep().await?.unaudited();
        AuditRepository(work.conn()).put_back(&rows).await?;
        AuditRepository(work.conn()).go_on_from(&end).await?;
        work.commit().await?;
        restored.events += u64::try_from(rows.len()).unwrap_or(0);
        start = end;
    }
    restored.missing = last.seq.saturating_sub(start.seq);
    if restored.missing == 0 {
        return Ok(restored);
    }
    let mut work = trail.database.begin_upkeep().await?;
    AuditRepository(work.conn()).go_on_from(&last).await?;
    let mut note = AuditNote::new(EventClass::System, "audit_trail_lost", trail.clock.now())
        .on(AuditObject::new("audit_trail", AUDIT_OBJECT))
        .ended(AuditOutcome::Failure, Some("the database was lost".to_owned()));
    note.count = Some(restored.missing);
    work.note(note);
    work.commit().await?;
    Ok(restored)
}
