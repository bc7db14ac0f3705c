//! Our own validator: the codes E001 to E112 and W001 to W016 of OCFL 1.0 and 1.1.
//!
//! It trusts nothing of what it reads: any folder gets a report, never a panic.

mod inventory;
mod json;
mod object;
mod root;
mod timestamp;

use std::path::Path;

pub use object::validate_object;
pub use root::validate_storage_root;

/// One finding with its code from the specification.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Coded {
    /// Such as `E040` or `W004`.
    pub code: &'static str,
    /// The file or folder, below what was validated; empty for the whole.
    pub path: String,
    /// What exactly, in English.
    pub detail: String,
}

/// What a validation found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// What breaks the specification; with one of these the thing is not valid.
    pub errors: Vec<Coded>,
    /// What the specification advises against.
    pub warnings: Vec<Coded>,
}

impl Report {
    /// Whether nothing breaks the specification.
    pub fn is_valid(&self) -> bool {
        self.errors.is_empty()
    }

    /// Whether a code is among errors or warnings.
    pub fn has(&self, code: &str) -> bool {
        self.errors
            .iter()
            .chain(&self.warnings)
            .any(|coded| coded.code == code)
    }

    fn error(&mut self, code: &'static str, path: &str, detail: impl Into<String>) {
        self.errors.push(Coded {
            code,
            path: path.to_owned(),
            detail: detail.into(),
        });
    }

    fn warn(&mut self, code: &'static str, path: &str, detail: impl Into<String>) {
        self.warnings.push(Coded {
            code,
            path: path.to_owned(),
            detail: detail.into(),
        });
    }

    /// Takes over the findings about something below `folder`.
    fn absorb(&mut self, folder: &str, other: Report) {
        let moved = |mut coded: Coded| {
            coded.path = if coded.path.is_empty() {
                folder.to_owned()
            } else {
                format!("{folder}/{}", coded.path)
            };
            coded
        };
        self.errors.extend(other.errors.into_iter().map(moved));
        self.warnings.extend(other.warnings.into_iter().map(moved));
    }
}

/// A version of the specification.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Spec {
    V1_0,
    V1_1,
}

impl Spec {
    const ALL: [Self; 2] = [Self::V1_0, Self::V1_1];

    fn number(self) -> &'static str {
        match self {
            Self::V1_0 => "1.0",
            Self::V1_1 => "1.1",
        }
    }

    fn inventory_type(self) -> &'static str {
        match self {
            Self::V1_0 => "https://ocfl.io/1.0/spec/#inventory",
            Self::V1_1 => "https://ocfl.io/1.1/spec/#inventory",
        }
    }
}

/// Validates a bare inventory file: what can be said without the object around it.
pub fn validate_inventory(path: &Path) -> Report {
    let mut report = Report::default();
    let name = path
        .file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default();
    match std::fs::read(path) {
        Ok(bytes) => drop(inventory::examine(&bytes, &name, &mut report)),
        Err(error) => report.error("E063", &name, error.to_string()),
    }
    report
}

/// The names in a folder with their kinds, sorted; an unreadable folder is an error of the report.
fn list(folder: &Path, shown: &str, report: &mut Report) -> Vec<(String, Kind)> {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) => {
            report.error("E001", shown, format!("cannot be listed: {error}"));
            return Vec::new();
        }
    };
    let mut names: Vec<(String, Kind)> = entries
        .filter_map(Result::ok)
        .map(|entry| {
            let kind = match entry.file_type() {
                Ok(kind) if kind.is_dir() => Kind::Folder,
                Ok(kind) if kind.is_file() => Kind::File,
                _ => Kind::Link,
            };
            (entry.file_name().to_string_lossy().into_owned(), kind)
        })
        .collect();
    names.sort();
    names
}

/// What a name in a folder stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    File,
    Folder,
    /// A link, or something that is no file at all.
    Link,
}

fn joined(folder: &str, name: &str) -> String {
    if folder.is_empty() {
        name.to_owned()
    } else {
        format!("{folder}/{name}")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn no_bytes_make_the_examination_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let mut report = Report::default();
            inventory::examine(&bytes, "inventory.json", &mut report);
            prop_assert!(!report.is_valid());
        }

        #[test]
        fn no_json_makes_the_examination_panic(
            key in "id|type|head|manifest|versions|fixity|contentDirectory|digestAlgorithm|x",
            value in r#"null|1|"v1"|\[\]|\{\}|\{"v1":(\{\}|1|\{"state":\{"a":\["/"\]\}\})\}|\{"a":(\["\.\./é/"\]|1)\}"#,
        ) {
            let mut report = Report::default();
            inventory::examine(format!("{{\"{key}\":{value}}}").as_bytes(), "inventory.json", &mut report);
            prop_assert!(!report.is_valid());
        }
    }
}
