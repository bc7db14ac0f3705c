//! The workspace as `cargo metadata` tells of it, and its source files.

#![expect(dead_code, reason = "each test file uses its own part")]

use lantai_testkit::repository_root;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;
use walkdir::WalkDir;

/// A crate of the workspace.
#[derive(Debug, Clone)]
pub struct Room {
    /// Package name.
    pub name: String,
    /// Folder below the repository's root, with `/` between its parts.
    pub folder: String,
    /// Packages it is built from.
    pub dependencies: Vec<String>,
    /// Packages its tests are built from besides.
    pub dev_dependencies: Vec<String>,
}

impl Room {
    /// Whether it takes its lints from the workspace.
    pub fn keeps_workspace_lints(&self) -> bool {
        let manifest = repository_root().join(&self.folder).join("Cargo.toml");
        std::fs::read_to_string(manifest)
            .unwrap()
            .contains("[lints]\nworkspace = true")
    }
}

/// What `cargo metadata` says; `arguments` are added.
pub fn metadata(arguments: &[&str]) -> Value {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--locked", "--offline"])
        .args(arguments)
        .current_dir(repository_root())
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "cargo metadata: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    serde_json::from_slice(&output.stdout).unwrap()
}

/// The platform that we run on, as rustc names it; crates for other platforms may not be at hand.
pub fn platform() -> String {
    let output = Command::new("rustc").arg("-vV").output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines()
        .find_map(|line| line.strip_prefix("host: "))
        .unwrap()
        .to_owned()
}

/// The crates of the workspace.
pub fn workspace() -> Vec<Room> {
    let metadata = metadata(&["--no-deps"]);
    let root = repository_root();
    let texts = |dependencies: &Value, kind: Option<&str>| -> Vec<String> {
        let of_kind = dependencies
            .as_array()
            .unwrap()
            .iter()
            .filter(|one| one["kind"].as_str() == kind);
        of_kind
            .map(|one| one["name"].as_str().unwrap().to_owned())
            .collect()
    };
    let rooms = metadata["packages"].as_array().unwrap().iter();
    rooms
        .map(|package| {
            let manifest = Path::new(package["manifest_path"].as_str().unwrap());
            Room {
                name: package["name"].as_str().unwrap().to_owned(),
                folder: below(&root, manifest.parent().unwrap()),
                dependencies: [
                    texts(&package["dependencies"], None),
                    texts(&package["dependencies"], Some("build")),
                ]
                .concat(),
                dev_dependencies: texts(&package["dependencies"], Some("dev")),
            }
        })
        .collect()
}

fn below(root: &Path, path: &Path) -> String {
    let root = root.canonicalize().unwrap();
    let path = path.canonicalize().unwrap();
    path.strip_prefix(root)
        .unwrap()
        .to_string_lossy()
        .replace('\\', "/")
}

/// A source file.
#[derive(Debug, Clone)]
pub struct Source {
    /// Path below the repository's root.
    pub path: String,
    /// Its text.
    pub text: String,
}

impl Source {
    /// Its lines without those that are comments as a whole.
    pub fn code(&self) -> impl Iterator<Item = &str> {
        self.text
            .lines()
            .filter(|line| !line.trim_start().starts_with("//"))
    }

    /// Its lines before the tests beside the code.
    pub fn code_without_tests(&self) -> impl Iterator<Item = &str> {
        self.code().take_while(|line| line.trim() != "#[cfg(test)]")
    }
}

/// Every Rust file of the workspace.
pub fn rust_sources() -> Vec<Source> {
    let root = repository_root();
    ["crates", "fixtures"]
        .iter()
        .flat_map(|folder| rust_below(&root, &root.join(folder)))
        .collect()
}

fn rust_below(root: &Path, folder: &Path) -> Vec<Source> {
    let files: Vec<PathBuf> = WalkDir::new(folder)
        .sort_by_file_name()
        .into_iter()
        .filter_entry(|entry| entry.file_name() != "target")
        .map(|entry| entry.unwrap().into_path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .collect();
    files
        .into_iter()
        .map(|path| Source {
            path: below(root, &path),
            text: std::fs::read_to_string(&path).unwrap(),
        })
        .collect()
}
