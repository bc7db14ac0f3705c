//! Keys for content that live as long as the tests of a process.

use lantai_keys::{CipherAlgorithm, KeyRing};
use std::sync::{Arc, OnceLock};

static KEYS: OnceLock<Arc<KeyRing>> = OnceLock::new();

/// The same keys for everybody in this process: one, of SM4.
#[expect(clippy::expect_used, reason = "a test needs random numbers")]
pub fn content_keys() -> Arc<KeyRing> {
    let make = || Arc::new(KeyRing::fleeting(CipherAlgorithm::Sm4Gcm, "first").expect("random numbers"));
    Arc::clone(KEYS.get_or_init(make))
}

/// The same, and a new one that is active.
#[expect(clippy::expect_used, reason = "a test needs random numbers")]
pub fn next_content_keys(id: &str) -> Arc<KeyRing> {
    Arc::new(content_keys().followed_by(id).expect("random numbers"))
}
