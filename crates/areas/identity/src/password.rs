//! Passwords: kept as Argon2id, compared in constant time, made by the machine for the first administrator.

use crate::error::IdentityError;
use argon2::password_hash::SaltString;
use argon2::{Argon2, PasswordHash, PasswordHasher, PasswordVerifier};
use aws_lc_rs::rand;

/// Letters of a made password: none that is mistaken for another.
const LETTERS: &[u8] = b"abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";
/// Length of a made password: over 110 bits.
const LENGTH: usize = 20;

/// Random bytes from the machine.
pub(crate) fn random_bytes<const N: usize>() -> Result<[u8; N], IdentityError> {
    let mut bytes = [0; N];
    rand::fill(&mut bytes).map_err(|_| IdentityError::Random)?;
    Ok(bytes)
}

/// A password that nobody guesses.
pub fn random_password() -> Result<String, IdentityError> {
    let mut password = String::with_capacity(LENGTH);
    while password.len() < LENGTH {
        for byte in random_bytes::<32>()? {
            // the top bytes are thrown away, so that each letter is equally likely
            let place = usize::from(byte);
            if place < 256 - 256 % LETTERS.len() && password.len() < LENGTH {
                password.extend(
                    LETTERS
                        .get(place % LETTERS.len())
                        .map(|letter| char::from(*letter)),
                );
            }
        }
    }
    Ok(password)
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
