//! What kind of package lies at a path.

use std::path::{Path, PathBuf};

use crate::catalogue::{CatalogueKind, CatalogueReader};

/// Names that a catalogue usually has; the first that is there and has a known heading is taken.
const USUAL_NAMES: [&str; 10] = [
    "catalogue.csv",
    "目录.csv",
    "catalogue.jsonl",
    "catalogue.xlsx",
    "目录.xlsx",
    "目录.xls",
    "catalogue.xls",
    "归档文件目录.csv",
    "归档文件目录.xlsx",
    "catalog.csv",
];
/// Tables in one folder that are opened to see whether they are the catalogue.
const MAX_TABLES: usize = 50;

/// The kind of package at a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PackageKind {
    /// A folder with `bagit.txt` (RFC 8493).
    BagIt,
    /// Any other folder, with the catalogue found in it.
    Folder {
        /// The catalogue: by its usual name, or the only table with a column of archival codes.
        catalogue: Option<PathBuf>,
    },
    /// A single file.
    File,
}

/// Looks at what lies at a path. An error means that it cannot be read.
pub fn detect_kind(path: &Path) -> std::io::Result<PackageKind> {
    if !std::fs::metadata(path)?.is_dir() {
        return Ok(PackageKind::File);
    }
    if path.join("bagit.txt").is_file() {
        return Ok(PackageKind::BagIt);
    }
    Ok(PackageKind::Folder {
        catalogue: find_catalogue(path)?,
    })
}

fn find_catalogue(folder: &Path) -> std::io::Result<Option<PathBuf>> {
    let usual = USUAL_NAMES
        .iter()
        .map(|name| folder.join(name))
        .find(|path| path.is_file());
    if usual.is_some() {
        // Taken even when its headings are unknown: then reading says what is missing.
        return Ok(usual);
    }
    let mut tables = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let is_table = CatalogueKind::of_name(&name).is_some() && !name.to_lowercase().ends_with(".txt");
        if is_table && !name.starts_with("~$") && entry.path().is_file() {
            tables.push(entry.path());
        }
        if tables.len() > MAX_TABLES {
            return Ok(None);
        }
    }
    tables.sort();
    let mut catalogues = tables
        .into_iter()
        .filter(|path| CatalogueReader::open(path).is_ok());
    // Two catalogues: which one is meant is for the sender to say.
    Ok(match (catalogues.next(), catalogues.next()) {
        (Some(only), None) => Some(only),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn each_kind_is_seen() {
        let root = tempfile::tempdir().unwrap();
        let at = |name: &str| root.path().join(name);
        assert_eq!(
            detect_kind(root.path()).unwrap(),
            PackageKind::Folder { catalogue: None }
        );
        fs::write(at("other.csv"), "a,b\n1,2\n").unwrap();
        assert_eq!(
            detect_kind(root.path()).unwrap(),
            PackageKind::Folder { catalogue: None }
        );
        fs::write(at("清单.csv"), "档号,题名\nA,B\n").unwrap();
        let found = PackageKind::Folder {
            catalogue: Some(at("清单.csv")),
        };
        assert_eq!(detect_kind(root.path()).unwrap(), found);
        fs::write(at("目录.csv"), "x\n").unwrap();
        let found = PackageKind::Folder {
            catalogue: Some(at("目录.csv")),
        };
        assert_eq!(detect_kind(root.path()).unwrap(), found);
        assert_eq!(detect_kind(&at("目录.csv")).unwrap(), PackageKind::File);
        fs::write(at("bagit.txt"), "").unwrap();
        assert_eq!(detect_kind(root.path()).unwrap(), PackageKind::BagIt);
        assert!(detect_kind(&at("missing")).is_err());
    }
}
