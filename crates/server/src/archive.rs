//! An archive opened for work: all stores of one data folder.

use crate::audit;
use crate::config::Config;
use crate::encryption::open_vault;
use crate::error::ArchiveError;
use crate::first_people;
use crate::initialise::write_private;
use crate::own_rules;
use lantai_access::CatalogueIndex;
use lantai_cataloguing::Holdings;
use lantai_database::Database;
use lantai_domain::access::Purpose;
use lantai_domain::{RandomIds, SystemClock, Viewer};
use lantai_gate::Gatekeeper;
use lantai_identity::audit::{AlertRules, AuditTrail, RetentionRules};
use lantai_identity::sign_in::SignIn;
use lantai_intake::filing::TablesInForce;
use lantai_intake::quality::QualityRules;
use lantai_intake::{IntakeRules, ProgressBoard, ResumableUploads, Uploads};
use lantai_journal::{Journal, SigningKey, VerifyingKey};
use lantai_reading::Reader;
use lantai_search::Index;
use std::collections::BTreeMap;
use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What an archive is opened for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Questions only; another process may be writing.
    Read,
    /// Changes: nobody else may write meanwhile, and what a crash left is finished or undone first.
    Write,
}

/// Paths inside a data folder.
#[derive(Debug, Clone)]
pub(crate) struct Places {
    pub vault: PathBuf,
    pub journal: PathBuf,
    pub index: PathBuf,
    pub private_key: PathBuf,
    pub public_key: PathBuf,
    pub audit_key: PathBuf,
    pub uploads: PathBuf,
    pub workspace: PathBuf,
    pub rebuilding: PathBuf,
    pub password: PathBuf,
    pub data: PathBuf,
}

/// Where the archive in a data folder keeps its public key, for whoever checks what it signed.
pub fn public_key_path(data: &Path) -> PathBuf {
    data.join("keys").join("journal.public")
}

impl Places {
    pub fn of(data: &Path, config: &Config) -> Result<Self, ArchiveError> {
        for address in [&config.vault, &config.search] {
            if address.contains("://") {
                return Err(ArchiveError::StoreAddress(address.clone()));
            }
        }
        let vault = data.join(&config.vault);
        let keys = data.join("keys");
        Ok(Self {
            journal: vault.join("journal"),
            vault,
            index: data.join(&config.search),
            private_key: keys.join("journal.private"),
            public_key: public_key_path(data),
            audit_key: keys.join("audit.key"),
            uploads: data.join("uploads"),
            workspace: data.join("work"),
            rebuilding: data.join("rebuilding"),
            password: data.join("admin-password"),
            data: data.to_path_buf(),
        })
    }

    /// File for the first password of an account.
    pub fn first_password(&self, account: &str) -> PathBuf {
        self.data.join(format!("{account}-password"))
    }

    /// Folder of the audit trail's files.
    pub fn audit(&self) -> PathBuf {
        self.vault.join("audit")
    }
}

/// The database's address with a relative path resolved.
pub(crate) fn database_address(data: &Path, config: &Config) -> String {
    match config.database.strip_prefix("sqlite:") {
        Some(path) => format!("sqlite:{}", data.join(path).display()),
        None => config.database.clone(),
    }
}

/// An archive opened for work.
pub struct Archive {
    /// Its data folder.
    pub data: PathBuf,
    /// Its configuration.
    pub config: Config,
    /// Catalogue, vault and journal.
    pub holdings: Holdings,
    /// The index.
    pub index: CatalogueIndex,
    /// The rules of intake.
    pub rules: IntakeRules,
    /// The rules of the double quality check.
    pub quality: Arc<QualityRules>,
    /// The gate.
    pub gatekeeper: Arc<Gatekeeper>,
    /// Signing in.
    pub sign_in: SignIn,
    /// The tables of filing scope.
    pub filing: TablesInForce,
    /// Uploads under way.
    pub uploads: Uploads,
    /// Resumable uploads under way.
    pub resumable: ResumableUploads,
    /// Progress of accessions under way here.
    pub board: ProgressBoard,
    /// The audit trail.
    pub audit: AuditTrail,
    /// The rules of its alerts.
    pub alerts: Arc<AlertRules>,
    /// How long it is kept.
    pub audit_retention: Arc<RetentionRules>,
    /// Who reads files; without it nothing is read.
    pub reader: Option<Reader>,
    pub(crate) places: Places,
    _lock: Option<File>,
}

impl Archive {
    /// Opens the archive of a data folder.
    pub async fn open(data: &Path, config: Config, access: Access) -> Result<Self, ArchiveError> {
        let places = Places::of(data, &config)?;
        if places.rebuilding.exists() {
            return Err(ArchiveError::RebuildUnfinished(data.to_path_buf()));
        }
        let lock = match access {
            Access::Write => Some(lock(data)?),
            Access::Read => None,
        };
        let database = Database::connect(&database_address(data, &config)).await?;
        if access == Access::Write {
            database.migrate().await?;
            let made = first_people::settle(&database, &places, &config.institution, None).await?;
            for account in made {
                let path = places.first_password(&account);
                tracing::warn!(path = %path.display(), "an administrator's account was made; its first password is in {}", path.display());
            }
        }
        let index = Index::open(&places.index)?;
        let archive = Self::join(data, config, places, database, index, lock)?;
        if access == Access::Write {
            archive.recover().await?;
        }
        Ok(archive)
    }

