//! The files of a folder, in order, with everything that is wrong among them named.

use std::collections::HashMap;
use std::fs::Metadata;
use std::path::{Path, PathBuf};

use unicode_normalization::UnicodeNormalization;
use walkdir::{DirEntry, WalkDir};

use super::name::{LogicalName, PathEscape, stays_inside};
use crate::text::decode_file_name;

/// Folders in one another; deeper ones are an attack.
const MAX_DEPTH: usize = 100;

/// Whether a file is content or was left behind by an operating system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileClass {
    /// Content, as far as its name tells.
    Content,
    /// `Thumbs.db`, `.DS_Store`, `desktop.ini`, `~$…` and the like: reported, not taken in.
    Junk,
}

/// One file of a package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundFile {
    /// Name inside the package, decoded where it was not Unicode.
    pub relative: LogicalName,
    /// The name's bytes, where they are not UTF-8.
    pub original_name_bytes: Option<Vec<u8>>,
    /// Where the file lies.
    pub path: PathBuf,
    /// Bytes at the time of the walk; a file may grow or vanish after it.
    pub size: u64,
    /// Content or junk.
    pub class: FileClass,
}

/// Why something in a folder is not taken as a file.
#[derive(Debug, thiserror::Error)]
pub enum WalkError {
    /// A link that leads out of the package, to a folder, or nowhere.
    #[error("{relative} is a link that is not followed")]
    Link {
        /// Name inside the package.
        relative: String,
    },
    /// A device, pipe or socket.
    #[error("{relative} is a device, pipe or socket")]
    NotAFile {
        /// Name inside the package.
        relative: String,
    },
    /// A name that could lead out of the package or deceive.
    #[error("a name in the package is refused")]
    Name(#[from] PathEscape),
    /// Two names that are one on other systems: they differ in case, width of composition, or encoding only.
    #[error("{relative} and {other} are one name on other systems")]
    NameClash {
        /// Name inside the package.
        relative: String,
        /// The name met before.
        other: String,
    },
    /// Folders in one another without end.
    #[error("{relative} lies deeper than {MAX_DEPTH} folders")]
    TooDeep {
        /// Name inside the package.
        relative: String,
    },
    /// Reading failed, or something vanished during the walk.
    #[error("{relative} cannot be read")]
    Read {
        /// Name inside the package.
        relative: String,
        /// Why.
        #[source]
        source: std::io::Error,
    },
}

impl WalkError {
    /// Stable name for programs, manuals and translations.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Link { .. } => "package.link",
            Self::NotAFile { .. } => "package.not_a_file",
            Self::Name(source) => source.code(),
            Self::NameClash { .. } => "package.name_clash",
            Self::TooDeep { .. } => "package.too_deep",
            Self::Read { .. } => "package.read",
        }
    }
}

/// All files below `root` in order of their names, folder by folder. Memory grows with the largest folder only.
pub fn walk(root: &Path) -> Walk {
    let entries = WalkDir::new(root)
        .min_depth(1)
        .max_depth(MAX_DEPTH + 1)
        .sort_by_file_name()
        .into_iter();
    Walk {
        root: root.to_path_buf(),
        entries,
        siblings: Vec::new(),
    }
}

/// Iterator over the files of a folder; see [`walk`].
#[derive(Debug)]
pub struct Walk {
    root: PathBuf,
    entries: walkdir::IntoIter,
    /// For each open folder the names met in it, by what they are on other systems.
    siblings: Vec<HashMap<String, String>>,
}

impl Iterator for Walk {
    type Item = Result<FoundFile, WalkError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let entry = match self.entries.next()? {
                Ok(entry) => entry,
                Err(error) => {
                    let relative = error
                        .path()
                        .map(|path| self.decoded_relative(path).0)
                        .unwrap_or_default();
                    let source = error
                        .into_io_error()
                        .unwrap_or_else(|| std::io::ErrorKind::Other.into());
                    return Some(Err(WalkError::Read { relative, source }));
                }
            };
            if let Some(outcome) = self.judge(&entry) {
                return Some(outcome);
            }
        }
    }
}

