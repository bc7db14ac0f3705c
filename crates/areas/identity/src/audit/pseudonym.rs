//! Persons and addresses as the audit trail writes them: references and keyed hashes, never more.

use super::error::AuditError;
use aws_lc_rs::hmac;
use serde::{Deserialize, Serialize};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// How addresses are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AddressForm {
    /// Without its last part: `192.0.2.0/24`, `2001:db8:1::/48`.
    #[default]
    Shortened,
    /// As a keyed hash: the same address can be recognised, and not be read.
    Keyed,
}

/// Writes persons and addresses.
pub struct Pseudonyms {
    key: hmac::Key,
    addresses: AddressForm,
}

/// Letters of a keyed hash: 64 bits, enough to tell apart, too few to be a fingerprint of use elsewhere.
const LETTERS: usize = 16;

impl Pseudonyms {
    /// With a key of 32 bytes.
    pub fn new(key: &[u8; 32], addresses: AddressForm) -> Self {
        Self {
            key: hmac::Key::new(hmac::HMAC_SHA256, key),
            addresses,
        }
    }

    /// With a key in hex, as it is kept in its file.
    pub fn from_text(text: &str, addresses: AddressForm) -> Result<Self, AuditError> {
        let bytes = hex::decode(text.trim()).map_err(|_| AuditError::Key)?;
        let key: [u8; 32] = bytes.try_into().map_err(|_| AuditError::Key)?;
        Ok(Self::new(&key, addresses))
    }

    /// A keyed hash; `kind` keeps a name and an address with the same letters apart.
    pub fn keyed(&self, kind: &str, text: &str) -> String {
        let mut hashing = hmac::Context::with_key(&self.key);
        hashing.update(kind.as_bytes());
        hashing.update(b":");
        hashing.update(text.as_bytes());
        let mut letters = hex::encode(hashing.sign());
        letters.truncate(LETTERS);
        format!("{kind}~{letters}")
    }

    /// An address.
    pub fn address(&self, address: IpAddr) -> String {
        let address = address.to_canonical();
        match (self.addresses, address) {
            (AddressForm::Keyed, address) => self.keyed("address", &address.to_string()),
            (AddressForm::Shortened, IpAddr::V4(address)) => {
                let [a, b, c, _] = address.octets();
                format!("{}/24", Ipv4Addr::new(a, b, c, 0))
            }
            (AddressForm::Shortened, IpAddr::V6(address)) => {
                let [a, b, c, ..] = address.segments();
                format!("{}/48", Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_shortened_or_hashed() {
        let shortened = Pseudonyms::new(&[7; 32], AddressForm::Shortened);
        assert_eq!(shortened.address("192.0.2.77".parse().unwrap()), "192.0.2.0/24");
        assert_eq!(
            shortened.address("::ffff:192.0.2.77".parse().unwrap()),
            "192.0.2.0/24"
        );
        assert_eq!(
            shortened.address("2001:db8:1:2::9".parse().unwrap()),
            "2001:db8:1::/48"
        );
        let keyed = Pseudonyms::new(&[7; 32], AddressForm::Keyed);
        let one = keyed.address("192.0.2.77".parse().unwrap());
        assert_eq!(one, keyed.address("192.0.2.77".parse().unwrap()));
        assert_ne!(one, keyed.address("192.0.2.78".parse().unwrap()));
        assert!(one.starts_with("address~") && !one.contains("192"));
        let other_key = Pseudonyms::new(&[8; 32], AddressForm::Keyed);
        assert_ne!(one, other_key.address("192.0.2.77".parse().unwrap()));
    }

    #[test]
    fn a_key_is_read_from_its_file_or_refused() {
        assert!(Pseudonyms::from_text(&format!("{}\n", "ab".repeat(32)), AddressForm::Keyed).is_ok());
        assert!(Pseudonyms::from_text("ab", AddressForm::Keyed).is_err());
    }
}