    /// Joins opened stores.
    pub(crate) fn join(
        data: &Path,
        config: Config,
        places: Places,
        database: Database,
        index: Index,
        lock: Option<File>,
    ) -> Result<Self, ArchiveError> {
        let key = read_key(&places.private_key)?;
        let vault = open_vault(data, &config, &places)?;
        let journal = Journal::open(&places.journal, key.verifying_key())?;
        let holdings = Holdings::new(
            database,
            vault,
            journal,
            key,
            Arc::new(SystemClock),
            Arc::new(RandomIds),
        );
        let uploads = Uploads::new(&places.uploads);
        let pseudonyms = audit::pseudonyms(&places.audit_key, config.audit_address)?;
        let trail = AuditTrail::new(
            holdings.database.clone(),
            Arc::clone(&holdings.clock),
            pseudonyms,
            places.audit(),
        );
        let rules = data.join("rules");
        let sign_in = SignIn::of_folder(
            data,
            holdings.database.clone(),
            Arc::clone(&holdings.clock),
            &config.institution,
            config.sign_in.clone(),
        )?;
        let scanner = config.malware_scanner()?;
        let filing = own_rules::filing_in_force(data)?;
        Ok(Self {
            data: data.to_path_buf(),
            config,
            index: CatalogueIndex::new(holdings.clone(), index),
            holdings,
            rules: IntakeRules::builtin()?
                .with_scanner(scanner)
                .with_checks(own_rules::checks(data, filing.clone())?)
                .with_attach(own_rules::attach(data)?)
                .with_publications(&data.join("rules").join("pronom"))?
                .with_bag_profiles(Some(data.join("rules").join("bagit-profiles")))
                .with_trust_folder(&data.join("trust"))?,
            quality: Arc::new(own_rules::quality(data)?),
            sign_in,
            filing,
            gatekeeper: Arc::new(Gatekeeper::new(own_rules::gate(data)?)),
            resumable: ResumableUploads::new(uploads.clone()),
            uploads,
            board: ProgressBoard::default(),
            audit: trail,
            alerts: Arc::new(AlertRules::of_folder(&rules)?),
            audit_retention: Arc::new(RetentionRules::of_folder(&rules)?),
            reader: None,
            places,
            _lock: lock,
        })
    }

    /// Finishes or undoes what a crash interrupted.
    async fn recover(&self) -> Result<(), ArchiveError> {
        let workspace = &self.places.workspace;
        std::fs::create_dir_all(workspace).map_err(|source| ArchiveError::disk("make", workspace, source))?;
        let recovery = self.holdings.recover().await?;
        for batch in &recovery.finished {
            tracing::warn!(batch.id = %batch, "a change that was interrupted is now finished");
        }
        for batch in &recovery.removed {
            tracing::warn!(batch.id = %batch, "leftovers of a change that was interrupted are removed");
        }
        lantai_intake::recover(&self.holdings, &self.uploads, workspace).await?;
        Ok(())
    }

    /// Folder for work that does not fit into memory.
    pub fn workspace(&self) -> &Path {
        &self.places.workspace
    }

    /// Gives an account a new password and says in which file it lies: for whoever holds the data folder, when nobody
    /// can sign in any more.
    pub async fn reset_password(&self, account: &str) -> Result<PathBuf, ArchiveError> {
        let database = &self.holdings.database;
        let now = self.holdings.clock.now();
        let password = lantai_identity::people::reset_password(database, now, account).await?;
        let path = self.places.first_password(account);
        write_private(&path, &format!("{password}\n"))?;
        tracing::warn!(account.name = %account, "the password of an account was reset from the data folder");
        Ok(path)
    }

    /// Folder of the journal.
    pub fn journal_folder(&self) -> &Path {
        &self.places.journal
    }

    /// The key that proves the journal.
    pub fn journal_key(&self) -> Result<VerifyingKey, ArchiveError> {
        Ok(read_key(&self.places.private_key)?.verifying_key().clone())
    }

    /// The public, as the gate has it now.
    pub fn public(&self) -> Result<Viewer, ArchiveError> {
        let now = self.holdings.clock.now();
        let rights = self.gatekeeper.rights(&[], Purpose::Unsaid, now);
        Ok(Viewer::public(rights?))
    }

    /// Names of categories by code.
    pub fn categories(&self) -> Arc<BTreeMap<String, String>> {
        let categories = &self.rules.checks().categories;
        Arc::new(
            categories
                .iter()
                .map(|category| (category.code.clone(), category.label.clone()))
                .collect(),
        )
    }
}

/// Takes the data folder for writing; given back when the file is closed.
pub(crate) fn lock(data: &Path) -> Result<File, ArchiveError> {
    let path = data.join("lock");
    let file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&path);
    let file = file.map_err(|source| ArchiveError::disk("open", &path, source))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(ArchiveError::InUse(data.to_path_buf())),
        Err(TryLockError::Error(source)) => Err(ArchiveError::disk("lock", path, source)),
    }
}

pub(crate) fn read_key(path: &Path) -> Result<SigningKey, ArchiveError> {
    let text = std::fs::read_to_string(path).map_err(|source| ArchiveError::disk("read", path, source))?;
    Ok(SigningKey::from_private_text(text.trim())?)
}
