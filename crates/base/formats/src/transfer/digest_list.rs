//! 其他/固化信息.SM3: digests of the files of the package, fixed before it was sent.

use super::description::shorten;
use super::{TransferFault, TransferFaultKind};
use crate::bagit::Algorithm;
use sha2::Digest as _;
use std::collections::HashMap;
use std::io::{self, BufRead};
use unicode_normalization::UnicodeNormalization as _;

/// Bytes of a line.
const MOST_LINE: u64 = 16 * 1024;
/// Faults of lines that are told; further ones would say the same.
const MOST_FAULTS: usize = 100;

/// Digests by path. Paths are kept as fingerprints, so that millions of them need little memory.
#[derive(Debug, Clone)]
pub struct DigestList {
    /// Name of the list inside the package.
    pub name: String,
    /// Its algorithm, as the ending of its name says.
    pub algorithm: Algorithm,
    digests: HashMap<u128, Listed>,
}

#[derive(Debug, Clone)]
struct Listed {
    digest: Box<[u8]>,
    is_seen: bool,
}

/// A short stand-in for a name: names that are one in Unicode have one fingerprint.
pub(super) fn fingerprint(name: &str) -> u128 {
    let composed: String = name.nfc().collect();
    let digest = sha2::Sha256::digest(composed.as_bytes());
    let mut short = [0; 16];
    short.copy_from_slice(&digest[..16]);
    u128::from_be_bytes(short)
}

impl DigestList {
    /// The algorithm that a list of this file name has; `None`: it is no list of digests.
    pub fn algorithm_of(file_name: &str) -> Option<Algorithm> {
        let (stem, ending) = file_name.rsplit_once('.')?;
        if stem == "固化信息" {
            Algorithm::from_name(ending)
        } else {
            None
        }
    }

    /// Reads a list line by line.
    pub fn read(
        mut reader: impl BufRead,
        name: &str,
        algorithm: Algorithm,
        faults: &mut Vec<TransferFault>,
    ) -> io::Result<Self> {
        let mut list = Self {
            name: name.to_owned(),
            algorithm,
            digests: HashMap::new(),
        };
        let (mut line, mut number, mut told) = (Vec::new(), 0_u64, 0);
        loop {
            line.clear();
            let count = io::Read::take(&mut reader, MOST_LINE).read_until(b'\n', &mut line)?;
            if count == 0 {
                return Ok(list);
            }
            number += 1;
            let text = String::from_utf8_lossy(&line);
            let text = text.trim_start_matches('\u{feff}').trim_end_matches(['\r', '\n']);
            if text.trim().is_empty() {
                continue;
            }
            let entry = split_line(text, algorithm);
            let is_new = match entry {
                Some((digest, path)) => {
                    let listed = Listed {
                        digest: digest.into_boxed_slice(),
                        is_seen: false,
                    };
                    list.digests.insert(fingerprint(&path), listed).is_none()
                }
                None => false,
            };
            if !is_new && told < MOST_FAULTS {
                told += 1;
                faults.push(
                    TransferFault::new(TransferFaultKind::DigestListLine)
                        .file(name)
                        .line(number)
                        .expected("digest, two spaces and the path of a file, each file once")
                        .found(shorten(text)),
                );
            }
        }
    }

    /// The digest of a file, in hexadecimal digits; the file counts as seen.
    pub fn take(&mut self, path: &str) -> Option<String> {
        let listed = self.digests.get_mut(&fingerprint(path))?;
        listed.is_seen = true;
        Some(hex::encode(&listed.digest))
    }

    /// Whether it names a file.
    pub fn names(&self, path: &str) -> bool {
        self.digests.contains_key(&fingerprint(path))
    }

    /// How many files it names.
    pub fn len(&self) -> usize {
        self.digests.len()
    }

    /// Whether it names none.
    pub fn is_empty(&self) -> bool {
        self.digests.is_empty()
    }

    /// The paths nobody asked for, at most as many as wanted; the list is read again to name them.
    pub fn unseen(&self, mut reader: impl BufRead, most: usize) -> io::Result<Vec<String>> {
        let mut unseen = Vec::new();
        if self.digests.values().all(|listed| listed.is_seen) {
            return Ok(unseen);
        }
        let mut line = Vec::new();
        while unseen.len() < most {
            line.clear();
            if io::Read::take(&mut reader, MOST_LINE).read_until(b'\n', &mut line)? == 0 {
                break;
            }
            let text = String::from_utf8_lossy(&line);
            let text = text.trim_start_matches('\u{feff}').trim_end_matches(['\r', '\n']);
            let Some((_, path)) = split_line(text, self.algorithm) else {
                continue;
            };
            let listed = self.digests.get(&fingerprint(&path));
            if listed.is_some_and(|listed| !listed.is_seen) {
                unseen.push(path);
            }
        }
        Ok(unseen)
    }
}

fn split_line(text: &str, algorithm: Algorithm) -> Option<(Vec<u8>, String)> {
    let (digest, path) = text.trim_start().split_once([' ', '\t'])?;
    let digest = hex::decode(digest).ok()?;
    let path = path.trim_start().trim_start_matches('*').trim_end();
    let path = path.strip_prefix("./").unwrap_or(path).replace('\\', "/");
    (digest.len() == algorithm.length() && !path.is_empty()).then_some((digest, path))
}
