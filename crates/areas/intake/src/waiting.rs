//! Accessions that wait for a person when the catalogue is lost.
//!
//! What waits is acknowledged, and it is in neither vault nor journal. So everything that its row in the catalogue says
//! is written beside its parts when it begins to wait, and a rebuild brings it back from there. What persons had decided
//! meanwhile was in the catalogue alone: they are asked again.

use crate::accession::{Accession, AccessionState};
use crate::attach::UnattachedFile;
use crate::error::IntakeError;
use crate::exceptions::assigned_batch;
use crate::parts::{HeldFolder, HeldPart};
use crate::repository::AccessionRepository;
use crate::repository::tasks::TaskRepository;
use crate::repository::unattached::UnattachedRepository;
use crate::tasks::ReviewTask;
use crate::upload::Uploads;
use lantai_cataloguing::repository::batches::BatchRepository;
use lantai_database::Database;
use lantai_domain::{AccessionId, Finding};
use lantai_vault::{ObjectId, Vault};
use serde::{Deserialize, Serialize};
use std::path::Path;

const FILE: &str = "row.json";
const FORMAT: &str = "lantai-waiting/1";

/// What the catalogue knows of an accession that waits.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct WaitingRow {
    format: String,
    accession: Accession,
    findings: Vec<Finding>,
    tasks: Vec<ReviewTask>,
    exceptions: Vec<UnattachedFile>,
    /// Names of its batches, in order.
    parts: Vec<String>,
}

impl WaitingRow {
    /// The row of an accession that begins to wait.
    pub fn new(
        accession: &Accession,
        findings: &[Finding],
        tasks: &[ReviewTask],
        exceptions: &[UnattachedFile],
        parts: &[HeldPart],
    ) -> Self {
        Self {
            format: FORMAT.to_owned(),
            accession: accession.clone(),
            findings: findings.to_vec(),
            tasks: tasks.to_vec(),
            exceptions: exceptions.to_vec(),
            parts: parts.iter().map(|part| part.batch.clone()).collect(),
        }
    }

    /// Writes it, durably, into the accession's folder.
    pub fn write(&self, folder: &HeldFolder) -> Result<(), IntakeError> {
        folder.write(FILE, &serde_json::to_vec(self)?)
    }

    fn read(folder: &HeldFolder) -> Option<Self> {
        let row: Self = serde_json::from_slice(&folder.read(FILE).ok()?).ok()?;
        let waits = matches!(row.accession.state, AccessionState::PendingReview { .. });
        (row.format == FORMAT && waits).then_some(row)
    }

    /// Whether it has not ended, and everything that it needs is there.
    fn is_whole(&self, vault: &Vault) -> Result<bool, IntakeError> {
        if vault
            .object(&ObjectId::from_uuid(self.accession.id.uuid()))?
            .is_some()
        {
            return Ok(false);
        }
        let unfinished = vault.unfinished()?;
        let assigned = assigned_batch(self.accession.id);
        if unfinished.iter().any(|(batch, _)| *batch == assigned) {
            // it was ending: what its first parts had may be withdrawn already
            return Ok(false);
        }
        let is_there = |batch: &String| unfinished.contains(&(batch.clone(), true));
        Ok(self.parts.iter().all(is_there))
    }
}

/// What can be brought back without a catalogue, and what cannot.
#[derive(Debug, Default)]
pub struct WaitingFound {
    rows: Vec<WaitingRow>,
    /// Accessions that were under way, and of which too little is there: their packages must be sent again.
    pub lost: Vec<AccessionId>,
}

impl WaitingFound {
    /// The batches that must be kept for them.
    pub fn batches(&self) -> impl Iterator<Item = &str> {
        self.rows
            .iter()
            .flat_map(|row| row.parts.iter().map(String::as_str))
    }

    /// Looks at what accessions left on disk.
    ///
    /// # Errors
    /// The vault or a folder cannot be read.
    pub fn on_disk(vault: &Vault, workspace: &Path, uploads: &Path) -> Result<Self, IntakeError> {
        let mut found = Self::default();
        let entries = match std::fs::read_dir(workspace) {
            Ok(entries) => entries.flatten().collect(),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Vec::new(),
            Err(source) => return Err(IntakeError::disk("read", workspace, source)),
        };
        for entry in entries {
            let name = entry.file_name();
            let Some(id) = name.to_str().and_then(HeldFolder::accession) else {
                continue;
            };
            match WaitingRow::read(&HeldFolder::of(workspace, id)) {
                Some(row) if row.is_whole(vault)? => found.rows.push(row),
                // it has ended: only its folder was not removed yet
                Some(row)
                    if vault
                        .object(&ObjectId::from_uuid(row.accession.id.uuid()))?
                        .is_some() => {}
                _ => found.lost.push(id),
            }
        }
        let uploaded = Uploads::new(uploads).all()?;
        found.lost.extend(uploaded);
        found.rows.sort_by_key(|row| row.accession.id.to_string());
        found.lost.sort_by_key(ToString::to_string);
        found.lost.dedup();
        Ok(found)
    }

    /// Writes the rows of those that the catalogue does not have; how many that were. What the catalogue does have is
    /// struck from the lost.
    ///
    /// # Errors
    /// The catalogue cannot be read or written.
    pub async fn restore(&mut self, database: &Database) -> Result<u64, IntakeError> {
        let mut restored = 0;
        let mut work = database.begin_upkeep().await?;
        for row in &self.rows {
            let id = row.accession.id;
            if AccessionRepository(work.conn()).find(id).await?.is_some() {
                continue;
            }
            AccessionRepository(work.conn()).put(&row.accession).await?;
            AccessionRepository(work.conn())
                .put_findings(id, &row.findings)
                .await?;
            TaskRepository(work.conn()).put(id, &row.tasks).await?;
            UnattachedRepository(work.conn()).put(id, &row.exceptions).await?;
            BatchRepository(work.conn()).release(id).await?;
            for (number, batch) in (1..).zip(&row.parts) {
                BatchRepository(work.conn()).hold(batch, id, number).await?;
            }
            restored += 1;
        }
        let mut lost = Vec::new();
        for id in std::mem::take(&mut self.lost) {
            if AccessionRepository(work.conn()).find(id).await?.is_none() {
                lost.push(id);
            }
        }
        self.lost = lost;
        work.commit().await?;
        Ok(restored)
    }
}
