//! Content files that are containers themselves, and containers in them: what cannot be opened is U-4.1, what only its
//! sender can open U-4.2, what leads astray or does harm.

use super::files::{FileChecks, Judged, Seen};
use crate::sandbox::ExamineError;
use lantai_domain::{Finding, Outcome};
use lantai_formats::container::{Fault, Limits, UnpackError, inspect_nested, is_container};
use lantai_formats::properties::{Depth, FaultWeight, FileProperties};
use std::path::Path;

/// The checks that a fault of a container may belong to.
pub(crate) const CHECKS: [&str; 3] = ["A-5.2", "U-4.1", "U-4.2"];

/// The check that a fault of a container belongs to, be it the package or a file in it.
pub(crate) fn check_of(fault: &Fault) -> &'static str {
    match fault {
        Fault::Encrypted | Fault::Method | Fault::Sparse => "U-4.2",
        Fault::NotAContainer
        | Fault::Truncated
        | Fault::Damaged
        | Fault::WrongCrc
        | Fault::SizeContradicts
        | Fault::HeadersContradict
        | Fault::Split
        | Fault::MemoryDemand
        | Fault::NestedTooDeep => "U-4.1",
        _ => "A-5.2",
    }
}

/// Looks into a content file that is a container. `None`: it is none, or its examination has read it to its end or
/// said already what is wrong with it.
pub(crate) fn look_into(
    path: &Path,
    head: &[u8],
    examined: &Result<FileProperties, ExamineError>,
    limits: &Limits,
) -> Option<Result<(), UnpackError>> {
    if !is_container(head) {
        return None;
    }
    if let Ok(properties) = examined
        && (properties.depth == Depth::Decoded || is_refused_already(properties))
    {
        return None;
    }
    Some(inspect_nested(path, limits).map(|_| ()))
}

fn is_refused_already(properties: &FileProperties) -> bool {
    properties.encrypted || properties.faults_of(FaultWeight::Broken).next().is_some()
}

impl FileChecks<'_> {
    /// What was found in a container.
    pub(super) fn container(&self, seen: &Seen<'_>, judged: &mut Judged) {
        let Some(looked) = seen.container else { return };
        judged.tested.extend(
            CHECKS
                .iter()
                .filter(|check| **check != "U-4.2")
                .map(|check| (*check, 1)),
        );
        let error = match looked {
            Ok(()) => return,
            Err(error) => error,
        };
        let name = &seen.file.name;
        for refusal in error.refusals() {
            let check = check_of(&refusal.fault);
            self.fault(judged, check, refusal.code(), name, |finding| {
                let found = match &refusal.entry {
                    Some(entry) => format!("{entry}: {}", refusal.found),
                    None => refusal.found.clone(),
                };
                finding
                    .expected(refusal.expected.as_str())
                    .found(found)
                    .mend(refusal.mend())
            });
        }
        if error.refusals().is_empty() {
            // it could be read a moment ago, so this is the disk's fault; what could not be tested has not passed
            let weight = self.rules.weight("U-4.1", error.code(), self.stage);
            judged.findings.extend(weight.map(|weight| {
                Finding::new("U-4.1", weight, Outcome::Error, error.code())
                    .record(self.label)
                    .file(name)
                    .expected("a container that can be read")
                    .found(error.to_string())
                    .mend("hand the package in again")
            }));
        }
    }
}
