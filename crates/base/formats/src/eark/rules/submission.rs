//! What SIP 2.2 and DIP 2.2 ask for beyond CSIP: SIP1 to SIP35, DIP1 to DIP4.

use super::{Profile, Scope, filled};
use crate::eark::fault::{FaultKind, Level, Report};
use crate::eark::mets::{Agent, FileGroup, Header};
use crate::eark::vocabulary::RECORD_STATUSES;

const HEADER: &str = "mets/metsHdr";
const AGENT: &str = "mets/metsHdr/agent";
const PERSONS: [&str; 2] = ["ORGANIZATION", "INDIVIDUAL"];

/// The rules of the specification that the package follows. They hold for the package's own METS.
pub(super) fn check(scope: &Scope<'_>, report: &mut Report) {
    if !scope.is_root {
        return;
    }
    match scope.profile {
        Profile::Common => {}
        Profile::Submission => submission(scope, report),
        Profile::Dissemination => dissemination(scope, report),
    }
}

fn submission(scope: &Scope<'_>, report: &mut Report) {
    profile(
        scope,
        "SIP2",
        "https://earksip.dilcis.eu/profile/E-ARK-SIP",
        report,
    );
    let Some(header) = &scope.mets.header else {
        report.add(scope.missing("SIP4", Level::Must, HEADER));
        return;
    };
    package_type(scope, header, "SIP4", "SIP", report);
    match filled(header.record_status.as_deref()) {
        Some(known) if RECORD_STATUSES.contains(&known) => {}
        Some(found) => report.add(scope.value(
            "SIP3",
            Level::Should,
            "mets/metsHdr/@RECORDSTATUS",
            found,
            "a word of the list of states",
        )),
        None => report.add(scope.missing("SIP3", Level::May, "mets/metsHdr/@RECORDSTATUS")),
    }
    other_ids(scope, header, report);
    agents(scope, header, report);
}

fn profile(scope: &Scope<'_>, requirement: &'static str, wanted: &str, report: &mut Report) {
    let found = filled(scope.mets.profile.as_deref()).unwrap_or_default();
    let is_right = found
        .strip_prefix(wanted)
        .is_some_and(|rest| rest == ".xml" || (rest.starts_with("-v") && rest.ends_with(".xml")));
    if !is_right {
        let expected = format!("{wanted}.xml, or that of a version");
        report.add(scope.value(requirement, Level::Must, "mets/@PROFILE", found, &expected));
    }
}

fn package_type(
    scope: &Scope<'_>,
    header: &Header,
    requirement: &'static str,
    wanted: &str,
    report: &mut Report,
) {
    let place = "mets/metsHdr/@csip:OAISPACKAGETYPE";
    match filled(header.package_type.as_deref()) {
        Some(found) if found == wanted => {}
        Some(found) => {
            report.add(scope.value(requirement, Level::Must, place, found, &format!("\"{wanted}\"")));
        }
        None => report.add(scope.missing(requirement, Level::Must, place)),
    }
}

/// `altRecordID`: four kinds, none of them needed; one that is there says something.
fn other_ids(scope: &Scope<'_>, header: &Header, report: &mut Report) {
    for (requirement, kind, may_repeat) in [
        ("SIP5", "SUBMISSIONAGREEMENT", false),
        ("SIP6", "PREVIOUSSUBMISSIONAGREEMENT", true),
        ("SIP7", "REFERENCECODE", false),
        ("SIP8", "PREVIOUSREFERENCECODE", true),
    ] {
        let place = format!("{HEADER}/altRecordID[@TYPE='{kind}']");
        let all: Vec<&str> = header
            .other_ids
            .iter()
            .filter(|(found, _)| found.as_deref() == Some(kind))
            .map(|(_, text)| text.as_str())
            .collect();
        if all.is_empty() {
            report.add(scope.missing(requirement, Level::May, &place));
        }
        if all.iter().any(|text| text.is_empty()) {
            report.add(scope.fault(
                requirement,
                Level::Should,
                FaultKind::Missing,
                place.clone(),
                "altRecordID has no text",
            ));
        }
        if !may_repeat && all.len() > 1 {
            report.add(scope.fault(
                requirement,
                Level::Should,
                FaultKind::Value,
                place,
                "altRecordID stands more than once",
            ));
        }
    }
}

