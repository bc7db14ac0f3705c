//! Proving the audit trail: every event is there, unchanged, in its order, up to where the journal says it stood.

use super::error::AuditError;
use crate::repository::audit::{AuditRepository, StoredEvent};
use lantai_database::{AuditHead, AuditRows, Database, JournalRows, Reader, StoreError, chain_hash};
use lantai_domain::Fact;
use lantai_domain::audit::{AUDIT_OBJECT, AuditAnchor, AuditEvent, GENESIS};
use serde::Serialize;
use std::collections::BTreeMap;

/// Events read at once.
const AT_ONCE: u32 = 2_000;
/// Problems that are named; more tell nothing new.
const MOST_NAMED: usize = 1_000;

/// Something that is not as it was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AuditProblem {
    /// What kind, such as `audit.event_missing`.
    pub kind: &'static str,
    /// Number of the event.
    pub seq: u64,
    /// What should be there.
    pub expected: String,
    /// What is there.
    pub found: String,
}

/// What a verification of the audit trail came to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct AuditReport {
    /// Whether nothing was wrong.
    pub ok: bool,
    /// Events read.
    pub events: u64,
    /// Number of the last event.
    pub last: u64,
    /// Number of the last event that was retired by rule.
    pub retired: u64,
    /// Places at which the journal holds the hash of an event.
    pub anchors: u64,
    /// What was wrong.
    pub problems: Vec<AuditProblem>,
}

/// Every place at which the journal holds the trail's hash, oldest first.
pub(super) async fn anchors(reader: &mut Reader) -> Result<Vec<AuditAnchor>, StoreError> {
    Ok(facts(reader)
        .await?
        .into_iter()
        .map(|(_, anchor)| anchor)
        .collect())
}

async fn facts(reader: &mut Reader) -> Result<Vec<(Fact, AuditAnchor)>, StoreError> {
    let entries = JournalRows(reader.conn()).of_object(AUDIT_OBJECT).await?;
    Ok(entries
        .into_iter()
        .filter_map(|(_, entry)| Some((entry.fact, entry.audit?)))
        .collect())
}

fn newest_retired(facts: &[(Fact, AuditAnchor)]) -> Option<AuditAnchor> {
    let retired = facts.iter().filter(|(fact, _)| *fact == Fact::AuditRetired);
    retired
        .map(|(_, anchor)| anchor.clone())
        .max_by_key(|anchor| anchor.seq)
}

/// The last event that was retired by rule, as the journal holds it.
pub(super) async fn retired(reader: &mut Reader) -> Result<Option<AuditAnchor>, StoreError> {
    Ok(newest_retired(&facts(reader).await?))
}

/// Proves the audit trail; changes nothing. The journal's rows are taken as they are in the catalogue: that these are
/// the signed ones is proved where the journal is.
pub async fn verify(database: &Database) -> Result<AuditReport, AuditError> {
    let mut reader = database.read().await?;
    // first the journal, then the head, then the events: whatever is written meanwhile is not missed
    let facts = facts(&mut reader).await?;
    let head = AuditRows(reader.conn()).head().await?;
    let retired = newest_retired(&facts);
    let mut proof = Proof::new(&facts, retired.as_ref());
    let mut after = 0;
    loop {
        let page = AuditRepository(reader.conn())
            .after(after, head.size, AT_ONCE)
            .await?;
        let Some(last) = page.last() else { break };
        after = last.seq;
        for row in &page {
            proof.look_at(row);
        }
    }
    Ok(proof.conclude(&head))
}

struct Proof {
    report: AuditReport,
    anchors: BTreeMap<u64, Vec<String>>,
    next: u64,
    /// Hash of the event before; `None`: that event is missing.
    previous: Option<String>,
    last_hash: String,
}

