//! The vault (库): content files and the metadata that explains them, as OCFL 1.1 objects on a folder.
//!
//! Writing goes through a [`Batch`]: objects are staged beside the storage root by as many threads as wanted, one
//! [`Batch::seal`] makes all of them durable, the caller commits its own transaction, and
//! [`SealedBatch::place`] moves them into the storage root. A crash at any point leaves the old or the new state
//! after [`Vault::unfinished`] was worked off with [`Vault::resume`] or [`Vault::discard`].
//!
//! With [`VaultOptions::with_keys`] what is staged is encrypted on its way to the disk, a random data key an object;
//! [`Content`] reads it again. [`Vault::rewrap_keys`] wraps the data keys under another master key.
//!
//! Everything here blocks; callers on an async runtime use its blocking threads.

mod batch;
mod digest;
mod encrypted;
mod encrypting;
mod error;
mod identifier;
mod inventory;
mod lanes;
mod layout;
mod object;
mod placement;
mod probe;
mod put_all;
mod root;
mod stream;
mod twins;
mod validate;
mod vault;
mod verify;
mod writeback;
mod writer;

pub use batch::{Batch, PlacedObject, SealedBatch};
pub use digest::{Algorithm, Digester};
pub use encrypted::{Content, Rewrapped};
pub use error::VaultError;
pub use identifier::{LogicalPath, ObjectId, VersionNumber};
pub use inventory::{ContentPath, Inventory, User, Version};
pub use lanes::{LaneDigests, SideBySide, Wanted};
pub use lantai_domain::{KeyKeeper, Moment, NoProbe, Probe};
pub use object::{Object, ObjectIds, StateFile};
pub use put_all::Arriving;
pub use root::StorageRoot;
pub use stream::{ByteObserver, NoObserver};
pub use validate::{Coded, Report, validate_inventory, validate_object, validate_storage_root};
pub use vault::{Vault, VaultOptions};
pub use verify::{Digests, NoProgress, Problem, ProblemKind, Progress, Verification};
pub use writer::{ObjectWriter, StoredFile, VersionInfo};
