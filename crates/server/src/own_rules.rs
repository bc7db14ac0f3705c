//! Rules that an archives keeps in its own data folder, below `rules/`; where it keeps none, those of the program.

use crate::error::ArchiveError;
use lantai_gate::{Gate, PolicyError};
use lantai_intake::attach::AttachRules;
use lantai_intake::filing::{FilingError, FilingTable, FilingTables, TablesInForce};
use lantai_intake::quality::QualityRules;
use lantai_intake::rules::CheckRules;
use std::path::{Path, PathBuf};

/// The rules of the checks: `rules/checks.toml` and `rules/elements.toml` laid over those of the program.
pub(crate) fn checks(data: &Path, filing: TablesInForce) -> Result<CheckRules, ArchiveError> {
    let folder = data.join("rules");
    let rules = CheckRules::of_folder(Some(&folder), None).map_err(|error| ArchiveError::Config {
        path: folder.display().to_string(),
        reason: chain(&error),
    })?;
    Ok(CheckRules {
        filing: Some(filing),
        ..rules
    })
}

/// The rules of attaching files to records: `rules/attach.toml` laid over that of the program.
pub(crate) fn attach(data: &Path) -> Result<AttachRules, ArchiveError> {
    let folder = data.join("rules");
    AttachRules::of_folder(&folder).map_err(|error| ArchiveError::Config {
        path: folder.join("attach.toml").display().to_string(),
        reason: chain(&error),
    })
}

/// The rules of the double quality check: `rules/quality.toml`.
pub(crate) fn quality(data: &Path) -> Result<QualityRules, ArchiveError> {
    let path = data.join("rules").join("quality.toml");
    let unusable = |error: &dyn std::error::Error| ArchiveError::Config {
        path: path.display().to_string(),
        reason: chain(error),
    };
    match std::fs::read_to_string(&path) {
        Ok(text) => QualityRules::from_toml(&text).map_err(|error| unusable(&error)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            QualityRules::builtin().map_err(|error| unusable(&error))
        }
        Err(source) => Err(ArchiveError::disk("read", &path, source)),
    }
}

/// The policies of the gate: `rules/access.cedar`.
pub(crate) fn gate(data: &Path) -> Result<Gate, ArchiveError> {
    let path = data.join("rules").join("access.cedar");
    let unusable = |error: PolicyError| ArchiveError::Config {
        path: path.display().to_string(),
        reason: chain(&error),
    };
    match std::fs::read_to_string(&path) {
        Ok(text) => Gate::read(&text).map_err(unusable),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Gate::builtin().map_err(unusable),
        Err(source) => Err(ArchiveError::disk("read", &path, source)),
    }
}

fn filing_folder(data: &Path) -> PathBuf {
    data.join("rules").join("filing-scope")
}

/// The tables of classification, filing scope and retention, to be read and added to.
pub fn filing_in_force(data: &Path) -> Result<TablesInForce, ArchiveError> {
    Ok(TablesInForce::new(filing(data)?, filing_folder(data)))
}

/// The tables of classification, filing scope and retention: every `rules/filing-scope/*.toml`.
pub fn filing(data: &Path) -> Result<FilingTables, ArchiveError> {
    let folder = filing_folder(data);
    let unusable = |path: &Path, error: &FilingError| ArchiveError::Config {
        path: path.display().to_string(),
        reason: chain(error),
    };
    let entries = match std::fs::read_dir(&folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return FilingTables::builtin().map_err(|error| unusable(&folder, &error));
        }
        Err(source) => return Err(ArchiveError::disk("read", &folder, source)),
    };
    let mut own = Vec::new();
    for entry in entries {
        let path = entry
            .map_err(|source| ArchiveError::disk("read", &folder, source))?
            .path();
        if path.extension().is_none_or(|extension| extension != "toml") {
            continue;
        }
        let text =
            std::fs::read_to_string(&path).map_err(|source| ArchiveError::disk("read", &path, source))?;
        own.push(FilingTable::from_toml(&text).map_err(|error| unusable(&path, &error))?);
    }
    FilingTables::new(own).map_err(|error| unusable(&folder, &error))
}

/// An error with all its causes, in one line.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}
