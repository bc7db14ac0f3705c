//! Bytes that nobody may see: cleared when dropped, hidden from `Debug`.

use lantai_domain::KeyError;
use std::fmt;
use zeroize::Zeroizing;

/// Secret bytes.
#[derive(Clone)]
pub(crate) struct Secret(Zeroizing<Vec<u8>>);

impl Secret {
    pub(crate) fn new(bytes: Vec<u8>) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// Random bytes from the machine.
    pub(crate) fn random(length: usize) -> Result<Self, KeyError> {
        let mut bytes = Zeroizing::new(vec![0; length]);
        aws_lc_rs::rand::fill(&mut bytes).map_err(|_| KeyError::Random)?;
        Ok(Self(bytes))
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret(hidden)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_not_shown() {
        let secret = Secret::new(b"opensesame".to_vec());
        assert_eq!(format!("{secret:?}"), "Secret(hidden)");
        let (one, other) = (Secret::random(32).unwrap(), Secret::random(32).unwrap());
        assert_ne!(one.bytes(), other.bytes());
    }
}