impl Proof {
    fn new(facts: &[(Fact, AuditAnchor)], retired: Option<&AuditAnchor>) -> Self {
        let mut anchors: BTreeMap<u64, Vec<String>> = BTreeMap::new();
        for (_, anchor) in facts {
            anchors.entry(anchor.seq).or_default().push(anchor.hash.clone());
        }
        let start = retired.cloned().unwrap_or(AuditAnchor {
            seq: 0,
            hash: GENESIS.to_owned(),
        });
        let report = AuditReport {
            retired: start.seq,
            anchors: u64::try_from(facts.len()).unwrap_or(u64::MAX),
            ..AuditReport::default()
        };
        // what was retired is proved no more
        anchors.retain(|seq, _| *seq > start.seq);
        Self {
            report,
            anchors,
            next: start.seq + 1,
            previous: Some(start.hash.clone()),
            last_hash: start.hash,
        }
    }

    fn problem(
        &mut self,
        kind: &'static str,
        seq: u64,
        expected: impl Into<String>,
        found: impl Into<String>,
    ) {
        if self.report.problems.len() < MOST_NAMED {
            self.report.problems.push(AuditProblem {
                kind,
                seq,
                expected: expected.into(),
                found: found.into(),
            });
        }
    }

    fn look_at(&mut self, row: &StoredEvent) {
        self.report.events += 1;
        if row.seq < self.next {
            let expected = format!("no event up to {}", self.next - 1);
            self.problem(
                "audit.event_retired",
                row.seq,
                expected,
                "an event that was retired",
            );
            return;
        }
        if row.seq > self.next {
            self.missing(row.seq - 1);
        }
        let event = serde_json::from_str::<AuditEvent>(&row.body);
        match event {
            Err(error) => {
                self.problem("audit.event_altered", row.seq, "an event", error.to_string());
                self.previous = None;
            }
            Ok(event) => self.look_into(row, &event),
        }
        for hash in self.anchors.remove(&row.seq).unwrap_or_default() {
            if hash != row.hash {
                self.problem("audit.anchor_differs", row.seq, hash, row.hash.clone());
            }
        }
        self.last_hash.clone_from(&row.hash);
        self.next = row.seq + 1;
    }

    fn look_into(&mut self, row: &StoredEvent, event: &AuditEvent) {
        let measured = chain_hash(&event.prev_hash, row.body.as_bytes());
        if measured != row.hash || event.seq != row.seq {
            self.problem("audit.event_altered", row.seq, row.hash.clone(), measured);
        } else if let Some(column) = row.differs_from(event) {
            self.problem("audit.event_altered", row.seq, "what was hashed", column);
        }
        if let Some(previous) = self
            .previous
            .take()
            .filter(|previous| *previous != event.prev_hash)
        {
            self.problem("audit.chain_broken", row.seq, previous, event.prev_hash.clone());
        }
        self.previous = Some(row.hash.clone());
    }

    fn missing(&mut self, last: u64) {
        let (first, expected) = (self.next, format!("events {} to {last}", self.next));
        self.problem("audit.event_missing", first, expected, "none");
        self.previous = None;
        // an anchor among them tells nothing more
        self.anchors.retain(|seq, _| *seq > last || *seq < first);
        self.next = last + 1;
    }

    fn conclude(mut self, head: &AuditHead) -> AuditReport {
        let known = self.anchors.keys().next_back().copied().unwrap_or(0);
        let should = known.max(head.size);
        if should >= self.next {
            self.missing(should);
        }
        self.report.last = self.next - 1;
        if head.size + 1 < self.next || (self.previous.is_some() && head.hash != self.last_hash) {
            let expected = format!("{} events, {}", self.next - 1, self.last_hash);
            let found = format!("{} events, {}", head.size, head.hash);
            self.problem("audit.head_differs", head.size, expected, found);
        }
        if head.retired_seq != self.report.retired {
            let (expected, found) = (self.report.retired.to_string(), head.retired_seq.to_string());
            self.problem("audit.head_differs", head.retired_seq, expected, found);
        }
        self.report.ok = self.report.problems.is_empty();
        self.report
    }
}

#[cfg(test)]
mod tests;
