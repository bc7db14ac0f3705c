//! An object on disk (OCFL 1.1, 3.1 to 3.9).

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs;
use std::io::{self, Read};
use std::path::Path;

use super::inventory::{Examined, examine, version_number};
use super::{Kind, Report, Spec, joined, list};
use crate::digest::{Algorithm, Digester};

/// Extensions that are registered, by their numbers' order (W013).
const REGISTERED: [&str; 13] = [
    "0001-digest-algorithms",
    "0002-flat-direct-storage-layout",
    "0003-hash-and-id-n-tuple-storage-layout",
    "0004-hashed-n-tuple-storage-layout",
    "0005-mutable-head",
    "0006-flat-omit-prefix-storage-layout",
    "0007-n-tuple-omit-prefix-storage-layout",
    "0008-schema-registry",
    "0009-digest-algorithms",
    "0010-differential-n-tuple-omit-prefix-storage-layout",
    "0011-direct-clean-path-layout",
    "0012-minimal-configuration",
    "initial",
];

/// Validates the object in `folder`: structure, inventories, and every byte against its digests. Reads content
/// in small chunks. Never fails: what cannot be read is an error in the report.
pub fn validate_object(folder: &Path) -> Report {
    let mut report = Report::default();
    let check = ObjectCheck { folder };
    check.run(&mut report);
    report
}

struct ObjectCheck<'a> {
    folder: &'a Path,
}

