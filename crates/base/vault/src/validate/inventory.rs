//! What can be said of an inventory by itself (OCFL 1.1, 3.5).

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::json::Json;
use super::timestamp::is_rfc3339;
use super::{Report, Spec};
use crate::digest::Algorithm;
use crate::identifier::has_uri_scheme;

/// An inventory as far as it could be understood.
#[derive(Debug, Default)]
pub(super) struct Examined {
    pub(super) id: Option<String>,
    pub(super) spec: Option<Spec>,
    pub(super) algorithm: Option<Algorithm>,
    pub(super) head: Option<String>,
    pub(super) content_directory: Option<String>,
    /// Content path to digest, in lower case.
    pub(super) manifest: BTreeMap<String, String>,
    /// Version directory names as written, in the order of their numbers.
    pub(super) versions: Vec<(String, ExaminedVersion)>,
    /// Algorithm, digest in lower case, content path.
    pub(super) fixity: Vec<(String, String, String)>,
}

/// One version as far as it could be understood.
#[derive(Debug, Default)]
pub(super) struct ExaminedVersion {
    pub(super) created: Option<String>,
    pub(super) message: Option<Json>,
    pub(super) user: Option<Json>,
    /// Logical path to digest, in lower case.
    pub(super) state: BTreeMap<String, String>,
}

/// The number in a version directory name, with its width; `None` where it is none.
pub(super) fn version_number(name: &str) -> Option<(u32, usize)> {
    let digits = name.strip_prefix('v')?;
    let right = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    let number: u32 = if right { digits.parse().ok()? } else { return None };
    (number > 0).then_some((number, digits.len()))
}

/// Reads an inventory and says what is wrong with it. `None`: it is no JSON object.
pub(super) fn examine(bytes: &[u8], shown: &str, report: &mut Report) -> Option<Examined> {
    let json: Json = match serde_json::from_slice(bytes) {
        Ok(json) => json,
        Err(error) => {
            report.error("E033", shown, format!("no JSON: {error}"));
            return None;
        }
    };
    if !json.is_object() {
        report.error("E033", shown, "no JSON object");
        return None;
    }
    let mut examiner = Examiner {
        json: &json,
        shown,
        report,
        found: Examined::default(),
    };
    examiner.keys();
    let manifest = examiner.manifest();
    examiner.versions(&manifest);
    examiner.fixity();
    Some(examiner.found)
}

struct Examiner<'a> {
    json: &'a Json,
    shown: &'a str,
    report: &'a mut Report,
    found: Examined,
}

