//! Looking at everything that is kept.

use crate::error::PreservationError;
use crate::{compare, journal_rows};
use lantai_database::Database;
use lantai_journal::VerifyingKey;
use lantai_vault::{Digests, Vault};
use serde::Serialize;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scope {
    /// Every byte of the vault.
    pub vault: bool,
    /// Every entry and hash of the journal.
    pub journal: bool,
    /// Catalogue against vault and journal.
    pub catalogue: bool,
    /// What content of the vault is compared with.
    pub digests: Digests,
}

impl Scope {
    /// Everything.
    pub const ALL: Self = Self {
        vault: true,
        journal: true,
        catalogue: true,
        digests: Digests::Content,
    };
}

/// Something that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// What kind, such as `vault.digest_mismatch`.
    pub kind: String,
    /// Path, object or journal entry.
    #[serde(rename = "where")]
    pub place: String,
    /// What should be there.
    pub expected: Option<String>,
    /// What is there.
    pub found: Option<String>,
}

impl Problem {
    /// A problem of a kind at a place.
    pub fn new(kind: &str, place: impl Into<String>) -> Self {
        Self {
            kind: kind.to_owned(),
            place: place.into(),
            expected: None,
            found: None,
        }
    }

    /// What should be there.
    #[must_use]
    pub fn expected(mut self, expected: impl Into<String>) -> Self {
        self.expected = Some(expected.into());
        self
    }

    /// What is there.
    #[must_use]
    pub fn found(mut self, found: impl Into<String>) -> Self {
        self.found = Some(found.into());
        self
    }
}

/// What a verification came to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Whether nothing was wrong.
    pub ok: bool,
    /// Files read.
    pub files: u64,
    /// Bytes read.
    pub bytes: u64,
    /// Journal entries read.
    pub entries: u64,
    /// What was wrong.
    pub problems: Vec<Problem>,
}

/// Told how far it has come.
pub type VerifyProgress = Arc<dyn lantai_vault::Progress + Send + Sync>;

/// Looks at everything in scope and says what is wrong; changes nothing.
pub async fn verify(
    database: Option<&Database>,
    vault: &Arc<Vault>,
    journal: &Path,
    key: &VerifyingKey,
    scope: Scope,
    progress: VerifyProgress,
) -> Result<Report, PreservationError> {
    let mut report = Report::default();
    if scope.vault {
        let vault = Arc::clone(vault);
        let threads = std::thread::available_parallelism().map_or(2, usize::from);
        let found =
            tokio::task::spawn_blocking(move || vault.verify(scope.digests, threads, progress.as_ref()))
                .await??;
        report.files = found.files;
        report.bytes = found.bytes;
        report.problems.extend(found.problems.iter().map(of_vault));
    }
    if scope.journal {
        let (folder, key): (PathBuf, VerifyingKey) = (journal.to_path_buf(), key.clone());
        let found = tokio::task::spawn_blocking(move || lantai_journal::verify(&folder, &key)).await??;
        report.entries = found.entries;
        report.problems.extend(found.problems.iter().map(of_journal));
    }
    if scope.catalogue
        && let Some(database) = database
    {
        report
            .problems
            .extend(journal_rows::journal_with_rows(database, journal, key).await?);
        report
            .problems
            .extend(compare::catalogue_with_vault(database, vault).await?);
    }
    report.ok = report.problems.is_empty();
    Ok(report)
}

fn of_vault(problem: &lantai_vault::Problem) -> Problem {
    Problem {
        kind: format!("vault.{}", problem.kind.name()),
        place: problem.path.clone(),
        expected: problem.expected.clone(),
        found: problem.found.clone(),
    }
}

pub(crate) fn of_journal(problem: &lantai_journal::Problem) -> Problem {
    let path = problem.path.display();
    let place = match problem.entry {
        Some(entry) => format!("entry {entry} in {path}"),
        None => path.to_string(),
    };
    Problem {
        kind: problem.kind.code().to_owned(),
        place,
        expected: problem.expected.clone(),
        found: problem.found.clone(),
    }
}