/// Digests to be found in a file: algorithm, digest in lower case, the code for when it differs.
type Expectations = BTreeMap<String, BTreeSet<(Algorithm, String, &'static str)>>;

impl ObjectCheck<'_> {
    fn run(&self, report: &mut Report) {
        let names = list(self.folder, "", report);
        let spec = declaration(
            self.folder,
            &names,
            "ocfl_object_",
            ["E003", "E006", "E007"],
            report,
        );
        let Some(root_bytes) = self.read("inventory.json") else {
            report.error("E063", "", "there is no inventory.json");
            self.names(&names, None, report);
            return;
        };
        let Some(root) = examine(&root_bytes, "inventory.json", report) else {
            return;
        };
        if let (Some(spec), Some(found)) = (spec, root.spec)
            && spec != found
        {
            report.error(
                "E038",
                "inventory.json",
                format!("type is not that of version {}", spec.number()),
            );
        }
        self.sidecar("", &root_bytes, &root, report);
        self.names(&names, Some(&root), report);
        let versions = self.versions(&root_bytes, &root, report);
        self.files(&root, &versions, report);
        self.digests(&root, &versions, report);
    }

    fn read(&self, path: &str) -> Option<Vec<u8>> {
        let path = self.folder.join(path);
        fs::symlink_metadata(&path)
            .ok()
            .filter(|metadata| metadata.is_file())?;
        fs::read(path).ok()
    }

    /// The names directly in the object's folder.
    fn names(&self, names: &[(String, Kind)], root: Option<&Examined>, report: &mut Report) {
        let sidecar = root
            .and_then(|root| root.algorithm)
            .map(|algorithm| format!("inventory.json.{}", algorithm.name()));
        for (name, kind) in names {
            match kind {
                Kind::Link => report.error("E090", name, "a link or special file"),
                Kind::File => {
                    let known =
                        name == "inventory.json" || name.starts_with("0=") || sidecar.as_ref() == Some(name);
                    // Without an algorithm we cannot tell which sidecar is the right one.
                    let perhaps = sidecar.is_none() && name.starts_with("inventory.json.");
                    if !known && !perhaps {
                        report.error("E001", name, "a file that has no place here");
                    }
                }
                Kind::Folder if name == "extensions" => self.extensions(report),
                Kind::Folder if name == "logs" => {}
                Kind::Folder => {
                    let listed =
                        root.is_some_and(|root| root.versions.iter().any(|(version, _)| version == name));
                    if version_number(name).is_none() {
                        report.error("E001", name, "a folder that has no place here");
                    } else if !listed && root.is_some() {
                        report.error("E046", name, "a version that the inventory does not know");
                    }
                }
            }
        }
    }

    fn extensions(&self, report: &mut Report) {
        extensions(&self.folder.join("extensions"), "W013", report);
    }

    fn sidecar(&self, folder: &str, bytes: &[u8], inventory: &Examined, report: &mut Report) {
        let Some(algorithm) = inventory.algorithm else {
            return;
        };
        let path = joined(folder, &format!("inventory.json.{}", algorithm.name()));
        let Some(text) = self.read(&path) else {
            report.error("E058", &path, "the inventory's digest is missing");
            return;
        };
        let text = String::from_utf8_lossy(&text);
        let mut parts = text.split_ascii_whitespace();
        let (digest, name, end) = (parts.next().unwrap_or_default(), parts.next(), parts.next());
        let is_hex = !digest.is_empty() && digest.bytes().all(|byte| byte.is_ascii_hexdigit());
        if name != Some("inventory.json") || end.is_some() || !is_hex || !text.starts_with(digest) {
            report.error("E061", &path, "not of the form DIGEST inventory.json");
        } else if !digest.eq_ignore_ascii_case(&algorithm.of(bytes)) {
            report.error("E060", &path, "not the digest of the inventory");
        }
    }

    /// The inventories of the versions, each checked by itself, against the root's, and against the one before.
    fn versions(&self, root_bytes: &[u8], root: &Examined, report: &mut Report) -> Vec<(String, Examined)> {
        let mut found: Vec<(String, Examined)> = Vec::new();
        let newest = root.versions.last().map(|(name, _)| name.as_str());
        for (name, _) in &root.versions {
            let folder = self.folder.join(name);
            if !fs::symlink_metadata(&folder).is_ok_and(|metadata| metadata.is_dir()) {
                report.error("E046", name, "the version's folder is missing");
                report.error("E010", name, "the version's folder is missing");
                continue;
            }
            let shown = joined(name, "inventory.json");
            let Some(bytes) = self.read(&shown) else {
                report.warn("W010", name, "the version has no inventory of its own");
                continue;
            };
            if Some(name.as_str()) == newest {
                if bytes != root_bytes {
                    report.error("E064", &shown, "differs from the inventory in the object's root");
                    let mut own = Report::default();
                    if let Some(inventory) = examine(&bytes, &shown, &mut own) {
                        self.sidecar(name, &bytes, &inventory, &mut own);
                    }
                    report.errors.extend(own.errors);
                } else {
                    self.sidecar(name, &bytes, root, report);
                }
                continue;
            }
            let Some(inventory) = examine(&bytes, &shown, report) else {
                continue;
            };
            self.sidecar(name, &bytes, &inventory, report);
            compare_with_root(name, &shown, &inventory, root, report);
            if let Some((_, before)) = found.last()
                && inventory.spec < before.spec
            {
                report.error("E103", &shown, "an older specification than the version before");
            }
            found.push((name.clone(), inventory));
        }
        if let Some((_, last)) = found.last()
            && root.spec < last.spec
        {
            report.error(
                "E103",
                "inventory.json",
                "an older specification than the version before",
            );
        }
        found
    }

    /// What lies in the version folders against the manifests.
    fn files(&self, root: &Examined, versions: &[(String, Examined)], report: &mut Report) {
        let content = root.content_directory.as_deref().unwrap_or("content");
        let mut seen: BTreeSet<String> = BTreeSet::new();
        for (version, _) in &root.versions {
            let shown = version.clone();
            if !self.folder.join(version).is_dir() {
                continue;
            }
            for (name, kind) in list(&self.folder.join(version), &shown, report) {
                let path = joined(version, &name);
                match kind {
                    Kind::Link => report.error("E090", &path, "a link or special file"),
                    Kind::Folder if name == content => {
                        let before = seen.len();
                        self.content_folder(&path, true, &mut seen, report);
                        if seen.len() == before {
                            report.warn("W003", &path, "a content folder without content");
                        }
                    }
                    Kind::Folder => report.warn("W002", &path, "a folder besides the content folder"),
                    Kind::File if name == "inventory.json" || name.starts_with("inventory.json.") => {}
                    Kind::File => report.error("E015", &path, "a file that has no place here"),
                }
            }
        }
        for path in &seen {
            if !root.manifest.contains_key(path) {
                report.error("E023", path, "not in the manifest");
            }
        }
        for (name, inventory) in versions {
            let until = version_number(name).map_or(0, |(number, _)| number);
            let of_then = |path: &&String| {
                path.split('/')
                    .next()
                    .and_then(version_number)
                    .is_some_and(|(number, _)| number <= until)
            };
            for path in seen.iter().filter(of_then) {
                if !inventory.manifest.contains_key(path) {
                    report.error(
                        "E023",
                        &joined(name, "inventory.json"),
                        format!("{path} is not in its manifest"),
                    );
                }
            }
        }
    }

    fn content_folder(&self, shown: &str, is_top: bool, seen: &mut BTreeSet<String>, report: &mut Report) {
        // A stack of our own: the depth of a hostile tree must not be the depth of our calls.
        let mut waiting = vec![(shown.to_owned(), is_top)];
        while let Some((shown, is_top)) = waiting.pop() {
            let entries = list(&self.folder.join(&shown), &shown, report);
            if entries.is_empty() && !is_top {
                report.error("E024", &shown, "an empty folder");
            }
            for (name, kind) in entries {
                let path = joined(&shown, &name);
                match kind {
                    Kind::Folder => waiting.push((path, false)),
                    Kind::File => drop(seen.insert(path)),
                    Kind::Link => report.error("E090", &path, "a link or special file"),
                }
            }
        }
    }

    /// Reads every file of the manifests once, with all algorithms that any inventory asks for.
    fn digests(&self, root: &Examined, versions: &[(String, Examined)], report: &mut Report) {
        let mut expected = Expectations::new();
        for inventory in versions.iter().map(|(_, inventory)| inventory).chain([root]) {
            for (path, digest) in &inventory.manifest {
                let expectations = expected.entry(path.clone()).or_default();
                expectations.extend(
                    inventory
                        .algorithm
                        .map(|algorithm| (algorithm, digest.clone(), "E092")),
                );
            }
            for (name, digest, path) in &inventory.fixity {
                let expectations = expected.entry(path.clone()).or_default();
                expectations
                    .extend(Algorithm::named(name).map(|algorithm| (algorithm, digest.clone(), "E093")));
            }
        }
        for (path, expectations) in expected {
            if crate::identifier::path_fault(&path).is_some() {
                continue; // reported already; never followed
            }
            let algorithms = expectations.iter().map(|(algorithm, ..)| *algorithm).collect();
            match self.measure(&path, algorithms) {
                Ok(found) => {
                    for (algorithm, digest, code) in &expectations {
                        if found.get(algorithm) != Some(digest) {
                            report.error(
                                code,
                                &path,
                                format!("does not have its {} digest", algorithm.name()),
                            );
                        }
                    }
                }
                Err(error) => report.error("E092", &path, format!("cannot be read: {error}")),
            }
        }
    }

    fn measure(&self, path: &str, algorithms: BTreeSet<Algorithm>) -> io::Result<HashMap<Algorithm, String>> {
        let path = self.folder.join(path);
        if !fs::symlink_metadata(&path)?.is_file() {
            return Err(io::Error::other("not a file"));
        }
        let mut file = fs::File::open(path)?;
        let mut digesters: Vec<(Algorithm, Box<dyn Digester>)> = algorithms
            .into_iter()
            .map(|algorithm| (algorithm, algorithm.start()))
            .collect();
        let mut chunk = vec![0; 64 * 1024];
        loop {
            match file.read(&mut chunk)? {
                0 => {
                    return Ok(digesters
                        .into_iter()
                        .map(|(algorithm, digester)| (algorithm, digester.finish()))
                        .collect());
                }
                filled => digesters
                    .iter_mut()
                    .for_each(|(_, digester)| digester.update(&chunk[..filled])),
            }
        }
    }
}

