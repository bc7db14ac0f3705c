//! The passphrase of the key store, read from a file that few may read.

use crate::error::KeyStoreError;
use crate::secret::Secret;
use std::fs::File;
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use zeroize::Zeroizing;

/// Fewest characters of the passphrase of a new store.
const FEWEST: usize = 12;
/// Most bytes of the file.
const MOST: usize = 4096;

/// A passphrase; cleared from memory when dropped, never shown.
#[derive(Debug, Clone)]
pub struct Passphrase(Secret);

impl Passphrase {
    /// Reads a passphrase: the whole file, without the line end at its end. A credential of systemd is such a file.
    ///
    /// # Errors
    /// [`KeyStoreError::Disk`], [`KeyStoreError::PassphraseExposed`] where everybody may read the file,
    /// [`KeyStoreError::PassphraseUnusable`] where it is empty, too long or no text.
    pub fn from_file(path: &Path) -> Result<Self, KeyStoreError> {
        let disk = |source| KeyStoreError::disk("read the passphrase", path, source);
        let unusable = |reason| KeyStoreError::PassphraseUnusable {
            path: path.to_path_buf(),
            reason,
        };
        let file = File::open(path).map_err(disk)?;
        if file.metadata().map_err(disk)?.permissions().mode() & 0o007 != 0 {
            return Err(KeyStoreError::PassphraseExposed(path.to_path_buf()));
        }
        // never grows, so that no copy stays behind
        let mut bytes = Zeroizing::new(Vec::with_capacity(MOST + 1));
        file.take(MOST as u64 + 1).read_to_end(&mut bytes).map_err(disk)?;
        if bytes.len() > MOST {
            return Err(unusable("it is too long"));
        }
        while bytes.last().is_some_and(|byte| matches!(byte, b'\n' | b'\r')) {
            bytes.pop();
        }
        if bytes.is_empty() {
            return Err(unusable("it is empty"));
        }
        if std::str::from_utf8(&bytes).is_err() {
            return Err(unusable("it is no text in UTF-8"));
        }
        Ok(Self(Secret::new(std::mem::take(&mut *bytes))))
    }

    /// Refuses what is too short to protect a new store; `path` is where it came from.
    ///
    /// # Errors
    /// [`KeyStoreError::PassphraseUnusable`].
    pub fn require_length(&self, path: &Path) -> Result<(), KeyStoreError> {
        let characters = std::str::from_utf8(self.bytes()).map_or(0, |text| text.chars().count());
        if characters >= FEWEST {
            return Ok(());
        }
        Err(KeyStoreError::PassphraseUnusable {
            path: path.to_path_buf(),
            reason: "it is shorter than 12 characters",
        })
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        self.0.bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(text: &[u8], mode: u32) -> (tempfile::TempDir, std::path::PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("passphrase");
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        (folder, path)
    }

    #[test]
    fn the_line_end_is_not_part_of_it() {
        let (_folder, path) = written("芝麻开门 open sesame\r\n".as_bytes(), 0o600);
        let passphrase = Passphrase::from_file(&path).unwrap();
        assert_eq!(passphrase.bytes(), "芝麻开门 open sesame".as_bytes());
        assert!(!format!("{passphrase:?}").contains("open"));
        passphrase.require_length(&path).unwrap();
    }

    #[test]
    fn what_cannot_be_a_passphrase_is_refused_by_name() {
        let code = |text: &[u8], mode| {
            let (_folder, path) = written(text, mode);
            Passphrase::from_file(&path)
                .and_then(|passphrase| passphrase.require_length(&path))
                .unwrap_err()
                .code()
        };
        assert_eq!(code(b"long enough it is", 0o644), "keys.passphrase_exposed");
        assert_eq!(code(b"\n", 0o600), "keys.passphrase_unusable");
        assert_eq!(code(b"short", 0o600), "keys.passphrase_unusable");
        assert_eq!(code(&[0xff; 20], 0o600), "keys.passphrase_unusable");
        assert_eq!(code(&[b'a'; 5000], 0o600), "keys.passphrase_unusable");
        let missing = Passphrase::from_file(Path::new("/nowhere/passphrase")).unwrap_err();
        assert_eq!(missing.code(), "keys.disk");
    }
}
