//! Putting accessions in order that a crash interrupted.

use crate::accession::AccessionState;
use crate::conclude::drop_parts;
use crate::error::IntakeError;
use crate::parts::HeldFolder;
use crate::repository::AccessionRepository;
use crate::upload::{ResumableUploads, Uploads};
use lantai_cataloguing::Holdings;
use lantai_cataloguing::repository::batches::BatchRepository;
use lantai_domain::AccessionId;
use std::collections::BTreeSet;
use std::path::Path;

/// Puts accessions in order that a crash interrupted. To be called once at start, after
/// [`Holdings::recover`](lantai_cataloguing::Holdings::recover).
///
/// An upload that was handed in is examined again by its job. What the command line was receiving waits for the same
/// command if parts of it are durable, and is forgotten otherwise: nothing of it was accepted. What belongs to nobody
/// goes: parts, uploads, and whatever else lies in the workspace.
pub async fn recover(holdings: &Holdings, uploads: &Uploads, workspace: &Path) -> Result<(), IntakeError> {
    let held = held_accessions(holdings).await?;
    let mut waiting = BTreeSet::new();
    for id in held {
        let mut reader = holdings.database.read().await?;
        let found = AccessionRepository(reader.conn()).find(id).await?;
        drop(reader);
        match found.map(|accession| accession.state) {
            Some(state) if state.can_go_on() || matches!(state, AccessionState::PendingReview { .. }) => {
                waiting.insert(id);
            }
            _ => drop_parts(holdings, id, workspace).await,
        }
    }
    let mut reader = holdings.database.read().await?;
    let checking = AccessionRepository(reader.conn()).in_state("checking").await?;
    drop(reader);
    for accession in checking {
        let id = accession.id;
        if !uploads.package(id).exists() && !waiting.contains(&id) && !is_watched(holdings, id).await? {
            let mut work = holdings.database.begin_upkeep().await?;
            AccessionRepository(work.conn()).delete(id).await?;
            work.commit().await?;
        }
    }
    for id in uploads.all()? {
        let mut reader = holdings.database.read().await?;
        let found = AccessionRepository(reader.conn()).find(id).await?;
        drop(reader);
        let needed =
            |state: &AccessionState| state.can_go_on() || matches!(state, AccessionState::Receiving { .. });
        if found.is_none_or(|accession| !needed(&accession.state)) {
            uploads.clear(id)?;
        }
    }
    clear_workspace(workspace, &waiting)?;
    ResumableUploads::new(uploads.clone()).tidy(holdings).await?;
    Ok(())
}

/// Whether an accession is received by a job, from a place of its own.
async fn is_watched(holdings: &Holdings, id: AccessionId) -> Result<bool, IntakeError> {
    let mut reader = holdings.database.read().await?;
    Ok(AccessionRepository(reader.conn()).is_watched(id).await?)
}

async fn held_accessions(holdings: &Holdings) -> Result<BTreeSet<AccessionId>, IntakeError> {
    let mut reader = holdings.database.read().await?;
    let held = BatchRepository(reader.conn()).held().await?;
    Ok(held
        .into_iter()
        .filter_map(|(_, accession)| accession.parse().ok())
        .collect())
}

/// Removes everything from the workspace but what waits.
fn clear_workspace(workspace: &Path, waiting: &BTreeSet<AccessionId>) -> Result<(), IntakeError> {
    let entries = match std::fs::read_dir(workspace) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(source) => return Err(IntakeError::disk("read", workspace, source)),
    };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let owner = name.to_str().and_then(HeldFolder::accession);
        if owner.is_some_and(|owner| waiting.contains(&owner)) {
            continue;
        }
        let path = entry.path();
        let removed = if path.is_dir() {
            std::fs::remove_dir_all(&path)
        } else {
            std::fs::remove_file(&path)
        };
        removed.map_err(|source| IntakeError::disk("remove", path, source))?;
    }
    Ok(())
}