/// What an older inventory and the root's must have in common.
fn compare_with_root(name: &str, shown: &str, prior: &Examined, root: &Examined, report: &mut Report) {
    if prior.id != root.id {
        report.error("E037", shown, "another id than in the object's root");
        report.error("E110", shown, "another id than in the object's root");
    }
    if prior.content_directory != root.content_directory {
        report.error(
            "E019",
            shown,
            "another contentDirectory than in the object's root",
        );
        report.error(
            "E020",
            shown,
            "its content folder has another name than in the object's root",
        );
    }
    if prior.head.as_deref() != Some(name) {
        report.error("E040", shown, format!("head is not {name}"));
    }
    for (version, state) in &prior.versions {
        let Some((_, current)) = root.versions.iter().find(|(other, _)| other == version) else {
            report.error("E066", shown, format!("{version} is not in the object's root"));
            continue;
        };
        if !same_state(prior, &state.state, root, &current.state) {
            report.error(
                "E066",
                shown,
                format!("{version} has another state than in the object's root"),
            );
        }
        if state.message != current.message || state.user != current.user || state.created != current.created
        {
            report.warn(
                "W011",
                shown,
                format!("{version} is described differently in the object's root"),
            );
        }
    }
}

/// Digests are compared where both use one algorithm, else the content files behind them.
fn same_state(
    prior: &Examined,
    old: &BTreeMap<String, String>,
    root: &Examined,
    new: &BTreeMap<String, String>,
) -> bool {
    if prior.algorithm == root.algorithm {
        return old == new;
    }
    let old_contents = contents_by_digest(prior);
    let new_contents = contents_by_digest(root);
    old.len() == new.len()
        && old.iter().all(|(path, digest)| {
            let (Some(old), Some(other)) = (old_contents.get(digest.as_str()), new.get(path)) else {
                return false;
            };
            new_contents
                .get(other.as_str())
                .is_some_and(|new| old.iter().any(|content| new.contains(content)))
        })
}

