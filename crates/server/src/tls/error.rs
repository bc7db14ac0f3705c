//! Why certificates and key cannot be used.

use jiff::Timestamp;
use std::path::PathBuf;

/// What is wrong with the files of `[tls]`. No text tells anything of a key.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file cannot be read.
    #[error("cannot read {path}")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A file is longer than certificates and keys are.
    #[error("{0} is longer than certificates or a key ever are")]
    TooLong(PathBuf),
    /// There is no certificate in the file.
    #[error("{path} cannot be used as certificates in PEM: {reason}")]
    NoCertificate {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: &'static str,
    },
    /// There is no key in the file.
    #[error("{path} cannot be used as a private key in PEM: {reason}")]
    NoKey {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: &'static str,
    },
    /// Others may read or write the key.
    #[error(
        "others may read or write the key {path} (mode {mode:03o}); make it 0600, or 0640 with a group of its own"
    )]
    KeyOpen {
        /// The file.
        path: PathBuf,
        /// Its mode.
        mode: u32,
    },
    /// The key is that of another certificate.
    #[error("{key} is not the key of the certificate in {certificate}")]
    KeyDiffers {
        /// The file of the certificate.
        certificate: PathBuf,
        /// The file of the key.
        key: PathBuf,
    },
    /// The certificate has ended.
    #[error("the certificate in {path} ended on {ended}")]
    Expired {
        /// The file.
        path: PathBuf,
        /// When.
        ended: Timestamp,
    },
    /// The certificate does not hold yet.
    #[error("the certificate in {path} is valid from {begins} only")]
    NotYetValid {
        /// The file.
        path: PathBuf,
        /// From when.
        begins: Timestamp,
    },
    /// A certificate is not followed by its issuer's.
    #[error("certificate {number} in {path} was not issued by the one after it")]
    ChainOrder {
        /// The file.
        path: PathBuf,
        /// The certificate, from 1.
        number: usize,
    },
    /// TLS cannot be spoken with them.
    #[error("TLS cannot be spoken with this certificate and key")]
    Unusable(#[source] tokio_rustls::rustls::Error),
}

impl TlsError {
    /// Stable name for programs and translations.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unreadable { .. } => "tls.unreadable",
            Self::TooLong(_) => "tls.too_long",
            Self::NoCertificate { .. } => "tls.no_certificate",
            Self::NoKey { .. } => "tls.no_key",
            Self::KeyOpen { .. } => "tls.key_open",
            Self::KeyDiffers { .. } => "tls.key_differs",
            Self::Expired { .. } => "tls.expired",
            Self::NotYetValid { .. } => "tls.not_yet_valid",
            Self::ChainOrder { .. } => "tls.chain_order",
            Self::Unusable(_) => "tls.unusable",
        }
    }
}
