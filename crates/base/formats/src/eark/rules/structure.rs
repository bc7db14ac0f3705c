//! `structMap`: CSIP80 to CSIP112, CSIP116, CSIP118, CSIP119.

use super::{Scope, filled};
use crate::eark::fault::{FaultKind, Level, Report};
use crate::eark::mets::{Division, FileGroup, StructMap};
use crate::eark::package::{METS, REPRESENTATIONS, percent_decoded};
use std::collections::{BTreeSet, HashMap, HashSet};

const MAP: &str = "mets/structMap[@LABEL='CSIP']";

/// The structural map.
pub(super) fn check(scope: &Scope<'_>, report: &mut Report) {
    let maps: Vec<&StructMap> = scope
        .mets
        .structures
        .iter()
        .filter(|map| map.label.as_deref() == Some("CSIP"))
        .collect();
    let Some(map) = maps.first() else {
        report.add(scope.fault(
            "CSIP80",
            Level::Must,
            FaultKind::Missing,
            "mets/structMap",
            "there is no structMap with @LABEL=\"CSIP\"",
        ));
        if scope.mets.structures.is_empty() {
            return;
        }
        report.add(scope.missing("CSIP82", Level::Must, "mets/structMap/@LABEL"));
        return;
    };
    if maps.len() > 1 {
        report.add(scope.fault(
            "CSIP80",
            Level::Must,
            FaultKind::Value,
            MAP,
            format!(
                "there are {} structMaps with @LABEL=\"CSIP\", not one",
                maps.len()
            ),
        ));
    }
    let at = |part: &str| format!("{MAP}/{part}");
    match filled(map.kind.as_deref()) {
        Some("PHYSICAL") => {}
        None => report.add(scope.missing("CSIP81", Level::Must, &at("@TYPE"))),
        Some(found) => {
            report.add(scope.value("CSIP81", Level::Must, &at("@TYPE"), found, "\"PHYSICAL\""));
        }
    }
    if filled(map.id.as_deref()).is_none() {
        report.add(scope.missing("CSIP83", Level::Must, &at("@ID")));
    }
    if map.divisions.len() != 1 {
        report.add(scope.fault(
            "CSIP84",
            Level::Must,
            FaultKind::Missing,
            at("div"),
            format!("there are {} main divisions, not one", map.divisions.len()),
        ));
    }
    if let Some(main) = map.divisions.first() {
        main_division(scope, main, report);
    }
}

fn main_division(scope: &Scope<'_>, main: &Division, report: &mut Report) {
    let at = |part: &str| format!("{MAP}/div/{part}");
    if filled(main.id.as_deref()).is_none() {
        report.add(scope.missing("CSIP85", Level::Must, &at("@ID")));
    }
    let id = scope.mets.object_id.as_deref().unwrap_or_default();
    match filled(main.label.as_deref()) {
        None => report.add(scope.missing("CSIP86", Level::Must, &at("@LABEL"))),
        Some(label) if label == id => {}
        Some(label) => report.add(scope.value(
            "CSIP86",
            Level::Must,
            &at("@LABEL"),
            label,
            &format!("the @OBJID {id}"),
        )),
    }
    metadata(scope, main, report);
    let referenced = referenced(main);
    let groups: HashMap<&str, &FileGroup> = scope
        .mets
        .groups()
        .filter_map(|group| group.id.as_deref().map(|id| (id, group)))
        .collect();
    for part in &PARTS {
        self::part(scope, main, part, &referenced, &groups, report);
    }
    representations(scope, main, &groups, report);
}

fn metadata(scope: &Scope<'_>, main: &Division, report: &mut Report) {
    let place = format!("{MAP}/div/div[@LABEL='Metadata']");
    let divisions: Vec<&Division> = main
        .divisions
        .iter()
        .filter(|division| division.is("Metadata"))
        .collect();
    if divisions.len() != 1 {
        for requirement in ["CSIP88", "CSIP90"] {
            report.add(scope.fault(
                requirement,
                Level::Must,
                FaultKind::Missing,
                place.clone(),
                format!("there are {} divisions \"Metadata\", not one", divisions.len()),
            ));
        }
    }
    for division in divisions {
        if filled(division.id.as_deref()).is_none() {
            report.add(scope.missing("CSIP89", Level::Must, &format!("{place}/@ID")));
        }
        for (requirement, references, is_descriptive) in [
            ("CSIP91", &division.administrative_ids, false),
            ("CSIP92", &division.descriptive_ids, true),
        ] {
            for id in scope.dangling(references.as_deref(), is_descriptive) {
                report.add(
                    scope
                        .fault(
                            requirement,
                            Level::Should,
                            FaultKind::Reference,
                            place.clone(),
                            format!("the section {id} is not there"),
                        )
                        .found(id),
                );
            }
        }
    }
}

