//! Manifests: which files there should be, and their digests (RFC 8493 §2.1.3, §2.2.1).

use std::collections::BTreeMap;
use std::io::{self, Read};

use super::declaration::Version;
use super::digest::Algorithm;
use super::fault::{BagFault, FaultKind};
use super::lines::Lines;
use super::path::{PAYLOAD, decode, stays_inside};

/// A digest that a manifest states for a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expected {
    /// How it was made.
    pub algorithm: Algorithm,
    digest: Box<[u8]>,
}

impl Expected {
    /// The digest in lower-case hexadecimal digits.
    pub fn digest(&self) -> String {
        hex::encode(&self.digest)
    }
}

/// Whether a manifest lists the payload or the files about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lists {
    Payload,
    TagFiles,
}

/// What the manifests of one kind say together.
#[derive(Debug, Default)]
pub(super) struct Manifests {
    /// Algorithms of the manifests that were read.
    pub algorithms: Vec<Algorithm>,
    /// Digests by path; a path has at most one for each algorithm.
    pub entries: BTreeMap<String, Vec<Expected>>,
    /// How a path was written, where decoding changed it.
    pub literals: BTreeMap<String, String>,
}

impl Manifests {
    /// Reads one manifest's lines.
    pub fn read(
        &mut self,
        lines: &mut Lines<impl Read>,
        file: &str,
        lists: Lists,
        algorithm: Algorithm,
        version: Version,
        faults: &mut Vec<BagFault>,
    ) -> io::Result<()> {
        self.algorithms.push(algorithm);
        while let Some(line) = lines.next_line()? {
            let fault = |kind| BagFault::new(kind, file).line(line.number);
            if !line.is_sound {
                faults.push(fault(FaultKind::Encoding));
                continue;
            }
            if line.text.trim().is_empty() {
                continue;
            }
            let Some((digest, written)) = split_line(&line.text) else {
                faults.push(fault(FaultKind::LineForm).found(line.text.clone()));
                continue;
            };
            let mut written = written;
            if let Some(rest) = written.strip_prefix('*') {
                faults.push(fault(FaultKind::BinaryMark));
                written = rest;
            }
            while let Some(rest) = written.strip_prefix("./") {
                faults.push(fault(FaultKind::DotSlash));
                written = rest;
            }
            let path = decode(written, version);
            let is_payload = path.starts_with(PAYLOAD) && path.len() > PAYLOAD.len();
            if !stays_inside(&path) || (lists == Lists::Payload && !is_payload) {
                faults.push(fault(FaultKind::PathEscape).found(path));
                continue;
            }
            let digest = match hex::decode(digest) {
                Ok(bytes) if bytes.len() == algorithm.length() => bytes.into_boxed_slice(),
                _ => {
                    faults.push(fault(FaultKind::DigestForm).algorithm(algorithm).found(digest));
                    continue;
                }
            };
            if path != written {
                self.literals.insert(path.clone(), written.to_owned());
            }
            let entry = self.entries.entry(path).or_default();
            match entry.iter().find(|known| known.algorithm == algorithm) {
                None => entry.push(Expected { algorithm, digest }),
                Some(known) => {
                    let is_alike = known.digest == digest;
                    let kind = if is_alike {
                        FaultKind::ListedTwiceAlike
                    } else {
                        FaultKind::ListedTwice
                    };
                    let fault = fault(kind).algorithm(algorithm).expected(known.digest());
                    faults.push(fault.found(format!("{} {written}", hex::encode(&digest))));
                }
            }
        }
        Ok(())
    }
}

/// Digest and path of a line: between them one or more spaces or tabs.
fn split_line(line: &str) -> Option<(&str, &str)> {
    let (digest, rest) = line.split_once([' ', '\t'])?;
    let path = rest.trim_start_matches([' ', '\t']);
    (!digest.is_empty() && !path.is_empty()).then_some((digest, path))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> (Manifests, Vec<FaultKind>) {
        let (mut manifests, mut faults) = (Manifests::default(), Vec::new());
        let mut lines = Lines::new(text.as_bytes(), encoding_rs::UTF_8);
        manifests
            .read(
                &mut lines,
                "manifest-md5.txt",
                Lists::Payload,
                Algorithm::Md5,
                Version::V1_0,
                &mut faults,
            )
            .unwrap();
        (manifests, faults.iter().map(|fault| fault.kind).collect())
    }

    const MD5: &str = "d41d8cd98f00b204e9800998ecf8427e";

    #[test]
    fn lines_of_every_tool_are_read() {
        let text = format!(
            "{MD5}  data/a\n{} data/b c\n{MD5}\t*data/d%0Ae\n{MD5} ./data/f\n",
            MD5.to_uppercase()
        );
        let (manifests, faults) = read(&text);
        let paths: Vec<&str> = manifests.entries.keys().map(String::as_str).collect();
        assert_eq!(paths, ["data/a", "data/b c", "data/d\ne", "data/f"]);
        assert_eq!(faults, [FaultKind::BinaryMark, FaultKind::DotSlash]);
        assert!(
            manifests
                .entries
                .values()
                .all(|expected| expected[0].digest() == MD5)
        );
    }

    #[test]
    fn bad_lines_are_named() {
        let other = MD5.replace('d', "e");
        for (text, kind) in [
            (MD5.to_owned(), FaultKind::LineForm),
            (format!("{MD5}  "), FaultKind::LineForm),
            ("abc data/a".to_owned(), FaultKind::DigestForm),
            (format!("{MD5} ../a"), FaultKind::PathEscape),
            (format!("{MD5} bagit.txt"), FaultKind::PathEscape),
            (format!("{MD5} data/../../a"), FaultKind::PathEscape),
            (format!("{MD5} data/a\n{MD5} data/a"), FaultKind::ListedTwiceAlike),
            (format!("{MD5} data/a\n{other} data/a"), FaultKind::ListedTwice),
        ] {
            assert_eq!(read(&text).1, [kind], "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_line_makes_the_reader_panic_or_leave_the_bag(text in "\\PC{0,60}", path in "[./a~\\\\*% ]{0,20}") {
            for line in [text, format!("{MD5}  {path}"), format!("{MD5} data/{path}")] {
                for path in read(&line).0.entries.keys() {
                    prop_assert!(path.starts_with("data/") && stays_inside(path));
                }
            }
        }
    }
}
