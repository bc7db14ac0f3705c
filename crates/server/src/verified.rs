//! When the journal was last proved: a note in the data folder, which says nothing that could not be found out again.

use jiff::Timestamp;
use lantai_preservation::Report;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// The last verification in which the journal was looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct LastVerified {
    /// When it began.
    pub at: Timestamp,
    /// Whether nothing was wrong.
    pub ok: bool,
    /// Entries of the journal that were read.
    pub entries: u64,
}

fn path(data: &Path) -> PathBuf {
    data.join("verified.json")
}

/// Keeps when the journal was looked at. A note that cannot be written is no fault of what was verified.
pub(crate) fn keep(data: &Path, at: Timestamp, report: &Report) {
    let last = LastVerified {
        at,
        ok: report.ok,
        entries: report.entries,
    };
    let Ok(text) = serde_json::to_vec(&last) else {
        return;
    };
    let new = path(data).with_extension("json.new");
    let written = std::fs::write(&new, text).and_then(|()| std::fs::rename(&new, path(data)));
    if let Err(error) = written {
        tracing::warn!(error = %error, "when the journal was verified could not be kept");
    }
}

/// The last verification; `None`: there was none, or the note cannot be read.
pub(crate) fn last(data: &Path) -> Option<LastVerified> {
    let text = std::fs::read(path(data)).ok()?;
    serde_json::from_slice(&text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_verification_is_kept_and_a_broken_note_is_none() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(last(folder.path()), None);
        let at: Timestamp = "2026-03-01T00:00:00Z".parse().unwrap();
        let report = Report {
            ok: true,
            entries: 7,
            ..Report::default()
        };
        keep(folder.path(), at, &report);
        let expected = LastVerified {
            at,
            ok: true,
            entries: 7,
        };
        assert_eq!(last(folder.path()), Some(expected));
        std::fs::write(path(folder.path()), "{").unwrap();
        assert_eq!(last(folder.path()), None);
    }
}
