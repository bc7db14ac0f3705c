//! `mdRef` and `FLocat`: the same attributes everywhere, under other numbers.

use super::{Scope, filled};
use crate::eark::fault::{FaultKind, Level, Report};
use crate::eark::mets::{Link, Size};
use crate::eark::package::algorithm;
use crate::eark::vocabulary::{METADATA_TYPES, is_media_type};

/// Longest media type that is believed to be one.
const MAX_MEDIA_TYPE: usize = 256;

/// The requirements for the attributes of one kind of reference.
#[derive(Debug)]
pub(in crate::eark) struct LinkRules {
    /// The element with the reference.
    pub place: &'static str,
    /// The element with the locator.
    pub locator: &'static str,
    pub locator_type: &'static str,
    pub link_type: &'static str,
    pub href: &'static str,
    pub metadata_type: Option<&'static str>,
    pub media_type: &'static str,
    pub size: &'static str,
    pub created: &'static str,
    pub checksum: &'static str,
    pub checksum_type: &'static str,
}

pub(in crate::eark) static DESCRIPTIVE: LinkRules = LinkRules {
    place: "mets/dmdSec/mdRef",
    locator: "mets/dmdSec/mdRef",
    locator_type: "CSIP22",
    link_type: "CSIP23",
    href: "CSIP24",
    metadata_type: Some("CSIP25"),
    media_type: "CSIP26",
    size: "CSIP27",
    created: "CSIP28",
    checksum: "CSIP29",
    checksum_type: "CSIP30",
};

pub(in crate::eark) static PROVENANCE: LinkRules = LinkRules {
    place: "mets/amdSec/digiprovMD/mdRef",
    locator: "mets/amdSec/digiprovMD/mdRef",
    locator_type: "CSIP36",
    link_type: "CSIP37",
    href: "CSIP38",
    metadata_type: Some("CSIP39"),
    media_type: "CSIP40",
    size: "CSIP41",
    created: "CSIP42",
    checksum: "CSIP43",
    checksum_type: "CSIP44",
};

pub(in crate::eark) static RIGHTS: LinkRules = LinkRules {
    place: "mets/amdSec/rightsMD/mdRef",
    locator: "mets/amdSec/rightsMD/mdRef",
    locator_type: "CSIP49",
    link_type: "CSIP50",
    href: "CSIP51",
    metadata_type: Some("CSIP52"),
    media_type: "CSIP53",
    size: "CSIP54",
    created: "CSIP55",
    checksum: "CSIP56",
    checksum_type: "CSIP57",
};

pub(in crate::eark) static FILE: LinkRules = LinkRules {
    place: "mets/fileSec/fileGrp/file",
    locator: "mets/fileSec/fileGrp/file/FLocat",
    locator_type: "CSIP77",
    link_type: "CSIP78",
    href: "CSIP79",
    metadata_type: None,
    media_type: "CSIP68",
    size: "CSIP69",
    created: "CSIP70",
    checksum: "CSIP71",
    checksum_type: "CSIP72",
};

