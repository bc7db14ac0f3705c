//! Fixtures by clause (DA/T 70-2018): a good transfer package passes every automatic check; for each automatic check a
//! package is changed in one place so that exactly this check fails, and with the check switched off it passes.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test that cannot go on fails"
)]

mod archives;
mod clauses;
mod containers;
mod examples;
mod package;
mod pairs;
mod signatures;
mod test_cases;

use lantai_domain::{AccessionId, IdSource, Outcome, RandomIds, Stage, Verdict};
use lantai_formats::malware::{ClamdScanner, MalwareScanner};
use lantai_intake::rules::{CheckRules, RuleFiles};
use lantai_intake::{Checked, IntakeRules, MajorFaults, Progress, ReceiveRequest, check};
use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::OnceLock;
use std::time::Duration;

/// The day on which all packages are tested.
const TODAY: &str = "2026-03-01T00:00:00Z";

/// The rules of the program; reading the signatures of all formats takes a while, so it is done once.
pub fn builtin() -> IntakeRules {
    static RULES: OnceLock<IntakeRules> = OnceLock::new();
    RULES.get_or_init(|| IntakeRules::builtin().unwrap()).clone()
}

/// A scanner for malware that answers with fresh signatures and finds nothing.
pub fn scanner() -> MalwareScanner {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("tcp:{}", listener.local_addr().unwrap()).parse().unwrap();
    // lives as long as the program of the test
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            answer(stream);
        }
    });
    MalwareScanner::with_clamd(ClamdScanner::new(address, Duration::from_secs(30)))
}

fn answer(mut stream: TcpStream) {
    let mut command = Vec::new();
    while !command.ends_with(b"\0") {
        let mut byte = [0];
        stream.read_exact(&mut byte).unwrap();
        command.extend(byte);
    }
    if command == b"zVERSION\0" {
        stream
            .write_all(b"ClamAV 1.4.1/27900/Sat Feb 28 09:00:00 2026\0")
            .unwrap();
        return;
    }
    loop {
        let mut length = [0; 4];
        stream.read_exact(&mut length).unwrap();
        let length = u64::from(u32::from_be_bytes(length));
        if length == 0 {
            break;
        }
        std::io::copy(&mut (&stream).take(length), &mut std::io::sink()).unwrap();
    }
    stream.write_all(b"stream: OK\0").unwrap();
}

/// The rules under a profile.
pub fn under(profile: &str) -> IntakeRules {
    let files = RuleFiles {
        profile: Some(profile),
        ..RuleFiles::default()
    };
    builtin().with_checks(CheckRules::load(&files).unwrap())
}

/// Tests a package.
pub fn tested(rules: &IntakeRules, stage: Stage, path: &Path) -> Checked {
    let workspace = tempfile::tempdir().unwrap();
    tested_in(rules, stage, path, workspace.path())
}

/// Tests a package with a folder for what must be unpacked.
pub fn tested_in(rules: &IntakeRules, stage: Stage, path: &Path, workspace: &Path) -> Checked {
    let request = ReceiveRequest {
        path: path.to_path_buf(),
        name: "package".to_owned(),
        kind: None,
        catalogue: None,
        root: None,
        fonds: None,
        stage,
        majors: MajorFaults::Return,
        by: "admin".to_owned(),
        environment: None,
        workspace: workspace.to_path_buf(),
    };
    let id = AccessionId::new(RandomIds.next());
    let now = TODAY.parse().unwrap();
    check(rules, &request, id, now, &RandomIds, &Progress::default()).unwrap()
}

/// Checks that failed or could not run.
pub fn failed(checked: &Checked) -> BTreeSet<String> {
    let failed = checked
        .checks
        .iter()
        .filter(|result| matches!(result.outcome, Outcome::Fail | Outcome::Error));
    failed.map(|result| result.check.clone()).collect()
}

/// Asserts that exactly these checks fail, that each fault says what was found and how to mend it, and that the
/// package passes as far as machines go once the checks are switched off.
pub fn assert_fails_exactly(what: &str, stage: Stage, path: &Path, expected: &[&str]) {
    if let Err(told) = fails_exactly(what, "", stage, path, expected) {
        panic!("{told}");
    }
}

/// The same under a profile, with what is wrong.
pub fn fails_exactly(
    what: &str,
    profile: &str,
    stage: Stage,
    path: &Path,
    expected: &[&str],
) -> Result<(), String> {
    fails_exactly_by(what, profile, expected, &|rules| tested(rules, stage, path))
}

/// The same of whatever `test` tests.
pub fn fails_exactly_by(
    what: &str,
    profile: &str,
    expected: &[&str],
    test: &dyn Fn(&IntakeRules) -> Checked,
) -> Result<(), String> {
    let checked = test(&under(profile));
    let expected: BTreeSet<String> = expected.iter().map(|&id| id.to_owned()).collect();
    if failed(&checked) != expected {
        return Err(format!(
            "{what}: {:?} fail, {:#?}",
            failed(&checked),
            checked.findings
        ));
    }
    for finding in checked
        .findings
        .iter()
        .filter(|finding| expected.contains(&finding.check))
    {
        if finding.found.is_none() || finding.mend.is_none() {
            return Err(format!(
                "{what}: {finding:?} does not say what was found or how to mend it"
            ));
        }
    }
    let returns = checked
        .findings
        .iter()
        .any(lantai_domain::Finding::returns_package);
    if returns != (checked.verdict == Verdict::Failed) {
        return Err(format!("{what}: the verdict is {:?}", checked.verdict));
    }
    let off = |id: &String| format!("[[check]]\nid = '{id}'\nrun = false\n");
    let mut without = profile.to_owned();
    for id in &expected {
        // a check that the profile weighs is switched off in its place
        let own = format!("id = '{id}'\n");
        if without.contains(&own) {
            without = without.replace(&own, &format!("{own}run = false\n"));
        } else {
            without.push_str(&off(id));
        }
    }
    let without = test(&under(&without));
    if !failed(&without).is_empty() || without.verdict == Verdict::Failed {
        return Err(format!(
            "{what}, switched off: {:?}, {:#?}",
            without.verdict, without.findings
        ));
    }
    Ok(())
}