/// A division for one kind of file group.
struct PartRules {
    word: &'static str,
    division: &'static str,
    id: &'static str,
    pointers: &'static str,
    file_id: &'static str,
}

static PARTS: [PartRules; 3] = [
    PartRules {
        word: "Documentation",
        division: "CSIP93",
        id: "CSIP94",
        pointers: "CSIP96",
        file_id: "CSIP116",
    },
    PartRules {
        word: "Schemas",
        division: "CSIP97",
        id: "CSIP98",
        pointers: "CSIP100",
        file_id: "CSIP118",
    },
    PartRules {
        word: "Representations",
        division: "CSIP101",
        id: "CSIP102",
        pointers: "CSIP104",
        file_id: "CSIP119",
    },
];

fn part(
    scope: &Scope<'_>,
    main: &Division,
    rules: &PartRules,
    referenced: &HashSet<&str>,
    groups: &HashMap<&str, &FileGroup>,
    report: &mut Report,
) {
    let word = rules.word;
    let place = format!("{MAP}/div/div[@LABEL='{word}']");
    let divisions: Vec<&Division> = main
        .divisions
        .iter()
        .filter(|division| division.is(word))
        .collect();
    let has_folder = divisions.is_empty()
        && main.divisions.iter().any(|division| {
            division.label.as_deref().is_some_and(|label| {
                label
                    .to_lowercase()
                    .starts_with(&format!("{}/", word.to_lowercase()))
            })
        });
    let has_groups = scope.mets.groups().any(|group| group.is_for(word));
    if divisions.is_empty() && !has_folder && (has_groups || scope.is_root) {
        report.add(scope.fault(
            rules.division,
            Level::Should,
            FaultKind::Missing,
            place.clone(),
            format!("there is no division \"{word}\""),
        ));
    }
    if divisions.len() > 1 {
        report.add(scope.fault(
            rules.division,
            Level::Must,
            FaultKind::Value,
            place.clone(),
            format!("there are {} divisions \"{word}\", not one", divisions.len()),
        ));
    }
    for group in scope.mets.groups().filter(|group| group.is_for(word)) {
        let Some(id) = group.id.as_deref() else {
            continue; // told as CSIP65
        };
        let is_pointed_at = referenced.contains(id)
            || (!group.files.is_empty()
                && group
                    .files
                    .iter()
                    .all(|file| file.id.as_deref().is_some_and(|id| referenced.contains(id))));
        if is_pointed_at || group.has_groups {
            continue;
        }
        for requirement in [rules.pointers, rules.file_id] {
            report.add(
                scope
                    .fault(
                        requirement,
                        Level::Must,
                        FaultKind::Reference,
                        place.clone(),
                        format!("no fptr points at the group of files {id}"),
                    )
                    .expected(id),
            );
        }
    }
    for division in divisions {
        if filled(division.id.as_deref()).is_none() {
            report.add(scope.missing(rules.id, Level::Must, &format!("{place}/@ID")));
        }
        for pointer in &division.pointers {
            let Some(target) = filled(pointer.as_deref()) else {
                report.add(scope.missing(rules.file_id, Level::Must, &format!("{place}/fptr/@FILEID")));
                continue;
            };
            let is_right = groups
                .get(target)
                .map(|group| group.is_for(word))
                .unwrap_or_else(|| is_file_of(scope, target, word));
            if is_right {
                continue;
            }
            for requirement in [rules.pointers, rules.file_id] {
                report.add(
                    scope
                        .fault(
                            requirement,
                            Level::Must,
                            FaultKind::Reference,
                            format!("{place}/fptr/@FILEID"),
                            format!("{target} is no group of files with @USE=\"{word}\""),
                        )
                        .found(target),
                );
            }
        }
    }
}

fn is_file_of(scope: &Scope<'_>, id: &str, word: &str) -> bool {
    scope
        .mets
        .groups()
        .filter(|group| group.is_for(word))
        .any(|group| group.files.iter().any(|file| file.id.as_deref() == Some(id)))
}

