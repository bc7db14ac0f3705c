//! Checks of the package as a whole: U-3.1, U-4.1, S-1.1, S-2.2 to S-2.4, S-3.1, and what only the archives can say.

use crate::intake_rules::IntakeRules;
use crate::submission::{Declared, SubmissionKind};
use crate::tally::Tally;
use jiff::Timestamp;
use lantai_domain::Stage;
use lantai_formats::malware::ScannerState;

/// What is known of a package when all of it has been read.
pub(crate) struct Whole<'a> {
    /// Its kind.
    pub kind: SubmissionKind,
    /// What it says of itself.
    pub declared: &'a Declared,
    /// The scanner of the host.
    pub scanner: ScannerSeen,
}

/// What is known of the scanner for malware.
pub(crate) struct ScannerSeen {
    /// How it is; `None`: only the signatures that come with the program look.
    pub state: Option<ScannerState>,
    /// Age in days from which the scanner's signatures are stale.
    pub max_age_days: u32,
    /// The moment of the test.
    pub now: Timestamp,
}

impl ScannerSeen {
    /// The scanner of the rules, asked now.
    pub fn of(rules: &IntakeRules, now: Timestamp) -> Self {
        Self {
            state: rules.scanner().is_configured().then(|| rules.scanner().state()),
            max_age_days: rules.checks().scanner.max_age_days,
            now,
        }
    }
}

/// The checks.
pub(crate) fn check(whole: &Whole<'_>, tally: &mut Tally) {
    // what came so far has opened
    tally.tested("U-4.1", 1);
    environment(whole, tally);
    scanner(&whole.scanner, tally);
    carrier(whole.declared, tally);
    process(tally);
}

/// Check U-3.1. A package of plain files says nothing of an environment; only one with papers can.
fn environment(whole: &Whole<'_>, tally: &mut Tally) {
    let stated = whole
        .declared
        .environment
        .as_deref()
        .map(str::trim)
        .filter(|text| !text.is_empty());
    if stated.is_some() {
        tally.tested("U-3.1", 1);
        return;
    }
    if whole.kind == SubmissionKind::Transfer {
        tally.tested("U-3.1", 1);
        tally.fault("U-3.1", "intake.environment_unstated", |finding| {
            finding
                .file("说明文件.TXT")
                .element("软硬件环境")
                .expected("what is needed to read the records")
                .found("nothing stated")
                .mend("name the programs and devices that the records need; where any reader will do, say so")
        });
    }
}

/// Check S-1.1.
pub(crate) fn scanner(seen: &ScannerSeen, tally: &mut Tally) {
    tally.tested("S-1.1", 1);
    let Some(state) = &seen.state else {
        tally.fault("S-1.1", "intake.scanner_builtin", |finding| {
            finding
                .expected("a scanner for malware with fresh signatures")
                .found("none is configured; programs and the test file EICAR are found by the signatures of this program")
                .mend("install ClamAV (package clamav-daemon) and name its socket as scanner in lantai.toml")
        });
        return;
    };
    if !state.present {
        tally.fault("S-1.1", "intake.scanner_silent", |finding| {
            finding
                .expected("a scanner that answers")
                .found(state.detail.as_deref().unwrap_or("no answer"))
                .mend("start the scanner, or correct its address in lantai.toml")
        });
    } else if state.is_stale(seen.now, seen.max_age_days) {
        tally.fault("S-1.1", "intake.scanner_stale", |finding| {
            let made = state
                .signatures_at
                .map_or_else(|| "an unknown day".to_owned(), |made| made.to_string());
            finding
                .expected(format!("signatures of at most {} days", seen.max_age_days))
                .found(format!("{} with signatures of {made}", state.name))
                .mend("bring the signatures up to date (freshclam)")
        });
    }
}

/// Checks S-2.2 to S-2.4: a person looks at the carrier, where there is one.
fn carrier(declared: &Declared, tally: &mut Tally) {
    let Some(carrier) = declared.carrier.as_deref() else {
        return;
    };
    let questions = [
        (
            "S-2.2",
            "intake.carrier_speed",
            "the whole carrier reads at the speed that is usual for its kind",
            "read it whole and write the speed down",
        ),
        (
            "S-2.3",
            "intake.carrier_look",
            "no scratches, dirt, deformation or sticker; the right label",
            "look at the carrier on both sides",
        ),
        (
            "S-2.4",
            "intake.carrier_errors",
            "error rates within the limits of DA/T 38 or DA/T 74, where it is an optical disc",
            "measure the disc; for other carriers say so",
        ),
    ];
    for (check, code, expected, mend) in questions {
        tally.tested(check, 1);
        tally.question(check, code, |finding| {
            finding
                .expected(expected)
                .found(format!("carrier {carrier}, not looked at yet"))
                .mend(mend)
        });
    }
}

/// Check S-3.1, and what a check of a stored package asks of the archives.
pub(crate) fn process(tally: &mut Tally) {
    match tally.stage() {
        // filing goes through our own door: the accession, who handed it in, and every step are in the journal
        Stage::Filing => tally.tested("S-3.1", 1),
        Stage::Transfer => {
            tally.tested("S-3.1", 1);
            tally.question("S-3.1", "intake.process_unconfirmed", |finding| {
                finding
                    .expected("authorised people on both sides, a secure channel, a signed hand-over, no uncontrolled copy")
                    .found("the package alone does not tell")
                    .mend("compare the register form with the people and the way the package came, and sign it")
            });
        }
        Stage::Preservation => {
            let questions = [
                (
                    "S-3.1",
                    "intake.process_unconfirmed",
                    "every step of storing is in the log, by authorised people",
                    "verify the journal (lantai verify) and look at its entries for the package",
                ),
                (
                    "S-4.1",
                    "intake.vulnerabilities_unconfirmed",
                    "no open known vulnerability above the accepted level",
                    "compare program and platform with the lists of vulnerabilities",
                ),
            ];
            for (check, code, expected, mend) in questions {
                tally.tested(check, 1);
                tally.question(check, code, |finding| {
                    finding
                        .expected(expected)
                        .found("the package alone does not tell")
                        .mend(mend)
                });
            }
        }
    }
}
