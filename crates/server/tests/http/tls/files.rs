//! Certificates and keys on the disk: what can be used, what is refused by name, what is read again.

use super::authority::{Authority, Files, LATE};
use lantai_server::{Looked, Tls, TlsError, TlsNotice};
use lantai_testkit::noon;
use std::path::Path;

fn open(files: &Files) -> Result<Tls, TlsError> {
    Tls::open(&files.settings(), Path::new("/nowhere"), noon())
}

/// The name of the refusal, which tells nothing of the key.
#[track_caller]
fn refused(files: &Files) -> &'static str {
    let error = open(files).unwrap_err();
    let key = std::fs::read_to_string(files.key()).unwrap_or_default();
    let told = format!("{error} {error:?}");
    for line in key.lines().filter(|line| !line.starts_with('-')) {
        assert!(line.is_empty() || !told.contains(line), "{told}");
    }
    error.code()
}

#[test]
fn sound_files_can_be_used_and_are_found_from_the_data_folder() {
    let data = tempfile::tempdir().unwrap();
    let files = Files::in_folder(data.path());
    let root = Authority::root("root");
    files.hold(&root.issue());
    let tls = open(&files).unwrap();
    assert_eq!(tls.ends().to_string(), "2090-01-01T00:00:00Z");
    assert_eq!(tls.notices(noon()), []);

    let mut settings = files.settings();
    settings.certificate = "tls/chain.pem".into();
    settings.key = "tls/key.pem".into();
    assert!(Tls::open(&settings, data.path(), noon()).is_ok());
    // the whole chain, in its order, with the words that tools write between
    let between = Authority::below(&root, "between");
    let below = between.issue();
    let chain = format!(
        "subject=CN = localhost\n{}\n\n{}{}",
        below.pem,
        between.pem(),
        root.pem()
    );
    files.hold(&below);
    files.put(&files.certificate(), &chain, 0o644);
    assert!(open(&files).is_ok());
    let turned = format!("{}{}{}", below.pem, root.pem(), between.pem());
    files.put(&files.certificate(), &turned, 0o644);
    assert_eq!(refused(&files), "tls.chain_order");
}

#[test]
fn what_cannot_be_used_is_refused_by_name() {
    let data = tempfile::tempdir().unwrap();
    let files = Files::in_folder(data.path());
    let root = Authority::root("root");
    let (issued, other) = (root.issue(), root.issue());
    assert_eq!(refused(&files), "tls.unreadable");
    files.hold(&issued);
    let certificate = |text: &str| {
        files.put(&files.certificate(), text, 0o644);
        refused(&files)
    };
    assert_eq!(certificate("hello\n"), "tls.no_certificate");
    assert_eq!(certificate(&issued.key), "tls.no_certificate");
    let begin = "-----BEGIN CERTIFICATE-----\n";
    assert_eq!(certificate(begin), "tls.no_certificate");
    assert_eq!(
        certificate(&format!("{begin}AAAA\n-----END CERTIFICATE-----\n")),
        "tls.no_certificate"
    );
    assert_eq!(certificate(&"x".repeat((1 << 20) + 1)), "tls.too_long");
    files.hold(&issued);
    let key = |text: &str, mode: u32| {
        files.put(&files.key(), text, mode);
        refused(&files)
    };
    assert_eq!(key("hello\n", 0o600), "tls.no_key");
    let cut = issued.key.replace("-----END PRIVATE KEY-----", "");
    assert_eq!(key(&cut, 0o600), "tls.no_key");
    let locked = issued.key.replace("PRIVATE KEY", "ENCRYPTED PRIVATE KEY");
    assert_eq!(key(&locked, 0o600), "tls.no_key");
    assert!(open(&files).unwrap_err().to_string().contains("passphrase"));
    assert_eq!(key(&other.key, 0o600), "tls.key_differs");
    for mode in [0o604, 0o644, 0o602, 0o601, 0o620, 0o660, 0o666] {
        assert_eq!(key(&issued.key, mode), "tls.key_open", "{mode:o}");
    }
}

#[test]
fn a_certificate_holds_only_in_its_time() {
    let data = tempfile::tempdir().unwrap();
    let files = Files::in_folder(data.path());
    let root = Authority::root("root");
    files.hold(&root.issue_until((2026, 1, 1)));
    assert_eq!(refused(&files), "tls.expired");
    files.hold(&root.issue_between((2026, 1, 2), LATE));
    assert_eq!(refused(&files), "tls.not_yet_valid");
}

#[test]
fn what_should_be_mended_in_time_is_told() {
    let data = tempfile::tempdir().unwrap();
    let files = Files::in_folder(data.path());
    let root = Authority::root("root");
    let told = |day| {
        files.hold(&root.issue_until(day));
        open(&files).unwrap().notices(noon())
    };
    // it is noon of the first of January
    assert_eq!(told((2026, 2, 1)), []);
    let soon = told((2026, 1, 31));
    assert!(
        matches!(soon[..], [TlsNotice::EndsSoon { days: 29, .. }]),
        "{soon:?}"
    );
    let text = soon[0].to_string();
    assert!(text.contains("2026-01-31") && text.contains("29 days"), "{text}");
    assert_eq!(soon[0].code(), "tls.ends_soon");
    // whoever is above may end first
    let between = Authority::below_until(&root, "between", (2025, 12, 1));
    let mut below = between.issue();
    below.pem += &between.pem();
    files.hold(&below);
    let text = open(&files).unwrap().notices(noon())[0].to_string();
    assert!(text.contains("ended on 2025-12-01"), "{text}");

    let issued = root.issue();
    files.hold(&issued);
    files.put(&files.key(), &issued.key, 0o640);
    let notices = open(&files).unwrap().notices(noon());
    assert_eq!(notices.len(), 1);
    assert_eq!(notices[0].code(), "tls.key_of_group");
}

#[test]
fn files_are_read_again_when_they_change_and_what_is_unusable_changes_nothing() {
    let data = tempfile::tempdir().unwrap();
    let files = Files::in_folder(data.path());
    let root = Authority::root("root");
    files.hold(&root.issue_until((2050, 1, 1)));
    let tls = open(&files).unwrap();
    let ends = |tls: &Tls| tls.ends().to_string()[..4].to_owned();
    let kept = |looked: Looked| match looked {
        Looked::Kept(error) => error.code(),
        other => panic!("{other:?}"),
    };
    assert!(matches!(tls.look(noon()), Looked::Same));

    // one file after the other, as renewing goes: between them they do not fit
    let renewed = root.issue_until((2060, 1, 1));
    files.put(&files.certificate(), &renewed.pem, 0o644);
    assert_eq!(kept(tls.look(noon())), "tls.key_differs");
    assert!(
        matches!(tls.look(noon()), Looked::Same),
        "what is unusable is told once"
    );
    assert_eq!(
        kept(tls.reload(noon())),
        "tls.key_differs",
        "and again to whoever asks for it"
    );
    assert_eq!(ends(&tls), "2050");
    files.put(&files.key(), &renewed.key, 0o600);
    assert!(matches!(tls.look(noon()), Looked::Replaced));
    assert_eq!(ends(&tls), "2060");

    std::fs::remove_file(files.key()).unwrap();
    assert_eq!(kept(tls.look(noon())), "tls.unreadable");
    files.hold(&root.issue_until((2025, 1, 1)));
    assert_eq!(kept(tls.look(noon())), "tls.expired");
    assert_eq!(ends(&tls), "2060");
    files.hold(&renewed);
    assert!(matches!(tls.look(noon()), Looked::Replaced));
    assert!(matches!(tls.reload(noon()), Looked::Replaced));
}
