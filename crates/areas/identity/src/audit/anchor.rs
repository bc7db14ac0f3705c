//! Anchoring the audit trail in the journal, so that not even its end can be cut off unnoticed.

use super::error::AuditError;
use crate::repository::audit::AuditRepository;
use lantai_database::{AuditRows, Database};
use lantai_domain::audit::{AUDIT_OBJECT, AuditAnchor};
use lantai_domain::{Clock, Fact, JournalEntry};

/// The journal is told at the latest after so many events.
pub const ANCHOR_AFTER_EVENTS: u64 = 1_000;
/// And, if there was any event, after so long: an hour.
pub const ANCHOR_AFTER_MS: i64 = 60 * 60 * 1_000;

/// Who anchors, as the journal names it.
const BY: &str = "system";

/// Tells the journal where the trail stands, if that is due. `true`: it was told; its tiles are to be written.
pub async fn anchor_if_due(database: &Database, clock: &dyn Clock) -> Result<bool, AuditError> {
    let mut reader = database.read().await?;
    let head = AuditRows(reader.conn()).head().await?;
    drop(reader);
    let events = head.size.saturating_sub(head.anchored_seq);
    let since = clock.now().as_millisecond() - head.anchored_at_ms;
    if events == 0 || (events < ANCHOR_AFTER_EVENTS && since < ANCHOR_AFTER_MS) {
        return Ok(false);
    }
    anchor(database, clock).await
}

/// Tells the journal where the trail stands, as at a clean stop. `false`: it knows already.
pub async fn anchor(database: &Database, clock: &dyn Clock) -> Result<bool, AuditError> {
    let mut work = database.begin().await?.unaudited();
    let head = AuditRepository(work.conn()).locked_head().await?;
    if head.size == head.anchored_seq {
        return Ok(false);
    }
    let now = clock.now();
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
