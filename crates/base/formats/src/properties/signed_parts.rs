//! Signatures, seals and timestamps inside a file: what was signed and with what, for others to verify.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Signatures of one file that are looked at.
pub(crate) const MOST_SIGNATURES: usize = 1000;
/// Bytes of values and evidence, all together: they travel between processes.
const MOST_BYTES: usize = 4 << 20;

/// Bytes, written as Base64.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Blob(pub Vec<u8>);

impl Serialize for Blob {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&STANDARD.encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for Blob {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        STANDARD.decode(text).map(Self).map_err(serde::de::Error::custom)
    }
}

/// What a signature was made over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignedBytes {
    /// Parts of the file: offset and length of each.
    Ranges(Vec<(u64, u64)>),
    /// These bytes, such as the description of an OFD signature.
    Bytes(Blob),
}

/// The form in which a signature is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignedForm {
    /// A message (CMS) over the bytes.
    Message,
    /// A message that holds the SHA-1 of the bytes (`adbe.pkcs7.sha1`).
    Sha1Message,
    /// A timestamp token over the bytes.
    Timestamp,
    /// A value over the bytes, with the certificates beside it (`adbe.x509.rsa_sha1`).
    Value,
    /// A seal, a message or a bare value over the bytes: the bytes of it tell (OFD).
    Any,
}

/// A signature, seal or timestamp inside a file, not verified.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EmbeddedSignature {
    /// Where it is: the name of a field or a member.
    pub place: String,
    /// Its form.
    pub form: SignedForm,
    /// The message, token, seal or value.
    pub value: Blob,
    /// What it was made over.
    pub signed: SignedBytes,
    /// Object identifier of the algorithm of a bare value, where one is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub algorithm: Option<String>,
    /// Certificates beside a bare value.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub certificates: Vec<Blob>,
    /// What of the document it leaves out, or was changed after it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lacking: Vec<String>,
    /// Parts that are not what the signature says that they were.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub altered: Vec<String>,
    /// What could not be compared.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub undecided: Vec<String>,
}

impl EmbeddedSignature {
    pub(crate) fn new(
        place: impl Into<String>,
        form: SignedForm,
        value: Vec<u8>,
        signed: SignedBytes,
    ) -> Self {
        Self {
            place: place.into(),
            form,
            value: Blob(value),
            signed,
            algorithm: None,
            certificates: Vec::new(),
            lacking: Vec::new(),
            altered: Vec::new(),
            undecided: Vec::new(),
        }
    }

    fn bytes(&self) -> usize {
        let signed = match &self.signed {
            SignedBytes::Ranges(ranges) => ranges.len() * 16,
            SignedBytes::Bytes(bytes) => bytes.0.len(),
        };
        let certificates: usize = self.certificates.iter().map(|blob| blob.0.len()).sum();
        self.value.0.len() + signed + certificates
    }
}

/// All signatures inside a file, with the evidence that lies beside them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SignedParts {
    /// Signatures, seals and timestamps.
    pub signatures: Vec<EmbeddedSignature>,
    /// Certificates.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub certificates: Vec<Blob>,
    /// Lists of revoked certificates.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub lists: Vec<Blob>,
    /// Answers of OCSP responders.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub answers: Vec<Blob>,
}

impl SignedParts {
    /// Whether there is nothing.
    pub fn is_empty(&self) -> bool {
        self.signatures.is_empty()
    }

    /// Adds a signature; what is beyond measure is left out, and missed by whoever counts.
    pub(crate) fn add(&mut self, signature: EmbeddedSignature) {
        let known: usize = self.signatures.iter().map(EmbeddedSignature::bytes).sum();
        if self.signatures.len() < MOST_SIGNATURES && known + signature.bytes() <= MOST_BYTES {
            self.signatures.push(signature);
        }
    }

    /// Adds a piece of evidence to one of the lists.
    pub(crate) fn add_evidence(&mut self, which: impl FnOnce(&mut Self) -> &mut Vec<Blob>, bytes: &[u8]) {
        let all = self.certificates.iter().chain(&self.lists).chain(&self.answers);
        let known: usize = all.map(|blob| blob.0.len()).sum();
        if known + bytes.len() <= MOST_BYTES {
            which(self).push(Blob(bytes.to_vec()));
        }
    }
}
