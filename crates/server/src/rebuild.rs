//! Making catalogue and index again from vault and journal.

use crate::archive::{Archive, Places, database_address, lock, read_key};
use crate::config::Config;
use crate::encryption::open_vault;
use crate::error::ArchiveError;
use crate::first_people;
use lantai_cataloguing::repository::batches::BatchRepository;
use lantai_cataloguing::{CataloguingError, Holdings};
use lantai_database::{Database, JournalRows, StoreError};
use lantai_domain::{RandomIds, SystemClock};
use lantai_identity::IdentityRepository;
use lantai_intake::{RestoreAccessions, WaitingFound};
use lantai_journal::Journal;
use lantai_reading::repository::ReadingRepository;
use lantai_search::Index;
use lantai_vault::{Vault, VaultError};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What was made again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rebuilt {
    /// Records.
    pub records: u64,
    /// Journal entries.
    pub entries: u64,
    /// Accessions that wait for a person and came back from what lies beside their parts: what was decided of them
    /// is asked again.
    pub waiting: u64,
    /// Accessions that were under way and of which too little is left: their packages must be sent again.
    pub send_again: Vec<String>,
    /// Where the password of a new administrator is, if the accounts were gone.
    pub password_file: Option<PathBuf>,
}

/// Throws catalogue and index away and makes them again; they may be gone already. Accounts stay where they can be
/// read. A rebuild that breaks off is begun again by the next one.
pub async fn rebuild(
    data: &Path,
    config: Config,
    progress: &(dyn Fn(u64) + Send + Sync),
) -> Result<Rebuilt, ArchiveError> {
    let places = Places::of(data, &config)?;
    let lock = lock(data)?;
    // without its keys an archive cannot be made again: nothing is thrown away before they are at hand
    open_vault(data, &config, &places)?.check_keys()?;
    std::fs::write(&places.rebuilding, b"")
        .map_err(|source| ArchiveError::disk("write", &places.rebuilding, source))?;
    let mut held = match finish_by_catalogue(data, &config, &places).await {
        Ok(held) => held,
        Err(error) => {
            tracing::warn!(error = %error, "the catalogue cannot say what a crash interrupted");
            Vec::new()
        }
    };
    let mut waiting = {
        let vault = open_vault(data, &config, &places)?;
        WaitingFound::on_disk(&vault, &places.workspace, &places.uploads)?
    };
    held.extend(waiting.batches().map(str::to_owned));
    settle_batches(&places, &held)?;
    let database = empty_database(data, &config).await?;
    if places.index.exists() {
        std::fs::remove_dir_all(&places.index)
            .map_err(|source| ArchiveError::disk("remove", &places.index, source))?;
    }
    let index = Index::create(&places.index)?;
    let marker = places.rebuilding.clone();
    let archive = Archive::join(data, config, places, database.clone(), index, Some(lock))?;
    let rebuilt = lantai_cataloguing::rebuild(&archive.holdings, &RestoreAccessions, progress).await?;
    let trail = lantai_identity::audit::restore(&archive.audit).await?;
    if trail.missing > 0 {
        tracing::warn!(
            audit.events = trail.missing,
            "{} events of the audit trail are lost with the old catalogue",
            trail.missing
        );
    }
    restore_readings(&archive).await?;
    archive.index.fill(progress).await?;
    let restored = waiting.restore(&database).await?;
    let password_file = restore_identity(&archive, &database).await?;
    archive.rest().await?;
    std::fs::remove_file(&marker).map_err(|source| ArchiveError::disk("remove", marker, source))?;
    Ok(Rebuilt {
        records: rebuilt.records,
        entries: rebuilt.entries,
        waiting: restored,
        send_again: waiting.lost.iter().map(ToString::to_string).collect(),
        password_file,
    })
}

/// Objects made again in one transaction.
const READINGS_AT_ONCE: usize = 500;

/// What was read in records: after all of them are there, for they lie in no order.
async fn restore_readings(archive: &Archive) -> Result<(), ArchiveError> {
    let holdings = &archive.holdings;
    let now_ms = holdings.clock.now().as_millisecond();
    let mut ids = holdings.vault.object_ids();
    loop {
        let vault = holdings.vault.clone();
        let found = tokio::task::spawn_blocking(move || {
            let mut objects = Vec::new();
            while objects.len() < READINGS_AT_ONCE {
                let Some(id) = ids.next() else { break };
                let id = id?;
                if !lantai_reading::holds_a_reading(id.as_str()) {
                    continue;
                }
                objects.extend(vault.object(&id)?);
            }
            Ok::<_, VaultError>((objects, ids))
        });
        let (objects, rest) = found.await.map_err(CataloguingError::from)??;
        ids = rest;
        if objects.is_empty() {
            // the others are read anew
            let mut work = holdings.database.begin_upkeep().await?;
            ReadingRepository(work.conn()).plan_rest().await?;
            return Ok(work.commit().await?);
        }
        let mut work = holdings.database.begin_upkeep().await?;
        for object in &objects {
            lantai_reading::restore(&mut work, object, now_ms).await?;
        }
        work.commit().await?;
    }
}

