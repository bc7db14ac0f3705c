//! Bags against the profiles of the corpus.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[path = "corpus/mod.rs"]
mod corpus;

use lantai_formats::bagit::{self, Profile, ProfileFault, Travelled};
use std::path::Path;

fn judge(bag: &Path, profile: &Path) -> Vec<ProfileFault> {
    let profile = Profile::open(profile).unwrap();
    let read = bagit::read(bag).unwrap();
    let payload = read.inspect().unwrap().files;
    let tag_files: Vec<String> = lantai_formats::package::walk(bag)
        .flatten()
        .map(|file| file.relative.into_string())
        .filter(|name| !name.starts_with("data/"))
        .collect();
    profile.check(&read, &tag_files, &payload, Travelled::Folder)
}

fn codes(faults: &[ProfileFault]) -> Vec<(&'static str, &str)> {
    faults
        .iter()
        .map(|fault| (fault.kind.code(), fault.subject.as_str()))
        .collect()
}

#[test]
fn the_verdict_is_what_the_profile_says() {
    let Some(folder) = corpus::folder("bagit/profiles") else {
        return;
    };
    let bar = folder.join("bagProfileBar.json");
    let faults = judge(&folder.join("test-bar"), &bar);
    assert!(faults.is_empty(), "{faults:#?}");

    let faults = judge(&folder.join("test-foo"), &bar);
    let codes = codes(&faults);
    for expected in [
        ("bag.profile_info_value", "Source-Organization"),
        ("bag.profile_info_value", "Contact-Name"),
        ("bag.profile_info_missing", "Contact-Email"),
        ("bag.profile_info_missing", "Bag-Size"),
        ("bag.profile_tag_manifest", "md5"),
        ("bag.profile_tag_file", "DPN/dpnRegistry"),
    ] {
        assert!(codes.contains(&expected), "{expected:?} is not in {codes:?}");
    }

    let case = folder.join("test-tag-files-allowed");
    let faults = judge(&case.join("bag"), &case.join("profile.json"));
    let others: Vec<_> = self::codes(&faults)
        .into_iter()
        // the bag of this case names no profile, which the specification asks for
        .filter(|(_, subject)| *subject != bagit::PROFILE_LABEL)
        .collect();
    assert!(others.is_empty(), "{others:?}");
}

#[test]
fn a_tag_file_that_is_not_allowed_is_named() {
    let Some(folder) = corpus::folder("bagit/profiles") else {
        return;
    };
    let case = folder.join("test-tag-files-allowed");
    let text = std::fs::read_to_string(case.join("profile.json")).unwrap();
    let text = text.replace(
        "\"Allow-Fetch.txt\"",
        "\"Payload-Files-Allowed\": [\"data/foo\"], \"Tag-Files-Allowed\": [], \"Allow-Fetch.txt\"",
    );
    let place = tempfile::tempdir().unwrap();
    let profile = place.path().join("strict.json");
    std::fs::write(&profile, text).unwrap();
    let faults = judge(&case.join("bag"), &profile);
    let codes = codes(&faults);
    assert!(
        codes.contains(&("bag.profile_payload_file", "data/bar")),
        "{codes:?}"
    );
}
