//! Names of entries: decoded, checked, and compared with each other as other systems compare them.

use std::collections::HashMap;

use unicode_normalization::UnicodeNormalization;

use super::limits::Limits;
use super::refusal::{Fault, Refusal};
use crate::package::LogicalName;
use crate::text::{decode_file_name, detect_charset};

/// Bytes of names that the encoding is told from.
const SAMPLE_BYTES: usize = 4096;
/// Names that Windows keeps for devices, with or without an extension.
const DEVICES: [&str; 6] = ["con", "prn", "aux", "nul", "conin$", "conout$"];

/// Decodes names that are not Unicode. One container has one encoding: all its names together tell which.
#[derive(Debug, Default)]
pub(super) struct NameDecoder {
    sample: Vec<u8>,
    decoded: HashMap<Vec<u8>, String>,
}

impl NameDecoder {
    /// Takes the name into account when the encoding is told.
    pub fn learn(&mut self, raw: &[u8]) {
        for part in raw.split(|byte| *byte == b'/') {
            let is_text = std::str::from_utf8(part).is_err() && part.iter().all(|byte| *byte >= b' ');
            if is_text && self.sample.len() + part.len() < SAMPLE_BYTES {
                self.sample.extend_from_slice(part);
                self.sample.push(b'\n');
            }
        }
    }

    /// The name as text, and its bytes where they are not UTF-8.
    pub fn decode(&mut self, raw: &[u8]) -> (String, Option<Vec<u8>>) {
        if let Ok(name) = std::str::from_utf8(raw) {
            return (name.to_owned(), None);
        }
        let parts: Vec<String> = raw
            .split(|byte| *byte == b'/')
            .map(|part| self.decode_part(part))
            .collect();
        (parts.join("/"), Some(raw.to_vec()))
    }

    fn decode_part(&mut self, part: &[u8]) -> String {
        // a pair of bytes of GBK may be UTF-8 by chance, three that are one Chinese character hardly
        let is_utf8 = |name: &&str| name.is_ascii() || name.chars().any(|letter| letter >= '\u{800}');
        if let Some(name) = std::str::from_utf8(part).ok().filter(is_utf8) {
            return name.to_owned();
        }
        if let Some(known) = self.decoded.get(part) {
            return known.clone();
        }
        self.learn(part);
        let (text, had_errors) = detect_charset(&self.sample)
            .encoding()
            .decode_without_bom_handling(part);
        let name = if had_errors {
            decode_file_name(part)
        } else {
            text.into_owned()
        };
        // a folder's name comes again with each of its files; a bound keeps a hostile list from filling the memory
        if self.decoded.len() < SAMPLE_BYTES {
            self.decoded.insert(part.to_vec(), name.clone());
        }
        name
    }
}

/// Checks the name of an entry; that of a folder without its last `/`. `raw` is the name as it is stored.
pub(super) fn check_name(
    decoded: &str,
    raw: &[u8],
    is_folder: bool,
    limits: &Limits,
) -> Result<LogicalName, Refusal> {
    let fault = |fault, expected: String, found: String| Refusal::whole(fault, expected, found).of(decoded);
    if decoded.len() > limits.path_bytes || raw.len() > limits.path_bytes {
        let refusal = Refusal::whole(
            Fault::NameTooLong,
            format!("paths of at most {} bytes", limits.path_bytes),
            format!("{} bytes", decoded.len().max(raw.len())),
        );
        return Err(refusal.of(beginning(decoded)));
    }
    let name = LogicalName::new(decoded).map_err(|escape| {
        let found = escape.to_string();
        fault(Fault::Name(escape), "a path inside the package".to_owned(), found)
    })?;
    let depth = name.as_str().split('/').count() - usize::from(!is_folder);
    if depth > limits.folder_depth {
        return Err(fault(
            Fault::TooDeep,
            format!("at most {} folders in one another", limits.folder_depth),
            format!("{depth}"),
        ));
    }
    let longest_raw = raw.split(|byte| *byte == b'/').map(<[u8]>::len).max();
    let longest = name.as_str().split('/').map(str::len).max().max(longest_raw);
    if let Some(longest) = longest.filter(|longest| *longest > limits.name_bytes) {
        return Err(fault(
            Fault::NameTooLong,
            format!("names of at most {} bytes", limits.name_bytes),
            format!("{longest} bytes"),
        ));
    }
    if let Some(part) = name.as_str().split('/').find(|part| is_reserved(part)) {
        return Err(fault(
            Fault::ReservedName,
            "a name that every system can hold".to_owned(),
            part.to_owned(),
        ));
    }
    Ok(name)
}

/// As much of a long name as a report shows.
fn beginning(name: &str) -> String {
    let mut shown: String = name.chars().take(80).collect();
    shown.push('…');
    shown
}

fn is_reserved(part: &str) -> bool {
    if part.ends_with(['.', ' ']) || part.starts_with(' ') {
        return true;
    }
    let stem = part.split('.').next().unwrap_or(part).trim_end().to_lowercase();
    let is_port = |prefix: &str| {
        stem.strip_prefix(prefix).is_some_and(|number| {
            let mut digits = number.chars();
            matches!(digits.next(), Some('1'..='9' | '¹' | '²' | '³')) && digits.next().is_none()
        })
    };
    DEVICES.contains(&stem.as_str()) || is_port("com") || is_port("lpt")
}

/// A name as systems see it that take case and composition for nothing.
fn folded(part: &str) -> String {
    if part.is_ascii() {
        return part.to_ascii_lowercase();
    }
    let upper: String = part.nfc().flat_map(char::to_uppercase).collect();
    let lower: String = upper.chars().flat_map(char::to_lowercase).collect();
    lower.nfc().collect()
}

