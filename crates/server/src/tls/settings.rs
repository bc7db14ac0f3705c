//! The table `[tls]` of the configuration.

use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// The oldest version of TLS that is spoken; older ones than these are never spoken.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum TlsVersion {
    /// TLS 1.2 (RFC 5246), with forward secrecy and authenticated encryption only.
    #[default]
    #[serde(rename = "1.2")]
    Tls12,
    /// TLS 1.3 (RFC 8446).
    #[serde(rename = "1.3")]
    Tls13,
}

/// Certificates of one's own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TlsSettings {
    /// File with the certificate, then those of the authorities above it, in PEM; relative to the data folder.
    pub certificate: PathBuf,
    /// File with the key of the certificate, in PEM, without a passphrase; relative to the data folder.
    pub key: PathBuf,
    /// The oldest version that is spoken.
    #[serde(default)]
    pub minimum: TlsVersion,
    /// Port of plain HTTP at which readers are sent on to https; none: plain HTTP is not spoken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub redirect_from: Option<u16>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_read_and_written_the_same() {
        let short: TlsSettings =
            toml::from_str("certificate = \"tls/chain.pem\"\nkey = \"tls/key.pem\"\n").unwrap();
        assert_eq!((short.minimum, short.redirect_from), (TlsVersion::Tls12, None));
        let long = TlsSettings {
            minimum: TlsVersion::Tls13,
            redirect_from: Some(80),
            ..short
        };
        let text = toml::to_string(&long).unwrap();
        assert!(text.contains("minimum = \"1.3\""), "{text}");
        assert_eq!(toml::from_str::<TlsSettings>(&text).unwrap(), long);
        let wrong = |more: &str| toml::from_str::<TlsSettings>(&format!("{text}{more}\n")).is_err();
        assert!(wrong("client = \"x\"") && wrong("[a]"));
        let old = text.replace("1.3", "1.1");
        assert!(
            toml::from_str::<TlsSettings>(&old).is_err(),
            "TLS 1.1 is not spoken"
        );
    }
}
