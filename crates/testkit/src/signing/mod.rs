//! Signing for tests: keys that everybody knows, certificates, lists of revoked ones, messages, timestamps and seals,
//! written here byte by byte, so that what verifies them is not tested by itself.

mod authority;
pub mod der;
mod key;
mod message;
mod ofd;
mod pdf;
mod seal;

pub use authority::{CertificateForm, Holder, moment, pem};
pub use key::TestKey;
pub use message::MessageForm;
pub use ofd::OfdMaker;
pub use pdf::PdfMaker;
pub use seal::SealForm;