impl Examiner<'_> {
    fn error(&mut self, code: &'static str, detail: impl Into<String>) {
        self.report.error(code, self.shown, detail);
    }

    fn warn(&mut self, code: &'static str, detail: impl Into<String>) {
        self.report.warn(code, self.shown, detail);
    }

    fn only_known_keys(&mut self, json: &Json, known: &[&str]) {
        let mut seen = HashSet::new();
        for (key, _) in json.members() {
            if !known.contains(&key.as_str()) {
                self.error("E102", format!("key {key:?} is not specified"));
            } else if !seen.insert(key) {
                self.error("E033", format!("key {key:?} is there twice"));
            }
        }
    }

    fn keys(&mut self) {
        let json = self.json;
        let known = [
            "id",
            "type",
            "digestAlgorithm",
            "head",
            "contentDirectory",
            "manifest",
            "versions",
            "fixity",
        ];
        self.only_known_keys(json, &known);
        for key in ["id", "type", "digestAlgorithm", "head"] {
            if json.get(key).is_none() {
                self.error("E036", format!("{key} is missing"));
            }
        }
        self.id();
        if let Some(value) = json.get("type") {
            let spec = value
                .text()
                .and_then(|text| Spec::ALL.into_iter().find(|spec| spec.inventory_type() == text));
            if spec.is_none() {
                self.error("E038", "type is not the address of an inventory section");
            }
            self.found.spec = spec;
        }
        match json
            .get("digestAlgorithm")
            .map(|value| value.text().and_then(Algorithm::named))
        {
            Some(Some(Algorithm::Sha512)) => self.found.algorithm = Some(Algorithm::Sha512),
            Some(Some(Algorithm::Sha256)) => {
                self.found.algorithm = Some(Algorithm::Sha256);
                self.warn("W004", "sha512 is better than sha256");
            }
            Some(_) => self.error("E025", "digestAlgorithm is neither sha512 nor sha256"),
            None => {}
        }
        match json.get("contentDirectory") {
            None => {}
            Some(Json::Text(name)) => {
                if name.contains('/') {
                    self.error("E017", format!("contentDirectory {name:?} holds a slash"));
                } else if name.is_empty() || name == "." || name == ".." {
                    self.error("E018", format!("contentDirectory is {name:?}"));
                } else {
                    self.found.content_directory = Some(name.clone());
                }
            }
            Some(_) => self.error("E018", "contentDirectory is no text"),
        }
    }

    fn id(&mut self) {
        match self.json.get("id") {
            None => {}
            Some(Json::Text(id)) if !id.is_empty() => {
                if !has_uri_scheme(id) {
                    self.warn("W005", format!("id {id:?} is no URI"));
                }
                self.found.id = Some(id.clone());
            }
            Some(_) => self.error("E037", "id is no text or empty"),
        }
    }

    /// Checks the manifest; returns its digests as written.
    fn manifest(&mut self) -> HashSet<String> {
        let Some(manifest) = self.json.get("manifest") else {
            self.error("E041", "manifest is missing");
            return HashSet::new();
        };
        if !manifest.is_object() {
            self.error("E041", "manifest is no object");
            self.error("E106", "manifest is no object");
        }
        let pairs = self.digest_block(manifest, "E096", "E092");
        let mut names = PathSet::new("E101");
        for (digest, path) in pairs {
            self.content_path(&path);
            if let Some((code, detail)) = names.insert(&path) {
                self.error(code, detail);
            }
            self.found.manifest.insert(path, digest.to_ascii_lowercase());
        }
        if let Some((code, detail)) = names.conflict() {
            self.error(code, detail);
        }
        manifest
            .members()
            .iter()
            .map(|(digest, _)| digest.clone())
            .collect()
    }

    /// Digest and path pairs of a block; digests may not repeat in any case, values are arrays of text.
    fn digest_block(
        &mut self,
        block: &Json,
        twice: &'static str,
        shape: &'static str,
    ) -> Vec<(String, String)> {
        let mut pairs = Vec::new();
        let mut seen = HashSet::new();
        for (digest, paths) in block.members() {
            if !seen.insert(digest.to_ascii_lowercase()) {
                self.error(twice, format!("digest {digest} is there twice"));
            }
            match paths {
                Json::Array(items) => {
                    for item in items {
                        match item.text() {
                            Some(path) => pairs.push((digest.clone(), path.to_owned())),
                            None => self.error(shape, format!("a path of digest {digest} is no text")),
                        }
                    }
                }
                _ => self.error(shape, format!("the paths of digest {digest} are no array")),
            }
        }
        pairs
    }

    fn content_path(&mut self, path: &str) {
        if path.starts_with('/') || path.ends_with('/') {
            self.error(
                "E100",
                format!("content path {path:?} begins or ends with a slash"),
            );
        }
        if path.split('/').any(|part| matches!(part, "" | "." | "..")) {
            self.error(
                "E099",
                format!("content path {path:?} has a part that is empty, . or .."),
            );
        }
        let folder = self.found.content_directory.as_deref().unwrap_or("content");
        let mut parts = path.splitn(3, '/');
        let version = parts.next().and_then(version_number);
        if version.is_none() || parts.next() != Some(folder) || parts.next().is_none() {
            self.error(
                "E042",
                format!("content path {path:?} is not in a version's {folder}"),
            );
        }
    }

    fn versions(&mut self, manifest: &HashSet<String>) {
        let Some(versions) = self.json.get("versions") else {
            self.error("E041", "versions is missing");
            self.error("E043", "versions is missing");
            return;
        };
        if !versions.is_object() {
            self.error("E044", "versions is no object");
            return;
        }
        if versions.members().is_empty() {
            self.error("E008", "there is no version");
        }
        let mut used = HashSet::new();
        let mut numbered = Vec::new();
        for (name, version) in versions.members() {
            let examined = self.version(name, version, manifest, &mut used);
            match version_number(name) {
                Some((number, width)) => numbered.push((number, width, name.clone(), examined)),
                None => {
                    self.error(
                        "E046",
                        format!("{name:?} cannot be the name of a version directory"),
                    );
                    if !name.starts_with('v') {
                        self.error("E104", format!("{name:?} does not begin with v"));
                    } else {
                        self.error("E105", format!("{name:?} has no positive number"));
                    }
                }
            }
        }
        numbered.sort_by_key(|(number, ..)| *number);
        self.numbering(&numbered);
        self.found.versions = numbered
            .into_iter()
            .map(|(_, _, name, examined)| (name, examined))
            .collect();
        self.head();
        for digest in manifest.difference(&used) {
            self.error("E107", format!("manifest digest {digest} is in no version"));
        }
    }

    fn numbering(&mut self, numbered: &[(u32, usize, String, ExaminedVersion)]) {
        let Some((first, ..)) = numbered.first() else {
            return;
        };
        if *first != 1 {
            self.error("E009", format!("the first version is {first}"));
        }
        for pair in numbered.windows(2) {
            if let [(one, ..), (next, _, name, _)] = pair
                && one.checked_add(1) != Some(*next)
            {
                self.error("E010", format!("{name} does not follow {one}"));
            }
        }
        let padded = |name: &str| name.starts_with("v0");
        let widths: BTreeSet<usize> = numbered.iter().map(|(_, width, ..)| *width).collect();
        if numbered.iter().any(|(_, _, name, _)| padded(name)) {
            self.warn("W001", "version numbers are padded");
            if widths.len() > 1 {
                self.error("E012", "version numbers have different widths");
                self.error("E013", "version numbers have different widths");
            }
            if let Some((_, _, name, _)) = numbered.iter().find(|(_, _, name, _)| !padded(name)) {
                self.error("E011", format!("{name} is not padded as the others are"));
            }
        }
    }

    fn head(&mut self) {
        let Some(head) = self.json.get("head") else { return };
        let newest = self.found.versions.last().map(|(name, _)| name.clone());
        match head.text() {
            Some(text) => {
                if Some(text) != newest.as_deref() {
                    self.error(
                        "E040",
                        format!("head is {text:?}, the newest version is {newest:?}"),
                    );
                }
                self.found.head = Some(text.to_owned());
            }
            None => self.error("E040", "head is no text"),
        }
    }

    fn version(
        &mut self,
        name: &str,
        json: &Json,
        manifest: &HashSet<String>,
        used: &mut HashSet<String>,
    ) -> ExaminedVersion {
        let mut found = ExaminedVersion::default();
        if !json.is_object() {
            self.error("E047", format!("{name} is no object"));
            return found;
        }
        self.only_known_keys(json, &["created", "state", "message", "user"]);
        match json.get("created") {
            Some(Json::Text(created)) => {
                if !is_rfc3339(created) {
                    self.error("E049", format!("created of {name} is {created:?}"));
                }
                found.created = Some(created.clone());
            }
            Some(_) => self.error("E049", format!("created of {name} is no text")),
            None => self.error("E048", format!("{name} has no created")),
        }
        found.message = json.get("message").cloned();
        found.user = json.get("user").cloned();
        match &found.message {
            None => self.warn("W007", format!("{name} has no message")),
            Some(Json::Text(_)) => {}
            Some(_) => self.error("E094", format!("message of {name} is no text")),
        }
        self.user(name, found.user.as_ref());
        match json.get("state") {
            Some(state) if state.is_object() => self.state(name, state, manifest, used, &mut found),
            Some(_) => self.error("E050", format!("state of {name} is no object")),
            None => self.error("E048", format!("{name} has no state")),
        }
        found
    }

    fn user(&mut self, name: &str, user: Option<&Json>) {
        let Some(user) = user else {
            self.warn("W007", format!("{name} has no user"));
            return;
        };
        self.only_known_keys(user, &["name", "address"]);
        if user.get("name").and_then(Json::text).is_none_or(str::is_empty) {
            self.error("E054", format!("user of {name} has no name"));
        }
        match user.get("address") {
            None => self.warn("W008", format!("user of {name} has no address")),
            Some(address) if !address.text().is_some_and(has_uri_scheme) => {
                self.warn("W009", format!("address of the user of {name} is no URI"));
            }
            Some(_) => {}
        }
    }

    fn state(
        &mut self,
        name: &str,
        state: &Json,
        manifest: &HashSet<String>,
        used: &mut HashSet<String>,
        found: &mut ExaminedVersion,
    ) {
        let mut names = PathSet::new("E095");
        for (digest, path) in self.digest_block(state, "E050", "E051") {
            if path.starts_with('/') || path.ends_with('/') {
                self.error(
                    "E053",
                    format!("logical path {path:?} of {name} begins or ends with a slash"),
                );
            }
            if path.split('/').any(|part| matches!(part, "" | "." | "..")) {
                self.error(
                    "E052",
                    format!("logical path {path:?} of {name} has a part that is empty, . or .."),
                );
            }
            if let Some((code, detail)) = names.insert(&path) {
                self.error(code, detail);
            }
            found.state.insert(path, digest.to_ascii_lowercase());
        }
        if let Some((code, detail)) = names.conflict() {
            self.error(code, detail);
        }
        for (digest, _) in state.members() {
            if !manifest.contains(digest) {
                self.error(
                    "E050",
                    format!("digest {digest} of {name} is not in the manifest"),
                );
            }
            used.insert(digest.clone());
        }
    }

    fn fixity(&mut self) {
        let Some(fixity) = self.json.get("fixity") else {
            return;
        };
        if !fixity.is_object() {
            // 1.0 has no code of its own for this.
            self.error("E056", "fixity is no object");
            self.error("E111", "fixity is no object");
            return;
        }
        for (algorithm, block) in fixity.members() {
            if !block.is_object() {
                self.error("E057", format!("fixity block {algorithm} is no object"));
                continue;
            }
            for (digest, path) in self.digest_block(block, "E097", "E057") {
                self.content_path(&path);
                if !self.found.manifest.contains_key(&path) {
                    self.error("E057", format!("fixity path {path:?} is not in the manifest"));
                }
                self.found
                    .fixity
                    .push((algorithm.clone(), digest.to_ascii_lowercase(), path));
            }
        }
    }
}

/// Paths that must be unique and none of which may be the folder of another.
struct PathSet {
    code: &'static str,
    paths: HashSet<String>,
    folders: HashMap<String, String>,
}

impl PathSet {
    fn new(code: &'static str) -> Self {
        Self {
            code,
            paths: HashSet::new(),
            folders: HashMap::new(),
        }
    }

    fn insert(&mut self, path: &str) -> Option<(&'static str, String)> {
        for (end, _) in path.match_indices('/') {
            self.folders
                .entry(path[..end].to_owned())
                .or_insert_with(|| path.to_owned());
        }
        let twice = !self.paths.insert(path.to_owned());
        twice.then(|| (self.code, format!("path {path:?} is there twice")))
    }

    fn conflict(&self) -> Option<(&'static str, String)> {
        let file = self.paths.iter().find(|path| self.folders.contains_key(*path))?;
        let below = self.folders.get(file)?;
        Some((self.code, format!("path {file:?} is a folder of {below:?}")))
    }
}