/// Everything that the divisions point at: groups, files, and groups named by the title of a METS pointer.
fn referenced(main: &Division) -> HashSet<&str> {
    let mut ids = HashSet::new();
    main.visit(&mut |division| {
        ids.extend(division.pointers.iter().filter_map(|pointer| pointer.as_deref()));
        ids.extend(
            division
                .mets_pointers
                .iter()
                .filter_map(|pointer| pointer.title.as_deref()),
        );
    });
    ids
}

/// The divisions of representations that have METS files of their own: CSIP105 to CSIP112.
fn representations(
    scope: &Scope<'_>,
    main: &Division,
    groups: &HashMap<&str, &FileGroup>,
    report: &mut Report,
) {
    if !scope.is_root {
        return;
    }
    let place = format!("{MAP}/div/div");
    let mut pointed_at = BTreeSet::new();
    let mut pointing = Vec::new();
    main.visit(&mut |division| {
        if !division.mets_pointers.is_empty() {
            pointing.push(division);
        }
    });
    for division in pointing {
        let label = division.label.as_deref().unwrap_or_default();
        if filled(division.id.as_deref()).is_none() {
            report.add(scope.missing("CSIP106", Level::Must, &format!("{place}/@ID")));
        }
        if filled(Some(label)).is_none() {
            report.add(scope.missing("CSIP107", Level::Must, &format!("{place}/@LABEL")));
        }
        if division.mets_pointers.len() > 1 {
            report.add(scope.fault(
                "CSIP109",
                Level::Must,
                FaultKind::Value,
                format!("{place}/mptr"),
                "a representation's division has more than one mptr",
            ));
        }
        for pointer in &division.mets_pointers {
            let at = |attribute: &str| format!("{place}/mptr/@{attribute}");
            match filled(pointer.title.as_deref()) {
                None => report.add(scope.missing("CSIP108", Level::Must, &at("xlink:title"))),
                Some(title)
                    if groups
                        .get(title)
                        .is_some_and(|group| group.is_for("Representations")) => {}
                Some(title) => report.add(scope.value(
                    "CSIP108",
                    Level::Must,
                    &at("xlink:title"),
                    title,
                    "the identifier of the representation's group of files",
                )),
            }
            match pointer.link_type.as_deref() {
                Some("simple") => {}
                None => report.add(scope.missing("CSIP111", Level::Must, &at("xlink:type"))),
                Some(found) => {
                    report.add(scope.value("CSIP111", Level::Must, &at("xlink:type"), found, "\"simple\""));
                }
            }
            match pointer.locator_type.as_deref() {
                Some("URL") => {}
                None => report.add(scope.missing("CSIP112", Level::Must, &at("LOCTYPE"))),
                Some(found) => {
                    report.add(scope.value("CSIP112", Level::Must, &at("LOCTYPE"), found, "\"URL\""));
                }
            }
            let Some(href) = filled(pointer.href.as_deref()) else {
                report.add(scope.missing("CSIP110", Level::Must, &at("xlink:href")));
                continue;
            };
            let named = percent_decoded(href.trim_start_matches("./"));
            let folder = named
                .strip_prefix(&format!("{REPRESENTATIONS}/"))
                .and_then(|rest| rest.strip_suffix(&format!("/{METS}")));
            let known = folder.is_some_and(|folder| {
                scope
                    .package
                    .representations()
                    .iter()
                    .any(|representation| representation.name == folder && representation.mets.is_some())
            });
            if known {
                pointed_at.extend(folder.map(str::to_owned));
            } else {
                report.add(
                    scope
                        .fault(
                            "CSIP110",
                            Level::Must,
                            FaultKind::Reference,
                            at("xlink:href"),
                            format!("{href} is no METS file of a representation"),
                        )
                        .found(href),
                );
            }
            let label = label.trim_matches('/').to_lowercase();
            let folder = named.strip_suffix(&format!("/{METS}")).unwrap_or(&named);
            if !label.is_empty() && label != folder.to_lowercase() && label != named.to_lowercase() {
                report.add(scope.value(
                    "CSIP107",
                    Level::Must,
                    &format!("{place}/@LABEL"),
                    &label,
                    &format!("the folder of {href}"),
                ));
            }
        }
    }
    for representation in scope.package.representations() {
        if representation.mets.is_some() && !pointed_at.contains(&representation.name) {
            for requirement in ["CSIP105", "CSIP109"] {
                report.add(scope.fault(
                    requirement,
                    Level::Should,
                    FaultKind::Reference,
                    place.clone(),
                    format!("no division points at {}/{METS}", representation.folder()),
                ));
            }
        }
    }
}
