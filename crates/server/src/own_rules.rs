//! Rules that an archives keeps in its own data folder, below `rules/`; where it keeps none, those of the program.

use crate::error::ArchiveError;
use lantai_intake::quality::QualityRules;
use std::path::Path;

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