/// Judges the attributes of a reference. `has_locator` is false where a file has no `FLocat`, which is told as that.
pub(super) fn check(
    scope: &Scope<'_>,
    rules: &LinkRules,
    link: &Link,
    name: Option<&str>,
    has_locator: bool,
    report: &mut Report,
) {
    // where there are many, the identifier says which
    let place = |element: &str, attribute: &str| match name {
        Some(name) => format!("{element}[@ID='{name}']/@{attribute}"),
        None => format!("{element}/@{attribute}"),
    };
    if has_locator {
        let at = |attribute| place(rules.locator, attribute);
        match link.locator_type.as_deref() {
            Some("URL") => {}
            None => report.add(scope.missing(rules.locator_type, Level::Must, &at("LOCTYPE"))),
            Some(found) => {
                report.add(scope.value(rules.locator_type, Level::Must, &at("LOCTYPE"), found, "\"URL\""));
            }
        }
        match link.link_type.as_deref() {
            Some("simple") => {}
            None => report.add(scope.missing(rules.link_type, Level::Must, &at("xlink:type"))),
            Some(found) => {
                report.add(scope.value(
                    rules.link_type,
                    Level::Must,
                    &at("xlink:type"),
                    found,
                    "\"simple\"",
                ));
            }
        }
        if filled(link.href.as_deref()).is_none() {
            report.add(scope.missing(rules.href, Level::Must, &at("xlink:href")));
        }
    }
    let at = |attribute| place(rules.place, attribute);
    if let Some(requirement) = rules.metadata_type {
        match filled(link.metadata_type.as_deref()) {
            None => report.add(scope.missing(requirement, Level::Must, &at("MDTYPE"))),
            Some(known) if METADATA_TYPES.contains(&known) => {}
            Some(found) => {
                report.add(scope.value(
                    requirement,
                    Level::Must,
                    &at("MDTYPE"),
                    found,
                    "a type that METS knows",
                ));
            }
        }
    }
    match filled(link.media_type.as_deref()) {
        None => report.add(scope.missing(rules.media_type, Level::Must, &at("MIMETYPE"))),
        Some(found) if found.len() > MAX_MEDIA_TYPE => {
            report.add(scope.value(
                rules.media_type,
                Level::Should,
                &at("MIMETYPE"),
                found,
                "a media type: it is too long for one",
            ));
        }
        Some(found) if is_media_type(found) => {}
        Some(found) => {
            report.add(scope.value(
                rules.media_type,
                Level::Must,
                &at("MIMETYPE"),
                found,
                "a registered media type",
            ));
        }
    }
    match &link.size {
        Size::Missing => report.add(scope.missing(rules.size, Level::Must, &at("SIZE"))),
        Size::Bytes(_) => {}
        Size::Bad(found) => {
            report.add(scope.value(rules.size, Level::Must, &at("SIZE"), found, "a number of bytes"));
        }
    }
    if filled(link.created.as_deref()).is_none() {
        report.add(scope.missing(rules.created, Level::Must, &at("CREATED")));
    }
    if filled(link.checksum.as_deref()).is_none() {
        report.add(scope.missing(rules.checksum, Level::Must, &at("CHECKSUM")));
    }
    match filled(link.checksum_type.as_deref()) {
        None => report.add(scope.missing(rules.checksum_type, Level::Must, &at("CHECKSUMTYPE"))),
        Some(known) => match algorithm(known) {
            Some(algorithm) => {
                let checksum = link.checksum.as_deref().unwrap_or_default().trim();
                let is_digest = checksum.len() == algorithm.length() * 2
                    && checksum.bytes().all(|byte| byte.is_ascii_hexdigit());
                if !checksum.is_empty() && !is_digest {
                    report.add(scope.value(
                        rules.checksum,
                        Level::Must,
                        &at("CHECKSUM"),
                        checksum,
                        &format!("a digest of {known}"),
                    ));
                }
            }
            None if OTHER_ALGORITHMS
                .iter()
                .any(|other| other.eq_ignore_ascii_case(known)) =>
            {
                report.add(scope.fault(
                    rules.checksum_type,
                    Level::Should,
                    FaultKind::Value,
                    at("CHECKSUMTYPE"),
                    format!("{known} is not computed here: use SHA-256 or SHA-512"),
                ));
            }
            None => report.add(scope.value(
                rules.checksum_type,
                Level::Must,
                &at("CHECKSUMTYPE"),
                known,
                "an algorithm that METS knows",
            )),
        },
    }
}

/// Algorithms of METS that say little of a file, or that hardly anybody computes.
const OTHER_ALGORITHMS: [&str; 6] = ["Adler-32", "CRC32", "HAVAL", "MNP", "TIGER", "WHIRLPOOL"];
