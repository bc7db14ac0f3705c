//! Reading certificates and key, and whether they can be used now.

use super::error::TlsError;
use jiff::Timestamp;
use lantai_signatures::{Certificate, Holds};
use std::fs::File;
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Arc;
use tokio_rustls::rustls::crypto::CryptoProvider;
use tokio_rustls::rustls::pki_types::pem::{self, PemObject};
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::sign::CertifiedKey;
use tokio_rustls::rustls::{Error, InconsistentKeys};

/// Longest file of certificates or of a key.
const MOST_BYTES: u64 = 1 << 20;
/// Whoever is neither owner nor group may do nothing with a key, and the group may not write it.
const NOT_OF_OTHERS: u32 = 0o027;
/// The group may read it: a service that is not its owner has no other way.
const READ_BY_GROUP: u32 = 0o040;

/// Certificates and their key.
pub(super) struct Identity {
    pub key: Arc<CertifiedKey>,
    /// When the first of the certificates ends.
    pub ends: Timestamp,
    pub group_reads_key: bool,
}

impl Identity {
    /// Reads both files; what could not be used at `now` is refused.
    pub fn read(
        certificate: &Path,
        key: &Path,
        now: Timestamp,
        provider: &CryptoProvider,
    ) -> Result<Self, TlsError> {
        let (text, _) = read(certificate)?;
        let chain = chain_of(certificate, &text)?;
        let ends = validity(certificate, &chain, now)?;
        let (text, mode) = read(key)?;
        if mode & NOT_OF_OTHERS != 0 {
            let path = key.to_path_buf();
            return Err(TlsError::KeyOpen { path, mode });
        }
        let private = key_of(key, &text)?;
        let certified = CertifiedKey::from_der(chain, private, provider).map_err(|error| match error {
            Error::InconsistentKeys(InconsistentKeys::KeyMismatch) => TlsError::KeyDiffers {
                certificate: certificate.to_path_buf(),
                key: key.to_path_buf(),
            },
            other => TlsError::Unusable(other),
        })?;
        Ok(Self {
            key: Arc::new(certified),
            ends,
            group_reads_key: mode & READ_BY_GROUP != 0,
        })
    }
}

/// The bytes of a file and its mode.
fn read(path: &Path) -> Result<(Vec<u8>, u32), TlsError> {
    let failed = |source| TlsError::Unreadable {
        path: path.to_path_buf(),
        source,
    };
    let file = File::open(path).map_err(failed)?;
    let mode = file.metadata().map_err(failed)?.permissions().mode() & 0o777;
    let mut bytes = Vec::new();
    file.take(MOST_BYTES + 1)
        .read_to_end(&mut bytes)
        .map_err(failed)?;
    if bytes.len() as u64 > MOST_BYTES {
        return Err(TlsError::TooLong(path.to_path_buf()));
    }
    Ok((bytes, mode))
}

fn chain_of(path: &Path, text: &[u8]) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let refused = |reason| TlsError::NoCertificate {
        path: path.to_path_buf(),
        reason,
    };
    let chain: Result<Vec<_>, pem::Error> = CertificateDer::pem_slice_iter(text).collect();
    let chain = chain.map_err(|_| refused("it is damaged"))?;
    if chain.is_empty() {
        return Err(refused("there is none in it"));
    }
    Ok(chain)
}

/// Until when all of them are valid. That the certificate itself is valid now is demanded; those above it may have ended,
/// because whoever asks may know a newer one.
fn validity(path: &Path, chain: &[CertificateDer<'_>], now: Timestamp) -> Result<Timestamp, TlsError> {
    let chain: Result<Vec<Certificate>, _> = chain.iter().map(|der| Certificate::from_der(der)).collect();
    let chain = chain.map_err(|_| TlsError::NoCertificate {
        path: path.to_path_buf(),
        reason: "it is no certificate (X.509)",
    })?;
    let (begins, ended) = chain
        .first()
        .map_or((now, now), |certificate| certificate.validity());
    if now < begins {
        let path = path.to_path_buf();
        return Err(TlsError::NotYetValid { path, begins });
    }
    if ended < now {
        let path = path.to_path_buf();
        return Err(TlsError::Expired { path, ended });
    }
    for (number, pair) in (1..).zip(chain.windows(2)) {
        if let [certificate, issuer] = pair
            && certificate.is_signed_by(issuer) == Holds::No
        {
            let path = path.to_path_buf();
            return Err(TlsError::ChainOrder { path, number });
        }
    }
    let ends = chain.iter().map(|certificate| certificate.validity().1).min();
    Ok(ends.unwrap_or(ended))
}

fn key_of(path: &Path, text: &[u8]) -> Result<PrivateKeyDer<'static>, TlsError> {
    PrivateKeyDer::from_pem_slice(text).map_err(|error| {
        let encrypted = String::from_utf8_lossy(text).contains("ENCRYPTED");
        TlsError::NoKey {
            path: path.to_path_buf(),
            reason: match error {
                _ if encrypted => "it is encrypted, and nobody is there to give the passphrase",
                pem::Error::NoItemsFound => "there is none in it",
                _ => "it is damaged",
            },
        }
    })
}
