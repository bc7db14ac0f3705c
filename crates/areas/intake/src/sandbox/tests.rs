use super::protocol::{Answer, Request};
use super::*;
use lantai_formats::identify::Identifier;
use std::io::Cursor;

const PDF: &[u8] = b"%PDF-1.4\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n2 0 obj\n<</Type/Pages/Kids[3 0 R]/Count 1>>\nendobj\n3 0 obj\n<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>\nendobj\ntrailer <</Root 1 0 R>>\nstartxref\n0\n%%EOF\n";

fn identified(bytes: &[u8]) -> Identification {
    let identifier = Identifier::builtin().unwrap();
    identifier
        .identify("a.pdf", bytes.len() as u64, &mut Cursor::new(bytes))
        .unwrap()
}

/// A pool whose children are this line of shell.
fn shell(line: &str) -> Sandbox {
    let options = SandboxOptions {
        timeout: Duration::from_millis(1500),
        ..SandboxOptions::new("/bin/sh".into(), 1)
    };
    Sandbox::with_arguments(options, vec!["-c".to_owned(), line.to_owned()])
}

fn ask(sandbox: &Sandbox, bytes: &[u8]) -> Result<FileProperties, ExamineError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.pdf");
    std::fs::write(&path, bytes).unwrap();
    sandbox.examine(&identified(bytes), &path)
}

#[test]
fn the_child_answers_line_by_line_and_both_ways_agree() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.pdf");
    std::fs::write(&path, PDF).unwrap();
    let identification = identified(PDF);
    let limits = ExamineLimits::default();
    let request = Request::new(Claim::from(&identification), &path, limits.clone())
        .to_line()
        .unwrap();
    let missing = Request::new(Claim::from(&identification), &folder.path().join("b"), limits)
        .to_line()
        .unwrap();
    let mut output = Vec::new();
    run_child(Cursor::new(format!("{request}{missing}nonsense\n")), &mut output).unwrap();
    let answers: Vec<Answer> = String::from_utf8(output)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let [
        Answer::Properties(properties),
        Answer::Unreadable(_),
        Answer::Unreadable(_),
    ] = answers.as_slice()
    else {
        panic!("{answers:?}");
    };
    assert_eq!(properties.pages, Some(1));
    assert_eq!(
        **properties,
        InProcess::default().examine(&identification, &path).unwrap()
    );
}

#[test]
fn a_child_that_never_answers_is_ended_and_replaced() {
    let sandbox = shell("read line; while :; do sleep 1; done");
    for _ in 0..2 {
        assert_eq!(ask(&sandbox, PDF).unwrap_err().code(), "intake.examiner_timeout");
    }
}

#[test]
fn a_child_that_dies_is_told_by_name_and_replaced() {
    for (line, code) in [
        ("read line; kill -SEGV $$", "intake.examiner_crashed"),
        (
            "read line; echo 'memory allocation of 9 bytes failed' >&2; kill -ABRT $$",
            "intake.examiner_memory",
        ),
        ("read line; echo nonsense", "intake.examiner_crashed"),
    ] {
        let sandbox = shell(line);
        for _ in 0..2 {
            let error = ask(&sandbox, PDF).unwrap_err();
            assert_eq!(error.code(), code, "{line}: {error}");
        }
    }
}

#[test]
fn a_child_that_ended_between_two_files_spoils_neither() {
    // answers one question, then ends; the next file gets a new child
    let sandbox = shell("read line; echo '{\"properties\":{\"pages\":7}}'");
    for _ in 0..3 {
        assert_eq!(ask(&sandbox, PDF).unwrap().pages, Some(7));
    }
}

#[test]
fn what_our_own_walkers_read_needs_no_child() {
    let options = SandboxOptions::new("/nowhere/lantai".into(), 1);
    let sandbox = Sandbox::new(options);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.txt");
    std::fs::write(&path, "永久").unwrap();
    let identifier = Identifier::builtin().unwrap();
    let mut file = File::open(&path).unwrap();
    let identification = identifier.identify("a.txt", 6, &mut file).unwrap();
    assert_eq!(
        sandbox
            .examine(&identification, &path)
            .unwrap()
            .charset
            .as_deref(),
        Some("UTF-8")
    );
    assert_eq!(ask(&sandbox, PDF).unwrap_err().code(), "intake.examiner_missing");
}
