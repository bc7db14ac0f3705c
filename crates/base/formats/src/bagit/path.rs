//! Paths in manifests: what they may be, and how they are written (RFC 8493 §2.1.3, §5).

use unicode_normalization::{UnicodeNormalization, is_nfc};

use super::declaration::Version;

/// The payload's folder.
pub(super) const PAYLOAD: &str = "data/";

/// Files that systems make by themselves and that therefore come and go.
const SYSTEM_FILES: [&str; 4] = [".ds_store", "thumbs.db", "desktop.ini", ".directory"];

/// Whether a path stays in the bag on every system: no root, drive, home, empty or dotted part, no zero byte.
pub(super) fn stays_inside(path: &str) -> bool {
    let is_rooted = path.starts_with(['/', '\\', '~']) || path.as_bytes().get(1) == Some(&b':');
    // A backslash is a letter here, but a separator to others: both ways of reading must stay inside.
    let climbs = path.split(['/', '\\']).any(|part| part == "..");
    let is_odd = path.split('/').any(|part| part.is_empty() || part == ".");
    !is_rooted && !climbs && !is_odd && !path.contains('\0')
}

/// Undoes the encoding of line ends and, since version 1.0, of the percent sign.
pub(super) fn decode(text: &str, version: Version) -> String {
    let mut decoded = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('%') {
        decoded.push_str(&rest[..at]);
        let letter = match rest.get(at + 1..at + 3) {
            Some("0a" | "0A") => Some('\n'),
            Some("0d" | "0D") => Some('\r'),
            Some("25") if version.is_final() => Some('%'),
            _ => None,
        };
        decoded.push(letter.unwrap_or('%'));
        rest = &rest[at + if letter.is_some() { 3 } else { 1 }..];
    }
    decoded.push_str(rest);
    decoded
}

/// Encodes a path for a manifest of version 1.0.
pub(super) fn encode(path: &str) -> String {
    path.replace('%', "%25").replace('\n', "%0A").replace('\r', "%0D")
}

/// The path in Unicode's composed form, which makes names comparable.
pub(super) fn composed(path: &str) -> String {
    if is_nfc(path) {
        path.to_owned()
    } else {
        path.nfc().collect()
    }
}

/// The form in which names clash on systems that do not distinguish case.
pub(super) fn folded(path: &str) -> String {
    composed(path).to_lowercase()
}

/// Whether the last part is a name such as `.DS_Store`.
pub(super) fn is_system_file(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path).to_lowercase();
    SYSTEM_FILES.contains(&name.as_str())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn paths_that_leave_are_told_from_those_that_stay() {
        for path in [
            "data/a",
            "data/…",
            "data/a b/c",
            "data/..a",
            "data/a..",
            "data/~a",
            "data/\\a",
            "bag-info.txt",
        ] {
            assert!(stays_inside(path), "{path}");
        }
        for path in [
            "",
            "/etc/passwd",
            "../a",
            "data/../../a",
            "data/..",
            "data//a",
            "data/./a",
            "data/",
            "~/a",
            "~root/a",
            "C:\\a",
            "c:/a",
            "\\\\server\\a",
            "data\\..\\..\\a",
            "data/..\\..\\a",
            "data/a\0",
        ] {
            assert!(!stays_inside(path), "{path}");
        }
    }

    #[test]
    fn percent_signs_are_decoded_as_the_version_has_it() {
        let draft = super::super::declaration::Declaration::parse(
            b"BagIt-Version: 0.97\nTag-File-Character-Encoding: UTF-8",
        );
        let draft = draft.unwrap().version;
        assert_eq!(
            decode("data/a%0Ab%0dc%25d%7E%", Version::V1_0),
            "data/a\nb\rc%d%7E%"
        );
        assert_eq!(decode("data/a%0Ab%0dc%25d%7E%", draft), "data/a\nb\rc%25d%7E%");
        assert_eq!(decode("data/%档案", Version::V1_0), "data/%档案");
    }

    proptest! {
        #[test]
        fn what_we_encode_we_can_decode(path in "[a%0-9D\r\n档]{0,30}") {
            let encoded = encode(&path);
            prop_assert!(!encoded.contains(['\n', '\r']));
            prop_assert_eq!(decode(&encoded, Version::V1_0), path);
        }
    }
}
