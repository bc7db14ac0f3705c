//! `mets` and `metsHdr`: CSIP1 to CSIP16, CSIP117.

use super::{Scope, filled};
use crate::eark::fault::{FaultKind, Level, Report};
use crate::eark::mets::Agent;
use crate::eark::vocabulary::{PACKAGE_TYPES, is_content_category, is_content_information_type};

const OTHER: &str = "OTHER";

/// The attributes of the root element.
pub(super) fn root(scope: &Scope<'_>, report: &mut Report) {
    let mets = scope.mets;
    match filled(mets.object_id.as_deref()) {
        None => report.add(scope.missing("CSIP1", Level::Must, "mets/@OBJID")),
        Some(id) if id != scope.name => {
            report.add(
                scope
                    .fault(
                        "CSIP1",
                        Level::Should,
                        FaultKind::Value,
                        "mets/@OBJID",
                        format!("@OBJID {id} is not the name of the folder, {}", scope.name),
                    )
                    .expected(scope.name)
                    .found(id),
            );
        }
        Some(_) => {}
    }
    content_category(scope, report);
    content_information(
        scope,
        mets.content_information.as_deref(),
        mets.other_content_information.as_deref(),
        report,
    );
    match filled(mets.profile.as_deref()) {
        None => report.add(scope.missing("CSIP6", Level::Must, "mets/@PROFILE")),
        Some(address) if address.starts_with("http://") || address.starts_with("https://") => {}
        Some(found) => report.add(scope.value("CSIP6", Level::Must, "mets/@PROFILE", found, "an address")),
    }
}

fn content_category(scope: &Scope<'_>, report: &mut Report) {
    let place = "mets/@TYPE";
    let other_place = "mets/@csip:OTHERTYPE";
    let other = filled(scope.mets.other_category.as_deref());
    let category = filled(scope.mets.content_category.as_deref());
    let is_other = category.is_some_and(|category| category.eq_ignore_ascii_case(OTHER));
    match category {
        None => report.add(scope.missing("CSIP2", Level::Must, place)),
        Some(known) if is_content_category(known) => {}
        Some(found) => report.add(scope.value(
            "CSIP2",
            Level::Must,
            place,
            found,
            "a word of the list of content categories",
        )),
    }
    match other {
        None if is_other => report.add(scope.missing("CSIP2", Level::Must, other_place)),
        Some(found) if is_other && is_content_category(found) => {
            report.add(scope.value(
                "CSIP3",
                Level::Must,
                other_place,
                found,
                "a word outside the list: words of the list belong into @TYPE",
            ));
        }
        Some(_) if !is_other => report.add(scope.fault(
            "CSIP3",
            Level::Must,
            FaultKind::Value,
            other_place,
            "@csip:OTHERTYPE stands beside a @TYPE that is not OTHER",
        )),
        _ => {}
    }
}

fn content_information(scope: &Scope<'_>, kind: Option<&str>, other: Option<&str>, report: &mut Report) {
    let place = "mets/@csip:CONTENTINFORMATIONTYPE";
    let other_place = "mets/@csip:OTHERCONTENTINFORMATIONTYPE";
    let is_other = kind.is_some_and(|kind| kind.trim() == OTHER);
    match filled(kind) {
        None => {
            let level = if scope.is_root { Level::Should } else { Level::Must };
            report.add(scope.missing("CSIP4", level, place));
        }
        Some(known) if is_content_information_type(known) => {}
        Some(found) => report.add(scope.value(
            "CSIP4",
            Level::Must,
            place,
            found,
            "a word of the list of content information types",
        )),
    }
    match filled(other) {
        None if is_other => {
            report.add(scope.missing("CSIP4", Level::Must, other_place));
            report.add(scope.missing("CSIP5", Level::Must, other_place));
        }
        Some(found) if is_other && is_content_information_type(found) => {
            report.add(scope.value(
                "CSIP5",
                Level::Must,
                other_place,
                found,
                "a word outside the list",
            ));
        }
        Some(_) if !is_other => report.add(scope.fault(
            "CSIP5",
            Level::Must,
            FaultKind::Value,
            other_place,
            "@csip:OTHERCONTENTINFORMATIONTYPE stands beside another type than OTHER",
        )),
        _ => {}
    }
}

