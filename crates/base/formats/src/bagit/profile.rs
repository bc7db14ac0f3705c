//! BagIt profiles: what a partner wants of a bag beyond the standard (BagIt Profiles Specification 1.4).
//!
//! A profile is a JSON file. Bags name theirs by an address in `BagIt-Profile-Identifier`; nothing is ever fetched
//! from there: a profile counts only when the archive has it as a file of its own, see [`Profiles`].

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

use super::digest::Algorithm;
use super::inspect::PayloadFile;
use super::read::Bag;

mod fault;
mod known;

pub use fault::{ProfileError, ProfileFault, ProfileFaultKind};
pub use known::Profiles;

/// The label under which a bag names its profile.
pub const PROFILE_LABEL: &str = "BagIt-Profile-Identifier";
/// Longest profile that is read.
const MAX_BYTES: u64 = 4 * 1024 * 1024;

/// What a profile asks for.
#[derive(Debug, Clone, Deserialize)]
pub struct Profile {
    #[serde(rename = "BagIt-Profile-Info")]
    about: About,
    #[serde(rename = "Bag-Info", default)]
    labels: BTreeMap<String, Label>,
    #[serde(rename = "Manifests-Required", default)]
    manifests_required: Vec<String>,
    #[serde(rename = "Manifests-Allowed")]
    manifests_allowed: Option<Vec<String>>,
    #[serde(rename = "Tag-Manifests-Required", default)]
    tag_manifests_required: Vec<String>,
    #[serde(rename = "Tag-Manifests-Allowed")]
    tag_manifests_allowed: Option<Vec<String>>,
    #[serde(rename = "Allow-Fetch.txt")]
    allow_fetch: Option<bool>,
    #[serde(rename = "Fetch.txt-Required", default)]
    fetch_required: bool,
    #[serde(rename = "Data-Empty", default)]
    data_empty: bool,
    #[serde(rename = "Serialization")]
    serialization: Option<Serialization>,
    #[serde(rename = "Accept-Serialization", default)]
    accept_serialization: Vec<String>,
    #[serde(rename = "Accept-BagIt-Version", default)]
    versions: Vec<String>,
    #[serde(rename = "Tag-Files-Required", default)]
    tag_files_required: Vec<String>,
    #[serde(rename = "Tag-Files-Allowed")]
    tag_files_allowed: Option<Vec<String>>,
    #[serde(rename = "Payload-Files-Required", default)]
    payload_files_required: Vec<String>,
    #[serde(rename = "Payload-Files-Allowed")]
    payload_files_allowed: Option<Vec<String>>,
}

#[derive(Debug, Clone, Deserialize)]
struct About {
    #[serde(rename = "BagIt-Profile-Identifier")]
    identifier: String,
}

#[derive(Debug, Clone, Default, Deserialize)]
struct Label {
    #[serde(default)]
    required: bool,
    #[serde(default)]
    values: Vec<String>,
    #[serde(default = "yes")]
    repeatable: bool,
}

