//! The folders of a package: CSIPSTR1 to CSIPSTR16.

use crate::eark::fault::{EarkFault, FaultKind, Level, Report};
use crate::eark::package::{FileList, METS, Package, REPRESENTATIONS};

/// The folder structure. That there is a `METS.xml` was found out when it was read.
pub(in crate::eark) fn check(package: &Package, files: &FileList, report: &mut Report) {
    let mut should = |requirement: &'static str, place: &str, message: String| {
        report.add(EarkFault::new(requirement, Level::Should, FaultKind::Structure, message).at(place, ""));
    };
    for (requirement, folder) in [
        ("CSIPSTR5", "metadata"),
        ("CSIPSTR15", "schemas"),
        ("CSIPSTR16", "documentation"),
    ] {
        if !files.has_folder(folder) {
            should(
                requirement,
                folder,
                format!("the package has no folder {folder} with files"),
            );
        }
    }
    if files.has_folder("metadata") {
        let lies_loose = |folder: &str| {
            files
                .below("metadata")
                .any(|file| file.name.matches('/').count() == 1 && file.name.starts_with(folder))
        };
        if lies_loose("metadata/") {
            should(
                "CSIPSTR7",
                "metadata",
                "metadata lies in the folder metadata itself, not in descriptive, preservation or another folder below it"
                    .to_owned(),
            );
        }
    }
    let representations = package.representations();
    if representations.is_empty() {
        if files.has_folder(REPRESENTATIONS) {
            should(
                "CSIPSTR10",
                REPRESENTATIONS,
                "the folder representations has files, but no folder for each representation".to_owned(),
            );
        } else {
            should(
                "CSIPSTR9",
                REPRESENTATIONS,
                "the package has no folder representations".to_owned(),
            );
        }
    }
    for representation in representations {
        let folder = representation.folder();
        if !files.has_folder(&format!("{folder}/data")) {
            should(
                "CSIPSTR11",
                &folder,
                format!("{folder} has no folder data with files"),
            );
        }
        if representation.mets.is_none() && !is_file(files, &folder) {
            should("CSIPSTR12", &folder, format!("{folder} has no {METS}"));
        }
        if !files.has_folder(&format!("{folder}/metadata")) {
            should(
                "CSIPSTR13",
                &folder,
                format!("{folder} has no folder metadata with files"),
            );
        }
    }
    if files
        .below(REPRESENTATIONS)
        .any(|file| file.name.matches('/').count() == 1)
    {
        should(
            "CSIPSTR10",
            REPRESENTATIONS,
            "a file lies beside the folders of the representations".to_owned(),
        );
    }
}

/// Whether a representation has a METS file, though one that cannot be read.
fn is_file(files: &FileList, folder: &str) -> bool {
    files.below(folder).any(|file| {
        file.name
            .strip_prefix(folder)
            .is_some_and(|rest| rest.strip_prefix('/') == Some(METS))
    })
}
