//! Whether everything that was done was done with authority (check S-4.4): the journal proves itself, and explains the
//! newest version of every object of the vault.

use crate::compare::{ObjectGroups, compare_inventory, missing_objects, newest_facts};
use crate::error::PreservationError;
use crate::verify::{Problem, of_journal};
use crate::{compare, journal_rows};
use async_trait::async_trait;
use lantai_database::Database;
use lantai_journal::VerifyingKey;
use lantai_vault::{ObjectId, Vault};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What proving a stream of audit events came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditProof {
    /// Events read.
    pub events: u64,
    /// What is wrong with it.
    pub problems: Vec<Problem>,
}

/// Who can prove the stream of who signed in, read and was refused: kept beside the journal, by another area.
#[async_trait]
pub trait AuditStream: Send + Sync {
    /// Reads the whole stream and says whether its chain holds. What is wrong with it are problems, not errors.
    async fn prove(&self) -> Result<AuditProof, PreservationError>;
}

/// What the trail tells.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TrailReport {
    /// Entries of the journal.
    pub entries: u64,
    /// Objects of the vault.
    pub objects: u64,
    /// Events of the audit stream; `None`: there is none.
    pub events: Option<u64>,
    /// What has no authority, or does not hold together.
    pub problems: Vec<Problem>,
}

/// Proves the journal, compares it with its rows in the catalogue, and looks for a fact that explains each object of the
/// vault as it is. Changes nothing; content is not read, the inventories fix it.
pub async fn verify_trail(
    database: &Database,
    vault: &Arc<Vault>,
    journal: &Path,
    key: &VerifyingKey,
    audit: Option<&dyn AuditStream>,
) -> Result<TrailReport, PreservationError> {
    let mut report = TrailReport::default();
    let (folder, verifying): (PathBuf, VerifyingKey) = (journal.to_path_buf(), key.clone());
    let found = tokio::task::spawn_blocking(move || lantai_journal::verify(&folder, &verifying)).await??;
    report.entries = found.entries;
    report.problems.extend(found.problems.iter().map(of_journal));
    let rows = journal_rows::journal_with_rows(database, journal, key).await?;
    report.problems.extend(rows);
    let mut groups = ObjectGroups::new(vault);
    while let Some(ids) = groups.next(&mut report.problems).await? {
        report.objects += ids.len() as u64;
        unexplained(database, vault, ids, &mut report.problems).await?;
    }
    missing_objects(database, vault, &mut report.problems).await?;
    if let Some(audit) = audit {
        let proof = audit.prove().await?;
        report.events = Some(proof.events);
        report.problems.extend(proof.problems);
    }
    Ok(report)
}

/// The objects of a group that no fact explains.
async fn unexplained(
    database: &Database,
    vault: &Arc<Vault>,
    ids: Vec<ObjectId>,
    problems: &mut Vec<Problem>,
) -> Result<(), PreservationError> {
    let names: Vec<String> = ids.iter().map(|id| id.as_str().to_owned()).collect();
    let journaled = newest_facts(database, &names).await?;
    let vault = Arc::clone(vault);
    let compare = move || {
        let mut problems = Vec::new();
        for id in ids {
            let head = match vault.object(&id) {
                Ok(Some(object)) => object.head().number(),
                Ok(None) => continue,
                Err(error) => {
                    problems.push(compare::of_error(&error, id.as_str()));
                    continue;
                }
            };
            compare_inventory(&vault, &id, head, journaled.get(id.as_str()), &mut problems);
        }
        problems
    };
    problems.extend(tokio::task::spawn_blocking(compare).await?);
    Ok(())
}
