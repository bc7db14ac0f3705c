//! Names: of objects, of files in them, of versions.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::error::VaultError;

/// Longest object identifier, in bytes.
const IDENTIFIER_LIMIT: usize = 1024;
/// Longest logical path, in bytes; far above what any file system takes.
const PATH_LIMIT: usize = 8192;

/// The identifier of an OCFL object, a URI such as `urn:uuid:…` or `urn:lantai:segment:…` (OCFL 1.1, 3.5.1).
///
/// Holding one means it was checked: not empty, at most 1024 bytes, a URI scheme in front, no control
/// characters and no white space.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ObjectId(String);

impl ObjectId {
    /// Checks an identifier.
    ///
    /// # Errors
    /// [`VaultError::Identifier`] with the rule that is broken.
    pub fn new(value: impl Into<String>) -> Result<Self, VaultError> {
        let value = value.into();
        match identifier_fault(&value) {
            Some(reason) => Err(VaultError::Identifier { value, reason }),
            None => Ok(Self(value)),
        }
    }

    /// The identifier `urn:uuid:…` of a UUID.
    pub fn from_uuid(uuid: uuid::Uuid) -> Self {
        Self(format!("urn:uuid:{}", uuid.as_hyphenated()))
    }

    /// The identifier as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn identifier_fault(value: &str) -> Option<&'static str> {
    if value.is_empty() {
        return Some("it is empty");
    }
    if value.len() > IDENTIFIER_LIMIT {
        return Some("it is longer than 1024 bytes");
    }
    if value
        .chars()
        .any(|character| character.is_control() || character.is_whitespace())
    {
        return Some("it holds white space or control characters");
    }
    if !has_uri_scheme(value) {
        return Some("it is no URI: a scheme such as urn: is missing");
    }
    None
}

/// Whether `value` begins with a URI scheme (RFC 3986, 3.1) and has something after it.
pub(crate) fn has_uri_scheme(value: &str) -> bool {
    value.split_once(':').is_some_and(|(scheme, rest)| {
        !rest.is_empty()
            && scheme.starts_with(|first: char| first.is_ascii_alphabetic())
            && scheme
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'))
    })
}

/// The name of a file in an object: relative, parts joined by `/`, any script (OCFL 1.1, 3.5.3.1).
///
/// Holding one means it was checked: no empty part, no `.`, no `..`, no NUL, not absolute. The case and the
/// Unicode form are kept as given.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct LogicalPath(String);

impl LogicalPath {
    /// Checks a path.
    ///
    /// # Errors
    /// [`VaultError::LogicalPath`] with the rule that is broken.
    pub fn new(value: impl Into<String>) -> Result<Self, VaultError> {
        let value = value.into();
        match path_fault(&value) {
            Some(reason) => Err(VaultError::LogicalPath { value, reason }),
            None => Ok(Self(value)),
        }
    }

    /// The path as text, parts joined by `/`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The parts, first to last; at least one.
    pub fn parts(&self) -> impl Iterator<Item = &str> {
        self.0.split('/')
    }

    /// The folders above the file, nearest last: `a/b/c` has `a` and `a/b`.
    pub(crate) fn folders(&self) -> impl Iterator<Item = &str> {
        self.0.match_indices('/').map(|(end, _)| &self.0[..end])
    }
}

/// Which rule for relative paths `value` breaks, if any.
pub(crate) fn path_fault(value: &str) -> Option<&'static str> {
    if value.is_empty() {
        return Some("it is empty");
    }
    if value.len() > PATH_LIMIT {
        return Some("it is longer than 8192 bytes");
    }
    if value.contains('\0') {
        return Some("it holds a NUL");
    }
    value.split('/').find_map(|part| match part {
        "" => Some("it has an empty part, or begins or ends with a slash"),
        "." | ".." => Some("it has a part . or .."),
        _ => None,
    })
}

