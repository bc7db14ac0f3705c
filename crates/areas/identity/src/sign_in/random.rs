//! Random bytes as a parameter, so that tests can fix them.

use crate::error::IdentityError;
use aws_lc_rs::rand;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;

/// Where random bytes come from.
pub trait RandomSource: Send + Sync {
    /// Fills a buffer with bytes that nobody can guess.
    fn fill(&self, bytes: &mut [u8]) -> Result<(), IdentityError>;
}

/// The machine's random source.
#[derive(Debug, Clone, Copy, Default)]
pub struct MachineRandom;

impl RandomSource for MachineRandom {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), IdentityError> {
        rand::fill(bytes).map_err(|_| IdentityError::Random)
    }
}

/// A name of 256 random bits, as it goes into cookies and addresses.
pub(crate) fn token(random: &dyn RandomSource) -> Result<String, IdentityError> {
    let mut bytes = [0; 32];
    random.fill(&mut bytes)?;
    Ok(BASE64_URL_SAFE_NO_PAD.encode(bytes))
}

/// A name of 128 random bits that is no secret.
pub(crate) fn short_name(random: &dyn RandomSource) -> Result<String, IdentityError> {
    let mut bytes = [0; 16];
    random.fill(&mut bytes)?;
    Ok(hex::encode(bytes))
}

/// Some letters out of an alphabet, each equally likely.
pub(crate) fn letters(
    random: &dyn RandomSource,
    alphabet: &[u8],
    count: usize,
) -> Result<String, IdentityError> {
    let mut text = String::with_capacity(count);
    while text.len() < count {
        let mut bytes = [0; 32];
        random.fill(&mut bytes)?;
        for byte in bytes {
            // the top bytes are thrown away, so that each letter is equally likely
            let place = usize::from(byte);
            if place < 256 - 256 % alphabet.len() && text.len() < count {
                text.extend(
                    alphabet
                        .get(place % alphabet.len())
                        .map(|letter| char::from(*letter)),
                );
            }
        }
    }
    Ok(text)
}
