//! What surrounds what is kept, at preservation: the storeroom (S-4.2), the copies (S-4.3), the trail of changes (S-4.4).
//! It is looked at by `lantai-preservation`; here it becomes outcomes of checks.
//!
//! What is not there is not applicable, with the reason, and never a pass.

mod archive;
mod judge;

pub use archive::{ArchiveSeen, check_archive};
pub(crate) use judge::judge;

use crate::error::IntakeError;
use crate::rules::CheckRules;
use crate::tally::Note;
use jiff::Timestamp;
use lantai_preservation::{CopiesReport, StoreroomReport, TrailReport, look_at_storerooms};
use std::path::Path;

/// Folder with the series of sensors, in a package or beside the stores of an archive.
pub const ENVIRONMENT_FOLDER: &str = "environment";

/// Something that was looked at, or the reason why not.
#[derive(Debug, Clone, PartialEq)]
pub enum Looked<T> {
    /// There is nothing of the kind here.
    NotThere(Note),
    /// What was seen.
    Seen(T),
}

/// What surrounds a package or an archive.
#[derive(Debug, Clone, PartialEq)]
pub struct Surroundings {
    /// The series of the storeroom's sensors.
    pub storeroom: Looked<StoreroomReport>,
    /// The copies.
    pub copies: Looked<CopiesReport>,
    /// The trail of changes.
    pub trail: Looked<TrailReport>,
}

impl Surroundings {
    /// What surrounds a package by itself: the series in a folder, else those that it brings in `environment`. It has no
    /// copies and no trail; those are the archive's.
    pub(crate) fn of_package(
        package: &Path,
        environment: Option<&Path>,
        rules: &CheckRules,
        now: Timestamp,
    ) -> Result<Self, IntakeError> {
        let own = package.join(ENVIRONMENT_FOLDER);
        Ok(Self {
            storeroom: storeroom(environment.unwrap_or(&own), rules, now)?,
            copies: Looked::NotThere(Note::new(
                "副本属于档案馆，不属于信息包；请对数据目录检测",
                "copies are an archive's, not a package's: check the data folder",
            )),
            trail: Looked::NotThere(Note::new(
                "审计线索属于档案馆，不属于信息包；请对数据目录检测",
                "the audit trail is an archive's, not a package's: check the data folder",
            )),
        })
    }
}

/// The series of a folder by the limits of the rules.
pub fn storeroom(
    folder: &Path,
    rules: &CheckRules,
    now: Timestamp,
) -> Result<Looked<StoreroomReport>, IntakeError> {
    Ok(match look_at_storerooms(folder, &rules.rooms, now)? {
        Some(report) => Looked::Seen(report),
        None => Looked::NotThere(Note::new(
            "没有库房传感器记录（environment 目录下的 CSV）",
            "no series of sensors (CSV files in the folder environment)",
        )),
    })
}

/// Whether a file of a package is a series of sensors, and no content.
pub(crate) fn is_series(name: &str) -> bool {
    let below = name
        .strip_prefix(ENVIRONMENT_FOLDER)
        .and_then(|rest| rest.strip_prefix('/'));
    below.is_some_and(|file| !file.contains('/') && file.to_lowercase().ends_with(".csv"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn series_lie_directly_in_their_folder() {
        assert!(is_series("environment/2026-01.csv") && is_series("environment/A.CSV"));
        for other in [
            "environment/a.txt",
            "environment/x/a.csv",
            "content/environment/a.csv",
            "environment.csv",
        ] {
            assert!(!is_series(other), "{other}");
        }
    }
}