/// What a crash interrupted is finished or undone by what the catalogue knows, as long as it can be read: it may hold
/// facts that are not in the journal's tiles yet. Says which batches wait for their accession.
async fn finish_by_catalogue(
    data: &Path,
    config: &Config,
    places: &Places,
) -> Result<Vec<String>, ArchiveError> {
    let address = database_address(data, config);
    if address
        .strip_prefix("sqlite:")
        .is_some_and(|path| !Path::new(path).exists())
    {
        return Ok(Vec::new());
    }
    let database = Database::connect(&address).await?;
    database.migrate().await?;
    let key = read_key(&places.private_key)?;
    let vault = open_vault(data, config, places)?;
    let journal = Journal::open(&places.journal, key.verifying_key())?;
    let mut reader = database.read().await?;
    let accepted = JournalRows(reader.conn()).size().await?;
    let held = BatchRepository(reader.conn()).held().await?;
    drop(reader);
    let recovered = if accepted < journal.size() {
        // an older catalogue, or one that a rebuild has emptied: it knows nothing of the last changes
        Ok(())
    } else {
        let holdings = Holdings::new(
            database.clone(),
            vault,
            journal,
            key,
            Arc::new(SystemClock),
            Arc::new(RandomIds),
        );
        holdings.recover().await.map(|_| ())
    };
    database.close().await;
    recovered?;
    Ok(held.into_iter().map(|(name, _)| name).collect())
}

/// Batches left by a crash: without the catalogue nobody knows whether they were accepted. One whose placing had begun
/// was; the others were never acknowledged and go, unless they wait for their accession.
fn settle_batches(places: &Places, held: &[String]) -> Result<(), ArchiveError> {
    let vault = Vault::open(&places.vault)?;
    for (batch, _) in vault.unfinished()? {
        if held.contains(&batch) {
            continue;
        }
        match vault.discard(&batch) {
            Ok(()) => {}
            Err(VaultError::BatchPlaced { .. }) => {
                vault.resume(&batch)?.place()?;
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

/// The database with its schema, and nothing in it that can be made again. One that cannot be read is put aside.
async fn empty_database(data: &Path, config: &Config) -> Result<Database, ArchiveError> {
    let address = database_address(data, config);
    match open_empty(&address).await {
        Ok(database) => Ok(database),
        Err(error) => {
            let Some(path) = address.strip_prefix("sqlite:") else {
                return Err(error.into());
            };
            tracing::warn!(error = %error, "the catalogue cannot be read and is put aside");
            put_aside(Path::new(path))?;
            Ok(open_empty(&address).await?)
        }
    }
}

async fn open_empty(address: &str) -> Result<Database, StoreError> {
    let database = Database::connect(address).await?;
    database.migrate().await?;
    lantai_cataloguing::repository::clear::clear(&database).await?;
    Ok(database)
}

fn put_aside(path: &Path) -> Result<(), ArchiveError> {
    for suffix in ["", "-wal", "-shm"] {
        let from = PathBuf::from(format!("{}{suffix}", path.display()));
        let to = PathBuf::from(format!("{}.damaged{suffix}", path.display()));
        if from.exists() {
            std::fs::rename(&from, &to).map_err(|source| ArchiveError::disk("rename", from, source))?;
        }
    }
    Ok(())
}

/// The institution's name comes from the configuration; without accounts there are a new archivist and administrators.
async fn restore_identity(archive: &Archive, database: &Database) -> Result<Option<PathBuf>, ArchiveError> {
    let institution = &archive.config.institution;
    let mut work = database.begin_upkeep().await?;
    lantai_identity::create_institution(&mut work, &SystemClock, institution).await?;
    let accounts = IdentityRepository(work.conn()).count_accounts().await?;
    work.commit().await?;
    let archivist = (accounts == 0).then_some("admin");
    first_people::settle(database, &archive.places, institution, archivist).await?;
    Ok(archivist.map(|_| archive.places.password.clone()))
}
