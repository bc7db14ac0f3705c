//! Proving the files beside the journal, from which the trail comes back when the database is lost: a file that was altered
//! must be found while the database still has what it told.

use super::error::AuditError;
use super::segments::{self, Segment};
use super::verify::{AuditProblem, anchors, retired};
use lantai_database::Database;
use lantai_domain::audit::{AuditAnchor, GENESIS};
use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::Path;

/// Proves that the files of a folder tell every event up to the last place that the journal knows, unchanged and in order;
/// changes nothing.
pub async fn verify_files(database: &Database, folder: &Path) -> Result<Vec<AuditProblem>, AuditError> {
    let mut reader = database.read().await?;
    // first the journal, then the files: what is anchored meanwhile is not missed
    let anchors = anchors(&mut reader).await?;
    let retired = retired(&mut reader).await?;
    drop(reader);
    let start = retired.unwrap_or(AuditAnchor {
        seq: 0,
        hash: GENESIS.to_owned(),
    });
    let hashes = anchors.into_iter().map(|anchor| (anchor.seq, anchor.hash));
    let (folder, hashes) = (folder.to_path_buf(), hashes.collect());
    tokio::task::spawn_blocking(move || look_at(&folder, &hashes, start)).await?
}

fn look_at(
    folder: &Path,
    hashes: &BTreeMap<u64, String>,
    mut start: AuditAnchor,
) -> Result<Vec<AuditProblem>, AuditError> {
    // what follows a fault is proved from the next place that the journal knows
    let known = |seq: u64| AuditAnchor {
        seq,
        hash: hashes.get(&seq).cloned().unwrap_or_default(),
    };
    let mut problems = Vec::new();
    for segment in segments::list(folder)? {
        if segment.last <= start.seq {
            continue;
        }
        if segment.first > start.seq + 1 {
            problems.push(missing(start.seq + 1, segment.first - 1));
            start = known(segment.first - 1);
        }
        let last = segment.last;
        let is_read = read(&segment, &mut start)?;
        let is_anchored = hashes.get(&last).is_none_or(|hash| *hash == start.hash);
        if is_read && start.seq == last && is_anchored {
            continue;
        }
        problems.push(altered(&segment, (start.seq + 1).min(last)));
        start = known(last);
    }
    let newest = hashes.keys().next_back().copied().unwrap_or(0);
    if newest > start.seq {
        problems.push(missing(start.seq + 1, newest));
    }
    Ok(problems)
}

/// Reads a file as far as its chain holds. `false`: not even as text.
fn read(segment: &Segment, start: &mut AuditAnchor) -> Result<bool, AuditError> {
    match segments::read(segment, start) {
        Ok(_) => Ok(true),
        Err(AuditError::Segments(error)) if error.kind() == ErrorKind::InvalidData => Ok(false),
        Err(error) => Err(error),
    }
}

fn missing(first: u64, last: u64) -> AuditProblem {
    AuditProblem {
        kind: "audit.file_missing",
        seq: first,
        expected: format!("a file with the events {first} to {last}"),
        found: "none".to_owned(),
    }
}

fn altered(segment: &Segment, seq: u64) -> AuditProblem {
    let name = segment.path.file_name().unwrap_or_default();
    AuditProblem {
        kind: "audit.file_altered",
        seq,
        expected: "the event that was written".to_owned(),
        found: format!("another, or none, in {}", name.to_string_lossy()),
    }
}
