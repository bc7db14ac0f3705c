//! BagIt bags (RFC 8493), the packages in which other systems hand over and in which we hand out.
//!
//! [`read()`] opens a bag of version 1.0 or one of the drafts 0.93 to 0.97, [`Bag::inspect`] says what is wrong with
//! it without reading the payload, and [`Bag::validate`] reads that too. A caller who reads every payload byte anyway
//! compares its own digests with [`PayloadFile::compare`]. [`BagWriter`] writes bags of version 1.0. [`Profile`] tells
//! what a partner wants beyond the standard.

mod declaration;
mod digest;
mod fault;
mod info;
mod inspect;
mod lines;
mod manifest;
mod path;
mod profile;
mod read;
mod validate;
mod write;

pub use declaration::Version;
pub use digest::{Algorithm, Hasher};
pub use fault::{BagError, BagFault, FaultKind};
pub use info::BagInfo;
pub use inspect::{Inspection, PayloadFile};
pub use manifest::Expected;
pub use profile::{
    PROFILE_LABEL, Profile, ProfileError, ProfileFault, ProfileFaultKind, Profiles, Travelled,
};
pub use read::{Bag, Fetch, read};
pub use write::{BagWriter, WrittenFile};