impl Walk {
    /// `None` for folders that are in order.
    fn judge(&mut self, entry: &DirEntry) -> Option<Result<FoundFile, WalkError>> {
        let (decoded, original_name_bytes) = self.decoded_relative(entry.path());
        let is_folder = entry.file_type().is_dir();
        if entry.depth() > MAX_DEPTH {
            if is_folder {
                self.entries.skip_current_dir();
            }
            return Some(Err(WalkError::TooDeep { relative: decoded }));
        }
        let relative = match LogicalName::new(&decoded) {
            Ok(name) => name,
            Err(error) => {
                if is_folder {
                    self.entries.skip_current_dir();
                }
                return Some(Err(error.into()));
            }
        };
        if let Some(other) = self.clash(entry.depth(), relative.as_str()) {
            if is_folder {
                self.entries.skip_current_dir();
            }
            return Some(Err(WalkError::NameClash {
                relative: relative.into_string(),
                other,
            }));
        }
        if is_folder {
            return None;
        }
        match self.size_of(entry, relative.as_str()) {
            Ok(size) => {
                let class = class_of(relative.as_str());
                let path = entry.path().to_path_buf();
                Some(Ok(FoundFile {
                    relative,
                    original_name_bytes,
                    path,
                    size,
                    class,
                }))
            }
            Err(error) => Some(Err(error)),
        }
    }

    fn size_of(&self, entry: &DirEntry, relative: &str) -> Result<u64, WalkError> {
        let relative = || relative.to_owned();
        let read_error = |source| WalkError::Read {
            relative: relative(),
            source,
        };
        let metadata: Metadata = if entry.path_is_symlink() {
            if !stays_inside(&self.root, entry.path()) {
                return Err(WalkError::Link { relative: relative() });
            }
            let target = std::fs::metadata(entry.path()).map_err(read_error)?;
            if target.is_dir() {
                return Err(WalkError::Link { relative: relative() });
            }
            target
        } else {
            entry.path().symlink_metadata().map_err(read_error)?
        };
        if !metadata.is_file() {
            return Err(WalkError::NotAFile { relative: relative() });
        }
        Ok(metadata.len())
    }

    /// The name in the package as text, and its bytes where they are not UTF-8.
    fn decoded_relative(&self, path: &Path) -> (String, Option<Vec<u8>>) {
        let relative = path.strip_prefix(&self.root).unwrap_or(path);
        if let Some(text) = relative.to_str() {
            return (text.to_owned(), None);
        }
        let bytes = relative.as_os_str().as_encoded_bytes();
        let parts: Vec<String> = bytes.split(|byte| *byte == b'/').map(decode_file_name).collect();
        (parts.join("/"), Some(bytes.to_vec()))
    }

    fn clash(&mut self, depth: usize, relative: &str) -> Option<String> {
        self.siblings.truncate(depth);
        self.siblings.resize_with(depth, HashMap::new);
        let name = relative.rsplit('/').next().unwrap_or(relative);
        let folded: String = name.nfc().flat_map(char::to_lowercase).collect();
        let names = self.siblings.last_mut()?;
        if let Some(other) = names.get(&folded) {
            return Some(other.clone());
        }
        names.insert(folded, relative.to_owned());
        None
    }
}

/// Whether a name is that of a file that an operating system leaves behind, such as `Thumbs.db`.
pub fn is_junk_name(relative: &str) -> bool {
    class_of(relative) == FileClass::Junk
}

