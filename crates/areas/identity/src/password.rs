//! Passwords: kept as Argon2id, compared in constant time, made by the machine for the first administrator.

use crate::error::IdentityError;
use crate::sign_in::random::{MachineRandom, RandomSource, letters};
use argon2::password_hash::SaltString;
use argon2::{Argon2, PasswordHash, PasswordHasher, PasswordVerifier};

/// Letters of a made password: none that is mistaken for another.
const LETTERS: &[u8] = b"abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";
/// Length of a made password: over 110 bits.
const LENGTH: usize = 20;

/// A password in the form in which it is kept, and whether somebody else knows it.
#[derive(Clone)]
pub struct KeptPassword {
    hash: String,
    must_change: bool,
}

impl KeptPassword {
    /// One that the owner of the account chose.
    pub(crate) fn chosen(hash: String) -> Self {
        let must_change = false;
        Self { hash, must_change }
    }

    /// One that somebody hands over: its new owner changes it before anything else.
    pub(crate) fn handed_over(hash: String) -> Self {
        let must_change = true;
        Self { hash, must_change }
    }

    /// None: no password fits an empty hash.
    pub(crate) fn none() -> Self {
        Self::chosen(String::new())
    }

    /// The kept form.
    pub(crate) fn hash(&self) -> &str {
        &self.hash
    }

    /// Whether it must be changed before anything else.
    pub fn must_change(&self) -> bool {
        self.must_change
    }
}

impl std::fmt::Debug for KeptPassword {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("KeptPassword")
            .field("must_change", &self.must_change)
            .finish_non_exhaustive()
    }
}

/// Random bytes from the machine.
pub(crate) fn random_bytes<const N: usize>() -> Result<[u8; N], IdentityError> {
    let mut bytes = [0; N];
    MachineRandom.fill(&mut bytes)?;
    Ok(bytes)
}

/// A password that nobody guesses.
pub fn random_password() -> Result<String, IdentityError> {
    letters(&MachineRandom, LETTERS, LENGTH)
}

/// The form in which a password is kept. Takes a noticeable time by design: call it off the async threads.
pub(crate) fn hash(password: &str) -> Result<String, IdentityError> {
    let salt = SaltString::encode_b64(&random_bytes::<16>()?).map_err(|_| IdentityError::Password)?;
    let hash = Argon2::default().hash_password(password.as_bytes(), &salt);
    Ok(hash.map_err(|_| IdentityError::Password)?.to_string())
}

/// Whether a password is the one that is kept.
pub(crate) fn verify(password: &str, kept: &str) -> bool {
    PasswordHash::new(kept).is_ok_and(|kept| {
        Argon2::default()
            .verify_password(password.as_bytes(), &kept)
            .is_ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_right_password_fits() {
        let kept = hash("兰台 open sesame").unwrap();
        assert!(verify("兰台 open sesame", &kept));
        assert!(!verify("兰台 open sesame ", &kept));
        assert!(!verify("", &kept));
        assert!(!verify("x", "no hash"));
    }

    #[test]
    fn made_passwords_differ_and_are_long() {
        let (one, other) = (random_password().unwrap(), random_password().unwrap());
        assert_ne!(one, other);
        assert_eq!(one.len(), LENGTH);
    }
}
