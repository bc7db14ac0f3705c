//! Reading the whole vault again: is every byte as it was recorded?

mod check;
mod encrypted;
mod side_by_side;

use std::io;
use std::path::Path;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, PoisonError};

use crate::error::VaultError;
use crate::vault::Vault;
use check::Check;
use lantai_domain::KeyKeeper;

/// What content is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Digests {
    /// The digest that addresses it, SHA-512 in our objects.
    #[default]
    Content,
    /// That, and the SM3 (GB/T 32905) of the fixity block.
    ContentAndSm3,
}

/// What long work reports; the vault never draws.
pub trait Progress: Sync {
    /// The number of files to be read, told once.
    fn start(&self, total_files: u64);
    /// One more file was read, of this many bytes.
    fn step(&self, bytes: u64);
}

/// Reports to nobody.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoProgress;

impl Progress for NoProgress {
    fn start(&self, _total_files: u64) {}
    fn step(&self, _bytes: u64) {}
}

/// What reading everything found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verification {
    /// Files read.
    pub files: u64,
    /// Bytes read.
    pub bytes: u64,
    /// What is not as recorded, in the order of the paths; empty when all is well.
    pub problems: Vec<Problem>,
}

/// One thing that is not as recorded.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// Below the storage root, parts joined by `/`.
    pub path: String,
    /// What is wrong.
    pub kind: ProblemKind,
    /// The object it belongs to, where that can be told.
    pub object: Option<String>,
    /// The digest or text recorded.
    pub expected: Option<String>,
    /// The digest or text found.
    pub found: Option<String>,
}

/// What can be wrong with a file of the vault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ProblemKind {
    /// Its bytes are not those recorded.
    Altered,
    /// It is recorded but not there.
    Missing,
    /// It is there but not recorded.
    Extra,
    /// The disk does not give it.
    Unreadable,
    /// An object lies where its identifier does not belong.
    Misplaced,
    /// It is encrypted, and what comes out is not what went in; or its key does not open it.
    Undecryptable,
}

impl ProblemKind {
    /// Stable name for programs, such as "altered".
    pub fn name(self) -> &'static str {
        match self {
            Self::Altered => "altered",
            Self::Missing => "missing",
            Self::Extra => "extra",
            Self::Unreadable => "unreadable",
            Self::Misplaced => "misplaced",
            Self::Undecryptable => "undecryptable",
        }
    }
}

impl Vault {
    /// Reads every file of the storage root and compares it with what is recorded: content with the inventories,
    /// inventories with their digests, declarations and layout files with what they must say; finds altered,
    /// missing and additional files and names them. Memory does not grow with the vault. Batches that are not
    /// placed yet are not looked at; resume them first.
    ///
    /// Stored bytes are compared whether or not they are encrypted. Where keys are at hand ([`VaultOptions`](crate::VaultOptions)), encrypted content is decrypted too and compared with what was encrypted.
    ///
    /// `digests` says what content is compared with. `threads` read side by side; 0 takes one for each processor.
    ///
    /// # Errors
    /// [`VaultError::Disk`] where the work cannot start; damage is reported, not an error.
    pub fn verify(
        &self,
        digests: Digests,
        threads: usize,
        progress: &dyn Progress,
    ) -> Result<Verification, VaultError> {
        let keeper = self.shared.keeper.as_ref();
        verify_root(self.storage_root(), keeper, digests, threads, progress)
    }
}

/// Reads every file below a storage root; see [`Vault::verify`].
pub(crate) fn verify_root(
    root: &Path,
    keeper: Option<&Arc<dyn KeyKeeper>>,
    digests: Digests,
    threads: usize,
    progress: &dyn Progress,
) -> Result<Verification, VaultError> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
    let pool = pool.map_err(|error| VaultError::disk("read", root, io::Error::other(error)))?;
    progress.start(count_files(root));
    let check = Check {
        root,
        keeper,
        digests,
        progress,
        files: AtomicU64::new(0),
        bytes: AtomicU64::new(0),
        problems: Mutex::default(),
    };
    pool.install(|| check.storage_root());
    let mut problems = check
        .problems
        .into_inner()
        .unwrap_or_else(PoisonError::into_inner);
    problems.sort();
    Ok(Verification {
        files: check.files.into_inner(),
        bytes: check.bytes.into_inner(),
        problems,
    })
}

fn count_files(root: &Path) -> u64 {
    let entries = walkdir::WalkDir::new(root).into_iter().filter_map(Result::ok);
    entries.filter(|entry| !entry.file_type().is_dir()).count() as u64
}