fn agents(scope: &Scope<'_>, header: &Header, report: &mut Report) {
    let with_role = |role: &'static str| {
        header
            .agents
            .iter()
            .filter(move |agent| agent.role.as_deref() == Some(role))
    };
    for agent in with_role("ARCHIVIST") {
        kind(scope, agent, "SIP11", &PERSONS, report);
        name(scope, agent, "SIP12", report);
        note(scope, agent, "SIP14", report);
    }
    let is_software = |agent: &&Agent| agent.kind.as_deref() == Some("OTHER") || agent.other_kind.is_some();
    let mut submitters = with_role("CREATOR")
        .filter(|agent| !is_software(agent))
        .peekable();
    if submitters.peek().is_none() {
        report.add(scope.fault(
            "SIP15",
            Level::Must,
            FaultKind::Missing,
            AGENT,
            "there is no submitting agent: ROLE=\"CREATOR\" with TYPE=\"ORGANIZATION\" or \"INDIVIDUAL\"",
        ));
    }
    for agent in submitters {
        kind(scope, agent, "SIP17", &PERSONS, report);
        name(scope, agent, "SIP18", report);
        // a contact person is a creator too, and has notes of any kind
        if agent.kind.as_deref() == Some("ORGANIZATION") {
            note(scope, agent, "SIP20", report);
        }
    }
    for agent in with_role("PRESERVATION") {
        kind(scope, agent, "SIP28", &["ORGANIZATION"], report);
        name(scope, agent, "SIP29", report);
        note(scope, agent, "SIP31", report);
    }
}

fn kind(scope: &Scope<'_>, agent: &Agent, requirement: &'static str, wanted: &[&str], report: &mut Report) {
    let place = format!("{AGENT}/@TYPE");
    match filled(agent.kind.as_deref()) {
        Some(found) if wanted.contains(&found) => {}
        Some(found) => {
            report.add(scope.value(requirement, Level::Must, &place, found, &wanted.join(" or ")));
        }
        None => report.add(scope.missing(requirement, Level::Must, &place)),
    }
}

fn name(scope: &Scope<'_>, agent: &Agent, requirement: &'static str, report: &mut Report) {
    if agent.name().is_none() {
        report.add(scope.missing(requirement, Level::Must, &format!("{AGENT}/name")));
    }
}

fn note(scope: &Scope<'_>, agent: &Agent, requirement: &'static str, report: &mut Report) {
    let is_known = agent
        .notes
        .iter()
        .any(|(kind, _)| kind.as_deref() == Some("IDENTIFICATIONCODE"));
    if !agent.notes.is_empty() && !is_known {
        let place = format!("{AGENT}/note/@csip:NOTETYPE");
        let found = agent.notes.iter().find_map(|(kind, _)| kind.as_deref());
        report.add(scope.value(
            requirement,
            Level::Must,
            &place,
            found.unwrap_or_default(),
            "\"IDENTIFICATIONCODE\"",
        ));
    }
}

/// The formats of the files of a group: told once a group where they are missing, each time where one is empty.
pub(super) fn formats(scope: &Scope<'_>, group: &FileGroup, report: &mut Report) {
    let attributes = [
        ("SIP32", "FILEFORMATNAME"),
        ("SIP33", "FILEFORMATVERSION"),
        ("SIP34", "FILEFORMATREGISTRY"),
        ("SIP35", "FILEFORMATKEY"),
    ];
    for (index, (requirement, attribute)) in attributes.into_iter().enumerate() {
        let place = format!("mets/fileSec/fileGrp/file/@sip:{attribute}");
        let mut is_missing = false;
        for file in &group.files {
            let value = file.format.as_deref().and_then(|format| {
                let all = [&format.name, &format.version, &format.registry, &format.key];
                all.get(index).and_then(|value| value.as_deref())
            });
            match value {
                None => is_missing = true,
                Some(value) if value.trim().is_empty() => {
                    report.add(scope.missing(requirement, Level::Should, &place));
                }
                Some(_) => {}
            }
        }
        if is_missing {
            report.add(scope.missing(requirement, Level::May, &place));
        }
    }
}

fn dissemination(scope: &Scope<'_>, report: &mut Report) {
    profile(
        scope,
        "DIP2",
        "https://earkdip.dilcis.eu/profile/E-ARK-DIP",
        report,
    );
    let Some(header) = &scope.mets.header else {
        report.add(scope.missing("DIP3", Level::Must, HEADER));
        return;
    };
    package_type(scope, header, "DIP3", "DIP", report);
    for section in &scope.mets.descriptive {
        match section.status.as_deref() {
            Some("CURRENT") | None => {}
            Some(found) => {
                report.add(scope.value("DIP4", Level::Should, "mets/dmdSec/@STATUS", found, "\"CURRENT\""));
            }
        }
    }
}
