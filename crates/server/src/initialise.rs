//! Making an empty archive.

use crate::archive::{Places, database_address, lock};
use crate::config::{CONFIG_FILE, Config};
use crate::error::ArchiveError;
use crate::first_people;
use aws_lc_rs::rand;
use lantai_cataloguing::layout::ARCHIVE_OBJECT;
use lantai_database::Database;
use lantai_domain::{Clock, Fact, IdSource, JournalEntry, RandomIds, SystemClock};
use lantai_journal::{Journal, SigningKey};
use lantai_search::Index;
use lantai_vault::Vault;
use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// What a new archive is to be like.
#[derive(Debug, Clone)]
pub struct NewArchive {
    /// Its configuration.
    pub config: Config,
    /// Name of the account of its first archivist.
    pub admin: String,
}

/// The account of an administrator that an archive begins with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FirstAdministrator {
    /// Its name.
    pub name: String,
    /// File with its first password, readable by its owner only.
    pub password_file: PathBuf,
}

/// A new archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Initialised {
    /// Its data folder.
    pub data: PathBuf,
    /// Name of the institution.
    pub institution: String,
    /// Name of the account of the first archivist.
    pub admin: String,
    /// File with its first password, readable by its owner only.
    pub password_file: PathBuf,
    /// The accounts of system, security and audit administrator.
    pub administrators: Vec<FirstAdministrator>,
}

/// Makes an empty archive in a folder that is empty or not there. After an error what was made is removed.
pub async fn initialise(data: &Path, new: &NewArchive) -> Result<Initialised, ArchiveError> {
    let was_there = data.exists();
    let is_empty = !was_there
        || std::fs::read_dir(data)
            .map_err(|source| ArchiveError::disk("read", data, source))?
            .next()
            .is_none();
    if !is_empty {
        return Err(ArchiveError::FolderInUse(data.to_path_buf()));
    }
    let made = make(data, new).await;
    if made.is_err() {
        remove(data, was_there);
    }
    made
}

/// Removes what was begun; the error that led here is the one to tell.
fn remove(data: &Path, was_there: bool) {
    if !was_there {
        let _ = std::fs::remove_dir_all(data);
        return;
    }
    for entry in std::fs::read_dir(data).into_iter().flatten().flatten() {
        let path = entry.path();
        let _ = if path.is_dir() {
            std::fs::remove_dir_all(&path)
        } else {
            std::fs::remove_file(&path)
        };
    }
}

async fn make(data: &Path, new: &NewArchive) -> Result<Initialised, ArchiveError> {
    std::fs::create_dir_all(data).map_err(|source| ArchiveError::disk("make", data, source))?;
    let _lock = lock(data)?;
    let places = Places::of(data, &new.config)?;
    let clock = SystemClock;
    let mut seed = [0_u8; 32];
    rand::fill(&mut seed).map_err(|_| ArchiveError::Random)?;
    let key = SigningKey::from_seed(&format!("lantai.archive/{}", RandomIds.next()), seed)?;
    if let Some(folder) = places.private_key.parent() {
        std::fs::create_dir_all(folder).map_err(|source| ArchiveError::disk("make", folder, source))?;
    }
    write_private(&places.private_key, &format!("{}\n", key.to_private_text()))?;
    write(&places.public_key, &format!("{}\n", key.verifying_key()))?;
    Vault::create(&places.vault)?;
    let mut journal = Journal::create(&places.journal, &key)?;
    Index::create(&places.index)?;

    let database = Database::connect(&database_address(data, &new.config)).await?;
    database.migrate().await?;
    let mut work = database.begin().await?;
    lantai_identity::create_institution(&mut work, &clock, &new.config.institution).await?;
    let fact = JournalEntry::new(Fact::ArchiveCreated, clock.now(), &new.admin, ARCHIVE_OBJECT);
    let body = fact
        .to_bytes()
        .map_err(|error| lantai_database::StoreError::corrupt("journal entry", error))?;
    work.record(fact).await?;
    work.commit().await?;
    journal.append(0, &[body], &key)?;
    let institution = &new.config.institution;
    let settled = first_people::settle(&database, &places, institution, Some(&new.admin)).await;
    database.close().await;
    let administrators = settled?.into_iter().filter(|name| *name != new.admin);
    let administrators = administrators
        .map(|name| FirstAdministrator {
            password_file: places.first_password(&name),
            name,
        })
        .collect();
    // written last: where the configuration is, there is a whole archive
    write(&data.join(CONFIG_FILE), &new.config.to_file())?;
    Ok(Initialised {
        data: data.to_path_buf(),
        institution: new.config.institution.clone(),
        admin: new.admin.clone(),
        password_file: places.password,
        administrators,
    })
}

fn write(path: &Path, text: &str) -> Result<(), ArchiveError> {
    std::fs::write(path, text).map_err(|source| ArchiveError::disk("write", path, source))
}

/// Writes a file that only its owner may read.
pub(crate) fn write_private(path: &Path, text: &str) -> Result<(), ArchiveError> {
    let mut options = OpenOptions::new();
    let opened = options
        .create(true)
        .truncate(true)
        .write(true)
        .mode(0o600)
        .open(path);
    let written = opened.and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        file.sync_all()
    });
    written.map_err(|source| ArchiveError::disk("write", path, source))
}
