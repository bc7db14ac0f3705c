//! Electronic signatures, seals and timestamps, verified (check A-1.1 of DA/T 70): signature values, certificates up to
//! a trust anchor, revocation, and the moment of signing.
//!
//! ```text
//! SignedContent ─┐
//! message (CMS) ─┤                     ┌─ value and digest hold?
//! seal (SES)    ─┼─▶ Judge ── Report ──┼─ certificate leads to a TrustStore, valid then, not revoked?
//! raw value     ─┤                     └─ Problem: invalid, or undecided
//! timestamp     ─┘
//! ```
//!
//! Nothing here reads files or asks a clock; bytes, trust and moment are given. Hostile bytes are an answer, never a
//! panic: every structure is read within the bytes that are there, searches are bounded.
//!
//! | what | by |
//! | --- | --- |
//! | RSA (PKCS #1 v1.5, PSS), ECDSA P-256 and P-384, Ed25519 | aws-lc-rs |
//! | SM2 with SM3 (GB/T 32918, 32905) | sm2, sm3 |
//! | certificates, lists, messages, seals | readers here, which keep the bytes as they were signed |

mod algorithm;
mod asn1;
mod certificate;
mod chain;
mod cms;
mod content;
mod digest;
mod judge;
mod key;
mod name;
mod oids;
mod problem;
mod revocation;
mod seal;
mod trust;

pub use algorithm::{Algorithm, Scheme};
pub use asn1::Malformed;
pub use certificate::Certificate;
pub use chain::Evidence;
pub use content::SignedContent;
pub use digest::Hash;
pub use judge::{Covers, Judge, RawSignature, is_message, is_timestamp};
pub use key::{Holds, PublicKey, SM2_IDENTITY};
pub use name::Name;
pub use problem::{Gravity, Problem, ProblemKind, Report};
pub use revocation::{OcspAnswer, RevocationList};
pub use seal::{Seal, Sealing};
pub use trust::{TrustError, TrustStore};
