//! Signatures of a package, as they are written; verifying them is for others.

use super::canonical::SignedPart;
use crate::safe_xml::Element;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// What 签名结果 is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SignatureValue {
    /// A signature.
    Signature(Vec<u8>),
    /// Only a digest of the signed part, as some systems write it: it fixes the bytes, but nobody signed.
    DigestOnly(Vec<u8>),
    /// No Base64.
    Broken(String),
}

/// A signature and what it was made over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EepSignature {
    /// 签名标识符, or 被锁定签名标识符 of a lock.
    pub identifier: String,
    /// Whether it locks another signature (锁定签名).
    pub is_lock: bool,
    /// 签名规则.
    pub rule: String,
    /// 签名时间.
    pub time: Option<String>,
    /// 签名人.
    pub signer: Option<String>,
    /// 签名结果.
    pub value: SignatureValue,
    /// Certificates, decoded; the signer's first.
    pub certificates: Vec<Vec<u8>>,
    /// 证书引证.
    pub certificate_references: Vec<String>,
    /// 签名算法标识.
    pub algorithm: String,
    /// The part of the document that it covers: its bytes come from [`write_canonical`](super::write_canonical).
    pub covers: SignedPart,
    /// Line of the element.
    pub line: u64,
}

impl EepSignature {
    pub(super) fn of(element: &Element, covers: SignedPart) -> Self {
        let text = |name: &str| element.child_text(name).unwrap_or_default().to_owned();
        let filled = |name: &str| Some(text(name)).filter(|text| !text.is_empty());
        let is_lock = element.name == "锁定签名";
        let blocks = || element.children_named("证书块");
        let certificates = blocks().flat_map(|block| block.children_named("证书"));
        let references = blocks().flat_map(|block| block.children_named("证书引证"));
        Self {
            identifier: text(if is_lock {
                "被锁定签名标识符"
            } else {
                "签名标识符"
            }),
            is_lock,
            rule: text("签名规则"),
            time: filled("签名时间"),
            signer: filled("签名人"),
            value: value(&text("签名结果")),
            certificates: certificates
                .filter_map(|certificate| decode(&certificate.text))
                .collect(),
            certificate_references: references
                .map(|reference| reference.trimmed().to_owned())
                .collect(),
            algorithm: text("签名算法标识"),
            covers,
            line: element.line,
        }
    }
}

fn decode(text: &str) -> Option<Vec<u8>> {
    let plain: String = text.chars().filter(|letter| !letter.is_whitespace()).collect();
    STANDARD.decode(plain).ok()
}

/// A signature of SM2, RSA or ECDSA is longer than any digest; what has the length of one is one.
fn value(text: &str) -> SignatureValue {
    match decode(text) {
        Some(bytes) if matches!(bytes.len(), 16 | 20 | 32) => SignatureValue::DigestOnly(bytes),
        Some(bytes) if !bytes.is_empty() => match std::str::from_utf8(&bytes).ok().and_then(hex_digest) {
            Some(digest) => SignatureValue::DigestOnly(digest),
            None => SignatureValue::Signature(bytes),
        },
        _ => match hex_digest(text.trim()) {
            Some(digest) => SignatureValue::DigestOnly(digest),
            None => SignatureValue::Broken(text.chars().take(100).collect()),
        },
    }
}

fn hex_digest(text: &str) -> Option<Vec<u8>> {
    matches!(text.len(), 32 | 40 | 64)
        .then(|| hex::decode(text).ok())
        .flatten()
}
