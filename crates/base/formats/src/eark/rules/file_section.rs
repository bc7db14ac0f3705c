//! `fileSec`: CSIP58 to CSIP79, CSIP113, CSIP114.

use super::links::{self, FILE};
use super::{Scope, filled};
use crate::eark::fault::{FaultKind, Level, Report};
use crate::eark::mets::{FileGroup, MetsFile};
use crate::eark::vocabulary::{FILE_GROUPS, is_content_information_type};

const GROUP: &str = "mets/fileSec/fileGrp";

/// The file section.
pub(super) fn check(scope: &Scope<'_>, report: &mut Report) {
    let sections = &scope.mets.file_sections;
    match sections.len() {
        0 => report.add(scope.missing("CSIP58", Level::Should, "mets/fileSec")),
        1 => {}
        many => report.add(scope.fault(
            "CSIP58",
            Level::Must,
            FaultKind::Value,
            "mets/fileSec",
            format!("there are {many} file sections, not one"),
        )),
    }
    for section in sections {
        if filled(section.id.as_deref()).is_none() {
            report.add(scope.missing("CSIP59", Level::Must, "mets/fileSec/@ID"));
        }
    }
    if scope.is_root {
        for (requirement, word) in [
            ("CSIP60", "Documentation"),
            ("CSIP113", "Schemas"),
            ("CSIP114", "Representations"),
        ] {
            if !scope.mets.groups().any(|group| group.is_for(word)) {
                report.add(scope.fault(
                    requirement,
                    Level::Should,
                    FaultKind::Missing,
                    GROUP,
                    format!("there is no group of files with @USE=\"{word}\""),
                ));
            }
        }
    }
    for group in scope.mets.groups() {
        self::group(scope, group, report);
    }
}

fn group(scope: &Scope<'_>, group: &FileGroup, report: &mut Report) {
    if filled(group.id.as_deref()).is_none() {
        report.add(scope.missing("CSIP65", Level::Must, "mets/fileSec/fileGrp/@ID"));
    }
    for id in scope.dangling(group.administrative_ids.as_deref(), false) {
        report.add(
            scope
                .fault(
                    "CSIP61",
                    Level::Should,
                    FaultKind::Reference,
                    "mets/fileSec/fileGrp/@ADMID",
                    format!("@ADMID {id} is no administrative section"),
                )
                .found(id),
        );
    }
    purpose(scope, group, report);
    content_information(scope, group, report);
    if group.files.is_empty() && !group.has_groups {
        report.add(scope.missing("CSIP66", Level::Must, "mets/fileSec/fileGrp/file"));
    }
    for file in &group.files {
        self::file(scope, file, report);
    }
    if scope.profile == super::Profile::Submission {
        super::submission::formats(scope, group, report);
    }
}

fn purpose(scope: &Scope<'_>, group: &FileGroup, report: &mut Report) {
    let place = "mets/fileSec/fileGrp/@USE";
    let Some(purpose) = filled(group.purpose.as_deref()) else {
        report.add(scope.missing("CSIP64", Level::Must, place));
        return;
    };
    let first = purpose.split('/').next().unwrap_or_default();
    if !FILE_GROUPS.iter().any(|known| known.eq_ignore_ascii_case(first)) {
        report.add(scope.value(
            "CSIP64",
            Level::Must,
            place,
            purpose,
            "Documentation, Schemas, Metadata or Representations, or a folder below one of them",
        ));
        return;
    }
    let folder = if scope.folder.is_empty() {
        purpose.to_owned()
    } else {
        format!("{}/{purpose}", scope.folder)
    };
    if !scope.files.has_folder(&folder) && !group.files.is_empty() {
        report.add(scope.fault(
            "CSIP64",
            Level::Must,
            FaultKind::Value,
            place,
            format!("@USE is \"{purpose}\", but there is no such folder with files"),
        ));
    }
}

fn content_information(scope: &Scope<'_>, group: &FileGroup, report: &mut Report) {
    let place = "mets/fileSec/fileGrp/@csip:CONTENTINFORMATIONTYPE";
    let other_place = "mets/fileSec/fileGrp/@csip:OTHERCONTENTINFORMATIONTYPE";
    let kind = filled(group.content_information.as_deref());
    let is_other = kind == Some("OTHER");
    match kind {
        None if group.is_for("Representations") => {
            report.add(scope.missing("CSIP62", Level::Must, place));
        }
        Some(found) if !is_content_information_type(found) => {
            report.add(scope.value(
                "CSIP62",
                Level::Must,
                place,
                found,
                "a word of the list of content information types",
            ));
        }
        _ => {}
    }
    match (
        &group.other_content_information,
        filled(group.other_content_information.as_deref()),
    ) {
        (_, None) if is_other => report.add(scope.missing("CSIP63", Level::Must, other_place)),
        (Some(_), Some(found)) if is_other && is_content_information_type(found) => {
            report.add(scope.value(
                "CSIP63",
                Level::Must,
                other_place,
                found,
                "a word outside the list",
            ));
        }
        (Some(_), _) if !is_other => report.add(scope.fault(
            "CSIP63",
            Level::Must,
            FaultKind::Value,
            other_place,
            "@csip:OTHERCONTENTINFORMATIONTYPE stands beside another type than OTHER",
        )),
        _ => {}
    }
}

fn file(scope: &Scope<'_>, file: &MetsFile, report: &mut Report) {
    let place = "mets/fileSec/fileGrp/file";
    if filled(file.id.as_deref()).is_none() {
        report.add(scope.missing("CSIP67", Level::Must, "mets/fileSec/fileGrp/file/@ID"));
    }
    if file.locators != 1 {
        report.add(scope.fault(
            "CSIP76",
            Level::Must,
            FaultKind::Missing,
            format!("{place}/FLocat"),
            format!("the file has {} FLocat, not one", file.locators),
        ));
    }
    let name = file.id.as_deref();
    links::check(scope, &FILE, &file.link, name, file.locators > 0, report);
    for (requirement, references, is_descriptive) in [
        ("CSIP74", &file.administrative_ids, false),
        ("CSIP75", &file.descriptive_ids, true),
    ] {
        for id in scope.dangling(references.as_deref(), is_descriptive) {
            report.add(
                scope
                    .fault(
                        requirement,
                        Level::Should,
                        FaultKind::Reference,
                        place,
                        format!("the section {id} is not there"),
                    )
                    .found(id),
            );
        }
    }
}