fn contents_by_digest(inventory: &Examined) -> HashMap<&str, BTreeSet<&str>> {
    let mut contents: HashMap<&str, BTreeSet<&str>> = HashMap::new();
    for (path, digest) in &inventory.manifest {
        contents.entry(digest).or_default().insert(path);
    }
    contents
}

/// Finds the one declaration file and checks its name and text. `codes`: none or several, wrong name, wrong text.
pub(super) fn declaration(
    folder: &Path,
    names: &[(String, Kind)],
    prefix: &str,
    codes: [&'static str; 3],
    report: &mut Report,
) -> Option<Spec> {
    let [missing, wrong_name, wrong_text] = codes;
    let declarations: Vec<&String> = names
        .iter()
        .filter(|(name, kind)| name.starts_with("0=") && *kind == Kind::File)
        .map(|(name, _)| name)
        .collect();
    if declarations.len() != 1 {
        report.error(
            missing,
            "",
            format!("{} declarations instead of one", declarations.len()),
        );
    }
    let mut found = None;
    for name in declarations {
        let value = name.trim_start_matches("0=");
        let spec = Spec::ALL
            .into_iter()
            .find(|spec| value.strip_prefix(prefix) == Some(spec.number()));
        if spec.is_none() {
            report.error(wrong_name, name, "not a declaration of a version that we know");
            continue;
        }
        // The text is a line of a few bytes; a huge file is wrong without being read.
        let path = folder.join(name);
        let short = fs::metadata(&path).is_ok_and(|metadata| metadata.len() <= 64);
        if !short || fs::read(&path).is_ok_and(|text| text != format!("{value}\n").as_bytes()) {
            report.error(
                wrong_text,
                name,
                "the text is not the declared value and a newline",
            );
        }
        found = found.max(spec);
    }
    found
}

/// An `extensions` folder holds folders only, named as registered.
pub(super) fn extensions(folder: &Path, unregistered: &'static str, report: &mut Report) {
    for (name, kind) in list(folder, "extensions", report) {
        let path = joined("extensions", &name);
        if kind != Kind::Folder {
            report.error("E067", &path, "not a folder");
            report.error("E112", &path, "not a folder");
        } else if !REGISTERED.contains(&name.as_str()) {
            report.warn(unregistered, &path, "not a registered extension");
        }
    }
}
