//! Checks S-4.2 to S-4.4.

use super::{Looked, Surroundings};
use crate::tally::Tally;
use lantai_domain::{Finding, Stage};
use lantai_preservation::{
    CopiesReport, CopyFault, CopyFaultKind, Problem, RoomFault, RoomFaultKind, StoreroomReport, TrailReport,
};

/// Turns what was seen into outcomes; at preservation only.
pub(crate) fn judge(surroundings: &Surroundings, tally: &mut Tally) {
    if tally.stage() != Stage::Preservation {
        return;
    }
    match &surroundings.storeroom {
        Looked::NotThere(reason) => tally.not_applicable("S-4.2", reason.clone()),
        Looked::Seen(report) => storeroom(report, tally),
    }
    match &surroundings.copies {
        Looked::NotThere(reason) => tally.not_applicable("S-4.3", reason.clone()),
        Looked::Seen(report) => copies(report, tally),
    }
    match &surroundings.trail {
        Looked::NotThere(reason) => tally.not_applicable("S-4.4", reason.clone()),
        Looked::Seen(report) => trail(report, tally),
    }
}

/// Says how many more there are than were named.
fn rest(check: &str, code: &str, named: usize, total: u64, tally: &mut Tally) {
    let more = total.saturating_sub(named as u64);
    if more > 0 {
        tally.fault(check, code, |finding| {
            finding
                .found(format!("{more} more faults of this check"))
                .mend("mend those that are named, then test again")
        });
    }
}

/// Check S-4.2.
fn storeroom(report: &StoreroomReport, tally: &mut Tally) {
    // a folder of which no line could be read was tested too
    tally.tested("S-4.2", report.readings.max(1));
    for fault in &report.faults {
        tally.fault("S-4.2", fault.kind.code(), |finding| of_room(finding, fault));
    }
    let code = RoomFaultKind::Unreadable.code();
    rest("S-4.2", code, report.faults.len(), report.faults_total, tally);
}

fn of_room(finding: Finding, fault: &RoomFault) -> Finding {
    let mend = match fault.kind {
        RoomFaultKind::Outside => "bring the room back within its limits, and look at what is kept in it",
        RoomFaultKind::Fluctuates => "find out what made the room change, such as doors, heating or cooling",
        RoomFaultKind::Missing => "look at the sensor and its connection",
        RoomFaultKind::Stale => "put the newest series into the folder environment, or look at the sensor",
        RoomFaultKind::Unknown => "name the room and its kinds in rules/environment.toml of the archive",
        RoomFaultKind::Unreadable => "export the series again, as rules/environment.toml describes it",
    };
    let mut found = fault.found.clone();
    if let (Some((from, to)), false) = (fault.period, fault.kind == RoomFaultKind::Outside) {
        found = format!("{found} ({from} to {to})");
    }
    let mut finding = finding.expected(fault.expected.clone()).found(found).mend(mend);
    if let Some(room) = &fault.room {
        finding = finding.record(room.clone());
    }
    if let Some(file) = &fault.file {
        finding = finding.file(format!("environment/{file}"));
    }
    match fault.quantity {
        Some(quantity) => finding.element(quantity.name()),
        None => finding,
    }
}

/// Check S-4.3.
fn copies(report: &CopiesReport, tally: &mut Tally) {
    tally.tested("S-4.3", report.copies.max(1) * report.objects.max(1));
    for fault in &report.faults {
        let code = fault.kind.code();
        if fault.kind == CopyFaultKind::NotConnected {
            // a carrier in another house is brought by a person
            tally.question("S-4.3", code, |finding| of_copy(finding, fault));
        } else {
            tally.fault("S-4.3", code, |finding| of_copy(finding, fault));
        }
    }
    let code = CopyFaultKind::ObjectDiffers.code();
    rest("S-4.3", code, report.faults.len(), report.faults_total, tally);
}

fn of_copy(finding: Finding, fault: &CopyFault) -> Finding {
    let mend = match fault.kind {
        CopyFaultKind::Few
        | CopyFaultKind::FewKinds
        | CopyFaultKind::FewPlaces
        | CopyFaultKind::FewOffline => "make further copies, and name each in lantai.toml ([[copies]])",
        CopyFaultKind::NotACopy => "name a folder of its own, on another carrier",
        CopyFaultKind::Unreachable => "bring the copy back, or make it again",
        CopyFaultKind::NotConnected => "connect the carrier and test again",
        CopyFaultKind::ObjectMissing => "bring the copy up to date",
        CopyFaultKind::ObjectDiffers => "find out which of both is right (lantai verify), and copy that one",
        CopyFaultKind::ObjectSurplus => {
            "what was destroyed by law goes from the copies too; else look who wrote it"
        }
        CopyFaultKind::FileDamaged => "renew the copy from the vault, and look at its carrier",
    };
    let mut finding = finding
        .expected(fault.expected.clone())
        .found(fault.found.clone())
        .mend(mend);
    if let Some(copy) = &fault.copy {
        finding = finding.file(copy.display().to_string());
    }
    match &fault.object {
        Some(object) => finding.record(object.clone()),
        None => finding,
    }
}

/// Check S-4.4.
fn trail(report: &TrailReport, tally: &mut Tally) {
    let events = report.events.unwrap_or(0);
    tally.tested("S-4.4", (report.entries + report.objects + events).max(1));
    for problem in &report.problems {
        tally.fault("S-4.4", &problem.kind, |finding| of_problem(finding, problem));
    }
}

/// A problem of the stores as a finding.
pub(super) fn of_problem(finding: Finding, problem: &Problem) -> Finding {
    let finding = finding
        .record(problem.place.clone())
        .found(problem.found.clone().unwrap_or_else(|| "not as recorded".to_owned()))
        .mend("look who wrote past Lantai; restore from a copy that is proved, and keep what was changed as evidence");
    match &problem.expected {
        Some(expected) => finding.expected(expected.clone()),
        None => finding,
    }
}