fn yes() -> bool {
    true
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Serialization {
    Required,
    Optional,
    Forbidden,
}

/// How a bag travelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Travelled<'a> {
    /// As a folder.
    Folder,
    /// In one file of this media type.
    Serialized(&'a str),
    /// Nobody knows any more.
    Unknown,
}

impl Profile {
    /// Reads a profile.
    ///
    /// # Errors
    /// [`ProfileError::Form`] where it is not as the specification says; `name` is for the message.
    pub fn parse(name: &str, text: &str) -> Result<Self, ProfileError> {
        serde_json::from_str(text).map_err(|source| ProfileError::Form {
            name: name.to_owned(),
            source,
        })
    }

    /// Reads a profile from a file.
    ///
    /// # Errors
    /// As [`Profile::parse`], and where the disk fails.
    pub fn open(path: &Path) -> Result<Self, ProfileError> {
        let name = path.display().to_string();
        let failed = |source| ProfileError::Io {
            name: name.clone(),
            source,
        };
        if std::fs::metadata(path).map_err(failed)?.len() > MAX_BYTES {
            return Err(ProfileError::TooLong { name });
        }
        let text = std::fs::read_to_string(path).map_err(failed)?;
        Self::parse(&name, &text)
    }

    /// The address by which bags name it.
    pub fn identifier(&self) -> &str {
        &self.about.identifier
    }

    /// Compares a bag with the profile. `tag_files` are the names of its files outside the payload.
    pub fn check(
        &self,
        bag: &Bag,
        tag_files: &[String],
        payload: &[PayloadFile],
        travelled: Travelled<'_>,
    ) -> Vec<ProfileFault> {
        let mut faults = Vec::new();
        self.check_info(bag, &mut faults);
        let own: Vec<Algorithm> = bag.algorithms().to_vec();
        let manifests = Manifests {
            kind: ProfileFaultKind::Manifest,
            required: &self.manifests_required,
            allowed: self.manifests_allowed.as_deref(),
        };
        manifests.check(&own, &mut faults);
        let tag_manifests = Manifests {
            kind: ProfileFaultKind::TagManifest,
            required: &self.tag_manifests_required,
            allowed: self.tag_manifests_allowed.as_deref(),
        };
        let found: Vec<Algorithm> = tag_files
            .iter()
            .filter_map(|name| name.strip_prefix("tagmanifest-")?.strip_suffix(".txt"))
            .filter_map(Algorithm::from_name)
            .collect();
        tag_manifests.check(&found, &mut faults);
        self.check_fetch(tag_files, &mut faults);
        self.check_serialization(travelled, &mut faults);
        let version = bag.version().to_string();
        if !self.versions.is_empty() && !self.versions.contains(&version) {
            faults.push(fault(
                ProfileFaultKind::Version,
                "bagit.txt",
                self.versions.join(", "),
                Some(version),
            ));
        }
        let others: Vec<&str> = tag_files
            .iter()
            .map(String::as_str)
            .filter(|name| !is_own_tag_file(name))
            .collect();
        let files = Files {
            kind: ProfileFaultKind::TagFile,
            required: &self.tag_files_required,
            allowed: self.tag_files_allowed.as_deref(),
        };
        files.check(&others, tag_files.iter().map(String::as_str), &mut faults);
        let names: Vec<&str> = payload.iter().map(|file| file.path.as_str()).collect();
        let files = Files {
            kind: ProfileFaultKind::PayloadFile,
            required: &self.payload_files_required,
            allowed: self.payload_files_allowed.as_deref(),
        };
        files.check(&names, names.iter().copied(), &mut faults);
        if self.data_empty && (payload.len() > 1 || payload.iter().any(|file| file.bytes > 0)) {
            faults.push(fault(
                ProfileFaultKind::PayloadFile,
                "data",
                "no payload".to_owned(),
                Some(format!("{} files", payload.len())),
            ));
        }
        faults
    }

    fn check_info(&self, bag: &Bag, faults: &mut Vec<ProfileFault>) {
        if bag.info().value(PROFILE_LABEL).is_none() {
            faults.push(fault(
                ProfileFaultKind::InfoMissing,
                PROFILE_LABEL,
                self.identifier().to_owned(),
                None,
            ));
        }
        for (label, wanted) in &self.labels {
            let found: Vec<&str> = bag
                .info()
                .iter()
                .filter(|(known, _)| known.eq_ignore_ascii_case(label))
                .map(|(_, value)| value)
                .collect();
            if wanted.required && found.is_empty() {
                faults.push(fault(
                    ProfileFaultKind::InfoMissing,
                    label,
                    format!("a value for {label}"),
                    None,
                ));
            }
            if !wanted.repeatable && found.len() > 1 {
                faults.push(fault(
                    ProfileFaultKind::InfoRepeated,
                    label,
                    "one value".to_owned(),
                    Some(format!("{} values", found.len())),
                ));
            }
            for value in found {
                if !wanted.values.is_empty() && !wanted.values.iter().any(|known| known == value) {
                    faults.push(fault(
                        ProfileFaultKind::InfoValue,
                        label,
                        wanted.values.join("; "),
                        Some(value.to_owned()),
                    ));
                }
            }
        }
    }

    fn check_fetch(&self, tag_files: &[String], faults: &mut Vec<ProfileFault>) {
        let is_there = tag_files.iter().any(|name| name == "fetch.txt");
        if is_there && self.allow_fetch == Some(false) {
            faults.push(fault(
                ProfileFaultKind::Fetch,
                "fetch.txt",
                "no fetch.txt".to_owned(),
                Some("a fetch.txt".to_owned()),
            ));
        }
        if !is_there && self.fetch_required {
            faults.push(fault(
                ProfileFaultKind::Fetch,
                "fetch.txt",
                "a fetch.txt".to_owned(),
                None,
            ));
        }
    }

    fn check_serialization(&self, travelled: Travelled<'_>, faults: &mut Vec<ProfileFault>) {
        let kind = ProfileFaultKind::Serialization;
        match (self.serialization, travelled) {
            (Some(Serialization::Required), Travelled::Folder) => {
                let expected = format!("one file: {}", self.accept_serialization.join(", "));
                faults.push(fault(kind, "", expected, Some("a folder".to_owned())));
            }
            (Some(Serialization::Forbidden), Travelled::Serialized(found)) => {
                faults.push(fault(kind, "", "a folder".to_owned(), Some(found.to_owned())));
            }
            (Some(_), Travelled::Serialized(found)) if !self.accept_serialization.is_empty() => {
                let is_accepted = self
                    .accept_serialization
                    .iter()
                    .any(|known| plain_media_type(known) == plain_media_type(found));
                if !is_accepted {
                    let expected = self.accept_serialization.join(", ");
                    faults.push(fault(kind, "", expected, Some(found.to_owned())));
                }
            }
            _ => {}
        }
    }
}

/// Media types of containers are written with and without `x-`.
fn plain_media_type(text: &str) -> String {
    text.trim().to_ascii_lowercase().replace("/x-", "/")
}

/// Files that BagIt itself gives their names, which profiles need not allow.
fn is_own_tag_file(name: &str) -> bool {
    let is_manifest = |prefix| name.starts_with(prefix) && name.ends_with(".txt") && !name.contains('/');
    ["bagit.txt", "bag-info.txt", "package-info.txt", "fetch.txt"].contains(&name)
        || is_manifest("manifest-")
        || is_manifest("tagmanifest-")
}

fn fault(kind: ProfileFaultKind, subject: &str, expected: String, found: Option<String>) -> ProfileFault {
    ProfileFault {
        kind,
        subject: subject.to_owned(),
        expected,
        found,
    }
}

struct Manifests<'a> {
    kind: ProfileFaultKind,
    required: &'a [String],
    allowed: Option<&'a [String]>,
}

