//! Secrets at rest: sealed with a key that lies in a file beside the database and never in it, so that a stolen
//! database alone gives none away.

use super::random::RandomSource;
use crate::error::IdentityError;
use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::hkdf;
use aws_lc_rs::hmac;
use base64::Engine;
use base64::prelude::BASE64_STANDARD_NO_PAD;
use std::fmt;
use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// Length of the key and of everything derived from it.
const KEY_LENGTH: usize = 32;
/// Length of what makes each sealing different.
const NONCE_LENGTH: usize = 12;
/// How sealed texts begin; another way of sealing will begin otherwise.
const VERSION: &str = "a1.";

struct DerivedLength;

impl hkdf::KeyType for DerivedLength {
    fn len(&self) -> usize {
        KEY_LENGTH
    }
}

/// Seals and opens secrets with AES-256-GCM, and makes digests that only it can make (HMAC-SHA-256).
pub struct SecretBox {
    sealing: LessSafeKey,
    digests: hmac::Key,
}

impl fmt::Debug for SecretBox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretBox")
    }
}

impl SecretBox {
    /// A box with a key.
    pub fn new(key: &[u8; KEY_LENGTH]) -> Result<Self, IdentityError> {
        let extracted = hkdf::Salt::new(hkdf::HKDF_SHA256, b"lantai sign-in").extract(key);
        let derive = |purpose: &[u8]| -> Result<[u8; KEY_LENGTH], IdentityError> {
            let mut derived = [0; KEY_LENGTH];
            let info = [purpose];
            let expanded = extracted.expand(&info, DerivedLength);
            expanded
                .and_then(|expanded| expanded.fill(&mut derived))
                .map_err(|_| IdentityError::SecretKey)?;
            Ok(derived)
        };
        let sealing =
            UnboundKey::new(&AES_256_GCM, &derive(b"seal")?).map_err(|_| IdentityError::SecretKey)?;
        Ok(Self {
            sealing: LessSafeKey::new(sealing),
            digests: hmac::Key::new(hmac::HMAC_SHA256, &derive(b"digest")?),
        })
    }

    /// The box of a key file (64 hexadecimal digits); made when it is not there, readable by its owner only.
    pub fn of_file(path: &Path, random: &dyn RandomSource) -> Result<Self, IdentityError> {
        match std::fs::read_to_string(path) {
            Ok(text) => Self::of_text(&text),
            Err(error) if error.kind() == ErrorKind::NotFound => Self::make(path, random),
            Err(source) => Err(IdentityError::KeyFile(source)),
        }
    }

    fn of_text(text: &str) -> Result<Self, IdentityError> {
        let bytes = hex::decode(text.trim()).map_err(|_| IdentityError::SecretKey)?;
        Self::new(&bytes.try_into().map_err(|_| IdentityError::SecretKey)?)
    }

    fn make(path: &Path, random: &dyn RandomSource) -> Result<Self, IdentityError> {
        let mut key = [0; KEY_LENGTH];
        random.fill(&mut key)?;
        let mut options = OpenOptions::new();
        let opened = options.create_new(true).write(true).mode(0o600).open(path);
        let written = opened.and_then(|mut file| {
            file.write_all(format!("{}\n", hex::encode(key)).as_bytes())?;
            file.sync_all()
        });
        match written {
            Ok(()) => Self::new(&key),
            // somebody else made it meanwhile: theirs counts
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                Self::of_text(&std::fs::read_to_string(path).map_err(IdentityError::KeyFile)?)
            }
            Err(source) => Err(IdentityError::KeyFile(source)),
        }
    }

    /// Seals a secret for one purpose of one account; it cannot be opened for another.
    pub(crate) fn seal(
        &self,
        random: &dyn RandomSource,
        purpose: &str,
        owner: &str,
        secret: &[u8],
    ) -> Result<String, IdentityError> {
        let mut nonce = [0; NONCE_LENGTH];
        random.fill(&mut nonce)?;
        let mut sealed = secret.to_vec();
        let bound = Aad::from(format!("{purpose}\0{owner}"));
        self.sealing
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), bound, &mut sealed)
            .map_err(|_| IdentityError::Sealed)?;
        let bytes = [nonce.as_slice(), &sealed].concat();
        Ok(format!("{VERSION}{}", BASE64_STANDARD_NO_PAD.encode(bytes)))
    }

    /// Opens what was sealed for this purpose of this account.
    pub(crate) fn open(&self, purpose: &str, owner: &str, sealed: &str) -> Result<Vec<u8>, IdentityError> {
        let bytes = sealed
            .strip_prefix(VERSION)
            .and_then(|text| BASE64_STANDARD_NO_PAD.decode(text).ok())
            .ok_or(IdentityError::Sealed)?;
        let (nonce, rest) = bytes
            .split_first_chunk::<NONCE_LENGTH>()
            .ok_or(IdentityError::Sealed)?;
        let mut rest = rest.to_vec();
        let bound = Aad::from(format!("{purpose}\0{owner}"));
        let opened = self
            .sealing
            .open_in_place(Nonce::assume_unique_for_key(*nonce), bound, &mut rest)
            .map_err(|_| IdentityError::Sealed)?;
        Ok(opened.to_vec())
    }

    /// A digest that nobody without the key can make or compare: of addresses, of recovery codes.
    pub(crate) fn digest(&self, purpose: &str, owner: &str, value: &str) -> String {
        let text = format!("{purpose}\0{owner}\0{value}");
        hex::encode(hmac::sign(&self.digests, text.as_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::super::random::MachineRandom;
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn what_was_sealed_opens_for_its_owner_and_purpose_only() {
        let secrets = SecretBox::new(&[7; 32]).unwrap();
        let sealed = secrets.seal(&MachineRandom, "totp", "王芳", b"secret").unwrap();
        assert_eq!(secrets.open("totp", "王芳", &sealed).unwrap(), b"secret");
        assert!(!sealed.contains("secret"));
        assert!(secrets.open("totp", "李敏", &sealed).is_err());
        assert!(secrets.open("oidc", "王芳", &sealed).is_err());
        assert!(
            SecretBox::new(&[8; 32])
                .unwrap()
                .open("totp", "王芳", &sealed)
                .is_err()
        );
        for broken in ["", "a1.", "a1.AAAA", &sealed[..sealed.len() - 2], "b1.AAAA"] {
            assert!(secrets.open("totp", "王芳", broken).is_err(), "{broken}");
        }
        let again = secrets.seal(&MachineRandom, "totp", "王芳", b"secret").unwrap();
        assert_ne!(sealed, again);
    }

    #[test]
    fn the_key_file_is_made_once_and_is_private() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sign-in.key");
        let digest = |secrets: &SecretBox| secrets.digest("address", "王芳", "10.0.0.1");
        let first = SecretBox::of_file(&path, &MachineRandom).unwrap();
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let second = SecretBox::of_file(&path, &MachineRandom).unwrap();
        assert_eq!(digest(&first), digest(&second));
        std::fs::write(&path, "no key").unwrap();
        assert_eq!(
            SecretBox::of_file(&path, &MachineRandom).unwrap_err().code(),
            "identity.secret_key"
        );
    }
}
