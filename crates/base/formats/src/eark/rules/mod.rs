//! The requirements of CSIP, SIP and DIP 2.2 as rules over METS and folders. Each fault names the requirement that
//! is broken; requirements that hold parts of several strengths give each part its own level.

mod file_section;
mod folders;
mod header;
mod links;
mod metadata;
mod structure;
mod submission;

pub(super) use folders::check as folders;
pub(super) use links::{DESCRIPTIVE, FILE, LinkRules, PROVENANCE, RIGHTS};

use super::fault::{EarkFault, FaultKind, Level, Report};
use super::mets::Mets;
use super::package::{FileList, METS, Package, Representation};
use std::collections::HashSet;

/// Which specification a package claims to follow besides CSIP.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Profile {
    Common,
    Submission,
    Dissemination,
}

/// One METS file, with what its rules need to know.
pub(super) struct Scope<'a> {
    pub mets: &'a Mets,
    /// Name of the METS file in the package.
    pub file: String,
    /// Folder it lies in, relative to the package; empty for the root.
    pub folder: String,
    /// Name of that folder, which should be the identifier.
    pub name: &'a str,
    pub is_root: bool,
    pub package: &'a Package,
    pub files: &'a FileList,
    pub latest: Option<&'a str>,
    pub profile: Profile,
    /// Identifiers of administrative sections, and of descriptive ones.
    administrative_ids: HashSet<&'a str>,
    descriptive_ids: HashSet<&'a str>,
}

impl<'a> Scope<'a> {
    pub fn root(package: &'a Package, files: &'a FileList, latest: Option<&'a str>) -> Self {
        Self::new(
            package,
            package.mets(),
            String::new(),
            package.name(),
            files,
            latest,
        )
    }

    pub fn representation(
        package: &'a Package,
        representation: &'a Representation,
        mets: &'a Mets,
        files: &'a FileList,
        latest: Option<&'a str>,
    ) -> Self {
        Self::new(
            package,
            mets,
            representation.folder(),
            &representation.name,
            files,
            latest,
        )
    }

    fn new(
        package: &'a Package,
        mets: &'a Mets,
        folder: String,
        name: &'a str,
        files: &'a FileList,
        latest: Option<&'a str>,
    ) -> Self {
        let administrative = mets.administrative.iter().flat_map(|all| {
            let own = all.id.as_deref();
            all.sections()
                .filter_map(|section| section.id.as_deref())
                .chain(own)
        });
        Self {
            file: if folder.is_empty() {
                METS.to_owned()
            } else {
                format!("{folder}/{METS}")
            },
            is_root: folder.is_empty(),
            folder,
            name,
            package,
            files,
            latest,
            profile: profile_of(mets),
            administrative_ids: administrative.collect(),
            descriptive_ids: mets
                .descriptive
                .iter()
                .filter_map(|section| section.id.as_deref())
                .collect(),
            mets,
        }
    }

    /// A fault at a place of this METS file.
    fn fault(
        &self,
        requirement: &'static str,
        level: Level,
        kind: FaultKind,
        place: impl Into<String>,
        message: impl Into<String>,
    ) -> EarkFault {
        EarkFault::new(requirement, level, kind, message).at(self.file.clone(), place)
    }

    /// Something that has to be there is not.
    fn missing(&self, requirement: &'static str, level: Level, place: &str) -> EarkFault {
        let last = place.rsplit('/').next().unwrap_or(place);
        let what = format!("{last} is missing or empty");
        self.fault(requirement, level, FaultKind::Missing, place, what)
    }

    /// Something has a value that it must not have.
    fn value(
        &self,
        requirement: &'static str,
        level: Level,
        place: &str,
        found: &str,
        expected: &str,
    ) -> EarkFault {
        let last = place.rsplit('/').next().unwrap_or(place);
        let shown: String = found.chars().take(120).collect();
        self.fault(
            requirement,
            level,
            FaultKind::Value,
            place,
            format!("{last} is \"{shown}\", not {expected}"),
        )
        .expected(expected)
        .found(shown)
    }

    /// Names the identifiers of a list of references that no section has.
    fn dangling<'b>(&self, references: Option<&'b str>, descriptive: bool) -> Vec<&'b str> {
        let known = if descriptive {
            &self.descriptive_ids
        } else {
            &self.administrative_ids
        };
        references
            .unwrap_or_default()
            .split_whitespace()
            .filter(|id| !known.contains(id))
            .collect()
    }
}

/// A value that is there and not empty.
fn filled(value: Option<&str>) -> Option<&str> {
    value.map(str::trim).filter(|value| !value.is_empty())
}

fn profile_of(mets: &Mets) -> Profile {
    let profile = mets.profile.as_deref().unwrap_or_default().to_ascii_uppercase();
    let package_type = mets
        .header
        .as_ref()
        .and_then(|header| header.package_type.as_deref())
        .unwrap_or_default();
    if profile.contains("E-ARK-SIP") || profile.contains("EARKSIP") {
        Profile::Submission
    } else if profile.contains("E-ARK-DIP") || profile.contains("EARKDIP") {
        Profile::Dissemination
    } else if profile.contains("CSIP") || profile.contains("AIP") {
        Profile::Common
    } else {
        match package_type {
            "SIP" if profile.contains("DILCIS") => Profile::Submission,
            "DIP" if profile.contains("DILCIS") => Profile::Dissemination,
            _ => Profile::Common,
        }
    }
}

/// All rules of one METS file.
pub(super) fn mets(scope: &Scope<'_>, report: &mut Report) {
    header::root(scope, report);
    header::check(scope, report);
    metadata::check(scope, report);
    file_section::check(scope, report);
    structure::check(scope, report);
    submission::check(scope, report);
    for id in &scope.mets.repeated_ids {
        report.add(
            scope
                .fault(
                    "CSIP67",
                    Level::Must,
                    FaultKind::Value,
                    "@ID",
                    format!("the identifier {id} stands more than once"),
                )
                .found(id.to_string()),
        );
    }
}