impl Manifests<'_> {
    fn check(&self, found: &[Algorithm], faults: &mut Vec<ProfileFault>) {
        for name in self.required {
            // an algorithm that we do not know cannot be there
            if !Algorithm::from_name(name).is_some_and(|wanted| found.contains(&wanted)) {
                faults.push(fault(self.kind, name, format!("a manifest of {name}"), None));
            }
        }
        let Some(allowed) = self.allowed else { return };
        for algorithm in found {
            let is_allowed = allowed
                .iter()
                .any(|name| Algorithm::from_name(name) == Some(*algorithm));
            if !is_allowed {
                let name = algorithm.name();
                faults.push(fault(self.kind, name, allowed.join(", "), Some(name.to_owned())));
            }
        }
    }
}

struct Files<'a> {
    kind: ProfileFaultKind,
    required: &'a [String],
    allowed: Option<&'a [String]>,
}

impl Files<'_> {
    fn check<'b>(
        &self,
        judged: &[&str],
        all: impl Iterator<Item = &'b str> + Clone,
        faults: &mut Vec<ProfileFault>,
    ) {
        for pattern in self.required {
            if !all.clone().any(|name| matches(pattern, name)) {
                faults.push(fault(self.kind, pattern, format!("the file {pattern}"), None));
            }
        }
        let Some(allowed) = self.allowed else { return };
        for name in judged {
            if !allowed.iter().any(|pattern| matches(pattern, name)) {
                faults.push(fault(
                    self.kind,
                    name,
                    allowed.join(", "),
                    Some((*name).to_owned()),
                ));
            }
        }
    }
}

/// Whether a name fits a pattern: `*` stands for any letters, `/` among them, `?` for one. A pattern that ends with
/// `/` means everything below that folder.
fn matches(pattern: &str, name: &str) -> bool {
    let whole: String;
    let pattern = if pattern.ends_with('/') {
        whole = format!("{pattern}*");
        &whole
    } else {
        pattern
    };
    let (pattern, name): (Vec<char>, Vec<char>) = (pattern.chars().collect(), name.chars().collect());
    let (mut at, mut in_name) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while in_name < name.len() {
        match pattern.get(at) {
            Some('*') => {
                star = Some((at, in_name));
                at += 1;
            }
            Some(letter) if *letter == '?' || Some(letter) == name.get(in_name) => {
                at += 1;
                in_name += 1;
            }
            _ => {
                let Some((star_at, taken)) = star else {
                    return false;
                };
                star = Some((star_at, taken + 1));
                at = star_at + 1;
                in_name = taken + 1;
            }
        }
    }
    pattern.iter().skip(at).all(|letter| *letter == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_those_of_shells() {
        assert!(matches("DPN/*", "DPN/a/b.txt"));
        assert!(matches("*.txt", "a.txt"));
        assert!(matches("a?c", "abc"));
        assert!(matches("data/照片/", "data/照片/1.jpg"));
        assert!(matches("*", ""));
        assert!(!matches("DPN/*", "other"));
        assert!(!matches("a?c", "ac"));
    }

    #[test]
    fn what_is_no_profile_is_named() {
        let error = Profile::parse("x.json", "{}").unwrap_err();
        assert_eq!(error.code(), "bag.profile_form");
        assert_eq!(error.to_string(), "x.json is no BagIt profile");
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_it_panic(pattern in "[a*?/]{0,12}", name in "[a/]{0,12}", text in "\\PC{0,80}") {
            let _ = matches(&pattern, &name);
            let _ = Profile::parse("p", &text);
        }
    }
}