fn class_of(relative: &str) -> FileClass {
    let mut parts = relative.rsplit('/');
    let name = parts.next().unwrap_or(relative).to_lowercase();
    let is_junk = matches!(
        name.as_str(),
        "thumbs.db" | "ehthumbs.db" | "desktop.ini" | ".ds_store" | ".localized" | ".directory" | "icon\r"
    ) || name.starts_with("~$")
        || name.starts_with("._")
        || name.starts_with(".~lock.")
        || parts.any(|folder| matches!(folder, "__MACOSX" | ".Spotlight-V100" | ".Trashes" | "@eaDir"));
    if is_junk {
        FileClass::Junk
    } else {
        FileClass::Content
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn outcomes(root: &Path) -> Vec<Result<String, &'static str>> {
        walk(root)
            .map(|found| {
                found
                    .map(|file| file.relative.into_string())
                    .map_err(|it| it.code())
            })
            .collect()
    }

    #[test]
    fn files_come_in_order_with_their_sizes_and_junk_is_marked() {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir_all(root.path().join("b/c")).unwrap();
        for name in ["b/c/2.txt", "a.txt", "b/1.txt", "b/Thumbs.db", "~$a.docx"] {
            fs::write(root.path().join(name), b"12345").unwrap();
        }
        let files: Vec<FoundFile> = walk(root.path()).map(Result::unwrap).collect();
        let names: Vec<&str> = files.iter().map(|file| file.relative.as_str()).collect();
        assert_eq!(
            names,
            ["a.txt", "b/1.txt", "b/Thumbs.db", "b/c/2.txt", "~$a.docx"]
        );
        assert!(files.iter().all(|file| file.size == 5));
        let junk: Vec<&str> = files
            .iter()
            .filter(|it| it.class == FileClass::Junk)
            .map(|it| it.relative.as_str())
            .collect();
        assert_eq!(junk, ["b/Thumbs.db", "~$a.docx"]);
    }

    #[cfg(unix)]
    #[test]
    fn links_pipes_clashes_and_odd_names_are_named_and_the_rest_goes_on() {
        use std::os::unix::ffi::OsStrExt;
        let root = tempfile::tempdir().unwrap();
        let at = |name: &str| root.path().join(name);
        fs::write(at("A.txt"), b"").unwrap();
        fs::write(at("a.txt"), b"").unwrap();
        fs::write(at("e\u{301}.txt"), b"").unwrap();
        fs::write(at("\u{e9}.txt"), b"").unwrap();
        std::os::unix::fs::symlink("/etc/passwd", at("link-out")).unwrap();
        std::os::unix::fs::symlink("A.txt", at("link-in")).unwrap();
        std::os::unix::fs::symlink("nowhere", at("link-broken")).unwrap();
        fs::write(at("x\ny"), b"").unwrap();
        let _socket = std::os::unix::net::UnixListener::bind(at("socket")).unwrap();
        let (gbk, _, _) = encoding_rs::GB18030.encode("会议纪要.txt");
        fs::write(root.path().join(std::ffi::OsStr::from_bytes(&gbk)), b"1").unwrap();
        let outcomes = outcomes(root.path());
        let errors: Vec<&str> = outcomes
            .iter()
            .filter_map(|it| it.as_ref().err().copied())
            .collect();
        assert_eq!(
            errors,
            [
                "package.name_clash",
                "package.link",
                "package.link",
                "package.not_a_file",
                "package.name_invisible",
                "package.name_clash",
            ]
        );
        assert!(outcomes.contains(&Ok("link-in".to_owned())));
        let decoded = walk(root.path())
            .flatten()
            .find(|it| it.original_name_bytes.is_some())
            .unwrap();
        assert_eq!(decoded.relative.as_str(), "会议纪要.txt");
        assert_eq!(decoded.original_name_bytes.as_deref(), Some(&*gbk));
    }

    #[test]
    fn a_folder_that_is_not_there_is_an_error() {
        let root = tempfile::tempdir().unwrap();
        assert_eq!(outcomes(&root.path().join("missing")), [Err("package.read")]);
        assert!(outcomes(root.path()).is_empty());
    }
}
