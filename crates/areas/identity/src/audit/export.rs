//! Writing events out, with what proves them: digest of the file, number and hash at both ends, the journal's anchors.

use super::error::AuditError;
use super::segments::line;
use super::verify::anchors;
use crate::repository::audit::{AuditQuery, AuditRepository, StoredEvent};
use aws_lc_rs::digest;
use lantai_database::{AuditRows, Database};
use lantai_domain::audit::{AuditAnchor, AuditEvent};
use serde::Serialize;

/// Events read at once.
const AT_ONCE: u32 = 1_000;

/// In which form events are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExportForm {
    /// One line of JSON an event: the bytes that were hashed, with the hash.
    JsonLines,
    /// A table for people.
    Csv,
}

/// What proves an export. It is written when the export is complete, and lies beside it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ExportProof {
    /// Events written.
    pub events: u64,
    /// Bytes written.
    pub bytes: u64,
    /// SHA-256 of these bytes.
    pub sha256: String,
    /// Number of the last event of the trail when the export began.
    pub head_seq: u64,
    /// Its hash.
    pub head_hash: String,
    /// The newest place at which the journal holds a hash of the trail.
    pub anchor: Option<AuditAnchor>,
}

/// An export under way: chunk after chunk, newest event first.
pub struct Export {
    database: Database,
    query: AuditQuery,
    form: ExportForm,
    hashing: digest::Context,
    proof: ExportProof,
    has_begun: bool,
    is_done: bool,
}

const CSV_HEAD: &str = "\u{feff}seq,time,class,actor_kind,actor,role,session,source_address,action,object_kind,\
                        object,archival_code,fonds,count,before_digest,after_digest,basis,outcome,reason,prev_hash,hash\r\n";

impl Export {
    /// Begins an export of the events that fit, as of now.
    pub async fn begin(
        database: Database,
        mut query: AuditQuery,
        form: ExportForm,
    ) -> Result<Self, AuditError> {
        let mut reader = database.read().await?;
        let anchor = anchors(&mut reader)
            .await?
            .into_iter()
            .max_by_key(|anchor| anchor.seq);
        let head = AuditRows(reader.conn()).head().await?;
        drop(reader);
        query.last = Some(query.last.unwrap_or(u64::MAX).min(head.size));
        query.before = None;
        Ok(Self {
            database,
            query,
            form,
            hashing: digest::Context::new(&digest::SHA256),
            proof: ExportProof {
                events: 0,
                bytes: 0,
                sha256: String::new(),
                head_seq: head.size,
                head_hash: head.hash,
                anchor,
            },
            has_begun: false,
            is_done: false,
        })
    }

    /// The next piece; `None`: all is written.
    pub async fn next(&mut self) -> Result<Option<Vec<u8>>, AuditError> {
        if self.is_done {
            return Ok(None);
        }
        let mut chunk = Vec::new();
        if !self.has_begun && self.form == ExportForm::Csv {
            chunk.extend_from_slice(CSV_HEAD.as_bytes());
        }
        self.has_begun = true;
        let mut reader = self.database.read().await?;
        let rows = AuditRepository(reader.conn())
            .search(&self.query, AT_ONCE)
            .await?;
        drop(reader);
        self.is_done = rows.len() < AT_ONCE as usize;
        self.query.before = rows.last().map(|row| row.seq);
        for row in &rows {
            match self.form {
                ExportForm::JsonLines => chunk.extend_from_slice(line(row).as_bytes()),
                ExportForm::Csv => csv_line(&mut chunk, row, &row.event()?),
            }
        }
        self.proof.events += u64::try_from(rows.len()).unwrap_or(0);
        self.proof.bytes += u64::try_from(chunk.len()).unwrap_or(0);
        self.hashing.update(&chunk);
        Ok(Some(chunk))
    }

    /// What proves the export, once all is written.
    pub fn proof(mut self) -> ExportProof {
        self.proof.sha256 = hex::encode(self.hashing.finish());
        self.proof
    }
}

fn csv_line(out: &mut Vec<u8>, row: &StoredEvent, event: &AuditEvent) {
    let object = event.object.as_ref();
    let text = |value: Option<&String>| value.cloned().unwrap_or_default();
    let cells = [
        event.seq.to_string(),
        event.at().to_string(),
        event.class.id().to_owned(),
        event.actor.kind.id().to_owned(),
        event.actor.id.clone(),
        text(event.actor.role.as_ref()),
        text(event.session.as_ref()),
        text(event.source_address.as_ref()),
        event.action.clone(),
        text(object.map(|object| &object.kind)),
        text(object.map(|object| &object.id)),
        text(object.and_then(|object| object.archival_code.as_ref())),
        text(object.and_then(|object| object.fonds.as_ref())),
        event.count.map_or(String::new(), |count| count.to_string()),
        text(event.before_digest.as_ref()),
        text(event.after_digest.as_ref()),
        text(event.basis.as_ref()),
        event.outcome.id().to_owned(),
        text(event.reason.as_ref()),
        event.prev_hash.clone(),
        row.hash.clone(),
    ];
    let line: Vec<String> = cells.iter().map(|cell| csv_cell(cell)).collect();
    out.extend_from_slice(line.join(",").as_bytes());
    out.extend_from_slice(b"\r\n");
}

/// A cell that no program for tables takes as a formula.
fn csv_cell(text: &str) -> String {
    let guarded = match text.chars().next() {
        Some('=' | '+' | '-' | '@' | '\t' | '\r') => format!("'{text}"),
        _ => text.to_owned(),
    };
    if guarded.contains([',', '"', '\n', '\r']) {
        return format!("\"{}\"", guarded.replace('"', "\"\""));
    }
    guarded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_never_a_formula_and_never_breaks_its_line() {
        assert_eq!(csv_cell("=1+1"), "'=1+1");
        assert_eq!(csv_cell("a,\"b\"\n"), "\"a,\"\"b\"\"\n\"");
        assert_eq!(csv_cell("档号"), "档号");
    }
}
