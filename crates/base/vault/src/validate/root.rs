//! A storage root (OCFL 1.1, 4).

use std::fs;
use std::path::Path;

use super::json::Json;
use super::object::{declaration, extensions};
use super::{Kind, Report, Spec, joined, list, validate_object};

/// Validates a storage root with every object in it, one object after the other.
pub fn validate_storage_root(folder: &Path) -> Report {
    let mut report = Report::default();
    let names = list(folder, "", &mut report);
    let spec = declaration(folder, &names, "ocfl_", ["E069", "E078", "E080"], &mut report);
    if names.iter().filter(|(name, _)| name.starts_with("0=")).count() > 1 {
        report.error("E076", "", "several declarations");
    }
    for (name, kind) in &names {
        match kind {
            Kind::Folder if name == "extensions" => {
                extensions(&folder.join("extensions"), "W016", &mut report)
            }
            Kind::Folder => hierarchy(folder, name, spec, &mut report),
            Kind::Link => report.error("E090", name, "a link or special file"),
            Kind::File if name == "ocfl_layout.json" => layout(folder, &mut report),
            // Other files in the root itself are to be ignored (E087).
            Kind::File => {}
        }
    }
    report
}

fn layout(folder: &Path, report: &mut Report) {
    let name = "ocfl_layout.json";
    let parsed: Option<Json> = fs::read(folder.join(name))
        .ok()
        .and_then(|bytes| serde_json::from_slice(&bytes).ok());
    let has_text = |json: &Json, key: &str| json.get(key).and_then(Json::text).is_some();
    if !parsed.is_some_and(|json| has_text(&json, "extension") && has_text(&json, "description")) {
        report.error("E070", name, "extension and description are needed");
    }
}

/// Walks down to the objects. A stack of our own, so that no tree is too deep.
fn hierarchy(root: &Path, top: &str, spec: Option<Spec>, report: &mut Report) {
    let mut waiting = vec![top.to_owned()];
    while let Some(shown) = waiting.pop() {
        let folder = root.join(&shown);
        let names = list(&folder, &shown, report);
        if names.is_empty() {
            report.error("E073", &shown, "an empty folder");
            continue;
        }
        if is_object(&names) {
            report.absorb(&shown, validate_object(&folder));
            let newer = names.iter().any(|(name, _)| name == "0=ocfl_object_1.1") && spec == Some(Spec::V1_0);
            if newer {
                report.error(
                    "E081",
                    &shown,
                    "an object of a newer specification than the storage root",
                );
            }
            continue;
        }
        let mut folders = 0;
        for (name, kind) in &names {
            let path = joined(&shown, name);
            match kind {
                Kind::Folder => {
                    folders += 1;
                    waiting.push(path);
                }
                Kind::File => {
                    report.error("E072", &path, "a file that is part of no object");
                    report.error("E084", &path, "a file between root and objects");
                }
                Kind::Link => report.error("E090", &path, "a link or special file"),
            }
        }
        if folders == 0 {
            report.error("E085", &shown, "the hierarchy does not end in an object");
        }
    }
}

/// A folder with a declaration, or with an inventory that lost it, is meant to be an object.
fn is_object(names: &[(String, Kind)]) -> bool {
    names.iter().any(|(name, kind)| {
        *kind == Kind::File && (name.starts_with("0=ocfl_object") || name == "inventory.json")
    })
}