/// The number of a version, from 1; written `v1`, `v2`, … without padding (OCFL 1.1, 3.3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct VersionNumber(u32);

impl VersionNumber {
    /// `v1`.
    pub const FIRST: Self = Self(1);

    /// The version of this number; `None` for 0.
    pub fn new(number: u32) -> Option<Self> {
        (number > 0).then_some(Self(number))
    }

    /// The number, from 1.
    pub fn number(self) -> u32 {
        self.0
    }

    /// The version after this one.
    pub fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

impl FromStr for VersionNumber {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = "a version is written v1, v2, …";
        let digits = text.strip_prefix('v').ok_or(wrong)?;
        if digits.starts_with('0') || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(wrong);
        }
        digits.parse().map(Self).map_err(|_| wrong)
    }
}

impl fmt::Display for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for LogicalPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for VersionNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "v{}", self.0)
    }
}

impl FromStr for ObjectId {
    type Err = VaultError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::new(text)
    }
}

impl FromStr for LogicalPath {
    type Err = VaultError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::new(text)
    }
}

impl TryFrom<String> for ObjectId {
    type Error = VaultError;

    fn try_from(value: String) -> Result<Self, Self::Error> {
        Self::new(value)
    }
}

impl TryFrom<String> for LogicalPath {
    type Error = VaultError;

    fn try_from(value: String) -> Result<Self, Self::Error> {
        Self::new(value)
    }
}

impl TryFrom<String> for VersionNumber {
    type Error = &'static str;

    fn try_from(value: String) -> Result<Self, Self::Error> {
        value.parse()
    }
}

impl From<ObjectId> for String {
    fn from(id: ObjectId) -> Self {
        id.0
    }
}

impl From<LogicalPath> for String {
    fn from(path: LogicalPath) -> Self {
        path.0
    }
}

impl From<VersionNumber> for String {
    fn from(version: VersionNumber) -> Self {
        version.to_string()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn object_identifiers_are_uris() {
        for right in [
            "urn:uuid:018f2f6c-5b7a-7c3e-9d41-2a6b8c0d1e2f",
            "urn:lantai:segment:Z001:1",
            "ark:123/abc",
            "urn:档案:一",
        ] {
            assert!(ObjectId::new(right).is_ok(), "{right}");
        }
        for wrong in [
            "",
            "abc",
            "urn:",
            ":a",
            "1a:b",
            "urn:a b",
            "urn:a\nb",
            &format!("urn:{}", "a".repeat(1024)),
        ] {
            assert!(ObjectId::new(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn logical_paths_stay_inside() {
        for right in ["a", "正文/通知 (一).txt", "..a/b..", "a/...", "\\", "C:"] {
            assert!(LogicalPath::new(right).is_ok(), "{right}");
        }
        for wrong in ["", "/", "/a", "a/", "a//b", ".", "..", "a/../b", "./a", "a\0b"] {
            assert!(LogicalPath::new(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn versions_are_written_one_way() {
        assert_eq!("v10".parse(), VersionNumber::new(10).ok_or(""));
        for wrong in ["", "v", "v0", "v01", "1", "v-1", "v+1", "v99999999999", "v１"] {
            assert!(wrong.parse::<VersionNumber>().is_err(), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn a_path_that_is_taken_never_leaves_its_folder(text in "[a./\\\\\u{0}一]{0,12}") {
            if let Ok(path) = LogicalPath::new(text) {
                let parts: Vec<_> = std::path::Path::new(path.as_str()).components().collect();
                prop_assert_eq!(parts.len(), path.parts().count());
                prop_assert!(parts.iter().all(|part| matches!(part, std::path::Component::Normal(_))));
            }
        }

        #[test]
        fn no_text_makes_the_names_panic(text in "\\PC{0,40}") {
            let _ = ObjectId::new(text.clone());
            let _ = LogicalPath::new(text.clone());
            let _ = text.parse::<VersionNumber>();
        }
    }
}
