//! The journal (账): the append-only history of everything that happened to the records.
//!
//! Entries are opaque bytes; the caller writes one canonical JSON fact into each, never content, titles or
//! personal data. They are hashed into a Merkle tree as RFC 6962 §2.1 says and kept on a folder in the public
//! layouts of C2SP, so that an outsider can check the history with tools that know nothing of Lantai:
//!
//! | path | what |
//! | --- | --- |
//! | `checkpoint` | size and root of the tree, signed (tlog-checkpoint, signed-note, Ed25519) |
//! | `tile/<L>/<N>`, `tile/<L>/<N>.p/<W>` | 256 (or `W`) hashes of the tree at level `8·L` (tlog-tiles) |
//! | `tile/entries/<N>`, `tile/entries/<N>.p/<W>` | 256 (or `W`) entries, each after its length in two bytes |
//!
//! [`Journal`] writes and reads such a folder, [`verify`] finds what is wrong with one and says where,
//! [`merkle`] holds the hashing and the proofs, and [`note`] the keys and signatures.

mod align;
mod checkpoint;
mod edge;
mod error;
mod files;
mod hash;
mod journal;
pub mod merkle;
pub mod note;
mod proof;
mod reader;
pub mod tile;
mod verify;
mod witness;

pub use checkpoint::Checkpoint;
pub use error::JournalError;
pub use hash::{Hash, leaf_hash, node_hash};
pub use journal::{Entries, Journal};
pub use lantai_domain::{Moment, NoProbe, Probe};
pub use note::{SigningKey, VerifyingKey};
pub use verify::{MAX_PROBLEMS, Problem, ProblemKind, Verification, verify, verify_against};

/// The most bytes that one entry may have: its length is written in two bytes (tlog-tiles, "entry bundles").
pub const MAX_ENTRY_BYTES: usize = u16::MAX as usize;
