//! `dmdSec` and `amdSec`: CSIP17 to CSIP57.

use super::links::{self, DESCRIPTIVE, LinkRules, PROVENANCE, RIGHTS};
use super::{Scope, filled};
use crate::eark::fault::{FaultKind, Level, Report};
use crate::eark::mets::MetadataSection;
use crate::eark::vocabulary::STATUSES;

/// The requirements for one kind of section.
struct SectionRules {
    place: &'static str,
    id: &'static str,
    created: Option<&'static str>,
    status: &'static str,
    reference: &'static str,
    link: &'static LinkRules,
}

static DESCRIPTIONS: SectionRules = SectionRules {
    place: "mets/dmdSec",
    id: "CSIP18",
    created: Some("CSIP19"),
    status: "CSIP20",
    reference: "CSIP21",
    link: &DESCRIPTIVE,
};

static PROVENANCES: SectionRules = SectionRules {
    place: "mets/amdSec/digiprovMD",
    id: "CSIP33",
    created: None,
    status: "CSIP34",
    reference: "CSIP35",
    link: &PROVENANCE,
};

static RIGHTS_SECTIONS: SectionRules = SectionRules {
    place: "mets/amdSec/rightsMD",
    id: "CSIP46",
    created: None,
    status: "CSIP47",
    reference: "CSIP48",
    link: &RIGHTS,
};

/// Descriptive and administrative metadata.
pub(super) fn check(scope: &Scope<'_>, report: &mut Report) {
    let mets = scope.mets;
    let below = |folder: &str| {
        let folder = if scope.folder.is_empty() {
            folder.to_owned()
        } else {
            format!("{}/{folder}", scope.folder)
        };
        scope.files.below(&folder).next().is_some()
    };
    let has_descriptions = below("metadata/descriptive");
    let has_preservation = below("metadata/preservation");
    // a representation's own metadata may all lie with the package
    if mets.descriptive.is_empty() && (scope.is_root || has_descriptions) {
        let (level, message) = if has_descriptions {
            (
                Level::Must,
                "metadata/descriptive has files, but there is no dmdSec",
            )
        } else {
            (Level::Should, "there is no descriptive metadata")
        };
        report.add(scope.fault("CSIP17", level, FaultKind::Missing, "mets/dmdSec", message));
    }
    for section in &mets.descriptive {
        self::section(scope, &DESCRIPTIONS, section, has_descriptions, report);
    }
    if mets.administrative.is_empty() && (scope.is_root || has_preservation) {
        let (level, message) = if has_preservation {
            (
                Level::Must,
                "metadata/preservation has files, but there is no amdSec",
            )
        } else {
            (Level::Should, "there is no administrative metadata")
        };
        report.add(scope.fault("CSIP31", level, FaultKind::Missing, "mets/amdSec", message));
    }
    let has_provenance = mets.administrative.iter().any(|all| !all.provenance.is_empty());
    if !has_provenance && (scope.is_root || has_preservation) {
        let (level, message) = if has_preservation {
            (
                Level::Must,
                "metadata/preservation has files, but there is no digiprovMD",
            )
        } else {
            (Level::Should, "there is no digiprovMD")
        };
        let place = "mets/amdSec/digiprovMD";
        report.add(scope.fault("CSIP32", level, FaultKind::Missing, place, message));
    }
    for all in &mets.administrative {
        for section in &all.provenance {
            self::section(scope, &PROVENANCES, section, false, report);
        }
        for section in &all.rights {
            self::section(scope, &RIGHTS_SECTIONS, section, false, report);
        }
    }
}

fn section(
    scope: &Scope<'_>,
    rules: &SectionRules,
    section: &MetadataSection,
    has_files: bool,
    report: &mut Report,
) {
    let at = |attribute: &str| format!("{}/{attribute}", rules.place);
    if filled(section.id.as_deref()).is_none() {
        report.add(scope.missing(rules.id, Level::Must, &at("@ID")));
    }
    if let Some(created) = rules.created
        && filled(section.created.as_deref()).is_none()
    {
        report.add(scope.missing(created, Level::Must, &at("@CREATED")));
    }
    match section.status.as_deref() {
        None => report.add(scope.missing(rules.status, Level::Should, &at("@STATUS"))),
        Some(known) if STATUSES.contains(&known) => {}
        Some(found) => {
            report.add(scope.value(
                rules.status,
                Level::Must,
                &at("@STATUS"),
                found,
                "CURRENT or SUPERSEDED",
            ));
        }
    }
    match &section.reference {
        Some(link) => links::check(scope, rules.link, link, None, true, report),
        None => {
            let level = if has_files { Level::Must } else { Level::Should };
            report.add(scope.missing(rules.reference, level, &at("mdRef")));
        }
    }
}
