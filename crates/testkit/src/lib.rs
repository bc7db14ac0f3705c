//! What tests share: both database engines, time and identifiers that do not move by themselves, builders for
//! records, keys that are kept nowhere, and the corpus. A dev-dependency only; it knows the domain, the database and the
//! keys, and no area.
//!
//! A promise of a repository is written once and kept on every engine:
//!
//! ```text
//! #[tokio::test]
//! async fn a_code_is_given_once() {
//!     on_every_engine(async |database| { … }).await;
//! }
//! ```

mod builders;
mod corpus;
mod engines;
mod fixed;
mod keys;
pub mod signing;

pub use builders::{FileBuilder, RecordBuilder, a_fact};
pub use corpus::{corpus, repository_root};
pub use engines::{TestDatabase, alter_audit_event, break_audit_trail, on_every_engine};
pub use fixed::{CountingIds, MovableClock, noon};
pub use keys::{content_keys, next_content_keys};
pub use lantai_keys::{CipherAlgorithm, KeyRing};
