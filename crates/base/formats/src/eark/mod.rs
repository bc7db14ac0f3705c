//! E-ARK information packages (CSIP 2.2, with SIP and DIP 2.2), in which archives of other countries hand over.
//!
//! [`read()`] opens a package, [`Package::inspect`] judges it requirement by requirement without reading content, and
//! [`validate()`] compares every checksum too. A caller who reads every byte anyway compares its own digests with
//! [`PackageFile::compare`]. [`read_description`] and [`read_events`] read its metadata; [`PackageWriter`] writes packages
//! of version 2.2.

mod describe;
mod events;
mod fault;
pub mod mets;
mod pack;
mod package;
mod premis;
mod read_mets;
mod rules;
mod vocabulary;
mod write;
mod write_mets;
mod write_papers;

pub use describe::{Unit, read_description};
pub use fault::{EarkError, EarkFault, FaultKind, Level, Report};
pub use pack::pack;
pub use package::{
    Inspection, Package, PackageFile, Part, Representation, StatedDigest, fault_of, is_package, read,
    validate,
};
pub use premis::{PremisEvent, read_events};
pub use write::{About, FileFacts, PackageKind, PackageWriter, Written};
pub use write_papers::{Described, NewEvent};
