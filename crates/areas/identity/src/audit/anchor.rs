//! Anchoring the audit trail in the journal, so that not even its end can be cut off unnoticed.

use super::error::AuditError;
use super::segments::Writing;
use super::trail::AuditTrail;
use crate::repository::audit::AuditRepository;
use lantai_database::{AuditHead, AuditRows, UnitOfWork};
use lantai_domain::audit::{AUDIT_OBJECT, AuditAnchor};
use lantai_domain::{Fact, JournalEntry};

/// The journal is told at the latest after so many events.
pub const ANCHOR_AFTER_EVENTS: u64 = 1_000;
/// And, if there was any event, after so long: an hour.
pub const ANCHOR_AFTER_MS: i64 = 60 * 60 * 1_000;

/// Who anchors, as the journal names it.
const BY: &str = "system";
/// Events read at once.
const AT_ONCE: u32 = 2_000;

/// Tells the journal where the trail stands, if that is due. `true`: it was told; its tiles are to be written.
pub async fn anchor_if_due(trail: &AuditTrail) -> Result<bool, AuditError> {
    let mut reader = trail.database.read().await?;
    let head = AuditRows(reader.conn()).head().await?;
    drop(reader);
    let events = head.size.saturating_sub(head.anchored_seq);
    let since = trail.clock.now().as_millisecond() - head.anchored_at_ms;
    if events == 0 || (events < ANCHOR_AFTER_EVENTS && since < ANCHOR_AFTER_MS) {
        return Ok(false);
    }
    anchor(trail).await
}

/// Tells the journal where the trail stands, as at a clean stop; what came since the last time is written into a file
/// beside the journal first. `false`: it knows already.
pub async fn anchor(trail: &AuditTrail) -> Result<bool, AuditError> {
    let mut work = trail.database.begin().await?.unaudited();
    let head = AuditRepository(work.conn()).locked_head().await?;
    if head.size == head.anchored_seq {
        return Ok(false);
    }
    write_segment(trail, &mut work, &head).await?;
    let now = trail.clock.now();
    let anchor = AuditAnchor {
        seq: head.size,
        hash: head.hash,
    };
    AuditRepository(work.conn())
        .set_anchored(anchor.seq, now.as_millisecond())
        .await?;
    work.record(JournalEntry::new(Fact::AuditAnchored, now, BY, AUDIT_OBJECT).anchoring(anchor))
        .await?;
    work.commit().await?;
    Ok(true)
}

async fn write_segment(
    trail: &AuditTrail,
    work: &mut UnitOfWork,
    head: &AuditHead,
) -> Result<(), AuditError> {
    let (folder, anchored) = (trail.folder.clone(), head.anchored_seq);
    let mut writing = tokio::task::spawn_blocking(move || Writing::begin(&folder, anchored)).await??;
    let mut after = anchored;
    loop {
        let rows = AuditRepository(work.conn())
            .after(after, head.size, AT_ONCE)
            .await?;
        let Some(last) = rows.last() else { break };
        after = last.seq;
        writing = tokio::task::spawn_blocking(move || writing.add(&rows).map(|()| writing)).await??;
    }
    let last = head.size;
    tokio::task::spawn_blocking(move || writing.finish(anchored + 1, last)).await?
}