/// The header.
pub(super) fn check(scope: &Scope<'_>, report: &mut Report) {
    let Some(header) = &scope.mets.header else {
        report.add(scope.missing("CSIP117", Level::Must, "mets/metsHdr"));
        return;
    };
    let place = "mets/metsHdr/@CREATEDATE";
    match filled(header.created.as_deref()) {
        None => report.add(scope.missing("CSIP7", Level::Must, place)),
        Some(found) if !is_date(found) => {
            report.add(scope.value("CSIP7", Level::Must, place, found, "a date and time"));
        }
        Some(_) => {}
    }
    let place = "mets/metsHdr/@LASTMODDATE";
    match filled(header.modified.as_deref()) {
        // a package that was never changed needs none; whether it was, METS cannot tell
        None => report.add(scope.missing("CSIP8", Level::May, place)),
        Some(found) if !is_date(found) => {
            report.add(scope.value("CSIP8", Level::Must, place, found, "a date and time"));
        }
        Some(found) if scope.latest.is_some_and(|latest| day(found) > latest) => {
            report.add(scope.value("CSIP8", Level::Must, place, found, "a moment that has been"));
        }
        Some(_) => {}
    }
    let place = "mets/metsHdr/@csip:OAISPACKAGETYPE";
    match filled(header.package_type.as_deref()) {
        None => report.add(scope.missing("CSIP9", Level::Must, place)),
        Some(known) if PACKAGE_TYPES.contains(&known) => {}
        Some(found) => report.add(scope.value(
            "CSIP9",
            Level::Must,
            place,
            found,
            "one of SIP, AIP, DIP, AIU, AIC",
        )),
    }
    if header.agents.is_empty() {
        report.add(scope.missing("CSIP10", Level::Must, "mets/metsHdr/agent"));
    } else {
        software(scope, &header.agents, report);
    }
}

/// The agent that every package must have: the software it was made with. Where none is whole, the one that comes
/// nearest is judged, so that the fault names what it lacks.
fn software(scope: &Scope<'_>, agents: &[Agent], report: &mut Report) {
    let nearness = |agent: &Agent| {
        let role = agent.role.as_deref() == Some("CREATOR");
        let kind = agent.kind.as_deref() == Some(OTHER);
        let other = agent.other_kind.as_deref() == Some("SOFTWARE");
        let version = agent
            .notes
            .iter()
            .any(|(kind, _)| kind.as_deref() == Some("SOFTWARE VERSION"));
        (
            usize::from(other) + usize::from(kind),
            usize::from(version),
            usize::from(role),
        )
    };
    let Some(agent) = agents.iter().rev().max_by_key(|agent| nearness(agent)) else {
        return;
    };
    let judge = |requirement, attribute: &str, found: Option<&str>, wanted: &str, report: &mut Report| {
        let place = format!("mets/metsHdr/agent/@{attribute}");
        match filled(found) {
            None => report.add(scope.missing(requirement, Level::Must, &place)),
            Some(found) if found == wanted => {}
            Some(found) => {
                let expected = format!("\"{wanted}\" for the software that made the package");
                report.add(scope.value(requirement, Level::Must, &place, found, &expected));
            }
        }
    };
    judge("CSIP11", "ROLE", agent.role.as_deref(), "CREATOR", report);
    judge("CSIP12", "TYPE", agent.kind.as_deref(), OTHER, report);
    judge(
        "CSIP13",
        "OTHERTYPE",
        agent.other_kind.as_deref(),
        "SOFTWARE",
        report,
    );
    if agent.name().is_none() {
        report.add(scope.missing("CSIP14", Level::Must, "mets/metsHdr/agent/name"));
    }
    if agent.notes.iter().all(|(_, text)| text.is_empty()) {
        report.add(scope.missing("CSIP15", Level::Must, "mets/metsHdr/agent/note"));
    } else if agent
        .notes
        .iter()
        .all(|(kind, _)| kind.as_deref() != Some("SOFTWARE VERSION"))
    {
        let found = agent.notes.iter().find_map(|(kind, _)| kind.as_deref());
        judge("CSIP16", "note/@csip:NOTETYPE", found, "SOFTWARE VERSION", report);
    }
}

/// The day of a date and time.
fn day(text: &str) -> &str {
    text.get(..10).unwrap_or(text)
}

/// Whether a text has the form of `xs:dateTime`.
fn is_date(text: &str) -> bool {
    let pattern = "dddd-dd-ddTdd:dd:dd";
    text.len() >= pattern.len()
        && text
            .bytes()
            .zip(pattern.bytes())
            .all(|(byte, wanted)| match wanted {
                b'd' => byte.is_ascii_digit(),
                other => byte == other,
            })
}
