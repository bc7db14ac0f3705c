//! Transfer packages (移交信息包, DA/T 93-2022 annex B; 电子档案移交与接收办法 2012 annex 2), read and written.
//!
//! - [`TransferPackage`]: what a folder holds: 说明文件, 目录文件, a folder for each record, 其他
//! - [`CatalogueReader`]: entries of 目录文件, one after the other
//! - [`RecordMetadata`]: what `<档号>.xml` says, by the Chinese names of the elements
//! - [`TransferWriter`]: packages in the form of 2022
//!
//! Every fault has a kind with a stable name, a place, what was expected and what was found. Reading goes on after a
//! fault as far as anything can still be made of the package.

mod attributes;
mod catalogue;
mod description;
mod digest_list;
mod fault;
mod folders;
mod metadata;
mod package;
mod record;
mod register;
mod write;

pub use attributes::{ActionEntry, AgentEntry, FileAttributes, StatedDigest};
pub use catalogue::{CatalogueEntry, CatalogueForm, CatalogueReader};
pub use description::PackageDescription;
pub use digest_list::DigestList;
pub use fault::{TransferFault, TransferFaultKind};
pub use folders::{FolderIndex, RecordFolder};
pub use metadata::{MetadataValue, RecordMetadata};
pub use package::{TransferPackage, is_transfer_package};
pub use record::{PackagePaper, RecordContents, RecordFile};
pub use register::RegisterForm;
pub use write::{
    OpenRecord, PackageHeading, RecordToWrite, TransferWriteError, TransferWriter, WrittenPackage,
};