#[derive(Debug)]
struct Seen {
    /// The name met first; `None`: it is its folded form.
    name: Option<Box<str>>,
    is_folder: bool,
}

/// All names of a container, files and folders, to find those that are one name elsewhere.
#[derive(Debug, Default)]
pub(super) struct NameRegister {
    names: HashMap<Box<str>, Seen>,
}

impl NameRegister {
    /// Adds a name with the folders it lies in. The same folder may come again; nothing else may.
    pub fn add(&mut self, name: &LogicalName, is_folder: bool) -> Result<(), Refusal> {
        let (mut path, mut key) = (String::new(), String::new());
        let mut parts = name.as_str().split('/').peekable();
        while let Some(part) = parts.next() {
            for text in [&mut path, &mut key] {
                if !text.is_empty() {
                    text.push('/');
                }
            }
            path.push_str(part);
            key.push_str(&folded(part));
            let this_is_folder = is_folder || parts.peek().is_some();
            let Some(seen) = self.names.get(key.as_str()) else {
                let name = (path != key).then(|| path.as_str().into());
                self.names.insert(
                    key.as_str().into(),
                    Seen {
                        name,
                        is_folder: this_is_folder,
                    },
                );
                continue;
            };
            let other = seen.name.as_deref().unwrap_or(&key);
            if other == path && seen.is_folder && this_is_folder {
                continue;
            }
            let fault = if seen.is_folder != this_is_folder {
                Fault::FileAndFolder
            } else if other == path {
                Fault::DuplicateName
            } else if other.nfc().eq(path.nfc()) {
                Fault::NormalisationClash
            } else {
                Fault::CaseClash
            };
            let refusal = Refusal::whole(fault, "names that differ on every system", other);
            return Err(refusal.of(name.as_str()));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use encoding_rs::GB18030;

    use super::*;

    fn code_of(name: &str) -> Result<String, &'static str> {
        let limits = Limits::builtin().unwrap();
        check_name(name, name.as_bytes(), false, &limits)
            .map(LogicalName::into_string)
            .map_err(|refusal| refusal.code())
    }

    #[test]
    fn names_that_some_system_cannot_hold_are_named() {
        for (name, code) in [
            ("CON", "package.reserved_name"),
            ("a/nul.txt", "package.reserved_name"),
            ("lpt9 .doc", "package.reserved_name"),
            ("com¹", "package.reserved_name"),
            ("附件.", "package.reserved_name"),
            ("附件 /a.txt", "package.reserved_name"),
            ("/etc/passwd", "package.path_absolute"),
            ("a/../../b", "package.path_upwards"),
            ("C:a", "package.path_absolute"),
            ("a\\b", "package.path_backslash"),
            ("a\0b", "package.name_invisible"),
            ("", "package.name_empty"),
            ("1/2/3/4/5/6/7/8/9/10/11/12/13/a", "package.too_deep"),
        ] {
            assert_eq!(code_of(name), Err(code), "{name}");
        }
        assert_eq!(code_of(&"永".repeat(86)), Err("package.name_too_long"));
        assert_eq!(code_of(&"ab/".repeat(700)), Err("package.name_too_long"));
        assert!(code_of("1/2/3/4/5/6/7/8/9/10/11/12/a").is_ok());
        assert!(code_of("./console/com10.txt").is_ok());
    }

    #[test]
    fn names_that_are_one_elsewhere_are_found() {
        let mut register = NameRegister::default();
        let mut add = |name: &str, is_folder| {
            let name = LogicalName::new(name).unwrap();
            register.add(&name, is_folder).map_err(|refusal| refusal.code())
        };
        assert_eq!(add("照片/A.jpg", false), Ok(()));
        assert_eq!(
            add("照片", true),
            Ok(()),
            "the folder itself may come after its files"
        );
        assert_eq!(add("照片/A.jpg", false), Err("package.duplicate_name"));
        assert_eq!(add("照片/a.JPG", false), Err("package.case_clash"));
        assert_eq!(add("caf\u{e9}", false), Ok(()));
        assert_eq!(add("cafe\u{301}", false), Err("package.normalisation_clash"));
        assert_eq!(add("CAFE\u{301}", false), Err("package.case_clash"));
        assert_eq!(add("Straße", false), Ok(()));
        assert_eq!(add("STRASSE", false), Err("package.case_clash"));
        assert_eq!(add("照片/A.jpg/x", false), Err("package.file_and_folder"));
        assert_eq!(add("照片", false), Err("package.file_and_folder"));
        assert_eq!(add("Docs/1", false), Ok(()));
        assert_eq!(
            add("docs/2", false),
            Err("package.case_clash"),
            "folders clash too"
        );
    }

    #[test]
    fn the_names_of_a_container_are_in_one_encoding() {
        let names = ["永久-2018-会议纪要.txt", "档案/一.doc", "档案/二.doc"];
        let mut decoder = NameDecoder::default();
        let raw: Vec<Vec<u8>> = names
            .iter()
            .map(|name| GB18030.encode(name).0.into_owned())
            .collect();
        raw.iter().for_each(|name| decoder.learn(name));
        for (name, raw) in names.iter().zip(&raw) {
            assert_eq!(decoder.decode(raw), ((*name).to_owned(), Some(raw.clone())));
        }
        assert_eq!(decoder.decode("档案".as_bytes()), ("档案".to_owned(), None));
    }
}
