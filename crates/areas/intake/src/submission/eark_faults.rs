//! Faults of an E-ARK package as findings: which check each belongs to, and how it is told.

use crate::tally::Tally;
use lantai_domain::{Finding, Outcome, Severity};
use lantai_formats::eark::{self, EarkError, EarkFault, FaultKind, Level};

/// A package that cannot be read as one.
pub(super) fn refuse(tally: &mut Tally, error: &EarkError) {
    let fault = eark::fault_of(error);
    let check = check_of(fault.kind);
    tally.refuse(check, error.code(), |finding| {
        finding
            .file("METS.xml")
            .expected("an E-ARK package as CSIP 2.2 describes it")
            .found(error.to_string())
            .mend(fault.kind.mend())
    });
}

/// Which check a fault belongs to.
fn check_of(kind: FaultKind) -> &'static str {
    match kind {
        FaultKind::Structure | FaultKind::FileCase | FaultKind::Escape => "A-5.2",
        FaultKind::Missing | FaultKind::Value | FaultKind::Reference => "A-5.1",
        FaultKind::Xml => "U-1.1",
        FaultKind::FileMissing | FaultKind::Unlisted => "A-4.1",
        FaultKind::Size => "A-3.2",
        FaultKind::Checksum => "A-3.1",
        FaultKind::Unreadable => "U-2.2",
    }
}

/// Tells the tally of a fault.
pub(super) fn report(tally: &mut Tally, fault: &EarkFault) {
    if fault.level == Level::May {
        return;
    }
    let check = check_of(fault.kind);
    tally.tested(check, 1);
    let fill = |finding: Finding| {
        let mut finding = finding
            .file(fault.file.clone())
            .found(format!(
                "{} ({}): {}",
                fault.requirement,
                fault.level.name(),
                fault.message
            ))
            .mend(fault.kind.mend());
        if !fault.location.is_empty() {
            finding = finding.element(fault.location.clone());
        }
        finding.expected.clone_from(&fault.expected);
        finding
    };
    if fault.level == Level::Should {
        tally.add(fill(Finding::new(
            check,
            Severity::Warn,
            Outcome::Warn,
            fault.kind.code(),
        )));
        return;
    }
    tally.fault(check, fault.kind.code(), fill);
    if fault.kind == FaultKind::FileMissing {
        tally.fault("I-4.2", fault.kind.code(), fill);
    }
}
