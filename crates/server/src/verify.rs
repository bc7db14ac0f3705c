//! Verifying an archive, however much of it is still there.

use crate::archive::{Places, database_address, read_key};
use crate::audit;
use crate::config::Config;
use crate::encryption::open_vault_to_verify;
use crate::error::ArchiveError;
use crate::verified;
use jiff::Timestamp;
use lantai_database::Database;
use lantai_preservation::{Problem, Report, Scope, VerifyProgress};
use lantai_vault::VaultError;
use std::path::Path;
use std::sync::Arc;

/// Looks at everything in scope and says what is wrong; changes nothing but the note of when the journal was last
/// looked at. `now` is when it begins. Where the catalogue is gone, vault and journal
/// are still looked at, and the catalogue is reported missing.
pub async fn verify(
    data: &Path,
    config: &Config,
    scope: Scope,
    now: Timestamp,
    progress: VerifyProgress,
) -> Result<Report, ArchiveError> {
    let places = Places::of(data, config)?;
    let address = database_address(data, config);
    let gone = address
        .strip_prefix("sqlite:")
        .is_some_and(|path| !Path::new(path).exists());
    let database = if scope.catalogue && !gone {
        Some(Database::connect(&address).await?)
    } else {
        None
    };
    let key = read_key(&places.private_key)?;
    let vault = match open_vault_to_verify(data, config, &places) {
        Ok(vault) => Arc::new(vault),
        Err(ArchiveError::Vault(error @ VaultError::NotAVault { .. })) => {
            return Ok(altered_root(&places.vault, &error));
        }
        Err(error) => return Err(error),
    };
    let verifying = key.verifying_key();
    let mut report = lantai_preservation::verify(
        database.as_ref(),
        &vault,
        &places.journal,
        verifying,
        scope,
        progress,
    )
    .await?;
    if let Some(database) = &database {
        report
            .problems
            .extend(audit::proof(database, &places).await?.problems);
        report.ok = report.problems.is_empty();
    }
    if scope.catalogue && gone {
        report.problems.push(Problem {
            kind: "catalogue.missing".to_owned(),
            place: address,
            expected: Some("a catalogue; `lantai rebuild` makes it again".to_owned()),
            found: None,
        });
        report.ok = false;
    }
    if scope.journal {
        verified::keep(data, now, &report);
    }
    Ok(report)
}

/// Where the files that declare the storage root are altered, nothing below it can be trusted before they are put back.
fn altered_root(vault: &Path, error: &VaultError) -> Report {
    let problem = Problem {
        kind: error.code().to_owned(),
        place: vault.display().to_string(),
        expected: Some("the files that declare the storage root, as they were written".to_owned()),
        found: Some(error.to_string()),
    };
    Report {
        ok: false,
        problems: vec![problem],
        ..Report::default()
    }
}
