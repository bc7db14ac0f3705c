//! Object identifiers that signatures use.

pub(crate) const RSA: &str = "1.2.840.113549.1.1.1";
pub(crate) const RSA_SHA1: &str = "1.2.840.113549.1.1.5";
pub(crate) const RSA_PSS: &str = "1.2.840.113549.1.1.10";
pub(crate) const RSA_SHA256: &str = "1.2.840.113549.1.1.11";
pub(crate) const RSA_SHA384: &str = "1.2.840.113549.1.1.12";
pub(crate) const RSA_SHA512: &str = "1.2.840.113549.1.1.13";
pub(crate) const MGF1: &str = "1.2.840.113549.1.1.8";

pub(crate) const EC_KEY: &str = "1.2.840.10045.2.1";
pub(crate) const ECDSA_SHA1: &str = "1.2.840.10045.4.1";
pub(crate) const ECDSA_SHA256: &str = "1.2.840.10045.4.3.2";
pub(crate) const ECDSA_SHA384: &str = "1.2.840.10045.4.3.3";
pub(crate) const ECDSA_SHA512: &str = "1.2.840.10045.4.3.4";
pub(crate) const P256: &str = "1.2.840.10045.3.1.7";
pub(crate) const P384: &str = "1.3.132.0.34";
pub(crate) const ED25519: &str = "1.3.101.112";

/// The curve of SM2; used for the algorithm as well.
pub(crate) const SM2: &str = "1.2.156.10197.1.301";
/// SM2 signatures (GM/T 0006).
pub(crate) const SM2_SIGN: &str = "1.2.156.10197.1.301.1";
pub(crate) const SM2_SM3: &str = "1.2.156.10197.1.501";

pub(crate) const SHA1: &str = "1.3.14.3.2.26";
pub(crate) const SHA256: &str = "2.16.840.1.101.3.4.2.1";
pub(crate) const SHA384: &str = "2.16.840.1.101.3.4.2.2";
pub(crate) const SHA512: &str = "2.16.840.1.101.3.4.2.3";
pub(crate) const SM3: &str = "1.2.156.10197.1.401";
/// SM3 without a key, as GM/T 0006 also writes it.
pub(crate) const SM3_PLAIN: &str = "1.2.156.10197.1.401.1";

pub(crate) const SIGNED_DATA: &str = "1.2.840.113549.1.7.2";
/// SignedData of GM/T 0010.
pub(crate) const SIGNED_DATA_GM: &str = "1.2.156.10197.6.1.4.2.2";
pub(crate) const TST_INFO: &str = "1.2.840.113549.1.9.16.1.4";

pub(crate) const MESSAGE_DIGEST: &str = "1.2.840.113549.1.9.4";
pub(crate) const SIGNING_TIME: &str = "1.2.840.113549.1.9.5";
pub(crate) const SIGNING_CERTIFICATE: &str = "1.2.840.113549.1.9.16.2.12";
pub(crate) const SIGNING_CERTIFICATE_V2: &str = "1.2.840.113549.1.9.16.2.47";
pub(crate) const TIMESTAMP_TOKEN: &str = "1.2.840.113549.1.9.16.2.14";
/// `adbe-revocationInfoArchival`.
pub(crate) const ADOBE_REVOCATION: &str = "1.2.840.113583.1.1.8";

pub(crate) const KEY_USAGE: &str = "2.5.29.15";
pub(crate) const SUBJECT_KEY: &str = "2.5.29.14";
pub(crate) const AUTHORITY_KEY: &str = "2.5.29.35";
pub(crate) const BASIC_CONSTRAINTS: &str = "2.5.29.19";
pub(crate) const EXTENDED_USAGE: &str = "2.5.29.37";
pub(crate) const CRL_POINTS: &str = "2.5.29.31";
pub(crate) const CRL_REASON: &str = "2.5.29.21";
pub(crate) const ISSUING_POINT: &str = "2.5.29.28";
pub(crate) const DELTA_CRL: &str = "2.5.29.27";
pub(crate) const AUTHORITY_ACCESS: &str = "1.3.6.1.5.5.7.1.1";
pub(crate) const OCSP_ACCESS: &str = "1.3.6.1.5.5.7.48.1";
pub(crate) const OCSP_BASIC: &str = "1.3.6.1.5.5.7.48.1.1";
/// Extensions that may be critical and need nothing done: alternative names and policies.
pub(crate) const HARMLESS: [&str; 4] = ["2.5.29.17", "2.5.29.18", "2.5.29.32", "2.5.29.46"];

/// Purpose: time stamping.
pub(crate) const PURPOSE_TIMESTAMP: &str = "1.3.6.1.5.5.7.3.8";
/// Purpose: signing answers about revocation.
pub(crate) const PURPOSE_OCSP: &str = "1.3.6.1.5.5.7.3.9";
