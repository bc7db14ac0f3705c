//! Appending to the audit trail. There is no other door: no row of it is ever changed, and none removed but by its
//! retention rule.

use crate::engine::Conn;
use crate::error::StoreError;
use crate::on_engine;
use aws_lc_rs::digest;
use lantai_domain::audit::AuditNote;

/// Where the audit trail stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditHead {
    /// Number of the last event; 0: there is none.
    pub size: u64,
    /// Its hash.
    pub hash: String,
    /// The last event that the journal holds the hash of.
    pub anchored_seq: u64,
    /// When the journal was last told.
    pub anchored_at_ms: i64,
    /// The last event that was removed by the retention rule.
    pub retired_seq: u64,
    /// The last event that was looked at for alerts.
    pub alerts_seq: u64,
}

/// The hash of an event: SHA-256 over the hash before it, as text, and the event's bytes; in hex. The hash before it
/// also stands inside the bytes.
pub fn chain_hash(prev_hash: &str, body: &[u8]) -> String {
    let mut hashing = digest::Context::new(&digest::SHA256);
    hashing.update(prev_hash.as_bytes());
    hashing.update(body);
    hex::encode(hashing.finish())
}

/// Rows of the audit trail.
#[derive(Debug)]
pub struct AuditRows<'c>(pub Conn<'c>);

impl AuditRows<'_> {
    /// Appends events with the next numbers. The head's row keeps two writers in line until they commit.
    pub(crate) async fn append(mut self, notes: Vec<AuditNote>) -> Result<(), StoreError> {
        let count = i64::try_from(notes.len()).unwrap_or(i64::MAX);
        let sql = "UPDATE audit_head SET size = size + $1 RETURNING size, hash";
        let (size, mut hash): (i64, String) = on_engine!(self.0.reborrow(), |c| sqlx::query_as(sql)
            .bind(count)
            .fetch_one(&mut *c)
            .await)?;
        let first = u64::try_from(size - count).unwrap_or(0) + 1;
        for (seq, note) in (first..).zip(notes) {
            let event = note.chained(seq, &hash);
            let corrupt = |error| StoreError::corrupt(format!("audit event {seq}"), error);
            let body = serde_json::to_string(&event).map_err(corrupt)?;
            hash = chain_hash(&event.prev_hash, body.as_bytes());
            let object = event.object;
            let of =
                |part: fn(lantai_domain::audit::AuditObject) -> Option<String>| object.clone().and_then(part);
            let sql = "INSERT INTO audit_events (seq, time_ms, class, actor, action, object_kind, object_id,
                           archival_code, fonds, source_address, outcome, hash, body)
                       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";
            on_engine!(self.0.reborrow(), |c| sqlx::query(sql)
                .bind(i64::try_from(seq).unwrap_or(i64::MAX))
                .bind(event.time_ms)
                .bind(event.class.id())
                .bind(&event.actor.id)
                .bind(&event.action)
                .bind(of(|object| Some(object.kind)))
                .bind(of(|object| Some(object.id)))
                .bind(of(|object| object.archival_code))
                .bind(of(|object| object.fonds))
                .bind(&event.source_address)
                .bind(event.outcome.id())
                .bind(&hash)
                .bind(&body)
                .execute(&mut *c)
                .await
                .map(|_| ()))?;
        }
        let sql = "UPDATE audit_head SET hash = $1";
        on_engine!(self.0, |c| sqlx::query(sql)
            .bind(hash)
            .execute(&mut *c)
            .await
            .map(|_| ()))?;
        Ok(())
    }

    /// Where the trail stands.
    pub async fn head(self) -> Result<AuditHead, StoreError> {
        let sql = "SELECT size, hash, anchored_seq, anchored_at_ms, retired_seq, alerts_seq FROM audit_head";
        let (size, hash, anchored_seq, anchored_at_ms, retired_seq, alerts_seq): (
            i64,
            String,
            i64,
            i64,
            i64,
            i64,
        ) = on_engine!(self.0, |c| sqlx::query_as(sql).fetch_one(&mut *c).await)?;
        let number = |number: i64| u64::try_from(number).unwrap_or(0);
        Ok(AuditHead {
            size: number(size),
            hash,
            anchored_seq: number(anchored_seq),
            anchored_at_ms,
            retired_seq: number(retired_seq),
            alerts_seq: number(alerts_seq),
        })
    }
}
