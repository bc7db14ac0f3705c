//! Why an archive could not be made, opened or served.

use crate::tls::TlsError;
use lantai_access::AccessError;
use lantai_cataloguing::CataloguingError;
use lantai_database::StoreError;
use lantai_gate::PolicyError;
use lantai_identity::IdentityError;
use lantai_identity::audit::AuditError;
use lantai_identity::people::PeopleError;
use lantai_intake::IntakeError;
use lantai_journal::JournalError;
use lantai_keys::KeyStoreError;
use lantai_preservation::PreservationError;
use lantai_search::SearchError;
use lantai_vault::VaultError;
use std::path::PathBuf;

/// What went wrong with an archive as a whole.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// The folder holds no archive.
    #[error("{0} holds no archive; make one with `lantai init`")]
    NoArchive(PathBuf),
    /// The folder for a new archive is not empty.
    #[error("{0} is not empty; an archive is made in an empty folder")]
    FolderInUse(PathBuf),
    /// Another process writes to the data folder.
    #[error("{0} is in use by another process; stop it, or let it do this work")]
    InUse(PathBuf),
    /// The catalogue's file is gone.
    #[error("the catalogue {0} is gone; `lantai rebuild` makes it again")]
    CatalogueMissing(String),
    /// A rebuild broke off.
    #[error("a rebuild of {0} was not finished; run `lantai rebuild` again")]
    RebuildUnfinished(PathBuf),
    /// The configuration cannot be used.
    #[error("the configuration {path} cannot be used: {reason}")]
    Config {
        /// The file, or the name of the variable.
        path: String,
        /// Why.
        reason: String,
    },
    /// A store that this version cannot use.
    #[error("{0:?} is not served by this version: the vault is a folder, the index is embedded")]
    StoreAddress(String),
    /// A file or folder failed.
    #[error("cannot {action} {path}")]
    Disk {
        /// What was tried.
        action: &'static str,
        /// On what.
        path: PathBuf,
        /// Why it failed.
        #[source]
        source: std::io::Error,
    },
    /// The machine gives no random numbers.
    #[error("the machine gives no random numbers")]
    Random,
    /// The address cannot be listened on.
    #[error("cannot listen on {address}")]
    Listen {
        /// The address.
        address: String,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// Certificates or their key cannot be used.
    #[error("TLS cannot be spoken")]
    Tls(#[from] TlsError),
    /// The database failed.
    #[error("the database cannot be used")]
    Store(#[from] StoreError),
    /// The vault failed.
    #[error("the vault cannot be used")]
    Vault(#[from] VaultError),
    /// The keys for content cannot be had.
    #[error("the keys for encrypted content cannot be used")]
    Keys(#[from] KeyStoreError),
    /// The journal failed.
    #[error("the journal cannot be used")]
    Journal(#[from] JournalError),
    /// The journal's key cannot be read.
    #[error("the journal's key cannot be used")]
    Key(#[from] lantai_journal::note::NoteError),
    /// The index failed.
    #[error("the index cannot be used")]
    Search(#[from] SearchError),
    /// The gate cannot be asked.
    #[error("the gate cannot be asked")]
    Gate(#[from] PolicyError),
    /// Accounts failed.
    #[error("accounts cannot be used")]
    Identity(#[from] IdentityError),
    /// People failed.
    #[error("people cannot be used")]
    People(#[from] PeopleError),
    /// The holdings failed.
    #[error("the holdings cannot be used")]
    Cataloguing(#[from] CataloguingError),
    /// A verification could not be made.
    #[error("the holdings cannot be verified")]
    Preservation(#[from] PreservationError),
    /// The audit trail failed.
    #[error("the audit trail cannot be used")]
    Audit(#[from] AuditError),
    /// Intake failed.
    #[error("intake cannot be used")]
    Intake(#[from] IntakeError),
    /// The index could not be kept.
    #[error("the index cannot be kept")]
    Access(#[from] AccessError),
}

impl ArchiveError {
    /// Stable name for programs and translations.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoArchive(_) => "data.no_archive",
            Self::FolderInUse(_) => "data.folder_in_use",
            Self::InUse(_) => "data.in_use",
            Self::CatalogueMissing(_) => "catalogue.missing",
            Self::RebuildUnfinished(_) => "data.rebuild_unfinished",
            Self::Config { .. } => "config.unusable",
            Self::StoreAddress(_) => "config.store_address",
            Self::Disk { source, .. } if source.kind() == std::io::ErrorKind::StorageFull => "data.disk_full",
            Self::Disk { .. } => "data.disk",
            Self::Random => "data.random",
            Self::Listen { .. } => "serve.listen",
            Self::Tls(error) => error.code(),
            Self::Store(error) => error.code(),
            Self::Vault(error) => error.code(),
            Self::Keys(error) => error.code(),
            Self::Journal(error) => error.code(),
            Self::Key(error) => error.code(),
            Self::Search(error) => error.code(),
            Self::Gate(error) => error.code(),
            Self::Identity(error) => error.code(),
            Self::People(error) => error.code(),
            Self::Cataloguing(error) => error.code(),
            Self::Preservation(error) => error.code(),
            Self::Audit(error) => error.code(),
            Self::Intake(error) => error.code(),
            Self::Access(error) => error.code(),
        }
    }

    /// A failure of a file or folder.
    pub(crate) fn disk(action: &'static str, path: impl Into<PathBuf>, source: std::io::Error) -> Self {
        Self::Disk {
            action,
            path: path.into(),
            source,
        }
    }
}
