//! Names of files inside a package, and the way from a reference to a file that cannot leave it.

use std::fmt;
use std::path::{Path, PathBuf};

use serde::Serialize;

/// Name of a file inside a package: relative, parts joined by `/`, never leading out.
///
/// Holding one means it was checked: [`LogicalName::new`] is the only way in.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct LogicalName(String);

/// Why a name or reference is refused: it would lead out of its package, or could be read as doing so.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PathEscape {
    /// Nothing.
    #[error("the file reference is empty")]
    Empty,
    /// Begins at the root, at a drive or at another machine.
    #[error("the file reference {0} is absolute")]
    Absolute(String),
    /// Holds `..`.
    #[error("the file reference {0} leads upwards")]
    Upwards(String),
    /// Holds `\`, which some systems take for a separator.
    #[error("the file reference {0} holds a backslash")]
    Backslash(String),
    /// Holds `%2e`, `%2f`, `%5c` or `%00`, which some programs decode.
    #[error("the file reference {0} hides a path in percent signs")]
    Percent(String),
    /// Holds control characters, or characters that turn the direction of reading.
    #[error("the file reference {} holds invisible characters", .0.escape_debug())]
    Invisible(String),
    /// A link on the way leads out of the package.
    #[error("the file reference {0} goes through a link that leaves the package")]
    Link(String),
}

impl PathEscape {
    /// Stable name for programs, manuals and translations.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty => "package.name_empty",
            Self::Absolute(_) => "package.path_absolute",
            Self::Upwards(_) => "package.path_upwards",
            Self::Backslash(_) => "package.path_backslash",
            Self::Percent(_) => "package.path_percent",
            Self::Invisible(_) => "package.name_invisible",
            Self::Link(_) => "package.path_link",
        }
    }
}

impl LogicalName {
    /// Checks a name. Leading `./` is dropped; all else must be clean.
    pub fn new(name: &str) -> Result<Self, PathEscape> {
        let mut name = name;
        while let Some(rest) = name.strip_prefix("./") {
            name = rest;
        }
        let owned = || name.to_owned();
        if name.is_empty() || name == "." {
            return Err(PathEscape::Empty);
        }
        if name.chars().any(is_invisible) {
            return Err(PathEscape::Invisible(owned()));
        }
        let mut letters = name.chars();
        let has_drive =
            letters.next().is_some_and(|letter| letter.is_ascii_alphabetic()) && letters.next() == Some(':');
        if name.starts_with('/') || name.starts_with("\\\\") || has_drive || name.contains("://") {
            return Err(PathEscape::Absolute(owned()));
        }
        // Before the backslash, so that `..\` is named for what it wants.
        if name.split(['/', '\\']).any(|part| part == "..") {
            return Err(PathEscape::Upwards(owned()));
        }
        if name.contains('\\') {
            return Err(PathEscape::Backslash(owned()));
        }
        let lower = name.to_ascii_lowercase();
        if ["%2e", "%2f", "%5c", "%00", "%252e", "%252f"]
            .iter()
            .any(|trick| lower.contains(trick))
        {
            return Err(PathEscape::Percent(owned()));
        }
        if name.ends_with('/') {
            return Err(PathEscape::Empty);
        }
        let parts: Vec<&str> = name
            .split('/')
            .filter(|part| !part.is_empty() && *part != ".")
            .collect();
        Ok(Self(parts.join("/")))
    }

    /// The name, parts joined by `/`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The last part.
    pub fn file_name(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or(&self.0)
    }

    /// The name as a string.
    pub fn into_string(self) -> String {
        self.0
    }
}

impl fmt::Display for LogicalName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl AsRef<str> for LogicalName {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

fn is_invisible(letter: char) -> bool {
    letter.is_control() || matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// The file that a reference in a catalogue means, inside `root`.
///
/// The path is returned whether or not there is a file: that is for the caller to find out. Refused are absolute
/// references, `..`, backslashes, percent tricks, invisible characters, and links that leave the package. A file
/// whose name on disk is not Unicode is found by comparing with [`walk`](super::walk()), not here.
pub fn resolve_inside(root: &Path, reference: &str) -> Result<PathBuf, PathEscape> {
    let name = LogicalName::new(reference.trim())?;
    let escapes = || PathEscape::Link(name.as_str().to_owned());
    let mut path = root.to_path_buf();
    for part in name.as_str().split('/') {
        path.push(part);
        let Ok(metadata) = path.symlink_metadata() else {
            continue;
        };
        if metadata.is_symlink() && !stays_inside(root, &path) {
            return Err(escapes());
        }
    }
    Ok(path)
}

/// Whether a link leads to something that is there and lies in the package.
pub(super) fn stays_inside(root: &Path, link: &Path) -> bool {
    match (root.canonicalize(), link.canonicalize()) {
        (Ok(root), Ok(target)) => target.starts_with(root),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_way_out_is_named() {
        for (reference, code) in [
            ("", "package.name_empty"),
            ("a/", "package.name_empty"),
            ("/etc/passwd", "package.path_absolute"),
            ("C:\\a.txt", "package.path_absolute"),
            ("\\\\server\\a.txt", "package.path_absolute"),
            ("file:///etc/passwd", "package.path_absolute"),
            ("../a", "package.path_upwards"),
            ("a/../../b", "package.path_upwards"),
            ("a\\..\\b", "package.path_upwards"),
            ("a\\b", "package.path_backslash"),
            ("%2E%2e/a", "package.path_percent"),
            ("a\0b", "package.name_invisible"),
            ("a\u{202e}gpj.exe", "package.name_invisible"),
        ] {
            assert_eq!(
                LogicalName::new(reference).unwrap_err().code(),
                code,
                "{reference}"
            );
        }
        assert_eq!(LogicalName::new("./照片//1.jpg").unwrap().as_str(), "照片/1.jpg");
        assert_eq!(
            LogicalName::new("完成100%.txt").unwrap().file_name(),
            "完成100%.txt"
        );
    }

    #[cfg(unix)]
    #[test]
    fn links_may_not_leave() {
        let outside = tempfile::tempdir().unwrap();
        let root = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink(outside.path(), root.path().join("out")).unwrap();
        std::fs::create_dir(root.path().join("in")).unwrap();
        std::os::unix::fs::symlink("in", root.path().join("alias")).unwrap();
        assert_eq!(
            resolve_inside(root.path(), "out/a.txt").unwrap_err().code(),
            "package.path_link"
        );
        assert!(resolve_inside(root.path(), "alias/a.txt").is_ok());
        assert_eq!(
            resolve_inside(root.path(), "in/missing").unwrap(),
            root.path().join("in/missing")
        );
    }

    proptest! {
        #[test]
        fn no_reference_leaves_the_root(reference in "[a./\\\\%2e:]{0,16}") {
            let root = Path::new("/srv/package");
            if let Ok(path) = resolve_inside(root, &reference) {
                prop_assert!(path.starts_with(root));
                prop_assert!(path.components().all(|part| part != std::path::Component::ParentDir));
            }
        }

        #[test]
        fn no_text_makes_it_panic(name in "\\PC{0,40}") { let _ = LogicalName::new(&name); }
    }
}
