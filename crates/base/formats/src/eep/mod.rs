//! Electronic record packages (电子文件封装包, EEP, DA/T 48-2009), read and written.
//!
//! One XML file holds a record: metadata, every computer file as Base64, signatures, and all earlier versions. A
//! package can be gigabytes: it is read as a stream, files are decoded to disk as they come by, and the signed parts
//! are given in canonical form as a stream too.
//!
//! Reading is [`EepPackage`]; [`EepSignature`] and [`write_canonical`] give what was signed to whoever verifies it;
//! [`write_eep`] writes packages of the first kind (原始型).

mod canonical;
mod checks;
mod contents;
mod described;
mod fault;
mod model;
mod package;
mod signature;
mod write;

pub(crate) use described::{write_action, write_attributes, write_values};

pub use canonical::{CanonicalForm, SignedPart, write_canonical};
pub use contents::{EepContent, EepLimits};
pub use fault::{EepError, EepFault, EepFaultKind};
pub use package::{DocumentRole, EepDocument, EepEncoding, EepKind, EepLayer, EepPackage, is_eep_file};
pub use signature::{EepSignature, SignatureValue};
pub use write::{EepDocumentToWrite, EepToWrite, write_eep};

/// The namespace of the elements.
pub const NAMESPACE: &str = "http://www.saac.gov.cn/standards/ERM/encapsulation";
/// The version that DA/T 48-2009 fixes.
pub const VERSION: &str = "2009";
