//! The trust folder: certificates that the archive trusts, and lists of revoked ones.

use crate::error::IntakeError;
use lantai_signatures::TrustStore;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

/// Largest file of certificates; lists of revoked ones are larger.
const CERTIFICATE_BYTES: u64 = 16 << 20;
const LIST_BYTES: u64 = 256 << 20;

/// Reads `*.pem`, `*.crt`, `*.cer`, `*.der` (certificates) and `*.crl` (lists) of a folder, in the order of their
/// names. A folder that is not there holds nothing; a file that holds nothing of use is an error, for whoever put it
/// there relies on it.
pub fn load_trust(folder: &Path) -> Result<TrustStore, IntakeError> {
    let mut trust = TrustStore::default();
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(trust),
        Err(source) => return Err(IntakeError::disk("read", folder, source)),
    };
    let paths: std::io::Result<Vec<PathBuf>> = entries.map(|entry| Ok(entry?.path())).collect();
    let mut paths = paths.map_err(|source| IntakeError::disk("read", folder, source))?;
    paths.sort();
    for path in paths.iter().filter(|path| path.is_file()) {
        let extension = path
            .extension()
            .unwrap_or_default()
            .to_string_lossy()
            .to_lowercase();
        let name = path.display().to_string();
        match extension.as_str() {
            "pem" | "crt" | "cer" | "der" => {
                trust.add_certificates(&name, &read(path, CERTIFICATE_BYTES)?)?;
            }
            "crl" => {
                trust.add_lists(&name, &read(path, LIST_BYTES)?)?;
            }
            _ => {}
        }
    }
    Ok(trust)
}

fn read(path: &Path, most: u64) -> Result<Vec<u8>, IntakeError> {
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|file| file.take(most).read_to_end(&mut bytes));
    read.map_err(|source| IntakeError::disk("read", path, source))?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use lantai_testkit::signing::{CertificateForm, TestKey};

    #[test]
    fn certificates_and_lists_are_read_and_what_is_none_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let root = CertificateForm::authority("示例根", TestKey::Sm2(1)).self_signed();
        let put = |name: &str, bytes: &[u8]| std::fs::write(folder.path().join(name), bytes).unwrap();
        put("root.pem", root.pem().as_bytes());
        put(
            "other.CER",
            &root
                .issue(&CertificateForm::authority("二", TestKey::Sm2(2)))
                .certificate,
        );
        put(
            "root.crl",
            &root.list("2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z", &[]),
        );
        put("README.txt", b"whom we trust");
        let trust = load_trust(folder.path()).unwrap();
        assert_eq!((trust.anchors().len(), trust.lists().len()), (2, 1));
        put("broken.crl", b"no list");
        let error = load_trust(folder.path()).unwrap_err();
        assert_eq!(error.code(), "trust.no_list");
        assert!(error.to_string().contains("broken.crl"), "{error}");
        assert!(
            load_trust(&folder.path().join("none"))
                .unwrap()
                .anchors()
                .is_empty()
        );
    }
}
