//! Content that lies encrypted in its object (decision 0015): how a file is cut, where its key lies, how it is read.
//!
//! Encrypted content lies below `vN/content/~encrypted/`, a place that no file of a package can take (names are written
//! with `%7E` for `~`), so that the inventory, which the journal fixes, says what is encrypted. Digests in inventories are
//! those of the stored bytes: any OCFL tool can check them. The wrapped data key of the object lies in
//! `extensions/lantai-encryption/key.json`, outside of what versions fix, so that it can be wrapped anew.

pub(crate) mod decryptor;
pub(crate) mod encryptor;
mod format;
pub(crate) mod key_file;
mod key_source;
mod rewrap;
pub(crate) mod sink;

pub use decryptor::Content;
pub(crate) use format::{Summary, file_context};
pub(crate) use key_source::KeySource;
pub use rewrap::Rewrapped;

#[cfg(test)]
mod tests;
