//! Whom the archive trusts: certificates of authorities, and their lists of revoked certificates.

use crate::certificate::Certificate;
use crate::revocation::RevocationList;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// Why a file cannot be used for trust.
#[derive(Debug, thiserror::Error)]
pub enum TrustError {
    /// It holds no certificate.
    #[error("{name} holds no certificate: {reason}")]
    NoCertificate {
        /// The file.
        name: String,
        /// What is wrong.
        reason: String,
    },
    /// It holds no list of revoked certificates.
    #[error("{name} holds no list of revoked certificates: {reason}")]
    NoList {
        /// The file.
        name: String,
        /// What is wrong.
        reason: String,
    },
}

impl TrustError {
    /// Stable name for programs and translations.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoCertificate { .. } => "trust.no_certificate",
            Self::NoList { .. } => "trust.no_list",
        }
    }
}

/// What signatures are judged by.
#[derive(Debug, Clone, Default)]
pub struct TrustStore {
    anchors: Vec<Certificate>,
    lists: Vec<RevocationList>,
}

impl TrustStore {
    /// Adds the certificates of a file, PEM or DER: trust ends at each of them. Returns how many there were.
    pub fn add_certificates(&mut self, name: &str, bytes: &[u8]) -> Result<usize, TrustError> {
        let wrong = |reason: String| TrustError::NoCertificate {
            name: name.to_owned(),
            reason,
        };
        let all =
            blocks(bytes, &["CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE"]).map_err(wrong)?;
        for block in &all {
            let certificate = Certificate::from_der(block).map_err(|error| wrong(error.to_string()))?;
            if !self.anchors.contains(&certificate) {
                self.anchors.push(certificate);
            }
        }
        Ok(all.len())
    }

    /// Adds the lists of revoked certificates of a file, PEM or DER.
    pub fn add_lists(&mut self, name: &str, bytes: &[u8]) -> Result<usize, TrustError> {
        let wrong = |reason: String| TrustError::NoList {
            name: name.to_owned(),
            reason,
        };
        let all = blocks(bytes, &["X509 CRL"]).map_err(wrong)?;
        for block in &all {
            let list = RevocationList::from_der(block).map_err(|error| wrong(error.to_string()))?;
            self.lists.push(list);
        }
        Ok(all.len())
    }

    /// Takes all of another store.
    pub fn extend(&mut self, other: Self) {
        for anchor in other.anchors {
            if !self.anchors.contains(&anchor) {
                self.anchors.push(anchor);
            }
        }
        self.lists.extend(other.lists);
    }

    /// Certificates that are trusted.
    pub fn anchors(&self) -> &[Certificate] {
        &self.anchors
    }

    /// Lists of revoked certificates.
    pub fn lists(&self) -> &[RevocationList] {
        &self.lists
    }
}

/// The DER of all blocks with one of these names in a PEM file; what is no PEM is DER itself.
fn blocks(bytes: &[u8], names: &[&str]) -> Result<Vec<Vec<u8>>, String> {
    let Some(text) = std::str::from_utf8(bytes)
        .ok()
        .filter(|text| text.contains("-----BEGIN "))
    else {
        return Ok(vec![bytes.to_vec()]);
    };
    let mut found = Vec::new();
    let mut rest = text;
    while let Some((_, after)) = rest.split_once("-----BEGIN ") {
        let (name, after) = after.split_once("-----").ok_or("a block without a name")?;
        let (body, after) = after
            .split_once(&format!("-----END {name}-----"))
            .ok_or_else(|| format!("a block {name} without an end"))?;
        rest = after;
        if !names.contains(&name) {
            continue;
        }
        let plain: String = body.chars().filter(|letter| !letter.is_whitespace()).collect();
        let bytes = STANDARD
            .decode(plain)
            .map_err(|error| format!("block {name}: {error}"))?;
        found.push(bytes);
    }
    if found.is_empty() {
        return Err(format!("no block {}", names.first().unwrap_or(&"")));
    }
    Ok(found)
}
